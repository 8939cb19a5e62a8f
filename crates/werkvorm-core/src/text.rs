//! Text that people read: always data, always in Dutch and in English.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language in which every text of a pack exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Dutch, at language level B1.
    #[default]
    Nl,
    /// Plain English.
    En,
}

/// One text in both languages.
///
/// Shape: `{ "nl": "…", "en": "…" }`; neither may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Dutch text.
    pub nl: String,
    /// The English text.
    pub en: String,
}

impl Text {
    /// The text in one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }

    /// A text is blank when one of its languages says nothing.
    pub(crate) fn is_blank(&self) -> bool {
        self.nl.trim().is_empty() || self.en.trim().is_empty()
    }
}
