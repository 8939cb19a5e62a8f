//! How the time per profile grows: with the number of rules, of methods, of values, and of profiles that are asked
//! together. A measuring program, not a test: it writes `docs/scaling.csv` and the pictures beside it.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use werkvorm_core::{Encoded, Engine, Ranking};
use werkvorm_measure::asking::TOP;
use werkvorm_measure::plot::{self, Call, Point, Varied};
use werkvorm_measure::workload::Shape;

/// What is fixed where something else varies.
const RULES: usize = 20_000;
const PROFILES: usize = 512;
const SAMPLES: usize = 15;
const SAMPLE: Duration = Duration::from_millis(15);

/// The middle one of several samples, in seconds per call.
fn seconds<T>(mut call: impl FnMut() -> T) -> f64 {
    let mut call = || drop(black_box(call()));
    // Warm up, and see how many calls a sample takes.
    let (start, mut calls) = (ThreadTime::now(), 0);
    while start.elapsed() < SAMPLE {
        call();
        calls += 1;
    }
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let start = ThreadTime::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() / f64::from(calls)
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples[SAMPLES / 2]
}

/// Every call on an engine, per profile: one profile at a time, and so many together. All profiles take turns, so
/// that the machine does not learn one of them by heart.
fn measure(varied: Varied, at: usize, engine: &Engine, encoded: &[Encoded], together: usize) -> Vec<Point> {
    let (mut one, mut several) = (encoded.iter().cycle(), encoded.chunks_exact(together).cycle());
    let mut ranking = Ranking::new();
    let mut next = || black_box(one.next().unwrap_or(&encoded[0]));
    let rank = seconds(|| engine.rank(next(), TOP, &mut ranking).len());
    let best = seconds(|| engine.best(next(), TOP));
    let batch = seconds(|| engine.rank_batch(black_box(several.next().unwrap_or(encoded)), TOP));
    let figures = [(Call::Rank, rank), (Call::Best, best), (Call::Batch, batch / together as f64)];
    let point = |(call, seconds): (Call, f64)| Point { varied, at, call, microseconds: 1e6 * seconds };
    let points = figures.map(point);
    println!("{} {at}: {:.2?} µs", varied.id(), points.each_ref().map(|point| point.microseconds));
    points.to_vec()
}

fn ready(shape: &Shape, profiles: usize) -> (Engine, Vec<Encoded>) {
    let engine = Engine::new(shape.pack()).expect("the workload is valid");
    let profiles = shape.profiles(profiles);
    let encode = |profile| engine.encode(profile).expect("a profile of the workload is valid");
    let encoded = profiles.iter().map(encode).collect();
    (engine, encoded)
}

fn main() {
    let mut points = Vec::new();
    for rules in [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000] {
        let (engine, encoded) = ready(&Shape::of(rules), PROFILES);
        points.extend(measure(Varied::Rules, rules, &engine, &encoded, PROFILES));
    }
    for methods in [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000] {
        let (engine, encoded) = ready(&Shape { methods, ..Shape::of(RULES) }, PROFILES);
        points.extend(measure(Varied::Methods, methods, &engine, &encoded, PROFILES));
    }
    // Every facet has so many times as many values.
    for times in [1, 2, 4, 8, 16, 32, 64] {
        let mut shape = Shape::of(RULES);
        shape.facets.iter_mut().for_each(|(values, _)| *values *= times);
        let values = shape.facets.iter().map(|(values, _)| values).sum();
        let (engine, encoded) = ready(&shape, PROFILES);
        points.extend(measure(Varied::Values, values, &engine, &encoded, PROFILES));
    }
    let (engine, encoded) = ready(&Shape::of(RULES), 4096);
    for profiles in (0..=12).map(|power| 1 << power) {
        points.extend(measure(Varied::Profiles, profiles, &engine, &encoded, profiles));
    }
    plot::write(&points);
    plot::draw(&points);
}
