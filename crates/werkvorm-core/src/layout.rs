//! Which rules are judged together, and where each of them has its bit.
//!
//! The rules that rule methods out come first, because whatever they say decides what else must be judged. The other
//! rules of a method lie side by side in one bundle, together with those of a few more methods: a bundle is
//! judged when one of its methods can still come among the best. Methods that can get most sit in the first
//! bundles, so that the bar is soon so high that the last ones can be left out. The rules about the whole advice
//! come last; a ranking never judges them.

use std::cmp::Reverse;
use std::ops::Range;

use crate::answers::Answers;
use crate::evaluate::clamp;
use crate::planes::{Asked, BLOCK, Judged, Planes};
use crate::program::{Kind, Program, narrow};
use crate::vocabulary::Vocabulary;

/// In the planes: the bundle of the rules that rule methods out, and the first of those that give points.
const EXCLUDING: usize = 0;
const FIRST: usize = 1;

/// The rules of a program in bundles.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) planes: Planes,
    pub(crate) bundles: Vec<Bundle>,
    /// The methods of all bundles.
    pub(crate) seats: Vec<u32>,
    /// Per method: its place in `seats`.
    seat_of: Vec<u32>,
    /// Per method: the bits of its rules, those that rule it out and the others.
    bits: Vec<[(u32, u32); 2]>,
    /// Per bit: the place of its rule in the program.
    pub(crate) rule_at: Vec<u32>,
    /// Per bit: what the rule counts for. For points it is the criterion times the number of methods, and the seat
    /// of its method; for a rule that rules a method out it is that method.
    pub(crate) slots: Vec<u32>,
    /// Per bit: the points that the rule gives.
    pub(crate) given: Vec<i8>,
    /// Per method and criterion: the most points that its rules can give, kept within bounds.
    most: Vec<i32>,
}

/// Methods whose rules are judged together.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// Their seats.
    pub(crate) seats: Range<usize>,
    /// Per criterion: the most points that any of these methods can get.
    pub(crate) most: Vec<i32>,
    /// The rules with a curve: what they count for, and the place in the program.
    pub(crate) curves: Vec<(usize, usize)>,
}

impl Bundle {
    /// No method of the bundle can get more with these weights.
    pub(crate) fn most(&self, weights: &[i32]) -> i32 {
        weighed(&self.most, weights)
    }
}

impl Layout {
    /// Lays the rules of a program out.
    pub(crate) fn new(program: &Program, vocabulary: &Vocabulary, methods: usize, numbers: usize) -> Self {
        let mut layout = Self { most: most(program), ..Self::default() };
        let mut seats: Vec<_> = (0..methods).collect();
        let even = vec![1; program.criteria];
        seats.sort_by_cached_key(|method| Reverse(layout.most_of(*method, &even)));
        layout.seat_of = vec![0; methods];
        seats.iter().enumerate().for_each(|(seat, method)| layout.seat_of[*method] = narrow(seat));
        layout.seats = seats.into_iter().map(narrow).collect();
        let rules = layout.fill_bundles(program);
        let conditions =
            |rules: &Vec<usize>| rules.iter().map(|rule| program.rules[*rule].condition).collect();
        let conditions: Vec<Vec<u32>> = rules.iter().map(conditions).collect();
        layout.planes = Planes::new(program, vocabulary, numbers, &conditions);
        layout.give_bits(program, &rules);
        layout
    }

    /// Puts methods in bundles, in the order of their seats: per bundle of the planes its rules.
    fn fill_bundles(&mut self, program: &Program) -> Vec<Vec<usize>> {
        let excludes = |rule: &usize| program.rules[*rule].kind == Kind::Exclude;
        let of_methods = 0..program.general_rules().start;
        let mut bundles: Vec<Vec<usize>> = vec![of_methods.filter(excludes).collect()];
        let mut filled = 0;
        for (seat, method) in self.seats.iter().enumerate() {
            let mut rules: Vec<_> =
                program.rules_of(*method as usize).filter(|rule| !excludes(rule)).collect();
            rules.sort_unstable_by_key(|rule| program.rules[*rule].rule);
            let terms =
                |rule: &usize| program.terms_of(program.rules[*rule].condition as usize).count().max(1);
            let bits = rules.iter().map(terms).sum::<usize>();
            let most = &self.most[*method as usize * program.criteria..][..program.criteria];
            match (self.bundles.last_mut(), bundles.last_mut()) {
                (Some(bundle), Some(last)) if filled + bits <= BLOCK && bundle.seats.len() < BLOCK => {
                    bundle.seats.end += 1;
                    bundle.most.iter_mut().zip(most).for_each(|(all, own)| *all = (*all).max(*own));
                    last.extend(rules);
                    filled += bits;
                }
                _ => {
                    self.bundles.push(Bundle {
                        seats: seat..seat + 1,
                        most: most.to_vec(),
                        curves: Vec::new(),
                    });
                    bundles.push(rules);
                    filled = bits;
                }
            }
        }
        bundles.push(program.general_rules().collect());
        bundles
    }

    /// Notes down what each bit stands for.
    fn give_bits(&mut self, program: &Program, bundles: &[Vec<usize>]) {
        let bits = self.planes.bits();
        self.bits = vec![[(0, 0); 2]; self.seats.len()];
        (self.rule_at, self.slots, self.given) = (vec![0; bits], vec![0; bits], vec![0; bits]);
        let mut groups = Vec::with_capacity(program.rules.len());
        program.group_ends.iter().enumerate().for_each(|(group, end)| groups.resize(*end, group));
        for (at, rules) in bundles.iter().enumerate() {
            for (bit, place) in self.planes.bits_of(at).zip(rules) {
                self.rule_at[bit] = narrow(*place);
                let Some(group) = groups.get(*place) else { continue };
                let (method, criterion) = (group / program.criteria, group % program.criteria);
                let rule = &program.rules[*place];
                let excludes = rule.kind == Kind::Exclude;
                let (from, to) = &mut self.bits[method][usize::from(!excludes)];
                *from = if *to == 0 { narrow(bit) } else { *from };
                *to = narrow(bit + 1);
                let slot = criterion * self.seats.len() + self.seat_of[method] as usize;
                self.slots[bit] = narrow(if excludes { method } else { slot });
                self.given[bit] = rule.points;
                if let Kind::Curve(_) = rule.kind {
                    self.bundles[at - FIRST].curves.push((slot, *place));
                }
            }
        }
    }

    /// The bit of every rule, by its place in the program.
    pub(crate) fn bits_of_rules(&self) -> impl Iterator<Item = (usize, u32)> {
        let bits = (0..self.bundles.len() + 2).flat_map(|bundle| self.planes.bits_of(bundle));
        bits.map(|bit| (self.rule_at[bit] as usize, narrow(bit)))
    }

    /// Judges every rule.
    pub(crate) fn judge(&self, answers: &Answers, asked: &Asked, judged: &mut Judged) {
        for bundle in 0..self.bundles.len() + 2 {
            self.planes.judge(bundle, answers, asked, judged);
        }
    }

    /// Judges the rules that rule methods out.
    pub(crate) fn judge_excluding(&self, answers: &Answers, asked: &Asked, judged: &mut Judged) {
        self.planes.judge(EXCLUDING, answers, asked, judged);
    }

    /// Judges the rules of a bundle.
    pub(crate) fn judge_bundle(&self, at: usize, answers: &Answers, asked: &Asked, judged: &mut Judged) {
        self.planes.judge(FIRST + at, answers, asked, judged);
    }

    /// Marks the methods that are ruled out, when the rules that do so are judged.
    pub(crate) fn exclude(&self, judged: &Judged, excluded: &mut Vec<bool>) {
        excluded.clear();
        excluded.resize(self.seats.len(), false);
        judged.each_holding(self.excluding(), |bit| excluded[self.slots[bit] as usize] = true);
    }

    /// The bits of the rules that rule methods out.
    pub(crate) fn excluding(&self) -> Range<usize> {
        self.planes.bits_of(EXCLUDING)
    }

    /// The bits of the rules that give points.
    pub(crate) fn scoring(&self) -> Range<usize> {
        self.planes.bits_of(FIRST).start..self.planes.bits_of(FIRST + self.bundles.len()).start
    }

    /// Visits what the rules of a bundle that hold count for, and the points they give. Whole words at a time: this
    /// is where most of the time goes.
    pub(crate) fn give(&self, bundle: usize, judged: &Judged, mut visit: impl FnMut(usize, i32)) {
        let words = self.planes.words_of(FIRST + bundle);
        let bits = 64 * words.start..64 * words.end;
        let (slots, _) = self.slots[bits.clone()].as_chunks::<64>();
        let (given, _) = self.given[bits].as_chunks::<64>();
        for (word, (slots, given)) in judged.holds[words].iter().zip(slots.iter().zip(given)) {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros() as usize % 64;
                visit(slots[bit] as usize, given[bit].into());
                left &= left - 1;
            }
        }
    }

    /// The bits of the rules of a method, besides those that rule it out; in the order of the pack.
    pub(crate) fn bits_of(&self, method: usize) -> Range<usize> {
        let (from, to) = self.bits[method][1];
        from as usize..to as usize
    }

    /// The bits of the rules that rule a method out.
    pub(crate) fn excluding_bits_of(&self, method: usize) -> Range<usize> {
        let (from, to) = self.bits[method][0];
        from as usize..to as usize
    }

    /// The seat of a method.
    pub(crate) fn seat_of(&self, method: usize) -> usize {
        self.seat_of[method] as usize
    }

    /// The criterion that a rule about a method counts for.
    pub(crate) fn criterion_at(&self, bit: usize) -> usize {
        self.slots[bit] as usize / self.seats.len()
    }

    /// The bundle of a method.
    pub(crate) fn bundle_of(&self, method: usize) -> usize {
        self.bundles.partition_point(|bundle| bundle.seats.end <= self.seat_of(method))
    }

    /// The most a method can get with these weights.
    pub(crate) fn most_of(&self, method: usize, weights: &[i32]) -> i32 {
        weighed(&self.most[method * weights.len()..(method + 1) * weights.len()], weights)
    }
}

fn weighed(most: &[i32], weights: &[i32]) -> i32 {
    most.iter().zip(weights).map(|(most, weight)| most * weight).sum()
}

/// The most points per method and criterion, kept within bounds.
fn most(program: &Program) -> Vec<i32> {
    let most = (0..program.groups()).map(|group| {
        let rules = program.rules[program.rules_in(group)].iter();
        let most = clamp(rules.map(|rule| i64::from(rule.extremes.1.max(0))).sum());
        // INVARIANT: a sum within bounds is small.
        i32::try_from(most).unwrap_or(0)
    });
    most.collect()
}
