//! Rules and packs: the tools of rule authors, and rules and packs that are not right.

use serde_json::Value;
use tempfile::TempDir;

use crate::{codes, copy, folder, listing, small, werkvorm, with_small, write};

/// The small pack in a folder of its own, with more files.
fn small_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    copy(small().as_ref(), folder.path());
    files.iter().for_each(|(name, text)| write(&folder.path().join(name), text.as_bytes()));
    folder
}

#[test]
fn a_pack_and_its_rules_give_the_same() {
    let folder = folder(&[]);
    assert_eq!(werkvorm(&["rules", "build", small(), "-o", "small.json"]).inside(&folder).good(), "");
    assert_eq!(listing(&folder), ["small.json".to_owned()].into());
    let built = std::fs::read_to_string(folder.path().join("small.json")).unwrap();
    assert_eq!(werkvorm(&["rules", "build", small()]).good(), built);
    assert_eq!(werkvorm(&["rules", "build", small(), "--output", "-"]).good(), built);
    for arguments in [
        &["recommend", "--phase", "collect", "--trait", "loneliness"][..],
        &["recommend", "--format", "json"],
        &["recommend", "--format", "html"],
        &["explain", "enquete", "--mode", "in-person"],
        &["methods"],
        &["vocabulary"],
        &["schema"],
        &["completions", "fish"],
        &["explain", "--help"],
    ] {
        let from_pack = werkvorm(&[arguments, &["--pack", "small.json"]].concat()).inside(&folder).good();
        assert_eq!(from_pack, with_small(arguments).good(), "{arguments:?}");
        let before = werkvorm(&[&["--pack=small.json"], arguments].concat()).inside(&folder).good();
        assert_eq!(before, from_pack, "{arguments:?}");
    }
    let binary = ["rules", "build", small(), "--binary", "-o", "small.bin"];
    assert_eq!(werkvorm(&binary).inside(&folder).good(), "");
    let arguments = ["recommend", "--format", "json"];
    let advice = werkvorm(&[&arguments[..], &["--pack", "small.bin"]].concat()).inside(&folder).good();
    assert_eq!(advice, with_small(&arguments).good());
    let mut bytes = std::fs::read(folder.path().join("small.bin")).unwrap();
    bytes.pop();
    let err = werkvorm(&["methods", "--pack", "-"]).input(&bytes).wrong_content();
    assert!(err.contains("WV0402") && err.contains("bytes of content"), "{err}");
    let piped = werkvorm(&["methods", "--pack", "-"]).input(format!("\u{feff}{built}")).good();
    assert_eq!(piped, with_small(&["methods"]).good());
}

#[test]
fn rules_of_ones_own_on_the_seeds_of_the_project() {
    let rule = "rule(\"mine\", #{ title: text(\"Mijn\", \"Mine\"), method: \"fotoscan\", when: trust == \"low\", points: 5, because: text(\"Omdat het zo is.\", \"Because it is so.\"), source: cite(\"toolbox-toegang-2021\", \"5.2\") });";
    let folder = folder(&[("mine.rhai", rule)]);
    let page = werkvorm(&["explain", "fotoscan", "--trust", "low", "--rules", "."]).inside(&folder).good();
    assert!(page.contains("+5 Omdat het zo is.") && page.contains("rules/mine.rhai:1"), "{page}");
}

#[test]
fn check_counts() {
    let page = werkvorm(&["rules", "check", small()]).good();
    assert!(page.starts_with("4 methods, ") && page.ends_with(" no problems\n"), "{page}");
    let json = werkvorm(&["rules", "check", small(), "--format", "json"]).good_json();
    assert_eq!((&json["problems"], &json["methods"]), (&Value::Array(Vec::new()), &Value::from(4)));
}

#[test]
fn a_failing_case() {
    let case = "[[case]]\nname = \"A survey is best for everybody\"\nprofile = { trait = [\"loneliness\"] }\nrank = [{ method = \"enquete\", at_most = 1 }]\n";
    let folder = small_with(&[("rules/more.cases.toml", case)]);
    let outcome = werkvorm(&["rules", "test"]).inside(&folder).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.out.contains("2 cases passed, 1 failed"), "{}", outcome.out);
    assert_eq!(codes(&outcome.err), ["WV0603"], "{}", outcome.err);
    assert!(outcome.err.contains("rules/more.cases.toml:4"), "{}", outcome.err);
    let json = werkvorm(&["rules", "test", "."]).inside(&folder).wrong_json();
    assert_eq!((&json["failed"], &json["problems"][0]["code"]), (&Value::from(1), &Value::from("WV0603")));
}

#[test]
fn scripts_always_end() {
    for (script, code) in [
        ("loop { }", "WV0206"),
        ("let n = 0; while n >= 0 { n += 1; }", "WV0206"),
        ("fn deeper(n) { deeper(n + 1) } deeper(0);", "WV0206"),
        ("let s = \"x\"; loop { s += s; }", "WV0206"),
        ("let l = []; loop { l.push(l); }", "WV0206"),
        (&format!("let x = {}1{};", "(".repeat(3000), ")".repeat(3000)), "WV0206"),
        (&format!("let x = {}1{};", "[".repeat(3000), "]".repeat(3000)), "WV0206"),
        (&format!("let x = 1{};", " + 1".repeat(5000)), "WV0206"),
    ] {
        let folder = folder(&[("endless.rhai", script)]);
        let err = werkvorm(&["rules", "check", "."]).inside(&folder).wrong_content();
        assert_eq!(codes(&err), [code], "{script:.60}: {err}");
        assert!(err.contains("rules/endless.rhai:1:"), "{err}");
    }
}

#[test]
fn broken_rules_stop_every_command() {
    let folder = small_with(&[("rules/broken.rhai", "rule(")]);
    for arguments in [&["recommend"][..], &["explain", "fotoscan"], &["methods"], &["recommend", "--help"]] {
        let err = werkvorm(&[arguments, &["--rules", "."]].concat()).inside(&folder).wrong_content();
        assert_eq!(codes(&err), ["WV0201"], "{err}");
    }
    let json = werkvorm(&["rules", "check", "."]).inside(&folder).wrong_json();
    assert_eq!(json["problems"][0]["labels"][0]["file"], "rules/broken.rhai");
    let json = werkvorm(&["recommend", "--rules", "."]).inside(&folder).wrong_json();
    assert_eq!(json["problems"][0]["code"], "WV0201");
    assert_eq!(werkvorm(&["rules", "build", ".", "-o", "out.json"]).inside(&folder).run().code, 2);
    assert!(!listing(&folder).iter().any(|name| name.starts_with("out.json")));
}

#[test]
fn files_of_rules_that_are_no_text() {
    let folder = small_with(&[]);
    write(&folder.path().join("rules/latin.rhai"), b"// caf\xe9");
    write(&folder.path().join("seeds/methods/large.toml"), &vec![b'#'; 3_000_000]);
    let err = werkvorm(&["rules", "check", "."]).inside(&folder).wrong_content();
    assert_eq!(codes(&err), ["WV0104", "WV0104"], "{err}");
}

#[test]
fn folders_that_are_none() {
    let folder = folder(&[("empty/readme.md", "x"), ("file.rhai", "")]);
    for (arguments, says) in [
        (&["rules", "check", "empty"][..], "`empty` has no rule scripts"),
        (&["rules", "test", "nowhere"], "there is no folder `nowhere`"),
        (&["rules", "build", "file.rhai"], "`file.rhai` is a file"),
        (&["recommend", "--rules", "empty"], "`empty` has no rule scripts"),
        (&["recommend", "--rules", "nowhere"], "there is no folder `nowhere`"),
        (&["recommend", "--pack", "nowhere.json"], "cannot read `nowhere.json`"),
        (&["recommend", "--pack", "empty"], "`empty` is a folder"),
    ] {
        let err = werkvorm(arguments).inside(&folder).wrong_world();
        assert!(err.contains(says), "{err}");
    }
}

#[test]
fn rules_and_pack_exclude_each_other() {
    for (arguments, says) in [
        (&["recommend", "--rules", "a", "--pack", "b"][..], "exclude each other"),
        (&["--rules=a", "methods", "--pack=b"], "exclude each other"),
        (&["rules", "check", "--rules", "a"], "`werkvorm rules check a`"),
        (&["--pack", "a", "rules", "test"], "`--pack` is for advice"),
        (&["--lang", "en", "rules", "check", "--rules=a"], "`werkvorm rules check a`"),
    ] {
        let err = werkvorm(arguments).wrong_content();
        assert!(err.split_whitespace().collect::<Vec<_>>().join(" ").contains(says), "{err}");
    }
}

#[test]
fn packs_that_are_none() {
    let pack = werkvorm(&["rules", "build", small()]).good();
    let other_version = pack.replacen("\"format_version\":1", "\"format_version\":2", 1);
    let empty_methods: Value = {
        let mut pack: Value = serde_json::from_str(&pack).unwrap();
        pack["methods"] = Value::Array(Vec::new());
        pack["rules"][0]["points"] = Value::from(99);
        pack
    };
    for (name, text, code, says) in [
        ("cut", &pack[..pack.len() / 2], "WV0402", "this pack ends too early"),
        ("other", &other_version, "WV0401", "this engine reads version 1"),
        ("text", "hallo", "WV0402", "it is not JSON"),
        ("profile", "{\"trust\": \"low\"}", "WV0402", "this is JSON, but not a pack"),
        ("list", "[1, 2]", "WV0402", "this is JSON, but not a pack"),
        ("nothing", "", "WV0402", "this pack ends too early"),
        ("deep", &"[".repeat(100_000), "WV0402", "not a pack"),
    ] {
        let folder = folder(&[(name, text)]);
        let err = werkvorm(&["recommend", "--pack", name]).inside(&folder).wrong_content();
        let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(codes(&err), [code], "{err}");
        assert!(flat.contains(says) && err.contains(&format!("--> {name}")), "{err}");
    }
    let folder = folder(&[("wrong.json", &empty_methods.to_string())]);
    let err = werkvorm(&["recommend", "--pack", "wrong.json"]).inside(&folder).wrong_content();
    assert!(codes(&err).iter().all(|code| code.starts_with("WV04")), "{err}");
    let latin = folder.path().join("latin.json");
    std::fs::write(latin, b"{\"id\": \"\xe9\"}").unwrap();
    let err = werkvorm(&["recommend", "--pack", "latin.json"]).inside(&folder).wrong_content();
    assert_eq!(codes(&err), ["WV0512"], "{err}");
}

/// A pack may ask about anything; a question with the name of a flag is answered in a file.
#[test]
fn questions_called_like_flags() {
    let vocabulary = std::fs::read_to_string(format!("{}/seeds/vocabulary/profile.toml", small())).unwrap();
    let more: String = ["format", "help", "profile", "method", "trust-2", "trust_3"]
        .iter()
        .map(|id| {
            format!(
                "\n[[facet]]\nid = \"{id}\"\nabout = [\"profile\"]\ncriterion = \"context\"\nvalues_allowed = \"one\"\nlabel = {{ nl = \"Vraag\", en = \"Question\" }}\nquestion = {{ nl = \"Wat?\", en = \"What?\" }}\nhelp = {{ nl = \"Zo.\", en = \"So.\" }}\naliases = [\"{id} top\", \"Wat is «{id}»?\"]\n[[facet.value]]\nid = \"yes\"\nlabel = {{ nl = \"ja\", en = \"yes\" }}\nhelp = {{ nl = \"Ja.\", en = \"Yes.\" }}\n"
            )
        })
        .collect();
    let text = vocabulary.replacen("[[number]]", &format!("{more}\n[[number]]"), 1);
    let folder =
        small_with(&[("seeds/vocabulary/profile.toml", &text), ("p.yaml", "format: yes\nprofile: yes\n")]);
    let check = werkvorm(&["rules", "check", "."]).inside(&folder).run();
    if check.code == 0 {
        let page =
            werkvorm(&["recommend", "p.yaml", "--rules", ".", "--method-top", "yes"]).inside(&folder).good();
        assert_eq!(page.matches("Vraag ").count(), 3, "{page}");
        werkvorm(&["completions", "bash", "--rules", "."]).inside(&folder).good();
    } else {
        // The pack may also refuse such names.
        assert!(codes(&check.err).iter().all(|code| code.starts_with("WV")), "{}", check.err);
    }
}
