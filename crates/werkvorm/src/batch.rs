//! Many profiles, each of them a text: a row of the answer for each that is right, and all problems of the rest.
//!
//! What a row is stands here and not in the command, so that every program that answers a file of profiles
//! writes the same. A row never stops the next: profiles in are rows out plus bad rows out, always.

use schemars::JsonSchema;
use serde::Serialize;
use werkvorm_core::{
    Diagnostic, Encoded, Engine, Label, Language, Profile, Ranked, RankedPlace, Ranking, code,
};

use crate::read::{MAX_PROFILE_BYTES, ProfileFormat, locate_in_profile, read_profile};

/// How much a batch says about why a method has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchExplain {
    /// Nothing but the place: the fastest.
    None,
    /// The ids of the rules that hold.
    Ids,
    /// Everything an advice says about the method.
    Full,
}

/// A profile in a file of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchProfile<'t> {
    /// Which one it is, from 1.
    pub row: u64,
    /// The line it stands on, from 1, where the file has lines.
    pub line: Option<u64>,
    /// The profile as JSON. Of a text over [`MAX_PROFILE_BYTES`] the first byte beyond that is enough.
    pub text: &'t [u8],
}

/// The answer to one profile of many.
///
/// Shape: `{"row": 1, "title": "…", "methods": [{"rank": 1, "id": "…", "total": 12, "fit": 65}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BatchRow<'e> {
    /// Which profile it was, from 1; profiles that cannot be answered count too.
    pub row: u64,
    /// The title of the profile, if it has one; in Dutch when it is in two languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The best methods, best first.
    pub methods: Vec<BatchMethod<'e>>,
}

/// A method in the answer to one profile of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BatchMethod<'e> {
    /// Place among the methods that are not ruled out, from 1.
    pub rank: usize,
    /// Id of the method.
    pub id: &'e str,
    /// Sum over the criteria of weight × criterion score.
    pub total: i64,
    /// The same on a scale of 0 to 100; 50: nothing for or against.
    pub fit: i64,
    /// Ids of the rules about the method that hold, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<&'e str>>,
    /// Everything an advice says about the method, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Ranked<'e>>,
}

/// A profile of many that cannot be answered, with everything that is wrong with it.
///
/// Shape: `{"row": 2, "line": 3, "problems": […], "text": "{\"trust\": \"lo\"}"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BadRow {
    /// Which profile it was, from 1.
    pub row: u64,
    /// The line it stands on, where the file has lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong, and what to write instead.
    pub problems: Vec<Diagnostic>,
    /// What stood there: without what is over the size of a profile, and with a mark for what is no text.
    pub text: String,
}

/// Answers many profiles, in their order: the best `top` methods of each, or what is wrong with it.
///
/// `file` is only used to say where problems are. Rows do not depend on each other, so whoever has threads
/// gives each of them some of the profiles; in pieces of a few hundred the engine is at its fastest.
///
/// # Example
/// ```
/// use werkvorm::{BatchExplain, BatchProfile, batch, builtin};
///
/// let texts = [r#"{"trust": "low"}"#, r#"{"trust": "lo"}"#];
/// let profiles = texts.map(|text| BatchProfile { row: 1, line: None, text: text.as_bytes() });
/// let rows = batch(builtin(), "many.ndjson", &profiles, 3, BatchExplain::None);
/// assert_eq!(rows[0].as_ref().map(|row| row.methods.len()), Ok(3));
/// assert!(rows[1].is_err());
/// ```
pub fn batch<'e>(
    engine: &'e Engine,
    file: &str,
    profiles: &[BatchProfile<'_>],
    top: usize,
    explain: BatchExplain,
) -> Vec<Result<BatchRow<'e>, BadRow>> {
    let mut encoded = Vec::with_capacity(profiles.len());
    let mut rows: Vec<Result<BatchRow<'e>, BadRow>> = profiles
        .iter()
        .map(|given| {
            let (profile, understood) = read(engine, file, given)?;
            encoded.push(understood);
            let title = profile.title.as_ref().map(|title| title.in_language(Language::Nl).to_owned());
            Ok(BatchRow { row: given.row, title, methods: Vec::new() })
        })
        .collect();
    let good = rows.iter_mut().flatten().zip(&encoded);
    match explain {
        BatchExplain::None => {
            let rankings = engine.rank_batch(&encoded, top);
            for ((row, profile), places) in good.zip(rankings.iter()) {
                row.methods = ranked(engine, profile, places);
            }
        }
        BatchExplain::Ids => {
            let mut ranking = Ranking::new();
            for (row, profile) in good {
                engine.rank(profile, top, &mut ranking);
                row.methods = ranked(engine, profile, ranking.places());
                for (method, place) in row.methods.iter_mut().zip(ranking.places()) {
                    let rules = engine.holding(profile, &ranking, place.method);
                    method.rules = Some(rules.map(|rule| rule.id.as_str()).collect());
                }
            }
        }
        BatchExplain::Full => {
            for (row, profile) in good {
                row.methods = engine.best(profile, top).into_iter().map(explained).collect();
            }
        }
    }
    rows
}

fn ranked<'e>(engine: &'e Engine, profile: &Encoded, places: &[RankedPlace]) -> Vec<BatchMethod<'e>> {
    let methods = &engine.pack().methods;
    let places = places.iter().filter_map(|place| Some((methods.get(place.method)?, place.total)));
    let ranked = places.enumerate().map(|(place, (method, total))| BatchMethod {
        rank: place + 1,
        id: &method.id,
        total,
        fit: engine.fit(profile, total),
        rules: None,
        explanation: None,
    });
    ranked.collect()
}

fn explained(ranked: Ranked<'_>) -> BatchMethod<'_> {
    let (rank, id, total, fit) = (ranked.rank, ranked.id, ranked.score.total, ranked.score.fit);
    BatchMethod { rank, id, total, fit, rules: None, explanation: Some(ranked) }
}

fn read(engine: &Engine, file: &str, given: &BatchProfile<'_>) -> Result<(Profile, Encoded), BadRow> {
    // The ending says that the line is JSON, and nothing else.
    const LINE: &str = "line.json";
    let kept = given.text.get(..MAX_PROFILE_BYTES).unwrap_or(given.text);
    let bad = |problems: Vec<Diagnostic>| {
        let text = String::from_utf8_lossy(kept).into_owned();
        BadRow { row: given.row, line: given.line, problems: placed(file, given.line, problems), text }
    };
    if given.text.len() > MAX_PROFILE_BYTES {
        return Err(bad(vec![too_large()]));
    }
    let text = std::str::from_utf8(given.text).map_err(|error| bad(vec![not_utf8(kept, &error)]))?;
    let (profile, mut found) = read_profile(LINE, text, ProfileFormat::Json);
    match engine.encode(&profile) {
        Ok(encoded) if found.is_empty() => Ok((profile, encoded)),
        other => {
            // What a row of a table says about its columns needs no place in a text.
            let problems = other.err().unwrap_or_default();
            let lines = given.line.is_some();
            found.extend(if lines { locate_in_profile(LINE, text, problems) } else { problems });
            found.sort_by(|a, b| a.labels.first().cmp(&b.labels.first()));
            Err(bad(found))
        }
    }
}

fn too_large() -> Diagnostic {
    let help = format!(
        "a profile is a page of answers, at most {} kB; is there an end of line after each profile?",
        MAX_PROFILE_BYTES / 1024
    );
    let label = Label { file: String::new(), line: 1, column: 1, length: 1, text: String::new() };
    Diagnostic::error(&code::PROFILE_SIZE, "this is larger than a profile can be", help).with_label(label)
}

fn not_utf8(text: &[u8], error: &std::str::Utf8Error) -> Diagnostic {
    let before = String::from_utf8_lossy(text.get(..error.valid_up_to()).unwrap_or_default());
    let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
    let label = Label { file: String::new(), line: 1, column, length: 1, text: String::new() };
    let help = "save the file as UTF-8; in a spreadsheet or old editor that is a choice when saving";
    Diagnostic::error(&code::NOT_UTF8, "this line is not UTF-8 text", help).with_label(label)
}

/// Problems of a text of one line, at the line of the file that it is.
fn placed(file: &str, line: Option<u64>, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for label in problems.iter_mut().flat_map(|problem| &mut problem.labels).filter(|label| label.line > 0) {
        label.file = file.to_owned();
        match line {
            Some(line) => label.line = u32::try_from(line).unwrap_or(u32::MAX),
            None => (label.line, label.column, label.length) = (0, 0, 0),
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;

    fn rows(texts: &[&[u8]], explain: BatchExplain) -> Vec<Result<BatchRow<'static>, BadRow>> {
        let given = |(at, text): (u64, &&'static [u8])| BatchProfile { row: at, line: Some(at + 10), text };
        let texts: Vec<&'static [u8]> = texts.iter().map(|text| &*text.to_vec().leak()).collect();
        let profiles: Vec<_> = (1..).zip(&texts).map(given).collect();
        batch(builtin(), "f", &profiles, 4, explain)
    }

    #[test]
    fn the_same_as_an_advice() {
        let criterion = &builtin().pack().criteria[0].id;
        let texts: Vec<String> = builtin()
            .pack()
            .personas
            .iter()
            .enumerate()
            .map(|(at, persona)| {
                let profile = persona.profile.clone().with_weight(criterion, [0, 1, 5][at % 3]);
                serde_json::to_string(&profile).unwrap()
            })
            .collect();
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        for explain in [BatchExplain::None, BatchExplain::Ids, BatchExplain::Full] {
            for (text, row) in texts.iter().zip(rows(&bytes, explain)) {
                let profile: Profile = serde_json::from_str(text).unwrap();
                let advice = builtin().recommend_top(&profile, 4).unwrap();
                let row = row.unwrap();
                let title = profile.title.as_ref().map(|title| title.in_language(Language::Nl));
                assert_eq!(row.title.as_deref(), title);
                assert_eq!(row.methods.len(), advice.methods.len());
                for (method, ranked) in row.methods.iter().zip(&advice.methods) {
                    let want = (ranked.rank, ranked.id, ranked.score.total, ranked.score.fit);
                    assert_eq!((method.rank, method.id, method.total, method.fit), want);
                    let truths = builtin().truths(&profile).unwrap();
                    let holding = truths.iter().filter(|(rule, truth)| {
                        *truth == werkvorm_core::Truth::Holds && rule.method.as_deref() == Some(method.id)
                    });
                    let ids: Vec<_> = holding.map(|(rule, _)| rule.id.as_str()).collect();
                    assert_eq!(method.rules, (explain == BatchExplain::Ids).then_some(ids));
                    let full = (explain == BatchExplain::Full).then_some(ranked);
                    assert_eq!(method.explanation.as_ref(), full);
                }
            }
        }
    }

    #[test]
    fn bad_rows_say_where() {
        let huge = " ".repeat(MAX_PROFILE_BYTES + 1);
        let texts: [&[u8]; 7] = [
            b"{}",
            b"{\"title\": 3, \"colour\": \"red\"}",
            b"[1]",
            b"{\"caf\xe9\": 1}",
            huge.as_bytes(),
            b"{\"a\": ",
            b"{\"weights\": {\"x\": 1}}",
        ];
        let mut shown = String::new();
        for (row, text) in rows(&texts, BatchExplain::None).into_iter().zip(texts) {
            let Err(bad) = row else { continue };
            let kept = String::from_utf8_lossy(text);
            assert_eq!(bad.text, kept[..kept.len().min(MAX_PROFILE_BYTES)]);
            assert_eq!(bad.line, Some(bad.row + 10));
            for problem in &bad.problems {
                let label = &problem.labels[0];
                let place = (label.file.as_str(), u64::from(label.line));
                assert_eq!(place, ("f", bad.row + 10), "{problem:?}");
                shown += &format!("{}:{}+{} {}\n", bad.row, label.column, label.length, problem.code);
            }
        }
        let want = "2:11+1 WV0503\n2:14+8 WV0501\n3:1+3 WV0508\n4:6+1 WV0512\n5:1+1 WV0509\n6:6+1 WV0508\n7:14+3 WV0506\n";
        assert_eq!(shown, want);
    }

    #[test]
    fn rows_fit_their_schemas() {
        let fits = |name: &str, row: serde_json::Value| {
            let schema = crate::schema(name, builtin().pack()).unwrap();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let problems: Vec<_> = validator.iter_errors(&row).map(|error| error.to_string()).collect();
            assert!(problems.is_empty(), "{name}: {problems:?}");
        };
        for explain in [BatchExplain::None, BatchExplain::Ids, BatchExplain::Full] {
            for row in rows(&[b"{\"title\": \"t\"}", b"{}", b"{\"colour\": 1}", b"no"], explain) {
                match row {
                    Ok(row) => fits("batch-row", serde_json::to_value(row).unwrap()),
                    Err(bad) => fits("bad-row", serde_json::to_value(bad).unwrap()),
                }
            }
        }
    }

    #[test]
    fn a_table_has_no_lines() {
        let text = b"{\"title\": 3, \"colour\": \"red\"}";
        let rows = batch(builtin(), "f", &[BatchProfile { row: 3, line: None, text }], 1, BatchExplain::Ids);
        let labels: Vec<_> =
            rows[0].as_ref().unwrap_err().problems.iter().map(|problem| problem.labels[0].clone()).collect();
        assert!(labels.iter().all(|label| label.line == 0));
        assert_eq!(labels.iter().map(|label| label.file.as_str()).collect::<Vec<_>>(), ["colour", "f"]);
    }
}
