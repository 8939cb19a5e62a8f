//! Profiles: from files, from standard input and from flags; right ones and wrong ones.

use serde_json::{Value, json};

use crate::{PROFILE, codes, folder, werkvorm, with_small};

const TOML: &str = "fase = [\"verzamelen\"]\ntrait = [\"low-literacy\", \"eenzaam\"]\nvertrouwen = \"weinig\"\n\"aantal mensen\" = 12\n\n[weights]\ntarget_group = 2\n";
const YAML: &str = "# een profiel\nfase: verzamelen\ntrait:\n  - low-literacy\n  - eenzaam\nvertrouwen: weinig\naantal mensen: 12\nweights: { target_group: 2 }\n";
const JSON: &str = r#"{"fase": "verzamelen", "trait": ["low-literacy", "eenzaam"], "vertrouwen": "weinig", "aantal mensen": 12, "weights": {"target_group": 2}}"#;

/// The advice as JSON.
fn advice(arguments: &[&str], input: &str) -> Value {
    with_small(&[&["recommend", "--format", "json"], arguments].concat()).input(input).good_json()
}

/// Question and answers of an advice, in a line.
fn answers(advice: &Value) -> String {
    let answer = |answer: &Value| {
        let ids = answer["values"]
            .as_array()
            .map(|values| values.iter().map(|v| v["id"].as_str().unwrap()).collect::<Vec<_>>().join(","));
        let number = answer["number"].as_i64().map(|number| number.to_string());
        format!("{}={}", answer["question"].as_str().unwrap(), number.or(ids).unwrap_or_default())
    };
    advice["profile"]["answers"].as_array().unwrap().iter().map(answer).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_format_every_way_in() {
    let folder = folder(&[
        ("p.toml", TOML),
        ("p.yaml", YAML),
        ("p.yml", YAML),
        ("p.json", JSON),
        ("profiel", YAML),
        ("P.JSON", JSON),
    ]);
    let wanted = advice(&["-"], TOML);
    assert_eq!(answers(&wanted), "phase=collect trait=low-literacy,loneliness trust=low group_size=12");
    for text in [YAML, JSON] {
        assert_eq!(advice(&["-"], text), wanted, "{text}");
    }
    for file in ["p.toml", "p.yaml", "p.yml", "p.json", "profiel", "P.JSON"] {
        let run = with_small(&["recommend", file, "--format", "json"]).inside(&folder);
        assert_eq!(run.good_json(), wanted, "{file}");
    }
    let marked = format!("\u{feff}{JSON}");
    assert_eq!(advice(&["-"], &marked), wanted);
    let windows = TOML.replace('\n', "\r\n");
    assert_eq!(advice(&["-"], &windows), wanted);
}

#[test]
fn flags_alone_are_a_profile() {
    let wanted = advice(&["-"], TOML);
    for flags in [
        "--phase collect --trait low-literacy,loneliness --trust low --group-size 12 --weight target_group=2",
        "--phase=collect --trait low-literacy --trait loneliness --trust=low --group-size=12 --weight=target_group=2",
        "--fase verzamelen --kenmerken laaggeletterd,Eenzaam --vertrouwen WEINIG --aantal-mensen 12 --weight target_group=2",
    ] {
        assert_eq!(advice(&flags.split(' ').collect::<Vec<_>>(), ""), wanted, "{flags}");
    }
    let one = advice(&["--trait", "moeite met lezen, eenzaam"], "");
    assert_eq!(answers(&one), "trait=low-literacy,loneliness");
    assert_eq!(answers(&advice(&["--trait", "geen"], "")), "trait=");
    assert_eq!(answers(&advice(&["--trust", "weet ik niet"], "")), "");
}

#[test]
fn a_flag_wins_over_the_file() {
    let with = |flags: &[&str]| answers(&advice(&[&["-"], flags].concat(), TOML));
    assert_eq!(
        with(&["--trust", "high"]),
        "phase=collect trait=low-literacy,loneliness trust=high group_size=12"
    );
    assert_eq!(with(&["--vertrouwen", "weet ik niet"]), with(&["--trust", "unknown"]));
    assert_eq!(
        with(&["--group-size", "40", "--trait", "none"]),
        "phase=collect trait= trust=low group_size=40"
    );
    let advice = advice(&["-", "--weight", "goal=4"], "weights: {doel: 2, phase: 3}");
    let weight = |id: &str| {
        let mut weights = advice["profile"]["weights"].as_array().unwrap().iter();
        weights.find(|weight| weight["criterion"] == id).map(|weight| weight["weight"].clone())
    };
    assert_eq!((weight("goal"), weight("phase")), (Some(json!(4)), Some(json!(3))), "{advice}");
}

#[test]
fn nothing_is_a_profile_too() {
    let wanted = advice(&[], "");
    assert_eq!(wanted["methods"].as_array().unwrap().len(), 4);
    for text in [
        "",
        "\n \n",
        "# nog niets",
        "{}",
        "\u{feff}",
        "---\n",
        "trust: unknown",
        "trait = \"weet ik niet\"",
        "{\"trust\": null}",
    ] {
        assert_eq!(advice(&["-"], text), wanted, "{text}");
    }
    let folder = folder(&[("leeg.json", ""), ("leeg.yaml", "# niets\n"), ("leeg.toml", "")]);
    for file in ["leeg.json", "leeg.yaml", "leeg.toml"] {
        let run = with_small(&["recommend", file, "--format", "json"]).inside(&folder);
        assert_eq!(run.good_json(), wanted, "{file}");
    }
}

#[test]
fn top() {
    let count = |advice: &Value| {
        (advice["methods"].as_array().unwrap().len(), advice["others"].as_array().unwrap().len())
    };
    for (top, want) in [("1", (1, 3)), ("4", (4, 0)), ("65535", (4, 0))] {
        assert_eq!(count(&advice(&["--top", top], "")), want);
    }
    for top in ["--top=0", "--top=-1", "--top=65536", "--top=x", "--top=1.5", "--top="] {
        assert!(with_small(&["recommend", top]).wrong_content().contains("--top"));
    }
}

#[test]
fn every_persona_gets_an_advice() {
    let personas = crate::personas();
    assert!(personas.len() >= 10);
    for file in &personas {
        let advice = werkvorm(&["recommend", file, "--format", "json"]).good_json();
        assert_eq!(advice["methods"].as_array().unwrap().len(), 5, "{file}");
        assert_eq!(advice["profile"]["made_up"], true, "{file}");
        let page = werkvorm(&["recommend", file]).good();
        assert!(page.contains("Dit profiel is verzonnen"), "{page}");
    }
}

#[test]
fn the_command_for_more_gives_more_of_the_same() {
    let folder = folder(&[("mijn profiel.yaml", "trait: [loneliness]")]);
    let arguments = ["recommend", "mijn profiel.yaml", "--trust", "low", "--top", "1", "--lang", "nl"];
    let page = werkvorm(&arguments).inside(&folder).good().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(" 'mijn profiel.yaml' --trust low --lang nl` toont alles"), "{page}");
}

/// Each wrong answer in each format: the code, and the words that are marked.
#[test]
fn wrong_answers() {
    for (name, value, code, marked, says) in [
        ("trait", "[\"lonelyness\"]", "WV0502", "lonelyness", "did you mean `loneliness`?"),
        ("trait", "\"eenzaa\"", "WV0502", "eenzaa", "did you mean `loneliness`?"),
        ("trust", "\"lowest of all\"", "WV0502", "lowest of all", "`low`"),
        ("trst", "\"low\"", "WV0501", "trst", "did you mean `trust`?"),
        ("vertrouwn", "\"low\"", "WV0501", "vertrouwn", "did you mean `trust`?"),
        ("demand", "[\"reading\"]", "WV0511", "demand", "the questions are"),
        ("trust", "[\"low\", \"high\"]", "WV0505", "high", "write one value"),
        ("trust", "[]", "WV0505", "", "write one value"),
        ("trust", "true", "WV0503", "true", "write one value"),
        ("trait", "[\"loneliness\", 1.5]", "WV0503", "", "write a list of values"),
        ("trait", "[[\"loneliness\"]]", "WV0503", "", "write a list of values"),
        ("group_size", "0", "WV0504", "0", "from 1 to 100000 (people)"),
        ("group_size", "100001", "WV0504", "100001", "from 1 to 100000 (people)"),
        ("group_size", "-3", "WV0504", "-3", "from 1 to 100000 (people)"),
        ("group_size", "2.5", "WV0503", "2.5", "write a whole number"),
        ("group_size", "\"veel\"", "WV0503", "veel", "write a whole number"),
        ("group_size", "[1, 2]", "WV0503", "", "write a whole number"),
        ("title", "3", "WV0503", "3", "write a text in quotes"),
        ("made_up", "\"ja\"", "WV0503", "ja", "write `true`"),
        ("weights", "2", "WV0506", "2", "name the criteria"),
    ] {
        for (format, text) in [
            ("TOML", format!("# profiel\n{name} = {value}\n")),
            ("YAML", format!("# profiel\n{name}: {value}\n")),
            ("JSON", format!("{{\n\"{name}\": {value}\n}}")),
        ] {
            let err = with_small(&["recommend", "-"]).input(&text).wrong_content();
            assert_eq!(codes(&err), [code], "{text}\n{err}");
            assert!(err.contains("standard input:2:"), "{format}: {err}");
            assert!(err.split_whitespace().collect::<Vec<_>>().join(" ").contains(says), "{format}: {err}");
            let marks = err.lines().find(|line| line.trim_start().starts_with("| ") && line.contains('^'));
            let line = err.lines().find(|line| line.starts_with("2 |")).unwrap_or("");
            let start = marks.and_then(|line| line.find('^')).unwrap_or(0);
            let length = marks.map_or(0, |line| line.matches('^').count());
            let under: String = line.chars().skip(start).take(length).collect();
            assert!(under.contains(marked), "{format}: {err}");
        }
    }
}

#[test]
fn wrong_weights() {
    for (weights, marked) in [
        ("{ goal = 6 }", "goal"),
        ("{ goal = -1 }", "goal"),
        ("{ goal = \"veel\" }", "goal"),
        ("{ mood = 1 }", "mood"),
        ("{ goal = 1, doel = 2 }", "goal"),
        ("{ goal = [1] }", "goal"),
    ] {
        let err = with_small(&["recommend", "-"]).input(format!("weights = {weights}")).wrong_content();
        assert_eq!(err.matches("error[").count(), 1, "{err}");
        assert!(err.contains(&format!("`{marked}`")), "{err}");
    }
    for (weight, says) in [
        ("goal=6", "from 0 to 5"),
        ("goal=x", "from 0 to 5"),
        ("goal", "write `--weight goal=2`"),
        ("mood=1", "there is no criterion `mood`"),
        ("=2", "there is no criterion"),
    ] {
        let err = with_small(&["recommend", "--weight", weight]).wrong_content();
        assert!(err.contains(says) && err.contains("command line:1:"), "{err}");
    }
    let err = with_small(&["recommend", "--weight", "goal=1", "--weight", "goal=2"]).wrong_content();
    assert!(err.contains("a second time"), "{err}");
}

#[test]
fn everything_at_once() {
    let wanted = ["WV0503", "WV0502", "WV0510", "WV0504", "WV0501", "WV0506", "WV0502"];
    for (file, text) in [
        (
            "p.yaml",
            "title: 3\ntrait: [lonelyness]\ntrust: low\ntrust: high\ngroup_size: 0\ncolour: red\nweights: {goal: 9}\n",
        ),
        (
            "p.json",
            "{\"title\": 3,\n\"trait\": [\"lonelyness\"],\n\"trust\": \"low\",\n\"trust\": \"high\",\n\"group_size\": 0,\n\"colour\": \"red\",\n\"weights\": {\"goal\": 9}}",
        ),
    ] {
        let folder = folder(&[(file, text)]);
        let run = || with_small(&["recommend", file, "--mode", "on-line-ish"]).inside(&folder);
        let err = run().wrong_content();
        let mut sorted = codes(&err);
        sorted.sort_unstable();
        let mut want = wanted.to_vec();
        want.sort_unstable();
        assert_eq!(sorted, want, "{err}");
        for line in [1, 2, 4, 5, 6, 7] {
            assert!(err.contains(&format!("{file}:{line}:")), "{err}");
        }
        assert!(err.contains("command line:1:"), "{err}");
    }
    // The reader of TOML does not give what stands beside a name that is written twice.
    let err = with_small(&["recommend", "-"])
        .input("trust = 'low'\ntrust = 'high'\nphase = collect\n")
        .wrong_content();
    assert_eq!(codes(&err), ["WV0510", "WV0508"], "{err}");
}

#[test]
fn answered_twice_under_another_name() {
    for text in [
        "trust = 'low'\nvertrouwen = 'veel'\n",
        "trust: low\nvertrouwen: veel\n",
        "{\"trust\": \"low\",\n\"vertrouwen\": \"veel\"}",
    ] {
        let err = with_small(&["recommend", "-"]).input(text).wrong_content();
        assert_eq!(codes(&err), ["WV0510"], "{err}");
        assert!(err.contains("standard input:2:1"), "{err}");
    }
}

#[test]
fn wrong_flags() {
    for (flags, code, says) in [
        ("--trait lonelyness", "WV0502", "did you mean `loneliness`?"),
        ("--trust low,high", "WV0505", "takes one value"),
        ("--trust low --trust high", "WV0505", "takes one value"),
        ("--group-size -3", "WV0504", "out of bounds"),
        ("--group-size tien", "WV0503", "whole number"),
        ("--group-size 1 --group-size 2", "WV0503", "whole number"),
    ] {
        let arguments: Vec<_> = ["recommend"].into_iter().chain(flags.split(' ')).collect();
        // What the file says about the same question is not where the problem is.
        for file in ["", "trust: high\ntrait: [loneliness]\ngroup_size: 3\n"] {
            let err = with_small(&[&arguments[..], &["-"]].concat()).input(file).wrong_content();
            assert_eq!(codes(&err), [code], "{err}");
            assert!(err.contains(says) && err.contains("command line:1:"), "{err}");
        }
    }
    for (arguments, says) in [
        (&["recommend", "--trst", "low"][..], "--trust"),
        (&["recommend", "--format", "pdf"], "pdf"),
        (&["explain"], "METHOD"),
        (&["recomend"], "recommend"),
        (&["explain", "fotoscan", "--format", "html"], "html"),
        (&["--lang", "de", "methods"], "de"),
        (&[], "Usage"),
    ] {
        assert!(werkvorm(arguments).wrong_content().contains(says), "{arguments:?}");
    }
}

#[test]
fn unknown_methods_and_questions() {
    for (arguments, code, says) in [
        (&["explain", "fotscan"][..], "WV0507", "did you mean `fotoscan`?"),
        (&["method", "Wereldcafee"], "WV0507", "did you mean `wereldcafe`?"),
        (&["method", "zoiets bestaat niet"], "WV0507", "the command `methods`"),
        (&["vocabulary", "trst"], "WV0501", "did you mean `trust`?"),
        (&["vocabulary", "demand"], "WV0501", "lists them all"),
    ] {
        let err = with_small(arguments).wrong_content();
        assert_eq!(codes(&err), [code], "{err}");
        assert!(err.contains(says) && err.contains("command line:1:"), "{err}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder = folder(&[("map/p.toml", PROFILE)]);
    for (file, says) in
        [("map", "is a folder"), ("p.toml", "because:"), ("map/p.toml/x", "because:"), ("", "because:")]
    {
        let err = with_small(&["recommend", file]).inside(&folder).wrong_world();
        assert!(err.contains(says), "{err}");
    }
    let missing = with_small(&["recommend", "p.toml", "--format", "json"]).inside(&folder).run();
    let error: Value = serde_json::from_str(&missing.out).unwrap();
    assert_eq!((missing.code, missing.err.as_str()), (1, ""));
    assert_eq!(error["error"]["message"], "cannot read `p.toml`");
}

#[test]
fn files_that_are_no_profile() {
    let large = "x".repeat(100_000);
    for (file, text, code, place, says) in [
        ("p.json", "{\"trust\": low}", "WV0508", "p.json:1:11", "an answer is missing or has no quotes"),
        (
            "p.json",
            "{\n\"trust\": \"low\"\n\"trait\": []}",
            "WV0508",
            "p.json:3:1",
            "a comma or closing bracket is missing",
        ),
        ("p.json", "{\"trust\":", "WV0508", "p.json:1:9", "the text ends too early"),
        ("p.json", "null", "WV0508", "p.json:1:1", "a profile cannot be empty"),
        ("p.toml", "trust = low\n", "WV0508", "p.toml:1:9", "a text has no quotes"),
        ("p.toml", "aantal mensen = 3\n", "WV0508", "p.toml:1:8", "a question of several words needs quotes"),
        ("p.toml", "trust: low\n", "WV0508", "p.toml:1:", "read as TOML"),
        ("p.yaml", "trust: low\n\tphase: collect\n", "WV0508", "p.yaml:1:8", "write spaces"),
        ("p.yaml", "trait: [loneliness\ntrust: low\n", "WV0508", "p.yaml:2:6", "bracket"),
        ("p.yaml", "trust: low: high\n", "WV0508", "p.yaml:1:11", "colon"),
        ("p.yaml", "- trust\n", "WV0508", "p.yaml:1:1", "a profile cannot be a list"),
        (
            "p.txt",
            "Beste collega, hierbij het profiel.\n",
            "WV0508",
            "p.txt:1:",
            "let the name of the file end in",
        ),
        ("p.toml", &large, "WV0509", "p.toml", "at most 64 kB"),
    ] {
        let folder = folder(&[(file, text)]);
        let err = with_small(&["recommend", file]).inside(&folder).wrong_content();
        let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(codes(&err), [code], "{text:.80}\n{err}");
        assert!(err.contains(place) && flat.contains(says), "{text:.80}\n{err}");
        // The readers' own words stay inside.
        for word in
            ["invalid type", "expected struct", "expected one of", "untagged", "budget", "serde", "at line"]
        {
            assert!(!err.contains(word), "{err}");
        }
    }
}

#[test]
fn files_that_are_no_text() {
    let folder = folder(&[]);
    for (name, bytes, place) in [
        ("latin.toml", &b"# x\ntitle = \"caf\xe9\"\n"[..], "latin.toml:2:13"),
        ("utf-16.toml", b"\xff\xfet\0r\0", "utf-16.toml:1:1"),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let err = with_small(&["recommend", name]).inside(&folder).wrong_content();
        assert_eq!(codes(&err), ["WV0512"], "{err}");
        assert!(err.contains(place) && err.contains("save the file as UTF-8"), "{err}");
    }
    let large = std::fs::File::create(folder.path().join("large.toml")).unwrap();
    large.set_len(100_000_000).unwrap();
    for flag in ["recommend", "explain fotoscan"] {
        let arguments: Vec<_> = flag.split(' ').chain(["large.toml"]).collect();
        let err = with_small(&arguments).inside(&folder).wrong_content();
        assert_eq!(codes(&err), ["WV0509"], "{err}");
    }
    let err = with_small(&["recommend", "-"]).input(vec![b' '; 200_000]).wrong_content();
    assert_eq!(codes(&err), ["WV0509"], "{err}");
}

/// Programs that ask for JSON get JSON, also when something is wrong.
#[test]
fn problems_as_json() {
    let folder =
        folder(&[("bad.toml", "trust = low"), ("wrong.toml", "\n  trust = 'lo'"), ("latin.toml", "x")]);
    std::fs::write(folder.path().join("latin.toml"), b"\xe9").unwrap();
    for (arguments, code, line) in [
        (&["recommend", "bad.toml"][..], "WV0508", 1),
        (&["recommend", "wrong.toml"], "WV0502", 2),
        (&["recommend", "latin.toml"], "WV0512", 1),
        (&["explain", "fotoscan", "wrong.toml"], "WV0502", 2),
        (&["explain", "fotscan"], "WV0507", 1),
        (&["method", "fotscan"], "WV0507", 1),
        (&["vocabulary", "trst"], "WV0501", 1),
        (&["recommend", "--weight", "goal"], "WV0506", 1),
        (&["recommend", "--pack", "bad.toml"], "WV0402", 1),
    ] {
        let outcome = werkvorm(arguments).inside(&folder).env("CLICOLOR_FORCE", "1").wrong_json();
        assert_eq!(outcome["problems"][0]["code"], code, "{outcome}");
        assert_eq!(outcome["problems"][0]["labels"][0]["line"], line, "{outcome}");
        for field in ["severity", "message", "help"] {
            assert!(outcome["problems"][0][field].is_string(), "{outcome}");
        }
    }
}
