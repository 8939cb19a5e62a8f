//! Many profiles at once: one bit per profile instead of one bit per rule.
//!
//! What is ruled out is found for 512 profiles together: a literal is eight words, one bit per profile, and a term
//! is their intersection. A bundle that only a few of the profiles still want is then judged for each of those
//! through the planes. A bundle that many want is walked over once for all: points are added, kept within
//! bounds, weighed and compared in numbers that are sliced the same way, eight words per binary digit, and only
//! what comes among the best is turned back into numbers. A few profiles, or few rules, go one by one.

use std::cmp::Reverse;

use crate::check::MAX_CRITERION_SCORE;
use crate::condition::Truth;
use crate::engine::Engine;
use crate::evaluate::curve_points;
use crate::planes::Judged;
use crate::program::{Atom, Kind, Literal, Program};
use crate::ranking::{Encoded, RankedPlace, Ranking, Scores};
use crate::vocabulary::Vocabulary;

/// Profiles that are worked on together.
const WIDTH: usize = 512;
const WORDS: usize = WIDTH / 64;
/// What makes the lowest score of a criterion nothing.
const OFFSET: i64 = MAX_CRITERION_SCORE;
/// Fewer profiles than this are faster one by one: a slice takes as long for one as for all of them.
const FEW_PROFILES: usize = 192;
/// A bundle that so many of them want or fewer is judged for each of them by itself.
const FEW: usize = 128;
/// With fewer rules than this the planes are as fast.
const FEW_RULES: usize = 1024;

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

    #[cfg(feature = "rayon")]
    fn append(&mut self, others: &Self) {
        others.iter().for_each(|places| self.push(places));
    }
}

impl Engine {
    /// The best `top` methods for each profile: what [`Engine::rank`] says for each of them.
    ///
    /// With the feature `rayon`, slices of 512 profiles go to the threads of the pool of the caller; the answers
    /// are the same. The profiles must have been encoded by this engine.
    #[must_use]
    pub fn rank_batch(&self, profiles: &[Encoded], top: usize) -> Rankings {
        #[cfg(feature = "rayon")]
        if profiles.len() > WIDTH {
            use rayon::prelude::*;
            let slices: Vec<Rankings> =
                profiles.par_chunks(WIDTH).map(|profiles| self.rank_in_turn(profiles, top)).collect();
            let mut rankings = Rankings::default();
            slices.iter().for_each(|slice| rankings.append(slice));
            return rankings;
        }
        self.rank_in_turn(profiles, top)
    }

    /// On this thread only.
    fn rank_in_turn(&self, profiles: &[Encoded], top: usize) -> Rankings {
        let mut rankings = Rankings::default();
        let mut ranking = Ranking::new();
        for profiles in profiles.chunks(WIDTH) {
            if profiles.len() < FEW_PROFILES || self.program.rules.len() < FEW_RULES {
                profiles.iter().for_each(|profile| rankings.push(self.rank(profile, top, &mut ranking)));
            } else {
                self.rank_slice(profiles, top, &mut rankings);
            }
        }
        rankings
    }

    /// At most [`WIDTH`] profiles.
    fn rank_slice(&self, profiles: &[Encoded], top: usize, rankings: &mut Rankings) {
        let Engine { pack, vocabulary, program, .. } = self;
        let atoms = atoms(program, vocabulary, profiles);
        // Conditions that several rules rest on are judged once.
        let shared: Vec<Slice> =
            (0..program.shared).map(|condition| judge(program, &atoms, condition)).collect();
        let holds = |condition: u32| {
            let known = shared.get(condition as usize).copied();
            known.unwrap_or_else(|| judge(program, &atoms, condition as usize))
        };
        let weights: Vec<Number> = (0..program.criteria)
            .map(|criterion| Number::of(profiles.iter().map(|profile| profile.answers.weights[criterion])))
            .collect();
        let mut excluded = vec![NONE; pack.methods.len()];
        for (method, condition) in &program.excluding {
            join(&mut excluded[*method as usize], &holds(*condition));
        }
        let mut board = Leaders::new(profiles.len(), top);
        let (mut judged, mut scores) = (Judged::default(), Scores::default());
        profiles
            .iter()
            .take(1)
            .for_each(|profile| judged.ready(&program.layout.planes, &profile.asked, false));
        let (mut given, mut taken) = (Number::default(), Number::default());
        for (at, bundle) in program.layout.bundles.iter().enumerate() {
            let methods = || program.layout.seats[bundle.seats.clone()].iter().map(|method| *method as usize);
            // The profiles for which some of these methods is possible.
            let mut wanted = NONE;
            for method in methods() {
                wanted.iter_mut().zip(&excluded[method]).for_each(|(wanted, excluded)| *wanted |= !excluded);
            }
            // And for which they can come among the best.
            let mut most = Number::default();
            for (most_of, weight) in bundle.most.iter().zip(&weights) {
                most.add_product(&Number::same(OFFSET + i64::from(*most_of)), weight);
            }
            let out_of_reach = board.last.exceeds(&most);
            for (word, wanted) in wanted.iter_mut().enumerate() {
                *wanted &= board.all[word] & !(out_of_reach[word] & board.full[word]);
            }
            if count(&wanted) <= FEW {
                each(&wanted, |profile| {
                    let lowest = lowest(&profiles[profile]);
                    let totals = self.score(at, &profiles[profile], &mut judged, &mut scores);
                    for (method, total) in methods().zip(totals) {
                        if !has(&excluded[method], profile) {
                            let total = i64::from(*total) + lowest;
                            board.enter_one(profile, RankedPlace { method, total });
                        }
                    }
                });
                continue;
            }
            for method in methods() {
                let mut total = Number::default();
                for (criterion, weight) in weights.iter().enumerate() {
                    given.clear();
                    taken.clear();
                    for rule in &program.rules[program.rules_in(method * program.criteria + criterion)] {
                        match rule.kind {
                            Kind::Points => {
                                let number = if rule.points > 0 { &mut given } else { &mut taken };
                                number.add_at(&holds(rule.condition), rule.points.unsigned_abs().into());
                            }
                            Kind::Curve(_) => {
                                each(&holds(rule.condition), |at| {
                                    let Some(profile) = profiles.get(at) else { return };
                                    let points = curve_points(pack, &profile.answers, rule).unwrap_or(0);
                                    let number = if points > 0 { &mut given } else { &mut taken };
                                    let mut one = NONE;
                                    mark(&mut one, at);
                                    number.add_at(&one, u32::try_from(points.unsigned_abs()).unwrap_or(0));
                                });
                            }
                            Kind::Exclude | Kind::Caution | Kind::Guideline(_) => {}
                        }
                    }
                    total.add_product(&kept(&given, &taken), weight);
                }
                board.enter(method, &total, &excluded[method]);
            }
        }
        let all = profiles.iter().zip(board.places);
        for (profile, mut places) in all {
            places.iter_mut().for_each(|place| place.total -= lowest(profile));
            rankings.push(&places);
        }
    }
}

/// The best methods so far of every profile, and what a method must beat to come among them.
struct Leaders {
    top: usize,
    places: Vec<Vec<RankedPlace>>,
    /// The profiles that have as many as are asked for.
    full: Slice,
    /// For those: the total of the last.
    last: Number,
    all: Slice,
}

impl Leaders {
    fn new(profiles: usize, top: usize) -> Self {
        let mut all = NONE;
        (0..profiles).for_each(|at| mark(&mut all, at));
        let full = if top == 0 { all } else { NONE };
        Self {
            top,
            places: vec![Vec::with_capacity(top.min(64)); profiles],
            full,
            last: Number::default(),
            all,
        }
    }

    /// Lets a method in where it is not worse than the last.
    fn enter(&mut self, method: usize, total: &Number, excluded: &Slice) {
        let worse = self.last.exceeds(total);
        let mut enters = self.all;
        for (word, enters) in enters.iter_mut().enumerate() {
            *enters &= !(worse[word] & self.full[word]) & !excluded[word];
        }
        each(&enters, |profile| {
            self.enter_one(profile, RankedPlace { method, total: total.at(profile) });
        });
    }

    /// Lets a method in for one profile, if it is better than the last. Methods stand in the order of their ids,
    /// so the place settles ties.
    fn enter_one(&mut self, profile: usize, place: RankedPlace) {
        let places = &mut self.places[profile];
        let order = |place: &RankedPlace| (Reverse(place.total), place.method);
        let before = places.partition_point(|other| order(other) < order(&place));
        if before == self.top {
            return;
        }
        places.truncate(self.top - 1);
        places.insert(before, place);
        if let (Some(last), true) = (places.last(), places.len() == self.top) {
            mark(&mut self.full, profile);
            self.last.set(profile, u32::try_from(last.total).unwrap_or(0));
        }
    }
}

/// The lowest total that the weights of a profile allow: from there totals are counted here.
fn lowest(profile: &Encoded) -> i64 {
    MAX_CRITERION_SCORE * profile.answers.weights.iter().sum::<i64>()
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
    // Bounds are met from the highest down, while ever more profiles come to hold.
    let mut bounds: Vec<(usize, i64, usize)> = Vec::new();
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
            Atom::AtLeast(number, bound) => bounds.push((*number, *bound, atoms.len())),
        }
        atoms.push(slices);
    }
    bounds.sort_unstable_by_key(|(number, bound, _)| (*number, Reverse(*bound)));
    for own in bounds.chunk_by(|a, b| a.0 == b.0) {
        let answers = profiles.iter().enumerate();
        let answers = answers.filter_map(|(at, profile)| Some((profile.answers.numbers[own[0].0]?, at)));
        let mut answers: Vec<_> = answers.collect();
        answers.sort_unstable();
        let (mut holds, mut fails) = (NONE, NONE);
        answers.iter().for_each(|(_, at)| mark(&mut fails, *at));
        for (_, bound, atom) in own {
            while let Some((_, at)) = answers.pop_if(|(answer, _)| *answer >= *bound) {
                mark(&mut holds, at);
                fails[at / 64] &= !(1 << (at % 64));
            }
            atoms[*atom] = [holds, fails];
        }
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

/// Whether there is any profile. Joined by hand, because comparing arrays is a call that takes longer.
fn any(slice: &Slice) -> bool {
    slice.iter().fold(0, |any, word| any | word) != 0
}

/// How many profiles there are.
fn count(slice: &Slice) -> usize {
    slice.iter().map(|word| word.count_ones() as usize).sum()
}

/// Visits the profiles.
fn each(slice: &Slice, mut visit: impl FnMut(usize)) {
    for (at, word) in slice.iter().enumerate() {
        let mut left = *word;
        while left != 0 {
            visit(64 * at + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

fn mark(slice: &mut Slice, at: usize) {
    slice[at / 64] |= 1 << (at % 64);
}

fn has(slice: &Slice, at: usize) -> bool {
    slice[at / 64] >> (at % 64) & 1 == 1
}

/// A number per profile, one slice per binary digit, the lowest first.
#[derive(Debug, Default)]
struct Number {
    digits: Vec<Slice>,
}

impl Number {
    fn of(numbers: impl Iterator<Item = i64>) -> Self {
        let mut number = Self::default();
        for (at, value) in numbers.enumerate() {
            number.set(at, u32::try_from(value).unwrap_or(0));
        }
        number
    }

    /// The same number for every profile.
    fn same(value: i64) -> Self {
        let needed = i64::BITS - value.leading_zeros();
        let digit = |at| if value >> at & 1 == 1 { [u64::MAX; WORDS] } else { NONE };
        Self { digits: (0..needed).map(digit).collect() }
    }

    fn clear(&mut self) {
        self.digits.clear();
    }

    fn digit(&self, at: usize) -> &Slice {
        self.digits.get(at).unwrap_or(&NONE)
    }

    /// The number of one profile.
    fn at(&self, profile: usize) -> i64 {
        let digits = self.digits.iter().enumerate();
        digits.map(|(at, digit)| i64::from(has(digit, profile)) << at).sum()
    }

    fn set(&mut self, profile: usize, value: u32) {
        let needed = (u32::BITS - value.leading_zeros()) as usize;
        if self.digits.len() < needed {
            self.digits.resize(needed, NONE);
        }
        for (at, digit) in self.digits.iter_mut().enumerate() {
            digit[profile / 64] &= !(1 << (profile % 64));
            digit[profile / 64] |= u64::from(value >> at & 1) << (profile % 64);
        }
    }

    /// Adds the same to the numbers of these profiles.
    fn add_at(&mut self, profiles: &Slice, value: u32) {
        let mut left = value;
        let mut place = 0;
        while left != 0 {
            if left & 1 == 1 {
                self.carry(place, *profiles);
            }
            left >>= 1;
            place += 1;
        }
    }

    /// Adds one at a binary digit.
    fn carry(&mut self, from: usize, mut more: Slice) {
        let mut at = from;
        while any(&more) {
            if self.digits.len() <= at {
                self.digits.resize(at + 1, NONE);
            }
            for (digit, more) in self.digits[at].iter_mut().zip(&mut more) {
                (*digit, *more) = (*digit ^ *more, *digit & *more);
            }
            at += 1;
        }
    }

    /// Adds the product of two numbers of a few digits.
    fn add_product(&mut self, one: &Number, other: &Number) {
        for (at, one) in one.digits.iter().enumerate() {
            for (shift, other) in other.digits.iter().enumerate() {
                let mut both = *one;
                meet(&mut both, other);
                self.carry(at + shift, both);
            }
        }
    }

    /// The profiles in which this number is larger than the other.
    fn exceeds(&self, other: &Number) -> Slice {
        let (mut larger, mut same) = (NONE, [u64::MAX; WORDS]);
        for at in (0..self.digits.len().max(other.digits.len())).rev() {
            let (one, two) = (self.digit(at), other.digit(at));
            for word in 0..WORDS {
                larger[word] |= same[word] & one[word] & !two[word];
                same[word] &= !(one[word] ^ two[word]);
            }
        }
        larger
    }
}

/// What was given less what was taken, kept within the bounds of a criterion, and counted from the lower one.
fn kept(given: &Number, taken: &Number) -> Number {
    // One digit above both, so that a difference below nothing shows in the highest.
    let digits = given.digits.len().max(taken.digits.len()).max(5) + 2;
    let mut difference = Number { digits: Vec::with_capacity(digits) };
    let (mut carry, mut borrow) = (NONE, NONE);
    for at in 0..digits {
        let (given, taken) = (given.digit(at), taken.digit(at));
        // The lower bound is added while the given is read.
        let bound = if OFFSET >> at & 1 == 1 { u64::MAX } else { 0 };
        let mut digit = NONE;
        for word in 0..WORDS {
            let sum = given[word] ^ bound ^ carry[word];
            carry[word] = (given[word] & bound) | (carry[word] & (given[word] ^ bound));
            digit[word] = sum ^ taken[word] ^ borrow[word];
            borrow[word] = (!sum & (taken[word] | borrow[word])) | (taken[word] & borrow[word]);
        }
        difference.digits.push(digit);
    }
    let below = borrow;
    let most = Number::same(2 * OFFSET);
    let above = difference.exceeds(&most);
    difference.digits.truncate(5);
    for (digit, most) in difference.digits.iter_mut().zip(&most.digits) {
        for word in 0..WORDS {
            digit[word] = (digit[word] & !above[word] | most[word] & above[word]) & !below[word];
        }
    }
    difference
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::clamp;
    use crate::generate;
    use crate::profile::Profile;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

        /// Packs this small are ranked one by one otherwise.
        #[test]
        fn a_slice_is_ranked_as_one_by_one(case in generate::a_case(), top in 0_usize..10) {
            let Ok(engine) = Engine::new(case.pack) else { return Err(TestCaseError::fail("a valid pack")) };
            let both = [Profile::new(), case.profile];
            let encoded: Vec<_> = both.iter().cycle().take(66).flat_map(|profile| engine.encode(profile)).collect();
            let mut sliced = Rankings::default();
            engine.rank_slice(&encoded, top, &mut sliced);
            prop_assert_eq!(sliced.iter().count(), 66);
            let mut ranking = Ranking::new();
            for (profile, places) in encoded.iter().zip(sliced.iter()) {
                prop_assert_eq!(engine.rank(profile, top, &mut ranking), places);
            }
        }
    }

    /// Numbers that differ per profile and grow in both ways.
    #[test]
    fn sliced_numbers_count_and_are_kept_within_bounds() {
        let (mut given, mut taken) = (Number::default(), Number::default());
        let mut want = [[0_i64; 2]; WIDTH];
        for step in 0..120_usize {
            let points: i32 = [5, -3, 1, -5, 2, -1][step % 6];
            let mut profiles = NONE;
            for (at, want) in want.iter_mut().enumerate().filter(|(at, _)| (at * 7 + step * step) % 11 < 5) {
                mark(&mut profiles, at);
                want[usize::from(points < 0)] += i64::from(points).abs();
            }
            let number = if points > 0 { &mut given } else { &mut taken };
            number.add_at(&profiles, points.unsigned_abs());
            let kept = kept(&given, &taken);
            let weight = Number::of((0..WIDTH).map(|at| (at % 6) as i64));
            let mut total = Number::default();
            total.add_product(&kept, &weight);
            for (at, [plus, minus]) in want.iter().enumerate() {
                assert_eq!([given.at(at), taken.at(at)], [*plus, *minus]);
                assert_eq!(kept.at(at), clamp(plus - minus) + MAX_CRITERION_SCORE);
                assert_eq!(total.at(at), kept.at(at) * (at % 6) as i64);
                assert_eq!(has(&given.exceeds(&taken), at), plus > minus);
            }
        }
    }
}
