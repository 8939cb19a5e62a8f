//! `werkvorm compare PROFILE...`: profiles beside each other, or one with and without changes.

use std::collections::BTreeMap;

use clap::ArgMatches;
use werkvorm::{
    Answered, Compared, Comparison, Diagnostic, Difference, MAX_COMPARED, Movement, MovementKind,
    RuleDifference, Texts, Truth,
};

use crate::changes::Changes;
use crate::command_line::COMMAND_LINE;
use crate::failure::Failure;
use crate::input::{ProfileInput, Start, shown};
use crate::recommend::line;
use crate::terminal::{bad, bold, good, harmless, heading, paragraph, paragraph_under, styled, width};
use crate::what_if::{foot, table, top, write};

/// How many rules are shown per method; JSON has all.
const RULES_SHOWN: usize = 3;
/// With more profiles than this the answers stand in a list: columns would be too narrow to read.
const COLUMNS: usize = 3;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let files: Vec<&String> = matches.get_many::<String>("profiles").into_iter().flatten().collect();
    let changes = Changes::read(start, matches);
    if files.len() > 1 && !changes.is_empty() {
        return Err(Failure::Misuse(format!(
            "changes go with one profile, and there are {} here: leave out the changes or the other profiles",
            files.len()
        )));
    }
    if files.iter().filter(|file| *file == &"-").count() > 1 {
        return Err(Failure::Misuse(
            "standard input can be read once: give the other profiles as files".into(),
        ));
    }
    let engine = start.engine();
    let mut wrong = Wrong::default();
    let mut inputs = Vec::new();
    let named = files.iter().map(|file| Some(*file));
    for file in named.chain(files.is_empty().then_some(None)) {
        let Some(input) = wrong.take(ProfileInput::of_file(start, file))? else { continue };
        if wrong.take(input.judged(engine.recommend_top(&input.profile, 0)))?.is_some() {
            inputs.push(input);
        }
    }
    let mut profiles: Vec<_> = inputs.iter().map(|input| input.profile.clone()).collect();
    if !changes.is_empty() {
        profiles.extend(wrong.take(changes.made(engine, profiles.first()))?);
    }
    wrong.done()?;
    let comparison = engine.compare(&profiles.iter().collect::<Vec<_>>());
    let comparison = comparison.map_err(|problems| wrong_count(start, &files, problems))?;
    let texts = start.texts();
    let mut names: Vec<_> = files.iter().map(|file| Some(shown(file).to_owned())).collect();
    names.resize(profiles.len(), None);
    write(
        matches,
        &comparison,
        |format| werkvorm::render_comparison(&comparison, &texts, format),
        || Page { texts, comparison: &comparison, width: width(), top: top(matches) }.text(&names),
    )
}

/// What is wrong with several inputs, to report it all at once.
#[derive(Default)]
struct Wrong {
    problems: Vec<Diagnostic>,
    texts: BTreeMap<String, String>,
}

impl Wrong {
    /// What came of it, unless its content is wrong; a world that does not cooperate ends it all.
    fn take<T>(&mut self, result: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match result {
            Ok(fine) => Ok(Some(fine)),
            Err(Failure::Content { problems, texts }) => {
                // A file can be named twice.
                let new = problems.into_iter().filter(|problem| !self.problems.contains(problem));
                let new: Vec<_> = new.collect();
                self.problems.extend(new);
                self.texts.extend(texts);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    fn done(self) -> Result<(), Failure> {
        let Self { problems, texts } = self;
        if problems.is_empty() { Ok(()) } else { Err(Failure::Content { problems, texts }) }
    }
}

/// Too few profiles, or too many: then the first that is too much is marked.
fn wrong_count(start: &Start, files: &[&String], mut problems: Vec<Diagnostic>) -> Failure {
    let line = &start.command_line;
    for label in problems.iter_mut().flat_map(|problem| &mut problem.labels) {
        *label = line.label("", files.get(MAX_COMPARED).map_or("", |file| file.as_str()));
    }
    let texts = BTreeMap::from([(COMMAND_LINE.to_owned(), line.text().to_owned())]);
    Failure::Content { problems, texts }
}

struct Page<'c> {
    texts: Texts<'c>,
    comparison: &'c Comparison<'c>,
    width: usize,
    top: usize,
}

impl Page<'_> {
    fn text(&self, names: &[Option<String>]) -> String {
        let (texts, width) = (&self.texts, self.width);
        let mut page = heading(&texts.get("cli.compare-title"), width);
        for (at, (profile, file)) in self.comparison.profiles.iter().zip(names).enumerate() {
            let title = profile.title.as_ref().map(|title| harmless(title.in_language(texts.language())));
            let name = match (title, file) {
                (_, None) if at > 0 => texts.get("cli.compare-changed"),
                (Some(title), Some(file)) => format!("{title} ({})", harmless(file)),
                (title, file) => {
                    let name = title.or_else(|| file.as_deref().map(harmless));
                    name.unwrap_or_else(|| texts.get("cli.compare-empty"))
                }
            };
            page.push_str(&paragraph(&format!("  {}  ", at + 1), &name, width));
        }
        page.push('\n');
        for other in 1..self.comparison.profiles.len() {
            page.push_str(&paragraph("  ", &self.in_short(other), width));
        }
        page.push('\n');
        page.push_str(&self.differences());
        page.push_str(&self.best());
        for other in 1..self.comparison.profiles.len() {
            page.push_str(&self.why(other));
        }
        page.push_str(&foot(texts, width));
        page
    }

    fn first(&self, profile: usize) -> Option<&Compared<'_>> {
        self.comparison.methods.iter().find(|method| rank(method, profile) == 1)
    }

    /// What is first, and how much of the top is the same.
    fn in_short(&self, other: usize) -> String {
        let texts = &self.texts;
        let name = |method: &Compared<'_>| texts.of(method.name).to_owned();
        let number = (other + 1).to_string();
        let (method, before) = (self.first(other).map(name), self.first(0).map(name));
        let key = match (&method, &before) {
            (None, _) => "cli.compare-no-first",
            (Some(_), None) => "cli.compare-only-first",
            (one, another) if one == another => "cli.compare-same-first",
            _ => "cli.compare-other-first",
        };
        let (method, before) = (method.unwrap_or_default(), before.unwrap_or_default());
        let first = texts.fill(key, &[("number", &number), ("method", &method), ("before", &before)]);
        let both = |method: &&Compared<'_>| self.is_best(method, 0) && self.is_best(method, other);
        let same = self.comparison.methods.iter().filter(both).count().to_string();
        let shared = texts.fill("cli.compare-shared", &[("same", &same), ("top", &self.top.to_string())]);
        format!("{first} {shared}")
    }

    fn is_best(&self, method: &Compared<'_>, profile: usize) -> bool {
        (1..=self.top).contains(&rank(method, profile))
    }

    fn differences(&self) -> String {
        let (texts, width) = (&self.texts, self.width);
        let mut page = heading(&texts.get("cli.compare-differences"), width);
        let answer = |answer: &Option<Answered<'_>>| {
            answer.as_ref().map_or_else(|| texts.get("label.not-answered"), |given| texts.answer(given))
        };
        let rows = self.comparison.differences.iter().map(|difference| match difference {
            Difference::Question { question, answers, .. } => {
                (texts.of(question.label).to_owned(), answers.iter().map(answer).collect::<Vec<_>>())
            }
            Difference::Weight { criterion, weights } => {
                let label = texts.fill("change.weight", &[("criterion", texts.of(criterion.label))]);
                (label, weights.iter().map(i64::to_string).collect())
            }
        });
        if self.comparison.differences.is_empty() {
            page.push_str(&paragraph("  ", &texts.get("cli.compare-equal"), width));
        } else if self.comparison.profiles.len() <= COLUMNS {
            let head = self.head("label.question");
            let rows = rows.map(|(label, answers)| [vec![label], answers].concat()).collect();
            page.push_str(&table(&head, rows, width));
        } else {
            for (label, answers) in rows {
                page.push_str(&paragraph("  ", &styled(&label, bold()), width));
                for (at, answer) in answers.iter().enumerate() {
                    page.push_str(&paragraph(&format!("    {}  ", at + 1), answer, width));
                }
            }
        }
        page.push('\n');
        page
    }

    /// The heads of a table with a column for each profile.
    fn head(&self, first: &str) -> Vec<String> {
        let numbers = (1..=self.comparison.profiles.len()).map(|number| number.to_string());
        [self.texts.get(first)].into_iter().chain(numbers).collect()
    }

    /// The methods that are in the top of any profile.
    fn shown(&self) -> impl Iterator<Item = &Compared<'_>> {
        let count = self.comparison.profiles.len();
        let methods = self.comparison.methods.iter();
        methods.filter(move |method| (0..count).any(|profile| self.is_best(method, profile)))
    }

    fn best(&self) -> String {
        let (texts, width) = (&self.texts, self.width);
        let two = self.comparison.profiles.len() == 2;
        let mut head = self.head("label.method");
        if two {
            head.push(texts.get("cli.compare-movement"));
        }
        let row = |method: &Compared<'_>| {
            let mut cells = vec![texts.of(method.name).to_owned()];
            for (at, standing) in method.standings.iter().enumerate() {
                let movement = at.checked_sub(1).and_then(|at| method.movements.get(at));
                let arrow = movement.filter(|_| !two).map(|moved| arrow(moved)).unwrap_or_default();
                cells.push(match standing.rank {
                    0 => texts.place(0),
                    rank => format!("{rank} ({}){arrow}", standing.score.fit),
                });
            }
            cells.extend(method.movements.first().filter(|_| two).map(|moved| texts.movement(moved)));
            cells
        };
        let title = texts.fill("cli.compare-best", &[("top", &self.top.to_string())]);
        let mut page = heading(&title, width);
        page.push_str(&table(&head, self.shown().map(row).collect(), width));
        let arrows = if two { String::new() } else { format!(" {}", texts.get("cli.compare-arrows")) };
        page.push_str(&paragraph("  ", &format!("{}{arrows}", texts.get("cli.compare-legend")), width));
        page.push('\n');
        page
    }

    /// Why methods moved from the first profile to another: the strongest rules, adding up.
    fn why(&self, other: usize) -> String {
        let (texts, width) = (&self.texts, self.width);
        let blanks = [("number", (other + 1).to_string())];
        let title =
            texts.fill("cli.compare-why", &blanks.each_ref().map(|(name, value)| (*name, value.as_str())));
        let mut page = heading(&title, width);
        let best = |method: &&Compared<'_>| self.is_best(method, 0) || self.is_best(method, other);
        let mut any = false;
        for method in self.comparison.methods.iter().filter(best) {
            let Some(movement) = method.movements.get(other - 1) else { continue };
            if movement.kind != MovementKind::Same {
                any = true;
                page.push_str(&self.moved(method, movement, other));
            }
        }
        if !any {
            page.push_str(&paragraph("  ", &texts.get("cli.compare-nothing-moves"), width));
        }
        page.push('\n');
        page
    }

    fn moved(&self, method: &Compared<'_>, movement: &Movement<'_>, other: usize) -> String {
        let (texts, width) = (&self.texts, self.width);
        let total = |profile: usize| method.standings.get(profile).map_or(0, |standing| standing.score.total);
        let (from, to) = (texts.number(total(0)), texts.number(total(other)));
        let totals = texts.fill("cli.compare-totals", &[("from", &from), ("to", &to)]);
        let name = styled(texts.of(method.name), bold());
        let text = format!("{name}: {}; {totals}", texts.movement(movement));
        let mut page = paragraph_under("  ", 4, &text, width);
        let points = |sign: &str, text: &str, points: i64| line(sign, text, &texts.signed(points), width);
        for reason in &movement.ruled_out_by {
            page.push_str(&line(&styled("x", bad()), texts.of(reason.because), "", width));
        }
        for reason in &movement.no_longer_ruled_out_by {
            let text = texts.fill("cli.compare-rule-gone", &[("because", texts.of(reason.because))]);
            page.push_str(&line(&styled("o", good()), &text, "", width));
        }
        let few = movement.rules.iter().take(RULES_SHOWN);
        few.for_each(|rule| page.push_str(&points(" ", &self.rule(rule), rule.difference)));
        let rest: Vec<_> = movement.rules.iter().skip(RULES_SHOWN).collect();
        if !rest.is_empty() {
            let key = if rest.len() == 1 { "cli.compare-rest-one" } else { "cli.compare-rest" };
            let text = texts.fill(key, &[("count", &rest.len().to_string())]);
            page.push_str(&points(" ", &text, rest.iter().map(|rule| rule.difference).sum()));
        }
        for limit in &movement.limits {
            let text = texts.fill("movement.limit", &[("criterion", texts.of(limit.label))]);
            page.push_str(&points(" ", &text, limit.difference));
        }
        match movement.rules.len() + movement.limits.len() {
            0 => page.push_str(&line(" ", &texts.get("cli.compare-others-moved"), "", width)),
            1 => {}
            _ => page.push_str(&points("=", &texts.get("cli.compare-sum"), movement.difference)),
        }
        page
    }

    fn rule(&self, rule: &RuleDifference<'_>) -> String {
        let texts = &self.texts;
        let (before, after) = (rule.before, rule.after);
        let (key, [before, after]) = match (before.points, after.points) {
            (0, _) => ("cli.compare-rule-now", [0, after.points]),
            (_, 0) if after.truth == Truth::NotKnown => ("cli.compare-rule-unknown", [before.points, 0]),
            (_, 0) => ("cli.compare-rule-gone", [before.points, 0]),
            (one, same) if one == same => ("cli.compare-rule-weight", [before.weight, after.weight]),
            _ => ("cli.compare-rule-other", [before.weight * before.points, after.weight * after.points]),
        };
        let shown = |number: i64| match key {
            "cli.compare-rule-weight" => number.to_string(),
            _ => texts.signed(number),
        };
        let blanks = [
            ("before", shown(before)),
            ("after", shown(after)),
            ("because", texts.of(rule.because).to_owned()),
        ];
        let text = texts.fill(key, &blanks.each_ref().map(|(name, value)| (*name, value.as_str())));
        let sources = texts.short_citations(rule.sources);
        if sources.is_empty() { text } else { format!("{text} [{}]", sources.join("; ")) }
    }
}

fn rank(method: &Compared<'_>, profile: usize) -> usize {
    method.standings.get(profile).map_or(0, |standing| standing.rank)
}

fn arrow(movement: &Movement<'_>) -> String {
    match movement.kind {
        MovementKind::Up => format!(" ↑{}", movement.places),
        MovementKind::Down => format!(" ↓{}", -movement.places),
        _ => String::new(),
    }
}
