//! Requests and the exact bytes that answer them, through the library. The command line and the bindings
//! answer the same requests with the same bytes.
//!
//! They are asked of the small pack in `tests/cli-pack`, which does not change with the rules. After a wanted
//! change run with `BLESS=1` and read what changed.

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use werkvorm::rules::{Sources, build};
use werkvorm::{Engine, respond, schema};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

fn engine() -> Engine {
    let (sources, found) = Sources::read(&root().join("cli-pack")).expect("the small pack can be read");
    assert_eq!(found, []);
    Engine::new(build(&sources).expect("the small pack is right")).expect("a built pack is checked")
}

/// Every request: name and content.
fn requests() -> Vec<(String, Value)> {
    let files = fs::read_dir(root().join("conformance")).expect("the requests are there");
    let mut requests: Vec<_> = files
        .filter_map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_name()?.to_str()?.strip_suffix(".request.json")?.to_owned();
            let text = fs::read_to_string(&path).expect("a request");
            Some((name, serde_json::from_str(&text).expect("a request is JSON")))
        })
        .collect();
    requests.sort_by(|a, b| a.0.cmp(&b.0));
    requests
}

#[test]
fn every_request_gets_its_bytes() {
    let engine = engine();
    let bless = std::env::var_os("BLESS").is_some();
    let requests = requests();
    assert!(requests.len() > 10, "there are requests");
    for (name, content) in requests {
        let answer = respond(&engine, &content["request"].to_string()) + "\n";
        let file = root().join(format!("conformance/{name}.response.json"));
        if bless {
            fs::write(&file, &answer).expect("the answer can be kept");
        }
        let want = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(answer, want, "{name}: after a wanted change, run with BLESS=1 and read what changed");
    }
}

#[test]
fn every_answer_fits_its_schema() {
    let engine = engine();
    for (name, content) in requests() {
        let request = content["request"].as_object().expect("a request has a name");
        let kind = match request.keys().next().map(String::as_str) {
            Some("recommend") => "advice",
            Some("explain") => "explanation",
            Some("compare") => "comparison",
            Some("ask") => "questions",
            Some(other) => other,
            None => "",
        }
        .to_owned();
        let answer: Value =
            serde_json::from_str(&respond(&engine, &content["request"].to_string())).expect("JSON");
        let (answer, kind) = match answer.get("problems") {
            Some(problems) => (problems, "diagnostics"),
            None => (&answer, kind.as_str()),
        };
        let schema = schema(kind, engine.pack()).expect("every answer has a schema");
        let problems: Vec<_> = jsonschema::validator_for(&schema)
            .expect("a schema")
            .iter_errors(answer)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name} as {kind}: {problems:?}");
    }
}

#[test]
fn what_is_no_request_is_answered_with_help() {
    let engine = engine();
    for request in ["", "{}", "[]", "{\"recommend\": {}}", "{\"reccomend\": {\"profile\": {}}}", "\u{0}"] {
        let answer: Value = serde_json::from_str(&respond(&engine, request)).expect("JSON");
        assert_eq!(answer["problems"][0]["code"], "WV0706", "{request}");
    }
}
