//! From offsets and words to places that a person can look up: line, column and length in characters.

use std::ops::Range;

use werkvorm_core::Label;

/// The place of a range of bytes.
pub(crate) fn at_bytes(file: &str, source: &str, range: Range<usize>, text: impl Into<String>) -> Label {
    let start = floor(source, range.start);
    let before = source.get(..start).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let inside = source.get(start..floor(source, range.end)).unwrap_or("");
    let first_line = inside.lines().next().unwrap_or("");
    Label {
        file: file.to_owned(),
        line: count(before.matches('\n').count()) + 1,
        column: count(before.get(line_start..).unwrap_or("").chars().count()) + 1,
        length: count(first_line.chars().count()).max(1),
        text: text.into(),
    }
}

/// The place of the word that starts at a line and column, as script positions are given.
pub(crate) fn at_position(file: &str, source: &str, line: u32, column: u32) -> Label {
    let text = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or("");
    let rest: String = text.chars().skip(column.saturating_sub(1) as usize).collect();
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let quoted: String = if rest.starts_with(['"', '`']) {
        let quote = rest.chars().next();
        let end = rest.chars().skip(1).position(|c| Some(c) == quote).map_or(1, |at| at + 2);
        rest.chars().take(end).collect()
    } else {
        String::new()
    };
    let sign: String = rest.chars().take_while(|c| "&|=!<>".contains(*c)).collect();
    let length = word.chars().count().max(quoted.chars().count()).max(sign.chars().count()).max(1);
    Label {
        file: file.to_owned(),
        line: line.max(1),
        column: column.max(1),
        length: count(length),
        text: String::new(),
    }
}

/// The byte offset of a line and column of characters.
pub(crate) fn offset(source: &str, line: u32, column: u32) -> usize {
    let line_start: usize =
        source.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
    let text = source.get(line_start..).unwrap_or("");
    let before: usize = text.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum();
    (line_start + before).min(source.len())
}

/// The byte offset of a place as the script language gives it; without a place, the end.
pub(crate) fn offset_of(source: &str, position: rhai::Position) -> usize {
    let whole = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok());
    match (whole(position.line()), whole(position.position())) {
        (Some(line), column) => offset(source, line, column.unwrap_or(1)),
        (None, _) => source.trim_end().len(),
    }
}

fn floor(source: &str, mut at: usize) -> usize {
    at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters() {
        let source = "één = 1\ntwee = \"drie\"\n";
        let at = source.find("drie").unwrap();
        let label = at_bytes("f", source, at..at + 4, "");
        assert_eq!((label.line, label.column, label.length), (2, 9, 4));
        let label = at_position("f", source, 1, 1);
        assert_eq!(label.length, 3);
        assert_eq!(offset(source, 2, 9), source.find("drie").unwrap());
    }
}
