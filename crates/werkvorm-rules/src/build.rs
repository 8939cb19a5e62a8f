//! From sources to a pack: read the seeds, run the scripts, check everything, put it in order.
//!
//! The same sources give the same bytes, whatever the order of files, scripts and rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use werkvorm_core::{Diagnostic, Pack, Rule, check, code, sort_diagnostics};

use crate::collect::Collector;
use crate::script::{self, MAX_RULES};
use crate::seeds::{self, Places};
use crate::sources::Sources;

/// Builds a pack from seeds and rules.
///
/// # Errors
/// Every problem in every file.
pub fn build(sources: &Sources) -> Result<Pack, Vec<Diagnostic>> {
    let (pack, places, found) = seeds::read(sources);
    finish(pack, &places, found, sources)
}

/// Builds a pack from the seeds of another pack and rules of one's own.
///
/// # Errors
/// Every problem in every file.
pub fn build_with_rules(base: &Pack, sources: &Sources) -> Result<Pack, Vec<Diagnostic>> {
    let pack = Pack { rules: Vec::new(), hash: String::new(), ..base.clone() };
    finish(pack, &Places::default(), Vec::new(), sources)
}

fn finish(
    mut pack: Pack,
    places: &Places,
    mut found: Vec<Diagnostic>,
    sources: &Sources,
) -> Result<Pack, Vec<Diagnostic>> {
    let (rules, problems) = run_scripts(&pack, sources);
    found.extend(problems);
    pack.rules = rules;
    pack.rules.sort_by(|a, b| a.id.cmp(&b.id));
    let problems = check(&pack).into_iter().filter(|problem| !is_known(problem, &found));
    let located: Vec<_> = problems.map(|problem| places.resolve(sources, at_rule(&pack, problem))).collect();
    found.extend(located);
    if found.is_empty() {
        pack.hash = content_hash(&pack);
        return Ok(pack);
    }
    sort_diagnostics(&mut found);
    Err(found)
}

fn run_scripts(pack: &Pack, sources: &Sources) -> (Vec<Rule>, Vec<Diagnostic>) {
    let collector = Collector::new(Arc::new(pack.clone()));
    let engine = script::engine(&collector);
    for (file, source) in sources.below("rules/", ".rhai") {
        script::run(&engine, &collector, file, source);
    }
    let (declared, mut found) = collector.finish();
    let mut rules: BTreeMap<String, (Rule, werkvorm_core::Label)> = BTreeMap::new();
    if declared.len() > MAX_RULES {
        let message = format!("the scripts declare {} rules", declared.len());
        let help = format!("at most {MAX_RULES} rules fit in a pack");
        found.push(Diagnostic::error(&code::SCRIPT_LIMIT, message, help));
        return (Vec::new(), found);
    }
    for (rule, label) in declared {
        if let Some((_, first)) = rules.get(&rule.id) {
            let message = format!("the rule id `{}` is used twice", rule.id);
            let help =
                "give each rule its own id; in a loop, end it with `/${method.id}` and what else differs";
            let mut second = label.clone();
            second.text = "again here".to_owned();
            let mut first = first.clone();
            first.text = "first here".to_owned();
            found.push(
                Diagnostic::error(&code::DUPLICATE_RULE, message, help).with_label(second).with_label(first),
            );
            continue;
        }
        rules.insert(rule.id.clone(), (rule, label));
    }
    (rules.into_values().map(|(rule, _)| rule).collect(), found)
}

/// The script already said so, nearer to the cause: a problem of a rule when scripts have problems.
fn is_known(problem: &Diagnostic, found: &[Diagnostic]) -> bool {
    let about_rule = problem.labels.first().is_some_and(|label| label.file.starts_with("rules/"));
    about_rule && found.iter().any(|other| other.code >= "WV02" && other.code < "WV04")
}

/// A problem of a rule is at the place where the rule is declared.
fn at_rule(pack: &Pack, mut problem: Diagnostic) -> Diagnostic {
    for label in &mut problem.labels {
        let rule =
            label.file.strip_prefix("rules/").and_then(|id| pack.rules.iter().find(|rule| rule.id == id));
        if let Some(rule) = rule {
            label.file.clone_from(&rule.place.file);
            label.line = rule.place.line;
            label.column = 1;
            label.length = 1;
        }
    }
    problem
}

/// `sha256:` and the hash over the pack as JSON without its hash.
#[must_use]
pub fn content_hash(pack: &Pack) -> String {
    let bare = Pack { hash: String::new(), ..pack.clone() };
    // A pack is plain data with text keys; turning it into JSON cannot fail.
    let json = serde_json::to_vec(&bare).unwrap_or_default();
    let digest = Sha256::digest(&json);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
