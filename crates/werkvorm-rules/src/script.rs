//! The script engine: Rhai, narrowed down to declaring rules, under limits.
//!
//! No files, no clock, no printing, no other scripts. The optimiser stays off: with it on, comparisons of
//! constants are folded to a plain `false` before our operators are asked.

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicStringPackage, LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Engine, NativeCallContext, OptimizationLevel};
use werkvorm_core::code;

use crate::collect::Collector;
use crate::{card_api, declare, translate, vocabulary_api};

/// How many steps one script may take.
pub const MAX_OPERATIONS: u64 = 20_000_000;
/// How deep functions may call each other.
pub const MAX_CALL_LEVELS: usize = 32;
/// How long a text in a script may become, in bytes.
pub const MAX_STRING_BYTES: usize = 64 * 1024;
/// How long a list in a script may become.
pub const MAX_LIST_ITEMS: usize = 5000;
/// How many rules all scripts together may declare.
pub const MAX_RULES: usize = 500_000;

/// Runs one script; rules and problems end up in the collector.
pub(crate) fn run(engine: &Engine, collector: &Collector, file: &str, source: &str) {
    collector.start(file, source);
    match engine.compile(source) {
        Err(error) => translate::parse_error(collector, source, &error),
        Ok(script) => {
            if let Err(error) = engine.run_ast(&script) {
                translate::run_error(collector, source, &error);
            }
        }
    }
}

/// The engine that all scripts of a build run in.
pub(crate) fn engine(collector: &Collector) -> Engine {
    let mut engine = Engine::new_raw();
    for package in [
        LanguageCorePackage::new().as_shared_module(),
        ArithmeticPackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        BasicFnPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
    ] {
        engine.register_global_module(package);
    }
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_call_levels(MAX_CALL_LEVELS);
    engine.set_max_expr_depths(64, 32);
    engine.set_max_string_size(MAX_STRING_BYTES);
    engine.set_max_array_size(MAX_LIST_ITEMS);
    engine.set_max_map_size(1_000);
    engine.set_max_variables(1_000);
    engine.set_max_functions(200);
    engine.set_fail_on_invalid_map_property(true);
    for word in ["eval", "print", "debug", "import", "export"] {
        engine.disable_symbol(word);
    }
    // The language comes with a way to wait; nothing here has a clock.
    let sleeping = collector.clone();
    engine.register_fn("sleep", move |context: NativeCallContext<'_>, _seconds: i64| {
        let label = sleeping.label(context.call_position());
        let help = "a script only declares rules: it does not wait, print, load or evaluate anything else";
        sleeping.report(&code::FORBIDDEN_FEATURE, label, "`sleep` is not available in rule scripts", help);
    });
    vocabulary_api::register(&mut engine, collector);
    card_api::register(&mut engine, collector);
    declare::register(&mut engine, collector);
    engine
}
