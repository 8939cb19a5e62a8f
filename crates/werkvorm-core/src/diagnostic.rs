//! Problems in content, as plain data: what is wrong, where, and what to write instead.
//!
//! Every border of Werkvorm hands out the same shape, and always all problems at once.

use schemars::JsonSchema;
use serde::Serialize;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The content cannot be used.
    Error,
    /// The content can be used, but probably does not say what was meant.
    Warning,
}

/// A place a diagnostic points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Label {
    /// The file, relative to where it was read from; inside a pack the item, such as `methods/fotoscan`.
    pub file: String,
    /// Line, counted from 1; 0 when the item has no text of its own to point at.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when there is no line.
    pub column: u32,
    /// Length in characters; 0 when there is no line.
    pub length: u32,
    /// What is at that place: a word of the content, or a short remark.
    pub text: String,
}

/// One problem in a seed, script, rule, pack, profile or case.
///
/// Shape: `{code, severity, message, help, labels}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// `WV` and four digits; the hundreds say the stage. Never renumbered.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Why it matters and what to write instead.
    pub help: String,
    /// Where; the first label is the place to look at.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A new error with a code of the registry ([`CODES`]).
    #[must_use]
    pub fn error(code: &Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code: code.id,
            severity: Severity::Error,
            message: message.into(),
            help: help.into(),
            labels: Vec::new(),
        }
    }

    /// Points at an item of a pack and the word in it that is wrong.
    #[must_use]
    pub fn at_item(mut self, item: impl Into<String>, word: impl Into<String>) -> Self {
        self.labels.push(Label { file: item.into(), line: 0, column: 0, length: 0, text: word.into() });
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }
}

/// Puts diagnostics in reading order, by file, line and column, and drops exact repeats.
pub fn sort_diagnostics(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics
        .sort_by(|a, b| (a.labels.first(), a.code, &a.message).cmp(&(b.labels.first(), b.code, &b.message)));
    diagnostics.dedup();
}

/// An entry of the registry of diagnostic codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Code {
    /// `WV` and four digits.
    pub id: &'static str,
    /// What the code is about, in a few words.
    pub title: &'static str,
    /// Why it is a problem.
    pub why: &'static str,
}

macro_rules! codes {
    ($( $name:ident = $id:literal, $title:literal, $why:literal; )*) => {
        /// The codes by name, for the crates that report problems.
        pub mod code {
            use super::Code;
            $(
                #[doc = concat!($id, ": ", $title, ".")]
                pub const $name: Code = Code { id: $id, title: $title, why: $why };
            )*
        }
        /// Every diagnostic code there is, in order.
        pub const CODES: &[Code] = &[$( code::$name, )*];
    };
}

codes! {
    SEED_SYNTAX = "WV0101", "seed file is not valid TOML", "nothing in a file that cannot be read can be used";
    SEED_SHAPE = "WV0102", "seed file has a wrong or missing field", "a field the format does not know would silently do nothing";
    SEED_FILE_NAME = "WV0103", "file name and id differ", "a card is found by its file name";
    SEED_UNREADABLE = "WV0104", "file is not readable text", "seeds and rules are UTF-8 text within a size limit";

    SCRIPT_SYNTAX = "WV0201", "script cannot be parsed", "no rule of the file can be used";
    SCRIPT_FRACTION = "WV0202", "number with a fraction", "points and numbers are whole, so that every computer gives the same score";
    CONDITION_AS_BOOL = "WV0203", "condition used as true or false", "a condition is a value that the engine keeps; it is true or false only for a profile";
    UNKNOWN_NAME = "WV0204", "unknown name", "only facets, numbers and names made in the script exist";
    UNKNOWN_FUNCTION = "WV0205", "unknown function or wrong arguments", "the script asks for something that does not exist";
    SCRIPT_LIMIT = "WV0206", "script goes over a limit", "scripts run under limits so that they always end";
    SCRIPT_STOPPED = "WV0207", "script stopped", "the rules after this place were not read";
    FORBIDDEN_FEATURE = "WV0209", "not available in rule scripts", "rules declare; they do not print, load or evaluate other scripts";

    PLAIN_BOOL = "WV0301", "plain true or false as a condition", "the rule would hold always or never, whatever the profile says";
    MISSING_FIELD = "WV0302", "rule without a required field", "every rule is explained and sourced";
    UNKNOWN_FIELD = "WV0303", "rule with an unknown field", "a misspelt field would silently do nothing";
    WRONG_TYPE = "WV0304", "field of the wrong type", "the value cannot be used";
    UNKNOWN_FACET = "WV0305", "unknown facet or number", "the condition could never hold";
    UNKNOWN_VALUE = "WV0306", "unknown value", "the condition could never hold";
    UNKNOWN_METHOD = "WV0307", "unknown method", "the rule would speak about nothing";
    DUPLICATE_RULE = "WV0309", "rule id used twice", "an advice names the rules it rests on";
    POINTS_RANGE = "WV0310", "points out of range", "one rule gives or takes at most 5 points";
    EFFECT_COUNT = "WV0311", "not exactly one effect", "a rule does one thing";
    FACET_MISUSE = "WV0312", "facet asked in the wrong way", "a facet with several values has values, a facet with one value is a value";
    UNKNOWN_SOURCE = "WV0313", "unknown source", "every rule can be traced to a document and section";
    BOUND_NEVER = "WV0314", "comparison that says nothing", "the number can never, or will always, be within that bound";
    RULE_ID = "WV0315", "malformed rule id", "ids are stable names in lower case";
    CRITERION_UNCLEAR = "WV0316", "criterion cannot be told", "points belong to one of the criteria";
    CURVE_SHAPE = "WV0317", "malformed curve", "a curve needs at least two points in rising order";
    UNKNOWN_GUIDELINE = "WV0318", "unknown guideline", "there is nothing to show";
    BLANK_TEXT = "WV0319", "text without words", "advisors read every text in Dutch and in English";

    PACK_FORMAT = "WV0401", "pack of another format version", "this engine cannot know what the other version means";
    PACK_SHAPE = "WV0402", "not a pack", "the text is not JSON in the shape of a pack";
    DUPLICATE_ID = "WV0403", "id used twice", "an id names one thing";
    UNKNOWN_REFERENCE = "WV0404", "reference to something that does not exist", "an advice must be able to follow every reference";
    BROADER_CYCLE = "WV0405", "value broader than itself", "broader values must end somewhere";
    OUT_OF_RANGE = "WV0406", "number out of range", "scores stay within fixed bounds";
    CONDITION_SIZE = "WV0407", "condition too large", "the engine keeps every condition small enough to explain";
    MALFORMED_ID = "WV0408", "malformed id", "ids are stable names in lower case";
    BLANK_PACK_TEXT = "WV0409", "text without words", "advisors read every text in Dutch and in English";
    PACK_SIZE = "WV0410", "pack too large", "packs have a size limit";
    FACT_SHAPE = "WV0411", "fact that says nothing", "a fact is a number within bounds or a value, with its source";
    DUPLICATE_ALIAS = "WV0412", "alias used twice", "a word in a profile must mean one thing";
    WRONG_SUBJECT = "WV0413", "facet used for the wrong thing", "some facets describe profiles, some methods, some both";
    PACK_EMPTY = "WV0414", "pack without methods", "an advice about nothing helps nobody";
    PLAN_SHAPE = "WV0415", "chain of a plan that does not work", "a plan follows one chain of outcomes to one end, within sums that only grow";

    UNKNOWN_QUESTION = "WV0501", "unknown question", "the answer would silently do nothing";
    UNKNOWN_ANSWER = "WV0502", "unknown answer", "the answer would silently do nothing";
    ANSWER_TYPE = "WV0503", "answer of the wrong type", "the answer cannot be used";
    ANSWER_RANGE = "WV0504", "number out of bounds", "the number cannot be right";
    ONE_ANSWER = "WV0505", "several answers where one fits", "the question takes one answer";
    WEIGHTS = "WV0506", "wrong weight", "weights are whole numbers from 0 to 5 for the four criteria";
    NO_SUCH_METHOD = "WV0507", "unknown method", "there is no such card";
    PROFILE_SYNTAX = "WV0508", "profile cannot be read", "the text is not TOML, YAML or JSON";
    PROFILE_SIZE = "WV0509", "profile too large", "a profile is a page of answers";
    ANSWERED_TWICE = "WV0510", "question answered twice", "it is not clear which answer counts";
    METHOD_FACET = "WV0511", "question about methods, not about profiles", "that facet describes methods and is not asked";
    NOT_UTF8 = "WV0512", "file is not UTF-8 text", "the text cannot be read reliably";

    CASE_SHAPE = "WV0601", "case file cannot be read", "none of its cases ran";
    CASE_UNKNOWN = "WV0602", "case about something that does not exist", "the case tests nothing";
    CASE_FAILED = "WV0603", "case failed", "the rules do not do what the sentence says";
    RULE_UNTESTED = "WV0604", "rule without cases", "every rule is shown firing and not firing";
    BOUND_UNTESTED = "WV0605", "numeric bound without cases on both sides", "bounds are where mistakes hide";

    COMPARE_COUNT = "WV0701", "too few or too many profiles to compare", "two to eight profiles fit beside each other";
    CHANGES_CONFLICT = "WV0702", "changes at odds with each other", "it is not clear which change counts";
    CHANGE_IMPOSSIBLE = "WV0703", "change that cannot be made", "nothing would change, or the question does not allow it";
    SWEEP_RANGE = "WV0704", "range that cannot be swept", "there would be nothing to show, or more than anybody can read";
    TURN_SIZE = "WV0705", "wrong number of changes", "one to three changes can be searched";
    REQUEST_SHAPE = "WV0706", "request that cannot be read", "nothing was asked that can be answered";
    PLAN_NO_PHASE = "WV0721", "plan without a phase", "a plan has steps in at least one phase";
    PLAN_NOTHING_THERE = "WV0722", "plan with nothing to spend", "no step takes nothing at all";
    PLAN_STEPS = "WV0723", "number of steps out of range", "a plan that nobody can follow helps nobody";
    PLAN_PARTS = "WV0724", "too many parts of the target group", "a plan that is for everybody is for nobody";
    BATCH_COLUMN = "WV0731", "column that cannot hold an answer", "what is in it would silently do nothing";
}

/// The nearest of `known` to what was written, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let written = fold(written);
    // Of one or two characters, everything is near everything.
    let limit = match written.chars().count() {
        0..=1 => return None,
        length => (length / 3).clamp(1, 4),
    };
    known
        .map(|word| {
            let folded = fold(word);
            // A word that starts with what was written is as good as one slip.
            let distance =
                if folded.starts_with(&written) && written.len() > 2 { 1 } else { edits(&written, &folded) };
            (distance, word)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, word)| word)
}

/// "did you mean `x`?" or nothing, ready to put in front of a help text.
pub fn did_you_mean<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> String {
    nearest(written, known).map(|word| format!("did you mean `{word}`? ")).unwrap_or_default()
}

/// How a word is compared: without case, and with spaces, hyphens and underscores alike.
#[must_use]
pub fn fold(word: &str) -> String {
    let plain = |c: char| if c == '_' || c.is_whitespace() { '-' } else { c };
    let word = word.trim();
    if word.is_ascii() {
        // Nearly every word, and then one letter is one letter.
        return word.chars().map(|c| plain(c.to_ascii_lowercase())).collect();
    }
    word.chars().flat_map(char::to_lowercase).map(plain).collect()
}

/// How many slips of the pen lie between two words: a letter more, less or other, or two swapped.
/// Plain, because words here are short and errors are rare.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    let at = |rows: &[Vec<usize>], i: usize, j: usize| {
        rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
    };
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&rows, i, j) + usize::from(x != y);
            let mut best = changed.min(at(&rows, i, j + 1) + 1).min(row.last().map_or(0, |left| left + 1));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&rows, i - 1, j - 1) + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        for pair in CODES.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} must come before {}", pair[1].id, pair[0].id);
        }
    }

    #[test]
    fn edit_distance() {
        for (a, b, want) in [
            ("", "", 0),
            ("a", "", 1),
            ("trust", "truts", 1),
            ("trust", "turst", 1),
            ("trust", "rtust", 1),
            ("kitten", "sitting", 3),
            ("x", "x", 0),
        ] {
            assert_eq!(edits(a, b), want, "{a} → {b}");
            assert_eq!(edits(b, a), want, "{b} → {a}");
        }
    }

    #[test]
    fn nearest_word() {
        let known = ["low-literacy", "language-barrier", "loneliness"];
        for (written, want) in [
            ("low-litteracy", Some("low-literacy")),
            ("Low Literacy", Some("low-literacy")),
            ("lonelines", Some("loneliness")),
            ("langu", Some("language-barrier")),
            ("zzz", None),
        ] {
            assert_eq!(nearest(written, known.iter().copied()), want, "{written}");
        }
    }
}
