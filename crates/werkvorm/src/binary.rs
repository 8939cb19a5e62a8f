//! Packs in a compact binary form, for who loads large ones often.
//!
//! Shape: the mark `\x89WVPACK\n` (no text begins like this), the version of this form (`u32`), the CRC-32 of the
//! content (`u32`) and its length (`u64`), all little-endian; then the content, which is MessagePack. Rules that
//! scripts declare for many methods share their texts, conditions and sources; here each is written once, and
//! read back shared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use werkvorm_core::{Citation, Condition, Diagnostic, Effect, Pack, Place, Rule, Text, code};

use crate::read::{MAX_PACK_BYTES, pack_too_large, wrong_pack_version};

/// The first bytes of a pack in binary form.
pub const PACK_MARK: &[u8; 8] = b"\x89WVPACK\n";
/// The version of the binary form; another one is refused.
const BINARY_VERSION: u32 = 1;
const HEADER_BYTES: usize = 24;
/// Nothing in a pack is nested deeper than this.
const MAX_DEPTH: usize = 128;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'p> {
    /// Everything but the rules.
    pack: Pack,
    words: Vec<Cow<'p, str>>,
    texts: Vec<Arc<Text>>,
    /// Each condition as numbers, parts before the whole, so that reading never goes deep.
    conditions: Vec<Vec<i64>>,
    sources: Vec<Arc<[Citation]>>,
    rules: Vec<PackedRule>,
}

/// Id, title, method, criterion, condition, effect, reason, sources, file and line: most by their place in a list.
#[derive(Serialize, Deserialize)]
struct PackedRule(String, u32, Option<u32>, u32, u32, Effect, u32, u32, u32, u32);

/// Things that are alike, each once, in the order they were met.
struct Table<'p, T: Ord + ?Sized> {
    places: BTreeMap<&'p T, u32>,
}

impl<'p, T: Ord + ?Sized> Table<'p, T> {
    fn new() -> Self {
        Self { places: BTreeMap::new() }
    }

    fn place(&mut self, thing: &'p T) -> u32 {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        *self.places.entry(thing).or_insert(next)
    }

    fn in_order<S>(self, mut own: impl FnMut(&'p T) -> S) -> Vec<S> {
        let mut things: Vec<_> = self.places.into_iter().map(|(thing, place)| (place, thing)).collect();
        things.sort_unstable_by_key(|(place, _)| *place);
        things.into_iter().map(|(_, thing)| own(thing)).collect()
    }
}

/// Writes a pack in binary form. The same pack gives the same bytes.
///
/// # Errors
/// When the pack cannot be written; no pack is known that cannot.
pub fn pack_to_binary(pack: &Pack) -> Result<Vec<u8>, Diagnostic> {
    let (mut words, mut texts, mut conditions, mut sources) =
        (Table::new(), Table::new(), Table::new(), Table::new());
    let rules = pack.rules.iter().map(|rule| {
        PackedRule(
            rule.id.clone(),
            texts.place(&*rule.title),
            rule.method.as_deref().map(|method| words.place(method)),
            words.place(&rule.criterion),
            conditions.place(&*rule.when),
            rule.effect.clone(),
            texts.place(&*rule.because),
            sources.place(&*rule.sources),
            words.place(&rule.place.file),
            rule.place.line,
        )
    });
    let rules = rules.collect();
    let conditions = conditions.in_order(|condition| {
        let mut numbers = Vec::new();
        flatten(condition, &mut words, &mut numbers);
        numbers
    });
    let content = Content {
        pack: Pack { rules: Vec::new(), ..pack.clone() },
        words: words.in_order(Cow::Borrowed),
        texts: texts.in_order(|text| Arc::new(text.clone())),
        conditions,
        sources: sources.in_order(Arc::from),
        rules,
    };
    let content = rmp_serde::to_vec_named(&content).map_err(|error| {
        let help = "report this with the pack: every pack should have a binary form";
        Diagnostic::error(&code::PACK_SHAPE, format!("this pack cannot be written: {error}"), help)
    })?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + content.len());
    bytes.extend_from_slice(PACK_MARK);
    bytes.extend_from_slice(&BINARY_VERSION.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&content).to_le_bytes());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&content);
    Ok(bytes)
}

/// Reads a pack from its binary form. Whether it is right is checked when an engine is made of it.
///
/// # Errors
/// When it is too large, of another version, damaged, or not in the shape of a pack.
pub fn pack_from_binary(file: &str, bytes: &[u8]) -> Result<Pack, Vec<Diagnostic>> {
    let refused = |message: String, help: &str| {
        vec![Diagnostic::error(&code::PACK_SHAPE, message, help).at_item(file, "")]
    };
    let again = "it may not have been copied or written in full; make it again with `werkvorm rules build`";
    if bytes.len() > MAX_PACK_BYTES {
        return Err(vec![pack_too_large(file)]);
    }
    let Some((header, content)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Err(refused("this pack ends too early".to_owned(), again));
    };
    let number = |from: usize| {
        let bytes = header.get(from..from + 4).and_then(|bytes| bytes.first_chunk()).copied();
        u32::from_le_bytes(bytes.unwrap_or_default())
    };
    if !header.starts_with(PACK_MARK) {
        let help = "a pack in binary form is made by `werkvorm rules build --binary`";
        return Err(refused("this is not a pack in binary form".to_owned(), help));
    }
    if number(8) != BINARY_VERSION {
        let message = format!("this pack has version {} of the binary form", number(8));
        let help = format!(
            "this engine reads version {BINARY_VERSION}: build the pack again from its seeds and rules"
        );
        return Err(vec![Diagnostic::error(&code::PACK_FORMAT, message, help).at_item(file, "")]);
    }
    let length = u64::from(number(16)) | u64::from(number(20)) << 32;
    if length != content.len() as u64 {
        let message = format!("this pack should have {length} bytes of content and has {}", content.len());
        return Err(refused(message, again));
    }
    if crc32fast::hash(content) != number(12) {
        return Err(refused("this pack is damaged: its checksum is another".to_owned(), again));
    }
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(content);
    deserializer.set_max_depth(MAX_DEPTH);
    let help = "a pack in binary form is made by `werkvorm rules build --binary`";
    let read = Content::deserialize(&mut deserializer)
        .map_err(|error| refused(format!("this is not the content of a pack: {error}"), help))?;
    if read.pack.format_version != werkvorm_core::FORMAT_VERSION {
        return Err(vec![wrong_pack_version(file, read.pack.format_version)]);
    }
    unpacked(read).ok_or_else(|| refused("a rule or condition of this pack is out of order".to_owned(), help))
}

/// The pack with its rules; none when a rule refers to something that is not there.
fn unpacked(content: Content<'_>) -> Option<Pack> {
    fn at<T>(things: &[T], place: u32) -> Option<&T> {
        things.get(usize::try_from(place).ok()?)
    }
    let Content { mut pack, words, texts, conditions, sources, rules } = content;
    let word = |place: u32| at(&words, place).map(|word| word.clone().into_owned());
    let conditions = conditions.iter().map(|numbers| Some(Arc::new(unflatten(numbers, &words)?)));
    let conditions = conditions.collect::<Option<Vec<_>>>()?;
    pack.rules.reserve_exact(rules.len());
    for PackedRule(id, title, method, criterion, when, effect, because, own, file, line) in rules {
        let method = match method {
            Some(method) => Some(word(method)?),
            None => None,
        };
        pack.rules.push(Rule {
            id,
            title: Arc::clone(at(&texts, title)?),
            method,
            criterion: word(criterion)?,
            when: Arc::clone(at(&conditions, when)?),
            effect,
            because: Arc::clone(at(&texts, because)?),
            sources: Arc::clone(at(&sources, own)?),
            place: Place { file: word(file)?, line },
        });
    }
    Some(pack)
}

// How a condition is written: what it is, and then how many parts or which words.
const ALL: i64 = 0;
const ANY: i64 = 1;
const NOT: i64 = 2;
const AT_LEAST: i64 = 3;
const HAS: i64 = 4;
const HAS_ANY: i64 = 5;
const HAS_ALL: i64 = 6;
const NUMBER: i64 = 7;

/// Writes a condition as numbers, parts before the whole.
fn flatten<'p>(condition: &'p Condition, words: &mut Table<'p, str>, numbers: &mut Vec<i64>) {
    condition.parts().iter().for_each(|part| flatten(part, words, numbers));
    let count = |parts: &[Condition]| i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let mut word = |word: &'p str| i64::from(words.place(word));
    let mut values = |kind: i64, facet: &'p str, values: &'p [String]| {
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
        let head = [kind, word(facet), count];
        head.into_iter().chain(values.iter().map(|value| word(value))).collect::<Vec<_>>()
    };
    match condition {
        Condition::All(parts) => numbers.extend([ALL, count(parts)]),
        Condition::Any(parts) => numbers.extend([ANY, count(parts)]),
        Condition::Not(_) => numbers.push(NOT),
        Condition::AtLeast { count: least, of } => numbers.extend([AT_LEAST, i64::from(*least), count(of)]),
        Condition::Has { facet, value } => numbers.extend([HAS, word(facet), word(value)]),
        Condition::HasAny { facet, values: any } => numbers.extend(values(HAS_ANY, facet, any)),
        Condition::HasAll { facet, values: all } => numbers.extend(values(HAS_ALL, facet, all)),
        Condition::Number { number, at_least, at_most } => {
            numbers.extend([NUMBER, word(number)]);
            for bound in [at_least, at_most] {
                numbers.push(i64::from(bound.is_some()));
                numbers.extend(bound);
            }
        }
    }
}

/// Reads a condition from its numbers; none when they are not those of one condition.
fn unflatten(numbers: &[i64], words: &[Cow<'_, str>]) -> Option<Condition> {
    let mut numbers = Numbers { left: numbers.iter(), words };
    // What was read and is not yet part of something, each with how deep it is.
    let mut read: Vec<(Condition, usize)> = Vec::new();
    while let Some(kind) = numbers.next() {
        let least = if kind == AT_LEAST { u32::try_from(numbers.next()?).ok()? } else { 0 };
        let of = match kind {
            ALL | ANY | AT_LEAST => numbers.count()?,
            NOT => 1,
            _ => 0,
        };
        let parts = read.split_off(read.len().checked_sub(of)?);
        let depth = 1 + parts.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
        if depth > MAX_DEPTH {
            return None;
        }
        let mut parts = parts.into_iter().map(|(part, _)| part);
        let condition = match kind {
            ALL => Condition::All(parts.collect()),
            ANY => Condition::Any(parts.collect()),
            NOT => Condition::Not(Box::new(parts.next()?)),
            AT_LEAST => Condition::AtLeast { count: least, of: parts.collect() },
            HAS => Condition::Has { facet: numbers.word()?, value: numbers.word()? },
            HAS_ANY => Condition::HasAny { facet: numbers.word()?, values: numbers.words()? },
            HAS_ALL => Condition::HasAll { facet: numbers.word()?, values: numbers.words()? },
            NUMBER => Condition::Number {
                number: numbers.word()?,
                at_least: numbers.bound()?,
                at_most: numbers.bound()?,
            },
            _ => return None,
        };
        read.push((condition, depth));
    }
    let (condition, _) = read.pop()?;
    read.is_empty().then_some(condition)
}

/// The numbers of a condition that are still to be read.
struct Numbers<'n> {
    left: std::slice::Iter<'n, i64>,
    words: &'n [Cow<'n, str>],
}

impl Numbers<'_> {
    fn next(&mut self) -> Option<i64> {
        self.left.next().copied()
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.next()?).ok()
    }

    fn word(&mut self) -> Option<String> {
        let place = self.count()?;
        self.words.get(place).map(|word| word.clone().into_owned())
    }

    fn words(&mut self) -> Option<Vec<String>> {
        // No more than there are.
        let count = self.count().filter(|count| *count <= self.left.len())?;
        (0..count).map(|_| self.word()).collect()
    }

    fn bound(&mut self) -> Option<Option<i64>> {
        if self.next()? == 0 { Some(None) } else { self.next().map(Some) }
    }
}
