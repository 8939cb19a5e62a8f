//! The evaluators, each with what it needs to answer as fast as it honestly can.

pub mod by_hand;
pub mod cel;
pub mod datalogic;
pub mod rhai;
pub mod tree;
pub mod werkvorm;
pub mod zen;
