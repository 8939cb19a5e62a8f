//! Ranking alone: it says what an advice says, one profile at a time or many at once, on random packs and on
//! a pack that is large enough for every way to count.

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use proptest::prelude::*;
use werkvorm_core::{Encoded, Engine, Pack, Profile, RankedPlace, Ranking, Truth};

#[expect(dead_code, reason = "no rule is tried on top here")]
#[path = "generate.rs"]
mod generate;
#[path = "../benches/workload.rs"]
mod workload;

use generate::a_case;

fn engine(pack: &Pack) -> Engine {
    Engine::new(pack.clone()).expect("a generated pack is valid")
}

/// What an advice ranks: methods by their places, and totals.
fn advised(engine: &Engine, profile: &Profile, top: usize) -> Vec<RankedPlace> {
    let advice = engine.recommend_top(profile, 0).expect("a generated profile is valid");
    let place = |id: &str| engine.pack().methods.iter().position(|method| method.id == id);
    let ranked = advice.others.iter().take(top);
    ranked.map(|m| RankedPlace { method: place(m.id).expect("a method"), total: m.score.total }).collect()
}

/// The ids of the rules about a method that hold.
fn holding(engine: &Engine, profile: &Profile, method: usize) -> Vec<String> {
    let id = &engine.pack().methods[method].id;
    let truths = engine.truths(profile).expect("a generated profile is valid");
    let own =
        truths.into_iter().filter(|(rule, truth)| rule.method.as_ref() == Some(id) && *truth == Truth::Holds);
    own.map(|(rule, _)| rule.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_ranking_is_that_of_an_advice(case in a_case(), top in 0_usize..10) {
        let engine = engine(&case.pack);
        let mut ranking = Ranking::new();
        // Enough of them to go together; in packs this small they go one by one all the same, and slices are tried
        // inside the crate.
        let both = [Profile::new(), case.profile.clone()];
        let profiles: Vec<_> = both.iter().cycle().take(66).cloned().collect();
        let encoded: Vec<Encoded> = profiles.iter().map(|p| engine.encode(p).expect("valid")).collect();
        let batch = engine.rank_batch(&encoded, top);
        prop_assert_eq!(batch.iter().count(), profiles.len());
        prop_assert!(batch.iter().step_by(2).all(|places| Some(places) == batch.iter().next()));
        for ((profile, encoded), of_batch) in profiles.iter().zip(&encoded).zip(batch.iter()).take(2) {
            let want = advised(&engine, profile, top);
            prop_assert_eq!(engine.rank(encoded, top, &mut ranking), want.as_slice());
            prop_assert_eq!(of_batch, want.as_slice());
            let advice = engine.recommend_top(profile, top).expect("valid");
            prop_assert_eq!(&engine.best(encoded, top), &advice.methods);
            for place in &want {
                let got: Vec<_> =
                    engine.holding(encoded, &ranking, place.method).map(|rule| rule.id.clone()).collect();
                prop_assert_eq!(got, holding(&engine, profile, place.method));
                let fit = advice.methods.iter().find(|method| method.score.total == place.total);
                prop_assert_eq!(fit.map(|method| method.score.fit), Some(engine.fit(encoded, place.total)));
            }
        }
    }
}

#[test]
fn many_profiles_at_once_are_ranked_alike() {
    let engine = engine(&workload::pack(6000));
    let profiles = [workload::profiles(520), workload::open_profiles(100)].concat();
    let encoded: Vec<_> = profiles.iter().map(|profile| engine.encode(profile).expect("valid")).collect();
    let mut ranking = Ranking::new();
    let batch = engine.rank_batch(&encoded, 5);
    assert_eq!(batch.iter().count(), profiles.len());
    for (at, (encoded, of_batch)) in encoded.iter().zip(batch.iter()).enumerate() {
        assert_eq!(engine.rank(encoded, 5, &mut ranking), of_batch, "profile {at}");
    }
    for at in [0, 1, 519, 520, 619] {
        let want = advised(&engine, &profiles[at], 5);
        assert_eq!(batch.iter().nth(at), Some(want.as_slice()), "profile {at}");
        assert!(!want.is_empty());
    }
}
