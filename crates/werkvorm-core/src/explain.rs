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
use crate::evaluate::{Evaluation, clamp, fit};
use crate::profile::Profile;
use crate::program::{Atom, Kind, Literal, literal_truth};
use crate::vocabulary::{Question, questions};

/// At most this many examples are shown with a method.
const EXAMPLES_SHOWN: usize = 2;

/// Writes the explanation of one evaluation.
pub(crate) struct Explainer<'e, 'v> {
    pub(crate) engine: &'e Engine,
    pub(crate) evaluation: &'v Evaluation,
    /// The sum of the weights.
    weights: i64,
    /// The truth of every atom, when one is asked for.
    atoms: OnceCell<Vec<Truth>>,
    /// Many methods are ruled out by one condition; what lifts it is looked for once.
    lifts: RefCell<BTreeMap<usize, Vec<&'e Condition>>>,
}

impl<'e, 'v> Explainer<'e, 'v> {
    pub(crate) fn new(engine: &'e Engine, evaluation: &'v Evaluation) -> Self {
        let weights = evaluation.answers.weights.iter().sum();
        Self { engine, evaluation, weights, atoms: OnceCell::new(), lifts: RefCell::default() }
    }

    pub(crate) fn pack_name(&self) -> PackName<'e> {
        let pack = &self.engine.pack;
        PackName { id: &pack.id, version: &pack.version, hash: &pack.hash }
    }

    pub(crate) fn score(&self, method: usize) -> Score<'e> {
        let standing = self.evaluation.standings[method];
        let of = |total| fit(total, self.weights);
        let fit = of(standing.total);
        let bands = &self.engine.pack.bands;
        Score {
            total: standing.total,
            fit,
            band: bands.iter().find(|band| fit >= band.from_fit).map_or("", |band| &band.id),
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
        let method = &self.engine.pack.methods[at];
        let rules = self.engine.program.rules_of(at);
        let (mut reasons, mut not_known) = (Vec::with_capacity(rules.len()), Vec::with_capacity(rules.len()));
        let mut may_be_excluded = Vec::new();
        let mut cautions = Vec::new();
        for rule in rules {
            let compiled = &self.engine.program.rules[rule];
            match (compiled.kind, self.evaluation.truth(compiled.condition as usize)) {
                (_, Truth::Fails) => {}
                (Kind::Points | Kind::Curve(_), _) => {
                    let reason = self.reason(rule);
                    match reason.truth {
                        Truth::Holds if reason.points != 0 => reasons.push(reason),
                        Truth::NotKnown => not_known.push(reason),
                        _ => {}
                    }
                }
                (Kind::Exclude, Truth::NotKnown) => may_be_excluded.push(self.reason(rule)),
                (Kind::Caution, Truth::Holds) => cautions.push(self.reason(rule)),
                _ => {}
            }
        }
        reasons.sort_unstable_by_key(|reason| (Reverse(reason.points.abs()), reason.rule));
        not_known.sort_unstable_by_key(|reason| (Reverse(reason.high - reason.low), reason.rule));
        cautions.sort_unstable_by_key(|reason| (Reverse(reason.questions.len()), reason.rule));
        let links = &self.engine.program.methods[at];
        let combines = links.combines_with.iter().map(|other| &self.engine.pack.methods[*other]);
        Ranked {
            rank,
            id: &method.id,
            name: &method.name,
            score: self.score(at),
            criteria: self.criteria(at),
            reasons,
            not_known,
            may_be_excluded,
            cautions,
            needs: self.needs(at),
            examples: self.fitting_examples(at),
            combines_with: combines.map(|other| Named { id: &other.id, label: &other.name }).collect(),
            sources: &method.sources,
        }
    }

    fn criteria(&self, method: usize) -> Vec<CriterionScore<'e>> {
        let criteria = &self.engine.pack.criteria;
        let sums = &self.evaluation.sums[method * criteria.len()..(method + 1) * criteria.len()];
        let weighted = criteria.iter().zip(&self.evaluation.answers.weights).zip(sums);
        let scored = weighted.map(|((criterion, weight), sums)| CriterionScore {
            criterion: &criterion.id,
            label: &criterion.label,
            weight: *weight,
            points: sums.points,
            score: clamp(sums.points),
            low: clamp(sums.low),
            high: clamp(sums.high),
        });
        scored.collect()
    }

    pub(crate) fn reason(&self, at: usize) -> Reason<'e> {
        let compiled = &self.engine.program.rules[at];
        let rule = &self.engine.pack.rules[compiled.rule as usize];
        let outcome = self.evaluation.outcome(&self.engine.pack, compiled);
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
            rule.kind == Kind::Caution && self.evaluation.truth(rule.condition as usize) == Truth::Holds
        });
        let mut cautions: Vec<_> = warns.map(|at| self.reason(at)).collect();
        cautions.sort_unstable_by_key(|reason| (Reverse(reason.questions.len()), reason.rule));
        cautions
    }

    fn needs(&self, method: usize) -> Vec<Need<'e>> {
        self.arranged(&self.engine.program.methods[method].needs)
    }

    /// Needs, and whether the profile says that they are arranged.
    pub(crate) fn arranged(&self, needs: &[(usize, Option<usize>)]) -> Vec<Need<'e>> {
        let Some(facet) = self.engine.pack.facet(NEED) else { return Vec::new() };
        let needs = needs.iter().map(|(value, atom)| {
            let value = &facet.values[*value];
            let arranged = atom.map_or(Truth::NotKnown, |atom| self.evaluation.answers.values[atom]);
            Need { id: &value.id, label: &value.label, arranged }
        });
        needs.collect()
    }

    /// The examples that used the method and share something with the profile: those that share most first.
    fn fitting_examples(&self, method: usize) -> Vec<FittingExample<'e>> {
        let users = self.engine.program.methods[method].examples.iter().copied();
        let mut fitting = self.sorted_examples(users);
        fitting.retain(|fitting| fitting.shared > 0);
        fitting.truncate(EXAMPLES_SHOWN);
        fitting
    }

    /// The examples that share something with the profile, those that share most first.
    pub(crate) fn examples(&self) -> Vec<FittingExample<'e>> {
        let mut fitting = self.sorted_examples(0..self.engine.pack.examples.len());
        fitting.retain(|fitting| fitting.shared > 0);
        fitting
    }

    fn sorted_examples(&self, examples: impl Iterator<Item = usize>) -> Vec<FittingExample<'e>> {
        let shared = |at: usize| {
            let atoms = self.engine.program.example_atoms[at].iter();
            atoms.filter(|atom| self.evaluation.answers.values[**atom] == Truth::Holds).count()
        };
        let mut fitting: Vec<_> = examples
            .map(|at| FittingExample { example: &self.engine.pack.examples[at], shared: shared(at) })
            .collect();
        fitting.sort_by_key(|fitting| (Reverse(fitting.shared), &fitting.example.id));
        fitting
    }

    /// Why a method is ruled out.
    pub(crate) fn exclusions(&self, method: usize) -> Vec<Exclusion<'e>> {
        let program = &self.engine.program;
        let excluding = program.rules_of(method).filter(|at| {
            let rule = &program.rules[*at];
            rule.kind == Kind::Exclude && self.evaluation.truth(rule.condition as usize) == Truth::Holds
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
        let failing = program
            .rules_of(method)
            .filter(|at| self.evaluation.truth(program.rules[*at].condition as usize) == Truth::Fails);
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
        let atoms = self.atoms.get_or_init(|| self.engine.program.atoms(&self.evaluation.answers));
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
        let answers = &self.evaluation.answers;
        let negated = literal & 1 == 1;
        match program.atom(literal, vocabulary) {
            Atom::AtLeast(number, bound) => {
                let nearest = if negated { bound - 1 } else { bound };
                let bounds = &pack.numbers[number];
                let possible = (bounds.min..=bounds.max).contains(&nearest);
                possible.then(|| answers.with_number(number, nearest)).into_iter().collect()
            }
            Atom::AnyOf(facet, values) if negated => {
                let without = |left: Vec<Answers>, value: &usize| {
                    left.iter()
                        .flat_map(|after| after.without_value(pack, vocabulary, facet, *value))
                        .collect()
                };
                values.iter().fold(vec![answers.clone()], without)
            }
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
    pub(crate) fn open_questions(&self, top: usize) -> Vec<OpenQuestion<'e>> {
        let Engine { pack, program, .. } = self.engine;
        let Evaluation { answers, judged, standings, order, .. } = self.evaluation;
        // The methods that could reach the top: those whose best case beats the worst case of the last place.
        let entry = order.get(top.saturating_sub(1)).or(order.last());
        let needed = entry.map_or(i64::MIN, |at| standings[*at].low);
        let contends = |method: usize| !standings[method].excluded && standings[method].high >= needed;
        // Per method and criterion: the weight, or nothing for a method that cannot reach the top.
        let mut weights = vec![0; program.groups()];
        let methods = weights.chunks_mut(answers.weights.len().max(1)).enumerate();
        for (_, slots) in methods.filter(|(method, _)| contends(*method)) {
            slots.copy_from_slice(&answers.weights);
        }
        // Per condition: what curves and exclusions that rest on it can move.
        let mut moved = vec![0_i64; program.conditions()];
        for (group, at) in &program.curves {
            let rule = &program.rules[*at];
            let outcome = self.evaluation.outcome(pack, rule);
            moved[rule.condition as usize] += weights[*group] * (outcome.high - outcome.low);
        }
        // Being ruled out moves a method as far as a whole criterion can.
        for (_, condition) in program.excluding.iter().filter(|(method, _)| contends(*method as usize)) {
            moved[*condition as usize] += 2 * MAX_CRITERION_SCORE;
        }
        let facets = pack.facets.len();
        let slot = |question: Question| match question {
            Question::Facet(at) => at,
            Question::Number(at) => facets + at,
        };
        let mut waiting = vec![(0, 0); facets + pack.numbers.len()];
        // A condition that holds still waits for the number of its curve.
        let for_curve = program.waiting_curves.iter().copied().filter(|condition| {
            let number = program.curve_number(*condition);
            judged.truth(*condition) == Truth::Holds && number.is_some_and(|at| answers.numbers[at].is_none())
        });
        let mut wait = |condition: usize| {
            let mut moves = moved[condition];
            for (group, points) in program.postings_of(condition) {
                moves += weights[*group as usize] * i64::from(points.abs());
            }
            for place in &program.questions_of(condition).1 {
                let (waiting_moves, waiting_rules) = &mut waiting[*place as usize];
                *waiting_moves += moves;
                *waiting_rules += program.rules_resting_on[condition] as usize;
            }
        };
        judged.each_open(&mut wait);
        for_curve.for_each(wait);
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
        let answers = &self.evaluation.answers;
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
