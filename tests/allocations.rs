//! Ranking with memory that is used again takes no new memory. Alone in its program, because what other tests
//! take would be counted too.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use werkvorm_core::{Engine, Ranking};

#[path = "../benches/workload.rs"]
mod workload;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[test]
fn ranking_again_takes_no_memory() {
    let engine = Engine::new(workload::pack(2000)).expect("the workload is valid");
    let profiles = [workload::profiles(20), workload::open_profiles(20)].concat();
    let encoded: Vec<_> = profiles.iter().map(|profile| engine.encode(profile).expect("valid")).collect();
    let mut ranking = Ranking::new();
    let ranked = |ranking: &mut Ranking| -> usize {
        encoded.iter().map(|profile| engine.rank(profile, 5, ranking).len()).sum()
    };
    let first = ranked(&mut ranking);
    let region = Region::new(ALLOCATOR);
    let again = ranked(&mut ranking);
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
    assert_eq!(first, again);
    assert!(first > 100, "there was something to rank: {first}");
}
