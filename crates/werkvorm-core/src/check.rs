//! Checks a pack and reports every problem in it at once.
//!
//! After a pack has passed, nothing in the engine can fail: every reference resolves and every
//! number is in range. Everything downstream relies on that.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Condition;
use crate::diagnostic::{Code, Diagnostic, code, fold};
use crate::pack::{About, Citation, Curve, Effect, FORMAT_VERSION, Facet, Pack, Rule};
use crate::text::Text;
use crate::vocabulary::{Question, Vocabulary, suggest};

/// The most points one rule may give or take.
pub const MAX_POINTS: i64 = 5;
/// A criterion score is kept within plus and minus this.
pub const MAX_CRITERION_SCORE: i64 = 10;
/// The largest weight of a criterion.
pub const MAX_WEIGHT: i64 = 5;
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
    if pack.format_version != FORMAT_VERSION {
        // Nothing else about another format can be judged.
        let message = format!("this pack has format version {}", pack.format_version);
        let help = format!(
            "this engine reads version {FORMAT_VERSION}: build the pack again from its seeds and rules"
        );
        return vec![Diagnostic::error(&code::PACK_FORMAT, message, help).at_item("format_version", "")];
    }
    let mut checker = Checker { pack, vocabulary: Vocabulary::new(pack), found: Vec::new() };
    checker.everything();
    let mut found = checker.found;
    crate::diagnostic::sort_diagnostics(&mut found);
    found
}

struct Checker<'p> {
    pack: &'p Pack,
    vocabulary: Vocabulary,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, code: &Code, item: &str, word: &str, message: String, help: impl Into<String>) {
        self.found.push(Diagnostic::error(code, message, help).at_item(item, word));
    }

    fn everything(&mut self) {
        let pack = self.pack;
        if pack.methods.is_empty() {
            let help = "add at least one card to `seeds/methods`";
            self.report(&code::PACK_EMPTY, "methods", "", "the pack has no methods".into(), help);
        }
        self.text("title", &pack.title);
        self.bands();
        self.vocabulary_items();
        self.methods();
        self.rules();
        self.extras();
        for (key, text) in &pack.texts {
            self.text(&format!("texts/{key}"), text);
        }
    }

    fn text(&mut self, item: &str, text: &Text) {
        if text.is_blank() {
            let empty = if text.nl.trim().is_empty() { "nl" } else { "en" };
            let message = format!("`{item}` has a text without words in `{empty}`");
            self.report(
                &code::BLANK_PACK_TEXT,
                item,
                empty,
                message,
                "write the text in Dutch and in English",
            );
        }
    }

    fn id(&mut self, item: &str, id: &str, separator: char) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == separator;
        if id.is_empty() || !id.chars().all(good) || !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let help =
                format!("use lower-case letters, digits and `{separator}`, starting with a letter or digit");
            self.report(&code::MALFORMED_ID, item, id, format!("`{id}` is not a good id"), help);
        }
    }

    /// Reports ids that occur twice in one list.
    fn unique<'i>(&mut self, list: &str, ids: impl Iterator<Item = &'i str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                let message = format!("`{id}` occurs twice in `{list}`");
                self.report(
                    &code::DUPLICATE_ID,
                    &format!("{list}/{id}"),
                    id,
                    message,
                    "give each its own id",
                );
            }
        }
    }

    fn unknown(&mut self, item: &str, what: &str, word: &str, help: String) {
        self.report(&code::UNKNOWN_REFERENCE, item, word, format!("there is no {what} `{word}`"), help);
    }

    fn citations(&mut self, item: &str, citations: &[Citation], required: bool) {
        if required && citations.is_empty() {
            let help = "cite a document and section of `seeds/sources.toml`: no fact without a source";
            self.report(&code::UNKNOWN_REFERENCE, item, "", format!("`{item}` has no source"), help);
        }
        for citation in citations {
            let Some(document) = self.pack.document(&citation.document) else {
                let help = suggest(&citation.document, self.pack.documents.iter().map(|d| d.id.as_str()));
                self.unknown(item, "document", &citation.document, help);
                continue;
            };
            let sections = document.sections.iter().map(|s| s.id.as_str());
            match &citation.section {
                Some(section) if !sections.clone().any(|id| id == section) => {
                    let help = suggest(section, sections);
                    self.unknown(item, &format!("section of `{}`", document.id), section, help);
                }
                None if !document.sections.is_empty() => {
                    let help = suggest("", sections);
                    self.unknown(item, &format!("section named for `{}`:", document.id), "", help);
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
            self.text(&format!("bands/{}", band.id), &band.label);
        }
    }

    fn vocabulary_items(&mut self) {
        let pack = self.pack;
        self.unique("criteria", pack.criteria.iter().map(|c| c.id.as_str()));
        for criterion in &pack.criteria {
            let item = format!("criteria/{}", criterion.id);
            self.id(&item, &criterion.id, '_');
            self.text(&item, &criterion.label);
            self.text(&item, &criterion.help);
        }
        let ids = pack.facets.iter().map(|f| f.id.as_str()).chain(pack.numbers.iter().map(|n| n.id.as_str()));
        self.unique("facets", ids);
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        let facets = pack.facets.iter().map(|f| ("facets", f.id.as_str(), &f.aliases));
        let numbers = pack.numbers.iter().map(|n| ("numbers", n.id.as_str(), &n.aliases));
        for (list, id, aliases) in facets.chain(numbers) {
            for word in aliases.iter().map(String::as_str).chain([id]) {
                self.alias(&mut owners, &format!("{list}/{id}"), id, word);
            }
        }
        for facet in &pack.facets {
            self.facet(facet);
        }
        for number in &pack.numbers {
            let item = format!("numbers/{}", number.id);
            self.id(&item, &number.id, '_');
            self.asked(&item, &number.about, number.criterion.as_deref(), number.question.as_ref());
            for text in [&number.label, &number.help, &number.unit] {
                self.text(&item, text);
            }
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
        self.text(&item, &facet.label);
        self.text(&item, &facet.help);
        self.citations(&item, &facet.sources, false);
        self.unique(&format!("facets/{}", facet.id), facet.values.iter().map(|v| v.id.as_str()));
        let mut owners = BTreeMap::new();
        for value in &facet.values {
            let item = format!("facets/{}/{}", facet.id, value.id);
            self.id(&item, &value.id, '-');
            self.text(&item, &value.label);
            self.text(&item, &value.help);
            self.citations(&item, &value.sources, false);
            for word in value.aliases.iter().map(String::as_str).chain([value.id.as_str()]) {
                self.alias(&mut owners, &item, &value.id, word);
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
            let help = suggest(name, facet.values.iter().map(|v| v.id.as_str()));
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
            let parents = value.broader.iter().filter_map(|name| self.vocabulary.broader_atom(at, name));
            let looped = parents.into_iter().any(|parent| self.vocabulary.closure(parent).contains(&own));
            if looped {
                let item = format!("facets/{}/{}", facet.id, value.id);
                let message = format!("`{}` is broader than itself", value.id);
                self.report(
                    &code::BROADER_CYCLE,
                    &item,
                    &value.id,
                    message,
                    "take one `broader` out of the circle",
                );
            }
        }
    }

    fn alias<'i>(&mut self, owners: &mut BTreeMap<String, &'i str>, item: &str, owner: &'i str, word: &str) {
        if let Some(other) = owners.insert(fold(word), owner)
            && other != owner
        {
            let message = format!("`{word}` means both `{other}` and `{owner}`");
            self.report(&code::DUPLICATE_ALIAS, item, word, message, "keep the alias with one of the two");
        }
    }

    fn asked(&mut self, item: &str, about: &[About], criterion: Option<&str>, question: Option<&Text>) {
        if about.contains(&About::Profile) {
            match criterion {
                None => self.unknown(item, "criterion for", item, "name one of the criteria".into()),
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
                        "add `question` in Dutch and in English",
                    );
                }
                Some(text) => self.text(item, text),
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
    fn facet_values(&mut self, item: &str, facets: &BTreeMap<String, Vec<String>>, about: Option<About>) {
        for (id, values) in facets {
            let Some(facet) = self.pack.facet(id) else {
                let help = suggest(id, self.pack.facets.iter().map(|f| f.id.as_str()));
                self.unknown(item, "facet", id, help);
                continue;
            };
            if about.is_some_and(|about| !facet.about.contains(&about)) {
                let message = format!("`{id}` does not describe this");
                let help = "use a facet that is about methods on a card, one about profiles elsewhere";
                self.report(&code::WRONG_SUBJECT, item, id, message, help);
            }
            for value in values {
                if facet.value(value).is_none() {
                    let help = suggest(value, facet.values.iter().map(|v| v.id.as_str()));
                    self.unknown(item, &format!("value of `{id}`"), value, help);
                }
            }
        }
    }

    fn method_ids(&mut self, item: &str, ids: &[String]) {
        for id in ids {
            if self.pack.method(id).is_none() {
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
            for text in [&method.name, &method.what, &method.when, &method.with_whom] {
                self.text(&item, text);
            }
            for text in method.steps.iter().chain(&method.cautions) {
                self.text(&item, text);
            }
            self.method_ids(&item, &method.combines_with);
            self.citations(&item, &method.sources, true);
            self.facet_values(&item, &method.facets, Some(About::Method));
            for fact in &method.facts {
                self.fact(&item, fact);
            }
        }
    }

    fn fact(&mut self, item: &str, fact: &crate::pack::Fact) {
        self.citations(item, std::slice::from_ref(&fact.source), true);
        match (&fact.number, &fact.facet, &fact.value) {
            (Some(id), None, None) => {
                let Some(number) = self.pack.number(id) else {
                    let help = suggest(id, self.pack.numbers.iter().map(|n| n.id.as_str()));
                    return self.unknown(item, "number", id, help);
                };
                if !number.about.contains(&About::Method) {
                    let message = format!("`{id}` does not describe methods");
                    self.report(
                        &code::WRONG_SUBJECT,
                        item,
                        id,
                        message,
                        "use a number that is about methods",
                    );
                }
                let inside =
                    |bound: Option<i64>| bound.is_none_or(|n| (number.min..=number.max).contains(&n));
                let rising = fact.min.zip(fact.max).is_none_or(|(min, max)| min <= max);
                if (fact.min.is_none() && fact.max.is_none())
                    || !inside(fact.min)
                    || !inside(fact.max)
                    || !rising
                {
                    let help = format!(
                        "give `min`, `max` or both, rising, from {} to {} {}",
                        number.min, number.max, number.unit.en
                    );
                    self.report(
                        &code::FACT_SHAPE,
                        item,
                        id,
                        format!("the fact about `{id}` says nothing"),
                        help,
                    );
                }
            }
            (None, Some(facet), Some(value)) if fact.min.is_none() && fact.max.is_none() => {
                let facets = BTreeMap::from([(facet.clone(), vec![value.clone()])]);
                self.facet_values(item, &facets, Some(About::Method));
            }
            _ => {
                let message = "a fact is neither a number nor a value".to_owned();
                let help = "write `number` with `min` or `max`, or `facet` with `value`";
                self.report(&code::FACT_SHAPE, item, "facts", message, help);
            }
        }
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
        self.text(&item, &rule.title);
        self.text(&item, &rule.because);
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
            Effect::Guideline(id) if self.pack.guideline(id).is_none() => {
                let help = suggest(id, self.pack.guidelines.iter().map(|g| g.id.as_str()));
                self.unknown(&item, "guideline", id, help);
            }
            _ => {}
        }
        self.condition(&item, &rule.when);
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
            self.report(&code::OUT_OF_RANGE, item, "curve", "the curve is malformed".into(), help);
        }
    }

    fn asked_number(&mut self, item: &str, id: &str) {
        match self.pack.number(id) {
            None => {
                let help = suggest(id, self.pack.numbers.iter().map(|n| n.id.as_str()));
                self.unknown(item, "number", id, help);
            }
            Some(number) if !number.about.contains(&About::Profile) => {
                let message = format!("profiles are not asked about `{id}`");
                self.report(&code::WRONG_SUBJECT, item, id, message, "use a number that is about profiles");
            }
            Some(_) => {}
        }
    }

    fn condition(&mut self, item: &str, condition: &Condition) {
        let (depth, parts) = condition.size();
        let terms = crate::terms::count(condition);
        if depth > MAX_CONDITION_DEPTH || parts > MAX_CONDITION_PARTS || terms > MAX_CONDITION_TERMS {
            let message = format!("a condition of {parts} parts, {depth} deep, with {terms} alternatives");
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
        let facets = BTreeMap::from([(id.to_owned(), values.to_vec())]);
        self.facet_values(item, &facets, Some(About::Profile));
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
            self.text(&item, &guideline.title);
            self.text(&item, &guideline.text);
            self.citations(&item, &guideline.sources, true);
            if let Some(tension) = &guideline.tension {
                self.text(&item, &tension.choose);
                if pack.guideline(&tension.other).is_none() {
                    let help = suggest(&tension.other, pack.guidelines.iter().map(|g| g.id.as_str()));
                    self.unknown(&item, "guideline", &tension.other, help);
                }
            }
        }
        for example in &pack.examples {
            let item = format!("examples/{}", example.id);
            self.id(&item, &example.id, '-');
            for text in [Some(&example.title), Some(&example.who), Some(&example.what), example.why.as_ref()]
            {
                text.into_iter().for_each(|text| self.text(&item, text));
            }
            self.method_ids(&item, &example.methods);
            self.facet_values(&item, &example.facets, Some(About::Profile));
            self.citations(&item, &example.sources, true);
        }
        for factor in &pack.factors {
            let item = format!("factors/{}", factor.id);
            self.id(&item, &factor.id, '-');
            for text in [Some(&factor.title), Some(&factor.text), factor.instead.as_ref()] {
                text.into_iter().for_each(|text| self.text(&item, text));
            }
            self.facet_values(&item, &factor.facets, None);
            self.citations(&item, &factor.sources, true);
        }
        for reach in &pack.reach {
            let item = format!("reach/{}", reach.id);
            self.id(&item, &reach.id, '-');
            for text in [&reach.title, &reach.text, &reach.places] {
                self.text(&item, text);
            }
            let needs = BTreeMap::from([(crate::engine::NEED.to_owned(), reach.preconditions.clone())]);
            if !reach.preconditions.is_empty() {
                self.facet_values(&item, &needs, Some(About::Method));
            }
            self.facet_values(&item, &reach.facets, Some(About::Profile));
            self.citations(&item, &reach.sources, true);
        }
        for persona in &pack.personas {
            let item = format!("personas/{}", persona.id);
            self.id(&item, &persona.id, '-');
            self.text(&item, &persona.title);
            self.text(&item, &persona.about);
            for problem in crate::answers::Answers::read(pack, &self.vocabulary, &persona.profile)
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
