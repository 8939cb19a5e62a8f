//! Where the items of a pack are written, so that a problem of an item is shown in the file it comes from.
//!
//! A pack knows items, such as `facets/trust/low`; people know files and lines.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};
use werkvorm_core::{Diagnostic, Label, code};

use crate::locate;
use crate::sources::Sources;

/// Item, such as `methods/fotoscan`, to the places where it is written: more than one when an id is used twice.
#[derive(Debug, Default)]
pub(crate) struct Places {
    items: BTreeMap<String, Vec<Place>>,
}

#[derive(Debug)]
struct Place {
    file: String,
    /// From the top of the file: the list, and the place in it. Nothing when the item is the whole file.
    entry: Option<(String, usize)>,
    /// The field in it, when the item is only that.
    field: Option<&'static str>,
}

impl Places {
    /// An item that is a whole file.
    pub(crate) fn add_file(&mut self, item: String, file: &str) {
        self.add(item, Place { file: file.to_owned(), entry: None, field: None });
    }

    /// An item that is a field of a file.
    pub(crate) fn add_field(&mut self, field: &'static str, file: &str) {
        self.add(field.to_owned(), Place { file: file.to_owned(), entry: None, field: Some(field) });
    }

    /// An item that is an entry of a list in a file.
    pub(crate) fn add_entry(&mut self, item: String, file: &str, list: &str, at: usize) {
        self.add(item, Place { file: file.to_owned(), entry: Some((list.to_owned(), at)), field: None });
    }

    fn add(&mut self, item: String, place: Place) {
        self.items.entry(item).or_default().push(place);
    }

    /// Points diagnostics about items of a pack at the files they are written in.
    pub(crate) fn resolve(&self, sources: &Sources, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut trees: BTreeMap<&str, Option<DeTable<'_>>> = BTreeMap::new();
        for diagnostic in &mut diagnostics {
            let twice = diagnostic.code == code::DUPLICATE_ID.id;
            let labels = std::mem::take(&mut diagnostic.labels);
            for label in labels {
                if label.line > 0 {
                    diagnostic.labels.push(label);
                    continue;
                }
                let mut found = self.labels(sources, &mut trees, &label);
                match found.as_mut_slice() {
                    [] => diagnostic.labels.push(label),
                    [first, rest @ ..] if twice && !rest.is_empty() => {
                        first.text = "first here".to_owned();
                        rest.iter_mut().for_each(|label| label.text = "again here".to_owned());
                        diagnostic.labels.extend(rest.iter().cloned());
                        diagnostic.labels.push(first.clone());
                    }
                    [first, ..] => diagnostic.labels.push(first.clone()),
                }
            }
        }
        diagnostics
    }

    /// The places of an item, each at the word of the label when it stands there.
    fn labels<'s>(
        &'s self,
        sources: &'s Sources,
        trees: &mut BTreeMap<&'s str, Option<DeTable<'s>>>,
        label: &Label,
    ) -> Vec<Label> {
        // `facets/trait/low-literacy` is written inside `facets/trait`.
        let mut outer = label.file.as_str();
        let places = loop {
            match (self.items.get(outer), outer.rsplit_once('/')) {
                (Some(places), _) => break places,
                (None, Some((shorter, _))) => outer = shorter,
                (None, None) => return Vec::new(),
            }
        };
        let inside = label.file.get(outer.len()..).unwrap_or("");
        let mut labels = Vec::new();
        for place in places {
            let Some(source) = sources.text(&place.file) else { continue };
            let tree = trees
                .entry(&place.file)
                .or_insert_with(|| DeTable::parse(source).ok().map(toml::Spanned::into_inner));
            let Some(tree) = tree else { continue };
            for node in place.nodes(tree, source, inside) {
                // The id of a persona is the name of its file, and not a word in it.
                let named = inside.is_empty() && outer.ends_with(&label.text) && node.field("id").is_none();
                let word = node.word(&label.text).filter(|_| !named);
                let range = word.unwrap_or_else(|| node.header());
                labels.push(locate::at_bytes(&place.file, source, range, ""));
            }
        }
        labels
    }
}

impl Place {
    /// What is found from the item along the rest of its name.
    fn nodes<'t, 's>(&self, tree: &'t DeTable<'s>, source: &str, inside: &str) -> Vec<Node<'t, 's>> {
        let root = Node { table: Some(tree), value: None, range: 0..source.len() };
        let mut nodes = vec![root];
        if let Some((list, at)) = &self.entry {
            let entry = nodes[0].field(list).and_then(|list| list.items().into_iter().nth(*at));
            nodes = entry.into_iter().collect();
        }
        if let Some(field) = self.field {
            nodes = nodes.iter().filter_map(|node| node.field(field)).collect();
        }
        for part in inside.split('/').filter(|part| !part.is_empty()) {
            let deeper: Vec<_> = nodes.iter().flat_map(|node| node.part(part)).collect();
            if deeper.is_empty() {
                break;
            }
            nodes = deeper;
        }
        nodes
    }
}

/// A piece of a file: the file itself, or a value in it.
pub(crate) struct Node<'t, 's> {
    table: Option<&'t DeTable<'s>>,
    value: Option<&'t DeValue<'s>>,
    range: Range<usize>,
}

impl<'t, 's> Node<'t, 's> {
    pub(crate) fn of(value: &'t toml::Spanned<DeValue<'s>>) -> Self {
        Self { table: value.get_ref().as_table(), value: Some(value.get_ref()), range: value.span() }
    }

    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        self.table?.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| Self::of(value))
    }

    fn items(&self) -> Vec<Self> {
        self.value
            .and_then(DeValue::as_array)
            .into_iter()
            .flat_map(|list| list.iter())
            .map(Self::of)
            .collect()
    }

    /// The field of that name, the entry at that place, or the entries with that id in a list of this table.
    fn part(&self, part: &str) -> Vec<Self> {
        if let Some(field) = self.field(part) {
            return vec![field];
        }
        if let Ok(at) = part.parse::<usize>()
            && let Some(item) = self.items().into_iter().nth(at)
        {
            return vec![item];
        }
        let lists = self.table.into_iter().flatten().map(|(_, value)| Self::of(value));
        let entries = lists.flat_map(|list| list.items()).chain(self.items());
        entries
            .filter(|entry| {
                entry.field("id").is_some_and(|id| id.value.and_then(DeValue::as_str) == Some(part))
            })
            .collect()
    }

    /// The first place where a word stands, as a name of a field or as a text.
    pub(crate) fn word(&self, word: &str) -> Option<Range<usize>> {
        if word.is_empty() {
            return None;
        }
        let own = self.value.and_then(|value| match value {
            DeValue::String(text) => (text == word).then(|| self.range.clone()),
            DeValue::Integer(number) => (number.as_str() == word).then(|| self.range.clone()),
            _ => None,
        });
        let keys = self.table.into_iter().flatten().flat_map(|(key, value)| {
            let named = (key.get_ref() == word).then(|| key.span());
            named.into_iter().chain(Self::of(value).word(word))
        });
        let items = self.items();
        own.into_iter()
            .chain(keys)
            .chain(items.iter().filter_map(|item| item.word(word)))
            .min_by_key(|range| range.start)
    }

    /// Where this is pointed at as a whole: its id, or where it begins.
    fn header(&self) -> Range<usize> {
        let start = self.range.start;
        // A whole file has no heading, so its first field is the place.
        let keys =
            self.table.filter(|_| self.value.is_none()).into_iter().flatten().map(|(key, _)| key.span());
        let first = keys.min_by_key(|range| range.start);
        self.field("id").map(|id| id.range).or(first).unwrap_or(start..start + 1)
    }
}
