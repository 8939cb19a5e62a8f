//! Everything that can go wrong, and the exit code that goes with it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use werkvorm::Diagnostic;

use crate::problems;
use crate::terminal::{harmless, paragraph, width};

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line cannot be understood, or asks for help.
    Usage(clap::Error),
    /// The command line asks for two things that exclude each other.
    Misuse(String),
    /// The content is wrong: all problems, and the texts they point at.
    Content { problems: Vec<Diagnostic>, texts: BTreeMap<String, String> },
    /// The content is wrong, and the output has said so.
    Reported,
    /// The world is wrong.
    World { message: String, source: Option<Box<dyn Error + Send + Sync>> },
}

impl Failure {
    pub(crate) fn world(message: impl Into<String>, source: impl Error + Send + Sync + 'static) -> Self {
        Self::World { message: message.into(), source: Some(Box::new(source)) }
    }

    pub(crate) fn content(problems: Vec<Diagnostic>) -> Self {
        Self::Content { problems, texts: BTreeMap::new() }
    }

    /// Says what is wrong and gives the exit code. Who asked for JSON gets it, on standard output.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let code = match &self {
            Self::Usage(error) if !error.use_stderr() => 0,
            Self::World { .. } => 1,
            _ => 2,
        };
        // When nobody listens any more there is nobody left to tell.
        match self {
            Self::Usage(error) => drop(error.print()),
            Self::Misuse(message) => tell(&paragraph("error: ", &harmless(&message), width())),
            Self::Reported => {}
            Self::Content { problems, .. } if json => {
                drop(print(&format!("{:#}\n", json!({ "problems": problems }))));
            }
            Self::Content { problems, texts } => tell(&problems::show(&problems, &texts, width())),
            Self::World { message, source } => {
                let mut causes = Vec::new();
                let mut next = source.as_deref().map(|source| source as &dyn Error);
                while let Some(error) = next {
                    causes.push(error.to_string());
                    next = error.source();
                }
                if json {
                    let error = json!({ "error": { "message": message, "because": causes } });
                    drop(print(&format!("{error:#}\n")));
                } else {
                    let because = |cause: &String| paragraph("  because: ", &harmless(cause), width());
                    let causes: String = causes.iter().map(because).collect();
                    tell(&(paragraph("error: ", &harmless(&message), width()) + &causes));
                }
            }
        }
        ExitCode::from(code)
    }
}

pub(crate) fn tell(text: &str) {
    drop(anstream::stderr().lock().write_all(text.as_bytes()));
}

/// A closed pipe is the reader's good right, not a failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write_out(anstream::stdout().lock(), text.as_bytes())
}

/// The same for what is not text, as it is.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    write_out(std::io::stdout().lock(), bytes)
}

fn write_out(mut stdout: impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::world("cannot write to standard output", error)),
        Ok(()) => Ok(()),
    }
}
