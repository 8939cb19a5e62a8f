//! How firm an advice stands: what the weights may do, and what other answers would.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Named, PackName, Understood};
use crate::board::Board;
use crate::change::{Change, WHAT_IF_VERSION};
use crate::check::MAX_WEIGHT;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::profile::Profile;
use crate::text::Text;

/// How many methods count as the top besides the first.
const FEW: usize = 3;

/// How firm the first place and the top three stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Robustness<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// The top three.
    pub top: Vec<Named<'e>>,
    /// How far each weight can move on its own.
    pub weights: Vec<WeightRoom<'e>>,
    /// What every single change to an answer does; leaving an answer out is one too.
    pub shifts: Shifts<'e>,
}

/// How far the weight of a criterion can move while the others stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WeightRoom<'e> {
    /// Id of the criterion.
    pub criterion: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The weight now, 0 to 5.
    pub weight: i64,
    /// Between these weights the first place stays.
    pub first: Room<'e>,
    /// Between these weights the same three methods are on top, in whatever order.
    pub three: Room<'e>,
}

/// The weights between which nothing changes, and what changes just outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Room<'e> {
    /// The lowest weight; 0 when nothing changes below.
    pub from: i64,
    /// The highest weight; 5 when nothing changes above.
    pub to: i64,
    /// Methods that are there at one less; empty when nothing changes down to 0.
    pub below: Vec<Named<'e>>,
    /// Methods that are there at one more; empty when nothing changes up to 5.
    pub above: Vec<Named<'e>>,
}

/// What all single changes to answers do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shifts<'e> {
    /// How many there are.
    pub tried: usize,
    /// After how many the first place stays.
    pub first_stays: usize,
    /// After how many the same three methods are on top, in whatever order.
    pub three_stay: usize,
    /// Those that change the first place, in the order of the vocabulary.
    pub changing_first: Vec<ChangingFirst<'e>>,
}

/// A change that brings another method to the first place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangingFirst<'e> {
    /// The change.
    pub change: Change<'e>,
    /// The method that comes first then; nothing when all are ruled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Named<'e>>,
}

impl Engine {
    /// Says how far weights and answers can move before the first place or the top three change.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn robustness(&self, profile: &Profile) -> Result<Robustness<'_>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let mut board = Board::new(self, &evaluation);
        let now = board.top(FEW);
        let mut shifts = Shifts { tried: 0, first_stays: 0, three_stay: 0, changing_first: Vec::new() };
        for single in self.singles(&evaluation.answers, true) {
            let Some(best) = board.with(&single, |board| board.top(FEW)) else { continue };
            shifts.tried += 1;
            shifts.three_stay += usize::from(same_methods(&best, &now));
            if best.first() == now.first() {
                shifts.first_stays += 1;
            } else {
                let first = best.first().map(|at| self.named(*at));
                shifts
                    .changing_first
                    .push(ChangingFirst { change: self.shown(&single, &evaluation.answers), first });
            }
        }
        let explainer = Explainer::new(self, evaluation.situation());
        let weights = self.pack.criteria.iter().enumerate().map(|(at, criterion)| WeightRoom {
            criterion: &criterion.id,
            label: &criterion.label,
            weight: evaluation.answers.weights[at],
            first: self.room(&evaluation, at, 1),
            three: self.room(&evaluation, at, FEW),
        });
        Ok(Robustness {
            what_if_version: WHAT_IF_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            top: now.iter().map(|at| self.named(*at)).collect(),
            weights: weights.collect(),
            shifts,
        })
    }

    /// How far one weight can move while the same methods are in the best `count`.
    fn room(&self, evaluation: &Evaluation, criterion: usize, count: usize) -> Room<'_> {
        let weight = evaluation.answers.weights[criterion];
        let now = best_with(evaluation, criterion, weight, count);
        let mut room = Room { from: 0, to: MAX_WEIGHT, below: Vec::new(), above: Vec::new() };
        let differs = |weight: &i64| {
            let then = best_with(evaluation, criterion, *weight, count);
            (!same_methods(&now, &then)).then_some((*weight, then))
        };
        let named = |methods: Vec<usize>| methods.iter().map(|at| self.named(*at)).collect();
        if let Some((outside, methods)) = (0..weight).rev().find_map(|weight| differs(&weight)) {
            (room.from, room.below) = (outside + 1, named(methods));
        }
        if let Some((outside, methods)) = (weight + 1..=MAX_WEIGHT).find_map(|weight| differs(&weight)) {
            (room.to, room.above) = (outside - 1, named(methods));
        }
        room
    }
}

/// The best methods with another weight for one criterion.
fn best_with(evaluation: &Evaluation, criterion: usize, weight: i64, count: usize) -> Vec<usize> {
    let criteria = evaluation.answers.weights.len();
    let more = weight - evaluation.answers.weights[criterion];
    let ranked = evaluation.standings.iter().enumerate().filter(|(_, standing)| !standing.excluded);
    let mut order: Vec<_> = ranked
        .map(|(at, standing)| {
            let score = crate::evaluate::clamp(evaluation.sums[at * criteria + criterion].points);
            (-(standing.total + more * score), at)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().take(count).map(|(_, at)| at).collect()
}

fn same_methods(some: &[usize], others: &[usize]) -> bool {
    some.len() == others.len() && some.iter().all(|at| others.contains(at))
}
