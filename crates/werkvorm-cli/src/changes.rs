//! Changes to a profile as flags of the command line, with problems placed where they are written.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::ArgMatches;
use werkvorm::{Answer, Diagnostic, Edit, Engine, Profile, code};

use crate::command_line::COMMAND_LINE;
use crate::failure::Failure;
use crate::input::{Start, is_called};

/// The changes of a command line.
pub(crate) struct Changes<'s> {
    start: &'s Start,
    edits: Vec<Edit>,
    /// How each change is written; what is wrong with its form has no edit.
    written: Vec<Written>,
    found: Vec<Diagnostic>,
}

/// A change as it is written, with the places of its parts.
struct Written {
    flag: &'static str,
    whole: String,
    question: Range<usize>,
    values: Vec<Range<usize>>,
}

impl Written {
    fn part(&self, range: &Range<usize>) -> &str {
        self.whole.get(range.clone()).unwrap_or("")
    }
}

impl<'s> Changes<'s> {
    pub(crate) fn read(start: &'s Start, matches: &ArgMatches) -> Self {
        let mut changes = Self { start, edits: Vec::new(), written: Vec::new(), found: Vec::new() };
        // In the order of the command line, so that of two changes at odds the second is marked.
        let mut flags = Vec::new();
        for flag in ["set", "add", "remove", "unset", "set-weight"] {
            let values = matches.get_many::<String>(flag).into_iter().flatten();
            flags.extend(matches.indices_of(flag).into_iter().flatten().zip(values).map(|one| (one, flag)));
        }
        flags.sort_unstable();
        flags.into_iter().for_each(|((_, whole), flag)| changes.one(flag, whole));
        changes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    fn one(&mut self, flag: &'static str, whole: &str) {
        let (question, values) = match whole.split_once('=') {
            Some((question, values)) if flag != "unset" => (question, Some(values)),
            _ => (whole, None),
        };
        let value_ranges = match (flag, values) {
            (_, None) => Vec::new(),
            ("set-weight", Some(value)) => vec![trimmed(whole, value)],
            (_, Some(values)) => values.split(',').map(|value| trimmed(whole, value)).collect(),
        };
        let written = Written {
            flag,
            whole: whole.to_owned(),
            question: trimmed(whole, question),
            values: value_ranges,
        };
        if flag != "unset" && values.is_none() {
            let example = if flag == "set-weight" { "goal=2" } else { "trust=low" };
            let label = self.start.command_line.label_in(flag, whole, written.question.clone());
            let message = format!("`{whole}` does not say what to change it to");
            let help = format!("write `--{flag} {example}`");
            self.found.push(Diagnostic::error(&code::CHANGE_IMPOSSIBLE, message, help).with_label(label));
            self.written.push(written);
            return;
        }
        let question = written.part(&written.question).to_owned();
        let mut values = written.values.iter().map(|range| written.part(range).to_owned());
        match flag {
            "set" => {
                let values: Vec<_> = values.collect();
                let answer = match values.as_slice() {
                    [one] => Answer::One(one.clone()),
                    _ => Answer::Many(values),
                };
                self.edits.push(Edit::Set { question, answer });
            }
            "add" => self.edits.extend(values.map(|value| Edit::Add { question: question.clone(), value })),
            "remove" => {
                self.edits.extend(values.map(|value| Edit::Remove { question: question.clone(), value }));
            }
            "unset" => self.edits.push(Edit::Unset { question }),
            _ => {
                let weight = Answer::One(values.next().unwrap_or_default());
                self.edits.push(Edit::Weigh { criterion: question, weight });
            }
        }
        self.written.push(written);
    }

    /// The profile with the changes; without a profile that is in order, what is wrong with the changes alone.
    pub(crate) fn made(&self, engine: &Engine, profile: Option<&Profile>) -> Result<Profile, Failure> {
        let changed = match profile {
            Some(profile) => engine.changed(profile, &self.edits),
            None => engine.changed(&Profile::new(), &self.edits).map_err(|problems| {
                // What cannot be added or taken away depends on the profile.
                let sure = |problem: &Diagnostic| problem.code != code::CHANGE_IMPOSSIBLE.id;
                problems.into_iter().filter(sure).collect()
            }),
        };
        let problems = match changed {
            Ok(changed) if self.found.is_empty() => return Ok(changed),
            other => other.err().unwrap_or_default(),
        };
        let mut all = self.found.clone();
        all.extend(problems.into_iter().map(|problem| self.placed(problem)));
        all.sort_by(|a, b| a.labels.first().cmp(&b.labels.first()));
        let line = self.start.command_line.text().to_owned();
        Err(Failure::Content { problems: all, texts: BTreeMap::from([(COMMAND_LINE.to_owned(), line)]) })
    }

    /// A problem at the change it is about: the last one that has the word, or else the last to its question.
    fn placed(&self, mut problem: Diagnostic) -> Diagnostic {
        for label in &mut problem.labels {
            let about = |written: &&Written| {
                let question = written.part(&written.question);
                match (written.flag, label.file.as_str()) {
                    ("set-weight", "weights") => self.same_criterion(question, &label.text),
                    ("set-weight", file) => self.same_criterion(question, file),
                    (_, file) => self.same_question(question, file),
                }
            };
            let has_word = |written: &Written| {
                written.values.iter().find(|range| written.part(range) == label.text).cloned()
            };
            let mut candidates = self.written.iter().rev().filter(about);
            let with_word = candidates.clone().find_map(|written| Some((written, has_word(written)?)));
            let place =
                with_word.or_else(|| candidates.next().map(|written| (written, written.question.clone())));
            *label = match place {
                Some((written, part)) => {
                    // Of a weight the number is wrong, unless nothing is called so.
                    let weight = written.values.first().filter(|_| self.weighs(written)).cloned();
                    let part = weight.unwrap_or(part);
                    self.start.command_line.label_in(written.flag, &written.whole, part)
                }
                None => self.start.command_line.label("", ""),
            };
        }
        problem
    }

    fn same_question(&self, written: &str, other: &str) -> bool {
        let pack = self.start.engine().pack();
        let facets = pack.facets.iter().map(|facet| (&facet.id, &facet.aliases));
        let numbers = pack.numbers.iter().map(|number| (&number.id, &number.aliases));
        same(facets.chain(numbers), written, other)
    }

    fn weighs(&self, written: &Written) -> bool {
        let mut criteria = self.start.engine().pack().criteria.iter();
        let name = written.part(&written.question);
        written.flag == "set-weight" && criteria.any(|known| is_called(name, &known.id, &known.aliases))
    }

    fn same_criterion(&self, written: &str, other: &str) -> bool {
        let criteria = &self.start.engine().pack().criteria;
        same(criteria.iter().map(|criterion| (&criterion.id, &criterion.aliases)), written, other)
    }
}

/// Whether two words mean the same thing, or are the same word.
fn same<'p>(
    mut known: impl Iterator<Item = (&'p String, &'p Vec<String>)>,
    written: &str,
    other: &str,
) -> bool {
    written == other
        || known.any(|(id, aliases)| is_called(written, id, aliases) && is_called(other, id, aliases))
}

/// Where a part stands in the whole, without the space around it.
fn trimmed(whole: &str, part: &str) -> Range<usize> {
    let trimmed = part.trim();
    let at = (trimmed.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    at..at + trimmed.len()
}
