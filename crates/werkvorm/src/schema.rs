//! JSON Schemas of everything that crosses a border.

use schemars::schema_for;
use serde_json::{Map, Value, json};
use werkvorm_core::{
    About, Advice, Comparison, Diagnostic, Explanation, MAX_WEIGHT, Pack, Plan, Questions, Recipe,
    Robustness, Sweep, Turn,
};

use crate::batch::{BadRow, BatchRow};

/// The names of the schemas.
pub const SCHEMAS: [&str; 14] = [
    "profile",
    "advice",
    "explanation",
    "recipe",
    "comparison",
    "sweep",
    "turn",
    "questions",
    "robustness",
    "plan",
    "batch-row",
    "bad-row",
    "pack",
    "diagnostics",
];

/// A JSON Schema by name; see [`SCHEMAS`]. That of a profile lists the questions and values of the pack.
#[must_use]
pub fn schema(name: &str, pack: &Pack) -> Option<Value> {
    let made = match name {
        "profile" => return Some(profile(pack)),
        "advice" => schema_for!(Advice<'_>),
        "explanation" => schema_for!(Explanation<'_>),
        "recipe" => schema_for!(Recipe<'_>),
        "comparison" => schema_for!(Comparison<'_>),
        "sweep" => schema_for!(Sweep<'_>),
        "turn" => schema_for!(Turn<'_>),
        "questions" => schema_for!(Questions<'_>),
        "robustness" => schema_for!(Robustness<'_>),
        "plan" => schema_for!(Plan<'_>),
        "batch-row" => schema_for!(BatchRow<'_>),
        "bad-row" => schema_for!(BadRow),
        "pack" => schema_for!(Pack),
        "diagnostics" => schema_for!(Vec<Diagnostic>),
        _ => return None,
    };
    Some(made.to_value())
}

fn profile(pack: &Pack) -> Value {
    let mut properties = Map::new();
    let mut add = |id: &str, schema: Value| properties.insert(id.to_owned(), schema);
    let text = json!({ "type": "string" });
    let both = json!({ "type": "object", "properties": { "nl": text, "en": text }, "required": ["nl", "en"], "additionalProperties": false });
    add("title", json!({ "oneOf": [text, both], "description": "A name for the profile." }));
    add("about", json!({ "oneOf": [text, both], "description": "A remark." }));
    add("made_up", json!({ "type": "boolean", "description": "The profile is a made-up sample." }));
    let weights: Map<String, Value> = pack
        .criteria
        .iter()
        .map(|c| {
            (
                c.id.clone(),
                json!({ "type": "integer", "minimum": 0, "maximum": MAX_WEIGHT, "description": c.label.en }),
            )
        })
        .collect();
    add(
        "weights",
        json!({ "type": "object", "properties": weights, "additionalProperties": false, "description": "Weight per criterion, 1 when left out." }),
    );
    for facet in pack.facets.iter().filter(|facet| facet.about.contains(&About::Profile)) {
        let values: Vec<_> =
            facet.values.iter().map(|value| json!({ "const": value.id, "title": value.label.en })).collect();
        let one = json!({ "oneOf": values });
        let description = facet.question.as_ref().map_or("", |question| question.en.as_str());
        let schema = if facet.takes_one() {
            json!({ "oneOf": values, "description": description })
        } else {
            json!({ "type": "array", "items": one, "uniqueItems": true, "description": description })
        };
        add(&facet.id, schema);
    }
    for number in pack.numbers.iter().filter(|number| number.about.contains(&About::Profile)) {
        let description =
            format!("{} ({})", number.question.as_ref().map_or("", |q| q.en.as_str()), number.unit.en);
        add(
            &number.id,
            json!({ "type": "integer", "minimum": number.min, "maximum": number.max, "description": description }),
        );
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Profile",
        "description": "One question to the engine. Whatever is left out is not known. Besides these ids, the engine takes the aliases of the vocabulary.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}
