//! `werkvorm ask`: a session in a pipe, and the profile that comes out of it.

use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::pages::small_with;
use crate::{Outcome, folder, listing, werkvorm, with_small};

/// The small pack with a rule about trust, so that a question with one answer matters too.
fn pack() -> &'static str {
    static PACK: OnceLock<TempDir> = OnceLock::new();
    let rule = r#"rule("trust-for-a-crowd", #{
        title:   text("Vertrouwen", "Trust"),
        method:  "wereldcafe",
        when:    trust == "low",
        points:  5,
        because: text("Hier komt ook wie weinig vertrouwt.", "Who trusts little comes here too."),
        source:  cite("handbook", "1"),
    });
    "#;
    PACK.get_or_init(|| small_with("rules/trust.rhai", rule)).path().to_str().unwrap()
}

/// A session; the profile is on standard output, the conversation on standard error.
fn session(arguments: &[&str], lines: &str) -> Outcome {
    let outcome = werkvorm(&[&["ask", "--rules", pack()], arguments].concat()).input(lines).run();
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(!outcome.err.contains("[cli.") && !outcome.err.contains('{'), "{}", outcome.err);
    outcome
}

/// The questions that were put, by their words.
fn asked(err: &str) -> Vec<&str> {
    let is_question = |line: &&str| {
        let (number, rest) = line.trim_start_matches("> ").split_once(". ").unwrap_or(("", ""));
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) && rest.ends_with('?')
    };
    let lines = err.lines().filter(|line| !line.starts_with("    "));
    lines.filter(is_question).filter_map(|line| line.split_once(". ")).map(|(_, question)| question).collect()
}

fn times(err: &str, question: &str) -> usize {
    let asked = asked(err);
    assert_eq!(asked.first(), Some(&question), "{err}");
    asked.iter().filter(|asked| **asked == question).count()
}

/// The answers that an advice on a profile understands.
fn understood(profile: &str) -> Value {
    with_small(&["recommend", "-", "--format", "json"]).input(profile).good_json()["profile"].clone()
}

/// Flags after which a question comes first, and the question.
fn until(question: &str) -> (&'static [&'static str], &'static str) {
    match question {
        "--trust" => (&TRUST, "Vertrouwen de mensen uw organisatie?"),
        "--trait" => (
            &["--phase", "collect", "--mode", "in-person", "--trust", "high"],
            "Wat speelt er bij de mensen om wie het gaat?",
        ),
        _ => (&NUMBER, "Hoeveel mensen wilt u betrekken?"),
    }
}

const TRUST: [&str; 8] =
    ["--phase", "collect", "--mode", "in-person", "--trait", "none", "--group-size", "50"];
const NUMBER: [&str; 8] =
    ["--phase", "evaluate", "--mode", "in-person", "--trait", "none", "--trust", "high"];

#[test]
fn every_way_to_answer() {
    for (question, lines, want) in [
        ("--trust", "1\n", "trust = \"low\""),
        ("--trust", "  LOW \n", "trust = \"low\""),
        ("--trust", "weinig\n", "trust = \"low\""),
        ("--trust", "veel vertrouwen\n", "trust = \"high\""),
        ("--trust", "much trust\n", "trust = \"high\""),
        ("--trait", "1\n", "trait = [\"low-literacy\"]"),
        ("--trait", "2, analfabeet\n", "trait = [\"low-literacy\", \"loneliness\"]"),
        ("--trait", "geen\n", "trait = []"),
        ("--trait", "4\n", "trait = []"),
        ("--group-size", "40\n", "group_size = 40"),
        ("--group-size", " 1 \r\n", "group_size = 1"),
    ] {
        let (flags, text) = until(question);
        let outcome = session(flags, lines);
        assert_eq!(times(&outcome.err, text), 1, "{question} {lines:?}: {}", outcome.err);
        assert!(outcome.out.lines().any(|line| line == want), "{lines:?}: {}\n{}", outcome.out, outcome.err);
    }
}

#[test]
fn words_that_leave_a_question_open() {
    for word in ["weet ik niet", "Weet niet", "?", "don't know", "don’t know", "unknown", "onbekend"] {
        let (flags, text) = until("--trust");
        let outcome = session(flags, &format!("{word}\n"));
        assert_eq!(times(&outcome.err, text), 1, "{word}: {}", outcome.err);
        assert!(!outcome.out.contains("trust"), "{word}: {}", outcome.out);
    }
}

#[test]
fn wrong_answers_get_help_and_the_question_again() {
    for (question, wrong, help) in [
        ("--trust", "lo", "did you mean `low`?"),
        ("--trust", "9", "`9` is not a value of `trust`"),
        ("--trust", "low, high", "is not a value of `trust`"),
        ("--trait", "1, lonelyness", "did you mean `loneliness`?"),
        ("--trait", "1, 4", "is not a value of `trait`"),
        ("--group-size", "0", "a whole number from 1 to 100000"),
        ("--group-size", "veel", "a whole number from 1 to 100000"),
        ("--group-size", "2,5", "a whole number from 1 to 100000"),
    ] {
        let (flags, text) = until(question);
        let outcome = session(flags, &format!("{wrong}\n"));
        assert!(outcome.err.contains(help), "{wrong}: {}", outcome.err);
        assert_eq!(times(&outcome.err, text), 2, "{wrong}: {}", outcome.err);
        assert_eq!(outcome.out, session(flags, "").out, "{wrong}");
    }
    // An empty line is no answer, and not "none of these".
    let (flags, text) = until("--trait");
    let outcome = session(flags, "\n\n");
    assert_eq!(times(&outcome.err, text), 3, "{}", outcome.err);
}

#[test]
fn back_restores_exactly() {
    let first = session(&[], "");
    let question = asked(&first.err)[0].to_owned();
    assert_eq!(first.out, "");
    let again = session(&[], "1\nterug\n");
    let questions = asked(&again.err);
    assert_eq!((questions.len(), questions[0], questions[2]), (3, &*question, &*question), "{}", again.err);
    assert_eq!(again.out, first.out);
    // A question that was left open is asked again too, and back from the first question is nowhere.
    let skipped = session(&[], "weet ik niet\nback\nterug\n");
    assert_eq!(asked(&skipped.err).iter().filter(|asked| **asked == question).count(), 3, "{}", skipped.err);
    assert!(skipped.err.contains("Dit is de eerste vraag."), "{}", skipped.err);
    // After the last question too.
    let (flags, text) = until("--trust");
    let outcome = session(flags, "low\nterug\nhigh\n\n");
    assert_eq!(times(&outcome.err, text), 2, "{}", outcome.err);
    assert!(outcome.err.contains("met Enter") || outcome.err.contains("Met Enter"), "{}", outcome.err);
    assert!(outcome.out.contains("trust = \"high\""), "{}", outcome.out);
}

#[test]
fn stop_and_the_end_of_input_end_it() {
    let end = session(&["--trust", "low"], "");
    for word in ["stop", "KLAAR", "done"] {
        let outcome = session(&["--trust", "low"], &format!("{word}\n1\n1\n1\n"));
        assert_eq!((&outcome.out, asked(&outcome.err)), (&end.out, asked(&end.err)), "{word}");
    }
    assert_eq!(end.out, "trust = \"low\"\n");
    let english = session(&["--lang", "en"], "stop\n");
    assert!(english.err.contains("Type `back`") && english.err.contains("Done."), "{}", english.err);
}

#[test]
fn the_profile_is_the_answers_of_the_session() {
    let folder =
        folder(&[("p.toml", "title = \"Straat\"\nvertrouwen = \"weet ik niet\"\n\"aantal mensen\" = 12\n")]);
    let lines = "1\n1\n1\n1\n1\n1\n";
    let run = with_small(&["ask", "p.toml", "--weight", "goal=2", "-o", "q.toml"]).inside(&folder);
    let outcome = run.input(lines).run();
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{}", outcome.err);
    assert!(outcome.err.contains("werkvorm recommend q.toml") && outcome.err.contains("Nu bovenaan:"));
    let text = read(&folder, "q.toml");
    let profile = understood(&text);
    assert_eq!(profile["title"], "Straat");
    let answers = profile["answers"].as_array().unwrap();
    assert_eq!(answers.len(), asked(&outcome.err).len() + 1, "{text}\n{}", outcome.err);
    for answer in answers.iter().filter(|answer| answer["number"].is_null()) {
        assert_eq!(answer["values"].as_array().unwrap().len(), 1, "{answer}");
    }
    assert!(text.contains("group_size = 12") && text.contains("goal = 2"), "{text}");
    // The profile that goes on may be replaced by itself; nothing is half-written.
    let outcome = with_small(&["ask", "q.toml", "-o", "./q.toml"]).inside(&folder).input("").run();
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(read(&folder, "q.toml"), text);
    assert_eq!(listing(&folder).len(), 2);
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn an_existing_file_is_kept() {
    let folder = folder(&[("p.toml", "trust = \"low\"\n"), ("other.toml", "mine"), ("map/x", "")]);
    let ask = |output: &str| with_small(&["ask", "p.toml", "-o", output]).inside(&folder).input("1\n");
    assert!(ask("other.toml").wrong_content().contains("--force"));
    assert!(ask("other.yaml").wrong_content().contains("end in `.toml`"));
    assert!(ask("map").wrong_world().contains("cannot write"));
    assert!(ask("nowhere/q.toml").wrong_world().contains("cannot write"));
    assert_eq!(read(&folder, "other.toml"), "mine");
    let forced =
        with_small(&["ask", "p.toml", "-o", "other.toml", "--force"]).inside(&folder).input("").run();
    assert_eq!((forced.code, read(&folder, "other.toml").as_str()), (0, "trust = \"low\"\n"));
    let err = with_small(&["ask", "-"]).input("trust = \"low\"").wrong_content();
    assert!(err.contains("standard input has your answers"), "{err}");
    let wrong = folder_with_mistake();
    let err = with_small(&["ask", "p.toml"]).inside(&wrong).input("1\n").wrong_content();
    assert!(err.contains("p.toml:1:9"), "{err}");
}

fn folder_with_mistake() -> TempDir {
    folder(&[("p.toml", "trust = \"lo\"\n")])
}

#[test]
fn a_session_on_the_built_in_pack() {
    for lang in ["nl", "en"] {
        let outcome = werkvorm(&["ask", "--lang", lang]).input("1\n1\n?\n2\nback\n1\nstop\n").run();
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        for line in outcome.err.lines() {
            assert!(line.chars().count() <= 80 && line.trim_end() == line.trim_end_matches('\r'), "{line:?}");
        }
        let advice = werkvorm(&["recommend", "-", "--format", "json"]).input(&outcome.out).good_json();
        assert_eq!(advice["profile"]["answers"].as_array().unwrap().len(), 3, "{}", outcome.out);
    }
}
