//! `werkvorm vocabulary`: the questions a profile can answer, and the words that work as answers.

use clap::ArgMatches;
use serde_json::json;
use werkvorm::{About, Diagnostic, code, did_you_mean, fold};

use crate::cards;
use crate::failure::{Failure, print};
use crate::input::Start;
use crate::terminal::{bold, dim, heading, paragraph_under, styled, width};

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let pack = start.engine().pack();
    let asked = |about: &[About]| about.contains(&About::Profile);
    let wanted = matches.get_one::<String>("question").map(|question| fold(question));
    let is_wanted = |id: &str, aliases: &[String]| {
        wanted.as_ref().is_none_or(|w| *w == fold(id) || aliases.iter().any(|alias| fold(alias) == *w))
    };
    let facets: Vec<_> =
        pack.facets.iter().filter(|f| asked(&f.about) && is_wanted(&f.id, &f.aliases)).collect();
    let numbers: Vec<_> =
        pack.numbers.iter().filter(|n| asked(&n.about) && is_wanted(&n.id, &n.aliases)).collect();
    if facets.is_empty() && numbers.is_empty() {
        let written = matches.get_one::<String>("question").map_or("", String::as_str);
        let facet_names = pack.facets.iter().filter(|f| asked(&f.about)).map(|f| f.id.as_str());
        let names = facet_names.chain(pack.numbers.iter().filter(|n| asked(&n.about)).map(|n| n.id.as_str()));
        let message = format!("there is no question `{written}`");
        let help = format!("{}the command `vocabulary` alone lists them all", did_you_mean(written, names));
        let problem = Diagnostic::error(&code::UNKNOWN_QUESTION, message, help).at_item(written, written);
        return Err(start.command_line.failure("question", written, problem));
    }
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        return cards::json(&json!({ "criteria": pack.criteria, "facets": facets, "numbers": numbers }));
    }
    let texts = start.texts();
    let width = width();
    let mut page = String::new();
    for criterion in &pack.criteria {
        let facets: Vec<_> = facets.iter().filter(|f| f.criterion.as_ref() == Some(&criterion.id)).collect();
        let numbers: Vec<_> =
            numbers.iter().filter(|n| n.criterion.as_ref() == Some(&criterion.id)).collect();
        if facets.is_empty() && numbers.is_empty() {
            continue;
        }
        page.push_str(&heading(texts.of(&criterion.label), width));
        for facet in facets {
            let question = facet.question.as_ref().map(|q| texts.of(q)).unwrap_or_default();
            let line = format!("{}  {question}", styled(&facet.id, bold()));
            page.push_str(&paragraph_under("", 2, &line, width));
            for value in &facet.values {
                let aliases = if wanted.is_some() && !value.aliases.is_empty() {
                    format!(" ({})", value.aliases.join(", "))
                } else {
                    String::new()
                };
                let text = format!("{}  {}{}", value.id, texts.of(&value.label), styled(&aliases, dim()));
                page.push_str(&paragraph_under("    ", 6, &text, width));
            }
        }
        for number in numbers {
            let question = number.question.as_ref().map(|q| texts.of(q)).unwrap_or_default();
            let bounds = format!("{}–{} {}", number.min, number.max, texts.of(&number.unit));
            let line = format!("{}  {question} ({bounds})", styled(&number.id, bold()));
            page.push_str(&paragraph_under("", 2, &line, width));
        }
        page.push('\n');
    }
    print(&page)
}
