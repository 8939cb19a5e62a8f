#![doc = include_str!("../../../README.md")]

mod batch;
mod binary;
mod builtin;
mod compare_describe;
mod describe;
#[cfg(feature = "docx")]
mod docx;
mod json;
mod picture;
mod plan_describe;
mod plan_picture;
mod read;
#[cfg(feature = "render")]
mod render;
mod schema;
mod sweep_describe;
mod turn_describe;
mod view;
mod what_if_describe;
#[cfg(feature = "render")]
mod what_if_render;
mod what_if_view;
mod what_if_words;
mod words;
mod written;

pub use crate::batch::{BadRow, BatchExplain, BatchMethod, BatchProfile, BatchRow, batch};
pub use crate::binary::{PACK_MARK, pack_from_binary, pack_to_binary};
pub use crate::builtin::{BUILTIN_PACK_JSON, builtin, builtin_pack};
#[cfg(feature = "docx")]
pub use crate::docx::{DocxError, recipe_docx};
pub use crate::json::respond;
#[cfg(feature = "profiles")]
pub use crate::read::profile_to_toml;
pub use crate::read::{
    MAX_PACK_BYTES, MAX_PROFILE_BYTES, ProfileFormat, locate_in_profile, pack_from_json, profile_from_str,
    profile_too_large, read_profile,
};
#[cfg(feature = "render")]
pub use crate::render::{DocumentFormat, RenderError, render, render_recipe};
pub use crate::schema::{SCHEMAS, schema};
pub use crate::view::{
    AdviceView, CardView, CriterionView, ExampleView, ExcludedView, ExclusionView, ExplanationView,
    GuidelineView, ListedView, MethodView, NeedView, OpenView, PackView, ProfileView, ReachView, ReasonView,
    RecipeLineView, RecipePartView, RecipeStepView, RecipeView, ScoreView, SourceView, WorkView,
};
#[cfg(feature = "render")]
pub use crate::what_if_render::{
    render_comparison, render_plan, render_questions, render_robustness, render_sweep, render_turn, sweep_svg,
};
pub use crate::what_if_view::{
    BlockView, CellView, PictureView, RuleLineView, SectionView, ShapeView, WhatIfView,
};
pub use crate::words::Words as Texts;
pub use werkvorm_core::*;
#[cfg(feature = "rules")]
pub use werkvorm_rules as rules;
