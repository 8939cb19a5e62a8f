//! Only the order of the methods, as fast as it goes: a profile is read once, and memory is used again.
//!
//! An advice says why; whoever ranks a great many profiles often needs that for a few of them only. What
//! holds for a profile is kept, so that the rules behind a place can still be named.

use crate::advice::Ranked;
use crate::answers::Answers;
use crate::check::MAX_CRITERION_SCORE;
use crate::condition::Truth;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::evaluate::{Situation, curve_points, fit};
use crate::explain::{Explainer, Lists};
use crate::layout::Bundle;
use crate::pack::Rule;
use crate::planes::{Asked, Judged};
use crate::profile::Profile;
use crate::program::Kind;

/// The bounds of the score of a criterion.
const LIMIT: i32 = MAX_CRITERION_SCORE as i32;

/// A profile that was read once for one engine, to be ranked as often as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub(crate) answers: Answers,
    pub(crate) asked: Asked,
    /// Per criterion.
    weights: Vec<i32>,
}

/// Points and totals, in memory that is used again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scores {
    /// Per criterion and seat.
    points: Vec<i32>,
    /// Per method of one bundle.
    totals: Vec<i32>,
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
    /// Per bundle of methods: whether its rules were judged.
    looked_at: Vec<bool>,
    scores: Scores,
    excluded: Vec<bool>,
    leaders: Leaders,
}

/// The best methods for a profile with everything that speaks for and against them. Used again, it takes no new
/// memory but for what does not fit.
#[derive(Debug, Clone, Default)]
pub struct Explained<'e> {
    ranking: Ranking,
    lists: Lists,
    /// More than there are now, when there were more before.
    methods: Vec<Ranked<'e>>,
    count: usize,
}

impl<'e> Explained<'e> {
    /// Nothing explained, to be filled by [`Engine::explain_best`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The methods that were explained, best first.
    #[must_use]
    pub fn methods(&self) -> &[Ranked<'e>] {
        &self.methods[..self.count]
    }
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
        &self.leaders.places
    }
}

impl Engine {
    /// Reads a profile, to be ranked as often as needed.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn encode(&self, profile: &Profile) -> Result<Encoded, Vec<Diagnostic>> {
        let answers = Answers::read(&self.pack, &self.vocabulary, profile)?;
        let asked = Asked::new(&self.program, &self.vocabulary, &answers);
        // INVARIANT: the reader keeps weights small.
        let weights = answers.weights.iter().map(|weight| i32::try_from(*weight).unwrap_or(0)).collect();
        Ok(Encoded { answers, asked, weights })
    }

    /// The best `top` methods that are not ruled out, best first.
    ///
    /// The profile must have been encoded by this engine.
    pub fn rank<'r>(&self, profile: &Encoded, top: usize, ranking: &'r mut Ranking) -> &'r [RankedPlace] {
        self.rank_among(profile, top, false, ranking);
        ranking.places()
    }

    /// Ranks, and with `possible` also finds out what may hold.
    fn rank_among(&self, profile: &Encoded, top: usize, possible: bool, ranking: &mut Ranking) {
        let program = &self.program;
        let Encoded { answers, asked, weights } = profile;
        let Ranking { judged, looked_at, scores, excluded, leaders } = ranking;
        judged.ready(&program.layout.planes, asked, possible);
        program.layout.judge_excluding(answers, asked, judged);
        program.layout.exclude(judged, excluded);
        leaders.clear(top);
        looked_at.clear();
        for (at, bundle) in program.layout.bundles.iter().enumerate() {
            let methods = &program.layout.seats[bundle.seats.clone()];
            // Most bundles of a large pack end here: all their methods are ruled out, or none can come so far.
            let can_enter =
                |method: usize| !excluded[method] && leaders.let_in(program.layout.most_of(method, weights));
            let may_enter = leaders.let_in(bundle.most(weights))
                && methods.iter().any(|method| can_enter(*method as usize));
            looked_at.push(may_enter);
            if !may_enter {
                continue;
            }
            for (method, total) in methods.iter().zip(self.score(at, profile, judged, scores)) {
                if leaders.let_in(*total) && !excluded[*method as usize] {
                    leaders.enter(*method, *total);
                }
            }
        }
        leaders.finish();
    }

    /// Judges the rules of a bundle and adds up their points: the total of each of its seats.
    pub(crate) fn score<'s>(
        &self,
        bundle: usize,
        profile: &Encoded,
        judged: &mut Judged,
        scores: &'s mut Scores,
    ) -> &'s [i32] {
        let Engine { pack, program, .. } = self;
        let Encoded { answers, asked, weights } = profile;
        let Scores { points, totals } = scores;
        let Bundle { seats, curves, .. } = &program.layout.bundles[bundle];
        program.layout.judge_bundle(bundle, answers, asked, judged);
        points.resize(program.groups(), 0);
        let of_criterion = points.chunks_exact_mut(program.layout.seats.len());
        of_criterion.for_each(|points| points[seats.clone()].fill(0));
        program.layout.give(bundle, judged, |slot, given| points[slot] += given);
        for (slot, at) in curves {
            let rule = &program.rules[*at];
            if judged.truth(rule.bit) == Truth::Holds {
                // INVARIANT: the check keeps points within a few either way.
                let given = curve_points(pack, answers, rule).unwrap_or(0);
                points[*slot] += i32::try_from(given).unwrap_or(0);
            }
        }
        totals.clear();
        totals.resize(seats.len(), 0);
        for (points, weight) in points.chunks_exact(program.layout.seats.len()).zip(weights) {
            for (total, points) in totals.iter_mut().zip(&points[seats.clone()]) {
                *total += weight * (*points).clamp(-LIMIT, LIMIT);
            }
        }
        totals
    }

    /// The best `top` methods for a profile, explained in full, and nothing about the others.
    ///
    /// The profile must have been encoded by this engine.
    #[must_use]
    pub fn best(&self, profile: &Encoded, top: usize) -> Vec<Ranked<'_>> {
        let mut explained = Explained::new();
        self.explain_best(profile, top, &mut explained);
        explained.methods.truncate(explained.count);
        explained.methods
    }

    /// The same in memory that is used again.
    ///
    /// The profile must have been encoded by this engine.
    pub fn explain_best<'e, 'x>(
        &'e self,
        profile: &Encoded,
        top: usize,
        explained: &'x mut Explained<'e>,
    ) -> &'x [Ranked<'e>] {
        let Explained { ranking, lists, methods, count } = explained;
        self.rank_among(profile, top, true, ranking);
        let explainer =
            Explainer::new(self, Situation { answers: &profile.answers, judged: &ranking.judged });
        let places = &ranking.leaders.places;
        for (at, place) in places.iter().enumerate() {
            if at == methods.len() {
                methods.push(explainer.blank(place.method));
            }
            explainer.rank_into(place.method, at + 1, lists, &mut methods[at]);
        }
        *count = places.len();
        &methods[..*count]
    }

    /// The rules about a method that hold for the profile of a ranking, in the order of the pack.
    pub fn holding<'e, 'a>(
        &'e self,
        profile: &'a Encoded,
        ranking: &'a Ranking,
        method: usize,
    ) -> impl Iterator<Item = &'e Rule> + use<'e, 'a> {
        let Engine { pack, vocabulary, program, .. } = self;
        let answers = &profile.answers;
        // What was ranked was judged, and nothing rules it out. Of other methods every rule is looked at.
        let is_ranked = !ranking.excluded[method] && ranking.looked_at[program.layout.bundle_of(method)];
        let judged = if is_ranked { program.layout.bits_of(method) } else { 0..0 };
        let others = if is_ranked { 0..0 } else { program.rules_of(method) };
        let mut others: Vec<_> = others
            .filter(|at| program.holds(vocabulary, answers, program.rules[*at].condition as usize))
            .collect();
        others.sort_unstable_by_key(|at| program.rules[*at].rule);
        let judged = ranking.judged.holding(judged).map(|bit| program.layout.rule_at[bit] as usize);
        let holding = judged.chain(others).map(|at| &program.rules[at]).filter(|rule| match rule.kind {
            // A curve whose number is open is not known, even when its condition holds.
            Kind::Curve(number) => answers.numbers[number as usize].is_some(),
            _ => true,
        });
        holding.map(|rule| &pack.rules[rule.rule as usize])
    }

    /// The fit of a total, as an advice on this profile gives it: 0 to 100.
    #[must_use]
    pub fn fit(&self, profile: &Encoded, total: i64) -> i64 {
        fit(total, profile.answers.weights.iter().sum())
    }
}

/// So many places or fewer are kept in order; of more, the best are sorted out now and then.
const FEW: usize = 32;

/// The best methods so far.
#[derive(Debug, Clone, Default)]
struct Leaders {
    top: usize,
    /// A total below this does not come among them.
    least: i32,
    /// Total and method in one number, that is smaller when the method is better. Methods stand in the order of their
    /// ids, so the place settles ties.
    keys: Vec<i64>,
    places: Vec<RankedPlace>,
}

impl Leaders {
    fn clear(&mut self, top: usize) {
        let least = if top == 0 { i32::MAX } else { i32::MIN };
        (self.top, self.least) = (top, least);
        self.keys.clear();
    }

    fn let_in(&self, total: i32) -> bool {
        total >= self.least
    }

    fn enter(&mut self, method: u32, total: i32) {
        self.keys.push(i64::from(method) - (i64::from(total) << 32));
        if self.top <= FEW {
            let mut at = self.keys.len() - 1;
            while at > 0 && self.keys[at - 1] > self.keys[at] {
                self.keys.swap(at - 1, at);
                at -= 1;
            }
        } else if self.keys.len() < self.top.saturating_mul(2) {
            return;
        }
        self.keep_best();
        if let (Some(last), true) = (self.keys.last(), self.keys.len() == self.top) {
            // INVARIANT: it was made of such a number.
            self.least = i32::try_from(place(*last).total).unwrap_or(i32::MIN);
        }
    }

    fn keep_best(&mut self) {
        if self.top > FEW {
            self.keys.sort_unstable();
        }
        self.keys.truncate(self.top);
    }

    fn finish(&mut self) {
        self.keep_best();
        self.places.clear();
        self.places.extend(self.keys.iter().map(|key| place(*key)));
    }
}

/// The place that a key stands for.
fn place(key: i64) -> RankedPlace {
    RankedPlace { method: (key & i64::from(u32::MAX)) as usize, total: -(key >> 32) }
}
