//! Scripts that stop while they run: what is wrong, why, and what to write instead.

use rhai::{EvalAltResult, Position};
use werkvorm_core::{Code, Diagnostic, code, did_you_mean};

use crate::collect::Collector;
use crate::script::{MAX_CALL_LEVELS, MAX_LIST_ITEMS, MAX_MAP_FIELDS, MAX_OPERATIONS, MAX_STRING_BYTES};
use crate::tokens::{self, Token};
use crate::{locate, usage};

/// A problem in words.
type Words = (&'static Code, String, String);

/// Reports why a script stopped, with the calls that led there.
pub(crate) fn run_error(collector: &Collector, source: &str, tokens: &[Token<'_>], error: &EvalAltResult) {
    let mut calls = Vec::new();
    let mut inner = error;
    while let EvalAltResult::ErrorInFunctionCall(_, _, next, position) = inner {
        calls.push(*position);
        inner = next;
    }
    let position = if inner.position().is_none() {
        calls.last().copied().unwrap_or(Position::NONE)
    } else {
        inner.position()
    };
    let stop = Stop { collector, source, tokens, at: locate::offset_of(source, position) };
    let ((code, message, help), token) = stop.in_words(inner);
    let label = match token {
        Some(token) => locate::at_bytes(&collector.file(), source, token.range(), ""),
        None => collector.label(position),
    };
    let mut diagnostic = Diagnostic::error(code, message, help).with_label(label);
    // The call that started it is enough: those in between are often the same one again.
    if let Some(start) = calls.first().filter(|start| **start != position) {
        let mut label = collector.label(*start);
        label.text = "called from here".to_owned();
        diagnostic = diagnostic.with_label(label);
    }
    collector.add(diagnostic);
}

/// A script that stopped at a place.
struct Stop<'s> {
    collector: &'s Collector,
    source: &'s str,
    tokens: &'s [Token<'s>],
    at: usize,
}

impl<'s> Stop<'s> {
    fn in_words(&self, error: &EvalAltResult) -> (Words, Option<Token<'s>>) {
        let words = match error {
            EvalAltResult::ErrorMismatchDataType(wanted, got, _) => return self.mismatch(wanted, got),
            EvalAltResult::ErrorVariableNotFound(name, _) => self.unknown_name(name),
            EvalAltResult::ErrorFunctionNotFound(signature, _) => return self.function(signature),
            EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => limit(
                &format!("the script takes more than {MAX_OPERATIONS} steps"),
                "see whether every loop ends",
            ),
            EvalAltResult::ErrorStackOverflow(_) => limit(
                &format!("functions call each other more than {MAX_CALL_LEVELS} deep"),
                "see whether a function calls itself without end",
            ),
            EvalAltResult::ErrorDataTooLarge(what, _) => match () {
                () if what.contains("tring") => limit(
                    &format!("a text grows beyond {MAX_STRING_BYTES} bytes"),
                    "see whether a loop adds to it without end",
                ),
                () if what.contains("map") => limit(
                    &format!("a map grows beyond {MAX_MAP_FIELDS} fields, with the maps inside it"),
                    "split it, or see whether a loop adds to it without end",
                ),
                () => limit(
                    &format!("a list grows beyond {MAX_LIST_ITEMS} items, with the lists inside it"),
                    "split it, or see whether a loop adds to it without end",
                ),
            },
            EvalAltResult::ErrorTooManyVariables(_) => {
                limit("the script makes too many names", "split it over several files")
            }
            EvalAltResult::ErrorPropertyNotFound(name, _) => self.property(name, ""),
            EvalAltResult::ErrorDotExpr(text, _) => {
                // "Unknown property 'name' - a getter is not registered for type 'Method'"
                let quoted: Vec<&str> = text.split('\'').collect();
                let name = quoted.get(1).copied().unwrap_or("");
                if text.starts_with("No writable") {
                    fixed(name)
                } else {
                    self.property(name, quoted.get(3).copied().unwrap_or(""))
                }
            }
            EvalAltResult::ErrorIndexingType(kind, _) => {
                let kind = usage::kind(kind.split(" [").next().unwrap_or(""));
                stopped(
                    &format!("{kind} has no places to look at with `[..]`"),
                    "`list[0]` is the first item of a list, `map.field` a field of a map",
                )
            }
            EvalAltResult::ErrorArrayBounds(length, index, _) => stopped(
                &format!("there is no item {index} in a list of {length}"),
                "items are counted from 0, so `list[0]` is the first",
            ),
            EvalAltResult::ErrorStringBounds(length, index, _) => stopped(
                &format!("there is no character {index} in a text of {length}"),
                "characters are counted from 0",
            ),
            EvalAltResult::ErrorIndexNotFound(index, _) => stopped(
                &format!("there is no place `{index}`"),
                "a map has the fields that were written, a list the places from 0",
            ),
            EvalAltResult::ErrorFor(_) => stopped(
                "this cannot be looped over",
                "loop over a list, such as `methods()` or `values(\"trait\")`, or over `0..3`",
            ),
            EvalAltResult::ErrorAssignmentToConstant(name, _) if self.is_question(name) => stopped(
                &format!("`{name}` is a question to profiles and gets no value in a script"),
                "compare it with `==` in a condition, or choose another name with `let`",
            ),
            EvalAltResult::ErrorAssignmentToConstant(name, _) => {
                stopped(&format!("`{name}` keeps its value"), "make a name with `let` to change it")
            }
            EvalAltResult::ErrorArithmetic(text, _) if text.contains("zero") => {
                stopped("a number is divided by zero", "test for zero first")
            }
            EvalAltResult::ErrorArithmetic(..) => {
                stopped("a calculation leaves the bounds of whole numbers", "use smaller numbers")
            }
            EvalAltResult::ErrorRuntime(thrown, _) => {
                let text: String =
                    thrown.to_string().chars().filter(|c| !c.is_control() && *c != '`').take(80).collect();
                stopped(
                    &format!("the script stops itself: `{text}`"),
                    "take out `throw`, or what leads to it",
                )
            }
            EvalAltResult::ErrorUnboundThis(_) => stopped(
                "`this` means nothing here",
                "hand the value to the function, as in `fn named(method)`",
            ),
            _ => stopped("this cannot be done", "write it in another way"),
        };
        (words, None)
    }

    fn is_question(&self, name: &str) -> bool {
        self.collector.pack.facet(name).is_some() || self.collector.pack.number(name).is_some()
    }

    /// The values that a name could be meant as, when quotes are forgotten.
    fn unknown_name(&self, name: &str) -> Words {
        let pack = self.collector.pack.as_ref();
        let message = format!("there is nothing called `{name}`");
        let unknown = |help: String| (&code::UNKNOWN_NAME, message.clone(), help);
        if pack.method(name).is_some() || pack.facets.iter().any(|facet| facet.value(name).is_some()) {
            return unknown(format!("ids and values stand in quotes: `\"{name}\"`"));
        }
        let asked =
            || pack.facets.iter().map(|f| f.id.as_str()).chain(pack.numbers.iter().map(|n| n.id.as_str()));
        // `group-size` is `group` minus `size`.
        let rest = self.source.get(self.at + name.len()..).unwrap_or("");
        if let Some(rest) = rest.strip_prefix('-') {
            let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
            let joined = format!("{name}_{word}");
            if asked().any(|id| id == joined) {
                return unknown(format!("did you mean `{joined}`? a hyphen is a minus in scripts"));
            }
        }
        let near = did_you_mean(name, asked().chain(usage::names()));
        let help = if self.collector.own_functions().is_empty() {
            "names are facets, numbers, and what the script made with `let` or `for`"
        } else {
            "names are facets, numbers, and what was made with `let` or `for`; a function sees only what is handed to it"
        };
        unknown(if near.is_empty() { help.to_owned() } else { near.trim_end().to_owned() })
    }

    fn property(&self, name: &str, of: &str) -> Words {
        const METHOD: [&str; 6] = ["id", "name_nl", "name_en", "category", "sources", "combines_with"];
        const RANGE: [&str; 3] = ["min", "max", "sources"];
        let message = |kind: &str| format!("{kind} has no property `{name}`");
        let (message, help) = match usage::kind(of) {
            "a method" => {
                let near = did_you_mean(name, METHOD.into_iter());
                let list = "a method has `.id`, `.name_nl`, `.name_en`, `.category`, `.sources`, `.combines_with`, `.has(..)`, `.list(..)` and `.range(..)`";
                (message("a method"), format!("{near}{list}"))
            }
            kind @ ("a facet" | "a number of the profile") => {
                (message(kind), "ask `trait.has(\"…\")`, `trust == \"…\"` or `group_size < 6`".to_owned())
            }
            "nothing" => {
                let help = "the card does not know the fact: test first, as in `if size != () { … }`";
                (format!("nothing is known here, so it has no `{name}`"), help.to_owned())
            }
            _ if of.is_empty() => {
                let near = did_you_mean(name, RANGE.into_iter());
                (
                    message("this map"),
                    format!(
                        "{near}a map has the fields that were written, a range of a card `.min`, `.max` and `.sources`"
                    ),
                )
            }
            kind => (message(kind), "only methods, maps and ranges of a card have properties".to_owned()),
        };
        (&code::UNKNOWN_NAME, message, help)
    }

    fn mismatch(&self, wanted: &str, got: &str) -> (Words, Option<Token<'s>>) {
        let (wanted, got) = (usage::kind(wanted), usage::kind(got));
        if wanted != "true or false" {
            return (
                stopped(
                    &format!("{got} stands where {wanted} is needed"),
                    "look at what this place works on",
                ),
                None,
            );
        }
        let token = tokens::asks_bool(self.tokens, self.at);
        let sign = token.map_or("", |token| token.text);
        if !matches!(got, "a condition" | "a facet" | "a number of the profile") {
            let message = format!("{got} is used as if it were true or false");
            return (stopped(&message, "compare it, as in `points > 0` or `row != ()`"), token);
        }
        let help = match sign {
            "&&" => {
                "write `&` instead of `&&` between conditions; for a fact of a card, put `if` around the rule"
            }
            "||" => {
                "write `|` instead of `||` between conditions; for a fact of a card, put `if` around the rule"
            }
            _ => "a profile answers later: put the condition in `when`, and write one rule for each case",
        };
        let message = format!("{got} is used as if it were true or false");
        ((&code::CONDITION_AS_BOOL, message, help.to_owned()), token)
    }

    /// `name (Type, Type)` as the script language shows a call it does not know.
    fn function(&self, signature: &str) -> (Words, Option<Token<'s>>) {
        let (name, arguments) = signature.split_once(" (").unwrap_or((signature, ""));
        let arguments = arguments.trim_end_matches(')');
        let kinds: Vec<&str> =
            if arguments.is_empty() { Vec::new() } else { arguments.split(", ").map(usage::kind).collect() };
        if let Some(property) = name.strip_prefix("get$") {
            return (self.property(property, arguments), None);
        }
        if let Some(property) = name.strip_prefix("set$") {
            return (fixed(property), None);
        }
        let with =
            if kinds.is_empty() { "nothing between the brackets".to_owned() } else { usage::listed(&kinds) };
        let cannot = format!("`{name}` cannot be used with {with}");
        let own = self.collector.own_functions();
        let words =
            if let Some(function) = own.iter().find(|function| function.split('(').next() == Some(name)) {
                (&code::UNKNOWN_FUNCTION, cannot, format!("the script defines it as `{function}`"))
            } else if let Some(usage) = usage::of(name) {
                (&code::UNKNOWN_FUNCTION, cannot, usage.to_owned())
            } else if name.starts_with(char::is_alphabetic) {
                let own = own.iter().filter_map(|function| function.split('(').next());
                let of = if kinds.is_empty() { String::new() } else { format!(" for {with}") };
                (
                    &code::UNKNOWN_FUNCTION,
                    format!("there is no function `{name}`{of}"),
                    usage::instead_of(name, own),
                )
            } else {
                let message = match kinds.as_slice() {
                    [one] => format!("`{name}` cannot stand before {one}"),
                    _ => format!("`{name}` cannot stand between {with}"),
                };
                (&code::UNKNOWN_FUNCTION, message, usage::of_operator(name, &kinds))
            };
        (words, None)
    }
}

fn fixed(property: &str) -> Words {
    let message = format!("the property `{property}` cannot be changed");
    stopped(&message, "cards and facets are facts; make a name of your own with `let`")
}

fn stopped(message: &str, help: &str) -> Words {
    (&code::SCRIPT_STOPPED, message.to_owned(), help.to_owned())
}

fn limit(message: &str, help: &str) -> Words {
    (
        &code::SCRIPT_LIMIT,
        message.to_owned(),
        format!("{help}; scripts run under limits so that they always end"),
    )
}
