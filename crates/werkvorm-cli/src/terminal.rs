//! What the terminal can do, and the few marks we draw in it.
//!
//! Pages are made in colour; the output stream takes the colour away where it is not wanted.

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;

/// Lines longer than this are hard to read, however wide the window is.
const WIDEST: usize = 100;
/// Nothing is legible in less.
const NARROWEST: usize = 40;

/// How wide to write: `COLUMNS`, the window, or 80.
pub(crate) fn width() -> usize {
    let window = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.or(window).unwrap_or(80).clamp(NARROWEST, WIDEST)
}

/// Text in a style.
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

/// Text that cannot steer the terminal: what somebody wrote in a profile is shown, not obeyed.
pub(crate) fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_whitespace() { ' ' } else { char::REPLACEMENT_CHARACTER };
    text.trim().chars().map(|c| if c.is_control() { shown(c) } else { c }).collect()
}

/// A bar of twenty cells for a fit of 0 to 100: filled up to the fit, dotted over what is open.
pub(crate) fn bar(fit: i64, high: i64) -> String {
    let cells = |fit: i64| usize::try_from((fit.clamp(0, 100) + 2) / 5).unwrap_or(0);
    let (filled, reached) = (cells(fit), cells(high).max(cells(fit)));
    format!("{}{}{}", "█".repeat(filled), "░".repeat(reached - filled), "·".repeat(20 - reached))
}

/// A heading; a long one goes on on the next line.
pub(crate) fn heading(text: &str, width: usize) -> String {
    wrap(text, width).iter().map(|line| styled(line, bold().underline()) + "\n").collect()
}

/// A paragraph, wrapped, with a mark in front and the rest lined up under the text.
pub(crate) fn paragraph(mark: &str, text: &str, width: usize) -> String {
    paragraph_under(mark, display_width(mark), text, width)
}

/// A paragraph of which all lines but the first begin at a column.
pub(crate) fn paragraph_under(mark: &str, indent: usize, text: &str, width: usize) -> String {
    let lines = wrap(text, width.saturating_sub(indent.max(display_width(mark))));
    let indent = " ".repeat(indent);
    let mut page = String::new();
    for (at, line) in lines.iter().enumerate() {
        let mark = if at == 0 { mark } else { &indent };
        page.push_str(format!("{mark}{line}").trim_end());
        page.push('\n');
    }
    page
}

/// The lines of a text, each at most this wide. An address stays whole, so that it can be followed.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split([' ', '\n', '\t']).flat_map(|word| pieces(word, width)) {
        // INVARIANT: `lines` is never empty.
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word.text);
        } else if display_width(line) + usize::from(word.begins) + display_width(word.text) <= width {
            line.push_str(if word.begins { " " } else { "" });
            line.push_str(word.text);
        } else {
            line.truncate(line.trim_end().len());
            lines.push(word.text.to_owned());
        }
    }
    lines
}

/// A word, or a part of one that fits on no line.
struct Piece<'t> {
    text: &'t str,
    /// It has a space in front.
    begins: bool,
}

fn pieces(word: &str, width: usize) -> Vec<Piece<'_>> {
    let fits = display_width(word) <= width || word.contains("://") || word.contains('\u{1b}');
    let mut pieces = Vec::new();
    let mut rest = if fits { "" } else { word };
    if fits {
        pieces.push(Piece { text: word, begins: true });
    }
    while !rest.is_empty() {
        let mut room = width;
        let fitting = rest.char_indices().take_while(|(_, c)| {
            let wide = display_width(c.encode_utf8(&mut [0; 4]));
            let fits = wide <= room;
            room = room.saturating_sub(wide);
            fits
        });
        let hard = fitting.last().map_or(1, |(at, c)| at + c.len_utf8());
        let whole = hard >= rest.len();
        let soft = rest.get(..hard).and_then(|start| start.rfind(['-', '/', ':', '_'])).map(|at| at + 1);
        let (text, later) = rest.split_at(if whole { rest.len() } else { soft.unwrap_or(hard) });
        pieces.push(Piece { text, begins: pieces.is_empty() });
        rest = later;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, want: &[&str]) {
        assert_eq!(wrap(text, width), want, "{text}");
    }

    #[test]
    fn wrapping() {
        check("", 10, &[""]);
        check("een twee drie", 8, &["een twee", "drie"]);
        check("niet-breken aan-een streep", 12, &["niet-breken", "aan-een", "streep"]);
        check("id  met twee", 6, &["id", "met", "twee"]);
        check("id  met twee", 8, &["id  met", "twee"]);
        check("x rules/context/a.rhai:3 y", 10, &["x rules/", "context/", "a.rhai:3 y"]);
        check("x onafgebroken y", 6, &["x", "onafge", "broken", "y"]);
        check("zie https://example.org/lang nu", 10, &["zie", "https://example.org/lang", "nu"]);
        check("éénentwintig", 5, &["éénen", "twint", "ig"]);
        check("日本語の文", 4, &["日本", "語の", "文"]);
        check("\u{1b}[1mvet\u{1b}[0m gewoon", 10, &["\u{1b}[1mvet\u{1b}[0m gewoon"]);
    }

    #[test]
    fn what_somebody_wrote_is_harmless() {
        assert_eq!(harmless("a\u{1b}[31m\u{7}\nb "), "a\u{fffd}[31m\u{fffd} b");
    }

    #[test]
    fn bars() {
        assert_eq!(bar(0, 0), "·".repeat(20));
        assert_eq!(bar(100, 100), "█".repeat(20));
        assert_eq!(bar(50, 63), "██████████░░░·······");
    }
}
