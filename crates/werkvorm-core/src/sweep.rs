//! One answer moved over everything it can be, or every single change at once: how the order changes.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Named, PackName, Understood};
use crate::board::Board;
use crate::change::{Change, Shift, Single, Stretch, WHAT_IF_VERSION};
use crate::diagnostic::{Diagnostic, code};
use crate::engine::Engine;
use crate::evaluate::{Evaluation, fit, ranks};
use crate::explain::Explainer;
use crate::pack::Number;
use crate::profile::Profile;
use crate::text::Text;
use crate::vocabulary::{Question, question_id};

/// At most this many numbers are swept in one range.
pub const MAX_SWEPT: usize = 1000;

/// What is swept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Every single change to every answer.
    All,
    /// Every answer to one question; of a number every stretch that gives another advice.
    Question(String),
    /// These numbers, from the first to the last, a step apart.
    Range {
        /// The number.
        question: String,
        /// The first.
        from: i64,
        /// The last.
        to: i64,
        /// How far they are apart: at least 1.
        step: i64,
    },
}

/// The order of the methods for a profile and for profiles that differ from it in one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sweep<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// The question that is swept; nothing when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Named<'e>>,
    /// How many methods count as the top.
    pub top: usize,
    /// The methods that are in the top somewhere, those that are best now first.
    pub methods: Vec<Named<'e>>,
    /// The profile as it is.
    pub now: Point<'e>,
    /// The profile with one change each, in the order of the vocabulary.
    pub points: Vec<Point<'e>>,
    /// Where the order of the methods above turns, for a number.
    pub crossings: Vec<Crossing<'e>>,
}

/// Where the methods of a sweep stand after one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Point<'e> {
    /// The change; nothing for the profile as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change<'e>>,
    /// The number, when a number is swept and this is the profile as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Stretch<'e>>,
    /// Per method of the sweep: where it stands.
    pub standings: Vec<Stand>,
    /// Ids of the methods that are in the top here and not now, best first.
    pub entered: Vec<&'e str>,
    /// Ids of the methods that are in the top now and not here.
    pub left: Vec<&'e str>,
}

/// A place with a score, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stand {
    /// Place among the methods that are not ruled out, from 1; 0 when it is ruled out.
    pub rank: usize,
    /// Sum over the criteria of weight × criterion score.
    pub total: i64,
    /// The same on a scale of 0 to 100.
    pub fit: i64,
}

/// A number from which on two methods have changed places, or one is possible or no longer so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Crossing<'e> {
    /// From this number on.
    pub from: i64,
    /// The unit.
    pub unit: &'e Text,
    /// What happens there.
    #[serde(flatten)]
    pub event: Event<'e>,
}

/// What happens at a crossing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'e> {
    /// A method comes above another.
    Above {
        /// The method.
        method: Named<'e>,
        /// The one below it.
        below: Named<'e>,
    },
    /// A method is no longer ruled out.
    Possible {
        /// The method.
        method: Named<'e>,
    },
    /// A method is ruled out.
    RuledOut {
        /// The method.
        method: Named<'e>,
    },
}

/// Where every method stands.
struct Standings {
    /// Per method: its place, and 0 when it is ruled out.
    ranks: Vec<usize>,
    totals: Vec<i64>,
    best: Vec<usize>,
}

impl Engine {
    /// Moves one answer of a profile, or each in turn, and says how the order changes.
    ///
    /// # Errors
    /// Every problem in the profile, a question that does not exist, and a range that cannot be swept.
    pub fn sweep(&self, profile: &Profile, over: &Over, top: usize) -> Result<Sweep<'_>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile);
        let question = match over {
            Over::All => Ok(None),
            Over::Question(written) | Over::Range { question: written, .. } => {
                self.find_question(written).map(Some)
            }
        };
        let range = match (over, &question) {
            (Over::Range { from, to, step, .. }, Ok(Some(question))) => {
                self.range(*question, [*from, *to, *step]).map(Some)
            }
            _ => Ok(None),
        };
        let (evaluation, question, range) = match (evaluation, question, range) {
            (Ok(evaluation), Ok(question), Ok(range)) => (evaluation, question, range),
            (evaluation, question, range) => {
                let mut found = evaluation.err().unwrap_or_default();
                found.extend(question.err().into_iter().chain(range.err()));
                return Err(found);
            }
        };
        let singles = match (question, range) {
            (None, _) => self.singles(&evaluation.answers, true),
            (Some(question), Some(numbers)) => {
                let single = |number| Single { question, shift: Shift::Number(number, 0) };
                let state = evaluation.answers.state(question);
                let singles = numbers.into_iter().map(single);
                singles.filter(|single| single.applied(&state).is_some()).collect()
            }
            (Some(question), None) => self.singles_of(question, &evaluation.answers, true),
        };
        Ok(self.swept(profile, &evaluation, question, &singles, top))
    }

    fn swept<'e>(
        &'e self,
        profile: &Profile,
        evaluation: &Evaluation,
        question: Option<Question>,
        singles: &[Single],
        top: usize,
    ) -> Sweep<'e> {
        let mut board = Board::new(self, evaluation);
        let stand = |board: &Board<'_>| self.standings(board, top);
        let now = stand(&board);
        let points: Vec<_> = singles
            .iter()
            .filter_map(|single| Some((single, board.with(single, |board| stand(board))?)))
            .collect();
        let mut shown: Vec<usize> = points
            .iter()
            .map(|(_, there)| there)
            .chain([&now])
            .flat_map(|there| there.best.clone())
            .collect();
        // Those that are ruled out now come last.
        shown.sort_unstable_by_key(|at| (now.ranks[*at] == 0, now.ranks[*at], *at));
        shown.dedup();
        let weights = evaluation.answers.weights.iter().sum();
        let point = |change: Option<&Single>, there: &Standings| {
            let standing = |at: &usize| Stand {
                rank: there.ranks[*at],
                total: there.totals[*at],
                fit: fit(there.totals[*at], weights),
            };
            let without = |some: &[usize], others: &[usize]| {
                let missing = some.iter().filter(|at| !others.contains(at));
                missing.map(|at| self.pack.methods[*at].id.as_str()).collect()
            };
            Point {
                change: change.map(|single| self.shown(single, &evaluation.answers)),
                number: match change {
                    Some(_) => None,
                    None => question.and_then(|question| {
                        self.stretch(question, evaluation.answers.state(question).number()?)
                    }),
                },
                standings: shown.iter().map(standing).collect(),
                entered: without(&there.best, &now.best),
                left: without(&now.best, &there.best),
            }
        };
        let explainer = Explainer::new(self, evaluation.situation());
        Sweep {
            what_if_version: WHAT_IF_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            question: question
                .map(|question| Named { id: question_id(&self.pack, question), label: self.label(question) }),
            top,
            methods: shown.iter().map(|at| self.named(*at)).collect(),
            crossings: match question {
                Some(Question::Number(number)) => self.crossings(&mut board, number, singles, &shown),
                _ => Vec::new(),
            },
            now: point(None, &now),
            points: points.iter().map(|(single, there)| point(Some(single), there)).collect(),
        }
    }

    fn standings(&self, board: &Board<'_>, top: usize) -> Standings {
        let order = board.order();
        let count = self.pack.methods.len();
        let ranks = ranks(&order, count);
        let totals = (0..count).map(|at| board.total(at)).collect();
        Standings { ranks, totals, best: order.into_iter().take(top).collect() }
    }

    /// A method as people see it.
    pub(crate) fn named(&self, method: usize) -> Named<'_> {
        let method = &self.pack.methods[method];
        Named { id: &method.id, label: &method.name }
    }

    /// Where the order of these methods turns between the lowest and the highest number that was swept.
    fn crossings<'e>(
        &'e self,
        board: &mut Board<'_>,
        number: usize,
        singles: &[Single],
        methods: &[usize],
    ) -> Vec<Crossing<'e>> {
        let question = Question::Number(number);
        let swept = singles.iter().filter_map(|single| match single.shift {
            Shift::Number(number, _) => Some(number),
            _ => None,
        });
        let swept: Vec<_> = swept.chain(board.state(question).number()).collect();
        let (Some(low), Some(high)) = (swept.iter().min(), swept.iter().max()) else { return Vec::new() };
        let stretches = self.watchers().stretches(number).iter();
        let asked = &self.pack.numbers[number];
        let mut crossings = Vec::new();
        let mut before: Option<Vec<usize>> = None;
        for (from, _) in stretches.filter(|(from, to)| to >= low && from <= high) {
            let mut state = crate::answers::State::Number(*from);
            board.swap(question, &mut state);
            let ranks: Vec<_> = methods.iter().map(|at| board.rank(*at)).collect();
            board.swap(question, &mut state);
            if let Some(before) = before.replace(ranks.clone()) {
                let events = self.events(methods, &before, &ranks);
                crossings.extend(events.into_iter().map(|event| {
                    let unit = asked.unit_of(*from);
                    Crossing { from: *from, unit, event }
                }));
            }
        }
        crossings
    }

    fn events<'e>(&'e self, methods: &[usize], before: &[usize], after: &[usize]) -> Vec<Event<'e>> {
        let mut events = Vec::new();
        for (one, method) in methods.iter().enumerate() {
            match (before[one], after[one]) {
                (0, 0) => {}
                (0, _) => events.push(Event::Possible { method: self.named(*method) }),
                (_, 0) => events.push(Event::RuledOut { method: self.named(*method) }),
                (was, is) => {
                    let others = methods.iter().enumerate().filter(|(other, _)| {
                        before[*other] != 0 && before[*other] < was && after[*other] > is
                    });
                    events.extend(others.map(|(_, below)| Event::Above {
                        method: self.named(*method),
                        below: self.named(*below),
                    }));
                }
            }
        }
        events
    }

    /// The numbers of a range.
    fn range(&self, question: Question, [from, to, step]: [i64; 3]) -> Result<Vec<i64>, Diagnostic> {
        let id = question_id(&self.pack, question);
        let refuse = |message: String, help: String| {
            Err(Diagnostic::error(&code::SWEEP_RANGE, message, help).at_item(id, id))
        };
        let Question::Number(at) = question else {
            let help = "leave the range out to sweep over all its values".to_owned();
            return refuse(format!("`{id}` is not a number, so it has no range"), help);
        };
        let Number { min, max, unit, .. } = &self.pack.numbers[at];
        if step < 1 {
            return refuse(format!("the step of `{id}` is {step}"), "write a step of 1 or more".to_owned());
        }
        if from > to || from < *min || to > *max {
            let message = format!("`{id}` cannot go from {from} to {to}");
            let help = format!("write a range that rises and lies from {min} to {max} ({})", unit.en);
            return refuse(message, help);
        }
        let count = usize::try_from((to - from) / step).unwrap_or(usize::MAX);
        if count >= MAX_SWEPT {
            let help = format!("write a larger step; at most {MAX_SWEPT} numbers are swept");
            return refuse(format!("from {from} to {to} by {step} is too many numbers"), help);
        }
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        Ok((from..=to).step_by(step).collect())
    }
}
