//! The engine: a checked pack, compiled once, asked many times.
//!
//! Conditions become flat lists of literals over numbered *atoms* (a value of a facet, or "this number is
//! at least so much"). A profile becomes one [`Truth`] per atom. Scoring is then one pass over the rules,
//! which are grouped by method; explaining walks only the rules of the methods that are shown.

use crate::advice::{
    ADVICE_VERSION, Advice, Advised, Answered, CriterionScore, Excluded, Exclusion, Explanation,
    FittingExample, Listed, Named, Need, NotHolding, OpenQuestion, PackName, Range, Ranked, Reason, Score,
    Understood, Weight,
};
use crate::answers::Answers;
use crate::check::{MAX_CRITERION_SCORE, check};
use crate::condition::{Condition, Truth};
use crate::diagnostic::Diagnostic;
use crate::pack::{Effect, Method, Pack, Rule};
use crate::profile::Profile;
use crate::terms::{Asks, normalise};
use crate::vocabulary::{Question, Vocabulary, question_id};

/// The facet that says what a method needs.
pub const NEED: &str = "need";
/// The facet that says what is arranged; it shares its values with [`NEED`].
pub const ARRANGED: &str = "at_hand";
/// How many methods an advice explains in full when nothing else is asked.
pub const DEFAULT_TOP: usize = 5;

/// A checked and compiled pack.
///
/// Immutable, `Send + Sync`, and built once; share it between threads.
#[derive(Debug)]
pub struct Engine {
    pack: Pack,
    vocabulary: Vocabulary,
    /// Per atom beyond those of the facets: the number (by its place) and the bound it must reach.
    bounds: Vec<(usize, i64)>,
    /// Literals of all terms, one after the other: twice the atom, plus one when negated.
    literals: Vec<u32>,
    /// The end of each term in `literals`.
    term_ends: Vec<u32>,
    /// The rules, grouped by method in the order of the pack; those without a method come last.
    rules: Vec<Compiled>,
    /// Per method: where its rules end in `rules`.
    rule_ends: Vec<usize>,
    /// Per method: its examples, by place.
    examples: Vec<Vec<usize>>,
}

/// A rule, ready for the evaluator.
#[derive(Debug)]
struct Compiled {
    /// Its place in the pack.
    rule: usize,
    criterion: usize,
    kind: Kind,
    /// The end of its terms in `term_ends`; they start where those of the rule before end.
    terms_end: u32,
    /// The questions it asks.
    questions: Vec<Question>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Points(i64),
    /// Place of the number.
    Curve(usize),
    Exclude,
    Caution,
    Guideline,
}

/// What a rule does for one profile.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    truth: Truth,
    points: i64,
    low: i64,
    high: i64,
}

/// The sums of one method and criterion.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    points: i64,
    low: i64,
    high: i64,
}

/// One method for one profile.
#[derive(Debug, Clone, Copy)]
struct Standing {
    method: usize,
    excluded: bool,
    total: i64,
    low: i64,
    high: i64,
}

/// Everything the evaluator found out about a profile.
struct Evaluation {
    answers: Answers,
    /// Per compiled rule.
    outcomes: Vec<Outcome>,
    /// Per method and criterion.
    sums: Vec<Sums>,
    /// Per method, in the order of the pack.
    standings: Vec<Standing>,
    /// The methods that are not ruled out, best first.
    order: Vec<usize>,
}

impl Engine {
    /// Checks and compiles a pack.
    ///
    /// # Errors
    /// Every problem in the pack.
    pub fn new(pack: Pack) -> Result<Self, Vec<Diagnostic>> {
        let problems = check(&pack);
        if problems.is_empty() { Ok(Compiler::compile(pack)) } else { Err(problems) }
    }

    /// The pack the engine was built from.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Ranks the methods for a profile and explains the best [`DEFAULT_TOP`].
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn recommend(&self, profile: &Profile) -> Result<Advice<'_>, Vec<Diagnostic>> {
        self.recommend_top(profile, DEFAULT_TOP)
    }

    /// Ranks the methods for a profile and explains the best `top`.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn recommend_top(&self, profile: &Profile, top: usize) -> Result<Advice<'_>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let (best, rest) = evaluation.order.split_at(top.min(evaluation.order.len()));
        let rank = |place: usize| place + 1;
        let methods = best.iter().enumerate().map(|(place, at)| self.ranked(&evaluation, *at, rank(place)));
        let others = rest.iter().enumerate().map(|(place, at)| Listed {
            rank: rank(place + best.len()),
            id: &self.method(*at).id,
            name: &self.method(*at).name,
            score: self.score(&evaluation, *at),
        });
        let excluded =
            evaluation.standings.iter().filter(|standing| standing.excluded).map(|standing| Excluded {
                id: &self.method(standing.method).id,
                name: &self.method(standing.method).name,
                score: self.score(&evaluation, standing.method),
                because: self.exclusions(&evaluation, standing.method),
            });
        let general = self.general_rules().filter(|at| evaluation.outcomes[*at].truth == Truth::Holds);
        let (cautions, guidelines) = self.cautions_and_guidelines(&evaluation, general);
        Ok(Advice {
            advice_version: ADVICE_VERSION,
            pack: self.pack_name(),
            profile: self.understood(profile, &evaluation.answers),
            methods: methods.collect(),
            others: others.collect(),
            excluded: excluded.collect(),
            open_questions: self.open_questions(&evaluation, top),
            cautions,
            guidelines,
        })
    }

    /// Explains one method for a profile, whether it ranks high, low, or is ruled out.
    ///
    /// # Errors
    /// Every problem in the profile, or that there is no such method.
    pub fn explain(&self, profile: &Profile, method: &str) -> Result<Explanation<'_>, Vec<Diagnostic>> {
        let found = self.pack.find_method(method);
        let evaluation = self.evaluate(profile);
        let (found, evaluation) = match (found, evaluation) {
            (Ok(found), Ok(evaluation)) => (found, evaluation),
            (found, evaluation) => {
                return Err(found.err().into_iter().chain(evaluation.err().unwrap_or_default()).collect());
            }
        };
        let at = self.pack.methods.iter().position(|m| m.id == found.id).unwrap_or(0);
        let rank = evaluation.order.iter().position(|other| *other == at).map_or(0, |place| place + 1);
        let not_holding = self.rules_of(at).filter(|rule| evaluation.outcomes[*rule].truth == Truth::Fails);
        let mut not_holding: Vec<_> = not_holding
            .map(|rule| NotHolding {
                reason: self.reason(&evaluation, rule),
                missing: self.nearest_term(&evaluation.answers, rule, Truth::Holds),
            })
            .collect();
        not_holding
            .sort_by_key(|n| (std::cmp::Reverse(n.reason.low.abs().max(n.reason.high.abs())), n.reason.rule));
        Ok(Explanation {
            advice_version: ADVICE_VERSION,
            pack: self.pack_name(),
            profile: self.understood(profile, &evaluation.answers),
            ranked_methods: evaluation.order.len(),
            method: self.ranked(&evaluation, at, rank),
            excluded: self.exclusions(&evaluation, at),
            not_holding,
        })
    }

    /// Whether each rule of the pack holds for a profile, in the order of the pack.
    ///
    /// This is what tests of rules are written against.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn truths(&self, profile: &Profile) -> Result<Vec<(&Rule, Truth)>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let mut truths: Vec<_> = self
            .rules
            .iter()
            .zip(&evaluation.outcomes)
            .map(|(compiled, outcome)| (compiled.rule, outcome.truth))
            .collect();
        truths.sort_unstable_by_key(|(rule, _)| *rule);
        Ok(truths.into_iter().map(|(rule, truth)| (&self.pack.rules[rule], truth)).collect())
    }

    fn evaluate(&self, profile: &Profile) -> Result<Evaluation, Vec<Diagnostic>> {
        let answers = Answers::read(&self.pack, &self.vocabulary, profile)?;
        let atoms = self.atoms(&answers);
        let criteria = self.pack.criteria.len();
        let mut outcomes = Vec::with_capacity(self.rules.len());
        let mut sums = vec![Sums::default(); self.pack.methods.len() * criteria];
        let mut standings = Vec::with_capacity(self.pack.methods.len());
        let mut term = 0;
        let mut literal = 0;
        for (method, end) in self.rule_ends.iter().enumerate() {
            let mut excluded = false;
            while outcomes.len() < *end {
                let compiled = &self.rules[outcomes.len()];
                let truth = self.truth(&atoms, compiled, &mut term, &mut literal);
                let outcome = self.outcome(&answers, compiled, truth);
                if let Kind::Points(_) | Kind::Curve(_) = compiled.kind {
                    let sum = &mut sums[method * criteria + compiled.criterion];
                    sum.points += outcome.points;
                    sum.low += outcome.low;
                    sum.high += outcome.high;
                }
                excluded |= matches!(compiled.kind, Kind::Exclude) && truth == Truth::Holds;
                outcomes.push(outcome);
            }
            let total = |part: fn(&Sums) -> i64| -> i64 {
                let sums = &sums[method * criteria..(method + 1) * criteria];
                sums.iter().zip(&answers.weights).map(|(sum, weight)| weight * clamp(part(sum))).sum()
            };
            let (total, low, high) = (total(|s| s.points), total(|s| s.low), total(|s| s.high));
            standings.push(Standing { method, excluded, total, low, high });
        }
        while outcomes.len() < self.rules.len() {
            let compiled = &self.rules[outcomes.len()];
            let truth = self.truth(&atoms, compiled, &mut term, &mut literal);
            outcomes.push(self.outcome(&answers, compiled, truth));
        }
        let mut order: Vec<usize> = standings.iter().filter(|s| !s.excluded).map(|s| s.method).collect();
        // Methods stand in the pack in the order of their ids, so the place settles ties.
        order.sort_unstable_by_key(|at| (std::cmp::Reverse(standings[*at].total), *at));
        Ok(Evaluation { answers, outcomes, sums, standings, order })
    }

    /// The truth of every atom: values first, bounds after them.
    fn atoms(&self, answers: &Answers) -> Vec<Truth> {
        let bounds = self.bounds.iter().map(|(number, bound)| {
            answers.numbers[*number].map_or(Truth::NotKnown, |n| Truth::from(n >= *bound))
        });
        answers.values.iter().copied().chain(bounds).collect()
    }

    /// Kleene: a term is the least of its literals, a condition the greatest of its terms.
    fn truth(&self, atoms: &[Truth], rule: &Compiled, term: &mut usize, literal: &mut usize) -> Truth {
        let mut condition = Truth::Fails;
        while *term < rule.terms_end as usize {
            let end = self.term_ends[*term] as usize;
            let mut all = Truth::Holds;
            for coded in &self.literals[*literal..end] {
                let atom = atoms[(coded >> 1) as usize];
                all = all.min(if coded & 1 == 1 { !atom } else { atom });
            }
            condition = condition.max(all);
            *literal = end;
            *term += 1;
        }
        condition
    }

    fn outcome(&self, answers: &Answers, rule: &Compiled, truth: Truth) -> Outcome {
        let (at, low, high) = match rule.kind {
            Kind::Points(points) => (points, points, points),
            Kind::Curve(number) => {
                let Effect::Curve(curve) = &self.pack.rules[rule.rule].effect else {
                    return Outcome { truth, points: 0, low: 0, high: 0 };
                };
                match answers.numbers[number] {
                    Some(n) => (curve.points_at(n), curve.points_at(n), curve.points_at(n)),
                    None => {
                        let bounds = &self.pack.numbers[number];
                        let (low, high) = curve.points_between(bounds.min, bounds.max);
                        // The condition may hold, but what it gives waits for the number.
                        return match truth {
                            Truth::Fails => Outcome { truth, points: 0, low: 0, high: 0 },
                            Truth::NotKnown => {
                                Outcome { truth, points: 0, low: low.min(0), high: high.max(0) }
                            }
                            Truth::Holds => Outcome { truth: Truth::NotKnown, points: 0, low, high },
                        };
                    }
                }
            }
            Kind::Exclude | Kind::Caution | Kind::Guideline => (0, 0, 0),
        };
        match truth {
            Truth::Fails => Outcome { truth, points: 0, low: 0, high: 0 },
            Truth::NotKnown => Outcome { truth, points: 0, low: low.min(0), high: high.max(0) },
            Truth::Holds => Outcome { truth, points: at, low: at, high: at },
        }
    }

    fn method(&self, at: usize) -> &Method {
        &self.pack.methods[at]
    }

    /// The compiled rules of a method.
    fn rules_of(&self, method: usize) -> std::ops::Range<usize> {
        let start = method.checked_sub(1).map_or(0, |before| self.rule_ends[before]);
        start..self.rule_ends[method]
    }

    /// The compiled rules that speak about the whole advice.
    fn general_rules(&self) -> std::ops::Range<usize> {
        self.rule_ends.last().copied().unwrap_or(0)..self.rules.len()
    }

    fn pack_name(&self) -> PackName<'_> {
        PackName { id: &self.pack.id, version: &self.pack.version, hash: &self.pack.hash }
    }

    fn score(&self, evaluation: &Evaluation, method: usize) -> Score<'_> {
        let standing = evaluation.standings[method];
        let weights: i64 = evaluation.answers.weights.iter().sum();
        let fit = fit(standing.total, weights);
        Score {
            total: standing.total,
            fit,
            band: self.pack.bands.iter().find(|band| fit >= band.from_fit).map_or("", |band| &band.id),
            range: Range {
                low: standing.low,
                high: standing.high,
                fit_low: self::fit(standing.low, weights),
                fit_high: self::fit(standing.high, weights),
            },
        }
    }

    fn ranked(&self, evaluation: &Evaluation, at: usize, rank: usize) -> Ranked<'_> {
        let method = self.method(at);
        let criteria = self.pack.criteria.len();
        let criterion_scores = self.pack.criteria.iter().zip(&evaluation.answers.weights).enumerate();
        let mut reasons = Vec::new();
        let mut not_known = Vec::new();
        let mut may_be_excluded = Vec::new();
        let mut advising = Vec::new();
        for rule in self.rules_of(at) {
            let outcome = evaluation.outcomes[rule];
            match (self.rules[rule].kind, outcome.truth) {
                (Kind::Points(_) | Kind::Curve(_), Truth::Holds) if outcome.points != 0 => {
                    reasons.push(self.reason(evaluation, rule));
                }
                (Kind::Points(_) | Kind::Curve(_), Truth::NotKnown) => {
                    not_known.push(self.reason(evaluation, rule))
                }
                (Kind::Exclude, Truth::NotKnown) => may_be_excluded.push(self.reason(evaluation, rule)),
                (Kind::Caution | Kind::Guideline, Truth::Holds) => advising.push(rule),
                _ => {}
            }
        }
        reasons.sort_by_key(|reason: &Reason| (std::cmp::Reverse(reason.points.abs()), reason.rule));
        not_known.sort_by_key(|reason: &Reason| (std::cmp::Reverse(reason.high - reason.low), reason.rule));
        let (cautions, guidelines) = self.cautions_and_guidelines(evaluation, advising.into_iter());
        Ranked {
            rank,
            id: &method.id,
            name: &method.name,
            score: self.score(evaluation, at),
            criteria: criterion_scores
                .map(|(place, (criterion, weight))| {
                    let sums = evaluation.sums[at * criteria + place];
                    CriterionScore {
                        criterion: &criterion.id,
                        label: &criterion.label,
                        weight: *weight,
                        points: sums.points,
                        score: clamp(sums.points),
                        low: clamp(sums.low),
                        high: clamp(sums.high),
                    }
                })
                .collect(),
            reasons,
            not_known,
            may_be_excluded,
            cautions,
            guidelines,
            needs: self.needs(&evaluation.answers, method),
            examples: self.fitting_examples(&evaluation.answers, at),
            combines_with: method
                .combines_with
                .iter()
                .filter_map(|id| self.pack.method(id))
                .map(|other| Named { id: &other.id, label: &other.name })
                .collect(),
            sources: &method.sources,
        }
    }

    fn reason(&self, evaluation: &Evaluation, at: usize) -> Reason<'_> {
        let compiled = &self.rules[at];
        let rule = &self.pack.rules[compiled.rule];
        let outcome = evaluation.outcomes[at];
        // A rule that does not hold shows what it would give.
        let (low, high) = match (outcome.truth, &rule.effect) {
            (Truth::Fails, Effect::Points(points)) => (*points, *points),
            (Truth::Fails, Effect::Curve(curve)) => {
                self.pack.number(&curve.number).map_or((0, 0), |n| curve.points_between(n.min, n.max))
            }
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
            questions: compiled.questions.iter().map(|question| question_id(&self.pack, *question)).collect(),
            sources: &rule.sources,
            place: &rule.place,
        }
    }

    fn cautions_and_guidelines(
        &self,
        evaluation: &Evaluation,
        rules: impl Iterator<Item = usize>,
    ) -> (Vec<Reason<'_>>, Vec<Advised<'_>>) {
        let mut cautions = Vec::new();
        let mut guidelines = Vec::new();
        for at in rules {
            let reason = self.reason(evaluation, at);
            match &self.pack.rules[self.rules[at].rule].effect {
                Effect::Guideline(id) => {
                    guidelines.extend(self.pack.guideline(id).map(|guideline| Advised { guideline, reason }));
                }
                _ => cautions.push(reason),
            }
        }
        // The more a rule asks, the more it is about this situation.
        let specific = |reason: &Reason| (std::cmp::Reverse(reason.questions.len()), reason.rule.to_owned());
        cautions.sort_by_key(specific);
        guidelines.sort_by_key(|advised| specific(&advised.reason));
        (cautions, guidelines)
    }

    fn needs(&self, answers: &Answers, method: &Method) -> Vec<Need<'_>> {
        let Some(facet) = self.pack.facet(NEED) else { return Vec::new() };
        let arranged = |id: &str| match self.vocabulary.question(ARRANGED) {
            Some(Question::Facet(at)) => self
                .vocabulary
                .value(at, id)
                .and_then(|value| self.vocabulary.atom(at, value))
                .map_or(Truth::NotKnown, |atom| answers.values[atom]),
            _ => Truth::NotKnown,
        };
        let needs = method.facets.get(NEED).into_iter().flatten();
        needs
            .filter_map(|id| facet.value(id))
            .map(|value| Need { id: &value.id, label: &value.label, arranged: arranged(&value.id) })
            .collect()
    }

    /// At most two examples that used the method: those that share most with the profile first.
    fn fitting_examples(&self, answers: &Answers, method: usize) -> Vec<FittingExample<'_>> {
        let mut fitting: Vec<_> = self.examples[method]
            .iter()
            .map(|at| &self.pack.examples[*at])
            .map(|example| FittingExample { example, shared: self.shared(answers, &example.facets) })
            .collect();
        fitting.sort_by_key(|fitting| (std::cmp::Reverse(fitting.shared), &fitting.example.id));
        fitting.truncate(2);
        fitting
    }

    /// How many of these values hold in the profile.
    fn shared(&self, answers: &Answers, facets: &std::collections::BTreeMap<String, Vec<String>>) -> usize {
        facets
            .iter()
            .filter_map(|(facet, values)| match self.vocabulary.question(facet) {
                Some(Question::Facet(at)) => Some((at, values)),
                _ => None,
            })
            .flat_map(|(at, values)| {
                values.iter().filter_map(move |value| self.vocabulary.value(at, value).map(|v| (at, v)))
            })
            .filter_map(|(at, value)| self.vocabulary.atom(at, value))
            .filter(|atom| answers.values[*atom] == Truth::Holds)
            .count()
    }

    fn exclusions(&self, evaluation: &Evaluation, method: usize) -> Vec<Exclusion<'_>> {
        let rules = self.rules_of(method).filter(|at| {
            matches!(self.rules[*at].kind, Kind::Exclude) && evaluation.outcomes[*at].truth == Truth::Holds
        });
        rules
            .map(|at| Exclusion {
                reason: self.reason(evaluation, at),
                broken: self.nearest_term(&evaluation.answers, at, Truth::Fails),
                lifted_by: self.lifts(&evaluation.answers, at),
            })
            .collect()
    }

    /// The term of a rule with the fewest literals that differ from holding, as conditions: those that do
    /// not hold (what is `wanted` is `Holds`: what is missing), or all of a term that holds (what is broken).
    fn nearest_term(&self, answers: &Answers, rule: usize, wanted: Truth) -> Vec<Condition> {
        let atoms = self.atoms(answers);
        let differing =
            |term: &[u32]| term.iter().filter(|coded| literal_truth(&atoms, **coded) != Truth::Holds).count();
        let Some(nearest) = self.terms_of(rule).min_by_key(|term| differing(term)) else { return Vec::new() };
        nearest
            .iter()
            .filter(|coded| wanted == Truth::Fails || literal_truth(&atoms, **coded) != Truth::Holds)
            .map(|coded| self.condition_of(*coded))
            .collect()
    }

    /// Single changes after which a rule that holds no longer does: the opposites of the literals that make
    /// it hold. Each is tried, because what it touches may make the rule hold in another way.
    fn lifts(&self, answers: &Answers, rule: usize) -> Vec<Condition> {
        let atoms = self.atoms(answers);
        let holding = self
            .terms_of(rule)
            .filter(|term| term.iter().all(|coded| literal_truth(&atoms, *coded) == Truth::Holds));
        let mut lifts: Vec<u32> = Vec::new();
        for change in holding.flatten().map(|coded| coded ^ 1) {
            if !lifts.contains(&change) {
                lifts.push(change);
            }
        }
        lifts.retain(|change| self.changed(answers, *change).iter().any(|after| self.lets_go(after, rule)));
        // What the organisation can change comes first, and adding something before giving something up.
        lifts.sort_by_key(|change| (!self.is_adjustable(change >> 1), change & 1 == 1));
        lifts.into_iter().map(|change| self.condition_of(change)).collect()
    }

    /// The answers in which a literal has become so; none when the question has no such answer.
    fn changed(&self, answers: &Answers, literal: u32) -> Vec<Answers> {
        let (atom, negated) = ((literal >> 1) as usize, literal & 1 == 1);
        if let Some((number, bound)) = atom.checked_sub(self.vocabulary.atoms()).map(|at| self.bounds[at]) {
            let nearest = if negated { bound - 1 } else { bound };
            let bounds = &self.pack.numbers[number];
            let answer =
                (bounds.min..=bounds.max).contains(&nearest).then(|| answers.with_number(number, nearest));
            return answer.into_iter().collect();
        }
        let (facet, value) = self.place_of(atom);
        if negated {
            answers.without_value(&self.pack, &self.vocabulary, facet, value)
        } else {
            vec![answers.with_value(&self.pack, &self.vocabulary, facet, value)]
        }
    }

    fn lets_go(&self, answers: &Answers, rule: usize) -> bool {
        let atoms = self.atoms(answers);
        self.terms_of(rule).all(|term| term.iter().any(|coded| literal_truth(&atoms, *coded) != Truth::Holds))
    }

    fn terms_of(&self, rule: usize) -> impl Iterator<Item = &[u32]> {
        let start = rule.checked_sub(1).map_or(0, |before| self.rules[before].terms_end as usize);
        (start..self.rules[rule].terms_end as usize).map(|term| {
            let from = term.checked_sub(1).map_or(0, |before| self.term_ends[before] as usize);
            &self.literals[from..self.term_ends[term] as usize]
        })
    }

    /// The facet and value, or number and bound, of an atom.
    fn atom_asks(&self, atom: u32) -> Asks<'_> {
        let atom = atom as usize;
        if let Some((number, bound)) = atom.checked_sub(self.vocabulary.atoms()).map(|at| self.bounds[at]) {
            return Asks::AtLeast { number: &self.pack.numbers[number].id, bound };
        }
        let (facet, value) = self.place_of(atom);
        let facet = &self.pack.facets[facet];
        Asks::Value { facet: &facet.id, value: &facet.values[value].id }
    }

    /// The places of the facet and value of an atom.
    fn place_of(&self, atom: usize) -> (usize, usize) {
        let mut left = atom;
        for (at, facet) in self.pack.facets.iter().enumerate() {
            if left < facet.values.len() {
                return (at, left);
            }
            left -= facet.values.len();
        }
        (0, 0)
    }

    fn is_adjustable(&self, atom: u32) -> bool {
        match self.atom_asks(atom) {
            Asks::Value { facet, .. } => self.pack.facet(facet).is_some_and(|facet| facet.adjustable),
            Asks::AtLeast { number, .. } => self.pack.number(number).is_some_and(|number| number.adjustable),
        }
    }

    fn condition_of(&self, coded: u32) -> Condition {
        let negated = coded & 1 == 1;
        match self.atom_asks(coded >> 1) {
            Asks::Value { facet, value } => {
                let has = Condition::Has { facet: facet.to_owned(), value: value.to_owned() };
                if negated { Condition::Not(Box::new(has)) } else { has }
            }
            Asks::AtLeast { number, bound } => Condition::Number {
                number: number.to_owned(),
                at_least: (!negated).then_some(bound),
                at_most: negated.then_some(bound - 1),
            },
        }
    }

    fn open_questions(&self, evaluation: &Evaluation, top: usize) -> Vec<OpenQuestion<'_>> {
        // The methods that could reach the top: those whose best case beats the worst case of the last place.
        let entry = evaluation.order.get(top.saturating_sub(1)).or(evaluation.order.last());
        let needed = entry.map_or(i64::MIN, |at| evaluation.standings[*at].low);
        let contends =
            |at: usize| !evaluation.standings[at].excluded && evaluation.standings[at].high >= needed;
        let facets = (0..self.pack.facets.len()).map(Question::Facet);
        let numbers = (0..self.pack.numbers.len()).map(Question::Number);
        let mut waiting: Vec<(Question, usize, i64)> = facets
            .chain(numbers)
            .filter(|question| evaluation.answers.is_open(*question))
            .map(|question| (question, 0, 0))
            .collect();
        for method in 0..self.pack.methods.len() {
            for at in self.rules_of(method) {
                let outcome = evaluation.outcomes[at];
                if outcome.truth != Truth::NotKnown {
                    continue;
                }
                let compiled = &self.rules[at];
                let weight = evaluation.answers.weights[compiled.criterion];
                // Being ruled out moves a method as far as a whole criterion can.
                let moves = match compiled.kind {
                    Kind::Exclude => 2 * MAX_CRITERION_SCORE,
                    _ => weight * (outcome.high - outcome.low),
                };
                for question in &compiled.questions {
                    if let Ok(slot) = waiting.binary_search_by_key(question, |(question, ..)| *question) {
                        waiting[slot].1 += 1;
                        waiting[slot].2 += if contends(method) { moves } else { 0 };
                    }
                }
            }
        }
        waiting.retain(|(_, rules, _)| *rules > 0);
        waiting.sort_by_key(|(question, rules, moves)| (std::cmp::Reverse((*moves, *rules)), *question));
        waiting
            .into_iter()
            .filter_map(|(question, rules, could_move)| {
                let (id, label, asks) = match question {
                    Question::Facet(at) => {
                        let facet = &self.pack.facets[at];
                        (&facet.id, &facet.label, facet.question.as_ref()?)
                    }
                    Question::Number(at) => {
                        let number = &self.pack.numbers[at];
                        (&number.id, &number.label, number.question.as_ref()?)
                    }
                };
                Some(OpenQuestion { id, label, question: asks, rules, could_move })
            })
            .collect()
    }

    fn understood(&self, profile: &Profile, answers: &Answers) -> Understood<'_> {
        let given = answers.given.iter().map(|(question, values)| match question {
            Question::Facet(at) => {
                let facet = &self.pack.facets[*at];
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
                let number = &self.pack.numbers[*at];
                Answered {
                    question: &number.id,
                    label: &number.label,
                    adjustable: number.adjustable,
                    values: Vec::new(),
                    number: answers.numbers[*at],
                    unit: Some(&number.unit),
                }
            }
        });
        let weights = self.pack.criteria.iter().zip(&answers.weights);
        Understood {
            title: profile.title.clone(),
            made_up: profile.made_up,
            answers: given.collect(),
            weights: weights
                .map(|(criterion, weight)| Weight {
                    criterion: &criterion.id,
                    label: &criterion.label,
                    weight: *weight,
                })
                .collect(),
        }
    }
}

fn literal_truth(atoms: &[Truth], coded: u32) -> Truth {
    let atom = atoms[(coded >> 1) as usize];
    if coded & 1 == 1 { !atom } else { atom }
}

fn clamp(points: i64) -> i64 {
    points.clamp(-MAX_CRITERION_SCORE, MAX_CRITERION_SCORE)
}

/// The total on a scale of 0 to 100 between the lowest and the highest that the weights allow, rounded
/// half up; 50 when every weight is 0.
fn fit(total: i64, weights: i64) -> i64 {
    let most = MAX_CRITERION_SCORE * weights;
    if most == 0 {
        return 50;
    }
    // (total + most) / (2 most) × 100, plus one half, rounded down.
    (100 * (total + most) + most).div_euclid(2 * most)
}

/// Turns a checked pack into an engine.
struct Compiler {
    vocabulary: Vocabulary,
    bounds: Vec<(usize, i64)>,
    literals: Vec<u32>,
    term_ends: Vec<u32>,
    rules: Vec<Compiled>,
}

impl Compiler {
    fn compile(mut pack: Pack) -> Engine {
        // Order carries no meaning in a pack; sorted, it cannot leak into an answer.
        pack.methods.sort_by(|a, b| a.id.cmp(&b.id));
        pack.rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut compiler = Self {
            vocabulary: Vocabulary::new(&pack),
            bounds: Vec::new(),
            literals: Vec::new(),
            term_ends: Vec::new(),
            rules: Vec::with_capacity(pack.rules.len()),
        };
        let place = |id: &Option<String>| {
            let id = id.as_deref()?;
            pack.methods.binary_search_by(|method| method.id.as_str().cmp(id)).ok()
        };
        let places: Vec<_> =
            pack.rules.iter().map(|rule| place(&rule.method).unwrap_or(usize::MAX)).collect();
        let mut by_method: Vec<usize> = (0..pack.rules.len()).collect();
        by_method.sort_by_key(|rule| places[*rule]);
        let mut rule_ends = Vec::with_capacity(pack.methods.len());
        for rule in by_method {
            while rule_ends.len() < places[rule].min(pack.methods.len()) {
                rule_ends.push(compiler.rules.len());
            }
            compiler.rule(&pack, rule);
        }
        while rule_ends.len() < pack.methods.len() {
            rule_ends.push(compiler.rules.len());
        }
        let examples = pack.methods.iter().map(|method| {
            let used =
                pack.examples.iter().enumerate().filter(|(_, example)| example.methods.contains(&method.id));
            used.map(|(at, _)| at).collect()
        });
        Engine {
            examples: examples.collect(),
            vocabulary: compiler.vocabulary,
            bounds: compiler.bounds,
            literals: compiler.literals,
            term_ends: compiler.term_ends,
            rules: compiler.rules,
            rule_ends,
            pack,
        }
    }

    fn rule(&mut self, pack: &Pack, at: usize) {
        let rule = &pack.rules[at];
        for term in normalise(&rule.when) {
            for literal in term {
                let atom = match literal.asks {
                    Asks::Value { facet, value } => self.value_atom(facet, value),
                    Asks::AtLeast { number, bound } => self.bound_atom(number, bound),
                };
                // INVARIANT: the check resolved every facet, value and number of every condition.
                self.literals.push(u32::try_from(atom).unwrap_or(0) << 1 | u32::from(literal.negated));
            }
            self.term_ends.push(u32::try_from(self.literals.len()).unwrap_or(u32::MAX));
        }
        let mut questions: Vec<_> =
            rule.when.questions().iter().filter_map(|id| self.vocabulary.question(id)).collect();
        let kind = match &rule.effect {
            Effect::Points(points) => Kind::Points(*points),
            Effect::Curve(curve) => match self.vocabulary.question(&curve.number) {
                Some(Question::Number(number)) => {
                    questions.push(Question::Number(number));
                    Kind::Curve(number)
                }
                _ => Kind::Caution,
            },
            Effect::Exclude => Kind::Exclude,
            Effect::Caution => Kind::Caution,
            Effect::Guideline(_) => Kind::Guideline,
        };
        questions.sort_unstable();
        questions.dedup();
        self.rules.push(Compiled {
            rule: at,
            criterion: self.vocabulary.criterion(&rule.criterion).unwrap_or(0),
            kind,
            terms_end: u32::try_from(self.term_ends.len()).unwrap_or(u32::MAX),
            questions,
        });
    }

    fn value_atom(&self, facet: &str, value: &str) -> usize {
        let Some(Question::Facet(at)) = self.vocabulary.question(facet) else { return 0 };
        self.vocabulary.value(at, value).and_then(|value| self.vocabulary.atom(at, value)).unwrap_or(0)
    }

    fn bound_atom(&mut self, number: &str, bound: i64) -> usize {
        let Some(Question::Number(at)) = self.vocabulary.question(number) else { return 0 };
        let place = self.bounds.iter().position(|known| *known == (at, bound)).unwrap_or_else(|| {
            self.bounds.push((at, bound));
            self.bounds.len() - 1
        });
        self.vocabulary.atoms() + place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits() {
        for (total, weights, want) in [
            (0, 4, 50),
            (40, 4, 100),
            (-40, 4, 0),
            (1, 4, 51),
            (-1, 4, 49),
            (20, 4, 75),
            (0, 0, 50),
            (5, 1, 75),
            (1, 3, 52),
        ] {
            assert_eq!(fit(total, weights), want, "{total} with weights {weights}");
        }
    }

    #[test]
    fn engine_can_be_shared() {
        fn shared<T: Send + Sync>() {}
        shared::<Engine>();
    }
}
