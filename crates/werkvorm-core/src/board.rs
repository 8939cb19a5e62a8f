//! The scores of a profile, kept up to date while answers change one at a time.
//!
//! What-if asks for thousands of profiles that differ from each other in one answer. Such an answer touches
//! a few atoms, those a few conditions, and those a few methods; everything else stays as it was. Putting
//! back what was there before undoes a change, so nothing has to be remembered. That it says the same as a
//! whole evaluation is held by `every_point_of_a_sweep_is_an_advice` in `tests/what_if.rs`.

use crate::answers::State;
use crate::change::stretches;
use crate::condition::Truth;
use crate::engine::Engine;
use crate::evaluate::{Evaluation, clamp};
use crate::pack::{Effect, Pack};
use crate::program::{Atom, Kind, Program, narrow};
use crate::vocabulary::{Question, Vocabulary};

/// Short lists behind each other: who depends on whom.
#[derive(Debug, Default)]
struct Lists {
    items: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    /// Lists of what stands beside each number from 0 to `count`.
    fn new(count: usize, mut pairs: Vec<(usize, usize)>) -> Self {
        pairs.sort_unstable();
        let mut lists = Self { items: Vec::with_capacity(pairs.len()), ends: Vec::with_capacity(count) };
        let mut pairs = pairs.into_iter().peekable();
        for owner in 0..count {
            while let Some((_, item)) = pairs.next_if(|(next, _)| *next == owner) {
                lists.items.push(narrow(item));
            }
            lists.ends.push(narrow(lists.items.len()));
        }
        lists
    }

    fn of(&self, owner: usize) -> &[u32] {
        let start = owner.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.items[start..self.ends[owner] as usize]
    }
}

/// What has to be looked at again when something changes.
#[derive(Debug)]
pub(crate) struct Watchers {
    /// Per atom: the conditions that ask it.
    conditions: Lists,
    /// Per value atom: the sets it is in, as atoms.
    sets: Lists,
    /// Per number: the atoms that compare it.
    bounds: Lists,
    /// Per number and per condition: the curves that rest on it, by their places in the program.
    curves_of_number: Lists,
    curves_of_condition: Lists,
    /// Per condition: the methods it rules out, once for each rule.
    excludes: Lists,
    /// Per facet: the value atoms that are not settled while it is open.
    settles: Lists,
    /// Per number: the stretches in which it gives the same advice.
    stretches: Vec<Vec<(i64, i64)>>,
}

impl Watchers {
    pub(crate) fn new(pack: &Pack, vocabulary: &Vocabulary, program: &Program) -> Self {
        let (facets, numbers) = (pack.facets.len(), pack.numbers.len());
        let conditions = (0..program.conditions()).flat_map(|condition| {
            let literals = program.terms_of(condition).flatten();
            literals.map(move |literal| ((literal >> 1) as usize, condition))
        });
        let others = || program.atoms.iter().enumerate().map(|(at, atom)| (program.value_atoms + at, atom));
        let sets = others().flat_map(|(at, atom)| {
            let members = match atom {
                Atom::AnyOf(facet, values) => {
                    values.iter().filter_map(|value| vocabulary.atom(*facet, *value)).collect()
                }
                Atom::AtLeast(..) => Vec::new(),
            };
            members.into_iter().map(move |member| (member, at))
        });
        let bounds = others().filter_map(|(at, atom)| match atom {
            Atom::AtLeast(number, _) => Some((*number, at)),
            Atom::AnyOf(..) => None,
        });
        let curves = || program.curves.iter().enumerate().map(|(at, (_, rule))| (at, &program.rules[*rule]));
        let curves_of_number = curves().filter_map(|(at, rule)| match rule.kind {
            Kind::Curve(number) => Some((number as usize, at)),
            _ => None,
        });
        let curves_of_condition = curves().map(|(at, rule)| (rule.condition as usize, at));
        let excludes =
            program.excluding.iter().map(|(method, condition)| (*condition as usize, *method as usize));
        let settles = (0..program.value_atoms).flat_map(|atom| {
            let implied = vocabulary.implied_by(atom).iter().copied();
            implied.chain([vocabulary.place_of(atom).0]).map(move |facet| (facet, atom))
        });
        Self {
            conditions: Lists::new(program.value_atoms + program.atoms.len(), conditions.collect()),
            sets: Lists::new(program.value_atoms, sets.collect()),
            bounds: Lists::new(numbers, bounds.collect()),
            curves_of_number: Lists::new(numbers, curves_of_number.collect()),
            curves_of_condition: Lists::new(program.conditions(), curves_of_condition.collect()),
            excludes: Lists::new(program.conditions(), excludes.collect()),
            settles: Lists::new(facets, settles.collect()),
            stretches: stretches(pack, program),
        }
    }

    /// The stretches of a number: from and to, in rising order.
    pub(crate) fn stretches(&self, number: usize) -> &[(i64, i64)] {
        &self.stretches[number]
    }
}

/// The totals of every method for one profile, which can be changed answer by answer.
#[derive(Debug, Clone)]
pub(crate) struct Board<'e> {
    engine: &'e Engine,
    watchers: &'e Watchers,
    weights: Vec<i64>,
    /// Per facet: what is answered.
    facets: Vec<State>,
    /// Per number: what is answered.
    numbers: Vec<State>,
    /// Per value atom: how many answers make it hold, and how many open questions still can.
    support: Vec<(u32, u32)>,
    atoms: Vec<Truth>,
    /// Per other atom: how many values of the set hold, and how many are not known.
    members: Vec<(u32, u32)>,
    truths: Vec<Truth>,
    /// Per curve: the points it gives.
    curves: Vec<i64>,
    /// Per method and criterion: the points, before they are kept within bounds.
    points: Vec<i64>,
    /// Per method: how many rules rule it out.
    excluded: Vec<u32>,
    totals: Vec<i64>,
    /// Conditions to be judged again, and whether a condition is among them already.
    stale: Vec<u32>,
    is_stale: Vec<bool>,
}

impl<'e> Board<'e> {
    pub(crate) fn new(engine: &'e Engine, evaluation: &Evaluation) -> Self {
        let Engine { pack, vocabulary, program, .. } = engine;
        let answers = &evaluation.answers;
        let watchers = engine.watchers();
        let facets: Vec<_> = (0..pack.facets.len()).map(|at| answers.state(Question::Facet(at))).collect();
        let numbers = (0..pack.numbers.len()).map(|at| answers.state(Question::Number(at))).collect();
        let mut support = vec![(0, 0); program.value_atoms];
        for (facet, state) in facets.iter().enumerate() {
            match state {
                State::Values(values) => {
                    for atom in values.iter().filter_map(|value| vocabulary.atom(facet, *value)) {
                        vocabulary.closure(atom).iter().for_each(|wider| support[*wider].0 += 1);
                    }
                }
                _ => watchers.settles.of(facet).iter().for_each(|atom| support[*atom as usize].1 += 1),
            }
        }
        let atoms = program.atoms(answers);
        let members = program.atoms.iter().map(|atom| match atom {
            Atom::AnyOf(facet, values) => {
                let own = || values.iter().filter_map(|value| vocabulary.atom(*facet, *value));
                let count = |truth| narrow(own().filter(|atom| atoms[*atom] == truth).count());
                (count(Truth::Holds), count(Truth::NotKnown))
            }
            Atom::AtLeast(..) => (0, 0),
        });
        let mut truths = vec![Truth::Fails; program.conditions()];
        for rule in &program.rules {
            truths[rule.condition as usize] = evaluation.situation().truth(rule);
        }
        let mut excluded = vec![0; pack.methods.len()];
        for (method, condition) in &program.excluding {
            excluded[*method as usize] += u32::from(truths[*condition as usize] == Truth::Holds);
        }
        let mut board = Self {
            engine,
            watchers,
            weights: answers.weights.clone(),
            facets,
            numbers,
            support,
            atoms: atoms.clone(),
            members: members.collect(),
            truths,
            curves: Vec::new(),
            points: evaluation.sums.iter().map(|sum| sum.points).collect(),
            excluded,
            totals: evaluation.standings.iter().map(|standing| standing.total).collect(),
            stale: Vec::new(),
            is_stale: vec![false; program.conditions()],
        };
        board.curves = (0..program.curves.len()).map(|curve| board.curve_points(curve)).collect();
        board
    }

    /// What is answered to a question.
    pub(crate) fn state(&self, question: Question) -> &State {
        match question {
            Question::Facet(at) => &self.facets[at],
            Question::Number(at) => &self.numbers[at],
        }
    }

    /// Answers a question otherwise, and hands back what was answered before.
    pub(crate) fn swap(&mut self, question: Question, state: &mut State) {
        match question {
            Question::Facet(at) => {
                std::mem::swap(&mut self.facets[at], state);
                self.facet_changed(at, state);
            }
            Question::Number(at) => {
                std::mem::swap(&mut self.numbers[at], state);
                self.number_changed(at);
            }
        }
        self.judge_stale();
    }

    fn facet_changed(&mut self, facet: usize, before: &State) {
        let Engine { vocabulary, .. } = self.engine;
        let (old, new) = (before.values(), self.facets[facet].values().to_vec());
        for value in old.iter().filter(|value| !new.contains(value)) {
            for wider in vocabulary.atom(facet, *value).into_iter().flat_map(|atom| vocabulary.closure(atom))
            {
                self.support[*wider].0 -= 1;
                self.value_changed(*wider);
            }
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            for wider in vocabulary.atom(facet, *value).into_iter().flat_map(|atom| vocabulary.closure(atom))
            {
                self.support[*wider].0 += 1;
                self.value_changed(*wider);
            }
        }
        let (was_open, is_open) = (*before == State::Open, self.facets[facet] == State::Open);
        if was_open != is_open {
            for atom in self.watchers.settles.of(facet) {
                let waits = &mut self.support[*atom as usize].1;
                if is_open {
                    *waits += 1
                } else {
                    *waits -= 1
                }
                self.value_changed(*atom as usize);
            }
        }
    }

    fn value_changed(&mut self, atom: usize) {
        let truth = truth_of(self.support[atom]);
        let before = std::mem::replace(&mut self.atoms[atom], truth);
        if before == truth {
            return;
        }
        self.ask_again(atom);
        for set in self.watchers.sets.of(atom) {
            let set = *set as usize;
            let (holding, open) = &mut self.members[set - self.engine.program.value_atoms];
            match before {
                Truth::Holds => *holding -= 1,
                Truth::NotKnown => *open -= 1,
                Truth::Fails => {}
            }
            match truth {
                Truth::Holds => *holding += 1,
                Truth::NotKnown => *open += 1,
                Truth::Fails => {}
            }
            let truth = truth_of((*holding, *open));
            if std::mem::replace(&mut self.atoms[set], truth) != truth {
                self.ask_again(set);
            }
        }
    }

    fn number_changed(&mut self, number: usize) {
        let program = &self.engine.program;
        for atom in self.watchers.bounds.of(number) {
            let atom = *atom as usize;
            let Atom::AtLeast(_, bound) = &program.atoms[atom - program.value_atoms] else { continue };
            let truth = self.numbers[number].number().map_or(Truth::NotKnown, |n| Truth::from(n >= *bound));
            if std::mem::replace(&mut self.atoms[atom], truth) != truth {
                self.ask_again(atom);
            }
        }
        self.watchers
            .curves_of_number
            .of(number)
            .iter()
            .for_each(|curve| self.curve_changed(*curve as usize));
    }

    fn ask_again(&mut self, atom: usize) {
        for condition in self.watchers.conditions.of(atom) {
            if !std::mem::replace(&mut self.is_stale[*condition as usize], true) {
                self.stale.push(*condition);
            }
        }
    }

    fn judge_stale(&mut self) {
        let program = &self.engine.program;
        while let Some(condition) = self.stale.pop() {
            let condition = condition as usize;
            self.is_stale[condition] = false;
            let truth = program.judge_one(condition, &self.atoms);
            let before = std::mem::replace(&mut self.truths[condition], truth);
            let change = i64::from(truth == Truth::Holds) - i64::from(before == Truth::Holds);
            if change == 0 {
                continue;
            }
            for (group, points) in program.postings_of(condition) {
                self.give(*group as usize, change * i64::from(*points));
            }
            for method in self.watchers.excludes.of(condition) {
                let rules = &mut self.excluded[*method as usize];
                if change > 0 { *rules += 1 } else { *rules -= 1 }
            }
            for curve in self.watchers.curves_of_condition.of(condition) {
                self.curve_changed(*curve as usize);
            }
        }
    }

    fn curve_changed(&mut self, curve: usize) {
        let points = self.curve_points(curve);
        let before = std::mem::replace(&mut self.curves[curve], points);
        self.give(self.engine.program.curves[curve].0, points - before);
    }

    /// What a curve gives; nothing while its condition or its number is not known.
    fn curve_points(&self, curve: usize) -> i64 {
        let rule = &self.engine.program.rules[self.engine.program.curves[curve].1];
        let (Kind::Curve(number), Truth::Holds) = (rule.kind, self.truths[rule.condition as usize]) else {
            return 0;
        };
        match (&self.engine.pack.rules[rule.rule as usize].effect, self.numbers[number as usize].number()) {
            (Effect::Curve(curve), Some(n)) => curve.points_at(n),
            _ => 0,
        }
    }

    fn give(&mut self, group: usize, points: i64) {
        let criteria = self.weights.len().max(1);
        let before = clamp(self.points[group]);
        self.points[group] += points;
        self.totals[group / criteria] +=
            self.weights[group % criteria] * (clamp(self.points[group]) - before);
    }

    /// The total of a method.
    pub(crate) fn total(&self, method: usize) -> i64 {
        self.totals[method]
    }

    /// Whether a method is ruled out.
    pub(crate) fn is_excluded(&self, method: usize) -> bool {
        self.excluded[method] > 0
    }

    /// The place of a method among those that are not ruled out, from 1; 0 when it is ruled out itself.
    pub(crate) fn rank(&self, method: usize) -> usize {
        if self.is_excluded(method) {
            return 0;
        }
        let own = self.totals[method];
        let standings = self.totals.iter().zip(&self.excluded).enumerate();
        // Methods stand in the order of their ids, so the place settles ties.
        let above = standings.filter(|(other, (total, excluded))| {
            **excluded == 0 && (**total > own || (**total == own && *other < method))
        });
        above.count() + 1
    }

    /// The best methods in order, at most this many.
    pub(crate) fn top(&self, count: usize) -> Vec<usize> {
        let standings = self.totals.iter().zip(&self.excluded).enumerate();
        let ranked = standings.filter(|(_, (_, excluded))| **excluded == 0);
        let mut order: Vec<_> = ranked.map(|(at, (total, _))| (-total, at)).collect();
        if count < order.len() {
            order.select_nth_unstable(count);
            order.truncate(count);
        }
        order.sort_unstable();
        order.into_iter().map(|(_, at)| at).collect()
    }

    /// Every method that is not ruled out, best first.
    pub(crate) fn order(&self) -> Vec<usize> {
        self.top(self.totals.len())
    }
}

/// What is so when so many things make it hold, and so many that are open still can.
fn truth_of((holding, open): (u32, u32)) -> Truth {
    match (holding, open) {
        (0, 0) => Truth::Fails,
        (0, _) => Truth::NotKnown,
        _ => Truth::Holds,
    }
}
