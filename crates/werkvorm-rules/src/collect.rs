//! What a script leaves behind: declared rules and problems, kept until every script has run.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::Position;
use werkvorm_core::{Code, Diagnostic, Label, Pack, Rule, code};

use crate::script::MAX_RULES;
use crate::tokens::Token;
use crate::{locate, usage};

/// How many different problems of one kind are kept for one place; a loop can make millions.
const MAX_AT_ONE_PLACE: usize = 20;
/// So that a loop cannot make mistakes for minutes.
const STEPS_OF_A_PROBLEM: usize = 100;
/// How far the end of a call is looked for.
const MAX_TOKENS_OF_CALL: usize = 5_000;

/// Shared between the script engine and the builder while scripts run.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    pub(crate) pack: Arc<Pack>,
    state: Arc<Mutex<State>>,
    steps: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct State {
    file: String,
    source: Arc<str>,
    /// Where the tokens of the source are.
    tokens: Vec<Range<usize>>,
    /// The functions that the script itself defines, as written.
    own_functions: Vec<String>,
    rules: Vec<(Rule, Label)>,
    found: BTreeMap<Kind, Vec<Found>>,
}

/// What makes problems alike: file, line, column and code.
type Kind = (String, usize, usize, &'static str);

#[derive(Debug)]
struct Found {
    diagnostic: Diagnostic,
    /// The message without what differs from turn to turn of a loop.
    like: String,
    more: usize,
}

/// What a problem is about: the call at a position, or something in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// The call itself.
    Call,
    /// A field of the map that is handed over.
    Field(&'a str),
    /// A text that is handed over, or an operand.
    Value(&'a str),
}

impl Collector {
    pub(crate) fn new(pack: Arc<Pack>) -> Self {
        Self { pack, state: Arc::default(), steps: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the lists half-written: every change is one push.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn start(&self, file: &str, source: &str, tokens: &[Token<'_>]) {
        let mut state = self.state();
        state.file = file.to_owned();
        state.source = source.into();
        state.tokens = tokens.iter().map(Token::range).collect();
        state.own_functions.clear();
        self.steps.store(0, Ordering::Relaxed);
    }

    /// The steps that the running script has taken.
    pub(crate) fn steps(&self) -> Arc<AtomicU64> {
        self.steps.clone()
    }

    /// Counts work that the script language sees as one step.
    pub(crate) fn charge(&self, steps: usize) {
        self.steps.fetch_add(steps as u64, Ordering::Relaxed);
    }

    pub(crate) fn set_own_functions(&self, functions: Vec<String>) {
        self.state().own_functions = functions;
    }

    pub(crate) fn own_functions(&self) -> Vec<String> {
        self.state().own_functions.clone()
    }

    pub(crate) fn file(&self) -> String {
        self.state().file.clone()
    }

    /// The place of a word of the script that is running.
    pub(crate) fn label(&self, position: Position) -> Label {
        self.state().label(position)
    }

    pub(crate) fn report(&self, code: &Code, position: Position, at: At<'_>, message: &str, help: &str) {
        self.report_like(code, position, at, message, help, message);
    }

    /// Reports a problem, once for everything alike at one place.
    pub(crate) fn report_like(
        &self,
        code: &Code,
        position: Position,
        at: At<'_>,
        message: &str,
        help: &str,
        like: &str,
    ) {
        self.charge(STEPS_OF_A_PROBLEM);
        let mut state = self.state();
        let kind =
            (state.file.clone(), position.line().unwrap_or(0), position.position().unwrap_or(0), code.id);
        let known = state.found.entry(kind.clone()).or_default();
        let full = known.len() >= MAX_AT_ONE_PLACE;
        if let Some(found) = known.iter_mut().find(|found| full || found.like == like) {
            found.more += 1;
            return;
        }
        let label = state.label_at(position, at);
        let diagnostic = Diagnostic::error(code, message, help).with_label(label);
        state.found.entry(kind).or_default().push(Found { diagnostic, like: like.to_owned(), more: 0 });
    }

    /// Adds a problem that has its place already.
    pub(crate) fn add(&self, diagnostic: Diagnostic) {
        let mut state = self.state();
        let first = diagnostic.labels.first();
        let kind = (
            state.file.clone(),
            first.map_or(0, |label| label.line as usize),
            first.map_or(0, |label| label.column as usize),
            diagnostic.code,
        );
        let like = diagnostic.message.clone();
        state.found.entry(kind).or_default().push(Found { diagnostic, like, more: 0 });
    }

    /// Keeps a rule, unless there are too many.
    pub(crate) fn declare(&self, rule: Rule, position: Position) {
        let mut state = self.state();
        if state.rules.len() < MAX_RULES {
            let label = state.label(position);
            state.rules.push((rule, label));
            return;
        }
        drop(state);
        let message = format!("the scripts declare more than {MAX_RULES} rules");
        let help = "declare one rule per method and situation; does a loop run too often?";
        self.report(&code::SCRIPT_LIMIT, position, At::Call, &message, help);
    }

    /// Everything that was left behind.
    pub(crate) fn finish(&self) -> (Vec<(Rule, Label)>, Vec<Diagnostic>) {
        let mut state = self.state();
        let found = std::mem::take(&mut state.found).into_values().flatten();
        let found = found.map(|Found { mut diagnostic, more, .. }| {
            if more > 0 {
                let times = if more == 1 { "once".to_owned() } else { format!("{more} times") };
                diagnostic.help = format!("{} ({times} more at this place)", diagnostic.help);
            }
            diagnostic
        });
        (std::mem::take(&mut state.rules), found.collect())
    }
}

impl State {
    fn label(&self, position: Position) -> Label {
        let line = position.line().map_or(1, |line| u32::try_from(line).unwrap_or(u32::MAX));
        let column = position.position().map_or(1, |column| u32::try_from(column).unwrap_or(u32::MAX));
        locate::at_position(&self.file, &self.source, line, column)
    }

    fn label_at(&self, position: Position, at: At<'_>) -> Label {
        let call = self.label(position);
        let start = locate::offset(&self.source, call.line, call.column);
        let Ok(first) = self.tokens.binary_search_by_key(&start, |range| range.start) else { return call };
        // The token before, and those after as far as one call can reasonably go.
        let before = first.saturating_sub(1);
        let near = self.tokens.iter().skip(before).take(MAX_TOKENS_OF_CALL);
        let tokens: Vec<Token<'_>> = near
            .map(|range| Token { text: self.source.get(range.clone()).unwrap_or(""), start: range.start })
            .collect();
        let found = match at {
            At::Call => None,
            At::Field(field) => field_of_map(&tokens, first - before, field),
            At::Value(value) => operand(&tokens, first - before, value),
        };
        found.map_or(call, |token| locate::at_bytes(&self.file, &self.source, token.range(), ""))
    }
}

/// The name of a field in the first map after a token, not in maps inside it.
fn field_of_map<'t>(tokens: &'t [Token<'t>], call: usize, field: &str) -> Option<&'t Token<'t>> {
    let mut depth = 0_i32;
    let inside = tokens.get(call + 1..)?;
    for (at, token) in inside.iter().enumerate() {
        depth += match token.text {
            "(" | "[" | "{" | "#{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        if depth <= 0 {
            return None;
        }
        let named = depth == 2 && unquoted(token.text) == field;
        if named && inside.get(at + 1).is_some_and(|next| next.text == ":") {
            return Some(token);
        }
    }
    None
}

/// A text between the brackets after a call, or beside an operator.
fn operand<'t>(tokens: &'t [Token<'t>], call: usize, value: &str) -> Option<&'t Token<'t>> {
    let is_value = |token: &&Token<'_>| token.text.len() == value.len() + 2 && unquoted(token.text) == value;
    if !tokens.get(call)?.is_word() {
        return tokens
            .get(call + 1)
            .filter(is_value)
            .or_else(|| tokens.get(call.checked_sub(1)?).filter(is_value));
    }
    let mut depth = 0_i32;
    let mut inside = tokens.get(call + 1..)?.iter().take_while(|token| {
        depth += match token.text {
            "(" | "[" | "{" | "#{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        depth > 0
    });
    inside.find(is_value)
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('`')).unwrap_or(text)
}

/// The problem with a value whose kind does not fit.
pub(crate) fn kind_of(value: &rhai::Dynamic) -> &'static str {
    usage::kind(value.type_name())
}
