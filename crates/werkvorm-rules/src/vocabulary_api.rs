//! Facets and numbers by name, and the lists of the vocabulary to loop over.

use rhai::{Array, Dynamic, Engine, NativeCallContext, Position};
use werkvorm_core::{Facet, Number, Value, code, did_you_mean, fold};

use crate::collect::{At, Collector};

/// A facet, by name in a script.
#[derive(Debug, Clone)]
pub(crate) struct FacetName(pub(crate) String);

/// A number, by name in a script.
#[derive(Debug, Clone)]
pub(crate) struct NumberName(pub(crate) String);

/// Registers names and lists.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<FacetName>("Facet");
    engine.register_type_with_name::<NumberName>("Number");
    names(engine, collector);
    lists(engine, collector);
}

/// Facets and numbers are there by name, in functions too; names made in the script come first.
fn names(engine: &mut Engine, collector: &Collector) {
    let pack = collector.pack.clone();
    #[expect(
        deprecated,
        reason = "Rhai marks the callback as subject to change; it is the only way to offer names inside functions"
    )]
    engine.on_var(move |name, _, context| {
        if context.scope().contains(name) {
            return Ok(None);
        }
        Ok(match (pack.facet(name), pack.number(name)) {
            (Some(facet), _) => Some(Dynamic::from(FacetName(facet.id.clone()))),
            (None, Some(number)) => Some(Dynamic::from(NumberName(number.id.clone()))),
            (None, None) => None,
        })
    });
}

/// Reports a value that a facet does not have.
pub(crate) fn unknown_value(collector: &Collector, position: Position, facet: &Facet, value: &str) {
    if facet.value(value).is_some() {
        return;
    }
    // Other words work in profiles; say which id they stand for.
    let by_alias =
        facet.values.iter().find(|known| known.aliases.iter().any(|alias| fold(alias) == fold(value)));
    let near = match by_alias {
        Some(known) => format!("did you mean `{}`? ", known.id),
        None => did_you_mean(value, facet.values.iter().map(|v| v.id.as_str())),
    };
    let ids: Vec<_> = facet.values.iter().map(|v| format!("`{}`", v.id)).collect();
    let help = if !near.is_empty() && ids.len() > 12 {
        near.trim_end().to_owned()
    } else {
        format!("{near}the values are {}", ids.join(", "))
    };
    let message = format!("`{value}` is not a value of `{}`", facet.id);
    collector.report(&code::UNKNOWN_VALUE, position, At::Value(value), &message, &help);
}

/// Reports a facet that does not exist.
fn unknown_facet(collector: &Collector, position: Position, facet: &str) {
    let pack = &collector.pack;
    let by_alias =
        pack.facets.iter().find(|known| known.aliases.iter().any(|alias| fold(alias) == fold(facet)));
    let help = match (pack.number(facet), by_alias) {
        (Some(_), _) => {
            "it is a number and has no values; use it in a comparison, or `method.range(\"…\")`".to_owned()
        }
        (None, Some(known)) => format!("did you mean `{}`? scripts use ids", known.id),
        (None, None) => {
            let near = did_you_mean(facet, pack.facets.iter().map(|f| f.id.as_str()));
            let near = near.trim_end();
            if near.is_empty() {
                "the command `werkvorm vocabulary` lists the facets".to_owned()
            } else {
                near.to_owned()
            }
        }
    };
    collector.report(
        &code::UNKNOWN_FACET,
        position,
        At::Value(facet),
        &format!("there is no facet `{facet}`"),
        &help,
    );
}

/// Reports a number that describes methods only.
pub(crate) fn not_asked(collector: &Collector, position: Position, number: &Number) {
    let message = format!("profiles are not asked about `{}`", number.id);
    let help = format!("ask a card, as in `method.range(\"{}\")`; a condition asks the profile", number.id);
    collector.report(&code::FACET_MISUSE, position, At::Call, &message, &help);
}

/// Lists of the vocabulary, to loop over, and the labels of values.
fn lists(engine: &mut Engine, collector: &Collector) {
    let here = collector.clone();
    engine.register_fn("values", move |context: NativeCallContext<'_>, facet: &str| {
        values(&here, &context, facet, |_| true)
    });
    let here = collector.clone();
    engine.register_fn("top_values", move |context: NativeCallContext<'_>, facet: &str| {
        values(&here, &context, facet, |value| !value.broader.iter().any(|b| !b.contains('/')))
    });
    let here = collector.clone();
    engine.register_fn("narrower", move |context: NativeCallContext<'_>, facet: &str, value: &str| {
        known(&here, &context, facet, Some(value));
        let found = here.pack.facet(facet).map_or(&[][..], |facet| &facet.values);
        ids(found, |other| other.broader.iter().any(|b| b == value))
    });
    let here = collector.clone();
    engine.register_fn("broader", move |context: NativeCallContext<'_>, facet: &str, value: &str| -> Array {
        let found = known(&here, &context, facet, Some(value)).and_then(|facet| facet.value(value));
        let broader = found.map_or(&[][..], |value| &value.broader);
        broader.iter().filter(|b| !b.contains('/')).cloned().map(Dynamic::from).collect()
    });
    let here = collector.clone();
    engine.register_fn("label_nl", move |context: NativeCallContext<'_>, facet: &str, value: &str| {
        let found = known(&here, &context, facet, Some(value)).and_then(|facet| facet.value(value));
        found.map_or(String::new(), |value| value.label.nl.clone())
    });
    let here = collector.clone();
    engine.register_fn("label_en", move |context: NativeCallContext<'_>, facet: &str, value: &str| {
        let found = known(&here, &context, facet, Some(value)).and_then(|facet| facet.value(value));
        found.map_or(String::new(), |value| value.label.en.clone())
    });
}

/// The facet of that id; reports when it does not exist, or does not have the value.
pub(crate) fn known<'c>(
    collector: &'c Collector,
    context: &NativeCallContext<'_>,
    facet: &str,
    value: Option<&str>,
) -> Option<&'c Facet> {
    let Some(found) = collector.pack.facet(facet) else {
        unknown_facet(collector, context.call_position(), facet);
        return None;
    };
    if let Some(value) = value {
        unknown_value(collector, context.call_position(), found, value);
    }
    Some(found)
}

fn values(
    collector: &Collector,
    context: &NativeCallContext<'_>,
    facet: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Array {
    ids(known(collector, context, facet, None).map_or(&[][..], |facet| &facet.values), wanted)
}

fn ids(values: &[Value], wanted: impl Fn(&Value) -> bool) -> Array {
    values.iter().filter(|value| wanted(value)).map(|value| Dynamic::from(value.id.clone())).collect()
}
