//! A pack compiled for the evaluator.
//!
//! Conditions become flat lists of literals over numbered *atoms*: a value of a facet, a set of values of
//! which one must hold, or "this number is at least so much". Many rules share a condition, above all those
//! that a script declares for every method; each set and each condition is kept, and judged, once. Rules are
//! grouped by method and criterion, so that scoring is one pass in memory order.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::answers::Answers;
use crate::condition::{Condition, Truth};
use crate::engine::{ARRANGED, NEED};
use crate::pack::{Effect, Pack};
use crate::terms::{Asks, normalise};
use crate::vocabulary::{Question, Vocabulary, question_id};

/// Twice an atom, plus one when its opposite is meant.
pub(crate) type Literal = u32;

/// A condition that does not come down to one literal.
const SEVERAL: Literal = u32::MAX;

/// What an atom stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    value_atoms: usize,
    /// The other atoms.
    atoms: Vec<Atom>,
    /// The values of all sets as bits, one set after the other: a word of value atoms, and which of them.
    set_bits: Vec<(usize, u64)>,
    /// The end of each set in `set_bits`.
    set_ends: Vec<usize>,
    /// Per condition: the one literal it comes down to, or [`SEVERAL`].
    single: Vec<Literal>,
    /// Literals of all terms, one after the other.
    literals: Vec<Literal>,
    /// The end of each term in `literals`.
    term_ends: Vec<u32>,
    /// The end of each condition in `term_ends`.
    condition_ends: Vec<u32>,
    /// The points of all conditions, one after the other: the group they count for, and the points.
    postings: Vec<(u32, i32)>,
    /// The end of each condition in `postings`.
    posting_ends: Vec<u32>,
    /// Per condition: the questions it asks, and their ids.
    pub(crate) questions: Vec<(Vec<Question>, Vec<String>)>,
    /// Per condition: the number that a curve waits for besides.
    pub(crate) curve_number: Vec<Option<usize>>,
    /// Per condition: how many rules about methods rest on it.
    pub(crate) rules_resting_on: Vec<usize>,
    /// Per atom: that it is so, and that it is not so, as conditions to show.
    shown: Vec<[Condition; 2]>,
    /// The rules, grouped by method and criterion; those without a method come last.
    pub(crate) rules: Vec<Compiled>,
    /// Per method and criterion: where its rules end in `rules`.
    group_ends: Vec<usize>,
    /// The rules that rule a method out: the method and the condition.
    pub(crate) excluding: Vec<(usize, usize)>,
    /// The rules with a curve: the method, and the place in `rules`.
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
    criteria: usize,
}

/// A rule, ready for the evaluator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiled {
    /// Its place in the pack.
    pub(crate) rule: u32,
    pub(crate) condition: u32,
    /// The points it gives; 0 when they depend on a number or it gives none.
    pub(crate) points: i32,
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
    /// Compiles a pack whose methods and rules stand in the order of their ids.
    pub(crate) fn new(pack: &Pack, vocabulary: &Vocabulary) -> Self {
        let program =
            Program { value_atoms: vocabulary.atoms(), criteria: pack.criteria.len(), ..Program::default() };
        Compiler { pack, vocabulary, program, conditions: BTreeMap::new(), sets: BTreeMap::new() }.compile()
    }

    /// The compiled rules of a method.
    pub(crate) fn rules_of(&self, method: usize) -> Range<usize> {
        self.end_before(method * self.criteria)..self.end_before((method + 1) * self.criteria)
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
                    let any = |bits: &[u64]| own.iter().any(|(word, mask)| bits[*word] & mask != 0);
                    if any(&holds) {
                        Truth::Holds
                    } else if any(&open) {
                        Truth::NotKnown
                    } else {
                        Truth::Fails
                    }
                }
                Atom::AtLeast(number, bound) => {
                    answers.numbers[*number].map_or(Truth::NotKnown, |n| Truth::from(n >= *bound))
                }
            });
        }
        truths
    }

    /// Judges every condition. Kleene: a term is the least of its literals, a condition the greatest of
    /// its terms.
    pub(crate) fn judge(&self, atoms: &[Truth]) -> Vec<Truth> {
        let judge = |(condition, single): (usize, &Literal)| {
            if *single != SEVERAL {
                return literal_truth(atoms, *single);
            }
            let all = |term: &[Literal]| term.iter().map(|coded| literal_truth(atoms, *coded)).min();
            self.terms_of(condition)
                .map(|term| all(term).unwrap_or(Truth::Holds))
                .max()
                .unwrap_or(Truth::Fails)
        };
        self.single.iter().enumerate().map(judge).collect()
    }

    /// The points that rest on a condition: the group they count for, and the points.
    pub(crate) fn postings(&self, condition: usize) -> &[(u32, i32)] {
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

    /// How many things a condition asks at the least.
    pub(crate) fn asks_at_least(&self, condition: usize) -> usize {
        self.terms_of(condition).map(<[Literal]>::len).min().unwrap_or(0)
    }

    /// A literal as a condition to show.
    pub(crate) fn shown(&self, literal: Literal) -> &Condition {
        &self.shown[(literal >> 1) as usize][(literal & 1) as usize]
    }

    /// What the atom of a literal stands for.
    pub(crate) fn atom(&self, literal: Literal, vocabulary: &Vocabulary) -> Atom {
        let atom = (literal >> 1) as usize;
        atom.checked_sub(self.value_atoms).and_then(|at| self.atoms.get(at).cloned()).unwrap_or_else(|| {
            let (facet, value) = vocabulary.place_of(atom);
            Atom::AnyOf(facet, vec![value])
        })
    }
}

pub(crate) fn literal_truth(atoms: &[Truth], coded: Literal) -> Truth {
    let atom = atoms[(coded >> 1) as usize];
    if coded & 1 == 1 { !atom } else { atom }
}

/// What makes two rules share a condition: its terms, the questions it asks, and the number of a curve.
type Shared = (Vec<Vec<Literal>>, Vec<Question>, Option<usize>);

struct Compiler<'p> {
    pack: &'p Pack,
    vocabulary: &'p Vocabulary,
    program: Program,
    conditions: BTreeMap<Shared, usize>,
    sets: BTreeMap<Vec<usize>, usize>,
}

impl Compiler<'_> {
    fn compile(mut self) -> Program {
        let pack = self.pack;
        let groups = pack.methods.len() * pack.criteria.len();
        let group = |at: usize| {
            let rule = &pack.rules[at];
            let method = self.method(rule.method.as_deref()?)?;
            Some(method * pack.criteria.len() + self.vocabulary.criterion(&rule.criterion)?)
        };
        let mut order: Vec<_> = (0..pack.rules.len()).map(|at| (group(at).unwrap_or(groups), at)).collect();
        order.sort_unstable();
        for (group, at) in order {
            while self.program.group_ends.len() < group {
                self.program.group_ends.push(self.program.rules.len());
            }
            let compiled = self.rule(at);
            if group < groups {
                let method = group / pack.criteria.len().max(1);
                self.program.rules_resting_on[compiled.condition as usize] += 1;
                match compiled.kind {
                    Kind::Exclude => self.program.excluding.push((method, compiled.condition as usize)),
                    Kind::Curve(_) => self.program.curves.push((group, self.program.rules.len())),
                    _ => {}
                }
            }
            self.program.rules.push(compiled);
        }
        self.program.group_ends.resize(groups, self.program.rules.len());
        self.post();
        self.program.methods = (0..pack.methods.len()).map(|at| self.links(at)).collect();
        self.program.example_atoms =
            pack.examples.iter().map(|example| self.atoms_of(&example.facets)).collect();
        self.program.reach_atoms = pack.reach.iter().map(|reach| self.atoms_of(&reach.facets)).collect();
        self.program.reach_needs = pack.reach.iter().map(|reach| self.needs(&reach.preconditions)).collect();
        self.program.factor_atoms = pack.factors.iter().map(|factor| self.atoms_of(&factor.facets)).collect();
        self.program.shown = self.conditions_to_show();
        self.program
    }

    /// Lists points by condition, so that scoring passes over whatever does not hold.
    fn post(&mut self) {
        let program = &mut self.program;
        let mut by_condition = vec![Vec::new(); program.condition_ends.len()];
        let mut start = 0;
        for (group, end) in program.group_ends.iter().enumerate() {
            for rule in program.rules[start..*end].iter().filter(|rule| rule.points != 0) {
                by_condition[rule.condition as usize].push((narrow(group), rule.points));
            }
            start = *end;
        }
        for points in by_condition {
            program.postings.extend(points);
            program.posting_ends.push(narrow(program.postings.len()));
        }
    }

    fn method(&self, id: &str) -> Option<usize> {
        self.pack.methods.binary_search_by(|method| method.id.as_str().cmp(id)).ok()
    }

    fn links(&self, at: usize) -> MethodLinks {
        let method = &self.pack.methods[at];
        let examples = self.pack.examples.iter().enumerate();
        MethodLinks {
            needs: method.facets.get(NEED).map(|needs| self.needs(needs)).unwrap_or_default(),
            examples: examples.filter(|(_, e)| e.methods.contains(&method.id)).map(|(at, _)| at).collect(),
            combines_with: method.combines_with.iter().filter_map(|id| self.method(id)).collect(),
        }
    }

    /// Needs as values of their facet, with the atoms that say that they are arranged.
    fn needs(&self, ids: &[String]) -> Vec<(usize, Option<usize>)> {
        let need = self.pack.facet(NEED);
        let place = |id: &String| need?.values.iter().position(|value| value.id == *id);
        ids.iter().filter_map(|id| Some((place(id)?, self.value_atom(ARRANGED, id)))).collect()
    }

    fn atoms_of(&self, facets: &BTreeMap<String, Vec<String>>) -> Vec<usize> {
        let values = facets.iter().flat_map(|(facet, values)| values.iter().map(move |value| (facet, value)));
        values.filter_map(|(facet, value)| self.value_atom(facet, value)).collect()
    }

    fn value_atom(&self, facet: &str, value: &str) -> Option<usize> {
        match self.vocabulary.question(facet)? {
            Question::Facet(at) => self.vocabulary.atom(at, self.vocabulary.value(at, value)?),
            Question::Number(_) => None,
        }
    }

    fn rule(&mut self, at: usize) -> Compiled {
        let pack = self.pack;
        let rule = &pack.rules[at];
        let kind = match &rule.effect {
            Effect::Points(_) => Kind::Points,
            Effect::Curve(curve) => match self.vocabulary.question(&curve.number) {
                Some(Question::Number(number)) => Kind::Curve(narrow(number)),
                _ => Kind::Caution,
            },
            Effect::Exclude => Kind::Exclude,
            Effect::Caution => Kind::Caution,
            Effect::Guideline(id) => {
                let place = pack.guidelines.iter().position(|guideline| guideline.id == *id);
                Kind::Guideline(narrow(place.unwrap_or(0)))
            }
        };
        // INVARIANT: the check keeps points within a few either way.
        let points =
            if let Effect::Points(points) = rule.effect { i32::try_from(points).unwrap_or(0) } else { 0 };
        let number = if let Kind::Curve(number) = kind { Some(number as usize) } else { None };
        Compiled { rule: narrow(at), condition: narrow(self.condition(&rule.when, number)), points, kind }
    }

    fn condition(&mut self, condition: &Condition, number: Option<usize>) -> usize {
        let terms: Vec<Vec<Literal>> = normalise(condition)
            .iter()
            .map(|term| term.iter().map(|literal| self.literal(literal.asks, literal.negated)).collect())
            .collect();
        let mut questions: Vec<Question> = number.map(Question::Number).into_iter().collect();
        condition.walk(&mut |part| match part {
            Condition::Has { facet, value } => {
                questions.extend(self.asked(facet, std::slice::from_ref(value)));
            }
            Condition::HasAny { facet, values } | Condition::HasAll { facet, values } => {
                questions.extend(self.asked(facet, values));
            }
            Condition::Number { number, .. } => questions.extend(self.vocabulary.question(number)),
            _ => {}
        });
        questions.sort_unstable();
        questions.dedup();
        let shared = (terms, questions.clone(), number);
        if let Some(known) = self.conditions.get(&shared) {
            return *known;
        }
        let ids = questions.iter().map(|question| question_id(self.pack, *question).to_owned()).collect();
        let program = &mut self.program;
        program.questions.push((questions, ids));
        program.curve_number.push(number);
        program.rules_resting_on.push(0);
        program.single.push(match shared.0.as_slice() {
            [term] if term.len() == 1 => term[0],
            _ => SEVERAL,
        });
        for term in &shared.0 {
            program.literals.extend(term);
            program.term_ends.push(narrow(program.literals.len()));
        }
        program.condition_ends.push(narrow(program.term_ends.len()));
        let at = program.condition_ends.len() - 1;
        self.conditions.insert(shared, at);
        at
    }

    /// The questions whose answers decide whether a facet has one of these values: the facet itself, and
    /// others with narrower values.
    fn asked(&self, facet: &str, values: &[String]) -> Vec<Question> {
        let Some(Question::Facet(at)) = self.vocabulary.question(facet) else { return Vec::new() };
        let atoms =
            values.iter().filter_map(|value| self.vocabulary.atom(at, self.vocabulary.value(at, value)?));
        let implied = atoms.flat_map(|atom| self.vocabulary.implied_by(atom));
        implied.copied().chain([at]).map(Question::Facet).collect()
    }

    fn literal(&mut self, asks: Asks<'_>, negated: bool) -> Literal {
        // INVARIANT: the check resolved every facet, value and number of every condition.
        let atom = match asks {
            Asks::AnyOf { facet, values } => self.set(facet, values),
            Asks::AtLeast { number, bound } => match self.vocabulary.question(number) {
                Some(Question::Number(at)) => self.other(Atom::AtLeast(at, bound)),
                _ => 0,
            },
        };
        narrow(atom) << 1 | u32::from(negated)
    }

    /// The atom of one value, or of a set of which one must hold.
    fn set(&mut self, facet: &str, values: &[String]) -> usize {
        let Some(Question::Facet(at)) = self.vocabulary.question(facet) else { return 0 };
        let mut places: Vec<_> = values.iter().filter_map(|value| self.vocabulary.value(at, value)).collect();
        places.sort_unstable();
        places.dedup();
        let atoms: Vec<_> = places.iter().filter_map(|value| self.vocabulary.atom(at, *value)).collect();
        if let [one] = atoms.as_slice() {
            return *one;
        }
        if let Some(known) = self.sets.get(&atoms) {
            return *known;
        }
        let atom = self.program.value_atoms + self.program.atoms.len();
        self.program.atoms.push(Atom::AnyOf(at, places));
        for value in &atoms {
            let (word, mask) = (value / 64, 1 << (value % 64));
            let start = self.program.set_ends.last().copied().unwrap_or(0);
            match self.program.set_bits[start..].last_mut() {
                Some((last, bits)) if *last == word => *bits |= mask,
                _ => self.program.set_bits.push((word, mask)),
            }
        }
        self.program.set_ends.push(self.program.set_bits.len());
        self.sets.insert(atoms, atom);
        atom
    }

    fn other(&mut self, atom: Atom) -> usize {
        let atoms = &mut self.program.atoms;
        let place = atoms.iter().position(|known| *known == atom).unwrap_or_else(|| {
            atoms.push(atom);
            atoms.len() - 1
        });
        self.program.value_atoms + place
    }

    fn conditions_to_show(&self) -> Vec<[Condition; 2]> {
        let pack = self.pack;
        let either = |is: Condition| [is.clone(), Condition::Not(Box::new(is))];
        let values = pack.facets.iter().flat_map(|facet| {
            let one = |id: &String| Condition::Has { facet: facet.id.clone(), value: id.clone() };
            facet.values.iter().map(move |value| either(one(&value.id)))
        });
        let others = self.program.atoms.iter().map(|atom| match atom {
            Atom::AnyOf(facet, values) => {
                let facet = &pack.facets[*facet];
                let values = values.iter().map(|value| facet.values[*value].id.clone()).collect();
                either(Condition::HasAny { facet: facet.id.clone(), values })
            }
            Atom::AtLeast(number, bound) => {
                let number = &pack.numbers[*number].id;
                let within =
                    |at_least, at_most| Condition::Number { number: number.clone(), at_least, at_most };
                [within(Some(*bound), None), within(None, Some(bound - 1))]
            }
        });
        values.chain(others).collect()
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
