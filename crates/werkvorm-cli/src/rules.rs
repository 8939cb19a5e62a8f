//! `werkvorm rules check|test|build`: the tools of rule authors.

use clap::ArgMatches;
use serde_json::json;
use werkvorm::rules::{Sources, run_cases};
use werkvorm::{Engine, Pack, pack_to_binary};

use crate::failure::{Failure, print, print_bytes};
use crate::input::{build_folder, texts_of};
use crate::recommend::write_whole;

pub(crate) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let folder = matches.get_one::<String>("folder").map_or(".", String::as_str);
    // `build` has no formats: what it writes is always a pack.
    let is_json =
        name != "build" && matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let (pack, sources) = build_folder(folder)?;
    match name {
        "check" if is_json => print(&format!(
            "{:#}\n",
            json!({ "problems": [], "methods": pack.methods.len(), "rules": pack.rules.len() })
        )),
        "check" => {
            print(&format!("{} methods, {} rules, no problems\n", pack.methods.len(), pack.rules.len()))
        }
        "test" => test(pack, &sources, is_json),
        _ => {
            let written = if matches.get_flag("binary") {
                pack_to_binary(&pack).map_err(|problem| Failure::content(vec![problem]))?
            } else {
                let json = serde_json::to_string(&pack)
                    .map_err(|error| Failure::world("cannot write the pack", error))?;
                (json + "\n").into_bytes()
            };
            match matches.get_one::<String>("output") {
                Some(file) if file != "-" => write_whole(file, written),
                _ => print_bytes(&written),
            }
        }
    }
}

fn test(pack: Pack, sources: &Sources, is_json: bool) -> Result<(), Failure> {
    let engine = Engine::new(pack).map_err(Failure::content)?;
    let report = run_cases(&engine, sources);
    if is_json {
        let json = json!({ "passed": report.passed, "failed": report.failed, "declarations": report.declarations, "problems": report.diagnostics });
        print(&format!("{json:#}\n"))?;
        return if report.diagnostics.is_empty() { Ok(()) } else { Err(Failure::Reported) };
    }
    print(&format!(
        "{} cases passed, {} failed, for {} rule declarations\n",
        report.passed, report.failed, report.declarations
    ))?;
    if report.diagnostics.is_empty() {
        return Ok(());
    }
    Err(Failure::Content { problems: report.diagnostics, texts: texts_of(sources) })
}
