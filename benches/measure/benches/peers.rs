//! Werkvorm beside other rules engines: the same packs and profiles, the same answers, one thread, one profile at
//! a time. Answers are compared before anything is timed, and the run stops when one differs.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use werkvorm_core::{Encoded, Pack, Profile};
use werkvorm_measure::asking::{Evaluator, TOP};
use werkvorm_measure::clock::OwnTime;
use werkvorm_measure::peers::by_hand::ByHand;
use werkvorm_measure::peers::cel::Cel;
use werkvorm_measure::peers::datalogic::DataLogic;
use werkvorm_measure::peers::rhai::Rhai;
use werkvorm_measure::peers::tree::Tree;
use werkvorm_measure::peers::werkvorm::Werkvorm;
use werkvorm_measure::peers::zen::{Expressions, Table};
use werkvorm_measure::workload::Shape;
use werkvorm_measure::written::Form;

/// The name of a round, its rules, one in how many of them rules out, and how many profiles must have the same answer
/// before anything is timed.
const ROUNDS: [(&str, usize, usize, usize); 4] = [
    ("600", 600, 10, 50),
    ("20000", 20_000, 10, 10),
    ("20000/few-out", 20_000, 100, 10),
    ("200000", 200_000, 10, 3),
];
const PROFILES: usize = 512;
/// Whoever would need longer than this to load a pack is not measured with it.
const LONGEST_LOAD: Duration = Duration::from_secs(20);

/// One size.
struct Round<'a> {
    group: BenchmarkGroup<'a, OwnTime>,
    pack: &'a Pack,
    profiles: &'a [Profile],
    wanted: &'a [String],
}

impl Round<'_> {
    /// The engines that judge one rule at a time.
    fn each(&mut self, form: Form, every: bool, name: &str) {
        self.measure(&format!("zen-{name}"), |pack| {
            with(Expressions::new(pack, form), |zen| zen.book.every_rule = every)
        });
        self.measure(&format!("cel-{name}"), |pack| {
            with(Cel::new(pack, form), |cel| cel.book.every_rule = every)
        });
        self.measure(&format!("datalogic-{name}"), |pack| {
            with(DataLogic::new(pack, form), |logic| logic.book.every_rule = every)
        });
        self.measure(&format!("rhai-{name}"), |pack| {
            with(Rhai::new(pack, form), |rhai| rhai.book.every_rule = every)
        });
    }

    fn measure<E: Evaluator>(&mut self, name: &str, load: impl Fn(&Pack) -> E) {
        // A tenth of the rules says how long all of them would take.
        if self.pack.rules.len() > 20_000 {
            let tenth = Shape::of(self.pack.rules.len() / 10).pack();
            let start = Instant::now();
            black_box(load(&tenth));
            if 10 * start.elapsed() > LONGEST_LOAD {
                println!("{name}: not measured, loading takes more than {LONGEST_LOAD:?}");
                return;
            }
        }
        let start = Instant::now();
        let mut evaluator = load(self.pack);
        println!("{name}: loaded in {:.1?}", start.elapsed());
        let mut encoded: Vec<_> = self.profiles.iter().map(|profile| evaluator.encode(profile)).collect();
        for (at, (encoded, wanted)) in encoded.iter_mut().zip(self.wanted).enumerate() {
            assert_eq!(&evaluator.in_words(encoded), wanted, "{name} answers as the others, profile {at}");
        }
        let mut turn = 0;
        self.group.bench_function(name, |bencher| {
            bencher.iter(|| {
                turn = (turn + 1) % PROFILES;
                evaluator.answer(black_box(&mut encoded[turn]), |said| {
                    black_box(said);
                });
            });
        });
    }
}

/// Something with a setting changed.
fn with<T>(mut changed: T, change: impl Fn(&mut T)) -> T {
    change(&mut changed);
    changed
}

fn peers(criterion: &mut Criterion<OwnTime>) {
    for (name, size, excluding, compared) in ROUNDS {
        let shape = Shape { excluding, ..Shape::of(size) };
        let pack = shape.pack();
        let profiles = shape.profiles(PROFILES);
        let mut werkvorm = Werkvorm::new(&pack);
        let wanted: Vec<String> = profiles[..compared]
            .iter()
            .map(|profile| werkvorm.in_words(&mut werkvorm.encode(profile)))
            .collect();
        let mut group = criterion.benchmark_group(format!("peers/{name}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(500));
        group.measurement_time(Duration::from_millis(1500));
        let mut turn = 0;
        group.bench_function("werkvorm-unread", |bencher| {
            bencher.iter(|| {
                turn = (turn + 1) % PROFILES;
                werkvorm.answer_unread(black_box(&profiles[turn]), |said| {
                    black_box(said);
                });
            });
        });
        let encoded: Vec<Encoded> = profiles.iter().map(|profile| werkvorm.encode(profile)).collect();
        group.throughput(Throughput::Elements(PROFILES as u64));
        group.bench_function("werkvorm-batch", |bencher| {
            bencher.iter(|| werkvorm.engine.rank_batch(black_box(&encoded), TOP));
        });
        group.throughput(Throughput::Elements(1));
        drop(werkvorm);
        let mut round = Round { group, pack: &pack, profiles: &profiles, wanted: &wanted };
        round.measure("werkvorm", Werkvorm::new);
        round.measure("by-hand", ByHand::new);
        round.measure("zen-table", Table::new);
        round.measure("tree", Tree::new);
        // Lists of texts are slower or as fast, and after two rounds that is known.
        if name == "600" || name == "20000" {
            round.each(Form::Words, false, "words");
        }
        round.each(Form::Flags, false, "flags");
        round.measure("tree-every", |pack| with(Tree::new(pack), |tree| tree.book.every_rule = true));
        round.each(Form::Flags, true, "every");
        round.group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(OwnTime);
    targets = peers
}
criterion_main!(benches);
