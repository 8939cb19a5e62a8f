//! `werkvorm schema NAME`: the JSON Schemas of the contracts.

use clap::ArgMatches;

use crate::cards;
use crate::failure::Failure;
use crate::input::Start;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("name").map_or("profile", String::as_str);
    cards::json(&werkvorm::schema(name, start.engine().pack()))
}
