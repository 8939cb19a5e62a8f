//! The command line as it was written: for what must be known before it is understood, and for pointing at it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;

use werkvorm::{Diagnostic, Label};

use crate::failure::Failure;

/// What the command line is called in messages.
pub(crate) const COMMAND_LINE: &str = "command line";
/// Flags of which the next word is not their value.
const ALONE: [&str; 8] = ["--help", "-h", "--version", "-V", "--out", "--list", "--force", "--restart"];
/// Flags that say how an answer is shown, and not about what it is.
const SHOWING: [&str; 7] = ["--top", "--format", "--output", "-o", "--list", "--force", "--changes"];

/// The words of a command line, and the line itself.
#[derive(Debug)]
pub(crate) struct CommandLine {
    words: Vec<Word>,
    text: String,
}

#[derive(Debug)]
struct Word {
    written: String,
    /// Where it stands in the line, in bytes.
    at: usize,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Flag,
    Value,
    Free,
}

impl CommandLine {
    pub(crate) fn new(arguments: &[OsString]) -> Self {
        let mut line = Self { words: Vec::new(), text: "werkvorm".to_owned() };
        let mut before = Role::Free;
        let mut only_free = false;
        for argument in arguments.iter().skip(1) {
            let written = argument.to_string_lossy().into_owned();
            let role = match before {
                _ if only_free => Role::Free,
                Role::Flag => Role::Value,
                _ if written.len() > 1 && written.starts_with('-') => Role::Flag,
                _ => Role::Free,
            };
            only_free |= role == Role::Flag && written == "--";
            // A flag that has its value already takes none.
            let complete = written.contains('=')
                || ALONE.contains(&written.as_str())
                || (!written.starts_with("--") && written.len() > 2);
            before = if role == Role::Flag && complete { Role::Free } else { role };
            line.text.push(' ');
            let shown = quoted(&written);
            let at = line.text.len() + shown.find(&written).unwrap_or(0);
            line.text.push_str(&shown);
            line.words.push(Word { written, at, role });
        }
        line
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the command is `rules`, which has its own folder.
    pub(crate) fn is_about_rules(&self) -> bool {
        self.words.iter().find(|word| word.role == Role::Free).is_some_and(|word| word.written == "rules")
    }

    /// The place of a word: as a value of its flag, or else anywhere; or else that of the flag.
    pub(crate) fn label(&self, flag: &str, word: &str) -> Label {
        let flag = format!("--{flag}");
        let mut flagged = false;
        let mut places = Vec::new();
        let mut flag_place = None;
        for written in &self.words {
            let (name, value, at) = match written.written.split_once('=') {
                Some((name, value)) if written.role == Role::Flag => {
                    (name, value, written.at + name.len() + 1)
                }
                _ => (written.written.as_str(), written.written.as_str(), written.at),
            };
            if written.role == Role::Flag {
                flagged = name == flag;
                flag_place = flag_place.or(flagged.then_some((written.at, name.len())));
                if name == value {
                    continue;
                }
            }
            let own = flagged && written.role != Role::Free;
            let mut start = at;
            for part in std::iter::once(value).chain(value.split(',').filter(|part| part.len() < value.len()))
            {
                if part.trim() == word && !word.is_empty() {
                    let trimmed = part.len() - part.trim_start().len();
                    places.push((own, start + trimmed, word.len()));
                }
                start += if part.len() == value.len() { 0 } else { part.len() + 1 };
            }
        }
        let own =
            places.iter().find(|(own, ..)| *own).or(places.first()).map(|(_, at, length)| (*at, *length));
        let (at, length) = own.or(flag_place).unwrap_or((0, self.text.len()));
        let characters =
            |text: Option<&str>| u32::try_from(text.unwrap_or("").chars().count()).unwrap_or(u32::MAX);
        Label {
            file: COMMAND_LINE.to_owned(),
            line: 1,
            column: characters(self.text.get(..at)) + 1,
            length: characters(self.text.get(at..at + length)).max(1),
            text: String::new(),
        }
    }

    /// The place of a part of the value of a flag.
    pub(crate) fn label_in(&self, flag: &str, value: &str, part: Range<usize>) -> Label {
        let mut label = self.label(flag, value.trim());
        let count = |text: Option<&str>| {
            u32::try_from(text.unwrap_or("").trim_start().chars().count()).unwrap_or(u32::MAX)
        };
        label.column = label.column.saturating_add(count(value.get(..part.start)));
        label.length = count(value.get(part)).max(1);
        label
    }

    /// A problem with a word of the command line.
    pub(crate) fn failure(&self, flag: &str, word: &str, mut problem: Diagnostic) -> Failure {
        problem.labels = vec![self.label(flag, word)];
        let texts = BTreeMap::from([(COMMAND_LINE.to_owned(), self.text.clone())]);
        Failure::Content { problems: vec![problem], texts }
    }

    /// The flags that make the profile what it is, with their values.
    pub(crate) fn profile_flags(&self) -> Vec<String> {
        let mut kept = false;
        let mut flags = Vec::new();
        for word in &self.words {
            let name = word.written.split('=').next().unwrap_or("");
            match word.role {
                Role::Free => continue,
                Role::Flag => {
                    kept = word.written != "--" && !SHOWING.iter().any(|flag| name.starts_with(flag))
                }
                Role::Value => {}
            }
            if kept {
                flags.push(quoted(&word.written));
            }
        }
        flags
    }
}

/// A word as it is written in a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// The value of a flag, before the command line is understood.
pub(crate) fn flag(arguments: &[OsString], name: &str) -> Option<String> {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy()).take_while(|a| a != "--");
    while let Some(argument) = arguments.next() {
        if argument == name {
            return arguments.next().map(Into::into);
        }
        if let Some(value) = argument.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> CommandLine {
        let arguments: Vec<OsString> = text.split('|').map(OsString::from).collect();
        CommandLine::new(&arguments)
    }

    fn check(text: &str, flag: &str, word: &str, want: &str) {
        let line = line(text);
        let label = line.label(flag, word);
        let marked: String =
            line.text.chars().skip(label.column as usize - 1).take(label.length as usize).collect();
        let before: String = line.text.chars().take(label.column as usize - 1).collect();
        assert_eq!(format!("{before}>{marked}<"), want, "{text}");
    }

    #[test]
    fn places() {
        check("w|recommend|--trust|lo", "trust", "lo", "werkvorm recommend --trust >lo<");
        check("w|recommend|--trust=lo|lo", "trust", "lo", "werkvorm recommend --trust=>lo<");
        check("w|recommend|lo|--trust|lo", "trust", "lo", "werkvorm recommend lo --trust >lo<");
        check("w|recommend|--trait|low, lo,x", "trait", "lo", "werkvorm recommend --trait 'low, >lo<");
        check("w|recommend|--vertrouwen|lo", "trust", "lo", "werkvorm recommend --vertrouwen >lo<");
        check("w|recommend|--weight|goal=9", "weight", "goal=9", "werkvorm recommend --weight >goal=9<");
        check("w|recommend|--weight|goal=9", "weight", "goal", "werkvorm recommend >--weight<");
        check("w|explain|é|fotscan", "method", "fotscan", "werkvorm explain é >fotscan<");
        check("w|recommend", "trust", "lo", ">werkvorm recommend<");
    }

    #[test]
    fn places_of_parts() {
        let check = |text: &str, value: &str, part: Range<usize>, want: &str| {
            let line = line(text);
            let label = line.label_in("set", value, part);
            let (column, length) = (label.column as usize - 1, label.length as usize);
            assert_eq!(line.text.chars().skip(column).take(length).collect::<String>(), want, "{text}");
        };
        check("w|compare|--set|trust=lo", "trust=lo", 6..8, "lo");
        check("w|compare|--set=trust=lo", "trust=lo", 0..5, "trust");
        check("w|compare|--set|één vraag=lo", "één vraag=lo", 12..14, "lo");
    }

    #[test]
    fn flags_of_the_profile() {
        for (text, want) in [
            ("w|recommend|p.toml|--top|3|--trust|low|-o|x|--format=json|--lang|en", "--trust low --lang en"),
            ("w|recommend|--trait=a b|-ox|--group-size|-3|--|p", "'--trait=a b' --group-size -3"),
        ] {
            assert_eq!(line(text).profile_flags().join(" "), want);
        }
    }

    #[test]
    fn about_rules() {
        assert!(line("w|--lang|en|rules|check").is_about_rules());
        assert!(line("w|--lang=en|rules").is_about_rules());
        assert!(!line("w|--rules|rules|recommend|rules").is_about_rules());
        assert!(!line("w").is_about_rules());
    }
}
