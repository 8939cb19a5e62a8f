//! `cargo xtask`: the only runner of this repository.

mod evaluate;
mod generate;
mod scaffold;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Generate, begin and evaluate")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the generated files: the built-in pack, the JSON Schemas, the catalogues.
    Gen {
        /// Only checks that the files are as they would be generated.
        #[arg(long)]
        check: bool,
    },
    /// Begins something new: a file with blanks that `rules check` names.
    New {
        #[command(subcommand)]
        what: New,
    },
    /// Measures the advice on real projects, next to two plain alternatives.
    Evaluate {
        /// Shows the rank of every method that was used, case by case.
        #[arg(long)]
        cases: bool,
    },
}

#[derive(Subcommand)]
enum New {
    /// A rule with its cases, such as `context/child-care`.
    Rule {
        /// The folder in `rules/`, a slash, and the situation in a few words with hyphens.
        name: String,
    },
    /// A value of the facet `trait`, such as `night-work`.
    Trait {
        /// The trait in a few English words with hyphens.
        name: String,
    },
    /// The card of a method, such as `digitale-werkplaats`.
    Method {
        /// The Dutch name in lower case with hyphens.
        name: String,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Gen { check } => generate::run(check),
        Task::New { what } => begin(&what),
        Task::Evaluate { cases } => evaluate::run(cases),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin(what: &New) -> Result<(), Box<dyn std::error::Error>> {
    let (kind, name) = match what {
        New::Rule { name } => (scaffold::Kind::Rule, name),
        New::Trait { name } => (scaffold::Kind::Trait, name),
        New::Method { name } => (scaffold::Kind::Method, name),
    };
    for path in scaffold::new(&root(), kind, name)? {
        println!("wrote {path}");
    }
    println!("now `cargo run -- rules check` names what to fill in; CONTRIBUTING.md has an example");
    Ok(())
}

/// The top folder of the repository.
fn root() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).unwrap_or(folder).to_owned()
}
