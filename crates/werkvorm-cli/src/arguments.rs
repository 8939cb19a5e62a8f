//! The command line. The questions of the pack are its flags, so that a pack brings its own command line.

use std::collections::BTreeSet;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, value_parser};
use werkvorm::{About, DEFAULT_TOP, Facet, Number, Pack, SCHEMAS, Text, fold};

use crate::batch::FORMATS;
use crate::input::Start;
use crate::terminal::width;
use crate::what_if_arguments;

/// Flags that no question can have; such a question is answered in a file.
const TAKEN: [&str; 25] = [
    "help",
    "version",
    "lang",
    "rules",
    "pack",
    "top",
    "format",
    "output",
    "weight",
    "for",
    "method",
    "set",
    "steps",
    "add",
    "remove",
    "unset",
    "set-weight",
    "over",
    "from",
    "to",
    "step",
    "out",
    "changes",
    "list",
    "force",
];

/// The whole command, with the flags of the pack in use and help in the language in use.
pub(crate) fn command(start: &Start) -> Command {
    let texts = start.texts();
    let about = |name: &str| texts.get(&format!("about.{name}"));
    let profile = || profile(start);
    // Lists are whole unless a profile is given.
    let for_profile = || {
        profile().into_iter().map(|arg| {
            if arg.get_id() == "profile" { arg.long("for").help(texts.get("option.for")) } else { arg }
        })
    };
    let method = || method(start);
    let output = || output(start);
    let recommend = Command::new("recommend")
        .about(about("recommend"))
        .after_help(texts.get("option.answers"))
        .arg(top(start, "option.top"))
        .arg(format(start, &["text", "json", "markdown", "html"]))
        .arg(output())
        .args(profile());
    let explain = Command::new("explain")
        .about(about("explain"))
        .after_help(texts.get("option.answers"))
        .arg(method())
        .arg(format(start, &["text", "json"]))
        .args(profile());
    let batch = batch(start);
    let guidelines = Command::new("guidelines")
        .about(about("guidelines"))
        .arg(format(start, &["text", "json"]))
        .args(for_profile());
    let examples = Command::new("examples")
        .about(about("examples"))
        .arg(method().required(false))
        .arg(format(start, &["text", "json"]))
        .args(for_profile());
    let recipe = Command::new("recipe")
        .about(about("recipe"))
        .after_help(texts.get("option.answers"))
        .arg(
            method()
                .required(false)
                .long("method")
                .action(ArgAction::Append)
                .help(texts.get("option.method")),
        )
        .arg(format(start, &["text", "json", "markdown", "html", "docx"]))
        .arg(output())
        .args(profile());
    let methods = Command::new("methods").about(about("methods")).arg(format(start, &["text", "json"]));
    let one_method =
        Command::new("method").about(about("method")).arg(method()).arg(format(start, &["text", "json"]));
    let ids = questions(start.engine().pack()).into_iter().map(|question| question.id.to_owned()).collect();
    let vocabulary = Command::new("vocabulary")
        .about(about("vocabulary"))
        .arg(
            Arg::new("question")
                .value_name("QUESTION")
                .value_parser(Words(ids))
                .hide_possible_values(true)
                .help(texts.get("option.question")),
        )
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
        // These commands name their folder; `Start` says so to who tries otherwise.
        .args(["rules", "pack"].map(|name| Arg::new(name).long(name).global(true).hide(true)))
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
        .subcommand(Command::new("build").about(about("rules-build")).arg(folder()).arg(output()).arg(
            Arg::new("binary").long("binary").action(ArgAction::SetTrue).help(texts.get("option.binary")),
        ));
    // What every command has comes last in its help.
    let everywhere = |name: &'static str, value: &'static str, order: usize| {
        let help = texts.get(&format!("option.{name}"));
        Arg::new(name).long(name).global(true).value_name(value).help(help).display_order(order)
    };
    Command::new("werkvorm")
        .about(about("app"))
        .version(env!("CARGO_PKG_VERSION"))
        .term_width(width())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(everywhere("lang", "LANG", 901).value_parser(["nl", "en"]).hide_possible_values(true))
        .arg(everywhere("rules", "DIR", 902))
        .arg(everywhere("pack", "FILE", 903))
        .subcommands([recommend, explain, recipe])
        .subcommands(what_if_arguments::commands(start))
        .subcommands([
            batch,
            guidelines,
            examples,
            methods,
            one_method,
            vocabulary,
            schema,
            rules,
            completions,
        ])
}

/// Many profiles from a file to a file.
fn batch(start: &Start) -> Command {
    let texts = start.texts();
    let file = |id: &'static str, name: &'static str| {
        Arg::new(id).value_name(name).required(true).help(texts.get(&format!("option.batch-{id}")))
    };
    let flag = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).help(texts.get(&format!("option.{name}")))
    };
    let alone = |name: &'static str, help: &str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(texts.get(help))
    };
    let explain = PossibleValuesParser::new(["none", "ids", "full"]);
    let format = |name: &'static str| {
        flag(name, "FORMAT").value_parser(PossibleValuesParser::new(FORMATS)).hide_possible_values(true)
    };
    Command::new("batch")
        .about(texts.get("about.batch"))
        .after_help(texts.get("option.batch"))
        .arg(file("input", "IN"))
        .arg(file("target", "OUT"))
        .arg(top(start, "option.batch-top"))
        .arg(
            flag("explain", "none|ids|full")
                .value_parser(explain)
                .hide_possible_values(true)
                .default_value("ids"),
        )
        .arg(flag("bad", "FILE"))
        .arg(format("in-format"))
        .arg(format("out-format"))
        .arg(alone("force", "option.batch-force"))
        .arg(alone("restart", "option.restart"))
}

/// A profile: a file, and a flag for each question and for weights.
pub(crate) fn profile(start: &Start) -> Vec<Arg> {
    let texts = start.texts();
    let file = Arg::new("profile").value_name("PROFILE").help(texts.get("option.profile"));
    let weight = Arg::new("weight")
        .long("weight")
        .value_name("CRITERION=0..5")
        .action(ArgAction::Append)
        .help(texts.get("option.weight"))
        .help_heading(texts.get("heading.profile"));
    [file].into_iter().chain(answers(start)).chain([weight]).collect()
}

/// A method, by any of its names.
pub(crate) fn method(start: &Start) -> Arg {
    let ids = start.engine().pack().methods.iter().map(|method| method.id.clone()).collect();
    Arg::new("method")
        .value_name("METHOD")
        .required(true)
        .value_parser(Words(ids))
        .hide_possible_values(true)
        .help(start.texts().get("label.method"))
}

pub(crate) fn output(start: &Start) -> Arg {
    let help = start.texts().get("option.output");
    Arg::new("output").long("output").short('o').value_name("FILE").help(help)
}

/// How many methods are shown, or count as the top.
pub(crate) fn top(start: &Start, help: &str) -> Arg {
    Arg::new("top")
        .long("top")
        .value_name("N")
        .value_parser(value_parser!(u16).range(1..))
        .default_value(DEFAULT_TOP.to_string())
        .help(start.texts().get(help))
}

pub(crate) fn format(start: &Start, formats: &[&'static str]) -> Arg {
    let help = start.texts().fill("option.format", &[("formats", &formats.join(", "))]);
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(formats.iter().copied()))
        .hide_possible_values(true)
        .default_value("text")
        .help(help)
}

/// A question that a profile can answer, and the flag that answers it.
pub(crate) struct Asked<'p> {
    pub(crate) id: &'p str,
    pub(crate) aliases: &'p [String],
    /// What the parser calls it; no other argument can be called so.
    pub(crate) argument: String,
    flag: Option<String>,
    other_flags: Vec<String>,
    question: Option<&'p Text>,
    form: AnswerForm<'p>,
}

enum AnswerForm<'p> {
    Values(&'p Facet),
    Number(&'p Number),
}

/// The questions of a pack, each flag given out once.
pub(crate) fn questions(pack: &Pack) -> Vec<Asked<'_>> {
    let is_asked = |about: &[About]| about.contains(&About::Profile);
    let facets =
        pack.facets.iter().filter(|facet| is_asked(&facet.about)).map(|facet| {
            asked(&facet.id, &facet.aliases, facet.question.as_ref(), AnswerForm::Values(facet))
        });
    let numbers = pack.numbers.iter().filter(|number| is_asked(&number.about)).map(|number| {
        asked(&number.id, &number.aliases, number.question.as_ref(), AnswerForm::Number(number))
    });
    let mut questions: Vec<_> = facets.chain(numbers).collect();
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|flag| (*flag).to_owned()).collect();
    let mut free = |word: &str| {
        let flag = word_of(word);
        let fits = flag.starts_with(|c: char| c.is_ascii_lowercase())
            && flag.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        (fits && taken.insert(flag.clone())).then_some(flag)
    };
    questions.iter_mut().for_each(|question| question.flag = free(question.id));
    for question in &mut questions {
        question.other_flags = question.aliases.iter().filter_map(|alias| free(alias)).collect();
    }
    questions
}

fn asked<'p>(
    id: &'p str,
    aliases: &'p [String],
    question: Option<&'p Text>,
    form: AnswerForm<'p>,
) -> Asked<'p> {
    let argument = format!("answer to {id}");
    Asked { id, aliases, argument, flag: None, other_flags: Vec::new(), question, form }
}

/// A word of the vocabulary as a flag.
pub(crate) fn word_of(word: &str) -> String {
    if word == "weights" { "weight".to_owned() } else { fold(word) }
}

/// One flag for each question a profile can answer; values are checked by the engine, with suggestions.
fn answers(start: &Start) -> Vec<Arg> {
    let texts = start.texts();
    let heading = texts.get("heading.profile");
    let arg = |asked: Asked<'_>| {
        let flag = asked.flag?;
        let question = asked.question.map(|question| texts.of(question)).unwrap_or_default();
        let arg =
            Arg::new(asked.argument).long(flag).aliases(asked.other_flags).help_heading(heading.clone());
        Some(match asked.form {
            AnswerForm::Values(facet) => arg
                .value_name(if facet.takes_one() { "VALUE" } else { "VALUE,..." })
                .action(ArgAction::Append)
                .value_delimiter(',')
                .value_parser(Words(facet.values.iter().map(|value| value.id.clone()).collect()))
                .hide_possible_values(true)
                .help(question.to_owned()),
            AnswerForm::Number(number) => arg
                .value_name("NUMBER")
                .action(ArgAction::Append)
                .allow_negative_numbers(true)
                .help(format!("{question} ({})", texts.of(&number.unit))),
        })
    };
    questions(start.engine().pack()).into_iter().filter_map(arg).collect()
}

/// Takes any word, and completes to those that are known: aliases count too, and the engine judges.
#[derive(Clone)]
pub(crate) struct Words(pub(crate) Vec<String>);

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
