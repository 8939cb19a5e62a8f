//! What a script leaves behind: declared rules and problems, kept until every script has run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::Position;
use werkvorm_core::{Code, Diagnostic, Label, Pack, Rule};

use crate::locate;

/// Shared between the script engine and the builder while scripts run.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    pub(crate) pack: Arc<Pack>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    file: String,
    source: Arc<str>,
    rules: Vec<(Rule, Label)>,
    found: Vec<Diagnostic>,
}

impl Collector {
    pub(crate) fn new(pack: Arc<Pack>) -> Self {
        Self { pack, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the lists half-written: every change is one push.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn start(&self, file: &str, source: &str) {
        let mut state = self.state();
        state.file = file.to_owned();
        state.source = source.into();
    }

    pub(crate) fn file(&self) -> String {
        self.state().file.clone()
    }

    /// The place of a word of the script that is running.
    pub(crate) fn label(&self, position: Position) -> Label {
        let state = self.state();
        let line = position.line().map_or(1, |line| u32::try_from(line).unwrap_or(u32::MAX));
        let column = position.position().map_or(1, |column| u32::try_from(column).unwrap_or(u32::MAX));
        locate::at_position(&state.file, &state.source, line, column)
    }

    /// The place of a field of the rule that is declared at a position, or that of the rule itself.
    pub(crate) fn field_label(&self, position: Position, field: &str) -> Label {
        let label = self.label(position);
        let state = self.state();
        let start = locate::offset(&state.source, label.line, label.column);
        let rest = state.source.get(start..).unwrap_or("");
        // The next declaration ends the search.
        let end = rest.get(1..).and_then(|later| later.find("rule(")).map_or(rest.len(), |at| at + 1);
        let inside = rest.get(..end).unwrap_or("");
        let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let place = inside.match_indices(field).find(|(at, _)| {
            let before = inside.get(..*at).and_then(|text| text.chars().next_back());
            let after = inside.get(at + field.len()..).unwrap_or("").trim_start();
            boundary(before) && after.starts_with(':') && !after.starts_with("::")
        });
        match place {
            Some((at, _)) => {
                locate::at_bytes(&state.file, &state.source, start + at..start + at + field.len(), "")
            }
            None => label,
        }
    }

    pub(crate) fn report(
        &self,
        code: &Code,
        label: Label,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(code, message, help).with_label(label);
        self.state().found.push(diagnostic);
    }

    pub(crate) fn declare(&self, rule: Rule, label: Label) {
        self.state().rules.push((rule, label));
    }

    /// Everything that was left behind.
    pub(crate) fn finish(&self) -> (Vec<(Rule, Label)>, Vec<Diagnostic>) {
        let mut state = self.state();
        (std::mem::take(&mut state.rules), std::mem::take(&mut state.found))
    }
}
