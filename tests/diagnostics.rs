//! Diagnostics as rule authors see them: every case in `tests/ui` says where and what.
//!
//! `tests/ui/<code>/<name>.rhai` is run against the small seeds of `tests/ui/seeds`; `<name>.toml` is laid over
//! those seeds; `<name>.cases.toml` runs beside a script; `<name>.json` changes the built pack. A case may have
//! more files, `<name>.second.rhai`. A first line `// path: …` or `# path: …` says where a file stands.
//!
//! The expected place is marked on its line with `//~ WV0203` or `#~ WV0102`, on the line below with `//~^`;
//! the whole text is blessed in `<name>.stderr`. After a change: `BLESS=1 cargo test -p werkvorm-rules --test
//! diagnostics`, and read what changed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use werkvorm_core::{CODES, Diagnostic, Engine, Label, Pack, check};
use werkvorm_rules::{Sources, build, run_cases};

/// Codes without a case here, and why.
const ELSEWHERE: [(&str, &str); 4] = [
    ("WV0402", "is about a pack as text, which the crate `werkvorm` reads"),
    ("WV0410", "is about a pack as text, which the crate `werkvorm` reads"),
    ("WV05", "is about a profile; some occur here in personas and cases, the rest where profiles are read"),
    (
        "WV07",
        "is about what people ask; these occur in `tests/what_if.rs`, `tests/plan.rs` and `tests/cli/batch_tables.rs`",
    ),
];

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ui")
}

/// One case: the files that share a stem in a folder of `tests/ui`.
#[derive(Default)]
struct Case {
    /// Path in the sources to bytes.
    files: BTreeMap<String, Vec<u8>>,
    /// The changes to the built pack, when the case is about a pack.
    patch: Option<Value>,
    stderr: Option<String>,
}

/// A case that has run.
struct Outcome {
    /// `WV0203/logical-and`.
    name: String,
    diagnostics: Vec<Diagnostic>,
    /// What is wrong with the case itself.
    complaints: Vec<String>,
}

fn outcomes() -> &'static [Outcome] {
    static OUTCOMES: OnceLock<Vec<Outcome>> = OnceLock::new();
    OUTCOMES.get_or_init(|| cases().into_iter().map(|(name, case)| run(name, &case)).collect())
}

fn cases() -> BTreeMap<String, Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for folder in listing(&ui()) {
        let code = file_name(&folder);
        if !code.starts_with("WV") && code != "pass" {
            continue;
        }
        for path in listing(&folder) {
            let file = file_name(&path);
            let stem = file.split('.').next().unwrap().to_owned();
            let case = cases.entry(format!("{code}/{stem}")).or_default();
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match file.rsplit('.').next().unwrap() {
                "stderr" => case.stderr = Some(text),
                "json" => case.patch = Some(serde_json::from_str(&text).unwrap()),
                _ => {
                    let stated = text.lines().next().and_then(|line| line.split_once(" path: "));
                    let place =
                        stated.map_or(format!("rules/context/{file}"), |(_, place)| place.trim().to_owned());
                    case.files.insert(place, bytes);
                }
            }
        }
    }
    cases
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The small seeds, and the rules that cases about packs start from.
fn base() -> Sources {
    let (sources, found) = Sources::read(&ui()).unwrap();
    assert_eq!(found, []);
    sources
}

fn seeds() -> Sources {
    static SEEDS: OnceLock<Sources> = OnceLock::new();
    SEEDS
        .get_or_init(|| {
            base().below("seeds/", "").fold(Sources::new(), |all, (path, text)| all.with(path, text))
        })
        .clone()
}

fn pack() -> Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(|| build(&base()).unwrap_or_else(|found| panic!("{}", show(&found, &base())))).clone()
}

fn run(name: String, case: &Case) -> Outcome {
    if std::env::var_os("WV_TRACE").is_some() {
        eprintln!("{name}");
    }
    let mut complaints = Vec::new();
    let (diagnostics, sources) = match &case.patch {
        Some(patch) => (check_patched(patch), Sources::new()),
        None => run_sources(case),
    };
    let code = name.split('/').next().unwrap();
    if code != "pass" {
        compare(&name, case, &diagnostics, &sources, &mut complaints);
        if !diagnostics.iter().any(|found| found.code == code) {
            complaints.push(format!("nothing is reported as {code}"));
        }
    } else if !diagnostics.is_empty() {
        complaints.push(format!("should pass:\n{}", show(&diagnostics, &sources)));
    }
    Outcome { name, diagnostics, complaints }
}

fn run_sources(case: &Case) -> (Vec<Diagnostic>, Sources) {
    let mut sources = seeds();
    let mut found = Vec::new();
    for (path, bytes) in &case.files {
        match String::from_utf8(bytes.clone()) {
            Ok(text) => sources = sources.with(path, text),
            // What is not text can only come from a disk.
            Err(_) => found.extend(on_disk(path, bytes)),
        }
    }
    match build(&sources) {
        Err(problems) => found.extend(problems),
        Ok(pack) if sources.below("rules/", ".cases.toml").next().is_some() => {
            found.extend(run_cases(&Engine::new(pack).unwrap(), &sources).diagnostics);
        }
        Ok(_) => {}
    }
    (found, sources)
}

fn on_disk(path: &str, bytes: &[u8]) -> Vec<Diagnostic> {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
    Sources::read(root.path()).unwrap().1
}

/// Applies a patch (`add`, `replace` and `remove` of RFC 6902) to the built pack and checks the result.
fn check_patched(patch: &Value) -> Vec<Diagnostic> {
    let mut json = serde_json::to_value(pack()).unwrap();
    for change in patch.as_array().expect("a patch is a list of changes") {
        let path = change["path"].as_str().unwrap();
        let (parent, last) = path.rsplit_once('/').unwrap();
        match json.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
            Value::Object(map) => match change.get("value") {
                Some(value) => drop(map.insert(last.to_owned(), value.clone())),
                None => drop(map.remove(last)),
            },
            Value::Array(list) => match (change["op"].as_str().unwrap(), last.parse::<usize>()) {
                ("add", Ok(at)) => list.insert(at, change["value"].clone()),
                ("add", Err(_)) => list.push(change["value"].clone()),
                ("replace", Ok(at)) => list[at] = change["value"].clone(),
                (_, at) => drop(list.remove(at.unwrap())),
            },
            other => panic!("{parent} is {other}"),
        }
    }
    check(&serde_json::from_value(json).unwrap())
}

/// Holds what was found against the marks in the files and the blessed text.
fn compare(name: &str, case: &Case, found: &[Diagnostic], sources: &Sources, complaints: &mut Vec<String>) {
    if case.files.is_empty() && case.patch.is_none() {
        complaints.push("a blessed text without its source".to_owned());
        return;
    }
    if case.patch.is_none() {
        let mut wanted: Vec<(String, u32, String)> = Vec::new();
        for (path, bytes) in &case.files {
            for (line, text) in (1..).zip(String::from_utf8_lossy(bytes).lines()) {
                let Some((_, marks)) = text.split_once("//~").or_else(|| text.split_once("#~")) else {
                    continue;
                };
                let above = u32::from(marks.starts_with('^'));
                for code in marks.trim_start_matches('^').split_whitespace() {
                    wanted.push((path.clone(), line - above, code.to_owned()));
                }
            }
        }
        let place = |found: &Diagnostic| {
            let label = found.labels.first().cloned();
            label.map_or((String::new(), 0), |label| (label.file, label.line))
        };
        for diagnostic in found {
            let (file, line) = place(diagnostic);
            let one = (file, line, diagnostic.code.to_owned());
            match wanted.iter().position(|mark| *mark == one) {
                Some(at) => drop(wanted.remove(at)),
                None => complaints.push(format!("not marked: {} at {}:{}", one.2, one.0, one.1)),
            }
        }
        for (file, line, code) in wanted {
            complaints.push(format!("not reported: {code} at {file}:{line}"));
        }
    }
    let shown = show(found, sources);
    if case.stderr.as_deref() == Some(shown.as_str()) {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(ui().join(format!("{name}.stderr")), shown).unwrap();
    } else {
        let blessed = case.stderr.as_deref().unwrap_or("nothing");
        complaints.push(format!("blessed is:\n{blessed}\nnow it is:\n{shown}"));
    }
}

/// Diagnostics as plain text, with every label and what stands there.
fn show(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut shown = String::new();
    for diagnostic in diagnostics {
        writeln!(shown, "error[{}]: {}", diagnostic.code, diagnostic.message).unwrap();
        for Label { file, line, column, length, text } in &diagnostic.labels {
            if *line == 0 {
                let word = if text.is_empty() { String::new() } else { format!("`{text}`") };
                writeln!(shown, "  --> {file} {word}").unwrap();
                continue;
            }
            writeln!(shown, "  --> {file}:{line}:{column}+{length} {text}").unwrap();
            let source =
                sources.text(file).and_then(|source| source.lines().nth(*line as usize - 1)).unwrap_or("");
            let source = source.split("//~").next().unwrap().split("#~").next().unwrap();
            let from = (*column as usize).saturating_sub(61);
            let part: String = source.chars().skip(from).take(120).collect();
            let carets = "^".repeat((*length as usize).min(120));
            writeln!(shown, "   | {}", part.trim_end()).unwrap();
            writeln!(shown, "   | {:indent$}{carets}", "", indent = *column as usize - 1 - from).unwrap();
        }
        writeln!(shown, "  help: {}\n", diagnostic.help).unwrap();
    }
    shown.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn cases_say_where_and_what() {
    let mut report = String::new();
    for outcome in outcomes() {
        for complaint in &outcome.complaints {
            writeln!(report, "{}: {complaint}", outcome.name).unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}\nafter a wanted change, run with BLESS=1 and read what changed");
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<&str> =
        outcomes().iter().flat_map(|outcome| &outcome.diagnostics).map(|found| found.code).collect();
    for code in CODES.iter().filter(|code| !code.id.starts_with("WV05") && !code.id.starts_with("WV07")) {
        let elsewhere = ELSEWHERE.iter().any(|(id, _)| *id == code.id);
        assert_ne!(
            shown.contains(code.id),
            elsewhere,
            "{} ({}): one case in tests/ui, or a reason in ELSEWHERE",
            code.id,
            code.title
        );
    }
}

#[test]
fn messages_keep_to_the_style() {
    const JARGON: [&str; 13] = [
        "::",
        "Option<",
        "ImmutableString",
        "i64",
        "u32",
        "TODO",
        "serde",
        "expected a ",
        "invalid type",
        "invalid value",
        "Dynamic",
        "&str",
        "array",
    ];
    let mut report = String::new();
    for outcome in outcomes() {
        for found in &outcome.diagnostics {
            let mut complain = |what: &str| {
                writeln!(report, "{}: {what}: {} | {}", outcome.name, found.message, found.help).unwrap()
            };
            if !found.message.starts_with(|c: char| c.is_lowercase() || c == '`') {
                complain("the message starts with a lower-case letter or the user's words");
            }
            if found.message.ends_with(['.', '!', '?']) || found.message.trim() != found.message {
                complain("the message has no full stop");
            }
            if found.message.contains('\n') || found.help.contains('\n') {
                complain("message and help are one line each");
            }
            if found.help.trim().is_empty() || found.help.trim() != found.help {
                complain("the help says what to write instead");
            }
            if found.message.matches('`').count() % 2 + found.help.matches('`').count() % 2 > 0
                || found.message.contains("``")
            {
                complain("backticks come in pairs around words");
            }
            if found.labels.is_empty() {
                complain("the problem has a place");
            }
            for word in
                JARGON.iter().filter(|word| found.message.contains(*word) || found.help.contains(*word))
            {
                complain(&format!("`{word}` is not a word of the domain"));
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}
