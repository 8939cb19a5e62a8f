//! Conditions as values, and the three-valued logic they are evaluated in.
//!
//! A rule holds, does not hold, or is not known, because a profile may leave questions open
//! and *unknown is not no*. The logic is Kleene's: not known stays not known unless the
//! answer cannot matter any more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether something is so for a profile.
///
/// The order is that of Kleene's logic: `and` is the least, `or` the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is not so.
    Fails,
    /// The profile leaves it open.
    NotKnown,
    /// It is so.
    Holds,
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::Fails => Truth::Holds,
            Truth::NotKnown => Truth::NotKnown,
            Truth::Holds => Truth::Fails,
        }
    }
}

impl From<bool> for Truth {
    fn from(so: bool) -> Truth {
        if so { Truth::Holds } else { Truth::Fails }
    }
}

/// What a rule asks of a profile.
///
/// Shape: a tree in JSON, such as
/// `{"all": [{"has": {"facet": "phase", "value": "collect"}}, {"not": {"number": {"number": "group_size", "at_most": 5}}}]}`.
/// An empty `all` always holds, an empty `any` never does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every part holds.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// At least `count` of the parts hold.
    AtLeast {
        /// How many.
        count: u32,
        /// Of which parts.
        of: Vec<Condition>,
    },
    /// The profile has this value, or a narrower one.
    Has {
        /// Id of a facet.
        facet: String,
        /// Id of one of its values.
        value: String,
    },
    /// The profile has at least one of these values.
    HasAny {
        /// Id of a facet.
        facet: String,
        /// Ids of its values.
        values: Vec<String>,
    },
    /// The profile has each of these values.
    HasAll {
        /// Id of a facet.
        facet: String,
        /// Ids of its values.
        values: Vec<String>,
    },
    /// A number lies within bounds; both are inclusive and either may be left out.
    Number {
        /// Id of a number.
        number: String,
        /// Lower bound, in the unit of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<i64>,
        /// Upper bound, in the unit of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<i64>,
    },
}

impl Condition {
    /// The condition that always holds.
    #[must_use]
    pub fn always() -> Self {
        Condition::All(Vec::new())
    }

    /// The parts this condition is made of; none for a leaf.
    #[must_use]
    pub fn parts(&self) -> &[Condition] {
        match self {
            Condition::All(parts) | Condition::Any(parts) | Condition::AtLeast { of: parts, .. } => parts,
            Condition::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }

    /// Calls `visit` for this condition and everything inside it, outermost first.
    pub fn walk<'c>(&'c self, visit: &mut impl FnMut(&'c Condition)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }

    /// How deep the condition is nested, and how many parts it has, itself included.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let inner = self.parts().iter().map(Condition::size);
        inner.fold((1, 1), |(depth, parts), (inner, count)| (depth.max(inner + 1), parts + count))
    }

    /// The questions (facets and numbers) the condition asks, each once, in order of their ids.
    #[must_use]
    pub fn questions(&self) -> Vec<&str> {
        let mut questions = Vec::new();
        self.walk(&mut |condition| match condition {
            Condition::Has { facet, .. }
            | Condition::HasAny { facet, .. }
            | Condition::HasAll { facet, .. } => {
                questions.push(facet.as_str());
            }
            Condition::Number { number, .. } => questions.push(number.as_str()),
            _ => {}
        });
        questions.sort_unstable();
        questions.dedup();
        questions
    }
}
