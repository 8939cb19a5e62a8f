//! Scoring: what a compiled pack makes of the answers of one profile.

use std::borrow::Cow;

use crate::answers::Answers;
use crate::check::MAX_CRITERION_SCORE;
use crate::condition::Truth;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) excluded: bool,
    pub(crate) total: i64,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

/// Everything the evaluator found out about a profile.
#[derive(Debug)]
pub(crate) struct Evaluation {
    pub(crate) answers: Answers,
    /// What is so, per condition.
    pub(crate) judged: Judged,
    /// Per method and criterion.
    pub(crate) sums: Vec<Sums>,
    /// Per method, in the order of the pack.
    pub(crate) standings: Vec<Standing>,
    /// The methods that are not ruled out, best first.
    pub(crate) order: Vec<usize>,
}

impl Evaluation {
    pub(crate) fn new(pack: &Pack, program: &Program, answers: Answers) -> Self {
        let asked = Asked::new(&program.planes, &answers);
        Self::of(pack, program, answers, &asked, false)
    }

    /// The same when nobody asks about methods that are ruled out: most of their points are not counted then.
    pub(crate) fn of_ranked(pack: &Pack, program: &Program, answers: Answers, asked: &Asked) -> Self {
        Self::of(pack, program, answers, asked, true)
    }

    fn of(pack: &Pack, program: &Program, answers: Answers, asked: &Asked, only_ranked: bool) -> Self {
        let mut judged = Judged::default();
        program.planes.judge(&answers, asked, true, &mut judged);
        let mut excluded = vec![false; pack.methods.len()];
        program.exclude(&judged, &mut excluded);
        let mut counting = Cow::Borrowed(program.giving_once.as_slice());
        if only_ranked {
            program.leave_out(&excluded, counting.to_mut());
        }
        let sums = sums(pack, program, &answers, &judged, &counting);
        let criteria = pack.criteria.len();
        let standings: Vec<_> = (0..pack.methods.len())
            .map(|method| {
                let own = sums[method * criteria..(method + 1) * criteria].iter().zip(&answers.weights);
                let mut standing = Standing { excluded: excluded[method], total: 0, low: 0, high: 0 };
                for (sum, weight) in own {
                    standing.total += weight * clamp(sum.points);
                    standing.low += weight * clamp(sum.low);
                    standing.high += weight * clamp(sum.high);
                }
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

    /// The truth of a condition.
    pub(crate) fn truth(&self, condition: usize) -> Truth {
        self.judged.truth(condition)
    }

    /// What a rule does here.
    pub(crate) fn outcome(&self, pack: &Pack, rule: &Compiled) -> Outcome {
        outcome(pack, &self.answers, rule, self.truth(rule.condition as usize))
    }
}

/// The place of every method in an order, from 1; 0 for those that are not in it.
pub(crate) fn ranks(order: &[usize], methods: usize) -> Vec<usize> {
    let mut ranks = vec![0; methods];
    order.iter().enumerate().for_each(|(place, at)| ranks[*at] = place + 1);
    ranks
}

/// The sums of every method and criterion; of the conditions that give points once, those in a row count.
fn sums(pack: &Pack, program: &Program, answers: &Answers, judged: &Judged, once: &[u64]) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); program.groups()];
    program.give(judged, once, |group, points| {
        sums[group as usize].points += i64::from(points);
    });
    judged.each_open(|condition| {
        for (group, points) in program.postings_of(condition) {
            let sum = &mut sums[*group as usize];
            sum.low += i64::from((*points).min(0));
            sum.high += i64::from((*points).max(0));
        }
    });
    for sum in &mut sums {
        sum.low += sum.points;
        sum.high += sum.points;
    }
    for (group, at) in &program.curves {
        let rule = &program.rules[*at];
        let outcome = outcome(pack, answers, rule, judged.truth(rule.condition as usize));
        sums[*group].points += outcome.points;
        sums[*group].low += outcome.low;
        sums[*group].high += outcome.high;
    }
    sums
}

fn outcome(pack: &Pack, answers: &Answers, rule: &Compiled, truth: Truth) -> Outcome {
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
