//! The built-in pack: the knowledge of the five source documents, made from `seeds/` and `rules/`.

use std::sync::OnceLock;

use werkvorm_core::{Engine, Pack};

/// The pack as JSON, as it is generated and committed.
pub const BUILTIN_PACK_JSON: &str = include_str!("../pack/werkvorm.pack.json");

/// The built-in pack.
#[must_use]
pub fn builtin_pack() -> Pack {
    // INVARIANT: a test builds an engine from the committed pack, so this cannot fail in a release.
    serde_json::from_str(BUILTIN_PACK_JSON).unwrap_or_default()
}

/// The engine with the built-in pack, compiled once per process.
///
/// # Example
/// ```
/// let profile = werkvorm::Profile::new().with("goal", ["reach-hard-to-reach"]).with("trust", "low");
/// let advice = werkvorm::builtin().recommend(&profile).unwrap();
/// assert_eq!(advice.methods.len(), 5);
/// ```
///
/// # Panics
/// Never in a release: a test compiles the committed pack.
pub fn builtin() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| match Engine::new(builtin_pack()) {
        Ok(engine) => engine,
        Err(problems) => {
            let first = problems.into_iter().next().map(|problem| problem.message).unwrap_or_default();
            unreachable!("the built-in pack is checked by a test, but: {first}")
        }
    })
}
