//! Changes to a profile: those that somebody asks for, and every single one that can be tried.
//!
//! What-if never asks for more than a change to one answer at a time. A number has few answers that differ:
//! between two bounds and corners nothing changes, so a stretch of numbers stands for all numbers in it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::advice::Named;
use crate::answers::{Answers, State};
use crate::board::Board;
use crate::diagnostic::{Diagnostic, code, sort_diagnostics};
use crate::engine::Engine;
use crate::pack::{Curve, Effect, Pack};
use crate::profile::{Answer, Profile};
use crate::program::{Atom, Program};
use crate::text::Text;
use crate::vocabulary::{Question, is_asked, question_id, questions};

/// The version of the formats in which what-if answers.
pub const WHAT_IF_VERSION: u32 = 1;

/// A change that somebody asks for, in their own words: ids and aliases both work.
///
/// Shape: `{"set": {"question": "trust", "answer": "low"}}`, or `add`, `remove`, `unset`, `weigh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Answers a question, or answers it otherwise.
    Set {
        /// The facet or number.
        question: String,
        /// The answer.
        answer: Answer,
    },
    /// Adds a value to a facet that takes several.
    Add {
        /// The facet.
        question: String,
        /// The value.
        value: String,
    },
    /// Takes a value away from a facet that takes several.
    Remove {
        /// The facet.
        question: String,
        /// The value.
        value: String,
    },
    /// Leaves a question open.
    Unset {
        /// The facet or number.
        question: String,
    },
    /// Weighs a criterion otherwise.
    Weigh {
        /// The criterion.
        criterion: String,
        /// 0 to 5.
        weight: Answer,
    },
}

/// One change to one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change<'e> {
    /// Id of the facet or number.
    pub question: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The organisation can change it; otherwise it is given, and the change says what if it were so.
    pub adjustable: bool,
    /// The question was left open.
    pub was_open: bool,
    /// What happens to the answer.
    pub kind: ChangeKind,
    /// The value that is set, added or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Named<'e>>,
    /// The number that is set: the nearest in its stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Stretch<'e>>,
}

/// What happens to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It becomes another value or number.
    Set,
    /// A value comes with it.
    Add,
    /// A value goes.
    Remove,
    /// None of the values is so.
    None,
    /// It is left open.
    Unset,
}

/// A number, and the numbers around it that give the same advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stretch<'e> {
    /// The number.
    pub number: i64,
    /// The lowest number with the same advice.
    pub from: i64,
    /// The highest number with the same advice.
    pub to: i64,
    /// The unit.
    pub unit: &'e Text,
}

/// One change to one answer, in places of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Single {
    pub(crate) question: Question,
    pub(crate) shift: Shift,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// The value of a facet that takes one.
    Value(usize),
    Add(usize),
    Remove(usize),
    Nothing,
    /// The number, and the place of its stretch.
    Number(i64, usize),
    Open,
}

impl Single {
    /// What an answer becomes; nothing when it is so already or cannot become so.
    pub(crate) fn applied(&self, state: &State) -> Option<State> {
        let next = match self.shift {
            Shift::Value(value) => State::Values(vec![value]),
            Shift::Add(value) => {
                let mut values = state.values().to_vec();
                let place = values.binary_search(&value).err()?;
                values.insert(place, value);
                State::Values(values)
            }
            Shift::Remove(value) => {
                let mut values = state.values().to_vec();
                values.remove(values.binary_search(&value).ok()?);
                State::Values(values)
            }
            Shift::Nothing => State::Values(Vec::new()),
            Shift::Number(number, _) => State::Number(number),
            Shift::Open => State::Open,
        };
        (next != *state).then_some(next)
    }

    /// Whether two changes can be made together: to different answers, or to different values of one answer.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let value = |shift| match shift {
            Shift::Add(value) | Shift::Remove(value) => Some(value),
            _ => None,
        };
        self.question != other.question
            || match (value(self.shift), value(other.shift)) {
                (Some(one), Some(another)) => one != another,
                _ => false,
            }
    }
}

impl<'e> Board<'e> {
    /// Makes a change, and hands back what was answered before; nothing when there is nothing to change.
    pub(crate) fn change(&mut self, single: &Single) -> Option<State> {
        let mut state = single.applied(self.state(single.question))?;
        self.swap(single.question, &mut state);
        Some(state)
    }

    /// Makes a change, looks, and puts everything back.
    pub(crate) fn with<T>(&mut self, single: &Single, look: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let mut before = self.change(single)?;
        let seen = look(self);
        self.swap(single.question, &mut before);
        Some(seen)
    }
}

impl Engine {
    /// A profile with changes made to it, in ids.
    ///
    /// # Errors
    /// Every problem in the profile, and every change that is unknown, impossible, or at odds with another.
    pub fn changed(&self, profile: &Profile, edits: &[Edit]) -> Result<Profile, Vec<Diagnostic>> {
        let answers = Answers::read(&self.pack, &self.vocabulary, profile);
        let base = answers.as_ref().ok();
        let mut editor = Editor {
            engine: self,
            profile: base.map_or_else(Profile::new, |answers| self.profile_of(answers, profile)),
            set: Vec::new(),
            touched: Vec::new(),
            found: Vec::new(),
        };
        edits.iter().for_each(|edit| editor.edit(edit));
        let Editor { profile: changed, mut found, .. } = editor;
        found.extend(answers.err().unwrap_or_default());
        found.extend(Answers::read(&self.pack, &self.vocabulary, &changed).err().unwrap_or_default());
        sort_diagnostics(&mut found);
        if found.is_empty() { Ok(changed) } else { Err(found) }
    }

    /// Answers as a profile, in ids, with the remarks of another.
    pub(crate) fn profile_of(&self, answers: &Answers, about: &Profile) -> Profile {
        let mut profile = Profile {
            title: about.title.clone(),
            about: about.about.clone(),
            made_up: about.made_up,
            ..Profile::new()
        };
        for (question, values) in &answers.given {
            let id = question_id(&self.pack, *question);
            let answer = match question {
                Question::Number(at) => answers.numbers[*at].map_or(Answer::Open, Answer::Whole),
                Question::Facet(at) => {
                    let facet = &self.pack.facets[*at];
                    let ids: Vec<_> = values.iter().map(|value| facet.values[*value].id.clone()).collect();
                    match ids.as_slice() {
                        [one] if facet.takes_one() => Answer::One(one.clone()),
                        _ => Answer::Many(ids),
                    }
                }
            };
            profile = profile.with(id, answer);
        }
        let weighed = self.pack.criteria.iter().zip(&answers.weights).filter(|(_, weight)| **weight != 1);
        weighed.fold(profile, |profile, (criterion, weight)| profile.with_weight(&criterion.id, *weight))
    }

    /// Every single change to these answers; leaving a question open only when asked for.
    pub(crate) fn singles(&self, answers: &Answers, with_open: bool) -> Vec<Single> {
        let asked = questions(&self.pack).filter(|question| is_asked(&self.pack, *question));
        asked.flat_map(|question| self.singles_of(question, answers, with_open)).collect()
    }

    /// Every single change to the answer of one question.
    pub(crate) fn singles_of(&self, question: Question, answers: &Answers, with_open: bool) -> Vec<Single> {
        let state = answers.state(question);
        let mut shifts = Vec::new();
        match question {
            Question::Facet(at) => {
                let facet = &self.pack.facets[at];
                for value in 0..facet.values.len() {
                    shifts.push(match state.values().contains(&value) {
                        _ if facet.takes_one() => Shift::Value(value),
                        true => Shift::Remove(value),
                        false => Shift::Add(value),
                    });
                }
                if !facet.takes_one() && state == State::Open {
                    shifts.push(Shift::Nothing);
                }
            }
            Question::Number(at) => {
                let stretches = self.watchers().stretches(at);
                shifts.extend(stretches.iter().enumerate().map(|(place, (from, to))| {
                    let nearest = state.number().map_or(*from, |now| now.clamp(*from, *to));
                    Shift::Number(nearest, place)
                }));
            }
        }
        if with_open {
            shifts.push(Shift::Open);
        }
        let singles = shifts.into_iter().map(|shift| Single { question, shift });
        singles.filter(|single| single.applied(&state).is_some()).collect()
    }

    /// Whether the organisation can change the answer to a question.
    pub(crate) fn is_adjustable(&self, question: Question) -> bool {
        match question {
            Question::Facet(at) => self.pack.facets[at].adjustable,
            Question::Number(at) => self.pack.numbers[at].adjustable,
        }
    }

    /// The label of a question.
    pub(crate) fn label(&self, question: Question) -> &Text {
        match question {
            Question::Facet(at) => &self.pack.facets[at].label,
            Question::Number(at) => &self.pack.numbers[at].label,
        }
    }

    /// A change as people see it.
    pub(crate) fn shown(&self, single: &Single, answers: &Answers) -> Change<'_> {
        let Single { question, shift } = *single;
        let named = |value: usize| match question {
            Question::Facet(at) => {
                let value = &self.pack.facets[at].values[value];
                Some(Named { id: &value.id, label: &value.label })
            }
            Question::Number(_) => None,
        };
        let (kind, value, number) = match shift {
            Shift::Value(value) => (ChangeKind::Set, named(value), None),
            Shift::Add(value) => (ChangeKind::Add, named(value), None),
            Shift::Remove(value) => (ChangeKind::Remove, named(value), None),
            Shift::Nothing => (ChangeKind::None, None, None),
            Shift::Number(number, _) => (ChangeKind::Set, None, self.stretch(question, number)),
            Shift::Open => (ChangeKind::Unset, None, None),
        };
        Change {
            question: question_id(&self.pack, question),
            label: self.label(question),
            adjustable: self.is_adjustable(question),
            was_open: answers.is_open(question),
            kind,
            value,
            number,
        }
    }

    /// A number with its stretch.
    pub(crate) fn stretch(&self, question: Question, number: i64) -> Option<Stretch<'_>> {
        let Question::Number(at) = question else { return None };
        let stretches = self.watchers().stretches(at);
        let (from, to) = *stretches.iter().find(|(from, to)| (*from..=*to).contains(&number))?;
        Some(Stretch { number, from, to, unit: &self.pack.numbers[at].unit })
    }

    /// The question that somebody means.
    ///
    /// # Errors
    /// A diagnostic with the nearest question when profiles are not asked anything called so.
    pub(crate) fn find_question(&self, written: &str) -> Result<Question, Diagnostic> {
        let found = self.vocabulary.question(written);
        found.filter(|question| is_asked(&self.pack, *question)).ok_or_else(|| {
            let help = self.vocabulary.suggest_question(written, &self.pack);
            let message = format!("there is no question `{written}`");
            Diagnostic::error(&code::UNKNOWN_QUESTION, message, help).at_item(written, written)
        })
    }
}

/// The stretches of every number of a pack: from and to, in rising order.
pub(crate) fn stretches(pack: &Pack, program: &Program) -> Vec<Vec<(i64, i64)>> {
    let mut starts: Vec<_> = pack.numbers.iter().map(|number| BTreeSet::from([number.min])).collect();
    for atom in &program.atoms {
        if let Atom::AtLeast(number, bound) = atom {
            starts[*number].insert(*bound);
        }
    }
    // Rules for many methods share a curve.
    let curves: BTreeSet<_> = pack
        .rules
        .iter()
        .filter_map(|rule| match &rule.effect {
            Effect::Curve(curve) => Some((curve.number.as_str(), curve.corners.as_slice())),
            _ => None,
        })
        .collect();
    for (id, corners) in curves {
        let Some(number) = pack.numbers.iter().position(|number| number.id == id) else { continue };
        let curve = Curve { number: id.to_owned(), corners: corners.to_vec() };
        for pair in corners.windows(2) {
            if let [(left, _), (right, _)] = pair {
                jumps(&curve, *left, *right, &mut starts[number]);
            }
        }
    }
    let cut = |(number, starts): (&crate::pack::Number, BTreeSet<i64>)| {
        let inside: Vec<_> = starts.into_iter().filter(|at| (number.min..=number.max).contains(at)).collect();
        let ends = inside.iter().skip(1).map(|next| next - 1).chain([number.max]);
        inside.iter().copied().zip(ends).collect()
    };
    pack.numbers.iter().zip(starts).map(cut).collect()
}

/// The numbers at which a curve gives something else than just before, between two neighbouring corners.
/// It only rises or only falls there, so equal ends mean that nothing happens in between.
fn jumps(curve: &Curve, left: i64, right: i64, found: &mut BTreeSet<i64>) {
    if curve.points_at(left) == curve.points_at(right) {
        return;
    }
    if right - left == 1 {
        found.insert(right);
        return;
    }
    let middle = left + (right - left) / 2;
    jumps(curve, left, middle, found);
    jumps(curve, middle, right, found);
}

/// Makes changes to a profile in ids, and keeps what is wrong with them.
struct Editor<'e> {
    engine: &'e Engine,
    profile: Profile,
    /// What was set, left open or weighed as a whole.
    set: Vec<String>,
    /// The values that were added or removed.
    touched: Vec<(String, String)>,
    found: Vec<Diagnostic>,
}

impl Editor<'_> {
    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Weigh { criterion, weight } => {
                let at = self.engine.vocabulary.criterion(criterion);
                let id = at.map_or(criterion, |at| &self.engine.pack.criteria[at].id).clone();
                if self.claim(&format!("weights.{id}"), criterion) {
                    self.profile.weights.insert(id, weight.clone());
                }
            }
            Edit::Set { question, answer } => {
                if let Some((_, id)) = self.question(question)
                    && self.claim(&id, question)
                {
                    self.profile.answers.insert(id, answer.clone());
                }
            }
            Edit::Unset { question } => {
                let Some((_, id)) = self.question(question) else { return };
                if self.claim(&id, question) && self.profile.answers.remove(&id).is_none() {
                    let message = format!("`{question}` is not answered, so it cannot be left open");
                    self.impossible(question, question, message, "leave this change out");
                }
            }
            Edit::Add { question, value } => self.value(question, value, true),
            Edit::Remove { question, value } => self.value(question, value, false),
        }
    }

    fn question(&mut self, written: &str) -> Option<(Question, String)> {
        match self.engine.find_question(written) {
            Ok(question) => Some((question, question_id(&self.engine.pack, question).to_owned())),
            Err(problem) => {
                self.found.push(problem);
                None
            }
        }
    }

    /// Whether this is the first change to an answer as a whole.
    fn claim(&mut self, id: &str, written: &str) -> bool {
        let again = self.set.iter().any(|earlier| earlier == id)
            || self.touched.iter().any(|(question, _)| question == id);
        if again {
            self.conflict(written, written, format!("`{written}` is changed in two ways"));
        }
        self.set.push(id.to_owned());
        !again
    }

    fn value(&mut self, written: &str, value: &str, adds: bool) {
        let Some((question, id)) = self.question(written) else { return };
        let Question::Facet(at) = question else {
            let message = format!("`{written}` is a number; nothing can be added to it or taken away");
            return self.impossible(written, value, message, "set it to a whole number instead");
        };
        let facet = &self.engine.pack.facets[at];
        if facet.takes_one() {
            let message = format!("`{written}` takes one value; nothing can be added to it or taken away");
            return self.impossible(written, value, message, "set it to another value instead");
        }
        let Some(place) = self.engine.vocabulary.value(at, value) else {
            let help = self.engine.vocabulary.suggest_value(at, value, facet);
            let message = format!("`{value}` is not a value of `{id}`");
            let problem = Diagnostic::error(&code::UNKNOWN_ANSWER, message, help);
            return self.found.push(problem.at_item(written, value));
        };
        let value_id = facet.values[place].id.clone();
        let touched = (id.clone(), value_id.clone());
        if self.touched.contains(&touched) || self.set.contains(&id) {
            return self.conflict(written, value, format!("`{written}` is changed in two ways by `{value}`"));
        }
        self.touched.push(touched);
        let mut values = match self.profile.answers.get(&id) {
            Some(Answer::Many(values)) => values.clone(),
            _ => Vec::new(),
        };
        match (values.iter().position(|known| *known == value_id), adds) {
            (Some(_), true) => {
                let message = format!("`{written}` has `{value}` already");
                return self.impossible(written, value, message, "leave this change out");
            }
            (None, false) => {
                let message = format!("`{written}` does not have `{value}`, so it cannot be taken away");
                return self.impossible(written, value, message, "leave this change out");
            }
            (Some(at), false) => drop(values.remove(at)),
            (None, true) => values.push(value_id),
        }
        self.profile.answers.insert(id, Answer::Many(values));
    }

    fn conflict(&mut self, question: &str, word: &str, message: String) {
        let problem = Diagnostic::error(&code::CHANGES_CONFLICT, message, "keep one of the two changes");
        self.found.push(problem.at_item(question, word));
    }

    fn impossible(&mut self, question: &str, word: &str, message: String, help: &str) {
        let problem = Diagnostic::error(&code::CHANGE_IMPOSSIBLE, message, help);
        self.found.push(problem.at_item(question, word));
    }
}
