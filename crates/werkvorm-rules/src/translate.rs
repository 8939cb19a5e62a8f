//! Errors of the script language in our own words: what is wrong, why, and what to write instead.

use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};
use werkvorm_core::{Code, code, did_you_mean};

use crate::collect::Collector;
use crate::seeds::one_line;

/// The functions a script can call, for "did you mean".
const FUNCTIONS: [&str; 31] = [
    "rule",
    "text",
    "cite",
    "curve",
    "methods",
    "methods_asking",
    "methods_offering",
    "methods_needing",
    "methods_with",
    "method",
    "list",
    "list_with_broader",
    "range",
    "values",
    "top_values",
    "narrower",
    "broader",
    "label_nl",
    "label_en",
    "has",
    "has_any",
    "has_all",
    "is_one_of",
    "between",
    "all",
    "any",
    "not",
    "always",
    "at_least",
    "contains",
    "len",
];

/// Reports why a script could not be read.
pub(crate) fn parse_error(collector: &Collector, source: &str, error: &ParseError) {
    let position = error.position();
    let syntax = |message: String, help: &str| (&code::SCRIPT_SYNTAX, message, help.to_owned());
    let (code, message, help): (&Code, String, String) = match error.err_type() {
        ParseErrorType::PropertyExpected if is_fraction(source, position) => (
            &code::SCRIPT_FRACTION,
            "a number with a fraction".to_owned(),
            "write a whole number: points are whole, so that every computer gives the same score".to_owned(),
        ),
        ParseErrorType::Reserved(word) => forbidden(word),
        ParseErrorType::MissingToken(token, why) => syntax(
            format!("`{token}` is missing {why}"),
            "look just before this place: the mistake is often at the end of the line above",
        ),
        ParseErrorType::UnexpectedEOF => {
            syntax("the script ends too early".to_owned(), "close every bracket, brace and quote")
        }
        ParseErrorType::ExprTooDeep => (
            &code::SCRIPT_LIMIT,
            "an expression is nested too deep".to_owned(),
            "give parts of it a name with `let`".to_owned(),
        ),
        ParseErrorType::DuplicatedProperty(field) => {
            syntax(format!("the field `{field}` is written twice"), "keep one of the two")
        }
        ParseErrorType::BadInput(lex) => syntax(
            one_line(&lex.to_string()),
            "scripts are Rhai; look for a quote or backtick that is not closed",
        ),
        other => syntax(
            one_line(&other.to_string()),
            "look just before this place for a bracket, comma or semicolon",
        ),
    };
    collector.report(code, collector.label(position), message, help);
}

/// Reports why a script stopped.
pub(crate) fn run_error(collector: &Collector, source: &str, error: &EvalAltResult) {
    let position = error.position();
    let (code, message, help): (&Code, String, String) = match error {
        EvalAltResult::ErrorParsing(kind, place) => {
            return parse_error(collector, source, &ParseError(Box::new(kind.clone()), *place));
        }
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => return run_error(collector, source, inner),
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) if wanted == "bool" && got.contains("Condition") => (
            &code::CONDITION_AS_BOOL,
            "a condition is used as if it were true or false".to_owned(),
            "combine conditions with `&`, `|` and `!` instead of `&&`, `||` and `if`; they are kept, and judged for each profile later".to_owned(),
        ),
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) => (
            &code::SCRIPT_STOPPED,
            format!("something of type {} stands where {} is needed", short(got), short(wanted)),
            "look at what this place works on".to_owned(),
        ),
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            let facets = collector.pack.facets.iter().map(|facet| facet.id.as_str());
            let known = facets.chain(collector.pack.numbers.iter().map(|n| n.id.as_str())).chain(FUNCTIONS);
            let near = did_you_mean(name, known);
            let help = format!("{near}names are facets, numbers, and what the script made with `let` or `for`");
            (&code::UNKNOWN_NAME, format!("there is nothing called `{name}`"), help)
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => function(signature),
        EvalAltResult::ErrorTooManyOperations(_) => limit("the script does more steps than allowed", "does a loop end?"),
        EvalAltResult::ErrorStackOverflow(_) => limit("functions call each other too deep", "does a function call itself without end?"),
        EvalAltResult::ErrorDataTooLarge(what, _) => limit(&format!("{} grows too large", what.to_lowercase()), "split the script in parts"),
        EvalAltResult::ErrorTooManyVariables(_) => limit("the script makes too many names", "split the script in parts"),
        EvalAltResult::ErrorPropertyNotFound(name, _) | EvalAltResult::ErrorDotExpr(name, _) => (
            &code::UNKNOWN_NAME,
            format!("there is no property `{}` here", short(name)),
            "a method has `.id`, `.name_nl`, `.name_en`, `.category`, `.sources`, `.combines_with`, `.has(..)`, `.list(..)` and `.range(..)`; a range has `.min`, `.max` and `.sources`".to_owned(),
        ),
        other => (&code::SCRIPT_STOPPED, one_line(&plain(&other.to_string())), "the rules after this place were not read".to_owned()),
    };
    collector.report(code, collector.label(position), message, help);
}

fn limit(message: &str, help: &str) -> (&'static Code, String, String) {
    (
        &code::SCRIPT_LIMIT,
        message.to_owned(),
        format!("{help} scripts run under limits so that they always end"),
    )
}

fn forbidden(word: &str) -> (&'static Code, String, String) {
    match word {
        "is" => (
            &code::SCRIPT_SYNTAX,
            "`is` is a word the script language keeps for itself".to_owned(),
            "write `phase.has(\"…\")` for a facet with several values, `trust == \"…\"` for one with one value".to_owned(),
        ),
        "print" | "debug" | "eval" | "import" | "export" => (
            &code::FORBIDDEN_FEATURE,
            format!("`{word}` is not available in rule scripts"),
            "a script only declares rules: it does not print, load or evaluate anything else".to_owned(),
        ),
        _ => (
            &code::SCRIPT_SYNTAX,
            format!("`{word}` is a word the script language keeps for itself"),
            "choose another name".to_owned(),
        ),
    }
}

/// `name (Type, Type)` as Rhai shows a call it does not know.
fn function(signature: &str) -> (&'static Code, String, String) {
    let (name, arguments) = signature.split_once(' ').unwrap_or((signature, ""));
    if let Some(property) = name.strip_prefix("get$").or_else(|| name.strip_prefix("set$")) {
        return (
            &code::UNKNOWN_NAME,
            format!("there is no property `{property}` here"),
            "a method has `.id`, `.name_nl`, `.name_en`, `.category`, `.sources`, `.combines_with`, `.has(..)`, `.list(..)` and `.range(..)`; a range has `.min`, `.max` and `.sources`".to_owned(),
        );
    }
    let arguments = plain(arguments);
    if FUNCTIONS.contains(&name) {
        let usage = match name {
            "rule" => {
                "write `rule(\"id\", #{ title: …, method: …, when: …, points: …, because: …, source: … })`"
            }
            "text" => "write `text(\"Dutch\", \"English\")`",
            "cite" => "write `cite(\"document\", \"section\")`",
            "curve" => "write `curve(weeks_available, [[0, -5], [4, 0], [8, 2]])`",
            "all" | "any" => "write a list of conditions: `all([a, b])`",
            "at_least" => "write a number and a list of conditions: `at_least(2, [a, b, c])`",
            "not" => "write one condition: `not(a)`",
            _ => "values and ids are texts in quotes; facets are names without quotes",
        };
        return (
            &code::UNKNOWN_FUNCTION,
            format!("`{name}` cannot be used with {arguments}"),
            usage.to_owned(),
        );
    }
    if !name.starts_with(|c: char| c.is_alphabetic()) {
        let help =
            "conditions are combined with `&`, `|` and `!`; facets and numbers are compared with values";
        return (
            &code::UNKNOWN_FUNCTION,
            format!("`{name}` cannot be used with {arguments}"),
            help.to_owned(),
        );
    }
    let near = did_you_mean(name, FUNCTIONS.into_iter());
    (
        &code::UNKNOWN_FUNCTION,
        format!("there is no function `{name}` for {arguments}"),
        format!("{near}functions are listed in `CONTRIBUTING.md`"),
    )
}

/// Type names without the noise of the implementation.
fn plain(text: &str) -> String {
    text.replace("&str | ImmutableString | String", "text").replace("i64", "number").replace("array", "list")
}

fn short(type_name: &str) -> &str {
    type_name.rsplit("::").next().unwrap_or(type_name)
}

/// Rhai without fractions reads `3.5` as a property `5` of `3`.
fn is_fraction(source: &str, position: Position) -> bool {
    let line = position.line().and_then(|line| source.lines().nth(line.saturating_sub(1))).unwrap_or("");
    let before: Vec<char> = line.chars().take(position.position().unwrap_or(1).saturating_sub(1)).collect();
    matches!(before.as_slice(), [.., digit, '.'] if digit.is_ascii_digit())
}
