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
use crate::vocabulary::{Question, Vocabulary};

/// Words of bits that are worked on together, so that they stay in the nearest memory.
const BLOCK: usize = 256;
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
    /// Per value that is asked for, by its atom: the conditions that ask for it or for its opposite.
    values: Vec<(usize, Vec<u64>)>,
}

/// What terms ask of one number.
#[derive(Debug)]
struct NumberLane {
    number: usize,
    /// The conditions that ask nothing here.
    idle: Vec<u64>,
    /// Where each stretch but the first begins.
    starts: Vec<i64>,
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
    pub(crate) fn new(program: &Program, vocabulary: &Vocabulary) -> Self {
        let conditions = program.conditions();
        let terms: Vec<Vec<&[Literal]>> =
            (0..conditions).map(|condition| program.terms_of(condition).collect()).collect();
        let most = terms.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let alternatives = (0..most).map(|place| {
            let own: Vec<_> = terms
                .iter()
                .enumerate()
                .filter_map(|(condition, terms)| Some((condition, *terms.get(place)?)))
                .collect();
            let last = if place == 0 { conditions } else { own.last().map_or(0, |(last, _)| last + 1) };
            Alternative::new(program, vocabulary, &own, last.div_ceil(64))
        });
        Self { conditions, alternatives: alternatives.collect() }
    }

    /// Judges every condition; what is only possible when that is wanted.
    pub(crate) fn judge(&self, answers: &Answers, possible: bool, judged: &mut Judged) {
        let words = self.conditions.div_ceil(64);
        let is_open =
            possible && (answers.values.contains(&Truth::NotKnown) || answers.numbers.contains(&None));
        judged.holds.clear();
        judged.holds.resize(words, 0);
        judged.possible.clear();
        judged.possible.resize(if is_open { words } else { 0 }, 0);
        let mut block =
            Block { holds: [0; BLOCK], possible: [0; BLOCK], passes: [0; BLOCK], may: [0; BLOCK] };
        for alternative in &self.alternatives {
            let mut from = 0;
            while from < alternative.there.len() {
                let to = (from + BLOCK).min(alternative.there.len());
                alternative.judge(answers, from..to, is_open, &mut block);
                for (all, own) in judged.holds[from..to].iter_mut().zip(&block.holds) {
                    *all |= own;
                }
                if is_open {
                    for (all, own) in judged.possible[from..to].iter_mut().zip(&block.possible) {
                        *all |= own;
                    }
                }
                from = to;
            }
        }
    }
}

/// Bits that are being worked on.
struct Block {
    holds: [u64; BLOCK],
    possible: [u64; BLOCK],
    /// What one lane lets pass, and what it may let pass.
    passes: [u64; BLOCK],
    may: [u64; BLOCK],
}

impl Alternative {
    fn new(program: &Program, vocabulary: &Vocabulary, terms: &[(usize, &[Literal])], words: usize) -> Self {
        let mut alternative = Self { there: vec![0; words], facets: Vec::new(), numbers: Vec::new() };
        // Per number: the conditions with what they ask of it.
        let mut bounds: Vec<(usize, usize, i64, bool)> = Vec::new();
        for (condition, term) in terms {
            set(&mut alternative.there, *condition);
            let mut used: Vec<usize> = Vec::new();
            for literal in *term {
                let negated = literal & 1 == 1;
                match program.atom(*literal, vocabulary) {
                    Atom::AtLeast(number, bound) => bounds.push((number, *condition, bound, negated)),
                    Atom::AnyOf(facet, values) => {
                        let nth = used.iter().filter(|other| **other == facet).count();
                        used.push(facet);
                        alternative
                            .lane(vocabulary, facet, nth, words)
                            .add(vocabulary, *condition, &values, negated);
                    }
                }
            }
        }
        bounds.sort_unstable();
        for own in bounds.chunk_by(|a, b| a.0 == b.0) {
            alternative.numbers.push(NumberLane::new(own, words));
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
                values: Vec::new(),
            });
        }
        &mut self.facets[at]
    }

    fn judge(&self, answers: &Answers, range: std::ops::Range<usize>, is_open: bool, block: &mut Block) {
        let count = range.len();
        let Block { holds, possible, passes, may } = block;
        let (holds, possible) = (&mut holds[..count], &mut possible[..count]);
        let (passes, may) = (&mut passes[..count], &mut may[..count]);
        holds.copy_from_slice(&self.there[range.clone()]);
        if is_open {
            possible.copy_from_slice(&self.there[range.clone()]);
        }
        for lane in &self.facets {
            let idle = &lane.idle[range.clone()];
            if lane.stands_alone && answers.is_open(Question::Facet(lane.facet)) {
                // Whatever asks for a value here is not known.
                let asks = &lane.asks[range.clone()];
                and(holds, idle.iter().zip(asks).map(|(idle, asks)| idle & !asks));
                if is_open {
                    and(possible, idle.iter().zip(asks).map(|(idle, asks)| idle | asks));
                }
                continue;
            }
            passes.fill(0);
            may.fill(0);
            let mut waits = false;
            for (atom, row) in &lane.values {
                match answers.values[*atom] {
                    Truth::Fails => {}
                    Truth::Holds => or(passes, &row[range.clone()]),
                    Truth::NotKnown => {
                        waits = true;
                        or(may, &row[range.clone()]);
                    }
                }
            }
            if waits {
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
            let Some(number) = answers.numbers[lane.number] else {
                and(holds, lane.idle[range.clone()].iter().copied());
                continue;
            };
            let stretch = lane.starts.partition_point(|start| *start <= number);
            let row = stretch / lane.every;
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
    fn add(&mut self, vocabulary: &Vocabulary, condition: usize, values: &[usize], negated: bool) {
        if !values.is_empty() {
            set(&mut self.asks, condition);
        }
        if !negated {
            clear(&mut self.idle, condition);
        }
        for atom in values.iter().filter_map(|value| vocabulary.atom(self.facet, *value)) {
            let words = self.idle.len();
            let at = self.values.iter().position(|(other, _)| *other == atom).unwrap_or_else(|| {
                self.values.push((atom, vec![0; words]));
                self.values.len() - 1
            });
            set(&mut self.values[at].1, condition);
        }
    }
}

impl NumberLane {
    /// From the number, the condition, the bound, and whether it must be below.
    fn new(asked: &[(usize, usize, i64, bool)], words: usize) -> Self {
        let mut starts: Vec<i64> = asked.iter().map(|(_, _, bound, _)| *bound).collect();
        starts.sort_unstable();
        starts.dedup();
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
        Self { number: asked[0].0, idle, starts, rows, every, turns }
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
