//! Ids looked up very often: the first sixteen letters are compared as one number.
//!
//! A large pack names its methods, facets and values a million times. A search over numbers that lie side by
//! side is several times faster than one over texts all over memory, and no choice of ids can make it slow.

/// Ids in order, each with what it stands for.
#[derive(Debug)]
pub(crate) struct Names<T> {
    heads: Vec<u128>,
    names: Vec<(String, T)>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { heads: Vec::new(), names: Vec::new() }
    }
}

impl<'n, T> FromIterator<(&'n str, T)> for Names<T> {
    /// Of an id that occurs twice the first counts.
    fn from_iter<I: IntoIterator<Item = (&'n str, T)>>(names: I) -> Self {
        let mut names: Vec<_> = names.into_iter().map(|(name, thing)| (name.to_owned(), thing)).collect();
        names.sort_by(|(a, _), (b, _)| (head(a), a).cmp(&(head(b), b)));
        names.dedup_by(|(b, _), (a, _)| a == b);
        Self { heads: names.iter().map(|(name, _)| head(name)).collect(), names }
    }
}

impl<T> Names<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let wanted = head(name);
        let from = self.heads.partition_point(|head| *head < wanted);
        let (first, thing) = self.names.get(from)?;
        if first == name {
            return Some(thing);
        }
        // Few ids begin with the same sixteen letters.
        let others = &self.names[from..];
        let at = others.partition_point(|(other, _)| (head(other), other.as_str()) < (wanted, name));
        others.get(at).filter(|(other, _)| other == name).map(|(_, thing)| thing)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The first letters as a number; the order is that of the letters. Read in two halves that may overlap,
/// because copying so few letters one by one takes longer than all the rest.
fn head(name: &str) -> u128 {
    let letters = name.as_bytes();
    let most = size_of::<u128>();
    let shift = |bytes: usize| 8 * (most - bytes);
    if let Some(first) = letters.first_chunk() {
        return u128::from_be_bytes(*first);
    }
    if let (Some(first), Some(last)) = (letters.first_chunk(), letters.last_chunk()) {
        let (first, last) = (u64::from_be_bytes(*first), u64::from_be_bytes(*last));
        return u128::from(first) << shift(8) | u128::from(last) << shift(letters.len());
    }
    if let (Some(first), Some(last)) = (letters.first_chunk(), letters.last_chunk()) {
        let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(*last));
        return u128::from(first) << shift(4) | u128::from(last) << shift(letters.len());
    }
    letters.iter().zip(1..).fold(0, |head, (letter, at)| head | u128::from(*letter) << shift(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        let long = "a-name-of-more-than-sixteen-letters";
        let ids =
            ["b", "", "a", "ab", "a\0", "a-name-of-more-than-sixteen", long, "a-name-of-more-", "é", "b"];
        let names: Names<usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        for (at, id) in ids.iter().enumerate().take(ids.len() - 1) {
            assert_eq!(names.get(id), Some(&at), "{id:?}");
        }
        let longer = format!("{long}!");
        for id in
            ["c", "aa", "a\0\0", "\0", "a-name-of-more-t", "a-name-of-more-than-sixteen-", longer.as_str()]
        {
            assert!(!names.contains(id), "{id:?}");
        }
        assert!(!Names::<()>::default().contains(""));
    }
}
