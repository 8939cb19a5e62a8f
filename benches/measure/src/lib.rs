//! The same question for Werkvorm, for two evaluators of this repository, and for other rules engines.
//!
//! The question: which five methods are best for a profile, and which rules about them hold. Everything here is
//! made ready before it is asked, and is asked on one thread, one profile after another.

pub mod asking;
pub mod clock;
#[path = "../../hand_written.rs"]
pub mod hand_written;
pub mod page;
pub mod peers;
pub mod plot;
#[path = "../../workload.rs"]
pub mod workload;
pub mod written;
