//! Advice and recipes as Markdown or as one self-contained, printable page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use werkvorm_core::{Advice, Recipe};

use crate::words::Words;

/// A form in which an advice or a recipe can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat {
    /// Markdown.
    Markdown,
    /// One HTML file without anything outside it; prints well on A4.
    Html,
}

/// Writes an advice as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render(advice: &Advice<'_>, words: &Words<'_>, format: DocumentFormat) -> Result<String, RenderError> {
    let (name, template) = match format {
        DocumentFormat::Markdown => ("advice.md", include_str!("../templates/advice.md")),
        DocumentFormat::Html => ("advice.html", include_str!("../templates/advice.html")),
    };
    fill(name, template, words, context! { advice => Serde(words.advice(advice)) })
}

/// Writes a recipe as a document, in the language of the words.
///
/// # Errors
/// Never for the templates that come with the crate; a test renders each of them.
pub fn render_recipe(
    recipe: &Recipe<'_>,
    words: &Words<'_>,
    format: DocumentFormat,
) -> Result<String, RenderError> {
    let (name, template) = match format {
        DocumentFormat::Markdown => ("recipe.md", include_str!("../templates/recipe.md")),
        DocumentFormat::Html => ("recipe.html", include_str!("../templates/recipe.html")),
    };
    fill(name, template, words, context! { recipe => Serde(words.recipe(recipe)) })
}

/// Fills a template in; the ending of its name says what has to be escaped in it.
pub(crate) fn fill(
    name: &str,
    template: &str,
    words: &Words<'_>,
    values: Value,
) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    let whitespace =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(whitespace.map_err(RenderError)?);
    let (texts, language) = (words.pack().texts.clone(), words.language());
    let get = move |key: &str| {
        texts.get(key).map_or_else(|| format!("[{key}]"), |text| text.in_language(language).to_owned())
    };
    let filled = get.clone();
    environment.add_function("text", move |key: &str| get(key));
    environment.add_function("fill", move |key: &str, blank: &str, value: &str| {
        filled(key).replace(&format!("{{{blank}}}"), value)
    });
    let shared = [
        ("page.css", include_str!("../templates/page.css")),
        ("parts.html", include_str!("../templates/parts.html")),
        ("blocks.css", include_str!("../templates/blocks.css")),
        ("picture.html", include_str!("../templates/picture.html")),
    ];
    for (name, part) in shared {
        environment.add_template(name, part).map_err(RenderError)?;
    }
    environment.add_template(name, template).map_err(RenderError)?;
    let page = environment.get_template(name).map_err(RenderError)?;
    page.render(values).map_err(RenderError)
}

/// A template that does not work.
#[derive(Debug)]
pub struct RenderError(minijinja::Error);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the document could not be written")
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
