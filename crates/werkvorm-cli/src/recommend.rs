//! `werkvorm recommend`: ranked, explained, sourced.

use anstream::adapter::strip_str;
use clap::ArgMatches;
use textwrap::core::display_width;
use werkvorm::{Advice, AdviceView, DocumentFormat, MethodView, ReasonView, Texts, Truth};

use crate::failure::{Failure, print};
use crate::input::{ProfileInput, Start};
use crate::terminal::{
    bad, bar, bold, dim, good, harmless, heading, open, paragraph, paragraph_under, styled, width,
};

/// How many reasons of each kind the text shows; `explain` shows all.
const SHOWN: usize = 3;
/// How many of the other methods the text names; JSON has all.
const OTHERS_SHOWN: usize = 15;

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let top = matches.get_one::<u16>("top").map_or(werkvorm::DEFAULT_TOP, |top| usize::from(*top));
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    let advice = input.judged(start.engine().recommend_top(&input.profile, top))?;
    let texts = start.texts();
    let document = |format| {
        werkvorm::render(&advice, &texts, format)
            .map_err(|error| Failure::world("cannot write the advice", error))
    };
    let written = match format {
        "json" => json(&advice)?,
        "markdown" => document(DocumentFormat::Markdown)?,
        "html" => document(DocumentFormat::Html)?,
        _ => text(&texts, &texts.advice(&advice), &input.arguments()),
    };
    match matches.get_one::<String>("output") {
        // A file has no colours.
        Some(file) if file != "-" => write_whole(file, strip_str(&written).to_string()),
        _ => print(&written),
    }
}

fn json(advice: &Advice<'_>) -> Result<String, Failure> {
    let json = serde_json::to_string_pretty(advice)
        .map_err(|error| Failure::world("cannot write the advice", error))?;
    Ok(json + "\n")
}

/// Writes beside the file first, so that nothing is ever half-written.
pub(crate) fn write_whole(file: &str, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let cannot = |error| Failure::world(format!("cannot write `{file}`"), error);
    // A link stays a link; what it points at is replaced.
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.into());
    let there = std::fs::metadata(&target).ok();
    if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
        // A device or a pipe is not to be replaced by a file.
        return std::fs::write(&target, text).map_err(cannot);
    }
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".{}.part", std::process::id()));
    let written = std::fs::write(&beside, text)
        .and_then(|()| there.map_or(Ok(()), |there| std::fs::set_permissions(&beside, there.permissions())))
        .and_then(|()| std::fs::rename(&beside, &target));
    written.map_err(|error| {
        // What is left of it, if anything, is of no use.
        drop(std::fs::remove_file(&beside));
        cannot(error)
    })
}

fn text(texts: &Texts<'_>, advice: &AdviceView, arguments: &str) -> String {
    let width = width();
    let mut page = String::new();
    let title = advice.profile.title.as_ref().map(|title| format!(": {}", harmless(title)));
    page.push_str(&heading(&format!("{}{}", texts.get("heading.advice"), title.unwrap_or_default()), width));
    page.push_str(&profile(texts, &advice.profile, width));
    page.push('\n');
    for method in &advice.methods {
        page.push_str(&ranked(texts, method, arguments, width));
        page.push('\n');
    }
    page.push_str(&guidance(texts, advice, width));
    if !advice.others.is_empty() {
        page.push_str(&heading(&texts.get("heading.also-ranked"), width));
        let named = advice
            .others
            .iter()
            .map(|listed| format!("{} {} ({})", listed.rank, listed.name, listed.score.fit));
        let mut names: Vec<_> = named.take(OTHERS_SHOWN).collect();
        let hidden = advice.others.len().saturating_sub(OTHERS_SHOWN);
        if hidden > 0 {
            names.push(texts.fill("label.and-more", &[("count", &hidden.to_string())]));
        }
        page.push_str(&paragraph("  ", &names.join(", "), width));
        page.push('\n');
    }
    if !advice.excluded.is_empty() {
        page.push_str(&heading(&texts.get("heading.excluded"), width));
        for excluded in &advice.excluded {
            for exclusion in &excluded.because {
                let lift = exclusion.lifted.first().map(|lift| format!(" ({lift})")).unwrap_or_default();
                let line = format!("{}: {}{lift}", excluded.name, exclusion.reason.because);
                page.push_str(&paragraph_under("  ", 4, &line, width));
            }
        }
        page.push('\n');
    }
    page.push_str(&heading(&texts.get("heading.open-questions"), width));
    if advice.open_questions.is_empty() {
        page.push_str(&paragraph("  ", &texts.get("label.no-open-questions"), width));
    }
    for (at, question) in advice.open_questions.iter().take(5).enumerate() {
        let flag = format!("--{}", question.id.replace('_', "-"));
        let most = if at == 0 { format!(" {}", texts.get("label.counts-most")) } else { String::new() };
        page.push_str(&paragraph(
            &format!("  {} ", styled("?", open())),
            &format!("{} ({flag}){most}", question.question),
            width,
        ));
    }
    if advice.open_questions.len() > 5 {
        page.push_str(&paragraph(
            "  ",
            &texts.fill("label.and-more", &[("count", &(advice.open_questions.len() - 5).to_string())]),
            width,
        ));
    }
    page.push('\n');
    page.push_str(&heading(&texts.get("heading.sources"), width));
    for document in &advice.documents {
        page.push_str(&paragraph("  - ", document, width));
    }
    page.push('\n');
    page.push_str(&footer(texts, &advice.pack.version, &advice.pack.hash, width));
    page
}

/// What to do and leave, and how to reach people.
fn guidance(texts: &Texts<'_>, advice: &AdviceView, width: usize) -> String {
    let mut page = String::new();
    if !advice.cautions.is_empty() || !advice.guidelines.is_empty() {
        page.push_str(&heading(&texts.get("heading.guidelines"), width));
        for reason in &advice.cautions {
            page.push_str(&paragraph("  ! ", &format!("{}{}", reason.because, source(reason)), width));
        }
        for guideline in &advice.guidelines {
            let choose = guideline.choose.as_ref().map(|choose| format!(" {choose}")).unwrap_or_default();
            let text = format!("{}: {}. {}{choose}", guideline.kind, guideline.title, guideline.text);
            page.push_str(&paragraph("  * ", &text, width));
        }
        page.push('\n');
    }
    if !advice.reach.is_empty() {
        page.push_str(&heading(&texts.get("heading.reach"), width));
        for reach in &advice.reach {
            let places = texts.fill("label.reach-where", &[("places", &reach.places)]);
            page.push_str(&paragraph("  * ", &format!("{}: {} {places}", reach.title, reach.text), width));
        }
        page.push('\n');
    }
    page
}

/// What was answered.
pub(crate) fn profile(texts: &Texts<'_>, profile: &werkvorm::ProfileView, width: usize) -> String {
    let mut page = String::new();
    if profile.made_up {
        page.push_str(&paragraph("  ", &texts.get("label.made-up-profile"), width));
    }
    // Answers stand in a column, as long as that leaves them most of the line.
    let widths = profile.answers.iter().map(|(question, _)| display_width(question));
    let widest = widths.filter(|label| *label <= width * 2 / 5).max().unwrap_or(0);
    for (question, answer) in &profile.answers {
        let padding = " ".repeat(widest.saturating_sub(display_width(question)));
        if display_width(question) <= widest {
            page.push_str(&paragraph(&format!("  {question}{padding}  "), answer, width));
        } else {
            page.push_str(&paragraph("  ", question, width));
            page.push_str(&paragraph(&" ".repeat(widest + 4), answer, width));
        }
    }
    if profile.answers.is_empty() {
        page.push_str(&paragraph("  ", &texts.get("label.not-answered"), width));
    }
    if !profile.weights.is_empty() {
        let weights: Vec<_> =
            profile.weights.iter().map(|(criterion, weight)| format!("{criterion} {weight}")).collect();
        page.push_str(&paragraph(
            &format!("  {}: ", texts.get("heading.weights")),
            &weights.join(", "),
            width,
        ));
    }
    page
}

fn ranked(texts: &Texts<'_>, method: &MethodView, arguments: &str, width: usize) -> String {
    let mut page = head(method, width);
    for (mark, style, reasons) in [("+", good(), &method.pros), ("−", bad(), &method.cons)] {
        for reason in reasons.iter().take(SHOWN) {
            let sign = styled(mark, style);
            page.push_str(&line(
                &sign,
                &format!("{}{}", reason.because, source(reason)),
                &reason.points_text,
                width,
            ));
        }
    }
    let open_reasons: Vec<_> = method.may_be_excluded.iter().chain(&method.not_known).collect();
    for reason in open_reasons.iter().take(SHOWN - 1) {
        let asks = reason.questions.join(", ");
        let text = format!("{} ({}: {asks})", reason.because, texts.get("value.not-known"));
        page.push_str(&line(&styled("?", open()), &text, &reason.points_text, width));
    }
    for reason in &method.cautions {
        page.push_str(&line(
            &styled("!", bold()),
            &format!("{}{}", reason.because, source(reason)),
            "",
            width,
        ));
    }
    if !method.needs.is_empty() {
        let needs: Vec<_> = method
            .needs
            .iter()
            .map(|need| match need.arranged {
                Truth::NotKnown => need.label.clone(),
                _ => format!("{} ({})", need.label, need.arranged_text),
            })
            .collect();
        page.push_str(&line(
            " ",
            &format!("{}: {}", texts.get("heading.needs"), needs.join(", ")),
            "",
            width,
        ));
    }
    for example in method.examples.iter().take(1) {
        page.push_str(&line(" ", &format!("{}: {}", texts.get("label.example"), example.title), "", width));
    }
    let hidden = method.pros.len().saturating_sub(SHOWN)
        + method.cons.len().saturating_sub(SHOWN)
        + open_reasons.len().saturating_sub(SHOWN - 1);
    if hidden > 0 {
        // With the same answers, or the explanation would be of another advice.
        let command = format!("{} {arguments}", method.id);
        let blanks = [("count", hidden.to_string()), ("method", command.trim_end().to_owned())];
        let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
        page.push_str(&styled(&line(" ", &texts.fill("label.more-reasons", &blanks), "", width), dim()));
    }
    page
}

/// Rank, name, bar, fit and band.
pub(crate) fn head(method: &MethodView, width: usize) -> String {
    let score = &method.score;
    let range = score.range_text.as_ref().map(|range| format!(", {range}")).unwrap_or_default();
    let rank = if method.rank == 0 { "  -".to_owned() } else { format!("{:>3}", method.rank) };
    let style = match score.fit {
        65.. => good(),
        50.. => open(),
        _ => bad(),
    };
    let name = format!("{}  {}", styled(&method.name, bold()), styled(&format!("[{}]", method.id), dim()));
    let bar = styled(&bar(score.fit, score.fit_high), style);
    let fit = format!("{bar}  {}, {}{range}", score.fit_text, styled(&score.band_text, style));
    paragraph(&format!("{rank}  "), &name, width) + &paragraph("     ", &fit, width)
}

/// A line under a method: sign, points in a column, text.
pub(crate) fn line(sign: &str, text: &str, points: &str, width: usize) -> String {
    let points = " ".repeat(5_usize.saturating_sub(display_width(points))) + points;
    paragraph_under(&format!("     {sign} {points} "), 13, text, width)
}

fn source(reason: &ReasonView) -> String {
    let few = reason.short_sources.iter().take(2).map(String::as_str).collect::<Vec<_>>().join("; ");
    let more = if reason.short_sources.len() > 2 { "; …" } else { "" };
    if few.is_empty() { few } else { format!(" [{few}{more}]") }
}

pub(crate) fn footer(texts: &Texts<'_>, version: &str, hash: &str, width: usize) -> String {
    let short: String = hash.chars().take("sha256:".len() + 12).collect();
    let parts = [
        texts.get("label.disclaimer"),
        texts.fill("label.rule-version", &[("version", version)]),
        texts.fill("label.content-hash", &[("hash", &short)]),
    ];
    styled(&paragraph("", &format!("{}. {}", parts.join(". "), texts.get("label.local")), width), dim())
}
