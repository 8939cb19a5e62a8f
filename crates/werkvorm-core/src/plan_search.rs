//! The search for the best plan, over plain numbers and sets of bits.
//!
//! It knows nothing of packs, so that it can be held against trying everything. First a table says, for each
//! place in a plan and each set of what is reached so far, what the rest costs at the least; it leaves out
//! what depends on the way there: repeats, kinds, sums. Then plans are tried one step after the other, the
//! most promising first, and whatever the table shows to be no better than the best plan is left alone.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What one handover between consecutive steps adds to the value of a plan.
pub const HANDOVER_POINTS: i64 = 2;
/// What each step takes whose kind occurred before in the plan.
pub const REPEATED_KIND_POINTS: i64 = 3;
/// How many steps the search may try; a plan that took more is the best found, and says so.
pub const MAX_PLAN_NODES: usize = 200_000;
/// How many parts of a target group, and how many outcomes, a plan can have: the bits of a set.
pub(crate) const MAX_MEMBERS: usize = 64;

// What is more important is worth more than everything less important together: no plan has 2^16 steps or
// phases, breaks 2^24 things, or has a value of 2^39.
const STEP: i128 = 1 << 40;
const BROKEN: i128 = STEP << 16;
const EXCEEDED: i128 = BROKEN << 24;
const EMPTY: i128 = EXCEEDED << 16;
const NEVER: i128 = i128::MAX / 4;

/// At most this many bits of parts and outcomes are in the table; the others are taken for reached.
const TABLE_BITS: usize = 12;
/// At most this many entries are in the table.
const TABLE_SIZE: usize = 1 << 18;

/// A method that can be a step in one phase.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidate {
    /// Place of the method.
    pub(crate) method: usize,
    pub(crate) score: i64,
    /// What it serves: parts of the target group, and whatever else some step must do.
    pub(crate) serves: u64,
    /// The outcomes it yields.
    pub(crate) yields: u64,
    /// The outcomes it needs first; none that it yields.
    pub(crate) needs: u64,
    /// It yields what a plan must end with.
    pub(crate) closes: bool,
    pub(crate) kind: Option<usize>,
    /// What it takes at the least, for each limit.
    pub(crate) takes: Vec<i64>,
    /// The methods that hand over to it, or it to them.
    pub(crate) linked: Vec<usize>,
}

impl Candidate {
    /// Whether more speaks against it than for it.
    pub(crate) fn is_unfit(&self) -> bool {
        self.score < 0
    }
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problem {
    /// The candidates of each phase.
    pub(crate) phases: Vec<Vec<Candidate>>,
    /// All that steps must serve together.
    pub(crate) parts: u64,
    /// The outcomes that are there already.
    pub(crate) there: u64,
    /// Whether the last step has to close the plan.
    pub(crate) closing: bool,
    /// What there is of each thing that is counted.
    pub(crate) limits: Vec<i64>,
    pub(crate) steps_per_phase: usize,
    pub(crate) max_nodes: usize,
}

/// How good a plan is: what comes first matters more than everything after it together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Merit {
    pub(crate) phases_empty: usize,
    pub(crate) resources_exceeded: usize,
    pub(crate) broken: usize,
    pub(crate) steps: usize,
    pub(crate) score: i64,
    pub(crate) handovers: usize,
    pub(crate) repeated_kinds: usize,
}

impl Merit {
    pub(crate) fn value(&self) -> i64 {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.score + HANDOVER_POINTS * count(self.handovers)
            - REPEATED_KIND_POINTS * count(self.repeated_kinds)
    }

    fn cost(&self) -> i128 {
        let of = |n: usize, weight: i128| i128::try_from(n).unwrap_or(0) * weight;
        of(self.phases_empty, EMPTY)
            + of(self.resources_exceeded, EXCEEDED)
            + of(self.broken, BROKEN)
            + of(self.steps, STEP)
            - i128::from(self.value())
    }
}

impl PartialOrd for Merit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Merit {
    /// The better plan is the smaller.
    fn cmp(&self, other: &Self) -> Ordering {
        self.cost().cmp(&other.cost())
    }
}

/// The best plan: the steps as phase and place among its candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Solution {
    pub(crate) steps: Vec<(usize, usize)>,
    pub(crate) merit: Merit,
    /// No other plan is better.
    pub(crate) optimal: bool,
}

/// Finds the best plan.
pub(crate) fn search(problem: &Problem) -> Solution {
    let mut search = Search { problem, table: Table::new(problem), steps: Vec::new(), best: None, nodes: 0 };
    search.extend(&State { sums: vec![0; problem.limits.len()], have: problem.there, ..State::default() });
    let optimal = search.nodes <= problem.max_nodes;
    let steps = search.best.map(|(_, steps)| steps).unwrap_or_default();
    Solution { merit: merit(problem, &steps), steps, optimal }
}

/// How good a plan is, counted from its steps.
pub(crate) fn merit(problem: &Problem, steps: &[(usize, usize)]) -> Merit {
    let mut merit = Merit { steps: steps.len(), ..Merit::default() };
    let (mut covered, mut have) = (0, problem.there);
    let mut sums = vec![0_i64; problem.limits.len()];
    let mut before: Vec<&Candidate> = Vec::new();
    for candidate in steps.iter().filter_map(|(phase, at)| problem.phases.get(*phase)?.get(*at)) {
        merit.broken += count(candidate.needs & !have) + usize::from(candidate.is_unfit());
        merit.score += candidate.score;
        merit.handovers += usize::from(before.last().is_some_and(|last| links(last, candidate)));
        merit.repeated_kinds += usize::from(repeats(&before, candidate));
        covered |= candidate.serves;
        have |= candidate.yields;
        add(&mut sums, candidate);
        before.push(candidate);
    }
    merit.broken += count(problem.parts & !covered);
    merit.broken += usize::from(problem.closing && !before.last().is_some_and(|last| last.closes));
    merit.resources_exceeded = exceeded(problem, &sums);
    let has_step = |phase: &usize| steps.iter().any(|(of, _)| of == phase);
    merit.phases_empty = (0..problem.phases.len()).filter(|phase| !has_step(phase)).count();
    merit
}

fn count(members: u64) -> usize {
    members.count_ones() as usize
}

fn links(before: &Candidate, after: &Candidate) -> bool {
    after.linked.contains(&before.method)
}

fn repeats(before: &[&Candidate], candidate: &Candidate) -> bool {
    candidate.kind.is_some() && before.iter().any(|other| other.kind == candidate.kind)
}

fn add(sums: &mut [i64], candidate: &Candidate) {
    for (sum, takes) in sums.iter_mut().zip(&candidate.takes) {
        *sum = sum.saturating_add(*takes);
    }
}

fn exceeded(problem: &Problem, sums: &[i64]) -> usize {
    sums.iter().zip(&problem.limits).filter(|(sum, limit)| sum > limit).count()
}

fn weigh(n: usize, weight: i128) -> i128 {
    i128::try_from(n).unwrap_or(0) * weight
}

/// A plan so far.
#[derive(Debug, Clone, Default)]
struct State {
    /// The phase that is planned, and the steps it has.
    phase: usize,
    in_phase: usize,
    covered: u64,
    have: u64,
    sums: Vec<i64>,
    cost: i128,
}

/// What can come next, with the least that the whole plan then costs.
struct Next {
    bound: i128,
    /// A candidate of the phase, or nothing to go on to the next phase.
    candidate: Option<usize>,
    cost: i128,
}

struct Search<'p> {
    problem: &'p Problem,
    table: Table,
    steps: Vec<(usize, usize)>,
    best: Option<(i128, Vec<(usize, usize)>)>,
    nodes: usize,
}

impl<'p> Search<'p> {
    fn beaten(&self, bound: i128) -> bool {
        self.best.as_ref().is_some_and(|(best, _)| bound >= *best)
    }

    fn taken(&self) -> Vec<&'p Candidate> {
        self.steps.iter().filter_map(|(phase, at)| self.problem.phases.get(*phase)?.get(*at)).collect()
    }

    fn extend(&mut self, state: &State) {
        let problem = self.problem;
        self.nodes += 1;
        let Some(candidates) = problem.phases.get(state.phase) else {
            let before = self.taken();
            let open = problem.closing && !before.last().is_some_and(|last| last.closes);
            let broken = count(problem.parts & !state.covered) + usize::from(open);
            let cost = state.cost + weigh(broken, BROKEN);
            if !self.beaten(cost) {
                self.best = Some((cost, self.steps.clone()));
            }
            return;
        };
        for next in self.next(state, candidates) {
            // The first plan is always finished, so that there is one.
            if self.beaten(next.bound) || (self.nodes > problem.max_nodes && self.best.is_some()) {
                return;
            }
            let mut after = State { cost: next.cost, ..state.clone() };
            match next.candidate.and_then(|at| Some((at, candidates.get(at)?))) {
                Some((at, candidate)) => {
                    after.in_phase += 1;
                    after.covered |= candidate.serves;
                    after.have |= candidate.yields;
                    add(&mut after.sums, candidate);
                    self.steps.push((state.phase, at));
                    self.extend(&after);
                    self.steps.pop();
                }
                None => {
                    after.phase += 1;
                    after.in_phase = 0;
                    self.extend(&after);
                }
            }
        }
    }

    /// Everything that can come next, the most promising first.
    fn next(&self, state: &State, candidates: &[Candidate]) -> Vec<Next> {
        let (problem, before) = (self.problem, self.taken());
        let mut all = Vec::with_capacity(candidates.len() + 1);
        let reached = self.table.reached(state.covered, state.have);
        let cost = state.cost + if state.in_phase == 0 { EMPTY } else { 0 };
        let last = state.phase + 1 == problem.phases.len();
        let open = last && problem.closing && !before.last().is_some_and(|step| step.closes);
        let bound = cost + self.table.from(state.phase + 1, 0, reached) + weigh(usize::from(open), BROKEN);
        all.push(Next { bound, candidate: None, cost });
        let more = state.in_phase < problem.steps_per_phase;
        for (at, candidate) in candidates.iter().enumerate().filter(|_| more) {
            if before.iter().any(|other| other.method == candidate.method) {
                continue;
            }
            let mut sums = state.sums.clone();
            add(&mut sums, candidate);
            let exceeds = exceeded(problem, &sums) - exceeded(problem, &state.sums);
            let handover = before.last().is_some_and(|other| links(other, candidate));
            let cost = state.cost + STEP - i128::from(candidate.score)
                + weigh(count(candidate.needs & !state.have) + usize::from(candidate.is_unfit()), BROKEN)
                + weigh(exceeds, EXCEEDED)
                - i128::from(if handover { HANDOVER_POINTS } else { 0 })
                + i128::from(if repeats(&before, candidate) { REPEATED_KIND_POINTS } else { 0 });
            let reached = self.table.reached(state.covered | candidate.serves, state.have | candidate.yields);
            let rest = self.table.after(problem, state.phase, state.in_phase, reached, candidate.closes);
            all.push(Next { bound: cost + rest, candidate: Some(at), cost });
        }
        // Candidates stand in the order of their ids, so the place settles ties.
        all.sort_unstable_by_key(|next| (next.bound, next.candidate));
        all
    }
}

/// A bit of the table: parts that the same candidates serve, or an outcome that somebody needs.
#[derive(Debug, Clone, Copy)]
enum Bit {
    Parts { one: u64, weight: usize },
    Outcome(u64),
}

/// The least that the rest of a plan costs, for each place in it and each set of bits that is reached.
struct Table {
    bits: Vec<Bit>,
    /// Parts that nobody can serve.
    lost: usize,
    steps_per_phase: usize,
    phases: usize,
    /// Per phase and number of steps it has: the cost from there on when it gets another step, or, without
    /// steps, is left empty.
    rows: Vec<Vec<i128>>,
    /// The cost at the end.
    end: Vec<i128>,
}

/// What the table keeps of a candidate; many are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    reached: usize,
    needs: usize,
    closes: bool,
    unfit: bool,
}

impl Table {
    fn new(problem: &Problem) -> Self {
        let (steps_per_phase, phases) = (problem.steps_per_phase, problem.phases.len());
        let (mut bits, lost) = bits(problem);
        let fits = |bits: usize| (phases * steps_per_phase + 1) << bits <= TABLE_SIZE;
        while bits.len() > TABLE_BITS || (!bits.is_empty() && !fits(bits.len())) {
            bits.pop();
        }
        let sets = 1_usize << bits.len();
        let mut table = Self { bits, lost, steps_per_phase, phases, rows: Vec::new(), end: Vec::new() };
        table.end = (0..sets).map(|reached| table.unserved(reached)).collect();
        table.rows = vec![Vec::new(); phases * steps_per_phase];
        for phase in (0..phases).rev() {
            for in_phase in (0..steps_per_phase).rev() {
                let alike = table.alike(problem, phase, in_phase);
                let row = (0..sets).map(|reached| table.cheapest(problem, phase, in_phase, reached, &alike));
                let row = row.collect();
                if let Some(slot) = table.rows.get_mut(phase * steps_per_phase + in_phase) {
                    *slot = row;
                }
            }
        }
        table
    }

    /// Which bits are reached.
    fn reached(&self, covered: u64, have: u64) -> usize {
        let is_reached = |bit: &Bit| match bit {
            Bit::Parts { one, .. } => covered & one != 0,
            Bit::Outcome(one) => have & one != 0,
        };
        let bits = self.bits.iter().enumerate();
        bits.fold(0, |reached, (at, bit)| reached | usize::from(is_reached(bit)) << at)
    }

    fn unserved(&self, reached: usize) -> i128 {
        let open = self.bits.iter().enumerate().filter(|(at, _)| reached >> at & 1 == 0);
        let weights = open.map(|(_, bit)| match bit {
            Bit::Parts { weight, .. } => *weight,
            Bit::Outcome(_) => 0,
        });
        weigh(self.lost + weights.sum::<usize>(), BROKEN)
    }

    /// The least cost when a phase with so many steps gets another, or else is left empty.
    fn from(&self, phase: usize, in_phase: usize, reached: usize) -> i128 {
        let row = self.rows.get(phase * self.steps_per_phase + in_phase).filter(|_| phase < self.phases);
        row.unwrap_or(&self.end).get(reached).copied().unwrap_or(0)
    }

    /// The least cost after a step in a phase that had so many steps before it.
    fn after(&self, problem: &Problem, phase: usize, in_phase: usize, reached: usize, closes: bool) -> i128 {
        let open = phase + 1 == self.phases && problem.closing && !closes;
        let on = self.from(phase + 1, 0, reached) + weigh(usize::from(open), BROKEN);
        if in_phase + 1 < self.steps_per_phase { on.min(self.from(phase, in_phase + 1, reached)) } else { on }
    }

    /// The candidates of a phase by what they do to the bits, each time with the best value.
    fn alike(&self, problem: &Problem, phase: usize, in_phase: usize) -> Vec<(Alike, i128)> {
        let candidates = problem.phases.get(phase).into_iter().flatten();
        let before = if in_phase == 0 { 0..phase } else { phase..phase + 1 };
        let earlier: Vec<&Candidate> = problem.phases.get(before).into_iter().flatten().flatten().collect();
        let mut alike: BTreeMap<Alike, i128> = BTreeMap::new();
        for candidate in candidates {
            let key = Alike {
                reached: self.reached(candidate.serves, candidate.yields),
                needs: self.reached(0, candidate.needs),
                closes: candidate.closes,
                unfit: candidate.is_unfit(),
            };
            let handover = earlier.iter().any(|other| links(other, candidate));
            let value = i128::from(candidate.score) + i128::from(if handover { HANDOVER_POINTS } else { 0 });
            let best = alike.entry(key).or_insert(value);
            *best = value.max(*best);
        }
        alike.into_iter().collect()
    }

    fn cheapest(
        &self,
        problem: &Problem,
        phase: usize,
        in_phase: usize,
        reached: usize,
        alike: &[(Alike, i128)],
    ) -> i128 {
        let skipped = if in_phase == 0 { EMPTY + self.from(phase + 1, 0, reached) } else { NEVER };
        let taken = alike.iter().map(|(step, value)| {
            let missing = (step.needs & !reached).count_ones() as usize + usize::from(step.unfit);
            let rest = self.after(problem, phase, in_phase, reached | step.reached, step.closes);
            STEP - value + weigh(missing, BROKEN) + rest
        });
        taken.fold(skipped, i128::min)
    }
}

/// The bits that matter, those that are hardest to reach first, and how many parts nobody can serve.
fn bits(problem: &Problem) -> (Vec<Bit>, usize) {
    let all = || problem.phases.iter().flatten();
    let members = |set: u64| (0..MAX_MEMBERS).map(|at| 1_u64 << at).filter(move |one| set & one != 0);
    let needed = all().fold(0, |needed, candidate| needed | candidate.needs) & !problem.there;
    let mut bits: Vec<Bit> = members(needed).map(Bit::Outcome).collect();
    let mut groups: BTreeMap<Vec<bool>, (u64, usize)> = BTreeMap::new();
    for one in members(problem.parts) {
        let served = all().map(|candidate| candidate.serves & one != 0).collect();
        groups.entry(served).or_insert((one, 0)).1 += 1;
    }
    let mut lost = 0;
    let mut parts = Vec::new();
    for (served, (one, weight)) in groups {
        match served.iter().filter(|served| **served).count() {
            0 => lost = weight,
            servers => parts.push((servers, one, weight)),
        }
    }
    parts.sort_unstable();
    bits.extend(parts.into_iter().map(|(_, one, weight)| Bit::Parts { one, weight }));
    (bits, lost)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The best over every plan there is.
    fn by_trying_everything(problem: &Problem) -> Merit {
        fn all(problem: &Problem, phase: usize, room: usize, plan: &mut Vec<(usize, usize)>) -> Merit {
            let Some(candidates) = problem.phases.get(phase) else { return merit(problem, plan) };
            let mut best = all(problem, phase + 1, problem.steps_per_phase, plan);
            for (at, candidate) in candidates.iter().enumerate().filter(|_| room > 0) {
                let taken = |(of, at): &(usize, usize)| problem.phases[*of][*at].method == candidate.method;
                if !plan.iter().any(taken) {
                    plan.push((phase, at));
                    best = best.min(all(problem, phase, room - 1, plan));
                    plan.pop();
                }
            }
            best
        }
        all(problem, 0, problem.steps_per_phase, &mut Vec::new())
    }

    fn a_candidate() -> impl Strategy<Value = Candidate> {
        let sets = (0_u64..32, 0_u64..8, 0_u64..8);
        let links = vec(0_usize..5, 0..3);
        (0_usize..5, -6_i64..12, sets, any::<bool>(), 0_usize..3, vec(0_i64..6, 2), links).prop_map(
            |(method, score, (serves, yields, needs), closes, kind, takes, linked)| Candidate {
                method,
                score,
                serves: serves & (serves >> 1),
                yields,
                needs: needs & !yields,
                closes,
                kind: (kind > 0).then_some(kind),
                takes,
                linked,
            },
        )
    }

    fn a_problem() -> impl Strategy<Value = Problem> {
        let phases = vec(vec(a_candidate(), 0..4), 0..4);
        let limits = vec(prop_oneof![0_i64..12, Just(99)], 2);
        (phases, 0_u64..32, 0_u64..8, any::<bool>(), limits, 1_usize..=2).prop_map(
            |(mut phases, parts, there, closing, limits, steps_per_phase)| {
                for phase in &mut phases {
                    phase.sort_by_key(|candidate| candidate.method);
                    phase.dedup_by_key(|candidate| candidate.method);
                }
                Problem { phases, parts, there, closing, limits, steps_per_phase, max_nodes: 100_000 }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_search_finds_the_best(problem in a_problem()) {
            let found = search(&problem);
            prop_assert!(found.optimal);
            prop_assert_eq!(found.merit, merit(&problem, &found.steps));
            let best = by_trying_everything(&problem);
            prop_assert_eq!(found.merit.cmp(&best), Ordering::Equal, "{:?}, not {:?}", found, best);
        }

        #[test]
        fn out_of_time_there_still_is_a_plan(mut problem in a_problem()) {
            problem.max_nodes = 1;
            let found = search(&problem);
            let best = by_trying_everything(&problem);
            prop_assert!(found.merit >= best);
            prop_assert!(!found.optimal || found.merit == best);
        }
    }

    #[test]
    fn what_comes_first_matters_more() {
        let good = Merit { score: 1000, handovers: 9, ..Merit::default() };
        let ladder = [
            good,
            Merit { steps: 1, ..good },
            Merit { broken: 1, ..good },
            Merit { resources_exceeded: 1, ..good },
            Merit { phases_empty: 1, ..good },
        ];
        for pair in ladder.windows(2) {
            assert!(pair[0] < Merit { broken: 800, steps: 40, score: -900, ..pair[0] }, "{pair:?}");
            assert!(pair[0] < pair[1], "{pair:?}");
        }
        assert!(Merit { broken: 800, steps: 40, score: -900, ..good } < ladder[3]);
    }
}
