//! What the texts may not contain: contact details, names of private people, and words that make a label of
//! a person.

use serde_json::Value;
use sha2::{Digest, Sha256};
use werkvorm::{BUILTIN_PACK_JSON, DocumentFormat, Texts, builtin};

use super::{LANGUAGES, personas};

/// First and last names that occur in the documents, as the start of their SHA-256, so that no name stands here.
const NAMES: [&str; 32] = [
    "ae978aa10c628b27",
    "24c2ab65b7adab7e",
    "ab70e8a91550f6dd",
    "fcf429bd5be7dd4d",
    "96b28a025064b426",
    "253387e8620ee189",
    "750282c522c3a724",
    "d3d291ec78221333",
    "196812685e9a3968",
    "482483f76649b016",
    "b86729e922f27a29",
    "480d7afec162866b",
    "65003c7a186430e8",
    "5396a7eae68cbdec",
    "f662053139eba2ad",
    "9c7b7b5b1493180c",
    "2308555a2dcb035c",
    "f5717bcc3552c567",
    "014968b2a53eeee1",
    "bbc505901c06d6f4",
    "a981406bee0d1627",
    "7b531c3c7caa2b48",
    "3fa474417da0b1cf",
    "6e3de08033bc15c1",
    "f043bc2a3d7d25ea",
    "25b2d70c85c30905",
    "00056389fd5c9dc2",
    "82a4e19fd86cc4a4",
    "5715d1df737c0b58",
    "88e27fb4b1703bb2",
    "da9d52bf3dc1eb2a",
    "3fdacb3d32c270c5",
];

/// Words that the documents advise against, and words that name people by one trait. Each is sought in lower case.
const LABELS: [&str; 43] = [
    "ophal",
    "ophaal",
    "opgehaald",
    "haal op",
    "haalt op",
    "halen op",
    "positieve gezondheid",
    "positive health",
    "kwetsbaren",
    "de kwetsbare ",
    "vulnerable people",
    "vulnerable group",
    "vulnerable resident",
    "vulnerable citizen",
    "vulnerable person",
    "vulnerable target",
    "vulnerable client",
    "vulnerable individual",
    "the vulnerable",
    "laaggeletterden",
    "een laaggeletterde",
    "the illiterate",
    "illiterates",
    "allochto",
    "verslaafden",
    "een verslaafde",
    "addicts",
    "daklozen",
    "the homeless",
    "bejaarde",
    "the elderly",
    "de gehandicapten",
    "the disabled",
    "the handicapped",
    "lvb'er",
    "lvb’er",
    "probleemjongere",
    "probleemgezin",
    "risicojongere",
    "zwakkeren",
    "minderbedeelden",
    "onderklasse",
    "underclass",
];

/// Every Dutch and English text of the pack, with where it stands.
fn texts() -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let path = format!("{path}/{key}");
                    match value {
                        Value::String(text) if key == "nl" || key == "en" => found.push((path, text.clone())),
                        value => walk(value, &path, found),
                    }
                }
            }
            Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    let name = value.get("id").and_then(Value::as_str).map_or(at.to_string(), str::to_owned);
                    walk(value, &format!("{path}/{name}"), found);
                }
            }
            _ => {}
        }
    }
    let pack: Value = serde_json::from_str(BUILTIN_PACK_JSON).unwrap();
    let mut found = Vec::new();
    walk(&pack, "", &mut found);
    assert!(found.len() > 5000, "only {} texts found", found.len());
    found
}

/// Every document for every persona.
fn output() -> Vec<(String, String)> {
    let engine = builtin();
    let mut pages = Vec::new();
    for (id, profile) in personas() {
        let (advice, recipe) = (engine.recommend(profile).unwrap(), engine.recipe(profile, &[]).unwrap());
        for texts in LANGUAGES.map(|language| Texts::new(engine.pack(), language)) {
            for format in [DocumentFormat::Markdown, DocumentFormat::Html] {
                pages.push((format!("advice for {id}"), werkvorm::render(&advice, &texts, format).unwrap()));
                pages.push((
                    format!("recipe for {id}"),
                    werkvorm::render_recipe(&recipe, &texts, format).unwrap(),
                ));
            }
        }
        pages.push((format!("advice for {id} as JSON"), serde_json::to_string(&advice).unwrap()));
        pages.push((format!("recipe for {id} as JSON"), serde_json::to_string(&recipe).unwrap()));
    }
    pages
}

/// An e-mail address or a telephone number, if there is one.
fn contact_detail(text: &str) -> Option<&str> {
    let is_mail = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
    };
    if let Some(mail) = text.split_whitespace().find(is_mail) {
        return Some(mail);
    }
    // Ten digits that begin with 0, or more that begin with +, whatever stands between them.
    let is_part = |c: char| c.is_ascii_digit() || " -()./".contains(c);
    for (start, first) in text.char_indices().filter(|(_, c)| *c == '0' || *c == '+') {
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "-:.".contains(c)) {
            continue;
        }
        let rest = &text[start + first.len_utf8()..];
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let digits = rest[..end].chars().filter(char::is_ascii_digit).count();
        if digits >= 9 {
            return Some(&text[start..start + 1 + end]);
        }
    }
    None
}

#[test]
fn contact_details_are_recognised() {
    for found in
        ["mail piet@gemeente.nl!", "bel 06-12345678", "(020) 123 45 67", "+31 6 1234 5678", "0201234567"]
    {
        assert!(contact_detail(found).is_some(), "{found}");
    }
    for fine in
        ["75 jaar of 65", "6 tot 12", "2019, 4.8", "@", "0 tot 100", "sha256:0123456789", "2026-01-01"]
    {
        assert_eq!(contact_detail(fine), None, "{fine}");
    }
}

#[test]
fn no_text_has_a_contact_detail() {
    for (place, text) in texts().into_iter().chain(output()) {
        assert_eq!(contact_detail(&text), None, "{place}");
    }
}

#[test]
fn no_private_person_is_named() {
    let hash = |word: &str| -> String {
        Sha256::digest(word.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    };
    let templates = TEMPLATES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let all =
        [("the pack".to_owned(), BUILTIN_PACK_JSON.to_owned())].into_iter().chain(templates).chain(output());
    let mut known = std::collections::BTreeSet::new();
    for (place, text) in all {
        for word in
            text.split(|c: char| !c.is_alphabetic()).filter(|word| word.starts_with(char::is_uppercase))
        {
            if known.insert(word.to_owned()) {
                assert!(!NAMES.contains(&hash(word).as_str()), "{place} names `{word}`");
            }
        }
    }
}

const TEMPLATES: [(&str, &str); 11] = [
    ("advice.html", include_str!("../../crates/werkvorm/templates/advice.html")),
    ("advice.md", include_str!("../../crates/werkvorm/templates/advice.md")),
    ("page.css", include_str!("../../crates/werkvorm/templates/page.css")),
    ("parts.html", include_str!("../../crates/werkvorm/templates/parts.html")),
    ("picture.html", include_str!("../../crates/werkvorm/templates/picture.html")),
    ("recipe.html", include_str!("../../crates/werkvorm/templates/recipe.html")),
    ("recipe.md", include_str!("../../crates/werkvorm/templates/recipe.md")),
    ("sweep.svg", include_str!("../../crates/werkvorm/templates/sweep.svg")),
    ("blocks.css", include_str!("../../crates/werkvorm/templates/blocks.css")),
    ("what-if.html", include_str!("../../crates/werkvorm/templates/what-if.html")),
    ("what-if.md", include_str!("../../crates/werkvorm/templates/what-if.md")),
];

#[test]
fn nobody_is_treated_as_a_label() {
    let templates = TEMPLATES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let mut wrong = Vec::new();
    for (place, text) in texts().into_iter().chain(templates) {
        let lower = text.to_lowercase();
        let words = LABELS.iter().filter(|word| lower.contains(**word) && !fine_in(&lower, word));
        wrong.extend(words.map(|word| format!("{place}: `{word}` in {text}")));
        // In Dutch only the position that people are in is called so.
        for (at, word) in lower.match_indices("kwetsbare") {
            let after = lower[at + word.len()..].trim_start();
            if !after.starts_with("positie") {
                wrong.push(format!("{place}: `{word}` in {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Longer words and sentences that only look like it.
fn fine_in(text: &str, word: &str) -> bool {
    let longer: &[&str] = match word {
        "haal op" => &["verhaal op"],
        "halen op" => &["verhalen op"],
        "the homeless" => &["the homeless shelter"],
        _ => &[],
    };
    longer.iter().map(|longer| text.matches(longer).count()).sum::<usize>() == text.matches(word).count()
}
