//! A profile as it is written: every name and every answer with its place, whatever the format.
//!
//! The readers of the formats stop at the first thing they did not expect, and two of them forget where
//! anything stood. So they only read here; what a profile may hold is decided once, in `read.rs`.

use std::ops::Range;

use crate::read::ProfileFormat;

/// Something that is written, and its bytes in the text.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) range: Range<usize>,
    pub(crate) said: Said,
}

/// What is written.
#[derive(Debug)]
pub(crate) enum Said {
    Nothing,
    Whole(i64),
    Text(String),
    Truth(bool),
    /// A number with a fraction, a number without end, a date: as it is written.
    Other(String),
    List(Vec<Written>),
    /// Names with what stands under them, in the order of the text where that is known.
    Table(Vec<(Name, Written)>),
}

/// A name in a table, and its bytes in the text.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// Why and where a text cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    /// The place is a name that stands there already.
    pub(crate) twice: bool,
}

/// Reads a text in a format.
pub(crate) fn read(text: &str, format: ProfileFormat) -> Result<Written, Vec<Unreadable>> {
    match format {
        ProfileFormat::Json => json::read(text).map_err(|problem| vec![problem]),
        #[cfg(feature = "profiles")]
        ProfileFormat::Toml => toml_text::read(text),
        #[cfg(feature = "profiles")]
        ProfileFormat::Yaml => yaml::read(text).map_err(|problem| vec![problem]),
    }
}

/// A message of a reader in plain words, or else as it is: in one line, without what it expected.
fn plain(said: &str, table: &[(&str, &str)]) -> String {
    let known = table.iter().find(|(part, _)| said.contains(part)).map(|(_, plain)| (*plain).to_owned());
    known.unwrap_or_else(|| {
        let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
        line.split(", expected").next().unwrap_or("").trim_end_matches('.').to_owned()
    })
}

mod json {
    use std::ops::Range;

    use super::{Name, Said, Unreadable, Written, plain};

    /// `serde_json` judges the text; the places are found afterwards, in text that is known to be right.
    pub(super) fn read(text: &str) -> Result<Written, Unreadable> {
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => Ok(Places { text, at: 0 }.value()),
            Err(error) => Err(unreadable(text, &error)),
        }
    }

    fn unreadable(text: &str, error: &serde_json::Error) -> Unreadable {
        let start: usize =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        // Columns are counted in bytes, and stand behind the byte that is wrong.
        let mut at = (start + error.column().saturating_sub(1)).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or("");
        let said = if error.is_eof() { "EOF" } else { said };
        Unreadable { range: at..at, message: plain(said, &PLAIN), twice: false }
    }

    /// What the reader says, and what that means to somebody who writes a profile.
    const PLAIN: [(&str, &str); 10] = [
        ("EOF", "the text ends too early"),
        ("expected value", "an answer is missing or has no quotes"),
        ("key must be a string", "a question has no quotes"),
        ("expected `:`", "a colon is missing"),
        ("expected `,` or", "a comma or closing bracket is missing"),
        ("trailing comma", "a comma has nothing behind it"),
        ("trailing characters", "something stands behind the end"),
        ("recursion limit", "brackets are nested too deep"),
        ("control character", "a text has no closing quote"),
        ("invalid escape", "a backslash in a text must be written twice"),
    ];

    /// Where a reader of correct JSON stands.
    struct Places<'t> {
        text: &'t str,
        at: usize,
    }

    impl Places<'_> {
        fn rest(&self) -> &str {
            self.text.get(self.at..).unwrap_or("")
        }

        fn skip_space(&mut self) {
            self.at = self.text.len() - self.rest().trim_start().len();
        }

        /// Passes a mark, if that is what comes next.
        fn passes(&mut self, mark: char) -> bool {
            self.skip_space();
            let is_next = self.rest().starts_with(mark);
            self.at += if is_next { mark.len_utf8() } else { 0 };
            is_next
        }

        fn value(&mut self) -> Written {
            self.skip_space();
            let start = self.at;
            let said = if self.rest().starts_with('"') {
                Said::Text(self.string().1)
            } else if self.passes('[') {
                let mut items = Vec::new();
                while !self.passes(']') && !self.rest().is_empty() {
                    items.push(self.value());
                    self.passes(',');
                }
                Said::List(items)
            } else if self.passes('{') {
                let mut entries = Vec::new();
                while !self.passes('}') && !self.rest().is_empty() {
                    let (range, text) = self.string();
                    self.passes(':');
                    entries.push((Name { range, text }, self.value()));
                    self.passes(',');
                }
                Said::Table(entries)
            } else {
                self.word()
            };
            Written { range: start..self.at, said }
        }

        fn word(&mut self) -> Said {
            let end = self.rest().find(|c: char| c.is_whitespace() || ",]}".contains(c));
            let word = self.rest().get(..end.unwrap_or(self.rest().len())).unwrap_or("").to_owned();
            // INVARIANT: never without moving on, so that reading ends whatever the text.
            self.at += word.len().max(1);
            match word.as_str() {
                "null" => Said::Nothing,
                "true" => Said::Truth(true),
                "false" => Said::Truth(false),
                _ => word.parse().map_or(Said::Other(word), Said::Whole),
            }
        }

        fn string(&mut self) -> (Range<usize>, String) {
            self.skip_space();
            let start = self.at;
            let mut escaped = false;
            let end = self.rest().char_indices().skip(1).find(|(_, c)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            });
            self.at = end.map_or(self.text.len(), |(at, _)| start + at + 1);
            let written = self.text.get(start..self.at).unwrap_or("");
            (start..self.at, serde_json::from_str(written).unwrap_or_default())
        }
    }
}

#[cfg(feature = "profiles")]
mod toml_text {
    use toml::Spanned;
    use toml::de::{DeTable, DeValue};

    use super::{Name, Said, Unreadable, Written, plain};

    /// How many places are named in a text that cannot be read; text that is no TOML has them in every line.
    const MAX_PLACES: usize = 5;

    pub(super) fn read(text: &str) -> Result<Written, Vec<Unreadable>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let range = table.span();
            return Ok(Written { range, said: said(text, DeValue::Table(table.into_inner())) });
        }
        let unreadable = |error: toml::de::Error| Unreadable {
            range: error.span().unwrap_or(0..0),
            twice: error.message() == "duplicate key",
            message: plain(error.message(), &PLAIN),
        };
        let mut places: Vec<_> = errors.into_iter().map(unreadable).collect();
        // What follows on the same line is mostly about the same slip.
        places.sort_by_key(|place| place.range.start);
        places.dedup_by_key(|place| text.get(..place.range.start).unwrap_or("").matches('\n').count());
        places.truncate(MAX_PLACES);
        Err(places)
    }

    /// What the reader says, and what that means to somebody who writes a profile.
    const PLAIN: [(&str, &str); 8] = [
        ("string values must be quoted", "a text has no quotes"),
        ("key with no value", "no `=` behind the question; a question of several words needs quotes"),
        ("invalid unquoted key", "a question with this character needs quotes"),
        ("missing value", "an answer is missing"),
        ("unclosed array", "a list has no closing bracket"),
        ("missing comma", "a comma is missing"),
        ("recurs", "brackets are nested too deep"),
        ("invalid basic string", "a text has no closing quote"),
    ];

    fn written(text: &str, value: Spanned<DeValue<'_>>) -> Written {
        Written { range: value.span(), said: said_at(text, value) }
    }

    fn said_at(text: &str, value: Spanned<DeValue<'_>>) -> Said {
        let range = value.span();
        match value.into_inner() {
            DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
                .map_or_else(|_| Said::Other(text.get(range).unwrap_or("").to_owned()), Said::Whole),
            DeValue::Float(_) | DeValue::Datetime(_) => Said::Other(text.get(range).unwrap_or("").to_owned()),
            other => said(text, other),
        }
    }

    fn said(text: &str, value: DeValue<'_>) -> Said {
        match value {
            DeValue::String(word) => Said::Text(word.into_owned()),
            DeValue::Boolean(truth) => Said::Truth(truth),
            DeValue::Array(items) => Said::List(items.into_iter().map(|item| written(text, item)).collect()),
            DeValue::Table(entries) => {
                let entry = |(name, value): (Spanned<toml::de::DeString<'_>>, _)| {
                    let range = name.span();
                    (Name { range, text: name.into_inner().into_owned() }, written(text, value))
                };
                Said::Table(entries.into_iter().map(entry).collect())
            }
            other => Said::Other(format!("{other:?}")),
        }
    }
}

#[cfg(feature = "profiles")]
mod yaml {
    use std::fmt;
    use std::ops::Range;

    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
    use serde_saphyr::options::DuplicateKeyPolicy;
    use serde_saphyr::{Location, RenderOptions, Spanned, UserMessageFormatter};

    use super::{Name, Said, Unreadable, Written, plain};

    pub(super) fn read(text: &str) -> Result<Written, Unreadable> {
        let options = serde_saphyr::options! {
            // What is written twice is reported with everything else that is wrong.
            duplicate_keys: DuplicateKeyPolicy::PassThrough,
            // `no` and `yes` are words; only `true` and `false` are not.
            strict_booleans: true,
            budget: serde_saphyr::budget! { max_depth: 16, max_nodes: 20_000, flow_nesting_limit: 16 },
        };
        match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
            Ok(node) => Ok(written(text, node)),
            Err(error) => {
                let range = error.location().map_or(0..0, |location| range(text, location));
                let options = RenderOptions::new(&UserMessageFormatter);
                let said = error.without_snippet().render_with_options(options);
                let said = said.split(" at line ").next().unwrap_or("");
                Err(Unreadable { range, message: plain(said, &PLAIN), twice: false })
            }
        }
    }

    /// What the reader says, and what that means to somebody who writes a profile.
    const PLAIN: [(&str, &str); 13] = [
        (
            "mapping values are not allowed",
            "a colon is not possible here; check the spaces in front, or put the answer in quotes",
        ),
        ("illegal placement of ':'", "a colon is not possible here; is a bracket not closed?"),
        ("found a tab", "a tab is not possible here; write spaces"),
        ("multiline quoted scalar", "a text has no closing quote"),
        ("invalid trailing content", "something stands behind the closing quote"),
        ("unexpected character", "an answer that begins with this character needs quotes"),
        ("mapping keys are not allowed", "an answer that begins with this character needs quotes"),
        ("reference to unknown value", "an answer that begins with `*` needs quotes"),
        ("only single YAML document", "a second profile begins here; a file holds one"),
        ("expected string scalar", "a question is a word"),
        ("null is not allowed", "a question is a word"),
        ("recursion limit", "brackets are nested too deep"),
        ("too large or too complex", "brackets are nested too deep, or there are too many answers"),
    ];

    fn range(text: &str, location: Location) -> Range<usize> {
        let span = location.span();
        match (span.byte_offset(), span.byte_len()) {
            (Some(at), Some(length)) => {
                let at = usize::try_from(at).unwrap_or(0).min(text.len());
                let length = usize::try_from(length).unwrap_or(0);
                at..(at + length).min(text.len())
            }
            _ => {
                let line = usize::try_from(location.line()).unwrap_or(1);
                let start: usize =
                    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
                let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
                let rest = text.get(start..).unwrap_or("");
                let at = rest.char_indices().nth(column).map_or(text.len(), |(at, _)| start + at);
                at..at
            }
        }
    }

    fn written(text: &str, node: Spanned<Node>) -> Written {
        let range = range(text, node.referenced);
        let said = match node.value {
            Node::Said(Said::Other(_)) => {
                Said::Other(text.get(range.clone()).unwrap_or("").trim().to_owned())
            }
            Node::Said(said) => said,
            Node::List(items) => Said::List(items.into_iter().map(|item| written(text, item)).collect()),
            Node::Table(entries) => {
                let entry = |(name, value): (Spanned<String>, Spanned<Node>)| {
                    let range = self::range(text, name.referenced);
                    (Name { range, text: name.value }, written(text, value))
                };
                Said::Table(entries.into_iter().map(entry).collect())
            }
        };
        Written { range, said }
    }

    #[derive(Debug)]
    enum Node {
        Said(Said),
        List(Vec<Spanned<Node>>),
        Table(Vec<(Spanned<String>, Spanned<Node>)>),
    }

    impl<'de> Deserialize<'de> for Node {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(NodeVisitor)
        }
    }

    struct NodeVisitor;

    impl<'de> Visitor<'de> for NodeVisitor {
        type Value = Node;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an answer")
        }

        fn visit_unit<E>(self) -> Result<Node, E> {
            Ok(Node::Said(Said::Nothing))
        }

        fn visit_none<E>(self) -> Result<Node, E> {
            Ok(Node::Said(Said::Nothing))
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
            deserializer.deserialize_any(self)
        }

        fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
            Ok(Node::Said(Said::Truth(truth)))
        }

        fn visit_i64<E>(self, whole: i64) -> Result<Node, E> {
            Ok(Node::Said(Said::Whole(whole)))
        }

        fn visit_u64<E>(self, whole: u64) -> Result<Node, E> {
            Ok(Node::Said(i64::try_from(whole).map_or(Said::Other(String::new()), Said::Whole)))
        }

        fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
            Ok(Node::Said(Said::Other(String::new())))
        }

        fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
            Ok(Node::Said(Said::Other(String::new())))
        }

        fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
            Ok(Node::Said(Said::Other(String::new())))
        }

        fn visit_str<E>(self, text: &str) -> Result<Node, E> {
            Ok(Node::Said(Said::Text(text.to_owned())))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            Ok(Node::List(items))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(Node::Table(entries))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes what was read in one line, each thing with its own bytes.
    fn show(text: &str, written: &Written) -> String {
        let bytes = text.get(written.range.clone()).unwrap();
        match &written.said {
            Said::List(items) => {
                format!("[{}]", items.iter().map(|item| show(text, item)).collect::<Vec<_>>().join(" "))
            }
            Said::Table(entries) => {
                let entry = |(name, value): &(Name, Written)| {
                    format!("{}<{}>: {}", name.text, &text[name.range.clone()], show(text, value))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
            }
            Said::Text(word) => format!("{word}<{bytes}>"),
            Said::Whole(whole) => format!("{whole}<{bytes}>"),
            Said::Other(other) => format!("?{other}<{bytes}>"),
            Said::Truth(truth) => format!("!{truth}<{bytes}>"),
            Said::Nothing => "-".to_owned(),
        }
    }

    fn check(format: ProfileFormat, text: &str, want: &str) {
        let shown = match read(text, format) {
            Ok(written) => show(text, &written),
            Err(problems) => {
                let shown = |problem: &Unreadable| {
                    let line = text[..problem.range.start].matches('\n').count() + 1;
                    format!("{line}: {}", problem.message)
                };
                problems.iter().map(shown).collect::<Vec<_>>().join("; ")
            }
        };
        assert_eq!(shown, want, "{text:.200}");
    }

    #[test]
    fn json_with_places() {
        let json = |text: &str, want: &str| check(ProfileFormat::Json, text, want);
        json(
            r#"{"a": ["x", 1.5, null], "b\u00e9": {"c": -3}, "a": true}"#,
            r#"{a<"a">: [x<"x"> ?1.5<1.5> -] bé<"b\u00e9">: {c<"c">: -3<-3>} a<"a">: !true<true>}"#,
        );
        json(r#"{"a": "x \" ] , é"}"#, r#"{a<"a">: x " ] , é<"x \" ] , é">}"#);
        json("[]", "[]");
        json("{\"a\": 1\n\"b\": 2}", "2: a comma or closing bracket is missing");
        json("{\"a\": laag}", "1: an answer is missing or has no quotes");
        json("{a: 1}", "1: a question has no quotes");
        json("{\"a\":\n", "2: the text ends too early");
        json("{\"a\": \"x\n\"}", "2: a text has no closing quote");
        json(&"[".repeat(5000), "1: brackets are nested too deep");
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn toml_with_places() {
        let toml = |text: &str, want: &str| check(ProfileFormat::Toml, text, want);
        toml(
            "a = ['x', 1.5, 1979-05-27]\n[b]\nc = 0x10\nd.e = 99999999999999999999",
            "{a<a>: [x<'x'> ?1.5<1.5> ?1979-05-27<1979-05-27>] b<b>: {c<c>: 16<0x10> d<d>: {e<e>: ?99999999999999999999<99999999999999999999>}}}",
        );
        toml(
            "a = laag\nb = ['x' 'y']\n\nc d = 3",
            "1: a text has no quotes; 2: a comma is missing; 4: no `=` behind the question; a question of several words needs quotes",
        );
        toml("a = 1\na = 2", "2: duplicate key");
        toml("a = \"x\nb = 1", "1: a text has no closing quote");
        toml(&format!("a = {}", "[".repeat(5000)), "1: brackets are nested too deep");
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn yaml_with_places() {
        let yaml = |text: &str, want: &str| check(ProfileFormat::Yaml, text, want);
        yaml(
            "a: [x, 1.5, ~]\n# remark\n'b c':\n  d: -3\na: no\ne: true\nf: &g\n- x\nh: *g",
            "{a<a>: [x<x> ?1.5<1.5> -] b c<'b c'>: {d<d>: -3<-3>} a<a>: no<no> e<e>: !true<true> f<f>: [x<x>] h<h>: [x<*g>]}",
        );
        yaml("", "-");
        yaml(
            "a: x: y",
            "1: a colon is not possible here; check the spaces in front, or put the answer in quotes",
        );
        yaml("a: [x\nb: y", "2: a colon is not possible here; is a bracket not closed?");
        yaml("a: x\n\tb: y", "1: a tab is not possible here; write spaces");
        yaml("a: \"x\nb: y", "2: a text has no closing quote");
        yaml("a: %x", "1: an answer that begins with this character needs quotes");
        yaml("a: *x", "1: an answer that begins with `*` needs quotes");
        yaml("a: 1\n---\nb: 2", "3: a second profile begins here; a file holds one");
        yaml(&format!("a: {}", "[".repeat(5000)), "1: brackets are nested too deep");
        yaml(&"- ".repeat(5000), "1: brackets are nested too deep, or there are too many answers");
        yaml(
            "a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e]",
            "6: brackets are nested too deep, or there are too many answers",
        );
    }
}
