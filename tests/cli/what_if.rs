//! What-if: compare, sweep, turn, the list of open questions, robustness and plans, on the personas and with mistakes.

use serde_json::{Value, json};
use werkvorm::{Answer, Edit, builtin, profile_from_str, respond};

use crate::conformance::dense;
use crate::{codes, folder, listing, persona, root, werkvorm, with_small};

/// The personas: where each is, and what it says as JSON.
fn personas() -> Vec<(String, Value)> {
    let read = |path: String| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        let profile = profile_from_str("p.toml", &text, werkvorm::ProfileFormat::Toml).unwrap();
        (path, serde_json::to_value(&profile).unwrap())
    };
    crate::personas().into_iter().map(read).collect()
}

/// A page has no text that is missing and no blank that is open, and fits in the window.
fn check_page(name: &str, page: &str) {
    assert!(page.lines().count() > 5, "{name}: {page}");
    for line in page.lines() {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{name}: {line:?}");
        assert!(
            !line.contains("[cli.") && !line.contains("[label.") && !line.contains('{'),
            "{name}: {line}"
        );
    }
}

#[test]
fn every_command_on_every_persona() {
    let personas = personas();
    for (at, (path, _)) in personas.iter().enumerate() {
        let (path, other) = (path.as_str(), personas[(at + 1) % personas.len()].0.as_str());
        let lang = if at % 2 == 0 { "nl" } else { "en" };
        for arguments in [
            &["compare", path, other][..],
            &["compare", path, "--set", "trust=mixed", "--set-weight", "goal=3"],
            &["sweep", path],
            &["sweep", path, "--over", "aantal mensen"],
            &["turn", "Enquête", path, "--changes", "1"],
            &["turn", "huisbezoek", path, "--out", "--changes", "1"],
            &["ask", path, "--list"],
            &["robustness", path],
            &["plan", path],
            &["plan", path, "--phase", "collect,develop,evaluate", "--steps", "1"],
        ] {
            let page = werkvorm(&[arguments, &["--lang", lang]].concat()).good();
            check_page(&format!("{arguments:?} {lang}"), &page);
        }
    }
}

#[test]
fn what_is_said_first_is_the_answer() {
    let persona = persona("lezen-kost-moeite-en-schulden");
    let persona = persona.as_str();
    let second = |arguments: &[&str]| werkvorm(arguments).good().split('\n').nth(1).unwrap().to_owned();
    let out = &["turn", "huisbezoek-met-sleutelpersoon", persona, "--out"];
    assert!(werkvorm(out).good().contains("Dit lukt met één wijziging"));
    assert!(
        second(&["turn", "enquete", persona, "--out"]).starts_with("  Deze werkvorm staat niet in de top.")
    );
    assert!(second(&["turn", "wereldcafe", persona]).starts_with("  Dit lukt niet met hoogstens 2"));
    assert!(second(&["sweep", persona]).starts_with("  Op plaats 1 staat nu:"));
    assert!(second(&["robustness", persona, "--lang", "en"]).starts_with("  There are"));
    let page = werkvorm(&["sweep", persona]).good();
    assert!(page.contains("--format csv`") && page.matches("wordt:").count() <= 15, "{page}");
    let nothing = werkvorm(&["compare", persona, persona]).good();
    assert!(nothing.contains("Alle antwoorden en gewichten zijn gelijk."), "{nothing}");
}

/// The command gives the bytes that the library gives, apart from space between them.
#[test]
fn json_is_the_answer_of_the_library() {
    let (personas, engine) = (personas(), builtin());
    for at in [0, 4, 9] {
        let ((path, profile), (other, other_profile)) = (&personas[at], &personas[at + 1]);
        let (path, other) = (path.as_str(), other.as_str());
        let changes = [
            Edit::Set { question: "trust".into(), answer: Answer::One("mixed".into()) },
            Edit::Set { question: "group_size".into(), answer: Answer::One("14".into()) },
            Edit::Weigh { criterion: "goal".into(), weight: Answer::One("3".into()) },
        ];
        let flags = ["--set", "trust=mixed", "--set", "group_size=14", "--set-weight", "goal=3"];
        let range = ["--over", "group_size", "--from", "5", "--to", "50", "--step", "9", "--top", "3"];
        for (arguments, request) in [
            (vec!["compare", path, other], json!({"compare": {"profiles": [profile, other_profile]}})),
            (
                [&["compare", path][..], &flags].concat(),
                json!({"compare": {"profiles": [profile], "changes": changes}}),
            ),
            (vec!["sweep", path], json!({"sweep": {"profile": profile}})),
            (
                vec!["sweep", path, "--over", "trust"],
                json!({"sweep": {"profile": profile, "question": "trust"}}),
            ),
            (
                [&["sweep", path][..], &range].concat(),
                json!({"sweep": {"profile": profile, "question": "group_size", "top": 3,
                    "range": {"from": 5, "to": 50, "step": 9}}}),
            ),
            (
                vec!["turn", "fotoscan", path, "--top", "3", "--changes", "1"],
                json!({"turn": {"profile": profile, "method": "fotoscan", "top": 3, "changes": 1}}),
            ),
            (
                vec!["turn", "huisbezoek", path, "--out"],
                json!({"turn": {"profile": profile, "method": "huisbezoek", "toward": "out"}}),
            ),
            (vec!["ask", path, "--list", "--top", "3"], json!({"ask": {"profile": profile, "top": 3}})),
            (vec!["robustness", path], json!({"robustness": {"profile": profile}})),
            (vec!["plan", path, "--steps", "3"], json!({"plan": {"profile": profile, "steps_per_phase": 3}})),
        ] {
            let printed = werkvorm(&[&arguments[..], &["--format", "json"]].concat()).good();
            assert!(printed.ends_with("}\n") && printed.starts_with("{\n  \"what_if_version\": 1"));
            assert!(dense(&printed) == dense(&respond(engine, &request.to_string())), "{arguments:?}");
        }
    }
}

#[test]
fn the_empty_profile() {
    for arguments in [&["sweep"][..], &["turn", "enquete"], &["robustness"], &["plan"], &["ask", "--list"]] {
        check_page("empty", &with_small(arguments).good());
    }
    let page = with_small(&["compare", "--set", "trust=low"]).good();
    assert!(page.contains("een leeg profiel") && page.contains("met uw wijzigingen"), "{page}");
    // Flags are answers here as they are everywhere.
    let sweep = with_small(&["sweep", "--trust", "low", "--format", "json"]).good_json();
    assert_eq!(sweep["profile"]["answers"][0]["question"], "trust");
}

#[test]
fn a_plan_says_what_cannot_be_done() {
    let persona = persona("weinig-vertrouwen-in-de-wijk");
    let plan = |more: &[&str]| werkvorm(&[&["plan", &persona], more].concat());
    let whole = plan(&["--phase", "collect,translate,develop,evaluate"]).good();
    assert!(
        whole.contains("De stappen op een rij") && whole.contains("Evalueren en terugkoppelen"),
        "{whole}"
    );
    let short = plan(&["--phase", "collect"]).good();
    assert!(short.contains("Wat niet lukt") && short.contains("Het plan eindigt niet met"), "{short}");
    for (flags, code) in [(&["--phase", "geen"][..], "WV0721"), (&["--weeks-available", "0"], "WV0722")] {
        let outcome = plan(flags).run();
        assert_eq!(outcome.code, 2, "{flags:?}");
        assert!(outcome.err.contains(code), "{flags:?}: {}", outcome.err);
    }
}

#[test]
fn a_sweep_as_csv() {
    let persona = persona("ouderen-die-zich-alleen-voelen");
    let run = |more: &[&str]| werkvorm(&[&["sweep", &persona], more].concat());
    for more in [&[][..], &["--over", "group_size"], &["--over", "mode"]] {
        let sweep = run(&[more, &["--format", "json"]].concat()).good_json();
        let text = run(&[more, &["--format", "csv", "--lang", "en"]].concat()).good();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(
            reader.headers().unwrap().iter().collect::<Vec<_>>().join(" "),
            "question change value number_from number_to method name rank total fit"
        );
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        let methods = sweep["methods"].as_array().unwrap();
        let points = sweep["points"].as_array().unwrap();
        // The profile as it is stands on top.
        assert_eq!(rows.len(), (points.len() + 1) * methods.len());
        let with_now: Vec<_> = [&sweep["now"]].into_iter().chain(points).collect();
        for (at, row) in rows.iter().enumerate() {
            let (point, method) = (with_now[at / methods.len()], at % methods.len());
            let stand = &point["standings"][method];
            let (rank, change) = (stand["rank"].as_u64().unwrap(), &point["change"]);
            let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
            assert_eq!(&row[1], change["kind"].as_str().unwrap_or("now"));
            assert!(change.is_null() || row[0] == word(&change["question"]), "{row:?}");
            assert_eq!(&row[2], word(&change["value"]["id"]), "{row:?}");
            assert_eq!(&row[5], word(&methods[method]["id"]));
            assert_eq!(&row[6], word(&methods[method]["label"]["en"]));
            assert_eq!(&row[7], if rank == 0 { String::new() } else { rank.to_string() });
            assert_eq!((&row[8], &row[9]), (&*stand["total"].to_string(), &*stand["fit"].to_string()));
            assert_eq!(
                &row[3],
                if change.is_null() { String::new() } else { shown(&change["number"]["from"]) }
            );
        }
    }
    let numbers =
        run(&["--over", "group_size", "--from", "5", "--to", "25", "--step", "10", "--format", "csv"]);
    let text = numbers.good();
    // Those numbers, and not the stretches they are in.
    for number in ["set,,5,5,", "set,,25,25,"] {
        assert!(text.contains(number), "{text}");
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

#[test]
fn differences_add_up() {
    let personas = personas();
    let (one, other) = (personas[4].0.as_str(), personas[2].0.as_str());
    let page = werkvorm(&["compare", one, other, "--top", "8"]).good();
    let (mut sum, mut sums) = (0, 0);
    let why = page.split("Waarom de plaatsen").nth(1).unwrap();
    for line in why.lines() {
        // A method stands in the third column, its points end in the twelfth.
        if line.starts_with("  ") && !line.starts_with("    ") {
            sum = 0;
        }
        let points: String = line.chars().take(12).filter(|c| "+−0123456789".contains(*c)).collect();
        let Ok(points) = points.replace('−', "-").parse::<i64>() else { continue };
        if line.starts_with("     =") {
            assert_eq!(points, sum, "{page}");
            sums += 1;
        } else if line.starts_with("      ") {
            sum += points;
        }
    }
    assert!(sums > 3, "{page}");
}

#[test]
fn mistakes_in_files_and_changes_are_placed() {
    let folder = folder(&[
        ("a.toml", "trust = \"lo\"\ntrait = [\"lonelyness\"]\n"),
        ("b.yaml", "vertrouwen: weinig\ncolour: red\n"),
        ("c.toml", "trust = \"low\"\nmode = [\"online\"]\n"),
    ]);
    // Everything that is wrong with every file, where it is written.
    let err = with_small(&["compare", "a.toml", "b.yaml", "c.toml"]).inside(&folder).wrong_content();
    assert_eq!(codes(&err), ["WV0502", "WV0502", "WV0501"], "{err}");
    for place in ["a.toml:1:9", "a.toml:2:10", "b.yaml:2:1"] {
        assert!(err.contains(place), "{place}: {err}");
    }
    // What is wrong with a file and with a change to it, at once.
    let run = with_small(&["compare", "a.toml", "--set", "trst=low", "--remove", "mode=online"]);
    let err = run.inside(&folder).wrong_content();
    assert_eq!(codes(&err), ["WV0502", "WV0502", "WV0501"], "{err}");
    let at = |change: &[&str], code: &str, word: &str| {
        let arguments = [&["compare", "c.toml"], change].concat();
        let json = with_small(&arguments).inside(&folder).wrong_json();
        let problems = json["problems"].as_array().unwrap();
        assert_eq!((problems.len(), &problems[0]["code"]), (1, &json!(code)), "{json:#}");
        let label = &problems[0]["labels"][0];
        assert_eq!(label["file"], "command line", "{json:#}");
        let (column, length) = (label["column"].as_u64().unwrap(), label["length"].as_u64().unwrap());
        let line = format!("werkvorm {}", arguments.join(" "));
        let marked: String = line.chars().skip(column as usize - 1).take(length as usize).collect();
        assert_eq!(marked, word, "{line}");
    };
    at(&["--set", "vertrouwen=lo"], "WV0502", "lo");
    at(&["--set", "trst=low"], "WV0501", "trst");
    at(&["--set", "group_size=0"], "WV0504", "0");
    at(&["--set", "trust=high,low"], "WV0505", "low");
    at(&["--set", "trust"], "WV0703", "trust");
    at(&["--add", "mode=onlin"], "WV0502", "onlin");
    at(&["--add", "mode=online"], "WV0703", "online");
    at(&["--add", "trust=high"], "WV0703", "high");
    at(&["--add", "aantal-mensen=3"], "WV0703", "3");
    at(&["--remove", "mode=in-person"], "WV0703", "in-person");
    at(&["--unset", "trait"], "WV0703", "trait");
    at(&["--set-weight", "goal=9"], "WV0506", "9");
    at(&["--set-weight", "gaol=2"], "WV0506", "gaol");
    at(&["--unset", "trust", "--set", "vertrouwen=high"], "WV0702", "vertrouwen");
    at(&["--add", "mode=in-person", "--remove=mode=in-person"], "WV0702", "in-person");
}

#[test]
fn too_few_too_many_and_not_there() {
    let folder = folder(&[("p.toml", ""), ("q.toml", "trust = \"lo\"\n")]);
    let wrong = |arguments: &[&str]| with_small(arguments).inside(&folder).wrong_content();
    let many = [&["compare"][..], &["p.toml"; 9]].concat();
    for arguments in [&["compare"][..], &["compare", "p.toml"], &many] {
        assert_eq!(codes(&wrong(arguments)), ["WV0701"], "{arguments:?}");
    }
    assert!(
        wrong(&["compare", "p.toml", "p.toml", "--unset", "trust"]).contains("changes go with one profile")
    );
    assert!(wrong(&["compare", "-", "-"]).contains("standard input can be read once"));
    for arguments in
        [&["compare", "p.toml", "r.toml"][..], &["sweep", "r.toml"], &["turn", "enquete", "r.toml"]]
    {
        assert!(with_small(arguments).inside(&folder).wrong_world().contains("cannot read `r.toml`"));
    }
    assert_eq!(listing(&folder).len(), 2);
}

#[test]
fn questions_methods_and_ranges_that_do_not_exist() {
    let folder = folder(&[("p.toml", "group_size = 12\n"), ("q.toml", "trst = \"low\"\n")]);
    let wrong = |arguments: &[&str], code: &str, mark: &str| {
        let err = with_small(arguments).inside(&folder).wrong_content();
        assert_eq!(codes(&err), [code], "{err}");
        assert!(err.contains(mark), "{mark}: {err}");
    };
    let over = |more: &[&'static str]| [&["sweep", "p.toml", "--over", "group_size"][..], more].concat();
    wrong(&over(&["--from", "0", "--to", "9"]), "WV0704", "command line:1:48");
    wrong(&over(&["--from", "9", "--to", "3"]), "WV0704", "command line:1:48");
    wrong(&over(&["--from", "-9", "--to", "3"]), "WV0704", "command line:1:48");
    wrong(&over(&["--from", "1", "--to", "9000"]), "WV0704", "too many numbers");
    wrong(&over(&["--from", "1", "--to", "9", "--step", "0"]), "WV0704", "command line:1:64");
    wrong(&["sweep", "--over", "trust", "--from", "1", "--to", "2"], "WV0704", "is not a number");
    wrong(&["sweep", "--over", "trst"], "WV0501", "did you mean `trust`");
    wrong(&["turn", "wereldcaf"], "WV0507", "did you mean `wereldcafe`");
    let err = with_small(&["sweep", "q.toml", "--over", "trst"]).inside(&folder).wrong_content();
    assert!(err.contains("q.toml:1:1") && err.contains("command line:1:"), "{err}");
    for usage in [
        &["sweep", "--from", "1", "--to", "2"][..],
        &["sweep", "--over", "group_size", "--from", "1"],
        &["sweep", "--over", "group_size", "--step", "1"],
        &["sweep", "--format", "docx"],
        &["turn", "enquete", "--changes", "4"],
        &["turn", "enquete", "--top", "0"],
        &["turn"],
        &["robustness", "--top", "3"],
        &["ask", "--format", "json"],
    ] {
        with_small(usage).wrong_content();
    }
}

#[test]
fn answers_in_files() {
    let folder = folder(&[]);
    for (at, arguments) in [
        &["compare", "--set", "trust=low"][..],
        &["sweep"],
        &["sweep", "--format", "csv"],
        &["turn", "enquete"],
        &["ask", "--list"],
        &["robustness", "--format", "json"],
    ]
    .into_iter()
    .enumerate()
    {
        let printed = with_small(arguments).good();
        let file = format!("{at}.txt");
        assert_eq!(with_small(&[arguments, &["-o", &file]].concat()).inside(&folder).good(), "");
        assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), printed, "{arguments:?}");
    }
}
