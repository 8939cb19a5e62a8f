//! `cargo xtask new`: the first lines of a rule, a trait or a method, with blanks that `rules check` names.
//!
//! Nothing is ever overwritten. The blanks are mistakes on purpose (`which-document` is no document, an empty
//! text has no words), so that what is left open is reported, and never ends up in an advice.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// The folders of `rules/`: one for each criterion, and those for single methods and for guidelines.
const FOLDERS: [&str; 6] = ["context", "goal", "guidelines", "methods", "phase", "target-group"];
/// The file of the facet `trait`.
const TRAITS: &str = "seeds/vocabulary/traits.toml";

/// What can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A rule file with its cases.
    Rule,
    /// A value of the facet `trait`.
    Trait,
    /// The card of a method.
    Method,
}

/// Writes the beginning of something new below `root`, and gives the paths that were written.
///
/// # Errors
/// When the name is not an id, or something of that name is there already.
pub(crate) fn new(root: &Path, kind: Kind, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    match kind {
        Kind::Rule => rule(root, name),
        Kind::Trait => value(root, name),
        Kind::Method => method(root, name),
    }
}

fn rule(root: &Path, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let folders = FOLDERS.join(", ");
    let Some((folder, id)) = name.split_once('/').filter(|(folder, _)| FOLDERS.contains(folder)) else {
        return Err(format!(
            "say in which folder of `rules/` the rule belongs, as in `context/{}`: {folders}",
            last(name)
        )
        .into());
    };
    check_id(id)?;
    let scripts = format!("rules/{folder}/{id}.rhai");
    let cases = format!("rules/{folder}/{id}.cases.toml");
    if let Some(there) = [&scripts, &cases].into_iter().find(|path| root.join(path).exists()) {
        return Err(format!("`{there}` is there already: add the rule to it, or choose another name").into());
    }
    create(root, &scripts, &SCRIPT.replace("NAME", id))?;
    create(root, &cases, &CASES.replace("NAME", id))?;
    Ok(vec![scripts, cases])
}

fn value(root: &Path, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    check_id(name)?;
    let file = root.join(TRAITS);
    let text = fs::read_to_string(&file)?;
    if text.lines().any(|line| line == format!("id = \"{name}\"")) {
        return Err(format!("`{TRAITS}` has `{name}` already").into());
    }
    let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
    let mut file = OpenOptions::new().append(true).open(file)?;
    file.write_all((gap.to_owned() + &VALUE.replace("NAME", name)).as_bytes())?;
    Ok(vec![TRAITS.to_owned()])
}

fn method(root: &Path, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    check_id(name)?;
    let card = format!("seeds/methods/{name}.toml");
    if root.join(&card).exists() {
        return Err(format!("`{card}` is there already").into());
    }
    create(root, &card, &CARD.replace("NAME", name))?;
    Ok(vec![card])
}

/// Makes a file that is not there yet.
fn create(root: &Path, path: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(root.join(path))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

fn check_id(name: &str) -> Result<(), Box<dyn Error>> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(good) {
        return Ok(());
    }
    Err(format!("`{name}` is not a good name: use lower-case letters, digits and hyphens").into())
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

const SCRIPT: &str = r#"// What this file is about, and what the source says about it.
//
// One rule for many methods: put a loop around it, such as `for method in methods_asking("reading") { … }`, write
// `method: method`, and let the id end with the method: rule(`NAME/${method.id}`, #{ … }).

rule("NAME", #{
    title:   text("", ""),
    method:  "which-method",
    when:    trait.has("which-value"),
    points:  0,
    because: text("",
                  ""),
    source:  cite("which-document", "1.1"),
});
"#;

const CASES: &str = r#"[[case]]
name = "A sentence about people for whom the rule holds"
profile = { trait = ["which-value"] }
fires = ["NAME"]

[[case]]
name = "A sentence about people for whom it does not"
profile = { trait = ["which-value"] }
quiet = ["NAME"]
"#;

const VALUE: &str = r#"[[facet.value]]
id = "NAME"
label = { nl = "", en = "" }
help = { nl = "", en = "" }
aliases = []
sources = [{ document = "which-document", section = "1.1" }]
"#;

const CARD: &str = r#"id = "NAME"
name = { nl = "", en = "" }
aliases = []
# True when the sources do not say to which category the method belongs.
category_assigned = false
what = { nl = "", en = "" }
when = { nl = "", en = "" }
with_whom = { nl = "", en = "" }
steps = [
  { nl = "", en = "" },
]
sources = [
  { document = "which-document", section = "1.1" },
]

# Only what a source says; take out what it does not: that stays unknown. `werkvorm vocabulary` lists the values.
[facets]
goal = []
phase = []
role = []
category = ["which-category"]
mode = ["which-mode"]
demand = ["which-demand"]
offer = ["which-offer"]
need = ["which-need"]

# A number, or a value with a source of its own, is a fact:
# [[facts]]
# number = "group_size"
# min = 6
# max = 12
# source = { document = "which-document", section = "1.1" }
"#;
