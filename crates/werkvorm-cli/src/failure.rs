//! Everything that can go wrong, and the exit code that goes with it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use werkvorm::Diagnostic;

use crate::{problems, terminal};

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is wrong, or asks for help.
    Usage(clap::Error),
    /// The content is wrong: all problems, and the texts they point at.
    Content { problems: Vec<Diagnostic>, texts: BTreeMap<String, String> },
    /// The same, for programs: on standard output as JSON.
    ContentJson(Vec<Diagnostic>),
    /// The input cannot be used at all: wrong input without a place.
    Input(String),
    /// The world is wrong.
    World { message: String, source: Option<Box<dyn Error>> },
}

impl Failure {
    pub(crate) fn world(message: impl Into<String>, source: impl Error + 'static) -> Self {
        Self::World { message: message.into(), source: Some(Box::new(source)) }
    }

    pub(crate) fn content(problems: Vec<Diagnostic>) -> Self {
        Self::Content { problems, texts: BTreeMap::new() }
    }

    /// Says what is wrong and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let mut stderr = anstream::stderr().lock();
        // When standard error is gone there is nobody left to tell.
        match self {
            Self::Usage(error) => {
                let code = if error.use_stderr() { 2 } else { 0 };
                let _ = error.print();
                return ExitCode::from(code);
            }
            Self::Content { problems, texts } => {
                let shown = problems::show(&problems, &texts, terminal::colours_errors());
                let _ = write!(stderr, "{shown}");
                ExitCode::from(2)
            }
            Self::ContentJson(problems) => {
                let json = serde_json::json!({ "problems": problems });
                println!("{json:#}");
                ExitCode::from(2)
            }
            Self::Input(message) => {
                let _ = writeln!(stderr, "error: {message}");
                ExitCode::from(2)
            }
            Self::World { message, source } => {
                let _ = writeln!(stderr, "error: {message}");
                let mut source = source.as_deref().map(|source| source as &dyn Error);
                while let Some(error) = source {
                    let _ = writeln!(stderr, "  because: {error}");
                    source = error.source();
                }
                ExitCode::from(1)
            }
        }
    }
}

/// A closed pipe is the reader's good right, not a failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::world("cannot write to standard output", error)),
        Ok(()) => Ok(()),
    }
}
