//! `werkvorm turn METHOD`: what would have to be different for a method to come into the top, or to leave it.

use clap::ArgMatches;
use werkvorm::{
    ChangeSet, DEFAULT_CHANGES, MAX_CHANGES, RankedScore, Sets, Texts, Toward, Turn, TurnOptions,
};

use crate::failure::Failure;
use crate::input::{ProfileInput, Start};
use crate::terminal::{heading, paragraph, paragraph_under, width};
use crate::what_if::{and_more, end, title, together, top, write};

/// How many sets of changes of each kind the text shows; JSON has all.
const SHOWN: usize = 10;
/// How many rules are named for each set.
const RULES_SHOWN: usize = 2;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let method = matches.get_one::<String>("method").map_or("", String::as_str);
    let options = TurnOptions {
        top: top(matches),
        toward: if matches.get_flag("out") { Toward::Out } else { Toward::In },
        changes: matches.get_one::<u16>("changes").map_or(DEFAULT_CHANGES, |most| usize::from(*most)),
    };
    let turn = input.judged(start.engine().turn(&input.profile, method, &options))?;
    let texts = start.texts();
    write(
        matches,
        &turn,
        |format| werkvorm::render_turn(&turn, &texts, format),
        || text(&texts, &turn, width()),
    )
}

fn text(texts: &Texts<'_>, turn: &Turn<'_>, width: usize) -> String {
    let fill = |key: &str| {
        let (method, top) = (texts.of(turn.method.label), turn.top.to_string());
        let blanks = [("method", method), ("top", &top), ("place", &with_fit(texts, &turn.now))];
        texts.fill(key, &blanks)
    };
    let [name, already] = match turn.toward {
        Toward::In => ["cli.turn-in", "cli.turn-in-already"],
        Toward::Out => ["cli.turn-out", "cli.turn-out-already"],
    };
    let mut page = title(texts, &fill(name), &turn.profile, width);
    if turn.already {
        page.push_str(&paragraph("  ", &fill(already), width));
    } else {
        page.push_str(&paragraph(
            "  ",
            &format!("{} {}", in_short(texts, &turn.turned_by), fill("cli.turn-now")),
            width,
        ));
    }
    page.push('\n');
    if let Some(lifted) = &turn.lifted_by {
        page.push_str(&heading(&fill("cli.turn-lifted"), width));
        page.push_str(&paragraph("  ", &in_short(texts, lifted), width));
        page.push('\n');
        page.push_str(&sets(texts, lifted, false, width));
        if !turn.already {
            page.push_str(&heading(&fill(name), width));
        }
    }
    if !turn.already {
        page.push_str(&sets(texts, &turn.turned_by, true, width));
        let searched = searched(texts, &turn.turned_by);
        if !searched.is_empty() {
            page.push_str(&paragraph("  ", &searched, width));
            page.push('\n');
        }
    }
    page.push_str(&end(texts, &turn.profile, width));
    page
}

/// Whether it can be done, and with which changes.
fn in_short(texts: &Texts<'_>, sets: &Sets<'_>) -> String {
    let fewest = |sets: &[ChangeSet<'_>]| {
        let set = sets.iter().min_by_key(|set| set.changes.len())?;
        Some((set.changes.len(), together(texts, &set.changes)))
    };
    let (key, (count, changes)) = match (fewest(&sets.adjustable), fewest(&sets.given)) {
        (Some(set), _) if set.0 == 1 => ("cli.turn-one", set),
        (Some(set), _) => ("cli.turn-some", set),
        (None, Some(set)) if set.0 == 1 => ("cli.turn-given-one", set),
        (None, Some(set)) => ("cli.turn-given-some", set),
        (None, None) if sets.searched == 1 => ("cli.turn-never-one", (1, String::new())),
        (None, None) => ("cli.turn-never", (sets.searched, String::new())),
    };
    texts.fill(key, &[("count", &count.to_string()), ("changes", &changes)])
}

/// What was searched, so that nobody takes the list for all there is.
fn searched(texts: &Texts<'_>, sets: &Sets<'_>) -> String {
    let found = !sets.adjustable.is_empty() || !sets.given.is_empty();
    match sets.partly_searched {
        Some(partly) => texts.fill("cli.turn-partly", &[("count", &partly.to_string())]),
        None if found => texts.get("cli.turn-smallest"),
        None if sets.searched < MAX_CHANGES => {
            texts.fill("cli.turn-try-more", &[("count", &MAX_CHANGES.to_string())])
        }
        None => String::new(),
    }
}

fn sets(texts: &Texts<'_>, sets: &Sets<'_>, with_place: bool, width: usize) -> String {
    let mut page = String::new();
    for (key, kind) in [("cli.adjustable", &sets.adjustable), ("cli.given", &sets.given)] {
        if kind.is_empty() {
            continue;
        }
        page.push_str(&heading(&texts.get(key), width));
        for set in kind.iter().take(SHOWN) {
            for (at, change) in set.changes.iter().enumerate() {
                let mark = if at == 0 { "  * " } else { "  + " };
                page.push_str(&paragraph(mark, &texts.change(change), width));
            }
            if with_place {
                page.push_str(&paragraph_under("    ", 4, &after(texts, set), width));
            }
        }
        page.push_str(&and_more(texts, kind.len().saturating_sub(SHOWN), width));
        page.push('\n');
    }
    page
}

/// Where the method stands then, and through which rules.
fn after(texts: &Texts<'_>, set: &ChangeSet<'_>) -> String {
    let titled = |id: &str| {
        let rule = texts.pack().rules.iter().find(|rule| rule.id == id);
        rule.map_or_else(|| id.to_owned(), |rule| texts.of(&rule.title).to_owned())
    };
    let rules = set.rules.iter().take(RULES_SHOWN);
    let rules: Vec<_> =
        rules.map(|share| format!("{} {}", texts.signed(share.difference), titled(share.rule))).collect();
    let through = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join("; ")) };
    format!("→ {}{through}", with_fit(texts, &set.after))
}

/// A place with the fit; of what is ruled out the fit says nothing.
fn with_fit(texts: &Texts<'_>, standing: &RankedScore<'_>) -> String {
    if standing.rank == 0 {
        return texts.place(0);
    }
    let fit = texts.fill("label.fit-of-100", &[("fit", &standing.score.fit.to_string())]);
    format!("{}, {fit}", texts.place(standing.rank))
}
