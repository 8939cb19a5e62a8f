//! The Common Expression Language: a program per rule, a context per profile.

use cel::{Context, Program, Value};
use werkvorm_core::{Pack, Profile};

use crate::asking::{Book, Evaluator, Said};
use crate::written::{Form, Questions, Syntax};

pub struct Cel {
    programs: Vec<Program>,
    questions: Questions,
    form: Form,
    pub book: Book,
}

impl Cel {
    pub fn new(pack: &Pack, form: Form) -> Self {
        let questions = Questions::new(pack);
        let syntax = Syntax { and: " && ", or: " || ", not: "!", of_profile: "", form };
        let compile = |condition| {
            Program::compile(&syntax.expression(&questions, condition)).expect("a condition is an expression")
        };
        let programs = pack.rules.iter().map(|rule| compile(&rule.when)).collect();
        Self { programs, questions, form, book: Book::new(pack) }
    }
}

/// A value of the profile in the values of CEL.
fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Bool(so) => so.into(),
        serde_json::Value::Number(number) => number.as_i64().unwrap_or(0).into(),
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Array(values) => values.into_iter().map(value).collect::<Vec<_>>().into(),
        _ => Value::Null,
    }
}

impl Evaluator for Cel {
    type Encoded = Context<'static, 'static>;

    fn encode(&self, profile: &Profile) -> Self::Encoded {
        let mut context = Context::default();
        for (name, json) in self.questions.json(profile, self.form) {
            context.add_variable_from_value(name, value(json));
        }
        context
    }

    fn answer(&mut self, profile: &mut Self::Encoded, tell: impl FnMut(Said<'_>)) {
        let holds = |rule: usize| matches!(self.programs[rule].execute(profile), Ok(Value::Bool(true)));
        self.book.answer(holds, tell);
    }
}
