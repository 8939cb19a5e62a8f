//! From sources to a pack: read the seeds, run the scripts, check everything, put it in order.
//!
//! The same sources give the same bytes, whatever the order of files, scripts and rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use werkvorm_core::{Diagnostic, Label, Pack, Rule, check, code, sort_diagnostics};

use crate::collect::Collector;
use crate::script;
use crate::seeds::{self, Seeds};
use crate::sources::Sources;

/// Builds a pack from seeds and rules.
///
/// # Errors
/// Every problem in every file.
pub fn build(sources: &Sources) -> Result<Pack, Vec<Diagnostic>> {
    finish(seeds::read(sources), sources)
}

/// Builds a pack from the seeds of another pack and rules of one's own.
///
/// # Errors
/// Every problem in every file.
pub fn build_with_rules(base: &Pack, sources: &Sources) -> Result<Pack, Vec<Diagnostic>> {
    let pack = Pack { rules: Vec::new(), hash: String::new(), ..base.clone() };
    finish(Seeds::of(pack), sources)
}

fn finish(seeds: Seeds, sources: &Sources) -> Result<Pack, Vec<Diagnostic>> {
    let Seeds { mut pack, places, mut found, unread } = seeds;
    let (rules, labels, problems) = run_scripts(&pack, sources);
    let scripts_stand = problems.is_empty();
    found.extend(problems.into_iter().filter(|problem| !unread.explains(problem)));
    pack.rules = rules;
    let about_rule =
        |problem: &Diagnostic| problem.labels.first().is_some_and(|label| label.file.starts_with("rules/"));
    // Nearly everything about a rule is said by the script already, nearer to the cause.
    let said = |problem: &Diagnostic| {
        !scripts_stand && problem.code != code::CONDITION_SIZE.id && about_rule(problem)
    };
    let problems = check(&pack).into_iter().filter(|problem| !said(problem) && !unread.explains(problem));
    found.extend(problems.map(|problem| at_rule(&labels, problem)));
    if found.is_empty() {
        pack.hash = content_hash(&pack);
        return Ok(pack);
    }
    let mut found = places.resolve(sources, found);
    sort_diagnostics(&mut found);
    Err(found)
}

/// The rules by id, the place of each, and what is wrong with the scripts.
fn run_scripts(pack: &Pack, sources: &Sources) -> (Vec<Rule>, BTreeMap<String, Label>, Vec<Diagnostic>) {
    let collector = Collector::new(Arc::new(pack.clone()));
    let engine = script::engine(&collector);
    for (file, source) in sources.below("rules/", ".rhai") {
        script::run(&engine, &collector, file, source);
    }
    let (declared, mut found) = collector.finish();
    let mut rules: BTreeMap<String, (Rule, Label)> = BTreeMap::new();
    for (rule, label) in declared {
        if let Some((_, first)) = rules.get(&rule.id) {
            let in_a_loop =
                (&first.file, first.line, first.column) == (&label.file, label.line, label.column);
            if in_a_loop {
                let message = format!("a loop gives the id `{}` to more than one rule", rule.id);
                let help = "end the id with what differs: `family/${method.id}` in backticks";
                found.push(Diagnostic::error(&code::DUPLICATE_RULE, message, help).with_label(label));
                continue;
            }
            let message = format!("the rule id `{}` is used twice", rule.id);
            let help = "give each rule its own id: an advice names the rules it rests on";
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
    let labels = rules.iter().map(|(id, (_, label))| (id.clone(), label.clone())).collect();
    (rules.into_values().map(|(rule, _)| rule).collect(), labels, found)
}

/// A problem of a rule is at the place where the rule is declared.
fn at_rule(labels: &BTreeMap<String, Label>, mut problem: Diagnostic) -> Diagnostic {
    for label in &mut problem.labels {
        let rule = label.file.strip_prefix("rules/").and_then(|item| {
            // What follows the id names a part of the rule.
            let mut ends = item.match_indices('/').map(|(at, _)| at).chain([item.len()]).rev();
            ends.find_map(|end| labels.get(item.get(..end)?))
        });
        if let Some(rule) = rule {
            *label = Label { text: String::new(), ..rule.clone() };
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
