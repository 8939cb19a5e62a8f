//! The command `werkvorm`: advice on participation methods, and the tools for rule authors.
//!
//! Exit codes: 0 all is well; 2 wrong content, in a profile, a pack, rules or the command line itself; 1 a
//! world that does not cooperate: a file that is not there, a disk that is full.

mod arguments;
mod ask;
mod batch;
#[cfg(feature = "arrow")]
mod batch_columns;
mod batch_input;
mod batch_job;
#[cfg(feature = "arrow")]
mod batch_table;
mod cards;
mod changes;
mod command_line;
mod compare;
mod completions;
mod explain;
mod failure;
mod guidance;
mod input;
mod plan;
mod problems;
mod questions;
mod recipe;
mod recommend;
mod robustness;
mod rules;
mod schema;
mod session;
mod sweep;
mod terminal;
mod turn;
mod vocabulary;
mod what_if;
mod what_if_arguments;

use std::ffi::OsString;
use std::process::ExitCode;

use failure::Failure;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(command_line::flag(&arguments, "--format").as_deref() == Some("json")),
    }
}

fn run(arguments: &[OsString]) -> Result<(), Failure> {
    // The flags are the questions of the pack, so the pack comes first.
    let start = input::Start::read(arguments)?;
    let command = arguments::command(&start);
    let matches = match command.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return Err(Failure::Usage(error)),
    };
    let (name, matches) = matches.subcommand().unwrap_or(("", &matches));
    match name {
        "recommend" => recommend::run(&start, matches),
        "explain" => explain::run(&start, matches),
        "recipe" => recipe::run(&start, matches),
        "compare" => compare::run(&start, matches),
        "sweep" => sweep::run(&start, matches),
        "turn" => turn::run(&start, matches),
        "ask" => ask::run(&start, matches),
        "robustness" => robustness::run(&start, matches),
        "plan" => plan::run(&start, matches),
        "batch" => batch::run(&start, matches),
        "guidelines" => guidance::guidelines(&start, matches),
        "examples" => guidance::examples(&start, matches),
        "methods" => cards::list(&start, matches),
        "method" => cards::one(&start, matches),
        "vocabulary" => vocabulary::run(&start, matches),
        "schema" => schema::run(&start, matches),
        "completions" => completions::run(&start, matches),
        "rules" => rules::run(matches),
        _ => Ok(()),
    }
}
