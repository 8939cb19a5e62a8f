//! The built-in pack: the knowledge of the five source documents, made from `seeds/` and `rules/`.

use std::sync::OnceLock;

use werkvorm_core::{Engine, Pack};

use crate::binary::pack_from_binary;

/// The pack as JSON, as it is generated and committed.
pub const BUILTIN_PACK_JSON: &str = include_str!("../pack/werkvorm.pack.json");
/// The same pack in binary form, which is read faster.
const BUILTIN_PACK_BINARY: &[u8] = include_bytes!("../pack/werkvorm.pack.bin");

/// The built-in pack.
#[must_use]
pub fn builtin_pack() -> Pack {
    // INVARIANT: a test compares the committed binary form with the JSON, so this cannot fail in a release.
    pack_from_binary("built-in", BUILTIN_PACK_BINARY).unwrap_or_default()
}

/// The engine with the built-in pack, compiled once per process.
///
/// # Example
/// ```
/// let profile = werkvorm::Profile::new().with("goal", ["reach-hard-to-reach"]).with("trust", "low");
/// let advice = werkvorm::builtin().recommend(&profile).unwrap();
/// assert_eq!(advice.methods.len(), 5);
/// ```
pub fn builtin() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    // INVARIANT: a test checks the committed pack.
    ENGINE.get_or_init(|| Engine::of_checked(builtin_pack()))
}
