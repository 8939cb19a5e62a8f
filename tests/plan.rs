//! Plans held against every plan there is, on random packs that are small enough to try them all.
//!
//! What a plan is worth is worked out here once more, from the pack, the profile and [`naive`] alone. Packs
//! come from [`plan_generate`].

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use werkvorm_core::{
    About, Answer, Broken, Engine, Facet, HANDOVER_POINTS, MAX_STEPS_PER_PHASE, Method, OutcomeFrom, PEOPLE,
    PHASE, Pack, Plan, PlanObjective, PlanOptions, PlanStep, Profile, REPEATED_KIND_POINTS, Value,
    ValuesAllowed, check, code, fold,
};

#[expect(dead_code, reason = "shared with the other properties")]
#[path = "generate.rs"]
mod generate;
#[expect(dead_code, reason = "shared with the other properties")]
#[path = "naive.rs"]
mod naive;
#[path = "plan_generate.rs"]
mod plan_generate;

use naive::{Held, Verdict, evaluate, find_value, leaves_open};
use plan_generate::{PHASES, PlanCase, a_plan_case, facet, text};

fn engine(pack: &Pack) -> Engine {
    assert_eq!(check(pack), [], "a generated pack is valid");
    Engine::new(pack.clone()).expect("a checked pack compiles")
}

fn plan<'e>(engine: &'e Engine, case: &PlanCase) -> Plan<'e> {
    engine.plan(&case.profile, &case.options).expect("a generated profile is valid")
}

/// What a method is as a step in a phase.
#[derive(Debug)]
struct Fit<'p> {
    method: &'p Method,
    score: i64,
    serves: BTreeSet<(&'p str, &'p str)>,
    yields: BTreeSet<&'p str>,
    needs: BTreeSet<&'p str>,
    takes: Option<i64>,
}

/// Everything about a case that a plan is judged by, found out the slow way.
struct Facts<'p> {
    pack: &'p Pack,
    phases: Vec<&'p str>,
    parts: BTreeSet<(&'p str, &'p str)>,
    already: BTreeSet<&'p str>,
    available: Option<i64>,
    /// Per phase: what each method that can be a step is, best first.
    fits: Vec<Vec<Fit<'p>>>,
}

/// The answers to facets by id, in whatever words they were written.
fn given<'p>(pack: &'p Pack, profile: &Profile) -> BTreeMap<&'p str, Vec<&'p Value>> {
    let mut given = BTreeMap::new();
    for (name, answer) in profile.answers.iter().filter(|(_, answer)| !leaves_open(pack, answer)) {
        let named =
            |facet: &&Facet| facet.aliases.iter().chain([&facet.id]).any(|word| fold(word) == fold(name));
        let Some(facet) = pack.facets.iter().find(named) else { continue };
        let words = match answer {
            Answer::One(word) => vec![word.clone()],
            Answer::Many(words) => words.clone(),
            _ => Vec::new(),
        };
        given.insert(facet.id.as_str(), words.iter().filter_map(|word| find_value(facet, word)).collect());
    }
    given
}

/// A profile with these answers to facets, and the numbers and weights of another.
fn answering(profile: &Profile, pack: &Pack, given: &BTreeMap<&str, Vec<&Value>>) -> Profile {
    let mut other = profile.clone();
    other.answers.retain(|name, _| {
        let words = pack.numbers.iter().flat_map(|number| number.aliases.iter().chain([&number.id]));
        words.map(|word| fold(word)).any(|word| word == fold(name))
    });
    for (facet, values) in given {
        let ids = values.iter().map(|value| value.id.clone()).collect();
        other.answers.insert((*facet).to_owned(), Answer::Many(ids));
    }
    other
}

impl<'p> Facts<'p> {
    fn new(case: &'p PlanCase) -> Self {
        let PlanCase { pack, profile, .. } = case;
        let given = given(pack, profile);
        let all = pack.facet(PHASE).map(|facet| facet.values.iter().collect()).unwrap_or_default();
        let chosen: Vec<&Value> = given.get(PHASE).cloned().unwrap_or_else(|| {
            let all: Vec<&Value> = all;
            all
        });
        let order = |value: &&str| PHASES.iter().position(|phase| phase == value);
        let mut phases: Vec<&str> = chosen.iter().map(|value| value.id.as_str()).collect();
        phases.sort_by_key(order);
        let is_part = |facet: &&str| {
            let facet = pack.facet(facet).expect("an answered facet is in the pack");
            facet.criterion.as_deref() == Some(PEOPLE) && !facet.takes_one() && facet.id != PHASE
        };
        let parts: BTreeSet<(&str, &str)> = given
            .iter()
            .filter(|(facet, _)| is_part(facet))
            .flat_map(|(facet, values)| values.iter().map(move |value| (*facet, value.id.as_str())))
            .collect();
        let held = Held::read(pack, profile);
        let already = pack.plan.outcomes.iter().filter(|outcome| {
            let holds =
                |facet: &String, value: &String| held.values.contains(&(facet.as_str(), value.as_str()));
            outcome.already.iter().any(|(facet, values)| values.iter().any(|value| holds(facet, value)))
        });
        let mut facts = Self {
            pack,
            already: already.map(|outcome| outcome.id.as_str()).collect(),
            available: held.numbers.get("hours").copied(),
            parts,
            fits: Vec::new(),
            phases,
        };
        facts.fits = facts.phases.iter().map(|phase| facts.fits(profile, &given, phase)).collect();
        facts
    }

    fn fits(
        &self,
        profile: &Profile,
        given: &BTreeMap<&'p str, Vec<&'p Value>>,
        phase: &'p str,
    ) -> Vec<Fit<'p>> {
        let pack = self.pack;
        let mut given = given.clone();
        let value = pack.facet(PHASE).and_then(|facet| facet.value(phase)).expect("a phase is a value");
        given.insert(PHASE, vec![value]);
        let judge = |given: &BTreeMap<&str, Vec<&Value>>| people(pack, &answering(profile, pack, given));
        let whole = answering(profile, pack, &given);
        let verdict = evaluate(pack, &whole);
        let all = people(pack, &whole);
        // With one part alone, or nobody.
        let only = |part: Option<(&str, &str)>| {
            let mut given = given.clone();
            for (facet, values) in &mut given {
                let of_parts = self.parts.iter().any(|(other, _)| other == facet);
                values.retain(|value| !of_parts || part == Some((*facet, value.id.as_str())));
            }
            judge(&given)
        };
        let nobody = only(None);
        let mut serves: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
        for part in &self.parts {
            let mut without = given.clone();
            for (facet, values) in &mut without {
                values.retain(|value| !is_narrower(pack, (facet, &value.id), *part));
            }
            let (without, alone) = (judge(&without), only(Some(*part)));
            for method in &pack.methods {
                let id = method.id.as_str();
                let served = all[id] > without[id] || all[id] == without[id] && alone[id] > nobody[id];
                served.then(|| serves.entry(id).or_default().insert(*part));
            }
        }
        let stands = |id: &&&str| {
            pack.methods.iter().any(|m| m.id == **id && m.facets[PHASE].iter().any(|own| own == phase))
        };
        let fits = verdict.order.iter().filter(stands).map(|id| {
            let method = pack.methods.iter().find(|method| method.id == *id).expect("it was ranked");
            let outcomes = pack.plan.outcomes.iter();
            let yields: BTreeSet<&str> = outcomes
                .clone()
                .filter(|o| suits(&o.yielded_by, method, phase))
                .map(|o| o.id.as_str())
                .collect();
            let needs = outcomes.filter(|o| !o.needed_by.is_empty() && suits(&o.needed_by, method, phase));
            let least = method.facts.iter().filter_map(|fact| fact.min).min();
            Fit {
                method,
                score: verdict.standings[id].total[0],
                serves: serves.remove(id).unwrap_or_default(),
                needs: needs.map(|o| o.id.as_str()).filter(|id| !yields.contains(id)).collect(),
                yields,
                takes: least,
            }
        });
        fits.collect()
    }

    /// Everything a plan breaks, in a word or two each.
    fn broken(&self, plan: &[(usize, &Fit<'p>)]) -> Vec<String> {
        let mut broken = Vec::new();
        for (at, phase) in self.phases.iter().enumerate() {
            let here = || plan.iter().filter(|(of, _)| *of == at);
            if here().next().is_none() {
                broken.push(format!("empty {phase}"));
            }
            let could = self.fits[at].iter().any(|fit| !fit.yields.is_empty());
            if could && here().all(|(_, fit)| fit.yields.is_empty()) {
                broken.push(format!("nothing {phase}"));
            }
        }
        let takes: i64 = plan.iter().filter_map(|(_, fit)| fit.takes).sum();
        if self.available.is_some_and(|available| takes > available) {
            broken.push("exceeded hours".to_owned());
        }
        for part in &self.parts {
            if !plan.iter().any(|(_, fit)| fit.serves.contains(part)) {
                broken.push(format!("part {}/{}", part.0, part.1));
            }
        }
        for (place, (phase, fit)) in plan.iter().enumerate() {
            let what = format!("{} {}", self.phases[*phase], fit.method.id);
            if fit.score < 0 {
                broken.push(format!("unfit {what}"));
            }
            for needed in &fit.needs {
                let earlier = plan[..place].iter().any(|(_, other)| other.yields.contains(needed));
                if !earlier && !self.already.contains(needed) {
                    broken.push(format!("missing {what} {needed}"));
                }
            }
        }
        if let Some(closing) = self.pack.plan.outcomes.iter().find(|outcome| outcome.closes)
            && !plan.last().is_some_and(|(_, fit)| fit.yields.contains(closing.id.as_str()))
        {
            broken.push("closing".to_owned());
        }
        broken.sort();
        broken
    }

    fn value(plan: &[(usize, &Fit<'p>)]) -> (i64, usize, usize) {
        let names =
            |a: &Method, b: &Method| a.combines_with.contains(&b.id) || b.combines_with.contains(&a.id);
        let handovers = plan.windows(2).filter(|pair| names(pair[0].1.method, pair[1].1.method)).count();
        let kind = |fit: &Fit<'p>| fit.method.facets.get("sort").cloned();
        let repeated = plan.iter().enumerate().filter(|(place, (_, fit))| {
            kind(fit).is_some() && plan[..*place].iter().any(|(_, other)| kind(other) == kind(fit))
        });
        (plan.iter().map(|(_, fit)| fit.score).sum(), handovers, repeated.count())
    }

    /// What a plan is worth: the larger, the better.
    fn worth(&self, plan: &[(usize, &Fit<'p>)]) -> Worth {
        let broken = self.broken(plan);
        let count = |word: &str| broken.iter().filter(|what| what.starts_with(word)).count();
        let (empty, exceeded) = (count("empty"), count("exceeded"));
        let (score, handovers, repeated) = Self::value(plan);
        let value = score + HANDOVER_POINTS * handovers as i64 - REPEATED_KIND_POINTS * repeated as i64;
        (
            Reverse(empty),
            Reverse(exceeded),
            Reverse(broken.len() - empty - exceeded),
            Reverse(plan.len()),
            value,
        )
    }

    /// The best of all plans.
    fn best(&self, steps_per_phase: usize) -> Worth {
        let mut best = self.worth(&[]);
        self.try_all(0, steps_per_phase, steps_per_phase, &mut Vec::new(), &mut best);
        best
    }

    fn try_all<'f>(
        &'f self,
        phase: usize,
        room: usize,
        steps_per_phase: usize,
        plan: &mut Vec<(usize, &'f Fit<'p>)>,
        best: &mut Worth,
    ) {
        let Some(fits) = self.fits.get(phase) else {
            *best = (*best).max(self.worth(plan));
            return;
        };
        self.try_all(phase + 1, steps_per_phase, steps_per_phase, plan, best);
        for fit in fits.iter().filter(|_| room > 0) {
            if plan.iter().all(|(_, other)| other.method.id != fit.method.id) {
                plan.push((phase, fit));
                self.try_all(phase, room - 1, steps_per_phase, plan, best);
                plan.pop();
            }
        }
    }

    /// A plan of the engine, step by step.
    fn steps(&self, plan: &Plan<'_>) -> Vec<(usize, &Fit<'p>)> {
        let steps = plan.phases.iter().enumerate().flat_map(|(at, phase)| {
            let find = move |id: &str| self.fits[at].iter().find(|fit| fit.method.id == id);
            phase.steps.iter().map(move |step| (at, find(step.id).expect("a step is a method of its phase")))
        });
        steps.collect()
    }
}

type Worth = (Reverse<usize>, Reverse<usize>, Reverse<usize>, Reverse<usize>, i64);

fn worth(objective: &PlanObjective) -> Worth {
    let PlanObjective { phases_empty, resources_exceeded, broken, steps, value, .. } = *objective;
    (Reverse(phases_empty), Reverse(resources_exceeded), Reverse(broken), Reverse(steps), value)
}

/// Per method: the points for people.
fn people<'p>(pack: &'p Pack, profile: &Profile) -> BTreeMap<&'p str, i64> {
    let Verdict { standings, .. } = evaluate(pack, profile);
    let criterion = pack.criteria.iter().position(|criterion| criterion.id == PEOPLE).unwrap_or(0);
    standings.iter().map(|(id, standing)| (*id, standing.criteria[criterion][0])).collect()
}

/// Whether the second value holds whenever the first does.
fn is_narrower(pack: &Pack, (facet, value): (&str, &str), part: (&str, &str)) -> bool {
    let mut held = Held::default();
    let facet = pack.facet(facet).expect("the facet is in the pack");
    held.hold(pack, facet, facet.value(value).expect("the value is in the facet"));
    held.values.contains(&part)
}

fn suits(wanted: &BTreeMap<String, Vec<String>>, method: &Method, phase: &str) -> bool {
    wanted.iter().all(|(facet, values)| {
        let own = if facet == PHASE {
            vec![phase.to_owned()]
        } else {
            method.facets.get(facet).cloned().unwrap_or_default()
        };
        values.iter().any(|value| own.contains(value))
    })
}

fn named(broken: &Broken<'_>) -> String {
    match broken {
        Broken::PhaseEmpty { phase } => format!("empty {}", phase.id),
        Broken::PhaseYieldsNothing { phase } => format!("nothing {}", phase.id),
        Broken::ResourceExceeded { resource, .. } => format!("exceeded {}", resource.id),
        Broken::PartNotServed { part, .. } => format!("part {}/{}", part.facet, part.id),
        Broken::OutcomeMissing { phase, method, outcome, .. } => {
            format!("missing {phase} {} {}", method.id, outcome.id)
        }
        Broken::StepUnfit { phase, method, .. } => format!("unfit {phase} {}", method.id),
        Broken::NotClosed { .. } => "closing".to_owned(),
    }
}

/// Whether what a step says about itself is so.
fn claims_are_true(facts: &Facts<'_>, plan: &[(usize, &Fit<'_>)], place: usize, step: &PlanStep<'_>) {
    let (phase, fit) = plan[place];
    let earlier = &plan[..place];
    let rank = facts.fits[phase].iter().position(|other| other.method.id == step.id).map(|at| at + 1);
    assert_eq!(Some(step.rank), rank, "the rank of {}", step.id);
    assert_eq!(step.score.total, fit.score);
    assert_eq!(step.serves.iter().map(|part| (part.facet, part.id)).collect::<BTreeSet<_>>(), fit.serves);
    assert_eq!(step.yields.iter().map(|outcome| outcome.id).collect::<BTreeSet<_>>(), fit.yields);
    assert_eq!(step.needs_outcomes.iter().map(|need| need.outcome.id).collect::<BTreeSet<_>>(), fit.needs);
    for need in &step.needs_outcomes {
        let id = need.outcome.id;
        let source = earlier.iter().rev().find(|(_, other)| other.yields.contains(id));
        match need.from {
            OutcomeFrom::Step(method) => {
                assert_eq!(source.map(|(_, other)| other.method.id.as_str()), Some(method));
            }
            OutcomeFrom::Already => assert!(source.is_none() && facts.already.contains(id)),
            OutcomeFrom::Missing | OutcomeFrom::NotKnown => {
                assert!(source.is_none() && !facts.already.contains(id));
            }
        }
    }
    if let Some(from) = step.hands_over_from {
        let before = earlier.last().map(|(_, other)| other.method).expect("a handover has a step before it");
        assert_eq!(from, before.id);
        let links = before.combines_with.iter().any(|id| id == step.id);
        assert!(links || fit.method.combines_with.iter().any(|id| id == from));
    }
    assert!(step.reasons.len() <= 3 && step.reasons.iter().all(|reason| reason.points > 0));
    assert_eq!(step.unknown_resources.is_empty(), fit.takes.is_some());
    assert_eq!(step.resources.len(), fit.method.facts.len());
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_plan_is_better(case in a_plan_case()) {
        let engine = engine(&case.pack);
        let plan = plan(&engine, &case);
        prop_assert!(plan.optimal);
        let facts = Facts::new(&case);
        prop_assert_eq!(worth(&plan.objective), facts.best(case.options.steps_per_phase));
    }

    #[test]
    fn what_a_plan_says_is_so(case in a_plan_case()) {
        let engine = engine(&case.pack);
        let plan = plan(&engine, &case);
        let facts = Facts::new(&case);
        prop_assert_eq!(plan.phases.iter().map(|phase| phase.phase.id).collect::<Vec<_>>(), facts.phases.clone());
        let steps = facts.steps(&plan);
        let mut broken: Vec<String> = plan.broken.iter().map(named).collect();
        broken.sort();
        prop_assert_eq!(&broken, &facts.broken(&steps), "what it breaks, and nothing else");
        let objective = plan.objective;
        prop_assert_eq!(worth(&objective), facts.worth(&steps));
        prop_assert_eq!((objective.score, objective.handovers, objective.repeated_kinds), Facts::value(&steps));
        for (place, step) in plan.phases.iter().flat_map(|phase| &phase.steps).enumerate() {
            claims_are_true(&facts, &steps, place, step);
        }
        for part in &plan.served {
            let by = steps.iter().filter(|(_, fit)| fit.serves.contains(&(part.part.facet, part.part.id)));
            prop_assert_eq!(&part.by, &by.map(|(_, fit)| fit.method.id.as_str()).collect::<Vec<_>>());
        }
        prop_assert_eq!(plan.served.len() + plan.not_served.len(), facts.parts.len());
        let usage = &plan.resources[0];
        prop_assert_eq!(usage.known, steps.iter().filter_map(|(_, fit)| fit.takes).sum::<i64>());
        prop_assert_eq!(usage.unknown_steps, steps.iter().filter(|(_, fit)| fit.takes.is_none()).count());
        prop_assert_eq!(usage.available, facts.available);
        let mut methods: Vec<_> = steps.iter().map(|(_, fit)| &fit.method.id).collect();
        methods.sort();
        methods.dedup();
        prop_assert_eq!(methods.len(), steps.len(), "a method is in a plan once");
        prop_assert!(plan.phases.iter().all(|phase| phase.steps.len() <= case.options.steps_per_phase));
    }

    #[test]
    fn the_order_of_rules_and_methods_is_irrelevant_to_a_plan(case in a_plan_case()) {
        let mut turned = case.clone();
        turned.pack.rules.reverse();
        turned.pack.methods.reverse();
        let (one, other) = (engine(&case.pack), engine(&turned.pack));
        let json = |engine, case| serde_json::to_string(&plan(engine, case)).expect("a plan is JSON");
        prop_assert_eq!(json(&one, &case), json(&other, &turned));
    }

    #[test]
    fn room_for_more_steps_never_makes_a_plan_worse(mut case in a_plan_case()) {
        let engine = engine(&case.pack);
        let mut before = None;
        for steps_per_phase in 1..=MAX_STEPS_PER_PHASE {
            case.options = PlanOptions { steps_per_phase };
            let after = worth(&plan(&engine, &case).objective);
            prop_assert!(Some(after) >= before, "{after:?} with more steps, {before:?} with fewer");
            before = Some(after);
        }
    }
}

/// A pack with one method in one phase, and as many values of a facet about people as wanted.
fn small_pack(parts: usize) -> Pack {
    let ids: Vec<String> = (0..parts).map(|at| format!("part-{at}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = a_plan_case().new_tree(&mut runner).expect("a case can be drawn");
    let mut pack = tree.current().pack;
    pack.rules.clear();
    pack.facets.retain(|facet| facet.id == PHASE || facet.criterion.is_none());
    pack.criteria.truncate(1);
    pack.criteria[0].id = PEOPLE.into();
    let mut people = facet("who", vec![About::Profile], ValuesAllowed::Many, &ids);
    people.question = Some(text("Who?"));
    pack.facets.push(people);
    for facet in pack.facets.iter_mut().filter(|facet| facet.about.contains(&About::Profile)) {
        facet.criterion = Some(PEOPLE.into());
    }
    for number in pack.numbers.iter_mut().filter(|number| number.about.contains(&About::Profile)) {
        number.criterion = Some(PEOPLE.into());
    }
    pack.plan.outcomes.clear();
    pack
}

fn refused(pack: &Pack, profile: &Profile, steps_per_phase: usize) -> Vec<(&'static str, String)> {
    let engine = engine(pack);
    let problems = engine.plan(profile, &PlanOptions { steps_per_phase }).err().unwrap_or_default();
    let place = |label: &werkvorm_core::Label| label.file.clone();
    problems.iter().map(|found| (found.code, found.labels.first().map(place).unwrap_or_default())).collect()
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let pack = small_pack(70);
    let many: Vec<String> = (0..64).map(|at| format!("part-{at}")).collect();
    let few = Answer::Many(many[..5].to_vec());
    assert_eq!(refused(&pack, &Profile::new().with("who", few), 2), []);
    let nobody = Profile::new().with(PHASE, Answer::Many(Vec::new()));
    assert_eq!(refused(&pack, &nobody, 2), [(code::PLAN_NO_PHASE.id, PHASE.to_owned())]);
    let nothing = Profile::new().with("hours", 0);
    assert_eq!(refused(&pack, &nothing, 2), [(code::PLAN_NOTHING_THERE.id, "hours".to_owned())]);
    for steps in [0, MAX_STEPS_PER_PHASE + 1] {
        let found = refused(&pack, &Profile::new(), steps);
        assert_eq!(found, [(code::PLAN_STEPS.id, "steps_per_phase".to_owned())]);
    }
    let everybody = Profile::new().with("who", Answer::Many(many));
    assert_eq!(refused(&pack, &everybody, 2), [(code::PLAN_PARTS.id, String::new())]);
    let mut without = pack.clone();
    without.facets.retain(|facet| facet.id != PHASE);
    without.methods.iter_mut().for_each(|method| drop(method.facets.remove(PHASE)));
    assert_eq!(refused(&without, &Profile::new(), 2), [(code::PLAN_NO_PHASE.id, String::new())]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let profile = Profile::new().with(PHASE, Answer::Many(Vec::new())).with("hours", 0);
    let codes: BTreeSet<_> = refused(&small_pack(1), &profile, 9).into_iter().map(|(code, _)| code).collect();
    assert_eq!(
        codes,
        BTreeSet::from([code::PLAN_STEPS.id, code::PLAN_NOTHING_THERE.id, code::PLAN_NO_PHASE.id])
    );
    let wrong = Profile::new().with("whom", "part-0");
    let codes: Vec<_> = refused(&small_pack(1), &wrong, 9).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [code::PLAN_STEPS.id, code::UNKNOWN_QUESTION.id]);
}
