//! What is around the command: languages, terminals, pipes, files to write, other programs.

use std::process::Stdio;

use serde_json::Value;

use crate::{PROFILE, folder, listing, werkvorm, with_small};

#[test]
fn languages() {
    let (dutch, english) = ("Wereldcafé", "World café");
    let page = |language: &[(&str, &str)], flags: &[&str]| {
        let run = with_small(&[&["methods"], flags].concat());
        language.iter().fold(run, |run, (name, value)| run.env(name, value)).good()
    };
    for (variables, flags, want) in [
        (&[("LANG", "nl_NL.UTF-8")][..], &[][..], dutch),
        (&[("LANG", "en_US.UTF-8")], &[], english),
        (&[("LANG", "en_GB")], &[], english),
        (&[("LANG", "C")], &[], dutch),
        (&[("LANG", "C.UTF-8")], &[], dutch),
        (&[("LANG", "")], &[], dutch),
        (&[("LANG", "de_DE.UTF-8")], &[], dutch),
        (&[("LANG", "nl_NL.UTF-8"), ("LC_ALL", "en_US.UTF-8")], &[], english),
        (&[("LANG", "en_US.UTF-8")], &["--lang", "nl"], dutch),
        (&[("LANG", "nl_NL.UTF-8")], &["--lang=en"], english),
    ] {
        assert!(page(variables, flags).contains(want), "{variables:?} {flags:?}");
    }
    assert!(
        with_small(&["recommend", "--help", "--lang", "en"])
            .good()
            .contains("Recommend methods for a profile")
    );
    assert!(with_small(&["recommend", "--help"]).good().contains("Adviseer werkvormen"));
    let json = |lang| with_small(&["recommend", "--format", "json", "--lang", lang]).good();
    assert_eq!(json("nl"), json("en"));
}

#[test]
fn forms_of_an_advice() {
    let form = |format: &str, lang: &str| {
        with_small(&["recommend", "-", "--format", format, "--lang", lang]).input(PROFILE).good()
    };
    assert!(form("text", "nl").starts_with("Advies over werkvormen: Een straat"));
    assert!(form("markdown", "en").starts_with("# Advice on participation methods: A street"));
    let page = form("html", "nl");
    assert!(
        page.starts_with("<!doctype html>")
            && page.trim_end().ends_with("</html>")
            && page.contains("lang=\"nl\"")
    );
    assert!(!page.contains("<script") && !page.contains("src=\"http"), "{page}");
    let advice: Value = serde_json::from_str(&form("json", "nl")).unwrap();
    assert_eq!(advice["methods"][0]["id"], "fotoscan");
    for page in ["text", "markdown", "html"].map(|format| form(format, "en")) {
        assert!(
            !page.contains("[heading") && !page.contains("[label") && !page.contains('{')
                || page.contains("<style"),
            "{page}"
        );
    }
    let explanation = with_small(&["explain", "enquete", "-", "--format", "json"]).input(PROFILE).good_json();
    assert_eq!(explanation["method"]["id"], "enquete");
    assert_eq!(with_small(&["method", "fotoscan", "--format", "json"]).good_json()["id"], "fotoscan");
    assert_eq!(with_small(&["methods", "--format", "json"]).good_json().as_array().map(Vec::len), Some(4));
    let vocabulary = with_small(&["vocabulary", "trust", "--format", "json"]).good_json();
    assert_eq!(vocabulary["facets"][0]["id"], "trust");
}

#[test]
fn schemas() {
    for name in ["profile", "advice", "explanation", "pack", "diagnostics"] {
        let schema = werkvorm(&["schema", name]).good_json();
        assert!(
            schema["$schema"].as_str().is_some_and(|url| url.starts_with("https://json-schema.org/")),
            "{name}"
        );
    }
    assert_eq!(werkvorm(&["schema"]).good(), werkvorm(&["schema", "profile"]).good());
    assert!(werkvorm(&["schema", "profil"]).wrong_content().contains("profile"));
}

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = with_small(&["completions", shell]).good();
        assert!(script.contains("group-size") && script.contains("werkvorm"), "{shell}");
    }
    // The values of questions and the names of methods complete too.
    let script = with_small(&["completions", "bash"]).good();
    assert!(script.contains("low-literacy") && script.contains("wereldcafe"));
    assert!(werkvorm(&["completions", "cmd"]).wrong_content().contains("bash"));
}

/// Every page and every complaint, as a run.
fn pages() -> Vec<(&'static str, crate::Run)> {
    let persona = include_str!("../../seeds/personas/ouderen-die-zich-alleen-voelen.toml");
    let [dementia, children, trust] =
        ["mantelzorgers-over-dementie", "kinderen-over-spelen-en-eten", "weinig-vertrouwen-in-de-wijk"]
            .map(crate::persona);
    vec![
        ("recommend", werkvorm(&["recommend", "-"]).input(persona)),
        ("recommend en", werkvorm(&["recommend", "-", "--lang", "en", "--top", "20"]).input(persona)),
        ("explain", werkvorm(&["explain", "fotoscan", "-"]).input(persona)),
        ("explain online", werkvorm(&["explain", "huisbezoek", "--mode", "online", "--lang", "en"])),
        (
            "compare",
            werkvorm(&["compare", "-", "--set", "trust=high", "--add", "trait=debts-poverty"]).input(persona),
        ),
        (
            "compare more",
            werkvorm(&["compare", "-", &dementia, &children, &trust, "--lang", "en"]).input(persona),
        ),
        ("sweep", werkvorm(&["sweep", "-"]).input(persona)),
        ("sweep over", werkvorm(&["sweep", "-", "--over", "group_size", "--lang", "en"]).input(persona)),
        ("turn", werkvorm(&["turn", "enquete", "-"]).input(persona)),
        ("ask", werkvorm(&["ask", "--trust", "low"]).input("1\n2\nlonelyness\n\nstop\n")),
        ("ask list", werkvorm(&["ask", "-", "--list"]).input(persona)),
        ("robustness", werkvorm(&["robustness", "-"]).input(persona)),
        ("plan", werkvorm(&["plan", "-"]).input(persona)),
        ("methods", werkvorm(&["methods"])),
        ("method", werkvorm(&["method", "huisbezoek-met-sleutelpersoon"])),
        ("vocabulary", werkvorm(&["vocabulary"])),
        ("vocabulary trait", werkvorm(&["vocabulary", "trait"])),
        ("help", werkvorm(&["--help"])),
        ("help recommend", werkvorm(&["recommend", "--help"])),
        (
            "wrong profile",
            werkvorm(&["recommend", "-"])
                .input("colour: red\ntrait: [lonelyness]\ntitle: 3\nbudget_eur: 2.5\ntrust: [low, high]\n"),
        ),
        ("not a profile", werkvorm(&["recommend", "-"]).input("aantal mensen = 3")),
        (
            "wrong flags",
            werkvorm(&["recommend", "--trait", "lonelyness", "--group-size=0", "--weight=goal=8"]),
        ),
        (
            "no such file",
            werkvorm(&[
                "recommend",
                "een-bestand-dat-er-niet-is-met-een-lange-naam-die-niet-op-de-regel-past.toml",
            ]),
        ),
        ("both", werkvorm(&["recommend", "--pack", "a", "--rules", "b"])),
    ]
}

#[test]
fn lines_fit_in_the_window() {
    for (columns, limit) in [("40", 40), ("80", 80), ("200", 100), ("10", 40)] {
        for (name, run) in pages() {
            let outcome = run.env("COLUMNS", columns).run();
            for line in outcome.out.lines().chain(outcome.err.lines()) {
                // An address must stay whole, what stands behind `Usage:` is not ours, and behind `>` is an answer.
                if line.contains("://") || line.starts_with("Usage:") || line.starts_with("> ") {
                    continue;
                }
                assert!(line.chars().count() <= limit, "{name} in {columns}: {line}");
                assert_eq!(line.trim_end(), line, "{name} in {columns}: {line:?}");
            }
        }
    }
}

#[test]
fn no_colours_unless_wanted() {
    for ((name, run), (_, forced)) in pages().into_iter().zip(pages()) {
        let plain = run.run();
        assert!(!plain.out.contains('\u{1b}') && !plain.err.contains('\u{1b}'), "{name}");
        let coloured = forced.env("CLICOLOR_FORCE", "1").run();
        let is_coloured = coloured.out.contains('\u{1b}') || coloured.err.contains('\u{1b}');
        assert_eq!(is_coloured, !matches!(name, "no such file" | "both"), "{name}");
        assert_eq!(without_colours(&coloured.out), plain.out, "{name}");
        assert_eq!(without_colours(&coloured.err), plain.err, "{name}");
    }
    for (name, run) in pages() {
        let outcome = run.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run();
        assert!(!outcome.out.contains('\u{1b}') && !outcome.err.contains('\u{1b}'), "{name}");
    }
    for format in ["json", "markdown", "html"] {
        let forced = with_small(&["recommend", "--format", format]).env("CLICOLOR_FORCE", "1").good();
        assert!(!forced.contains('\u{1b}'), "{format}");
    }
}

fn without_colours(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or("").to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, rest)| rest))
}

/// What somebody wrote in a profile cannot steer the terminal of who reads the advice.
#[test]
fn profiles_do_not_steer_the_terminal() {
    let text = "{\"title\": \"rood \\u001b[31m\\u0007 en\\nverder\"}";
    let page = with_small(&["recommend", "-"]).env("CLICOLOR_FORCE", "1").input(text).good();
    assert!(!page.contains("\u{1b}[31m\u{7}") && !page.contains('\u{7}'), "{page}");
    let text = "trust = \"\\u001b]0;weg\\u0007\"";
    let err = with_small(&["recommend", "-"]).env("CLICOLOR_FORCE", "1").input(text).wrong_content();
    assert!(!err.contains("\u{1b}]") && !err.contains('\u{7}'), "{err}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    for arguments in [
        &["recommend", "--format", "json"][..],
        &["recommend"],
        &["methods"],
        &["schema", "pack"],
        &["completions", "bash"],
        &["recommend", "--help"],
        &["rules", "build", crate::small()],
    ] {
        let mut child = werkvorm(arguments)
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
    let mut child = with_small(&["recommend", "--trust", "lo", "--format", "json"])
        .command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(2), 0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = || Stdio::from(std::fs::File::create("/dev/full").unwrap());
    let output = with_small(&["recommend"]).command.stdout(full()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));
    // Nobody can be told, and that is no reason to panic.
    let status =
        with_small(&["recommend", "--trust", "lo"]).command.stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn output_files() {
    let folder = folder(&[("old.html", "old"), ("map/x", "")]);
    for (format, file) in [("text", "a.txt"), ("json", "a.json"), ("markdown", "a.md"), ("html", "old.html")]
    {
        let printed = with_small(&["recommend", "--format", format]).good();
        let run = with_small(&["recommend", "--format", format, "-o", file]).inside(&folder);
        assert_eq!(run.good(), "", "{file}");
        assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), printed, "{file}");
    }
    let colours = with_small(&["recommend", "-o", "b.txt"]).inside(&folder).env("CLICOLOR_FORCE", "1");
    assert_eq!(colours.good(), "");
    assert!(!std::fs::read_to_string(folder.path().join("b.txt")).unwrap().contains('\u{1b}'));
    let before = listing(&folder);
    assert!(before.iter().all(|name| !name.contains(".part")), "{before:?}");
    // A mistake leaves nothing behind, and what was there stays.
    assert_eq!(with_small(&["recommend", "--trust", "lo", "-o", "new.txt"]).inside(&folder).run().code, 2);
    assert_eq!(with_small(&["recommend", "--trust", "lo", "-o", "a.txt"]).inside(&folder).run().code, 2);
    for file in ["map", "nowhere/a.txt", "a.txt/b.txt", ""] {
        let err = with_small(&["recommend", "-o", file]).inside(&folder).wrong_world();
        assert!(err.contains("cannot write"), "{err}");
    }
    assert_eq!(listing(&folder), before);
    let printed = with_small(&["recommend", "-o", "-"]).inside(&folder).good();
    assert_eq!(printed, with_small(&["recommend"]).good());
    assert_eq!(listing(&folder), before);
}

#[cfg(unix)]
#[test]
fn output_replaces_files_only() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = folder(&[("target.txt", "old")]);
    let path = |name: &str| folder.path().join(name);
    symlink("target.txt", path("link.txt")).unwrap();
    std::fs::set_permissions(path("target.txt"), std::fs::Permissions::from_mode(0o640)).unwrap();
    with_small(&["recommend", "-o", "link.txt"]).inside(&folder).good();
    assert!(path("link.txt").is_symlink());
    assert!(std::fs::read_to_string(path("target.txt")).unwrap().starts_with("Advies"));
    assert_eq!(std::fs::metadata(path("target.txt")).unwrap().permissions().mode() & 0o777, 0o640);
    // What is no file, such as a device, is never replaced by one.
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    with_small(&["recommend", "-o", "socket"]).inside(&folder).wrong_world();
    assert!(std::fs::metadata(path("socket")).unwrap().file_type().is_socket());
    assert_eq!(listing(&folder).len(), 3);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let word = std::ffi::OsStr::from_bytes(b"caf\xe9");
    for before in
        [&["recommend"][..], &["recommend", "--trust"], &["explain"], &["--rules"], &["recommend", "--pack"]]
    {
        let mut run = werkvorm(before);
        run.command.arg(word);
        assert_ne!(run.run().code, 0, "{before:?}");
    }
}

#[test]
fn version() {
    assert_eq!(werkvorm(&["--version"]).good().trim(), concat!("werkvorm ", env!("CARGO_PKG_VERSION")));
}
