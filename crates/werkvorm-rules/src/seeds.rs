//! Seed files (TOML) to the parts of a pack, with the place of every item remembered.
//!
//! Each entry of a file is read on its own, so that one mistake does not hide the next.

use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use werkvorm_core::{
    Band, Citation, Criterion, Diagnostic, Document, Example, FORMAT_VERSION, Facet, Factor, Guideline,
    Label, Method, Number, Pack, Persona, Planning, Profile, Reach, RecipeStepText, Remark, Text, Words,
    code, did_you_mean,
};

use crate::places::Places;
use crate::shape::Entry;
use crate::sources::Sources;
use crate::{locate, shape, toml_text};

/// The lists of entries that the files of a folder can have.
const LISTS: [(&str, &[&str]); 8] = [
    ("vocabulary", &["criterion", "facet", "number"]),
    ("sources.toml", &["document"]),
    ("guidelines", &["guideline"]),
    ("examples", &["example"]),
    ("factors", &["factor"]),
    ("reach", &["reach"]),
    ("recipe.toml", &["step"]),
    ("texts", &["text"]),
];

/// The name and version of the knowledge.
const HEADER: &str = "seeds/pack.toml";

/// What could not be read: problems elsewhere that follow from it are not worth a reader's time.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// Ids of entries that have a mistake.
    ids: BTreeSet<String>,
    /// A whole file was not read, so anything may be missing.
    files: bool,
    /// The name and version of the knowledge, and its bands.
    header: bool,
}

impl Unread {
    /// Whether a problem may be there only because something else could not be read.
    pub(crate) fn explains(&self, problem: &Diagnostic) -> bool {
        const ABOUT_WHAT_IS_MISSING: [&str; 8] = [
            code::UNKNOWN_NAME.id,
            code::UNKNOWN_FACET.id,
            code::UNKNOWN_VALUE.id,
            code::UNKNOWN_METHOD.id,
            code::UNKNOWN_SOURCE.id,
            code::UNKNOWN_GUIDELINE.id,
            code::UNKNOWN_REFERENCE.id,
            code::PACK_EMPTY.id,
        ];
        let about_header =
            ["title", "bands"].iter().any(|item| problem.labels.iter().any(|label| label.file == *item));
        if about_header && (self.header || self.files) {
            return true;
        }
        let named = |id: &String| problem.message.contains(&format!("`{id}`"));
        ABOUT_WHAT_IS_MISSING.contains(&problem.code)
            && (self.files
                || self.ids.iter().any(named)
                || (problem.code == code::PACK_EMPTY.id && !self.ids.is_empty()))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    version: String,
    title: Text,
    #[serde(default)]
    words: Words,
    bands: Vec<Band>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyedText {
    id: String,
    nl: String,
    en: String,
}

/// The seeds as far as they could be read.
pub(crate) struct Seeds {
    /// A pack without rules.
    pub(crate) pack: Pack,
    pub(crate) places: Places,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) unread: Unread,
}

/// Reads all seeds.
pub(crate) fn read(sources: &Sources) -> Seeds {
    let mut reader = Seeds {
        pack: Pack { format_version: FORMAT_VERSION, ..Pack::default() },
        places: Places::default(),
        found: Vec::new(),
        unread: Unread::default(),
    };
    for (file, text) in sources.below("seeds/", ".toml") {
        reader.file(file, text);
    }
    if sources.text(HEADER).is_none() {
        let help = format!("write `{HEADER}` with `id`, `version`, `title`, `words` and `bands`");
        let label = Label { file: HEADER.to_owned(), line: 0, column: 0, length: 0, text: String::new() };
        let message = format!("there is no `{HEADER}`");
        reader.unread.header = true;
        reader.found.push(Diagnostic::error(&code::SEED_SHAPE, message, help).with_label(label));
    }
    let pack = &mut reader.pack;
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
    reader
}

impl Seeds {
    /// A pack that was read before, whose seeds are not at hand.
    pub(crate) fn of(pack: Pack) -> Self {
        Self { pack, places: Places::default(), found: Vec::new(), unread: Unread::default() }
    }

    fn file(&mut self, file: &str, source: &str) {
        let folder = file.split('/').nth(1).unwrap_or("");
        let stem = file.rsplit('/').next().unwrap_or("").trim_end_matches(".toml");
        let table = match toml_text::parse(&code::SEED_SYNTAX, file, source) {
            Ok(table) => table,
            Err(problems) => {
                self.found.extend(problems);
                self.unread.files = true;
                return;
            }
        };
        match folder {
            "methods" => self.method(file, source, stem, table),
            "personas" => self.persona(file, source, stem, table),
            "pack.toml" => self.header(file, source, table),
            "plan.toml" => self.plan(file, source, table),
            _ => self.lists(file, source, folder, table.into_inner()),
        }
    }

    /// A file with `[[key]]` entries.
    fn lists<'s>(&mut self, file: &'s str, source: &'s str, folder: &str, table: DeTable<'s>) {
        let known = LISTS.iter().find(|(name, _)| *name == folder).map_or(&[][..], |(_, lists)| lists);
        for (key, value) in table {
            let name = key.get_ref().to_string();
            if !known.contains(&name.as_str()) {
                self.unknown_list(file, source, folder, known, &name, key.span());
                continue;
            }
            let DeValue::Array(entries) = value.into_inner() else {
                let message = format!("`{name}` is one table and not a list of entries");
                let help = format!("write `[[{name}]]` with double brackets above each entry");
                self.shape_problem(file, source, key.span(), message, help);
                continue;
            };
            for (at, value) in entries.into_iter().enumerate() {
                self.entry(Entry { file, source, noun: noun(&name), value }, &name, at);
            }
        }
    }

    fn unknown_list(
        &mut self,
        file: &str,
        source: &str,
        folder: &str,
        known: &[&str],
        key: &str,
        range: Range<usize>,
    ) {
        let message = format!("`{key}` is not a list that this file can have");
        let help = if known.is_empty() {
            let folders: Vec<_> = LISTS.iter().map(|(folder, _)| format!("`seeds/{folder}`")).collect();
            format!(
                "nothing of this file is read: facts stand in `seeds/methods`, `seeds/personas`, {}",
                folders.join(", ")
            )
        } else {
            let lists: Vec<_> = known.iter().map(|list| format!("`[[{list}]]`")).collect();
            let near = did_you_mean(key, known.iter().copied());
            format!("{near}files of `seeds/{folder}` have {}", lists.join(", "))
        };
        self.shape_problem(file, source, range, message, help);
    }

    fn shape_problem(
        &mut self,
        file: &str,
        source: &str,
        range: Range<usize>,
        message: String,
        help: String,
    ) {
        let label = locate::at_bytes(file, source, range, "");
        self.found.push(Diagnostic::error(&code::SEED_SHAPE, message, help).with_label(label));
    }

    /// One `[[key]]` entry of a file.
    fn entry(&mut self, entry: Entry<'_>, key: &str, at: usize) {
        let file = entry.file;
        macro_rules! into {
            ($list:ident, $type:ty) => {
                if let Some(item) = self.read::<$type>(entry) {
                    let name = format!("{}/{}", stringify!($list), item.id);
                    self.places.add_entry(name, file, key, at);
                    self.pack.$list.push(item);
                }
            };
        }
        match key {
            "criterion" => into!(criteria, Criterion),
            "facet" => into!(facets, Facet),
            "number" => into!(numbers, Number),
            "document" => into!(documents, Document),
            "guideline" => into!(guidelines, Guideline),
            "example" => into!(examples, Example),
            "factor" => into!(factors, Factor),
            "reach" => into!(reach, Reach),
            "step" => into!(recipe, RecipeStepText),
            _ => self.text(entry, key, at),
        }
    }

    fn text(&mut self, entry: Entry<'_>, key: &str, at: usize) {
        let file = entry.file;
        let Some(KeyedText { id, nl, en }) = self.read::<KeyedText>(entry) else { return };
        let item = format!("texts/{id}");
        self.places.add_entry(item.clone(), file, key, at);
        if self.pack.texts.insert(id.clone(), Text { nl, en }).is_some() {
            let message = format!("the text `{id}` is written twice");
            let diagnostic = Diagnostic::error(&code::DUPLICATE_ID, message, "keep one of the two");
            self.found.push(diagnostic.at_item(item, id));
        }
    }

    fn read<T: DeserializeOwned + JsonSchema>(&mut self, entry: Entry<'_>) -> Option<T> {
        let id = entry.id().map(str::to_owned);
        match entry.read(&code::SEED_SHAPE) {
            Ok(item) => Some(item),
            Err(problems) => {
                self.found.extend(problems);
                self.unread.ids.extend(id);
                None
            }
        }
    }

    fn method<'s>(&mut self, file: &'s str, source: &'s str, stem: &str, table: Spanned<DeTable<'s>>) {
        let value = whole(source, table);
        let id_place = shape::header(&value);
        let Some(method) = self.read::<Method>(Entry { file, source, noun: "card", value }) else {
            self.unread.ids.insert(stem.to_owned());
            return;
        };
        if method.id != stem {
            let message = format!("`{file}` holds the card of `{}`", method.id);
            let help = format!("name the file `{}.toml` or write `id = \"{stem}\"`", method.id);
            let label = locate::at_bytes(file, source, id_place, "");
            self.found.push(Diagnostic::error(&code::SEED_FILE_NAME, message, help).with_label(label));
        }
        self.places.add_file(format!("methods/{}", method.id), file);
        self.pack.methods.push(method);
    }

    fn persona<'s>(&mut self, file: &'s str, source: &'s str, stem: &str, table: Spanned<DeTable<'s>>) {
        let value = whole(source, table);
        let Some(profile) = self.read::<Profile>(Entry { file, source, noun: "persona", value }) else {
            return;
        };
        self.places.add_file(format!("personas/{stem}"), file);
        self.pack.personas.push(persona(stem, profile));
    }

    fn header<'s>(&mut self, file: &'s str, source: &'s str, table: Spanned<DeTable<'s>>) {
        let value = whole(source, table);
        let Some(header) = self.read::<Header>(Entry { file, source, noun: "pack", value }) else {
            self.unread.header = true;
            return;
        };
        self.pack.id = header.id;
        self.pack.version = header.version;
        self.pack.title = header.title;
        self.pack.words = header.words;
        self.pack.bands = header.bands;
        for field in ["id", "version", "title", "words", "bands"] {
            self.places.add_field(field, file);
        }
    }

    fn plan<'s>(&mut self, file: &'s str, source: &'s str, table: Spanned<DeTable<'s>>) {
        let value = whole(source, table);
        if let Some(plan) = self.read::<Planning>(Entry { file, source, noun: "plan", value }) {
            self.places.add_file("plan".to_owned(), file);
            self.pack.plan = plan;
        }
    }
}

/// A file that is one entry.
fn whole<'s>(source: &str, table: Spanned<DeTable<'s>>) -> Spanned<DeValue<'s>> {
    Spanned::new(0..source.len(), DeValue::Table(table.into_inner()))
}

/// What an entry of a list is called.
fn noun(list: &str) -> &str {
    if list == "reach" { "way to reach people" } else { list }
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
        || pack.plan.outcomes.iter().any(|o| cites(&o.sources))
}
