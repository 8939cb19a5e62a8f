//! Rules and profiles of any number from a fixed seed, for benches and for tests on a large scale.
//!
//! Unless a shape says otherwise, nine facets have 49 values together, and one rule in ten rules its method out.
//! There are four numbers. A rule asks one to four things; of the things it asks a quarter have an alternative, a
//! tenth is the opposite, and a third of the rules ask a number. A rule holds for about one profile in four.

use werkvorm_core::{
    About, Answer, Band, Citation, Condition, Criterion, Document, DocumentKind, Effect, Facet, Method,
    Number, Pack, Place, Profile, Rule, Text, Value, ValuesAllowed,
};

const CRITERIA: [&str; 4] = ["goal", "phase", "target_group", "context"];
/// How many values each facet has when nothing else is asked, and whether it takes several.
const FACETS: [(usize, bool); 9] =
    [(12, true), (8, true), (6, true), (5, true), (4, false), (4, false), (4, false), (3, false), (3, false)];
const NUMBERS: usize = 4;
const LARGEST: i64 = 200;

/// Random numbers that are the same everywhere (SplitMix64).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

fn text(text: &str) -> Text {
    Text { nl: text.to_owned(), en: text.to_owned() }
}

fn facet_id(at: usize) -> String {
    format!("facet_{at}")
}

fn value_id(at: usize) -> String {
    format!("value-{at}")
}

fn number_id(at: usize) -> String {
    format!("number_{at}")
}

/// How large a pack is, and what its profiles are asked.
#[derive(Debug, Clone)]
pub struct Shape {
    pub rules: usize,
    pub methods: usize,
    /// Per facet: how many values it has, and whether it takes several.
    pub facets: Vec<(usize, bool)>,
    /// One rule in so many rules its method out.
    pub excluding: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self::of(600)
    }
}

impl Shape {
    /// The shape that goes with this many rules.
    pub fn of(rules: usize) -> Self {
        Self { rules, methods: (rules / 100).max(60), facets: FACETS.to_vec(), excluding: 10 }
    }

    /// A pack of this shape.
    pub fn pack(&self) -> Pack {
        pack_of(self)
    }

    /// Profiles that answer every question.
    pub fn profiles(&self, count: usize) -> Vec<Profile> {
        let mut random = Random::new(11);
        (0..count).map(|_| profile(&mut random, &self.facets, 0)).collect()
    }

    /// Profiles that leave one question in three open.
    pub fn open_profiles(&self, count: usize) -> Vec<Profile> {
        let mut random = Random::new(22);
        (0..count).map(|_| profile(&mut random, &self.facets, 3)).collect()
    }
}

/// A pack with this many rules.
pub fn pack(rules: usize) -> Pack {
    Shape::of(rules).pack()
}

fn pack_of(shape: &Shape) -> Pack {
    let mut random = Random::new(2026);
    let label = || text("label");
    let facets = shape.facets.iter().enumerate().map(|(at, (values, many))| Facet {
        id: facet_id(at),
        about: vec![About::Profile],
        criterion: Some(CRITERIA[at % 4].to_owned()),
        values_allowed: if *many { ValuesAllowed::Many } else { ValuesAllowed::One },
        adjustable: at % 2 == 0,
        label: label(),
        question: Some(label()),
        help: label(),
        aliases: Vec::new(),
        sources: Vec::new(),
        values: (0..*values)
            .map(|at| Value {
                id: value_id(at),
                label: label(),
                help: label(),
                aliases: Vec::new(),
                broader: Vec::new(),
                share: None,
                sources: Vec::new(),
            })
            .collect(),
    });
    let numbers = (0..NUMBERS).map(|at| Number {
        id: number_id(at),
        about: vec![About::Profile],
        criterion: Some(CRITERIA[at].to_owned()),
        unit: label(),
        unit_one: None,
        min: 0,
        max: LARGEST,
        adjustable: true,
        label: label(),
        question: Some(label()),
        help: label(),
        aliases: Vec::new(),
        sources: Vec::new(),
    });
    let citation = || Citation { document: "document".to_owned(), section: None };
    let count = shape.methods;
    let methods = (0..count).map(|at| Method {
        id: format!("method-{at:05}"),
        name: text(&format!("Method {at}")),
        aliases: Vec::new(),
        category_assigned: false,
        what: label(),
        when: label(),
        with_whom: label(),
        steps: Vec::new(),
        cautions: Vec::new(),
        combines_with: Vec::new(),
        sources: vec![citation()],
        facets: Default::default(),
        facts: Vec::new(),
    });
    let rules = (0..shape.rules).map(|at| Rule {
        id: format!("rule-{at:06}"),
        title: label().into(),
        method: Some(format!("method-{:05}", random.below(count))),
        criterion: CRITERIA[random.below(4)].to_owned(),
        when: condition(&mut random, &shape.facets).into(),
        effect: if random.one_in(shape.excluding) {
            Effect::Exclude
        } else {
            Effect::Points([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5][random.below(10)])
        },
        because: label().into(),
        sources: [citation()].into(),
        place: Place { file: "rules/workload.rhai".to_owned(), line: 1 },
    });
    Pack {
        format_version: werkvorm_core::FORMAT_VERSION,
        id: "workload".to_owned(),
        version: "1".to_owned(),
        title: text("Workload"),
        bands: vec![Band { id: "all".to_owned(), from_fit: 0, label: label() }],
        criteria: CRITERIA
            .iter()
            .map(|id| Criterion { id: (*id).to_owned(), label: label(), help: label(), aliases: Vec::new() })
            .collect(),
        facets: facets.collect(),
        numbers: numbers.collect(),
        documents: vec![Document {
            id: "document".to_owned(),
            kind: DocumentKind::Document,
            title: "Document".to_owned(),
            short: None,
            publisher: None,
            year: None,
            url: None,
            sections: Vec::new(),
        }],
        methods: methods.collect(),
        rules: rules.collect(),
        ..Pack::default()
    }
}

fn condition(random: &mut Random, facets: &[(usize, bool)]) -> Condition {
    let asks = [0, 1, 1, 1, 2, 2, 3][random.below(7)];
    let mut parts = Vec::new();
    let mut used = Vec::new();
    while parts.len() < asks {
        let at = random.below(facets.len());
        if !used.contains(&at) {
            used.push(at);
            parts.push(asked(random, facets, at));
        }
    }
    if parts.is_empty() || random.one_in(3) {
        let number = number_id(random.below(NUMBERS));
        let bound = random.below(LARGEST as usize) as i64;
        let (at_least, at_most) = if random.one_in(2) { (Some(bound), None) } else { (None, Some(bound)) };
        parts.push(Condition::Number { number, at_least, at_most });
    }
    if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) }
}

/// One thing asked of a facet.
fn asked(random: &mut Random, facets: &[(usize, bool)], at: usize) -> Condition {
    let (values, _) = facets[at];
    let (facet, value) = (facet_id(at), value_id(random.below(values)));
    let asked = if random.one_in(4) {
        let other = value_id(random.below(values));
        if random.one_in(2) {
            Condition::HasAny { facet, values: vec![value, other] }
        } else {
            // An alternative elsewhere.
            let at = random.below(facets.len());
            let elsewhere =
                Condition::Has { facet: facet_id(at), value: value_id(random.below(facets[at].0)) };
            Condition::Any(vec![Condition::Has { facet, value }, elsewhere])
        }
    } else {
        Condition::Has { facet, value }
    };
    if random.one_in(10) { Condition::Not(Box::new(asked)) } else { asked }
}

/// Profiles that answer every question.
pub fn profiles(count: usize) -> Vec<Profile> {
    Shape::default().profiles(count)
}

/// Profiles that leave one question in three open.
pub fn open_profiles(count: usize) -> Vec<Profile> {
    Shape::default().open_profiles(count)
}

fn profile(random: &mut Random, facets: &[(usize, bool)], open: usize) -> Profile {
    let mut profile = Profile::new();
    for (at, (values, many)) in facets.iter().enumerate() {
        if open > 0 && random.one_in(open) {
            continue;
        }
        profile = if *many {
            let held = (0..*values).filter(|_| random.one_in(3)).map(value_id).collect::<Vec<_>>();
            profile.with(&facet_id(at), held)
        } else {
            profile.with(&facet_id(at), value_id(random.below(*values)).as_str())
        };
    }
    for at in 0..NUMBERS {
        if open == 0 || !random.one_in(open) {
            profile = profile.with(&number_id(at), Answer::Whole(random.below(LARGEST as usize) as i64));
        }
    }
    profile
}
