//! Checks a pack and reports every problem in it at once.
//!
//! After a pack has passed, nothing in the engine can fail: every reference resolves and every
//! number is in range. Everything downstream relies on that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::condition::Condition;
use crate::diagnostic::{Code, Diagnostic, code, fold};
use crate::names::Names;
use crate::pack::{About, Citation, Curve, Document, Effect, FORMAT_VERSION, Facet, Number, Pack, Rule};
use crate::text::Text;
use crate::vocabulary::{Question, Vocabulary, suggest};

/// The most points one rule may give or take.
pub const MAX_POINTS: i64 = 5;
/// A criterion score is kept within plus and minus this.
pub const MAX_CRITERION_SCORE: i64 = 10;
/// The largest weight of a criterion.
pub const MAX_WEIGHT: i64 = 5;
/// The largest share of a value among the possible answers.
const MAX_SHARE: u32 = 1000;
/// The largest fit.
pub const MAX_FIT: i64 = 100;
/// Bounds and corners lie within plus and minus this, which keeps arithmetic with them far from overflow.
const MAX_BOUND: i64 = 1_000_000_000_000;
/// How deep a condition may be nested.
pub const MAX_CONDITION_DEPTH: usize = 24;
/// How many parts a condition may have.
pub const MAX_CONDITION_PARTS: usize = 512;
/// How many alternatives a condition may come down to.
pub const MAX_CONDITION_TERMS: usize = 512;

/// Every problem in a pack.
#[must_use]
pub fn check(pack: &Pack) -> Vec<Diagnostic> {
    check_with(pack, &Vocabulary::new(pack))
}

/// The same, with the vocabulary of the pack at hand.
pub(crate) fn check_with(pack: &Pack, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    if pack.format_version != FORMAT_VERSION {
        // Nothing else about another format can be judged.
        let message = format!("this pack has format version {}", pack.format_version);
        let help = format!(
            "this engine reads version {FORMAT_VERSION}: build the pack again from its seeds and rules"
        );
        return vec![Diagnostic::error(&code::PACK_FORMAT, message, help).at_item("format_version", "")];
    }
    let mut checker = Checker {
        pack,
        vocabulary,
        documents: pack.documents.iter().map(|document| (document.id.as_str(), document)).collect(),
        numbers: pack.numbers.iter().map(|number| (number.id.as_str(), number)).collect(),
        methods: pack.methods.iter().map(|method| (method.id.as_str(), ())).collect(),
        guidelines: pack.guidelines.iter().map(|guideline| (guideline.id.as_str(), ())).collect(),
        good: BTreeSet::new(),
        found: Vec::new(),
    };
    checker.everything();
    let mut found = checker.found;
    crate::diagnostic::sort_diagnostics(&mut found);
    found
}

/// Folded word to the list of the item that has it, its id, and the word as written.
type Owners<'i> = BTreeMap<String, [&'i str; 3]>;

pub(crate) struct Checker<'p> {
    pub(crate) pack: &'p Pack,
    vocabulary: &'p Vocabulary,
    /// By id; a large pack refers to these very often.
    documents: Names<&'p Document>,
    numbers: Names<&'p Number>,
    methods: Names<()>,
    guidelines: Names<()>,
    /// Conditions that several rules share and that are good.
    good: BTreeSet<*const Condition>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    pub(crate) fn report(
        &mut self,
        code: &Code,
        item: &str,
        word: &str,
        message: String,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::error(code, message, help).at_item(item, word));
    }

    fn everything(&mut self) {
        let pack = self.pack;
        if pack.methods.is_empty() {
            let help = "add at least one card to `seeds/methods`";
            self.report(&code::PACK_EMPTY, "methods", "", "the pack has no methods".into(), help);
        }
        self.text("", "title", &pack.title);
        self.bands();
        self.vocabulary_items();
        self.methods();
        self.rules();
        self.extras();
        self.planning();
        for (key, text) in &pack.texts {
            self.text(&format!("texts/{key}"), "", text);
        }
    }

    /// A text of an item, in the field of that name; `steps/0` is the first of a list.
    fn text(&mut self, item: &str, field: &str, text: &Text) {
        if !text.is_blank() {
            return;
        }
        let name = field.split('/').next().unwrap_or("");
        let place = [item, field].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let shown = match (item, name) {
            ("", name) => format!("`{name}`"),
            (item, "") => format!("`{item}`"),
            (item, name) => format!("`{name}` in `{item}`"),
        };
        for (language, key, words) in [("Dutch", "nl", &text.nl), ("English", "en", &text.en)] {
            if words.trim().is_empty() {
                let message = format!("the {language} text of {shown} has no words");
                let help = "advisors read every text in Dutch and in English: write both";
                self.report(&code::BLANK_PACK_TEXT, &place, key, message, help);
            }
        }
    }

    pub(crate) fn texts<'t>(
        &mut self,
        item: &str,
        texts: impl IntoIterator<Item = (&'static str, &'t Text)>,
    ) {
        for (field, text) in texts {
            self.text(item, field, text);
        }
    }

    fn list_of_texts(&mut self, item: &str, field: &str, texts: &[Text]) {
        for (at, text) in texts.iter().enumerate().filter(|(_, text)| text.is_blank()) {
            self.text(item, &format!("{field}/{at}"), text);
        }
    }

    pub(crate) fn id(&mut self, item: &str, id: &str, separator: char) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == separator;
        if id.is_empty() || !id.chars().all(good) || !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let help =
                format!("use lower-case letters, digits and `{separator}`, starting with a letter or digit");
            self.report(&code::MALFORMED_ID, item, id, format!("`{id}` is not a good id"), help);
        }
    }

    /// Reports ids that occur twice in one list.
    pub(crate) fn unique<'i>(&mut self, list: &str, ids: impl Iterator<Item = &'i str> + Clone) {
        // Ids that rise are different; those of a pack that was built do.
        if ids.clone().is_sorted_by(|a, b| a < b) {
            return;
        }
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                let message = format!("the id `{id}` is used twice in `{list}`");
                let help = "an id names one thing: give each its own, or take one out";
                self.report(&code::DUPLICATE_ID, &format!("{list}/{id}"), id, message, help);
            }
        }
    }

    pub(crate) fn unknown(&mut self, item: &str, what: &str, word: &str, help: String) {
        self.report(&code::UNKNOWN_REFERENCE, item, word, format!("there is no {what} `{word}`"), help);
    }

    pub(crate) fn citations(&mut self, item: &str, citations: &[Citation], required: bool) {
        if required && citations.is_empty() {
            let help = "cite a document and section of `seeds/sources.toml`: no fact without a source";
            self.report(&code::UNKNOWN_REFERENCE, item, "sources", format!("`{item}` has no source"), help);
        }
        for citation in citations {
            let Some(document) = self.documents.get(&citation.document).copied() else {
                let help = suggest(&citation.document, self.pack.documents.iter().map(|d| d.id.as_str()));
                self.unknown(item, "document", &citation.document, help);
                continue;
            };
            let sections = document.sections.iter().map(|s| s.id.as_str());
            match &citation.section {
                Some(section) if document.sections.is_empty() => {
                    let message = format!("`{}` has no sections", document.id);
                    self.report(&code::UNKNOWN_REFERENCE, item, section, message, "take out `section`");
                }
                Some(section) if !sections.clone().any(|id| id == section) => {
                    let help = suggest(section, sections);
                    let message = format!("there is no section `{section}` in `{}`", document.id);
                    self.report(&code::UNKNOWN_REFERENCE, item, section, message, help);
                }
                None if !document.sections.is_empty() => {
                    let message = format!("a section of `{}` is not named", document.id);
                    let help = format!("add `section = \"…\"`: {}", suggest("", sections));
                    self.report(&code::UNKNOWN_REFERENCE, item, &citation.document, message, help);
                }
                _ => {}
            }
        }
    }

    fn bands(&mut self) {
        let falling = self.pack.bands.windows(2).all(|pair| match pair {
            [better, worse] => better.from_fit > worse.from_fit,
            _ => true,
        });
        let ends = self.pack.bands.last().is_some_and(|band| band.from_fit == 0)
            && self.pack.bands.first().is_some_and(|band| band.from_fit <= MAX_FIT);
        if !falling || !ends {
            let help = format!("start at most at {MAX_FIT}, let `from_fit` fall, and end at 0");
            self.report(
                &code::OUT_OF_RANGE,
                "bands",
                "",
                "the bands do not cover every fit once".into(),
                help,
            );
        }
        self.unique("bands", self.pack.bands.iter().map(|b| b.id.as_str()));
        for band in &self.pack.bands {
            self.text(&format!("bands/{}", band.id), "label", &band.label);
        }
    }

    fn vocabulary_items(&mut self) {
        let pack = self.pack;
        self.unique("criteria", pack.criteria.iter().map(|c| c.id.as_str()));
        for criterion in &pack.criteria {
            let item = format!("criteria/{}", criterion.id);
            self.id(&item, &criterion.id, '_');
            self.texts(&item, [("label", &criterion.label), ("help", &criterion.help)]);
        }
        self.unique("facets", pack.facets.iter().map(|f| f.id.as_str()));
        self.unique("numbers", pack.numbers.iter().map(|n| n.id.as_str()));
        for number in pack.numbers.iter().filter(|number| pack.facet(&number.id).is_some()) {
            let message = format!("`{}` is both a facet and a number", number.id);
            let help = "an id names one question: give one of the two another id";
            self.report(&code::DUPLICATE_ID, &format!("numbers/{}", number.id), &number.id, message, help);
            if let Some(found) = self.found.last_mut() {
                *found = found.clone().at_item(format!("facets/{}", number.id), number.id.as_str());
            }
        }
        let mut owners = BTreeMap::new();
        let facets = pack.facets.iter().map(|f| ("facets", f.id.as_str(), &f.aliases));
        let numbers = pack.numbers.iter().map(|n| ("numbers", n.id.as_str(), &n.aliases));
        for (list, id, aliases) in facets.chain(numbers) {
            for word in aliases.iter().map(String::as_str).chain([id]) {
                self.alias(&mut owners, [list, id, word]);
            }
        }
        for facet in &pack.facets {
            self.facet(facet);
        }
        for number in &pack.numbers {
            let item = format!("numbers/{}", number.id);
            self.id(&item, &number.id, '_');
            self.asked(&item, &number.about, number.criterion.as_deref(), number.question.as_ref());
            self.texts(&item, [("label", &number.label), ("help", &number.help), ("unit", &number.unit)]);
            self.texts(&item, number.unit_one.iter().map(|unit| ("unit_one", unit)));
            if number.min > number.max {
                let message = format!("`{}` goes from {} to {}", number.id, number.min, number.max);
                self.report(&code::OUT_OF_RANGE, &item, "min", message, "let `min` be at most `max`");
            }
            self.citations(&item, &number.sources, false);
        }
    }

    fn facet(&mut self, facet: &Facet) {
        let item = format!("facets/{}", facet.id);
        self.id(&item, &facet.id, '_');
        self.asked(&item, &facet.about, facet.criterion.as_deref(), facet.question.as_ref());
        self.texts(&item, [("label", &facet.label), ("help", &facet.help)]);
        self.citations(&item, &facet.sources, false);
        self.unique(&format!("facets/{}", facet.id), facet.values.iter().map(|v| v.id.as_str()));
        let mut owners = BTreeMap::new();
        let list = item;
        for value in &facet.values {
            let item = format!("facets/{}/{}", facet.id, value.id);
            self.id(&item, &value.id, '-');
            self.texts(&item, [("label", &value.label), ("help", &value.help)]);
            self.citations(&item, &value.sources, false);
            for word in value.aliases.iter().map(String::as_str).chain([value.id.as_str()]) {
                self.alias(&mut owners, [&list, &value.id, word]);
            }
            if value.share.is_some_and(|share| !(1..=MAX_SHARE).contains(&share)) {
                let message = format!("the share of `{}` is out of range", value.id);
                let help = format!("write how likely the value is next to the others, 1 to {MAX_SHARE}");
                self.report(&code::OUT_OF_RANGE, &item, "share", message, help);
            }
            for name in &value.broader {
                self.broader(facet, &item, name);
            }
        }
        self.cycles(facet);
    }

    fn broader(&mut self, facet: &Facet, item: &str, name: &str) {
        let Some(Question::Facet(at)) = self.vocabulary.question(&facet.id) else { return };
        if self.vocabulary.broader_atom(at, name).is_none() {
            let help = match name.split_once('/') {
                None => suggest(name, facet.values.iter().map(|v| v.id.as_str())),
                Some((other, value)) => match self.pack.facet(other) {
                    None => suggest(other, self.pack.facets.iter().map(|f| f.id.as_str())),
                    Some(other) => {
                        let ids: Vec<_> =
                            other.values.iter().map(|v| format!("{}/{}", other.id, v.id)).collect();
                        suggest(&format!("{}/{value}", other.id), ids.iter().map(String::as_str))
                    }
                },
            };
            self.unknown(item, "broader value", name, help);
        }
        if let Some((other, _)) = name.split_once('/')
            && self.pack.facet(other).is_some_and(Facet::takes_one)
        {
            let message = format!("`{name}` is a value of a facet that takes one value");
            let help = "let the value of the other facet name this one as broader, or leave it out";
            self.report(&code::WRONG_SUBJECT, item, name, message, help);
        }
    }

    /// A value whose broader values lead back to itself.
    fn cycles(&mut self, facet: &Facet) {
        let Some(Question::Facet(at)) = self.vocabulary.question(&facet.id) else { return };
        for (value_at, value) in facet.values.iter().enumerate() {
            let Some(own) = self.vocabulary.atom(at, value_at) else { continue };
            let back = value.broader.iter().find(|name| {
                let parent = self.vocabulary.broader_atom(at, name);
                parent.is_some_and(|parent| self.vocabulary.closure(parent).contains(&own))
            });
            if let Some(name) = back {
                let item = format!("facets/{}/{}", facet.id, value.id);
                let message = format!("`{}` is broader than itself, by way of `{name}`", value.id);
                let help = "broader values must end somewhere: take one `broader` out of the circle";
                self.report(&code::BROADER_CYCLE, &format!("{item}/broader"), name, message, help);
            }
        }
    }

    /// Two things that the same word stands for.
    fn alias<'i>(&mut self, owners: &mut Owners<'i>, here: [&'i str; 3]) {
        let Some(there) = owners.insert(fold(here[2]), here) else { return };
        let place = |[list, owner, word]: [&str; 3]| {
            let field = if word == owner { "" } else { "/aliases" };
            format!("{list}/{owner}{field}")
        };
        let ([_, owner, word], [_, other, other_word]) = (here, there);
        if other != owner {
            let message = format!("`{word}` means both `{other}` and `{owner}`");
            let help = "a word in a profile must mean one thing: keep it with one of the two";
            let diagnostic = Diagnostic::error(&code::DUPLICATE_ALIAS, message, help);
            self.found.push(diagnostic.at_item(place(here), word).at_item(place(there), other_word));
        }
    }

    fn asked(&mut self, item: &str, about: &[About], criterion: Option<&str>, question: Option<&Text>) {
        if about.contains(&About::Profile) {
            match criterion {
                None => {
                    let known: Vec<_> = self.pack.criteria.iter().map(|c| format!("`{}`", c.id)).collect();
                    let message = format!("`{item}` is asked but counts for no criterion");
                    let help = format!("add `criterion = \"…\"`, one of {}", known.join(", "));
                    self.report(&code::UNKNOWN_REFERENCE, item, "", message, help);
                }
                Some(id) if !self.pack.criteria.iter().any(|c| c.id == id) => {
                    let help = suggest(id, self.pack.criteria.iter().map(|c| c.id.as_str()));
                    self.unknown(item, "criterion", id, help);
                }
                Some(_) => {}
            }
            match question {
                None => {
                    let message = format!("`{item}` is asked but has no question");
                    self.report(
                        &code::BLANK_PACK_TEXT,
                        item,
                        "",
                        message,
                        "add `question = { nl = \"…\", en = \"…\" }`, because it is about profiles",
                    );
                }
                Some(text) => self.text(item, "question", text),
            }
        }
        if about.is_empty() {
            let message = format!("`{item}` describes nothing");
            self.report(
                &code::WRONG_SUBJECT,
                item,
                "about",
                message,
                "write `about = [\"profile\"]` or `[\"method\"]`",
            );
        }
    }

    /// Values by facet, as cards, examples, factors and ways to reach people have them.
    pub(crate) fn facet_values(
        &mut self,
        item: &str,
        facets: &BTreeMap<String, Vec<String>>,
        about: Option<About>,
    ) {
        for (id, values) in facets {
            self.values(item, id, values, about);
        }
    }

    /// Values of one facet.
    fn values(&mut self, item: &str, id: &str, values: &[String], about: Option<About>) {
        let Some((facet, known)) = self.vocabulary.facet_with_values(id) else {
            let help = suggest(id, self.pack.facets.iter().map(|f| f.id.as_str()));
            return self.unknown(item, "facet", id, help);
        };
        let facet = &self.pack.facets[facet];
        let wrong: Vec<_> = values.iter().filter(|value| !known.contains(value)).collect();
        if about.is_some_and(|about| !facet.about.contains(&about)) {
            let (subject, other) = match about {
                Some(About::Method) => ("method", "profile"),
                _ => ("profile", "method"),
            };
            let message = format!("`{id}` describes {other}s and not {subject}s");
            let help = format!("use a facet about {subject}s, or add `\"{subject}\"` to `about` of `{id}`");
            self.report(&code::WRONG_SUBJECT, item, id, message, help);
        }
        // On a card, the list of this facet; in a rule or fact, the whole.
        for value in wrong {
            let place = if item.ends_with("/facets") { format!("{item}/{id}") } else { item.to_owned() };
            let help = suggest(value, facet.values.iter().map(|v| v.id.as_str()));
            let message = format!("`{value}` is not a value of `{id}`");
            self.report(&code::UNKNOWN_REFERENCE, &place, value, message, help);
        }
    }

    fn method_ids(&mut self, item: &str, ids: &[String]) {
        for id in ids {
            if !self.methods.contains(id) {
                let help = suggest(id, self.pack.methods.iter().map(|m| m.id.as_str()));
                self.unknown(item, "method", id, help);
            }
        }
    }

    fn methods(&mut self) {
        let pack = self.pack;
        self.unique("methods", pack.methods.iter().map(|m| m.id.as_str()));
        for method in &pack.methods {
            let item = format!("methods/{}", method.id);
            self.id(&item, &method.id, '-');
            let texts = [&method.name, &method.what, &method.when, &method.with_whom];
            self.texts(&item, ["name", "what", "when", "with_whom"].into_iter().zip(texts));
            self.list_of_texts(&item, "steps", &method.steps);
            self.list_of_texts(&item, "cautions", &method.cautions);
            self.method_ids(&format!("{item}/combines_with"), &method.combines_with);
            self.citations(&item, &method.sources, true);
            self.facet_values(&format!("{item}/facets"), &method.facets, Some(About::Method));
            for (at, fact) in method.facts.iter().enumerate() {
                self.fact(&format!("{item}/facts/{at}"), fact);
            }
        }
    }

    fn fact(&mut self, item: &str, fact: &crate::pack::Fact) {
        self.citations(item, std::slice::from_ref(&fact.source), true);
        if let Some(note) = &fact.note {
            self.text(item, "note", note);
        }
        match (&fact.number, &fact.facet, &fact.value) {
            (Some(id), None, None) => self.fact_in_numbers(item, id, fact.min, fact.max),
            (None, Some(facet), Some(value)) if fact.min.is_none() && fact.max.is_none() => {
                let facets = BTreeMap::from([(facet.clone(), vec![value.clone()])]);
                self.facet_values(item, &facets, Some(About::Method));
            }
            _ => {
                let message = "a fact is neither a number nor a value".to_owned();
                let help = "write `number` with `min` or `max`, or `facet` with `value`";
                self.report(&code::FACT_SHAPE, item, "", message, help);
            }
        }
    }

    fn fact_in_numbers(&mut self, item: &str, id: &str, low: Option<i64>, high: Option<i64>) {
        let Some(number) = self.pack.number(id) else {
            let help = suggest(id, self.pack.numbers.iter().map(|n| n.id.as_str()));
            return self.unknown(item, "number", id, help);
        };
        if !number.about.contains(&About::Method) {
            let message = format!("`{id}` describes profiles and not methods");
            let help = format!("use a number about methods, or add `\"method\"` to `about` of `{id}`");
            self.report(&code::WRONG_SUBJECT, item, id, message, help);
        }
        let bounds = format!("from {} to {} ({})", number.min, number.max, number.unit.en);
        let outside = [("min", low), ("max", high)].into_iter().find_map(|(field, bound)| {
            bound.filter(|bound| !(number.min..=number.max).contains(bound)).map(|bound| (field, bound))
        });
        let (field, message, help) = match (low, high, outside) {
            (None, None, _) => (
                id,
                format!("the fact about `{id}` gives no number"),
                format!("write `min`, `max` or both, {bounds}"),
            ),
            (_, _, Some((field, bound))) => (
                field,
                format!("`{field}` of `{id}` is {bound}, which is out of bounds"),
                format!("write a whole number {bounds}"),
            ),
            (Some(low), Some(high), None) if low > high => {
                ("min", format!("`{id}` goes from {low} to {high}"), "let `min` be at most `max`".to_owned())
            }
            _ => return,
        };
        self.report(&code::FACT_SHAPE, item, field, message, help);
    }

    fn rules(&mut self) {
        let pack = self.pack;
        self.unique("rules", pack.rules.iter().map(|r| r.id.as_str()));
        for rule in &pack.rules {
            self.rule(rule);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let item = format!("rules/{}", rule.id);
        for part in rule.id.split('/') {
            self.id(&item, part, '-');
        }
        self.texts(&item, [("title", &*rule.title), ("because", &*rule.because)]);
        self.citations(&item, &rule.sources, true);
        if let Some(method) = &rule.method {
            self.method_ids(&item, std::slice::from_ref(method));
        } else if !matches!(rule.effect, Effect::Caution | Effect::Guideline(_)) {
            let help = "only cautions and guidelines may speak about the whole advice: add `method`";
            self.report(
                &code::UNKNOWN_REFERENCE,
                &item,
                "method",
                format!("`{}` names no method", rule.id),
                help,
            );
        }
        if !self.pack.criteria.iter().any(|c| c.id == rule.criterion) {
            let help = suggest(&rule.criterion, self.pack.criteria.iter().map(|c| c.id.as_str()));
            self.unknown(&item, "criterion", &rule.criterion, help);
        }
        match &rule.effect {
            Effect::Points(points) if *points == 0 || !within(*points, MAX_POINTS) => {
                let help = format!("write a whole number from -{MAX_POINTS} to {MAX_POINTS}, but not 0");
                self.report(
                    &code::OUT_OF_RANGE,
                    &item,
                    "points",
                    format!("`{}` gives {points} points", rule.id),
                    help,
                );
            }
            Effect::Curve(curve) => self.curve(&item, curve),
            Effect::Guideline(id) if !self.guidelines.contains(id) => {
                let help = suggest(id, self.pack.guidelines.iter().map(|g| g.id.as_str()));
                self.unknown(&item, "guideline", id, help);
            }
            _ => {}
        }
        if Arc::strong_count(&rule.when) == 1 {
            return self.condition(&item, &rule.when);
        }
        if !self.good.contains(&Arc::as_ptr(&rule.when)) {
            let before = self.found.len();
            self.condition(&item, &rule.when);
            if self.found.len() == before {
                self.good.insert(Arc::as_ptr(&rule.when));
            }
        }
    }

    fn curve(&mut self, item: &str, curve: &Curve) {
        self.asked_number(item, &curve.number);
        let rising = curve.corners.windows(2).all(|pair| match pair {
            [(left, _), (right, _)] => left < right,
            _ => true,
        });
        let inside = curve.corners.iter().all(|(x, y)| within(*x, MAX_BOUND) && within(*y, MAX_POINTS));
        if curve.corners.len() < 2 || !rising || !inside {
            let help = format!(
                "give at least two corners `[number, points]`, numbers rising, points -{MAX_POINTS} to {MAX_POINTS}"
            );
            let message = format!("the curve of `{}` is malformed", item.trim_start_matches("rules/"));
            self.report(&code::OUT_OF_RANGE, item, "curve", message, help);
        }
    }

    pub(crate) fn asked_number(&mut self, item: &str, id: &str) {
        match self.numbers.get(id) {
            None => {
                let help = suggest(id, self.pack.numbers.iter().map(|n| n.id.as_str()));
                self.unknown(item, "number", id, help);
            }
            Some(number) if !number.about.contains(&About::Profile) => {
                let message = format!("profiles are not asked about `{id}`");
                let help = format!("use a number about profiles, or add `\"profile\"` to `about` of `{id}`");
                self.report(&code::WRONG_SUBJECT, item, id, message, help);
            }
            Some(_) => {}
        }
    }

    fn condition(&mut self, item: &str, condition: &Condition) {
        let (depth, parts) = condition.size();
        let terms = crate::terms::count(condition);
        if depth > MAX_CONDITION_DEPTH || parts > MAX_CONDITION_PARTS || terms > MAX_CONDITION_TERMS {
            let rule = item.trim_start_matches("rules/");
            let size = match () {
                () if depth > MAX_CONDITION_DEPTH => format!("is {depth} deep"),
                () if parts > MAX_CONDITION_PARTS => format!("has {parts} parts"),
                () => format!("comes down to more than {MAX_CONDITION_TERMS} alternatives"),
            };
            let message = format!("the condition of `{rule}` {size}");
            let help = format!(
                "stay within {MAX_CONDITION_PARTS} parts, {MAX_CONDITION_DEPTH} deep and {MAX_CONDITION_TERMS} alternatives: split the rule"
            );
            return self.report(&code::CONDITION_SIZE, item, "when", message, help);
        }
        let mut leaves = Vec::new();
        condition.walk(&mut |part| leaves.push(part));
        for leaf in leaves {
            match leaf {
                Condition::Has { facet, value } => {
                    self.asked_values(item, facet, std::slice::from_ref(value))
                }
                Condition::HasAny { facet, values } | Condition::HasAll { facet, values } => {
                    self.asked_values(item, facet, values);
                }
                Condition::Number { number, at_least, at_most } => {
                    self.asked_number(item, number);
                    if at_least.is_none() && at_most.is_none() {
                        let help = "give `at_least`, `at_most` or both";
                        self.report(
                            &code::FACT_SHAPE,
                            item,
                            number,
                            format!("`{number}` has no bound"),
                            help,
                        );
                    }
                    if let Some(bound) =
                        [at_least, at_most].into_iter().flatten().find(|bound| !within(**bound, MAX_BOUND))
                    {
                        let help = format!("write a bound from -{MAX_BOUND} to {MAX_BOUND}");
                        self.report(
                            &code::OUT_OF_RANGE,
                            item,
                            number,
                            format!("`{number}` has {bound} as a bound"),
                            help,
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn asked_values(&mut self, item: &str, id: &str, values: &[String]) {
        self.values(item, id, values, Some(About::Profile));
    }

    /// Guidelines, examples, factors, ways to reach people, personas, documents.
    fn extras(&mut self) {
        let pack = self.pack;
        self.unique("documents", pack.documents.iter().map(|d| d.id.as_str()));
        self.unique("guidelines", pack.guidelines.iter().map(|g| g.id.as_str()));
        self.unique("examples", pack.examples.iter().map(|e| e.id.as_str()));
        self.unique("factors", pack.factors.iter().map(|f| f.id.as_str()));
        self.unique("reach", pack.reach.iter().map(|r| r.id.as_str()));
        self.unique("personas", pack.personas.iter().map(|p| p.id.as_str()));
        for guideline in &pack.guidelines {
            let item = format!("guidelines/{}", guideline.id);
            self.id(&item, &guideline.id, '-');
            self.texts(&item, [("title", &guideline.title), ("text", &guideline.text)]);
            self.citations(&item, &guideline.sources, true);
            if let Some(tension) = &guideline.tension {
                self.text(&format!("{item}/tension"), "choose", &tension.choose);
                if !self.guidelines.contains(&tension.other) {
                    let help = suggest(&tension.other, pack.guidelines.iter().map(|g| g.id.as_str()));
                    self.unknown(&item, "guideline", &tension.other, help);
                }
            }
        }
        for example in &pack.examples {
            let item = format!("examples/{}", example.id);
            self.id(&item, &example.id, '-');
            self.texts(&item, [("title", &example.title), ("who", &example.who), ("what", &example.what)]);
            self.texts(&item, example.why.as_ref().map(|why| ("why", why)));
            self.method_ids(&format!("{item}/methods"), &example.methods);
            self.facet_values(&format!("{item}/facets"), &example.facets, Some(About::Profile));
            self.citations(&item, &example.sources, true);
        }
        for factor in &pack.factors {
            let item = format!("factors/{}", factor.id);
            self.id(&item, &factor.id, '-');
            self.texts(&item, [("title", &factor.title), ("text", &factor.text)]);
            self.texts(&item, factor.instead.as_ref().map(|instead| ("instead", instead)));
            self.facet_values(&format!("{item}/facets"), &factor.facets, None);
            self.citations(&item, &factor.sources, true);
        }
        for reach in &pack.reach {
            let item = format!("reach/{}", reach.id);
            self.id(&item, &reach.id, '-');
            self.texts(&item, [("title", &reach.title), ("text", &reach.text), ("where", &reach.places)]);
            let needs = BTreeMap::from([(crate::engine::NEED.to_owned(), reach.preconditions.clone())]);
            if !reach.preconditions.is_empty() {
                self.facet_values(&format!("{item}/preconditions"), &needs, Some(About::Method));
            }
            self.facet_values(&format!("{item}/facets"), &reach.facets, Some(About::Profile));
            self.citations(&item, &reach.sources, true);
        }
        self.unique("recipe", pack.recipe.iter().map(|s| s.id.as_str()));
        for step in &pack.recipe {
            let item = format!("recipe/{}", step.id);
            self.id(&item, &step.id, '-');
            for (field, text) in [("title", &step.title), ("help", &step.help), ("empty", &step.empty)] {
                self.text(&item, field, text);
            }
            self.citations(&item, &step.sources, true);
        }
        for persona in &pack.personas {
            let item = format!("personas/{}", persona.id);
            self.id(&item, &persona.id, '-');
            self.texts(&item, [("title", &persona.title), ("about", &persona.about)]);
            for problem in crate::answers::Answers::read(pack, self.vocabulary, &persona.profile)
                .err()
                .unwrap_or_default()
            {
                let word = problem.labels.first().map(|label| label.text.clone()).unwrap_or_default();
                self.found.push(Diagnostic { labels: Vec::new(), ..problem }.at_item(&item, word));
            }
        }
    }
}

/// Whether a number lies within plus and minus a limit; the smallest number has no absolute value.
fn within(number: i64, limit: i64) -> bool {
    (-limit..=limit).contains(&number)
}
