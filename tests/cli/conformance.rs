//! The requests of `tests/conformance`, asked of the command: it answers them with the same JSON, but for the
//! space between its parts. Problems are the same too, but here they say where in the file they are.

use serde_json::Value;

use crate::{root, werkvorm};

/// JSON without the space between its parts.
pub(crate) fn dense(json: &str) -> String {
    let (mut dense, mut quoted, mut escaped) = (String::new(), false, false);
    for c in json.chars() {
        if quoted || !c.is_whitespace() {
            dense.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
    }
    dense
}

/// The profiles of a request.
fn profiles(request: &Value) -> Vec<Value> {
    let asked = request.as_object().unwrap().values().next().unwrap();
    match asked.get("profiles") {
        Some(several) => several.as_array().unwrap().clone(),
        None => vec![asked["profile"].clone()],
    }
}

fn codes(problems: &Value) -> Vec<&str> {
    problems.as_array().unwrap().iter().map(|problem| problem["code"].as_str().unwrap()).collect()
}

#[test]
fn the_command_gives_the_bytes_of_the_library() {
    let folder = root().join("tests/conformance");
    let pack = root().join("tests/cli-pack");
    let mut requests: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    requests.retain(|path| path.to_str().unwrap().ends_with(".request.json"));
    assert!(requests.len() > 10);
    for path in requests {
        let content: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let kept = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = content["arguments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|argument| argument.as_str().unwrap().to_owned())
            .collect();
        for (at, profile) in profiles(&content["request"]).iter().enumerate() {
            let file = kept.path().join(format!("{at}.json"));
            std::fs::write(&file, profile.to_string()).unwrap();
            for argument in arguments.iter_mut().filter(|argument| **argument == format!("{{{at}}}")) {
                *argument = file.to_str().unwrap().to_owned();
            }
        }
        arguments.extend(["--format", "json", "--rules", pack.to_str().unwrap()].map(str::to_owned));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let outcome = werkvorm(&arguments).run();
        let got = &outcome.out;
        let response = path.to_str().unwrap().replace(".request.json", ".response.json");
        let want = std::fs::read_to_string(&response).unwrap();
        if want.starts_with("{\"problems\"") {
            let [got, want] = [got, &want].map(|text| serde_json::from_str::<Value>(text).unwrap());
            assert_eq!(outcome.code, 2, "{response}");
            assert_eq!(codes(&got["problems"]), codes(&want["problems"]), "{response}");
        } else {
            assert!(dense(got) == want.trim_end(), "{response}: {}", outcome.err);
        }
    }
}
