//! The script engine: Rhai, narrowed down to declaring rules, under limits.
//!
//! No files, no clock, no printing, no other scripts. The optimiser stays off: with it on, comparisons of
//! constants are folded to a plain `false` before our operators are asked.

use std::sync::atomic::Ordering;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicStringPackage, LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, NativeCallContext, OptimizationLevel, Scope, Stmt};
use werkvorm_core::code;

use crate::collect::{At, Collector};
use crate::{card_api, condition_api, declare, syntax, tokens, translate, value_api, vocabulary_api};

/// How many steps one script may take. What is a lot of work counts for more than one.
pub const MAX_OPERATIONS: u64 = 2_000_000;
/// How deep functions may call each other.
pub const MAX_CALL_LEVELS: usize = 32;
/// How long a text in a script may become, in bytes.
pub const MAX_STRING_BYTES: usize = 64 * 1024;
/// How many items a list in a script may have, with the lists inside it.
pub const MAX_LIST_ITEMS: usize = 5_000;
/// How many fields a map in a script may have, with the maps inside it.
pub const MAX_MAP_FIELDS: usize = 1_000;
/// How many rules all scripts together may declare.
pub const MAX_RULES: usize = 100_000;

/// What every script is told that asks for something else than declaring rules.
pub(crate) const ONLY_DECLARES: &str =
    "a script only declares rules: it does not wait, leave, print, load or evaluate anything";

/// Words of the language that do not fit scripts that only declare. `Fn`, `call` and `curry` can build
/// values without end in a few steps; `try` would hide mistakes.
pub(crate) const FORBIDDEN: [&str; 11] =
    ["eval", "print", "debug", "import", "export", "Fn", "call", "curry", "try", "catch", "throw"];

/// Runs one script; rules and problems end up in the collector.
///
/// A statement that stops does not keep the next ones from being judged.
pub(crate) fn run(engine: &Engine, collector: &Collector, file: &str, source: &str) {
    let tokens = match tokens::read(source) {
        Ok(tokens) => tokens,
        Err(start) => {
            collector.start(file, source, &[]);
            return syntax::open_remark(collector, file, source, start);
        }
    };
    collector.start(file, source, &tokens);
    if syntax::refused(collector, file, source, &tokens) {
        return;
    }
    let script = match engine.compile(source) {
        Ok(script) => script,
        Err(error) => return syntax::report(collector, source, &tokens, &error),
    };
    let functions = script
        .iter_functions()
        .map(|function| function.to_string().trim_start_matches("private ").to_owned());
    collector.set_own_functions(functions.collect());
    let mut scope = Scope::new();
    for (part, goes_on) in parts(&script) {
        let names = scope.len();
        let result = engine.run_ast_with_scope(&mut scope, &part);
        if let Err(error) = result {
            translate::run_error(collector, source, &tokens, &error);
            if !goes_on || is_limit(&error) {
                return;
            }
            scope.rewind(names);
        }
    }
}

/// The statements of a script, and whether the rest can be judged when one of them stops: not after `let`
/// and assignments, because what follows may rest on them.
fn parts(script: &AST) -> Vec<(AST, bool)> {
    let leaves = script.statements().iter().any(|statement| {
        !statement
            .walk(&mut Vec::new(), &mut |path| !matches!(path.last(), Some(ASTNode::Stmt(Stmt::Return(..)))))
    });
    if leaves {
        return vec![(script.clone(), false)];
    }
    let part = |statement: &Stmt| {
        let goes_on = !matches!(statement, Stmt::Var(..) | Stmt::Assignment(..));
        (AST::new([statement.clone()], script.shared_lib().clone()), goes_on)
    };
    script.statements().iter().map(part).collect()
}

fn is_limit(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => is_limit(inner),
        EvalAltResult::ErrorTerminated(..) | EvalAltResult::ErrorTooManyOperations(..) => true,
        EvalAltResult::ErrorStackOverflow(..) | EvalAltResult::ErrorDataTooLarge(..) => true,
        _ => false,
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
    engine.set_max_map_size(MAX_MAP_FIELDS);
    engine.set_max_variables(1_000);
    engine.set_max_functions(200);
    engine.set_fail_on_invalid_map_property(true);
    for word in FORBIDDEN {
        engine.disable_symbol(word);
    }
    limit_steps(&mut engine, collector);
    // Two functions of the language are no words that can be disabled: one waits, one leaves in silence.
    let forbidden = |name: &'static str| {
        let collector = collector.clone();
        move |context: &NativeCallContext<'_>| {
            let message = format!("`{name}` is not available in rule scripts");
            collector.report(
                &code::FORBIDDEN_FEATURE,
                context.call_position(),
                At::Call,
                &message,
                ONLY_DECLARES,
            );
        }
    };
    let (sleep, exit, exit_with) = (forbidden("sleep"), forbidden("exit"), forbidden("exit"));
    engine.register_fn("sleep", move |context: NativeCallContext<'_>, _seconds: i64| sleep(&context));
    engine.register_fn("exit", move |context: NativeCallContext<'_>| exit(&context));
    engine.register_fn("exit", move |context: NativeCallContext<'_>, _value: Dynamic| exit_with(&context));
    vocabulary_api::register(&mut engine, collector);
    condition_api::register(&mut engine, collector);
    value_api::register(&mut engine, collector);
    card_api::register(&mut engine, collector);
    declare::register(&mut engine, collector);
    engine
}

/// The statements of a script run one by one; together they may take [`MAX_OPERATIONS`] steps.
fn limit_steps(engine: &mut Engine, collector: &Collector) {
    let steps = collector.steps();
    engine.on_progress(move |_| {
        (steps.fetch_add(1, Ordering::Relaxed) >= MAX_OPERATIONS).then_some(Dynamic::UNIT)
    });
}
