//! Texts of a pack in one language: labels with their blanks filled in, answers, conditions and sources.

use werkvorm_core::{Answered, Citation, Condition, Language, Pack, Section, Text};

/// The texts of a pack in one language.
#[derive(Debug, Clone, Copy)]
pub struct Words<'p> {
    pack: &'p Pack,
    language: Language,
}

impl<'p> Words<'p> {
    /// Texts of this pack in this language.
    #[must_use]
    pub fn new(pack: &'p Pack, language: Language) -> Self {
        Self { pack, language }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The pack.
    #[must_use]
    pub fn pack(&self) -> &'p Pack {
        self.pack
    }

    /// A text in this language.
    #[must_use]
    pub fn of<'t>(&self, text: &'t Text) -> &'t str {
        text.in_language(self.language)
    }

    /// The text with this key; the key itself when the pack does not have it.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.pack.texts.get(key).map_or_else(|| format!("[{key}]"), |text| self.of(text).to_owned())
    }

    /// The text with this key, with its blanks (`{name}`) filled in.
    #[must_use]
    pub fn fill(&self, key: &str, blanks: &[(&str, &str)]) -> String {
        blanks.iter().fold(self.get(key), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// What was answered, in words.
    #[must_use]
    pub fn answer(&self, answered: &Answered<'_>) -> String {
        match (answered.number, answered.unit) {
            (Some(number), Some(unit)) => format!("{} {}", self.number(number), self.of(unit)),
            _ if answered.values.is_empty() => self.get("value.none"),
            _ => answered.values.iter().map(|value| self.of(value.label)).collect::<Vec<_>>().join("; "),
        }
    }

    /// A whole number with a point (Dutch) or comma (English) between thousands.
    #[must_use]
    pub fn number(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let separator = match self.language {
            Language::Nl => '.',
            Language::En => ',',
        };
        let mut shown = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
                shown.push(separator);
            }
            shown.push(digit);
        }
        if number < 0 { format!("−{shown}") } else { shown }
    }

    /// The label of a facet or number.
    #[must_use]
    pub fn question(&self, id: &str) -> String {
        let facet = self.pack.facet(id).map(|facet| &facet.label);
        facet
            .or_else(|| self.pack.number(id).map(|number| &number.label))
            .map_or_else(|| id.to_owned(), |label| self.of(label).to_owned())
    }

    /// The label of a value of a facet.
    #[must_use]
    pub fn value(&self, facet: &str, value: &str) -> String {
        let found = self.pack.facet(facet).and_then(|facet| facet.value(value));
        found.map_or_else(|| value.to_owned(), |value| self.of(&value.label).to_owned())
    }

    /// A condition in words.
    #[must_use]
    pub fn condition(&self, condition: &Condition) -> String {
        let join = |parts: &[Condition], key: &str| {
            let parts: Vec<_> = parts.iter().map(|part| self.nested(part)).collect();
            parts.join(&format!(" {} ", self.get(key)))
        };
        match condition {
            Condition::All(parts) if parts.is_empty() => self.get("condition.always"),
            Condition::All(parts) => join(parts, "condition.and"),
            Condition::Any(parts) => join(parts, "condition.or"),
            Condition::Not(part) => match part.as_ref() {
                Condition::Has { facet, value } => {
                    self.about("condition.has_not", facet, "value", &self.value(facet, value))
                }
                other => self.fill("condition.not", &[("condition", &self.nested(other))]),
            },
            Condition::AtLeast { count, of } => {
                let parts: Vec<_> = of.iter().map(|part| self.nested(part)).collect();
                format!(
                    "{}: {}",
                    self.fill("condition.at_least_of", &[("count", &count.to_string())]),
                    parts.join("; ")
                )
            }
            Condition::Has { facet, value } => {
                self.about("condition.has", facet, "value", &self.value(facet, value))
            }
            Condition::HasAny { facet, values } => {
                self.about("condition.has-any", facet, "values", &self.values(facet, values))
            }
            Condition::HasAll { facet, values } => {
                self.about("condition.has-all", facet, "values", &self.values(facet, values))
            }
            Condition::Number { number, at_least, at_most } => self.bounds(number, *at_least, *at_most),
        }
    }

    fn nested(&self, part: &Condition) -> String {
        let shown = self.condition(part);
        if part.parts().len() > 1 { format!("({shown})") } else { shown }
    }

    fn about(&self, key: &str, facet: &str, blank: &str, value: &str) -> String {
        self.fill(key, &[("facet", &self.question(facet)), (blank, value)])
    }

    fn values(&self, facet: &str, values: &[String]) -> String {
        values.iter().map(|value| self.value(facet, value)).collect::<Vec<_>>().join(", ")
    }

    fn bounds(&self, id: &str, at_least: Option<i64>, at_most: Option<i64>) -> String {
        let unit = |n: i64| self.pack.number(id).map_or("", |number| self.of(number.unit_of(n)));
        let name = self.question(id);
        let shown = |n: i64| self.number(n);
        let one =
            |key: &str, n: i64| self.fill(key, &[("number", &name), ("value", &shown(n)), ("unit", unit(n))]);
        match (at_least, at_most) {
            (Some(low), Some(high)) if low == high => one("condition.equals", low),
            (Some(low), Some(high)) => self.fill(
                "condition.between",
                &[("number", &name), ("low", &shown(low)), ("high", &shown(high)), ("unit", unit(high))],
            ),
            (Some(low), None) => one("condition.at_least", low),
            (None, Some(high)) => one("condition.at_most", high),
            (None, None) => name,
        }
    }

    /// Citations in a word or two: the short names of the documents, with their numbered sections.
    #[must_use]
    pub fn short_citations(&self, citations: &[Citation]) -> Vec<String> {
        let mut shown: Vec<(&str, String)> = Vec::new();
        for citation in citations {
            let document = self.pack.document(&citation.document);
            let name =
                document.map_or(citation.document.as_str(), |d| d.short.as_deref().unwrap_or(&d.title));
            let section =
                citation.section.as_deref().filter(|id| id.starts_with(|c: char| c.is_ascii_digit()));
            let known = shown.iter().position(|(id, _)| *id == citation.document);
            let at = known.unwrap_or(shown.len());
            if known.is_none() {
                shown.push((&citation.document, name.to_owned()));
            }
            if let (Some(section), Some((_, text))) = (section, shown.get_mut(at)) {
                let comma = if known.is_some() && text.len() > name.len() { "," } else { "" };
                text.push_str(&format!("{comma} {section}"));
            }
        }
        shown.into_iter().map(|(_, text)| text).collect()
    }

    /// A citation written out: title, publisher and year, section.
    #[must_use]
    pub fn citation(&self, citation: &Citation) -> String {
        let Some(document) = self.pack.document(&citation.document) else { return citation.document.clone() };
        let year = document.year.map(|year| year.to_string());
        let by = [document.publisher.clone(), year].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
        let section = citation.section.as_deref().map(|id| {
            let section = document.sections.iter().find(|section| section.id == id);
            section.map_or_else(|| format!(", {id}"), |section| format!(", {}", Self::section(section)))
        });
        format!("{}{by}{}", document.title, section.unwrap_or_default())
    }

    /// A section by its title, with its number when it has one.
    pub(crate) fn section(section: &Section) -> String {
        let numbered = section.id.starts_with(|c: char| c.is_ascii_digit());
        if numbered { format!("{} {}", section.id, section.title) } else { section.title.clone() }
    }
}
