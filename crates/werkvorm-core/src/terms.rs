//! Conditions brought into one normal form: alternatives of literals.
//!
//! The engine compares flat lists of literals instead of walking trees. Kleene's logic is a distributive
//! lattice with De Morgan's laws, so this form has the same three-valued result as the tree: nothing is
//! simplified that would need "it is so or it is not so".

use crate::condition::Condition;

/// Twice the number of an atom, plus one when its opposite is meant.
pub(crate) type Literal = u32;

/// Closes a term in a list of literals.
pub(crate) const END: Literal = u32::MAX;

/// The simple questions, each an atom: has one of these values; is the number at least this.
///
/// Several values are one question, because many rules ask for long lists and most of them for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks<'c> {
    AnyOf { facet: &'c str, values: &'c [String] },
    AtLeast { number: &'c str, bound: i64 },
}

/// All literals must hold.
type Term = Vec<Literal>;

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

/// Writes the alternatives of a condition to the end of a list, each closed by [`END`]; any of them suffices.
/// No alternative: it never holds. `atom` numbers what is asked.
pub(crate) fn normalise(
    condition: &Condition,
    list: &mut Vec<Literal>,
    atom: &mut impl FnMut(Asks<'_>) -> u32,
) {
    let mut number = |asks: Asks<'_>, negated| atom(asks) << 1 | u32::from(negated);
    let from = list.len();
    if one_term(condition, list, &mut number) {
        list[from..].sort_unstable();
        let mut kept = from;
        for at in from..list.len() {
            if at == from || list[at] != list[kept - 1] {
                list[kept] = list[at];
                kept += 1;
            }
        }
        list.truncate(kept);
        list.push(END);
        return;
    }
    list.truncate(from);
    let mut terms = alternatives(condition, false, &mut number);
    for term in &mut terms {
        term.sort_unstable();
        term.dedup();
    }
    terms.sort_unstable();
    terms.dedup();
    terms.iter().for_each(|term| list.extend(term.iter().chain([&END])));
}

/// Most conditions ask a few things at once. They are written down without making lists on the way.
fn one_term(
    condition: &Condition,
    list: &mut Term,
    number: &mut impl FnMut(Asks<'_>, bool) -> Literal,
) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| one_term(part, list, number)),
        Condition::Not(part) => match &**part {
            Condition::Has { .. } | Condition::HasAny { .. } => {
                leaf(part, true, number, &mut |literal| list.push(literal));
                true
            }
            _ => false,
        },
        Condition::Any(_) | Condition::AtLeast { .. } => false,
        _ => {
            leaf(condition, false, number, &mut |literal| list.push(literal));
            true
        }
    }
}

/// The literals of a condition without parts.
fn leaf(
    condition: &Condition,
    negated: bool,
    number: &mut impl FnMut(Asks<'_>, bool) -> Literal,
    take: &mut impl FnMut(Literal),
) {
    match condition {
        Condition::Has { facet, value } => {
            take(number(Asks::AnyOf { facet, values: std::slice::from_ref(value) }, negated));
        }
        Condition::HasAny { facet, values } => take(number(Asks::AnyOf { facet, values }, negated)),
        Condition::HasAll { facet, values } => {
            if values.is_empty() {
                // It holds, whatever the answer; the question counts as asked all the same.
                number(Asks::AnyOf { facet, values }, negated);
            }
            for value in values {
                take(number(Asks::AnyOf { facet, values: std::slice::from_ref(value) }, negated));
            }
        }
        Condition::Number { number: id, at_least, at_most } => {
            // "At most 5" is "not at least 6"; the largest whole number is below nothing.
            let upper = at_most.map(|bound| (bound.saturating_add(1), !negated));
            for (bound, negated) in at_least.map(|bound| (bound, negated)).into_iter().chain(upper) {
                take(number(Asks::AtLeast { number: id, bound }, negated));
            }
        }
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::AtLeast { .. } => {}
    }
}

fn alternatives(
    condition: &Condition,
    negated: bool,
    number: &mut impl FnMut(Asks<'_>, bool) -> Literal,
) -> Vec<Term> {
    let mut each = |parts: &[Condition]| -> Vec<Vec<Term>> {
        parts.iter().map(|part| alternatives(part, negated, number)).collect()
    };
    match condition {
        Condition::Not(part) => alternatives(part, !negated, number),
        Condition::All(parts) if !negated => both(&each(parts)),
        Condition::Any(parts) if negated => both(&each(parts)),
        Condition::All(parts) | Condition::Any(parts) => each(parts).into_iter().flatten().collect(),
        Condition::AtLeast { count, of } => picks(&each(of), at_least_picks(*count, of.len(), negated)),
        Condition::Has { .. }
        | Condition::HasAny { .. }
        | Condition::HasAll { .. }
        | Condition::Number { .. } => {
            let mut literals = Term::new();
            leaf(condition, negated, number, &mut |literal| literals.push(literal));
            // "Not all of these" is "not this one, or not that one".
            if negated { literals.into_iter().map(|literal| vec![literal]).collect() } else { vec![literals] }
        }
    }
}

/// Every way to take one alternative of each part.
fn both(parts: &[Vec<Term>]) -> Vec<Term> {
    parts.iter().fold(vec![Term::new()], |terms, alternatives| {
        terms
            .iter()
            .flat_map(|term| alternatives.iter().map(move |more| [term.as_slice(), more].concat()))
            .collect()
    })
}

/// Every way to choose `pick` parts and one alternative of each.
fn picks(parts: &[Vec<Term>], pick: usize) -> Vec<Term> {
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
        let mut asked: Vec<String> = Vec::new();
        let mut list = vec![7];
        normalise(condition, &mut list, &mut |asks| {
            let asks = match asks {
                Asks::AnyOf { values, .. } => values.join("/"),
                Asks::AtLeast { number, bound } => format!("{number}>={bound}"),
            };
            let at = asked.iter().position(|other| *other == asks).unwrap_or_else(|| {
                asked.push(asks);
                asked.len() - 1
            });
            u32::try_from(at).unwrap_or(0)
        });
        assert_eq!(list.remove(0), 7, "what was there stays");
        let mut shown: Vec<String> = Vec::new();
        for term in list.split_inclusive(|literal| *literal == END) {
            let literals = term.iter().filter(|literal| **literal != END).map(|literal| {
                format!("{}{}", if literal & 1 == 1 { "!" } else { "" }, asked[(literal >> 1) as usize])
            });
            shown.push(literals.collect::<Vec<_>>().join("&"));
        }
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
        check(&Condition::All(vec![b.clone(), a.clone(), Condition::All(vec![b.clone()])]), "b&a");
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
