//! From a checked pack to a [`Program`]: conditions to literals, rules in order, references to places.
//!
//! Nothing here can fail: the check resolved every reference, and whatever it did not resolve is passed over.

use std::collections::BTreeMap;

use crate::condition::Condition;
use crate::engine::{ARRANGED, NEED};
use crate::pack::{Effect, Pack};
use crate::planes::{Planes, row};
use crate::program::{Atom, Compiled, Kind, Literal, MANY, MethodLinks, Program, Shape, narrow};
use crate::terms::{Asks, normalise};
use crate::vocabulary::{Question, Vocabulary, question_id};

/// What makes two rules share a condition: its terms, the questions it asks, and the number of a curve.
type Shared = (Vec<Vec<Literal>>, Vec<Question>, Option<usize>);

struct Compiler<'p> {
    pack: &'p Pack,
    vocabulary: &'p Vocabulary,
    program: Program,
    /// The conditions, each with the place where it was found.
    conditions: BTreeMap<Shared, usize>,
    /// Per facet and values: the atom of the set.
    sets: BTreeMap<(usize, Vec<usize>), usize>,
}

impl Program {
    /// Compiles a pack whose methods and rules stand in the order of their ids.
    pub(crate) fn new(pack: &Pack, vocabulary: &Vocabulary) -> Self {
        let program =
            Program { value_atoms: vocabulary.atoms(), criteria: pack.criteria.len(), ..Program::default() };
        Compiler { pack, vocabulary, program, conditions: BTreeMap::new(), sets: BTreeMap::new() }.compile()
    }
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
                match compiled.kind {
                    Kind::Exclude => self.program.excluding.push((method, compiled.condition as usize)),
                    Kind::Curve(_) => self.program.curves.push((group, self.program.rules.len())),
                    _ => {}
                }
            }
            self.program.rules.push(compiled);
        }
        self.program.group_ends.resize(groups, self.program.rules.len());
        self.place_conditions();
        self.program.planes =
            Planes::new(&self.program, self.vocabulary, pack.facets.len(), pack.numbers.len());
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
        let giving = by_condition.iter().enumerate().filter(|(_, points)| !points.is_empty());
        program.giving = row(by_condition.len(), giving.map(|(condition, _)| condition));
        for points in by_condition {
            program.only_posting.push(if let [only] = points.as_slice() { *only } else { (MANY, 0) });
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
        let extremes = match (&rule.effect, number) {
            (Effect::Curve(curve), Some(at)) => {
                let bounds = &pack.numbers[at];
                let (low, high) = curve.points_between(bounds.min, bounds.max);
                (i32::try_from(low).unwrap_or(0), i32::try_from(high).unwrap_or(0))
            }
            _ => (points, points),
        };
        Compiled {
            rule: narrow(at),
            condition: narrow(self.condition(&rule.when, number)),
            points,
            extremes,
            kind,
        }
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
        let at = self.conditions.len();
        self.conditions.insert(shared, at);
        at
    }

    /// Lays the conditions out, those with more terms first, and tells the rules where theirs is.
    fn place_conditions(&mut self) {
        let mut found: Vec<_> = std::mem::take(&mut self.conditions).into_iter().collect();
        // As they were found, conditions of one method stand together.
        found.sort_by_key(|((terms, ..), at)| (std::cmp::Reverse(terms.len()), *at));
        let mut places = vec![0; found.len()];
        let program = &mut self.program;
        let facets = self.pack.facets.len();
        for (place, ((terms, questions, number), at)) in found.into_iter().enumerate() {
            places[at] = place;
            let ids = questions.iter().map(|question| question_id(self.pack, *question).to_owned());
            program.questions.push(ids.collect());
            program.question_places.extend(questions.iter().map(|question| match question {
                Question::Facet(at) => narrow(*at),
                Question::Number(at) => narrow(facets + at),
            }));
            program.question_ends.push(narrow(program.question_places.len()));
            program.curve_number.push(number);
            program.waiting_curves.extend(number.map(|_| place));
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
        program.rules_resting_on = vec![0; places.len()];
        let grouped = program.group_ends.last().copied().unwrap_or(0);
        for (at, rule) in program.rules.iter_mut().enumerate() {
            rule.condition = narrow(places[rule.condition as usize]);
            program.rules_resting_on[rule.condition as usize] += usize::from(at < grouped);
        }
        program.excluding.iter_mut().for_each(|(_, condition)| *condition = places[*condition]);
        program.excluding.sort_unstable_by_key(|(method, condition)| (*condition, *method));
        let mut rules = program.excluding.iter().peekable();
        for condition in 0..places.len() {
            let before = program.excluding_ends.last().copied().unwrap_or(0);
            let mut own = 0;
            while rules.next_if(|(_, of)| *of == condition).is_some() {
                own += 1;
            }
            program.excluding_ends.push(before + own);
        }
        program.ruling_out = row(places.len(), program.excluding.iter().map(|(_, condition)| *condition));
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
        if let Some(known) = self.sets.get(&(at, atoms.clone())) {
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
        self.sets.insert((at, atoms), atom);
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
