//! `werkvorm sweep`: one answer moved over everything it can be, or every single change at once.

use std::cmp::Reverse;

use clap::ArgMatches;
use werkvorm::{Change, ChangeKind, Diagnostic, Over, Point, Stretch, Sweep, Texts, code};

use crate::failure::Failure;
use crate::input::{ProfileInput, Start};
use crate::terminal::{heading, paragraph, width};
use crate::what_if::{and_more, end, names, put, table, title, top, write};

/// How many changes or crossings the text shows; the other formats have all.
const SHOWN: usize = 15;
/// How many places of the top a table shows for each answer.
const PLACES: usize = 3;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let number = |name: &str| matches.get_one::<i64>(name).copied();
    let question = matches.get_one::<String>("over").cloned();
    let over = match (question, number("from"), number("to")) {
        (Some(question), Some(from), Some(to)) => {
            Over::Range { question, from, to, step: number("step").unwrap_or(1) }
        }
        (Some(question), ..) => Over::Question(question),
        _ => Over::All,
    };
    let swept = start.engine().sweep(&input.profile, &over, top(matches));
    let sweep = input.judged(swept.map_err(|problems| placed(start, &over, problems)))?;
    let texts = start.texts();
    // Who names numbers wants those numbers, and not all that give the same advice.
    let exact = matches!(over, Over::Range { .. });
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("csv") => put(matches, &csv(&texts, &sweep, exact)?),
        Some("svg") => {
            let svg = werkvorm::sweep_svg(&sweep, &texts)
                .map_err(|error| Failure::world("cannot write the answer", error))?;
            put(matches, &svg)
        }
        _ => write(
            matches,
            &sweep,
            |format| werkvorm::render_sweep(&sweep, &texts, format),
            || Page { texts, sweep: &sweep, width: width(), exact }.text(&input.arguments()),
        ),
    }
}

/// Problems with what is swept are about flags, also when the profile answers the same question.
fn placed(start: &Start, over: &Over, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let line = &start.command_line;
    let label = match over {
        Over::All => None,
        Over::Question(question) | Over::Range { question, .. } => Some(line.label("over", question)),
    };
    let range = match over {
        Over::Range { step, .. } if *step < 1 => Some(line.label("step", &step.to_string())),
        Over::Range { from, .. } => Some(line.label("from", &from.to_string())),
        _ => None,
    };
    // What is wrong with the profile comes first.
    let last = problems.iter_mut().rev().find(|problem| {
        problem.code == code::SWEEP_RANGE.id
            || problem.code == code::UNKNOWN_QUESTION.id
                && problem.labels.iter().any(|label| match over {
                    Over::All => false,
                    Over::Question(question) | Over::Range { question, .. } => label.file == *question,
                })
    });
    if let Some(problem) = last {
        let label = if problem.code == code::SWEEP_RANGE.id { range } else { label };
        problem.labels = label.into_iter().collect();
    }
    problems
}

/// One row for each change and method; the profile as it is comes first, as the change `now`.
fn csv(texts: &Texts<'_>, sweep: &Sweep<'_>, exact: bool) -> Result<String, Failure> {
    let cannot = |error| Failure::world("cannot write CSV", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = "question,change,value,number_from,number_to,method,name,rank,total,fit";
    writer.write_record(head.split(',')).map_err(cannot)?;
    for point in [&sweep.now].into_iter().chain(&sweep.points) {
        let change = point.change.as_ref();
        let stretch = change.map_or(point.number.as_ref(), |change| change.number.as_ref());
        let swept = sweep.question.as_ref().map_or("", |question| question.id);
        let kind = match change.map(|change| change.kind) {
            None => "now",
            Some(ChangeKind::Set) => "set",
            Some(ChangeKind::Add) => "add",
            Some(ChangeKind::Remove) => "remove",
            Some(ChangeKind::None) => "none",
            Some(ChangeKind::Unset) => "unset",
        };
        let bound = |of: fn(&Stretch<'_>) -> i64| {
            stretch.map(|stretch| if exact { stretch.number } else { of(stretch) }.to_string())
        };
        for (method, stand) in sweep.methods.iter().zip(&point.standings) {
            let record = [
                change.map_or(swept, |change| change.question).to_owned(),
                kind.to_owned(),
                change.and_then(|change| change.value.as_ref()).map_or("", |value| value.id).to_owned(),
                bound(|stretch| stretch.from).unwrap_or_default(),
                bound(|stretch| stretch.to).unwrap_or_default(),
                method.id.to_owned(),
                texts.of(method.label).to_owned(),
                if stand.rank == 0 { String::new() } else { stand.rank.to_string() },
                stand.total.to_string(),
                stand.fit.to_string(),
            ];
            writer.write_record(record).map_err(cannot)?;
        }
    }
    let bytes =
        writer.into_inner().map_err(|error| Failure::world("cannot write CSV", error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

struct Page<'s> {
    texts: Texts<'s>,
    sweep: &'s Sweep<'s>,
    width: usize,
    exact: bool,
}

impl Page<'_> {
    fn text(&self, arguments: &str) -> String {
        let (texts, width) = (&self.texts, self.width);
        let name = match &self.sweep.question {
            Some(question) => texts.fill("cli.sweep-title-one", &[("question", texts.of(question.label))]),
            None => texts.get("cli.sweep-title"),
        };
        let mut page = title(texts, &name, &self.sweep.profile, width);
        page.push_str(&paragraph("  ", &self.in_short(), width));
        page.push('\n');
        page.push_str(&match self.sweep.question {
            Some(_) => self.one_question(),
            None => self.strongest(arguments),
        });
        page.push_str(&end(texts, &self.sweep.profile, width));
        page
    }

    fn in_short(&self) -> String {
        let (texts, sweep) = (&self.texts, self.sweep);
        let count = |is: &dyn Fn(&&Point<'_>) -> bool| sweep.points.iter().filter(is).count().to_string();
        let blanks = [
            ("count", sweep.points.len().to_string()),
            ("top", sweep.top.to_string()),
            ("first", count(&|point| self.at(point, 1) != self.at(&sweep.now, 1))),
            ("enter", count(&|point| !point.entered.is_empty() || !point.left.is_empty())),
            ("method", self.name(self.at(&sweep.now, 1))),
        ];
        let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
        let key = if sweep.points.is_empty() { "cli.sweep-nothing" } else { "cli.sweep-short" };
        texts.fill(key, &blanks)
    }

    /// The method at a place, by its own place in the sweep.
    fn at(&self, point: &Point<'_>, rank: usize) -> Option<usize> {
        point.standings.iter().position(|stand| stand.rank == rank)
    }

    fn name(&self, method: Option<usize>) -> String {
        let method = method.and_then(|at| self.sweep.methods.get(at));
        method
            .map_or_else(|| self.texts.get("cli.no-method"), |method| self.texts.of(method.label).to_owned())
    }

    fn change(&self, change: &Change<'_>) -> String {
        match &change.number {
            Some(stretch) => self.texts.stretch(change.question, stretch),
            None => self.texts.change(change),
        }
    }

    fn stretch<'t>(&self, stretch: &Stretch<'t>) -> Stretch<'t> {
        let mut stretch = stretch.clone();
        if self.exact {
            (stretch.from, stretch.to) = (stretch.number, stretch.number);
        }
        stretch
    }

    /// How many places of the top have another method.
    fn places(&self, point: &Point<'_>) -> usize {
        let now = &self.sweep.now;
        (1..=self.sweep.top).filter(|rank| self.at(point, *rank) != self.at(now, *rank)).count()
    }

    /// The changes that change the top most, apart by who can make them.
    fn strongest(&self, arguments: &str) -> String {
        let (texts, width) = (&self.texts, self.width);
        let mut points: Vec<_> = self.sweep.points.iter().filter(|point| self.places(point) > 0).collect();
        points.sort_by_key(|point| {
            let stays = self.at(point, 1) == self.at(&self.sweep.now, 1);
            (stays, Reverse(point.entered.len().max(point.left.len())), Reverse(self.places(point)))
        });
        let (all, still) = (points.len(), self.sweep.points.len() - points.len());
        points.truncate(SHOWN);
        let mut page = String::new();
        for (key, adjustable) in [("cli.adjustable", true), ("cli.given", false)] {
            let of_kind = |point: &&&Point<'_>| {
                point.change.as_ref().is_some_and(|change| change.adjustable == adjustable)
            };
            let rows: Vec<_> = points.iter().filter(of_kind).map(|point| self.row(point)).collect();
            if !rows.is_empty() {
                page.push_str(&heading(&texts.get(key), width));
                let head = ["cli.sweep-change", "cli.sweep-entered", "cli.sweep-left"];
                page.push_str(&table(&head.map(|key| texts.get(key)), rows, width));
                page.push('\n');
            }
        }
        if all > SHOWN {
            let command = format!("sweep {arguments}");
            let blanks = [("count", (all - SHOWN).to_string()), ("command", command.trim_end().to_owned())];
            let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
            page.push_str(&paragraph("  ", &texts.fill("cli.sweep-more", &blanks), width));
        }
        if still > 0 {
            let text = texts.fill("cli.sweep-still", &[("count", &still.to_string())]);
            page.push_str(&paragraph("  ", &text, width));
        }
        page.push('\n');
        page
    }

    fn row(&self, point: &Point<'_>) -> Vec<String> {
        let texts = &self.texts;
        let change = point.change.as_ref().map(|change| self.change(change)).unwrap_or_default();
        let listed = |ids: &[&str]| {
            let shown = ids.iter().filter_map(|id| {
                let at = self.sweep.methods.iter().position(|method| method.id == *id)?;
                let stand = point.standings.get(at)?;
                let place = if stand.rank == 0 { texts.place(0) } else { stand.rank.to_string() };
                Some(format!("{} ({place})", self.name(Some(at))))
            });
            shown.collect::<Vec<_>>().join(", ")
        };
        let first = self.at(point, 1);
        let mut entered = listed(&point.entered);
        if entered.is_empty() {
            entered = texts.get("cli.sweep-order-only");
        }
        if first != self.at(&self.sweep.now, 1) && !entered.contains("(1)") {
            let first = texts.fill("cli.sweep-first", &[("method", &self.name(first))]);
            entered = format!("{entered}; {first}");
        }
        vec![change, entered, listed(&point.left)]
    }

    /// The first places for each answer to one question.
    fn one_question(&self) -> String {
        let (texts, width, sweep) = (&self.texts, self.width, self.sweep);
        let mut head = vec![texts.get("label.answer")];
        head.extend((1..=PLACES).map(|place| texts.place(place)));
        let now = match (&sweep.now.number, &sweep.question) {
            (Some(stretch), Some(question)) => {
                let shown = texts.stretch(question.id, &self.stretch(stretch));
                format!("{} ({})", without_question(texts, &shown, question.id), texts.get("standing.now"))
            }
            _ => texts.get("standing.now"),
        };
        let mut rows = vec![[vec![now], self.cells(&sweep.now)].concat()];
        let mut same = Vec::new();
        for (change, point) in self.joined() {
            let answer = without_question(texts, &self.change(&change), change.question).to_owned();
            let stays = (1..=PLACES).all(|place| self.at(point, place) == self.at(&sweep.now, place));
            if stays {
                same.push(self.with_entered(answer, &change, point))
            } else {
                rows.push([vec![answer], self.cells(point)].concat())
            }
        }
        let has_other = rows.len() > 1;
        let mut page = table(&head, rows, width);
        let left_out = same.len().saturating_sub(SHOWN);
        same.truncate(SHOWN);
        if left_out > 0 {
            same.push(texts.fill("label.and-more", &[("count", &left_out.to_string())]));
        }
        page.push('\n');
        if has_other {
            page.push_str(&paragraph("  ", &texts.get("cli.sweep-star"), width));
        }
        if !same.is_empty() {
            let text = texts.fill("cli.sweep-same", &[("answers", &same.join("; "))]);
            page.push_str(&paragraph("  ", &text, width));
        }
        page.push('\n');
        if !sweep.crossings.is_empty() {
            page.push_str(&heading(&texts.get("cli.sweep-crossings"), width));
            for crossing in sweep.crossings.iter().take(SHOWN) {
                page.push_str(&paragraph("  - ", &texts.crossing(crossing), width));
            }
            page.push_str(&and_more(texts, sweep.crossings.len().saturating_sub(SHOWN), width));
            page.push('\n');
        }
        page
    }

    /// An answer with the methods it brings into the rest of the top.
    fn with_entered(&self, answer: String, change: &Change<'_>, point: &Point<'_>) -> String {
        // Joined numbers need not agree on the rest of the top.
        if point.entered.is_empty() || change.number.is_some() {
            return answer;
        }
        let methods = self.sweep.methods.iter().filter(|method| point.entered.contains(&method.id));
        let methods = names(&self.texts, &methods.cloned().collect::<Vec<_>>());
        let blanks = [("methods", methods), ("top", self.sweep.top.to_string())];
        let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
        format!("{answer} ({})", self.texts.fill("cli.ask-enters", &blanks))
    }

    /// The first places, with a star where another method than now is.
    fn cells(&self, point: &Point<'_>) -> Vec<String> {
        let cell = |place| {
            let (method, now) = (self.at(point, place), self.at(&self.sweep.now, place));
            let mark = if method == now { "" } else { "* " };
            if method.is_none() { String::new() } else { format!("{mark}{}", self.name(method)) }
        };
        (1..=PLACES).map(cell).collect()
    }

    /// The changes, those to neighbouring numbers with the same first places joined.
    fn joined(&self) -> Vec<(Change<'_>, &Point<'_>)> {
        let mut joined: Vec<(Change<'_>, &Point<'_>)> = Vec::new();
        for point in &self.sweep.points {
            let Some(mut change) = point.change.clone() else { continue };
            change.number = change.number.map(|stretch| self.stretch(&stretch));
            if let (Some((before, like)), Some(next)) = (joined.last_mut(), &change.number)
                && let Some(stretch) = &mut before.number
                && stretch.to + 1 == next.from
                && self.cells(like) == self.cells(point)
            {
                stretch.to = next.to;
                continue;
            }
            joined.push((change, point));
        }
        joined
    }
}

/// A change without the question in front, where the heading says it.
fn without_question<'t>(texts: &Texts<'_>, change: &'t str, question: &str) -> &'t str {
    let rest = change.strip_prefix(texts.question(question).as_str());
    let rest = rest.and_then(|rest| rest.split_once(':'));
    rest.map_or(change, |(_, answer)| answer.trim_start())
}
