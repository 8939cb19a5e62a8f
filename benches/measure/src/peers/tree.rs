//! What one writes first: a walk over the tree of each condition, with the texts of the profile.

use std::collections::{BTreeMap, BTreeSet};

use werkvorm_core::{Answer, Condition, Pack, Profile};

use crate::asking::{Book, Evaluator, Said};

#[derive(Debug)]
pub struct Tree {
    conditions: Vec<Condition>,
    pub book: Book,
}

/// The values per facet, and the numbers.
#[derive(Debug, Default)]
pub struct Held {
    values: BTreeMap<String, BTreeSet<String>>,
    numbers: BTreeMap<String, i64>,
}

impl Tree {
    pub fn new(pack: &Pack) -> Self {
        Self {
            conditions: pack.rules.iter().map(|rule| (*rule.when).clone()).collect(),
            book: Book::new(pack),
        }
    }
}

impl Held {
    fn has(&self, facet: &str, value: &str) -> bool {
        self.values.get(facet).is_some_and(|values| values.contains(value))
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::Not(part) => !self.holds(part),
            Condition::AtLeast { count, of } => {
                of.iter().filter(|part| self.holds(part)).count() >= *count as usize
            }
            Condition::Has { facet, value } => self.has(facet, value),
            Condition::HasAny { facet, values } => values.iter().any(|value| self.has(facet, value)),
            Condition::HasAll { facet, values } => values.iter().all(|value| self.has(facet, value)),
            Condition::Number { number, at_least, at_most } => {
                let within = |n: &i64| {
                    at_least.is_none_or(|least| *n >= least) && at_most.is_none_or(|most| *n <= most)
                };
                self.numbers.get(number).is_some_and(within)
            }
        }
    }
}

impl Evaluator for Tree {
    type Encoded = Held;

    fn encode(&self, profile: &Profile) -> Held {
        let mut held = Held::default();
        for (question, answer) in profile.answers.clone() {
            match answer {
                Answer::Whole(number) => drop(held.numbers.insert(question, number)),
                Answer::One(value) => drop(held.values.insert(question, BTreeSet::from([value]))),
                Answer::Many(values) => drop(held.values.insert(question, values.into_iter().collect())),
                _ => {}
            }
        }
        held
    }

    fn answer(&mut self, profile: &mut Held, tell: impl FnMut(Said<'_>)) {
        self.book.answer(|rule| profile.holds(&self.conditions[rule]), tell);
    }
}
