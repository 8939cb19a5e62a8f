//! An advice as Markdown or as one self-contained, printable page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use werkvorm_core::Advice;

use crate::words::Words;

/// A form in which an advice can be written.
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
    let mut environment = Environment::new();
    let whitespace =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(whitespace.map_err(RenderError)?);
    let texts = words.pack().texts.clone();
    let language = words.language();
    environment.add_function("text", move |key: &str| {
        texts.get(key).map_or_else(|| format!("[{key}]"), |text| text.in_language(language).to_owned())
    });
    let filled = words.pack().texts.clone();
    environment.add_function("fill", move |key: &str, blank: &str, value: &str| {
        let text =
            filled.get(key).map_or_else(|| format!("[{key}]"), |text| text.in_language(language).to_owned());
        text.replace(&format!("{{{blank}}}"), value)
    });
    environment.add_template(name, template).map_err(RenderError)?;
    let page = environment.get_template(name).map_err(RenderError)?;
    page.render(context! { advice => Serde(words.advice(advice)) }).map_err(RenderError)
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
