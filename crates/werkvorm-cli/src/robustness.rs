//! `werkvorm robustness`: how far weights and answers can move before the first place or the top three change.

use clap::ArgMatches;
use werkvorm::{Named, Robustness, Room, Texts};

use crate::failure::Failure;
use crate::input::{ProfileInput, Start};
use crate::terminal::{bold, heading, paragraph, paragraph_under, styled, width};
use crate::what_if::{end, names, table, title, write};

/// How many changes are named for each method that would come first; JSON has all.
const SHOWN: usize = 5;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let robustness = input.judged(start.engine().robustness(&input.profile))?;
    let texts = start.texts();
    write(
        matches,
        &robustness,
        |format| werkvorm::render_robustness(&robustness, &texts, format),
        || text(&texts, &robustness, width()),
    )
}

fn text(texts: &Texts<'_>, robustness: &Robustness<'_>, width: usize) -> String {
    let mut page = title(texts, &texts.get("cli.robustness-title"), &robustness.profile, width);
    page.push_str(&paragraph("  ", &in_short(texts, robustness), width));
    let top = robustness.top.iter().enumerate();
    top.for_each(|(at, method)| {
        page.push_str(&paragraph(&format!("  {}  ", at + 1), texts.of(method.label), width));
    });
    page.push('\n');
    page.push_str(&heading(&texts.get("cli.robustness-weights"), width));
    let keys = ["cli.criterion", "label.weight", "cli.robustness-first", "cli.robustness-three"];
    let head = keys.map(|key| texts.get(key));
    let rows = robustness.weights.iter().map(|weight| {
        vec![
            texts.of(weight.label).to_owned(),
            weight.weight.to_string(),
            room(texts, &weight.first, &robustness.top),
            room(texts, &weight.three, &robustness.top),
        ]
    });
    page.push_str(&table(&head, rows.collect(), width));
    page.push('\n');
    page.push_str(&heading(&texts.get("cli.robustness-changes"), width));
    page.push_str(&changes(texts, robustness, width));
    page.push('\n');
    page.push_str(&end(texts, &robustness.profile, width));
    page
}

fn in_short(texts: &Texts<'_>, robustness: &Robustness<'_>) -> String {
    let shifts = &robustness.shifts;
    let first = robustness.top.first();
    let blanks = [
        (
            "method",
            first.map_or_else(|| texts.get("cli.no-method"), |method| texts.of(method.label).to_owned()),
        ),
        ("tried", texts.number(i64::try_from(shifts.tried).unwrap_or(i64::MAX))),
        ("first", texts.number(i64::try_from(shifts.first_stays).unwrap_or(i64::MAX))),
        ("three", texts.number(i64::try_from(shifts.three_stay).unwrap_or(i64::MAX))),
    ];
    texts.fill("cli.robustness-short", &blanks.each_ref().map(|(name, value)| (*name, value.as_str())))
}

/// How far a weight can move, and what comes just outside.
fn room(texts: &Texts<'_>, room: &Room<'_>, now: &[Named<'_>]) -> String {
    let mut parts = vec![texts.room(room)];
    for (weight, methods) in [(room.from - 1, &room.below), (room.to + 1, &room.above)] {
        let new: Vec<_> = if methods.len() == 1 {
            methods.clone()
        } else {
            methods.iter().filter(|method| !now.contains(method)).cloned().collect()
        };
        if !new.is_empty() {
            let blanks = [("weight", weight.to_string()), ("methods", names(texts, &new))];
            let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
            parts.push(texts.fill("cli.robustness-outside", &blanks));
        }
    }
    parts.join("; ")
}

/// The changes that bring another method to the first place, by that method.
fn changes(texts: &Texts<'_>, robustness: &Robustness<'_>, width: usize) -> String {
    let changing = &robustness.shifts.changing_first;
    if changing.is_empty() {
        return paragraph("  ", &texts.get("cli.robustness-firm"), width);
    }
    let mut firsts: Vec<Option<&Named<'_>>> = Vec::new();
    for one in changing {
        if !firsts.contains(&one.first.as_ref()) {
            firsts.push(one.first.as_ref());
        }
    }
    let count =
        |first: &Option<&Named<'_>>| changing.iter().filter(|one| one.first.as_ref() == *first).count();
    firsts.sort_by_key(|first| std::cmp::Reverse(count(first)));
    let mut page = String::new();
    for first in firsts {
        let name = first.map_or_else(|| texts.get("cli.no-method"), |first| texts.of(first.label).to_owned());
        let name = texts.fill("cli.robustness-becomes", &[("method", &styled(&name, bold()))]);
        page.push_str(&paragraph("  ", &name, width));
        let those: Vec<_> = changing.iter().filter(|one| one.first.as_ref() == first).collect();
        for one in those.iter().take(SHOWN) {
            let key = if one.change.adjustable { "change.adjustable" } else { "cli.given-short" };
            let text = format!("{} ({})", texts.change(&one.change), texts.get(key));
            page.push_str(&paragraph_under("    - ", 6, &text, width));
        }
        let left_out = those.len().saturating_sub(SHOWN);
        if left_out > 0 {
            let more = texts.fill("label.and-more", &[("count", &left_out.to_string())]);
            page.push_str(&paragraph("      ", &more, width));
        }
    }
    page
}
