//! From a checked pack to a [`Program`]: conditions to literals, rules in order, references to places.
//!
//! Nothing here can fail: the check resolved every reference, and whatever it did not resolve is passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::condition::Condition;
use crate::engine::{ARRANGED, NEED};
use crate::layout::Layout;
use crate::names::Names;
use crate::pack::{Effect, Pack, Rule};
use crate::program::{Atom, Compiled, Kind, MethodLinks, Program, Shape, narrow};
use crate::terms::{Asks, END, Literal, normalise};
use crate::vocabulary::{Question, Vocabulary, question_id};

struct Compiler<'p> {
    pack: &'p Pack,
    vocabulary: &'p Vocabulary,
    program: Program,
    methods: Names<usize>,
    guidelines: Names<usize>,
    /// What every rule asks, in the order of the rules, as [`Compiler::ask`] writes it.
    asked: Vec<u32>,
    /// The end of each rule in `asked`.
    asked_ends: Vec<usize>,
    /// Conditions that rules share, with the curve of the rule: the first rule with them.
    shared: BTreeMap<(*const Condition, Option<usize>), usize>,
    /// The terms of one rule, in memory that is used again.
    terms: Vec<Literal>,
    /// Per atom: the places of the questions that decide it, facets first, then numbers.
    asked_by: Vec<Vec<u32>>,
    /// Atoms that are not single values, by what they stand for: facet and value atoms, or number and bound.
    sets: BTreeMap<Vec<usize>, u32>,
    bounds: BTreeMap<(usize, i64), u32>,
}

impl Program {
    /// Compiles a pack whose methods and rules stand in the order of their ids.
    pub(crate) fn new(pack: &Pack, vocabulary: &Vocabulary) -> Self {
        let program =
            Program { value_atoms: vocabulary.atoms(), criteria: pack.criteria.len(), ..Program::default() };
        let methods = pack.methods.iter().enumerate().map(|(at, method)| (method.id.as_str(), at));
        let guidelines = pack.guidelines.iter().enumerate().map(|(at, own)| (own.id.as_str(), at));
        let compiler = Compiler {
            pack,
            vocabulary,
            program,
            methods: methods.collect(),
            guidelines: guidelines.collect(),
            asked: Vec::new(),
            asked_ends: Vec::new(),
            shared: BTreeMap::new(),
            terms: Vec::new(),
            asked_by: Vec::new(),
            sets: BTreeMap::new(),
            bounds: BTreeMap::new(),
        };
        compiler.compile()
    }
}

impl Compiler<'_> {
    fn compile(mut self) -> Program {
        let pack = self.pack;
        self.rules();
        self.sets();
        let conditions = self.shared_conditions();
        self.lay_out(&conditions);
        self.exclusions_and_curves();
        self.post();
        self.lay_out_rules();
        self.shrink();
        self.program.methods = (0..pack.methods.len()).map(|at| self.links(at)).collect();
        self.program.example_atoms =
            pack.examples.iter().map(|example| self.atoms_of(&example.facets)).collect();
        self.program.reach_atoms = pack.reach.iter().map(|reach| self.atoms_of(&reach.facets)).collect();
        self.program.reach_needs = pack.reach.iter().map(|reach| self.needs(&reach.preconditions)).collect();
        self.program.factor_atoms = pack.factors.iter().map(|factor| self.atoms_of(&factor.facets)).collect();
        self.program.shown = self.conditions_to_show();
        self.program
    }

    /// Writes down what each rule asks, and puts the rules in groups. One pass in the order of the pack: that is
    /// how it lies in memory.
    fn rules(&mut self) {
        let pack = self.pack;
        let values = (0..self.program.value_atoms)
            .map(|atom| self.asked_by_facet(self.vocabulary.place_of(atom).0, std::iter::once(atom)));
        self.asked_by = values.collect();
        let groups = pack.methods.len() * pack.criteria.len();
        let mut rules = Vec::with_capacity(pack.rules.len());
        for (at, rule) in pack.rules.iter().enumerate() {
            rules.push((narrow(self.group(rule).unwrap_or(groups)), self.rule(at)));
        }
        rules.sort_unstable_by_key(|(group, rule)| (*group, rule.rule));
        let ends = ends(groups, rules.iter().map(|(group, _)| *group as usize));
        self.program.group_ends = ends.into_iter().map(|end| end as usize).collect();
        self.program.rules = rules.into_iter().map(|(_, rule)| rule).collect();
    }

    /// The method and criterion that a rule counts for.
    fn group(&self, rule: &Rule) -> Option<usize> {
        let method = self.method(rule.method.as_deref()?)?;
        Some(method * self.pack.criteria.len() + self.vocabulary.criterion(&rule.criterion)?)
    }

    /// Writes the values of sets down as bits.
    fn sets(&mut self) {
        let mut bits: Vec<(usize, u64)> = Vec::new();
        for atom in &self.program.atoms {
            let Atom::AnyOf(facet, values) = atom else { continue };
            let start = bits.len();
            for atom in values.iter().filter_map(|value| self.vocabulary.atom(*facet, *value)) {
                let (word, mask) = (atom / 64, 1 << (atom % 64));
                match bits[start..].last_mut() {
                    Some((last, bits)) if *last == word => *bits |= mask,
                    _ => bits.push((word, mask)),
                }
            }
            self.program.set_ends.push(bits.len());
        }
        self.program.set_bits = bits;
    }

    /// Per atom: its place in the order of ids, so that no answer depends on the order of the vocabulary or
    /// on which other rules there are.
    fn order_of_atoms(&self) -> Vec<u32> {
        let pack = self.pack;
        let of_values = |facet: usize, values: &[usize]| {
            let facet = &pack.facets[facet];
            let mut ids: Vec<_> = values.iter().map(|value| facet.values[*value].id.as_str()).collect();
            ids.sort_unstable();
            (facet.id.as_str(), ids, 0)
        };
        let values = (0..self.program.value_atoms).map(|atom| {
            let (facet, value) = self.vocabulary.place_of(atom);
            (false, of_values(facet, &[value]))
        });
        let others = self.program.atoms.iter().map(|atom| match atom {
            Atom::AnyOf(facet, values) => (false, of_values(*facet, values)),
            Atom::AtLeast(number, bound) => (true, (pack.numbers[*number].id.as_str(), Vec::new(), *bound)),
        });
        let mut order: Vec<_> = values.chain(others).enumerate().map(|(at, key)| (key, at)).collect();
        order.sort_unstable();
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, (_, at))| places[*at] = narrow(place));
        places
    }

    /// Finds the rules that ask the same, and tells each where its condition is: per condition a rule that asks
    /// it. Conditions of several rules come first.
    fn shared_conditions(&mut self) -> Vec<usize> {
        let rules = &self.program.rules;
        let asked = |place: usize| asked(&self.asked, &self.asked_ends, rules[place].rule as usize);
        // Alike stand together in this order, the first of the rules in front. A fingerprint decides nearly
        // always, and then nothing else has to be fetched.
        let mut order: Vec<_> = (0..rules.len()).map(|place| (fingerprint(asked(place)), place)).collect();
        order.sort_unstable_by(|(a, rule), (b, other)| {
            a.cmp(b).then_with(|| asked(*rule).cmp(asked(*other))).then_with(|| rule.cmp(other))
        });
        let groups = order.chunk_by(|(a, rule), (b, other)| a == b && asked(*rule) == asked(*other));
        let mut found: Vec<_> = groups.map(|group| ((group.len() == 1, group[0].1), group)).collect();
        found.sort_unstable();
        self.program.shared = found.partition_point(|((is_alone, _), _)| !is_alone);
        let first = found.iter().map(|(_, group)| rules[group[0].1].rule as usize).collect();
        for (condition, (_, group)) in found.iter().enumerate() {
            group.iter().for_each(|(_, place)| self.program.rules[*place].condition = narrow(condition));
        }
        first
    }

    /// Writes the conditions that these rules ask into flat lists.
    fn lay_out(&mut self, rules: &[usize]) {
        let order = self.order_of_atoms();
        let by_order = |literal: &Literal| (order[(literal >> 1) as usize], literal & 1);
        let mut lists: BTreeMap<&[u32], u32> = BTreeMap::new();
        let facets = self.pack.facets.len();
        let program = &mut self.program;
        for rule in rules {
            let mut parts = asked(&self.asked, &self.asked_ends, *rule).split(|literal| *literal == END);
            let questions = parts.next().and_then(|list| list.get(1..)).unwrap_or(&[]);
            let known = narrow(lists.len());
            program.asks.push(*lists.entry(questions).or_insert(known));
            let mut terms: Vec<Vec<Literal>> = parts.map(<[u32]>::to_vec).collect();
            // What follows the last end is nothing.
            terms.pop();
            terms.iter_mut().for_each(|term| term.sort_unstable_by_key(by_order));
            terms.sort_by(|a, b| a.iter().map(by_order).cmp(b.iter().map(by_order)));
            let from = narrow(program.literals.len());
            program.shapes.push(match terms.as_slice() {
                [term] if term.len() == 1 => Shape::Literal(term[0]),
                [term] => Shape::Term(from, from + narrow(term.len())),
                _ => Shape::Terms,
            });
            for term in &terms {
                program.literals.extend(term);
                program.term_ends.push(narrow(program.literals.len()));
            }
            program.condition_ends.push(narrow(program.term_ends.len()));
        }
        let question = |place: &u32| match (*place as usize).checked_sub(facets) {
            Some(number) => Question::Number(number),
            None => Question::Facet(*place as usize),
        };
        let id = |place: &u32| question_id(self.pack, question(place)).to_owned();
        program.questions = vec![Default::default(); lists.len()];
        for (places, list) in lists {
            program.questions[list as usize] = (places.iter().map(id).collect(), places.to_vec());
        }
    }

    /// Lists what rules out and what has a curve.
    fn exclusions_and_curves(&mut self) {
        let program = &mut self.program;
        let mut start = 0;
        for (group, end) in program.group_ends.iter().enumerate() {
            for (at, rule) in program.rules[start..*end].iter().enumerate() {
                match rule.kind {
                    Kind::Exclude => {
                        let method = group / program.criteria.max(1);
                        program.excluding.push((narrow(method), rule.condition));
                    }
                    Kind::Curve(_) => program.curves.push((group, start + at)),
                    _ => {}
                }
            }
            start = *end;
        }
    }

    /// Lists points by condition, so that scoring passes over whatever does not hold.
    fn post(&mut self) {
        let program = &mut self.program;
        let mut postings = Vec::new();
        let mut start = 0;
        for (group, end) in program.group_ends.iter().enumerate() {
            let rules = program.rules[start..*end].iter().filter(|rule| rule.points != 0);
            postings.extend(rules.map(|rule| (rule.condition, narrow(group), rule.points)));
            start = *end;
        }
        // By condition; those of one condition as they were.
        postings.sort_by_key(|(condition, ..)| *condition);
        let conditions = program.condition_ends.len();
        program.posting_ends = ends(conditions, postings.iter().map(|(condition, ..)| *condition as usize));
        program.postings = postings.into_iter().map(|(_, group, points)| (group, points)).collect();
    }

    /// Gives every rule its bit.
    fn lay_out_rules(&mut self) {
        let program = &mut self.program;
        let (methods, numbers) = (self.pack.methods.len(), self.pack.numbers.len());
        let layout = Layout::new(program, self.vocabulary, methods, numbers);
        layout.bits_of_rules().for_each(|(rule, bit)| program.rules[rule].bit = bit);
        program.layout = layout;
    }

    /// Gives back what lists took to grow: an engine lives long.
    fn shrink(&mut self) {
        let program = &mut self.program;
        program.shapes.shrink_to_fit();
        program.literals.shrink_to_fit();
        program.term_ends.shrink_to_fit();
        program.condition_ends.shrink_to_fit();
        program.asks.shrink_to_fit();
        program.postings.shrink_to_fit();
        program.rules.shrink_to_fit();
        program.excluding.shrink_to_fit();
    }

    fn method(&self, id: &str) -> Option<usize> {
        self.methods.get(id).copied()
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
            Effect::Guideline(id) => Kind::Guideline(narrow(self.guidelines.get(id).copied().unwrap_or(0))),
        };
        // INVARIANT: the check keeps points within a few either way.
        let points =
            if let Effect::Points(points) = rule.effect { i8::try_from(points).unwrap_or(0) } else { 0 };
        let number = if let Kind::Curve(number) = kind { Some(number as usize) } else { None };
        let extremes = match (&rule.effect, number) {
            (Effect::Curve(curve), Some(at)) => {
                let bounds = &pack.numbers[at];
                let (low, high) = curve.points_between(bounds.min, bounds.max);
                (i8::try_from(low).unwrap_or(0), i8::try_from(high).unwrap_or(0))
            }
            _ => (points, points),
        };
        // Rules that a script declares for many methods share a condition, and it is read once.
        let first = match Arc::strong_count(&rule.when) {
            1 => at,
            _ => *self.shared.entry((Arc::as_ptr(&rule.when), number)).or_insert(at),
        };
        if first == at {
            self.ask(&rule.when, number);
        } else {
            let start = first.checked_sub(1).map_or(0, |before| self.asked_ends[before]);
            self.asked.extend_from_within(start..self.asked_ends[first]);
            self.asked_ends.push(self.asked.len());
        }
        // Which condition it rests on, and its bit, are known when all are there.
        Compiled { rule: narrow(at), condition: 0, bit: 0, points, extremes, kind }
    }

    /// Writes down what a rule asks: the number of its curve (from 1), the questions, and the terms.
    fn ask(&mut self, condition: &Condition, number: Option<usize>) {
        let facets = self.pack.facets.len();
        let mut questions: Vec<u32> = number.map(|number| narrow(facets + number)).into_iter().collect();
        let mut terms = std::mem::take(&mut self.terms);
        terms.clear();
        normalise(condition, &mut terms, &mut |asks| {
            let atom = self.atom(asks);
            questions.extend(&self.asked_by[atom as usize]);
            atom
        });
        questions.sort_unstable();
        questions.dedup();
        self.asked.push(number.map_or(0, |number| narrow(number + 1)));
        self.asked.extend(questions.iter().chain([&END]).chain(&terms));
        self.asked_ends.push(self.asked.len());
        self.terms = terms;
    }

    /// The facets that decide whether some of these atoms hold: their own, and those with narrower values.
    fn asked_by_facet(&self, facet: usize, atoms: impl Iterator<Item = usize>) -> Vec<u32> {
        let implied = atoms.flat_map(|atom| self.vocabulary.implied_by(atom));
        implied.copied().chain([facet]).map(narrow).collect()
    }

    /// The atom of what is asked. INVARIANT: the check resolved every facet, value and number of every condition.
    fn atom(&mut self, asks: Asks<'_>) -> u32 {
        match asks {
            Asks::AnyOf { facet, values } => match self.vocabulary.question(facet) {
                Some(Question::Facet(at)) => self.set(at, values),
                _ => 0,
            },
            Asks::AtLeast { number, bound } => match self.vocabulary.question(number) {
                Some(Question::Number(at)) => match self.bounds.get(&(at, bound)) {
                    Some(known) => *known,
                    None => {
                        let atom = self.new_atom(Atom::AtLeast(at, bound));
                        self.bounds.insert((at, bound), atom);
                        atom
                    }
                },
                _ => 0,
            },
        }
    }

    /// The atom of one value, or of a set of which one must hold.
    fn set(&mut self, facet: usize, values: &[String]) -> u32 {
        if let [one] = values {
            let value = self.vocabulary.value(facet, one);
            return value.and_then(|value| self.vocabulary.atom(facet, value)).map_or(0, narrow);
        }
        let mut places: Vec<_> =
            values.iter().filter_map(|value| self.vocabulary.value(facet, value)).collect();
        places.sort_unstable();
        places.dedup();
        if let [one] = places.as_slice() {
            return self.vocabulary.atom(facet, *one).map_or(0, narrow);
        }
        // Nothing of one facet is not nothing of another.
        places.push(facet);
        if let Some(known) = self.sets.get(&places) {
            return *known;
        }
        let key = places.clone();
        places.pop();
        let atom = self.new_atom(Atom::AnyOf(facet, places));
        self.sets.insert(key, atom);
        atom
    }

    fn new_atom(&mut self, atom: Atom) -> u32 {
        self.asked_by.push(match &atom {
            Atom::AnyOf(facet, values) => {
                let atoms = values.iter().filter_map(|value| self.vocabulary.atom(*facet, *value));
                self.asked_by_facet(*facet, atoms)
            }
            Atom::AtLeast(number, _) => vec![narrow(self.pack.facets.len() + number)],
        });
        self.program.atoms.push(atom);
        narrow(self.program.value_atoms + self.program.atoms.len() - 1)
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

/// What a rule asks.
fn asked<'a>(asked: &'a [u32], ends: &[usize], rule: usize) -> &'a [u32] {
    &asked[rule.checked_sub(1).map_or(0, |before| ends[before])..ends[rule]]
}

/// Where the things of each of so many conditions or groups end in a list that stands in their order.
fn ends(count: usize, of: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut ends = vec![0; count];
    of.filter(|of| *of < count).for_each(|of| ends[of] += 1);
    ends.iter_mut().fold(0, |before, end| {
        *end += before;
        *end
    });
    ends
}

/// A number that differs for most lists that differ (FNV-1a over words).
fn fingerprint(list: &[u32]) -> u64 {
    list.iter().fold(0xcbf2_9ce4_8422_2325, |print, word| {
        (print ^ u64::from(*word)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    })
}
