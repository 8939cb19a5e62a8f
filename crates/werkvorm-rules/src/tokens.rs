//! The words and signs of a script, told apart well enough to point at them.
//!
//! The script language says where it stopped reading, which is often far from the mistake. To point at the
//! brace that is never closed, or at the `&&` between two conditions, this reads the text once more.

use std::ops::Range;

/// Signs of more than one character, longest first.
const SIGNS: [&str; 20] = [
    "===", "..=", "#{", "&&", "||", "==", "!=", "<=", ">=", "=>", "..", "+=", "-=", "*=", "/=", "%=", "&=",
    "|=", "::", "??",
];

/// A word, a number, a text with its quotes, or a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'s> {
    pub(crate) text: &'s str,
    pub(crate) start: usize,
}

impl Token<'_> {
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens of a script; remarks are left out.
///
/// # Errors
/// The place of a remark `/*` that is never closed.
pub(crate) fn read(source: &str) -> Result<Vec<Token<'_>>, usize> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = source.get(start..).filter(|rest| !rest.is_empty()) {
        let length = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => remark(rest).ok_or(start)?,
            [b'"', ..] => quoted(rest),
            [b'`', ..] => backticked(rest),
            _ => plain(rest),
        };
        let length = length.max(1);
        let text = rest.get(..length).unwrap_or(rest);
        if !text.trim().is_empty() && !text.starts_with("//") && !text.starts_with("/*") {
            tokens.push(Token { text, start });
        }
        start += text.len();
    }
    Ok(tokens)
}

/// The length of a remark, with the remarks inside it.
fn remark(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match text.as_bytes().get(at..)? {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            [_, ..] => at += 1,
            [] => return None,
        }
    }
}

/// The length of a text in quotes; one that is not closed ends with its line.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of a text in backticks, with the `${…}` inside it.
fn backticked(text: &str) -> usize {
    let mut at = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match rest.as_bytes() {
            [b'`', ..] => return at + 1,
            [b'$', b'{', ..] => at += 2 + interpolated(rest.get(2..).unwrap_or("")),
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    text.len()
}

/// The length of what stands between `${` and its `}`, with that brace.
fn interpolated(text: &str) -> usize {
    let mut depth = 1_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest.as_bytes() {
            [b'"', ..] => quoted(rest),
            [b'`', ..] => backticked(rest),
            [b'{', ..] => {
                depth += 1;
                1
            }
            [b'}', ..] => {
                depth -= 1;
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a word, number, sign or blank.
fn plain(text: &str) -> usize {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    if text.starts_with(word) {
        return text.find(|c| !word(c)).unwrap_or(text.len());
    }
    let sign = SIGNS.iter().find(|sign| text.starts_with(**sign)).map(|sign| sign.len());
    sign.unwrap_or_else(|| text.chars().next().map_or(1, char::len_utf8))
}

/// What is wrong with the brackets of a script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unbalanced<'s> {
    /// The script ends while these are open, innermost first.
    NeverClosed(Vec<Token<'s>>),
    /// This bracket is open when another kind is closed.
    ClosedBy(Token<'s>, Token<'s>),
    /// This bracket closes nothing.
    ClosesNothing(Token<'s>),
}

/// The first bracket without its partner.
pub(crate) fn unbalanced<'s>(tokens: &[Token<'s>]) -> Option<Unbalanced<'s>> {
    let mut open: Vec<Token<'s>> = Vec::new();
    for token in tokens {
        match (token.text, open.last()) {
            ("(" | "[" | "{" | "#{", _) => open.push(*token),
            (")" | "]" | "}", None) => return Some(Unbalanced::ClosesNothing(*token)),
            (")" | "]" | "}", Some(last)) if partner(last.text) != token.text => {
                return Some(Unbalanced::ClosedBy(*last, *token));
            }
            (")" | "]" | "}", Some(_)) => drop(open.pop()),
            _ => {}
        }
    }
    open.reverse();
    (!open.is_empty()).then_some(Unbalanced::NeverClosed(open))
}

/// What closes a bracket.
pub(crate) fn partner(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// The sign or word that asks a yes or no of the value at a place: `&&`, `||`, `if` or `while`.
pub(crate) fn asks_bool<'s>(tokens: &[Token<'s>], place: usize) -> Option<Token<'s>> {
    let at = tokens.iter().position(|token| token.range().end > place)?;
    let (before, after) = tokens.split_at(at);
    let mut depth = 0_i32;
    let next = after.iter().find(|token| {
        depth += match token.text {
            "(" | "[" | "#{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        depth < 0 || (depth == 0 && matches!(token.text, "&&" | "||" | "," | ";" | "{"))
    });
    if let Some(token) = next.filter(|token| matches!(token.text, "&&" | "||")) {
        return Some(*token);
    }
    before
        .iter()
        .rev()
        .find(|token| matches!(token.text, "&&" | "||" | "if" | "while" | "until" | "!"))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, want: &str) {
        let shown: Vec<&str> = read(source).unwrap().iter().map(|token| token.text).collect();
        assert_eq!(shown.join(" "), want, "{source}");
    }

    #[test]
    fn tokens_of_a_script() {
        check("let x = 1; // no\n/* no /* no */ */ y", "let x = 1 ; y");
        check(r#"a.has("b \" c") && d"#, r#"a . has ( "b \" c" ) && d"#);
        check("`a ${b(\"}\")} {` #{c: 1}", "`a ${b(\"}\")} {` #{ c : 1 }");
        check("\"open\nnext", "\"open next");
        check("één<=2", "één <= 2");
        assert_eq!(read("a /* b"), Err(2));
    }

    #[test]
    fn brackets() {
        let problem = |source| unbalanced(&read(source).unwrap()).map(|problem| format!("{problem:?}"));
        assert_eq!(problem("f(#{a: [1, (2)]})"), None);
        assert!(problem("f(1").unwrap().starts_with("NeverClosed"));
        assert!(problem("f(#{a: g(1, })").unwrap().starts_with("ClosedBy"));
        assert!(problem("f())").unwrap().starts_with("ClosesNothing"));
    }

    #[test]
    fn what_asks_a_bool() {
        let source = "if a { rule(b, #{ when: c == 1 && d, e: 2 }) }";
        let asked = |word: &str| {
            asks_bool(&read(source).unwrap(), source.find(word).unwrap()).map(|token| token.text)
        };
        assert_eq!(asked("a"), Some("if"));
        assert_eq!(asked("c"), Some("&&"));
        assert_eq!(asked("d,"), Some("&&"));
    }
}
