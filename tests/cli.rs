//! The command `werkvorm` as people and programs use it: what it prints, where, and with which exit code.
//!
//! What is about the command runs on the small pack of `tests/cli-pack`, which does not change with the rules;
//! what advisors get runs on the built-in pack. Every run is checked for panics and for a sensible exit code.
//! After a change of a page: `INSTA_UPDATE=always cargo test -p werkvorm-cli --test cli`, and read what changed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

#[path = "cli/ask.rs"]
mod ask;
#[path = "cli/batch.rs"]
mod batch;
#[path = "cli/conformance.rs"]
mod conformance;
#[path = "cli/garbage.rs"]
mod garbage;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/profiles.rs"]
mod profiles;
#[path = "cli/rules.rs"]
mod rules;
#[path = "cli/surroundings.rs"]
mod surroundings;
#[path = "cli/what_if.rs"]
mod what_if;

/// A profile that fits the small pack.
const PROFILE: &str = include_str!("cli-pack/profile.toml");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A persona as advisors would name it, from the folder of the project, where every run starts:
/// what is printed does not depend on where that folder is.
fn persona(name: &str) -> String {
    format!("seeds/personas/{name}.toml")
}

/// All personas, by name.
fn personas() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("seeds/personas")).unwrap();
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut personas: Vec<_> = entries.map(|entry| persona(&name(entry.unwrap().path()))).collect();
    personas.sort();
    personas
}

/// The folder with the small pack: its seeds and rules, with the texts of the project beside them.
fn small() -> &'static str {
    static SMALL: OnceLock<TempDir> = OnceLock::new();
    let folder = SMALL.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        copy(&root().join("tests/cli-pack"), folder.path());
        copy(&root().join("seeds/texts"), &folder.path().join("seeds/texts"));
        folder
    });
    folder.path().to_str().unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            write(&target, &std::fs::read(entry.path()).unwrap())
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A folder with files to run in.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    files.iter().for_each(|(name, text)| write(&folder.path().join(name), text.as_bytes()));
    folder
}

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit.max(1)
    }
}

/// One run of the command, far from what the computer of the tester is set to.
struct Run {
    command: Command,
    input: Vec<u8>,
}

/// What came of it.
struct Outcome {
    code: i32,
    out: String,
    err: String,
}

fn werkvorm(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_werkvorm"));
    for variable in
        ["LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANGUAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LINES"]
    {
        command.env_remove(variable);
    }
    command.env("LANG", "nl_NL.UTF-8").env("COLUMNS", "80").current_dir(root()).args(arguments);
    Run { command, input: Vec::new() }
}

/// A run on the small pack.
fn with_small(arguments: &[&str]) -> Run {
    werkvorm(&[arguments, &["--rules", small()]].concat())
}

impl Run {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn input(mut self, text: impl AsRef<[u8]>) -> Self {
        self.input = text.as_ref().to_vec();
        self
    }

    fn inside(mut self, folder: &TempDir) -> Self {
        self.command.current_dir(folder.path());
        self
    }

    fn run(mut self) -> Outcome {
        let mut child =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = std::mem::take(&mut self.input);
        // A command that does not read all of it closes the pipe.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let outcome = Outcome {
            code: output
                .status
                .code()
                .unwrap_or_else(|| panic!("{:?} was stopped: {output:?}", self.command)),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!outcome.err.contains("panicked"), "{:?}: {}", self.command, outcome.err);
        assert!((0..=2).contains(&outcome.code), "{:?}: {}", self.command, outcome.code);
        outcome
    }

    /// Runs and gives what was printed; there is nothing to complain about.
    fn good(self) -> String {
        let shown = format!("{:?}", self.command);
        let outcome = self.run();
        assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{shown}");
        outcome.out
    }

    fn good_json(self) -> Value {
        serde_json::from_str(&self.good()).unwrap()
    }

    /// Runs and gives what is wrong with the content: exit code 2, nothing on standard output.
    fn wrong_content(self) -> String {
        self.bad(2)
    }

    /// Runs for JSON and gives what is wrong with the content: exit code 2, nothing on standard error.
    fn wrong_json(mut self) -> Value {
        let shown = format!("{:?}", self.command.args(["--format", "json"]));
        let outcome = self.run();
        assert_eq!((outcome.code, outcome.err.as_str()), (2, ""), "{shown}: {}", outcome.out);
        serde_json::from_str(&outcome.out).unwrap()
    }

    /// Runs and gives what is wrong with the world: exit code 1, nothing on standard output.
    fn wrong_world(self) -> String {
        self.bad(1)
    }

    fn bad(self, code: i32) -> String {
        let shown = format!("{:?}", self.command);
        let outcome = self.run();
        assert_eq!((outcome.code, outcome.out.as_str()), (code, ""), "{shown}: {}", outcome.err);
        assert!(!outcome.err.is_empty(), "{shown}");
        outcome.err
    }
}

/// The codes in a text with problems.
fn codes(err: &str) -> Vec<&str> {
    err.split("error[").skip(1).filter_map(|rest| rest.split(']').next()).collect()
}

/// The file names in a folder.
fn listing(folder: &TempDir) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_small_pack_is_sound() {
    werkvorm(&["rules", "check", small()]).good();
    werkvorm(&["rules", "test", small()]).good();
}
