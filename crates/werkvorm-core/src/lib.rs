//! The rules engine of Werkvorm: packs, checks, the compiled evaluator and explained advice.
//!
//! This crate holds the engine alone, without input, output, clock, fractions or hash order. Most people
//! want the crate `werkvorm`, which adds the built-in pack and reads profiles from text.
//!
//! It does not know a single method, goal or target group: those are in the [`Pack`].

// Tests inside the crate make packs with the same code as tests outside.
#[cfg(test)]
extern crate self as werkvorm_core;
#[cfg(test)]
#[expect(dead_code, reason = "only some of it is needed inside")]
#[path = "../../../tests/generate.rs"]
mod generate;

mod advice;
mod answers;
mod ask;
mod batch;
mod board;
mod change;
mod check;
mod check_plan;
mod compare;
mod compile;
mod condition;
mod diagnostic;
mod engine;
mod evaluate;
mod explain;
mod guidance;
mod layout;
mod names;
mod pack;
mod plan;
mod plan_data;
mod plan_make;
mod plan_search;
mod plan_write;

mod planes;
mod profile;
mod program;
mod ranking;
mod recipe;
mod robustness;
mod sweep;
mod terms;
mod text;
mod turn;
mod vocabulary;

pub use crate::advice::{
    ADVICE_VERSION, Advice, Advised, Answered, CriterionScore, Excluded, Exclusion, Explanation,
    FittingExample, FittingFactor, FittingReach, Listed, Named, Need, NotHolding, OpenQuestion, PackName,
    Range, Ranked, Reason, Score, Understood, Weight,
};
pub use crate::ask::{PossibleAnswer, Questions, Telling};
pub use crate::batch::Rankings;
pub use crate::change::{Change, ChangeKind, Edit, Stretch, WHAT_IF_VERSION};
pub use crate::check::{
    MAX_CONDITION_DEPTH, MAX_CONDITION_PARTS, MAX_CRITERION_SCORE, MAX_FIT, MAX_POINTS, MAX_WEIGHT, check,
};
pub use crate::compare::{
    Compared, Comparison, Counted, Difference, LimitDifference, MAX_COMPARED, MIN_COMPARED, Movement,
    MovementKind, RankedScore, RuleDifference,
};
pub use crate::condition::{Condition, Truth};
pub use crate::diagnostic::{
    CODES, Code, Diagnostic, Label, Severity, code, did_you_mean, fold, sort_diagnostics,
};
pub use crate::engine::{ARRANGED, DEFAULT_TOP, Engine, NEED, PEOPLE, PHASE, WEEKS};
pub use crate::pack::{
    About, Band, Citation, Criterion, Curve, Document, DocumentKind, Effect, Example, FORMAT_VERSION, Facet,
    Fact, Factor, FactorKind, Guideline, GuidelineKind, Method, Number, Pack, Persona, Place, Reach,
    RecipeStepText, Rule, Section, Tension, Value, ValuesAllowed, Words,
};
pub use crate::plan::{
    Broken, MAX_STEPS_PER_PHASE, NeededOutcome, OutcomeFrom, Part, PartNotServed, PartServed, Plan,
    PlanObjective, PlanOptions, PlanPhase, PlanStep, ResourceUse,
};
pub use crate::plan_data::{Planning, PlanningOutcome, PlanningResource};
pub use crate::plan_search::{HANDOVER_POINTS, MAX_PLAN_NODES, REPEATED_KIND_POINTS};
pub use crate::profile::{Answer, Profile, Remark};
pub use crate::ranking::{Encoded, Explained, RankedPlace, Ranking};
pub use crate::recipe::{Origin, OriginKind, RECIPE_VERSION, Recipe, RecipeLine, RecipePart, RecipeStep};
pub use crate::robustness::{ChangingFirst, Robustness, Room, Shifts, WeightRoom};
pub use crate::sweep::{Crossing, Event, MAX_SWEPT, Over, Point, Stand, Sweep};
pub use crate::text::{Language, Text};
pub use crate::turn::{
    ChangeSet, DEFAULT_CHANGES, MAX_CHANGES, MAX_TRIED, RuleShare, Sets, Toward, Turn, TurnOptions,
};
