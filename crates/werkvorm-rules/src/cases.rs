//! Cases: sentences about rules, run as tests.
//!
//! They stand beside the rules in `<name>.cases.toml`, so that rule authors need no Rust.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;
use werkvorm_core::{Answer, Condition, Diagnostic, Engine, Place, Profile, Rule, Truth, code, did_you_mean};

use crate::locate;
use crate::seeds::one_line;
use crate::sources::Sources;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "case", default)]
    cases: Vec<Spanned<Case>>,
}

#[derive(Deserialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Above {
    method: String,
    than: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RankAtMost {
    method: String,
    at_most: usize,
}

/// Runs every case below `rules`, and looks for rules that no case shows firing and not firing, and for
/// numeric bounds without a case on both sides.
#[must_use]
pub fn run_cases(engine: &Engine, sources: &Sources) -> CaseReport {
    let mut runner = Runner { engine, report: CaseReport::default(), shown: BTreeMap::new() };
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
    report: CaseReport,
    /// Rule id to how cases showed it.
    shown: BTreeMap<String, Vec<Shown>>,
}

impl Runner<'_> {
    fn file(&mut self, file: &str, source: &str) {
        let cases = match toml::from_str::<CaseFile>(source) {
            Ok(cases) => cases.cases,
            Err(error) => {
                let label = locate::at_bytes(file, source, error.span().unwrap_or(0..1), "");
                let help = "a case has `name`, `profile`, and some of `fires`, `quiet`, `not_known`, `above`, `rank`, `excluded`, `not_excluded`";
                let message = one_line(error.message());
                self.report
                    .diagnostics
                    .push(Diagnostic::error(&code::CASE_SHAPE, message, help).with_label(label));
                self.report.failed += 1;
                return;
            }
        };
        for case in cases {
            let span = case.span();
            let end = source
                .get(span.start + 1..)
                .and_then(|rest| rest.find("[[case]]"))
                .map_or(source.len(), |at| span.start + 1 + at);
            let before = self.report.diagnostics.len();
            self.case(file, source, span.start..end, case.into_inner());
            if self.report.diagnostics.len() == before {
                self.report.passed += 1;
            } else {
                self.report.failed += 1;
            }
        }
    }

    fn case(&mut self, file: &str, source: &str, span: std::ops::Range<usize>, case: Case) {
        let engine = self.engine;
        let label = |word: &str| {
            let place = locate::find_word(source, span.clone(), word).unwrap_or(span.start..span.start + 1);
            locate::at_bytes(file, source, place, "")
        };
        let (truths, advice) = match (engine.truths(&case.profile), engine.recommend_top(&case.profile, 0)) {
            (Ok(truths), Ok(advice)) => (truths, advice),
            (Err(problems), _) | (_, Err(problems)) => {
                for mut problem in problems {
                    let word = problem.labels.first().map(|l| l.text.clone()).unwrap_or_default();
                    problem.labels = vec![label(&word)];
                    self.report.diagnostics.push(problem);
                }
                return;
            }
        };
        let truth_of: BTreeMap<&str, Truth> =
            truths.iter().map(|(rule, truth)| (rule.id.as_str(), *truth)).collect();
        let numbers = numbers(&case.profile);
        let mut fail = |word: &str, message: String| {
            let help = format!("the case says: {}", case.name);
            self.report
                .diagnostics
                .push(Diagnostic::error(&code::CASE_FAILED, message, help).with_label(label(word)));
        };
        let expectations =
            [(&case.fires, Truth::Holds), (&case.quiet, Truth::Fails), (&case.not_known, Truth::NotKnown)];
        let mut unknown = Vec::new();
        for (rules, wanted) in expectations {
            for id in rules {
                match truth_of.get(id.as_str()) {
                    None => unknown.push((id.clone(), "rule", did_you_mean(id, truth_of.keys().copied()))),
                    Some(truth) if *truth != wanted => {
                        fail(
                            id,
                            format!(
                                "`{id}` should {}, but it {}",
                                verb(wanted),
                                verb(*truth).replace("fire", "fires").replace("be ", "is ")
                            ),
                        );
                    }
                    Some(_) => {
                        let shown = Shown { truth: wanted, numbers: numbers.clone() };
                        self.shown.entry(id.clone()).or_default().push(shown);
                    }
                }
            }
        }
        let ids = || engine.pack().methods.iter().map(|m| m.id.as_str());
        let rank = |id: &str| advice.others.iter().find(|listed| listed.id == id).map(|listed| listed.rank);
        let is_excluded = |id: &str| advice.excluded.iter().any(|excluded| excluded.id == id);
        let named = case.above.iter().flat_map(|above| [&above.method, &above.than]);
        let named = named
            .chain(case.rank.iter().map(|rank| &rank.method))
            .chain(&case.excluded)
            .chain(&case.not_excluded);
        for id in named {
            if !ids().any(|known| known == id) {
                unknown.push((id.clone(), "method", did_you_mean(id, ids())));
            }
        }
        for above in &case.above {
            let (better, worse) = (rank(&above.method), rank(&above.than));
            if better.is_none_or(|better| worse.is_some_and(|worse| better > worse)) {
                let shown =
                    |rank: Option<usize>| rank.map_or("ruled out".to_owned(), |rank| format!("at {rank}"));
                fail(
                    &above.method,
                    format!(
                        "`{}` should stand above `{}`, but it is {} and the other {}",
                        above.method,
                        above.than,
                        shown(better),
                        shown(worse)
                    ),
                );
            }
        }
        for wanted in &case.rank {
            if rank(&wanted.method).is_none_or(|rank| rank > wanted.at_most) {
                let place = rank(&wanted.method).map_or("ruled out".to_owned(), |rank| format!("at {rank}"));
                fail(
                    &wanted.method,
                    format!(
                        "`{}` should stand at {} or better, but it is {place}",
                        wanted.method, wanted.at_most
                    ),
                );
            }
        }
        for id in case.excluded.iter().filter(|id| !is_excluded(id)) {
            fail(id, format!("`{id}` should be ruled out, but it is not"));
        }
        for id in case.not_excluded.iter().filter(|id| is_excluded(id)) {
            fail(id, format!("`{id}` should not be ruled out, but it is"));
        }
        for (id, what, near) in unknown {
            let message = format!("there is no {what} `{id}`");
            let help = if near.is_empty() {
                format!("the {what} may have another id now, or the loop does not reach it")
            } else {
                near.trim_end().to_owned()
            };
            self.report
                .diagnostics
                .push(Diagnostic::error(&code::CASE_UNKNOWN, message, help).with_label(label(&id)));
        }
    }

    fn coverage(&mut self) {
        let mut declarations: BTreeMap<&Place, Vec<&Rule>> = BTreeMap::new();
        for rule in &self.engine.pack().rules {
            declarations.entry(&rule.place).or_default().push(rule);
        }
        self.report.declarations = declarations.len();
        for (place, rules) in declarations {
            let shown = || rules.iter().flat_map(|rule| self.shown.get(&rule.id).into_iter().flatten());
            // What always holds cannot be shown quiet, and a curve that always applies cannot either.
            let constant = rules.iter().all(|rule| rule.when == Condition::always());
            let missing: Vec<&str> = [(Truth::Holds, "`fires`"), (Truth::Fails, "`quiet`")]
                .into_iter()
                .filter(|(wanted, _)| {
                    !(constant && *wanted == Truth::Fails) && !shown().any(|s| s.truth == *wanted)
                })
                .map(|(_, list)| list)
                .collect();
            let example = rules.first().map_or("", |rule| rule.id.as_str());
            let label = werkvorm_core::Label {
                file: place.file.clone(),
                line: place.line,
                column: 1,
                length: 1,
                text: String::new(),
            };
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
                    && sides.iter().all(|(number, below)| has(number, *below) && has(number, below + 1))
            });
            if bounded && !covered {
                let wanted: BTreeSet<String> = rules
                    .first()
                    .map(|rule| sides(&rule.when))
                    .unwrap_or_default()
                    .iter()
                    .map(|(number, below)| format!("{number} {below} and {}", below + 1))
                    .collect();
                let wanted: Vec<_> = wanted.into_iter().collect();
                let message = format!(
                    "the bounds of `{example}`, or of another rule declared here, are not shown on both sides"
                );
                let help = format!("add cases that name the rule with {}", wanted.join(", "));
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
            sides.extend(at_least.map(|n| (number.clone(), n - 1)));
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

fn verb(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "fire",
        Truth::Fails => "be quiet",
        Truth::NotKnown => "be not known",
    }
}
