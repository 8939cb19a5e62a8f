//! What the commands of what-if share: writing an answer in the format that was asked for, and parts of pages.

use std::error::Error;

use anstream::adapter::strip_str;
use clap::ArgMatches;
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use serde::Serialize;
use textwrap::core::display_width;
use werkvorm::{Change, DEFAULT_TOP, DocumentFormat, Named, ProfileView, Texts, Understood};

use crate::failure::{Failure, print};
use crate::recommend::{footer, profile, write_whole};
use crate::terminal::{harmless, heading, paragraph, paragraph_under};

/// A head with a thin line under it; cells stand apart by space alone.
const LIGHT: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// What stands in front of a table.
const INDENT: &str = "  ";

/// How many methods count as the top.
pub(crate) fn top(matches: &ArgMatches) -> usize {
    matches.get_one::<u16>("top").map_or(DEFAULT_TOP, |top| usize::from(*top))
}

/// Writes an answer: as JSON, as a document, or else as text; to a file when one is named.
pub(crate) fn write<E: Error + Send + Sync + 'static>(
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

/// A table with whole words; where those do not fit beside each other, a list.
pub(crate) fn table(head: &[String], rows: Vec<Vec<String>>, width: usize) -> String {
    let width = width.saturating_sub(INDENT.len());
    let padding = |at: usize| if at + 1 < head.len() { 2 } else { 0 };
    let longest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(head.get(at));
        let words = cells.flat_map(|cell| cell.split_whitespace()).map(display_width);
        words.max().unwrap_or(0) + padding(at)
    };
    let least: Vec<usize> = (0..head.len()).map(longest).collect();
    // Columns stand one cell apart, besides their padding.
    if least.iter().sum::<usize>() + head.len().saturating_sub(1) > width {
        return listed(head, &rows, width);
    }
    let cells = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
    let mut table = Table::new();
    table.load_style(LIGHT).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(cells(width));
    table.set_header(head);
    table.add_rows(rows);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, cells(padding(at))));
        if let Some(least) = least.get(at) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(cells(*least))));
        }
    }
    let lines = table.lines().map(|line| format!("{INDENT}{}", line.trim_end()).trim_end().to_owned() + "\n");
    lines.collect()
}

/// The rows of a table one by one, each cell behind its head.
fn listed(head: &[String], rows: &[Vec<String>], width: usize) -> String {
    let mut page = String::new();
    for row in rows {
        page.push_str(&paragraph(INDENT, row.first().map_or("", String::as_str), width + INDENT.len()));
        for (name, cell) in head.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty()) {
            page.push_str(&paragraph_under("    ", 6, &format!("{name}: {cell}"), width + INDENT.len()));
        }
    }
    page
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
