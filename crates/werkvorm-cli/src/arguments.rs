//! The command line. The questions of the pack are its flags, so that a pack brings its own command line.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};
use werkvorm::{About, DEFAULT_TOP, SCHEMAS};

use crate::input::Start;

/// The whole command, with the flags of the pack in use and help in the language in use.
pub(crate) fn command(start: &Start) -> Command {
    let texts = start.texts();
    let about = |name: &str| texts.get(&format!("about.{name}"));
    let profile = || {
        [Arg::new("profile").value_name("PROFILE").help(texts.get("option.profile"))]
            .into_iter()
            .chain(questions(start))
            .chain([Arg::new("weight")
                .long("weight")
                .value_name("CRITERION=0..5")
                .action(ArgAction::Append)
                .help(texts.get("option.weight"))])
    };
    let output =
        || Arg::new("output").long("output").short('o').value_name("FILE").help(texts.get("option.output"));
    let recommend = Command::new("recommend")
        .about(about("recommend"))
        .arg(
            Arg::new("top")
                .long("top")
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..))
                .default_value(DEFAULT_TOP.to_string())
                .help(texts.get("option.top")),
        )
        .arg(format(start, &["text", "json", "markdown", "html"]))
        .arg(output())
        .args(profile());
    let explain = Command::new("explain")
        .about(about("explain"))
        .arg(Arg::new("method").value_name("METHOD").required(true).help(texts.get("label.method")))
        .arg(format(start, &["text", "json"]))
        .args(profile());
    let methods = Command::new("methods").about(about("methods")).arg(format(start, &["text", "json"]));
    let method = Command::new("method")
        .about(about("method"))
        .arg(Arg::new("method").value_name("METHOD").required(true).help(texts.get("label.method")))
        .arg(format(start, &["text", "json"]));
    let vocabulary = Command::new("vocabulary")
        .about(about("vocabulary"))
        .arg(Arg::new("question").value_name("QUESTION").help(texts.get("option.question")))
        .arg(format(start, &["text", "json"]));
    let schema = Command::new("schema").about(about("schema")).arg(
        Arg::new("name")
            .value_name("NAME")
            .value_parser(PossibleValuesParser::new(SCHEMAS))
            .default_value("profile"),
    );
    let completions = Command::new("completions").about(about("completions")).arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(clap_complete::Shell)),
    );
    let folder = || Arg::new("folder").value_name("DIR").default_value(".").help(texts.get("option.rules"));
    let rules = Command::new("rules")
        .about(about("rules"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("check")
                .about(about("rules-check"))
                .arg(folder())
                .arg(format(start, &["text", "json"])),
        )
        .subcommand(
            Command::new("test")
                .about(about("rules-test"))
                .arg(folder())
                .arg(format(start, &["text", "json"])),
        )
        .subcommand(Command::new("build").about(about("rules-build")).arg(folder()).arg(output()));
    Command::new("werkvorm")
        .about(about("app"))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("lang")
                .long("lang")
                .global(true)
                .value_name("LANG")
                .value_parser(["nl", "en"])
                .help(texts.get("option.lang")),
        )
        .arg(Arg::new("rules").long("rules").global(true).value_name("DIR").help(texts.get("option.rules")))
        .arg(Arg::new("pack").long("pack").global(true).value_name("FILE").help(texts.get("option.pack")))
        .subcommands([recommend, explain, methods, method, vocabulary, schema, rules, completions])
}

fn format(start: &Start, formats: &[&'static str]) -> Arg {
    let help = start.texts().fill("option.format", &[("formats", &formats.join(", "))]);
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(formats.iter().copied()))
        .hide_possible_values(true)
        .default_value("text")
        .help(help)
}

/// One flag for each question a profile can answer; values are checked by the engine, with suggestions.
fn questions(start: &Start) -> Vec<Arg> {
    let texts = start.texts();
    let pack = start.engine().pack();
    let heading = texts.get("heading.profile");
    let flag = |id: &str| id.replace('_', "-");
    let facets = pack.facets.iter().filter(|facet| facet.about.contains(&About::Profile)).map(|facet| {
        let action = if facet.takes_one() { ArgAction::Set } else { ArgAction::Append };
        let help = facet.question.as_ref().map(|question| texts.of(question).to_owned()).unwrap_or_default();
        let arg =
            Arg::new(facet.id.clone()).long(flag(&facet.id)).value_name("VALUE").action(action).help(help);
        if facet.takes_one() { arg } else { arg.value_delimiter(',') }
    });
    let numbers = pack.numbers.iter().filter(|number| number.about.contains(&About::Profile)).map(|number| {
        let help = number.question.as_ref().map(|question| texts.of(question).to_owned()).unwrap_or_default();
        Arg::new(number.id.clone())
            .long(flag(&number.id))
            .value_name("NUMBER")
            .allow_negative_numbers(true)
            .help(format!("{help} ({})", texts.of(&number.unit)))
    });
    facets.chain(numbers).map(|arg| arg.help_heading(heading.clone())).collect()
}
