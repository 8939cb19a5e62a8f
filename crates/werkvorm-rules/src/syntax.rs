//! Scripts that cannot be read: what is wrong, why, and what to write instead.

use rhai::{LexError, ParseError, ParseErrorType, Position};
use werkvorm_core::{Code, Diagnostic, code};

use crate::collect::{At, Collector};
use crate::script::{FORBIDDEN, MAX_STRING_BYTES, ONLY_DECLARES};
use crate::tokens::{self, Token, Unbalanced};
use crate::{locate, usage};

/// A problem in words.
type Words = (&'static Code, String, String);

fn syntax(message: impl Into<String>, help: impl Into<String>) -> Words {
    (&code::SCRIPT_SYNTAX, message.into(), help.into())
}

/// Reports a remark that swallows the rest of the script.
pub(crate) fn open_remark(collector: &Collector, file: &str, source: &str, start: usize) {
    let label = locate::at_bytes(file, source, start..start + 2, "");
    let help = "write `*/` where the remark ends, or begin each line of it with `//`";
    collector
        .add(Diagnostic::error(&code::SCRIPT_SYNTAX, "a remark is never closed", help).with_label(label));
}

/// Reports what the language allows and rule scripts do not.
pub(crate) fn refused(collector: &Collector, file: &str, source: &str, tokens: &[Token<'_>]) -> bool {
    let places = sets_a_place(collector, file, source, tokens);
    hides_a_function(collector, file, source, tokens) || places
}

/// Reports `list[0] = …`: the one way to grow a value past the limits unnoticed.
fn sets_a_place(collector: &Collector, file: &str, source: &str, tokens: &[Token<'_>]) -> bool {
    let mut found = false;
    for pair in tokens.windows(2) {
        if let [close, sign] = pair
            && close.text == "]"
            && matches!(sign.text, "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "??")
            && (sign.text != "??" || source.get(sign.range().end..).is_some_and(|rest| rest.starts_with('=')))
        {
            found = true;
            let label = locate::at_bytes(file, source, sign.range(), "");
            let message = format!("`{}` cannot change one place of a list or map", sign.text);
            let help = "write `list.set(0, value)` or `map.set(\"field\", value)`, which keep to the limits";
            collector.add(Diagnostic::error(&code::FORBIDDEN_FEATURE, message, help).with_label(label));
        }
    }
    found
}

/// A function of the script with the name of one of ours would silently be called instead.
fn hides_a_function(collector: &Collector, file: &str, source: &str, tokens: &[Token<'_>]) -> bool {
    let mut found = false;
    for pair in tokens.windows(2) {
        if let [keyword, name] = pair
            && keyword.text == "fn"
            && usage::of(name.text).is_some()
        {
            found = true;
            let message = format!("`{}` is a function of rule scripts already", name.text);
            let label = locate::at_bytes(file, source, name.range(), "");
            let help = "give the function another name, or it would silently be called instead";
            collector.add(Diagnostic::error(&code::SCRIPT_SYNTAX, message, help).with_label(label));
        }
    }
    found
}

/// Reports why a script could not be read.
pub(crate) fn report(collector: &Collector, source: &str, tokens: &[Token<'_>], error: &ParseError) {
    let position = error.position();
    let file = collector.file();
    let at = locate::offset_of(source, position);
    let label = |token: &Token<'_>, text: &str| locate::at_bytes(&file, source, token.range(), text);
    let unclosed_text = matches!(error.err_type(), ParseErrorType::BadInput(LexError::UnterminatedString));
    if !unclosed_text && let Some(problem) = tokens::unbalanced(tokens) {
        let (message, help, labels) = match &problem {
            Unbalanced::NeverClosed(open) => {
                let first = open.first().map_or("", |token| token.text);
                let labels = open.iter().map(|token| label(token, "never closed")).collect();
                let help = format!("write `{}` where this ends", tokens::partner(first));
                (format!("`{first}` is never closed"), help, labels)
            }
            Unbalanced::ClosedBy(open, close) => {
                let message = format!("`{}` is not closed before `{}`", open.text, close.text);
                let help = format!("write `{}` where this ends", tokens::partner(open.text));
                (
                    message,
                    help,
                    vec![label(open, "opened here"), label(close, "another bracket is closed here")],
                )
            }
            Unbalanced::ClosesNothing(close) => {
                let help = "take it out, or write the bracket that it should close".to_owned();
                (format!("`{}` closes nothing", close.text), help, vec![label(close, "")])
            }
        };
        let mut diagnostic = Diagnostic::error(&code::SCRIPT_SYNTAX, message, help);
        diagnostic.labels = labels;
        return collector.add(diagnostic);
    }
    let next = tokens.iter().position(|token| token.range().end > at).unwrap_or(tokens.len());
    let place = Place { source, tokens, next, at };
    if let Some(range) = place.fraction() {
        let (code, message, help) = fraction();
        let label = locate::at_bytes(&file, source, range, "");
        return collector.add(Diagnostic::error(code, message, help).with_label(label));
    }
    if let ParseErrorType::MissingToken(wanted, why) = error.err_type()
        && let Some(((code, message, help), token)) = place.missing(wanted, why)
    {
        let label = locate::at_bytes(&file, source, token, "");
        return collector.add(Diagnostic::error(code, message, help).with_label(label));
    }
    let (code, message, help) = place.in_words(error.err_type());
    collector.report(code, place.position(position), At::Call, &message, &help);
}

/// Where reading stopped.
struct Place<'s> {
    source: &'s str,
    tokens: &'s [Token<'s>],
    /// The token at that place.
    next: usize,
    at: usize,
}

impl Place<'_> {
    fn token(&self, ahead: isize) -> &str {
        let at = self.next.checked_add_signed(ahead);
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| token.text)
    }

    /// The place of an error without one is the end of the script.
    fn position(&self, position: Position) -> Position {
        if !position.is_none() {
            return position;
        }
        let lines = self.source.lines().count().max(1);
        Position::new(u16::try_from(lines).unwrap_or(u16::MAX), 1)
    }

    /// A sign that is missing, just behind what stands before it.
    fn missing(&self, wanted: &str, why: &str) -> Option<(Words, std::ops::Range<usize>)> {
        let here = self.tokens.get(self.next)?.range();
        match (wanted, self.token(0)) {
            (_, "and" | "or" | "not") => {
                let (word, sign) = match self.token(0) {
                    "and" => ("and", "&"),
                    "or" => ("or", "|"),
                    _ => ("not", "!"),
                };
                let message = format!("`{word}` does not combine conditions");
                return Some((syntax(message, format!("write `{sign}` instead of `{word}`")), here));
            }
            (":", "=") => {
                let field = self.token(-1);
                let message = format!("`=` stands after the field `{field}`");
                return Some((syntax(message, format!("write `{field}: …` in a map")), here));
            }
            (_, "=") => {
                let help = "write `==` to compare; `let name = …;` makes a name";
                return Some((syntax("`=` gives a value and does not compare", help), here));
            }
            (_, ":") => {
                let brace = self.tokens.get(..self.next)?.iter().rposition(|token| token.text == "{")?;
                let brace = self.tokens.get(brace)?.range();
                return Some((syntax("a map begins with a plain brace", "write `#{` instead of `{`"), brace));
            }
            _ => {}
        }
        let word = self.tokens.get(self.next.checked_sub(1)?)?.range();
        match self.token(-1) {
            "not" => {
                return Some((
                    syntax("`not` needs brackets", "write `!` before the condition, or `not(…)`"),
                    word,
                ));
            }
            "elseif" | "elif" | "elsif" => {
                let message = format!("`{}` is not a word of the script language", self.token(-1));
                return Some((syntax(message, "write `else if`"), word));
            }
            _ => {}
        }
        let before = self.tokens.get(self.next.checked_sub(1)?)?.range();
        let between = match () {
            () if why.contains("map") => "between two fields",
            () if why.contains("array") => "between two items of a list",
            () if why.contains("statement") => "at the end of a statement",
            () if why.contains("argument") || why.contains("call") => "between two values of a call",
            () if why.contains("property") => "after the name of a field",
            () => "here",
        };
        let behind = before.end..before.end + 1;
        Some((
            syntax(format!("`{wanted}` is missing {between}"), format!("write `{wanted}` at this place")),
            behind,
        ))
    }

    fn in_words(&self, error: &ParseErrorType) -> Words {
        match error {
            ParseErrorType::BadInput(problem) => self.unreadable(problem),
            ParseErrorType::Reserved(word) => reserved(word),
            ParseErrorType::ExprTooDeep => (
                &code::SCRIPT_LIMIT,
                "blocks or brackets are nested too deep".to_owned(),
                "give parts of it a name with `let`, or make a function of them".to_owned(),
            ),
            ParseErrorType::TooManyFunctions => (
                &code::SCRIPT_LIMIT,
                "the script defines too many functions".to_owned(),
                "split the script over several files".to_owned(),
            ),
            ParseErrorType::LiteralTooLarge(..) => (
                &code::SCRIPT_LIMIT,
                "a text, list or map is written out too long".to_owned(),
                format!("a text has at most {MAX_STRING_BYTES} bytes; split the script over several files"),
            ),
            ParseErrorType::DuplicatedProperty(field) => {
                syntax(format!("the field `{field}` is written twice"), "keep one of the two")
            }
            ParseErrorType::AssignmentToConstant(name) => syntax(
                format!("`{name}` is a constant and keeps its value"),
                format!("write `let {name}` instead of `const {name}`"),
            ),
            ParseErrorType::AssignmentToInvalidLHS(_) => syntax(
                "this cannot get a value",
                "`=` gives a value to a name that was made with `let`; compare with `==`",
            ),
            ParseErrorType::WrongFnDefinition => syntax(
                "a function is defined inside a block",
                "write `fn` outside of loops and other functions, and hand over what it needs",
            ),
            ParseErrorType::FnDuplicatedDefinition(name, _) => {
                syntax(format!("the function `{name}` is defined twice"), "give one of the two another name")
            }
            ParseErrorType::FnDuplicatedParam(function, name) => {
                syntax(format!("`{function}` takes `{name}` twice"), "give one of the two another name")
            }
            ParseErrorType::FnMissingName
            | ParseErrorType::FnMissingParams(_)
            | ParseErrorType::FnMissingBody(_) => {
                syntax("a function is not complete", "write `fn name(first, second) { … }`")
            }
            ParseErrorType::MismatchedType(wanted, _) if wanted.contains("iter") => {
                syntax("this cannot be looped over", "loop over a list, such as `methods()`, or over `0..3`")
            }
            ParseErrorType::MismatchedType(..) => {
                syntax("this is not true or false", "compare it, as in `points > 0` or `row != ()`")
            }
            ParseErrorType::LoopBreak => syntax(
                "`break` and `continue` work inside a loop only",
                "take it out, or put it inside the loop",
            ),
            ParseErrorType::PropertyExpected => {
                syntax("a name is missing", "write the name of a field, property or function, without quotes")
            }
            ParseErrorType::VariableExpected => {
                syntax("a name is missing", "after `let`, `const` and `for` comes a name, such as `method`")
            }
            ParseErrorType::UnexpectedEOF => {
                syntax("the script ends too early", "close every bracket, brace and quote")
            }
            ParseErrorType::UnknownOperator(sign) => syntax(
                format!("`{sign}` is not a sign of the script language"),
                "conditions are combined with `&`, `|` and `!`",
            ),
            _ => self.out_of_place(),
        }
    }

    fn out_of_place(&self) -> Words {
        match self.token(0) {
            "" => syntax("the script ends too early", "look for what is missing at the end"),
            token @ ("," | ";" | ")" | "]" | "}") => syntax(
                format!("a value is missing before `{token}`"),
                "write what belongs here, or take out the sign before it",
            ),
            token => syntax(
                format!("`{}` does not fit here", shown(token)),
                "look just before this place for a bracket, comma, sign or quote that is missing or too many",
            ),
        }
    }

    fn unreadable(&self, problem: &LexError) -> Words {
        const STRAIGHT: &str = "write straight double quotes: `\"…\"`";
        match problem {
            LexError::UnterminatedString
                if self.source.get(self.at..).is_some_and(|rest| rest.starts_with('`')) =>
            {
                syntax("a text in backticks is never closed", "write a backtick where the text ends")
            }
            LexError::UnterminatedString => syntax(
                "a text is not closed on its line",
                "write `\"` where the text ends; a text of several lines stands in backticks",
            ),
            LexError::MalformedChar(text) => syntax(format!("`'{text}'` is in single quotes"), STRAIGHT),
            LexError::MalformedEscapeSequence(text) => syntax(
                format!("`{text}` means nothing in a text"),
                "write `\\\\` for a backslash and `\\\"` for a quote",
            ),
            LexError::MalformedNumber(text) => {
                syntax(format!("`{text}` is not a number"), "write a whole number with digits only")
            }
            LexError::ImproperSymbol(word, _) if FORBIDDEN.contains(&word.as_str()) => reserved(word),
            LexError::ImproperSymbol(word, _) => sign(word),
            LexError::UnexpectedInput(text) if "“”„‘’«»".contains(text.as_str()) => {
                syntax(format!("`{text}` is not a quote of the script language"), STRAIGHT)
            }
            LexError::UnexpectedInput(text) if matches!(text.as_str(), "," | ";" | ")" | "]" | "}") => {
                self.out_of_place()
            }
            LexError::UnexpectedInput(text) => sign(text),
            _ => self.out_of_place(),
        }
    }

    /// The number with a fraction, when that is where reading stopped: the language reads `3.5` as the
    /// property `5` of `3`, and `3,5` as the field `3` and one that is called `5`.
    fn fraction(&self) -> Option<std::ops::Range<usize>> {
        let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        let [before, here, after] = [self.token(-2), self.token(-1), self.token(0)];
        let at = |ahead: isize| self.tokens.get(self.next.checked_add_signed(ahead)?).map(Token::range);
        match (before, here, after) {
            (whole, ".", part) if digits(part) => {
                let first = if digits(whole) { at(-2)? } else { at(-1)? };
                Some(first.start..at(0)?.end)
            }
            (whole, ",", part) if digits(whole) && digits(part) => Some(at(-2)?.start..at(0)?.end),
            (_, _, ".") if digits(self.token(1)) => Some(at(0)?.start..at(1)?.end),
            _ => None,
        }
    }
}

fn fraction() -> Words {
    (
        &code::SCRIPT_FRACTION,
        "a number has a fraction".to_owned(),
        "write a whole number: points are whole, so that every computer gives the same score".to_owned(),
    )
}

fn sign(text: &str) -> Words {
    match text {
        "#" => syntax("`#` does not begin a remark", "write `//` before a remark, `#{` before a map"),
        "===" | "!==" => {
            syntax(format!("`{text}` is not a sign of the script language"), "compare with `==` or `!=`")
        }
        "->" | ":=" | "::" | "<-" | "++" | "--" | "?" | "@" | "$" | "~" | "\\" => syntax(
            format!("`{text}` is not a sign of the script language"),
            "scripts use `=`, `==`, `.`, `&`, `|` and `!`",
        ),
        _ => syntax(
            format!("`{}` does not fit here", shown(text)),
            "look just before this place for a bracket, comma, sign or quote that is missing or too many",
        ),
    }
}

/// A word that the script language keeps for itself, or that scripts may not use.
fn reserved(word: &str) -> Words {
    match word {
        "is" => syntax(
            "`is` is a word the script language keeps for itself",
            "write `phase.has(\"…\")` for a facet with several values, `trust == \"…\"` for one with one value",
        ),
        word if FORBIDDEN.contains(&word) => (
            &code::FORBIDDEN_FEATURE,
            format!("`{word}` is not available in rule scripts"),
            ONLY_DECLARES.to_owned(),
        ),
        word if word.starts_with(char::is_alphabetic) => {
            syntax(format!("`{word}` is a word the script language keeps for itself"), "choose another name")
        }
        other => sign(other),
    }
}

/// A piece of script, short enough for a message.
fn shown(text: &str) -> String {
    let short: String = text.chars().filter(|c| !matches!(c, '`' | '\n' | '\r')).take(40).collect();
    if short.is_empty() { "backtick".to_owned() } else { short }
}
