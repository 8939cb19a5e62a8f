//! What every evaluator is asked, and the loop for those that only judge one rule at a time.
//!
//! Adding up, ordering and naming is plain Rust and the same for all of them, so that only what an engine is
//! for is measured: whether a rule holds.

use werkvorm_core::{Effect, Pack, Profile};

/// How many methods an answer has.
pub const TOP: usize = 5;
/// No criterion gives more than this, or less than its opposite.
const MOST: i32 = 10;
const CRITERIA: [&str; 4] = ["goal", "phase", "target_group", "context"];

/// A piece of an answer: the best method with its total, the ids of the rules about it that hold in order, the
/// next method, and so on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said<'a> {
    Method(&'a str, i64),
    Rule(&'a str),
}

/// Something that answers.
pub trait Evaluator {
    /// A profile in its own form, made before anything is timed.
    type Encoded;

    fn encode(&self, profile: &Profile) -> Self::Encoded;

    fn answer(&mut self, profile: &mut Self::Encoded, tell: impl FnMut(Said<'_>));

    /// An answer as one text, to compare.
    fn in_words(&mut self, profile: &mut Self::Encoded) -> String {
        let mut words = String::new();
        self.answer(profile, |said| match said {
            Said::Method(id, total) => words += &format!("\n{id} {total}:"),
            Said::Rule(id) => words += &format!(" {id}"),
        });
        words
    }
}

/// The rules of a pack by method, for an engine that judges one rule at a time.
#[derive(Debug)]
pub struct Book {
    methods: Vec<OfMethod>,
    /// The ids of all rules, in the order of the pack.
    ids: Vec<String>,
    /// The rules that hold, method after method.
    held: Vec<u32>,
    best: Vec<Place>,
    /// Ask about every rule, also of a method that is ruled out already.
    pub every_rule: bool,
}

#[derive(Debug)]
struct OfMethod {
    id: String,
    excluding: Vec<u32>,
    giving: Vec<Giving>,
}

/// A rule that gives points to a criterion.
#[derive(Debug)]
struct Giving {
    rule: u32,
    criterion: usize,
    points: i32,
}

/// Total with the other sign, method, and where in `held` its rules are.
type Place = (i32, usize, (usize, usize));

impl Book {
    pub fn new(pack: &Pack) -> Self {
        let mut methods: Vec<OfMethod> = pack
            .methods
            .iter()
            .map(|method| OfMethod { id: method.id.clone(), excluding: Vec::new(), giving: Vec::new() })
            .collect();
        for (at, rule) in pack.rules.iter().enumerate() {
            let id = rule.method.as_deref().unwrap_or("");
            let Ok(method) = methods.binary_search_by(|method| method.id.as_str().cmp(id)) else { continue };
            let criterion = CRITERIA.iter().position(|id| *id == rule.criterion).unwrap_or(0);
            match rule.effect {
                Effect::Exclude => methods[method].excluding.push(at as u32),
                Effect::Points(points) => {
                    methods[method].giving.push(Giving { rule: at as u32, criterion, points: points as i32 });
                }
                _ => {}
            }
        }
        let ids = pack.rules.iter().map(|rule| rule.id.clone()).collect();
        Self { methods, ids, held: Vec::new(), best: Vec::new(), every_rule: false }
    }

    /// Asks about each rule at most once. A method that is ruled out is left at once, unless every rule counts.
    pub fn answer(&mut self, mut holds: impl FnMut(usize) -> bool, mut tell: impl FnMut(Said<'_>)) {
        self.held.clear();
        self.best.clear();
        for (at, method) in self.methods.iter().enumerate() {
            let mut excluded = false;
            for rule in &method.excluding {
                excluded |= holds(*rule as usize);
                if excluded && !self.every_rule {
                    break;
                }
            }
            if excluded && !self.every_rule {
                continue;
            }
            let start = self.held.len();
            let mut points = [0; CRITERIA.len()];
            for giving in &method.giving {
                if holds(giving.rule as usize) {
                    points[giving.criterion] += giving.points;
                    self.held.push(giving.rule);
                }
            }
            if excluded {
                self.held.truncate(start);
                continue;
            }
            let total: i32 = points.iter().map(|points| (*points).clamp(-MOST, MOST)).sum();
            self.best.push((-total, at, (start, self.held.len())));
        }
        if self.best.len() > TOP {
            self.best.select_nth_unstable(TOP - 1);
            self.best.truncate(TOP);
        }
        self.best.sort_unstable();
        for (total, method, (start, end)) in &self.best {
            tell(Said::Method(&self.methods[*method].id, i64::from(-total)));
            self.held[*start..*end].iter().for_each(|rule| tell(Said::Rule(&self.ids[*rule as usize])));
        }
    }
}
