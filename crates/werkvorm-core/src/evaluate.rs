//! Scoring: what a compiled pack makes of the answers of one profile.

use crate::answers::Answers;
use crate::check::MAX_CRITERION_SCORE;
use crate::condition::Truth;
use crate::engine::Engine;
use crate::pack::{Effect, Pack};
use crate::planes::{Asked, Judged};
use crate::program::{Compiled, Kind, Program};

/// What a rule does for one profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) truth: Truth,
    pub(crate) points: i64,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

/// The sums of one method and criterion, before they are kept within bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) points: i64,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

/// One method for one profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) excluded: bool,
    pub(crate) total: i64,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Standing {
    /// Counts a criterion.
    pub(crate) fn add(&mut self, weight: i64, sums: Sums) {
        self.total += weight * clamp(sums.points);
        self.low += weight * clamp(sums.low);
        self.high += weight * clamp(sums.high);
    }
}

/// What somebody answered, and which rules hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation<'v> {
    pub(crate) answers: &'v Answers,
    pub(crate) judged: &'v Judged,
}

/// Everything the evaluator found out about a profile.
#[derive(Debug)]
pub(crate) struct Evaluation {
    pub(crate) answers: Answers,
    /// What is so, per rule.
    pub(crate) judged: Judged,
    /// Per method and criterion.
    pub(crate) sums: Vec<Sums>,
    /// Per method, in the order of the pack.
    pub(crate) standings: Vec<Standing>,
    /// The methods that are not ruled out, best first.
    pub(crate) order: Vec<usize>,
}

impl Evaluation {
    pub(crate) fn new(engine: &Engine, answers: Answers) -> Self {
        let Engine { pack, program, vocabulary, .. } = engine;
        let asked = Asked::new(program, vocabulary, &answers);
        let mut judged = Judged::default();
        judged.ready(&program.layout.planes, &asked, true);
        program.layout.judge(&answers, &asked, &mut judged);
        let mut excluded = Vec::new();
        program.layout.exclude(&judged, &mut excluded);
        let sums = sums(pack, program, &answers, &judged);
        let criteria = pack.criteria.len();
        let standings: Vec<_> = (0..pack.methods.len())
            .map(|method| {
                let own = sums[method * criteria..(method + 1) * criteria].iter().zip(&answers.weights);
                let mut standing = Standing { excluded: excluded[method], ..Standing::default() };
                own.for_each(|(sums, weight)| standing.add(*weight, *sums));
                standing
            })
            .collect();
        let ranked = standings.iter().enumerate().filter(|(_, standing)| !standing.excluded);
        // Methods stand in the order of their ids, so the place settles ties.
        let mut order: Vec<_> = ranked.map(|(at, standing)| (-standing.total, at)).collect();
        order.sort_unstable();
        let order = order.into_iter().map(|(_, at)| at).collect();
        Self { answers, judged, sums, standings, order }
    }

    /// The place of a method among those that are not ruled out, from 1; 0 when it is ruled out.
    pub(crate) fn rank(&self, method: usize) -> usize {
        self.order.iter().position(|at| *at == method).map_or(0, |place| place + 1)
    }

    /// The place of every method; 0 for those that are ruled out.
    pub(crate) fn ranks(&self) -> Vec<usize> {
        ranks(&self.order, self.standings.len())
    }

    /// What explaining looks at.
    pub(crate) fn situation(&self) -> Situation<'_> {
        Situation { answers: &self.answers, judged: &self.judged }
    }
}

impl Situation<'_> {
    /// Whether what a rule asks is so.
    pub(crate) fn truth(self, rule: &Compiled) -> Truth {
        self.judged.truth(rule.bit)
    }

    /// What a rule does here.
    pub(crate) fn outcome(self, pack: &Pack, rule: &Compiled) -> Outcome {
        outcome(pack, self.answers, rule, self.truth(rule))
    }
}

/// The place of every method in an order, from 1; 0 for those that are not in it.
pub(crate) fn ranks(order: &[usize], methods: usize) -> Vec<usize> {
    let mut ranks = vec![0; methods];
    order.iter().enumerate().for_each(|(place, at)| ranks[*at] = place + 1);
    ranks
}

/// The sums of every method and criterion.
fn sums(pack: &Pack, program: &Program, answers: &Answers, judged: &Judged) -> Vec<Sums> {
    // By seat, as bits stand in memory.
    let mut by_seat = vec![Sums::default(); program.groups()];
    let scoring = program.layout.scoring();
    judged.each_holding(scoring.clone(), |bit| {
        let (slot, points) = (program.layout.slots[bit], program.layout.given[bit]);
        by_seat[slot as usize].points += i64::from(points);
    });
    judged.each_open(scoring, |bit| {
        let (slot, points) = (program.layout.slots[bit], program.layout.given[bit]);
        let sum = &mut by_seat[slot as usize];
        sum.low += i64::from(points.min(0));
        sum.high += i64::from(points.max(0));
    });
    let mut sums: Vec<Sums> = Vec::with_capacity(by_seat.len());
    for method in 0..program.layout.seats.len() {
        let seat = program.layout.seat_of(method);
        sums.extend(by_seat.iter().skip(seat).step_by(program.layout.seats.len()));
    }
    for sum in &mut sums {
        sum.low += sum.points;
        sum.high += sum.points;
    }
    for (group, at) in &program.curves {
        let rule = &program.rules[*at];
        let outcome = outcome(pack, answers, rule, judged.truth(rule.bit));
        sums[*group].points += outcome.points;
        sums[*group].low += outcome.low;
        sums[*group].high += outcome.high;
    }
    sums
}

/// What a rule does when what it asks is so, or not, or not known.
pub(crate) fn outcome(pack: &Pack, answers: &Answers, rule: &Compiled, truth: Truth) -> Outcome {
    let (truth, at, low, high) = match rule.kind {
        Kind::Curve(_) => match curve_points(pack, answers, rule) {
            Some(points) => (truth, points, points, points),
            // The condition may hold, but what it gives waits for the number.
            None => (truth.min(Truth::NotKnown), 0, i64::from(rule.extremes.0), i64::from(rule.extremes.1)),
        },
        _ => {
            let points = i64::from(rule.points);
            (truth, points, points, points)
        }
    };
    match truth {
        Truth::Fails => Outcome { truth, points: 0, low: 0, high: 0 },
        Truth::NotKnown => Outcome { truth, points: 0, low: low.min(0), high: high.max(0) },
        Truth::Holds => Outcome { truth, points: at, low, high },
    }
}

/// What a curve gives when its condition holds; nothing while its number is not known.
pub(crate) fn curve_points(pack: &Pack, answers: &Answers, rule: &Compiled) -> Option<i64> {
    let (Kind::Curve(number), Effect::Curve(curve)) = (rule.kind, &pack.rules[rule.rule as usize].effect)
    else {
        return None;
    };
    answers.numbers[number as usize].map(|number| curve.points_at(number))
}

/// Points of a criterion, kept within bounds.
pub(crate) fn clamp(points: i64) -> i64 {
    points.clamp(-MAX_CRITERION_SCORE, MAX_CRITERION_SCORE)
}

/// The total on a scale of 0 to 100 between the lowest and the highest that the weights allow, rounded
/// half up; 50 when every weight is 0.
pub(crate) fn fit(total: i64, weights: i64) -> i64 {
    let most = MAX_CRITERION_SCORE * weights;
    if most == 0 {
        return 50;
    }
    // (total + most) / (2 most) × 100, plus one half, rounded down. No total is below −most, and small
    // numbers divide much faster.
    let (part, whole) = (100 * (total + most) + most, 2 * most);
    match (u32::try_from(part), u32::try_from(whole)) {
        (Ok(part), Ok(whole)) => i64::from(part / whole),
        _ => part.div_euclid(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits() {
        for (total, weights, want) in [
            (0, 4, 50),
            (40, 4, 100),
            (-40, 4, 0),
            (1, 4, 51),
            (-1, 4, 49),
            (20, 4, 75),
            (0, 0, 50),
            (5, 1, 75),
            (1, 3, 52),
        ] {
            assert_eq!(fit(total, weights), want, "{total} with weights {weights}");
        }
    }
}
