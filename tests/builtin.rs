//! Promises about the knowledge that comes with the tool: it always advises something, it is small, its
//! sources are all used, and every text that is asked for exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use werkvorm::rules::is_cited;
use werkvorm::{
    About, Answer, Broken, Engine, Facet, Number, PHASE, PlanOptions, Profile, builtin, builtin_pack, code,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Any answer to a facet; `None` leaves it open.
fn facet_answer(facet: &Facet, leave_open: bool) -> BoxedStrategy<Option<Answer>> {
    let ids: Vec<String> = facet.values.iter().map(|value| value.id.clone()).collect();
    let answer = if facet.takes_one() {
        proptest::sample::select(ids).prop_map(Answer::One).boxed()
    } else {
        let most = ids.len();
        proptest::sample::subsequence(ids, 0..=most).prop_map(Answer::Many).boxed()
    };
    if leave_open { proptest::option::of(answer).boxed() } else { answer.prop_map(Some).boxed() }
}

/// Any answer to a number, its bounds more often than chance would have it; `None` leaves it open.
fn number_answer(number: &Number, leave_open: bool) -> BoxedStrategy<Option<Answer>> {
    let (min, max) = (number.min, number.max);
    let small = min..=(min + 60).min(max);
    let answer = prop_oneof![Just(min), Just(max), small, min..=max].prop_map(Answer::Whole);
    if leave_open { proptest::option::of(answer).boxed() } else { answer.prop_map(Some).boxed() }
}

/// Any profile of the built-in vocabulary: with open questions, or with every single one answered.
fn a_profile(leave_open: bool) -> impl Strategy<Value = Profile> {
    let pack = builtin().pack();
    let facets = pack.facets.iter().filter(|facet| facet.about.contains(&About::Profile));
    let numbers = pack.numbers.iter().filter(|number| number.about.contains(&About::Profile));
    let ids: Vec<String> =
        facets.clone().map(|f| f.id.clone()).chain(numbers.clone().map(|n| n.id.clone())).collect();
    let answers: Vec<_> = facets
        .map(|facet| facet_answer(facet, leave_open))
        .chain(numbers.map(|number| number_answer(number, leave_open)))
        .collect();
    answers.prop_map(move |answers| {
        let mut profile = Profile::new();
        profile.answers =
            ids.iter().cloned().zip(answers).filter_map(|(id, answer)| Some((id, answer?))).collect();
        profile
    })
}

fn advises_something(profile: &Profile) -> Result<(), TestCaseError> {
    let advice =
        builtin().recommend(profile).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
    prop_assert_eq!(advice.methods.len(), 5, "only {} methods are left", advice.methods.len());
    prop_assert_eq!(
        advice.methods.len() + advice.others.len() + advice.excluded.len(),
        builtin().pack().methods.len()
    );
    prop_assert!(advice.excluded.iter().all(|excluded| !excluded.because.is_empty()));
    prop_assert!(advice.guidelines.len() <= 8);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_questions_never_empty_an_advice(profile in a_profile(true)) {
        advises_something(&profile)?;
    }

    #[test]
    fn answering_everything_never_empties_an_advice(profile in a_profile(false)) {
        advises_something(&profile)?;
        let advice = builtin().recommend(&profile).unwrap();
        prop_assert!(advice.open_questions.is_empty());
        prop_assert!(advice.methods.iter().all(|ranked| ranked.score.range.low == ranked.score.range.high));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_questions_never_prevent_a_plan(profile in a_profile(true)) {
        match builtin().plan(&profile, &PlanOptions::default()) {
            Ok(plan) => {
                let objective = plan.objective;
                let counted = objective.phases_empty + objective.resources_exceeded + objective.broken;
                prop_assert_eq!(plan.broken.len(), counted, "everything it breaks is named");
                prop_assert!(plan.phases.iter().all(|phase| phase.steps.len() <= 2));
            }
            Err(found) => {
                let refused = [code::PLAN_NO_PHASE.id, code::PLAN_NOTHING_THERE.id, code::PLAN_PARTS.id];
                prop_assert!(found.iter().all(|found| refused.contains(&found.code)), "{found:?}");
            }
        }
    }
}

/// Over all phases there is a plan for every persona that breaks nothing, except that no rule at all speaks
/// for a method because of some part of its target group.
#[test]
fn every_persona_gets_a_whole_plan() {
    let pack = builtin().pack();
    let phases: Vec<String> =
        pack.facet(PHASE).unwrap().values.iter().map(|value| value.id.clone()).collect();
    let closing = pack.plan.outcomes.iter().find(|outcome| outcome.closes).unwrap();
    for persona in &pack.personas {
        let mut profile = persona.profile.clone();
        profile.answers.insert(PHASE.into(), Answer::Many(phases.clone()));
        let plan = builtin().plan(&profile, &PlanOptions::default()).unwrap();
        assert!(plan.optimal, "{}", persona.id);
        let nobody = |broken: &Broken<'_>| matches!(broken, Broken::PartNotServed { candidates: 0, .. });
        assert!(plan.broken.iter().all(nobody), "{}: {:?}", persona.id, plan.broken);
        let last = plan.phases.last().unwrap().steps.last().unwrap();
        assert!(last.yields.iter().any(|outcome| outcome.id == closing.id), "{}", persona.id);
        // As the persona asks it, too.
        assert!(builtin().plan(&persona.profile, &PlanOptions::default()).unwrap().optimal, "{}", persona.id);
    }
}

#[test]
fn no_answers_still_give_an_advice() {
    advises_something(&Profile::new()).unwrap();
}

#[test]
fn the_engine_takes_at_most_ten_megabytes() {
    // Other tests share the allocator, so the smallest of a few tries is nearest to the truth.
    let sizes = (0..5).map(|_| {
        let region = Region::new(ALLOCATOR);
        let engine = Engine::new(builtin_pack()).unwrap();
        let stats = region.change();
        drop(engine);
        // What growing and shrinking changes is in both numbers already.
        stats.bytes_allocated as i64 - stats.bytes_deallocated as i64
    });
    let bytes = sizes.min().unwrap();
    assert!(bytes < 10_000_000, "the engine takes {bytes} bytes");
    println!("the engine takes {bytes} bytes");
}

#[test]
fn every_document_is_cited() {
    let pack = builtin().pack();
    for document in &pack.documents {
        assert!(is_cited(pack, &document.id), "nothing cites `{}`", document.id);
    }
}

/// Keys of texts in quotes, as templates and Rust ask for them.
#[test]
fn every_text_that_is_asked_for_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        "crates/werkvorm/src",
        "crates/werkvorm/templates",
        "crates/werkvorm-cli/src",
        "crates/werkvorm-core/src",
    ];
    let known = &builtin().pack().texts;
    let families: BTreeSet<&str> =
        known.keys().filter_map(|key| key.split_once('.')).map(|(family, _)| family).collect();
    let mut asked = BTreeSet::new();
    for folder in folders {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            // What is between quotes is every other piece, whichever comes first.
            for quoted in text.split('"').map(str::to_owned) {
                let is_key = quoted.split_once('.').is_some_and(|(family, rest)| {
                    let plain = |c: char| c.is_ascii_lowercase() || c == '-' || c == '_';
                    families.contains(family) && !rest.is_empty() && rest.chars().all(plain)
                });
                if is_key
                    && !quoted.ends_with(".md")
                    && !quoted.ends_with(".html")
                    && !quoted.ends_with(".toml")
                {
                    asked.insert(quoted);
                }
            }
        }
    }
    let missing: Vec<_> = asked.iter().filter(|key| !known.contains_key(*key)).collect();
    assert!(missing.is_empty(), "no text for {missing:?}");
    assert!(asked.len() > 50, "the search for keys found only {}", asked.len());
}
