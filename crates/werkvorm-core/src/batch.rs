//! Many profiles at once: one bit per profile instead of one bit per condition.
//!
//! The planes walk over all conditions for each profile. With many conditions it is cheaper to walk over them
//! once for 512 profiles: a literal is eight words, one bit per profile, a term is their intersection, and
//! points are added to counters that are sliced the same way, a word per binary digit. With few conditions
//! turning the counters back into numbers costs more than it saves, so small packs go one by one.

use crate::condition::Truth;
use crate::engine::Engine;
use crate::evaluate::{clamp, curve_points};
use crate::program::{Atom, Kind, Literal, Program};
use crate::ranking::{Encoded, RankedPlace, Ranking, best};
use crate::vocabulary::Vocabulary;

/// Profiles that are worked on together.
const WIDTH: usize = 512;
const WORDS: usize = WIDTH / 64;
/// From this many conditions on, slices are faster than one by one.
const MANY: usize = 4096;

/// One bit per profile.
type Slice = [u64; WORDS];
const NONE: Slice = [0; WORDS];

/// The best methods for many profiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rankings {
    places: Vec<RankedPlace>,
    /// Where the places of each profile end.
    ends: Vec<usize>,
}

impl Rankings {
    /// The best methods per profile, in the order of the profiles.
    pub fn iter(&self) -> impl Iterator<Item = &[RankedPlace]> {
        (0..self.ends.len()).map(|at| {
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.places[start..self.ends[at]]
        })
    }

    fn push(&mut self, places: &[RankedPlace]) {
        self.places.extend_from_slice(places);
        self.ends.push(self.places.len());
    }
}

impl Engine {
    /// The best `top` methods for each profile: what [`Engine::rank`] says for each of them.
    ///
    /// The profiles must have been encoded by this engine.
    #[must_use]
    pub fn rank_batch(&self, profiles: &[Encoded], top: usize) -> Rankings {
        let mut rankings = Rankings::default();
        if self.program.conditions() < MANY {
            let mut ranking = Ranking::new();
            for profile in profiles {
                rankings.push(self.rank(profile, top, &mut ranking));
            }
            return rankings;
        }
        for profiles in profiles.chunks(WIDTH) {
            self.rank_slice(profiles, top, &mut rankings);
        }
        rankings
    }

    /// At most [`WIDTH`] profiles.
    fn rank_slice(&self, profiles: &[Encoded], top: usize, rankings: &mut Rankings) {
        let Engine { pack, vocabulary, program, .. } = self;
        let atoms = atoms(program, vocabulary, profiles);
        // Conditions that several rules rest on are judged once.
        let shared: Vec<Slice> = (0..program.conditions())
            .map(|condition| match program.rules_resting_on[condition] {
                0 | 1 => NONE,
                _ => judge(program, &atoms, condition),
            })
            .collect();
        let holds = |condition: usize| match program.rules_resting_on[condition] {
            0 | 1 => judge(program, &atoms, condition),
            _ => shared[condition],
        };
        let mut best_of: Vec<Vec<RankedPlace>> = vec![Vec::with_capacity(2 * top + 1); profiles.len()];
        let mut totals = vec![0_i64; profiles.len()];
        let mut points = vec![0_i64; profiles.len()];
        let mut counters = Counters::default();
        for method in 0..pack.methods.len() {
            totals.fill(0);
            let mut excluded = NONE;
            for criterion in 0..program.criteria {
                let rules = program.rules_in(method * program.criteria + criterion);
                counters.clear();
                points.fill(0);
                for rule in &program.rules[rules] {
                    match rule.kind {
                        Kind::Points => counters.add(&holds(rule.condition as usize), rule.points),
                        Kind::Exclude => join(&mut excluded, &holds(rule.condition as usize)),
                        Kind::Curve(_) => {
                            let holds = holds(rule.condition as usize);
                            let own = profiles.iter().zip(&mut points).enumerate();
                            for (_, (profile, points)) in own.filter(|(at, _)| has(&holds, *at)) {
                                *points += curve_points(pack, &profile.answers, rule).unwrap_or(0);
                            }
                        }
                        Kind::Caution | Kind::Guideline(_) => {}
                    }
                }
                counters.read(&mut points);
                for ((total, points), profile) in totals.iter_mut().zip(&points).zip(profiles) {
                    *total += profile.answers.weights[criterion] * clamp(*points);
                }
            }
            for (at, (total, places)) in totals.iter().zip(&mut best_of).enumerate() {
                if has(&excluded, at) {
                    continue;
                }
                // Methods come in the order of their ids, so a later one must be better to come in.
                if places.len() > 2 * top {
                    best(places, top);
                }
                places.push(RankedPlace { method, total: *total });
            }
        }
        for mut places in best_of {
            best(&mut places, top);
            rankings.push(&places);
        }
    }
}

/// Per atom: the profiles for which it holds, and those for which it does not.
fn atoms(program: &Program, vocabulary: &Vocabulary, profiles: &[Encoded]) -> Vec<[Slice; 2]> {
    let mut atoms = vec![[NONE; 2]; program.value_atoms];
    for (at, profile) in profiles.iter().enumerate() {
        for (slices, truth) in atoms.iter_mut().zip(&profile.answers.values) {
            match truth {
                Truth::Holds => mark(&mut slices[0], at),
                Truth::Fails => mark(&mut slices[1], at),
                Truth::NotKnown => {}
            }
        }
    }
    for atom in &program.atoms {
        let mut slices = [NONE; 2];
        match atom {
            Atom::AnyOf(facet, values) => {
                slices[1] = [u64::MAX; WORDS];
                for member in values.iter().filter_map(|value| vocabulary.atom(*facet, *value)) {
                    let [holds, fails] = atoms[member];
                    join(&mut slices[0], &holds);
                    meet(&mut slices[1], &fails);
                }
            }
            Atom::AtLeast(number, bound) => {
                for (at, profile) in profiles.iter().enumerate() {
                    if let Some(n) = profile.answers.numbers[*number] {
                        mark(&mut slices[usize::from(n < *bound)], at);
                    }
                }
            }
        }
        atoms.push(slices);
    }
    atoms
}

/// The profiles for which a condition holds.
fn judge(program: &Program, atoms: &[[Slice; 2]], condition: usize) -> Slice {
    let mut any = NONE;
    for term in program.terms_of(condition) {
        let mut all = [u64::MAX; WORDS];
        for literal in term {
            meet(&mut all, slice_of(atoms, *literal));
        }
        join(&mut any, &all);
    }
    any
}

fn slice_of(atoms: &[[Slice; 2]], literal: Literal) -> &Slice {
    &atoms[(literal >> 1) as usize][(literal & 1) as usize]
}

fn join(all: &mut Slice, more: &Slice) {
    all.iter_mut().zip(more).for_each(|(all, more)| *all |= more);
}

fn meet(all: &mut Slice, more: &Slice) {
    all.iter_mut().zip(more).for_each(|(all, more)| *all &= more);
}

fn mark(slice: &mut Slice, at: usize) {
    slice[at / 64] |= 1 << (at % 64);
}

fn has(slice: &Slice, at: usize) -> bool {
    slice[at / 64] >> (at % 64) & 1 == 1
}

/// A number per profile: what is given, and what is taken, each with a slice per binary digit.
#[derive(Debug, Default)]
struct Counters {
    given: Vec<Slice>,
    taken: Vec<Slice>,
}

impl Counters {
    fn clear(&mut self) {
        self.given.clear();
        self.taken.clear();
    }

    /// Adds points for these profiles.
    fn add(&mut self, profiles: &Slice, points: i32) {
        let digits = if points > 0 { &mut self.given } else { &mut self.taken };
        let mut left = points.unsigned_abs();
        let mut place = 0;
        while left > 0 {
            if left & 1 == 1 {
                carry(digits, place, *profiles);
            }
            left >>= 1;
            place += 1;
        }
    }

    /// Adds what was counted to a number per profile.
    fn read(&self, points: &mut [i64]) {
        for (digits, sign) in [(&self.given, 1), (&self.taken, -1)] {
            for (low, digits) in digits.chunks(8).enumerate() {
                for (word, points) in points.chunks_mut(64).enumerate() {
                    let mut rows = [0; 8];
                    rows.iter_mut().zip(digits).for_each(|(row, digit)| *row = digit[word]);
                    for (points, byte) in points.iter_mut().zip(numbers(&rows)) {
                        *points += sign * (i64::from(byte) << (8 * low));
                    }
                }
            }
        }
    }
}

/// Adds one at a binary digit.
fn carry(digits: &mut Vec<Slice>, from: usize, mut more: Slice) {
    let mut at = from;
    while more != NONE {
        if digits.len() <= at {
            digits.resize(at + 1, NONE);
        }
        for (digit, more) in digits[at].iter_mut().zip(&mut more) {
            (*digit, *more) = (*digit ^ *more, *digit & *more);
        }
        at += 1;
    }
}

/// Eight binary digits of sixty-four numbers, turned into the numbers: an 8×8 square of bits is turned over
/// its diagonal in three swaps.
fn numbers(digits: &[u64; 8]) -> [u8; 64] {
    let mut numbers = [0; 64];
    for (byte, numbers) in numbers.chunks_exact_mut(8).enumerate() {
        let mut square = 0_u64;
        for (row, digit) in digits.iter().enumerate() {
            square |= (digit >> (8 * byte) & 0xff) << (8 * row);
        }
        for (mask, shift) in
            [(0x00aa_00aa_00aa_00aa, 7), (0x0000_cccc_0000_cccc, 14), (0x0000_0000_f0f0_f0f0, 28)]
        {
            let swap = (square ^ (square >> shift)) & mask;
            square ^= swap ^ (swap << shift);
        }
        numbers.copy_from_slice(&square.to_le_bytes());
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_count() {
        let mut counters = Counters::default();
        let mut want = vec![0_i64; WIDTH];
        for step in 0..700_usize {
            let points = [5, -3, 1, -5, 2][step % 5];
            let mut profiles = NONE;
            for (at, want) in want.iter_mut().enumerate().filter(|(at, _)| (at * 7 + step) % 3 != 0) {
                mark(&mut profiles, at);
                *want += i64::from(points);
            }
            counters.add(&profiles, points);
        }
        let mut got = vec![0; WIDTH];
        counters.read(&mut got);
        assert_eq!(got, want);
    }
}
