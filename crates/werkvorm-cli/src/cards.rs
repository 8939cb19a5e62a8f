//! `werkvorm methods` and `werkvorm method ID`: the cards.

use clap::ArgMatches;
use comfy_table::{ContentArrangement, Table, TableStyle};

use crate::failure::{Failure, print};
use crate::input::Start;
use crate::recommend::heading;
use crate::terminal::{bold, dim, paragraph, styled, width};

pub(crate) fn list(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let methods = &start.engine().pack().methods;
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        return json(methods);
    }
    let texts = start.texts();
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width()).unwrap_or(80));
    for method in methods {
        table.add_row([method.id.as_str(), texts.of(&method.name), texts.of(&method.what)]);
    }
    print(&format!("{table}\n"))
}

pub(crate) fn one(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("method").map_or("", String::as_str);
    let is_json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let method = start.engine().pack().find_method(name).map_err(|problem| {
        if is_json { Failure::ContentJson(vec![problem]) } else { Failure::content(vec![problem]) }
    })?;
    if is_json {
        return json(method);
    }
    let texts = start.texts();
    let card = texts.card(method);
    let width = width();
    let mut page =
        format!("{}  {}\n\n", styled(&card.name, bold()), styled(&format!("[{}]", card.id), dim()));
    for (title, lines) in &card.paragraphs {
        page.push_str(&heading(title));
        lines.iter().for_each(|line| page.push_str(&paragraph("  ", line, width)));
    }
    if !card.steps.is_empty() {
        page.push_str(&heading(&texts.get("heading.steps")));
        for (at, step) in card.steps.iter().enumerate() {
            page.push_str(&paragraph(&format!("  {}. ", at + 1), step, width));
        }
    }
    page.push_str(&heading(&texts.get("heading.sources")));
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
