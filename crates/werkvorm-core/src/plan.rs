//! A plan: methods per phase that together serve everyone, and hand over to one another.
//!
//! These types are what a plan looks like to others, like those of an advice; how it is found is in
//! `plan_make.rs` and `plan_search.rs`. A plan always comes: where not everything is possible it is the
//! nearest, and `broken` names what it breaks.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Advised, Named, Need, OpenQuestion, PackName, Reason, Score, Understood};
use crate::pack::Fact;
use crate::text::Text;

/// The most steps a phase can have.
pub const MAX_STEPS_PER_PHASE: usize = 3;

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// At most this many steps in a phase: 1 to [`MAX_STEPS_PER_PHASE`].
    pub steps_per_phase: usize,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { steps_per_phase: 2 }
    }
}

/// The best plan for a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Plan<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// No other plan is better; false when the search was broken off because there was too much to try.
    pub optimal: bool,
    /// How good the plan is.
    pub objective: PlanObjective,
    /// The phases in order, each with its steps.
    pub phases: Vec<PlanPhase<'e>>,
    /// The parts of the target group that some step serves.
    pub served: Vec<PartServed<'e>>,
    /// The parts of the target group that no step serves.
    pub not_served: Vec<PartNotServed<'e>>,
    /// What the steps take together.
    pub resources: Vec<ResourceUse<'e>>,
    /// What the plan breaks, because no plan is possible that breaks less.
    pub broken: Vec<Broken<'e>>,
    /// Questions left open that could change the scores, most telling first.
    pub open_questions: Vec<OpenQuestion<'e>>,
}

/// How good a plan is. What comes first matters more than everything after it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanObjective {
    /// Phases without a step: as few as possible.
    pub phases_empty: usize,
    /// Resources of which the plan takes more than there is: as few as possible.
    pub resources_exceeded: usize,
    /// Other things the plan breaks: as few as possible.
    pub broken: usize,
    /// Steps: as few as possible.
    pub steps: usize,
    /// The sum of the totals of the steps, plus 2 for each handover, minus 3 for each kind that is repeated:
    /// as high as possible.
    pub value: i64,
    /// The sum of the totals of the steps.
    pub score: i64,
    /// Steps that go well with the step before.
    pub handovers: usize,
    /// Steps of a kind that occurred before.
    pub repeated_kinds: usize,
}

/// One phase of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanPhase<'e> {
    /// The phase.
    pub phase: Named<'e>,
    /// How many methods could be a step in it.
    pub candidates: usize,
    /// Its steps, in order.
    pub steps: Vec<PlanStep<'e>>,
}

/// One step of a plan: a method in a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanStep<'e> {
    /// Id of the method.
    pub id: &'e str,
    /// Its name.
    pub name: &'e Text,
    /// Of what kind it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Named<'e>>,
    /// Place among the methods that could be a step in this phase, from 1.
    pub rank: usize,
    /// Score, fit and band in this phase.
    #[serde(flatten)]
    pub score: Score<'e>,
    /// The strongest reasons for it, at most three.
    pub reasons: Vec<Reason<'e>>,
    /// The parts of the target group it serves: naming them gives it points.
    pub serves: Vec<Part<'e>>,
    /// What it yields.
    pub yields: Vec<Named<'e>>,
    /// What it needs first, and where that comes from.
    pub needs_outcomes: Vec<NeededOutcome<'e>>,
    /// Id of the method of the step before, when the two go well together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hands_over_from: Option<&'e str>,
    /// What must be in place, and whether it is.
    pub needs: Vec<Need<'e>>,
    /// Warnings that apply here.
    pub cautions: Vec<Reason<'e>>,
    /// Do's and don'ts about this method that apply here, at most three.
    pub guidelines: Vec<Advised<'e>>,
    /// What sources say about what it takes.
    pub resources: Vec<&'e Fact>,
    /// Ids of the numbers that could not be counted, because no source gives the least it takes.
    pub unknown_resources: Vec<&'e str>,
}

/// A part of the target group: a value that the profile names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part<'e> {
    /// Id of the facet.
    pub facet: &'e str,
    /// Id of the value.
    pub id: &'e str,
    /// What people read.
    pub label: &'e Text,
}

/// A part of the target group and the steps that serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartServed<'e> {
    /// The part.
    #[serde(flatten)]
    pub part: Part<'e>,
    /// Ids of the methods, in the order of the plan; never empty.
    pub by: Vec<&'e str>,
}

/// A part of the target group that no step serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartNotServed<'e> {
    /// The part.
    #[serde(flatten)]
    pub part: Part<'e>,
    /// In how many places of a plan a method could serve it; 0: no rule speaks for a method because of it.
    pub candidates: usize,
}

/// What a step needs first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NeededOutcome<'e> {
    /// What it needs.
    pub outcome: Named<'e>,
    /// Where that comes from.
    pub from: OutcomeFrom<'e>,
}

/// Where something that a step needs comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeFrom<'e> {
    /// The nearest earlier step that yields it: the id of its method.
    Step(&'e str),
    /// The profile says that it is there already, or is not needed.
    Already,
    /// Nowhere: the profile says that it is not there, and no earlier step yields it.
    Missing,
    /// No earlier step yields it, and the profile leaves open whether it is there already.
    NotKnown,
}

/// What a plan takes of something, and what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResourceUse<'e> {
    /// Id of the number about profiles: how much there is.
    pub id: &'e str,
    /// Id of the number about methods: how much a method takes.
    pub needed: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The unit of both.
    pub unit: &'e Text,
    /// How much there is, when the profile says so.
    pub available: Option<i64>,
    /// What the steps take at the least, as far as sources say so.
    pub known: i64,
    /// How many steps could not be counted; they are not free.
    pub unknown_steps: usize,
    /// What is known already is more than there is.
    pub exceeded: bool,
}

/// Something that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Broken<'e> {
    /// No method is left for a phase.
    PhaseEmpty {
        /// The phase.
        phase: Named<'e>,
    },
    /// No step of a phase yields anything.
    PhaseYieldsNothing {
        /// The phase.
        phase: Named<'e>,
    },
    /// The steps take more than there is.
    ResourceExceeded {
        /// The number that says how much there is.
        resource: Named<'e>,
        /// How much there is.
        available: i64,
        /// What the steps take at the least.
        known: i64,
    },
    /// No step serves a part of the target group.
    PartNotServed {
        /// The part.
        part: Part<'e>,
        /// In how many places of a plan a method could serve it; 0: no rule speaks for a method because of it.
        candidates: usize,
    },
    /// A step needs something that is not there yet.
    OutcomeMissing {
        /// Id of the phase of the step.
        phase: &'e str,
        /// The method of the step.
        method: Named<'e>,
        /// What it needs.
        outcome: Named<'e>,
        /// The profile leaves open whether it is there already.
        not_known: bool,
    },
    /// More speaks against a step than for it.
    StepUnfit {
        /// Id of the phase of the step.
        phase: &'e str,
        /// The method of the step.
        method: Named<'e>,
        /// Its total in that phase, which is below 0.
        total: i64,
    },
    /// The last step does not yield what a plan must end with.
    NotClosed {
        /// What is missing.
        outcome: Named<'e>,
    },
}
