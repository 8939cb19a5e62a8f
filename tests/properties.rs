//! What holds for every pack and every profile: the promises of the engine, tried on random ones.
//!
//! The compiled evaluator is held against [`naive`]; packs and profiles come from [`generate`].

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value as Json;
use werkvorm_core::{
    Answer, CODES, Condition, CriterionScore, Curve, Diagnostic, Effect, Engine, Explanation, Facet, Pack,
    Profile, Reason, Rule, Truth, check, code,
};

#[path = "generate.rs"]
mod generate;
#[path = "naive.rs"]
mod naive;

use generate::{Case, a_case, alias, answer, wild_answers};
use naive::{Held, Standing, curve_at, evaluate, implications};

fn config() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

fn engine(pack: &Pack) -> Engine {
    assert_eq!(check(pack), [], "a generated pack is valid");
    Engine::new(pack.clone()).expect("a checked pack compiles")
}

fn advice_bytes(engine: &Engine, profile: &Profile) -> String {
    let advice = engine.recommend_top(profile, 3).expect("a generated profile is valid");
    serde_json::to_string(&advice).expect("an advice is JSON")
}

fn truths(engine: &Engine, profile: &Profile) -> BTreeMap<String, Truth> {
    let truths = engine.truths(profile).expect("a generated profile is valid");
    truths.into_iter().map(|(rule, truth)| (rule.id.clone(), truth)).collect()
}

fn explain<'e>(engine: &'e Engine, profile: &Profile, method: &str) -> Explanation<'e> {
    let explanation = engine.explain(profile, method).expect("the method is in the pack");
    assert_eq!(explanation.method.id, method, "an id means the method that has it");
    explanation
}

/// What an explanation says about the score of a method, in the shape of the naive evaluator.
fn standing(explanation: &Explanation) -> Standing {
    let (method, range) = (&explanation.method, explanation.method.score.range);
    Standing {
        criteria: method.criteria.iter().map(|c| [c.points, c.score, c.low, c.high]).collect(),
        total: [method.score.total, range.low, range.high],
        fit: [method.score.fit, range.fit_low, range.fit_high],
        excluded: !explanation.excluded.is_empty(),
    }
}

fn standings(engine: &Engine, profile: &Profile) -> BTreeMap<String, Standing> {
    let methods = engine.pack().methods.iter();
    methods.map(|method| (method.id.clone(), standing(&explain(engine, profile, &method.id)))).collect()
}

/// The questions a rule asks: its own, and those whose answers imply the values it asks for.
fn asks<'p>(pack: &'p Pack, rule: &'p Rule) -> BTreeSet<&'p str> {
    let implied = implications(pack);
    let mut asked: BTreeSet<&str> = match &rule.effect {
        Effect::Curve(curve) => BTreeSet::from([curve.number.as_str()]),
        _ => BTreeSet::new(),
    };
    rule.when.walk(&mut |part| {
        let (facet, values) = match part {
            Condition::Has { facet, value } => (facet, std::slice::from_ref(value)),
            Condition::HasAny { facet, values } | Condition::HasAll { facet, values } => {
                (facet, values.as_slice())
            }
            Condition::Number { number, .. } => (number, &[][..]),
            _ => return,
        };
        asked.insert(facet);
        asked.extend(
            values.iter().filter_map(|value| implied.get(&(facet.as_str(), value.as_str()))).flatten(),
        );
    });
    asked
}

fn open_questions(case: &Case, profile: &Profile) -> Vec<String> {
    let held = Held::read(&case.pack, profile);
    case.questions().into_iter().filter(|question| !held.answered.contains(question.as_str())).collect()
}

/// The profile with every open question answered.
fn complete(case: &Case) -> Profile {
    let open = open_questions(case, &case.profile);
    open.iter().fold(case.profile.clone(), |profile, question| case.answered(&profile, question))
}

fn shuffle<T>(items: &mut Vec<T>, keys: &[u16]) {
    let mut keyed: Vec<_> = items.drain(..).zip(keys.iter().cycle()).collect();
    keyed.sort_by_key(|(_, key)| **key);
    items.extend(keyed.into_iter().map(|(item, _)| item));
}

/// Sorts every list of questions or their values in an advice.
fn sort_questions(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            for (key, field) in fields {
                sort_questions(field);
                if let ("answers" | "values" | "questions" | "open_questions", Json::Array(list)) =
                    (key.as_str(), field)
                {
                    list.sort_by_key(Json::to_string);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(sort_questions),
        _ => {}
    }
}

fn keys() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), 48)
}

fn helpful(problems: &[Diagnostic]) -> TestCaseResult {
    prop_assert!(!problems.is_empty());
    for problem in problems {
        prop_assert!(!problem.help.trim().is_empty() && !problem.message.is_empty(), "{problem:?}");
        prop_assert!(CODES.iter().any(|code| code.id == problem.code), "{problem:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_engine_equals_the_naive_evaluator(case in a_case()) {
        let engine = engine(&case.pack);
        let verdict = evaluate(&case.pack, &case.profile);
        for (rule, truth) in truths(&engine, &case.profile) {
            prop_assert_eq!(truth, verdict.truths[rule.as_str()], "{}", rule);
        }
        for (method, standing) in standings(&engine, &case.profile) {
            prop_assert_eq!(&standing, &verdict.standings[method.as_str()], "{}", method);
        }
        let advice = engine.recommend_top(&case.profile, 3).unwrap();
        let best = advice.methods.iter().map(|method| (method.id, &method.score));
        let others = advice.others.iter().map(|method| (method.id, &method.score));
        let ranked: Vec<_> = best.chain(others).collect();
        let excluded: Vec<_> = advice.excluded.iter().map(|method| (method.id, &method.score)).collect();
        prop_assert_eq!(ranked.iter().map(|(id, _)| *id).collect::<Vec<_>>(), verdict.order);
        prop_assert!(excluded.iter().all(|(id, _)| verdict.standings[id].excluded));
        for (id, score) in [ranked, excluded].concat() {
            let want = &verdict.standings[id];
            let range = score.range;
            prop_assert_eq!([score.total, range.low, range.high], want.total);
            prop_assert_eq!([score.fit, range.fit_low, range.fit_high], want.fit);
        }
    }

    #[test]
    fn ranked_and_ruled_out_are_all_methods(case in a_case(), top in 0_usize..10) {
        let engine = engine(&case.pack);
        let advice = engine.recommend_top(&case.profile, top).unwrap();
        let best = advice.methods.iter().map(|method| (method.rank, method.id));
        let others = advice.others.iter().map(|method| (method.rank, method.id));
        let ranked: Vec<_> = best.chain(others).collect();
        let excluded: Vec<_> = advice.excluded.iter().map(|method| (0, method.id)).collect();
        prop_assert!(ranked.iter().map(|(rank, _)| *rank).eq(1..=ranked.len()));
        prop_assert_eq!(advice.methods.len(), top.min(ranked.len()));
        let mut ids: Vec<_> = ranked.iter().chain(&excluded).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        let mut all: Vec<_> = case.pack.methods.iter().map(|m| m.id.as_str()).collect();
        all.sort_unstable();
        prop_assert_eq!(ids, all);
        for (rank, id) in [ranked, excluded].concat() {
            prop_assert_eq!(explain(&engine, &case.profile, id).method.rank, rank);
        }
    }

    #[test]
    fn the_order_of_rules_and_methods_is_irrelevant(case in a_case(), keys in keys()) {
        let mut shuffled = case.pack.clone();
        shuffle(&mut shuffled.rules, &keys);
        shuffle(&mut shuffled.methods, &keys);
        let bytes = |pack: &Pack| advice_bytes(&engine(pack), &case.profile);
        prop_assert_eq!(bytes(&case.pack), bytes(&shuffled));
    }

    /// The order of facets and values is the order in which people read them, and nothing else.
    #[test]
    fn the_order_of_the_vocabulary_only_orders_questions(case in a_case(), keys in keys()) {
        let mut shuffled = case.pack.clone();
        shuffle(&mut shuffled.facets, &keys);
        shuffle(&mut shuffled.numbers, &keys);
        shuffled.facets.iter_mut().for_each(|facet| shuffle(&mut facet.values, &keys));
        let sorted = |pack: &Pack| {
            let mut advice: Json = serde_json::from_str(&advice_bytes(&engine(pack), &case.profile)).unwrap();
            sort_questions(&mut advice);
            advice
        };
        prop_assert_eq!(sorted(&case.pack), sorted(&shuffled));
    }

    #[test]
    fn a_rule_that_does_not_hold_changes_nothing(case in a_case()) {
        let mut more = case.pack.clone();
        let mut rule = case.extra.clone();
        let when = (*rule.when).clone();
        let when = match Held::read(&case.pack, &case.profile).truth(&when) {
            Truth::Fails => when,
            Truth::NotKnown => Condition::All(vec![when, Condition::Any(Vec::new())]),
            Truth::Holds => Condition::Not(Box::new(when)),
        };
        rule.when = when.into();
        more.rules.push(rule);
        let (before, after) = (engine(&case.pack), engine(&more));
        prop_assert_eq!(truths(&after, &case.profile)[&case.extra.id], Truth::Fails);
        prop_assert_eq!(standings(&before, &case.profile), standings(&after, &case.profile));
        prop_assert_eq!(advice_bytes(&before, &case.profile), advice_bytes(&after, &case.profile));
    }

    #[test]
    fn an_explanation_adds_up(case in a_case()) {
        let engine = engine(&case.pack);
        for method in &case.pack.methods {
            let explanation = explain(&engine, &case.profile, &method.id);
            let ranked = &explanation.method;
            let sum = |part: fn(&CriterionScore) -> i64| -> i64 {
                ranked.criteria.iter().map(|criterion| criterion.weight * part(criterion)).sum()
            };
            for criterion in &ranked.criteria {
                let points = |reasons: &[Reason], part: fn(&Reason) -> i64| -> i64 {
                    reasons.iter().filter(|reason| reason.criterion == criterion.criterion).map(part).sum()
                };
                let known = points(&ranked.reasons, |reason| reason.points);
                prop_assert_eq!(known, criterion.points);
                prop_assert_eq!(known.clamp(-10, 10), criterion.score);
                let low = known + points(&ranked.not_known, |reason| reason.low);
                let high = known + points(&ranked.not_known, |reason| reason.high);
                prop_assert_eq!([low, high].map(|sum| sum.clamp(-10, 10)), [criterion.low, criterion.high]);
            }
            prop_assert_eq!(sum(|criterion| criterion.score), ranked.score.total);
            prop_assert_eq!(sum(|criterion| criterion.low), ranked.score.range.low);
            prop_assert_eq!(sum(|criterion| criterion.high), ranked.score.range.high);
            prop_assert!(ranked.reasons.iter().all(|r| r.truth == Truth::Holds && r.points != 0));
            prop_assert!(ranked.not_known.iter().all(|r| r.truth == Truth::NotKnown && r.points == 0));
            prop_assert!(ranked.not_known.iter().all(|r| r.low <= r.high));
            prop_assert!(explanation.not_holding.iter().all(|r| r.reason.truth == Truth::Fails));
        }
    }

    #[test]
    fn an_answer_only_settles_what_asked_for_it(case in a_case()) {
        let engine = engine(&case.pack);
        for question in open_questions(&case, &case.profile) {
            let profile = case.answered(&case.profile, &question);
            let (before, after) = (truths(&engine, &case.profile), truths(&engine, &profile));
            for rule in case.pack.rules.iter().filter(|rule| before[&rule.id] != after[&rule.id]) {
                prop_assert!(asks(&case.pack, rule).contains(question.as_str()), "{} does not ask {}", rule.id, question);
                prop_assert_eq!(before[&rule.id], Truth::NotKnown, "{} was settled", rule.id);
            }
            let (before, after) = (standings(&engine, &case.profile), standings(&engine, &profile));
            for (method, before) in &before {
                let ([total, low, high], [_, new_low, new_high]) = (before.total, after[method].total);
                prop_assert!(low <= total && total <= high, "{} lies outside its range", method);
                prop_assert!(low <= new_low && new_low <= new_high && new_high <= high, "{} widens", method);
                prop_assert!(!before.excluded || after[method].excluded, "{} is no longer ruled out", method);
            }
        }
    }

    #[test]
    fn with_everything_answered_nothing_is_open(case in a_case()) {
        let engine = engine(&case.pack);
        let profile = complete(&case);
        prop_assert!(truths(&engine, &profile).values().all(|truth| *truth != Truth::NotKnown));
        for (method, standing) in standings(&engine, &profile) {
            prop_assert_eq!(standing.total, [standing.total[0]; 3], "{}", method);
        }
        prop_assert_eq!(engine.recommend(&profile).unwrap().open_questions, []);
    }

    #[test]
    fn a_pack_survives_json(case in a_case()) {
        let json = serde_json::to_string(&case.pack).unwrap();
        let back: Pack = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&back, &case.pack);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
        let profile: Profile = serde_json::from_str(&serde_json::to_string(&case.profile).unwrap()).unwrap();
        prop_assert_eq!(&profile, &case.profile);
        let before = advice_bytes(&engine(&case.pack), &case.profile);
        prop_assert_eq!(advice_bytes(&engine(&back), &profile), before);
    }

    #[test]
    fn any_profile_gets_an_advice_or_help(
        case in a_case(),
        answers in wild_answers(),
        weights in wild_answers(),
        top: usize,
    ) {
        let engine = engine(&case.pack);
        let mut profile = Profile { answers, ..Profile::new() };
        for weights in [BTreeMap::new(), weights] {
            profile.weights = weights;
            let refused = engine.truths(&profile).err();
            prop_assert_eq!(engine.recommend_top(&profile, top).err(), refused.clone());
            prop_assert_eq!(engine.explain(&profile, &case.pack.methods[0].id).err(), refused.clone());
            let unknown = engine.explain(&profile, "no such method").unwrap_err();
            prop_assert_eq!(unknown.len(), 1 + refused.as_ref().map_or(0, Vec::len));
            helpful(&unknown)?;
            refused.as_deref().map_or(Ok(()), helpful)?;
        }
    }

    #[test]
    fn nothing_is_answered_or_weighed_twice(case in a_case()) {
        let engine = engine(&case.pack);
        let (facet, criterion) = (&case.pack.facets[0].id, &case.pack.criteria[0].id);
        let value = answer(&case.pack, facet, 1, 0);
        let answered = Profile::new().with(facet, value.clone()).with(&alias(facet), value);
        let weighed = Profile::new().with_weight(criterion, 1).with_weight(&alias(criterion), 2);
        for twice in [answered, weighed] {
            let problems = engine.recommend(&twice).unwrap_err();
            let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
            prop_assert_eq!(codes, [code::ANSWERED_TWICE.id]);
        }
    }

    #[test]
    fn what_lifts_an_exclusion_lifts_it(case in a_case()) {
        let engine = engine(&case.pack);
        let advice = engine.recommend(&case.profile).unwrap();
        for exclusion in advice.excluded.iter().flat_map(|method| &method.because) {
            for change in &exclusion.lifted_by {
                let Some(ways) = ways(&case, change) else { continue };
                prop_assert!(!ways.is_empty(), "{:?} cannot become so", change);
                let rule = exclusion.reason.rule;
                let lifts = |profile: &Profile| truths(&engine, profile)[rule] != Truth::Holds;
                prop_assert!(ways.iter().any(lifts), "{:?} does not lift {}", change, rule);
            }
        }
    }

    #[test]
    fn open_questions_are_those_that_rules_wait_for(case in a_case()) {
        let engine = engine(&case.pack);
        let truths = truths(&engine, &case.profile);
        let mut want = BTreeMap::new();
        for rule in case.pack.rules.iter().filter(|rule| rule.method.is_some()) {
            if truths[&rule.id] == Truth::NotKnown {
                for question in asks(&case.pack, rule) {
                    *want.entry(question.to_owned()).or_insert(0) += 1;
                }
            }
        }
        let open = open_questions(&case, &case.profile);
        want.retain(|question, _| open.contains(question));
        let listed = engine.recommend(&case.profile).unwrap().open_questions;
        prop_assert!(listed.is_sorted_by_key(|open| Reverse((open.could_move, open.rules))));
        prop_assert_eq!(listed.len(), want.len());
        let listed = listed.into_iter().map(|open| (open.id.to_owned(), open.rules));
        prop_assert_eq!(listed.collect::<BTreeMap<_, _>>(), want);
    }

    #[test]
    fn a_curve_stays_between_its_extremes(
        steps in proptest::collection::vec((1_i64..9, -5_i64..=5), 2..=5),
        min in -9_i64..30,
        span in 0_i64..30,
    ) {
        let mut x = 0;
        let corners = steps.into_iter().map(|(step, points)| {
            x += step;
            (x, points)
        });
        let corners = corners.collect();
        let curve = Curve { number: "n".into(), corners };
        let all: BTreeSet<_> = (min..=min + span).map(|n| curve_at(&curve, n)).collect();
        prop_assert!((min..=min + span).all(|n| curve.points_at(n) == curve_at(&curve, n)));
        let (low, high) = curve.points_between(min, min + span);
        prop_assert_eq!((all.first(), all.last()), (Some(&low), Some(&high)));
    }

    /// After the check nothing can fail: a pack with anything in it is refused with help, or works.
    #[test]
    fn any_pack_is_refused_or_works(
        case in a_case(),
        damage in 0_usize..9,
        big in prop_oneof![any::<i64>(), -9_i64..9, Just(i64::MIN), Just(i64::MAX)],
        keys in keys(),
    ) {
        let mut pack = case.pack.clone();
        pack.rules.push(case.extra.clone());
        damaged(&mut pack, damage, big, &keys);
        match Engine::new(pack.clone()) {
            Err(problems) => helpful(&problems)?,
            Ok(engine) => {
                let Ok(truths) = engine.truths(&case.profile) else { return Ok(()) };
                let verdict = evaluate(&pack, &case.profile);
                prop_assert!(truths.iter().all(|(rule, truth)| verdict.truths[rule.id.as_str()] == *truth));
                let advice = engine.recommend_top(&case.profile, 8).unwrap();
                prop_assert!(advice.methods.iter().map(|method| method.id).eq(verdict.order));
                for (method, standing) in standings(&engine, &case.profile) {
                    prop_assert_eq!(&standing, &verdict.standings[method.as_str()]);
                }
            }
        }
    }
}

/// One thing in a pack becomes something else, often something wrong.
fn damaged(pack: &mut Pack, damage: usize, big: i64, keys: &[u16]) {
    let place = usize::from(keys[0]);
    let at = place % pack.rules.len();
    let Some(rule) = pack.rules.get_mut(at) else { return };
    let number = pack.numbers.first().map_or("weeks", |number| &number.id).to_owned();
    let bounded = |at_least, at_most| Condition::Number { number: number.clone(), at_least, at_most };
    match damage {
        0 => rule.effect = Effect::Points(big),
        1 => rule.effect = Effect::Curve(Curve { number, corners: vec![(0, 1), (big, 2)] }),
        2 => rule.effect = Effect::Curve(Curve { number, corners: vec![(0, big), (1, 2)] }),
        3 => rule.when = bounded(Some(big), (place > 9).then_some(big)).into(),
        4 => {
            rule.when = Condition::Not(Box::new(bounded((place > 9).then_some(big), Some(big)))).into();
        }
        5 => {
            rule.when = Condition::AtLeast {
                count: u32::try_from(big.unsigned_abs() >> 32).unwrap_or(1),
                of: vec![(*rule.when).clone(); place % 600],
            }
            .into();
        }
        6 => pack
            .numbers
            .iter_mut()
            .for_each(|number| if place % 2 == 0 { number.min = big } else { number.max = big }),
        7 => {
            // Circles, and broader values in facets that take one.
            let wider = keys.iter().map(|key| {
                ["low", "above", "trait/low", "mode/high", "age/low", "zone/no"][usize::from(*key) % 6]
            });
            let values = pack.facets.iter_mut().flat_map(|facet| &mut facet.values);
            values
                .zip(wider)
                .filter(|(_, wider)| wider.len() % 2 == place % 2)
                .for_each(|(value, wider)| value.broader.push(wider.into()));
        }
        _ => {
            let ids = pack.methods.iter().map(|method| method.id.clone()).collect::<Vec<_>>();
            pack.methods
                .iter_mut()
                .zip(keys)
                .for_each(|(method, key)| method.id = ids[usize::from(*key) % ids.len()].clone());
        }
    }
}

/// The profiles in which a change has become so by answering that one question differently; the nearest for
/// a number. Nothing for a facet with broader values, where one answer can be several.
fn ways(case: &Case, change: &Condition) -> Option<Vec<Profile>> {
    let with = |question: &str, answer: Answer| {
        let mut profile = case.profile.clone();
        // The question may have been answered under another name.
        profile.answers.retain(|name, _| {
            !Held::read(&case.pack, &Profile::new().with(name, answer.clone())).answered.contains(question)
        });
        profile.with(question, answer)
    };
    let plain = |id: &str| {
        let facet = case.pack.facet(id)?;
        let own = facet.values.iter().any(|value| value.broader.iter().any(|name| !name.contains('/')));
        let implied = implications(&case.pack).keys().any(|(reached, _)| *reached == id);
        (!own && !implied).then_some(facet)
    };
    let held = Held::read(&case.pack, &case.profile);
    let others = |facet: &Facet, without: &[String]| -> Vec<String> {
        let values = facet.values.iter().map(|value| value.id.clone());
        let values = values.filter(|value| !without.contains(value));
        values
            .filter(|value| facet.takes_one() || held.values.contains(&(facet.id.as_str(), value.as_str())))
            .collect()
    };
    match change {
        Condition::Number { number, at_least, at_most } => {
            let bounds = case.pack.number(number)?;
            let nearest = at_least.or(*at_most)?;
            let inside = (bounds.min..=bounds.max).contains(&nearest);
            Some(inside.then(|| with(number, Answer::Whole(nearest))).into_iter().collect())
        }
        Condition::Has { facet, value } => {
            let facet = plain(facet)?;
            let one = Answer::One(value.clone());
            let more = [others(facet, std::slice::from_ref(value)), vec![value.clone()]].concat();
            Some(vec![with(&facet.id, if facet.takes_one() { one } else { Answer::Many(more) })])
        }
        Condition::Not(part) => {
            let (facet, values) = match part.as_ref() {
                Condition::Has { facet, value } => (facet, std::slice::from_ref(value)),
                Condition::HasAny { facet, values } => (facet, values.as_slice()),
                _ => return None,
            };
            let facet = plain(facet)?;
            let left = others(facet, values);
            let one = |value: String| with(&facet.id, Answer::One(value));
            Some(if facet.takes_one() {
                left.into_iter().map(one).collect()
            } else {
                vec![with(&facet.id, Answer::Many(left))]
            })
        }
        _ => None,
    }
}
