//! A plan over all phases for each persona: scores per phase, the search, and everything explained. Last the
//! worst that can be asked: everybody at once.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use werkvorm::{Answer, PEOPLE, PHASE, PlanOptions, Profile, builtin};

/// A persona that asks about every phase.
fn over_all_phases(profile: &Profile) -> Profile {
    let facet = builtin().pack().facet(PHASE);
    let phases = facet.map(|facet| facet.values.iter().map(|value| value.id.clone()).collect());
    let mut profile = profile.clone();
    profile.answers.insert(PHASE.to_owned(), Answer::Many(phases.unwrap_or_default()));
    profile
}

/// Every part of the target group there is.
fn everybody() -> Profile {
    let about_people =
        |facet: &&werkvorm::Facet| facet.criterion.as_deref() == Some(PEOPLE) && !facet.takes_one();
    let facets = builtin().pack().facets.iter().filter(about_people);
    facets.fold(Profile::new(), |profile, facet| {
        profile.with(&facet.id, Answer::Many(facet.values.iter().map(|value| value.id.clone()).collect()))
    })
}

fn plan(criterion: &mut Criterion) {
    let engine = builtin();
    let mut group = criterion.benchmark_group("plan");
    for persona in &engine.pack().personas {
        let profile = over_all_phases(&persona.profile);
        group.bench_function(&persona.id, |bencher| {
            bencher.iter(|| engine.plan(black_box(&profile), &PlanOptions::default()));
        });
    }
    group.bench_function("no-answers", |bencher| {
        bencher.iter(|| engine.plan(black_box(&Profile::new()), &PlanOptions::default()));
    });
    let everybody = everybody();
    group.bench_function("everybody", |bencher| {
        bencher.iter(|| engine.plan(black_box(&everybody), &PlanOptions::default()));
    });
    group.finish();
}

criterion_group!(benches, plan);
criterion_main!(benches);
