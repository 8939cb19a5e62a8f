//! Ranking and explaining with memory that is used again takes no new memory, and a large engine takes little. One test, alone
//! in its program, because what others take would be counted too.

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use werkvorm_core::{Engine, Explained, Ranking};

#[path = "../benches/workload.rs"]
mod workload;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[test]
fn memory() {
    ranking_again_takes_no_memory();
    a_large_engine_takes_little_memory();
}

/// What an engine takes besides the pack it is made of, with its texts.
fn a_large_engine_takes_little_memory() {
    let pack = workload::pack(200_000);
    let region = Region::new(ALLOCATOR);
    let engine = Engine::of_checked(pack);
    let change = region.change();
    // What growing and shrinking changes is in both numbers already.
    let bytes = change.bytes_allocated as i64 - change.bytes_deallocated as i64;
    println!("an engine with {} rules takes {bytes} bytes besides its pack", engine.pack().rules.len());
    assert!(bytes < 30_000_000, "{bytes} bytes");
}

fn ranking_again_takes_no_memory() {
    let engine = Engine::new(workload::pack(2000)).expect("the workload is valid");
    let profiles = [workload::profiles(20), workload::open_profiles(20)].concat();
    let encoded: Vec<_> = profiles.iter().map(|profile| engine.encode(profile).expect("valid")).collect();
    let mut ranking = Ranking::new();
    let ranked = |ranking: &mut Ranking| -> usize {
        encoded.iter().map(|profile| engine.rank(profile, 5, ranking).len()).sum()
    };
    let mut explained = Explained::new();
    let mut explain = || -> usize {
        encoded.iter().map(|profile| engine.explain_best(profile, 5, &mut explained).len()).sum()
    };
    // Lists grow until the longest fits in each place.
    let explained = explain();
    let first = ranked(&mut ranking);
    let region = Region::new(ALLOCATOR);
    let again = ranked(&mut ranking);
    let explained_again = explain();
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
    assert_eq!((first, explained), (again, explained_again));
    assert!(first > 100, "there was something to rank: {first}");
}
