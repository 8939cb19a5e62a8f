//! One profile on the built-in pack: advice with the top five explained in full, and one method explained.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use werkvorm::{Profile, builtin};

fn recommend(criterion: &mut Criterion) {
    let engine = builtin();
    let mut group = criterion.benchmark_group("recommend");
    for persona in &engine.pack().personas {
        group.bench_function(&persona.id, |bencher| {
            bencher.iter(|| engine.recommend(black_box(&persona.profile)));
        });
    }
    group.bench_function("no-answers", |bencher| {
        bencher.iter(|| engine.recommend(black_box(&Profile::new())))
    });
    group.finish();
}

fn explain(criterion: &mut Criterion) {
    let engine = builtin();
    let persona = &engine.pack().personas[0];
    criterion.bench_function("explain", |bencher| {
        bencher.iter(|| engine.explain(black_box(&persona.profile), black_box("fotoscan")));
    });
}

criterion_group!(benches, recommend, explain);
criterion_main!(benches);
