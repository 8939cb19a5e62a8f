//! Conditions in scripts: values that build data.
//!
//! `phase.has("collect") & group_size < 6` makes a tree, not a truth. Both orders of every comparison are
//! registered, because Rhai answers a comparison it does not know with a silent `false`.

use rhai::{Array, Dynamic, Engine, NativeCallContext, Position};
use werkvorm_core::{About, Code, Condition, Facet, MAX_CONDITION_DEPTH, MAX_CONDITION_PARTS, code};

use crate::card_api::Card;
use crate::collect::{At, Collector, kind_of};
use crate::vocabulary_api::{FacetName, NumberName, not_asked, unknown_value};

/// A condition as a script value.
#[derive(Debug, Clone)]
pub(crate) struct Cond(pub(crate) Condition);

/// Registers comparisons and combinations.
pub(crate) fn register(engine: &mut Engine, collector: &Collector) {
    engine.register_type_with_name::<Cond>("Condition");
    facets(engine, collector);
    numbers(engine, collector);
    combinations(engine, collector);
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

    fn report(&self, code: &Code, message: &str, help: &str) {
        self.collector.report(code, self.position, At::Call, message, help);
    }

    fn value(&self, facet: &Facet, value: &str) -> String {
        unknown_value(self.collector, self.position, facet, value);
        value.to_owned()
    }

    fn asked_facet(&self, name: &FacetName) -> Option<&'c Facet> {
        let facet = self.collector.pack.facet(&name.0)?;
        if !facet.about.contains(&About::Profile) {
            let message = format!("profiles are not asked about `{}`", name.0);
            let value = facet.values.first().map_or("…", |value| value.id.as_str());
            let help = format!(
                "ask a card, as in `if method.has(\"{}\", \"{value}\") {{ … }}`; a condition asks the profile",
                name.0
            );
            self.report(&code::FACET_MISUSE, &message, &help);
        }
        Some(facet)
    }

    fn values(&self, facet: &Facet, list: &Array) -> Vec<String> {
        list.iter()
            .map(|item| match item.clone().into_string() {
                Ok(value) => self.value(facet, &value),
                Err(_) => {
                    let message = format!("a list of values has {} in it", kind_of(item));
                    self.report(
                        &code::WRONG_TYPE,
                        &message,
                        "write the ids of values in quotes: `[\"a\", \"b\"]`",
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
            let message = format!("`{}` can have several values, so it is not equal to one", name.0);
            let help =
                format!("write `{0}.has(\"{value}\")`, or `!{0}.has(\"{value}\")` for the opposite", name.0);
            self.report(&code::FACET_MISUSE, &message, &help);
        }
        Cond(Condition::Has { facet: name.0.clone(), value })
    }

    /// For facets with several values: `has`.
    fn has(&self, name: &FacetName, value: &str) -> Cond {
        let Some(facet) = self.asked_facet(name) else { return Cond(Condition::always()) };
        let value = self.value(facet, value);
        if facet.takes_one() {
            let message = format!("`{}` is one value, it does not have values", name.0);
            let help = format!("write `{} == \"{value}\"`", name.0);
            self.report(&code::FACET_MISUSE, &message, &help);
        }
        Cond(Condition::Has { facet: name.0.clone(), value })
    }

    fn several(&self, name: &FacetName, list: &Array, one: bool, all: bool) -> Cond {
        let Some(facet) = self.asked_facet(name) else { return Cond(Condition::always()) };
        if facet.takes_one() != one {
            let (message, help) = if one {
                (
                    format!("`{}` can have several values, so it is not one of them", name.0),
                    format!("write `{0}.has_any([..])` or `{0}.has_all([..])`", name.0),
                )
            } else {
                (
                    format!("`{}` is one value, it does not have values", name.0),
                    format!("write `{}.is_one_of([..])`", name.0),
                )
            };
            self.report(&code::FACET_MISUSE, &message, &help);
        }
        if list.is_empty() {
            let message = format!("an empty list asks nothing about `{}`", name.0);
            self.report(&code::WRONG_TYPE, &message, "name at least one value");
        }
        let values = self.values(facet, list);
        let facet = name.0.clone();
        Cond(if all { Condition::HasAll { facet, values } } else { Condition::HasAny { facet, values } })
    }

    fn bounds(&self, name: &NumberName, at_least: Option<i64>, at_most: Option<i64>) -> Cond {
        self.check_bounds(name, at_least, at_most, false);
        Cond(Condition::Number { number: name.0.clone(), at_least, at_most })
    }

    fn unequal(&self, name: &NumberName, n: i64) -> Cond {
        self.check_bounds(name, Some(n), Some(n), true);
        not(Cond(Condition::Number { number: name.0.clone(), at_least: Some(n), at_most: Some(n) }))
    }

    fn check_bounds(&self, name: &NumberName, at_least: Option<i64>, at_most: Option<i64>, negated: bool) {
        let Some(number) = self.collector.pack.number(&name.0) else { return };
        if !number.about.contains(&About::Profile) {
            not_asked(self.collector, self.position, number);
            return;
        }
        let crossed = at_least.zip(at_most).is_some_and(|(low, high)| low > high);
        let never = at_least.is_some_and(|n| n > number.max) || at_most.is_some_and(|n| n < number.min);
        let always = at_least.is_none_or(|n| n <= number.min) && at_most.is_none_or(|n| n >= number.max);
        let bounds =
            format!("`{}` goes from {} to {} ({})", number.id, number.min, number.max, number.unit.en);
        if crossed {
            let help = format!("write the lowest first: `{}.between(6, 12)`", number.id);
            self.report(&code::BOUND_NEVER, &format!("`{}` is never between these bounds", number.id), &help);
        } else if never || always {
            let so = if never == negated { "always" } else { "never" };
            let help = format!("{bounds}, so choose another bound or leave the comparison out");
            self.report(&code::BOUND_NEVER, &format!("this comparison of `{}` is {so} so", number.id), &help);
        }
    }

    /// A comparison that means nothing; without this it would silently be false.
    fn nonsense(&self, operator: &str, a: &Dynamic, b: &Dynamic) -> Cond {
        let name = |value: &Dynamic| {
            let facet = value.clone().try_cast::<FacetName>().map(|facet| facet.0);
            let name = facet.or_else(|| value.clone().try_cast::<NumberName>().map(|number| number.0));
            name.map_or_else(|| kind_of(value).to_owned(), |name| format!("`{name}`"))
        };
        let message = format!("{} and {} cannot be compared with `{operator}`", name(a), name(b));
        let kinds = [kind_of(a), kind_of(b)];
        let help = match () {
            () if kinds.contains(&"a condition") => {
                "a condition is judged for each profile later: combine it with `&`, `|` and `!`, one comparison at a time"
            }
            () if kinds.contains(&"nothing") => {
                "the card does not know the fact: test first, as in `if size != () { … }`"
            }
            () if kinds.contains(&"a method") => "compare the id of the card, as in `method.id == \"…\"`",
            () if kinds.contains(&"a number of the profile") && kinds.contains(&"a map") => {
                "compare with one end of the range, as in `group_size < size.min`"
            }
            () if kinds.contains(&"a number of the profile") => {
                "write a whole number without quotes, as in `group_size < 6`"
            }
            () if kinds.contains(&"a facet") && kinds.contains(&"a list") => {
                "write `trait.has_any([..])`, `trait.has_all([..])` or `trust.is_one_of([..])`"
            }
            () if kinds.contains(&"a facet") && kinds.contains(&"a text") => {
                "values have no order: write `trust == \"…\"` or `trust.is_one_of([..])`"
            }
            () if kinds.contains(&"a facet") => {
                "ask for a value, as in `trait.has(\"…\")` or `trust == \"…\"`"
            }
            () => "compare texts with texts and whole numbers with whole numbers",
        };
        self.report(&code::FACET_MISUSE, &message, help);
        Cond(Condition::always())
    }

    /// A condition that a loop has made too large to judge or explain.
    fn within_limits(&self, condition: Condition) -> Cond {
        let (depth, parts) = condition.size();
        self.collector.charge(parts);
        if depth <= MAX_CONDITION_DEPTH && parts <= MAX_CONDITION_PARTS {
            return Cond(condition);
        }
        let message = format!("a condition grows to {parts} parts, {depth} deep");
        let help = format!(
            "stay within {MAX_CONDITION_PARTS} parts and {MAX_CONDITION_DEPTH} deep: split the rule, or see whether a loop ends"
        );
        self.collector.report_like(&code::SCRIPT_LIMIT, self.position, At::Call, &message, &help, "");
        Cond(Condition::always())
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

/// The operators that compare.
const COMPARING: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

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
    for operator in COMPARING {
        offer!(engine, collector, operator, |call, a: FacetName, b: Dynamic| call.nonsense(
            operator,
            &Dynamic::from(a),
            &b
        ));
        offer!(engine, collector, operator, |call, a: Dynamic, b: FacetName| call.nonsense(
            operator,
            &a,
            &Dynamic::from(b)
        ));
        offer!(engine, collector, operator, |call, a: NumberName, b: Dynamic| call.nonsense(
            operator,
            &Dynamic::from(a),
            &b
        ));
        offer!(engine, collector, operator, |call, a: Dynamic, b: NumberName| call.nonsense(
            operator,
            &a,
            &Dynamic::from(b)
        ));
        offer!(engine, collector, operator, |call, a: Cond, b: Dynamic| call.nonsense(
            operator,
            &Dynamic::from(a),
            &b
        ));
        offer!(engine, collector, operator, |call, a: Dynamic, b: Cond| call.nonsense(
            operator,
            &a,
            &Dynamic::from(b)
        ));
        offer!(engine, collector, operator, |call, a: Card, b: Dynamic| call.nonsense(
            operator,
            &Dynamic::from(a),
            &b
        ));
        offer!(engine, collector, operator, |call, a: Dynamic, b: Card| call.nonsense(
            operator,
            &a,
            &Dynamic::from(b)
        ));
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
    offer!(engine, collector, "!=", |call, number: NumberName, n: i64| call.unequal(&number, n));
    offer!(engine, collector, "!=", |call, n: i64, number: NumberName| call.unequal(&number, n));
    offer!(engine, collector, "between", |call, number: NumberName, low: i64, high: i64| call.bounds(
        &number,
        Some(low),
        Some(high)
    ));
    for method in ["has", "has_any", "has_all", "is_one_of"] {
        offer!(engine, collector, method, |call, number: NumberName, _value: Dynamic| {
            let message = format!("`{}` is a number and has no values", number.0);
            call.report(&code::FACET_MISUSE, &message, &format!("compare it, as in `{} < 6`", number.0));
            Cond(Condition::always())
        });
    }
}

fn not(condition: Cond) -> Cond {
    Cond(Condition::Not(Box::new(condition.0)))
}

fn combinations(engine: &mut Engine, collector: &Collector) {
    offer!(engine, collector, "&", |call, a: Cond, b: Cond| call
        .within_limits(Condition::All(flat(a.0, b.0, true))));
    offer!(engine, collector, "|", |call, a: Cond, b: Cond| call
        .within_limits(Condition::Any(flat(a.0, b.0, false))));
    offer!(engine, collector, "!", |call, a: Cond| call.within_limits(not(a).0));
    offer!(engine, collector, "not", |call, a: Cond| call.within_limits(not(a).0));
    engine.register_fn("always", || Cond(Condition::always()));
    offer!(engine, collector, "all", |call, list: Array| call
        .within_limits(Condition::All(call.conditions("all", &list))));
    offer!(engine, collector, "any", |call, list: Array| call
        .within_limits(Condition::Any(call.conditions("any", &list))));
    offer!(engine, collector, "at_least", |call, count: i64, list: Array| {
        let of = call.conditions("at_least", &list);
        let count =
            u32::try_from(count).ok().filter(|n| *n >= 1 && *n as usize <= of.len()).unwrap_or_else(|| {
                if !of.is_empty() {
                    let message = format!(
                        "at least {count} of {} conditions is {} so",
                        of.len(),
                        if count < 1 { "always" } else { "never" }
                    );
                    call.report(&code::BOUND_NEVER, &message, "count from 1 to the number of conditions");
                }
                1
            });
        call.within_limits(Condition::AtLeast { count, of })
    });
    // `a & true` would be a raw type error; say what it is.
    for operator in ["&", "|"] {
        offer!(engine, collector, operator, |call, _a: Cond, _b: bool| call.plain_bool());
        offer!(engine, collector, operator, |call, _b: bool, _a: Cond| call.plain_bool());
    }
}

impl Call<'_> {
    fn conditions(&self, function: &str, list: &Array) -> Vec<Condition> {
        if list.is_empty() {
            let message = format!("`{function}` of no conditions says nothing");
            self.report(
                &code::BOUND_NEVER,
                &message,
                "put at least one condition in the list; `always()` always holds",
            );
        }
        let parts = list.iter().map(|item| {
            item.clone().try_cast::<Cond>().map(|cond| cond.0).unwrap_or_else(|| {
                let message = format!("a list of conditions has {} in it", kind_of(item));
                let help = "write conditions such as `trait.has(\"…\")`; a comparison of two plain values is not one";
                self.report(if item.is_bool() { &code::PLAIN_BOOL } else { &code::WRONG_TYPE }, &message, help);
                Condition::always()
            })
        });
        parts.collect()
    }

    fn plain_bool(&self) -> Cond {
        let help = "both sides must be conditions; for what is known about a card, put `if` around the rule";
        self.report(&code::PLAIN_BOOL, "a condition is combined with a plain true or false", help);
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
