//! A session of questions and answers: plain lines in and out, so that it works in any terminal and in a pipe.

use std::io::{BufRead, IsTerminal, Read};

use werkvorm::{Answer, ChangeKind, Diagnostic, Named, Profile, Questions, Telling, Text, Texts, fold};

use crate::failure::{Failure, tell};
use crate::input::{Start, is_called};
use crate::questions::{effect, shown};
use crate::terminal::{bold, dim, harmless, paragraph, paragraph_under, styled, width};

/// More than this is no answer.
const MAX_LINE: u64 = 4 * 1024;
/// How many methods are shown after an answer.
const FEW: usize = 3;

pub(crate) struct Session<'s> {
    start: &'s Start,
    texts: Texts<'s>,
    top: usize,
    width: usize,
    now: Moment,
    /// How it was before each answer; going back restores exactly that.
    before: Vec<Moment>,
}

/// What was answered up to some point.
#[derive(Clone)]
struct Moment {
    profile: Profile,
    /// Questions that were answered with "don't know": they stay open and are not asked again.
    skipped: Vec<String>,
    /// How many questions were answered.
    answered: usize,
}

/// What somebody wants.
enum Said {
    Nothing,
    Stop,
    Back,
    DontKnow,
    Answer(Answer),
}

/// What one word of an answer means.
enum Choice {
    NoneOfThese,
    /// The id of a value.
    Value(String),
    /// For the engine, which knows ids and aliases.
    Word(String),
}

impl<'s> Session<'s> {
    pub(crate) fn new(start: &'s Start, profile: &Profile, top: usize) -> Self {
        let now = Moment { profile: profile.clone(), skipped: Vec::new(), answered: 0 };
        Self { start, texts: start.texts(), top, width: width(), now, before: Vec::new() }
    }

    /// Asks until nothing is left to ask, or somebody has had enough; the profile with the answers.
    pub(crate) fn run(mut self) -> Result<Profile, Failure> {
        self.say(&self.texts.get("cli.ask-begin"));
        loop {
            let questions = self.questions(&self.now.profile).map_err(Failure::content)?;
            let is_asked =
                |question: &&Telling<'_>| question.expected_thousandths > 0 && !self.skips(question.id);
            let Some(question) = questions.questions.iter().find(is_asked) else {
                if self.goes_back()? {
                    continue;
                }
                break;
            };
            self.pose(&questions, question);
            let Some(line) = read_line()? else { break };
            match self.understood(question, &line) {
                Said::Nothing => {}
                Said::Stop => break,
                Said::Back => match self.before.pop() {
                    Some(before) => self.now = before,
                    None => self.say(&self.texts.get("cli.ask-no-way-back")),
                },
                Said::DontKnow => {
                    self.before.push(self.now.clone());
                    self.now.skipped.push(question.id.to_owned());
                }
                Said::Answer(answer) => {
                    let profile = self.with(question.id, answer);
                    match self.start.engine().compare(&[&self.now.profile, &profile]) {
                        Ok(_) => {
                            self.show_moves(&profile);
                            self.before.push(self.now.clone());
                            self.now.profile = profile;
                            self.now.answered += 1;
                        }
                        Err(problems) => self.explain(&problems),
                    }
                }
            }
        }
        self.say(&self.texts.fill("cli.ask-end", &[("count", &self.now.answered.to_string())]));
        Ok(self.now.profile)
    }

    /// At the end: whether somebody wants the last question again.
    fn goes_back(&mut self) -> Result<bool, Failure> {
        self.say(&self.texts.get("cli.ask-nothing"));
        if self.before.is_empty() {
            return Ok(false);
        }
        tell(&(paragraph("", &self.texts.get("cli.ask-nothing-left"), self.width) + "> "));
        let back = read_line()?.is_some_and(|line| self.is_word("cli.ask-words-back", &line));
        if let Some(before) = self.before.pop_if(|_| back) {
            self.now = before;
        }
        Ok(back)
    }

    fn questions(&self, profile: &Profile) -> Result<Questions<'s>, Vec<Diagnostic>> {
        self.start.engine().ask(profile, self.top)
    }

    fn say(&self, text: &str) {
        tell(&(paragraph("", text, self.width) + "\n"));
    }

    fn skips(&self, id: &str) -> bool {
        self.now.skipped.iter().any(|skipped| skipped == id)
    }

    fn pose(&self, questions: &Questions<'_>, question: &Telling<'_>) {
        let (texts, width) = (&self.texts, self.width);
        let number = self.before.len() + 1;
        let mut page = paragraph(&format!("{number}. "), &styled(texts.of(question.question), bold()), width);
        page.push_str(&paragraph("   ", &styled(texts.of(question.help), dim()), width));
        for (at, one) in shown(texts, question).iter().enumerate() {
            let mark = match one.answer.change.number {
                Some(_) => "     - ".to_owned(),
                None => format!("{:>5}. ", at + 1),
            };
            let text = format!("{}: {}", one.text, styled(&effect(texts, questions, one.answer), dim()));
            page.push_str(&paragraph_under(&mark, 7, &text, width));
        }
        let key = match question.answers.first() {
            Some(answer) if answer.change.number.is_some() => "cli.ask-prompt-number",
            _ if question.takes_several => "cli.ask-prompt-several",
            _ => "cli.ask-prompt-one",
        };
        page.push_str(&paragraph("", &texts.get(key), width));
        tell(&(page + "> "));
    }

    /// What a line means. Words that steer the session come first: the prompt promises them.
    fn understood(&self, question: &Telling<'_>, line: &str) -> Said {
        let line = line.trim();
        if line.is_empty() {
            return Said::Nothing;
        }
        if self.is_word("cli.ask-words-stop", line) {
            return Said::Stop;
        }
        if self.is_word("cli.ask-words-back", line) {
            return Said::Back;
        }
        // A label may have a comma in it.
        let choice = choice(question, line);
        let is_word = matches!(choice, Choice::Word(_));
        if is_word && (self.is_word("cli.ask-words-unknown", line) || self.is_unknown(line)) {
            return Said::DontKnow;
        }
        if is_word && question.answers.iter().any(|answer| answer.change.number.is_some()) {
            return Said::Answer(line.parse().map_or_else(|_| Answer::One(line.to_owned()), Answer::Whole));
        }
        if is_word && question.takes_several && line.contains(',') {
            let words = line.split(',').map(|word| self::choice(question, word.trim()));
            return Said::Answer(Answer::Many(words.map(|choice| self.word(choice)).collect()));
        }
        Said::Answer(match choice {
            Choice::NoneOfThese => Answer::Many(Vec::new()),
            choice => Answer::One(self.word(choice)),
        })
    }

    /// A choice as the engine takes it; none of these beside something else is for the engine to refuse.
    fn word(&self, choice: Choice) -> String {
        match choice {
            Choice::NoneOfThese => self.texts.get("cli.ask-none"),
            Choice::Value(word) | Choice::Word(word) => word,
        }
    }

    /// Whether a word is one of a text with alternatives, in whatever language.
    fn is_word(&self, key: &str, word: &str) -> bool {
        let text = self.start.engine().pack().texts.get(key);
        let words = |text: &Text| format!("{}|{}", text.nl, text.en);
        text.is_some_and(|text| words(text).split('|').any(|known| fold(known) == fold(word)))
    }

    /// Whether the pack says that a word leaves a question open.
    fn is_unknown(&self, word: &str) -> bool {
        self.start.engine().pack().words.unknown.iter().any(|known| fold(known) == fold(word))
    }

    /// The profile with an answer; however the profile calls the question, it is answered once.
    fn with(&self, id: &str, answer: Answer) -> Profile {
        let pack = self.start.engine().pack();
        let aliases = pack.facet(id).map(|facet| &facet.aliases);
        let aliases = aliases.or_else(|| pack.number(id).map(|number| &number.aliases));
        let mut profile = self.now.profile.clone();
        if let Some(aliases) = aliases {
            profile.answers.retain(|name, _| !is_called(name, id, aliases));
        }
        profile.with(id, answer)
    }

    /// The first few after an answer, and what moved.
    fn show_moves(&self, profile: &Profile) {
        let (texts, width) = (&self.texts, self.width);
        let Ok(comparison) = self.start.engine().compare(&[&self.now.profile, profile]) else { return };
        let rank =
            |standings: &[werkvorm::RankedScore<'_>], at: usize| standings.get(at).map_or(0, |s| s.rank);
        let mut best: Vec<_> = comparison
            .methods
            .iter()
            .filter(|method| (1..=FEW).contains(&rank(&method.standings, 1)))
            .collect();
        best.sort_by_key(|method| rank(&method.standings, 1));
        let mut page = paragraph("", &texts.get("cli.ask-top"), width);
        for method in best {
            let movement = method.movements.first();
            let moved = movement.map(|movement| texts.movement(movement)).unwrap_or_default();
            let fit = method.standings.get(1).map_or(0, |standing| standing.score.fit);
            let text = format!("{} ({fit}), {moved}", texts.of(method.name));
            page.push_str(&paragraph(&format!("  {}  ", rank(&method.standings, 1)), &text, width));
        }
        for method in &comparison.methods {
            let (was, is) = (rank(&method.standings, 0), rank(&method.standings, 1));
            if (1..=FEW).contains(&was) && !(1..=FEW).contains(&is) {
                let blanks = [("method", texts.of(method.name).to_owned()), ("place", texts.place(is))];
                let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
                page.push_str(&paragraph("     ", &texts.fill("cli.ask-gone", &blanks), width));
            }
        }
        tell(&(page + "\n"));
    }

    /// What is wrong with an answer, in the words of the engine.
    fn explain(&self, problems: &[Diagnostic]) {
        let mut page = String::new();
        for problem in problems {
            page.push_str(&paragraph("! ", &harmless(&problem.message), self.width));
            page.push_str(&paragraph("  ", &harmless(&problem.help), self.width));
        }
        tell(&(page + "\n"));
    }
}

/// What a word means: the number of an answer, its id, or what people read of it.
fn choice(question: &Telling<'_>, word: &str) -> Choice {
    let by_number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let called = |value: &Named<'_>| {
        [value.id, &value.label.nl, &value.label.en].into_iter().any(|name| fold(name) == fold(word))
    };
    let by_name = || question.answers.iter().find(|answer| answer.change.value.as_ref().is_some_and(called));
    let answer = by_number.and_then(|at| question.answers.get(at)).or_else(by_name);
    let change = answer.map(|answer| &answer.change).filter(|change| change.number.is_none());
    match change {
        Some(change) if change.kind == ChangeKind::None => Choice::NoneOfThese,
        Some(change) => {
            let id = change.value.as_ref().map_or(word, |value| value.id);
            Choice::Value(id.to_owned())
        }
        None => Choice::Word(word.to_owned()),
    }
}

/// A line of standard input; nothing at its end.
fn read_line() -> Result<Option<String>, Failure> {
    let mut line = Vec::new();
    let read = std::io::stdin().lock().take(MAX_LINE).read_until(b'\n', &mut line);
    read.map_err(|error| Failure::world("cannot read your answer", error))?;
    let line = (!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned());
    if !std::io::stdin().is_terminal() {
        // A pipe does not show what was typed; with it the conversation can be read.
        tell(&(harmless(line.as_deref().unwrap_or("")) + "\n"));
    }
    Ok(line)
}
