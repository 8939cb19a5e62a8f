//! `werkvorm completions SHELL`: completion scripts for the flags of the pack in use.

use clap::ArgMatches;
use clap_complete::Shell;

use crate::failure::{Failure, print};
use crate::input::Start;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let shell = matches.get_one::<Shell>("shell").copied().unwrap_or(Shell::Bash);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::arguments::command(start), "werkvorm", &mut script);
    print(&String::from_utf8_lossy(&script))
}
