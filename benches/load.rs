//! From a pack to an engine that answers: the built-in one, and larger ones from JSON and from the binary form.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use werkvorm::{
    BUILTIN_PACK_JSON, Engine, Pack, builtin_pack, check, pack_from_binary, pack_from_json, pack_to_binary,
};

#[path = "workload.rs"]
#[expect(dead_code, reason = "only packs are needed here")]
mod workload;

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    let json = BUILTIN_PACK_JSON.to_owned();
    let packs = [600, 20_000, 200_000].map(|rules| serde_json::to_string(&workload::pack(rules)));
    let names = ["built-in", "600", "20000", "200000"];
    for (name, json) in names.into_iter().zip([Ok(json)].into_iter().chain(packs)) {
        let Ok(json) = json else { return };
        let Ok(pack) = pack_from_json(name, &json) else { return };
        let Ok(binary) = pack_to_binary(&pack) else { return };
        let read = || pack_from_binary(name, &binary).unwrap_or_default();
        group.bench_function(BenchmarkId::new("read-json", name), |bencher| {
            bencher.iter_with_large_drop(|| pack_from_json(name, black_box(&json)));
        });
        group.bench_function(BenchmarkId::new("read-binary", name), |bencher| {
            bencher.iter_with_large_drop(|| pack_from_binary(name, black_box(&binary)));
        });
        group.bench_function(BenchmarkId::new("check", name), |bencher| {
            let pack = read();
            bencher.iter(|| check(black_box(&pack)));
        });
        group.bench_function(BenchmarkId::new("check-and-compile", name), |bencher| {
            bencher.iter_batched(read, |pack: Pack| Engine::new(black_box(pack)), BatchSize::PerIteration);
        });
        println!("{name}: {} bytes as JSON, {} in binary form", json.len(), binary.len());
    }
    group.bench_function("built-in", |bencher| {
        // What is built in was checked by a test.
        bencher.iter_with_large_drop(|| Engine::of_checked(builtin_pack()));
    });
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
