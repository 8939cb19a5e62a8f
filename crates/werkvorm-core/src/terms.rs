//! Conditions brought into one normal form: alternatives of literals.
//!
//! The engine compares flat lists of literals instead of walking trees. Kleene's logic is a distributive
//! lattice with De Morgan's laws, so this form has the same three-valued result as the tree: nothing is
//! simplified that would need "it is so or it is not so".

use crate::condition::Condition;

/// Something simple a profile is asked, and whether the opposite is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Literal<'c> {
    pub(crate) asks: Asks<'c>,
    pub(crate) negated: bool,
}

/// The simple questions: has one of these values; is the number at least this.
///
/// Several values are one question, because many rules ask for long lists and most of them for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Asks<'c> {
    AnyOf { facet: &'c str, values: &'c [String] },
    AtLeast { number: &'c str, bound: i64 },
}

/// All literals must hold.
pub(crate) type Term<'c> = Vec<Literal<'c>>;

/// How many terms [`normalise`] would make on its way, without making them; saturates.
pub(crate) fn count(condition: &Condition) -> usize {
    count_signed(condition, false)
}

fn count_signed(condition: &Condition, negated: bool) -> usize {
    let sum = |parts: &[Condition]| {
        parts.iter().fold(0_usize, |n, part| n.saturating_add(count_signed(part, negated)))
    };
    // A part without alternatives takes the others away again, but only after they were made.
    let made = |part: &Condition| count_signed(part, negated).max(1);
    let product = |parts: &[Condition]| parts.iter().fold(1_usize, |n, part| n.saturating_mul(made(part)));
    match condition {
        Condition::Not(part) => count_signed(part, !negated),
        Condition::All(parts) if !negated => product(parts),
        Condition::Any(parts) if negated => product(parts),
        Condition::All(parts) | Condition::Any(parts) => sum(parts),
        Condition::AtLeast { count, of } => {
            // Per number of parts picked so far: the ways to do so.
            let mut ways = vec![0_usize; of.len() + 1];
            ways[0] = 1;
            for part in of {
                for picked in (1..ways.len()).rev() {
                    ways[picked] = ways[picked].saturating_add(ways[picked - 1].saturating_mul(made(part)));
                }
            }
            ways.get(at_least_picks(*count, of.len(), negated)).copied().unwrap_or(0)
        }
        Condition::Has { .. } | Condition::HasAny { .. } => 1,
        Condition::HasAll { values, .. } => {
            if negated {
                values.len()
            } else {
                1
            }
        }
        Condition::Number { at_least, at_most, .. } => {
            if negated {
                usize::from(at_least.is_some()) + usize::from(at_most.is_some())
            } else {
                1
            }
        }
    }
}

/// "Not at least k of n hold" is "at least n − k + 1 of n fail".
fn at_least_picks(count: u32, parts: usize, negated: bool) -> usize {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if negated { (parts + 1).saturating_sub(count) } else { count }
}

/// The alternatives of a condition; any of them suffices. No alternative: it never holds.
pub(crate) fn normalise(condition: &Condition) -> Vec<Term<'_>> {
    let mut terms = alternatives(condition, false);
    for term in &mut terms {
        term.sort_unstable();
        term.dedup();
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn alternatives(condition: &Condition, negated: bool) -> Vec<Term<'_>> {
    fn each(parts: &[Condition], negated: bool) -> Vec<Vec<Term<'_>>> {
        parts.iter().map(|part| alternatives(part, negated)).collect()
    }
    match condition {
        Condition::Not(part) => alternatives(part, !negated),
        Condition::All(parts) if !negated => both(&each(parts, negated)),
        Condition::Any(parts) if negated => both(&each(parts, negated)),
        Condition::All(parts) | Condition::Any(parts) => each(parts, negated).into_iter().flatten().collect(),
        Condition::AtLeast { count, of } => {
            let pick = at_least_picks(*count, of.len(), negated);
            picks(&each(of, negated), pick)
        }
        Condition::Has { facet, value } => vec![vec![any_of(facet, std::slice::from_ref(value), negated)]],
        Condition::HasAny { facet, values } => vec![vec![any_of(facet, values, negated)]],
        Condition::HasAll { facet, values } => {
            let literals = values.iter().map(|value| any_of(facet, std::slice::from_ref(value), negated));
            if negated { literals.map(|literal| vec![literal]).collect() } else { vec![literals.collect()] }
        }
        Condition::Number { number, at_least, at_most } => {
            let lower = at_least.map(|bound| bounded(number, bound, negated));
            // "At most 5" is "not at least 6"; the largest whole number is below nothing.
            let upper = at_most.map(|bound| bounded(number, bound.saturating_add(1), !negated));
            let literals = lower.into_iter().chain(upper);
            if negated { literals.map(|literal| vec![literal]).collect() } else { vec![literals.collect()] }
        }
    }
}

fn any_of<'c>(facet: &'c str, values: &'c [String], negated: bool) -> Literal<'c> {
    Literal { asks: Asks::AnyOf { facet, values }, negated }
}

fn bounded(number: &str, bound: i64, negated: bool) -> Literal<'_> {
    Literal { asks: Asks::AtLeast { number, bound }, negated }
}

/// Every way to take one alternative of each part.
fn both<'c>(parts: &[Vec<Term<'c>>]) -> Vec<Term<'c>> {
    parts.iter().fold(vec![Term::new()], |terms, alternatives| {
        terms
            .iter()
            .flat_map(|term| alternatives.iter().map(move |more| [term.as_slice(), more].concat()))
            .collect()
    })
}

/// Every way to choose `pick` parts and one alternative of each.
fn picks<'c>(parts: &[Vec<Term<'c>>], pick: usize) -> Vec<Term<'c>> {
    if pick == 0 {
        return vec![Term::new()];
    }
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    if pick > parts.len() {
        return Vec::new();
    }
    let with = both(&[first.clone(), picks(rest, pick - 1)]);
    with.into_iter().chain(picks(rest, pick)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str) -> Condition {
        Condition::Has { facet: "f".into(), value: value.into() }
    }

    fn check(condition: &Condition, want: &str) {
        let shown: Vec<String> = normalise(condition)
            .iter()
            .map(|term| {
                let literals: Vec<String> = term
                    .iter()
                    .map(|literal| {
                        let sign = if literal.negated { "!" } else { "" };
                        match literal.asks {
                            Asks::AnyOf { values, .. } => format!("{sign}{}", values.join("/")),
                            Asks::AtLeast { number, bound } => format!("{sign}{number}>={bound}"),
                        }
                    })
                    .collect();
                literals.join("&")
            })
            .collect();
        assert_eq!(shown.join(" | "), want, "{condition:?}");
        assert!(count(condition) >= shown.len());
    }

    #[test]
    fn normal_forms() {
        let (a, b, c) = (has("a"), has("b"), has("c"));
        check(&Condition::always(), "");
        check(&Condition::Any(Vec::new()), "");
        let several = Condition::HasAny { facet: "f".into(), values: vec!["a".into(), "b".into()] };
        check(&several, "a/b");
        check(&Condition::Not(Box::new(several)), "!a/b");
        check(&Condition::All(vec![a.clone(), Condition::Any(vec![b.clone(), c.clone()])]), "a&b | a&c");
        check(&Condition::Not(Box::new(Condition::All(vec![a.clone(), b.clone()]))), "!a | !b");
        check(&Condition::Not(Box::new(Condition::Any(vec![a.clone(), b.clone()]))), "!a&!b");
        check(&Condition::AtLeast { count: 2, of: vec![a.clone(), b.clone(), c.clone()] }, "a&b | a&c | b&c");
        let none_of_two = Condition::Not(Box::new(Condition::AtLeast { count: 2, of: vec![a, b, c] }));
        check(&none_of_two, "!a&!b | !a&!c | !b&!c");
        let size = |at_least, at_most| Condition::Number { number: "n".into(), at_least, at_most };
        check(&size(Some(6), Some(12)), "n>=6&!n>=13");
        check(&Condition::Not(Box::new(size(Some(6), Some(12)))), "!n>=6 | n>=13");
    }

    #[test]
    fn counts() {
        let never = Condition::Any(Vec::new());
        let two = Condition::Any(vec![has("a"), has("b")]);
        let at_least = |count, of| Condition::AtLeast { count, of };
        let nested = at_least(3, vec![at_least(2, vec![two.clone(), two.clone()]), has("a"), has("b")]);
        // What is taken away at the end has to be made first, and that must not take forever.
        let wide = Condition::All([vec![two; 30], vec![never.clone()]].concat());
        for (condition, want) in [
            (nested, 4),
            (at_least(4, vec![has("a"); 3]), 0),
            (at_least(0, vec![has("a"); 3]), 1),
            (at_least(2, vec![has("a"); 4]), 6),
            (Condition::Not(Box::new(at_least(2, vec![has("a"); 4]))), 4),
            (at_least(250, vec![never; 500]), usize::MAX),
            (wide, 1 << 30),
        ] {
            assert_eq!(count(&condition), want, "{condition:?}");
        }
    }
}
