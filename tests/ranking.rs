//! Ranking alone: it says what an advice says, one profile at a time or many at once, on random packs and on
//! a pack that is large enough for every way to count.

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use proptest::prelude::*;
use werkvorm_core::{Effect, Encoded, Engine, Explained, Pack, Profile, RankedPlace, Ranking, Rule, Truth};

#[expect(dead_code, reason = "no rule is tried on top here")]
#[path = "generate.rs"]
mod generate;
#[path = "../benches/workload.rs"]
mod workload;

#[path = "naive.rs"]
mod naive;

use generate::{a_case, method};

/// The same pack with many more methods: each stands in it so many times, with most of its rules, some of them with
/// other points. Rules that rule out do so for one copy in four.
fn many_times(pack: &Pack, copies: usize) -> Pack {
    let mut large = pack.clone();
    for copy in 1..copies {
        let copied = |id: &str| format!("{id}-copy-{copy}");
        large.methods.extend(pack.methods.iter().map(|own| method(&copied(&own.id))));
        for (at, own) in
            pack.rules.iter().enumerate().filter(|(at, _)| !(at * 3 + copy * 7).is_multiple_of(5))
        {
            let Some(method) = &own.method else { continue };
            let mut rule = Rule { id: copied(&own.id), method: Some(copied(method)), ..own.clone() };
            rule.effect = match rule.effect {
                Effect::Exclude if !copy.is_multiple_of(4) => Effect::Points(1),
                Effect::Points(points) if (at + copy).is_multiple_of(3) => Effect::Points(-points),
                Effect::Points(points) if (at + copy) % 3 == 1 => Effect::Points(points.signum()),
                effect => effect,
            };
            large.rules.push(rule);
        }
    }
    large
}

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Enough rules and methods for many bundles, of which most are left out, and for profiles to go together.
    #[test]
    fn a_large_pack_is_ranked_as_naively(case in a_case(), top in prop_oneof![0_usize..10, 30_usize..80]) {
        let pack = many_times(&case.pack, 120);
        let engine = engine(&pack);
        let verdict = naive::evaluate(engine.pack(), &case.profile);
        for (rule, truth) in engine.truths(&case.profile).expect("valid") {
            prop_assert_eq!(truth, verdict.truths[rule.id.as_str()], "{}", rule.id);
        }
        let encoded = engine.encode(&case.profile).expect("valid");
        let nothing = engine.encode(&Profile::new()).expect("valid");
        let (mut ranking, mut explained) = (Ranking::new(), Explained::new());
        // Whatever was there before must not show.
        engine.rank(&nothing, 7, &mut ranking);
        engine.explain_best(&nothing, 7, &mut explained);
        let places = engine.rank(&encoded, top, &mut ranking).to_vec();
        let ranked = |place: &RankedPlace| (engine.pack().methods[place.method].id.clone(), place.total);
        let want = verdict.order.iter().take(top).map(|id| (id.to_string(), verdict.standings[id].total[0]));
        prop_assert_eq!(places.iter().map(ranked).collect::<Vec<_>>(), want.collect::<Vec<_>>());
        let advice = engine.recommend_top(&case.profile, top).expect("valid");
        prop_assert_eq!(engine.explain_best(&encoded, top, &mut explained), advice.methods.as_slice());
        prop_assert_eq!(explained.methods(), advice.methods.as_slice());
        // Of the best, of one that was left out, and of whichever comes last.
        let last = engine.pack().methods.len() - 1;
        for method in places.iter().map(|place| place.method).chain([0, last / 2, last]) {
            let got: Vec<_> = engine.holding(&encoded, &ranking, method).map(|rule| rule.id.as_str()).collect();
            let id = &engine.pack().methods[method].id;
            let own = engine.pack().rules.iter().filter(|rule| rule.method.as_ref() == Some(id));
            let want = own.map(|rule| rule.id.as_str()).filter(|id| verdict.truths[id] == Truth::Holds);
            prop_assert_eq!(got, want.collect::<Vec<_>>(), "{}", id);
        }
        let both: Vec<_> = [&encoded, &nothing].into_iter().cycle().take(200).cloned().collect();
        let batch = engine.rank_batch(&both, top);
        prop_assert!(batch.iter().step_by(2).all(|of_batch| of_batch == places));
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
