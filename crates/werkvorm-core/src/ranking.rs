//! Only the order of the methods, as fast as it goes: a profile is read once, and memory is used again.
//!
//! An advice says why; whoever ranks a great many profiles often needs that for a few of them only. What
//! holds for a profile is kept, so that the rules behind a place can still be named.

use crate::advice::Ranked;
use crate::answers::Answers;
use crate::condition::Truth;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::evaluate::{Evaluation, clamp, curve_points, fit};
use crate::explain::Explainer;
use crate::pack::Rule;
use crate::planes::{Asked, Judged};
use crate::profile::Profile;

/// A profile that was read once for one engine, to be ranked as often as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub(crate) answers: Answers,
    asked: Asked,
}

/// A method and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankedPlace {
    /// The place of the method in [`crate::Pack::methods`] of [`Engine::pack`].
    pub method: usize,
    /// Sum over the criteria of weight × criterion score.
    pub total: i64,
}

/// The best methods for a profile, and what holds for it. Used again, it takes no new memory.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    judged: Judged,
    /// The conditions whose points count: those of methods that are ruled out do not.
    counting: Vec<u64>,
    /// Per method and criterion.
    points: Vec<i32>,
    excluded: Vec<bool>,
    places: Vec<RankedPlace>,
}

impl Ranking {
    /// An empty ranking, to be filled by [`Engine::rank`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The methods that were ranked, best first.
    #[must_use]
    pub fn places(&self) -> &[RankedPlace] {
        &self.places
    }
}

impl Engine {
    /// Reads a profile, to be ranked as often as needed.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn encode(&self, profile: &Profile) -> Result<Encoded, Vec<Diagnostic>> {
        let answers = Answers::read(&self.pack, &self.vocabulary, profile)?;
        let asked = Asked::new(&self.program.planes, &answers);
        Ok(Encoded { answers, asked })
    }

    /// The best `top` methods that are not ruled out, best first.
    ///
    /// The profile must have been encoded by this engine.
    pub fn rank<'r>(&self, profile: &Encoded, top: usize, ranking: &'r mut Ranking) -> &'r [RankedPlace] {
        let Engine { pack, program, .. } = self;
        let answers = &profile.answers;
        let Ranking { judged, counting, points, excluded, places } = ranking;
        program.planes.judge(answers, &profile.asked, false, judged);
        excluded.clear();
        excluded.resize(pack.methods.len(), false);
        program.exclude(judged, excluded);
        counting.clear();
        counting.extend_from_slice(&program.giving_once);
        program.leave_out(excluded, counting);
        points.clear();
        points.resize(program.groups(), 0);
        program.give(judged, counting, |group, given| points[group as usize] += given);
        for (group, at) in &program.curves {
            let rule = &program.rules[*at];
            if judged.truth(rule.condition as usize) == Truth::Holds {
                // INVARIANT: the check keeps points within a few either way.
                let given = curve_points(pack, answers, rule).unwrap_or(0);
                points[*group] += i32::try_from(given).unwrap_or(0);
            }
        }
        places.clear();
        let groups = points.chunks_exact(program.criteria.max(1)).zip(&*excluded).enumerate();
        for (method, (groups, _)) in groups.filter(|(_, (_, excluded))| !**excluded) {
            let total = groups
                .iter()
                .zip(&answers.weights)
                .map(|(points, weight)| weight * clamp(i64::from(*points)))
                .sum();
            places.push(RankedPlace { method, total });
        }
        best(places, top);
        places
    }

    /// The best `top` methods for a profile, explained in full, and nothing about the others.
    ///
    /// The profile must have been encoded by this engine.
    #[must_use]
    pub fn best(&self, profile: &Encoded, top: usize) -> Vec<Ranked<'_>> {
        let Engine { pack, program, .. } = self;
        let evaluation = Evaluation::of_ranked(pack, program, profile.answers.clone(), &profile.asked);
        let explainer = Explainer::new(self, &evaluation);
        let best = evaluation.order.iter().take(top).enumerate();
        best.map(|(place, at)| explainer.ranked(*at, place + 1)).collect()
    }

    /// The rules about a method that hold for the profile of a ranking, in the order of the pack.
    pub fn holding<'e, 'a>(
        &'e self,
        profile: &'a Encoded,
        ranking: &'a Ranking,
        method: usize,
    ) -> impl Iterator<Item = &'e Rule> + use<'e, 'a> {
        let Engine { pack, program, .. } = self;
        let holding = program.named[program.rules_of(method)].iter().filter(move |(_, condition)| {
            // A curve whose number is open is not known, even when its condition holds.
            let settled = |number: usize| profile.answers.numbers[number].is_some();
            ranking.judged.truth(*condition as usize) == Truth::Holds
                && program.curve_number(*condition as usize).is_none_or(settled)
        });
        holding.map(|(rule, _)| &pack.rules[*rule as usize])
    }

    /// The fit of a total, as an advice on this profile gives it: 0 to 100.
    #[must_use]
    pub fn fit(&self, profile: &Encoded, total: i64) -> i64 {
        fit(total, profile.answers.weights.iter().sum())
    }
}

/// Keeps the best places, in order. Methods stand in the order of their ids, so the place settles ties.
fn best(places: &mut Vec<RankedPlace>, top: usize) {
    let order = |place: &RankedPlace| (std::cmp::Reverse(place.total), place.method);
    if top < places.len() {
        if top > 0 {
            places.select_nth_unstable_by_key(top - 1, order);
        }
        places.truncate(top);
    }
    places.sort_unstable_by_key(order);
}
