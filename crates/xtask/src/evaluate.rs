//! How good is the advice? Measured on real projects: which methods they used, and where we rank those.
//!
//! The profiles are translations of each project's context alone (`tests/reference-cases.toml`). Beside the
//! advice stand two plain alternatives: always recommending the methods that the *other* projects used most,
//! and a random order.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use serde::Deserialize;
use werkvorm::{Profile, builtin};

use crate::root;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[expect(dead_code, reason = "for people who read the file")]
    url: String,
    title: String,
    used: Vec<String>,
    profile: Profile,
}

/// Where the methods that a project used stand in an order of methods.
struct Measured {
    hits: [f64; 4],
    reciprocal_rank: f64,
    recall_at_5: f64,
}

const HITS_AT: [usize; 4] = [1, 3, 5, 10];

/// Prints the figures.
pub(crate) fn run(show_cases: bool) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(root().join("tests/reference-cases.toml"))?;
    let cases = toml::from_str::<CaseFile>(&text)?.cases;
    let methods: Vec<&str> = builtin().pack().methods.iter().map(|method| method.id.as_str()).collect();
    let mut advice = Vec::new();
    let mut popular = Vec::new();
    let mut random = Vec::new();
    for case in &cases {
        let answer = builtin().recommend_top(&case.profile, 0).map_err(|problems| {
            let problems: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
            format!("{}: {}", case.id, problems.join("; "))
        })?;
        let order: Vec<&str> = answer.others.iter().map(|listed| listed.id).collect();
        let ranks = ranks(&order, &case.used);
        if show_cases {
            let shown: Vec<_> = case
                .used
                .iter()
                .zip(&ranks)
                .map(|(id, rank)| format!("{id} {}", rank.map_or("-".into(), |r| r.to_string())))
                .collect();
            println!(
                "{:<8} {:<70} {}",
                case.id,
                case.title.chars().take(70).collect::<String>(),
                shown.join(", ")
            );
        }
        advice.push(measure(&ranks));
        popular.push(measure(&self::ranks(&most_used(&cases, &case.id, &methods), &case.used)));
        random.push(at_random(case.used.len(), methods.len()));
    }
    println!("{} real projects, {} methods\n", cases.len(), methods.len());
    println!(
        "{:<34} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}",
        "", "hit@1", "hit@3", "hit@5", "hit@10", "MRR", "recall@5"
    );
    for (name, figures) in
        [("advice", &advice), ("most used by the other projects", &popular), ("random order", &random)]
    {
        let mean = |of: &dyn Fn(&Measured) -> f64| figures.iter().map(of).sum::<f64>() / figures.len() as f64;
        let [h1, h3, h5, h10] = [0, 1, 2, 3].map(|at| mean(&|m: &Measured| m.hits[at]));
        println!(
            "{name:<34} {h1:>7.2} {h3:>7.2} {h5:>7.2} {h10:>7.2} {:>7.2} {:>9.2}",
            mean(&|m| m.reciprocal_rank),
            mean(&|m| m.recall_at_5)
        );
    }
    Ok(())
}

fn ranks(order: &[&str], used: &[String]) -> Vec<Option<usize>> {
    used.iter().map(|id| order.iter().position(|other| other == id).map(|at| at + 1)).collect()
}

fn measure(ranks: &[Option<usize>]) -> Measured {
    let best = ranks.iter().flatten().min();
    let within = |k: usize| ranks.iter().flatten().filter(|rank| **rank <= k).count();
    Measured {
        hits: HITS_AT.map(|k| f64::from(u8::from(within(k) > 0))),
        reciprocal_rank: best.map_or(0.0, |rank| 1.0 / *rank as f64),
        recall_at_5: within(5) as f64 / ranks.len().max(1) as f64,
    }
}

/// All methods by how many of the other projects used them; ties by id.
fn most_used<'m>(cases: &[Case], except: &str, methods: &[&'m str]) -> Vec<&'m str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in cases.iter().filter(|case| case.id != except).flat_map(|case| &case.used) {
        *counts.entry(id).or_default() += 1;
    }
    let mut order = methods.to_vec();
    order.sort_by_key(|id| (std::cmp::Reverse(counts.get(id).copied().unwrap_or(0)), *id));
    order
}

/// What to expect of a random order: exact, not sampled.
fn at_random(used: usize, methods: usize) -> Measured {
    // The chance that none of the used methods is among the first k of n.
    let missed = |k: usize| {
        (0..used).map(|i| (methods - k).saturating_sub(i) as f64 / (methods - i) as f64).product::<f64>()
    };
    let first_at = |rank: usize| missed(rank - 1) - missed(rank);
    Measured {
        hits: HITS_AT.map(|k| 1.0 - missed(k)),
        reciprocal_rank: (1..=methods).map(|rank| first_at(rank) / rank as f64).sum(),
        recall_at_5: 5.0 / methods as f64,
    }
}
