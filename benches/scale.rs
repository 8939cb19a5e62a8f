//! Large packs: the engine against an evaluator written by hand for nothing but this workload, in one run and on
//! one thread; with explanation, many profiles at once, and what-if.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use werkvorm_core::{Encoded, Engine, Explained, Over, Ranking, TurnOptions};

#[path = "hand_written.rs"]
mod hand_written;
#[path = "workload.rs"]
mod workload;

use hand_written::{HandWritten, Held, Scratch};
use workload::Shape;

const SIZES: [usize; 3] = [600, 20_000, 200_000];
const PROFILES: usize = 512;
const TOP: usize = 5;

fn scale(criterion: &mut Criterion) {
    for size in SIZES {
        rank(criterion, &size.to_string(), &Shape::of(size));
    }
    // Where nearly every method has to be counted, and where most have too few rules to come far.
    let few = Shape { excluding: 100, ..Shape::of(20_000) };
    rank(criterion, "20000-few-rule-out", &few);
    let small = Shape { excluding: 100, methods: 20_000, ..Shape::of(100_000) };
    rank(criterion, "100000-small-methods", &small);
}

fn rank(criterion: &mut Criterion, name: &str, shape: &Shape) {
    let pack = shape.pack();
    let profiles = workload::profiles(PROFILES);
    let by_hand = HandWritten::new(&pack);
    let Ok(engine) = Engine::new(pack) else { return };
    let encoded: Vec<Encoded> = profiles.iter().filter_map(|profile| engine.encode(profile).ok()).collect();
    let held: Vec<Held> = profiles.iter().map(|profile| by_hand.encode(profile)).collect();
    let (mut ranking, mut scratch) = (Ranking::new(), Scratch::default());
    // With questions left open a second plane is filled.
    let open = workload::open_profiles(PROFILES);
    let open: Vec<Encoded> = open.iter().filter_map(|profile| engine.encode(profile).ok()).collect();
    // Whatever is timed must say the same.
    for (encoded, held) in encoded.iter().zip(&held) {
        let engine = engine.rank(encoded, TOP, &mut ranking).iter();
        let engine: Vec<_> = engine.map(|place| (-place.total as i32, place.method as u32)).collect();
        assert_eq!(engine, by_hand.rank(held, &mut scratch), "both rank alike");
    }
    let mut group = criterion.benchmark_group(format!("scale/{name}"));
    group.throughput(Throughput::Elements(1));
    let mut turn = 0;
    let mut next = move || {
        turn = (turn + 1) % PROFILES;
        turn
    };
    group.bench_function("by-hand", |bencher| {
        bencher.iter(|| by_hand.rank(black_box(&held[next()]), &mut scratch).len());
    });
    group.bench_function("by-hand-and-name-rules", |bencher| {
        bencher.iter(|| {
            by_hand.rank(black_box(&held[next()]), &mut scratch);
            let of_method = |method: u32| {
                by_hand.holding(&scratch, method).map(|at| engine.pack().rules[at].id.len()).sum::<usize>()
            };
            scratch.best().iter().map(|(_, method)| of_method(*method)).sum::<usize>()
        });
    });
    group.bench_function("rank", |bencher| {
        bencher.iter(|| engine.rank(black_box(&encoded[next()]), TOP, &mut ranking).len());
    });
    group.bench_function("rank-and-name-rules", |bencher| {
        bencher.iter(|| {
            let encoded = &encoded[next()];
            engine.rank(black_box(encoded), TOP, &mut ranking);
            let of_method = |method: usize| {
                engine.holding(encoded, &ranking, method).map(|rule| rule.id.len()).sum::<usize>()
            };
            ranking.places().iter().map(|place| of_method(place.method)).sum::<usize>()
        });
    });
    let mut explained = Explained::new();
    group.bench_function("explain-five", |bencher| {
        bencher.iter(|| engine.explain_best(black_box(&encoded[next()]), TOP, &mut explained).len());
    });
    group.bench_function("explain-five/open", |bencher| {
        bencher.iter(|| engine.explain_best(black_box(&open[next()]), TOP, &mut explained).len());
    });
    group.bench_function("explain-five/new-memory", |bencher| {
        bencher.iter(|| engine.best(black_box(&encoded[next()]), TOP).len());
    });
    group.bench_function("recommend", |bencher| {
        bencher.iter(|| {
            engine.recommend_top(black_box(&profiles[next()]), TOP).map(|advice| advice.methods.len())
        });
    });
    group.bench_function("encode", |bencher| {
        bencher.iter(|| engine.encode(black_box(&profiles[next()])));
    });
    group.sample_size(10);
    group.throughput(Throughput::Elements(PROFILES as u64));
    group.bench_function(BenchmarkId::new("batch", PROFILES), |bencher| {
        let batch = |()| engine.rank_batch(black_box(&encoded), TOP);
        bencher.iter_batched(|| (), batch, BatchSize::PerIteration);
    });
    group.finish();
}

/// What-if works on a profile with questions left open.
fn what_if(criterion: &mut Criterion) {
    for size in SIZES {
        let Ok(engine) = Engine::new(workload::pack(size)) else { return };
        let profile = workload::open_profiles(1).remove(0);
        let mut group = criterion.benchmark_group(format!("scale/{size}"));
        group.sample_size(10);
        group.bench_function("sweep-all", |bencher| {
            let sweep = || engine.sweep(black_box(&profile), &Over::All, TOP);
            bencher.iter(|| sweep().map(|sweep| sweep.points.len()));
        });
        group.bench_function("ask", |bencher| {
            bencher.iter(|| engine.ask(black_box(&profile), TOP).map(|asked| asked.questions.len()));
        });
        group.bench_function("turn-one", |bencher| {
            let options = TurnOptions { changes: 1, ..TurnOptions::default() };
            bencher.iter(|| engine.turn(black_box(&profile), "method-00007", &options).is_ok());
        });
        group.finish();
    }
}

criterion_group!(benches, scale, what_if);
criterion_main!(benches);
