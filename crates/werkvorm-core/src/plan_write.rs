//! From the solution of the search to a plan that says why.
//!
//! Every claim of a step, whom it serves, what it yields, where what it needs comes from, is worked out here
//! along the steps, in the order in which they are done.

use crate::advice::{Named, Reason};
use crate::change::WHAT_IF_VERSION;
use crate::condition::Truth;
use crate::engine::{DEFAULT_TOP, Engine};
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::pack::{Facet, Fact, Method};
use crate::plan::{
    Broken, NeededOutcome, OutcomeFrom, Part, PartNotServed, PartServed, Plan, PlanObjective, PlanPhase,
    PlanStep, ResourceUse,
};
use crate::plan_make::{Phase, facts, least};
use crate::plan_search::{Candidate, Problem, Solution};
use crate::profile::Profile;

/// How many reasons for a step are shown.
const REASONS_SHOWN: usize = 3;
/// How many guidelines about a step are shown.
const GUIDELINES_SHOWN: usize = 3;

/// Everything a plan is written from.
pub(crate) struct Writer<'e, 'w> {
    pub(crate) engine: &'e Engine,
    /// About the profile itself, with all its phases.
    pub(crate) explainer: Explainer<'e, 'w>,
    /// The whole profile, evaluated.
    pub(crate) evaluation: &'w Evaluation,
    /// The facet of the phases.
    pub(crate) facet: &'e Facet,
    pub(crate) phases: &'w [Phase],
    /// The parts of the target group: facet and value.
    pub(crate) parts: &'w [(usize, usize)],
    /// Per outcome: whether it is there already.
    pub(crate) already: &'w [Truth],
    /// Per resource: how much there is.
    pub(crate) available: Vec<Option<i64>>,
    pub(crate) problem: &'w Problem,
    pub(crate) solution: &'w Solution,
}

/// A step as it was found.
#[derive(Clone, Copy)]
struct Chosen<'e, 'w> {
    phase: usize,
    candidate: &'w Candidate,
    method: &'e Method,
}

impl<'e, 'w> Writer<'e, 'w> {
    pub(crate) fn plan(&self, profile: &Profile) -> Plan<'e> {
        let chosen = self.chosen();
        let phases = self.phases.iter().enumerate().map(|(at, phase)| PlanPhase {
            phase: self.phase(at),
            candidates: self.problem.phases[at].len(),
            steps: self.steps(at, phase, &chosen),
        });
        let parts = 0..self.parts.len();
        let (served, not_served): (Vec<usize>, Vec<usize>) =
            parts.partition(|at| chosen.iter().any(|step| step.candidate.serves >> at & 1 == 1));
        let resources = self.resources(&chosen);
        let merit = self.solution.merit;
        Plan {
            what_if_version: WHAT_IF_VERSION,
            pack: self.explainer.pack_name(),
            profile: self.explainer.understood(profile),
            optimal: self.solution.optimal,
            objective: PlanObjective {
                phases_empty: merit.phases_empty,
                resources_exceeded: merit.resources_exceeded,
                broken: merit.broken,
                steps: merit.steps,
                value: merit.value(),
                score: merit.score,
                handovers: merit.handovers,
                repeated_kinds: merit.repeated_kinds,
            },
            phases: phases.collect(),
            broken: self.broken(&chosen, &not_served, &resources),
            served: served.into_iter().map(|at| self.served(at, &chosen)).collect(),
            not_served: not_served.into_iter().map(|at| self.not_served(at)).collect(),
            resources,
            open_questions: self.explainer.open_questions(self.evaluation, DEFAULT_TOP),
        }
    }

    fn chosen(&self) -> Vec<Chosen<'e, 'w>> {
        let steps = self.solution.steps.iter().map(|(phase, at)| {
            let candidate = &self.problem.phases[*phase][*at];
            Chosen { phase: *phase, candidate, method: &self.engine.pack.methods[candidate.method] }
        });
        steps.collect()
    }

    fn phase(&self, at: usize) -> Named<'e> {
        let value = &self.facet.values[self.phases[at].value];
        Named { id: &value.id, label: &value.label }
    }

    fn outcome(&self, at: usize) -> Named<'e> {
        let outcome = &self.engine.pack.plan.outcomes[at];
        Named { id: &outcome.id, label: &outcome.label }
    }

    fn outcomes(&self, set: u64) -> impl Iterator<Item = usize> {
        (0..self.engine.pack.plan.outcomes.len()).filter(move |at| set >> at & 1 == 1)
    }

    fn part(&self, at: usize) -> Part<'e> {
        let (facet, value) = self.parts[at];
        let facet = &self.engine.pack.facets[facet];
        let value = &facet.values[value];
        Part { facet: &facet.id, id: &value.id, label: &value.label }
    }

    fn served(&self, at: usize, chosen: &[Chosen<'e, 'w>]) -> PartServed<'e> {
        let serving = chosen.iter().filter(|step| step.candidate.serves >> at & 1 == 1);
        PartServed { part: self.part(at), by: serving.map(|step| step.method.id.as_str()).collect() }
    }

    fn not_served(&self, at: usize) -> PartNotServed<'e> {
        let all = self.problem.phases.iter().flatten();
        let candidates = all.filter(|candidate| candidate.serves >> at & 1 == 1).count();
        PartNotServed { part: self.part(at), candidates }
    }

    fn steps(&self, phase: usize, known: &Phase, chosen: &[Chosen<'e, 'w>]) -> Vec<PlanStep<'e>> {
        let explainer = Explainer::new(self.engine, known.evaluation.situation());
        let here = chosen.iter().enumerate().filter(|(_, step)| step.phase == phase);
        here.map(|(place, step)| self.step(&explainer, known, step, &chosen[..place])).collect()
    }

    fn step(
        &self,
        explainer: &Explainer<'e, '_>,
        known: &Phase,
        step: &Chosen<'e, 'w>,
        earlier: &[Chosen<'e, 'w>],
    ) -> PlanStep<'e> {
        let (candidate, method) = (step.candidate, step.method);
        let at = candidate.method;
        let is_candidate =
            |other: &&usize| self.problem.phases[step.phase].iter().any(|c| c.method == **other);
        let place = known.evaluation.order.iter().filter(is_candidate).position(|other| *other == at);
        let ranked = explainer.ranked(at, place.map_or(0, |place| place + 1));
        let reasons = ranked.reasons.into_iter().filter(|reason: &Reason<'_>| reason.points > 0);
        let mut guidelines = explainer.guidelines(&[at], false);
        guidelines.truncate(GUIDELINES_SHOWN);
        let resources = &self.engine.pack.plan.resources;
        let known: Vec<&'e Fact> =
            resources.iter().flat_map(|resource| facts(method, &resource.needed)).collect();
        let unknown = resources.iter().filter(|resource| least(method, &resource.needed).is_none());
        let last = earlier.last().filter(|last| candidate.linked.contains(&last.candidate.method));
        let needs = self.outcomes(candidate.needs);
        PlanStep {
            id: ranked.id,
            name: ranked.name,
            kind: self.kind(candidate),
            rank: ranked.rank,
            score: ranked.score,
            reasons: reasons.take(REASONS_SHOWN).collect(),
            serves: (0..self.parts.len())
                .filter(|part| candidate.serves >> part & 1 == 1)
                .map(|part| self.part(part))
                .collect(),
            yields: self.outcomes(candidate.yields).map(|at| self.outcome(at)).collect(),
            needs_outcomes: needs
                .map(|at| NeededOutcome { outcome: self.outcome(at), from: self.from(at, earlier) })
                .collect(),
            hands_over_from: last.map(|last| last.method.id.as_str()),
            needs: ranked.needs,
            cautions: ranked.cautions,
            guidelines,
            resources: known,
            unknown_resources: unknown.map(|resource| resource.needed.as_str()).collect(),
        }
    }

    fn kind(&self, candidate: &Candidate) -> Option<Named<'e>> {
        let pack = &self.engine.pack;
        let value = pack.facet(pack.plan.kind.as_ref()?)?.values.get(candidate.kind?)?;
        Some(Named { id: &value.id, label: &value.label })
    }

    /// Where something that a step needs comes from.
    fn from(&self, outcome: usize, earlier: &[Chosen<'e, 'w>]) -> OutcomeFrom<'e> {
        let yields = |step: &&Chosen<'e, 'w>| step.candidate.yields >> outcome & 1 == 1;
        match (earlier.iter().rev().find(yields), self.already[outcome]) {
            (Some(step), _) => OutcomeFrom::Step(&step.method.id),
            (None, Truth::Holds) => OutcomeFrom::Already,
            (None, Truth::NotKnown) => OutcomeFrom::NotKnown,
            (None, Truth::Fails) => OutcomeFrom::Missing,
        }
    }

    fn resources(&self, chosen: &[Chosen<'e, 'w>]) -> Vec<ResourceUse<'e>> {
        let pack = &self.engine.pack;
        let resources =
            pack.plan.resources.iter().zip(&self.available).filter_map(|(resource, available)| {
                let number = pack.number(&resource.available)?;
                let least = chosen.iter().map(|step| least(step.method, &resource.needed));
                let known = least.clone().flatten().fold(0, i64::saturating_add);
                Some(ResourceUse {
                    id: &number.id,
                    needed: &resource.needed,
                    label: &number.label,
                    unit: &number.unit,
                    available: *available,
                    known,
                    unknown_steps: least.filter(Option::is_none).count(),
                    exceeded: available.is_some_and(|available| known > available),
                })
            });
        resources.collect()
    }

    fn broken(
        &self,
        chosen: &[Chosen<'e, 'w>],
        not_served: &[usize],
        resources: &[ResourceUse<'e>],
    ) -> Vec<Broken<'e>> {
        let mut broken = Vec::new();
        let empty = (0..self.phases.len()).filter(|at| !chosen.iter().any(|step| step.phase == *at));
        broken.extend(empty.map(|at| Broken::PhaseEmpty { phase: self.phase(at) }));
        let done = chosen.iter().fold(0, |done, step| done | step.candidate.serves);
        let lost = (0..self.phases.len()).filter(|at| self.phases[*at].yielding & !done != 0);
        broken.extend(lost.map(|at| Broken::PhaseYieldsNothing { phase: self.phase(at) }));
        for usage in resources.iter().filter(|usage| usage.exceeded) {
            let resource = Named { id: usage.id, label: usage.label };
            let available = usage.available.unwrap_or(0);
            broken.push(Broken::ResourceExceeded { resource, available, known: usage.known });
        }
        broken.extend(not_served.iter().map(|at| {
            let PartNotServed { part, candidates } = self.not_served(*at);
            Broken::PartNotServed { part, candidates }
        }));
        for (place, step) in chosen.iter().enumerate() {
            if step.candidate.is_unfit() {
                broken.push(Broken::StepUnfit {
                    phase: self.phase(step.phase).id,
                    method: Named { id: &step.method.id, label: &step.method.name },
                    total: step.candidate.score,
                });
            }
            for at in self.outcomes(step.candidate.needs) {
                let from = self.from(at, &chosen[..place]);
                if matches!(from, OutcomeFrom::Missing | OutcomeFrom::NotKnown) {
                    broken.push(Broken::OutcomeMissing {
                        phase: self.phase(step.phase).id,
                        method: Named { id: &step.method.id, label: &step.method.name },
                        outcome: self.outcome(at),
                        not_known: from == OutcomeFrom::NotKnown,
                    });
                }
            }
        }
        if self.problem.closing && !chosen.last().is_some_and(|last| last.candidate.closes) {
            let closing = self.engine.pack.plan.outcomes.iter().position(|outcome| outcome.closes);
            broken.extend(closing.map(|at| Broken::NotClosed { outcome: self.outcome(at) }));
        }
        broken
    }
}
