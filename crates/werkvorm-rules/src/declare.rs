//! `rule(id, #{…})`: from a script's map to a rule, with every mistake in it reported at once.

use rhai::{Array, Dynamic, Engine, Map, NativeCallContext, Position};
use werkvorm_core::{
    Citation, Condition, Curve, Effect, MAX_POINTS, Pack, Place, Rule, Text, code, did_you_mean,
};

use crate::card_api::{Card, unknown_method};
use crate::collect::Collector;
use crate::vocabulary_api::{Cond, NumberName};

/// A citation as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Cite(pub(crate) Citation);

/// A text in both languages as a script value.
#[derive(Debug, Clone)]
struct Words(Text);

/// A curve as a script value.
#[derive(Debug, Clone)]
struct CurveValue(Curve);

const FIELDS: [&str; 11] = [
    "title",
    "method",
    "criterion",
    "when",
    "points",
    "curve",
    "exclude",
    "caution",
    "guideline",
    "because",
    "source",
];
const EFFECTS: [&str; 5] = ["points", "curve", "exclude", "caution", "guideline"];

/// Registers `rule`, `text`, `cite` and `curve`.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<Cite>("Source");
    engine.register_type_with_name::<Words>("Text");
    engine.register_type_with_name::<CurveValue>("Curve");

    let texts = collector.clone();
    engine.register_fn("text", move |context: NativeCallContext<'_>, nl: &str, en: &str| {
        if nl.trim().is_empty() || en.trim().is_empty() {
            let label = texts.label(context.call_position());
            texts.report(
                &code::BLANK_TEXT,
                label,
                "a text without words",
                "write the text in Dutch and in English",
            );
        }
        Words(Text { nl: nl.to_owned(), en: en.to_owned() })
    });
    for with_section in [true, false] {
        let cites = collector.clone();
        let cite = move |context: NativeCallContext<'_>, document: &str, section: Option<&str>| {
            let citation = Citation { document: document.to_owned(), section: section.map(str::to_owned) };
            if let Some(help) = source_problem(&cites.pack, &citation) {
                let shown = section.map_or(document.to_owned(), |section| format!("{document} / {section}"));
                let label = cites.label(context.call_position());
                cites.report(&code::UNKNOWN_SOURCE, label, format!("there is no source `{shown}`"), help);
            }
            Cite(citation)
        };
        if with_section {
            engine.register_fn(
                "cite",
                move |context: NativeCallContext<'_>, document: &str, section: &str| {
                    cite(context, document, Some(section))
                },
            );
        } else {
            engine.register_fn("cite", move |context: NativeCallContext<'_>, document: &str| {
                cite(context, document, None)
            });
        }
    }
    let curves = collector.clone();
    engine.register_fn("curve", move |context: NativeCallContext<'_>, number: NumberName, corners: Array| {
        let corners = corners.iter().map(corner).collect::<Option<Vec<_>>>().unwrap_or_default();
        let rising = corners.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if corners.len() < 2 || !rising || corners.iter().any(|(_, y)| y.abs() > MAX_POINTS) {
            let help = format!(
                "write `curve({}, [[0, -5], [4, 0], [8, 2]])`: numbers rising, points from -{MAX_POINTS} to {MAX_POINTS}",
                number.0
            );
            curves.report(&code::CURVE_SHAPE, curves.label(context.call_position()), "a malformed curve", help);
        }
        CurveValue(Curve { number: number.0, corners })
    });
    let rules = collector.clone();
    engine.register_fn("rule", move |context: NativeCallContext<'_>, id: &str, fields: Map| {
        Declaration { collector: &rules, position: context.call_position(), id, fields: &fields }.declare();
    });
}

fn corner(item: &Dynamic) -> Option<(i64, i64)> {
    let pair = item.clone().try_cast::<Array>()?;
    match pair.as_slice() {
        [x, y] => Some((x.as_int().ok()?, y.as_int().ok()?)),
        _ => None,
    }
}

fn source_problem(pack: &Pack, citation: &Citation) -> Option<String> {
    let Some(document) = pack.document(&citation.document) else {
        let near = did_you_mean(&citation.document, pack.documents.iter().map(|d| d.id.as_str()));
        return Some(format!("{near}documents and sections are listed in `seeds/sources.toml`"));
    };
    let sections = || document.sections.iter().map(|section| section.id.as_str());
    let list = || sections().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match &citation.section {
        Some(section) if !sections().any(|id| id == section) => Some(format!(
            "{}the sections of `{}` are {}",
            did_you_mean(section, sections()),
            document.id,
            list()
        )),
        None if !document.sections.is_empty() => {
            Some(format!("name a section of `{}`: {}", document.id, list()))
        }
        _ => None,
    }
}

/// One call of `rule`.
struct Declaration<'d> {
    collector: &'d Collector,
    position: Position,
    id: &'d str,
    fields: &'d Map,
}

impl Declaration<'_> {
    fn declare(&self) {
        self.check_id();
        self.check_fields();
        let method = self.method();
        let when = self.when();
        let effect = self.effect(method.is_some());
        let title = self.words("title");
        let because = self.words("because");
        let sources = self.sources();
        let criterion = self.criterion(&when, effect.as_ref());
        let label = self.collector.label(self.position);
        if let (Some(effect), Some(title), Some(because), Some(criterion)) =
            (effect, title, because, criterion)
        {
            let place = Place { file: self.collector.file(), line: label.line };
            let id = self.id.to_owned();
            let rule = Rule { id, title, method, criterion, when, effect, because, sources, place };
            self.collector.declare(rule, label);
        }
    }

    fn report(
        &self,
        code: &werkvorm_core::Code,
        field: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.collector.report(code, self.collector.field_label(self.position, field), message, help);
    }

    fn wrong_type(&self, field: &str, value: &Dynamic, help: &str) {
        let message = format!("`{field}` of `{}` cannot be of type {}", self.id, value.type_name());
        self.report(&code::WRONG_TYPE, field, message, help);
    }

    fn missing(&self, field: &str, help: &str) {
        let label = self.collector.label(self.position);
        self.collector.report(&code::MISSING_FIELD, label, format!("`{}` has no `{field}`", self.id), help);
    }

    fn check_id(&self) {
        let good = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if !self.id.split('/').all(good) || self.id.len() > 120 {
            let label = self.collector.label(self.position);
            let help = "name the situation in lower-case words with hyphens, and the method after a slash: `reading-asked/enquete`";
            self.collector.report(
                &code::RULE_ID,
                label,
                format!("`{}` is not a good rule id", self.id),
                help,
            );
        }
    }

    fn check_fields(&self) {
        for field in self.fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            let near = did_you_mean(field, FIELDS.into_iter());
            let help = format!("{near}the fields are {}", FIELDS.map(|f| format!("`{f}`")).join(", "));
            self.report(
                &code::UNKNOWN_FIELD,
                field,
                format!("`{}` has an unknown field `{field}`", self.id),
                help,
            );
        }
    }

    fn method(&self) -> Option<String> {
        let value = self.fields.get("method")?;
        if let Some(card) = value.clone().try_cast::<Card>() {
            return Some(card.method().id.clone());
        }
        match value.clone().into_string() {
            Ok(id) => {
                if self.collector.pack.method(&id).is_none() {
                    unknown_method(self.collector, self.collector.field_label(self.position, "method"), &id);
                }
                Some(id)
            }
            Err(_) => {
                self.wrong_type("method", value, "write the card itself or its id in quotes");
                None
            }
        }
    }

    fn when(&self) -> Condition {
        let Some(value) = self.fields.get("when") else {
            if !self.fields.contains_key("curve") {
                self.missing(
                    "when",
                    "write a condition such as `when: trait.has(\"…\")`, or `when: always()`",
                );
            }
            return Condition::always();
        };
        if let Some(cond) = value.clone().try_cast::<Cond>() {
            return cond.0;
        }
        if value.is_bool() {
            let message = format!("`when` of `{}` is a plain {value}", self.id);
            let help = "write a condition such as `trust == \"low\"`; a comparison that the script language does not know gives plain false";
            self.report(&code::PLAIN_BOOL, "when", message, help);
        } else {
            self.wrong_type("when", value, "write a condition such as `trait.has(\"…\")`");
        }
        Condition::always()
    }

    fn effect(&self, has_method: bool) -> Option<Effect> {
        let given: Vec<&str> =
            EFFECTS.into_iter().filter(|effect| self.fields.contains_key(*effect)).collect();
        let [name] = given.as_slice() else {
            let label = self.collector.label(self.position);
            let message = format!("`{}` has {} effects", self.id, given.len());
            let help = "give exactly one of `points`, `curve`, `exclude`, `caution` and `guideline`";
            self.collector.report(&code::EFFECT_COUNT, label, message, help);
            return None;
        };
        if !has_method && !self.fields.contains_key("method") && !matches!(*name, "caution" | "guideline") {
            self.missing("method", "only cautions and guidelines may speak about the whole advice");
        }
        let value = self.fields.get(*name)?;
        match *name {
            "points" => {
                let Ok(points) = value.as_int() else {
                    self.wrong_type("points", value, "write a whole number, such as `points: -4`");
                    return None;
                };
                if points == 0 || points.abs() > MAX_POINTS {
                    let help = format!("write a whole number from -{MAX_POINTS} to {MAX_POINTS}, but not 0");
                    self.report(
                        &code::POINTS_RANGE,
                        "points",
                        format!("`{}` gives {points} points", self.id),
                        help,
                    );
                }
                Some(Effect::Points(points))
            }
            "curve" => match value.clone().try_cast::<CurveValue>() {
                Some(curve) => Some(Effect::Curve(curve.0)),
                None => {
                    self.wrong_type(
                        "curve",
                        value,
                        "write `curve(weeks_available, [[0, -5], [4, 0], [8, 2]])`",
                    );
                    None
                }
            },
            "guideline" => match value.clone().into_string() {
                Ok(id) => {
                    if self.collector.pack.guideline(&id).is_none() {
                        let near =
                            did_you_mean(&id, self.collector.pack.guidelines.iter().map(|g| g.id.as_str()));
                        let help = format!("{near}guidelines are in `seeds/guidelines`");
                        self.report(
                            &code::UNKNOWN_GUIDELINE,
                            "guideline",
                            format!("there is no guideline `{id}`"),
                            help,
                        );
                    }
                    Some(Effect::Guideline(id))
                }
                Err(_) => {
                    self.wrong_type("guideline", value, "write the id of a guideline in quotes");
                    None
                }
            },
            flag => {
                if value.as_bool() != Ok(true) {
                    self.wrong_type(flag, value, "write `true`, or leave the field out");
                }
                Some(if flag == "exclude" { Effect::Exclude } else { Effect::Caution })
            }
        }
    }

    fn words(&self, field: &str) -> Option<Text> {
        let help = format!("write `{field}: text(\"…\", \"…\")`, in Dutch and in English");
        let Some(value) = self.fields.get(field) else {
            self.missing(field, &help);
            return None;
        };
        let words = value.clone().try_cast::<Words>();
        if words.is_none() {
            self.wrong_type(field, value, &help);
        }
        words.map(|words| words.0)
    }

    fn sources(&self) -> Vec<Citation> {
        let help = "write `source: cite(\"document\", \"section\")`: no rule without a source";
        let Some(value) = self.fields.get("source") else {
            self.missing("source", help);
            return Vec::new();
        };
        let mut sources = Vec::new();
        self.flatten(value, &mut sources, help);
        if sources.is_empty() {
            self.missing("source", help);
        }
        sources.sort();
        sources.dedup();
        sources
    }

    fn flatten(&self, value: &Dynamic, sources: &mut Vec<Citation>, help: &str) {
        if let Some(cite) = value.clone().try_cast::<Cite>() {
            sources.push(cite.0);
        } else if let Some(list) = value.clone().try_cast::<Array>() {
            list.iter().for_each(|item| self.flatten(item, sources, help));
        } else {
            self.wrong_type("source", value, help);
        }
    }

    /// As written; else that of everything the rule asks, when it is one; else that of the folder.
    fn criterion(&self, when: &Condition, effect: Option<&Effect>) -> Option<String> {
        let pack = &self.collector.pack;
        let known = || pack.criteria.iter().map(|criterion| criterion.id.as_str());
        if let Some(value) = self.fields.get("criterion") {
            let Ok(id) = value.clone().into_string() else {
                self.wrong_type("criterion", value, "write the id of a criterion in quotes");
                return None;
            };
            if !known().any(|criterion| criterion == id) {
                let list: Vec<_> = known().map(|id| format!("`{id}`")).collect();
                let help = format!("{}the criteria are {}", did_you_mean(&id, known()), list.join(", "));
                self.report(
                    &code::CRITERION_UNCLEAR,
                    "criterion",
                    format!("there is no criterion `{id}`"),
                    help,
                );
            }
            return Some(id);
        }
        let mut questions = when.questions();
        if let Some(Effect::Curve(curve)) = effect {
            questions.push(&curve.number);
        }
        let mut asked: Vec<&str> = questions
            .into_iter()
            .filter_map(|id| {
                pack.facet(id)
                    .map_or_else(|| pack.number(id)?.criterion.as_deref(), |f| f.criterion.as_deref())
            })
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let file = self.collector.file();
        let folder = file.split('/').nth(1).unwrap_or("").replace('-', "_");
        match asked.as_slice() {
            [one] => Some((*one).to_owned()),
            _ if known().any(|criterion| criterion == folder) => Some(folder),
            // What only warns or advises counts for no criterion; any will do.
            _ if matches!(effect, Some(Effect::Caution | Effect::Guideline(_) | Effect::Exclude)) => {
                asked.first().copied().or_else(|| known().last()).map(str::to_owned)
            }
            _ => {
                let label = self.collector.label(self.position);
                let list: Vec<_> = known().map(|id| format!("`{id}`")).collect();
                let message = format!("it is not clear for which criterion `{}` counts", self.id);
                let help = format!("add `criterion: \"…\"`, one of {}", list.join(", "));
                self.collector.report(&code::CRITERION_UNCLEAR, label, message, help);
                None
            }
        }
    }
}
