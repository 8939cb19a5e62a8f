//! Just enough reading of HTML, XML and JSON Schema to hold our documents against.

use serde_json::Value;

/// An element in the order of the text: name, attributes as written, and the text directly after its tag.
pub struct Element<'t> {
    pub name: &'t str,
    pub attributes: &'t str,
    pub text: &'t str,
}

impl<'t> Element<'t> {
    pub fn attribute(&self, name: &str) -> Option<&'t str> {
        let start = self.attributes.find(&format!("{name}=\""))? + name.len() + 2;
        self.attributes[start..].split('"').next()
    }
}

/// Reads a page and checks that every element is closed where it should be.
pub fn elements(page: &str) -> Vec<Element<'_>> {
    const VOID: [&str; 5] = ["meta", "br", "hr", "link", "img"];
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let mut rest = page.strip_prefix("<!doctype html>").unwrap_or_else(|| page.trim_start_matches("<?xml"));
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag is closed");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        assert!(!tag.contains('<'), "a `<` in a tag: {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in the wrong place, near {:.80}", rest);
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        assert_eq!(attributes.matches('"').count() % 2, 0, "quotes in {tag}");
        if !closed && !VOID.contains(&name) {
            open.push(name);
        }
        found.push(Element { name, attributes, text: rest.split('<').next().unwrap_or_default() });
    }
    assert_eq!(open, Vec::<&str>::new(), "not closed");
    found
}

/// What does not follow a JSON Schema: types, fields that must be there, fields that may not be there, choices.
pub fn violations(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let check = |schema: &Value, value: &Value, path: &str| violations(root, schema, value, path);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#')).expect("a reference that exists");
        wrong.extend(check(target, value, path));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(Value::Array(options)) = schema.get(choice)
            && options.iter().all(|option| !check(option, value, path).is_empty())
        {
            wrong.push(format!("{path}: none of {choice}"));
        }
    }
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        wrong.push(format!("{path}: not {constant}"));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        wrong.push(format!("{path}: not one of {allowed:?}"));
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.is_empty() && !types.contains(&actual) {
        wrong.push(format!("{path}: {actual} is not {types:?}"));
    }
    if let (Value::Array(items), Some(schema)) = (value, schema.get("items")) {
        let items = items.iter().enumerate();
        wrong.extend(items.flat_map(|(at, item)| check(schema, item, &format!("{path}/{at}"))));
    }
    if let Value::Object(fields) = value {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let missing = required.filter_map(Value::as_str).filter(|name| !fields.contains_key(*name));
        wrong.extend(missing.map(|name| format!("{path}: `{name}` is missing")));
        if let Some(Value::Object(properties)) = schema.get("properties") {
            for (name, value) in fields {
                match properties.get(name) {
                    Some(schema) => wrong.extend(check(schema, value, &format!("{path}/{name}"))),
                    None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                        wrong.push(format!("{path}: `{name}` is not in the schema"));
                    }
                    None => {}
                }
            }
        }
    }
    wrong
}
