//! The vocabulary of a pack, indexed: names and aliases to numbers, and the closure of broader values.
//!
//! Everything that has to find a facet, value or number by what somebody wrote goes through here,
//! so that scripts, packs and profiles understand the same words.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{did_you_mean, fold};
use crate::names::Names;
use crate::pack::{About, Facet, Number, Pack, ValuesAllowed};

/// A question a profile can answer: a facet or a number, by its place in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Question {
    Facet(usize),
    Number(usize),
}

/// Indexes over the facets and numbers of a pack.
///
/// Every value of every facet has one number, its *atom*; the atoms of a facet are consecutive.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Id as written to question.
    question_ids: Names<Question>,
    /// Per facet: id as written to the place of the value.
    value_ids: Vec<Names<usize>>,
    /// Id as written to the place of a criterion.
    criterion_ids: Names<usize>,
    /// Folded id or alias to question.
    questions: BTreeMap<String, Question>,
    /// Per facet: folded id or alias to the place of the value.
    values: Vec<BTreeMap<String, usize>>,
    /// Per facet: the atom of its first value.
    first_atom: Vec<usize>,
    /// Per atom: itself and every broader atom.
    closure: Vec<Vec<usize>>,
    /// Per atom: the other facets that have a narrower value, and so can make it hold.
    implied_by: Vec<Vec<usize>>,
    /// Folded id or alias to the place of a criterion.
    criteria: BTreeMap<String, usize>,
    /// Folded words that leave a question open.
    unknown: BTreeSet<String>,
    /// Folded words that say "none of these".
    none: BTreeSet<String>,
}

impl Vocabulary {
    pub(crate) fn new(pack: &Pack) -> Self {
        let words = |own: &str, more: &[String]| {
            more.iter().map(String::as_str).chain([own]).map(fold).collect::<BTreeSet<_>>()
        };
        let mut vocabulary = Self {
            unknown: words("unknown", &pack.words.unknown),
            none: words("none", &pack.words.none),
            ..Self::default()
        };
        // Aliases first, so that an id always wins over an alias of something else.
        for ids in [false, true] {
            for (at, facet) in pack.facets.iter().enumerate() {
                for name in names(&facet.id, &facet.aliases, ids) {
                    vocabulary.questions.insert(name, Question::Facet(at));
                }
            }
            for (at, number) in pack.numbers.iter().enumerate() {
                for name in names(&number.id, &number.aliases, ids) {
                    vocabulary.questions.insert(name, Question::Number(at));
                }
            }
            for (at, criterion) in pack.criteria.iter().enumerate() {
                for name in names(&criterion.id, &criterion.aliases, ids) {
                    vocabulary.criteria.insert(name, at);
                }
            }
        }
        let mut atoms = 0;
        for facet in &pack.facets {
            let mut values = BTreeMap::new();
            for ids in [false, true] {
                for (at, value) in facet.values.iter().enumerate() {
                    for name in names(&value.id, &value.aliases, ids) {
                        values.insert(name, at);
                    }
                }
            }
            vocabulary.values.push(values);
            vocabulary.first_atom.push(atoms);
            atoms += facet.values.len();
        }
        let facets =
            pack.facets.iter().enumerate().map(|(at, facet)| (facet.id.as_str(), Question::Facet(at)));
        let numbers = pack.numbers.iter().enumerate();
        let numbers = numbers.map(|(at, number)| (number.id.as_str(), Question::Number(at)));
        vocabulary.question_ids = facets.chain(numbers).collect();
        let values =
            |facet: &Facet| facet.values.iter().enumerate().map(|(at, v)| (v.id.as_str(), at)).collect();
        let criteria = pack.criteria.iter().enumerate();
        vocabulary.criterion_ids = criteria.map(|(at, criterion)| (criterion.id.as_str(), at)).collect();
        vocabulary.value_ids = pack.facets.iter().map(values).collect();
        vocabulary.closure = vocabulary.close(pack, atoms);
        vocabulary.implied_by = vocabulary.implications(pack, atoms);
        vocabulary
    }

    fn implications(&self, pack: &Pack, atoms: usize) -> Vec<Vec<usize>> {
        let mut implied_by = vec![Vec::new(); atoms];
        for (facet_at, facet) in pack.facets.iter().enumerate() {
            let Some(first) = self.atom(facet_at, 0) else { continue };
            let own = first..first + facet.values.len();
            for wider in own.clone().flat_map(|atom| self.closure(atom)) {
                if let Some(facets) = implied_by.get_mut(*wider).filter(|_| !own.contains(wider))
                    && facets.last() != Some(&facet_at)
                {
                    facets.push(facet_at);
                }
            }
        }
        implied_by
    }

    /// Every atom with everything broader than it, found by walking; cycles just end the walk.
    fn close(&self, pack: &Pack, atoms: usize) -> Vec<Vec<usize>> {
        let mut broader: Vec<Vec<usize>> = vec![Vec::new(); atoms];
        for (facet_at, facet) in pack.facets.iter().enumerate() {
            for (value_at, value) in facet.values.iter().enumerate() {
                let Some(atom) = self.atom(facet_at, value_at) else { continue };
                let Some(list) = broader.get_mut(atom) else { continue };
                list.extend(value.broader.iter().filter_map(|name| self.broader_atom(facet_at, name)));
            }
        }
        (0..atoms)
            .map(|start| {
                let mut reached = vec![start];
                let mut next = 0;
                while let Some(&atom) = reached.get(next) {
                    for &wider in broader.get(atom).into_iter().flatten() {
                        if !reached.contains(&wider) {
                            reached.push(wider);
                        }
                    }
                    next += 1;
                }
                reached
            })
            .collect()
    }

    /// The atom that a `broader` entry of a value in `facet` names: `value`, or `facet/value`.
    pub(crate) fn broader_atom(&self, facet: usize, name: &str) -> Option<usize> {
        match name.split_once('/') {
            None => self.atom(facet, self.value(facet, name)?),
            Some((other, value)) => {
                let Some(Question::Facet(other)) = self.question(other) else { return None };
                self.atom(other, self.value(other, value)?)
            }
        }
    }

    pub(crate) fn question(&self, name: &str) -> Option<Question> {
        self.question_ids.get(name).or_else(|| self.questions.get(&fold(name))).copied()
    }

    /// The facet with exactly this id, and the places of its values by exactly theirs.
    pub(crate) fn facet_with_values(&self, id: &str) -> Option<(usize, &Names<usize>)> {
        match self.question_ids.get(id) {
            Some(Question::Facet(at)) => Some((*at, self.value_ids.get(*at)?)),
            _ => None,
        }
    }

    pub(crate) fn value(&self, facet: usize, name: &str) -> Option<usize> {
        self.value_ids.get(facet)?.get(name).or_else(|| self.values.get(facet)?.get(&fold(name))).copied()
    }

    /// Whether a word leaves the question open.
    pub(crate) fn is_unknown(&self, word: &str) -> bool {
        self.unknown.contains(&fold(word))
    }

    /// Whether a word says "none of these".
    pub(crate) fn is_none(&self, word: &str) -> bool {
        self.none.contains(&fold(word))
    }

    pub(crate) fn criterion(&self, name: &str) -> Option<usize> {
        self.criterion_ids.get(name).or_else(|| self.criteria.get(&fold(name))).copied()
    }

    pub(crate) fn atom(&self, facet: usize, value: usize) -> Option<usize> {
        Some(self.first_atom.get(facet)? + value)
    }

    /// The facet and value of an atom, by their places.
    pub(crate) fn place_of(&self, atom: usize) -> (usize, usize) {
        // Facets without values share their first atom with the next; the last of those has it.
        let facet = self.first_atom.partition_point(|first| *first <= atom).saturating_sub(1);
        (facet, atom - self.first_atom.get(facet).copied().unwrap_or(0))
    }

    /// How many atoms the facets have together.
    pub(crate) fn atoms(&self) -> usize {
        self.closure.len()
    }

    /// The atom itself and every broader one.
    pub(crate) fn closure(&self, atom: usize) -> &[usize] {
        self.closure.get(atom).map_or(&[], Vec::as_slice)
    }

    /// How many values a facet has.
    pub(crate) fn values_of(&self, facet: usize) -> usize {
        let last = self.first_atom.get(facet + 1).copied().unwrap_or(self.closure.len());
        last - self.first_atom.get(facet).copied().unwrap_or(last)
    }

    /// The other facets that can make an atom hold.
    pub(crate) fn implied_by(&self, atom: usize) -> &[usize] {
        self.implied_by.get(atom).map_or(&[], Vec::as_slice)
    }

    /// "did you mean …" for a value of a facet, or the list when it is short.
    pub(crate) fn suggest_value(&self, facet: usize, written: &str, facet_of: &Facet) -> String {
        let near = self.values.get(facet).and_then(|values| {
            let best = crate::diagnostic::nearest(written, values.keys().map(String::as_str))?;
            facet_of.values.get(*values.get(best)?).map(|value| format!("did you mean `{}`? ", value.id))
        });
        let ids = facet_of.values.iter().map(|value| format!("`{}`", value.id)).collect::<Vec<_>>();
        match near {
            Some(text) if ids.len() > 12 => text.trim_end().to_owned(),
            Some(text) => format!("{text}the values are {}", ids.join(", ")),
            None => format!("the values are {}", ids.join(", ")),
        }
    }

    /// "did you mean …" for a question to a profile.
    pub(crate) fn suggest_question(&self, written: &str, pack: &Pack) -> String {
        let asked = self.questions.iter().filter(|(_, question)| is_asked(pack, **question));
        let near = crate::diagnostic::nearest(written, asked.map(|(name, _)| name.as_str()))
            .and_then(|name| self.questions.get(name))
            .map(|question| format!("did you mean `{}`?", question_id(pack, *question)));
        near.unwrap_or_else(|| {
            let facets = pack.facets.iter().filter(|f| f.about.contains(&About::Profile)).map(|f| &f.id);
            let numbers = pack.numbers.iter().filter(|n| n.about.contains(&About::Profile)).map(|n| &n.id);
            let ids = facets.chain(numbers).map(|id| format!("`{id}`")).collect::<Vec<_>>();
            format!("the questions are {}", ids.join(", "))
        })
    }
}

/// The words for something: its id, as written and folded, or its aliases.
fn names(id: &str, aliases: &[String], ids: bool) -> Vec<String> {
    if ids { vec![fold(id), id.to_owned()] } else { aliases.iter().map(|alias| fold(alias)).collect() }
}

/// Every facet and number of a pack: facets first.
pub(crate) fn questions(pack: &Pack) -> impl Iterator<Item = Question> {
    let facets = (0..pack.facets.len()).map(Question::Facet);
    facets.chain((0..pack.numbers.len()).map(Question::Number))
}

/// Whether profiles are asked this question.
pub(crate) fn is_asked(pack: &Pack, question: Question) -> bool {
    match question {
        Question::Facet(at) => pack.facets.get(at).is_some_and(|f| f.about.contains(&About::Profile)),
        Question::Number(at) => pack.numbers.get(at).is_some_and(|n| n.about.contains(&About::Profile)),
    }
}

pub(crate) fn question_id(pack: &Pack, question: Question) -> &str {
    match question {
        Question::Facet(at) => pack.facets.get(at).map_or("", |f| f.id.as_str()),
        Question::Number(at) => pack.numbers.get(at).map_or("", |n| n.id.as_str()),
    }
}

impl Pack {
    /// The facet with this id.
    #[must_use]
    pub fn facet(&self, id: &str) -> Option<&Facet> {
        self.facets.iter().find(|facet| facet.id == id)
    }

    /// The number with this id.
    #[must_use]
    pub fn number(&self, id: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.id == id)
    }

    /// The method with this id.
    #[must_use]
    pub fn method(&self, id: &str) -> Option<&crate::pack::Method> {
        self.methods.iter().find(|method| method.id == id)
    }

    /// The document with this id.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&crate::pack::Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// The guideline with this id.
    #[must_use]
    pub fn guideline(&self, id: &str) -> Option<&crate::pack::Guideline> {
        self.guidelines.iter().find(|guideline| guideline.id == id)
    }

    /// The method that somebody means: by id, name or alias, whatever the case.
    ///
    /// # Errors
    /// A diagnostic with the nearest method when nothing fits.
    pub fn find_method(&self, written: &str) -> Result<&crate::pack::Method, crate::Diagnostic> {
        let wanted = fold(written);
        let words = |method: &crate::pack::Method| {
            [&method.id, &method.name.nl, &method.name.en]
                .into_iter()
                .chain(&method.aliases)
                .map(|word| fold(word))
                .collect::<Vec<_>>()
        };
        // An id always wins over a name or alias of something else.
        let by_id = self.methods.iter().find(|method| fold(&method.id) == wanted);
        if let Some(method) =
            by_id.or_else(|| self.methods.iter().find(|method| words(method).contains(&wanted)))
        {
            return Ok(method);
        }
        let known: Vec<_> =
            self.methods.iter().flat_map(|m| words(m).into_iter().map(move |w| (w, m))).collect();
        let near = crate::diagnostic::nearest(&wanted, known.iter().map(|(word, _)| word.as_str()))
            .and_then(|near| known.iter().find(|(word, _)| word == near))
            .map(|(_, method)| format!("did you mean `{}`? ", method.id))
            .unwrap_or_default();
        Err(crate::Diagnostic::error(
            &crate::code::NO_SUCH_METHOD,
            format!("there is no method `{written}`"),
            format!("{near}the command `methods` lists all {}", self.methods.len()),
        )
        .at_item("method", written))
    }
}

impl Facet {
    /// The value with this id.
    #[must_use]
    pub fn value(&self, id: &str) -> Option<&crate::pack::Value> {
        self.values.iter().find(|value| value.id == id)
    }

    /// Whether the facet takes one value only.
    #[must_use]
    pub fn takes_one(&self) -> bool {
        self.values_allowed == ValuesAllowed::One
    }
}

/// Suggests one of the ids in a list.
pub(crate) fn suggest<'k>(written: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    let near = did_you_mean(written, known.clone());
    if near.is_empty() {
        let ids: Vec<_> = known.map(|id| format!("`{id}`")).collect();
        if ids.len() <= 20 {
            format!("choose from {}", ids.join(", "))
        } else {
            "nothing has that id; was it renamed?".to_owned()
        }
    } else {
        near.trim_end().to_owned()
    }
}
