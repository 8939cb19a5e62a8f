//! The promises of `ARCHITECTURE.md` that can be read off the sources: which crate knows which, what the core
//! does without, and that what is known about participation stands in data and not in Rust.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use werkvorm::builtin;
use werkvorm::rules::{Sources, build};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder with an ending, with what is in them.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(ending));
    let mut files: Vec<_> = names
        .map(|name| format!("{folder}/{name}"))
        .map(|path| (path.clone(), fs::read_to_string(root().join(path)).unwrap()))
        .collect();
    files.sort();
    files
}

fn crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What a crate depends on when it runs.
fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
    let after = manifest.split("\n[dependencies]\n").nth(1).unwrap_or("");
    let lines = after.split("\n[").next().unwrap_or("").lines();
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A source without its tests.
fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod tests").next().unwrap_or(source)
}

/// The code of a source, and the texts in it; remarks and tests left out.
fn code_and_texts(source: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let mut rest = without_tests(source);
    while let Some(c) = rest.chars().next() {
        let raw = rest
            .strip_prefix("r#\"")
            .map(|text| (text, "\"#"))
            .or(rest.strip_prefix("r\"").map(|text| (text, "\"")));
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some((text, close)) = raw.filter(|_| !code.ends_with(|c: char| c.is_alphanumeric())) {
            let length = text.find(close).unwrap_or(text.len());
            texts.push(text[..length].to_owned());
            rest.len() - text.len() + length + close.len()
        } else if c == '"' {
            let mut escaped = false;
            let closes = |(_, c): &(usize, char)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            };
            let length = rest[1..].char_indices().find(closes).map_or(rest.len() - 1, |(at, _)| at);
            texts.push(rest[1..1 + length].to_owned());
            length + 2
        } else if let Some(length) = ["'\"'", "'\\''", "'/'"].iter().find(|quoted| rest.starts_with(**quoted))
        {
            length.len()
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[end.min(rest.len())..];
    }
    (code, texts)
}

/// The sources of the crates that are published.
fn published() -> impl Iterator<Item = (String, String)> {
    crates()
        .into_iter()
        .filter(|name| name != "xtask")
        .flat_map(|name| files(&format!("crates/{name}/src"), ".rs"))
}

#[test]
fn crates_only_know_the_crates_below_them() {
    for name in crates() {
        let ours: BTreeSet<_> =
            dependencies(&name).into_iter().filter(|other| other.starts_with("werkvorm")).collect();
        let allowed: &[&str] = match name.as_str() {
            "werkvorm-core" => &[],
            "werkvorm-rules" => &["werkvorm-core"],
            "werkvorm" => &["werkvorm-core", "werkvorm-rules"],
            _ => &["werkvorm"],
        };
        assert!(ours.iter().all(|other| allowed.contains(&other.as_str())), "{name} depends on {ours:?}");
    }
}

#[test]
fn the_core_depends_on_data_formats_only() {
    // Rayon is a feature that is off unless asked for.
    let wanted = ["rayon", "schemars", "serde"].map(str::to_owned);
    assert_eq!(dependencies("werkvorm-core"), BTreeSet::from(wanted));
}

#[test]
fn the_core_has_no_world_clock_fractions_or_hash_order() {
    let banned = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::process",
        "std::time",
        "std::thread",
        "println!",
        "Instant",
        "HashMap",
        "HashSet",
        "f32",
        "f64",
        "rand",
    ];
    for (path, source) in files("crates/werkvorm-core/src", ".rs") {
        let (code, _) = code_and_texts(&source);
        for line in code.lines() {
            let word = |banned: &&&str| {
                line.match_indices(**banned).any(|(at, _)| {
                    let beside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    !beside(line[..at].chars().next_back())
                        && !beside(line[at + banned.len()..].chars().next())
                })
            };
            // The one place that meets a fraction refuses it.
            let refuses = line.contains("fn visit_f64");
            let found = banned.iter().find(word);
            assert!(found.is_none() || refuses, "{path} uses {found:?}: {line}");
        }
    }
}

/// Ids of the vocabulary that mean something else too, as a field or a word.
const HOMONYMS: [&str; 5] = ["high", "low", "none", "persona", "reach"];

#[test]
fn methods_and_vocabulary_are_not_in_rust() {
    let exceptions: BTreeMap<&str, &[&str]> = BTreeMap::from([
        // What is needed and what is arranged are compared value by value; the recipe follows phases and weeks.
        ("crates/werkvorm-core/src/engine.rs", &["need", "at_hand", "phase", "weeks_available"][..]),
        // The name of a blank in a text.
        ("crates/werkvorm-core/src/recipe.rs", &["need"]),
        // Three functions and a property of scripts are named after a facet.
        ("crates/werkvorm-rules/src/card_api.rs", &["category", "demand", "need", "offer"][..]),
        ("crates/werkvorm-rules/src/translate.rs", &["category"][..]),
        // Examples of how to write an answer.
        ("crates/werkvorm/src/read.rs", &["goal", "trust"][..]),
    ]);
    let pack = builtin().pack();
    let values = pack.facets.iter().flat_map(|facet| &facet.values).map(|value| value.id.as_str());
    let facets = pack.facets.iter().map(|facet| facet.id.as_str());
    let numbers = pack.numbers.iter().map(|number| number.id.as_str());
    let methods = pack.methods.iter().map(|method| method.id.as_str());
    let ids: BTreeSet<&str> = methods.chain(facets).chain(values).chain(numbers).collect();
    for (path, source) in published() {
        let excepted = exceptions.get(path.as_str()).copied().unwrap_or_default();
        let (_, texts) = code_and_texts(&source);
        let known = |text: &&String| {
            ids.contains(text.as_str())
                && !excepted.contains(&text.as_str())
                && !HOMONYMS.contains(&text.as_str())
        };
        let found: Vec<_> = texts.iter().filter(known).collect();
        assert!(
            found.is_empty(),
            "{path} names {found:?}; what is known about participation belongs in seeds and rules"
        );
    }
}

#[test]
fn no_dutch_in_rust() {
    let words = [" de ", " het ", " een ", " van ", " niet ", " voor ", " werkvorm ", " uw "];
    for (path, source) in published() {
        let (_, texts) = code_and_texts(&source);
        let dutch =
            |text: &&String| words.iter().any(|word| format!(" {} ", text.to_lowercase()).contains(word));
        // The command has a Dutch name.
        let found: Vec<_> = texts.iter().filter(dutch).filter(|text| *text != "werkvorm").collect();
        assert!(found.is_empty(), "{path} says {found:?}; texts for advisors belong in `seeds/texts`");
    }
}

#[test]
fn the_same_sources_give_the_same_pack() {
    let bytes = || {
        let (sources, found) = Sources::read(&root()).unwrap();
        assert_eq!(found, []);
        serde_json::to_string(&build(&sources).unwrap()).unwrap()
    };
    assert!(bytes() == bytes());
}

#[test]
fn the_built_in_pack_is_fresh() {
    let (sources, found) = Sources::read(&root()).unwrap();
    assert_eq!(found, []);
    let json = serde_json::to_string(&build(&sources).unwrap()).unwrap() + "\n";
    assert!(json == werkvorm::BUILTIN_PACK_JSON, "seeds or rules changed: run `cargo xtask gen`");
    // What is embedded in binary form is the same pack, and was not checked when it was read.
    let embedded = werkvorm::builtin_pack();
    assert!(serde_json::to_string(&embedded).unwrap() + "\n" == json, "run `cargo xtask gen`");
    assert_eq!(werkvorm::check(&embedded), []);
}

#[test]
fn the_engine_is_built_once() {
    let other = std::thread::spawn(builtin).join().unwrap();
    assert!(std::ptr::eq(builtin(), other));
}
