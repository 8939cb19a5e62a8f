//! What scripts can ask of the cards of methods, so that one rule speaks about many methods.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, Map, NativeCallContext, Position};
use werkvorm_core::{Citation, DocumentKind, Fact, Method, Pack, code, did_you_mean};

use crate::collect::{At, Collector};
use crate::value_api::Cite;
use crate::vocabulary_api::known;

/// A card as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pack: Arc<Pack>,
    at: usize,
}

impl Card {
    pub(crate) fn method(&self) -> &Method {
        &self.pack.methods[self.at]
    }

    /// The values of a facet on the card, from the list and from facts with their own source.
    fn values(&self, facet: &str) -> Vec<&str> {
        let method = self.method();
        let listed = method.facets.get(facet).into_iter().flatten().map(String::as_str);
        let facts = method.facts.iter().filter(|fact| fact.facet.as_deref() == Some(facet));
        let mut values: Vec<&str> = listed.collect();
        for value in facts.filter_map(|fact| fact.value.as_deref()) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    fn values_with_broader(&self, facet: &str) -> Vec<String> {
        let Some(known) = self.pack.facet(facet) else { return Vec::new() };
        let mut values: Vec<String> = self.values(facet).into_iter().map(str::to_owned).collect();
        let mut next = 0;
        while let Some(value) = values.get(next).and_then(|id| known.value(id)) {
            for broader in value.broader.iter().filter(|b| !b.contains('/')) {
                if !values.contains(broader) {
                    values.push(broader.clone());
                }
            }
            next += 1;
        }
        values
    }

    /// The widest range the sources give for a number; the documents win over public pages.
    fn range(&self, number: &str) -> Dynamic {
        let facts: Vec<&Fact> =
            self.method().facts.iter().filter(|fact| fact.number.as_deref() == Some(number)).collect();
        let of_document = |fact: &&&Fact| {
            self.pack.document(&fact.source.document).is_some_and(|d| d.kind == DocumentKind::Document)
        };
        let own: Vec<&Fact> = facts.iter().filter(of_document).copied().collect();
        let facts = if own.is_empty() { facts } else { own };
        if facts.is_empty() {
            return Dynamic::UNIT;
        }
        // A fact without a bound on one side leaves that side open, unless another fact closes it.
        let bound = |values: Option<i64>| values.map_or(Dynamic::UNIT, Dynamic::from);
        let mut map = Map::new();
        map.insert("min".into(), bound(facts.iter().filter_map(|fact| fact.min).min()));
        map.insert("max".into(), bound(facts.iter().filter_map(|fact| fact.max).max()));
        let sources: Array = facts.iter().map(|fact| Dynamic::from(Cite(fact.source.clone()))).collect();
        map.insert("sources".into(), sources.into());
        map.into()
    }
}

/// Registers the cards.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<Card>("Method");
    engine.register_get("id", |card: &mut Card| card.method().id.clone());
    engine.register_get("name_nl", |card: &mut Card| card.method().name.nl.clone());
    engine.register_get("name_en", |card: &mut Card| card.method().name.en.clone());
    engine.register_get("category", |card: &mut Card| {
        card.values("category").first().copied().unwrap_or("").to_owned()
    });
    engine.register_get("sources", |card: &mut Card| cites(&card.method().sources));
    engine.register_get("combines_with", |card: &mut Card| {
        texts(card.method().combines_with.iter().map(String::as_str))
    });

    let all = collector.clone();
    engine.register_fn("methods", move || cards(&all, |_| true));
    for (name, facet) in
        [("methods_asking", "demand"), ("methods_offering", "offer"), ("methods_needing", "need")]
    {
        let collector = collector.clone();
        engine.register_fn(name, move |context: NativeCallContext<'_>, value: &str| {
            known(&collector, &context, facet, Some(value));
            cards(&collector, |card| card.values_with_broader(facet).iter().any(|v| v == value))
        });
    }
    let with = collector.clone();
    engine.register_fn("methods_with", move |context: NativeCallContext<'_>, facet: &str, value: &str| {
        known(&with, &context, facet, Some(value));
        cards(&with, |card| card.values_with_broader(facet).iter().any(|v| v == value))
    });
    let one = collector.clone();
    engine.register_fn("method", move |context: NativeCallContext<'_>, id: &str| {
        let at = one.pack.methods.iter().position(|method| method.id == id);
        if at.is_none() {
            unknown_method(&one, context.call_position(), At::Value(id), id);
        }
        Card { pack: one.pack.clone(), at: at.unwrap_or(0) }
    });
    let has = collector.clone();
    engine.register_fn("has", move |context: NativeCallContext<'_>, card: Card, facet: &str, value: &str| {
        known(&has, &context, facet, Some(value));
        card.values_with_broader(facet).iter().any(|v| v == value)
    });
    let list = collector.clone();
    engine.register_fn("list", move |context: NativeCallContext<'_>, card: Card, facet: &str| {
        known(&list, &context, facet, None);
        texts(card.values(facet).into_iter())
    });
    let broad = collector.clone();
    engine.register_fn(
        "list_with_broader",
        move |context: NativeCallContext<'_>, card: Card, facet: &str| {
            known(&broad, &context, facet, None);
            texts(card.values_with_broader(facet).iter().map(String::as_str))
        },
    );
    let range = collector.clone();
    engine.register_fn("range", move |context: NativeCallContext<'_>, card: Card, number: &str| {
        unknown_number(&range, context.call_position(), number);
        card.range(number)
    });
}

fn unknown_number(collector: &Collector, position: Position, number: &str) {
    let pack = &collector.pack;
    if pack.number(number).is_some() {
        return;
    }
    let help = if pack.facet(number).is_some() {
        format!("it is a facet: write `method.list(\"{number}\")`")
    } else {
        let near = did_you_mean(number, pack.numbers.iter().map(|n| n.id.as_str()));
        let ids: Vec<_> = pack.numbers.iter().map(|n| format!("`{}`", n.id)).collect();
        format!("{near}the numbers are {}", ids.join(", "))
    };
    collector.report(
        &code::UNKNOWN_FACET,
        position,
        At::Value(number),
        &format!("there is no number `{number}`"),
        &help,
    );
}

/// Reports a method that has no card.
pub(crate) fn unknown_method(collector: &Collector, position: Position, at: At<'_>, id: &str) {
    let help = match collector.pack.find_method(id) {
        Ok(method) => format!("did you mean `{}`? scripts use ids", method.id),
        Err(_) => {
            let near = did_you_mean(id, collector.pack.methods.iter().map(|m| m.id.as_str()));
            format!("{near}methods are the files in `seeds/methods`")
        }
    };
    collector.report(&code::UNKNOWN_METHOD, position, at, &format!("there is no method `{id}`"), &help);
}

fn cards(collector: &Collector, wanted: impl Fn(&Card) -> bool) -> Array {
    let pack = &collector.pack;
    collector.charge(pack.methods.len());
    let all = (0..pack.methods.len()).map(|at| Card { pack: pack.clone(), at });
    all.filter(wanted).map(Dynamic::from).collect()
}

fn cites(sources: &[Citation]) -> Array {
    sources.iter().map(|citation| Dynamic::from(Cite(citation.clone()))).collect()
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Array {
    texts.map(|text| Dynamic::from(text.to_owned())).collect()
}
