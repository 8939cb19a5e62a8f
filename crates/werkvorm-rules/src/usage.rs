//! How the functions of rule scripts are called, and what kinds of values there are, in words.

use werkvorm_core::did_you_mean;

/// The functions of rule scripts and how to write a call of each.
const FUNCTIONS: [(&str, &str); 33] = [
    ("rule", "write `rule(\"id\", #{ title: …, method: …, when: …, points: …, because: …, source: … })`"),
    ("text", "write `text(\"Dutch\", \"English\")`"),
    ("cite", "write `cite(\"document\", \"section\")`, both in quotes"),
    ("curve", "write `curve(group_size, [[1, -5], [6, 0]])`, the number without quotes"),
    ("methods", "write `methods()`"),
    ("methods_asking", "write `methods_asking(\"reading\")`, a value of `demand` in quotes"),
    ("methods_offering", "write `methods_offering(\"images\")`, a value of `offer` in quotes"),
    ("methods_needing", "write `methods_needing(\"moderator\")`, a value of `need` in quotes"),
    ("methods_with", "write `methods_with(\"facet\", \"value\")`"),
    ("method", "write `method(\"id\")`, the id of one method in quotes"),
    ("list", "write `method.list(\"facet\")`"),
    ("list_with_broader", "write `method.list_with_broader(\"facet\")`"),
    ("range", "write `method.range(\"group_size\")`, the number in quotes"),
    ("values", "write `values(\"facet\")`, the facet in quotes"),
    ("top_values", "write `top_values(\"facet\")`, the facet in quotes"),
    ("narrower", "write `narrower(\"facet\", \"value\")`"),
    ("broader", "write `broader(\"facet\", \"value\")`"),
    ("label_nl", "write `label_nl(\"facet\", \"value\")`"),
    ("label_en", "write `label_en(\"facet\", \"value\")`"),
    ("has", "write `trait.has(\"value\")` of a facet, `method.has(\"facet\", \"value\")` of a card"),
    ("has_any", "write a list of values: `trait.has_any([\"a\", \"b\"])`"),
    ("has_all", "write a list of values: `trait.has_all([\"a\", \"b\"])`"),
    ("is_one_of", "write a list of values: `trust.is_one_of([\"a\", \"b\"])`"),
    ("between", "write the lowest and the highest whole number: `group_size.between(6, 12)`"),
    ("all", "write a list of conditions: `all([a, b])`"),
    ("any", "write a list of conditions: `any([a, b])`"),
    ("not", "write one condition: `not(a)`"),
    ("always", "write `always()`"),
    ("at_least", "write a whole number and a list of conditions: `at_least(2, [a, b, c])`"),
    ("contains", "ask a facet with `trait.has(\"value\")`; `contains` is for lists and texts"),
    ("len", "ask the length of a list or text: `list.len()`"),
    ("push", "add to a list: `list.push(value)`"),
    ("is_empty", "ask a list or text: `list.is_empty()`"),
];

/// Every function of rule scripts.
pub(crate) fn names<'f>() -> impl Iterator<Item = &'f str> {
    FUNCTIONS.iter().map(|(name, _)| *name as &str)
}

/// How a function of rule scripts is called, when there is one of that name.
pub(crate) fn of(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, usage)| *usage)
}

/// What to write instead of a function that does not exist.
pub(crate) fn instead_of<'f>(name: &str, own: impl Iterator<Item = &'f str>) -> String {
    let near = did_you_mean(name, names().chain(own));
    let list = "the functions are listed in `CONTRIBUTING.md`; none of them reads files, time or chance";
    if near.is_empty() { list.to_owned() } else { near.trim_end().to_owned() }
}

/// How to combine what an operator does not combine.
pub(crate) fn of_operator(operator: &str, kinds: &[&str]) -> String {
    let facet = kinds.contains(&"a facet");
    match operator {
        "!" if facet => "put the comparison in brackets, `!(trust == \"…\")`, or write `trust != \"…\"`",
        "!" => "`!` stands before a condition, as in `!trait.has(\"…\")`",
        "&" | "|" if kinds.contains(&"a condition") => {
            "write a whole condition on both sides: `trust == \"low\" | trust == \"high\"`"
        }
        "&" | "|" => "combine conditions, as in `trust == \"low\" & trait.has(\"…\")`",
        "+" | "-" | "*" | "/" | "%" if kinds.contains(&"a condition") => {
            "conditions are combined with `&`, `|` and `!`"
        }
        "+" | "-" | "*" | "/" | "%" if kinds.contains(&"a number of the profile") => {
            "a profile gives the number later: compare it with a whole number, or use a `curve`"
        }
        "+" | "-" | "*" | "/" | "%" if kinds.contains(&"nothing") => {
            "the card may not know the fact: test first, as in `if size.min != () { … }`"
        }
        _ => "conditions are combined with `&`, `|` and `!`; arithmetic is for whole numbers",
    }
    .to_owned()
}

/// The kind of a value, from the name the script language has for its type.
pub(crate) fn kind(type_name: &str) -> &'static str {
    match type_name.trim().rsplit("::").next().unwrap_or("") {
        "i64" => "a whole number",
        "bool" => "true or false",
        "array" => "a list",
        "map" => "a map",
        "()" => "nothing",
        "char" => "a single character",
        "Fn" => "a function",
        "Facet" | "FacetName" => "a facet",
        "Number" | "NumberName" => "a number of the profile",
        "Condition" | "Cond" => "a condition",
        "Method" | "Card" => "a method",
        "Source" | "Cite" => "a source",
        "Text" | "Words" => "a text in both languages",
        "Curve" | "CurveValue" => "a curve",
        other if other.contains("ange") => "a range of numbers",
        other if other.contains("tr") => "a text",
        _ => "another kind of value",
    }
}

/// `a text, a list and a condition`.
pub(crate) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_values() {
        for (name, want) in [
            ("&str | ImmutableString | String", "a text"),
            ("string", "a text"),
            ("werkvorm_rules::vocabulary_api::Cond", "a condition"),
            ("i64", "a whole number"),
            ("RangeInclusive<i64>", "a range of numbers"),
        ] {
            assert_eq!(kind(name), want, "{name}");
        }
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
