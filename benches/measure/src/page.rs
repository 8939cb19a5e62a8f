//! The page `docs/SPEED.md`: what criterion measured, as tables between two marks.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::plot::{grouped, root};

/// The columns: rounds of the bench, and what stands above and below the tables about them.
const ROUNDS: [(&str, &str); 4] = [
    ("600", "600 rules"),
    ("20000", "20,000 rules"),
    ("20000_few-out", "20,000 rules, few rule out"),
    ("200000", "200,000 rules"),
];
/// How many profiles the bench of a batch asks at once.
const BATCH: f64 = 512.0;
/// The rows of the tables: the name on the page, and the benches of which the fastest counts, when a method is left
/// at the first rule that rules it out, and when every rule is judged. Whoever knows no rules by themselves has the
/// same bench twice.
const ROWS: [(&str, &[&str], &str, Kind); 8] = [
    ("tree walk over texts", &["tree"], "tree-every", Kind::Ours),
    ("`rhai`, a function per rule", &["rhai-words", "rhai-flags"], "rhai-every", Kind::Other),
    ("`cel`, a program per rule", &["cel-words", "cel-flags"], "cel-every", Kind::Other),
    (
        "`datalogic-rs`, JSON Logic per rule",
        &["datalogic-words", "datalogic-flags"],
        "datalogic-every",
        Kind::Other,
    ),
    ("`zen-expression`, an expression per rule", &["zen-words", "zen-flags"], "zen-every", Kind::Other),
    ("`zen-engine`, one decision table", &["zen-table"], "zen-table", Kind::Other),
    ("bitmaps by hand", &["by-hand"], "by-hand", Kind::Ours),
    ("Werkvorm", &["werkvorm"], "werkvorm", Kind::Werkvorm),
];
/// Werkvorm asked in another way.
const OTHERWISE: [(&str, &str); 2] = [
    ("Werkvorm, the profile read each time", "werkvorm-unread"),
    ("Werkvorm, 512 profiles together, without the rules", "werkvorm-batch"),
];
const PACKAGES: [&str; 5] = ["cel", "datalogic-rs", "rhai", "zen-engine", "zen-expression"];
const BEGIN: &str = "<!-- begin of what `page` writes -->\n";
const END: &str = "<!-- end of what `page` writes -->\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Werkvorm,
    Other,
    Ours,
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Microseconds per profile, if it was measured.
fn measured(round: &str, bench: &str) -> Option<f64> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| here().join("target"), PathBuf::from);
    let path = target.join(format!("criterion/peers_{round}/{bench}/new/estimates.json"));
    let estimates: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64()?;
    Some(nanoseconds / 1000.0 / if bench == "werkvorm-batch" { BATCH } else { 1.0 })
}

fn fastest(round: &str, benches: &[&str]) -> Option<f64> {
    benches.iter().filter_map(|bench| measured(round, bench)).min_by(f64::total_cmp)
}

/// Two or three digits are all that a noisy machine can give.
fn rounded(value: f64) -> String {
    let digits = match value {
        ..0.1 => 2,
        ..10.0 => 1,
        _ => 0,
    };
    let scale = if value >= 1000.0 {
        100.0
    } else if value >= 200.0 {
        10.0
    } else {
        1.0
    };
    if scale > 1.0 { grouped((value / scale).round() * scale) } else { format!("{value:.digits$}") }
}

fn version(package: &str) -> String {
    let lock = fs::read_to_string(here().join("Cargo.lock")).unwrap_or_default();
    let after = lock.split(&format!("name = \"{package}\"\nversion = \"")).nth(1).unwrap_or("?\"");
    after.split('"').next().unwrap_or("?").to_owned()
}

/// A figure, and how many times as fast as the tree walk that is.
fn cell(own: Option<f64>, tree: Option<f64>) -> String {
    match own.zip(tree) {
        Some((own, tree)) => format!("{} ({}×)", rounded(own), rounded(tree / own)),
        None => "–".to_owned(),
    }
}

/// A table, and how far the other engines are behind.
fn table(every: bool) -> String {
    let benches = |row: usize| if every { std::slice::from_ref(&ROWS[row].2) } else { ROWS[row].1 };
    let mut page = "| microseconds per profile |".to_owned();
    page.extend(ROUNDS.map(|(_, heading)| format!(" {heading} |")));
    page += "\n| --- | --- | --- | --- | --- |\n";
    for (row, (name, ..)) in ROWS.iter().enumerate() {
        let cells = ROUNDS.map(|(round, _)| cell(fastest(round, benches(row)), fastest(round, benches(0))));
        let _ = writeln!(page, "| {name} | {} |", cells.join(" | "));
    }
    if !every {
        for (name, bench) in OTHERWISE {
            let cells = ROUNDS.map(|(round, _)| cell(measured(round, bench), fastest(round, benches(0))));
            let _ = writeln!(page, "| {name} | {} |", cells.join(" | "));
        }
    }
    page += "\n";
    for (round, heading) in ROUNDS {
        let of = |kind: Kind| {
            let rows = ROWS.iter().enumerate().filter(move |(_, row)| row.3 == kind);
            let figures = rows.filter_map(|(at, row)| Some((fastest(round, benches(at))?, row.0)));
            figures.min_by(|one, two| one.0.total_cmp(&two.0))
        };
        if let Some(((other, name), (own, _))) = of(Kind::Other).zip(of(Kind::Werkvorm)) {
            let times = rounded(other / own);
            let _ = writeln!(
                page,
                "At {heading}, Werkvorm is {times} times as fast as the fastest other engine ({name})."
            );
        }
    }
    page
}

/// Everything between the two marks.
fn tables() -> String {
    let versions = PACKAGES.map(|package| format!("`{package}` {}", version(package)));
    [
        "Between brackets stands how many times as fast as the tree walk.".to_owned(),
        "In this table a method that is ruled out is left at once, by those that can:\n".to_owned(),
        table(false),
        "In this table the others judge every rule, also about methods that are ruled out:\n".to_owned(),
        table(true),
        format!("Versions: {}.\n", versions.join(", ")),
    ]
    .join("\n")
}

/// Puts the tables into the page.
pub fn write() {
    let path: &Path = &root().join("docs/SPEED.md");
    let page = fs::read_to_string(path).expect("docs/SPEED.md is there");
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.expect("docs/SPEED.md has the two marks");
    fs::write(path, format!("{before}{BEGIN}{}{END}{after}", tables())).expect("the page can be written");
}
