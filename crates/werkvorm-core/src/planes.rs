//! Conditions as bits: sixty-four are judged at once.
//!
//! A condition is an alternative of terms, a term asks each facet and number at most a few things. So every
//! facet is a *lane*: for each of its values a row of bits, one bit per condition, that says which literals
//! ask for that value. The rows of the values that hold, joined, say which conditions the facet lets pass,
//! and a condition holds when every lane lets it pass. Not knowing takes a second plane: what may still hold.
//! It is only filled when something is open.
//!
//! A number is a lane too: its answer lies in one stretch between two bounds, and each stretch has a row of
//! the conditions it lets pass. Rows of many stretches would take much memory, so only some are kept, and the
//! few conditions that turn between them are turned one by one.

use crate::answers::Answers;
use crate::condition::Truth;
use crate::program::{Atom, Literal, Program};
use crate::vocabulary::Vocabulary;

/// Words of bits that are worked on together, so that they stay in the nearest memory.
const BLOCK: usize = 512;
/// Rows of one number take at most about this many words; further stretches are reached from the nearest row.
const NUMBER_WORDS: usize = 1 << 17;

/// The terms of all conditions, as bits.
#[derive(Debug, Default)]
pub(crate) struct Planes {
    /// How many conditions there are.
    conditions: usize,
    /// The first terms of all conditions, the second terms of those that have one, and so on. Conditions with
    /// more terms come first, so that each alternative is a shorter row.
    alternatives: Vec<Alternative>,
    /// Per number: where each stretch but the first begins.
    starts: Vec<Vec<i64>>,
    /// Per facet: where its values end among all values.
    facet_ends: Vec<usize>,
}

#[derive(Debug)]
struct Alternative {
    /// The conditions that have this term.
    there: Vec<u64>,
    facets: Vec<FacetLane>,
    numbers: Vec<NumberLane>,
}

/// What terms ask of one facet: at most one literal each. Terms that ask more have several lanes.
#[derive(Debug)]
struct FacetLane {
    facet: usize,
    /// No other facet has a narrower value, so that it is open as a whole or not at all.
    stands_alone: bool,
    /// The conditions that pass when no value holds: those that ask nothing here, or the opposite of something.
    idle: Vec<u64>,
    /// The conditions that ask for any value here, or for its opposite.
    asks: Vec<u64>,
    /// The atom of the first value of the facet.
    first: usize,
    /// Per value: the place of its row, from 1; 0 when nothing asks for it.
    places: Vec<usize>,
    /// Per value that is asked for: the conditions that ask for it or for its opposite; row after row.
    rows: Vec<u64>,
}

/// What terms ask of one number.
#[derive(Debug)]
struct NumberLane {
    number: usize,
    /// The conditions that ask nothing here.
    idle: Vec<u64>,
    /// The conditions that pass in every so many stretches.
    rows: Vec<Vec<u64>>,
    every: usize,
    /// Per stretch but the first: the conditions that turn at its beginning.
    turns: Vec<Vec<u32>>,
}

/// What is so for one profile: a bit per condition in each plane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The conditions that hold.
    pub(crate) holds: Vec<u64>,
    /// The conditions that hold or may hold; empty when nothing is open.
    pub(crate) possible: Vec<u64>,
    /// Bits that are being worked on: what holds and what may hold, what one lane lets pass and may let pass.
    block: [Vec<u64>; 4],
}

/// The answers of a profile, as the lanes look them up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The values that hold, facet after facet.
    held: Vec<u32>,
    /// Per facet: where its values end in `held`.
    ends: Vec<usize>,
    /// Per facet: a value is not known.
    waits: Vec<bool>,
    /// Per number: the stretch it lies in.
    stretches: Vec<Option<usize>>,
}

impl Asked {
    pub(crate) fn new(planes: &Planes, answers: &Answers) -> Self {
        let mut asked = Self::default();
        let mut first = 0;
        for end in &planes.facet_ends {
            let mut waits = false;
            for (value, truth) in answers.values[first..*end].iter().enumerate() {
                match truth {
                    Truth::Holds => asked.held.push(u32::try_from(value).unwrap_or(u32::MAX)),
                    Truth::NotKnown => waits = true,
                    Truth::Fails => {}
                }
            }
            asked.ends.push(asked.held.len());
            asked.waits.push(waits);
            first = *end;
        }
        let numbers = planes.starts.iter().zip(&answers.numbers);
        let stretches = numbers
            .map(|(starts, number)| number.map(|number| starts.partition_point(|start| *start <= number)));
        asked.stretches = stretches.collect();
        asked
    }

    fn held(&self, facet: usize) -> &[u32] {
        let start = facet.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.held[start..self.ends[facet]]
    }
}

impl Judged {
    /// The truth of a condition.
    pub(crate) fn truth(&self, condition: usize) -> Truth {
        let (word, bit) = (condition / 64, 1 << (condition % 64));
        if self.holds[word] & bit != 0 {
            Truth::Holds
        } else if self.possible.get(word).is_some_and(|word| word & bit != 0) {
            Truth::NotKnown
        } else {
            Truth::Fails
        }
    }

    /// Visits the conditions that hold, of those in a row, in order.
    pub(crate) fn each_holding(&self, among: &[u64], visit: impl FnMut(usize)) {
        each_bit(self.holds.iter().zip(among).map(|(holds, among)| holds & among), visit);
    }

    /// Visits the conditions that are not known, in order.
    pub(crate) fn each_open(&self, visit: impl FnMut(usize)) {
        each_bit(self.possible.iter().zip(&self.holds).map(|(possible, holds)| possible & !holds), visit);
    }
}

/// Visits the places of the bits that are set. A plain loop: this is where most of the time goes.
fn each_bit(words: impl Iterator<Item = u64>, mut visit: impl FnMut(usize)) {
    for (at, mut word) in words.enumerate() {
        while word != 0 {
            visit(64 * at + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// A row of bits in which these conditions are set.
pub(crate) fn row(conditions: usize, set_ones: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut row = vec![0; conditions.div_ceil(64)];
    set_ones.for_each(|condition| set(&mut row, condition));
    row
}

impl Planes {
    /// The planes of a program; its conditions stand with more terms first.
    pub(crate) fn new(program: &Program, vocabulary: &Vocabulary, facets: usize, numbers: usize) -> Self {
        let conditions = program.conditions();
        let mut starts = vec![Vec::new(); numbers];
        for atom in &program.atoms {
            if let Atom::AtLeast(number, bound) = atom {
                starts[*number].push(*bound);
            }
        }
        starts.iter_mut().for_each(|starts: &mut Vec<i64>| starts.sort_unstable());
        // Conditions with more terms come first.
        let with_term = |nth: usize| (0..conditions).take_while(move |at| program.term(*at, nth).is_some());
        let most = if conditions == 0 { 0 } else { program.terms_of(0).count() };
        let alternatives = (0..most.max(1)).map(|nth| {
            let last = if nth == 0 { conditions } else { with_term(nth).count() };
            let terms = with_term(nth).filter_map(|at| Some((at, program.term(at, nth)?)));
            Alternative::new(program, vocabulary, &starts, terms, last.div_ceil(64))
        });
        let alternatives = alternatives.collect();
        let facet_ends = (0..facets).scan(0, |end, facet| {
            *end += vocabulary.values_of(facet);
            Some(*end)
        });
        let facet_ends = facet_ends.collect();
        Self { conditions, alternatives, starts, facet_ends }
    }

    /// Judges every condition; what is only possible when that is wanted.
    pub(crate) fn judge(&self, answers: &Answers, asked: &Asked, possible: bool, judged: &mut Judged) {
        let words = self.conditions.div_ceil(64);
        let is_open =
            possible && (answers.values.contains(&Truth::NotKnown) || answers.numbers.contains(&None));
        judged.holds.clear();
        judged.holds.resize(words, 0);
        judged.possible.clear();
        judged.possible.resize(if is_open { words } else { 0 }, 0);
        let Judged { holds, possible, block } = judged;
        block.iter_mut().for_each(|bits| bits.resize(words.min(BLOCK), 0));
        for alternative in &self.alternatives {
            let mut from = 0;
            while from < alternative.there.len() {
                let to = (from + BLOCK).min(alternative.there.len());
                alternative.judge(answers, asked, from..to, is_open, block);
                for (all, own) in holds[from..to].iter_mut().zip(&block[0]) {
                    *all |= own;
                }
                if is_open {
                    for (all, own) in possible[from..to].iter_mut().zip(&block[1]) {
                        *all |= own;
                    }
                }
                from = to;
            }
        }
    }
}

impl Alternative {
    fn new<'p>(
        program: &Program,
        vocabulary: &Vocabulary,
        starts: &[Vec<i64>],
        terms: impl Iterator<Item = (usize, &'p [Literal])>,
        words: usize,
    ) -> Self {
        let mut alternative = Self { there: vec![0; words], facets: Vec::new(), numbers: Vec::new() };
        // Per number: the conditions with what they ask of it.
        let mut bounds: Vec<(usize, usize, i64, bool)> = Vec::new();
        let mut used: Vec<usize> = Vec::new();
        for (condition, term) in terms {
            set(&mut alternative.there, condition);
            used.clear();
            for literal in term {
                let negated = literal & 1 == 1;
                let mut ask = |facet: usize, values: &[usize]| {
                    let nth = used.iter().filter(|other| **other == facet).count();
                    used.push(facet);
                    alternative.lane(vocabulary, facet, nth, words).add(condition, values, negated);
                };
                match program.set_or_number(*literal) {
                    Some(Atom::AtLeast(number, bound)) => bounds.push((*number, condition, *bound, negated)),
                    Some(Atom::AnyOf(facet, values)) => ask(*facet, values),
                    None => {
                        let (facet, value) = vocabulary.place_of((literal >> 1) as usize);
                        ask(facet, &[value]);
                    }
                }
            }
        }
        bounds.sort_unstable();
        for own in bounds.chunk_by(|a, b| a.0 == b.0) {
            alternative.numbers.push(NumberLane::new(own, &starts[own[0].0], words));
        }
        alternative
    }

    /// The nth lane of a facet.
    fn lane(&mut self, vocabulary: &Vocabulary, facet: usize, nth: usize, words: usize) -> &mut FacetLane {
        let place = self.facets.iter().enumerate().filter(|(_, lane)| lane.facet == facet).nth(nth);
        let at = place.map_or(self.facets.len(), |(at, _)| at);
        if at == self.facets.len() {
            self.facets.push(FacetLane {
                facet,
                stands_alone: !vocabulary.is_implied(facet),
                idle: vec![u64::MAX; words],
                asks: vec![0; words],
                first: vocabulary.atom(facet, 0).unwrap_or(0),
                places: vec![0; vocabulary.values_of(facet)],
                rows: Vec::new(),
            });
        }
        &mut self.facets[at]
    }

    fn judge(
        &self,
        answers: &Answers,
        asked: &Asked,
        range: std::ops::Range<usize>,
        is_open: bool,
        block: &mut [Vec<u64>; 4],
    ) {
        let count = range.len();
        let [holds, possible, passes, may] = block;
        let (holds, possible) = (&mut holds[..count], &mut possible[..count]);
        let (passes, may) = (&mut passes[..count], &mut may[..count]);
        holds.copy_from_slice(&self.there[range.clone()]);
        if is_open {
            possible.copy_from_slice(&self.there[range.clone()]);
        }
        for lane in &self.facets {
            let idle = &lane.idle[range.clone()];
            let waits = asked.waits[lane.facet];
            if lane.stands_alone && waits {
                // Whatever asks for a value here is not known.
                let asks = &lane.asks[range.clone()];
                and(holds, idle.iter().zip(asks).map(|(idle, asks)| idle & !asks));
                if is_open {
                    and(possible, idle.iter().zip(asks).map(|(idle, asks)| idle | asks));
                }
                continue;
            }
            // Most facets have one value or two that hold, and then there is nothing to collect first.
            let mut rows = asked.held(lane.facet).iter().filter_map(|value| lane.row(*value));
            let (first, second, third) = (rows.next(), rows.next(), rows.next());
            match (first, second, third) {
                (None, ..) if !waits => {
                    and(holds, idle.iter().copied());
                    if is_open {
                        and(possible, idle.iter().copied());
                    }
                    continue;
                }
                (Some(row), None, _) if !waits => {
                    let row = &row[range.clone()];
                    and(holds, idle.iter().zip(row).map(|(idle, row)| idle ^ row));
                    if is_open {
                        and(possible, idle.iter().zip(row).map(|(idle, row)| idle ^ row));
                    }
                    continue;
                }
                (Some(row), Some(other), None) if !waits => {
                    let rows = row[range.clone()].iter().zip(&other[range.clone()]);
                    let passes = idle.iter().zip(rows).map(|(idle, (row, other))| idle ^ (row | other));
                    and(holds, passes.clone());
                    if is_open {
                        and(possible, passes);
                    }
                    continue;
                }
                _ => {}
            }
            passes.fill(0);
            for row in [first, second, third].into_iter().flatten().chain(rows) {
                or(passes, &row[range.clone()]);
            }
            if waits {
                may.fill(0);
                for (value, place) in lane.places.iter().enumerate() {
                    if *place > 0 && answers.values[lane.first + value] == Truth::NotKnown {
                        or(may, &lane.row_at(*place - 1)[range.clone()]);
                    }
                }
                // A literal that asks for a value passes when it holds, one that asks for its opposite when
                // it does not; what may hold is in between.
                let lanes = idle.iter().zip(&*passes).zip(&*may);
                for ((holds, possible), ((idle, passes), may)) in
                    holds.iter_mut().zip(possible.iter_mut()).zip(lanes)
                {
                    *holds &= (idle & !(passes | may)) | (!idle & passes);
                    *possible &= (idle & !passes) | (!idle & (passes | may));
                }
            } else {
                and(holds, idle.iter().zip(&*passes).map(|(idle, passes)| idle ^ passes));
                if is_open {
                    and(possible, idle.iter().zip(&*passes).map(|(idle, passes)| idle ^ passes));
                }
            }
        }
        for lane in &self.numbers {
            let Some(stretch) = asked.stretches[lane.number] else {
                and(holds, lane.idle[range.clone()].iter().copied());
                continue;
            };
            let row = stretch / lane.every;
            if lane.turns[row * lane.every..stretch].iter().all(Vec::is_empty) {
                let row = &lane.rows[row][range.clone()];
                and(holds, row.iter().copied());
                if is_open {
                    and(possible, row.iter().copied());
                }
                continue;
            }
            passes.copy_from_slice(&lane.rows[row][range.clone()]);
            for turns in &lane.turns[row * lane.every..stretch] {
                for condition in turns {
                    let word = *condition as usize / 64;
                    if range.contains(&word) {
                        passes[word - range.start] ^= 1 << (condition % 64);
                    }
                }
            }
            and(holds, passes.iter().copied());
            if is_open {
                and(possible, passes.iter().copied());
            }
        }
    }
}

impl FacetLane {
    /// The conditions that ask for a value.
    fn row(&self, value: u32) -> Option<&[u64]> {
        let place = self.places[value as usize].checked_sub(1)?;
        Some(self.row_at(place))
    }

    fn row_at(&self, place: usize) -> &[u64] {
        let words = self.idle.len();
        &self.rows[place * words..(place + 1) * words]
    }

    fn add(&mut self, condition: usize, values: &[usize], negated: bool) {
        if !values.is_empty() {
            set(&mut self.asks, condition);
        }
        if !negated {
            clear(&mut self.idle, condition);
        }
        for value in values {
            let words = self.idle.len();
            if self.places[*value] == 0 {
                self.rows.resize(self.rows.len() + words, 0);
                self.places[*value] = self.rows.len() / words;
            }
            let row = (self.places[*value] - 1) * words;
            set(&mut self.rows[row..row + words], condition);
        }
    }
}

impl NumberLane {
    /// From the number, the condition, the bound, and whether it must be below.
    fn new(asked: &[(usize, usize, i64, bool)], starts: &[i64], words: usize) -> Self {
        let mut idle = vec![u64::MAX; words];
        let mut row = vec![u64::MAX; words];
        let mut turns = vec![Vec::new(); starts.len()];
        for own in asked.chunk_by(|a, b| a.1 == b.1) {
            // All bounds of a term on one number come down to: at least this, and less than that.
            let condition = own[0].1;
            let low = own.iter().filter(|(_, _, _, below)| !below).map(|(_, _, bound, _)| *bound).max();
            let high = own.iter().filter(|(_, _, _, below)| *below).map(|(_, _, bound, _)| *bound).min();
            clear(&mut idle, condition);
            let passes_at_first = low.is_none();
            if !passes_at_first {
                clear(&mut row, condition);
            }
            if low.zip(high).is_some_and(|(low, high)| low >= high) {
                continue;
            }
            for bound in [low, high].into_iter().flatten() {
                if let Ok(at) = starts.binary_search(&bound) {
                    turns[at].push(u32::try_from(condition).unwrap_or(u32::MAX));
                }
            }
        }
        let kept = (NUMBER_WORDS / words.max(1)).max(1);
        let every = (starts.len() + 1).div_ceil(kept);
        let mut rows = vec![row.clone()];
        for (at, turns) in turns.iter().enumerate() {
            turns.iter().for_each(|condition| row[*condition as usize / 64] ^= 1 << (condition % 64));
            if (at + 1) % every == 0 {
                rows.push(row.clone());
            }
        }
        Self { number: asked[0].0, idle, rows, every, turns }
    }
}

/// Clears the bits from one place up to another.
pub(crate) fn clear_between(row: &mut [u64], from: usize, to: usize) {
    let (first, last) = (from / 64, to / 64);
    let (before, after) = ((1_u64 << (from % 64)) - 1, u64::MAX << (to % 64));
    if first == last {
        row[first] &= before | after;
        return;
    }
    row[first] &= before;
    row[first + 1..last].fill(0);
    if let Some(word) = row.get_mut(last) {
        *word &= after;
    }
}

fn set(row: &mut [u64], at: usize) {
    row[at / 64] |= 1 << (at % 64);
}

fn clear(row: &mut [u64], at: usize) {
    row[at / 64] &= !(1 << (at % 64));
}

fn or(all: &mut [u64], row: &[u64]) {
    all.iter_mut().zip(row).for_each(|(all, row)| *all |= row);
}

fn and(all: &mut [u64], row: impl Iterator<Item = u64>) {
    all.iter_mut().zip(row).for_each(|(all, row)| *all &= row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_between() {
        for (from, to) in
            [(0, 0), (0, 1), (3, 64), (63, 65), (64, 128), (5, 190), (0, 192), (190, 192), (128, 192)]
        {
            let mut row = vec![u64::MAX; 3];
            clear_between(&mut row, from, to);
            for at in 0..192 {
                assert_eq!(
                    row[at / 64] >> (at % 64) & 1 == 0,
                    (from..to).contains(&at),
                    "{from}..{to} at {at}"
                );
            }
        }
    }
}
