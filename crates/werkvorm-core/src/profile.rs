//! A profile: one question to the engine, as people write it.
//!
//! A profile is flat: the name of a question, and the answer. Names and values may be ids or any of
//! their aliases, so that Dutch words work. Whatever is left out is *not known*.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::text::{Language, Text};

/// One question to the engine.
///
/// Shape: `{"title": "…", "goal": ["reach"], "trust": "low", "group_size": 20, "weights": {"goal": 2}}`.
/// A question with several values takes a list; an empty list says "none of these".
/// Leaving a question out, or answering `null` or `"unknown"`, leaves it open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// A name for the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Remark>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Remark>,
    /// The profile is a made-up sample.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made_up: bool,
    /// Weight per criterion: whole numbers 0 to 5, 1 when left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, Answer>,
    /// Answers by question.
    #[serde(flatten)]
    pub answers: BTreeMap<String, Answer>,
}

impl Profile {
    /// A profile without any answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces an answer.
    #[must_use]
    pub fn with(mut self, question: &str, answer: impl Into<Answer>) -> Self {
        self.answers.insert(question.to_owned(), answer.into());
        self
    }

    /// Sets the weight of a criterion.
    #[must_use]
    pub fn with_weight(mut self, criterion: &str, weight: i64) -> Self {
        self.weights.insert(criterion.to_owned(), Answer::Whole(weight));
        self
    }
}

/// What somebody wrote about a profile: a text, or one in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Remark {
    /// One text, in whatever language.
    Plain(String),
    /// The text in both languages.
    Both(Text),
}

impl Remark {
    /// The text in a language, as far as there is a choice.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match self {
            Remark::Plain(text) => text,
            Remark::Both(text) => text.in_language(language),
        }
    }
}

impl From<&str> for Remark {
    fn from(text: &str) -> Self {
        Remark::Plain(text.to_owned())
    }
}

/// The answer to one question, as written; whether it fits is checked by the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Answer {
    /// Left open.
    Open,
    /// A whole number.
    Whole(i64),
    /// One value.
    One(String),
    /// Several values.
    Many(Vec<String>),
    /// Something that fits no question; kept to say what was wrong with it.
    #[schemars(skip)]
    Unfit(String),
}

impl From<i64> for Answer {
    fn from(number: i64) -> Self {
        Answer::Whole(number)
    }
}

impl From<&str> for Answer {
    fn from(value: &str) -> Self {
        Answer::One(value.to_owned())
    }
}

impl<const N: usize> From<[&str; N]> for Answer {
    fn from(values: [&str; N]) -> Self {
        Answer::Many(values.into_iter().map(str::to_owned).collect())
    }
}

impl From<Vec<String>> for Answer {
    fn from(values: Vec<String>) -> Self {
        Answer::Many(values)
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnswerVisitor)
    }
}

/// Takes anything, so that every wrong answer of a profile can be reported and not only the first.
struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list of values, a whole number, or nothing")
    }

    fn visit_unit<E>(self) -> Result<Answer, E> {
        Ok(Answer::Open)
    }

    fn visit_none<E>(self) -> Result<Answer, E> {
        Ok(Answer::Open)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Answer, E> {
        Ok(Answer::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Answer, E> {
        Ok(i64::try_from(number).map_or_else(|_| Answer::Unfit(number.to_string()), Answer::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Answer, E> {
        Ok(Answer::Unfit(number.to_string()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Answer, E> {
        Ok(Answer::Unfit(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Answer, E> {
        Ok(Answer::One(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Answer, A::Error> {
        let mut values = Vec::new();
        let mut unfit = None;
        while let Some(item) = seq.next_element::<Answer>()? {
            match item {
                Answer::One(value) => values.push(value),
                Answer::Whole(number) => values.push(number.to_string()),
                Answer::Open => unfit = Some("an empty item".to_owned()),
                Answer::Many(_) => unfit = Some("a list in a list".to_owned()),
                Answer::Unfit(text) => unfit = Some(text),
            }
        }
        Ok(unfit.map_or(Answer::Many(values), Answer::Unfit))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Answer, A::Error> {
        while map.next_entry::<String, de::IgnoredAny>()?.is_some() {}
        Ok(Answer::Unfit("a table".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, want: Answer) {
        assert_eq!(serde_json::from_str::<Answer>(json).unwrap(), want, "{json}");
    }

    #[test]
    fn answers_of_any_type() {
        check("null", Answer::Open);
        check("12", Answer::Whole(12));
        check("-12", Answer::Whole(-12));
        check("\"low\"", Answer::One("low".into()));
        check("[\"a\", \"b\"]", Answer::Many(vec!["a".into(), "b".into()]));
        check("[]", Answer::Many(Vec::new()));
        check("3.5", Answer::Unfit("3.5".into()));
        check("true", Answer::Unfit("true".into()));
        check("{\"a\": [1, {}]}", Answer::Unfit("a table".into()));
        check("[[\"a\"]]", Answer::Unfit("a list in a list".into()));
        check("18446744073709551615", Answer::Unfit("18446744073709551615".into()));
    }

    #[test]
    fn profile_is_flat() {
        let json = r#"{"title":"t","weights":{"goal":2},"goal":["reach"],"group_size":20}"#;
        let profile: Profile = serde_json::from_str(json).unwrap();
        assert_eq!(
            profile,
            Profile { title: Some("t".into()), ..Profile::new() }
                .with("goal", ["reach"])
                .with("group_size", 20)
                .with_weight("goal", 2)
        );
        assert_eq!(serde_json::to_string(&profile).unwrap(), json);
    }
}
