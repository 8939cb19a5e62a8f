//! Conditions and profiles in the form that other engines read.
//!
//! A profile can be written in two ways, and an engine is measured with both. In *words* a facet is a text or a
//! list of texts, as a person would write it. As *flags* each value of a facet is a question of its own that is
//! true or false: less to read, and faster where looking something up is fast.

use serde_json::{Map, Value, json};
use werkvorm_core::{Answer, Condition, Pack, Profile};

/// How a profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Words,
    Flags,
}

/// A facet: its id, its values, and whether it takes several.
#[derive(Debug, Clone)]
pub struct Facet {
    pub id: String,
    pub values: Vec<String>,
    pub many: bool,
}

/// What profiles are asked.
#[derive(Debug, Clone)]
pub struct Questions {
    pub facets: Vec<Facet>,
    pub numbers: Vec<String>,
}

/// A value as a name of its own.
pub fn flag(facet: &str, value: &str) -> String {
    format!("{facet}_{}", value.replace("value-", ""))
}

impl Questions {
    pub fn new(pack: &Pack) -> Self {
        let facets = pack.facets.iter().map(|facet| Facet {
            id: facet.id.clone(),
            values: facet.values.iter().map(|value| value.id.clone()).collect(),
            many: !facet.takes_one(),
        });
        let numbers = pack.numbers.iter().map(|number| number.id.clone()).collect();
        Self { facets: facets.collect(), numbers }
    }

    pub fn facet(&self, id: &str) -> &Facet {
        self.facets.iter().find(|facet| facet.id == id).expect("a facet of the pack")
    }

    /// A profile that answers every question, as JSON.
    pub fn json(&self, profile: &Profile, form: Form) -> Map<String, Value> {
        let mut json = Map::new();
        for facet in &self.facets {
            let held: &[String] = match profile.answers.get(&facet.id) {
                Some(Answer::One(value)) => std::slice::from_ref(value),
                Some(Answer::Many(values)) => values,
                _ => &[],
            };
            match form {
                Form::Words if facet.many => {
                    json.insert(facet.id.clone(), json!(held));
                }
                Form::Words => {
                    json.insert(facet.id.clone(), json!(held.first()));
                }
                Form::Flags => json.extend(
                    facet.values.iter().map(|value| (flag(&facet.id, value), json!(held.contains(value)))),
                ),
            }
        }
        for id in &self.numbers {
            if let Some(Answer::Whole(number)) = profile.answers.get(id) {
                json.insert(id.clone(), json!(number));
            }
        }
        json
    }
}

/// How an expression language writes a condition.
#[derive(Debug, Clone, Copy)]
pub struct Syntax {
    pub and: &'static str,
    pub or: &'static str,
    pub not: &'static str,
    /// What stands before the name of a question.
    pub of_profile: &'static str,
    pub form: Form,
}

impl Syntax {
    /// A condition as an expression.
    pub fn expression(&self, questions: &Questions, condition: &Condition) -> String {
        let join = |parts: &[Condition], with: &str| {
            let parts: Vec<_> = parts.iter().map(|part| self.expression(questions, part)).collect();
            format!("({})", parts.join(with))
        };
        match condition {
            Condition::All(parts) => join(parts, self.and),
            Condition::Any(parts) => join(parts, self.or),
            Condition::Not(part) => format!("{}({})", self.not, self.expression(questions, part)),
            Condition::Has { facet, value } => self.has(questions, facet, value),
            Condition::HasAny { facet, values } => {
                let values: Vec<_> = values.iter().map(|value| self.has(questions, facet, value)).collect();
                format!("({})", values.join(self.or))
            }
            Condition::Number { number, at_least: Some(bound), .. } => {
                format!("{}{number} >= {bound}", self.of_profile)
            }
            Condition::Number { number, at_most: Some(bound), .. } => {
                format!("{}{number} <= {bound}", self.of_profile)
            }
            other => panic!("the workload has no {other:?}"),
        }
    }

    fn has(&self, questions: &Questions, facet: &str, value: &str) -> String {
        let of = self.of_profile;
        match self.form {
            Form::Flags => format!("{of}{}", flag(facet, value)),
            Form::Words if questions.facet(facet).many => format!("(\"{value}\" in {of}{facet})"),
            Form::Words => format!("{of}{facet} == \"{value}\""),
        }
    }
}

/// A condition as JSON Logic.
pub fn json_logic(questions: &Questions, form: Form, condition: &Condition) -> Value {
    let inner = |parts: &[Condition]| -> Vec<Value> {
        parts.iter().map(|part| json_logic(questions, form, part)).collect()
    };
    let has = |facet: &str, value: &str| match form {
        Form::Flags => json!({ "var": flag(facet, value) }),
        Form::Words if questions.facet(facet).many => json!({ "in": [value, { "var": facet }] }),
        Form::Words => json!({ "===": [{ "var": facet }, value] }),
    };
    match condition {
        Condition::All(parts) => json!({ "and": inner(parts) }),
        Condition::Any(parts) => json!({ "or": inner(parts) }),
        Condition::Not(part) => json!({ "!": [json_logic(questions, form, part)] }),
        Condition::Has { facet, value } => has(facet, value),
        Condition::HasAny { facet, values } => {
            json!({ "or": values.iter().map(|value| has(facet, value)).collect::<Vec<_>>() })
        }
        Condition::Number { number, at_least: Some(bound), .. } => {
            json!({ ">=": [{ "var": number }, bound] })
        }
        Condition::Number { number, at_most: Some(bound), .. } => json!({ "<=": [{ "var": number }, bound] }),
        other => panic!("the workload has no {other:?}"),
    }
}
