//! What a pack says about plans: the chain of outcomes, what is counted, and what sets methods apart.
//!
//! That a project reaches people before it asks them things is knowledge about participation, so it stands in
//! the pack; the engine only knows that a step can yield something and need something.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pack::Citation;
use crate::text::Text;

/// How plans are made; everything may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Planning {
    /// Id of the facet about methods that says what kind a method is; a plan prefers different kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is counted.
    #[serde(default)]
    pub resources: Vec<PlanningResource>,
    /// What steps yield and need, in the order of a project.
    #[serde(default)]
    pub outcomes: Vec<PlanningOutcome>,
}

/// Something there is only so much of, such as time or money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanningResource {
    /// Id of the number about profiles: how much there is.
    pub available: String,
    /// Id of the number about methods: how much a method takes.
    pub needed: String,
}

/// Something that a step can yield, and that another step can need first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanningOutcome {
    /// Id in lower case with hyphens.
    pub id: String,
    /// What people read.
    pub label: Text,
    /// A sentence or two of explanation.
    pub help: Text,
    /// A step yields it when its card has, for each of these facets, one of the values. The phase of a step is
    /// the one it stands in, whatever other phases its method suits.
    pub yielded_by: BTreeMap<String, Vec<String>>,
    /// A step needs it first in the same way, unless it yields it itself; empty: nothing needs it.
    #[serde(default)]
    pub needed_by: BTreeMap<String, Vec<String>>,
    /// It is there already, or is not needed, when a profile has one of these answers.
    #[serde(default)]
    pub already: BTreeMap<String, Vec<String>>,
    /// The last step of a plan must yield it; at most one outcome.
    #[serde(default)]
    pub closes: bool,
    /// Who says so.
    pub sources: Vec<Citation>,
}
