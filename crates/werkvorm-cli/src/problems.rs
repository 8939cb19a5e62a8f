//! Diagnostics for people in a terminal: the line they are about, with the place marked.

use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use werkvorm::{Diagnostic, Label, Severity};

/// Shows diagnostics, with the text of the files they point at where it is known.
pub(crate) fn show(diagnostics: &[Diagnostic], texts: &BTreeMap<String, String>, coloured: bool) -> String {
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let mut shown = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
        let mut group = Group::with_title(title);
        for (at, label) in diagnostic.labels.iter().enumerate() {
            if label.line == 0 {
                continue;
            }
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            match texts.get(&label.file).map(|text| (line_of(text, label), text)) {
                Some((Some((line, range)), _)) => {
                    let mut annotation = kind.span(range);
                    if !label.text.is_empty() {
                        annotation = annotation.label(label.text.as_str());
                    }
                    let snippet = Snippet::source(line)
                        .line_start(label.line as usize)
                        .path(label.file.as_str())
                        .annotation(annotation);
                    group = group.element(snippet);
                }
                _ => {
                    group = group.element(
                        annotate_snippets::Origin::path(label.file.as_str()).line(label.line as usize),
                    )
                }
            }
        }
        group = group.element(Level::HELP.message(diagnostic.help.as_str()));
        shown.push_str(&renderer.render(&[group]));
        shown.push_str("\n\n");
    }
    shown
}

/// The line of a label, and the bytes in it that are marked. Long lines are cut around the place.
fn line_of<'t>(text: &'t str, label: &Label) -> Option<(&'t str, std::ops::Range<usize>)> {
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
