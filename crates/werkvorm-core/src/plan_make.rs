//! From a profile to the problem that the search solves, and from its solution to a plan.
//!
//! Everything that depends on a phase, the score and who is served, is taken from the profile as if it asked
//! about that phase alone, so that a step is explained in the same words as an advice.

use std::collections::BTreeMap;

use crate::answers::Answers;
use crate::condition::Truth;
use crate::diagnostic::{Diagnostic, code};
use crate::engine::{Engine, PEOPLE, PHASE};
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::pack::{About, Fact, Method, Value};
use crate::plan::{MAX_STEPS_PER_PHASE, Plan, PlanOptions};
use crate::plan_data::PlanningOutcome;
use crate::plan_search::{Candidate, MAX_MEMBERS, MAX_PLAN_NODES, Problem, search};
use crate::plan_write::Writer;
use crate::profile::Profile;
use crate::vocabulary::Question;

impl Engine {
    /// The best plan for a profile: methods per phase that together serve every part of the target group,
    /// stay within what there is, and hand over to one another.
    ///
    /// The phases are those of the profile, or all of them when it leaves the question open. A plan always
    /// comes; what it breaks because nothing better is possible is in [`Plan::broken`].
    ///
    /// # Errors
    /// Every problem in the profile and the options: no phase, or nothing of what is counted.
    pub fn plan(&self, profile: &Profile, options: &PlanOptions) -> Result<Plan<'_>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        if !(1..=MAX_STEPS_PER_PHASE).contains(&options.steps_per_phase) {
            let message = format!("a plan with {} steps per phase", options.steps_per_phase);
            let help = format!("choose 1 to {MAX_STEPS_PER_PHASE} steps per phase");
            problems.push(Diagnostic::error(&code::PLAN_STEPS, message, help).at_item("steps_per_phase", ""));
        }
        let answers = match Answers::read(&self.pack, &self.vocabulary, profile) {
            Ok(answers) => answers,
            Err(found) => {
                problems.extend(found);
                return Err(problems);
            }
        };
        let maker = Maker { engine: self, profile };
        problems.extend(maker.nothing_there(&answers));
        let parts = maker.parts(&answers);
        let phases = maker.phases(&answers);
        // The search keeps one set of everything that some step must do.
        let room = MAX_MEMBERS.saturating_sub(phases.as_ref().map_or(0, |(_, phases)| phases.len()));
        if parts.len() > room {
            let message = format!("a plan for {} parts of the target group", parts.len());
            let help = format!("name at most {room}, or make plans for parts of the group");
            problems.push(Diagnostic::error(&code::PLAN_PARTS, message, help));
        }
        match phases {
            Ok(phases) if problems.is_empty() => Ok(maker.plan(answers, &phases, &parts, options)),
            phases => {
                problems.extend(phases.err());
                Err(problems)
            }
        }
    }
}

/// A phase with everything that is known when it is the only one.
pub(crate) struct Phase {
    /// Place of the value.
    pub(crate) value: usize,
    pub(crate) evaluation: Evaluation,
    /// The bit that says that the phase yields something; 0 when no candidate does.
    pub(crate) yielding: u64,
    /// The methods that can be a step, and what the search knows about each.
    candidates: Vec<Candidate>,
}

impl Phase {
    /// Some step of the phase must yield something, if any can; that is one more thing for a step to serve.
    fn must_yield(&mut self, bit: usize) {
        for candidate in self.candidates.iter_mut().filter(|candidate| candidate.yields != 0) {
            self.yielding = 1 << bit;
            candidate.serves |= self.yielding;
        }
    }
}

/// A set with so many members.
fn all_of(members: usize) -> u64 {
    (0..members).fold(0, |all, at| all | 1 << at)
}

struct Maker<'e, 'p> {
    engine: &'e Engine,
    profile: &'p Profile,
}

impl<'e> Maker<'e, '_> {
    /// The name of a question as the profile writes it.
    fn written(&self, question: Question) -> &str {
        let mut names = self.profile.answers.keys();
        names.find(|name| self.engine.vocabulary.question(name) == Some(question)).map_or("", String::as_str)
    }

    /// Things that are counted and of which there is nothing.
    fn nothing_there(&self, answers: &Answers) -> Vec<Diagnostic> {
        let Engine { pack, vocabulary, .. } = self.engine;
        let nothing = pack.plan.resources.iter().filter_map(|resource| {
            let question = vocabulary.question(&resource.available)?;
            let Question::Number(at) = question else { return None };
            let (number, available) = (pack.numbers.get(at)?, (*answers.numbers.get(at)?)?);
            (available <= 0).then_some(())?;
            let message = format!("a plan with {available} {}", number.unit.en);
            let help = format!("give `{}` more than 0, or leave it out when it is not known", number.id);
            let found = Diagnostic::error(&code::PLAN_NOTHING_THERE, message, help);
            Some(found.at_item(self.written(question), available.to_string()))
        });
        nothing.collect()
    }

    /// The facet of the phases and those that are planned, in the order of the vocabulary.
    fn phases(&self, answers: &Answers) -> Result<(usize, Vec<usize>), Diagnostic> {
        let Engine { pack, vocabulary, .. } = self.engine;
        let facet = vocabulary.question(PHASE).and_then(|question| match question {
            Question::Facet(at) => pack.facets.get(at).map(|facet| (question, at, facet)),
            Question::Number(_) => None,
        });
        let asked = facet.filter(|(.., facet)| facet.about.contains(&About::Profile));
        let Some((question, at, facet)) = asked else {
            let help = format!("plans need a pack with a facet `{PHASE}` about profiles and methods");
            return Err(Diagnostic::error(&code::PLAN_NO_PHASE, "this pack has no phases", help));
        };
        let given = answers.given.iter().find(|(given, _)| *given == question);
        let phases = given.map_or_else(|| (0..facet.values.len()).collect(), |(_, values)| values.clone());
        if phases.is_empty() {
            let help = format!("name the phases to plan, or leave out `{PHASE}` to plan them all");
            let found = Diagnostic::error(&code::PLAN_NO_PHASE, "a plan without a phase", help);
            return Err(found.at_item(self.written(question), ""));
        }
        Ok((at, phases))
    }

    /// The parts of the target group: what the profile names, by the places of facet and value.
    fn parts(&self, answers: &Answers) -> Vec<(usize, usize)> {
        let facets = &self.engine.pack.facets;
        let is_part = |at: &usize| {
            let facet = &facets[*at];
            facet.criterion.as_deref() == Some(PEOPLE) && !facet.takes_one() && facet.id != PHASE
        };
        let given = answers.given.iter().filter_map(|(question, values)| match question {
            Question::Facet(at) => Some((*at, values)).filter(|(at, _)| is_part(at)),
            Question::Number(_) => None,
        });
        given.flat_map(|(at, values)| values.iter().map(move |value| (at, *value))).collect()
    }

    fn plan(
        &self,
        answers: Answers,
        (facet, phases): &(usize, Vec<usize>),
        parts: &[(usize, usize)],
        options: &PlanOptions,
    ) -> Plan<'e> {
        let Engine { pack, .. } = self.engine;
        let already = self.already(&answers);
        let available = self.available(&answers);
        let limited: Vec<(usize, i64)> =
            available.iter().enumerate().filter_map(|(at, limit)| Some((at, (*limit)?))).collect();
        let mut made: Vec<Phase> =
            phases.iter().map(|value| self.phase(&answers, *facet, *value, parts, &limited)).collect();
        for (at, phase) in made.iter_mut().enumerate() {
            phase.must_yield(parts.len() + at);
        }
        let outcomes = pack.plan.outcomes.iter().enumerate();
        let there = outcomes.filter(|(at, _)| already[*at] == Truth::Holds);
        let problem = Problem {
            phases: made.iter_mut().map(|phase| std::mem::take(&mut phase.candidates)).collect(),
            parts: made.iter().fold(all_of(parts.len()), |all, phase| all | phase.yielding),
            there: there.fold(0, |there, (at, _)| there | 1 << at),
            closing: pack.plan.outcomes.iter().any(|outcome| outcome.closes),
            limits: limited.iter().map(|(_, limit)| *limit).collect(),
            steps_per_phase: options.steps_per_phase,
            max_nodes: MAX_PLAN_NODES,
        };
        let solution = search(&problem);
        let evaluation = Evaluation::new(self.engine, answers);
        let writer = Writer {
            engine: self.engine,
            explainer: Explainer::new(self.engine, evaluation.situation()),
            evaluation: &evaluation,
            facet: &pack.facets[*facet],
            phases: &made,
            parts,
            already: &already,
            available,
            problem: &problem,
            solution: &solution,
        };
        writer.plan(self.profile)
    }

    /// Per outcome: whether the profile says that it is there already.
    fn already(&self, answers: &Answers) -> Vec<Truth> {
        let Engine { pack, vocabulary, .. } = self.engine;
        let truth = |facet: &String, value: &String| {
            let Some(Question::Facet(at)) = vocabulary.question(facet) else { return Truth::Fails };
            let atom = vocabulary.value(at, value).and_then(|value| vocabulary.atom(at, value));
            atom.and_then(|atom| answers.values.get(atom).copied()).unwrap_or(Truth::Fails)
        };
        let of = |outcome: &PlanningOutcome| {
            let answers = outcome
                .already
                .iter()
                .flat_map(|(facet, values)| values.iter().map(move |value| truth(facet, value)));
            answers.max().unwrap_or(Truth::Fails)
        };
        pack.plan.outcomes.iter().map(of).collect()
    }

    /// Per resource: how much there is, when the profile says so.
    fn available(&self, answers: &Answers) -> Vec<Option<i64>> {
        let pack = &self.engine.pack;
        let available = pack.plan.resources.iter().map(|resource| {
            let number = pack.numbers.iter().position(|number| number.id == resource.available)?;
            answers.numbers[number]
        });
        available.collect()
    }

    fn phase(
        &self,
        answers: &Answers,
        facet: usize,
        value: usize,
        parts: &[(usize, usize)],
        limited: &[(usize, i64)],
    ) -> Phase {
        let Engine { pack, vocabulary, .. } = self.engine;
        let only = answers.with_only(pack, vocabulary, facet, value);
        let evaluation = Evaluation::new(self.engine, only);
        let serves = self.serves(&evaluation, parts);
        let phase = &pack.facets[facet].values[value];
        let stands = |method: &&usize| has(&pack.methods[**method], PHASE, &phase.id);
        let mut methods: Vec<usize> = evaluation.order.iter().filter(stands).copied().collect();
        methods.sort_unstable();
        let candidates = methods.iter().map(|at| Candidate {
            method: *at,
            score: evaluation.standings[*at].total,
            serves: serves[*at],
            ..self.candidate(*at, phase, limited)
        });
        Phase { value, yielding: 0, candidates: candidates.collect(), evaluation }
    }

    /// Per method: the parts of the target group it serves. Naming the part gives it points, on top of the
    /// rest of the profile, or else on its own: a rule that asks for one of several parts gives its points for
    /// each of them, and would give them for none when only taking a part away counted.
    fn serves(&self, evaluation: &Evaluation, parts: &[(usize, usize)]) -> Vec<u64> {
        let Engine { pack, vocabulary, .. } = self.engine;
        let people = pack.criteria.iter().position(|criterion| criterion.id == PEOPLE).unwrap_or(0);
        let points = |evaluation: &Evaluation, method: usize| {
            evaluation.sums.get(method * pack.criteria.len() + people).map_or(0, |sum| sum.points)
        };
        let facets: Vec<usize> = parts.iter().map(|(facet, _)| *facet).collect();
        let with = |part: Option<(usize, usize)>| {
            let answers = evaluation.answers.with_only_of(pack, vocabulary, &facets, part);
            Evaluation::new(self.engine, answers)
        };
        let nobody = with(None);
        let mut serves = vec![0_u64; pack.methods.len()];
        for (at, (facet, value)) in parts.iter().enumerate() {
            let alone = with(Some((*facet, *value)));
            // A facet that takes many has one answer without a value.
            for without in evaluation.answers.without_values(pack, vocabulary, *facet, &[*value]) {
                let without = Evaluation::new(self.engine, without);
                for (method, served) in serves.iter_mut().enumerate() {
                    let on_top = points(evaluation, method).cmp(&points(&without, method));
                    let on_its_own = points(&alone, method).cmp(&points(&nobody, method));
                    *served |= u64::from(on_top.then(on_its_own).is_gt()) << at;
                }
            }
        }
        serves
    }

    /// What does not depend on the profile.
    fn candidate(&self, at: usize, phase: &Value, limited: &[(usize, i64)]) -> Candidate {
        let Engine { pack, program, .. } = self.engine;
        let method = &pack.methods[at];
        let (mut yields, mut needs, mut closes) = (0, 0, false);
        for (at, outcome) in pack.plan.outcomes.iter().enumerate() {
            let yielded = outcome.is_yielded(method, &phase.id);
            yields |= u64::from(yielded) << at;
            needs |= u64::from(outcome.is_needed(method, &phase.id)) << at;
            closes |= yielded && outcome.closes;
        }
        let kinds = pack.plan.kind.as_ref().and_then(|id| Some((pack.facet(id)?, method.facets.get(id)?)));
        let kind = kinds
            .and_then(|(facet, own)| facet.values.iter().position(|value| own.first() == Some(&value.id)));
        let takes = limited
            .iter()
            .map(|(resource, _)| least(method, &pack.plan.resources[*resource].needed).unwrap_or(0));
        let own = &program.methods[at].combines_with;
        let other_way =
            program.methods.iter().enumerate().filter(|(_, links)| links.combines_with.contains(&at));
        Candidate {
            yields,
            needs,
            closes,
            kind,
            takes: takes.collect(),
            linked: own.iter().copied().chain(other_way.map(|(other, _)| other)).collect(),
            ..Candidate::default()
        }
    }
}

impl PlanningOutcome {
    /// Whether a step yields this: this method, in this phase.
    fn is_yielded(&self, method: &Method, phase: &str) -> bool {
        fits(&self.yielded_by, method, phase)
    }

    /// Whether a step needs this first: this method, in this phase.
    fn is_needed(&self, method: &Method, phase: &str) -> bool {
        !self.needed_by.is_empty() && fits(&self.needed_by, method, phase) && !self.is_yielded(method, phase)
    }
}

fn fits(facets: &BTreeMap<String, Vec<String>>, method: &Method, phase: &str) -> bool {
    facets.iter().all(|(facet, values)| match facet.as_str() {
        PHASE => values.iter().any(|value| value == phase),
        facet => values.iter().any(|value| has(method, facet, value)),
    })
}

fn has(method: &Method, facet: &str, value: &str) -> bool {
    method.facets.get(facet).is_some_and(|own| own.iter().any(|other| other == value))
}

/// The facts of a method about a number.
pub(crate) fn facts<'e>(method: &'e Method, number: &str) -> impl Iterator<Item = &'e Fact> {
    method.facts.iter().filter(move |fact| fact.number.as_deref() == Some(number))
}

/// What a method takes at the least: where sources differ, the smallest. A most alone says nothing about it.
pub(crate) fn least(method: &Method, number: &str) -> Option<i64> {
    facts(method, number).filter_map(|fact| fact.min).min()
}
