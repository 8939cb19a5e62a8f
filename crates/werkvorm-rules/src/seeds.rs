//! Seed files (TOML) to the parts of a pack, with the place of every item remembered.
//!
//! Each entry of a file is read on its own, so that one mistake does not hide the next.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use werkvorm_core::{
    Band, Citation, Criterion, Diagnostic, Document, Example, FORMAT_VERSION, Facet, Factor, Guideline,
    Label, Method, Number, Pack, Persona, Profile, Reach, Remark, Text, Words, code,
};

use crate::locate;
use crate::sources::Sources;

/// Where the items of a pack are written: item, such as `methods/fotoscan`, to file and bytes.
#[derive(Debug, Default)]
pub(crate) struct Places {
    items: BTreeMap<String, (String, Range<usize>)>,
}

impl Places {
    fn add(&mut self, item: String, file: &str, range: Range<usize>) {
        self.items.entry(item).or_insert_with(|| (file.to_owned(), range));
    }

    /// Points a diagnostic about an item of a pack at the file it is written in.
    pub(crate) fn resolve(&self, sources: &Sources, mut diagnostic: Diagnostic) -> Diagnostic {
        for label in &mut diagnostic.labels {
            if label.line == 0
                && let Some(better) = self.label(sources, label)
            {
                *label = better;
            }
        }
        diagnostic
    }

    fn label(&self, sources: &Sources, label: &Label) -> Option<Label> {
        // `facets/trait/low-literacy` is written inside `facets/trait`.
        let mut item = label.file.as_str();
        let mut inner = None;
        let (file, range) = loop {
            if let Some(place) = self.items.get(item) {
                break place;
            }
            let (outer, last) = item.rsplit_once('/')?;
            inner = inner.or(Some(last));
            item = outer;
        };
        let source = sources.text(file)?;
        let from = inner
            .and_then(|id| locate::find_word(source, range.clone(), id))
            .map_or(range.clone(), |found| found.start..range.end);
        let place = locate::find_word(source, from.clone(), &label.text)
            .or_else(|| locate::find_word(source, range.clone(), &label.text))
            .unwrap_or(from.start..from.start + 1);
        Some(locate::at_bytes(file, source, place, ""))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    version: String,
    title: Text,
    #[serde(default)]
    words: Words,
    bands: Vec<Band>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyedText {
    id: String,
    nl: String,
    en: String,
}

/// Reads all seeds into a pack without rules.
pub(crate) fn read(sources: &Sources) -> (Pack, Places, Vec<Diagnostic>) {
    let mut reader = Reader {
        pack: Pack { format_version: FORMAT_VERSION, ..Pack::default() },
        places: Places::default(),
        found: Vec::new(),
    };
    for (file, text) in sources.below("seeds/", ".toml") {
        reader.file(file, text);
    }
    if sources.text("seeds/pack.toml").is_none() {
        let help = "write `seeds/pack.toml` with `id`, `version`, `title`, `words` and `bands`";
        reader.found.push(Diagnostic::error(&code::SEED_SHAPE, "there is no `seeds/pack.toml`", help));
    }
    let Reader { mut pack, places, found } = reader;
    // Facets and numbers in the order of their criteria, then as written; everything else by id.
    let order = |criterion: &Option<String>| {
        pack.criteria.iter().position(|c| Some(&c.id) == criterion.as_ref()).unwrap_or(usize::MAX)
    };
    pack.facets.sort_by_key(|facet| order(&facet.criterion));
    pack.numbers.sort_by_key(|number| order(&number.criterion));
    pack.documents.sort_by_key(|document| document.kind == werkvorm_core::DocumentKind::Web);
    pack.methods.sort_by(|a, b| a.id.cmp(&b.id));
    pack.guidelines.sort_by(|a, b| a.id.cmp(&b.id));
    pack.examples.sort_by(|a, b| a.id.cmp(&b.id));
    pack.factors.sort_by(|a, b| a.id.cmp(&b.id));
    pack.reach.sort_by(|a, b| a.id.cmp(&b.id));
    pack.personas.sort_by(|a, b| a.id.cmp(&b.id));
    (pack, places, found)
}

struct Reader {
    pack: Pack,
    places: Places,
    found: Vec<Diagnostic>,
}

impl Reader {
    fn file(&mut self, file: &str, source: &str) {
        let folder = file.split('/').nth(1).unwrap_or("");
        let table = match DeTable::parse(source) {
            Ok(table) => table,
            Err(error) => {
                let range = error.span().unwrap_or(0..1);
                let message = format!("this is not valid TOML: {}", one_line(error.message()));
                let help =
                    "nothing of this file was read; check quotes, commas and brackets just before this place";
                let label = locate::at_bytes(file, source, range, "");
                self.found.push(Diagnostic::error(&code::SEED_SYNTAX, message, help).with_label(label));
                return;
            }
        };
        if folder == "methods" || folder == "personas" || folder == "pack.toml" {
            return self.whole(file, source, folder);
        }
        for (key, value) in table.into_inner() {
            let key_name = key.get_ref().to_string();
            let range = key.span();
            let DeValue::Array(entries) = value.into_inner() else {
                self.unknown_key(file, source, &key_name, range);
                continue;
            };
            for entry in entries {
                self.entry(file, source, folder, &key_name, entry, range.clone());
            }
        }
    }

    fn unknown_key(&mut self, file: &str, source: &str, key: &str, range: Range<usize>) {
        let message = format!("`{key}` is not a list of entries that this file can have");
        let help = "write entries such as `[[facet]]`, `[[number]]`, `[[criterion]]`, `[[document]]`, `[[guideline]]`, `[[example]]`, `[[factor]]`, `[[reach]]` or `[[text]]`";
        let label = locate::at_bytes(file, source, range, "");
        self.found.push(Diagnostic::error(&code::SEED_SHAPE, message, help).with_label(label));
    }

    /// One `[[key]]` entry of a file with several.
    fn entry(
        &mut self,
        file: &str,
        source: &str,
        folder: &str,
        key: &str,
        entry: Spanned<DeValue<'_>>,
        range: Range<usize>,
    ) {
        let span = entry_span(source, &entry);
        let place = |list: &str, id: &str, places: &mut Places| {
            places.add(format!("{list}/{id}"), file, span.clone())
        };
        macro_rules! into {
            ($list:ident, $type:ty) => {
                if let Some(item) = self.parse::<$type>(file, source, entry) {
                    place(stringify!($list), &item.id, &mut self.places);
                    self.pack.$list.push(item);
                }
            };
        }
        match (folder, key) {
            ("vocabulary", "criterion") => into!(criteria, Criterion),
            ("vocabulary", "facet") => into!(facets, Facet),
            ("vocabulary", "number") => into!(numbers, Number),
            ("sources.toml", "document") => into!(documents, Document),
            ("guidelines", "guideline") => into!(guidelines, Guideline),
            ("examples", "example") => into!(examples, Example),
            ("factors", "factor") => into!(factors, Factor),
            ("reach", "reach") => into!(reach, Reach),
            ("texts", "text") => {
                if let Some(text) = self.parse::<KeyedText>(file, source, entry) {
                    place("texts", &text.id, &mut self.places);
                    let KeyedText { id, nl, en } = text;
                    if self.pack.texts.insert(id.clone(), Text { nl, en }).is_some() {
                        let message = format!("the text `{id}` is written twice");
                        let label = locate::at_bytes(file, source, span, "");
                        self.found.push(
                            Diagnostic::error(&code::DUPLICATE_ID, message, "keep one of the two")
                                .with_label(label),
                        );
                    }
                }
            }
            _ => self.unknown_key(file, source, key, range),
        }
    }

    fn parse<T: DeserializeOwned>(
        &mut self,
        file: &str,
        source: &str,
        entry: Spanned<DeValue<'_>>,
    ) -> Option<T> {
        let start = entry_span(source, &entry);
        match T::deserialize(toml::de::ValueDeserializer::from(entry)) {
            Ok(item) => Some(item),
            Err(error) => {
                self.shape(file, source, &error, start);
                None
            }
        }
    }

    /// A file that is one item.
    fn whole(&mut self, file: &str, source: &str, folder: &str) {
        let stem = file.rsplit('/').next().unwrap_or("").trim_end_matches(".toml");
        let whole = 0..source.len();
        match folder {
            "methods" => match toml::from_str::<Method>(source) {
                Ok(method) => {
                    if method.id != stem {
                        let message = format!("`{file}` holds the card of `{}`", method.id);
                        let help = format!("name the file `{}.toml` or write `id = \"{stem}\"`", method.id);
                        let place = locate::find_word(source, whole.clone(), &method.id).unwrap_or(0..1);
                        let label = locate::at_bytes(file, source, place, "");
                        self.found
                            .push(Diagnostic::error(&code::SEED_FILE_NAME, message, help).with_label(label));
                    }
                    self.places.add(format!("methods/{}", method.id), file, whole);
                    self.pack.methods.push(method);
                }
                Err(error) => self.shape(file, source, &error, 0..1),
            },
            "personas" => match toml::from_str::<Profile>(source).map(|profile| persona(stem, profile)) {
                Ok(persona) => {
                    self.places.add(format!("personas/{}", persona.id), file, whole);
                    self.pack.personas.push(persona);
                }
                Err(error) => self.shape(file, source, &error, 0..1),
            },
            _ => match toml::from_str::<Header>(source) {
                Ok(header) => {
                    self.pack.id = header.id;
                    self.pack.version = header.version;
                    self.pack.title = header.title;
                    self.pack.words = header.words;
                    self.pack.bands = header.bands;
                    self.places.add("bands".into(), file, whole);
                }
                Err(error) => self.shape(file, source, &error, 0..1),
            },
        }
    }

    fn shape(&mut self, file: &str, source: &str, error: &toml::de::Error, fallback: Range<usize>) {
        let range = error.span().unwrap_or(fallback);
        let message = one_line(error.message());
        let help = "compare with another entry of the same kind; the rest of this entry was not read";
        let label = locate::at_bytes(file, source, range, "");
        self.found.push(Diagnostic::error(&code::SEED_SHAPE, message, help).with_label(label));
    }
}

/// A persona is a profile with its title and remark in both languages.
fn persona(id: &str, mut profile: Profile) -> Persona {
    let both = |remark: &Option<Remark>| match remark {
        Some(Remark::Both(text)) => text.clone(),
        // The check reports what is missing.
        Some(Remark::Plain(nl)) => Text { nl: nl.clone(), en: String::new() },
        None => Text::default(),
    };
    profile.made_up = true;
    Persona { id: id.to_owned(), title: both(&profile.title), about: both(&profile.about), profile }
}

/// An entry of an array of tables goes on until the next entry of the same depth.
fn entry_span(source: &str, entry: &Spanned<DeValue<'_>>) -> Range<usize> {
    let start = entry.span().start;
    let rest = source.get(start..).unwrap_or("");
    let header = rest.lines().next().unwrap_or("");
    let end = rest
        .get(1..)
        .and_then(|later| later.find(&format!("\n{header}\n")))
        .map_or(source.len(), |at| start + 1 + at);
    start..end.max(entry.span().end)
}

pub(crate) fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Whether somebody cites this; used to keep the list of web documents honest.
#[must_use]
pub fn is_cited(pack: &Pack, document: &str) -> bool {
    let cites = |sources: &[Citation]| sources.iter().any(|citation| citation.document == document);
    pack.methods.iter().any(|m| cites(&m.sources) || m.facts.iter().any(|f| f.source.document == document))
        || pack.rules.iter().any(|r| cites(&r.sources))
        || pack.facets.iter().any(|f| cites(&f.sources) || f.values.iter().any(|v| cites(&v.sources)))
        || pack.numbers.iter().any(|n| cites(&n.sources))
        || pack.guidelines.iter().any(|g| cites(&g.sources))
        || pack.examples.iter().any(|e| cites(&e.sources))
        || pack.factors.iter().any(|f| cites(&f.sources))
        || pack.reach.iter().any(|r| cites(&r.sources))
}
