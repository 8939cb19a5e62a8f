//! Rhai, the script language that rules are written in; here it judges them too, a function per rule.
//!
//! Each function is compiled on its own, because Rhai looks for a function to call through all that were
//! compiled together. The profile is bound to `this`, so that it is not copied for a call.

use rhai::{AST, CallFnOptions, Dynamic, Engine, Map, OptimizationLevel, Scope};
use serde_json::Value;
use werkvorm_core::{Pack, Profile};

use crate::asking::{Book, Evaluator, Said};
use crate::written::{Form, Questions, Syntax};

pub struct Rhai {
    engine: Engine,
    rules: Vec<AST>,
    scope: Scope<'static>,
    questions: Questions,
    form: Form,
    pub book: Book,
}

impl Rhai {
    pub fn new(pack: &Pack, form: Form) -> Self {
        let mut engine = Engine::new();
        engine.set_optimization_level(OptimizationLevel::Full);
        let questions = Questions::new(pack);
        let syntax = Syntax { and: " && ", or: " || ", not: "!", of_profile: "this.", form };
        let compile = |condition| {
            let script = format!("fn holds() {{ {} }}", syntax.expression(&questions, condition));
            engine.compile(script).expect("a condition is a script")
        };
        let rules = pack.rules.iter().map(|rule| compile(&rule.when)).collect();
        Self { engine, rules, scope: Scope::new(), questions, form, book: Book::new(pack) }
    }
}

/// A value of the profile in the values of Rhai.
fn value(json: Value) -> Dynamic {
    match json {
        Value::Bool(so) => so.into(),
        Value::Number(number) => number.as_i64().unwrap_or(0).into(),
        Value::String(text) => text.into(),
        Value::Array(values) => values.into_iter().map(value).collect::<Vec<_>>().into(),
        _ => Dynamic::UNIT,
    }
}

impl Evaluator for Rhai {
    type Encoded = Dynamic;

    fn encode(&self, profile: &Profile) -> Dynamic {
        let json = self.questions.json(profile, self.form);
        json.into_iter().map(|(name, json)| (name.into(), value(json))).collect::<Map>().into()
    }

    fn answer(&mut self, profile: &mut Dynamic, tell: impl FnMut(Said<'_>)) {
        let Self { engine, rules, scope, book, .. } = self;
        let holds = |rule: usize| {
            let options = CallFnOptions::new().eval_ast(false).bind_this_ptr(profile);
            engine.call_fn_with_options::<bool>(options, scope, &rules[rule], "holds", ()).unwrap_or(false)
        };
        book.answer(holds, tell);
    }
}
