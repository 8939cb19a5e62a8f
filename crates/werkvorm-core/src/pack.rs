//! The rule pack: everything the engine needs, as plain, versioned data.
//!
//! A pack is built once from seeds and scripts and then travels as JSON. Nothing about
//! methods, goals or target groups lives anywhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::plan_data::Planning;
use crate::profile::Profile;
use crate::text::Text;

/// The version of the pack format this engine reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// A rule pack.
///
/// Shape: one JSON object; unknown fields are refused, so that a misspelt field cannot silently do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Version of the format; must equal [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the pack, in lower case with hyphens.
    pub id: String,
    /// Version of the knowledge in it, such as `2026.1`.
    pub version: String,
    /// Hash over the content, such as `sha256:…`; empty when the pack was made by hand.
    #[serde(default)]
    pub hash: String,
    /// What the pack is about.
    pub title: Text,
    /// Words that leave a question open or say "none of these".
    #[serde(default)]
    pub words: Words,
    /// Names for ranges of the fit, best first; the last starts at 0.
    pub bands: Vec<Band>,
    /// The groups that facets and numbers belong to.
    pub criteria: Vec<Criterion>,
    /// Questions with a closed list of values.
    pub facets: Vec<Facet>,
    /// Questions with a whole number as answer.
    pub numbers: Vec<Number>,
    /// What is cited.
    pub documents: Vec<Document>,
    /// The cards of the methods.
    pub methods: Vec<Method>,
    /// The judgements.
    pub rules: Vec<Rule>,
    /// Do's and don'ts.
    #[serde(default)]
    pub guidelines: Vec<Guideline>,
    /// Good examples.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// What helps and what hinders.
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// Ways to reach people.
    #[serde(default)]
    pub reach: Vec<Reach>,
    /// Made-up sample profiles.
    #[serde(default)]
    pub personas: Vec<Persona>,
    /// The steps of the recipe, in order.
    #[serde(default)]
    pub recipe: Vec<RecipeStepText>,
    /// How plans are made.
    #[serde(default)]
    pub plan: Planning,
    /// Headings and labels for those who show an advice, by key.
    #[serde(default)]
    pub texts: BTreeMap<String, Text>,
}

/// Words with a meaning of their own in every question of a profile, besides `unknown` and `none`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Leave the question open.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// None of the values.
    #[serde(default)]
    pub none: Vec<String>,
}

/// A name for a range of the fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Id, such as `good`.
    pub id: String,
    /// Lowest fit in the band, 0 to 100.
    pub from_fit: i64,
    /// What people read.
    pub label: Text,
}

/// A group of facets and numbers, with a weight in every profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Id, such as `target_group`.
    pub id: String,
    /// What people read.
    pub label: Text,
    /// A sentence of explanation.
    pub help: Text,
    /// Extra words that work as its name.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What a facet or number describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// It is a question to a profile.
    Profile,
    /// It is a fact of a method.
    Method,
}

/// How many values a facet may have at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValuesAllowed {
    /// Exactly one.
    One,
    /// Any number; an empty list says "none of these".
    Many,
}

/// A named question with a closed list of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// Id in lower case with underscores; scripts use it as a name.
    pub id: String,
    /// Profiles, methods, or both.
    pub about: Vec<About>,
    /// The criterion its rules count for; needed when it is about profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<String>,
    /// One value or several.
    pub values_allowed: ValuesAllowed,
    /// Whether the organisation can change the answer, or it is given.
    #[serde(default)]
    pub adjustable: bool,
    /// What people read.
    pub label: Text,
    /// The question, when it is about profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Text>,
    /// A sentence or two of explanation.
    pub help: Text,
    /// Extra words that work as its name.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where it comes from.
    #[serde(default)]
    pub sources: Vec<Citation>,
    /// The values, in the order people see them.
    #[serde(alias = "value")]
    pub values: Vec<Value>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// Id in lower case with hyphens.
    pub id: String,
    /// What people read.
    pub label: Text,
    /// A sentence of explanation.
    pub help: Text,
    /// Extra words that work as its name.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Broader values that hold when this one does: `id` in the same facet, or `facet/id` in another.
    #[serde(default)]
    pub broader: Vec<String>,
    /// How likely it is as an answer, next to the shares of the other values; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u32>,
    /// Where it comes from; empty means: as the facet.
    #[serde(default)]
    pub sources: Vec<Citation>,
}

/// A named whole number with a unit and bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Id in lower case with underscores; scripts use it as a name.
    pub id: String,
    /// Profiles, methods, or both.
    pub about: Vec<About>,
    /// The criterion its rules count for; needed when it is about profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<String>,
    /// The unit, such as weeks.
    pub unit: Text,
    /// The unit of one, such as week; the same as the unit when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_one: Option<Text>,
    /// Smallest possible value.
    pub min: i64,
    /// Largest possible value.
    pub max: i64,
    /// Whether the organisation can change the answer, or it is given.
    #[serde(default)]
    pub adjustable: bool,
    /// What people read.
    pub label: Text,
    /// The question, when it is about profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Text>,
    /// A sentence or two of explanation.
    pub help: Text,
    /// Extra words that work as its name.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where it comes from.
    #[serde(default)]
    pub sources: Vec<Citation>,
}

/// A document or page that is cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Id in lower case with hyphens.
    pub id: String,
    /// `document`, or `web` for a public page.
    pub kind: DocumentKind,
    /// Its title, in its own language.
    pub title: String,
    /// A word or two to name it by beside a reason; the title when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Year of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The sections that may be cited.
    #[serde(default)]
    pub sections: Vec<Section>,
}

/// What kind of source a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// One of the documents the knowledge is based on.
    Document,
    /// A public page with an extra fact.
    Web,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its number or a short name.
    pub id: String,
    /// Its heading, in the language of the document.
    pub title: String,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Id of a document.
    pub document: String,
    /// Id of one of its sections; left out for a page without sections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// The card of a method: its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Id: the Dutch term of art in ASCII.
    pub id: String,
    /// What people read.
    pub name: Text,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The category is ours, not the sources'.
    #[serde(default)]
    pub category_assigned: bool,
    /// What it is.
    pub what: Text,
    /// When to use it.
    pub when: Text,
    /// With whom.
    pub with_whom: Text,
    /// How it goes.
    #[serde(default)]
    pub steps: Vec<Text>,
    /// What to watch for.
    #[serde(default)]
    pub cautions: Vec<Text>,
    /// Methods it goes well with.
    #[serde(default)]
    pub combines_with: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<Citation>,
    /// Values of facets about methods: facet id to value ids.
    #[serde(default)]
    pub facets: BTreeMap<String, Vec<String>>,
    /// Facts with a source of their own.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

/// One fact with its own source: a number within bounds, or the value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Id of a number about methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// At least this much, in the unit of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// At most this much, in the unit of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Id of a facet about methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<String>,
    /// Id of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who says so.
    pub source: Citation,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A judgement: condition, effect, reason and source.
///
/// A script that speaks about many methods declares the same for each; such rules share what is alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Id that names the situation; reads well in "this advice rests on `<id>`".
    pub id: String,
    /// A few words for people.
    pub title: Arc<Text>,
    /// The method it speaks about; left out when it speaks about the whole advice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The criterion its points count for.
    pub criterion: String,
    /// When it holds.
    pub when: Arc<Condition>,
    /// What it does when it holds.
    pub effect: Effect,
    /// Why, in a sentence.
    pub because: Arc<Text>,
    /// Who says so.
    pub sources: Arc<[Citation]>,
    /// Where it is written.
    pub place: Place,
}

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file, relative to the folder that holds `rules` and `seeds`.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
}

/// What a rule does when its condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Gives (positive) or takes (negative) points: −5 to 5, not 0.
    Points(i64),
    /// Gives or takes points that depend on a number.
    Curve(Curve),
    /// Rules the method out: only for the impossible.
    Exclude,
    /// Shows the reason as a warning.
    Caution,
    /// Shows a guideline.
    Guideline(String),
}

/// Points as a piecewise-linear function of a number.
///
/// Shape: corners `[number, points]` in rising order of the number. Left of the first and right of the
/// last corner the points stay the same. In between they are rounded half up to whole points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Id of the number.
    pub number: String,
    /// The corners: at least two; points −5 to 5.
    pub corners: Vec<(i64, i64)>,
}

impl Number {
    /// The unit as it is said of so many.
    #[must_use]
    pub fn unit_of(&self, count: i64) -> &Text {
        self.unit_one.as_ref().filter(|_| count.abs() == 1).unwrap_or(&self.unit)
    }
}

impl Curve {
    /// The points at one value of the number.
    #[must_use]
    pub fn points_at(&self, x: i64) -> i64 {
        let mut before: Option<(i64, i64)> = None;
        for &(right, y) in &self.corners {
            if x <= right {
                let Some((left, start)) = before else { return y };
                // INVARIANT: the check made corners rise, so the width is positive.
                let width = (right - left).max(1);
                return (2 * (start * width + (y - start) * (x - left)) + width).div_euclid(2 * width);
            }
            before = Some((right, y));
        }
        before.map_or(0, |(_, y)| y)
    }

    /// The fewest and the most points the curve can give for numbers from `min` to `max`.
    #[must_use]
    pub fn points_between(&self, min: i64, max: i64) -> (i64, i64) {
        let inside = self.corners.iter().filter(|(x, _)| (min..=max).contains(x)).map(|(_, y)| *y);
        inside
            .chain([self.points_at(min), self.points_at(max)])
            .fold((i64::MAX, i64::MIN), |(low, high), y| (low.min(y), high.max(y)))
    }
}

/// Whether a guideline says what to do or what to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GuidelineKind {
    /// Do this.
    Do,
    /// Do not do this.
    Dont,
}

/// A do or a don't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guideline {
    /// Id in lower case with hyphens.
    pub id: String,
    /// Do or don't.
    pub kind: GuidelineKind,
    /// A few words.
    pub title: Text,
    /// What to do and why.
    pub text: Text,
    /// Another guideline that pulls the other way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tension: Option<Tension>,
    /// Who says so.
    pub sources: Vec<Citation>,
}

/// How to choose between two guidelines that pull in different directions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tension {
    /// Id of the other guideline.
    #[serde(rename = "with")]
    pub other: String,
    /// What the documents say about choosing.
    pub choose: Text,
}

/// A good example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Id in lower case with hyphens.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Who took part.
    pub who: Text,
    /// What they did.
    pub what: Text,
    /// Why it worked or what came of it, when the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// Methods they used.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Facets about profiles: facet id to value ids.
    #[serde(default)]
    pub facets: BTreeMap<String, Vec<String>>,
    /// Who says so.
    pub sources: Vec<Citation>,
}

/// Whether a factor helps or stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactorKind {
    /// It works.
    Helps,
    /// It stands in the way.
    Hinders,
}

/// Something that helps people take part, or stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Id in lower case with hyphens.
    pub id: String,
    /// Helps or hinders.
    pub kind: FactorKind,
    /// A few words.
    pub title: Text,
    /// What it is.
    pub text: Text,
    /// Turned around: what might work instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Text>,
    /// What it has to do with: facet id to value ids.
    #[serde(default)]
    pub facets: BTreeMap<String, Vec<String>>,
    /// Who says so.
    pub sources: Vec<Citation>,
}

/// A way to reach people: who opens the door, where, with what in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Id in lower case with hyphens.
    pub id: String,
    /// A few words.
    pub title: Text,
    /// Who they are and what they can do.
    pub text: Text,
    /// Where to find them.
    #[serde(rename = "where")]
    pub places: Text,
    /// Values of the facet `need` that must be in place.
    #[serde(default)]
    pub preconditions: Vec<String>,
    /// For whom and when: facet id to value ids.
    #[serde(default)]
    pub facets: BTreeMap<String, Vec<String>>,
    /// Who says so.
    pub sources: Vec<Citation>,
}

/// A made-up sample profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Id in lower case with hyphens.
    pub id: String,
    /// The situation in a few words.
    pub title: Text,
    /// The situation in a sentence or two.
    pub about: Text,
    /// The answers.
    pub profile: Profile,
}

/// What a step of the recipe asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeStepText {
    /// Id in lower case with hyphens.
    pub id: String,
    /// What to do in this step.
    pub title: Text,
    /// A sentence or two of explanation.
    pub help: Text,
    /// What to write when nothing is known about it.
    pub empty: Text,
    /// The step stays open until the recipe was tried.
    #[serde(default)]
    pub open: bool,
    /// Who says so.
    pub sources: Vec<Citation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(corners: &[(i64, i64)], want: &[(i64, i64)]) {
        let curve = Curve { number: "n".into(), corners: corners.to_vec() };
        for &(x, points) in want {
            assert_eq!(curve.points_at(x), points, "{corners:?} at {x}");
        }
    }

    #[test]
    fn curves() {
        check(
            &[(0, -5), (4, 0), (8, 2)],
            &[(-9, -5), (0, -5), (1, -4), (2, -2), (3, -1), (4, 0), (6, 1), (8, 2), (99, 2)],
        );
        // Half points are rounded up, also below zero.
        check(&[(0, 0), (2, 1)], &[(1, 1)]);
        check(&[(0, 0), (2, -1)], &[(1, 0)]);
        check(&[(0, 5), (10, -5)], &[(1, 4), (5, 0), (9, -4)]);
    }

    #[test]
    fn curve_extremes() {
        let curve = Curve { number: "n".into(), corners: vec![(0, 1), (5, -3), (9, 2)] };
        assert_eq!(curve.points_between(0, 100), (-3, 2));
        assert_eq!(curve.points_between(6, 7), (-2, 0));
    }
}
