//! A recipe as a Word document: real headings, lists and a table, so that officials can go on in it and
//! screen readers find their way.

use std::io::Cursor;

use docx_rs::{
    AbstractNumbering, Docx, Footer, IndentLevel, Level, LevelJc, LevelOverride, LevelText, LineSpacing,
    LineSpacingType, NumberFormat, Numbering, NumberingId, PageMargin, PageNum, Paragraph, Run, RunFonts,
    Shading, SpecialIndentType, Start, Style, StyleType, Table, TableCell, TableRow, WidthType, XMLDocx,
};
use werkvorm_core::Recipe;

use crate::view::{RecipePartView, RecipeView, WorkView};
use crate::words::Words;

const BULLETS: usize = 2;
const NUMBERS: usize = 3;
/// Dark enough on white for everybody (WCAG AA).
const ACCENT: &str = "1F4E79";
const SOFT: &str = "555B61";
/// Width of the text on A4, in twentieths of a point.
const TEXT_WIDTH: usize = 9640;

/// Writes a recipe as a Word document (`.docx`), in the language of the words.
///
/// # Errors
/// When the document cannot be packed.
pub fn recipe_docx(recipe: &Recipe<'_>, words: &Words<'_>) -> Result<Vec<u8>, DocxError> {
    let view = words.recipe(recipe);
    let name = view.profile.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let title = format!("{}{name}", words.get("heading.recipe"));
    let mut document = styled().add_paragraph(styled_text("Title", &title)).add_paragraph(styled_text(
        "Subtitle",
        &words.fill("recipe.methods", &[("methods", &view.methods.join(", "))]),
    ));
    let made_up = if view.profile.made_up { words.get("label.made-up-profile") } else { String::new() };
    let note = format!("{} {made_up}", words.get("label.disclaimer-long"));
    document = document.add_paragraph(
        Paragraph::new()
            .style("Note")
            .add_run(Run::new().bold().add_text(format!("{}. ", words.get("label.disclaimer"))))
            .add_run(Run::new().add_text(note.trim_end())),
    );
    // Each numbered list counts from 1, so each has a numbering of its own.
    let mut numbering = NUMBERS;
    for step in &view.steps {
        document = document
            .add_paragraph(styled_text("Heading1", &format!("{}. {}", step.number, step.title)))
            .add_paragraph(styled_text("Help", &step.help));
        for part in &step.parts {
            let list = if part.ordered {
                numbering += 1;
                let from_one = LevelOverride::new(0).start(1);
                document = document.add_numbering(Numbering::new(numbering, NUMBERS).add_override(from_one));
                numbering
            } else {
                BULLETS
            };
            document = add_part(document, part, list);
        }
        if step.open {
            document = document.add_paragraph(styled_text("Later", &words.get("recipe.open")));
        }
    }
    document = document.add_paragraph(styled_text("Heading1", &words.get("heading.profile")));
    document = if view.profile.answers.is_empty() {
        document.add_paragraph(plain(&words.get("label.not-answered")))
    } else {
        document.add_table(answers(&view, words))
    };
    document = document.add_paragraph(styled_text("Heading1", &words.get("heading.sources")));
    for work in &view.works {
        document = document.add_paragraph(source(work));
    }
    let version = [
        view.pack.title.clone(),
        words.fill("label.rule-version", &[("version", &view.pack.version)]),
        words.fill("label.content-hash", &[("hash", &view.pack.hash)]),
        words.get("label.local"),
    ];
    document = document.add_paragraph(styled_text("Origin", &version.join(". ")));
    let mut bytes = Cursor::new(Vec::new());
    readable(document.build(), &title, view.language)
        .pack(&mut bytes)
        .map_err(|error| DocxError(error.to_string()))?;
    Ok(bytes.into_inner())
}

/// Styles as Word itself names them, lists, A4 with page numbers.
fn styled() -> Docx {
    let style = |id: &str, name: &str, size: usize, before: u32, after: u32| {
        let spacing = single().before(before).after(after);
        Style::new(id, StyleType::Paragraph).name(name).based_on("Normal").size(size).line_spacing(spacing)
    };
    let heading = |id: &str, name: &str, size: usize, before: u32, level: usize| {
        style(id, name, size, before, 80)
            .bold()
            .color(ACCENT)
            .next("Normal")
            .q_format(true)
            .outline_lvl(level)
    };
    let list = |id: usize, format: &str, text: &str| {
        let level = Level::new(
            0,
            Start::new(1),
            NumberFormat::new(format),
            LevelText::new(text),
            LevelJc::new("left"),
        );
        AbstractNumbering::new(id).add_level(level.indent(
            Some(425),
            Some(SpecialIndentType::Hanging(425)),
            None,
            None,
        ))
    };
    let fonts = RunFonts::new().ascii("Calibri").hi_ansi("Calibri").cs("Calibri");
    let number = Paragraph::new().style("Origin").align(docx_rs::AlignmentType::Right);
    Docx::new()
        .page_size(11906, 16838)
        .page_margin(PageMargin {
            top: 1134,
            left: 1134,
            bottom: 1134,
            right: 1134,
            header: 567,
            footer: 567,
            gutter: 0,
        })
        .default_size(22)
        .default_fonts(fonts)
        .default_line_spacing(single().line(269).after(80))
        .add_style(style("Title", "Title", 44, 0, 60).bold().color(ACCENT).q_format(true))
        .add_style(style("Subtitle", "Subtitle", 24, 0, 160).bold().q_format(true))
        .add_style(heading("Heading1", "heading 1", 30, 400, 0))
        .add_style(heading("Heading2", "heading 2", 24, 200, 1))
        .add_style(style("Help", "Help", 22, 0, 80).italic().color(SOFT))
        .add_style(style("Note", "Note", 22, 80, 160))
        .add_style(style("Origin", "Origin", 17, 0, 120).color(SOFT))
        .add_style(style("Later", "Later", 22, 80, 1600).color(SOFT))
        .add_abstract_numbering(list(BULLETS, "bullet", "•"))
        .add_numbering(Numbering::new(BULLETS, BULLETS))
        .add_abstract_numbering(list(NUMBERS, "decimal", "%1."))
        .footer(Footer::new().add_paragraph(number.add_page_num(PageNum::new())))
}

/// Lines as far apart as their letters ask.
fn single() -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Auto).line(240)
}

/// Text in one of the styles; a heading stays with what follows.
fn styled_text(style: &str, text: &str) -> Paragraph {
    let keep = style.starts_with("Heading") || style == "Help";
    Paragraph::new().style(style).keep_next(keep).add_run(Run::new().add_text(text))
}

fn plain(text: &str) -> Paragraph {
    Paragraph::new().add_run(Run::new().add_text(text))
}

/// A heading and a list; where it comes from once, when that is the same for all lines.
fn add_part(mut document: Docx, part: &RecipePartView, list: usize) -> Docx {
    if let Some(title) = &part.title {
        document = document.add_paragraph(styled_text("Heading2", title));
    }
    for line in &part.lines {
        let mut item =
            Paragraph::new().numbering(NumberingId::new(list), IndentLevel::new(0)).keep_lines(true);
        if let Some(about) = &line.about {
            item = item.add_run(Run::new().bold().add_text(format!("{about}: ")));
        }
        item = item.add_run(Run::new().add_text(&line.text));
        if part.origin.is_none() {
            item = item.add_run(small(&format!(" ({})", line.origin)));
        }
        document = document.add_paragraph(item);
    }
    match &part.origin {
        Some(origin) => document.add_paragraph(styled_text("Origin", origin)),
        None => document,
    }
}

fn small(text: &str) -> Run {
    Run::new().size(17).color(SOFT).add_text(text)
}

/// A document that was cited, with its sections.
fn source(work: &WorkView) -> Paragraph {
    let mut item = Paragraph::new().numbering(NumberingId::new(BULLETS), IndentLevel::new(0));
    if let Some(short) = &work.short {
        item = item.add_run(Run::new().bold().add_text(format!("{short}. ")));
    }
    let url = work.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
    item = item.add_run(Run::new().add_text(format!("{}.{url}", work.text)));
    if work.sections.is_empty() {
        return item;
    }
    item.add_run(small(&format!(" {}.", work.sections.join("; "))))
}

/// The answers as a table with a header row.
fn answers(view: &RecipeView, words: &Words<'_>) -> Table {
    let widths = [TEXT_WIDTH / 3, TEXT_WIDTH - TEXT_WIDTH / 3];
    let row = |texts: [&str; 2], header: bool| {
        let cells = texts.iter().zip(widths).map(|(text, width)| {
            let run = Run::new().add_text(*text);
            let cell = TableCell::new().width(width, WidthType::Dxa);
            if header {
                let shading = Shading::new().fill("E8EDF2");
                cell.shading(shading).add_paragraph(Paragraph::new().add_run(run.bold()))
            } else {
                cell.add_paragraph(Paragraph::new().add_run(run))
            }
        });
        TableRow::new(cells.collect())
    };
    let header = row([&words.get("label.question"), &words.get("label.answer")], true);
    let rows =
        view.profile.answers.iter().map(|(question, answer)| row([question, answer], false).cant_split());
    Table::new([header].into_iter().chain(rows).collect())
        .set_grid(widths.to_vec())
        .width(TEXT_WIDTH, WidthType::Dxa)
}

/// What the writer cannot say itself and a screen reader needs: language, title, and which row is a header.
fn readable(mut parts: XMLDocx, title: &str, language: &str) -> XMLDocx {
    let code = if language == "nl" { "nl-NL" } else { "en-GB" };
    let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    insert(&mut parts.styles, "<w:rPrDefault><w:rPr>", &format!("<w:lang w:val=\"{code}\" />"));
    insert(&mut parts.document, "<w:tr><w:trPr>", "<w:tblHeader />");
    let core = &mut parts.doc_props.core;
    if let Some(at) = find(core, "<dc:creator>") {
        core.splice(
            at..at,
            format!("<dc:title>{escaped}</dc:title><dc:language>{code}</dc:language>").into_bytes(),
        );
    }
    parts
}

/// Puts text after the first place where a mark stands.
fn insert(part: &mut Vec<u8>, mark: &str, text: &str) {
    if let Some(at) = find(part, mark) {
        let after = at + mark.len();
        part.splice(after..after, text.bytes());
    }
}

fn find(part: &[u8], mark: &str) -> Option<usize> {
    part.windows(mark.len()).position(|window| window == mark.as_bytes())
}

/// A document that could not be packed.
#[derive(Debug)]
pub struct DocxError(String);

impl std::fmt::Display for DocxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the Word document could not be written: {}", self.0)
    }
}

impl std::error::Error for DocxError {}
