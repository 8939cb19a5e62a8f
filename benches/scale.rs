//! Large packs: the engine against an evaluator written by hand for nothing but this workload, in one run and on
//! one thread; with explanation, and many profiles at once.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use werkvorm_core::{Encoded, Engine, Over, Ranking, TurnOptions};

#[path = "hand_written.rs"]
mod hand_written;
#[path = "workload.rs"]
mod workload;

use hand_written::{HandWritten, Held, Scratch};

const SIZES: [usize; 3] = [600, 20_000, 200_000];
const PROFILES: usize = 512;
const TOP: usize = 5;

fn scale(criterion: &mut Criterion) {
    for size in SIZES {
        let pack = workload::pack(size);
        let profiles = workload::profiles(PROFILES);
        let by_hand = HandWritten::new(&pack);
        let Ok(engine) = Engine::new(pack) else { return };
        let encoded: Vec<Encoded> =
            profiles.iter().filter_map(|profile| engine.encode(profile).ok()).collect();
        let held: Vec<Held> = profiles.iter().map(|profile| by_hand.encode(profile)).collect();
        let (mut ranking, mut scratch) = (Ranking::new(), Scratch::default());
        // With questions left open a second plane is filled.
        let open: Vec<Encoded> = workload::open_profiles(PROFILES)
            .iter()
            .filter_map(|profile| engine.encode(profile).ok())
            .collect();
        // Whatever is timed must say the same.
        for (encoded, held) in encoded.iter().zip(&held) {
            let engine = engine.rank(encoded, TOP, &mut ranking).iter();
            let engine: Vec<_> = engine.map(|place| (-place.total as i32, place.method as u32)).collect();
            assert_eq!(engine, by_hand.rank(held, &mut scratch), "both rank alike");
        }
        let mut group = criterion.benchmark_group(format!("scale/{size}"));
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
                let places = scratch.best().iter();
                places
                    .map(|(_, method)| {
                        by_hand
                            .holding(&scratch, *method)
                            .map(|at| engine.pack().rules[at].id.len())
                            .sum::<usize>()
                    })
                    .sum::<usize>()
            });
        });
        group.bench_function("rank", |bencher| {
            bencher.iter(|| engine.rank(black_box(&encoded[next()]), TOP, &mut ranking).len());
        });
        group.bench_function("rank-and-name-rules", |bencher| {
            bencher.iter(|| {
                let encoded = &encoded[next()];
                engine.rank(black_box(encoded), TOP, &mut ranking);
                let places = ranking.places().iter();
                places
                    .map(|place| {
                        engine
                            .holding(encoded, &ranking, place.method)
                            .map(|rule| rule.id.len())
                            .sum::<usize>()
                    })
                    .sum::<usize>()
            });
        });
        group.bench_function("explain-five", |bencher| {
            bencher.iter(|| engine.best(black_box(&encoded[next()]), TOP).len());
        });
        group.bench_function("explain-five/open", |bencher| {
            bencher.iter(|| engine.best(black_box(&open[next()]), TOP).len());
        });
        group.bench_function("recommend", |bencher| {
            bencher.iter(|| {
                engine.recommend_top(black_box(&profiles[next()]), TOP).map(|advice| advice.methods.len())
            });
        });
        group.bench_function("encode", |bencher| {
            bencher.iter(|| engine.encode(black_box(&profiles[next()])));
        });
        // What-if works on a profile with questions left open.
        let questioned = workload::open_profiles(1).remove(0);
        group.sample_size(10);
        group.bench_function("sweep-all", |bencher| {
            bencher.iter(|| {
                engine.sweep(black_box(&questioned), &Over::All, TOP).map(|sweep| sweep.points.len())
            });
        });
        group.bench_function("ask", |bencher| {
            bencher.iter(|| engine.ask(black_box(&questioned), TOP).map(|asked| asked.questions.len()));
        });
        group.bench_function("turn-one", |bencher| {
            let options = TurnOptions { changes: 1, ..TurnOptions::default() };
            bencher.iter(|| engine.turn(black_box(&questioned), "method-00007", &options).is_ok());
        });
        group.throughput(Throughput::Elements(PROFILES as u64));
        group.bench_function(BenchmarkId::new("batch", PROFILES), |bencher| {
            bencher.iter_batched(
                || (),
                |()| engine.rank_batch(black_box(&encoded), TOP),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, scale);
criterion_main!(benches);
