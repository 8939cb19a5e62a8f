//! TEMPORARY, to be deleted: stands in for the documents that the crate `werkvorm` will write.
//!
//! When they are there: delete this file, and say `werkvorm::` wherever it says `what_if_documents::`.

use std::fmt;

use werkvorm::{Comparison, DocumentFormat, Questions, Robustness, Sweep, Texts, Turn};

/// There are no documents yet.
#[derive(Debug)]
pub(crate) struct NotYet;

impl fmt::Display for NotYet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this format cannot be written yet")
    }
}

impl std::error::Error for NotYet {}

type Written = Result<String, NotYet>;

pub(crate) fn render_comparison(_: &Comparison<'_>, _: &Texts<'_>, _: DocumentFormat) -> Written {
    Err(NotYet)
}

pub(crate) fn render_sweep(_: &Sweep<'_>, _: &Texts<'_>, _: DocumentFormat) -> Written {
    Err(NotYet)
}

pub(crate) fn render_turn(_: &Turn<'_>, _: &Texts<'_>, _: DocumentFormat) -> Written {
    Err(NotYet)
}

pub(crate) fn render_questions(_: &Questions<'_>, _: &Texts<'_>, _: DocumentFormat) -> Written {
    Err(NotYet)
}

pub(crate) fn render_robustness(_: &Robustness<'_>, _: &Texts<'_>, _: DocumentFormat) -> Written {
    Err(NotYet)
}

pub(crate) fn sweep_svg(_: &Sweep<'_>, _: &Texts<'_>) -> Written {
    Err(NotYet)
}
