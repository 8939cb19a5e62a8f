//! `werkvorm guidelines` and `werkvorm examples`: all of them, or those that fit a profile and why.

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::json;
use werkvorm::{Advised, DEFAULT_TOP, Example, Guideline};

use crate::cards;
use crate::failure::{Failure, print};
use crate::input::{ProfileInput, Start};
use crate::terminal::{bold, dim, heading, paragraph, styled, width};

pub(crate) fn guidelines(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let pack = start.engine().pack();
    let input = ProfileInput::read(start, matches)?;
    let is_json = wants_json(matches);
    if is_about_profile(matches) {
        let applying = input.judged(start.engine().guidelines(&input.profile, DEFAULT_TOP))?;
        return if is_json { cards::json(&applying) } else { print(&applying_text(start, &applying)) };
    }
    if is_json {
        return cards::json(&pack.guidelines);
    }
    let texts = start.texts();
    let width = width();
    let mut page = String::new();
    for Guideline { id, kind, title, text, sources, .. } in &pack.guidelines {
        let title = format!("{}: {}", texts.guideline_kind(*kind), texts.of(title));
        page.push_str(&paragraph(
            "",
            &format!("{}  {}", styled(&title, bold()), styled(&format!("[{id}]"), dim())),
            width,
        ));
        page.push_str(&paragraph(
            "  ",
            &format!("{} [{}]", texts.of(text), texts.short_citations(sources).join("; ")),
            width,
        ));
    }
    print(&page)
}

fn applying_text(start: &Start, applying: &[Advised<'_>]) -> String {
    let texts = start.texts();
    let width = width();
    if applying.is_empty() {
        return paragraph("", &texts.get("label.no-guidelines"), width);
    }
    let mut page = String::new();
    for advised in applying {
        let view = texts.guideline(advised);
        let title = format!("{}: {}", view.kind, view.title);
        page.push_str(&paragraph(
            "",
            &format!("{}  {}", styled(&title, bold()), styled(&format!("[{}]", view.id), dim())),
            width,
        ));
        page.push_str(&paragraph("  ", &format!("{} [{}]", view.text, view.sources.join("; ")), width));
        page.push_str(&paragraph("  ", &texts.fill("label.why-here", &[("because", &view.because)]), width));
        if !view.methods.is_empty() {
            page.push_str(&paragraph(
                "  ",
                &texts.fill("label.about-methods", &[("methods", &view.methods.join(", "))]),
                width,
            ));
        }
        if let Some(choose) = &view.choose {
            page.push_str(&paragraph("  ", choose, width));
        }
    }
    page
}

pub(crate) fn examples(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let engine = start.engine();
    let input = ProfileInput::read(start, matches)?;
    let mut examples: Vec<&Example> = engine.pack().examples.iter().collect();
    if let Some(written) = matches.get_one::<String>("method") {
        let found = engine.pack().find_method(written).map_err(|problem| Failure::content(vec![problem]))?;
        examples.retain(|example| example.methods.contains(&found.id));
    }
    if is_about_profile(matches) {
        let fitting = input.judged(engine.examples(&input.profile))?;
        let place = |example: &Example| fitting.iter().position(|fits| fits.example.id == example.id);
        examples.retain(|example| place(example).is_some());
        examples.sort_by_key(|example| place(example));
    }
    if wants_json(matches) {
        return cards::json(&json!(examples));
    }
    let texts = start.texts();
    let width = width();
    let mut page = String::new();
    for example in &examples {
        let view = texts.example(example);
        let place = example.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        page.push_str(&heading(&format!("{}{place}", view.title), width));
        let names = example
            .methods
            .iter()
            .filter_map(|id| engine.pack().method(id))
            .map(|method| texts.of(&method.name));
        let names = names.collect::<Vec<_>>().join(", ");
        let who = texts.of(&example.who).to_owned();
        let lines = [
            ("label.who", Some(who)),
            ("heading.what", Some(view.what)),
            ("label.why", view.why),
            ("label.methods", Some(names).filter(|names| !names.is_empty())),
            ("label.source", Some(view.sources.join("; "))),
        ];
        for (label, text) in lines {
            if let Some(text) = text {
                page.push_str(&paragraph(
                    "  ",
                    &format!("{}: {text}", texts.get(label).trim_end_matches('?')),
                    width,
                ));
            }
        }
    }
    if examples.is_empty() {
        page.push_str(&paragraph("", &texts.get("label.no-example-fits"), width));
    }
    print(&page)
}

fn wants_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// Whether anything was said about a profile: a file or an answer.
fn is_about_profile(matches: &ArgMatches) -> bool {
    let other = ["method", "format", "lang", "rules", "pack"];
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    matches.ids().any(|id| !other.contains(&id.as_str()) && given(id.as_str()))
}
