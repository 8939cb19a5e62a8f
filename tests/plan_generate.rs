//! Random packs with everything a plan is made of: phases, a chain of outcomes, and something that is counted.
//!
//! The packs of [`generate`](crate::generate), few methods of them, so that every plan can be tried.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use werkvorm_core::{
    About, Answer, Citation, Condition, Effect, Facet, Fact, Method, Number, PEOPLE, PHASE, Pack, Place,
    PlanOptions, Planning, PlanningOutcome, PlanningResource, Profile, Rule, Text, Value, ValuesAllowed,
};

use crate::generate::{Case, a_case};

pub const PHASES: [&str; 3] = ["third", "first", "second"];
const BRINGS: [&str; 4] = ["a", "b", "c", "d"];
const KINDS: [&str; 3] = ["talk", "walk", "play"];

/// What is drawn about a card: its phases and what it brings, as bits; its kind; what it takes; its links.
type DrawnCard = (usize, usize, usize, Option<(i64, bool)>, Vec<usize>);
/// A rule that asks for a phase: method, phase, points, and whether it counts for people.
type DrawnRule = (usize, usize, i64, bool);
/// An outcome: what yields it and what needs it, as bits, whether a profile can have it, whether it closes.
type DrawnOutcome = (usize, usize, usize, bool);

#[derive(Debug, Clone)]
pub struct PlanCase {
    pub pack: Pack,
    pub profile: Profile,
    pub options: PlanOptions,
}

/// A valid pack of at most five methods and three phases, with a profile for it.
pub fn a_plan_case() -> impl Strategy<Value = PlanCase> {
    let takes = proptest::option::of((0_i64..9, any::<bool>()));
    let card = (0_usize..8, 0_usize..16, 0_usize..4, takes, vec(0_usize..5, 0..2));
    let rule = (0_usize..5, 0_usize..3, prop_oneof![1_i64..=5, -5_i64..=-1], any::<bool>());
    let outcome = (0_usize..16, 0_usize..16, 0_usize..3, any::<bool>());
    let cards = (vec(card, 5), vec(rule, 0..12), vec(outcome, 0..4));
    let asked = (proptest::option::of(1_usize..8), proptest::option::of(1_i64..20), 1_usize..=3, 1_usize..=3);
    (a_case(), cards, asked).prop_map(|(case, (cards, rules, outcomes), asked)| {
        let (chosen, available, phases, steps_per_phase) = asked;
        let Case { mut pack, mut profile, .. } = case;
        pack.personas.clear();
        // Most rules count for the first criterion: let that be the one about people.
        swap(&mut pack, &mut profile);
        // Trying every plan takes long with many methods and many steps.
        pack.methods.truncate(if steps_per_phase == 3 { 3 } else { 5 });
        let kept: BTreeSet<String> = pack.methods.iter().map(|method| method.id.clone()).collect();
        pack.rules.retain(|rule| rule.method.as_ref().is_none_or(|method| kept.contains(method)));
        pack.examples.clear();
        let criterion = pack.criteria[0].id.clone();
        let about = vec![About::Profile, About::Method];
        let mut phase = facet(PHASE, about, ValuesAllowed::Many, &PHASES[..phases]);
        phase.criterion = Some(pack.criteria[pack.criteria.len() - 1].id.clone());
        phase.question = Some(text("Which phases?"));
        pack.facets.push(phase);
        pack.facets.push(facet("brings", vec![About::Method], ValuesAllowed::Many, &BRINGS));
        pack.facets.push(facet("sort", vec![About::Method], ValuesAllowed::One, &KINDS));
        pack.numbers.push(number("hours", About::Profile, Some(criterion)));
        pack.numbers.push(number("hours_needed", About::Method, None));
        let ids: Vec<String> = pack.methods.iter().map(|method| method.id.clone()).collect();
        for (method, drawn) in pack.methods.iter_mut().zip(cards) {
            write_card(method, drawn, &PHASES[..phases], &ids);
        }
        for (at, drawn) in rules.into_iter().enumerate() {
            let rule = phase_rule(&pack, at, drawn, &PHASES[..phases]);
            pack.rules.push(rule);
        }
        pack.plan = planning(&pack, outcomes, &PHASES[..phases]);
        if let Some(bits) = chosen {
            let chosen = some_of(&PHASES[..phases], bits % (1 << phases));
            // None of the phases is refused; another test sees to that.
            let chosen = if chosen.is_empty() { vec![PHASES[0].to_owned()] } else { chosen };
            profile = profile.with(PHASE, Answer::Many(chosen));
        }
        if let Some(available) = available {
            profile = profile.with("hours", available);
        }
        PlanCase { pack, profile, options: PlanOptions { steps_per_phase } }
    })
}

fn swap(pack: &mut Pack, profile: &mut Profile) {
    let other = |id: &str| match id {
        "phase" => PEOPLE.to_owned(),
        PEOPLE => "phase".to_owned(),
        id => id.to_owned(),
    };
    for criterion in &mut pack.criteria {
        criterion.id = other(&criterion.id);
        criterion.aliases.clear();
    }
    for facet in &mut pack.facets {
        facet.criterion = facet.criterion.as_deref().map(other);
    }
    for number in &mut pack.numbers {
        number.criterion = number.criterion.as_deref().map(other);
    }
    for rule in &mut pack.rules {
        rule.criterion = other(&rule.criterion);
    }
    profile.weights =
        std::mem::take(&mut profile.weights).into_iter().map(|(id, w)| (other(&id), w)).collect();
}

fn some_of(words: &[&str], bits: usize) -> Vec<String> {
    let chosen = words.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
    chosen.map(|(_, word)| (*word).to_owned()).collect()
}

fn write_card(method: &mut Method, drawn: DrawnCard, phases: &[&str], ids: &[String]) {
    let (in_phases, brings, kind, takes, links) = drawn;
    method.facets.insert(PHASE.into(), some_of(phases, in_phases));
    method.facets.insert("brings".into(), some_of(&BRINGS, brings));
    if let Some(kind) = KINDS.get(kind) {
        method.facets.insert("sort".into(), vec![(*kind).to_owned()]);
    }
    method.combines_with = links.iter().filter_map(|at| ids.get(*at)).cloned().collect();
    // A fact that only gives a most says nothing about the least.
    method.facts = takes.into_iter().map(|(hours, least)| fact(hours, least)).collect();
}

fn planning(pack: &Pack, outcomes: Vec<DrawnOutcome>, phases: &[&str]) -> Planning {
    let profile_facet = pack.facets.iter().find(|facet| facet.criterion.is_some() && facet.id != PHASE);
    let mut closed = false;
    let made = outcomes.into_iter().enumerate().map(|(at, (yields, needs, already, closes))| {
        let map = |bits: usize| {
            let brings = ("brings".to_owned(), some_of(&BRINGS, bits));
            // Half of them only in one phase.
            let phase = phases.get(bits % 4).map(|phase| (PHASE.to_owned(), vec![(*phase).to_owned()]));
            [brings].into_iter().chain(phase).collect::<BTreeMap<_, _>>()
        };
        let values = profile_facet
            .and_then(|facet| Some((facet.id.clone(), vec![facet.values.get(already)?.id.clone()])));
        let closes = closes && !closed;
        closed |= closes;
        PlanningOutcome {
            id: format!("outcome-{at}"),
            label: text("Outcome"),
            help: text("Help"),
            yielded_by: map(yields),
            needed_by: if needs == 0 { BTreeMap::new() } else { map(needs) },
            already: values.into_iter().collect(),
            closes,
            sources: vec![source()],
        }
    });
    Planning {
        kind: Some("sort".into()),
        resources: vec![PlanningResource { available: "hours".into(), needed: "hours_needed".into() }],
        outcomes: made.collect(),
    }
}

fn phase_rule(pack: &Pack, at: usize, (method, phase, points, people): DrawnRule, phases: &[&str]) -> Rule {
    let last = pack.criteria.len() - 1;
    Rule {
        id: format!("in-a-phase-{at}"),
        title: text("Title").into(),
        method: Some(pack.methods[method % pack.methods.len()].id.clone()),
        criterion: pack.criteria[if people { 0 } else { last }].id.clone(),
        when: Condition::Has { facet: PHASE.into(), value: phases[phase % phases.len()].into() }.into(),
        effect: Effect::Points(points),
        because: text("Because").into(),
        sources: [source()].into(),
        place: Place { file: "rules/x.rhai".into(), line: 1 },
    }
}

pub fn facet(id: &str, about: Vec<About>, values_allowed: ValuesAllowed, values: &[&str]) -> Facet {
    let value = |id: &&str| Value {
        id: (*id).into(),
        label: text("Value"),
        help: text("Help"),
        aliases: Vec::new(),
        broader: Vec::new(),
        share: None,
        sources: Vec::new(),
    };
    Facet {
        id: id.into(),
        about,
        criterion: None,
        values_allowed,
        adjustable: false,
        label: text("Facet"),
        question: None,
        help: text("Help"),
        aliases: Vec::new(),
        sources: Vec::new(),
        values: values.iter().map(value).collect(),
    }
}

fn number(id: &str, about: About, criterion: Option<String>) -> Number {
    Number {
        id: id.into(),
        about: vec![about],
        question: criterion.as_ref().map(|_| text("How many?")),
        criterion,
        unit: text("hours"),
        unit_one: None,
        min: 0,
        max: 100,
        adjustable: false,
        label: text("Hours"),
        help: text("Help"),
        aliases: Vec::new(),
        sources: Vec::new(),
    }
}

fn fact(hours: i64, least: bool) -> Fact {
    Fact {
        number: Some("hours_needed".into()),
        min: least.then_some(hours),
        max: (!least).then_some(hours),
        facet: None,
        value: None,
        source: source(),
        note: None,
    }
}

fn source() -> Citation {
    Citation { document: "report".into(), section: Some("2.1".into()) }
}

pub fn text(words: &str) -> Text {
    Text { nl: format!("nl {words}"), en: format!("en {words}") }
}
