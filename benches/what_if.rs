//! What-if on the built-in pack: every single change, the smallest turns, the next question, robustness.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use werkvorm::{DEFAULT_TOP, Over, Profile, TurnOptions, builtin};

fn what_if(criterion: &mut Criterion) {
    let engine = builtin();
    let few = &engine.pack().personas[0].profile;
    // The persona with most answers has most rules at work.
    let most = engine.pack().personas.iter().map(|persona| &persona.profile);
    let most = most.max_by_key(|profile| profile.answers.len()).unwrap_or(few);
    let none = Profile::new();
    let mut group = criterion.benchmark_group("what-if");
    for (name, profile) in [("no-answers", &none), ("few-answers", few), ("most-answers", most)] {
        // A method that no change brings into the top is searched for to the end.
        let advice = engine.recommend(profile).ok();
        let last = advice.as_ref().and_then(|advice| advice.others.last()).map_or("", |method| method.id);
        group.bench_function(format!("sweep-all/{name}"), |bencher| {
            bencher.iter(|| engine.sweep(black_box(profile), &Over::All, DEFAULT_TOP));
        });
        group.bench_function(format!("turn-two/{name}"), |bencher| {
            bencher.iter(|| engine.turn(black_box(profile), last, &TurnOptions::default()));
        });
        group.bench_function(format!("ask/{name}"), |bencher| {
            bencher.iter(|| engine.ask(black_box(profile), DEFAULT_TOP));
        });
        group.bench_function(format!("robustness/{name}"), |bencher| {
            bencher.iter(|| engine.robustness(black_box(profile)));
        });
        group.bench_function(format!("compare/{name}"), |bencher| {
            bencher.iter(|| engine.compare(black_box(&[&none, profile])));
        });
    }
    group.finish();
}

criterion_group!(benches, what_if);
criterion_main!(benches);
