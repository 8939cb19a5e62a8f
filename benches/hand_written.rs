//! What somebody writes who needs only this workload, and needs it fast: a row of bits per value and number,
//! no open questions, no broader values, no curves. The engine is held against it.

use std::collections::BTreeMap;

use werkvorm_core::{Answer, Condition, Effect, Pack, Profile};

/// One thing a rule asks: a value or its opposite, or a number of at least, or less than, so much.
#[derive(Debug, Clone)]
enum Literal {
    AnyOf(Vec<usize>, bool),
    AtLeast(usize, i64, bool),
}

/// A rule: method, criterion, points, whether it rules out, its place in the pack, and its alternatives.
type Written = (usize, usize, i32, bool, usize, Vec<Vec<Literal>>);

/// Rules as bits, grouped by method and criterion.
#[derive(Debug)]
pub struct HandWritten {
    words: usize,
    /// Rules with more alternatives than one come first; one layer of terms per alternative.
    layers: Vec<Layer>,
    /// Per rule: the method and criterion, and the points; rules that rule out have none.
    given: Vec<(u32, i32)>,
    excluding: Vec<(u32, u32)>,
    /// Per method: the places of its rules here and in the pack, in the order of the pack.
    named: Vec<Vec<(u32, u32)>>,
    methods: usize,
    facets: BTreeMap<String, (usize, Vec<String>)>,
    numbers: Vec<String>,
}

#[derive(Debug)]
struct Layer {
    there: Vec<u64>,
    /// Per facet: the rules that ask for a value and pass unless they do not get it, and per value its rules.
    facets: Vec<(Vec<u64>, Vec<Vec<u64>>)>,
    /// Rules whose second literal is about a facet that was asked already.
    more: Vec<(Vec<u64>, Vec<Vec<u64>>)>,
    /// Per number and value: the rules that pass.
    numbers: Vec<Vec<Vec<u64>>>,
}

/// A profile, encoded.
#[derive(Debug, Clone)]
pub struct Held {
    /// Per facet: the values.
    values: Vec<Vec<usize>>,
    numbers: Vec<usize>,
}

/// Memory that is used again.
#[derive(Debug, Default)]
pub struct Scratch {
    holds: Vec<u64>,
    layer: Vec<u64>,
    points: Vec<i32>,
    excluded: Vec<bool>,
    best: Vec<(i32, u32)>,
}

impl Scratch {
    /// What was ranked last.
    pub fn best(&self) -> &[(i32, u32)] {
        &self.best
    }
}

const CRITERIA: [&str; 4] = ["goal", "phase", "target_group", "context"];

impl HandWritten {
    pub fn new(pack: &Pack) -> Self {
        let mut facets = BTreeMap::new();
        for (at, facet) in pack.facets.iter().enumerate() {
            facets
                .insert(facet.id.clone(), (at, facet.values.iter().map(|value| value.id.clone()).collect()));
        }
        let numbers: Vec<_> = pack.numbers.iter().map(|number| number.id.clone()).collect();
        let places: BTreeMap<&str, usize> =
            pack.methods.iter().map(|method| (method.id.as_str(), place_of(pack, &method.id))).collect();
        let mut rules: Vec<Written> = pack
            .rules
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                let method = rule.method.as_deref().and_then(|id| places.get(id)).copied().unwrap_or(0);
                let criterion = CRITERIA.iter().position(|id| *id == rule.criterion).unwrap_or(0);
                let (points, excludes) = match rule.effect {
                    Effect::Points(points) => (i32::try_from(points).unwrap_or(0), false),
                    _ => (0, true),
                };
                (method, criterion, points, excludes, at, terms(&rule.when, false, &facets, &numbers))
            })
            .collect();
        rules.sort_by_key(|(method, criterion, .., terms)| {
            (std::cmp::Reverse(terms.len()), *method, *criterion)
        });
        let mut named = vec![Vec::new(); pack.methods.len()];
        for (place, rule) in rules.iter().enumerate() {
            named[rule.0].push((place as u32, rule.4 as u32));
        }
        named.iter_mut().for_each(|own| own.sort_unstable_by_key(|(_, at)| *at));
        let words = rules.len().div_ceil(64);
        let most = rules.iter().map(|rule| rule.5.len()).max().unwrap_or(0);
        let sizes: Vec<usize> = pack.facets.iter().map(|facet| facet.values.len()).collect();
        let layers = (0..most)
            .map(|nth| {
                let own: Vec<_> =
                    rules.iter().enumerate().filter_map(|(at, rule)| Some((at, rule.5.get(nth)?))).collect();
                let words = own.last().map_or(0, |(last, _)| last / 64 + 1);
                Layer::new(&own, words, &sizes, numbers.len())
            })
            .collect();
        Self {
            words,
            layers,
            given: rules.iter().map(|rule| ((rule.0 * 4 + rule.1) as u32, rule.2)).collect(),
            excluding: rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.3)
                .map(|(at, rule)| (at as u32, rule.0 as u32))
                .collect(),
            named,
            methods: pack.methods.len(),
            facets,
            numbers,
        }
    }

    pub fn encode(&self, profile: &Profile) -> Held {
        let mut values = vec![Vec::new(); self.facets.len()];
        for (id, (at, ids)) in &self.facets {
            let place = |word: &String| ids.iter().position(|value| value == word).unwrap_or(0);
            values[*at] = match profile.answers.get(id) {
                Some(Answer::One(word)) => vec![place(word)],
                Some(Answer::Many(words)) => words.iter().map(place).collect(),
                _ => Vec::new(),
            };
        }
        let number = |id: &String| match profile.answers.get(id) {
            Some(Answer::Whole(n)) => usize::try_from(*n).unwrap_or(0),
            _ => 0,
        };
        Held { values, numbers: self.numbers.iter().map(number).collect() }
    }

    /// The best five: total and method.
    pub fn rank<'s>(&self, held: &Held, scratch: &'s mut Scratch) -> &'s [(i32, u32)] {
        let Scratch { holds, layer, points, excluded, best } = scratch;
        holds.clear();
        holds.resize(self.words, 0);
        for terms in &self.layers {
            layer.clear();
            layer.extend_from_slice(&terms.there);
            for lanes in [&terms.facets, &terms.more] {
                for (values, (idle, rows)) in held.values.iter().zip(lanes) {
                    if idle.is_empty() {
                        continue;
                    }
                    match values.as_slice() {
                        [] => layer.iter_mut().zip(idle).for_each(|(all, idle)| *all &= idle),
                        [one] => {
                            let rows = idle.iter().zip(&rows[*one]);
                            layer.iter_mut().zip(rows).for_each(|(all, (idle, row))| *all &= idle ^ row);
                        }
                        several => {
                            for (at, (all, idle)) in layer.iter_mut().zip(idle).enumerate() {
                                let any = several.iter().fold(0, |any, value| any | rows[*value][at]);
                                *all &= idle ^ any;
                            }
                        }
                    }
                }
            }
            for (number, rows) in held.numbers.iter().zip(&terms.numbers) {
                layer.iter_mut().zip(&rows[*number]).for_each(|(all, row)| *all &= row);
            }
            holds.iter_mut().zip(&*layer).for_each(|(all, own)| *all |= own);
        }
        points.clear();
        points.resize(self.methods * 4, 0);
        for (at, word) in holds.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let (group, given) = self.given[64 * at + left.trailing_zeros() as usize];
                points[group as usize] += given;
                left &= left - 1;
            }
        }
        excluded.clear();
        excluded.resize(self.methods, false);
        for (rule, method) in &self.excluding {
            excluded[*method as usize] |= holds[*rule as usize / 64] >> (rule % 64) & 1 == 1;
        }
        best.clear();
        for (method, own) in points.chunks_exact(4).enumerate() {
            if !excluded[method] {
                let total: i32 = own.iter().map(|points| (*points).clamp(-10, 10)).sum();
                best.push((-total, method as u32));
            }
        }
        if best.len() > 5 {
            best.select_nth_unstable(4);
            best.truncate(5);
        }
        best.sort_unstable();
        best
    }

    /// The rules about a method that hold for what was ranked last, as places in the pack.
    pub fn holding(&self, scratch: &Scratch, method: u32) -> impl Iterator<Item = usize> {
        let own = self.named[method as usize].iter();
        let holding = own.filter(|(place, _)| scratch.holds[*place as usize / 64] >> (place % 64) & 1 == 1);
        holding.map(|(_, at)| *at as usize)
    }
}

fn place_of(pack: &Pack, id: &str) -> usize {
    pack.methods.binary_search_by(|method| method.id.as_str().cmp(id)).unwrap_or(0)
}

/// The alternatives of a condition of the workload.
fn terms(
    condition: &Condition,
    negated: bool,
    facets: &BTreeMap<String, (usize, Vec<String>)>,
    numbers: &[String],
) -> Vec<Vec<Literal>> {
    let inner = |part: &Condition, negated| terms(part, negated, facets, numbers);
    let join = |parts: &[Condition], negated| {
        parts.iter().fold(vec![Vec::new()], |all: Vec<Vec<Literal>>, part| {
            let more = inner(part, negated);
            all.iter().flat_map(|one| more.iter().map(|two| [&one[..], two].concat())).collect()
        })
    };
    let value = |facet: &String, value: &String| {
        let (at, values) = &facets[facet];
        100 * at + values.iter().position(|id| id == value).unwrap_or(0)
    };
    match condition {
        Condition::All(parts) if !negated => join(parts, negated),
        Condition::Any(parts) if negated => join(parts, negated),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().flat_map(|part| inner(part, negated)).collect()
        }
        Condition::Not(part) => inner(part, !negated),
        Condition::Has { facet, value: one } => vec![vec![Literal::AnyOf(vec![value(facet, one)], negated)]],
        Condition::HasAny { facet, values } => {
            vec![vec![Literal::AnyOf(values.iter().map(|one| value(facet, one)).collect(), negated)]]
        }
        Condition::Number { number, at_least, at_most } => {
            let at = numbers.iter().position(|id| id == number).unwrap_or(0);
            let literal = match (at_least, at_most) {
                (Some(bound), _) => Literal::AtLeast(at, *bound, negated),
                (_, Some(bound)) => Literal::AtLeast(at, bound + 1, !negated),
                _ => return vec![Vec::new()],
            };
            vec![vec![literal]]
        }
        _ => vec![Vec::new()],
    }
}

impl Layer {
    fn new(terms: &[(usize, &Vec<Literal>)], words: usize, sizes: &[usize], numbers: usize) -> Self {
        let lanes = || sizes.iter().map(|_| (Vec::new(), Vec::new())).collect::<Vec<_>>();
        let mut layer = Self { there: vec![0; words], facets: lanes(), more: lanes(), numbers: Vec::new() };
        let mut bounds = vec![Vec::new(); numbers];
        for (rule, term) in terms {
            layer.there[rule / 64] |= 1 << (rule % 64);
            let mut used = Vec::new();
            for literal in *term {
                match literal {
                    Literal::AtLeast(number, bound, below) => bounds[*number].push((*rule, *bound, *below)),
                    Literal::AnyOf(values, negated) => {
                        let facet = values[0] / 100;
                        let lanes = if used.contains(&facet) { &mut layer.more } else { &mut layer.facets };
                        used.push(facet);
                        let (idle, rows) = &mut lanes[facet];
                        if idle.is_empty() {
                            *idle = vec![u64::MAX; words];
                            *rows = vec![vec![0; words]; sizes[facet]];
                        }
                        if !negated {
                            idle[rule / 64] &= !(1 << (rule % 64));
                        }
                        for value in values {
                            rows[value % 100][rule / 64] |= 1 << (rule % 64);
                        }
                    }
                }
            }
        }
        for own in bounds {
            let mut rows = vec![vec![u64::MAX; words]; 201];
            for (rule, bound, below) in own {
                for (n, row) in rows.iter_mut().enumerate() {
                    if (n as i64 >= bound) == below {
                        row[rule / 64] &= !(1 << (rule % 64));
                    }
                }
            }
            layer.numbers.push(rows);
        }
        layer
    }
}
