//! The one border where JSON goes in and out: a request in, an answer or all problems out.
//!
//! Everything that is not Rust goes through here, so that one request gives the same bytes wherever it is
//! asked.

use serde::{Deserialize, Serialize};
use serde_json::json;
use werkvorm_core::{
    DEFAULT_CHANGES, DEFAULT_TOP, Diagnostic, Edit, Engine, Over, PlanOptions, Profile, Toward, TurnOptions,
    code,
};

/// A request, by the name of what is asked.
///
/// Shape: `{"recommend": {"profile": {"trust": "low"}, "top": 5}}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Recommend(Asked),
    Explain {
        profile: Profile,
        method: String,
    },
    Recipe {
        profile: Profile,
        #[serde(default)]
        methods: Vec<String>,
    },
    /// Several profiles, or one with changes to it.
    Compare {
        profiles: Vec<Profile>,
        #[serde(default)]
        changes: Vec<Edit>,
    },
    Sweep(SweepRequest),
    Turn(TurnRequest),
    Ask(Asked),
    Robustness {
        profile: Profile,
    },
    Plan(PlanRequest),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    profile: Profile,
    #[serde(default = "default_top")]
    top: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SweepRequest {
    profile: Profile,
    #[serde(default)]
    question: Option<String>,
    #[serde(default)]
    range: Option<Range>,
    #[serde(default = "default_top")]
    top: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: i64,
    to: i64,
    #[serde(default = "one")]
    step: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnRequest {
    profile: Profile,
    method: String,
    #[serde(default = "default_top")]
    top: usize,
    #[serde(default = "inward")]
    toward: Toward,
    #[serde(default = "default_changes")]
    changes: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanRequest {
    profile: Profile,
    #[serde(default)]
    steps_per_phase: Option<usize>,
}

fn default_top() -> usize {
    DEFAULT_TOP
}

fn default_changes() -> usize {
    DEFAULT_CHANGES
}

fn one() -> i64 {
    1
}

fn inward() -> Toward {
    Toward::In
}

/// Answers a request in JSON: with the answer, or with `{"problems": […]}`.
///
/// Shape of a request: the name of what is asked, with what it is asked about, such as
/// `{"turn": {"profile": {"trust": "low"}, "method": "fotoscan"}}`.
///
/// # Example
/// ```
/// let answer = werkvorm::respond(werkvorm::builtin(), r#"{"ask": {"profile": {"trust": "low"}, "top": 3}}"#);
/// assert!(answer.starts_with("{\"what_if_version\":1"));
/// ```
#[must_use]
pub fn respond(engine: &Engine, request: &str) -> String {
    let answered = match serde_json::from_str(request) {
        Ok(request) => answer(engine, &request),
        Err(error) => {
            let help = "write one of `recommend`, `explain`, `recipe`, `compare`, `sweep`, `turn`, `ask`, \
                        `robustness` and `plan` with what it is asked about";
            let message = format!("the request cannot be read: {error}");
            Err(vec![Diagnostic::error(&code::REQUEST_SHAPE, message, help).at_item("request", "")])
        }
    };
    answered.unwrap_or_else(|problems| json!({ "problems": problems }).to_string())
}

fn answer(engine: &Engine, request: &Request) -> Result<String, Vec<Diagnostic>> {
    match request {
        Request::Recommend(asked) => Ok(text(&engine.recommend_top(&asked.profile, asked.top)?)),
        Request::Explain { profile, method } => Ok(text(&engine.explain(profile, method)?)),
        Request::Recipe { profile, methods } => {
            let methods: Vec<_> = methods.iter().map(String::as_str).collect();
            Ok(text(&engine.recipe(profile, &methods)?))
        }
        Request::Compare { profiles, changes } => match profiles.as_slice() {
            [base] if !changes.is_empty() => {
                let changed = engine.changed(base, changes)?;
                Ok(text(&engine.compare(&[base, &changed])?))
            }
            _ => Ok(text(&engine.compare(&profiles.iter().collect::<Vec<_>>())?)),
        },
        Request::Sweep(SweepRequest { profile, question, range, top }) => {
            let over = match (question.clone(), range) {
                (Some(question), Some(Range { from, to, step })) => {
                    Over::Range { question, from: *from, to: *to, step: *step }
                }
                (Some(question), None) => Over::Question(question),
                (None, _) => Over::All,
            };
            Ok(text(&engine.sweep(profile, &over, *top)?))
        }
        Request::Turn(TurnRequest { profile, method, top, toward, changes }) => {
            let options = TurnOptions { top: *top, toward: *toward, changes: *changes };
            Ok(text(&engine.turn(profile, method, &options)?))
        }
        Request::Ask(asked) => Ok(text(&engine.ask(&asked.profile, asked.top)?)),
        Request::Plan(PlanRequest { profile, steps_per_phase }) => {
            let options = steps_per_phase
                .map_or_else(PlanOptions::default, |steps_per_phase| PlanOptions { steps_per_phase });
            Ok(text(&engine.plan(profile, &options)?))
        }
        Request::Robustness { profile } => Ok(text(&engine.robustness(profile)?)),
    }
}

/// Answers are plain data with text keys, which JSON can always hold.
fn text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}
