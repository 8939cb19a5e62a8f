//! The types of an advice, explanation, card or recipe in one language, ready to be shown: what the text,
//! Markdown, HTML and Word outputs have in common. How they are filled: `describe.rs`.
//!
//! Everything here is a sentence, a label or a number to print; nothing is decided any more.

use serde::Serialize;
use werkvorm_core::{GuidelineKind, Truth};

/// An advice, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct AdviceView {
    /// `nl` or `en`.
    pub language: &'static str,
    /// The profile.
    pub profile: ProfileView,
    /// The methods explained in full.
    pub methods: Vec<MethodView>,
    /// The other methods.
    pub others: Vec<ListedView>,
    /// What was ruled out.
    pub excluded: Vec<ExcludedView>,
    /// What was left open.
    pub open_questions: Vec<OpenView>,
    /// Warnings about the whole advice.
    pub cautions: Vec<ReasonView>,
    /// The do's and don'ts that matter most here.
    pub guidelines: Vec<GuidelineView>,
    /// Ways to reach people.
    pub reach: Vec<ReachView>,
    /// Every source that is cited above, once.
    pub sources: Vec<SourceView>,
    /// The documents that are cited above, with their short names.
    pub documents: Vec<String>,
    /// The same documents, each with what was cited in it.
    pub works: Vec<WorkView>,
    /// The pack.
    pub pack: PackView,
}

/// A profile, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ProfileView {
    /// Its name.
    pub title: Option<String>,
    /// It is made up.
    pub made_up: bool,
    /// Question and answer.
    pub answers: Vec<(String, String)>,
    /// Criterion and weight, when a weight is not 1.
    pub weights: Vec<(String, i64)>,
}

/// A method with its reasons, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct MethodView {
    /// Place; 0 when it is ruled out.
    pub rank: usize,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Score and fit.
    pub score: ScoreView,
    /// Score per criterion.
    pub criteria: Vec<CriterionView>,
    /// Reasons for.
    pub pros: Vec<ReasonView>,
    /// Reasons against.
    pub cons: Vec<ReasonView>,
    /// What is not known yet.
    pub not_known: Vec<ReasonView>,
    /// What might still rule it out.
    pub may_be_excluded: Vec<ReasonView>,
    /// Warnings.
    pub cautions: Vec<ReasonView>,
    /// What must be in place.
    pub needs: Vec<NeedView>,
    /// How it goes.
    pub steps: Vec<String>,
    /// Examples.
    pub examples: Vec<ExampleView>,
    /// Names of methods it goes well with.
    pub combines_with: Vec<String>,
    /// Where the card comes from, short.
    pub short_sources: Vec<String>,
    /// Where the card comes from.
    pub sources: Vec<String>,
}

/// A score, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ScoreView {
    /// Total.
    pub total: i64,
    /// 0 to 100.
    pub fit: i64,
    /// Lowest fit.
    pub fit_low: i64,
    /// Highest fit.
    pub fit_high: i64,
    /// "75 of 100".
    pub fit_text: String,
    /// "between 60 and 80", when it is not settled.
    pub range_text: Option<String>,
    /// Id of the band.
    pub band: String,
    /// Name of the band.
    pub band_text: String,
}

/// The score for one criterion, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct CriterionView {
    /// Name.
    pub label: String,
    /// −10 to 10.
    pub score: i64,
    /// 0 to 5.
    pub weight: i64,
    /// Points before they were limited.
    pub points: i64,
    /// That the points were limited.
    pub limited: Option<String>,
}

/// A reason, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ReasonView {
    /// Points.
    pub points: i64,
    /// Points with their sign, or the range they may take.
    pub points_text: String,
    /// A few words.
    pub title: String,
    /// Why.
    pub because: String,
    /// Id of the rule.
    pub rule: String,
    /// File and line of the rule.
    pub place: String,
    /// Names of the questions it asks.
    pub questions: Vec<String>,
    /// Sources, short.
    pub short_sources: Vec<String>,
    /// Sources in full.
    pub sources: Vec<String>,
}

/// A guideline, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct GuidelineView {
    /// "Do" or "Don't".
    pub kind: String,
    /// `do` or `dont`.
    pub kind_id: GuidelineKind,
    /// A few words.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Id.
    pub id: String,
    /// Why it is shown here.
    pub because: String,
    /// How to choose between this one and another that is shown and pulls the other way.
    pub choose: Option<String>,
    /// Names of the methods it is about.
    pub methods: Vec<String>,
    /// Id of the rule that brought it up.
    pub rule: String,
    /// Sources, short.
    pub short_sources: Vec<String>,
    /// Sources in full.
    pub sources: Vec<String>,
}

/// A way to reach people, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ReachView {
    /// Id.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Who they are.
    pub text: String,
    /// Where to find them.
    pub places: String,
    /// The answers it fits.
    pub fits: Vec<String>,
    /// What must be in place.
    pub preconditions: Vec<NeedView>,
    /// Sources, short.
    pub short_sources: Vec<String>,
    /// Sources in full.
    pub sources: Vec<String>,
}

/// A need, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct NeedView {
    /// What is needed.
    pub label: String,
    /// `holds`, `fails` or `not_known`.
    pub arranged: Truth,
    /// The same in words.
    pub arranged_text: String,
}

/// An example, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ExampleView {
    /// Its name.
    pub title: String,
    /// What they did.
    pub what: String,
    /// What came of it.
    pub why: Option<String>,
    /// Sources, short.
    pub short_sources: Vec<String>,
    /// Sources in full.
    pub sources: Vec<String>,
}

/// A method in a list, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ListedView {
    /// Place.
    pub rank: usize,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Score and fit.
    pub score: ScoreView,
}

/// What was ruled out, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ExcludedView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Why.
    pub because: Vec<ExclusionView>,
}

/// Why something was ruled out, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ExclusionView {
    /// The rule.
    pub reason: ReasonView,
    /// "because: …"
    pub broken: String,
    /// "possible when: …", one for each change.
    pub lifted: Vec<String>,
}

/// An open question, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct OpenView {
    /// Id of the question.
    pub id: String,
    /// Name of the question.
    pub label: String,
    /// The question.
    pub question: String,
}

/// A source, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct SourceView {
    /// Written out.
    pub text: String,
    /// Where it can be read.
    pub url: Option<String>,
}

/// A document that is cited, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct WorkView {
    /// The short name that stands beside reasons.
    pub short: Option<String>,
    /// Written out.
    pub text: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// The sections that are cited.
    pub sections: Vec<String>,
}

/// The pack, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct PackView {
    /// What it is about.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Its hash.
    pub hash: String,
}

/// An explanation of one method, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct ExplanationView {
    /// `nl` or `en`.
    pub language: &'static str,
    /// The profile.
    pub profile: ProfileView,
    /// The method.
    pub method: MethodView,
    /// How many methods are ranked.
    pub ranked_methods: usize,
    /// Why it is ruled out.
    pub excluded: Vec<ExclusionView>,
    /// Rules that do not hold, with what is missing.
    pub not_holding: Vec<(ReasonView, String)>,
    /// Every source that is cited above, once.
    pub sources: Vec<SourceView>,
    /// The pack.
    pub pack: PackView,
}

/// A recipe, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct RecipeView {
    /// `nl` or `en`.
    pub language: &'static str,
    /// The profile.
    pub profile: ProfileView,
    /// Names of the methods that are worked out.
    pub methods: Vec<String>,
    /// The steps.
    pub steps: Vec<RecipeStepView>,
    /// Every document that is cited above, with what was cited in it.
    pub works: Vec<WorkView>,
    /// The pack.
    pub pack: PackView,
}

/// A step of a recipe, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct RecipeStepView {
    /// From 1.
    pub number: usize,
    /// Id.
    pub id: String,
    /// What to do.
    pub title: String,
    /// Explanation.
    pub help: String,
    /// It stays open until the recipe was tried.
    pub open: bool,
    /// What is filled in.
    pub parts: Vec<RecipePartView>,
}

/// Lines of a recipe that belong together, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct RecipePartView {
    /// What they have in common.
    pub title: Option<String>,
    /// They are done one after the other.
    pub ordered: bool,
    /// Where all of them come from, when that is one place.
    pub origin: Option<String>,
    /// The lines.
    pub lines: Vec<RecipeLineView>,
}

/// A line of a recipe, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct RecipeLineView {
    /// What it is about.
    pub about: Option<String>,
    /// What it says.
    pub text: String,
    /// Where it comes from, with short sources.
    pub origin: String,
    /// Id of what it comes from.
    pub id: String,
}

/// The card of a method, ready to be shown: heading and what stands under it.
#[derive(Debug, Clone, Serialize)]
pub struct CardView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Headings with paragraphs.
    pub paragraphs: Vec<(String, Vec<String>)>,
    /// The steps.
    pub steps: Vec<String>,
    /// Sources in full.
    pub sources: Vec<SourceView>,
}
