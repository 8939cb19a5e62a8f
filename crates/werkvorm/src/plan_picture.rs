//! The picture of a plan: its steps from top to bottom, by phase, with what each brings to the next.

use werkvorm_core::Plan;

use crate::picture::{Canvas, INK, LEADING, LETTER, LINE, NOW, PAPER, SOFT, WIDTH, whole, wrapped};
use crate::what_if_view::PictureView;
use crate::words::Words;

/// Where the line with the steps is.
const RAIL: i64 = 168;
/// Half the width of the square of a step.
const HALF: i64 = 12;

impl Words<'_> {
    /// The picture of a plan.
    pub(crate) fn plan_picture(&self, plan: &Plan<'_>) -> PictureView {
        let mut canvas = Canvas::default();
        let mut y = 10;
        let mut number = 0;
        for (place, phase) in plan.phases.iter().enumerate() {
            let top = y;
            let mut rows = Vec::new();
            y += 14;
            for step in &phase.steps {
                number += 1;
                let room = (WIDTH - RAIL - 3 * HALF) / LETTER;
                let mut lines = wrapped(self.of(step.name), room);
                let names = lines.len();
                lines.extend(wrapped(&format!("→ {}", self.yields(step)), room));
                rows.push((number, y, lines.clone(), names));
                y += whole(lines.len()) * LEADING + 16;
            }
            let names = wrapped(&self.phase_name(phase), (RAIL - 4 * HALF) / LETTER);
            y = y.max(top + 20 + whole(names.len()) * LEADING);
            let fill = if place % 2 == 0 { NOW } else { PAPER };
            canvas.area(0, top, WIDTH, y - top, fill, LINE);
            for (at, line) in names.into_iter().enumerate() {
                canvas.label(10, top + 24 + whole(at) * LEADING, "start", INK, true, line);
            }
            if let (Some((_, first, ..)), Some((_, last, ..))) = (rows.first(), rows.last()) {
                let from = if number == rows.len() { *first } else { top };
                let to = if place + 1 == plan.phases.len() { *last } else { y };
                canvas.line(&[(RAIL, from), (RAIL, to)], INK, 2, "");
            }
            for (number, y, lines, names) in rows {
                canvas.area(RAIL - HALF, y, 2 * HALF, 2 * HALF, INK, INK);
                canvas.label(RAIL, y + HALF + 4, "middle", PAPER, true, number.to_string());
                for (at, line) in lines.into_iter().enumerate() {
                    let (ink, bold) = if at < names { (INK, true) } else { (SOFT, false) };
                    let foot = y + HALF + whole(at) * LEADING;
                    canvas.label(RAIL + 2 * HALF, foot, "start", ink, bold, line);
                }
            }
        }
        canvas.height = y + 6;
        canvas.done(self, self.get("plan.picture"), self.get("plan.picture-help"))
    }
}
