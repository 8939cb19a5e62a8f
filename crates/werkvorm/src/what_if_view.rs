//! The types of a what-if answer in one language, ready to be shown. Comparison, sweep, turn, questions and
//! robustness are told with the same few blocks, so that one template per format prints all of them.
//!
//! Everything here is a sentence, a label or a number to print; nothing is decided any more.

use serde::Serialize;

use crate::view::{PackView, ProfileView, WorkView};

/// A what-if answer, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct WhatIfView {
    /// `nl` or `en`.
    pub language: &'static str,
    /// What kind of answer it is.
    pub kind: String,
    /// What it comes down to, in a few sentences.
    pub lead: Vec<String>,
    /// The profile it starts from.
    pub profile: ProfileView,
    /// The parts.
    pub sections: Vec<SectionView>,
    /// The documents that are cited above, each with what was cited in it.
    pub works: Vec<WorkView>,
    /// The pack.
    pub pack: PackView,
}

/// A part of a what-if answer, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct SectionView {
    /// Its heading.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<BlockView>,
}

/// What stands in a part, ready to be shown.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum BlockView {
    /// A heading below that of the part.
    Heading {
        /// 3, or 4 below a heading of 3.
        level: usize,
        /// What it says.
        text: String,
    },
    /// A paragraph.
    Text {
        /// What it says.
        text: String,
        /// It explains rather than answers.
        aside: bool,
    },
    /// A list.
    List {
        /// The order matters.
        ordered: bool,
        /// The lines.
        items: Vec<String>,
    },
    /// A table.
    Table {
        /// The heads of the columns.
        head: Vec<String>,
        /// The rows; the first cell of each says what it is about.
        rows: Vec<Vec<CellView>>,
    },
    /// Rules with what they add or take.
    Rules {
        /// The rules.
        rules: Vec<RuleLineView>,
    },
    /// A picture of what the tables say.
    Picture {
        /// The picture.
        picture: PictureView,
    },
}

/// A cell of a table, ready to be shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CellView {
    /// What it says.
    pub text: String,
    /// What is said besides.
    pub note: Option<String>,
    /// What has moved; it stands out.
    pub moved: Option<String>,
}

/// A rule, or a limit, with what it adds or takes, ready to be shown.
#[derive(Debug, Clone, Serialize)]
pub struct RuleLineView {
    /// Points with their sign, or a mark.
    pub sign: String,
    /// What happens to it.
    pub about: Option<String>,
    /// Why, in a sentence.
    pub because: String,
    /// Sources, short.
    pub short_sources: Vec<String>,
    /// Id of the rule; nothing for a limit.
    pub rule: Option<String>,
    /// File and line of the rule.
    pub place: Option<String>,
}

/// A picture, ready to be drawn: shapes in the order in which they lie on each other.
#[derive(Debug, Clone, Serialize)]
pub struct PictureView {
    /// `nl` or `en`.
    pub language: &'static str,
    /// What it shows.
    pub title: String,
    /// What one can see in it.
    pub description: String,
    /// In pixels.
    pub width: i64,
    /// In pixels.
    pub height: i64,
    /// The shapes.
    pub shapes: Vec<ShapeView>,
}

/// A shape in a picture, in pixels from the top left.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum ShapeView {
    /// A rectangle.
    Box {
        /// From the left.
        x: i64,
        /// From the top.
        y: i64,
        /// Width.
        width: i64,
        /// Height.
        height: i64,
        /// Colour inside.
        fill: &'static str,
        /// Colour of the edge.
        edge: &'static str,
    },
    /// A line through points.
    Line {
        /// The points, as SVG wants them.
        points: String,
        /// Colour.
        colour: &'static str,
        /// Width.
        width: i64,
        /// Lengths of dashes and gaps; empty for a whole line.
        dash: &'static str,
    },
    /// A line of text.
    Label {
        /// From the left.
        x: i64,
        /// From the top to the foot of the letters.
        y: i64,
        /// `start`, `middle` or `end`.
        anchor: &'static str,
        /// Colour.
        colour: &'static str,
        /// It stands out.
        bold: bool,
        /// What it says.
        text: String,
    },
}
