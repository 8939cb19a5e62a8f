//! The pages that people read, blessed in `tests/snapshots`.

use tempfile::TempDir;

use crate::{PROFILE, copy, folder, root, small, werkvorm, with_small, write};

/// Compares a page with the blessed one. What differs from build to build is left out.
fn check(name: &str, page: &str) {
    let mut pieces = page.split("sha256:");
    let mut shown = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        shown.push_str("sha256:…");
        shown.push_str(piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn recommend() {
    let folder = folder(&[("straat.toml", PROFILE)]);
    let advice =
        |lang| with_small(&["recommend", "straat.toml", "--top", "2", "--lang", lang]).inside(&folder);
    check("recommend-nl", &advice("nl").good());
    check("recommend-en", &advice("en").good());
}

#[test]
fn explain() {
    let folder = folder(&[("straat.toml", PROFILE)]);
    let ranked = with_small(&["explain", "wereldcafe", "straat.toml", "--lang", "en"]);
    check("explain-ranked", &ranked.inside(&folder).good());
    check("explain-excluded", &with_small(&["explain", "Enquête", "straat.toml"]).inside(&folder).good());
}

#[test]
fn what_if() {
    let folder = folder(&[("straat.toml", PROFILE)]);
    let changes = ["--set", "trust=low", "--remove", "trait=low-literacy", "--set-weight", "target_group=1"];
    let compare = with_small(&[&["compare", "straat.toml"][..], &changes].concat());
    check("compare", &compare.inside(&folder).good());
    let turn = with_small(&["turn", "wereldcafe", "straat.toml", "--top", "1", "--lang", "en"]);
    check("turn", &turn.inside(&folder).good());
    // The conversation is on standard error, the profile on standard output.
    let session = with_small(&["ask", "--trust", "low"]).input("1\n?\nonlin\n2\nstop\n").run();
    check("ask", &format!("{}{}", session.err, session.out));
}

#[test]
fn method() {
    check("method", &with_small(&["method", "fotomethode"]).good());
}

#[test]
fn vocabulary() {
    check("vocabulary", &with_small(&["vocabulary", "kenmerken"]).good());
}

#[test]
fn help() {
    check("help", &with_small(&["recommend", "--help"]).good());
}

#[test]
fn problems_of_a_profile() {
    let text = "title = 3\ntrait = [\"lonelyness\"]\nvertrouwen = [\"low\", \"high\"]\ncolour = \"red\"\n\n[weights]\ngoal = 7\n";
    let folder = small_with("straat.toml", text);
    let run = werkvorm(&["recommend", "straat.toml", "--rules", ".", "--group-size", "0"]).inside(&folder);
    check("problems", &run.wrong_content());
}

#[test]
fn rules_with_problems() {
    let script = "rule(\"lonely\", #{\n    method: \"fotoscn\",\n    when: trait.has(\"lonelyness\"),\n    points: 9,\n});\n";
    let folder = small_with("rules/broken.rhai", script);
    check("rules-check", &werkvorm(&["rules", "check"]).inside(&folder).wrong_content());
}

/// The small pack in a folder of its own, with one more file.
pub(crate) fn small_with(name: &str, text: &str) -> TempDir {
    let folder = folder(&[]);
    copy(small().as_ref(), folder.path());
    write(&folder.path().join(name), text.as_bytes());
    folder
}
