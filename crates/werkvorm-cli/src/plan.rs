//! `werkvorm plan`: methods for each phase that together serve everyone and hand over to one another.

use clap::ArgMatches;
use werkvorm::{BlockView, Plan, PlanOptions, SectionView, Texts};

use crate::failure::Failure;
use crate::input::{ProfileInput, Start};
use crate::terminal::{bold, dim, heading, paragraph, paragraph_under, styled, width};
use crate::what_if::{end, table, title, write};

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let input = ProfileInput::read(start, matches)?;
    let options = matches
        .get_one::<u16>("steps")
        .map_or_else(PlanOptions::default, |steps| PlanOptions { steps_per_phase: usize::from(*steps) });
    let plan = input.judged(start.engine().plan(&input.profile, &options))?;
    let texts = start.texts();
    write(
        matches,
        &plan,
        |format| werkvorm::render_plan(&plan, &texts, format),
        || text(&texts, &plan, width()),
    )
}

fn text(texts: &Texts<'_>, plan: &Plan<'_>, width: usize) -> String {
    let view = texts.plan(plan);
    let mut page = title(texts, &view.kind, &plan.profile, width);
    page.push_str(&paragraph("  ", &view.lead.join(" "), width));
    page.push('\n');
    for section in &view.sections {
        page.push_str(&self::section(section, width));
    }
    page.push_str(&end(texts, &plan.profile, width));
    page
}

/// A part of the plan; the table says what the picture does.
fn section(section: &SectionView, width: usize) -> String {
    let mut page = heading(&section.title, width);
    for block in &section.blocks {
        match block {
            BlockView::Heading { text, .. } => {
                page.push_str(&paragraph("  ", &styled(text, bold()), width));
            }
            BlockView::Text { text, .. } => page.push_str(&paragraph("     ", text, width)),
            BlockView::List { items, .. } => {
                items.iter().for_each(|item| page.push_str(&paragraph("     - ", item, width)));
            }
            BlockView::Table { head, rows } => {
                let rows = rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect());
                page.push_str(&table(head, rows.collect(), width));
            }
            BlockView::Rules { rules } => {
                for line in rules {
                    let sources = line.short_sources.join("; ");
                    let text = format!("{} {}", line.because, styled(&format!("[{sources}]"), dim()));
                    page.push_str(&paragraph_under(&format!("     {:>3} ", line.sign), 9, &text, width));
                }
            }
            BlockView::Picture { .. } => {}
        }
    }
    page.push('\n');
    page
}
