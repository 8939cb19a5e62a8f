//! What-if answers as Markdown, as one self-contained printable page, and as a picture of its own.

use minijinja::context;
use minijinja::value::Serde;
use werkvorm_core::{Comparison, Plan, Questions, Robustness, Sweep, Turn};

use crate::render::{DocumentFormat, RenderError, fill};
use crate::what_if_view::WhatIfView;
use crate::words::Words;

/// Writes a comparison as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_comparison(
    comparison: &Comparison<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.comparison(comparison), words, format)
}

/// Writes a sweep as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_sweep(
    sweep: &Sweep<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.sweep(sweep), words, format)
}

/// Writes what turns a method as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_turn(
    turn: &Turn<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.turn(turn), words, format)
}

/// Writes the open questions as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_questions(
    questions: &Questions<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.questions(questions), words, format)
}

/// Writes how firm an advice stands as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_robustness(
    robustness: &Robustness<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.robustness(robustness), words, format)
}

/// Writes a plan as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_plan(
    plan: &Plan<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    document(&words.plan(plan), words, format)
}

/// Draws a sweep as SVG: lines along a number, and a field of cells for anything else.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn sweep_svg(sweep: &Sweep<'_>, words: &Words<'_>) -> Result<String, RenderError> {
    let picture = words.sweep_picture(sweep);
    fill("sweep.xml", include_str!("../templates/sweep.svg"), words, context! { picture => Serde(picture) })
}

fn document(view: &WhatIfView, words: &Words<'_>, format: DocumentFormat) -> Result<String, RenderError> {
    let (name, template) = match format {
        DocumentFormat::Markdown => ("what-if.md", include_str!("../templates/what-if.md")),
        DocumentFormat::Html => ("what-if.html", include_str!("../templates/what-if.html")),
    };
    fill(name, template, words, context! { view => Serde(view) })
}
