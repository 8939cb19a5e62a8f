//! Profiles and packs from text, with problems placed where they are written.
//!
//! A profile is read as far as it goes: what is wrong with its form is reported together with whatever the
//! engine finds wrong with its answers, so that nobody has to mend a file twice.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use werkvorm_core::{Answer, Code, Diagnostic, FORMAT_VERSION, Label, Pack, Profile, Remark, Text, code};

use crate::written::{self, Name, Said, Unreadable, Written};

/// The largest profile that is read, in bytes.
pub const MAX_PROFILE_BYTES: usize = 64 * 1024;
/// The largest pack that is read, in bytes.
pub const MAX_PACK_BYTES: usize = 512 * 1024 * 1024;

/// How a profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileFormat {
    /// JSON.
    Json,
    /// TOML.
    #[cfg(feature = "profiles")]
    Toml,
    /// YAML.
    #[cfg(feature = "profiles")]
    Yaml,
}

impl ProfileFormat {
    /// The format that goes with the ending of a file name, or else with how the text begins.
    #[must_use]
    pub fn guess(file: &str, text: &str) -> Self {
        Self::of_ending(file).unwrap_or_else(|| Self::of_beginning(text))
    }

    fn of_ending(file: &str) -> Option<Self> {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Self::Json),
            #[cfg(feature = "profiles")]
            "toml" => Some(Self::Toml),
            #[cfg(feature = "profiles")]
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    #[cfg(not(feature = "profiles"))]
    fn of_beginning(_: &str) -> Self {
        Self::Json
    }

    #[cfg(feature = "profiles")]
    fn of_beginning(text: &str) -> Self {
        // The first line that says something: `key = …` or `[table]` in TOML, `key: …` in YAML.
        let said = without_mark(text)
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .unwrap_or("");
        let yaml = said.find(':').is_some_and(|colon| !said.get(..colon).unwrap_or("").contains('='));
        match said {
            said if said.starts_with('{') => Self::Json,
            "---" => Self::Yaml,
            _ if yaml => Self::Yaml,
            _ => Self::Toml,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            #[cfg(feature = "profiles")]
            Self::Toml => "TOML",
            #[cfg(feature = "profiles")]
            Self::Yaml => "YAML",
        }
    }

    /// A name with its answer, as it is written in this format.
    fn entry(self, name: &str, answer: &str) -> String {
        match self {
            Self::Json => format!("`\"{name}\": {answer}`"),
            #[cfg(feature = "profiles")]
            Self::Toml => format!("`{name} = {answer}`"),
            #[cfg(feature = "profiles")]
            Self::Yaml => format!("`{name}: {answer}`"),
        }
    }

    /// A table with texts or numbers, as it is written in this format.
    fn table(self, entries: &[(&str, &str)]) -> String {
        let entry = |(name, answer): &(&str, &str)| self.entry(name, answer).replace('`', "");
        format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
    }
}

/// A profile as TOML, to keep and to read again.
///
/// # Errors
/// Never for a profile that an engine accepts.
#[cfg(feature = "profiles")]
pub fn profile_to_toml(profile: &Profile) -> Result<String, toml::ser::Error> {
    let mut kept = profile.clone();
    // TOML has no word for what is left open; leaving it out says the same.
    kept.answers.retain(|_, answer| *answer != Answer::Open);
    toml::to_string(&kept)
}

/// Reads a profile from text. `file` is only used to say where problems are.
///
/// # Errors
/// When the text is too large, cannot be read, or holds something that no profile can hold. Whether the
/// answers fit is up to the engine; see [`locate_in_profile`] to place its problems.
pub fn profile_from_str(file: &str, text: &str, format: ProfileFormat) -> Result<Profile, Vec<Diagnostic>> {
    match read_profile(file, text, format) {
        (profile, problems) if problems.is_empty() => Ok(profile),
        (_, problems) => Err(problems),
    }
}

/// Reads as much of a profile as there is, with every problem of its form.
///
/// For reporting those together with the problems that the engine finds in the answers; a profile with
/// problems is not for advice. See [`profile_from_str`].
#[must_use]
pub fn read_profile(file: &str, text: &str, format: ProfileFormat) -> (Profile, Vec<Diagnostic>) {
    let text = without_mark(text);
    let nothing = |problems| (Profile::new(), problems);
    if text.len() > MAX_PROFILE_BYTES {
        return nothing(vec![profile_too_large(file)]);
    }
    if text.trim().is_empty() {
        return nothing(Vec::new());
    }
    match written::read(text, format) {
        Ok(written) => {
            let mut form = Form { file, text, format, found: Vec::new() };
            (form.profile(&written), form.found)
        }
        Err(places) => nothing(unreadable(file, text, format, places)),
    }
}

/// What a profile can hold besides answers, and in which form.
struct Form<'t> {
    file: &'t str,
    text: &'t str,
    format: ProfileFormat,
    found: Vec<Diagnostic>,
}

impl Form<'_> {
    fn report(&mut self, code: &Code, range: &Range<usize>, message: String, help: String) {
        let label = label(self.file, self.text, range, "");
        self.found.push(Diagnostic::error(code, message, help).with_label(label));
    }

    fn profile(&mut self, written: &Written) -> Profile {
        let mut profile = Profile::new();
        let entries = match &written.said {
            Said::Table(entries) => entries.as_slice(),
            Said::Nothing if self.text.trim() != "null" => &[],
            other => {
                let message = format!("a profile cannot be {}", shown(other));
                let help = format!(
                    "write questions with their answers, such as {}",
                    self.format.entry("trust", "\"low\"")
                );
                self.report(&code::PROFILE_SYNTAX, &written.range, message, help);
                &[]
            }
        };
        for (name, value) in self.once(entries, "is answered a second time") {
            match name.text.as_str() {
                "title" => profile.title = self.remark("title", value),
                "about" => profile.about = self.remark("about", value),
                "made_up" => profile.made_up = self.made_up(value),
                "weights" => profile.weights = self.weights(value),
                question => {
                    profile.answers.insert(question.to_owned(), answer(value));
                }
            }
        }
        profile
    }

    /// The entries without those whose name stood there already; the others are reported.
    fn once<'w>(&mut self, entries: &'w [(Name, Written)], what: &str) -> Vec<(&'w Name, &'w Written)> {
        let mut kept: BTreeMap<&str, &Name> = BTreeMap::new();
        let mut once = Vec::new();
        for (name, value) in entries {
            if let Some(first) = kept.get(name.text.as_str()) {
                let message = format!("`{}` {what}", name.text);
                let diagnostic = Diagnostic::error(&code::ANSWERED_TWICE, message, "keep one of the two")
                    .with_label(label(self.file, self.text, &name.range, "again here"))
                    .with_label(label(self.file, self.text, &first.range, "first here"));
                self.found.push(diagnostic);
                continue;
            }
            kept.insert(&name.text, name);
            once.push((name, value));
        }
        once
    }

    fn remark(&mut self, name: &str, value: &Written) -> Option<Remark> {
        match &value.said {
            Said::Nothing => return None,
            Said::Text(text) => return Some(Remark::Plain(text.clone())),
            Said::Table(entries) => {
                let text = |language: &str| {
                    entries.iter().find_map(|(name, value)| match &value.said {
                        Said::Text(text) if name.text == language => Some(text.clone()),
                        _ => None,
                    })
                };
                if let (Some(nl), Some(en), 2) = (text("nl"), text("en"), entries.len()) {
                    return Some(Remark::Both(Text { nl, en }));
                }
            }
            _ => {}
        }
        let both = self.format.table(&[("nl", "\"…\""), ("en", "\"…\"")]);
        let help = format!("write a text in quotes, or one in each language: `{both}`");
        let message = format!("`{name}` cannot be {}", shown(&value.said));
        self.report(&code::ANSWER_TYPE, &value.range, message, help);
        None
    }

    fn made_up(&mut self, value: &Written) -> bool {
        match &value.said {
            Said::Truth(truth) => *truth,
            Said::Nothing => false,
            other => {
                let message = format!("`made_up` cannot be {}", shown(other));
                let help = "write `true` for a made-up sample, or leave it out".to_owned();
                self.report(&code::ANSWER_TYPE, &value.range, message, help);
                false
            }
        }
    }

    fn weights(&mut self, value: &Written) -> BTreeMap<String, Answer> {
        match &value.said {
            Said::Nothing => BTreeMap::new(),
            Said::Table(entries) => {
                let once = self.once(entries, "is weighed a second time");
                once.into_iter().map(|(name, value)| (name.text.clone(), answer(value))).collect()
            }
            other => {
                let message = format!("`weights` cannot be {}", shown(other));
                let example = self.format.entry("weights", &self.format.table(&[("goal", "2")]));
                self.report(
                    &code::WEIGHTS,
                    &value.range,
                    message,
                    format!("name the criteria, such as {example}"),
                );
                BTreeMap::new()
            }
        }
    }
}

/// The answer as the engine takes it; the same as a profile has when it comes from a program.
fn answer(value: &Written) -> Answer {
    match &value.said {
        Said::Nothing => Answer::Open,
        Said::Whole(whole) => Answer::Whole(*whole),
        Said::Text(text) => Answer::One(text.clone()),
        Said::Truth(truth) => Answer::Unfit(truth.to_string()),
        Said::Other(text) => Answer::Unfit(text.clone()),
        Said::Table(_) => Answer::Unfit("a table".to_owned()),
        Said::List(items) => {
            let mut words = Vec::new();
            for item in items {
                match answer(item) {
                    Answer::One(word) => words.push(word),
                    Answer::Whole(whole) => words.push(whole.to_string()),
                    Answer::Unfit(text) => return Answer::Unfit(text),
                    Answer::Open => return Answer::Unfit("an empty item".to_owned()),
                    Answer::Many(_) => return Answer::Unfit("a list in a list".to_owned()),
                }
            }
            Answer::Many(words)
        }
    }
}

fn shown(said: &Said) -> String {
    match said {
        Said::Nothing => "empty".to_owned(),
        Said::Whole(whole) => format!("`{whole}`"),
        Said::Truth(truth) => format!("`{truth}`"),
        Said::Other(text) => format!("`{text}`"),
        Said::Text(text) if text.len() <= 40 && !text.contains('\n') => format!("`{text}`"),
        Said::Text(_) => "a text".to_owned(),
        Said::List(_) => "a list".to_owned(),
        Said::Table(_) => "a table like this".to_owned(),
    }
}

fn unreadable(file: &str, text: &str, format: ProfileFormat, places: Vec<Unreadable>) -> Vec<Diagnostic> {
    let name = format.name();
    let mut help =
        "nothing of the profile was used; check quotes, commas and brackets just before this place"
            .to_owned();
    if ProfileFormat::of_ending(file).is_none() {
        help = format!(
            "it was read as {name} because of how it begins; check this place, or let the name of the file end in `.json`, `.toml` or `.yaml`"
        );
    }
    let problem = |place: Unreadable| {
        let word = text.get(place.range.clone()).unwrap_or("");
        let diagnostic = if place.twice && !word.is_empty() {
            let message = format!("`{word}` is answered a second time");
            Diagnostic::error(&code::ANSWERED_TWICE, message, "keep one of the two")
        } else {
            let message = format!("this cannot be read as {name}: {}", place.message);
            Diagnostic::error(&code::PROFILE_SYNTAX, message, help.clone())
        };
        diagnostic.with_label(label(file, text, &place.range, ""))
    };
    places.into_iter().map(problem).collect()
}

/// The diagnostic for a profile over [`MAX_PROFILE_BYTES`].
#[must_use]
pub fn profile_too_large(file: &str) -> Diagnostic {
    let message = format!("`{file}` is larger than a profile can be");
    let help = format!(
        "a profile is a page of answers, at most {} kB; is this the right file?",
        MAX_PROFILE_BYTES / 1024
    );
    Diagnostic::error(&code::PROFILE_SIZE, message, help).at_item(file, "")
}

/// Points the problems of a profile at the lines they are written on.
#[must_use]
pub fn locate_in_profile(file: &str, text: &str, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let text = without_mark(text);
    let guess = ProfileFormat::guess(file, text);
    let formats = [
        guess,
        ProfileFormat::Json,
        #[cfg(feature = "profiles")]
        ProfileFormat::Toml,
        #[cfg(feature = "profiles")]
        ProfileFormat::Yaml,
    ];
    // The text may have been read in another format than it looks like.
    let mut tables = formats.iter().filter_map(|format| match written::read(text, *format).ok()?.said {
        Said::Table(entries) => Some(entries),
        _ => None,
    });
    let Some(entries) = tables.next() else { return diagnostics };
    for label in diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.labels) {
        if label.line == 0
            && let Some(range) = place(&entries, label)
        {
            *label = self::label(file, text, range, "");
        }
    }
    diagnostics
}

/// Where a word of an answer stands, or else its question. The engine puts the question for the file.
fn place<'w>(entries: &'w [(Name, Written)], label: &Label) -> Option<&'w Range<usize>> {
    let (name, value) = entries.iter().find(|(name, _)| name.text == label.file)?;
    let is_word = |value: &Written| match answer(value) {
        Answer::One(word) | Answer::Unfit(word) => word == label.text,
        Answer::Whole(whole) => whole.to_string() == label.text,
        _ => false,
    };
    if label.text == label.file || label.text.is_empty() {
        return Some(&name.range);
    }
    let inside = match &value.said {
        Said::List(items) => items.iter().find(|item| is_word(item)).map(|item| &item.range),
        Said::Table(entries) => {
            entries.iter().find(|(name, _)| name.text == label.text).map(|(name, _)| &name.range)
        }
        _ => None,
    };
    Some(inside.unwrap_or(if value.range.is_empty() { &name.range } else { &value.range }))
}

/// Reads a pack from JSON. Whether it is right is checked when an engine is made of it.
///
/// # Errors
/// When it is too large, of another format version, or not in the shape of a pack.
pub fn pack_from_json(file: &str, json: &str) -> Result<Pack, Vec<Diagnostic>> {
    /// Only the version: the rest may be anything in another version.
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let json = without_mark(json);
    if json.len() > MAX_PACK_BYTES {
        return Err(vec![pack_too_large(file)]);
    }
    let read = serde_json::from_str::<Pack>(json);
    let version = match &read {
        Ok(pack) => pack.format_version,
        Err(_) => {
            serde_json::from_str(json).map_or(FORMAT_VERSION, |version: Version| version.format_version)
        }
    };
    if version != FORMAT_VERSION {
        return Err(vec![wrong_pack_version(file, version)]);
    }
    read.map_err(|error| {
        let shown = error.to_string();
        let shown = shown.split(" at line ").next().unwrap_or("");
        let shown = shown.split(", expected one of").next().unwrap_or("");
        let (message, help) = if error.is_eof() {
            let help = "it may not have been copied or written in full; make it again with `werkvorm rules build`";
            ("this pack ends too early".to_owned(), help)
        } else if error.is_syntax() {
            let help = "a pack is JSON, made by `werkvorm rules build`; a profile is given without `--pack`";
            (format!("this is not a pack, because it is not JSON: {shown}"), help)
        } else {
            let help =
                "a pack is made by `werkvorm rules build`; the JSON Schema is printed by `werkvorm schema pack`";
            (format!("this is JSON, but not a pack: {shown}"), help)
        };
        let label = Label {
            file: file.to_owned(),
            line: narrow(error.line().max(1)),
            column: narrow(error.column().max(1)),
            length: 1,
            text: String::new(),
        };
        vec![Diagnostic::error(&code::PACK_SHAPE, message, help).with_label(label)]
    })
}

pub(crate) fn pack_too_large(file: &str) -> Diagnostic {
    let help = format!("a pack is at most {} MB", MAX_PACK_BYTES / 1024 / 1024);
    Diagnostic::error(&code::PACK_SIZE, format!("`{file}` is too large for a pack"), help).at_item(file, "")
}

pub(crate) fn wrong_pack_version(file: &str, version: u32) -> Diagnostic {
    let message = format!("this pack has format version {version}");
    let help =
        format!("this engine reads version {FORMAT_VERSION}: build the pack again from its seeds and rules");
    Diagnostic::error(&code::PACK_FORMAT, message, help).at_item(file, "format_version")
}

/// The text without the mark that some editors put in front of UTF-8.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A label for bytes of a text, as far as they are on one line.
fn label(file: &str, text: &str, range: &Range<usize>, remark: &str) -> Label {
    let before = text.get(..range.start).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let marked = text.get(range.clone()).unwrap_or("").lines().next().unwrap_or("");
    Label {
        file: file.to_owned(),
        line: narrow(before.matches('\n').count() + 1),
        column: narrow(before.get(line_start..).unwrap_or("").chars().count() + 1),
        length: narrow(marked.chars().count().max(1)),
        text: remark.to_owned(),
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each problem as `line:column word: message`.
    fn problems(format: ProfileFormat, text: &str) -> String {
        let (_, problems) = read_profile("p", text, format);
        let shown = problems.iter().map(|problem| {
            let label = &problem.labels[0];
            let line = text.lines().nth(label.line as usize - 1).unwrap_or("");
            let word: String =
                line.chars().skip(label.column as usize - 1).take(label.length as usize).collect();
            format!("{}:{} {word}: {}", label.line, label.column, problem.message)
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    fn check(format: ProfileFormat, text: &str, want: &[&str]) {
        assert_eq!(problems(format, text), want.join("\n"), "{text}");
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn a_kept_profile_is_the_same() {
        let both = Text { nl: "Naam".into(), en: "Name".into() };
        let profile =
            Profile { title: Some(Remark::Both(both)), about: Some("\"x\"\n".into()), ..Profile::new() }
                .with("trait", ["stress", "debts"])
                .with("mode", Vec::new())
                .with("trust", "low")
                .with("group_size", 20)
                .with_weight("goal", 2);
        let text = profile_to_toml(&profile.clone().with("literacy", Answer::Open)).unwrap();
        assert_eq!(profile_from_str("p", &text, ProfileFormat::Toml).unwrap(), profile, "{text}");
    }

    #[test]
    fn everything_wrong_with_the_form_at_once() {
        let text = "{\"title\": 3,\n\"made_up\": \"ja\",\n\"weights\": [1],\n\"trust\": \"low\",\n\"trust\": \"high\"}";
        let want = [
            "5:1 \"trust\": `trust` is answered a second time",
            "1:11 3: `title` cannot be `3`",
            "2:12 \"ja\": `made_up` cannot be `ja`",
            "3:12 [1]: `weights` cannot be a list",
        ];
        check(ProfileFormat::Json, text, &want);
        check(ProfileFormat::Json, "null", &["1:1 null: a profile cannot be empty"]);
        check(ProfileFormat::Json, "[]", &["1:1 []: a profile cannot be a list"]);
        check(
            ProfileFormat::Json,
            "{\"weights\": {\"goal\": 1, \"goal\": 2}}",
            &["1:25 \"goal\": `goal` is weighed a second time"],
        );
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn the_form_in_other_formats() {
        let text = "title = { nl = \"a\" }\nmade_up = 1\nweights = 2";
        let want = [
            "3:11 2: `weights` cannot be `2`",
            "2:11 1: `made_up` cannot be `1`",
            "1:9 { nl = \"a\" }: `title` cannot be a table like this",
        ];
        let mut shown: Vec<_> = problems(ProfileFormat::Toml, text).lines().map(str::to_owned).collect();
        shown.sort_by(|a, b| b.cmp(a));
        assert_eq!(shown, want);
        check(
            ProfileFormat::Toml,
            "trust = 'a'\ntrust = 'b'",
            &["2:1 trust: `trust` is answered a second time"],
        );
        check(ProfileFormat::Yaml, "trust: a\ntrust: b", &["2:1 trust: `trust` is answered a second time"]);
        check(ProfileFormat::Yaml, "hallo", &["1:1 hallo: a profile cannot be `hallo`"]);
        check(ProfileFormat::Yaml, "# nog niets", &[]);
        check(ProfileFormat::Toml, "\u{feff}", &[]);
    }

    /// A profile that a program sends and the same one in a file are one profile.
    #[test]
    fn the_same_as_from_a_program() {
        for text in [
            r#"{}"#,
            r#"{"title": "t", "about": {"nl": "a", "en": "b"}, "made_up": true, "weights": {"goal": 2, "x": "3"}}"#,
            r#"{"goal": ["a", 3], "trust": "low", "n": -4, "o": null, "p": [], "q": {"r": [1]}, "s": [["t"]], "u": [null], "v": true}"#,
        ] {
            let program: Profile = serde_json::from_str(text).unwrap();
            assert_eq!(profile_from_str("p", text, ProfileFormat::Json), Ok(program), "{text}");
        }
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn guesses() {
        for (file, text, want) in [
            ("a.JSON", "goal: x", ProfileFormat::Json),
            ("a.yml", "{", ProfileFormat::Yaml),
            ("-", " {", ProfileFormat::Json),
            ("-", "\u{feff}{", ProfileFormat::Json),
            ("-", "# a: b\ngoal = \"a: b\"", ProfileFormat::Toml),
            ("-", "# a = b\n\"wat is het doel\": a = b", ProfileFormat::Yaml),
            ("-", "---\n{}", ProfileFormat::Yaml),
            ("-", "[weights]\ngoal = 2", ProfileFormat::Toml),
            ("-", "", ProfileFormat::Toml),
        ] {
            assert_eq!(ProfileFormat::guess(file, text), want, "{file} {text}");
        }
    }

    #[cfg(feature = "profiles")]
    #[test]
    fn places_of_answers() {
        let problem = |question: &str, word: &str| {
            Diagnostic::error(&code::UNKNOWN_ANSWER, "m", "h").at_item(question, word)
        };
        for (text, question, word, want) in [
            ("# trust: lo\nabout: 'trust: lo'\ntrait: low-x\ntrust: lo", "trust", "lo", (4, 8, 2)),
            ("trait: [a, lo-x, lo]", "trait", "lo", (1, 18, 2)),
            ("trait:\n- a\n- lo", "trait", "lo", (3, 3, 2)),
            ("weights: {goal: 9, phase: 8}", "weights", "phase", (1, 20, 5)),
            ("weights: 2", "weights", "weights", (1, 1, 7)),
            ("trust = 1.50", "trust", "1.50", (1, 9, 4)),
            ("trust = { a = 1 }", "trust", "a table", (1, 9, 9)),
            ("[[trust]]\na = 1", "trust", "a list", (1, 1, 9)),
            ("{\"trust\": true}", "trust", "true", (1, 11, 4)),
            ("trust: lo", "other", "lo", (0, 0, 0)),
        ] {
            let located = locate_in_profile("p", text, vec![problem(question, word)]);
            let label = &located[0].labels[0];
            assert_eq!((label.line, label.column, label.length), want, "{text}");
        }
    }

    #[test]
    fn packs_that_are_none() {
        for (text, want) in [
            ("{\"format_version\": 1, \"id\": \"a", "this pack ends too early"),
            ("hallo", "this is not a pack, because it is not JSON: expected value"),
            ("[]", "this is JSON, but not a pack: "),
            ("{\"format_version\": 99, \"rules\": 3}", "this pack has format version 99"),
        ] {
            let problems = pack_from_json("p", text).unwrap_err();
            assert!(problems[0].message.starts_with(want), "{}", problems[0].message);
        }
    }
}
