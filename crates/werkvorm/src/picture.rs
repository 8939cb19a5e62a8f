//! Pictures of a sweep: lines along a number, and a field of cells for answers that have no order.
//!
//! Everything is in whole pixels, and readable in grey: lines differ in their dashes and carry their names,
//! cells carry their place.

use werkvorm_core::{Named, Stand, Sweep};

use crate::sweep_describe::{Step, over_a_number};
use crate::what_if_view::{PictureView, ShapeView};
use crate::words::Words;

pub(crate) const WIDTH: i64 = 720;
pub(crate) const INK: &str = "#1a1f24";
pub(crate) const SOFT: &str = "#555b61";
pub(crate) const LINE: &str = "#c9ced3";
const GRID: &str = "#e3e7eb";
pub(crate) const PAPER: &str = "#ffffff";
pub(crate) const NOW: &str = "#eef2f6";
/// Height of a line of text.
pub(crate) const LEADING: i64 = 15;
/// Pixels that a letter takes at most on average, so that a label stays in its place.
pub(crate) const LETTER: i64 = 7;
/// Colour and dashes of lines; the dashes differ, so that the colours need not be seen.
const STROKES: [(&str, &str); 8] = [
    ("#1f4e79", ""),
    ("#8a2b2b", "9 5"),
    ("#17603a", "3 4"),
    ("#744a00", "14 4 3 4"),
    ("#5b2a86", "6 3"),
    ("#1a1f24", "2 6"),
    ("#0b6b74", "18 5"),
    ("#7a2558", "10 4 2 4 2 4"),
];
/// From this fit on a cell has this colour, with this colour for its number.
const SHADES: [(i64, &str, &str); 5] = [
    (0, "#ffffff", INK),
    (40, "#dde6ee", INK),
    (55, "#b4c8da", INK),
    (70, "#4a7099", PAPER),
    (85, "#173a5c", PAPER),
];

impl Words<'_> {
    /// The picture of a sweep: lines along a number, and otherwise a field of cells.
    pub(crate) fn sweep_picture(&self, sweep: &Sweep<'_>) -> PictureView {
        let title = match &sweep.question {
            Some(question) => self.fill("what-if.picture-question", &[("question", self.of(question.label))]),
            None => self.get("what-if.picture-all"),
        };
        let mut canvas = Canvas::default();
        if over_a_number(sweep) {
            self.lines(sweep, &mut canvas)
        } else {
            self.field(sweep, &mut canvas)
        }
        canvas.done(self, title, self.sweep_lead(sweep).join(" "))
    }

    /// A line per method along the stretches of a number; the higher, the better its place.
    fn lines(&self, sweep: &Sweep<'_>, canvas: &mut Canvas) {
        const LEFT: i64 = 84;
        const RIGHT: i64 = 470;
        const ROW: i64 = 34;
        let all = self.steps(sweep, usize::MAX).steps;
        let mut drawn: Vec<(usize, &Named<'_>)> = sweep.methods.iter().enumerate().collect();
        let best = |method: usize| {
            let ranks =
                all.iter().filter_map(|step| step.point.standings.get(method)).map(|stand| stand.rank);
            ranks.filter(|rank| *rank > 0).min().unwrap_or(usize::MAX)
        };
        drawn.sort_by_key(|(method, _)| best(*method));
        drawn.truncate(STROKES.len());
        let stretches = merged(&all, &drawn);
        let rows = drawn.iter().flat_map(|(method, _)| {
            let stands = stretches.iter().filter_map(|run| run.standings.get(*method));
            stands.map(|stand| stand.rank)
        });
        // Below the places that matter, all that is lower shares a row, and so does what is ruled out.
        let rows: Vec<usize> = rows.collect();
        let limit = sweep.top + 3;
        let places = rows.iter().copied().filter(|rank| *rank <= limit).max().unwrap_or(1);
        let lower = rows.iter().any(|rank| *rank > limit);
        let out = rows.contains(&0);
        let top = canvas.paragraph([0, 16, WIDTH], &self.get("what-if.lines-help"), 0) + 8;
        let top = if drawn.len() < sweep.methods.len() {
            let count = drawn.len().to_string();
            canvas.paragraph([0, top, WIDTH], &self.fill("what-if.lines-few", &[("count", &count)]), 0) + 8
        } else {
            top
        } + LEADING;
        let row = |place: usize| top + whole(place) * ROW - ROW / 2;
        let bottom = row(places + usize::from(lower) + usize::from(out)) + ROW / 2;
        let height_of = |stand: &Stand| match stand.rank {
            0 => row(places + usize::from(lower) + 1),
            rank if rank > limit => row(places + 1),
            rank => row(rank),
        };
        let step = (RIGHT - LEFT) / whole(stretches.len()).max(1);
        let at = |place: usize| LEFT + whole(place) * step;
        if let Some(now) = stretches.iter().position(|run| run.now) {
            canvas.area(at(now), top, step, bottom - top, NOW, LINE);
            canvas.label(at(now) + step / 2, top - 4, "middle", INK, true, self.get("what-if.now"));
        }
        canvas.label(LEFT - 8, top - 4, "end", SOFT, false, self.get("label.rank"));
        for place in 1..=places {
            canvas.line(&[(LEFT, row(place)), (RIGHT, row(place))], GRID, 1, "");
            canvas.label(LEFT - 8, row(place) + 4, "end", SOFT, place <= sweep.top, place.to_string());
        }
        let rest = [(lower, "what-if.lower"), (out, "standing.ruled-out")].into_iter().filter(|(is, _)| *is);
        for (below, (_, key)) in rest.enumerate() {
            canvas.label(LEFT - 8, row(places + 1 + below) + 4, "end", SOFT, false, self.get(key));
        }
        canvas.line(&[(LEFT, bottom), (RIGHT, bottom)], INK, 1, "");
        let mut labels = Vec::new();
        for ((method, named), (colour, dash)) in drawn.iter().zip(STROKES) {
            let stands: Vec<_> = stretches.iter().filter_map(|run| run.standings.get(*method)).collect();
            let shows = |stand: &Stand| (1..=limit).contains(&stand.rank);
            let mut points: Vec<(i64, i64)> = Vec::new();
            let slant = (step / 5).min(14);
            for (place, stand) in stands.iter().enumerate() {
                let y = height_of(stand);
                // The last stretch ends where the names begin, the first begins at the edge.
                let from = if place == 0 { at(place) } else { at(place) + slant };
                let to = if place + 1 == stands.len() { RIGHT } else { at(place + 1) - slant };
                if shows(stand) {
                    points.extend([(from, y), (to, y)]);
                    continue;
                }
                // A line that leaves the places that matter ends half-way down; one that comes in begins there.
                if !points.is_empty() {
                    points.push((from, y));
                    canvas.line(&std::mem::take(&mut points), colour, 3, dash);
                }
                if stands.get(place + 1).is_some_and(|next| shows(next)) {
                    points.push((to, y));
                }
            }
            canvas.line(&points, colour, 3, dash);
            let name = self.of(named.label);
            if let Some(last) = stands.last().filter(|stand| shows(stand)) {
                let lines = wrapped(name, (WIDTH - RIGHT - 12) / LETTER);
                let y = height_of(last) + 4 - (whole(lines.len()) - 1) * LEADING / 2;
                for (at, line) in lines.into_iter().enumerate() {
                    labels.push((RIGHT + 10, y + whole(at) * LEADING, "start", line));
                }
            } else if let Some((place, stand)) = stands.iter().enumerate().find(|(_, stand)| shows(stand)) {
                let first = at(place) + 4;
                // A name that would run over the edge is set against it.
                let (x, anchor) = if first + whole(name.chars().count()) * LETTER > WIDTH {
                    (WIDTH - 4, "end")
                } else {
                    (first, "start")
                };
                labels.push((x, height_of(stand) - 7, anchor, name.to_owned()));
            }
        }
        for (x, y, anchor, text) in labels {
            canvas.label(x, y, anchor, INK, false, text);
        }
        // A number stands where its stretch begins; where there is no room for all, every second or third.
        let ticks: Vec<String> = stretches.iter().map(|run| self.number(run.from)).collect();
        let widest = ticks.iter().map(|tick| whole(tick.chars().count())).max().unwrap_or(1) * LETTER + 6;
        let every = usize::try_from(widest.div_euclid(step.max(1)) + 1).unwrap_or(1);
        for (place, tick) in ticks.into_iter().enumerate() {
            canvas.line(&[(at(place), bottom), (at(place), bottom + 5)], INK, 1, "");
            if place.is_multiple_of(every) {
                canvas.label(at(place), bottom + 18, "middle", INK, false, tick);
            }
        }
        if let Some(last) = stretches.last() {
            canvas.line(&[(RIGHT, bottom), (RIGHT, bottom + 5)], INK, 1, "");
            canvas.label(RIGHT + 4, bottom + 18, "start", INK, false, self.number(last.to));
        }
        let number = sweep.question.as_ref().and_then(|question| self.pack().number(question.id));
        if let Some(number) = number {
            let blanks = [("question", self.of(&number.label)), ("unit", self.of(&number.unit))];
            let axis = self.fill("what-if.axis", &blanks);
            canvas.label((LEFT + RIGHT) / 2, bottom + 38, "middle", SOFT, false, axis);
        }
        canvas.height = bottom + 48;
    }

    /// A row per method and a column per change, with a list of what the columns are.
    fn field(&self, sweep: &Sweep<'_>, canvas: &mut Canvas) {
        const LEFT: i64 = 236;
        let steps = self.steps(sweep, crate::sweep_describe::MAX_STEPS);
        let help = self.fill("what-if.heat-help", &[("top", &sweep.top.to_string())]);
        let mut y = canvas.paragraph([0, 16, WIDTH], &help, 0) + 8;
        y = self.legend(canvas, y);
        let cell = ((WIDTH - LEFT) / whole(steps.steps.len()).max(1)).min(44);
        let at = |column: usize| LEFT + whole(column) * cell;
        for (column, step) in steps.steps.iter().enumerate() {
            let head = step.number.map_or_else(|| self.get("what-if.now"), |number| number.to_string());
            // The word for now is wider than a narrow column.
            let (x, anchor) =
                if column == 0 { (at(1) - 3, "end") } else { (at(column) + cell / 2, "middle") };
            canvas.label(x, y, anchor, INK, true, head);
        }
        y += 6;
        let start = y;
        for (method, named) in sweep.methods.iter().enumerate() {
            let lines = wrapped(self.of(named.label), (LEFT - 10) / LETTER);
            let height = (whole(lines.len()) * LEADING + 5).max(24);
            let first = y + (height - (whole(lines.len()) - 1) * LEADING) / 2 + 4;
            for (at, line) in lines.into_iter().enumerate() {
                canvas.label(0, first + whole(at) * LEADING, "start", INK, false, line);
            }
            for (column, step) in steps.steps.iter().enumerate() {
                let Some(stand) = step.point.standings.get(method) else { continue };
                canvas.cell([at(column), y, cell, height], stand, sweep.top);
            }
            y += height;
        }
        // The profile as it is stands apart.
        canvas.line(&[(at(1), start), (at(1), y)], INK, 2, "");
        y = self.key(&steps.steps, canvas, y + 18);
        if steps.left_out > 0 {
            let blanks = [
                ("shown", (steps.tried - steps.left_out).to_string()),
                ("count", steps.left_out.to_string()),
            ];
            let blanks = blanks.each_ref().map(|(name, count)| (*name, count.as_str()));
            y = canvas.paragraph([0, y + 6, WIDTH], &self.fill("what-if.left-out-changes", &blanks), 0);
        }
        canvas.height = y;
    }

    /// What the columns are, in two columns, so that a picture with many of them fits on a printed page.
    fn key(&self, steps: &[Step<'_, '_>], canvas: &mut Canvas, mut y: i64) -> i64 {
        for step in steps.iter().filter(|step| step.now) {
            let text = format!("{}: {}", self.get("what-if.now"), step.label);
            y = canvas.paragraph([0, y, WIDTH], &text, 22) + 3;
        }
        let names: Vec<_> = steps.iter().filter(|step| !step.now).map(Step::numbered).collect();
        let mut end = y;
        for (column, names) in names.chunks(names.len().div_ceil(2).max(1)).enumerate() {
            let mut foot = y;
            for name in names {
                foot = canvas.paragraph([whole(column) * WIDTH / 2, foot, WIDTH / 2 - 10], name, 22) + 3;
            }
            end = end.max(foot);
        }
        end
    }

    /// What the shades mean.
    fn legend(&self, canvas: &mut Canvas, y: i64) -> i64 {
        let text = self.get("what-if.fit-legend");
        let mut x = whole(text.chars().count()) * LETTER;
        canvas.label(0, y + 12, "start", SOFT, false, text);
        let ends = SHADES.iter().skip(1).map(|(from, ..)| from - 1).chain([100]);
        for ((from, fill, _), to) in SHADES.into_iter().zip(ends) {
            canvas.area(x, y, 22, 16, fill, SOFT);
            canvas.label(x + 28, y + 12, "start", SOFT, false, format!("{from}–{to}"));
            x += 84;
        }
        y + 42
    }
}

/// Neighbouring stretches in which the drawn methods stand alike.
struct Run<'s> {
    from: i64,
    to: i64,
    now: bool,
    standings: &'s [Stand],
}

fn merged<'s>(steps: &'s [Step<'_, '_>], drawn: &[(usize, &Named<'_>)]) -> Vec<Run<'s>> {
    let mut runs: Vec<Run<'s>> = Vec::new();
    for step in steps {
        let Some((from, to)) = step.span else { continue };
        let standings = step.point.standings.as_slice();
        let rank = |stands: &[Stand], method: usize| stands.get(method).map(|stand| stand.rank);
        match runs.last_mut() {
            Some(run) if drawn.iter().all(|(m, _)| rank(run.standings, *m) == rank(standings, *m)) => {
                run.to = to;
                run.now |= step.now;
            }
            _ => runs.push(Run { from, to, now: step.now, standings }),
        }
    }
    runs
}

/// The shapes so far.
#[derive(Default)]
pub(crate) struct Canvas {
    shapes: Vec<ShapeView>,
    pub(crate) height: i64,
}

impl Canvas {
    /// The picture of what was drawn, on paper.
    pub(crate) fn done(self, words: &Words<'_>, title: String, description: String) -> PictureView {
        let height = self.height;
        let paper = ShapeView::Box { x: 0, y: 0, width: WIDTH, height, fill: PAPER, edge: "none" };
        PictureView {
            language: words.code(),
            title,
            description,
            width: WIDTH,
            height,
            shapes: [paper].into_iter().chain(self.shapes).collect(),
        }
    }

    pub(crate) fn area(
        &mut self,
        x: i64,
        y: i64,
        width: i64,
        height: i64,
        fill: &'static str,
        edge: &'static str,
    ) {
        self.shapes.push(ShapeView::Box { x, y, width, height, fill, edge });
    }

    pub(crate) fn line(
        &mut self,
        points: &[(i64, i64)],
        colour: &'static str,
        width: i64,
        dash: &'static str,
    ) {
        if points.len() > 1 {
            let points: Vec<_> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
            self.shapes.push(ShapeView::Line { points: points.join(" "), colour, width, dash });
        }
    }

    pub(crate) fn label(
        &mut self,
        x: i64,
        y: i64,
        anchor: &'static str,
        colour: &'static str,
        bold: bool,
        text: String,
    ) {
        self.shapes.push(ShapeView::Label { x, y, anchor, colour, bold, text });
    }

    /// Text of this width at most, broken where it has to be; where the next can begin.
    pub(crate) fn paragraph(&mut self, [x, y, width]: [i64; 3], text: &str, indent: i64) -> i64 {
        let mut foot = y;
        for (at, line) in wrapped(text, (width - indent) / LETTER).into_iter().enumerate() {
            let x = if at == 0 { x } else { x + indent };
            self.label(x, foot, "start", SOFT, false, line);
            foot += LEADING;
        }
        foot
    }

    /// A cell with a place, or a cross when the method is ruled out.
    fn cell(&mut self, [x, y, width, height]: [i64; 4], stand: &Stand, top: usize) {
        if stand.rank == 0 {
            self.area(x, y, width, height, PAPER, LINE);
            self.line(&[(x + 4, y + 4), (x + width - 4, y + height - 4)], SOFT, 1, "");
            self.line(&[(x + 4, y + height - 4), (x + width - 4, y + 4)], SOFT, 1, "");
            return;
        }
        let shade = SHADES.iter().rev().find(|(from, ..)| stand.fit >= *from);
        let (_, fill, ink) = shade.copied().unwrap_or((0, PAPER, INK));
        self.area(x, y, width, height, fill, PAPER);
        let foot = y + height / 2 + 4;
        self.label(x + width / 2, foot, "middle", ink, stand.rank <= top, stand.rank.to_string());
    }
}

/// A text in lines of at most so many letters.
pub(crate) fn wrapped(text: &str, letters: i64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if whole(line.chars().count() + 1 + word.chars().count()) <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A count as pixels are counted.
pub(crate) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
