//! `cargo xtask`: the only runner of this repository.

mod evaluate;
mod generate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Generate, check and evaluate")]
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
    /// Measures the advice on real projects, next to two plain alternatives.
    Evaluate {
        /// Shows the rank of every method that was used, case by case.
        #[arg(long)]
        cases: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Gen { check } => generate::run(check),
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

/// The top folder of the repository.
fn root() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).unwrap_or(folder).to_owned()
}
