//! Cases: sentences about rules, run as tests.
//!
//! They stand beside the rules in `<name>.cases.toml`, so that rule authors need no Rust.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;
use werkvorm_core::{
    Answer, Condition, Diagnostic, Engine, Label, Place, Profile, Rule, Truth, code, did_you_mean,
};

use crate::places::Node;
use crate::shape::Entry;
use crate::sources::Sources;
use crate::{locate, shape, toml_text};

/// What came of running cases.
#[derive(Debug, Default)]
pub struct CaseReport {
    /// How many cases passed.
    pub passed: usize,
    /// How many cases failed.
    pub failed: usize,
    /// How many rule declarations there are.
    pub declarations: usize,
    /// Failed cases, and rules without cases.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    profile: Profile,
    #[serde(default)]
    fires: Vec<String>,
    #[serde(default)]
    quiet: Vec<String>,
    #[serde(default)]
    not_known: Vec<String>,
    #[serde(default)]
    above: Vec<Above>,
    #[serde(default)]
    rank: Vec<RankAtMost>,
    #[serde(default)]
    excluded: Vec<String>,
    #[serde(default)]
    not_excluded: Vec<String>,
}

impl Case {
    /// The methods it names, with the field.
    fn methods(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let above = self.above.iter().flat_map(|above| [("above", &above.method), ("above", &above.than)]);
        let rank = self.rank.iter().map(|rank| ("rank", &rank.method));
        let excluded = self.excluded.iter().map(|id| ("excluded", id));
        above.chain(rank).chain(excluded).chain(self.not_excluded.iter().map(|id| ("not_excluded", id)))
    }

    fn expects_nothing(&self) -> bool {
        let rules = [&self.fires, &self.quiet, &self.not_known, &self.excluded, &self.not_excluded];
        rules.iter().all(|list| list.is_empty()) && self.above.is_empty() && self.rank.is_empty()
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Above {
    method: String,
    than: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RankAtMost {
    method: String,
    at_most: usize,
}

/// Runs every case below `rules`, and looks for rules that no case shows firing and not firing, and for
/// numeric bounds without a case on both sides.
#[must_use]
pub fn run_cases(engine: &Engine, sources: &Sources) -> CaseReport {
    let mut runner = Runner {
        engine,
        sources,
        report: CaseReport::default(),
        shown: BTreeMap::new(),
        unread: BTreeSet::new(),
    };
    for (file, source) in sources.below("rules/", ".cases.toml") {
        runner.file(file, source);
    }
    runner.coverage();
    werkvorm_core::sort_diagnostics(&mut runner.report.diagnostics);
    runner.report
}

/// How a rule was shown by a case: what it was expected to be, and the numbers of the profile.
struct Shown {
    truth: Truth,
    numbers: BTreeMap<String, i64>,
}

struct Runner<'e> {
    engine: &'e Engine,
    sources: &'e Sources,
    report: CaseReport,
    /// Rule id to how cases showed it.
    shown: BTreeMap<String, Vec<Shown>>,
    /// Files with cases that could not be read.
    unread: BTreeSet<String>,
}

impl Runner<'_> {
    fn file(&mut self, file: &str, source: &str) {
        let table = match toml_text::parse(&code::CASE_SHAPE, file, source) {
            Ok(table) => table.into_inner(),
            Err(problems) => {
                self.unread.insert(file.to_owned());
                return self.fail(problems);
            }
        };
        for (key, value) in table {
            let value = match (key.get_ref().as_ref(), value.into_inner()) {
                ("case", DeValue::Array(entries)) => entries,
                (name, _) => {
                    let label = locate::at_bytes(file, source, key.span(), "");
                    let message = format!("`{name}` is not a list that a file of cases can have");
                    let help = "write `[[case]]`, with double brackets, above each case";
                    self.fail(vec![Diagnostic::error(&code::CASE_SHAPE, message, help).with_label(label)]);
                    continue;
                }
            };
            for value in value {
                self.entry(file, source, value);
            }
        }
    }

    fn fail(&mut self, problems: Vec<Diagnostic>) {
        self.report.failed += 1;
        self.report.diagnostics.extend(problems);
    }

    fn entry(&mut self, file: &str, source: &str, value: Spanned<DeValue<'_>>) {
        let entry = Entry { file, source, noun: "case", value: value.clone() };
        let case = match entry.read::<Case>(&code::CASE_SHAPE) {
            Ok(case) => case,
            Err(problems) => {
                self.unread.insert(file.to_owned());
                return self.fail(problems);
            }
        };
        let label = |field: &str, word: &str| {
            let node = Node::of(&value);
            let inside = node.field(field).and_then(|field| field.word(word));
            let range = inside.or_else(|| node.word(word)).unwrap_or_else(|| shape::header(&value));
            locate::at_bytes(file, source, range, "")
        };
        let before = self.report.diagnostics.len();
        if case.expects_nothing() {
            let message = "the case expects nothing".to_owned();
            let help = "add `fires`, `quiet`, `not_known`, `above`, `rank`, `excluded` or `not_excluded`";
            let diagnostic = Diagnostic::error(&code::CASE_SHAPE, message, help);
            self.report.diagnostics.push(diagnostic.with_label(label("", "name")));
        }
        self.names(&label, &case);
        self.judge(&label, &case);
        if self.report.diagnostics.len() == before {
            self.report.passed += 1;
        } else {
            self.report.failed += 1;
        }
    }

    /// Rules and methods that do not exist.
    fn names(&mut self, label: &impl Fn(&str, &str) -> Label, case: &Case) {
        let pack = self.engine.pack();
        let rules = [("fires", &case.fires), ("quiet", &case.quiet), ("not_known", &case.not_known)];
        let rules = rules.into_iter().flat_map(|(field, ids)| ids.iter().map(move |id| (field, id)));
        for (field, id) in rules {
            if pack.rules.iter().any(|rule| rule.id == *id) {
                continue;
            }
            let near = did_you_mean(id, pack.rules.iter().map(|rule| rule.id.as_str()));
            let help = if near.is_empty() {
                "the rule may have another id now, or its loop does not reach this one"
            } else {
                near.trim_end()
            };
            let diagnostic = Diagnostic::error(&code::CASE_UNKNOWN, format!("there is no rule `{id}`"), help);
            self.report.diagnostics.push(diagnostic.with_label(label(field, id)));
        }
        for (field, id) in case.methods() {
            if pack.method(id).is_some() {
                continue;
            }
            let near = did_you_mean(id, pack.methods.iter().map(|method| method.id.as_str()));
            let help =
                if near.is_empty() { "methods are the files in `seeds/methods`" } else { near.trim_end() };
            let diagnostic =
                Diagnostic::error(&code::CASE_UNKNOWN, format!("there is no method `{id}`"), help);
            self.report.diagnostics.push(diagnostic.with_label(label(field, id)));
        }
    }

    fn judge(&mut self, label: &impl Fn(&str, &str) -> Label, case: &Case) {
        let engine = self.engine;
        let (truths, advice) = match (engine.truths(&case.profile), engine.recommend_top(&case.profile, 0)) {
            (Ok(truths), Ok(advice)) => (truths, advice),
            (Err(problems), _) | (_, Err(problems)) => {
                for mut problem in problems {
                    let word = problem.labels.first().map(|l| l.text.clone()).unwrap_or_default();
                    problem.labels = vec![label("profile", &word)];
                    self.report.diagnostics.push(problem);
                }
                return;
            }
        };
        let truth_of: BTreeMap<&str, Truth> =
            truths.iter().map(|(rule, truth)| (rule.id.as_str(), *truth)).collect();
        let numbers = numbers(&case.profile);
        let mut fail = |field: &str, word: &str, message: String| {
            let help = format!("the case says: {}", case.name.trim());
            let diagnostic = Diagnostic::error(&code::CASE_FAILED, message, help);
            self.report.diagnostics.push(diagnostic.with_label(label(field, word)));
        };
        let expectations = [
            ("fires", &case.fires, Truth::Holds),
            ("quiet", &case.quiet, Truth::Fails),
            ("not_known", &case.not_known, Truth::NotKnown),
        ];
        for (field, rules, wanted) in expectations {
            for id in rules {
                match truth_of.get(id.as_str()) {
                    None => {}
                    Some(truth) if *truth != wanted => {
                        fail(field, id, format!("`{id}` should {}, but it {}", should(wanted), does(*truth)));
                    }
                    Some(_) => {
                        let shown = Shown { truth: wanted, numbers: numbers.clone() };
                        self.shown.entry(id.clone()).or_default().push(shown);
                    }
                }
            }
        }
        let known = |id: &str| engine.pack().method(id).is_some();
        let rank = |id: &str| advice.others.iter().find(|listed| listed.id == id).map(|listed| listed.rank);
        let shown = |rank: Option<usize>| rank.map_or("ruled out".to_owned(), |rank| format!("at {rank}"));
        let is_excluded = |id: &str| advice.excluded.iter().any(|excluded| excluded.id == id);
        for Above { method, than } in
            case.above.iter().filter(|above| known(&above.method) && known(&above.than))
        {
            let (better, worse) = (rank(method), rank(than));
            if better.is_none_or(|better| worse.is_some_and(|worse| better > worse)) {
                let (better, worse) = (shown(better), shown(worse));
                let message = format!(
                    "`{method}` should stand above `{than}`, but it is {better} and the other {worse}"
                );
                fail("above", method, message);
            }
        }
        for RankAtMost { method, at_most } in case.rank.iter().filter(|rank| known(&rank.method)) {
            if rank(method).is_none_or(|rank| rank > *at_most) {
                let place = shown(rank(method));
                fail(
                    "rank",
                    method,
                    format!("`{method}` should stand at {at_most} or better, but it is {place}"),
                );
            }
        }
        for id in case.excluded.iter().filter(|id| known(id) && !is_excluded(id)) {
            fail("excluded", id, format!("`{id}` should be ruled out, but it is not"));
        }
        for id in case.not_excluded.iter().filter(|id| is_excluded(id)) {
            fail("not_excluded", id, format!("`{id}` should not be ruled out, but it is"));
        }
    }

    /// The call that declares rules, when its script is at hand.
    fn declaration(&self, place: &Place) -> Label {
        let source = self.sources.text(&place.file).unwrap_or("");
        let line = source.lines().nth((place.line as usize).saturating_sub(1)).unwrap_or("");
        let column = line.find("rule(").map_or(1, |at| line.get(..at).unwrap_or("").chars().count() + 1);
        locate::at_position(&place.file, source, place.line, u32::try_from(column).unwrap_or(1))
    }

    fn coverage(&mut self) {
        let mut declarations: BTreeMap<&Place, Vec<&Rule>> = BTreeMap::new();
        for rule in &self.engine.pack().rules {
            declarations.entry(&rule.place).or_default().push(rule);
        }
        self.report.declarations = declarations.len();
        for (place, rules) in declarations {
            // Cases that could not be read may be the very ones.
            if self.unread.contains(&place.file.replace(".rhai", ".cases.toml")) {
                continue;
            }
            let shown = || rules.iter().flat_map(|rule| self.shown.get(&rule.id).into_iter().flatten());
            // What always holds cannot be shown quiet, and a curve that always applies cannot either.
            let constant = rules.iter().all(|rule| *rule.when == Condition::always());
            let missing: Vec<&str> = [(Truth::Holds, "`fires`"), (Truth::Fails, "`quiet`")]
                .into_iter()
                .filter(|(wanted, _)| {
                    (!constant || *wanted != Truth::Fails) && shown().all(|s| s.truth != *wanted)
                })
                .map(|(_, list)| list)
                .collect();
            let example = rules.first().map_or("", |rule| rule.id.as_str());
            let label = self.declaration(place);
            if !missing.is_empty() {
                let message = format!(
                    "no case names `{example}`, or another rule declared here, under {}",
                    missing.join(" and ")
                );
                let help = format!("add a case to `{}`", place.file.replace(".rhai", ".cases.toml"));
                self.report
                    .diagnostics
                    .push(Diagnostic::error(&code::RULE_UNTESTED, message, help).with_label(label));
                continue;
            }
            let bounded = rules.iter().any(|rule| !sides(&rule.when).is_empty());
            let covered = rules.iter().any(|rule| {
                let sides = sides(&rule.when);
                let has = |number: &str, value: i64| {
                    self.shown
                        .get(&rule.id)
                        .into_iter()
                        .flatten()
                        .any(|s| s.numbers.get(number) == Some(&value))
                };
                !sides.is_empty()
                    && sides
                        .iter()
                        .all(|(number, below)| has(number, *below) && has(number, below.saturating_add(1)))
            });
            if bounded && !covered {
                let sides = rules.first().map(|rule| sides(&rule.when)).unwrap_or_default();
                let wanted: Vec<String> = sides
                    .iter()
                    .map(|(number, below)| format!("`{number} = {below}` and `{}`", below.saturating_add(1)))
                    .collect();
                let message = format!(
                    "the bounds of `{example}`, or of another rule declared here, are not shown on both sides"
                );
                let help = format!("add cases that name the rule, with {}", wanted.join(", "));
                self.report
                    .diagnostics
                    .push(Diagnostic::error(&code::BOUND_UNTESTED, message, help).with_label(label));
            }
        }
    }
}

/// The numbers and, for each bound, the last value below it.
fn sides(condition: &Condition) -> BTreeSet<(String, i64)> {
    let mut sides = BTreeSet::new();
    condition.walk(&mut |part| {
        if let Condition::Number { number, at_least, at_most } = part {
            sides.extend(at_least.map(|n| (number.clone(), n.saturating_sub(1))));
            sides.extend(at_most.map(|n| (number.clone(), n)));
        }
    });
    sides
}

fn numbers(profile: &Profile) -> BTreeMap<String, i64> {
    let whole = |answer: &Answer| match answer {
        Answer::Whole(whole) => Some(*whole),
        _ => None,
    };
    profile.answers.iter().filter_map(|(id, answer)| Some((id.clone(), whole(answer)?))).collect()
}

fn should(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "fire",
        Truth::Fails => "be quiet",
        Truth::NotKnown => "be not known",
    }
}

fn does(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "fires",
        Truth::Fails => "is quiet",
        Truth::NotKnown => "is not known",
    }
}
