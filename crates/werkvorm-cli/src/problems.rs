//! Diagnostics for people in a terminal: the line they are about, with the place marked.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use werkvorm::{Diagnostic, Label, Severity};

use crate::terminal::{harmless, wrap};

/// Shows diagnostics, with the text of the files they point at where it is known.
pub(crate) fn show(diagnostics: &[Diagnostic], texts: &BTreeMap<String, String>, width: usize) -> String {
    let renderer = Renderer::styled().term_width(width);
    let mut shown = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // Long sentences go on on the next line, under their beginning.
        let message = wrapped(&diagnostic.message, width, "error[WV0000]: ".len());
        let mut group = Group::with_title(level.primary_title(message.as_str()).id(diagnostic.code));
        for (at, label) in diagnostic.labels.iter().enumerate() {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let line = texts.get(&label.file).and_then(|text| line_of(text, label));
            group = match line {
                Some((line, range)) => {
                    let mut annotation = kind.span(range);
                    if !label.text.is_empty() {
                        annotation = annotation.label(label.text.as_str());
                    }
                    let snippet = Snippet::source(line)
                        .line_start(label.line as usize)
                        .path(label.file.as_str())
                        .annotation(annotation);
                    group.element(snippet)
                }
                None if label.line == 0 => group.element(Origin::path(label.file.as_str())),
                None => {
                    let place = Origin::path(label.file.as_str()).line(label.line as usize);
                    group.element(place.char_column(label.column.max(1) as usize))
                }
            };
        }
        // The help stands behind the column of line numbers.
        let numbers = diagnostic.labels.iter().map(|label| label.line).max().unwrap_or(0).max(1).ilog10();
        let help = wrapped(&diagnostic.help, width, numbers as usize + " = help: ".len() + 1);
        group = group.element(Level::HELP.message(help.as_str()));
        shown.push_str(&renderer.render(&[group]));
        shown.push_str("\n\n");
    }
    shown
}

fn wrapped(text: &str, width: usize, indent: usize) -> String {
    wrap(&harmless(text), width.saturating_sub(indent)).join("\n")
}

/// The line of a label, and the bytes in it that are marked. Long lines are cut around the place.
fn line_of<'t>(text: &'t str, label: &Label) -> Option<(&'t str, Range<usize>)> {
    let line = text.lines().nth(label.line.checked_sub(1)? as usize)?;
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let start = label.column.saturating_sub(1) as usize;
    let range = byte(start)..byte(start + label.length as usize);
    if line.len() <= 400 {
        return Some((line, range));
    }
    let from = byte(start.saturating_sub(100));
    let to = byte(start + label.length as usize + 100);
    Some((line.get(from..to)?, range.start - from..range.end.min(to) - from))
}
