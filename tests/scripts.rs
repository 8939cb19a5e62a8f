//! What scripts and seeds promise as a whole: limits that hold, nothing but rules, and the same bytes from the
//! same sources.
//!
//! Beside `diagnostics.rs`, which says what one mistake looks like; both use the small seeds of `tests/ui`.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::path::{Path, PathBuf};

use werkvorm_core::{Condition, Diagnostic, Pack};
use werkvorm_rules::{MAX_FILE_BYTES, MAX_RULES, Sources, build};

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ui")
}

fn small() -> Sources {
    Sources::read(&ui()).unwrap().0
}

fn seeds() -> Sources {
    small().below("seeds/", "").fold(Sources::new(), |all, (path, text)| all.with(path, text))
}

fn script(path: &str) -> String {
    std::fs::read_to_string(ui().join(path)).unwrap()
}

/// Builds the small seeds with one script.
fn build_script(script: &str) -> Result<Pack, Vec<Diagnostic>> {
    build(&seeds().with("rules/context/script.rhai", script))
}

#[test]
fn comparisons_mean_the_same_in_both_orders() {
    let script = script("pass/comparisons.rhai");
    let pack = build_script(&script).unwrap();
    let when = |id: &str| pack.rules.iter().find(|rule| rule.id == id).map(|rule| &*rule.when);
    let mirrored: Vec<&str> =
        pack.rules.iter().filter_map(|rule| rule.id.strip_suffix("-mirrored")).collect();
    assert_eq!(mirrored.len(), 8);
    for id in mirrored {
        assert_eq!(when(id), when(&format!("{id}-mirrored")), "{id}");
    }
    let below = |at_most| Condition::Number {
        number: "group_size".to_owned(),
        at_least: None,
        at_most: Some(at_most),
    };
    assert_eq!(when("less"), Some(&below(27)));
    assert_eq!(when("at-most"), Some(&below(28)));
}

/// Whatever the language or its packages come to offer: rules see no files, no time, no chance, no network.
#[test]
fn scripts_have_no_files_clock_or_chance() {
    const NAMES: [&str; 26] = [
        "timestamp",
        "now",
        "elapsed",
        "date",
        "time",
        "rand",
        "rand_float",
        "rand_bool",
        "random",
        "shuffle",
        "sample",
        "open_file",
        "read_file",
        "read",
        "write",
        "path",
        "cwd",
        "env",
        "envs",
        "exec",
        "command",
        "system",
        "http_get",
        "fetch",
        "load",
        "include",
    ];
    for name in NAMES {
        for arguments in ["", "1", "\"/etc/passwd\"", "\"/etc/passwd\", \"r\""] {
            let found = build_script(&format!("let secret = {name}({arguments});")).unwrap_err();
            let codes: Vec<&str> = found.iter().map(|found| found.code).collect();
            assert_eq!(codes, ["WV0205"], "{name}({arguments})");
        }
    }
    let started = std::time::Instant::now();
    for call in ["sleep(60);", "let x = 60; x.sleep();", "[1, 2].map(|x| sleep(60));"] {
        let found = build_script(call).unwrap_err();
        assert!(found.iter().all(|found| found.code == "WV0209"), "{call}: {found:?}");
    }
    assert!(started.elapsed().as_secs() < 30, "a script can wait");
}

/// Every way to make a value grow or nest without end stops with a diagnostic, and not with the process.
#[test]
fn scripts_cannot_exhaust_the_machine() {
    const ATTACKS: [&str; 22] = [
        "loop {}",
        "for turn in 0..1000000000000 {}",
        "fn again() { again() } again();",
        "fn a() { b() } fn b() { a() } a();",
        "let x = \"x\"; loop { x += x; }",
        "let x = \"x\"; loop { x = `${x}${x}`; }",
        "let x = \"ab\"; loop { x.replace(\"b\", x); }",
        "let x = []; x.pad(1000000000, 1);",
        "let x = [1]; loop { x += x; }",
        "let x = []; loop { x = [x]; }",
        "let x = []; loop { x.push([1, 2, 3, 4]); }",
        "let x = [0]; loop { x[0] = x; }",
        "let x = #{}; let turn = 0; loop { turn += 1; x[`${turn}`] = turn; }",
        "let x = #{}; let turn = 0; loop { turn += 1; x.set(`${turn}`, turn); }",
        "let x = #{ a: 1 }; loop { x.a = x; }",
        "let x = #{ a: 1 }; loop { x = #{ a: x }; }",
        "let x = #{ a: [] }; loop { x.a.push(1); }",
        "let x = Fn(\"x\"); loop { x = x.curry(x); }",
        "let x = trust == \"low\"; loop { x = !x; }",
        "let x = trust == \"low\"; loop { x = x | all([x, x]); }",
        "let x = cite(\"web-page\"); let list = []; loop { list = [list, x]; }",
        "loop { trust.has(\"nothing\"); }",
    ];
    for attack in ATTACKS {
        let found = build_script(attack).unwrap_err();
        assert!(found.len() <= 3, "{attack}: {} problems", found.len());
        let limit = |found: &Diagnostic| matches!(found.code, "WV0206" | "WV0209");
        assert!(found.iter().any(limit), "{attack}: {found:?}");
    }
}

#[test]
fn scripts_cannot_declare_rules_without_end() {
    let script = script("rules/context/small.rhai");
    let (_, fields) = script.split_once("#{").unwrap();
    let (fields, _) = fields.split_once("});").unwrap();
    let found = build_script(&format!(
        "let fields = #{{{fields}}};\nfor at in 0..{} {{ rule(`few/${{at}}`, fields); }}",
        MAX_RULES + 2
    ));
    let found = found.unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].code, found[0].help.ends_with("(once more at this place)")),
        ("WV0206", true),
        "{}",
        found[0].help
    );
}

#[test]
fn files_have_a_largest_size() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("rules")).unwrap();
    let size = usize::try_from(MAX_FILE_BYTES).unwrap();
    std::fs::write(root.path().join("rules/fits.rhai"), "/".repeat(size)).unwrap();
    std::fs::write(root.path().join("rules/large.rhai"), "/".repeat(size + 1)).unwrap();
    let (sources, found) = Sources::read(root.path()).unwrap();
    assert!(sources.text("rules/fits.rhai").is_some());
    let shown: Vec<_> = found.iter().map(|found| (found.code, found.message.as_str())).collect();
    assert_eq!(shown, [("WV0104", "`rules/large.rhai` is too large")]);
}

#[test]
fn a_pack_needs_its_header() {
    let sources = seeds().below("seeds/", "").fold(Sources::new(), |all, (path, text)| {
        if path == "seeds/pack.toml" { all } else { all.with(path, text) }
    });
    let found = build(&sources).unwrap_err();
    let shown: Vec<_> = found.iter().map(|found| (found.code, found.message.as_str())).collect();
    assert_eq!(shown, [("WV0102", "there is no `seeds/pack.toml`")]);
}

/// The same sources give the same bytes; how rules are spread over files changes nothing but where they stand.
#[test]
fn order_and_files_do_not_matter() {
    let json = |sources: &Sources| serde_json::to_string(&build(sources).unwrap()).unwrap();
    assert_eq!(json(&small()), json(&small()));

    let everywhere = |pack: Pack| {
        let mut pack = Pack { hash: String::new(), ..pack };
        for rule in &mut pack.rules {
            rule.place.line = 0;
            rule.place.file.clear();
        }
        serde_json::to_string(&pack).unwrap()
    };
    let script = script("pass/comparisons.rhai");
    let rules: Vec<String> = script.split_inclusive("});\n").map(str::to_owned).collect();
    assert!(rules.len() > 10);
    let whole = everywhere(build_script(&script).unwrap());
    let reversed: String = rules.iter().rev().map(|rule| format!("{rule}\n")).collect();
    assert_eq!(everywhere(build_script(&reversed).unwrap()), whole);
    let spread = rules.iter().enumerate().fold(seeds(), |all, (at, rule)| {
        all.with(format!("rules/context/{}-{at}.rhai", ["b", "a", "c"][at % 3]), rule.as_str())
    });
    assert_eq!(everywhere(build(&spread).unwrap()), whole);

    let seed = |order: &[&str]| {
        let text = order.iter().map(|text| text.to_string()).collect::<Vec<_>>().join("\n");
        json(&small().with("seeds/texts/own.toml", text))
    };
    let (one, other) =
        ("[[text]]\nid = \"a\"\nnl = \"x\"\nen = \"y\"", "[[text]]\nid = \"b\"\nnl = \"x\"\nen = \"y\"");
    assert_eq!(seed(&[one, other]), seed(&[other, one]));
}
