//! Rule scripts and seed files to a rule pack.
//!
//! Facts are in `seeds/` (TOML), judgements in `rules/` (Rhai). [`build`] reads both, runs every script once,
//! and gives a [`werkvorm_core::Pack`], or every problem in every file with its place. [`run_cases`] runs the
//! sentences that stand beside the rules.
//!
//! This crate is for making packs. Asking them needs `werkvorm-core` only.

mod build;
mod card_api;
mod cases;
mod collect;
mod condition_api;
mod declare;
mod locate;
mod places;
mod script;
mod seeds;
mod shape;
mod sources;
mod syntax;
mod tokens;
mod toml_text;
mod translate;
mod usage;
mod value_api;
mod vocabulary_api;

pub use crate::build::{build, build_with_rules, content_hash};
pub use crate::cases::{CaseReport, run_cases};
pub use crate::script::{MAX_CALL_LEVELS, MAX_LIST_ITEMS, MAX_OPERATIONS, MAX_RULES, MAX_STRING_BYTES};
pub use crate::seeds::is_cited;
pub use crate::sources::{MAX_FILE_BYTES, MAX_FILES, ReadError, Sources};
