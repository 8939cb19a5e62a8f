//! Random packs and profiles that are valid by construction, for properties that must hold for all of them.
//!
//! A strategy first draws plain numbers; they are then read as choices ("the third value of the second
//! facet"), so that every draw is a valid pack and proptest can shrink a failing one.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use werkvorm_core::{
    About, Answer, Band, Citation, Condition, Criterion, Curve, Document, DocumentKind, Effect, Example,
    Facet, Guideline, GuidelineKind, MAX_POINTS, Method, Number, Pack, Persona, Place, Profile, Rule,
    Section, Tension, Text, Value, ValuesAllowed, Words,
};

/// A pack with a profile for it, and a rule and answers to try on top.
#[derive(Debug, Clone)]
pub struct Case {
    pub pack: Pack,
    pub profile: Profile,
    /// One more rule, not in the pack.
    pub extra: Rule,
    /// A choice per question, for filling in open ones.
    pub choices: Vec<u16>,
}

impl Case {
    /// The questions profiles are asked: ids of facets and numbers.
    pub fn questions(&self) -> Vec<String> {
        let facets = self
            .pack
            .facets
            .iter()
            .filter(|facet| facet.about.contains(&About::Profile))
            .map(|facet| &facet.id);
        facets.chain(self.pack.numbers.iter().map(|number| &number.id)).cloned().collect()
    }

    /// The profile with the answer to one more question.
    pub fn answered(&self, profile: &Profile, question: &str) -> Profile {
        let place = self.questions().iter().position(|id| id == question).unwrap_or(0);
        let choice = usize::from(self.choices.get(place).copied().unwrap_or(0));
        let mut profile = profile.clone();
        profile.answers.retain(|name, _| {
            !name.eq_ignore_ascii_case(question) && !name.eq_ignore_ascii_case(&alias(question))
        });
        profile.with(question, answer(&self.pack, question, choice, 0))
    }
}

// Ids are not in the order of their places, and share prefixes.
const CRITERIA: [&str; 4] = ["phase", "context", "goal", "target_group"];
const FACETS: [&str; 4] = ["trait", "age", "zone", "mode"];
const VALUES: [&str; 5] = ["low", "high", "low-er", "above", "low-est"];
const NUMBERS: [&str; 2] = ["weeks", "budget_eur"];
const METHODS: [&str; 8] =
    ["wereldcafe", "fotoscan", "panel", "buurt", "fotoscan-2", "zine", "appel", "markt"];

/// Steps to broader values: in the same facet; in a later one.
type DrawnValue = (Option<usize>, Option<(usize, usize)>);

#[derive(Debug, Clone)]
struct DrawnFacet {
    many: bool,
    adjustable: bool,
    values: Vec<DrawnValue>,
}

#[derive(Debug, Clone)]
enum Drawn {
    Leaf { kind: usize, question: usize, values: Vec<usize>, low: i64, high: i64 },
    Branch { kind: usize, count: u32, parts: Vec<Drawn> },
}

#[derive(Debug, Clone)]
struct DrawnRule {
    method: Option<usize>,
    criterion: usize,
    effect: usize,
    points: i64,
    corners: Vec<(i64, i64)>,
    when: Drawn,
}

fn a_facet() -> impl Strategy<Value = DrawnFacet> {
    let within = proptest::option::weighted(0.4, 0_usize..5);
    let across = proptest::option::weighted(0.5, (0_usize..2, 0_usize..5));
    (any::<bool>(), any::<bool>(), vec((within, across), 1..=VALUES.len()))
        .prop_map(|(many, adjustable, values)| DrawnFacet { many, adjustable, values })
}

fn a_condition() -> impl Strategy<Value = Drawn> {
    let leaf = (0_usize..4, 0_usize..6, vec(0_usize..5, 0..=3), -3_i64..24, -3_i64..24)
        .prop_map(|(kind, question, values, low, high)| Drawn::Leaf { kind, question, values, low, high });
    leaf.prop_recursive(4, 12, 3, |inner| {
        (0_usize..5, 0_u32..=4, vec(inner, 0..=3)).prop_map(|(kind, count, parts)| Drawn::Branch {
            kind,
            count,
            parts,
        })
    })
}

fn a_rule() -> impl Strategy<Value = DrawnRule> {
    // Many rules about one method, so that sums reach the limits of a criterion.
    let method = proptest::option::weighted(0.95, prop_oneof![Just(0), 0..METHODS.len()]);
    let points = prop_oneof![Just(MAX_POINTS), 1..=2 * MAX_POINTS];
    let corners = vec((1_i64..9, -MAX_POINTS..=MAX_POINTS), 2..=4);
    (method, prop_oneof![Just(0), 0..CRITERIA.len()], 0_usize..12, points, corners, a_condition()).prop_map(
        |(method, criterion, effect, points, corners, when)| DrawnRule {
            method,
            criterion,
            effect,
            points,
            corners,
            when,
        },
    )
}

/// A valid pack with a valid profile.
pub fn a_case() -> impl Strategy<Value = Case> {
    let numbers = vec((-5_i64..6, 0_i64..21, any::<bool>()), 0..=NUMBERS.len());
    let vocabulary = (1..=CRITERIA.len(), vec(a_facet(), 1..=FACETS.len()), numbers);
    let content = (1..=METHODS.len(), vec(a_rule(), 0..=40), a_rule(), "\\PC{0,4}");
    let answers = vec((any::<u16>(), 0_usize..10), 6);
    let weights = vec(proptest::option::of(0_i64..=5), 4);
    (vocabulary, content, answers, weights, vec(any::<u16>(), 6)).prop_map(
        |(vocabulary, content, answers, weights, choices)| {
            let (criteria, facets, numbers) = vocabulary;
            let (methods, rules, extra, words) = content;
            let mut pack = empty_pack(&words);
            pack.criteria = CRITERIA[..criteria].iter().map(|id| criterion(id)).collect();
            pack.facets =
                facets.iter().enumerate().map(|(at, drawn)| facet(&pack, &facets, at, drawn)).collect();
            pack.facets.rotate_left(facets.len() / 2);
            pack.facets.push(need());
            pack.numbers = numbers.iter().zip(NUMBERS).map(|(drawn, id)| number(&pack, id, *drawn)).collect();
            pack.methods = METHODS[..methods].iter().map(|id| method(id)).collect();
            let drawn = rules.iter().enumerate();
            // Ids in another order than places.
            pack.rules = drawn
                .map(|(at, drawn)| rule(&pack, format!("situation-{}/r", (at * 17 + 5) % 41), drawn))
                .collect();
            let extra = rule(&pack, "situation-20/extra".into(), &extra);
            let mut case = Case { pack, profile: Profile::new(), extra, choices };
            for (question, (choice, form)) in case.questions().iter().zip(answers) {
                // Some questions are left out, some say that they are open, and some go by another name.
                let name = if form % 2 == 1 { alias(question) } else { question.clone() };
                match form {
                    0..=2 => {}
                    3 => case.profile = case.profile.with(&name, Answer::Open),
                    4 => case.profile = case.profile.with(&name, "weet niet"),
                    _ => {
                        case.profile =
                            case.profile.with(&name, answer(&case.pack, question, usize::from(choice), form))
                    }
                }
            }
            for (criterion, weight) in case.pack.criteria.iter().zip(weights) {
                case.profile
                    .weights
                    .extend(weight.map(|weight| (criterion.id.clone(), Answer::Whole(weight))));
            }
            case.pack.personas.push(Persona {
                id: "somebody".into(),
                title: text("Somebody"),
                about: text("Made up"),
                profile: case.profile.clone(),
            });
            case
        },
    )
}

/// Answers of any name and any type, now and then with words that the pack knows.
pub fn wild_answers() -> impl Strategy<Value = BTreeMap<String, Answer>> {
    let known: Vec<&str> = FACETS.iter().chain(&NUMBERS).chain(&VALUES).chain(&CRITERIA).copied().collect();
    let known = proptest::sample::select(
        [known, vec!["need", "none", "unknown", "GEEN", " Trait ", "mode_x", ""]].concat(),
    );
    let word = prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}"];
    let answer = prop_oneof![
        Just(Answer::Open),
        prop_oneof![any::<i64>(), -5_i64..20].prop_map(Answer::Whole),
        word.clone().prop_map(Answer::One),
        vec(word.clone(), 0..4).prop_map(Answer::Many),
        word.clone().prop_map(Answer::Unfit),
    ];
    proptest::collection::btree_map(word, answer, 0..6)
}

/// An answer that fits a question. The form says how it is written.
pub fn answer(pack: &Pack, question: &str, choice: usize, form: usize) -> Answer {
    if let Some(number) = pack.number(question) {
        let n = number.min + i64::try_from(choice).unwrap_or(0) % (number.max - number.min + 1);
        return if form == 9 { Answer::One(format!(" {n}")) } else { Answer::Whole(n) };
    }
    let Some(facet) = pack.facet(question) else { return Answer::Open };
    let word = |value: &Value| if form == 8 { alias(&value.id) } else { value.id.clone() };
    if facet.takes_one() {
        return Answer::One(word(&facet.values[choice % facet.values.len()]));
    }
    let chosen = facet.values.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
    match chosen.map(|(_, value)| word(value)).collect::<Vec<_>>() {
        none if none.is_empty() && form > 6 => Answer::One("niets".into()),
        words => Answer::Many(words),
    }
}

fn condition(pack: &Pack, drawn: &Drawn) -> Condition {
    match drawn {
        Drawn::Leaf { kind, question, values, low, high } => {
            let facets: Vec<_> =
                pack.facets.iter().filter(|facet| facet.about.contains(&About::Profile)).collect();
            let question = question % (facets.len() + pack.numbers.len());
            let Some(asked) = facets.get(question) else {
                return bounds(&pack.numbers[question - facets.len()], *kind, *low, *high);
            };
            let value = |at: usize| asked.values[at % asked.values.len()].id.clone();
            let (facet, ids) = (asked.id.clone(), values.iter().map(|at| value(*at)).collect());
            match kind {
                0 | 1 => Condition::Has { facet, value: value(low.unsigned_abs() as usize) },
                2 => Condition::HasAny { facet, values: ids },
                _ => Condition::HasAll { facet, values: ids },
            }
        }
        Drawn::Branch { kind, count, parts } => {
            let mut parts: Vec<_> = parts.iter().map(|part| condition(pack, part)).collect();
            loop {
                let whole = match (kind, parts.as_slice()) {
                    (0, _) => Condition::All(parts.clone()),
                    (1, _) => Condition::Any(parts.clone()),
                    (2 | 3, [first, ..]) => Condition::Not(Box::new(first.clone())),
                    _ => Condition::AtLeast { count: *count, of: parts.clone() },
                };
                // Stay within what a check lets through.
                if alternatives(&whole) <= 256 || parts.pop().is_none() {
                    return whole;
                }
            }
        }
    }
}

fn bounds(number: &Number, kind: usize, low: i64, high: i64) -> Condition {
    let scaled = |n: i64| number.min + n * scale(number);
    let (at_least, at_most) = match kind {
        0 => (Some(scaled(low)), None),
        1 => (None, Some(scaled(high))),
        _ => (Some(scaled(low)), Some(scaled(high))),
    };
    Condition::Number { number: number.id.clone(), at_least, at_most }
}

/// More than the alternatives a condition, or its opposite, can come down to.
fn alternatives(condition: &Condition) -> usize {
    let parts = || condition.parts().iter().map(alternatives);
    match condition {
        Condition::All(_) | Condition::Any(_) => parts().product::<usize>().max(parts().sum()),
        Condition::AtLeast { of, .. } => parts().product::<usize>() << of.len(),
        Condition::Not(part) => alternatives(part),
        Condition::HasAny { values, .. } | Condition::HasAll { values, .. } => values.len().max(1),
        Condition::Number { .. } => 2,
        Condition::Has { .. } => 1,
    }
}

fn rule(pack: &Pack, id: String, drawn: &DrawnRule) -> Rule {
    let points = if drawn.points > MAX_POINTS { MAX_POINTS - drawn.points } else { drawn.points };
    let number = pack.numbers.get(drawn.criterion % pack.numbers.len().max(1));
    let effect = match (drawn.effect, drawn.method, number) {
        (0..=4, Some(_), _) => Effect::Points(points),
        (5..=7, Some(_), Some(number)) => {
            let mut left = number.min - 3 * scale(number);
            let corners = drawn.corners.iter().map(|(step, points)| {
                left += step * scale(number);
                (left, *points)
            });
            Effect::Curve(Curve { number: number.id.clone(), corners: corners.collect() })
        }
        (8 | 9, Some(_), _) => Effect::Exclude,
        (10, ..) => Effect::Guideline(if points > 0 { "listen" } else { "speak" }.into()),
        _ => Effect::Caution,
    };
    Rule {
        title: text(&id).into(),
        method: drawn.method.map(|at| pack.methods[at % pack.methods.len()].id.clone()),
        criterion: pack.criteria[drawn.criterion % pack.criteria.len()].id.clone(),
        when: condition(pack, &drawn.when).into(),
        effect,
        because: text("Because").into(),
        sources: [source()].into(),
        place: Place { file: "rules/x.rhai".into(), line: 1 },
        id,
    }
}

/// Some numbers run in ones, some in thousands.
fn scale(number: &Number) -> i64 {
    if number.max - number.min > 20 { 1000 } else { 1 }
}

fn facet(pack: &Pack, all: &[DrawnFacet], at: usize, drawn: &DrawnFacet) -> Facet {
    // Broader values come later, in the facet or in a later one that takes many: nothing goes in circles.
    let later = |own: usize, step: &usize| Some(own + 1 + step).filter(|to| *to < drawn.values.len());
    let across = |(step, value): &(usize, usize)| {
        let to = at + 1 + step;
        let other = all.get(to).filter(|other| other.many)?;
        Some(format!("{}/{}", FACETS[to], VALUES[value % other.values.len()]))
    };
    let values = drawn.values.iter().enumerate().map(|(own, (within, elsewhere))| Value {
        id: VALUES[own].into(),
        label: text("Value"),
        help: text("Help"),
        aliases: vec![alias(VALUES[own])],
        broader: within
            .as_ref()
            .and_then(|step| later(own, step))
            .map(|to| VALUES[to].to_owned())
            .into_iter()
            .chain(elsewhere.as_ref().and_then(across))
            .collect(),
        share: u32::try_from(own).ok().filter(|share| *share > 0),
        sources: vec![source()],
    });
    Facet {
        id: FACETS[at].into(),
        about: vec![About::Profile],
        criterion: Some(pack.criteria[at % pack.criteria.len()].id.clone()),
        values_allowed: if drawn.many { ValuesAllowed::Many } else { ValuesAllowed::One },
        adjustable: drawn.adjustable,
        label: text("Facet"),
        question: Some(text("Which?")),
        help: text("Help"),
        aliases: vec![alias(FACETS[at])],
        sources: Vec::new(),
        values: values.collect(),
    }
}

/// A facet that describes methods and that no profile may answer.
fn need() -> Facet {
    let value = |id: &str| Value {
        id: id.into(),
        label: text("Value"),
        help: text("Help"),
        aliases: Vec::new(),
        broader: Vec::new(),
        share: None,
        sources: Vec::new(),
    };
    Facet {
        id: "need".into(),
        about: vec![About::Method],
        criterion: None,
        values_allowed: ValuesAllowed::Many,
        adjustable: false,
        label: text("Need"),
        question: None,
        help: text("Help"),
        aliases: Vec::new(),
        sources: Vec::new(),
        values: vec![value("room"), value("moderator")],
    }
}

fn number(pack: &Pack, id: &str, (min, span, wide): (i64, i64, bool)) -> Number {
    let step = if wide && span > 0 { 1000 } else { 1 };
    Number {
        id: id.into(),
        about: vec![About::Profile],
        criterion: Some(pack.criteria[0].id.clone()),
        unit: text("unit"),
        unit_one: None,
        min: min * step,
        max: (min + span) * step,
        adjustable: wide,
        label: text("Number"),
        question: Some(text("How many?")),
        help: text("Help"),
        aliases: vec![alias(id)],
        sources: vec![source()],
    }
}

pub fn method(id: &str) -> Method {
    Method {
        id: id.into(),
        name: text(id),
        // What is also called by the id of another method must not take its place.
        aliases: vec![if id == "appel" { "zine".into() } else { alias(id) }],
        category_assigned: false,
        what: text("What"),
        when: text("When"),
        with_whom: text("With whom"),
        steps: vec![text("First")],
        cautions: vec![text("Watch")],
        combines_with: vec![METHODS[0].into()],
        sources: vec![source()],
        facets: BTreeMap::from([("need".into(), vec!["room".into()])]),
        facts: Vec::new(),
    }
}

fn criterion(id: &str) -> Criterion {
    Criterion { id: id.into(), label: text("Criterion"), help: text("Help"), aliases: vec![alias(id)] }
}

fn empty_pack(words: &str) -> Pack {
    let band = |id: &str, from_fit| Band { id: id.into(), from_fit, label: text(id) };
    let guideline = |id: &str, tension| Guideline {
        id: id.into(),
        kind: GuidelineKind::Do,
        title: text(id),
        text: text("Do so"),
        tension,
        sources: vec![source()],
    };
    let tension = Tension { other: "speak".into(), choose: text("First this") };
    Pack {
        format_version: 1,
        id: "random".into(),
        version: "1".into(),
        title: text(words),
        words: Words { unknown: vec!["weet niet".into()], none: vec!["niets".into()] },
        bands: vec![band("good", 65), band("fair", 45), band("poor", 0)],
        documents: vec![Document {
            id: "report".into(),
            kind: DocumentKind::Document,
            title: "Report".into(),
            short: None,
            publisher: None,
            year: Some(2019),
            url: None,
            sections: vec![Section { id: "2.1".into(), title: "Factors".into() }],
        }],
        guidelines: vec![guideline("listen", Some(tension)), guideline("speak", None)],
        examples: vec![Example {
            id: "example".into(),
            title: text("Example"),
            place: None,
            who: text("Who"),
            what: text("What"),
            why: None,
            methods: vec![METHODS[0].into()],
            facets: BTreeMap::from([(FACETS[0].into(), vec![VALUES[0].into()])]),
            sources: vec![source()],
        }],
        ..Pack::default()
    }
}

fn source() -> Citation {
    Citation { document: "report".into(), section: Some("2.1".into()) }
}

fn text(words: &str) -> Text {
    Text { nl: format!("nl {words}"), en: format!("en {words}") }
}

/// The other name of everything that has an id.
pub fn alias(id: &str) -> String {
    format!("{} Anders", id.to_uppercase())
}
