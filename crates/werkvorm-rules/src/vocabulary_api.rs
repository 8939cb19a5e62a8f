//! What scripts can say about facets, numbers and conditions: values that build data.
//!
//! `phase.has("collect") & group_size < 6` makes a tree, not a truth. Both orders of every comparison are
//! registered, because Rhai answers a comparison it does not know with a silent `false`.

use rhai::{Array, Dynamic, Engine, NativeCallContext, Position};
use werkvorm_core::{About, Condition, Facet, Label, Number, code, did_you_mean};

use crate::collect::Collector;

/// A facet, by name in a script.
#[derive(Debug, Clone)]
pub(crate) struct FacetName(pub(crate) String);

/// A number, by name in a script.
#[derive(Debug, Clone)]
pub(crate) struct NumberName(pub(crate) String);

/// A condition as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Cond(pub(crate) Condition);

/// Registers names, comparisons and combinations.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<FacetName>("Facet");
    engine.register_type_with_name::<NumberName>("Number");
    engine.register_type_with_name::<Cond>("Condition");
    names(engine, collector);
    facets(engine, collector);
    numbers(engine, collector);
    combinations(engine, collector);
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

/// Reports problems of a call at the place of the call.
struct Call<'c> {
    collector: &'c Collector,
    position: Position,
}

impl<'c> Call<'c> {
    fn new(collector: &'c Collector, context: &NativeCallContext<'_>) -> Self {
        Self { collector, position: context.call_position() }
    }

    fn label(&self) -> Label {
        self.collector.label(self.position)
    }

    fn value(&self, facet: &Facet, value: &str) -> String {
        if facet.value(value).is_none() {
            let near = did_you_mean(value, facet.values.iter().map(|v| v.id.as_str()));
            let ids: Vec<_> = facet.values.iter().map(|v| format!("`{}`", v.id)).collect();
            let help = format!("{near}the values are {}", ids.join(", "));
            let message = format!("`{value}` is not a value of `{}`", facet.id);
            self.collector.report(&code::UNKNOWN_VALUE, self.label(), message, help);
        }
        value.to_owned()
    }

    fn asked_facet(&self, name: &FacetName) -> Option<&'c Facet> {
        let facet = self.collector.pack.facet(&name.0)?;
        if !facet.about.contains(&About::Profile) {
            let message = format!("profiles are not asked about `{}`", name.0);
            let help = "use it on a card, as in `method.has(\"demand\", \"reading\")`; a condition asks about the profile";
            self.collector.report(&code::FACET_MISUSE, self.label(), message, help);
        }
        Some(facet)
    }

    fn values(&self, facet: &Facet, list: &Array) -> Vec<String> {
        list.iter()
            .map(|item| match item.clone().into_string() {
                Ok(value) => self.value(facet, &value),
                Err(kind) => {
                    let message = format!("a list of values has an item of type {kind}");
                    self.collector.report(
                        &code::WRONG_TYPE,
                        self.label(),
                        message,
                        "write value ids as text: [\"a\", \"b\"]",
                    );
                    String::new()
                }
            })
            .collect()
    }

    /// For facets with one value: `==`.
    fn equals(&self, name: &FacetName, value: &str) -> Cond {
        let Some(facet) = self.asked_facet(name) else { return Cond(Condition::always()) };
        let value = self.value(facet, value);
        if !facet.takes_one() {
            let message = format!("`{}` can have several values, so it cannot be compared with `==`", name.0);
            let help = format!("write `{}.has(\"{value}\")`", name.0);
            self.collector.report(&code::FACET_MISUSE, self.label(), message, help);
        }
        Cond(Condition::Has { facet: name.0.clone(), value })
    }

    /// For facets with several values: `has`.
    fn has(&self, name: &FacetName, value: &str) -> Cond {
        let Some(facet) = self.asked_facet(name) else { return Cond(Condition::always()) };
        let value = self.value(facet, value);
        if facet.takes_one() {
            let message = format!("`{}` has one value", name.0);
            let help = format!("write `{} == \"{value}\"`", name.0);
            self.collector.report(&code::FACET_MISUSE, self.label(), message, help);
        }
        Cond(Condition::Has { facet: name.0.clone(), value })
    }

    fn several(&self, name: &FacetName, list: &Array, one: bool, all: bool) -> Cond {
        let Some(facet) = self.asked_facet(name) else { return Cond(Condition::always()) };
        if facet.takes_one() != one {
            let message = if one {
                format!("`{}` can have several values", name.0)
            } else {
                format!("`{}` has one value", name.0)
            };
            let help =
                if one { "write `.has_any([..])` or `.has_all([..])`" } else { "write `.is_one_of([..])`" };
            self.collector.report(&code::FACET_MISUSE, self.label(), message, help);
        }
        if list.is_empty() {
            let message = format!("an empty list asks nothing about `{}`", name.0);
            self.collector.report(&code::WRONG_TYPE, self.label(), message, "name at least one value");
        }
        let values = self.values(facet, list);
        let facet = name.0.clone();
        Cond(if all { Condition::HasAll { facet, values } } else { Condition::HasAny { facet, values } })
    }

    fn misuse(&self, what: &str, help: &str) -> Cond {
        self.collector.report(&code::FACET_MISUSE, self.label(), what, help);
        Cond(Condition::always())
    }

    fn bounds(&self, name: &NumberName, at_least: Option<i64>, at_most: Option<i64>) -> Cond {
        if let Some(number) = self.collector.pack.number(&name.0) {
            self.sensible(number, at_least, at_most);
        }
        Cond(Condition::Number { number: name.0.clone(), at_least, at_most })
    }

    fn sensible(&self, number: &Number, at_least: Option<i64>, at_most: Option<i64>) {
        if !number.about.contains(&About::Profile) {
            let message = format!("profiles are not asked about `{}`", number.id);
            let help = "use it on a card, as in `method.range(\"duration_minutes\")`";
            self.collector.report(&code::FACET_MISUSE, self.label(), message, help);
        }
        let never = at_least.is_some_and(|n| n > number.max) || at_most.is_some_and(|n| n < number.min);
        let always = at_least.is_none_or(|n| n <= number.min) && at_most.is_none_or(|n| n >= number.max);
        let crossed = at_least.zip(at_most).is_some_and(|(low, high)| low > high);
        if never || always || crossed {
            let so = if never || crossed { "never" } else { "always" };
            let message = format!("this is {so} so for `{}`", number.id);
            let help =
                format!("`{}` goes from {} to {} ({})", number.id, number.min, number.max, number.unit.en);
            self.collector.report(&code::BOUND_NEVER, self.label(), message, help);
        }
    }
}

/// Registers a function of a call context and some arguments, with the collector at hand.
macro_rules! offer {
    ($engine:ident, $collector:ident, $name:expr, |$call:ident, $($arg:ident: $type:ty),*| $body:expr) => {{
        let collector = $collector.clone();
        $engine.register_fn($name, move |context: NativeCallContext<'_>, $($arg: $type),*| {
            let $call = Call::new(&collector, &context);
            $body
        });
    }};
}

fn facets(engine: &mut Engine, collector: &Collector) {
    offer!(engine, collector, "has", |call, facet: FacetName, value: &str| call.has(&facet, value));
    offer!(engine, collector, "has_any", |call, facet: FacetName, list: Array| call
        .several(&facet, &list, false, false));
    offer!(engine, collector, "has_all", |call, facet: FacetName, list: Array| call
        .several(&facet, &list, false, true));
    offer!(engine, collector, "is_one_of", |call, facet: FacetName, list: Array| call
        .several(&facet, &list, true, false));
    offer!(engine, collector, "==", |call, facet: FacetName, value: &str| call.equals(&facet, value));
    offer!(engine, collector, "==", |call, value: &str, facet: FacetName| call.equals(&facet, value));
    offer!(engine, collector, "!=", |call, facet: FacetName, value: &str| not(call.equals(&facet, value)));
    offer!(engine, collector, "!=", |call, value: &str, facet: FacetName| not(call.equals(&facet, value)));
    // Comparisons that mean nothing would be silently false.
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        const HELP: &str =
            "compare a number such as `group_size`, or ask `trait.has(\"…\")` or `trust == \"…\"`";
        offer!(engine, collector, operator, |call, facet: FacetName, n: i64| call
            .misuse(&format!("`{}` is not a number, so it cannot be compared with {n}", facet.0), HELP));
        offer!(engine, collector, operator, |call, n: i64, facet: FacetName| call
            .misuse(&format!("`{}` is not a number, so it cannot be compared with {n}", facet.0), HELP));
        offer!(engine, collector, operator, |call, facet: FacetName, _list: Array| call.misuse(
            &format!("`{}` cannot be compared with a list", facet.0),
            "write `.has_any([..])`, `.has_all([..])` or `.is_one_of([..])`"
        ));
        offer!(engine, collector, operator, |call, _list: Array, facet: FacetName| call.misuse(
            &format!("`{}` cannot be compared with a list", facet.0),
            "write `.has_any([..])`, `.has_all([..])` or `.is_one_of([..])`"
        ));
        offer!(engine, collector, operator, |call, a: FacetName, b: FacetName| call
            .misuse(&format!("`{}` and `{}` cannot be compared with each other", a.0, b.0), HELP));
        offer!(engine, collector, operator, |call, a: Cond, b: Cond| {
            let _ = (&a.0, &b.0);
            call.misuse(
                "two conditions cannot be compared with each other",
                "combine them with `&`, `|` and `!`",
            )
        });
        offer!(engine, collector, operator, |call, a: Cond, b: bool| {
            let _ = (&a.0, b);
            call.misuse(
                "a condition is not true or false yet, so it cannot be compared",
                "write the condition itself, or `!` before it",
            )
        });
        offer!(engine, collector, operator, |call, b: bool, a: Cond| {
            let _ = (&a.0, b);
            call.misuse(
                "a condition is not true or false yet, so it cannot be compared",
                "write the condition itself, or `!` before it",
            )
        });
    }
    for operator in ["<", "<=", ">", ">="] {
        const HELP: &str = "ask `trait.has(\"…\")` or `trust == \"…\"`";
        offer!(engine, collector, operator, |call, facet: FacetName, value: &str| call
            .misuse(&format!("`{}` has no order, so it cannot be compared with `{value}`", facet.0), HELP));
        offer!(engine, collector, operator, |call, value: &str, facet: FacetName| call
            .misuse(&format!("`{}` has no order, so it cannot be compared with `{value}`", facet.0), HELP));
    }
}

/// One comparison in its two operand orders.
type Comparison = (&'static str, &'static str, fn(i64) -> (Option<i64>, Option<i64>));

fn numbers(engine: &mut Engine, collector: &Collector) {
    // `n < x` is `x > n`: the second name is the operator with the operands the other way round.
    const COMPARISONS: [Comparison; 5] = [
        ("<", ">", |n| (None, Some(n.saturating_sub(1)))),
        ("<=", ">=", |n| (None, Some(n))),
        (">", "<", |n| (Some(n.saturating_add(1)), None)),
        (">=", "<=", |n| (Some(n), None)),
        ("==", "==", |n| (Some(n), Some(n))),
    ];
    for (operator, mirrored, bounds) in COMPARISONS {
        offer!(engine, collector, operator, |call, number: NumberName, n: i64| {
            let (low, high) = bounds(n);
            call.bounds(&number, low, high)
        });
        offer!(engine, collector, mirrored, |call, n: i64, number: NumberName| {
            let (low, high) = bounds(n);
            call.bounds(&number, low, high)
        });
    }
    offer!(engine, collector, "!=", |call, number: NumberName, n: i64| not(call.bounds(
        &number,
        Some(n),
        Some(n)
    )));
    offer!(engine, collector, "!=", |call, n: i64, number: NumberName| not(call.bounds(
        &number,
        Some(n),
        Some(n)
    )));
    offer!(engine, collector, "between", |call, number: NumberName, low: i64, high: i64| call.bounds(
        &number,
        Some(low),
        Some(high)
    ));
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        const HELP: &str = "write a whole number without quotes";
        offer!(engine, collector, operator, |call, number: NumberName, text: &str| call.misuse(
            &format!("`{}` is a number, so it cannot be compared with the text `{text}`", number.0),
            HELP
        ));
        offer!(engine, collector, operator, |call, text: &str, number: NumberName| call.misuse(
            &format!("`{}` is a number, so it cannot be compared with the text `{text}`", number.0),
            HELP
        ));
        offer!(engine, collector, operator, |call, a: NumberName, b: NumberName| call.misuse(
            &format!("`{}` and `{}` cannot be compared with each other", a.0, b.0),
            "compare each with a whole number"
        ));
        offer!(engine, collector, operator, |call, a: NumberName, b: ()| {
            let () = b;
            call.misuse(
                &format!("`{}` cannot be compared with an unknown fact of a card", a.0),
                "test first that the fact is known: `if size.min != () { .. }`",
            )
        });
        offer!(engine, collector, operator, |call, b: (), a: NumberName| {
            let () = b;
            call.misuse(
                &format!("`{}` cannot be compared with an unknown fact of a card", a.0),
                "test first that the fact is known: `if size.min != () { .. }`",
            )
        });
    }
    for method in ["has", "has_any", "has_all", "is_one_of"] {
        offer!(engine, collector, method, |call, number: NumberName, _value: Dynamic| call.misuse(
            &format!("`{}` is a number and has no values", number.0),
            "compare it, as in `group_size < 6`"
        ));
    }
}

fn not(condition: Cond) -> Cond {
    Cond(Condition::Not(Box::new(condition.0)))
}

fn combinations(engine: &mut Engine, collector: &Collector) {
    engine.register_fn("&", |a: Cond, b: Cond| Cond(Condition::All(flat(a.0, b.0, true))));
    engine.register_fn("|", |a: Cond, b: Cond| Cond(Condition::Any(flat(a.0, b.0, false))));
    engine.register_fn("!", not);
    engine.register_fn("not", not);
    engine.register_fn("always", || Cond(Condition::always()));
    offer!(engine, collector, "all", |call, list: Array| Cond(Condition::All(call.conditions(&list))));
    offer!(engine, collector, "any", |call, list: Array| Cond(Condition::Any(call.conditions(&list))));
    offer!(engine, collector, "at_least", |call, count: i64, list: Array| {
        let of = call.conditions(&list);
        let count =
            u32::try_from(count).ok().filter(|n| *n >= 1 && *n as usize <= of.len()).unwrap_or_else(|| {
                let message = format!("at least {count} of {} conditions says nothing", of.len());
                call.collector.report(
                    &code::BOUND_NEVER,
                    call.label(),
                    message,
                    "count from 1 to the number of conditions",
                );
                1
            });
        Cond(Condition::AtLeast { count, of })
    });
    // `a & true` would be a raw type error; say what it is.
    for operator in ["&", "|"] {
        const HELP: &str =
            "both sides must be conditions; use `if` around the whole rule for what is known about a card";
        offer!(engine, collector, operator, |call, _a: Cond, _b: bool| call.plain_bool(HELP));
        offer!(engine, collector, operator, |call, _b: bool, _a: Cond| call.plain_bool(HELP));
    }
}

impl Call<'_> {
    fn conditions(&self, list: &Array) -> Vec<Condition> {
        let parts = list.iter().map(|item| {
            item.clone().try_cast::<Cond>().map(|cond| cond.0).unwrap_or_else(|| {
                let message = format!("a list of conditions has an item of type {}", item.type_name());
                let help = "write conditions such as `trait.has(\"…\")`; a comparison of two plain values is not one";
                let code = if item.is_bool() { &code::PLAIN_BOOL } else { &code::WRONG_TYPE };
                self.collector.report(code, self.label(), message, help);
                Condition::always()
            })
        });
        parts.collect()
    }

    fn plain_bool(&self, help: &str) -> Cond {
        self.collector.report(
            &code::PLAIN_BOOL,
            self.label(),
            "a condition is combined with a plain true or false",
            help,
        );
        Cond(Condition::always())
    }
}

/// `a & b & c` as one list instead of a nest.
fn flat(a: Condition, b: Condition, all: bool) -> Vec<Condition> {
    let mut parts = match a {
        Condition::All(parts) if all && !parts.is_empty() => parts,
        Condition::Any(parts) if !all && !parts.is_empty() => parts,
        other => vec![other],
    };
    parts.push(b);
    parts
}

/// Lists of the vocabulary, to loop over.
fn lists(engine: &mut Engine, collector: &Collector) {
    offer!(engine, collector, "values", |call, facet: &str| call.value_list(facet, |_| true));
    offer!(engine, collector, "top_values", |call, facet: &str| call
        .value_list(facet, |value| !value.broader.iter().any(|b| !b.contains('/'))));
    offer!(engine, collector, "narrower", |call, facet: &str, value: &str| {
        call.known(facet, Some(value));
        call.value_list(facet, |other| other.broader.iter().any(|b| b == value))
    });
    offer!(engine, collector, "broader", |call, facet: &str, value: &str| {
        let found = call.known(facet, Some(value)).and_then(|facet| facet.value(value));
        let broader = found.map(|value| {
            value.broader.iter().filter(|b| !b.contains('/')).cloned().map(Dynamic::from).collect()
        });
        broader.unwrap_or_else(Array::new)
    });
    offer!(engine, collector, "label_nl", |call, facet: &str, value: &str| call
        .known(facet, Some(value))
        .and_then(|f| f.value(value))
        .map_or(String::new(), |v| v.label.nl.clone()));
    offer!(engine, collector, "label_en", |call, facet: &str, value: &str| call
        .known(facet, Some(value))
        .and_then(|f| f.value(value))
        .map_or(String::new(), |v| v.label.en.clone()));
}

impl<'c> Call<'c> {
    fn known(&self, facet: &str, value: Option<&str>) -> Option<&'c Facet> {
        let Some(found) = self.collector.pack.facet(facet) else {
            let help = did_you_mean(facet, self.collector.pack.facets.iter().map(|f| f.id.as_str()));
            let help = if help.is_empty() {
                "the command `vocabulary` lists the facets".to_owned()
            } else {
                help.trim_end().to_owned()
            };
            self.collector.report(
                &code::UNKNOWN_FACET,
                self.label(),
                format!("there is no facet `{facet}`"),
                help,
            );
            return None;
        };
        if let Some(value) = value {
            self.value(found, value);
        }
        Some(found)
    }

    fn value_list(&self, facet: &str, wanted: impl Fn(&werkvorm_core::Value) -> bool) -> Array {
        let values = self.known(facet, None).map_or(&[][..], |facet| &facet.values);
        values.iter().filter(|value| wanted(value)).map(|value| Dynamic::from(value.id.clone())).collect()
    }
}
