//! One answer moved over everything it can be, or every single change, in one language.

use std::cmp::Reverse;

use werkvorm_core::{Crossing, Event, Named, Point, Stretch, Sweep};

use crate::what_if_describe::{aside, plain};
use crate::what_if_view::{BlockView, CellView, SectionView, WhatIfView};
use crate::words::Words;

/// Of more changes than this, those that do most are shown.
pub(crate) const MAX_STEPS: usize = 24;
/// At most this many crossings are told.
const MAX_CROSSINGS: usize = 20;

/// A sweep as it is shown: what gives the same advice is shown once.
pub(crate) struct Steps<'s, 'e> {
    /// The profile as it is and the changes to it; along a number in its order.
    pub(crate) steps: Vec<Step<'s, 'e>>,
    /// How many changes there are to choose from.
    pub(crate) tried: usize,
    /// How many changes are not shown.
    pub(crate) left_out: usize,
}

/// The profile as it is, or one change to it.
pub(crate) struct Step<'s, 'e> {
    /// What is answered then.
    pub(crate) label: String,
    /// Its number in tables and pictures; nothing for the profile as it is, and along a number.
    pub(crate) number: Option<usize>,
    /// It is the profile as it is.
    pub(crate) now: bool,
    /// The first and last number, when a number is swept and it is answered here.
    pub(crate) span: Option<(i64, i64)>,
    /// Where the methods stand.
    pub(crate) point: &'s Point<'e>,
}

impl Step<'_, '_> {
    /// The label with its number.
    pub(crate) fn numbered(&self) -> String {
        self.number.map_or_else(|| self.label.clone(), |number| format!("{number}. {}", self.label))
    }
}

fn stretch<'s, 'e>(point: &'s Point<'e>) -> Option<&'s Stretch<'e>> {
    point.number.as_ref().or_else(|| point.change.as_ref()?.number.as_ref())
}

/// A number is swept, rather than a facet or every change.
pub(crate) fn over_a_number(sweep: &Sweep<'_>) -> bool {
    sweep.question.is_some() && sweep.points.iter().any(|point| stretch(point).is_some())
}

impl Words<'_> {
    /// A sweep in this language.
    #[must_use]
    pub fn sweep(&self, sweep: &Sweep<'_>) -> WhatIfView {
        let steps = self.steps(sweep, MAX_STEPS);
        let mut sections = vec![SectionView {
            title: self.get("what-if.heading-picture"),
            blocks: vec![BlockView::Picture { picture: self.sweep_picture(sweep) }],
        }];
        if over_a_number(sweep) {
            let blocks = self.crossings(sweep);
            sections.push(SectionView { title: self.get("what-if.heading-crossings"), blocks });
        }
        let mut blocks = vec![aside(self.get("what-if.answers-help")), self.step_table(sweep, &steps)];
        if steps.left_out > 0 {
            let shown = steps.tried - steps.left_out;
            blocks.extend(self.left_out("what-if.left-out-changes", steps.tried, shown));
        }
        sections.push(SectionView { title: self.get("what-if.heading-answers"), blocks });
        self.what_if("what-if.heading-sweep", self.sweep_lead(sweep), &sweep.profile, sections, &[])
    }

    /// What a sweep comes down to.
    pub(crate) fn sweep_lead(&self, sweep: &Sweep<'_>) -> Vec<String> {
        let all = self.steps(sweep, usize::MAX);
        let differ = all.steps.iter().filter(|step| !step.point.entered.is_empty()).count();
        let asked = match &sweep.question {
            Some(question) => self.fill("what-if.swept", &[("question", self.of(question.label))]),
            None => self.get("what-if.swept-all"),
        };
        let (count, tried, top) = (differ.to_string(), all.tried.to_string(), sweep.top.to_string());
        let blanks = [("count", count.as_str()), ("tried", &tried), ("top", &top)];
        let first = sweep.now.standings.iter().position(|stand| stand.rank == 1);
        let first = first.and_then(|at| sweep.methods.get(at));
        let mut lead = vec![asked];
        // Without a top there are no methods to speak of.
        if sweep.top > 0 {
            lead.extend([self.first_now(first), self.fill("what-if.sweep-count", &blanks)]);
        }
        lead
    }

    /// The steps of a sweep: at most so many changes, besides the profile as it is.
    pub(crate) fn steps<'s, 'e>(&self, sweep: &'s Sweep<'e>, most: usize) -> Steps<'s, 'e> {
        let along_number = over_a_number(sweep);
        let points = [&sweep.now].into_iter().chain(&sweep.points);
        let mut steps: Vec<_> = points
            .map(|point| Step {
                label: String::new(),
                number: None,
                now: point.change.is_none(),
                span: stretch(point).filter(|_| along_number).map(|stretch| (stretch.from, stretch.to)),
                point,
            })
            .collect();
        if along_number {
            // What is left open comes last; the profile as it is comes before others of its stretch.
            steps.sort_by_key(|step| (step.span.map_or(i64::MAX, |(from, _)| from), !step.now));
            steps = merged(steps);
        }
        let tried = steps.iter().filter(|step| !step.now).count();
        let mut order: Vec<usize> = (0..steps.len()).filter(|at| !steps[*at].now).collect();
        order.sort_by_key(|at| Reverse(effect(steps[*at].point, &sweep.now)));
        let left_out = order.split_off(most.min(order.len()));
        let mut place = 0;
        let all = steps.into_iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        let shown = all.map(|(_, mut step)| {
            step.label = self.step_label(sweep, &step);
            if !along_number && !step.now {
                place += 1;
                step.number = Some(place);
            }
            step
        });
        Steps { steps: shown.collect(), tried, left_out: left_out.len() }
    }

    fn step_label(&self, sweep: &Sweep<'_>, step: &Step<'_, '_>) -> String {
        let shown = match (&sweep.question, &step.point.change, step.span) {
            (Some(question), _, Some(_)) => {
                let stretch = stretch(step.point).zip(step.span);
                let whole = stretch.map(|(stretch, (from, to))| Stretch { from, to, ..stretch.clone() });
                let text = whole.map(|whole| self.stretch(question.id, &whole)).unwrap_or_default();
                self.below(question.label, text)
            }
            (Some(_), Some(change), None) => self.answer_of(change),
            (None, Some(change), _) => self.change(change),
            (None, None, _) => return self.get("standing.now"),
            (Some(question), None, None) => {
                let answered = sweep.profile.answers.iter().find(|answer| answer.question == question.id);
                answered.map_or_else(|| self.get("label.not-answered"), |answered| self.answer(answered))
            }
        };
        if step.now { format!("{shown} ({})", self.get("standing.now")) } else { shown }
    }

    fn step_table(&self, sweep: &Sweep<'_>, steps: &Steps<'_, '_>) -> BlockView {
        let top = sweep.top.to_string();
        let rows = steps.steps.iter().map(|step| {
            let changes = self.at_top(sweep, step.point);
            let (mut best, mut rest, mut gone) = (Vec::new(), Vec::new(), Vec::new());
            for (method, stand) in sweep.methods.iter().zip(&step.point.standings) {
                let name = self.of(method.label);
                match stand.rank {
                    0 => gone.push(name.to_owned()),
                    rank if rank <= sweep.top => best.push((rank, name, stand.fit)),
                    rank => rest.push((rank, name, stand.fit)),
                }
            }
            let line = |mut stands: Vec<(usize, &str, i64)>| {
                stands.sort_unstable();
                let shown = stands.iter().map(|(rank, name, fit)| format!("{rank} {name} ({fit})"));
                shown.collect::<Vec<_>>().join("; ")
            };
            let rest = [line(rest), self.some("what-if.ruled-out", &gone).unwrap_or_default()];
            let rest: Vec<_> = rest.into_iter().filter(|text| !text.is_empty()).collect();
            let changed = match (step.now, changes.is_empty()) {
                (true, _) => CellView::of(self.get("standing.now")),
                (false, true) => CellView::of(self.fill("what-if.top-stays", &[("top", &top)])),
                (false, false) => CellView { moved: Some(changes.join("; ")), ..CellView::default() },
            };
            let order = CellView {
                text: line(best),
                note: Some(rest.join("; ")).filter(|note| !note.is_empty()),
                moved: None,
            };
            vec![CellView::of(step.numbered()), changed, order]
        });
        let head = vec![
            self.get(if sweep.question.is_some() { "label.answer" } else { "what-if.change" }),
            self.fill("what-if.change-at-top", &[("top", &top)]),
            self.get("what-if.order"),
        ];
        BlockView::Table { head, rows: rows.collect() }
    }

    /// What is different at the top.
    fn at_top(&self, sweep: &Sweep<'_>, point: &Point<'_>) -> Vec<String> {
        let best = |point: &Point<'_>, rank: usize| {
            point.standings.iter().position(|stand| stand.rank == rank).and_then(|at| sweep.methods.get(at))
        };
        let mut changes = Vec::new();
        if best(point, 1) != best(&sweep.now, 1) {
            changes.push(self.first_place(best(point, 1)));
        }
        changes.extend(self.some("what-if.enters", &self.names_of(&point.entered)));
        changes.extend(self.some("what-if.leaves", &self.names_of(&point.left)));
        let reordered = (1..=sweep.top).any(|rank| best(point, rank) != best(&sweep.now, rank));
        if changes.is_empty() && reordered {
            changes.push(self.fill("what-if.top-reordered", &[("top", &sweep.top.to_string())]));
        }
        changes
    }

    /// The crossings between methods of the top.
    fn crossings(&self, sweep: &Sweep<'_>) -> Vec<BlockView> {
        let steps = self.steps(sweep, usize::MAX).steps;
        let spans: Vec<_> = steps.iter().filter(|step| step.span.is_some()).collect();
        let at_top = |crossing: &&Crossing<'_>| {
            let reaches = |step: &&&Step<'_, '_>| step.span.is_some_and(|(_, to)| to >= crossing.from);
            let after = spans.iter().find(reaches).copied();
            let before = spans.iter().rev().find(|step| !reaches(step)).copied();
            let in_top = |step: Option<&Step<'_, '_>>, method: &Named<'_>| {
                let place = sweep.methods.iter().position(|other| other.id == method.id);
                let stand = step.and_then(|step| step.point.standings.get(place?));
                stand.is_some_and(|stand| (1..=sweep.top).contains(&stand.rank))
            };
            match &crossing.event {
                Event::Above { method, below } => in_top(after, method) && in_top(before, below),
                Event::Possible { method } => in_top(after, method),
                Event::RuledOut { method } => in_top(before, method),
            }
        };
        let told: Vec<_> = sweep.crossings.iter().filter(at_top).collect();
        if told.is_empty() {
            return vec![plain(self.get("what-if.no-crossings"))];
        }
        let items = told.iter().take(MAX_CROSSINGS).map(|crossing| self.crossing(crossing)).collect();
        let mut blocks = vec![BlockView::List { ordered: false, items }];
        blocks.extend(self.left_out("what-if.left-out", told.len(), MAX_CROSSINGS));
        blocks
    }
}

/// Neighbours along a number in which the methods stand alike are one step.
fn merged<'s, 'e>(steps: Vec<Step<'s, 'e>>) -> Vec<Step<'s, 'e>> {
    let mut merged: Vec<Step<'s, 'e>> = Vec::new();
    for step in steps {
        if let (Some(before), Some((from, to))) = (merged.last_mut(), step.span)
            && let Some((first, last)) = before.span
            && last + 1 >= from
            && before.point.standings == step.point.standings
        {
            before.span = Some((first, last.max(to)));
            before.now |= step.now;
        } else {
            merged.push(step);
        }
    }
    merged
}

/// How much a change does: how many methods come into the top or leave it, and how far one moves at most.
fn effect(point: &Point<'_>, now: &Point<'_>) -> (usize, usize) {
    let moves = point.standings.iter().zip(&now.standings).map(|(then, now)| match (then.rank, now.rank) {
        (0, 0) => 0,
        // Being ruled out is further than any place.
        (0, _) | (_, 0) => usize::MAX,
        (then, now) => then.abs_diff(now),
    });
    (point.entered.len() + point.left.len(), moves.max().unwrap_or(0))
}
