//! `rule(id, #{…})`: from a script's map to a rule, with every mistake in it reported at once.

use rhai::{Dynamic, Engine, Map, NativeCallContext, Position};
use werkvorm_core::{Citation, Code, Condition, Effect, MAX_POINTS, Place, Rule, Text, code, did_you_mean};

use crate::card_api::{Card, unknown_method};
use crate::collect::{At, Collector, kind_of};
use crate::condition_api::Cond;
use crate::usage;
use crate::value_api::{Cite, CurveValue, Words};

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
/// How long a rule id may be, in characters.
const MAX_ID: usize = 120;
const EFFECTS: [&str; 5] = ["points", "curve", "exclude", "caution", "guideline"];

/// Registers `rule`.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    let rules = collector.clone();
    engine.register_fn("rule", move |context: NativeCallContext<'_>, id: &str, fields: Map| {
        Declaration { collector: &rules, position: context.call_position(), id, fields: &fields }.declare();
    });
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
        self.check_missing();
        let method = self.method();
        let when = self.when();
        let effect = self.effect();
        let title = self.words("title");
        let because = self.words("because");
        let sources = self.sources();
        let criterion = self.criterion(&when, effect.as_ref());
        if let (Some(effect), Some(title), Some(because), Some(criterion)) =
            (effect, title, because, criterion)
        {
            let line = self.position.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
            let place = Place { file: self.collector.file(), line };
            let id = self.id.to_owned();
            let (title, because, when) = (title.into(), because.into(), when.into());
            let sources = sources.into();
            let rule = Rule { id, title, method, criterion, when, effect, because, sources, place };
            self.collector.declare(rule, self.position);
        }
    }

    fn report(&self, code: &Code, at: At<'_>, message: &str, help: &str) {
        // In a loop, the same mistake is made for every id.
        let like = message.replace(self.id, "");
        self.collector.report_like(code, self.position, at, message, help, &like);
    }

    fn wrong_type(&self, field: &str, value: &Dynamic, help: &str) {
        let kind = match value.as_bool() {
            Ok(plain) => format!("a plain `{plain}`"),
            Err(_) => kind_of(value).to_owned(),
        };
        let message = format!("`{field}` of `{}` is {kind}", self.shown());
        let unknown = "the card does not know this fact: put `if … != () { … }` around the rule";
        self.report(
            &code::WRONG_TYPE,
            At::Field(field),
            &message,
            if value.is_unit() { unknown } else { help },
        );
    }

    /// The id, or a word for it when there is none.
    fn shown(&self) -> &str {
        if self.id.is_empty() { "the rule" } else { self.id }
    }

    fn check_id(&self) {
        let good = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        const HELP: &str = "name the situation in lower-case words with hyphens, and the method after a slash: `reading-asked/enquete`";
        let length = self.id.chars().count();
        let message = match () {
            () if self.id.trim().is_empty() => "a rule has an empty id".to_owned(),
            () if length > MAX_ID => format!("a rule id of {length} characters is longer than {MAX_ID}"),
            () if !self.id.split('/').all(good) => {
                format!("`{}` is not a good rule id", self.id.replace('`', "'"))
            }
            () => return,
        };
        self.report(&code::RULE_ID, At::Value(self.id), &message, HELP);
    }

    fn check_fields(&self) {
        for field in self.fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            let near = did_you_mean(field, FIELDS.into_iter());
            let help = format!("{near}the fields are {}", FIELDS.map(|f| format!("`{f}`")).join(", "));
            let message = format!("`{}` has an unknown field `{field}`", self.shown());
            self.report(&code::UNKNOWN_FIELD, At::Field(field), &message, &help);
        }
    }

    fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// All fields that are missing, in one go.
    fn check_missing(&self) {
        let about_method = ["points", "curve", "exclude"].iter().any(|effect| self.has(effect));
        let needed = [
            ("title", true, "`title: text(\"…\", \"…\")`"),
            (
                "method",
                about_method,
                "`method: method`, because only cautions and guidelines speak about the whole advice",
            ),
            ("when", !self.has("curve"), "`when: trait.has(\"…\")`, or `when: always()`"),
            ("because", true, "`because: text(\"…\", \"…\")`"),
            ("source", true, "`source: cite(\"document\", \"section\")`: no rule without a source"),
        ];
        let missing: Vec<_> =
            needed.into_iter().filter(|(field, needed, _)| *needed && !self.has(field)).collect();
        if missing.is_empty() {
            return;
        }
        let fields: Vec<_> = missing.iter().map(|(field, ..)| format!("`{field}`")).collect();
        let helps: Vec<_> = missing.iter().map(|(.., help)| *help).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let message =
            format!("`{}` has no {}", self.shown(), usage::listed(&fields).replace(" and ", " or "));
        self.report(&code::MISSING_FIELD, At::Call, &message, &format!("add {}", helps.join("; ")));
    }

    fn method(&self) -> Option<String> {
        let value = self.fields.get("method")?;
        if let Some(card) = value.clone().try_cast::<Card>() {
            return Some(card.method().id.clone());
        }
        match value.clone().into_string() {
            Ok(id) => {
                if self.collector.pack.method(&id).is_none() {
                    unknown_method(self.collector, self.position, At::Field("method"), &id);
                }
                Some(id)
            }
            Err(_) => {
                self.wrong_type(
                    "method",
                    value,
                    "write the card itself or its id in quotes; one rule speaks about one method",
                );
                None
            }
        }
    }

    fn when(&self) -> Condition {
        let Some(value) = self.fields.get("when") else { return Condition::always() };
        if let Some(cond) = value.clone().try_cast::<Cond>() {
            return cond.0;
        }
        if value.is_bool() {
            let message =
                format!("`when` of `{}` is a plain `{value}`, whatever the profile says", self.shown());
            let help = "compare a facet or number, without quotes, as in `trust == \"low\"`; for a fact of a card, put `if` around the rule";
            self.report(&code::PLAIN_BOOL, At::Field("when"), &message, help);
        } else {
            self.wrong_type(
                "when",
                value,
                "write a condition such as `trait.has(\"…\")`, `trust == \"…\"` or `group_size < 6`",
            );
        }
        Condition::always()
    }

    fn effect(&self) -> Option<Effect> {
        let given: Vec<&str> = EFFECTS.into_iter().filter(|effect| self.has(effect)).collect();
        let [name] = given.as_slice() else {
            let at = given.last().map_or(At::Call, |last| At::Field(last));
            let message = match given.as_slice() {
                [] => format!("`{}` has no effect", self.shown()),
                several => format!("`{}` has {} effects", self.shown(), several.len()),
            };
            let help = "give exactly one of `points`, `curve`, `exclude`, `caution` and `guideline`";
            self.report(&code::EFFECT_COUNT, at, &message, help);
            return None;
        };
        let value = self.fields.get(*name)?;
        match *name {
            "points" => self.points(value),
            "curve" => {
                let curve = value.clone().try_cast::<CurveValue>();
                if curve.is_none() {
                    self.wrong_type("curve", value, "write `curve: curve(group_size, [[1, -5], [6, 0]])`");
                }
                curve.map(|curve| Effect::Curve(curve.0))
            }
            "guideline" => self.guideline(value),
            flag => {
                if value.as_bool() != Ok(true) {
                    let help =
                        format!("write `{flag}: true`, or leave the field out; the text stands in `because`");
                    self.wrong_type(flag, value, &help);
                }
                Some(if flag == "exclude" { Effect::Exclude } else { Effect::Caution })
            }
        }
    }

    fn points(&self, value: &Dynamic) -> Option<Effect> {
        let Ok(points) = value.as_int() else {
            let help = match kind_of(value) {
                "a curve" => "write `curve: curve(…)` for points that depend on a number",
                _ => "write a whole number without quotes, such as `points: -4`",
            };
            self.wrong_type("points", value, help);
            return None;
        };
        if points == 0 || points.saturating_abs() > MAX_POINTS {
            let help = format!("write a whole number from -{MAX_POINTS} to {MAX_POINTS}, but not 0");
            let message = format!("`{}` gives {points} points", self.shown());
            self.report(&code::POINTS_RANGE, At::Field("points"), &message, &help);
        }
        Some(Effect::Points(points))
    }

    fn guideline(&self, value: &Dynamic) -> Option<Effect> {
        let Ok(id) = value.clone().into_string() else {
            self.wrong_type("guideline", value, "write the id of a guideline in quotes");
            return None;
        };
        if self.collector.pack.guideline(&id).is_none() {
            let near = did_you_mean(&id, self.collector.pack.guidelines.iter().map(|g| g.id.as_str()));
            let help = format!("{near}guidelines are in `seeds/guidelines`");
            let message = format!("there is no guideline `{id}`");
            self.report(&code::UNKNOWN_GUIDELINE, At::Field("guideline"), &message, &help);
        }
        Some(Effect::Guideline(id))
    }

    fn words(&self, field: &str) -> Option<Text> {
        let value = self.fields.get(field)?;
        let words = value.clone().try_cast::<Words>();
        if words.is_none() {
            self.wrong_type(
                field,
                value,
                &format!("write `{field}: text(\"…\", \"…\")`, in Dutch and in English"),
            );
        }
        words.map(|words| words.0)
    }

    fn sources(&self) -> Vec<Citation> {
        let Some(value) = self.fields.get("source") else { return Vec::new() };
        let mut sources = Vec::new();
        let good = flatten(value, &mut sources, 0);
        let help =
            "write `source: cite(\"document\", \"section\")`, or a list of these: no rule without a source";
        if !good {
            let list = value.is_array();
            let kind = if list { "a list with something else than sources in it" } else { kind_of(value) };
            let message = format!("`source` of `{}` is {kind}", self.shown());
            self.report(&code::WRONG_TYPE, At::Field("source"), &message, help);
        } else if sources.is_empty() {
            let message = format!("`source` of `{}` is an empty list", self.shown());
            self.report(&code::MISSING_FIELD, At::Field("source"), &message, help);
        }
        sources.sort();
        sources.dedup();
        sources
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
                let message = format!("there is no criterion `{id}`");
                self.report(&code::CRITERION_UNCLEAR, At::Field("criterion"), &message, &help);
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
                asked.first().copied().or_else(|| known().next_back()).map(str::to_owned)
            }
            _ => {
                let list: Vec<_> = known().map(|id| format!("`{id}`")).collect();
                let message = format!("it is not clear for which criterion `{}` counts", self.shown());
                let help = format!("add `criterion: \"…\"`, one of {}", list.join(", "));
                self.report(&code::CRITERION_UNCLEAR, At::Call, &message, &help);
                None
            }
        }
    }
}

/// The citations in lists of lists; `false` when there is something else in them.
fn flatten(value: &Dynamic, sources: &mut Vec<Citation>, depth: usize) -> bool {
    if let Some(cite) = value.read_lock::<Cite>() {
        sources.push(cite.0.clone());
        return true;
    }
    match value.as_array_ref() {
        Ok(list) => depth < 8 && list.iter().all(|item| flatten(item, sources, depth + 1)),
        Err(_) => false,
    }
}
