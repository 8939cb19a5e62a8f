//! What the terminal can do, and the few marks we draw in it.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

/// Lines longer than this are hard to read, however wide the window is.
const WIDEST: usize = 100;

/// How wide to write: the window, `COLUMNS`, or 80.
pub(crate) fn width() -> usize {
    let window = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.or(window).unwrap_or(80).clamp(40, WIDEST)
}

/// Whether errors are shown in colour.
pub(crate) fn colours_errors() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Text in a style; the output stream takes the style away where it is not wanted.
pub(crate) fn styled(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn bold() -> Style {
    Style::new().bold()
}

pub(crate) fn dim() -> Style {
    Style::new().dimmed()
}

pub(crate) fn good() -> Style {
    AnsiColor::Green.on_default()
}

pub(crate) fn bad() -> Style {
    AnsiColor::Red.on_default()
}

pub(crate) fn open() -> Style {
    AnsiColor::Yellow.on_default()
}

/// A bar of twenty cells for a fit of 0 to 100: filled up to the fit, dotted over what is open.
pub(crate) fn bar(fit: i64, high: i64) -> String {
    let cells = |fit: i64| usize::try_from((fit.clamp(0, 100) + 2) / 5).unwrap_or(0);
    let (filled, reached) = (cells(fit), cells(high).max(cells(fit)));
    format!("{}{}{}", "█".repeat(filled), "░".repeat(reached - filled), "·".repeat(20 - reached))
}

/// A paragraph, wrapped, with a mark in front and the rest lined up under the text.
pub(crate) fn paragraph(mark: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(mark));
    let options =
        textwrap::Options::new(width).initial_indent(mark).subsequent_indent(&indent).break_words(false);
    format!("{}\n", textwrap::fill(text, options))
}
