//! Nonsense: whatever is given, the answer is an advice or a list of problems.

use werkvorm::{Engine, ProfileFormat, locate_in_profile, profile_from_str};

use crate::{Numbers, PROFILE, small, with_small};

const FORMATS: [ProfileFormat; 3] = [ProfileFormat::Json, ProfileFormat::Toml, ProfileFormat::Yaml];

impl Numbers {
    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(200);
        (0..length).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }

    /// Signs that mean something to one of the readers, and words that mean something to the engine.
    fn signs(&mut self) -> String {
        const PARTS: [&str; 40] = [
            "{", "}", "[", "]", ":", ": ", ",", "=", " = ", "\"", "'", "\n", "\n  ", "\n- ", "- ", "#", "\t",
            "&a ", "*a", "<<: ", "!!int ", "|\n ", ">\n ", "---\n", "...", "? ", "\\", "\\u001b", "\u{feff}",
            "é", "1", "-", "1e9", "0x", "null", "trust", "trait", "low", "weights", "title",
        ];
        let length = self.below(30);
        (0..length).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }

    /// A right profile with a few wrong bytes in it.
    fn damaged(&mut self, profile: &str) -> Vec<u8> {
        let mut bytes = profile.as_bytes().to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                _ => bytes.insert(at, b"\"'[]{}:=,\n #"[self.below(12)]),
            }
        }
        bytes
    }
}

fn small_engine() -> Engine {
    let (sources, found) = werkvorm::rules::Sources::read(small().as_ref()).unwrap();
    assert!(found.is_empty());
    Engine::new(werkvorm::rules::build(&sources).unwrap()).unwrap()
}

/// Reads a text in every format, and asks for advice where it can be read.
fn check(engine: &Engine, text: &str) {
    for format in FORMATS {
        let problems = match profile_from_str("p", text, format) {
            Ok(profile) => match engine.recommend(&profile) {
                Ok(_) => continue,
                Err(problems) => locate_in_profile("p", text, problems),
            },
            Err(problems) => problems,
        };
        assert!(!problems.is_empty(), "{text:?}");
        for problem in &problems {
            assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{text:?}: {problem:?}");
            for label in problem.labels.iter().filter(|label| label.line > 0) {
                let lines = text.split('\n').count();
                assert!(
                    label.line as usize <= lines && label.column > 0 && label.length > 0,
                    "{text:?}: {label:?}"
                );
            }
        }
    }
}

#[test]
fn in_process() {
    let engine = small_engine();
    let mut numbers = Numbers(0x5eed_1234_5678_9abc);
    for _ in 0..500 {
        check(&engine, &String::from_utf8_lossy(&numbers.bytes()));
        check(&engine, &numbers.signs());
        check(&engine, &String::from_utf8_lossy(&numbers.damaged(PROFILE)));
    }
}

#[test]
fn deep_and_wide() {
    let engine = small_engine();
    for part in [
        "[",
        "{",
        "{\"a\":",
        "- ",
        "a: [",
        "a:\n ",
        "a.",
        "[[",
        "a = [",
        "a = {b = ",
        "? ",
        "&a ",
        "!",
        "!a ",
        "'",
        "\"",
        "|\n",
        "#",
        "\n",
        "\r",
        "\0",
    ] {
        check(&engine, &part.repeat(2_000));
        check(&engine, &format!("trait: {}", part.repeat(2_000)));
        check(&engine, &format!("trait = {}", part.repeat(2_000)));
        check(&engine, &format!("{{\"trait\": {}", part.repeat(2_000)));
    }
    let bomb: String =
        (1..9).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(9))).collect();
    check(&engine, &format!("a0: &a0 [x]\n{bomb}"));
    let many: String = (0..5_000).map(|n| format!("q{n}: x\n")).collect();
    check(&engine, &many);
    check(&engine, &format!("trait: [{}]", "x, ".repeat(15_000)));
}

#[test]
fn through_the_command() {
    let mut numbers = Numbers(0xfeed_5678_1234_cba9);
    for round in 0..24 {
        let bytes = match round % 3 {
            0 => numbers.bytes(),
            1 => numbers.signs().into_bytes(),
            _ => numbers.damaged(PROFILE),
        };
        let outcome = with_small(&["recommend", "-"]).input(&bytes).run();
        assert_ne!(outcome.code, 1, "{bytes:?}: {}", outcome.err);
        assert_eq!(outcome.code == 0, outcome.err.is_empty(), "{bytes:?}: {}", outcome.err);
    }
}
