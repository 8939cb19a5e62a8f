//! The command lines of what-if: compare, sweep, turn, ask, robustness and plan.

use clap::{Arg, ArgAction, Command, value_parser};
use werkvorm::{DEFAULT_CHANGES, MAX_CHANGES, MAX_STEPS_PER_PHASE};

use crate::arguments::{Words, format, method, output, profile, questions, top};
use crate::input::Start;

const DOCUMENTS: [&str; 4] = ["text", "json", "markdown", "html"];

pub(crate) fn commands(start: &Start) -> [Command; 6] {
    [compare(start), sweep(start), turn(start), ask(start), robustness(start), plan(start)]
}

fn command(start: &Start, name: &'static str) -> Command {
    Command::new(name).about(start.texts().get(&format!("about.{name}")))
}

/// A flag with a value, explained by the text with its name.
fn flag(start: &Start, name: &'static str, value: &'static str) -> Arg {
    let help = start.texts().get(&format!("option.{name}"));
    Arg::new(name).long(name).value_name(value).help(help)
}

fn alone(start: &Start, name: &'static str) -> Arg {
    let help = start.texts().get(&format!("option.{name}"));
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn compare(start: &Start) -> Command {
    let texts = start.texts();
    let heading = texts.get("cli.changes");
    let change =
        |name, value| flag(start, name, value).action(ArgAction::Append).help_heading(heading.clone());
    let profiles =
        Arg::new("profiles").value_name("PROFILE").num_args(0..).help(texts.get("option.profiles"));
    command(start, "compare")
        .after_help(texts.get("option.answers"))
        .arg(profiles)
        .arg(top(start, "option.top-each"))
        .arg(format(start, &DOCUMENTS))
        .arg(output(start))
        .arg(change("set", "QUESTION=VALUE,..."))
        .arg(change("add", "QUESTION=VALUE"))
        .arg(change("remove", "QUESTION=VALUE"))
        .arg(change("unset", "QUESTION"))
        .arg(change("set-weight", "CRITERION=0..5"))
}

fn sweep(start: &Start) -> Command {
    let ids = questions(start.engine().pack()).into_iter().map(|question| question.id.to_owned()).collect();
    let number = |name| flag(start, name, "N").value_parser(value_parser!(i64)).allow_negative_numbers(true);
    command(start, "sweep")
        .after_help(start.texts().get("option.answers"))
        .arg(flag(start, "over", "QUESTION").value_parser(Words(ids)).hide_possible_values(true))
        .arg(number("from").requires("over").requires("to"))
        .arg(number("to").requires("from"))
        .arg(number("step").requires("from"))
        .arg(top(start, "option.top-counts"))
        .arg(format(start, &["text", "json", "csv", "markdown", "html", "svg"]))
        .arg(output(start))
        .args(profile(start))
}

fn turn(start: &Start) -> Command {
    let most = i64::try_from(MAX_CHANGES).unwrap_or(i64::MAX);
    command(start, "turn")
        .after_help(start.texts().get("option.answers"))
        .arg(method(start))
        .arg(alone(start, "out"))
        .arg(
            flag(start, "changes", "1..3")
                .value_parser(value_parser!(u16).range(1..=most))
                .default_value(DEFAULT_CHANGES.to_string()),
        )
        .arg(top(start, "option.top-counts"))
        .arg(format(start, &DOCUMENTS))
        .arg(output(start))
        .args(profile(start))
}

fn ask(start: &Start) -> Command {
    let texts = start.texts();
    command(start, "ask")
        .after_help(texts.get("option.answers"))
        .arg(alone(start, "list"))
        .arg(top(start, "option.top-counts"))
        .arg(format(start, &DOCUMENTS).requires("list"))
        .arg(output(start).help(texts.get("option.output-profile")))
        .arg(alone(start, "force"))
        .args(profile(start))
}

fn robustness(start: &Start) -> Command {
    command(start, "robustness")
        .after_help(start.texts().get("option.answers"))
        .arg(format(start, &DOCUMENTS))
        .arg(output(start))
        .args(profile(start))
}

fn plan(start: &Start) -> Command {
    let most = i64::try_from(MAX_STEPS_PER_PHASE).unwrap_or(i64::MAX);
    command(start, "plan")
        .after_help(start.texts().get("option.answers"))
        .arg(flag(start, "steps", "1..3").value_parser(value_parser!(u16).range(1..=most)))
        .arg(format(start, &DOCUMENTS))
        .arg(output(start))
        .args(profile(start))
}
