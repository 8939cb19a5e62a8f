//! A recipe as a Word document: real headings, lists and a table, so that officials can go on in it and
//! screen readers find their way.

use std::io::Cursor;

use docx_rs::{
    AbstractNumbering, Docx, IndentLevel, Level, LevelJc, LevelText, NumberFormat, Numbering, NumberingId, Paragraph,
    Run, SpecialIndentType, Start, Style, StyleType, Table, TableCell, TableRow, WidthType, XMLDocx,
};
use werkvorm_core::Recipe;

use crate::view::{RecipeLineView, RecipeView};
use crate::words::Words;

const BULLETS: usize = 2;

/// Writes a recipe as a Word document (`.docx`), in the language of the words.
///
/// # Errors
/// When the document cannot be packed.
pub fn recipe_docx(recipe: &Recipe<'_>, words: &Words<'_>) -> Result<Vec<u8>, DocxError> {
    let view = words.recipe(recipe);
    let name = view.profile.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let title = format!("{}{name}", words.get("heading.recipe"));
    let mut document = styled().add_paragraph(heading("Title", &title));
    for text in [words.get("label.disclaimer-long"), words.fill("recipe.methods", &[("methods", &view.methods.join(", "))])] {
        document = document.add_paragraph(plain(&text));
    }
    if view.profile.made_up {
        document = document.add_paragraph(plain(&words.get("label.made-up-profile")));
    }
    document = document.add_paragraph(heading("Heading1", &words.get("heading.profile"))).add_table(answers(&view, words));
    for step in &view.steps {
        document = document
            .add_paragraph(heading("Heading1", &format!("{}. {}", step.number, step.title)))
            .add_paragraph(plain(&step.help));
        for line in &step.lines {
            document = document.add_paragraph(bullet(line));
        }
        if step.open {
            document = document.add_paragraph(plain(&words.get("recipe.open"))).add_paragraph(plain(""));
        }
    }
    document = document.add_paragraph(heading("Heading1", &words.get("heading.sources")));
    for source in &view.sources {
        let url = source.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        document = document.add_paragraph(item().add_run(Run::new().add_text(format!("{}{url}", source.text))));
    }
    let version = [
        words.fill("label.rule-version", &[("version", &view.pack.version)]),
        words.fill("label.content-hash", &[("hash", &view.pack.hash)]),
        words.get("label.local"),
    ];
    document = document.add_paragraph(plain(&version.join(". ")));
    let mut bytes = Cursor::new(Vec::new());
    readable(document.build(), &title, view.language)
        .pack(&mut bytes)
        .map_err(|error| DocxError(error.to_string()))?;
    Ok(bytes.into_inner())
}

/// Headings, a title and bullets, as Word itself names them.
fn styled() -> Docx {
    let style = |id: &str, name: &str, size: usize, level: Option<usize>| {
        let style = Style::new(id, StyleType::Paragraph).name(name).size(size).bold();
        match level {
            Some(level) => style.outline_lvl(level),
            None => style,
        }
    };
    let bullets = AbstractNumbering::new(BULLETS).add_level(
        Level::new(0, Start::new(1), NumberFormat::new("bullet"), LevelText::new("•"), LevelJc::new("left")).indent(
            Some(420),
            Some(SpecialIndentType::Hanging(300)),
            None,
            None,
        ),
    );
    Docx::new()
        .default_size(22)
        .add_style(style("Title", "Title", 40, None))
        .add_style(style("Heading1", "heading 1", 28, Some(0)))
        .add_abstract_numbering(bullets)
        .add_numbering(Numbering::new(BULLETS, BULLETS))
}

fn heading(style: &str, text: &str) -> Paragraph {
    Paragraph::new().style(style).keep_next(true).add_run(Run::new().add_text(text))
}

fn plain(text: &str) -> Paragraph {
    Paragraph::new().add_run(Run::new().add_text(text))
}

fn item() -> Paragraph {
    Paragraph::new().numbering(NumberingId::new(BULLETS), IndentLevel::new(0))
}

fn bullet(line: &RecipeLineView) -> Paragraph {
    let mut paragraph = item();
    if let Some(about) = &line.about {
        paragraph = paragraph.add_run(Run::new().bold().add_text(format!("{about}: ")));
    }
    paragraph
        .add_run(Run::new().add_text(format!("{} ", line.text)))
        .add_run(Run::new().italic().color("595959").add_text(format!("({})", line.origin)))
}

/// The answers as a table with a header row.
fn answers(view: &RecipeView, words: &Words<'_>) -> Table {
    let cell = |text: &str, bold: bool| {
        let run = Run::new().add_text(text);
        TableCell::new().add_paragraph(Paragraph::new().add_run(if bold { run.bold() } else { run }))
    };
    let header = TableRow::new(vec![
        cell(&words.get("label.question"), true),
        cell(&words.get("label.answer"), true),
    ]);
    let rows = view.profile.answers.iter().map(|(question, answer)| {
        TableRow::new(vec![cell(question, false), cell(answer, false)]).cant_split()
    });
    Table::new([header].into_iter().chain(rows).collect()).width(9000, WidthType::Dxa)
}

/// What the writer cannot say itself and a screen reader needs: language, title, and which row is a header.
fn readable(mut parts: XMLDocx, title: &str, language: &str) -> XMLDocx {
    let code = if language == "nl" { "nl-NL" } else { "en-GB" };
    let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    insert(&mut parts.styles, "<w:rPrDefault><w:rPr>", &format!("<w:lang w:val=\"{code}\" />"));
    insert(&mut parts.document, "<w:tr><w:trPr>", "<w:tblHeader />");
    let core = &mut parts.doc_props.core;
    if let Some(at) = find(core, "<dc:creator>") {
        core.splice(at..at, format!("<dc:title>{escaped}</dc:title><dc:language>{code}</dc:language>").into_bytes());
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
