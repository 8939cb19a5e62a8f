//! What the commands of what-if share: writing an answer in the format that was asked for, and parts of pages.

use std::error::Error;

use anstream::adapter::strip_str;
use clap::ArgMatches;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;
use werkvorm::{Change, DEFAULT_TOP, DocumentFormat, Named, ProfileView, Texts, Understood};

use crate::failure::{Failure, print};
use crate::recommend::{footer, profile, write_whole};
use crate::terminal::{harmless, heading, paragraph};

/// A head with a thin line under it; cells stand apart by space alone.
const LIGHT: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// What stands in front of a table.
const INDENT: &str = "  ";

/// How many methods count as the top.
pub(crate) fn top(matches: &ArgMatches) -> usize {
    matches.get_one::<u16>("top").map_or(DEFAULT_TOP, |top| usize::from(*top))
}

/// Writes an answer: as JSON, as a document, or else as text; to a file when one is named.
pub(crate) fn write<E: Error + 'static>(
    matches: &ArgMatches,
    answer: &impl Serialize,
    document: impl FnOnce(DocumentFormat) -> Result<String, E>,
    text: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let document =
        |format| document(format).map_err(|error| Failure::world("cannot write the answer", error));
    let written = match matches.get_one::<String>("format").map_or("text", String::as_str) {
        "json" => {
            serde_json::to_string_pretty(answer)
                .map_err(|error| Failure::world("cannot write JSON", error))?
                + "\n"
        }
        "markdown" => document(DocumentFormat::Markdown)?,
        "html" => document(DocumentFormat::Html)?,
        _ => text(),
    };
    put(matches, &written)
}

/// Prints what was written, or puts it in the file that is named.
pub(crate) fn put(matches: &ArgMatches, written: &str) -> Result<(), Failure> {
    match matches.get_one::<String>("output") {
        // A file has no colours.
        Some(file) if file != "-" => write_whole(file, strip_str(written).to_string()),
        _ => print(written),
    }
}

/// The heading of a page, with the name of the profile.
pub(crate) fn title(texts: &Texts<'_>, text: &str, profile: &Understood<'_>, width: usize) -> String {
    let title = profile.title.as_ref().map(|title| harmless(title.in_language(texts.language())));
    heading(&format!("{text}{}", title.map(|title| format!(": {title}")).unwrap_or_default()), width)
}

/// What ends a page: the answers it is about, and the rules it rests on.
pub(crate) fn end(texts: &Texts<'_>, about: &Understood<'_>, width: usize) -> String {
    let answers = about.answers.iter();
    let weighs = about.weights.iter().any(|weight| weight.weight != 1);
    let view = ProfileView {
        title: None,
        made_up: about.made_up,
        answers: answers.map(|given| (texts.of(given.label).to_owned(), texts.answer(given))).collect(),
        weights: about
            .weights
            .iter()
            .filter(|_| weighs)
            .map(|weight| (texts.of(weight.label).to_owned(), weight.weight))
            .collect(),
    };
    let heading = heading(&texts.get("heading.profile"), width);
    format!("{heading}{}\n{}", profile(texts, &view, width), foot(texts, width))
}

/// The rules a page rests on.
pub(crate) fn foot(texts: &Texts<'_>, width: usize) -> String {
    footer(texts, &texts.pack().version, &texts.pack().hash, width)
}

/// A table that fits; the columns named in `right` are lined up on the right.
pub(crate) fn table(head: &[String], rows: Vec<Vec<String>>, right: &[usize], width: usize) -> String {
    let mut table = Table::new();
    table.load_style(LIGHT).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width.saturating_sub(INDENT.len())).unwrap_or(u16::MAX));
    table.set_header(head.iter().map(Cell::new));
    table.add_rows(rows);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.lines().map(|line| format!("{INDENT}{}", line.trim_end()).trim_end().to_owned() + "\n");
    lines.collect()
}

/// The names of methods, with commas.
pub(crate) fn names(texts: &Texts<'_>, methods: &[Named<'_>]) -> String {
    methods.iter().map(|method| texts.of(method.label)).collect::<Vec<_>>().join(", ")
}

/// Changes made together, in words.
pub(crate) fn together(texts: &Texts<'_>, changes: &[Change<'_>]) -> String {
    let changes: Vec<_> = changes.iter().map(|change| texts.change(change)).collect();
    changes.join("; ")
}

/// A line that says how many were left out, when some were.
pub(crate) fn and_more(texts: &Texts<'_>, left_out: usize, width: usize) -> String {
    if left_out == 0 {
        return String::new();
    }
    paragraph("  ", &texts.fill("label.and-more", &[("count", &left_out.to_string())]), width)
}
