//! JSON Logic: each rule compiled once, the profile parsed once, results in memory that is used again.

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{Engine, Logic, ParsedData};
use serde_json::Value;
use werkvorm_core::{Pack, Profile};

use crate::asking::{Book, Evaluator, Said};
use crate::written::{Form, Questions, json_logic};

pub struct DataLogic {
    engine: Engine,
    rules: Vec<Logic>,
    arena: Bump,
    questions: Questions,
    form: Form,
    pub book: Book,
}

impl DataLogic {
    pub fn new(pack: &Pack, form: Form) -> Self {
        let (engine, questions) = (Engine::new(), Questions::new(pack));
        let compile = |condition| {
            let json = json_logic(&questions, form, condition).to_string();
            engine.compile(json.as_str()).expect("a condition is JSON Logic")
        };
        let rules = pack.rules.iter().map(|rule| compile(&rule.when)).collect();
        Self { engine, rules, arena: Bump::new(), questions, form, book: Book::new(pack) }
    }
}

impl Evaluator for DataLogic {
    type Encoded = ParsedData;

    fn encode(&self, profile: &Profile) -> ParsedData {
        let json = Value::Object(self.questions.json(profile, self.form)).to_string();
        ParsedData::from_json(&json).expect("a profile is JSON")
    }

    fn answer(&mut self, profile: &mut ParsedData, tell: impl FnMut(Said<'_>)) {
        self.arena.reset();
        let Self { engine, rules, arena, book, .. } = self;
        let profile = &*profile;
        let holds = |rule: usize| {
            engine.evaluate(&rules[rule], profile, arena).is_ok_and(|value| value.as_bool() == Some(true))
        };
        book.answer(holds, tell);
    }
}
