//! Whether an entry of a TOML file has the fields it should have: every mistake at once, in plain words.
//!
//! What an entry should look like is in the JSON Schema of the type it is read into, so there is nothing to
//! keep in step by hand.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use werkvorm_core::{Code, Diagnostic, did_you_mean};

use crate::{locate, usage};

/// Lists that are written as `[[facet.value]]`.
const WRITTEN_AS: [(&str, &str); 1] = [("values", "value")];

/// An entry with its place.
pub(crate) struct Entry<'s> {
    pub(crate) file: &'s str,
    pub(crate) source: &'s str,
    /// What it is, such as `facet`.
    pub(crate) noun: &'s str,
    pub(crate) value: Spanned<DeValue<'s>>,
}

impl Entry<'_> {
    /// The id that is written in the entry, even when the rest is wrong.
    pub(crate) fn id(&self) -> Option<&str> {
        id_of(self.value.get_ref().as_table()?).map(|(id, _)| id)
    }

    /// Reads the entry into its type.
    ///
    /// # Errors
    /// Every field that is missing, unknown, or of the wrong kind.
    pub(crate) fn read<T: DeserializeOwned + JsonSchema>(self, code: &Code) -> Result<T, Vec<Diagnostic>> {
        let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
        let shape = Shape { root: schema.as_value() };
        let owner = shape.owner(self.noun, &self.value, "");
        let mut found = Vec::new();
        shape.value(schema.as_value(), &self.value, At { key: "", owner: &owner, listed: false }, &mut found);
        let (file, source) = (self.file, self.source);
        let diagnostic = |problem: Problem| {
            let label = locate::at_bytes(file, source, problem.range, "");
            Diagnostic::error(code, problem.message, problem.help).with_label(label)
        };
        if !found.is_empty() {
            return Err(found.into_iter().map(diagnostic).collect());
        }
        let span = header(&self.value);
        T::deserialize(toml::de::ValueDeserializer::from(self.value)).map_err(|error| {
            let range = error.span().unwrap_or(span);
            let message = format!("{owner} cannot be read");
            let help = "compare it with another entry of the same kind".to_owned();
            vec![diagnostic(Problem { range, message, help })]
        })
    }
}

struct Problem {
    range: Range<usize>,
    message: String,
    help: String,
}

/// The field that is looked at: an item of it, when it is a list.
#[derive(Clone, Copy)]
struct At<'a> {
    key: &'a str,
    owner: &'a str,
    listed: bool,
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = if self.listed { "an item of " } else { "" };
        write!(f, "{item}`{}` of {}", written_as(self.key), self.owner)
    }
}

struct Shape<'s> {
    root: &'s Value,
}

impl<'s> Shape<'s> {
    /// The schema itself, behind references and "or nothing".
    fn plain(&self, schema: &'s Value) -> &'s Value {
        let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
        if let Some(name) = name {
            return self.plain(&self.root["$defs"][name]);
        }
        let options = schema["anyOf"].as_array().into_iter().flatten();
        let mut real = options.filter(|option| option["type"] != "null");
        match (real.next(), real.next()) {
            (Some(only), None) => self.plain(only),
            _ => schema,
        }
    }

    /// What an entry or table is called: with its id, or by the field it stands in.
    fn owner(&self, noun: &str, value: &Spanned<DeValue<'_>>, outer: &str) -> String {
        match value.get_ref().as_table().and_then(|table| id_of(table)) {
            Some((id, _)) => format!("the {noun} `{id}`"),
            None if outer.is_empty() => format!("the {noun}"),
            None => outer.to_owned(),
        }
    }

    fn value(&self, schema: &'s Value, value: &Spanned<DeValue<'_>>, at: At<'_>, found: &mut Vec<Problem>) {
        let schema = self.plain(schema);
        if let Some(options) = schema["anyOf"].as_array() {
            // What may also be nothing is an answer of a profile: the engine judges it.
            let fitting =
                options.iter().map(|option| self.plain(option)).find(|option| fits(option, value.get_ref()));
            match fitting {
                _ if options.iter().any(|option| option["type"] == "null") => {}
                Some(option) => self.value(option, value, at, found),
                None => self.wrong(options.first().unwrap_or(schema), value, at, found),
            }
            return;
        }
        let mut report =
            |message: String, help: String| found.push(Problem { range: value.span(), message, help });
        match value.get_ref() {
            DeValue::Table(table) if allows(schema, "object") => self.table(schema, value, table, at, found),
            DeValue::Array(items) if allows(schema, "array") => {
                for item in items.iter() {
                    self.value(&schema["items"], item, At { listed: true, ..at }, found);
                }
            }
            DeValue::String(text) if schema["oneOf"].is_array() => {
                let options = consts(schema);
                if !options.contains(&text.as_ref()) {
                    let shown: Vec<String> = options.iter().map(|option| format!("`\"{option}\"`")).collect();
                    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
                    let near = did_you_mean(text, options.into_iter());
                    let help = format!("{near}write {}", usage::listed(&shown).replace(" and ", " or "));
                    report(format!("`{text}` is not possible for {at}"), help);
                }
            }
            DeValue::Integer(number) if allows(schema, "integer") => {
                let whole = i64::from_str_radix(number.as_str(), number.radix()).ok();
                let low = schema["minimum"].as_i64().unwrap_or(i64::MIN);
                let high = if schema["format"] == "uint32" { i64::from(u32::MAX) } else { i64::MAX };
                if whole.is_none_or(|whole| whole < low || whole > high) {
                    let help =
                        if low == 0 { "write a whole number from 0" } else { "write a smaller whole number" };
                    report(format!("{at} is out of bounds"), help.to_owned());
                }
            }
            DeValue::String(_) if allows(schema, "string") => {}
            DeValue::Boolean(_) if allows(schema, "boolean") => {}
            _ => self.wrong(schema, value, at, found),
        }
    }

    fn wrong(&self, schema: &'s Value, value: &Spanned<DeValue<'_>>, at: At<'_>, found: &mut Vec<Problem>) {
        let (wanted, got) = match (self.wanted(schema), kind(value.get_ref())) {
            (wanted @ "a text in both languages", "a text") => (wanted, "a text in one"),
            pair => pair,
        };
        let help = match (written_as(at.key), at.listed) {
            ("value", _) => "write `[[facet.value]]` above each value".to_owned(),
            (key, true) => format!("write `{key} = [{}]`", self.example(schema, 0)),
            (key, false) => format!("write `{key} = {}`", self.example(schema, 0)),
        };
        found.push(Problem {
            range: value.span(),
            message: format!("{at} should be {wanted}, not {got}"),
            help,
        });
    }

    fn table(
        &self,
        schema: &'s Value,
        value: &Spanned<DeValue<'_>>,
        table: &DeTable<'_>,
        At { key, owner, .. }: At<'_>,
        found: &mut Vec<Problem>,
    ) {
        let Some(fields) = schema["properties"].as_object() else {
            // A map from ids to values: the keys are free.
            for (name, inner) in table {
                let owner = format!("`{key}` of {owner}");
                let at = At { key: name.get_ref(), owner: &owner, listed: false };
                self.value(&schema["additionalProperties"], inner, at, found);
            }
            return;
        };
        let owner = match key {
            "" => owner.to_owned(),
            key => self.owner(
                written_as(key).trim_end_matches('s'),
                value,
                &format!("`{}` of {owner}", written_as(key)),
            ),
        };
        let field_of = |name: &str| {
            let inner =
                WRITTEN_AS.iter().find(|(inner, written)| *written == name && fields.contains_key(*inner));
            fields.get_key_value(inner.map_or(name, |(inner, _)| inner))
        };
        let mut unknown = Vec::new();
        for (name, inner) in table {
            let at = |key| At { key, owner: &owner, listed: false };
            match (field_of(name.get_ref()), &schema["additionalProperties"]) {
                (Some((field, schema)), _) => self.value(schema, inner, at(field), found),
                (None, Value::Bool(false)) => unknown.push(name),
                (None, schema) => self.value(schema, inner, at(name.get_ref()), found),
            }
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing = required.filter(|field| {
            !table.keys().any(|name| field_of(name.get_ref()).is_some_and(|(known, _)| known == field))
        });
        for field in missing {
            let schema = self.plain(&fields[field]);
            let help = match written_as(field) {
                "value" => "add at least one `[[facet.value]]`".to_owned(),
                written => format!("add `{written} = {}`", self.example(schema, 0)),
            };
            found.push(Problem {
                range: header(value),
                message: format!("{owner} has no `{}`", written_as(field)),
                help,
            });
        }
        for name in unknown {
            let known = || fields.keys().map(|field| written_as(field));
            let shown: Vec<String> = known().map(|field| format!("`{field}`")).collect();
            let help =
                format!("{}the fields are {}", did_you_mean(name.get_ref(), known()), shown.join(", "));
            let message = format!("{owner} has an unknown field `{}`", name.get_ref());
            found.push(Problem { range: name.span(), message, help });
        }
    }

    /// What a value should be, in words.
    fn wanted(&self, schema: &Value) -> &'static str {
        match () {
            () if schema["oneOf"].is_array() => "one of a few words",
            () if allows(schema, "array") => "a list",
            () if allows(schema, "integer") => "a whole number",
            () if allows(schema, "boolean") => "`true` or `false`",
            () if allows(schema, "string") => "a text",
            () if schema["properties"]["nl"].is_object() => "a text in both languages",
            () => "a table",
        }
    }

    /// A value as it could be written.
    fn example(&self, schema: &'s Value, depth: usize) -> String {
        let schema = self.plain(schema);
        match () {
            () if schema["oneOf"].is_array() => format!("\"{}\"", consts(schema).first().unwrap_or(&"…")),
            () if allows(schema, "array") => format!("[{}]", self.example(&schema["items"], depth)),
            () if allows(schema, "integer") => "1".to_owned(),
            () if allows(schema, "boolean") => "true".to_owned(),
            () if allows(schema, "string") => "\"…\"".to_owned(),
            () if depth > 1 => "{ … }".to_owned(),
            () => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                // Citations need a section most of the time, so show it.
                let section = schema["properties"].get("section").map(|_| "section");
                let fields: Vec<String> = required
                    .chain(section)
                    .map(|field| {
                        format!("{field} = {}", self.example(&schema["properties"][field], depth + 1))
                    })
                    .collect();
                if fields.is_empty() { "{ … }".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
            }
        }
    }
}

/// Whether a schema allows a kind of value.
fn allows(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

/// Whether a value is of a kind that a schema allows.
fn fits(schema: &Value, value: &DeValue<'_>) -> bool {
    let kind = match value {
        DeValue::String(_) => "string",
        DeValue::Integer(_) => "integer",
        DeValue::Boolean(_) => "boolean",
        DeValue::Array(_) => "array",
        DeValue::Table(_) => "object",
        DeValue::Float(_) | DeValue::Datetime(_) => return false,
    };
    allows(schema, kind)
}

fn consts(schema: &Value) -> Vec<&str> {
    schema["oneOf"].as_array().into_iter().flatten().filter_map(|option| option["const"].as_str()).collect()
}

fn written_as(field: &str) -> &str {
    WRITTEN_AS.iter().find(|(inner, _)| *inner == field).map_or(field, |(_, written)| written)
}

fn id_of<'t>(table: &'t DeTable<'_>) -> Option<(&'t str, Range<usize>)> {
    let id = table.iter().find(|(key, _)| key.get_ref() == "id")?.1;
    Some((id.get_ref().as_str()?, id.span()))
}

/// Where an entry is pointed at as a whole: its id, or where it begins.
pub(crate) fn header(value: &Spanned<DeValue<'_>>) -> Range<usize> {
    let start = value.span().start;
    let Some(table) = value.get_ref().as_table() else { return start..start + 1 };
    // A whole file has no heading, so its first field is the place.
    let first = table.keys().map(Spanned::span).min_by_key(|range| range.start).filter(|_| start == 0);
    id_of(table).map(|(_, range)| range).or(first).unwrap_or(start..start + 1)
}

/// The kind of a value, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
