//! The answer of the engine: ranked, explained, sourced.
//!
//! These types are the contract of every binding. They borrow from the engine, so that an advice with
//! every reason costs no copies of text; serialise them to keep them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::condition::{Condition, Truth};
use crate::pack::{Citation, Example, Factor, Guideline, Place, Reach};
use crate::profile::Remark;
use crate::text::Text;

/// The version of the advice format.
pub const ADVICE_VERSION: u32 = 1;

/// An answer to one profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Advice<'e> {
    /// Version of this format.
    pub advice_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// The best methods, explained in full.
    pub methods: Vec<Ranked<'e>>,
    /// The other methods in order, without reasons.
    pub others: Vec<Listed<'e>>,
    /// The methods that were ruled out, and why.
    pub excluded: Vec<Excluded<'e>>,
    /// Questions left open that could change the top, most telling first.
    pub open_questions: Vec<OpenQuestion<'e>>,
    /// Warnings about the whole advice.
    pub cautions: Vec<Reason<'e>>,
    /// The few do's and don'ts that matter most here, most specific first.
    pub guidelines: Vec<Advised<'e>>,
    /// Ways to reach these people, those that fit the profile best first.
    pub reach: Vec<FittingReach<'e>>,
}

/// Which pack an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PackName<'e> {
    /// Name of the pack.
    pub id: &'e str,
    /// Version of the knowledge in it.
    pub version: &'e str,
    /// Hash over its content; empty for a pack made by hand.
    pub hash: &'e str,
}

/// A profile as the engine understood it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Understood<'e> {
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Remark>,
    /// It is a made-up sample.
    pub made_up: bool,
    /// The answers, in the order of the vocabulary.
    pub answers: Vec<Answered<'e>>,
    /// Weight of each criterion, 0 to 5.
    pub weights: Vec<Weight<'e>>,
}

/// One answered question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Answered<'e> {
    /// Id of the facet or number.
    pub question: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The organisation can change it.
    pub adjustable: bool,
    /// The values; empty for "none of these" and for numbers.
    pub values: Vec<Named<'e>>,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The unit of the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'e Text>,
}

/// An id with what people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Named<'e> {
    /// The id.
    pub id: &'e str,
    /// What people read.
    pub label: &'e Text,
}

/// The weight of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Weight<'e> {
    /// Id of the criterion.
    pub criterion: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// 0 to 5.
    pub weight: i64,
}

/// The place, score and fit of a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed<'e> {
    /// Place among the methods that are not ruled out, from 1.
    pub rank: usize,
    /// Id of the method.
    pub id: &'e str,
    /// Its name.
    pub name: &'e Text,
    /// Score, fit and band.
    #[serde(flatten)]
    pub score: Score<'e>,
}

/// How well a method fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Score<'e> {
    /// Sum over the criteria of weight × criterion score.
    pub total: i64,
    /// The same on a scale of 0 to 100; 50: nothing for or against.
    pub fit: i64,
    /// Id of the band the fit lies in.
    pub band: &'e str,
    /// The lowest and highest total and fit that the open questions allow.
    pub range: Range,
}

/// What open questions can make of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Range {
    /// Lowest total.
    pub low: i64,
    /// Highest total.
    pub high: i64,
    /// Lowest fit.
    pub fit_low: i64,
    /// Highest fit.
    pub fit_high: i64,
}

/// A method with everything that speaks for and against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ranked<'e> {
    /// Place among the methods that are not ruled out, from 1; 0 when it is ruled out.
    pub rank: usize,
    /// Id of the method.
    pub id: &'e str,
    /// Its name.
    pub name: &'e Text,
    /// Score, fit and band.
    #[serde(flatten)]
    pub score: Score<'e>,
    /// The score per criterion; weighted they add up to the total.
    pub criteria: Vec<CriterionScore<'e>>,
    /// Every rule that counted, strongest first.
    pub reasons: Vec<Reason<'e>>,
    /// Rules that would count, depending on open questions.
    pub not_known: Vec<Reason<'e>>,
    /// Rules that would rule the method out, depending on open questions.
    pub may_be_excluded: Vec<Reason<'e>>,
    /// Warnings that apply here.
    pub cautions: Vec<Reason<'e>>,
    /// What must be in place, and whether it is.
    pub needs: Vec<Need<'e>>,
    /// Good examples, those closest to the profile first.
    pub examples: Vec<FittingExample<'e>>,
    /// Methods it goes well with.
    pub combines_with: Vec<Named<'e>>,
    /// Where the card of the method comes from.
    pub sources: &'e [Citation],
}

/// The score for one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CriterionScore<'e> {
    /// Id of the criterion.
    pub criterion: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// Weight in the profile, 0 to 5.
    pub weight: i64,
    /// Sum of the points of the rules that hold.
    pub points: i64,
    /// The same, kept within −10 and 10.
    pub score: i64,
    /// Lowest score that the open questions allow.
    pub low: i64,
    /// Highest score that the open questions allow.
    pub high: i64,
}

/// A rule, with what it did here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason<'e> {
    /// Id of the rule.
    pub rule: &'e str,
    /// A few words.
    pub title: &'e Text,
    /// Why, in a sentence.
    pub because: &'e Text,
    /// Id of the criterion the points count for.
    pub criterion: &'e str,
    /// Whether the rule holds.
    pub truth: Truth,
    /// The points it gave; 0 when it gave none.
    pub points: i64,
    /// The fewest points it can give, whatever the answer to open questions.
    pub low: i64,
    /// The most points it can give, whatever the answer to open questions.
    pub high: i64,
    /// The facets and numbers it asks.
    pub questions: &'e [String],
    /// Who says so.
    pub sources: &'e [Citation],
    /// Where the rule is written.
    pub place: &'e Place,
}

/// A guideline with the rule that brought it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Advised<'e> {
    /// The guideline.
    pub guideline: &'e Guideline,
    /// Why it is shown here: the most specific rule that holds.
    pub reason: Reason<'e>,
    /// How many things that rule asks at the least; the more, the more it is about this situation.
    pub specificity: usize,
    /// Ids of the methods it is about; empty when it is about the whole advice.
    pub methods: Vec<&'e str>,
    /// Id of another guideline that is shown here and pulls the other way; how to choose is in `guideline.tension`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pulls_against: Option<&'e str>,
}

/// A way to reach people that fits a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FittingReach<'e> {
    /// Who opens the door, and where.
    pub reach: &'e Reach,
    /// The answers of the profile that it fits.
    pub fits: Vec<Named<'e>>,
    /// What must be in place for it.
    pub preconditions: Vec<Need<'e>>,
}

/// Something that helps or hinders people with this profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FittingFactor<'e> {
    /// What helps or hinders.
    pub factor: &'e Factor,
    /// The answers of the profile that it has to do with.
    pub fits: Vec<Named<'e>>,
}

/// Something a method needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Need<'e> {
    /// Id of the need.
    pub id: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// Whether the profile says that it is arranged.
    pub arranged: Truth,
}

/// An example that fits a method and a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FittingExample<'e> {
    /// The example.
    pub example: &'e Example,
    /// How many answers of the profile it shares.
    pub shared: usize,
}

/// A method that was ruled out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Excluded<'e> {
    /// Id of the method.
    pub id: &'e str,
    /// Its name.
    pub name: &'e Text,
    /// What its score is all the same.
    #[serde(flatten)]
    pub score: Score<'e>,
    /// Every rule that rules it out.
    pub because: Vec<Exclusion<'e>>,
}

/// Why a method was ruled out, and what would lift that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exclusion<'e> {
    /// The rule.
    pub reason: Reason<'e>,
    /// What is so in this profile and makes the rule hold.
    pub broken: Vec<&'e Condition>,
    /// Single changes that lift this rule, nearest first; each is something that must become so.
    pub lifted_by: Vec<&'e Condition>,
}

/// A question that was left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenQuestion<'e> {
    /// Id of the facet or number.
    pub id: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The question itself.
    pub question: &'e Text,
    /// How many rules wait for it, over all methods.
    pub rules: usize,
    /// How many points it can move among the methods that could reach the top, weighted and summed.
    pub could_move: i64,
}

/// Everything about one method for one profile: it adds up to the score, point by point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explanation<'e> {
    /// Version of this format.
    pub advice_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// How many methods are ranked.
    pub ranked_methods: usize,
    /// The method, its score and every rule that counted.
    pub method: Ranked<'e>,
    /// Why it is ruled out; empty when it is not.
    pub excluded: Vec<Exclusion<'e>>,
    /// Do's and don'ts about this method that apply here.
    pub guidelines: Vec<Advised<'e>>,
    /// Rules that do not hold here, with what would make them hold.
    pub not_holding: Vec<NotHolding<'e>>,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotHolding<'e> {
    /// The rule; its `low` and `high` say what it would give.
    pub reason: Reason<'e>,
    /// What is missing in the nearest alternative of its condition.
    pub missing: Vec<&'e Condition>,
}
