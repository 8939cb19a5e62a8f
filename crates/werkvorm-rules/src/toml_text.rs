//! TOML that cannot be read: what is wrong and what to write instead, in words for rule authors.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;
use werkvorm_core::{Code, Diagnostic};

use crate::locate;

/// How many mistakes of one file are shown; after the first ones, most are consequences.
const MAX_SHOWN: usize = 5;

/// Reads a file as TOML.
///
/// # Errors
/// The mistakes in it, at most one for each line.
pub(crate) fn parse<'s>(
    code: &Code,
    file: &str,
    source: &'s str,
) -> Result<Spanned<DeTable<'s>>, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    if errors.is_empty() {
        return Ok(table);
    }
    let mut found: Vec<(Range<usize>, &str)> =
        errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message())).collect();
    found.sort_by_key(|(range, _)| (range.start, range.end));
    // A list that is never closed swallows the rest of the file.
    let swallows = found.iter().any(|(_, message)| message.starts_with("unclosed"));
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for (range, message) in found {
        let before = source.get(..range.start).unwrap_or("").trim_end();
        let (message, help) = words(message, source.get(range.clone()).unwrap_or(""), before);
        // What is missing is missing behind what stands before it, not on the next line.
        let range = if range.is_empty() { before.len()..before.len() + 1 } else { range };
        let label = locate::at_bytes(file, source, range, "");
        let same_line = diagnostics.iter().flat_map(|d| &d.labels).any(|known| known.line == label.line);
        if !same_line && diagnostics.len() < if swallows { 1 } else { MAX_SHOWN } {
            diagnostics.push(Diagnostic::error(code, message, help).with_label(label));
        }
    }
    Err(diagnostics)
}

fn words(message: &str, text: &str, before: &str) -> (String, &'static str) {
    let has = |part: &str| message.contains(part);
    let (message, help) = match () {
        () if message == "duplicate key" => {
            return (
                format!("`{}` is written twice", text.replace('`', "'")),
                "keep one of the two; a list of entries has double brackets: `[[facet]]`",
            );
        }
        () if has("key") && (text == ":" || before.ends_with(':')) => {
            ("`:` stands where `=` belongs", "write `field = value`; texts stand in double quotes")
        }
        () if has("multi-line") => {
            ("a text of several lines is not closed", "write three quotes where the text ends")
        }
        () if has("carriage return") => {
            ("a line ends in an unusual way", "save the file with ordinary line ends")
        }
        () if has("escaped") => {
            ("a backslash stands before a letter where it means nothing", "write two backslashes for one")
        }
        () if has("must be quoted") && text.is_empty() => ("a field has no value", "write a value after `=`"),
        () if has("must be quoted") => {
            ("a text stands without quotes", "write the text between double quotes; numbers have digits only")
        }
        () if has("string") => ("a text is not closed on its line", "write `\"` where the text ends"),
        () if has("in array") || has("array elements") || message.starts_with("unclosed array,") => (
            "a list is not closed, or its items are not separated",
            "write `,` between the items and `]` where the list ends",
        ),
        () if has("array table") || has("unclosed table") => {
            ("a heading is not closed", "write as many brackets at the end as at the beginning: `[[facet]]`")
        }
        () if has("inline table") || has("key-value pairs") => (
            "a table in braces is not closed, or its fields are not separated",
            "write `{ nl = \"…\", en = \"…\" }`",
        ),
        () if has("key with no value") || has("missing value") => {
            ("a field has no value", "write `field = value`")
        }
        () if has("unexpected key or value") => (
            "something stands behind the value",
            "write one field on each line, and whole numbers without comma",
        ),
        () if has("boolean") && !["true", "false"].contains(&text.to_lowercase().as_str()) => {
            ("a text stands without quotes", "write the text between double quotes; numbers have digits only")
        }
        () if has("boolean") => (
            "a word looks like true or false",
            "write `true` or `false` in lower case, or put the text in quotes",
        ),
        () if has("leading zero") => {
            ("a number begins with zero", "take out the zero, or put the text in quotes")
        }
        () if has("date") || has("month") || has("day") => {
            ("a date does not exist", "put it in quotes, or correct it")
        }
        () if has("recurse") => ("lists stand inside lists too deep", "close each list with `]`"),
        () if has("key") => {
            ("a field has no proper name", "names of fields have letters, digits, `-` and `_`")
        }
        () => ("this is not TOML", "check quotes, commas and brackets just before this place"),
    };
    (message.to_owned(), help)
}
