//! `werkvorm ask`: the open questions that matter most, one by one; and all of them as a list.
//!
//! What is asked and said goes to standard error, so that standard output has the profile and nothing else.

use std::path::Path;

use clap::ArgMatches;
use werkvorm::{Engine, Profile, profile_to_toml};

use crate::command_line::quoted;
use crate::failure::{Failure, print, tell};
use crate::input::{ProfileInput, Start};
use crate::questions;
use crate::recommend::write_whole;
use crate::session::Session;
use crate::terminal::{paragraph, width};
use crate::what_if::{top, write};

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let (file, output) = (matches.get_one::<String>("profile"), matches.get_one::<String>("output"));
    let output = output.filter(|output| *output != "-");
    if matches.get_flag("list") {
        return list(start, matches);
    }
    if file.is_some_and(|file| file == "-") {
        let message = "standard input has your answers: give the profile as a file, or add `--list`";
        return Err(Failure::Misuse(message.into()));
    }
    if let Some(output) = output {
        // Better before the questions than after them.
        check_output(output, file, matches.get_flag("force"))?;
    }
    let input = ProfileInput::read(start, matches)?;
    input.judged(start.engine().ask(&input.profile, top(matches)))?;
    let answered = Session::new(start, &input.profile, top(matches)).run()?;
    let toml = toml(start.engine(), &answered)?;
    let Some(output) = output else { return print(&toml) };
    if let Err(failure) = write_whole(output, &toml) {
        // The answers are not lost.
        print(&toml)?;
        return Err(failure);
    }
    let blanks = [("file", output.to_owned()), ("command", format!("recommend {}", quoted(output)))];
    let text = start
        .texts()
        .fill("cli.ask-written", &blanks.each_ref().map(|(name, value)| (*name, value.as_str())));
    tell(&paragraph("", &text, width()));
    Ok(())
}

fn list(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let open = input.judged(start.engine().ask(&input.profile, top(matches)))?;
    let texts = start.texts();
    write(
        matches,
        &open,
        |format| werkvorm::render_questions(&open, &texts, format),
        || questions::list(&texts, &open, width()),
    )
}

/// A profile that somebody made is not replaced, unless it is the one that goes on or they say so.
fn check_output(output: &str, profile: Option<&String>, force: bool) -> Result<(), Failure> {
    let path = Path::new(output);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if ending.is_some_and(|ending| ["json", "yaml", "yml"].contains(&ending.as_str())) {
        let message = format!("the profile is written as TOML: let the name `{output}` end in `.toml`");
        return Err(Failure::Misuse(message));
    }
    let same = |file: &String| {
        let whole = |file: &Path| std::fs::canonicalize(file).ok();
        whole(Path::new(file)).is_some_and(|file| whole(path) == Some(file))
    };
    if path.is_file() && !force && !profile.is_some_and(same) {
        let message =
            format!("`{output}` is there already: add `--force` to replace it, or write to another file");
        return Err(Failure::Misuse(message));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() || folder.is_some_and(|folder| !folder.is_dir()) {
        let message = format!("cannot write `{output}`: there is no such folder, or it is a folder itself");
        return Err(Failure::World { message, source: None });
    }
    Ok(())
}

/// The profile in ids, as TOML.
fn toml(engine: &Engine, profile: &Profile) -> Result<String, Failure> {
    let profile = engine.changed(profile, &[]).map_err(Failure::content)?;
    profile_to_toml(&profile).map_err(|error| Failure::world("cannot write the profile", error))
}
