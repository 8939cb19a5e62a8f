//! The engine's meaning, written down naively: walk the tree, add up, sort.
//!
//! Slow and short on purpose, from `design.md` and the public pack types alone, so that tests and benches
//! can hold the compiled evaluator against it. It takes a checked pack and a profile the engine accepts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use werkvorm_core::{
    Answer, Condition, Curve, Effect, Facet, Number, Pack, Profile, Rule, Truth, Value, fold,
};

/// What a profile says: the values that hold, the questions it answers, its numbers and weights.
#[derive(Debug, Default)]
pub struct Held<'p> {
    pub values: BTreeSet<(&'p str, &'p str)>,
    pub answered: BTreeSet<&'p str>,
    /// Per value: the other facets with a narrower value.
    pub implied_by: BTreeMap<(&'p str, &'p str), BTreeSet<&'p str>>,
    pub numbers: BTreeMap<&'p str, i64>,
    pub weights: BTreeMap<&'p str, i64>,
}

/// What a method gets.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Per criterion, in the order of the pack: points, score, low, high.
    pub criteria: Vec<[i64; 4]>,
    pub total: [i64; 3],
    pub fit: [i64; 3],
    pub excluded: bool,
}

/// What the engine should answer. Totals and fits are triples: as it is, lowest, highest.
#[derive(Debug)]
pub struct Verdict<'p> {
    pub truths: BTreeMap<&'p str, Truth>,
    pub standings: BTreeMap<&'p str, Standing>,
    /// The methods that are not ruled out, best first.
    pub order: Vec<&'p str>,
}

/// Answers a profile the slow way.
pub fn evaluate<'p>(pack: &'p Pack, profile: &Profile) -> Verdict<'p> {
    let held = Held::read(pack, profile);
    let mut standings = BTreeMap::new();
    for method in &pack.methods {
        let mut standing = Standing::default();
        let rules = || pack.rules.iter().filter(|rule| rule.method.as_ref() == Some(&method.id));
        standing.excluded =
            rules().any(|r| r.effect == Effect::Exclude && held.rule(pack, r).0 == Truth::Holds);
        for criterion in &pack.criteria {
            let points =
                rules().filter(|rule| rule.criterion == criterion.id).map(|rule| held.rule(pack, rule).1);
            let [points, low, high] = points.fold([0; 3], |sum, more| [0, 1, 2].map(|i| sum[i] + more[i]));
            let scores = [points, low, high].map(|sum| sum.clamp(-10, 10));
            standing.criteria.push([points, scores[0], scores[1], scores[2]]);
            standing.total = [0, 1, 2].map(|i| standing.total[i] + held.weight(&criterion.id) * scores[i]);
        }
        let most = 10 * pack.criteria.iter().map(|criterion| held.weight(&criterion.id)).sum::<i64>();
        standing.fit =
            standing.total.map(|total| if most == 0 { 50 } else { half_up(100 * (total + most), 2 * most) });
        standings.insert(method.id.as_str(), standing);
    }
    let mut order: Vec<_> = standings.iter().filter(|(_, s)| !s.excluded).map(|(id, _)| *id).collect();
    order.sort_by_key(|id| (Reverse(standings[id].total[0]), *id));
    let truths = pack.rules.iter().map(|rule| (rule.id.as_str(), held.rule(pack, rule).0)).collect();
    Verdict { truths, standings, order }
}

impl<'p> Held<'p> {
    pub fn read(pack: &'p Pack, profile: &Profile) -> Self {
        let mut held = Self { implied_by: implications(pack), ..Self::default() };
        let given = profile.answers.iter().filter(|(_, answer)| !leaves_open(pack, answer));
        for (name, answer) in given {
            if let Some(facet) = pack.facets.iter().find(|facet| means(name, &facet.id, &facet.aliases)) {
                held.answered.insert(&facet.id);
                for value in words(answer).iter().filter_map(|word| find_value(facet, word)) {
                    held.hold(pack, facet, value);
                }
            } else if let Some(number) = find_number(pack, name) {
                held.answered.insert(&number.id);
                held.numbers.extend(whole(answer).map(|n| (number.id.as_str(), n)));
            }
        }
        for (name, weight) in &profile.weights {
            let criterion =
                pack.criteria.iter().find(|criterion| means(name, &criterion.id, &criterion.aliases));
            held.weights
                .extend(criterion.zip(whole(weight)).map(|(criterion, n)| (criterion.id.as_str(), n)));
        }
        held
    }

    /// A value holds, and so does everything broader.
    pub fn hold(&mut self, pack: &'p Pack, facet: &'p Facet, value: &'p Value) {
        if self.values.insert((&facet.id, &value.id)) {
            for name in &value.broader {
                let (facet_id, value_id) = name.split_once('/').unwrap_or((&facet.id, name));
                let found = pack.facet(facet_id).and_then(|facet| Some((facet, facet.value(value_id)?)));
                found.into_iter().for_each(|(facet, value)| self.hold(pack, facet, value));
            }
        }
    }

    /// Whether everything is answered that could make a value hold.
    fn settles(&self, facet: &str, value: &str) -> bool {
        let implied = self.implied_by.get(&(facet, value)).into_iter().flatten();
        implied.copied().chain([facet]).all(|facet| self.answered.contains(facet))
    }

    pub fn truth(&self, condition: &Condition) -> Truth {
        let has =
            |facet: &String, value: &String| match self.values.contains(&(facet.as_str(), value.as_str())) {
                true => Truth::Holds,
                false if self.settles(facet, value) => Truth::Fails,
                false => Truth::NotKnown,
            };
        match condition {
            Condition::All(parts) => parts.iter().map(|part| self.truth(part)).min().unwrap_or(Truth::Holds),
            Condition::Any(parts) => parts.iter().map(|part| self.truth(part)).max().unwrap_or(Truth::Fails),
            Condition::Not(part) => !self.truth(part),
            Condition::AtLeast { count, of } => {
                let at_least = |least: Truth| {
                    of.iter().filter(|part| self.truth(part) >= least).count() >= *count as usize
                };
                let known = if at_least(Truth::NotKnown) { Truth::NotKnown } else { Truth::Fails };
                if at_least(Truth::Holds) { Truth::Holds } else { known }
            }
            Condition::Has { facet, value } => has(facet, value),
            Condition::HasAny { facet, values } => {
                values.iter().map(|v| has(facet, v)).max().unwrap_or(Truth::Fails)
            }
            Condition::HasAll { facet, values } => {
                values.iter().map(|v| has(facet, v)).min().unwrap_or(Truth::Holds)
            }
            Condition::Number { number, at_least, at_most } => match self.numbers.get(number.as_str()) {
                Some(n) => Truth::from(
                    at_least.is_none_or(|bound| *n >= bound) && at_most.is_none_or(|bound| *n <= bound),
                ),
                None => Truth::NotKnown,
            },
        }
    }

    /// Whether a rule holds, and its points: as it is, fewest, most.
    fn rule(&self, pack: &Pack, rule: &Rule) -> (Truth, [i64; 3]) {
        let truth = self.truth(&rule.when);
        let (low, high, settled) = match &rule.effect {
            Effect::Points(points) => (*points, *points, true),
            Effect::Curve(curve) => {
                match (self.numbers.get(curve.number.as_str()), pack.number(&curve.number)) {
                    (Some(n), _) => (curve_at(curve, *n), curve_at(curve, *n), true),
                    (None, Some(number)) => curve_range(curve, number),
                    (None, None) => (0, 0, false),
                }
            }
            _ => (0, 0, true),
        };
        match truth {
            Truth::Fails => (Truth::Fails, [0; 3]),
            Truth::NotKnown => (Truth::NotKnown, [0, low.min(0), high.max(0)]),
            // That the rule applies is known, what it gives is not.
            Truth::Holds if !settled => (Truth::NotKnown, [0, low.min(0), high.max(0)]),
            Truth::Holds => (Truth::Holds, [low; 3]),
        }
    }

    fn weight(&self, criterion: &str) -> i64 {
        self.weights.get(criterion).copied().unwrap_or(1)
    }
}

/// The line between the two corners around a number; flat outside them.
pub fn curve_at(curve: &Curve, n: i64) -> i64 {
    let around = curve
        .corners
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .find(|(left, right)| left.0 <= n && n <= right.0);
    match around {
        Some((left, right)) => left.1 + half_up((right.1 - left.1) * (n - left.0), right.0 - left.0),
        None => curve.corners.iter().min_by_key(|(x, _)| x.abs_diff(n)).map_or(0, |(_, points)| *points),
    }
}

/// A curve is lowest and highest at a corner or at the end of the numbers.
fn curve_range(curve: &Curve, number: &Number) -> (i64, i64, bool) {
    let places =
        curve.corners.iter().map(|(x, _)| (*x).clamp(number.min, number.max)).chain([number.min, number.max]);
    let points: BTreeSet<_> = places.map(|n| curve_at(curve, n)).collect();
    (points.first().copied().unwrap_or(0), points.last().copied().unwrap_or(0), false)
}

/// Per value that another facet reaches through broader values: those facets.
pub fn implications(pack: &Pack) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
    let mut implied: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for facet in &pack.facets {
        let mut all = Held::default();
        facet.values.iter().for_each(|value| all.hold(pack, facet, value));
        for reached in all.values.into_iter().filter(|(other, _)| *other != facet.id) {
            implied.entry(reached).or_default().insert(facet.id.as_str());
        }
    }
    implied
}

fn half_up(part: i64, whole: i64) -> i64 {
    let (down, left) = (part.div_euclid(whole), part.rem_euclid(whole));
    if 2 * left >= whole { down + 1 } else { down }
}

fn means(word: &str, id: &str, aliases: &[String]) -> bool {
    fold(word) == fold(id) || aliases.iter().any(|alias| fold(alias) == fold(word))
}

pub fn find_value<'p>(facet: &'p Facet, word: &str) -> Option<&'p Value> {
    facet.values.iter().find(|value| means(word, &value.id, &value.aliases))
}

fn find_number<'p>(pack: &'p Pack, word: &str) -> Option<&'p Number> {
    pack.numbers.iter().find(|number| means(word, &number.id, &number.aliases))
}

pub fn leaves_open(pack: &Pack, answer: &Answer) -> bool {
    match answer {
        Answer::Open => true,
        Answer::One(word) => means(word, "unknown", &pack.words.unknown),
        _ => false,
    }
}

/// The values in an answer; "none" finds no value, and so says that the question is answered with none.
fn words(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::One(word) => vec![word.clone()],
        Answer::Many(words) => words.clone(),
        Answer::Whole(number) => vec![number.to_string()],
        Answer::Open | Answer::Unfit(_) => Vec::new(),
    }
}

fn whole(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Whole(n) => Some(*n),
        Answer::One(word) => word.trim().parse().ok(),
        _ => None,
    }
}
