//! What-if on random packs: every claim is checked against an advice on the changed profile, and every search
//! against trying everything.

#![expect(clippy::expect_used, reason = "tests may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use werkvorm_core::{
    About, Answer, Change, ChangeKind, Comparison, Difference, Edit, Engine, Facet, MAX_WEIGHT, Movement,
    MovementKind, Over, Pack, Profile, Room, Score, Toward, TurnOptions, Value, code,
};

#[expect(dead_code, reason = "no rule is tried on top here")]
#[path = "generate.rs"]
mod generate;
#[expect(dead_code, reason = "only the evaluator is needed here")]
#[path = "naive.rs"]
mod naive;

use generate::{Case, a_case};
use naive::evaluate;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() }
}

fn engine(pack: &Pack) -> Engine {
    Engine::new(pack.clone()).expect("a generated pack is valid")
}

/// The order and scores of an advice: per method its place (0: ruled out), total and fit.
fn standings(engine: &Engine, profile: &Profile) -> BTreeMap<String, (usize, i64, i64)> {
    let advice = engine.recommend_top(profile, 0).expect("a changed profile is valid");
    let stand = |rank, score: &Score| (rank, score.total, score.fit);
    let ranked = advice.others.iter().map(|m| (m.id.to_owned(), stand(m.rank, &m.score)));
    let excluded = advice.excluded.iter().map(|m| (m.id.to_owned(), stand(0, &m.score)));
    ranked.chain(excluded).collect()
}

fn top(engine: &Engine, profile: &Profile, count: usize) -> Vec<String> {
    let advice = engine.recommend_top(profile, 0).expect("a changed profile is valid");
    advice.others.iter().take(count).map(|method| method.id.to_owned()).collect()
}

fn edit(change: &Change) -> Edit {
    let question = change.question.to_owned();
    let value = || change.value.as_ref().map(|value| value.id.to_owned()).unwrap_or_default();
    match (change.kind, &change.number) {
        (ChangeKind::Set, Some(stretch)) => Edit::Set { question, answer: Answer::Whole(stretch.number) },
        (ChangeKind::Set, None) => Edit::Set { question, answer: Answer::One(value()) },
        (ChangeKind::Add, _) => Edit::Add { question, value: value() },
        (ChangeKind::Remove, _) => Edit::Remove { question, value: value() },
        (ChangeKind::None, _) => Edit::Set { question, answer: Answer::Many(Vec::new()) },
        (ChangeKind::Unset, _) => Edit::Unset { question },
    }
}

fn changed(engine: &Engine, profile: &Profile, changes: &[Change]) -> Profile {
    let edits: Vec<_> = changes.iter().map(edit).collect();
    engine.changed(profile, &edits).expect("what the engine proposes can be done")
}

/// Every single change there is, as a sweep lists them.
fn singles<'e>(engine: &'e Engine, profile: &Profile) -> Vec<Change<'e>> {
    let sweep = engine.sweep(profile, &Over::All, 3).expect("a generated profile is valid");
    sweep.points.into_iter().filter_map(|point| point.change).collect()
}

/// Whether two changes can be made together.
fn go_together(one: &Change, other: &Change) -> bool {
    let part = |change: &Change| matches!(change.kind, ChangeKind::Add | ChangeKind::Remove);
    one.question != other.question || (part(one) && part(other) && one.value != other.value)
}

/// A profile that differs from another in a few answers and weights.
fn another(case: &Case) -> Profile {
    let questions = case.questions();
    let few = questions.iter().zip(&case.choices).filter(|(_, choice)| **choice % 2 == 1);
    let profile = few.fold(case.profile.clone(), |profile, (question, _)| case.answered(&profile, question));
    match case.choices.first() {
        Some(choice) if choice % 3 == 1 => {
            profile.with_weight(&case.pack.criteria[0].id, i64::from(choice % 6))
        }
        _ => profile,
    }
}

fn sum(movement: &Movement) -> i64 {
    let rules = movement.rules.iter().map(|rule| rule.difference);
    rules.chain(movement.limits.iter().map(|limit| limit.difference)).sum()
}

/// Per method: which way, how many places, how far, and every rule and limit with its difference.
type Mirror<'e> = BTreeMap<&'e str, (MovementKind, i64, i64, BTreeMap<&'e str, i64>, [usize; 2])>;

fn mirror<'e>(comparison: &Comparison<'e>, sign: i64) -> Mirror<'e> {
    let turned = |kind| match kind {
        MovementKind::Up if sign < 0 => MovementKind::Down,
        MovementKind::Down if sign < 0 => MovementKind::Up,
        MovementKind::RuledOut if sign < 0 => MovementKind::Possible,
        MovementKind::Possible if sign < 0 => MovementKind::RuledOut,
        other => other,
    };
    let methods = comparison.methods.iter().map(|method| {
        let movement = &method.movements[0];
        let rules = movement.rules.iter().map(|rule| (rule.rule, sign * rule.difference));
        let limits = movement.limits.iter().map(|limit| (limit.criterion, sign * limit.difference));
        let mut excluding = [movement.ruled_out_by.len(), movement.no_longer_ruled_out_by.len()];
        if sign < 0 {
            excluding.reverse();
        }
        let (places, difference) = (sign * movement.places, sign * movement.difference);
        (method.id, (turned(movement.kind), places, difference, rules.chain(limits).collect(), excluding))
    });
    methods.collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_comparison_adds_up_and_is_its_own_mirror(case in a_case()) {
        let engine = engine(&case.pack);
        let other = another(&case);
        let there = engine.compare(&[&case.profile, &other]).unwrap();
        let back = engine.compare(&[&other, &case.profile]).unwrap();
        prop_assert_eq!(mirror(&there, 1), mirror(&back, -1));
        let verdicts = [&case.profile, &other].map(|profile| evaluate(&case.pack, profile));
        for method in &there.methods {
            let movement = &method.movements[0];
            prop_assert_eq!(sum(movement), movement.difference);
            let [before, after] = [0, 1].map(|at| &verdicts[at].standings[method.id]);
            prop_assert_eq!(movement.difference, after.total[0] - before.total[0]);
            for (standing, verdict) in method.standings.iter().zip(&verdicts) {
                let place = verdict.order.iter().position(|id| *id == method.id);
                prop_assert_eq!(standing.rank, place.map_or(0, |place| place + 1));
            }
            let ruled_out = [before.excluded, after.excluded];
            prop_assert_eq!(movement.kind == MovementKind::RuledOut, ruled_out == [false, true]);
            prop_assert_eq!(movement.kind == MovementKind::Possible, ruled_out == [true, false]);
            // Only rules that give something else are named, and all of them.
            prop_assert!(movement.rules.iter().all(|rule| rule.difference != 0));
        }
    }

    #[test]
    fn a_profile_does_not_differ_from_itself(case in a_case()) {
        let engine = engine(&case.pack);
        let same = engine.compare(&[&case.profile, &case.profile, &case.profile]).unwrap();
        prop_assert_eq!(&same.differences, &[]);
        for movement in same.methods.iter().flat_map(|method| &method.movements) {
            prop_assert!(movement.rules.is_empty() && movement.limits.is_empty() && movement.difference == 0);
            prop_assert!(matches!(movement.kind, MovementKind::Same | MovementKind::StillRuledOut));
        }
    }

    #[test]
    fn every_point_of_a_sweep_is_an_advice(case in a_case(), count in 0_usize..5) {
        let engine = engine(&case.pack);
        let sweep = engine.sweep(&case.profile, &Over::All, count).unwrap();
        for point in sweep.points.iter().chain([&sweep.now]) {
            let profile = changed(&engine, &case.profile, point.change.as_slice());
            let want = standings(&engine, &profile);
            prop_assert_eq!(sweep.methods.len(), point.standings.len());
            for (method, stand) in sweep.methods.iter().zip(&point.standings) {
                prop_assert_eq!((stand.rank, stand.total, stand.fit), want[method.id], "{:?}", point.change);
            }
            let (now, then) = (top(&engine, &case.profile, count), top(&engine, &profile, count));
            let missing = |some: &[String], others: &[String]| -> Vec<String> {
                some.iter().filter(|id| !others.contains(id)).cloned().collect()
            };
            prop_assert_eq!(&point.entered, &missing(&then, &now));
            prop_assert_eq!(&point.left, &missing(&now, &then));
            let shown: BTreeSet<_> = sweep.methods.iter().map(|method| method.id.to_owned()).collect();
            prop_assert!(then.iter().all(|id| shown.contains(id)));
        }
    }

    #[test]
    fn a_stretch_of_numbers_gives_one_advice(case in a_case(), part in 0_i64..=100) {
        let engine = engine(&case.pack);
        for number in &case.pack.numbers {
            let sweep = engine.sweep(&case.profile, &Over::Question(number.id.clone()), 3).unwrap();
            let changes = sweep.points.iter().filter_map(|point| point.change.as_ref()?.number.as_ref());
            let mut stretches: Vec<_> = changes.chain(&sweep.now.number).collect();
            stretches.sort_by_key(|stretch| stretch.from);
            prop_assert_eq!(stretches.first().map(|stretch| stretch.from), Some(number.min));
            prop_assert_eq!(stretches.last().map(|stretch| stretch.to), Some(number.max));
            prop_assert!(stretches.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
            for stretch in stretches {
                let inside = stretch.from + (stretch.to - stretch.from) * part / 100;
                let at = |n: i64| {
                    let answer = Answer::Whole(n);
                    let set = Edit::Set { question: number.id.clone(), answer };
                    standings(&engine, &engine.changed(&case.profile, &[set]).expect("within bounds"))
                };
                prop_assert_eq!(at(stretch.from), at(inside));
                prop_assert_eq!(at(inside), at(stretch.to));
            }
        }
    }

    #[test]
    fn a_crossing_is_where_the_order_turns(case in a_case()) {
        let engine = engine(&case.pack);
        let Some(number) = case.pack.numbers.first() else { return Ok(()) };
        let sweep = engine.sweep(&case.profile, &Over::Question(number.id.clone()), 8).unwrap();
        let at = |n: i64| {
            let set = Edit::Set { question: number.id.clone(), answer: Answer::Whole(n) };
            standings(&engine, &engine.changed(&case.profile, &[set]).expect("within bounds"))
        };
        let named = serde_json::to_value(&sweep.crossings).unwrap();
        let mut want = BTreeSet::new();
        let points = sweep.points.iter().filter_map(|point| point.change.as_ref()?.number.as_ref());
        for stretch in points.chain(&sweep.now.number).filter(|stretch| stretch.from > number.min) {
            let (before, after) = (at(stretch.from - 1), at(stretch.from));
            for (one, (was, ..)) in &before {
                let is = after[one].0;
                if (*was == 0) != (is == 0) {
                    want.insert((stretch.from, one.clone(), String::new()));
                }
                for (other, (other_was, ..)) in &before {
                    let other_is = after[other].0;
                    if ![*was, is, *other_was, other_is].contains(&0) && other_was < was && other_is > is {
                        want.insert((stretch.from, one.clone(), other.clone()));
                    }
                }
            }
        }
        let id = |event: &serde_json::Value, key: &str| {
            event[key]["id"].as_str().unwrap_or_default().to_owned()
        };
        let named = named.as_array().unwrap().iter();
        let named: BTreeSet<_> = named
            .map(|event| (event["from"].as_i64().unwrap(), id(event, "method"), id(event, "below")))
            .collect();
        prop_assert_eq!(named, want);
    }

    #[test]
    fn the_smallest_turns_are_found(case in a_case(), method in 0_usize..8, count in 1_usize..4, out: bool) {
        let engine = engine(&case.pack);
        let id = case.pack.methods[method % case.pack.methods.len()].id.clone();
        let toward = if out { Toward::Out } else { Toward::In };
        let options = TurnOptions { top: count, toward, changes: 2 };
        let turn = engine.turn(&case.profile, &id, &options).unwrap();
        let works = |changes: &[Change]| {
            let rank = standings(&engine, &changed(&engine, &case.profile, changes))[&id].0;
            (1..=count).contains(&rank) != out
        };
        prop_assert_eq!(turn.already, works(&[]));
        if turn.already {
            prop_assert!(turn.turned_by.adjustable.is_empty() && turn.turned_by.given.is_empty());
            return Ok(());
        }
        // Try everything.
        let all = singles(&engine, &case.profile);
        let all: Vec<_> = all.into_iter().filter(|change| change.kind != ChangeKind::Unset).collect();
        let ones: Vec<_> = all.iter().filter(|change| works(std::slice::from_ref(*change))).collect();
        let mut twos = Vec::new();
        for (at, one) in all.iter().enumerate() {
            for other in all[at + 1..].iter().filter(|other| go_together(one, other)) {
                if !ones.contains(&one) && !ones.contains(&other) && works(&[one.clone(), other.clone()]) {
                    twos.push(vec![one.clone(), other.clone()]);
                }
            }
        }
        let ones = ones.into_iter().map(|change| vec![change.clone()]);
        let every: Vec<Vec<Change>> = ones.chain(twos).collect();
        for (adjustable, found) in [(true, &turn.turned_by.adjustable), (false, &turn.turned_by.given)] {
            let kind = |set: &[Change]| set.iter().all(|change| change.adjustable) == adjustable;
            let kin: Vec<_> = every.iter().filter(|set| kind(set)).collect();
            let smallest = kin.iter().map(|set| set.len()).min();
            let kin: Vec<_> = kin.into_iter().filter(|set| Some(set.len()) == smallest).collect();
            // What goes no further with its numbers than it needs to.
            let nearest: Vec<_> = kin.iter().filter(|set| !has_nearer(&case, &kin, &every, set)).collect();
            let mut want: Vec<_> = nearest.iter().map(|set| key(set)).collect();
            let mut got: Vec<_> = found.iter().map(|set| key(&set.changes)).collect();
            want.sort();
            got.sort();
            prop_assert_eq!(got, want);
            for set in found {
                let after = standings(&engine, &changed(&engine, &case.profile, &set.changes))[&id];
                prop_assert_eq!((set.after.rank, set.after.score.total, set.after.score.fit), after);
            }
        }
    }

    #[test]
    fn what_lifts_a_method_makes_it_possible(case in a_case()) {
        let engine = engine(&case.pack);
        for (method, (rank, ..)) in standings(&engine, &case.profile) {
            let turn = engine.turn(&case.profile, &method, &TurnOptions::default()).unwrap();
            prop_assert_eq!(turn.lifted_by.is_some(), rank == 0);
            for set in turn.lifted_by.iter().flat_map(|sets| sets.adjustable.iter().chain(&sets.given)) {
                let after = changed(&engine, &case.profile, &set.changes);
                prop_assert!(standings(&engine, &after)[&method].0 > 0, "{:?}", set.changes);
            }
        }
    }

    #[test]
    fn questions_are_in_the_order_of_what_they_can_change(case in a_case(), count in 1_usize..5) {
        let engine = engine(&case.pack);
        let asked = engine.ask(&case.profile, count).unwrap();
        let now = top(&engine, &case.profile, count);
        let mut expected = Vec::new();
        for question in &asked.questions {
            let (mut moved, mut shares) = (0, 0);
            for answer in &question.answers {
                let then = changed(&engine, &case.profile, std::slice::from_ref(&answer.change));
                let best = top(&engine, &then, count);
                let other = (0..count).filter(|place| now.get(*place) != best.get(*place)).count();
                prop_assert_eq!(answer.places, other);
                prop_assert!(answer.top.iter().map(|method| method.id).eq(best.iter()));
                let share = share(&case.pack, &answer.change);
                prop_assert_eq!(answer.share, share);
                (moved, shares) = (moved + i64::from(share) * other as i64, shares + i64::from(share));
            }
            let [down, up] = [1000 * moved / shares, (1000 * moved + shares - 1) / shares];
            prop_assert!((down..=up).contains(&question.expected_thousandths));
            expected.push((moved, shares));
        }
        for pair in expected.windows(2) {
            prop_assert!(pair[0].0 * pair[1].1 >= pair[1].0 * pair[0].1, "{:?}", pair);
        }
        let held = naive::Held::read(&case.pack, &case.profile);
        let mut want: Vec<_> =
            case.questions().into_iter().filter(|id| !held.answered.contains(id.as_str())).collect();
        let mut got: Vec<_> = asked.questions.iter().map(|question| question.id.to_owned()).collect();
        want.sort();
        got.sort();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn the_room_of_a_weight_is_tight(case in a_case()) {
        let engine = engine(&case.pack);
        let robustness = engine.robustness(&case.profile).unwrap();
        for weight in &robustness.weights {
            let best = |n: i64, count: usize| -> BTreeSet<String> {
                let edit = Edit::Weigh { criterion: weight.criterion.to_owned(), weight: Answer::Whole(n) };
                let profile = engine.changed(&case.profile, &[edit]).expect("a weight from 0 to 5");
                top(&engine, &profile, count).into_iter().collect()
            };
            for (room, count) in [(&weight.first, 1), (&weight.three, 3)] {
                let now = best(weight.weight, count);
                prop_assert!((room.from..=room.to).contains(&weight.weight));
                prop_assert!((room.from..=room.to).all(|n| best(n, count) == now));
                let outside = |n: i64, named: &Room, below: bool| {
                    let methods = if below { &named.below } else { &named.above };
                    let there: BTreeSet<_> = methods.iter().map(|method| method.id.to_owned()).collect();
                    if (0..=MAX_WEIGHT).contains(&n) {
                        there == best(n, count) && there != now
                    } else {
                        there.is_empty()
                    }
                };
                prop_assert!(outside(room.from - 1, room, true) && outside(room.to + 1, room, false));
            }
        }
    }

    #[test]
    fn shifts_are_counted(case in a_case()) {
        let engine = engine(&case.pack);
        let shifts = engine.robustness(&case.profile).unwrap().shifts;
        let all = singles(&engine, &case.profile);
        prop_assert_eq!(shifts.tried, all.len());
        let now = top(&engine, &case.profile, 3);
        let (mut first, mut three) = (0, 0);
        for change in &all {
            let then = top(&engine, &changed(&engine, &case.profile, std::slice::from_ref(change)), 3);
            let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
            first += usize::from(then.first() == now.first());
            three += usize::from(set(&then) == set(&now));
        }
        prop_assert_eq!((shifts.first_stays, shifts.three_stay), (first, three));
        prop_assert_eq!(shifts.changing_first.len(), all.len() - first);
    }

    #[test]
    fn nothing_panics_on_strange_changes(
        case in a_case(),
        answers in generate::wild_answers(),
        top: usize,
        kind in 0_usize..5,
        [from, to, step] in proptest::array::uniform3(prop_oneof![any::<i64>(), -9_i64..30]),
    ) {
        let engine = engine(&case.pack);
        let edits: Vec<_> = answers
            .iter()
            .map(|(question, answer)| {
                let question = question.clone();
                let value = match answer {
                    Answer::One(word) => word.clone(),
                    _ => "low".to_owned(),
                };
                match kind {
                    0 => Edit::Set { question, answer: answer.clone() },
                    1 => Edit::Add { question, value },
                    2 => Edit::Remove { question, value },
                    3 => Edit::Unset { question },
                    _ => Edit::Weigh { criterion: question, weight: answer.clone() },
                }
            })
            .collect();
        match engine.changed(&case.profile, &edits) {
            Ok(profile) => prop_assert!(engine.recommend(&profile).is_ok()),
            Err(found) => prop_assert!(found.iter().all(|problem| !problem.help.is_empty())),
        }
        for question in case.questions() {
            let range = Over::Range { question, from, to, step };
            if let Err(found) = engine.sweep(&case.profile, &range, top) {
                prop_assert_eq!(found[0].code, code::SWEEP_RANGE.id);
            }
        }
        prop_assert!(engine.ask(&case.profile, top).is_ok());
    }
}

fn share(pack: &Pack, change: &Change) -> u32 {
    let value = |facet: &Facet| -> Option<Value> { facet.value(change.value.as_ref()?.id).cloned() };
    pack.facet(change.question).and_then(value).and_then(|value| value.share).unwrap_or(1)
}

/// A set of changes, to compare.
fn key(set: &[Change]) -> Vec<String> {
    let mut key: Vec<_> = set.iter().map(|change| format!("{:?}", edit(change))).collect();
    key.sort();
    key
}

/// Whether another set works that is the same but for a number that moves one stretch less far.
fn has_nearer(case: &Case, kin: &[&Vec<Change>], every: &[Vec<Change>], set: &[Change]) -> bool {
    let held = naive::Held::read(&case.pack, &case.profile);
    set.iter().any(|change| {
        let Some(stretch) = &change.number else { return false };
        let now = held.numbers.get(change.question);
        // A smaller set inside it counts as well: then the larger number is not needed either.
        let neighbour = |other: &Change| {
            other.question == change.question
                && other.number.as_ref().is_some_and(|nearer| match now {
                    Some(now) if stretch.number < *now => nearer.from == stretch.to + 1 && nearer.to < *now,
                    Some(now) => nearer.to + 1 == stretch.from && nearer.from > *now,
                    None => nearer.to + 1 == stretch.from,
                })
        };
        let rest: Vec<_> = set.iter().filter(|other| *other != change).collect();
        let same = |other: &[Change]| {
            other.len() == set.len()
                && other.iter().any(neighbour)
                && rest.iter().all(|one| other.contains(one))
        };
        let within = |other: &[Change]| other.len() == 1 && set.len() == 2 && neighbour(&other[0]);
        kin.iter().any(|other| same(other)) || every.iter().any(|other| within(other))
    })
}

#[test]
fn what_cannot_be_changed_is_said() {
    let facet = |id: &str, several| Facet {
        id: id.into(),
        values_allowed: if several {
            werkvorm_core::ValuesAllowed::Many
        } else {
            werkvorm_core::ValuesAllowed::One
        },
        ..small().facets[0].clone()
    };
    let pack = Pack { facets: vec![facet("several", true), facet("one", false)], ..small() };
    let engine = engine(&pack);
    let word = |word: &str| word.to_owned();
    let set = |question: &str| Edit::Set { question: word(question), answer: Answer::One(word("a")) };
    let add = |question: &str, value: &str| Edit::Add { question: word(question), value: word(value) };
    let remove = |question: &str, value: &str| Edit::Remove { question: word(question), value: word(value) };
    let unset = |question: &str| Edit::Unset { question: word(question) };
    let weigh = |n| Edit::Weigh { criterion: word("goal"), weight: Answer::Whole(n) };
    let profile = Profile::new().with("several", ["a"]);
    for (edits, want) in [
        (vec![set("one"), unset("one")], vec!["WV0702"]),
        (vec![set("several"), add("several", "b")], vec!["WV0702"]),
        (vec![add("several", "b"), remove("several", "b")], vec!["WV0702"]),
        (vec![weigh(1), weigh(2)], vec!["WV0702"]),
        (vec![weigh(9)], vec!["WV0506"]),
        (vec![add("several", "a")], vec!["WV0703"]),
        (vec![remove("several", "b")], vec!["WV0703"]),
        (vec![add("one", "a")], vec!["WV0703"]),
        (vec![add("weeks", "a")], vec!["WV0703"]),
        (vec![unset("one")], vec!["WV0703"]),
        (vec![add("several", "c")], vec!["WV0502"]),
        (vec![set("two")], vec!["WV0501"]),
        (vec![set("weeks")], vec!["WV0503"]),
        (vec![set("two"), add("several", "c"), unset("one")], vec!["WV0501", "WV0502", "WV0703"]),
    ] {
        let mut codes: Vec<_> =
            engine.changed(&profile, &edits).unwrap_err().iter().map(|problem| problem.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, want, "{edits:?}");
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let engine = engine(&small());
    let profile = Profile::new();
    let codes = |found: Vec<werkvorm_core::Diagnostic>| -> Vec<&str> {
        found.iter().map(|problem| problem.code).collect()
    };
    assert_eq!(codes(engine.compare(&[&profile]).unwrap_err()), ["WV0701"]);
    assert_eq!(codes(engine.compare(&[&profile; 9]).unwrap_err()), ["WV0701"]);
    let wrong = Profile::new().with("nothing", "x");
    let found = engine.compare(&[&profile, &wrong]).unwrap_err();
    assert_eq!(found[0].labels[0].file, "profiles/2/nothing");
    let range =
        |question: &str, from, to, step| Over::Range { question: question.to_owned(), from, to, step };
    for (over, want) in [
        (range("weeks", 5, 1, 1), "WV0704"),
        (range("weeks", 0, 9, 0), "WV0704"),
        (range("weeks", -1, 9, 1), "WV0704"),
        (range("weeks", 0, 100_000, 1), "WV0704"),
        (range("several", 0, 1, 1), "WV0704"),
        (Over::Question("nothing".into()), "WV0501"),
    ] {
        assert_eq!(codes(engine.sweep(&profile, &over, 3).unwrap_err()), [want], "{over:?}");
    }
    let turn = |method: &str, top, changes| {
        let options = TurnOptions { top, toward: Toward::In, changes };
        codes(engine.turn(&profile, method, &options).unwrap_err())
    };
    assert_eq!(turn("fotoscan", 5, 0), ["WV0705"]);
    assert_eq!(turn("fotoscan", 5, 4), ["WV0705"]);
    assert_eq!(turn("fotoscan", 0, 2), ["WV0705"]);
    assert_eq!(turn("photo", 0, 9), ["WV0705", "WV0705", "WV0507"]);
}

/// A pack with one facet, one number and one method.
fn small() -> Pack {
    serde_json::from_str(include_str!("small-pack.json")).expect("a pack")
}

#[test]
fn the_small_pack_is_asked_about_profiles() {
    assert!(small().facets.iter().all(|facet| facet.about == [About::Profile]));
    assert!(matches!(
        engine(&small())
            .compare(&[&Profile::new(), &Profile::new().with("several", ["a"])])
            .unwrap()
            .differences
            .as_slice(),
        [Difference::Question { .. }]
    ));
}
