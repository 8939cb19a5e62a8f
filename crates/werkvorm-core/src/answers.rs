//! A profile understood: every answer resolved against the vocabulary of a pack.
//!
//! Reading is separate from scoring so that all mistakes in a profile are reported at once, and so
//! that a profile can be read once and scored many times.

use crate::check::MAX_WEIGHT;
use crate::condition::Truth;
use crate::diagnostic::{Diagnostic, code, sort_diagnostics};
use crate::pack::{Facet, Number, Pack};
use crate::profile::{Answer, Profile};
use crate::vocabulary::{Question, Vocabulary, is_asked, question_id};

/// The answers of a profile, ready for the evaluator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    /// Per atom (value of a facet), in the order of the vocabulary.
    pub(crate) values: Vec<Truth>,
    /// Per number.
    pub(crate) numbers: Vec<Option<i64>>,
    /// Per criterion.
    pub(crate) weights: Vec<i64>,
    /// What was answered: the question and the places of the values, in the order of the pack.
    pub(crate) given: Vec<(Question, Vec<usize>)>,
}

/// What a profile says to one question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// It is left open.
    Open,
    /// These values of a facet, by their places in rising order; none of them when empty.
    Values(Vec<usize>),
    /// This number.
    Number(i64),
}

impl State {
    pub(crate) fn values(&self) -> &[usize] {
        if let Self::Values(values) = self { values } else { &[] }
    }

    pub(crate) fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl Answers {
    /// Reads a profile.
    ///
    /// # Errors
    /// Every unknown question, unknown value, wrong type, number out of bounds and wrong weight.
    pub(crate) fn read(
        pack: &Pack,
        vocabulary: &Vocabulary,
        profile: &Profile,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { pack, vocabulary, found: Vec::new() };
        let mut given: Vec<(Question, Vec<usize>)> = Vec::new();
        let mut numbers = vec![None; pack.numbers.len()];
        for (name, answer) in &profile.answers {
            let Some(question) = reader.question(name) else { continue };
            if reader.leaves_open(question, answer) {
                continue;
            }
            if given.iter().any(|(earlier, _)| *earlier == question) {
                let message = format!("`{name}` answers `{}` a second time", question_id(pack, question));
                reader.report(
                    &code::ANSWERED_TWICE,
                    name,
                    name,
                    message,
                    "keep one of the two answers".into(),
                );
                continue;
            }
            match question {
                Question::Facet(at) => {
                    let Some(facet) = pack.facets.get(at) else { continue };
                    if let Some(values) = reader.values(name, at, facet, answer) {
                        given.push((question, values));
                    }
                }
                Question::Number(at) => {
                    let Some(number) = pack.numbers.get(at) else { continue };
                    if let (Some(whole), Some(slot)) =
                        (reader.number(name, number, answer), numbers.get_mut(at))
                    {
                        *slot = Some(whole);
                        given.push((question, Vec::new()));
                    }
                }
            }
        }
        let weights = reader.weights(profile);
        if !reader.found.is_empty() {
            sort_diagnostics(&mut reader.found);
            return Err(reader.found);
        }
        given.sort_unstable();
        let values = truths(pack, vocabulary, &given);
        Ok(Self { values, numbers, weights, given })
    }

    /// Whether the profile leaves a question open.
    pub(crate) fn is_open(&self, question: Question) -> bool {
        self.given.binary_search_by(|(given, _)| given.cmp(&question)).is_err()
    }

    /// What the profile says to a question.
    pub(crate) fn state(&self, question: Question) -> State {
        let given = self.given.binary_search_by(|(given, _)| given.cmp(&question)).ok();
        match (question, given.and_then(|at| self.given.get(at))) {
            (Question::Facet(_), Some((_, values))) => State::Values(values.clone()),
            (Question::Number(at), Some(_)) => {
                self.numbers.get(at).copied().flatten().map_or(State::Open, State::Number)
            }
            (_, None) => State::Open,
        }
    }

    /// The same with another answer to one question.
    pub(crate) fn with_state(
        &self,
        pack: &Pack,
        vocabulary: &Vocabulary,
        question: Question,
        state: &State,
    ) -> Self {
        let mut given = self.given.clone();
        given.retain(|(other, _)| *other != question);
        if *state != State::Open {
            given.push((question, state.values().to_vec()));
            given.sort_unstable();
        }
        let mut answers = self.with_given(pack, vocabulary, given);
        if let Question::Number(at) = question {
            answers.numbers.iter_mut().skip(at).take(1).for_each(|slot| *slot = state.number());
        }
        answers
    }

    /// The same with another number.
    pub(crate) fn with_number(&self, number: usize, whole: i64) -> Self {
        let mut answers = self.clone();
        answers.numbers.iter_mut().skip(number).take(1).for_each(|slot| *slot = Some(whole));
        answers
    }

    /// The same with one value more, or instead of another where a facet takes one.
    pub(crate) fn with_value(
        &self,
        pack: &Pack,
        vocabulary: &Vocabulary,
        facet: usize,
        value: usize,
    ) -> Self {
        let takes_one = pack.facets.get(facet).is_some_and(Facet::takes_one);
        let mut given = self.given.clone();
        for (_, values) in given.iter_mut().filter(|(question, _)| *question == Question::Facet(facet)) {
            values.retain(|other| !takes_one && *other != value);
            values.push(value);
        }
        self.with_given(pack, vocabulary, given)
    }

    /// The same with one value as the whole answer to a facet, whether it was answered before or not.
    pub(crate) fn with_only(&self, pack: &Pack, vocabulary: &Vocabulary, facet: usize, value: usize) -> Self {
        let mut given = self.given.clone();
        given.retain(|(question, _)| *question != Question::Facet(facet));
        given.push((Question::Facet(facet), vec![value]));
        given.sort_unstable();
        self.with_given(pack, vocabulary, given)
    }

    /// The same with this value, or none, as the whole answer to these facets.
    pub(crate) fn with_only_of(
        &self,
        pack: &Pack,
        vocabulary: &Vocabulary,
        facets: &[usize],
        value: Option<(usize, usize)>,
    ) -> Self {
        let mut given = self.given.clone();
        for (question, values) in &mut given {
            if let Question::Facet(at) = question
                && facets.contains(at)
            {
                let own = value.filter(|(facet, _)| facet == at);
                *values = own.map(|(_, value)| value).into_iter().collect();
            }
        }
        self.with_given(pack, vocabulary, given)
    }

    /// The same without some values and everything narrower; a facet that takes one gets each other value in turn.
    pub(crate) fn without_values(
        &self,
        pack: &Pack,
        vocabulary: &Vocabulary,
        facet: usize,
        values: &[usize],
    ) -> Vec<Self> {
        let atoms: Vec<_> = values.iter().filter_map(|value| vocabulary.atom(facet, *value)).collect();
        let narrower = |facet: usize, value: usize| {
            let broader = vocabulary.atom(facet, value).map_or(&[][..], |other| vocabulary.closure(other));
            broader.iter().any(|atom| atoms.contains(atom))
        };
        let mut given = self.given.clone();
        for (question, values) in &mut given {
            if let Question::Facet(at) = question {
                values.retain(|value| !narrower(*at, *value));
            }
        }
        let Some(facet_of) = pack.facets.get(facet).filter(|facet| facet.takes_one()) else {
            return vec![self.with_given(pack, vocabulary, given)];
        };
        let others = (0..facet_of.values.len()).filter(|other| !narrower(facet, *other));
        let without = self.with_given(pack, vocabulary, given);
        others.map(|other| without.with_value(pack, vocabulary, facet, other)).collect()
    }

    fn with_given(&self, pack: &Pack, vocabulary: &Vocabulary, given: Vec<(Question, Vec<usize>)>) -> Self {
        let values = truths(pack, vocabulary, &given);
        Self { values, numbers: self.numbers.clone(), weights: self.weights.clone(), given }
    }
}

/// What is known about every value: those given and all broader ones hold; in an answered facet the
/// others do not, unless an open question can still make them hold; in an open facet they are not known.
fn truths(pack: &Pack, vocabulary: &Vocabulary, given: &[(Question, Vec<usize>)]) -> Vec<Truth> {
    let mut values = vec![Truth::NotKnown; vocabulary.atoms()];
    let mut answered = vec![false; pack.facets.len()];
    for (question, _) in given {
        if let Question::Facet(at) = question {
            answered.iter_mut().skip(*at).take(1).for_each(|slot| *slot = true);
        }
    }
    for (question, chosen) in given {
        let Question::Facet(at) = question else { continue };
        for atom in chosen.iter().filter_map(|value| vocabulary.atom(*at, *value)) {
            for wider in vocabulary.closure(atom) {
                if let Some(value) = values.get_mut(*wider) {
                    *value = Truth::Holds;
                }
            }
        }
    }
    let is_answered = |facet: &usize| answered.get(*facet).copied().unwrap_or(false);
    for (facet, first) in (0..pack.facets.len()).filter_map(|at| Some((at, vocabulary.atom(at, 0)?))) {
        if !is_answered(&facet) {
            continue;
        }
        let count = pack.facets.get(facet).map_or(0, |facet| facet.values.len());
        for (atom, value) in values.iter_mut().enumerate().skip(first).take(count) {
            if *value == Truth::NotKnown && vocabulary.implied_by(atom).iter().all(is_answered) {
                *value = Truth::Fails;
            }
        }
    }
    values
}

struct Reader<'p> {
    pack: &'p Pack,
    vocabulary: &'p Vocabulary,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, code: &crate::Code, question: &str, word: &str, message: String, help: String) {
        self.found.push(Diagnostic::error(code, message, help).at_item(question, word));
    }

    fn question(&mut self, name: &str) -> Option<Question> {
        let Some(question) = self.vocabulary.question(name) else {
            let help = self.vocabulary.suggest_question(name, self.pack);
            self.report(&code::UNKNOWN_QUESTION, name, name, format!("there is no question `{name}`"), help);
            return None;
        };
        if !is_asked(self.pack, question) {
            let message = format!("`{name}` describes methods; a profile cannot answer it");
            let help = self.vocabulary.suggest_question("", self.pack);
            self.report(&code::METHOD_FACET, name, name, message, help);
            return None;
        }
        Some(question)
    }

    fn leaves_open(&self, question: Question, answer: &Answer) -> bool {
        match (answer, question) {
            (Answer::Open, _) => true,
            // A value of the facet wins over a word with a meaning of its own.
            (Answer::One(word), Question::Facet(at)) => {
                self.vocabulary.value(at, word).is_none() && self.vocabulary.is_unknown(word)
            }
            (Answer::One(word), Question::Number(_)) => self.vocabulary.is_unknown(word),
            _ => false,
        }
    }

    fn values(&mut self, name: &str, at: usize, facet: &Facet, answer: &Answer) -> Option<Vec<usize>> {
        let number;
        let written: &[String] = match answer {
            Answer::One(word)
                if !facet.takes_one()
                    && self.vocabulary.value(at, word).is_none()
                    && self.vocabulary.is_none(word) =>
            {
                &[]
            }
            Answer::One(word) => std::slice::from_ref(word),
            Answer::Many(words) => words,
            Answer::Whole(whole) => {
                number = whole.to_string();
                std::slice::from_ref(&number)
            }
            Answer::Unfit(text) => {
                let help = format!("write {}", wanted(facet));
                self.report(&code::ANSWER_TYPE, name, text, format!("`{name}` cannot be {text}"), help);
                return None;
            }
            Answer::Open => return None,
        };
        let mut values = Vec::new();
        let mut wrong = false;
        for word in written {
            match self.vocabulary.value(at, word) {
                Some(value) if values.contains(&value) => {}
                Some(value) => values.push(value),
                None => {
                    wrong = true;
                    let help = self.vocabulary.suggest_value(at, word, facet);
                    let message = format!("`{word}` is not a value of `{}`", facet.id);
                    self.report(&code::UNKNOWN_ANSWER, name, word, message, help);
                }
            }
        }
        if facet.takes_one() && values.len() != 1 && !wrong {
            let message = format!("`{name}` takes one value, not {}", values.len());
            let help = format!("write {}, or leave the question out when it is not known", wanted(facet));
            self.report(&code::ONE_ANSWER, name, written.get(1).map_or(name, String::as_str), message, help);
            return None;
        }
        values.sort_unstable();
        (!wrong).then_some(values)
    }

    fn number(&mut self, name: &str, number: &Number, answer: &Answer) -> Option<i64> {
        let whole = match answer {
            Answer::Whole(whole) => Some(*whole),
            Answer::One(word) => word.trim().parse().ok(),
            _ => None,
        };
        let bounds = format!("a whole number from {} to {} ({})", number.min, number.max, number.unit.en);
        let Some(whole) = whole else {
            let shown = match answer {
                Answer::One(text) | Answer::Unfit(text) => text.clone(),
                _ => "a list".to_owned(),
            };
            let message = format!("`{name}` cannot be `{shown}`");
            self.report(&code::ANSWER_TYPE, name, &shown, message, format!("write {bounds}"));
            return None;
        };
        if (number.min..=number.max).contains(&whole) {
            return Some(whole);
        }
        let message = format!("`{name}` is {whole}, which is out of bounds");
        self.report(&code::ANSWER_RANGE, name, &whole.to_string(), message, format!("write {bounds}"));
        None
    }

    fn weights(&mut self, profile: &Profile) -> Vec<i64> {
        let mut weights = vec![1; self.pack.criteria.len()];
        let mut weighed = Vec::new();
        for (name, answer) in &profile.weights {
            let Some(at) = self.vocabulary.criterion(name) else {
                let known: Vec<_> = self.pack.criteria.iter().map(|c| format!("`{}`", c.id)).collect();
                let help = format!("the criteria are {}", known.join(", "));
                self.report(&code::WEIGHTS, "weights", name, format!("there is no criterion `{name}`"), help);
                continue;
            };
            if weighed.contains(&at) {
                let message = format!("`{name}` weighs the same criterion a second time");
                self.report(
                    &code::ANSWERED_TWICE,
                    "weights",
                    name,
                    message,
                    "keep one of the two weights".into(),
                );
                continue;
            }
            weighed.push(at);
            let whole = match answer {
                Answer::Whole(whole) => Some(*whole),
                Answer::One(word) => word.trim().parse().ok(),
                _ => None,
            };
            match (whole, weights.get_mut(at)) {
                (Some(whole), Some(slot)) if (0..=MAX_WEIGHT).contains(&whole) => *slot = whole,
                _ => {
                    let message =
                        format!("the weight of `{name}` is not a whole number from 0 to {MAX_WEIGHT}");
                    let help = format!(
                        "write 0 to leave the criterion out, 1 as usual, up to {MAX_WEIGHT} for what matters most"
                    );
                    self.report(&code::WEIGHTS, "weights", name, message, help);
                }
            }
        }
        weights
    }
}

fn wanted(facet: &Facet) -> String {
    let example = facet.values.first().map_or("", |value| value.id.as_str());
    if facet.takes_one() {
        format!("one value, such as `\"{example}\"`")
    } else {
        format!("a list of values, such as `[\"{example}\"]`")
    }
}
