//! `werkvorm methods` and `werkvorm method ID`: the cards.

use clap::ArgMatches;

use crate::failure::{Failure, print};
use crate::input::Start;
use crate::terminal::{bold, dim, heading, paragraph, styled, width};

pub(crate) fn list(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let methods = &start.engine().pack().methods;
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        return json(methods);
    }
    let texts = start.texts();
    let width = width();
    let mut page = String::new();
    for method in methods {
        let name = styled(texts.of(&method.name), bold());
        page.push_str(&paragraph(
            "",
            &format!("{name}  {}", styled(&format!("[{}]", method.id), dim())),
            width,
        ));
        page.push_str(&paragraph("    ", texts.of(&method.what), width));
    }
    print(&page)
}

pub(crate) fn one(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("method").map_or("", String::as_str);
    let found = start.engine().pack().find_method(name);
    let method = found.map_err(|problem| start.command_line.failure("method", name, problem))?;
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        return json(method);
    }
    let texts = start.texts();
    let card = texts.card(method);
    let width = width();
    let name = format!("{}  {}", styled(&card.name, bold()), styled(&format!("[{}]", card.id), dim()));
    let mut page = paragraph("", &name, width) + "\n";
    for (title, lines) in &card.paragraphs {
        page.push_str(&heading(title, width));
        lines.iter().for_each(|line| page.push_str(&paragraph("  ", line, width)));
    }
    if !card.steps.is_empty() {
        page.push_str(&heading(&texts.get("heading.steps"), width));
        for (at, step) in card.steps.iter().enumerate() {
            page.push_str(&paragraph(&format!("  {}. ", at + 1), step, width));
        }
    }
    page.push_str(&heading(&texts.get("heading.sources"), width));
    for source in &card.sources {
        let url = source.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        page.push_str(&paragraph("  - ", &format!("{}{url}", source.text), width));
    }
    print(&page)
}

pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::world("cannot write JSON", error))?;
    print(&(text + "\n"))
}
