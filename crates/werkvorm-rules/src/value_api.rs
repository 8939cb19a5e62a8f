//! The values that rules are made of besides conditions: texts in both languages, sources and curves.

use rhai::{Array, Dynamic, Engine, NativeCallContext};
use werkvorm_core::{About, Citation, Curve, MAX_POINTS, Number, Pack, Text, code, did_you_mean};

use crate::collect::{At, Collector};
use crate::vocabulary_api::{NumberName, not_asked};

/// A citation as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Cite(pub(crate) Citation);

/// A text in both languages as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Words(pub(crate) Text);

/// A curve as a script value.
#[derive(Debug, Clone)]
pub(crate) struct CurveValue(pub(crate) Curve);

/// Registers `text`, `cite` and `curve`.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<Cite>("Source");
    engine.register_type_with_name::<Words>("Text");
    engine.register_type_with_name::<CurveValue>("Curve");
    let texts = collector.clone();
    engine.register_fn("text", move |context: NativeCallContext<'_>, nl: &str, en: &str| {
        if nl.trim().is_empty() || en.trim().is_empty() {
            let empty = match (nl.trim().is_empty(), en.trim().is_empty()) {
                (true, true) => "Dutch and the English",
                (true, false) => "Dutch",
                (false, _) => "English",
            };
            let message = format!("the {empty} text has no words");
            let help = "write `text(\"Dutch\", \"English\")`: advisors read every text in both languages";
            texts.report(&code::BLANK_TEXT, context.call_position(), At::Call, &message, help);
        }
        Words(Text { nl: nl.to_owned(), en: en.to_owned() })
    });
    for with_section in [true, false] {
        let cites = collector.clone();
        let cite = move |context: NativeCallContext<'_>, document: &str, section: Option<&str>| {
            let citation = Citation { document: document.to_owned(), section: section.map(str::to_owned) };
            if let Some((message, word, help)) = source_problem(&cites.pack, &citation) {
                cites.report(
                    &code::UNKNOWN_SOURCE,
                    context.call_position(),
                    At::Value(word),
                    &message,
                    &help,
                );
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
    engine.register_fn("curve", move |context: NativeCallContext<'_>, number: NumberName, list: Array| {
        let corners = list.iter().map(corner).collect::<Option<Vec<_>>>();
        if let Some(known) = curves.pack.number(&number.0) {
            if !known.about.contains(&About::Profile) {
                not_asked(&curves, context.call_position(), known);
            }
            if let Some(problem) = curve_problem(known, corners.as_deref()) {
                let help = format!("write `curve({}, [[0, -5], [4, 0], [8, 2]])`: numbers rising, points from -{MAX_POINTS} to {MAX_POINTS}", number.0);
                curves.report(&code::CURVE_SHAPE, context.call_position(), At::Call, &problem, &help);
            }
        }
        CurveValue(Curve { number: number.0, corners: corners.unwrap_or_default() })
    });
}

fn corner(item: &Dynamic) -> Option<(i64, i64)> {
    let pair = item.clone().try_cast::<Array>()?;
    match pair.as_slice() {
        [x, y] => Some((x.as_int().ok()?, y.as_int().ok()?)),
        _ => None,
    }
}

/// What is wrong with a curve, if anything.
fn curve_problem(number: &Number, corners: Option<&[(i64, i64)]>) -> Option<String> {
    let Some(corners) = corners else {
        return Some("a corner of a curve is not a pair of whole numbers".to_owned());
    };
    if corners.len() < 2 {
        return Some(format!("a curve has {} of at least 2 corners", corners.len()));
    }
    if let Some(pair) = corners.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return Some(format!("the corners of a curve do not rise: {} comes before {}", pair[0].0, pair[1].0));
    }
    if let Some((_, y)) = corners.iter().find(|(_, y)| y.saturating_abs() > MAX_POINTS) {
        return Some(format!("a curve gives {y} points"));
    }
    let inside = corners.iter().any(|(x, _)| (number.min..=number.max).contains(x));
    if !inside {
        let (min, max) = (number.min, number.max);
        return Some(format!("no corner of a curve is within the bounds of `{}`, {min} to {max}", number.id));
    }
    corners.iter().all(|(_, y)| *y == 0).then(|| "a curve gives 0 points everywhere".to_owned())
}

/// What is wrong with a citation: the message, the word it is about, and what to write instead.
fn source_problem<'c>(pack: &Pack, citation: &'c Citation) -> Option<(String, &'c str, String)> {
    let name = citation.document.as_str();
    let Some(document) = pack.document(name) else {
        let near = did_you_mean(name, pack.documents.iter().map(|d| d.id.as_str()));
        let help = format!("{near}documents and sections are listed in `seeds/sources.toml`");
        return Some((format!("there is no document `{name}`"), name, help));
    };
    let sections = || document.sections.iter().map(|section| section.id.as_str());
    let list = || sections().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match &citation.section {
        Some(section) if document.sections.is_empty() => {
            Some((format!("`{name}` has no sections"), section, format!("write `cite(\"{name}\")`")))
        }
        Some(section) if !sections().any(|id| id == section) => {
            let help = format!("{}the sections are {}", did_you_mean(section, sections()), list());
            Some((format!("there is no section `{section}` in `{name}`"), section, help))
        }
        None if !document.sections.is_empty() => Some((
            format!("a section of `{name}` is not named"),
            name,
            format!("write `cite(\"{name}\", \"…\")`; the sections are {}", list()),
        )),
        _ => None,
    }
}
