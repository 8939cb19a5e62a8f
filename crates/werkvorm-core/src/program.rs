//! A pack compiled for the evaluator, and what can be asked of it. How it is made: `compile.rs`.
//!
//! Conditions become flat lists of literals over numbered *atoms*: a value of a facet, a set of values of
//! which one must hold, or "this number is at least so much". Many rules share a condition, above all those
//! that a script declares for every method; each set and each condition is kept once. Rules are grouped by
//! method and criterion. Where they have their bits: `layout.rs`.

use std::ops::Range;

use crate::answers::Answers;
use crate::condition::{Condition, Truth};
use crate::layout::Layout;
pub(crate) use crate::terms::Literal;
use crate::vocabulary::Vocabulary;

/// What a condition comes down to; most need no walk over terms.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// One literal.
    Literal(Literal),
    /// One term: from and to in the literals.
    Term(u32, u32),
    /// Anything else.
    Terms,
}

/// What an atom stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Atom {
    /// One of these values of a facet, by their places.
    AnyOf(usize, Vec<usize>),
    /// A number (by its place) that is at least this.
    AtLeast(usize, i64),
}

/// A compiled pack.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// How many atoms are single values of facets; they come first and are not in `atoms`.
    pub(crate) value_atoms: usize,
    /// The other atoms.
    pub(crate) atoms: Vec<Atom>,
    /// The values of all sets as bits, one set after the other: a word of value atoms, and which of them.
    pub(crate) set_bits: Vec<(usize, u64)>,
    /// The end of each set in `set_bits`.
    pub(crate) set_ends: Vec<usize>,
    /// Per condition: what it comes down to, so that the common shapes are judged without a loop.
    pub(crate) shapes: Vec<Shape>,
    /// Literals of all terms, one after the other.
    pub(crate) literals: Vec<Literal>,
    /// The end of each term in `literals`.
    pub(crate) term_ends: Vec<u32>,
    /// The end of each condition in `term_ends`.
    pub(crate) condition_ends: Vec<u32>,
    /// The points of all conditions, one after the other: the group they count for, and the points.
    pub(crate) postings: Vec<(u32, i8)>,
    /// The end of each condition in `postings`.
    pub(crate) posting_ends: Vec<u32>,
    /// Which questions conditions ask together, each once: their ids, and their places (facets, then numbers).
    pub(crate) questions: Vec<(Vec<String>, Vec<u32>)>,
    /// Per condition: its place in `questions`.
    pub(crate) asks: Vec<u32>,
    /// How many conditions several rules rest on; they come first.
    pub(crate) shared: usize,
    /// Per atom: that it is so, and that it is not so, as conditions to show.
    pub(crate) shown: Vec<[Condition; 2]>,
    /// The rules, grouped by method and criterion; those without a method come last.
    pub(crate) rules: Vec<Compiled>,
    /// Per method and criterion: where its rules end in `rules`.
    pub(crate) group_ends: Vec<usize>,
    /// The rules that rule a method out: the method and the condition, in the order of the conditions.
    pub(crate) excluding: Vec<(u32, u32)>,
    /// The rules with a curve: the group they count for, and the place in `rules`.
    pub(crate) curves: Vec<(usize, usize)>,
    /// Per method: what explaining it needs.
    pub(crate) methods: Vec<MethodLinks>,
    /// Per example: the atoms of the values it shares with profiles.
    pub(crate) example_atoms: Vec<Vec<usize>>,
    /// The same per way to reach people.
    pub(crate) reach_atoms: Vec<Vec<usize>>,
    /// Per way to reach people: what must be in place.
    pub(crate) reach_needs: Vec<Vec<(usize, Option<usize>)>>,
    /// The same per factor.
    pub(crate) factor_atoms: Vec<Vec<usize>>,
    /// The rules as bits.
    pub(crate) layout: Layout,
    /// How many criteria there are: the groups of one method.
    pub(crate) criteria: usize,
}

/// A rule, ready for the evaluator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiled {
    /// Its place in the pack.
    pub(crate) rule: u32,
    pub(crate) condition: u32,
    /// Its bit in the planes.
    pub(crate) bit: u32,
    /// The points it gives; 0 when they depend on a number or it gives none.
    pub(crate) points: i8,
    /// The fewest and the most points it can give when it holds.
    pub(crate) extremes: (i8, i8),
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Points,
    /// Place of the number.
    Curve(u32),
    Exclude,
    Caution,
    /// Place of the guideline.
    Guideline(u32),
}

/// Places of what belongs to a method.
#[derive(Debug, Default)]
pub(crate) struct MethodLinks {
    /// Needs: the value of the facet, and the atom that says that it is arranged.
    pub(crate) needs: Vec<(usize, Option<usize>)>,
    /// Examples that used it.
    pub(crate) examples: Vec<usize>,
    /// Methods it goes well with.
    pub(crate) combines_with: Vec<usize>,
}

impl Program {
    /// The compiled rules of a method.
    pub(crate) fn rules_of(&self, method: usize) -> Range<usize> {
        self.end_before(method * self.criteria)..self.end_before((method + 1) * self.criteria)
    }

    /// The compiled rules of a method and criterion.
    pub(crate) fn rules_in(&self, group: usize) -> Range<usize> {
        self.end_before(group)..self.group_ends[group]
    }

    /// The compiled rules that speak about the whole advice.
    pub(crate) fn general_rules(&self) -> Range<usize> {
        self.end_before(self.group_ends.len())..self.rules.len()
    }

    fn end_before(&self, group: usize) -> usize {
        group.checked_sub(1).map_or(0, |before| self.group_ends[before])
    }

    pub(crate) fn conditions(&self) -> usize {
        self.condition_ends.len()
    }

    /// The truth of every atom.
    pub(crate) fn atoms(&self, answers: &Answers) -> Vec<Truth> {
        let mut truths = Vec::with_capacity(self.value_atoms + self.atoms.len());
        truths.extend_from_slice(&answers.values);
        // Two bits per value, so that a set takes a word or two instead of a walk.
        let words = answers.values.len().div_ceil(64);
        let (mut holds, mut open) = (vec![0_u64; words], vec![0_u64; words]);
        for (at, truth) in answers.values.iter().enumerate() {
            holds[at / 64] |= u64::from(*truth == Truth::Holds) << (at % 64);
            open[at / 64] |= u64::from(*truth == Truth::NotKnown) << (at % 64);
        }
        let (mut set, mut bit) = (0, 0);
        for atom in &self.atoms {
            truths.push(match atom {
                Atom::AnyOf(..) => {
                    let own = &self.set_bits[bit..self.set_ends[set]];
                    bit = self.set_ends[set];
                    set += 1;
                    let (mut held, mut waits) = (0, 0);
                    for (word, mask) in own {
                        held |= holds[*word] & mask;
                        waits |= open[*word] & mask;
                    }
                    match (held, waits) {
                        (0, 0) => Truth::Fails,
                        (0, _) => Truth::NotKnown,
                        _ => Truth::Holds,
                    }
                }
                Atom::AtLeast(number, bound) => {
                    answers.numbers[*number].map_or(Truth::NotKnown, |n| Truth::from(n >= *bound))
                }
            });
        }
        truths
    }

    /// The truth of one literal.
    pub(crate) fn literal(&self, vocabulary: &Vocabulary, answers: &Answers, coded: Literal) -> Truth {
        let at = (coded >> 1) as usize;
        let truth = match at.checked_sub(self.value_atoms).and_then(|other| self.atoms.get(other)) {
            None => answers.values[at],
            Some(Atom::AnyOf(facet, values)) => {
                let atoms = values.iter().filter_map(|value| vocabulary.atom(*facet, *value));
                atoms.map(|atom| answers.values[atom]).max().unwrap_or(Truth::Fails)
            }
            Some(Atom::AtLeast(number, bound)) => {
                answers.numbers[*number].map_or(Truth::NotKnown, |n| Truth::from(n >= *bound))
            }
        };
        if coded & 1 == 1 { !truth } else { truth }
    }

    /// Judges a condition. Kleene: a term is the least of its literals, a condition the greatest of its terms.
    pub(crate) fn judge_one(&self, condition: usize, atoms: &[Truth]) -> Truth {
        let all_of = |term: &[Literal]| {
            let mut all = Truth::Holds;
            for coded in term {
                all = all.min(literal_truth(atoms, *coded));
                if all == Truth::Fails {
                    break;
                }
            }
            all
        };
        match self.shapes[condition] {
            Shape::Literal(literal) => literal_truth(atoms, literal),
            Shape::Term(from, to) => all_of(&self.literals[from as usize..to as usize]),
            Shape::Terms => {
                let mut any = Truth::Fails;
                for term in self.terms_of(condition) {
                    any = any.max(all_of(term));
                    if any == Truth::Holds {
                        break;
                    }
                }
                any
            }
        }
    }

    /// The questions a condition asks: their ids, and their places (facets first, then numbers).
    pub(crate) fn questions_of(&self, condition: usize) -> &(Vec<String>, Vec<u32>) {
        &self.questions[self.asks[condition] as usize]
    }

    /// Whether a condition holds, found out by itself.
    pub(crate) fn holds(&self, vocabulary: &Vocabulary, answers: &Answers, condition: usize) -> bool {
        let holds = |literal: &Literal| self.literal(vocabulary, answers, *literal) == Truth::Holds;
        self.terms_of(condition).any(|term| term.iter().all(holds))
    }

    /// What a condition gives when it holds: groups and points.
    pub(crate) fn postings_of(&self, condition: usize) -> &[(u32, i8)] {
        let start = condition.checked_sub(1).map_or(0, |before| self.posting_ends[before] as usize);
        &self.postings[start..self.posting_ends[condition] as usize]
    }

    /// How many groups of a method and criterion there are.
    pub(crate) fn groups(&self) -> usize {
        self.group_ends.len()
    }

    /// The terms of a condition.
    pub(crate) fn terms_of(&self, condition: usize) -> impl Iterator<Item = &[Literal]> {
        let end_of = |ends: &[u32], at: usize| at.checked_sub(1).map_or(0, |before| ends[before] as usize);
        let terms = end_of(&self.condition_ends, condition)..self.condition_ends[condition] as usize;
        terms.map(move |term| &self.literals[end_of(&self.term_ends, term)..self.term_ends[term] as usize])
    }

    /// The nth term of a condition, if it has so many.
    pub(crate) fn term(&self, condition: usize, nth: usize) -> Option<&[Literal]> {
        let end_of = |ends: &[u32], at: usize| at.checked_sub(1).map_or(0, |before| ends[before] as usize);
        let term = end_of(&self.condition_ends, condition) + nth;
        (term < self.condition_ends[condition] as usize)
            .then(|| &self.literals[end_of(&self.term_ends, term)..self.term_ends[term] as usize])
    }

    /// How many things a condition asks at the least.
    pub(crate) fn asks_at_least(&self, condition: usize) -> usize {
        self.terms_of(condition).map(<[Literal]>::len).min().unwrap_or(0)
    }

    /// A literal as a condition to show.
    pub(crate) fn shown(&self, literal: Literal) -> &Condition {
        &self.shown[(literal >> 1) as usize][(literal & 1) as usize]
    }

    /// The set or number that a literal is about; nothing when it is about one value.
    pub(crate) fn set_or_number(&self, literal: Literal) -> Option<&Atom> {
        ((literal >> 1) as usize).checked_sub(self.value_atoms).and_then(|at| self.atoms.get(at))
    }

    /// What the atom of a literal stands for, whatever it is.
    pub(crate) fn atom(&self, literal: Literal, vocabulary: &Vocabulary) -> Atom {
        self.set_or_number(literal).cloned().unwrap_or_else(|| {
            let (facet, value) = vocabulary.place_of((literal >> 1) as usize);
            Atom::AnyOf(facet, vec![value])
        })
    }
}

pub(crate) fn literal_truth(atoms: &[Truth], coded: Literal) -> Truth {
    let atom = atoms[(coded >> 1) as usize];
    if coded & 1 == 1 { !atom } else { atom }
}

/// A place, kept short; no pack has so many of anything.
pub(crate) fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
