//! `werkvorm recipe`: an advice worked out in the steps of the recipe book.

use std::io::{IsTerminal, Write};

use clap::ArgMatches;
use werkvorm::{DocumentFormat, RecipeView, Texts};

use crate::cards;
use crate::failure::{Failure, print};
use crate::input::{ProfileInput, Start};
use crate::recommend::{footer, profile, write_whole};
use crate::terminal::{bold, dim, heading, paragraph, styled, width};

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let methods: Vec<&str> =
        matches.get_many::<String>("method").into_iter().flatten().map(String::as_str).collect();
    let recipe = input.judged(start.engine().recipe(&input.profile, &methods))?;
    let texts = start.texts();
    let output = matches.get_one::<String>("output").filter(|file| *file != "-");
    let cannot = |error| Failure::world("cannot write the recipe", error);
    let written = match matches.get_one::<String>("format").map_or("text", String::as_str) {
        "json" if output.is_none() => return cards::json(&recipe),
        "json" => {
            serde_json::to_string_pretty(&recipe)
                .map_err(|error| Failure::world("cannot write JSON", error))?
                + "\n"
        }
        "markdown" => werkvorm::render_recipe(&recipe, &texts, DocumentFormat::Markdown).map_err(cannot)?,
        "html" => werkvorm::render_recipe(&recipe, &texts, DocumentFormat::Html).map_err(cannot)?,
        "docx" => {
            let bytes = werkvorm::recipe_docx(&recipe, &texts)
                .map_err(|error| Failure::world("cannot write the recipe", error))?;
            return write_bytes(output, &bytes);
        }
        _ => text(&texts, &texts.recipe(&recipe)),
    };
    match output {
        Some(file) => write_whole(file, anstream::adapter::strip_str(&written).to_string().as_bytes()),
        None => print(&written),
    }
}

fn write_bytes(output: Option<&String>, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(file) = output {
        return write_whole(file, bytes);
    }
    let mut stdout = std::io::stdout().lock();
    if stdout.is_terminal() {
        return Err(Failure::Misuse(
            "a Word document does not fit in a terminal: add `--output recipe.docx`".into(),
        ));
    }
    stdout.write_all(bytes).map_err(|error| Failure::world("cannot write to standard output", error))
}

fn text(texts: &Texts<'_>, recipe: &RecipeView) -> String {
    let width = width();
    let title = recipe.profile.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let mut page = heading(&format!("{}{title}", texts.get("heading.recipe")), width);
    page.push_str(&profile(texts, &recipe.profile, width));
    page.push_str(&paragraph(
        "  ",
        &texts.fill("recipe.methods", &[("methods", &recipe.methods.join(", "))]),
        width,
    ));
    for step in &recipe.steps {
        page.push('\n');
        page.push_str(&heading(&format!("{}. {}", step.number, step.title), width));
        page.push_str(&paragraph("  ", &step.help, width));
        for part in &step.parts {
            if let Some(title) = &part.title {
                page.push_str(&paragraph("  ", &styled(&format!("{title}:"), bold()), width));
            }
            for (at, line) in part.lines.iter().enumerate() {
                let mark = if part.ordered { format!("  {}. ", at + 1) } else { "  - ".to_owned() };
                let about = line.about.as_ref().map(|about| format!("{about}: ")).unwrap_or_default();
                let origin = match part.origin {
                    Some(_) => String::new(),
                    None => format!(" {}", styled(&format!("[{}]", line.origin), dim())),
                };
                page.push_str(&paragraph(&mark, &format!("{about}{}{origin}", line.text), width));
            }
            if let Some(origin) = &part.origin {
                page.push_str(&paragraph("    ", &styled(&format!("[{origin}]"), dim()), width));
            }
        }
        if step.open {
            page.push_str(&paragraph("  _ ", &texts.get("recipe.open"), width));
        }
    }
    page.push('\n');
    page.push_str(&footer(texts, &recipe.pack.version, &recipe.pack.hash, width));
    page
}
