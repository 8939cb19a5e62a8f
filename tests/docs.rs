//! The documents keep their word: their commands run, what they show is real, and what they name is there.
//!
//! The shell blocks of `README.md` and `CONTRIBUTING.md` run as written, each section in a copy of the seeds and
//! rules of its own. A block that begins with the name of a file is written to that file first.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use werkvorm::rules as limits;
use werkvorm::{
    Engine, MAX_CONDITION_DEPTH, MAX_CONDITION_PARTS, MAX_CRITERION_SCORE, MAX_POINTS, ProfileFormat,
    builtin, profile_from_str,
};

#[path = "../crates/xtask/src/scaffold.rs"]
mod scaffold;

use scaffold::Kind;

/// Commands that are not run, and why.
const NOT_RUN: [(&str, &str); 4] = [
    ("cargo test", "it runs this test"),
    ("BLESS=1 cargo test", "it overwrites the texts that another test compares"),
    (
        "cargo xtask gen",
        "it writes into the repository itself; `cargo xtask gen --check` says whether that is needed",
    ),
    ("cargo xtask evaluate", "it only prints figures, and compiling it takes long"),
];
const WHAT_IF: &str = "crates/werkvorm/WHAT-IF.md";
const BATCH: &str = "crates/werkvorm/BATCH.md";
const SPEED: &str = "docs/SPEED.md";
const DOCUMENTS: [&str; 8] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "rules/CHANGELOG.md",
    WHAT_IF,
    BATCH,
    SPEED,
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A fenced block.
#[derive(Debug, Clone)]
struct Block {
    language: String,
    text: String,
    /// The paragraph before it.
    before: String,
}

/// The sections of a document by their headings, with their blocks.
fn sections(document: &str) -> Vec<(String, Vec<Block>)> {
    let mut sections = vec![(String::new(), Vec::new())];
    let mut open: Option<Block> = None;
    let mut before = String::new();
    for line in document.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => {
                sections.last_mut().unwrap().1.extend(open.take());
                before.clear();
            }
            (Some(block), None) => block.text += &format!("{line}\n"),
            (None, Some(language)) => {
                open = Some(Block {
                    language: language.to_owned(),
                    text: String::new(),
                    before: before.clone(),
                });
            }
            (None, None) if line.starts_with("## ") => sections.push((line.to_owned(), Vec::new())),
            (None, None) => before += &format!("{line}\n"),
        }
    }
    assert!(open.is_none(), "a block is never closed");
    sections
}

fn blocks(path: &str, language: &str) -> Vec<Block> {
    let blocks = sections(&read(path)).into_iter().flat_map(|(_, blocks)| blocks);
    blocks.filter(|block| block.language == language).collect()
}

/// A folder with copies of what a newcomer changes.
fn copy_of_the_knowledge() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
                copy(&entry.path(), &to.join(entry.file_name()));
            }
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for part in ["seeds", "rules"] {
        copy(&root().join(part), &folder.path().join(part));
    }
    fs::create_dir(folder.path().join("tests")).unwrap();
    copy(&root().join("tests/batch"), &folder.path().join("tests/batch"));
    copy(&root().join("tests/own-words.toml"), &folder.path().join("tests/own-words.toml"));
    folder
}

fn werkvorm(folder: &Path, arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_werkvorm"));
    command.current_dir(folder).args(arguments);
    command.env("LC_ALL", "nl_NL.UTF-8").env("LANG", "nl_NL.UTF-8").env("COLUMNS", "80").env("NO_COLOR", "1");
    command.output().unwrap()
}

/// The words of a command; a remark at the end is left out.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or("");
    let quoted = line.split('"').enumerate();
    quoted
        .flat_map(|(at, part)| {
            if at % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}

/// Runs one line of a shell block; what goes wrong comes back in words.
fn run(folder: &Path, line: &str) -> Result<(), String> {
    if let Some((_, reason)) = NOT_RUN.iter().find(|(command, _)| line.starts_with(command)) {
        println!("not run: `{line}`, because {reason}");
        return Ok(());
    }
    let words = words(line);
    let plain: Vec<&str> = words.iter().map(String::as_str).collect();
    match plain.as_slice() {
        ["cargo", "run", "--", ..] | ["cargo", "run", "--release", "--", ..] => {
            let start = plain.iter().position(|word| *word == "--").unwrap_or(0) + 1;
            let output = werkvorm(folder, &words[start..]);
            let wanted = if line.contains("# exit code 2") { 2 } else { 0 };
            let shown = || String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.code() != Some(wanted) {
                return Err(format!("`{line}` gives {}, not {wanted}:\n{}", output.status, shown()));
            }
            Ok(())
        }
        ["cargo", "xtask", "new", kind, name] => {
            let kind = match *kind {
                "rule" => Kind::Rule,
                "trait" => Kind::Trait,
                "method" => Kind::Method,
                other => return Err(format!("`cargo xtask new` knows no `{other}`")),
            };
            scaffold::new(folder, kind, name).map(|_| ()).map_err(|error| format!("`{line}`: {error}"))
        }
        _ => Err(format!("this test does not know how to run `{line}`")),
    }
}

/// Writes a block that begins with the name of a file to that file.
fn write(folder: &Path, block: &Block) -> bool {
    let (first, rest) = block.text.split_once('\n').unwrap_or_default();
    let Some(place) = first.strip_prefix("// ").or(first.strip_prefix("# ")) else { return false };
    let path = place.rsplit(' ').next().unwrap_or("");
    if !path.ends_with(".toml") && !path.ends_with(".rhai") {
        return false;
    }
    let file = folder.join(path);
    let old =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path} should be there already: {error}"));
    let text = match place.strip_suffix(path).unwrap_or("").trim_end() {
        "" => block.text.clone(),
        "end of" => format!("{old}\n{rest}"),
        "last entry of" => format!("{}\n{rest}", &old[..old.rfind("\n[[").unwrap()]),
        other => panic!("`{other}` is no place in a file"),
    };
    fs::write(file, text).unwrap();
    true
}

fn shell_blocks_run(path: &str) {
    let complaints: Vec<String> = std::thread::scope(|scope| {
        let section = |(heading, blocks): (String, Vec<Block>)| {
            scope.spawn(move || {
                let folder = copy_of_the_knowledge();
                let mut complaints = Vec::new();
                for block in &blocks {
                    if block.language == "sh" {
                        let lines = block.text.lines().filter(|line| !line.trim().is_empty());
                        complaints.extend(lines.filter_map(|line| run(folder.path(), line).err()));
                    } else {
                        write(folder.path(), block);
                    }
                }
                complaints.into_iter().map(|complaint| format!("{heading}\n{complaint}")).collect::<Vec<_>>()
            })
        };
        let running: Vec<_> = sections(&read(path)).into_iter().map(section).collect();
        running.into_iter().flat_map(|section| section.join().unwrap()).collect()
    });
    assert!(complaints.is_empty(), "{path}:\n{}", complaints.join("\n"));
}

#[test]
fn the_commands_of_the_readme_run() {
    shell_blocks_run("README.md");
}

#[test]
fn the_commands_of_contributing_run() {
    shell_blocks_run("CONTRIBUTING.md");
}

#[test]
fn the_commands_of_what_if_run() {
    shell_blocks_run(WHAT_IF);
}

#[test]
fn the_commands_about_many_profiles_run() {
    shell_blocks_run(BATCH);
}

/// The page shows what stands in the file of bad rows, which no command prints.
#[test]
fn the_page_about_many_profiles_shows_a_bad_row() {
    let folder = copy_of_the_knowledge();
    let arguments = ["batch", "tests/batch/with-mistakes.ndjson", "answers.ndjson"].map(str::to_owned);
    assert_eq!(werkvorm(folder.path(), &arguments).status.code(), Some(2));
    let bad = fs::read_to_string(folder.path().join("answers.ndjson.bad.ndjson")).unwrap();
    let bad: serde_json::Value = serde_json::from_str(&bad).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&blocks(BATCH, "json").remove(0).text).unwrap();
    assert_eq!(shown, bad);
}

/// That the lines which a document shows stand in what a command writes, in this order; `…` leaves lines out.
fn shows_real_output(command: &Block, shown: &Block) {
    let arguments: Vec<_> =
        words(command.text.trim()).into_iter().skip_while(|word| word != "--").skip(1).collect();
    let output = werkvorm(&root(), &arguments);
    let page = String::from_utf8(output.stdout).unwrap();
    let real: Vec<&str> = page.lines().map(str::trim_end).collect();
    let mut from = 0;
    for part in shown.text.split("…\n").filter(|part| !part.is_empty()) {
        let part: Vec<&str> = part.lines().collect();
        let found = (from..=real.len().saturating_sub(part.len())).find(|at| real[*at..].starts_with(&part));
        let at = found.unwrap_or_else(|| {
            panic!("not in this order in the output:\n{}\n\nwhich is\n{page}", part.join("\n"))
        });
        from = at + part.len();
    }
}

#[test]
fn the_documents_show_real_output() {
    shows_real_output(&blocks("README.md", "sh")[0], &blocks("README.md", "text")[0]);
    for document in [WHAT_IF, BATCH] {
        let mut shown = 0;
        for (_, blocks) in sections(&read(document)) {
            for pair in blocks.windows(2).filter(|pair| pair[1].language == "text") {
                shows_real_output(&pair[0], &pair[1]);
                shown += 1;
            }
        }
        assert!(shown > 0, "{document} shows output");
    }
}

#[test]
fn the_readme_names_every_command() {
    let output = werkvorm(&root(), &["--help".to_owned()]);
    let help = String::from_utf8(output.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let named = |line: &str| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')).map(str::to_owned);
    let readme = read("README.md");
    for line in commands.lines().filter_map(named) {
        let command = line.split_whitespace().next().unwrap();
        let shown = readme.contains(&format!("`{command}`")) || readme.contains(&format!("-- {command} "));
        assert!(shown || command == "help", "README.md does not name the command `{command}`");
    }
}

#[test]
fn the_readme_shows_the_rule_behind_the_output() {
    let block = blocks("README.md", "rhai").remove(0);
    let path = block.before.split(['(', ')']).find(|word| word.starts_with("rules/")).unwrap().to_owned();
    assert!(read(&path).contains(&block.text), "{path} does not have these lines:\n{}", block.text);

    let persona = words(blocks("README.md", "sh").remove(0).text.trim()).pop().unwrap();
    let profile = profile_from_str(&persona, &read(&persona), ProfileFormat::Toml).unwrap();
    let advice = builtin().recommend(&profile).unwrap();
    let shown = blocks("README.md", "text").remove(0).text;
    let id = block.text.split("rule(`").nth(1).unwrap().split("/$").next().unwrap();
    let best = &advice.methods[0];
    let reason = best.reasons.iter().find(|reason| reason.rule == format!("{id}/{}", best.id)).unwrap();
    let first = reason.because.nl.chars().take(40).collect::<String>();
    let line =
        shown.lines().find(|line| line.contains(&first)).unwrap_or_else(|| panic!("`{first}` is not shown"));
    assert!(line.contains(&format!("{:+}", reason.points)), "{line}");
    assert!(block.before.contains(&format!("`{:+}`", reason.points)), "{}", block.before);
}

#[test]
fn links_lead_somewhere() {
    for document in DOCUMENTS {
        let text = read(document);
        let folder = Path::new(document).parent().unwrap_or(Path::new(""));
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap_or("");
            assert!(root().join(folder).join(file).exists(), "{document} links to {link}");
        }
    }
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_code_map_names_files_that_exist() {
    let page = read("ARCHITECTURE.md");
    let paths = quoted(&page).filter(|word| {
        ["crates/", "tests/", "benches/", "seeds/", "rules/"].iter().any(|top| word.starts_with(top))
    });
    for path in paths.filter(|path| !path.contains('*')) {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}");
    }
}

#[test]
fn every_invariant_is_held_by_a_test() {
    let page = read("ARCHITECTURE.md");
    let (_, rest) = page.split_once("## Invariants\n").unwrap();
    let invariants = rest.split("\n## ").next().unwrap().split("\n**").skip(1);
    for invariant in invariants {
        let held = invariant
            .lines()
            .find(|line| line.starts_with("Held by "))
            .unwrap_or_else(|| panic!("held by nothing: {invariant}"));
        let mut names = Vec::new();
        for word in quoted(held) {
            if word.contains('/') {
                let path = root().join(word);
                let source = if path.is_file() { fs::read_to_string(path).unwrap() } else { String::new() };
                for name in names.drain(..) {
                    assert!(source.contains(&format!("fn {name}(")), "{word} has no test `{name}`");
                }
            } else {
                names.push(word);
            }
        }
        assert!(names.is_empty(), "in which file: {held}");
    }
}

/// The names that a crate makes public at its root.
fn exports(path: &str) -> BTreeSet<String> {
    let source = read(path);
    let uses = source.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let names = uses.flat_map(|list| {
        let inside = list
            .split_once('{')
            .map_or(list.rsplit("::").next().unwrap_or(""), |(_, rest)| rest.trim_end_matches('}'));
        inside
            .split(',')
            .map(|name| name.rsplit(" as ").next().unwrap_or("").trim().to_owned())
            .collect::<Vec<_>>()
    });
    names.filter(|name| !name.is_empty() && name != "*").collect()
}

#[test]
fn every_public_name_has_a_reason() {
    let page = read("ARCHITECTURE.md");
    let (_, table) = page.split_once("## The public names of `werkvorm`\n").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let named: BTreeSet<String> =
        rows.flat_map(|row| quoted(row.split(" | ").next().unwrap_or(""))).map(str::to_owned).collect();
    let public = &exports("crates/werkvorm/src/lib.rs") | &exports("crates/werkvorm-core/src/lib.rs");
    // One row speaks about all of these.
    let is_view = |name: &&String| name.ends_with("View");
    let missing: Vec<_> = public.difference(&named).filter(|name| !is_view(name)).collect();
    assert!(
        missing.is_empty(),
        "give {missing:?} a reason in ARCHITECTURE.md, or take them out of the crate root"
    );
    let gone: Vec<_> = named.difference(&public).filter(|name| *name != "View").collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md names {gone:?}, which are not public");
}

#[test]
fn contributing_lists_what_scripts_can_say() {
    let page = read("CONTRIBUTING.md");
    let usage = read("crates/werkvorm-rules/src/usage.rs");
    let functions = usage.split("const FUNCTIONS").nth(1).unwrap().split("\n];").next().unwrap();
    let functions = functions.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next());
    for function in functions {
        assert!(page.contains(&format!("{function}(")), "CONTRIBUTING.md does not show `{function}`");
    }
    let declare = read("crates/werkvorm-rules/src/declare.rs");
    let fields = declare.split("const FIELDS").nth(1).unwrap().split("];").next().unwrap();
    let cases = read("crates/werkvorm-rules/src/cases.rs");
    let case = cases.split("struct Case {").nth(1).unwrap().split("\n}").next().unwrap();
    let of_case = case.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name);
    for field in fields.split('"').skip(1).step_by(2).chain(of_case) {
        assert!(
            page.lines().any(|line| line.starts_with("| `")
                && quoted(line.split(" | ").next().unwrap_or("")).any(|name| name == field)),
            "CONTRIBUTING.md has no row for `{field}`"
        );
    }
}

#[test]
fn contributing_gives_the_real_limits() {
    let grouped = |number: u64| {
        let digits = number.to_string();
        let parts: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        parts.join(",")
    };
    let page = read("CONTRIBUTING.md");
    let (_, table) = page.split_once("### Limits\n").unwrap();
    for limit in [
        limits::MAX_OPERATIONS,
        limits::MAX_CALL_LEVELS as u64,
        limits::MAX_STRING_BYTES as u64,
        limits::MAX_LIST_ITEMS as u64,
        limits::MAX_RULES as u64,
        limits::MAX_FILE_BYTES,
        MAX_CONDITION_PARTS as u64,
        MAX_CONDITION_DEPTH as u64,
        MAX_POINTS.unsigned_abs(),
        MAX_CRITERION_SCORE.unsigned_abs(),
    ] {
        let row = table.lines().any(|line| {
            line.starts_with("| ")
                && line.split([' ', '|']).any(|word| word.trim_end_matches(',') == grouped(limit))
        });
        assert!(row, "CONTRIBUTING.md does not give the limit {}", grouped(limit));
    }
}

#[test]
fn the_minimum_rust_version_is_the_same_everywhere() {
    let manifest = read("Cargo.toml");
    let version = manifest.split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    for document in ["README.md", "CONTRIBUTING.md"] {
        assert!(
            read(document).contains(&format!("Rust {version} or newer")),
            "{document} does not say Rust {version}"
        );
    }
}

#[test]
fn nothing_new_overwrites_anything() {
    let folder = copy_of_the_knowledge();
    let files = || -> Vec<_> {
        let paths = [
            "seeds/vocabulary/traits.toml",
            "seeds/methods/fotoscan.toml",
            "rules/methods/fotoscan.rhai",
            "rules/context/money.cases.toml",
        ];
        paths.iter().map(|path| fs::read_to_string(folder.path().join(path)).unwrap()).collect()
    };
    let before = files();
    for (kind, name) in [
        (Kind::Rule, "methods/fotoscan"),
        (Kind::Rule, "context/money"),
        (Kind::Rule, "money"),
        (Kind::Rule, "elsewhere/money"),
        (Kind::Rule, "context/../money"),
        (Kind::Rule, "context/Geld"),
        (Kind::Trait, "low-literacy"),
        (Kind::Trait, "geen thuis"),
        (Kind::Method, "fotoscan"),
        (Kind::Method, "../x"),
        (Kind::Method, ""),
    ] {
        assert!(scaffold::new(folder.path(), kind, name).is_err(), "{kind:?} {name}");
    }
    assert_eq!(files(), before);
}

#[test]
fn what_is_begun_names_its_blanks() {
    for (kind, name, codes) in [
        (Kind::Rule, "context/child-care", &["WV0306", "WV0307", "WV0310", "WV0313", "WV0319"][..]),
        (Kind::Trait, "single-parent", &["WV0404", "WV0409"]),
        (Kind::Method, "burgerberaad", &["WV0404", "WV0409"]),
    ] {
        let folder = copy_of_the_knowledge();
        let begun = scaffold::new(folder.path(), kind, name).unwrap();
        let (sources, _) = limits::Sources::read(folder.path()).unwrap();
        let problems = limits::build(&sources).unwrap_err();
        let found: BTreeSet<_> = problems.iter().map(|problem| problem.code).collect();
        assert!(codes.iter().all(|code| found.contains(code)), "{name}: {found:?}");
        for problem in &problems {
            let file = &problem.labels.first().unwrap_or_else(|| panic!("{problem:?}")).file;
            assert!(begun.contains(file), "{} is reported in {file}", problem.message);
        }
    }
}

/// The card in CONTRIBUTING is found by its own words, as it tells others to do.
#[test]
fn the_method_of_contributing_is_found_by_its_own_words() {
    let folder = copy_of_the_knowledge();
    let sections = sections(&read("CONTRIBUTING.md"));
    let (_, blocks) = sections.iter().find(|(heading, _)| heading == "## Add a method").unwrap();
    scaffold::new(folder.path(), Kind::Method, "burgerberaad").unwrap();
    blocks
        .iter()
        .filter(|block| block.language == "toml")
        .for_each(|block| assert!(write(folder.path(), block)));
    let (sources, _) = limits::Sources::read(folder.path()).unwrap();
    let engine = Engine::new(limits::build(&sources).unwrap()).unwrap();
    let own = fs::read_to_string(folder.path().join("tests/own-words.toml")).unwrap();
    let profile = own.rsplit("[case.profile]\n").next().unwrap();
    let profile = profile_from_str("own-words.toml", profile, ProfileFormat::Toml).unwrap();
    let advice = engine.recommend_top(&profile, 5).unwrap();
    let best: Vec<_> = advice.methods.iter().map(|method| method.id).collect();
    assert!(best.contains(&"burgerberaad"), "{best:?}");
}
