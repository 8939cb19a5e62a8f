//! From the embedded pack to an engine that answers.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use werkvorm::{BUILTIN_PACK_JSON, Engine, Pack, builtin_pack, check, pack_from_json};

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(30);
    group.bench_function("read", |bencher| {
        bencher.iter(|| pack_from_json("built-in", black_box(BUILTIN_PACK_JSON)))
    });
    group.bench_function("check", |bencher| {
        let pack = builtin_pack();
        bencher.iter(|| check(black_box(&pack)));
    });
    group.bench_function("compile", |bencher| {
        bencher.iter_batched(
            builtin_pack,
            |pack: Pack| Engine::new(black_box(pack)),
            criterion::BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
