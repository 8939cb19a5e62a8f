//! ZEN, in the two ways that it can be fast: an expression per rule, and one decision table with an index.
//!
//! The table is written for its index, which knows which rows want a text or a truth in a column: a column for
//! each facet with one value, and one for each value of the others. A row has no alternatives, so a condition
//! with alternatives takes several rows. Only numbers are left to be judged row by row.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};
use werkvorm_core::{Condition, Pack, Profile};
use zen_engine::Decision;
use zen_engine::model::GraphContent;
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

use crate::asking::{Book, Evaluator, Said};
use crate::written::{Facet, Form, Questions, Syntax, flag};

/// An expression per rule.
pub struct Expressions {
    rules: Vec<Expression<Standard>>,
    machine: VM,
    questions: Questions,
    form: Form,
    pub book: Book,
}

impl Expressions {
    pub fn new(pack: &Pack, form: Form) -> Self {
        let questions = Questions::new(pack);
        let syntax = Syntax { and: " and ", or: " or ", not: "not ", of_profile: "", form };
        let compile = |condition| {
            compile_expression(&syntax.expression(&questions, condition))
                .expect("a condition is an expression")
        };
        let rules = pack.rules.iter().map(|rule| compile(&rule.when)).collect();
        Self { rules, machine: VM::new(), questions, form, book: Book::new(pack) }
    }
}

impl Evaluator for Expressions {
    type Encoded = Scope;

    fn encode(&self, profile: &Profile) -> Scope {
        Scope::new(Value::Object(self.questions.json(profile, self.form)).into())
    }

    fn answer(&mut self, profile: &mut Scope, tell: impl FnMut(Said<'_>)) {
        let Self { rules, machine, book, .. } = self;
        let holds = |rule: usize| {
            matches!(rules[rule].evaluate_with_scope(profile, machine), Ok(Variable::Bool(true)))
        };
        book.answer(holds, tell);
    }
}

/// What one row asks per column: values of a facet that takes one, a truth, or a bound.
type Row = BTreeMap<String, Cell>;

#[derive(Debug, Clone)]
enum Cell {
    OneOf(Vec<String>),
    Is(bool),
    Bound(String),
}

/// One decision table.
pub struct Table {
    decision: Decision,
    /// Which rules the rows of the last answer spoke for.
    held: Vec<bool>,
    questions: Questions,
    pub book: Book,
}

impl Table {
    pub fn new(pack: &Pack) -> Self {
        let questions = Questions::new(pack);
        let mut columns: Vec<String> = Vec::new();
        for facet in &questions.facets {
            if facet.many {
                columns.extend(facet.values.iter().map(|value| flag(&facet.id, value)));
            } else {
                columns.push(facet.id.clone());
            }
        }
        columns.extend(questions.numbers.iter().cloned());
        let inputs: Vec<Value> =
            columns.iter().map(|id| json!({ "id": id, "name": id, "field": id })).collect();
        let mut written = Vec::new();
        for (at, rule) in pack.rules.iter().enumerate() {
            for row in rows(&questions, &rule.when, false) {
                let mut cells: BTreeMap<_, _> =
                    row.iter().map(|(id, cell)| (id.clone(), cell.written())).collect();
                cells.insert("_id".to_owned(), written.len().to_string());
                cells.insert("rule".to_owned(), at.to_string());
                written.push(cells);
            }
        }
        let graph = json!({
            "nodes": [
                { "id": "in", "name": "in", "type": "inputNode", "content": {} },
                { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                    "hitPolicy": "first",
                    "inputs": inputs,
                    // Every row that fits adds to this list.
                    "outputs": [{ "id": "rule", "name": "rule", "field": "rules[]" }],
                    "rules": written,
                } },
                { "id": "out", "name": "out", "type": "outputNode", "content": {} },
            ],
            "edges": [
                { "id": "1", "sourceId": "in", "targetId": "table" },
                { "id": "2", "sourceId": "table", "targetId": "out" },
            ],
        });
        let content: GraphContent = serde_json::from_value(graph).expect("the graph is valid");
        let mut decision = Decision::from(content);
        decision.compile();
        Self { decision, held: vec![false; pack.rules.len()], questions, book: Book::new(pack) }
    }
}

impl Cell {
    fn written(&self) -> String {
        match self {
            Cell::OneOf(values) => {
                let values: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
                values.join(", ")
            }
            Cell::Is(so) => so.to_string(),
            Cell::Bound(bound) => bound.clone(),
        }
    }

    /// What both ask; nothing when that cannot be.
    fn with(&self, other: &Cell) -> Option<Cell> {
        match (self, other) {
            (Cell::OneOf(one), Cell::OneOf(two)) => {
                let both: Vec<_> = one.iter().filter(|value| two.contains(value)).cloned().collect();
                (!both.is_empty()).then_some(Cell::OneOf(both))
            }
            (Cell::Is(one), Cell::Is(two)) => (one == two).then_some(Cell::Is(*one)),
            _ => panic!("a condition of the workload asks one number"),
        }
    }
}

/// The alternatives of a condition.
fn rows(questions: &Questions, condition: &Condition, negated: bool) -> Vec<Row> {
    let inner = |part: &Condition, negated| rows(questions, part, negated);
    let all_of = |parts: Vec<Vec<Row>>| {
        parts.into_iter().fold(vec![Row::new()], |all, more| {
            all.iter().flat_map(|one| more.iter().filter_map(|two| joined(one, two))).collect()
        })
    };
    let one_of = |facet: &Facet, values: &[String]| {
        let wanted = |value: &&String| values.contains(value) != negated;
        if !facet.many {
            let values = facet.values.iter().filter(wanted).cloned().collect();
            return vec![Row::from([(facet.id.clone(), Cell::OneOf(values))])];
        }
        let is = |value: &String| Row::from([(flag(&facet.id, value), Cell::Is(!negated))]);
        let each = values.iter().map(is);
        if negated { all_of(each.map(|row| vec![row]).collect()) } else { each.collect() }
    };
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            let each = parts.iter().map(|part| inner(part, negated));
            let all = matches!(condition, Condition::All(_)) != negated;
            if all { all_of(each.collect()) } else { each.flatten().collect() }
        }
        Condition::Not(part) => inner(part, !negated),
        Condition::Has { facet, value } => one_of(questions.facet(facet), std::slice::from_ref(value)),
        Condition::HasAny { facet, values } => one_of(questions.facet(facet), values),
        Condition::Number { number, at_least: Some(bound), .. } => {
            vec![Row::from([(number.clone(), Cell::Bound(format!(">= {bound}")))])]
        }
        Condition::Number { number, at_most: Some(bound), .. } => {
            vec![Row::from([(number.clone(), Cell::Bound(format!("<= {bound}")))])]
        }
        other => panic!("the workload has no {other:?}"),
    }
}

fn joined(one: &Row, two: &Row) -> Option<Row> {
    let mut row = one.clone();
    for (column, cell) in two {
        let both = row.get(column).map_or(Some(cell.clone()), |own| own.with(cell))?;
        row.insert(column.clone(), both);
    }
    Some(row)
}

/// What comes of a future that waits for nothing.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a decision table waits for nothing"),
    }
}

impl Evaluator for Table {
    type Encoded = Variable;

    fn encode(&self, profile: &Profile) -> Variable {
        let mut json = self.questions.json(profile, Form::Words);
        json.extend(self.questions.json(profile, Form::Flags));
        let many = self.questions.facets.iter().filter(|facet| facet.many);
        many.for_each(|facet| drop(json.remove(&facet.id)));
        Value::Object(json).into()
    }

    fn answer(&mut self, profile: &mut Variable, tell: impl FnMut(Said<'_>)) {
        let answer = now(self.decision.evaluate(profile.shallow_clone())).expect("a table answers");
        self.held.fill(false);
        if let Some(rules) = answer.result.dot("rules").and_then(|rules| rules.as_array()) {
            for rule in rules.borrow().iter() {
                let rule = rule.as_number().and_then(|rule| usize::try_from(rule).ok());
                rule.into_iter().for_each(|rule| self.held[rule] = true);
            }
        }
        let Self { held, book, .. } = self;
        book.answer(|rule| held[rule], tell);
    }
}
