//! `werkvorm explain METHOD`: every rule about one method, adding up to its score.

use clap::ArgMatches;
use textwrap::core::display_width;
use werkvorm::{ExplanationView, ReasonView, Texts};

use crate::failure::{Failure, print};
use crate::input::{ProfileInput, Start};
use crate::recommend::{footer, head, line, profile};
use crate::terminal::{bad, bold, good, heading, open, paragraph, styled, width};

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let method = matches.get_one::<String>("method").map_or("", String::as_str);
    let json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let explanation = input.judged(start.engine().explain(&input.profile, method))?;
    if json {
        let text = serde_json::to_string_pretty(&explanation)
            .map_err(|error| Failure::world("cannot write the explanation", error))?;
        return print(&(text + "\n"));
    }
    let texts = start.texts();
    print(&text(&texts, &texts.explanation(&explanation)))
}

fn text(texts: &Texts<'_>, explanation: &ExplanationView) -> String {
    let width = width();
    let method = &explanation.method;
    let mut page = profile(texts, &explanation.profile, width);
    page.push('\n');
    page.push_str(&head(method, width));
    page.push_str(&paragraph("     ", &method.what, width));
    page.push('\n');
    if !explanation.excluded.is_empty() {
        page.push_str(&heading(&texts.get("heading.excluded"), width));
        for exclusion in &explanation.excluded {
            page.push_str(&reason_lines(&styled("x", bad()), &exclusion.reason, width));
            let changes: String = exclusion.lifted.iter().map(|lift| format!("; {lift}")).collect();
            page.push_str(&line(" ", &format!("{}{changes}", exclusion.broken), "", width));
        }
        page.push('\n');
    }
    page.push_str(&heading(&texts.get("heading.scores"), width));
    let labels = method.criteria.iter().map(|criterion| display_width(&criterion.label));
    let widest = labels.max().unwrap_or(0).max(display_width(&texts.get("label.total"))).min(width / 2);
    let row = |label: &str, number: i64, text: &str| {
        let padding = " ".repeat(widest.saturating_sub(display_width(label)));
        paragraph(&format!("  {label}{padding} {:>4} ", texts.number(number)), text, width)
    };
    let mut sum = String::new();
    for criterion in &method.criteria {
        let (score, weight) = (criterion.score, criterion.weight);
        let limited = criterion.limited.as_ref();
        let limited = limited.map(|text| format!(" ({}: {text})", texts.number(criterion.points)));
        let text = format!("× {weight}{}", limited.unwrap_or_default());
        page.push_str(&row(&criterion.label, score, &text));
        let sign = match (sum.is_empty(), score < 0) {
            (true, true) => "−",
            (true, false) => "",
            (false, true) => " − ",
            (false, false) => " + ",
        };
        sum.push_str(&format!("{sign}{} × {weight}", score.abs()));
    }
    page.push_str(&row(&texts.get("label.total"), method.score.total, &format!("= {sum}")));
    page.push('\n');
    let groups = [
        ("heading.reasons-for", styled("+", good()), &method.pros),
        ("heading.reasons-against", styled("−", bad()), &method.cons),
        ("heading.reasons-not-known", styled("?", open()), &method.not_known),
        ("heading.excluded", styled("?", open()), &method.may_be_excluded),
        ("heading.cautions", styled("!", bold()), &method.cautions),
    ];
    for (key, sign, reasons) in groups {
        if reasons.is_empty() {
            continue;
        }
        page.push_str(&heading(&texts.get(key), width));
        for reason in reasons {
            page.push_str(&reason_lines(&sign, reason, width));
        }
        page.push('\n');
    }
    if !explanation.not_holding.is_empty() {
        page.push_str(&heading(&texts.get("heading.not-holding"), width));
        for (reason, missing) in &explanation.not_holding {
            page.push_str(&line("·", &format!("{} ({missing})", reason.title), &reason.points_text, width));
        }
        page.push('\n');
    }
    page.push_str(&heading(&texts.get("heading.sources"), width));
    for source in &explanation.sources {
        let url = source.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        page.push_str(&paragraph("  - ", &format!("{}{url}", source.text), width));
    }
    page.push('\n');
    page.push_str(&footer(texts, &explanation.pack.version, &explanation.pack.hash, width));
    page
}

fn reason_lines(sign: &str, reason: &ReasonView, width: usize) -> String {
    let source = format!("{} · {} · {}", reason.rule, reason.place, reason.short_sources.join("; "));
    line(sign, &reason.because, &reason.points_text, width) + &line(" ", &source, "", width)
}
