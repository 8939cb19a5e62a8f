//! Open questions in words: `werkvorm ask --list`, and what each answer would do.

use werkvorm::{ChangeKind, Named, PossibleAnswer, Questions, Stretch, Telling, Texts};

use crate::terminal::{bold, heading, paragraph, paragraph_under, styled};
use crate::what_if::{end, names, title};

/// Answers that change nothing are named when there are no more than this.
const NAMED: usize = 5;
/// The methods that an answer brings into the top are named when there are no more than this.
const NAMED_METHODS: usize = 2;

/// An answer that can be shown: stretches of a number with the same top are one answer.
pub(crate) struct Shown<'q> {
    /// In words.
    pub(crate) text: String,
    /// What it does; of joined stretches of a number the first.
    pub(crate) answer: &'q PossibleAnswer<'q>,
}

/// The answers to a question as people read them.
pub(crate) fn shown<'q>(texts: &Texts<'_>, question: &'q Telling<'q>) -> Vec<Shown<'q>> {
    let mut shown: Vec<(Option<Stretch<'q>>, &PossibleAnswer<'q>)> = Vec::new();
    for answer in &question.answers {
        match (&answer.change.number, shown.last_mut()) {
            (Some(stretch), Some((Some(joined), first)))
                if first.top == answer.top && first.ruled_out == answer.ruled_out =>
            {
                joined.to = stretch.to;
            }
            (stretch, _) => shown.push((stretch.clone(), answer)),
        }
    }
    let text = |(stretch, answer): (Option<Stretch<'q>>, &'q PossibleAnswer<'q>)| {
        let text = match (&stretch, answer.change.kind, &answer.change.value) {
            (Some(stretch), ..) => {
                let text = texts.stretch(question.id, stretch);
                let rest = text.strip_prefix(&format!("{}: ", texts.of(question.label))).map(str::to_owned);
                rest.unwrap_or(text)
            }
            (None, ChangeKind::None, _) => texts.get("cli.ask-none"),
            (None, _, Some(value)) => texts.of(value.label).to_owned(),
            (None, ..) => texts.change(&answer.change),
        };
        Shown { text, answer }
    };
    shown.into_iter().map(text).collect()
}

/// What an answer would do, in a few words.
pub(crate) fn effect(texts: &Texts<'_>, questions: &Questions<'_>, answer: &PossibleAnswer<'_>) -> String {
    let mut parts = Vec::new();
    let first = answer.top.first().filter(|first| Some(*first) != questions.now.first());
    if let Some(first) = first {
        parts.push(texts.fill("cli.sweep-first", &[("method", texts.of(first.label))]));
    }
    let is_new = |method: &&Named<'_>| !questions.now.contains(method) && Some(*method) != first;
    let new: Vec<_> = answer.top.iter().filter(is_new).cloned().collect();
    if !new.is_empty() {
        let key = if new.len() > NAMED_METHODS { "cli.ask-enters-many" } else { "cli.ask-enters" };
        let (count, top) = (new.len().to_string(), questions.top.to_string());
        let methods = names(texts, &new);
        parts.push(texts.fill(key, &[("count", &count), ("methods", &methods), ("top", &top)]));
    }
    if parts.is_empty() {
        parts.push(texts.get(if answer.places == 0 { "cli.ask-same" } else { "cli.ask-order" }));
    }
    match answer.ruled_out.len() {
        0 => {}
        1 => parts.push(texts.get("cli.ask-rules-out-one")),
        count => parts.push(texts.fill("cli.ask-rules-out", &[("count", &count.to_string())])),
    }
    parts.join("; ")
}

/// All open questions with what their answers would do.
pub(crate) fn list(texts: &Texts<'_>, questions: &Questions<'_>, width: usize) -> String {
    let mut page = title(texts, &texts.get("cli.ask-title"), &questions.profile, width);
    let (telling, silent): (Vec<_>, Vec<_>) =
        questions.questions.iter().partition(|question| question.expected_thousandths > 0);
    page.push_str(&paragraph("  ", &in_short(texts, &telling), width));
    page.push('\n');
    for (at, question) in telling.iter().enumerate() {
        let flag = format!("--{}", question.id.replace('_', "-"));
        let name = format!("{} ({flag})", styled(texts.of(question.question), bold()));
        page.push_str(&paragraph(&format!("{:>3}. ", at + 1), &name, width));
        page.push_str(&paragraph("     ", &expected(texts, questions, question), width));
        let (moving, still): (Vec<_>, Vec<_>) =
            shown(texts, question).into_iter().partition(|shown| shown.answer.places > 0);
        for one in &moving {
            let text = format!("{}: {}", one.text, effect(texts, questions, one.answer));
            page.push_str(&paragraph_under("     - ", 7, &text, width));
        }
        if !still.is_empty() {
            let answers = still.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("; ");
            let (mark, text) = match still.len() {
                ..=NAMED => ("     - ", texts.fill("cli.ask-same-for", &[("answers", &answers)])),
                count => ("       ", texts.fill("cli.ask-others-same", &[("count", &count.to_string())])),
            };
            page.push_str(&paragraph(mark, &text, width));
        }
        page.push('\n');
    }
    if !silent.is_empty() {
        page.push_str(&heading(&texts.get("cli.ask-silent"), width));
        for question in silent {
            page.push_str(&paragraph("  - ", texts.of(question.question), width));
        }
        page.push('\n');
    }
    page.push_str(&end(texts, &questions.profile, width));
    page
}

fn in_short(texts: &Texts<'_>, telling: &[&Telling<'_>]) -> String {
    match telling {
        [] => texts.get("cli.ask-nothing"),
        [first, ..] => {
            let blanks =
                [("count", telling.len().to_string()), ("question", texts.of(first.question).to_owned())];
            texts.fill("cli.ask-first", &blanks.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
    }
}

/// How many places change on average, with one digit behind the point.
fn expected(texts: &Texts<'_>, questions: &Questions<'_>, question: &Telling<'_>) -> String {
    // Rounded half up, but never to nothing.
    let tenths = ((question.expected_thousandths + 50) / 100).max(1);
    let blanks = [
        ("whole", (tenths / 10).to_string()),
        ("tenth", (tenths % 10).to_string()),
        ("top", questions.top.to_string()),
    ];
    texts.fill("cli.ask-expected", &blanks.each_ref().map(|(name, value)| (*name, value.as_str())))
}
