//! From scores to an advice that says why: reasons, needs, examples, exclusions, open questions.

use std::cell::{OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::advice::{
    Answered, CriterionScore, Exclusion, FittingExample, Named, Need, NotHolding, OpenQuestion, PackName,
    Range, Ranked, Reason, Score, Understood, Weight,
};
use crate::answers::Answers;
use crate::check::MAX_CRITERION_SCORE;
use crate::condition::{Condition, Truth};
use crate::engine::{Engine, NEED};
use crate::evaluate::{Evaluation, Situation, Standing, clamp, fit, outcome};
use crate::profile::Profile;
use crate::program::{Atom, Kind, Literal, literal_truth};
use crate::vocabulary::{Question, questions};

/// At most this many examples are shown with a method.
const EXAMPLES_SHOWN: usize = 2;

/// A reason that waits to be written: what it weighs, and the place of its rule in the pack and in the program.
type Weighed = (Reverse<i64>, u32, u32);

/// The reasons of one method, in memory that is used again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    reasons: Vec<Weighed>,
    not_known: Vec<Weighed>,
    may_be_excluded: Vec<Weighed>,
    cautions: Vec<Weighed>,
}

impl Lists {
    fn clear(&mut self) {
        let Self { reasons, not_known, may_be_excluded, cautions } = self;
        [reasons, not_known, may_be_excluded, cautions].into_iter().for_each(Vec::clear);
    }
}

/// Explains what the rules make of one profile.
pub(crate) struct Explainer<'e, 'v> {
    pub(crate) engine: &'e Engine,
    pub(crate) situation: Situation<'v>,
    /// The sum of the weights.
    weights: i64,
    /// The truth of every atom, when one is asked for.
    atoms: OnceCell<Vec<Truth>>,
    /// Many methods are ruled out by one condition; what lifts it is looked for once.
    lifts: RefCell<BTreeMap<usize, Vec<&'e Condition>>>,
}

impl<'e, 'v> Explainer<'e, 'v> {
    pub(crate) fn new(engine: &'e Engine, situation: Situation<'v>) -> Self {
        let weights = situation.answers.weights.iter().sum();
        Self { engine, situation, weights, atoms: OnceCell::new(), lifts: RefCell::default() }
    }

    pub(crate) fn pack_name(&self) -> PackName<'e> {
        let pack = &self.engine.pack;
        PackName { id: &pack.id, version: &pack.version, hash: &pack.hash }
    }

    pub(crate) fn score(&self, standing: Standing) -> Score<'e> {
        let fit_now = fit(standing.total, self.weights);
        // Nothing open, nothing to work out.
        let of = |total| if total == standing.total { fit_now } else { fit(total, self.weights) };
        let bands = &self.engine.pack.bands;
        Score {
            total: standing.total,
            fit: fit_now,
            band: bands.iter().find(|band| fit_now >= band.from_fit).map_or("", |band| &band.id),
            range: Range {
                low: standing.low,
                high: standing.high,
                fit_low: of(standing.low),
                fit_high: of(standing.high),
            },
        }
    }

    /// A method with everything that speaks for and against it.
    pub(crate) fn ranked(&self, at: usize, rank: usize) -> Ranked<'e> {
        let mut ranked = self.blank(at);
        self.rank_into(at, rank, &mut Lists::default(), &mut ranked);
        ranked
    }

    /// A method of which nothing is said yet.
    pub(crate) fn blank(&self, at: usize) -> Ranked<'e> {
        let method = &self.engine.pack.methods[at];
        Ranked {
            rank: 0,
            id: &method.id,
            name: &method.name,
            score: self.score(Standing::default()),
            criteria: Vec::new(),
            reasons: Vec::new(),
            not_known: Vec::new(),
            may_be_excluded: Vec::new(),
            cautions: Vec::new(),
            needs: Vec::new(),
            examples: Vec::new(),
            combines_with: Vec::new(),
            sources: &method.sources,
        }
    }

    /// Explains a method in the memory of another explanation.
    pub(crate) fn rank_into(&self, at: usize, rank: usize, lists: &mut Lists, ranked: &mut Ranked<'e>) {
        let Engine { pack, program, .. } = self.engine;
        let Situation { answers, judged } = self.situation;
        let method = &pack.methods[at];
        (ranked.rank, ranked.id, ranked.name, ranked.sources) =
            (rank, &method.id, &method.name, &method.sources);
        let criteria = &mut ranked.criteria;
        criteria.clear();
        criteria.extend(pack.criteria.iter().zip(&answers.weights).map(|(criterion, weight)| {
            CriterionScore {
                criterion: &criterion.id,
                label: &criterion.label,
                weight: *weight,
                points: 0,
                score: 0,
                low: 0,
                high: 0,
            }
        }));
        lists.clear();
        let mut weigh = |bit: usize, truth: Truth| {
            let at = program.layout.rule_at[bit];
            let rule = &program.rules[at as usize];
            match (rule.kind, truth) {
                (Kind::Points | Kind::Curve(_), _) => {
                    let outcome = outcome(pack, answers, rule, truth);
                    let own = &mut criteria[program.layout.criterion_at(bit)];
                    own.points += outcome.points;
                    own.low += outcome.low;
                    own.high += outcome.high;
                    match outcome.truth {
                        Truth::Holds if outcome.points != 0 => {
                            lists.reasons.push((Reverse(outcome.points.abs()), rule.rule, at));
                        }
                        Truth::NotKnown => {
                            lists.not_known.push((Reverse(outcome.high - outcome.low), rule.rule, at));
                        }
                        _ => {}
                    }
                }
                (Kind::Caution, Truth::Holds) => {
                    let questions = program.questions_of(rule.condition as usize).0.len();
                    lists.cautions.push((Reverse(i64::try_from(questions).unwrap_or(0)), rule.rule, at));
                }
                (Kind::Exclude, Truth::NotKnown) => lists.may_be_excluded.push((Reverse(0), at, at)),
                _ => {}
            }
        };
        let (own, excluding) = (program.layout.bits_of(at), program.layout.excluding_bits_of(at));
        judged.each_holding(own.clone(), |bit| weigh(bit, Truth::Holds));
        judged.each_open(own, |bit| weigh(bit, Truth::NotKnown));
        judged.each_open(excluding, |bit| weigh(bit, Truth::NotKnown));
        let mut standing = Standing::default();
        for own in criteria {
            (own.score, own.low, own.high) = (clamp(own.points), clamp(own.low), clamp(own.high));
            standing.total += own.weight * own.score;
            standing.low += own.weight * own.low;
            standing.high += own.weight * own.high;
        }
        ranked.score = self.score(standing);
        self.write(&mut lists.reasons, &mut ranked.reasons);
        self.write(&mut lists.not_known, &mut ranked.not_known);
        self.write(&mut lists.may_be_excluded, &mut ranked.may_be_excluded);
        self.write(&mut lists.cautions, &mut ranked.cautions);
        let links = &program.methods[at];
        ranked.needs.clear();
        ranked.needs.extend(self.arranged(&links.needs));
        self.fitting_examples(links.examples.iter().copied(), &mut ranked.examples);
        ranked.examples.truncate(EXAMPLES_SHOWN);
        ranked.combines_with.clear();
        let combines = links.combines_with.iter().map(|other| &pack.methods[*other]);
        ranked.combines_with.extend(combines.map(|other| Named { id: &other.id, label: &other.name }));
    }

    /// Writes the reasons in a list, in its order.
    fn write(&self, list: &mut [Weighed], reasons: &mut Vec<Reason<'e>>) {
        list.sort_unstable();
        reasons.clear();
        reasons.extend(list.iter().map(|(_, _, at)| self.reason(*at as usize)));
    }

    pub(crate) fn reason(&self, at: usize) -> Reason<'e> {
        let compiled = &self.engine.program.rules[at];
        let rule = &self.engine.pack.rules[compiled.rule as usize];
        let outcome = self.situation.outcome(&self.engine.pack, compiled);
        // A rule that does not hold shows what it would give.
        let (low, high) = match outcome.truth {
            Truth::Fails => (compiled.extremes.0.into(), compiled.extremes.1.into()),
            _ => (outcome.low, outcome.high),
        };
        Reason {
            rule: &rule.id,
            title: &rule.title,
            because: &rule.because,
            criterion: &rule.criterion,
            truth: outcome.truth,
            points: outcome.points,
            low,
            high,
            questions: &self.engine.program.questions_of(compiled.condition as usize).0,
            sources: &rule.sources,
            place: &rule.place,
        }
    }

    /// The cautions about the whole advice; the more a rule asks, the more it is about this situation.
    pub(crate) fn cautions(&self) -> Vec<Reason<'e>> {
        let program = &self.engine.program;
        let warns = program.general_rules().filter(|at| {
            let rule = &program.rules[*at];
            rule.kind == Kind::Caution && self.situation.truth(rule) == Truth::Holds
        });
        let mut cautions: Vec<_> = warns.map(|at| self.reason(at)).collect();
        cautions.sort_unstable_by_key(|reason| (Reverse(reason.questions.len()), reason.rule));
        cautions
    }

    /// Needs, and whether the profile says that they are arranged.
    pub(crate) fn arranged(&self, needs: &[(usize, Option<usize>)]) -> impl Iterator<Item = Need<'e>> {
        let facet = needs.first().and_then(|_| self.engine.pack.facet(NEED));
        needs.iter().filter_map(move |(value, atom)| {
            let value = &facet?.values[*value];
            let arranged = atom.map_or(Truth::NotKnown, |atom| self.situation.answers.values[atom]);
            Some(Need { id: &value.id, label: &value.label, arranged })
        })
    }

    /// The examples that share something with the profile, those that share most first.
    pub(crate) fn examples(&self) -> Vec<FittingExample<'e>> {
        let mut fitting = Vec::new();
        self.fitting_examples(0..self.engine.pack.examples.len(), &mut fitting);
        fitting
    }

    /// Those among these examples that share something with the profile, those that share most first.
    fn fitting_examples(&self, among: impl Iterator<Item = usize>, fitting: &mut Vec<FittingExample<'e>>) {
        let shared = |at: usize| {
            let atoms = self.engine.program.example_atoms[at].iter();
            atoms.filter(|atom| self.situation.answers.values[**atom] == Truth::Holds).count()
        };
        fitting.clear();
        fitting.extend(
            among
                .map(|at| FittingExample { example: &self.engine.pack.examples[at], shared: shared(at) })
                .filter(|fitting| fitting.shared > 0),
        );
        fitting.sort_unstable_by_key(|fitting| (Reverse(fitting.shared), &fitting.example.id));
    }

    /// Why a method is ruled out.
    pub(crate) fn exclusions(&self, method: usize) -> Vec<Exclusion<'e>> {
        let program = &self.engine.program;
        let excluding = program.rules_of(method).filter(|at| {
            let rule = &program.rules[*at];
            rule.kind == Kind::Exclude && self.situation.truth(rule) == Truth::Holds
        });
        excluding
            .map(|at| {
                let condition = program.rules[at].condition as usize;
                let broken = self.nearest_term(condition).iter().map(|literal| program.shown(*literal));
                let lifted_by =
                    self.lifts.borrow_mut().entry(condition).or_insert_with(|| self.lifts(condition)).clone();
                Exclusion { reason: self.reason(at), broken: broken.collect(), lifted_by }
            })
            .collect()
    }

    /// The rules of a method that do not hold, and what is missing.
    pub(crate) fn not_holding(&self, method: usize) -> Vec<NotHolding<'e>> {
        let program = &self.engine.program;
        let failing =
            program.rules_of(method).filter(|at| self.situation.truth(&program.rules[*at]) == Truth::Fails);
        failing
            .map(|at| {
                let nearest = self.nearest_term(program.rules[at].condition as usize).iter();
                let missing = nearest.filter(|literal| self.literal(**literal) != Truth::Holds);
                NotHolding {
                    reason: self.reason(at),
                    missing: missing.map(|literal| program.shown(*literal)).collect(),
                }
            })
            .collect()
    }

    /// The truth of a literal.
    fn literal(&self, coded: Literal) -> Truth {
        let atoms = self.atoms.get_or_init(|| self.engine.program.atoms(self.situation.answers));
        literal_truth(atoms, coded)
    }

    /// The alternative of a condition with the fewest literals that do not hold.
    fn nearest_term(&self, condition: usize) -> &'e [Literal] {
        let differing =
            |term: &&[Literal]| term.iter().filter(|coded| self.literal(**coded) != Truth::Holds).count();
        self.engine.program.terms_of(condition).min_by_key(differing).unwrap_or(&[])
    }

    /// Single changes after which a condition that holds no longer does: the opposites of the literals that
    /// make it hold. Each is tried, because what it touches may make the condition hold in another way.
    fn lifts(&self, condition: usize) -> Vec<&'e Condition> {
        let program = &self.engine.program;
        let holding = program
            .terms_of(condition)
            .filter(|term| term.iter().all(|coded| self.literal(*coded) == Truth::Holds));
        let mut lifts: Vec<Literal> = Vec::new();
        for change in holding.flatten().map(|coded| coded ^ 1) {
            if !lifts.contains(&change) {
                lifts.push(change);
            }
        }
        let lets_go = |after: &Answers| {
            let holds =
                |coded: &Literal| program.literal(&self.engine.vocabulary, after, *coded) == Truth::Holds;
            program.terms_of(condition).all(|term| !term.iter().all(holds))
        };
        lifts.retain(|change| self.changed(*change).iter().any(lets_go));
        // What the organisation can change comes first, and adding something before giving something up.
        lifts.sort_by_key(|change| (!self.is_adjustable(*change), change & 1 == 1));
        lifts.into_iter().map(|change| program.shown(change)).collect()
    }

    /// The answers in which a literal has become so; none when the question has no such answer.
    fn changed(&self, literal: Literal) -> Vec<Answers> {
        let Engine { pack, vocabulary, program, .. } = self.engine;
        let answers = self.situation.answers;
        let negated = literal & 1 == 1;
        match program.atom(literal, vocabulary) {
            Atom::AtLeast(number, bound) => {
                let nearest = if negated { bound - 1 } else { bound };
                let bounds = &pack.numbers[number];
                let possible = (bounds.min..=bounds.max).contains(&nearest);
                possible.then(|| answers.with_number(number, nearest)).into_iter().collect()
            }
            Atom::AnyOf(facet, values) if negated => answers.without_values(pack, vocabulary, facet, &values),
            Atom::AnyOf(facet, values) => {
                values.iter().map(|value| answers.with_value(pack, vocabulary, facet, *value)).collect()
            }
        }
    }

    fn is_adjustable(&self, literal: Literal) -> bool {
        self.engine.is_adjustable(match self.engine.program.atom(literal, &self.engine.vocabulary) {
            Atom::AtLeast(number, _) => Question::Number(number),
            Atom::AnyOf(facet, _) => Question::Facet(facet),
        })
    }

    /// The questions that rules wait for, those that can move the top most first.
    pub(crate) fn open_questions(&self, evaluation: &Evaluation, top: usize) -> Vec<OpenQuestion<'e>> {
        let Engine { pack, program, .. } = self.engine;
        let Evaluation { answers, standings, order, .. } = evaluation;
        // The methods that could reach the top: those whose best case beats the worst case of the last place.
        let entry = order.get(top.saturating_sub(1)).or(order.last());
        let needed = entry.map_or(i64::MIN, |at| standings[*at].low);
        let contends = |method: usize| !standings[method].excluded && standings[method].high >= needed;
        // Per criterion and seat: the weight, or nothing for a method that cannot reach the top.
        let seats = || program.layout.seats.iter().map(|method| *method as usize);
        let of_seats = |weight: &i64| {
            let weight = *weight;
            seats().map(move |method| if contends(method) { weight } else { 0 })
        };
        let weights: Vec<i64> = answers.weights.iter().flat_map(of_seats).collect();
        // Per condition that is not known: what the rules that rest on it can move, and how many they are.
        let mut moved = vec![(0_i64, 0_usize); program.conditions()];
        let condition = |bit: usize| program.rules[program.layout.rule_at[bit] as usize].condition as usize;
        self.situation.judged.each_open(program.layout.scoring(), |bit| {
            let (moves, rules) = &mut moved[condition(bit)];
            let (slot, points) = (program.layout.slots[bit], program.layout.given[bit]);
            *moves += weights[slot as usize] * i64::from(points.abs());
            *rules += 1;
        });
        self.situation.judged.each_open(program.layout.excluding(), |bit| {
            let (moves, rules) = &mut moved[condition(bit)];
            // Being ruled out moves a method as far as a whole criterion can.
            *moves += if contends(program.layout.slots[bit] as usize) { 2 * MAX_CRITERION_SCORE } else { 0 };
            *rules += 1;
        });
        for (slot, at) in program.layout.bundles.iter().flat_map(|bundle| &bundle.curves) {
            let rule = &program.rules[*at];
            let outcome = self.situation.outcome(pack, rule);
            if outcome.truth == Truth::NotKnown {
                let (moves, rules) = &mut moved[rule.condition as usize];
                *moves += weights[*slot] * (outcome.high - outcome.low);
                // A condition that holds still waits for the number of its curve.
                *rules += usize::from(self.situation.truth(rule) == Truth::Holds);
            }
        }
        let facets = pack.facets.len();
        let slot = |question: Question| match question {
            Question::Facet(at) => at,
            Question::Number(at) => facets + at,
        };
        let mut waiting = vec![(0, 0); facets + pack.numbers.len()];
        for (condition, (moves, rules)) in moved.into_iter().enumerate().filter(|(_, (_, rules))| *rules > 0)
        {
            for place in &program.questions_of(condition).1 {
                waiting[*place as usize].0 += moves;
                waiting[*place as usize].1 += rules;
            }
        }
        let mut open: Vec<_> = questions(pack)
            .filter(|question| waiting[slot(*question)].1 > 0 && answers.is_open(*question))
            .map(|question| (Reverse(waiting[slot(question)]), question))
            .collect();
        open.sort_unstable();
        let shown = open.into_iter().filter_map(|(Reverse((could_move, rules)), question)| {
            let (id, label, asks) = match question {
                Question::Facet(at) => {
                    let facet = &pack.facets[at];
                    (&facet.id, &facet.label, facet.question.as_ref()?)
                }
                Question::Number(at) => {
                    let number = &pack.numbers[at];
                    (&number.id, &number.label, number.question.as_ref()?)
                }
            };
            Some(OpenQuestion { id, label, question: asks, rules, could_move })
        });
        shown.collect()
    }

    pub(crate) fn understood(&self, profile: &Profile) -> Understood<'e> {
        let pack = &self.engine.pack;
        let answers = self.situation.answers;
        let given = answers.given.iter().map(|(question, values)| match question {
            Question::Facet(at) => {
                let facet = &pack.facets[*at];
                let named = values.iter().map(|value| &facet.values[*value]);
                Answered {
                    question: &facet.id,
                    label: &facet.label,
                    adjustable: facet.adjustable,
                    values: named.map(|value| Named { id: &value.id, label: &value.label }).collect(),
                    number: None,
                    unit: None,
                }
            }
            Question::Number(at) => {
                let number = &pack.numbers[*at];
                Answered {
                    question: &number.id,
                    label: &number.label,
                    adjustable: number.adjustable,
                    values: Vec::new(),
                    number: answers.numbers[*at],
                    unit: Some(number.unit_of(answers.numbers[*at].unwrap_or(0))),
                }
            }
        });
        let weights = pack.criteria.iter().zip(&answers.weights).map(|(criterion, weight)| Weight {
            criterion: &criterion.id,
            label: &criterion.label,
            weight: *weight,
        });
        Understood {
            title: profile.title.clone(),
            made_up: profile.made_up,
            answers: given.collect(),
            weights: weights.collect(),
        }
    }
}
