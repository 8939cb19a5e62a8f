//! `werkvorm batch IN OUT`: the best methods for every profile of a file, in a file.
//!
//! What a row is stands in the library. Here are the files: what they are called, which format they have, and
//! how a run that was stopped goes on.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use rayon::prelude::*;
use werkvorm::{BatchExplain, BatchProfile, BatchRow, Engine, did_you_mean};

#[cfg(feature = "arrow")]
use crate::batch_columns::{Table, TableFormat};
use crate::batch_input::{Given, Input, Lines};
use crate::batch_job::{Job, Joining, Partial, put};
use crate::failure::{Failure, tell};
use crate::input::{Start, shown};
use crate::terminal::{paragraph, width};
use crate::what_if::top;

/// Formats by the endings of files.
const ENDINGS: [(&str, &str); 5] = [
    ("ndjson", "ndjson"),
    ("jsonl", "ndjson"),
    ("arrow", "arrow"),
    ("feather", "arrow"),
    ("parquet", "parquet"),
];
pub(crate) const FORMATS: [&str; 3] = ["ndjson", "arrow", "parquet"];
/// How many profiles are in memory at once: so many divided by the methods of each, and never more than these.
const PLACES_AT_ONCE: usize = 40_960;
const EXPLANATIONS_AT_ONCE: usize = 640;
const PROFILES_AT_ONCE: usize = 8_192;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Lines,
    #[cfg(feature = "arrow")]
    Table(TableFormat),
}

/// A batch, understood.
struct Batch<'a> {
    engine: &'a Engine,
    input: &'a str,
    format: Format,
    top: usize,
    explain: BatchExplain,
}

pub(crate) fn run(start: &Start, matches: &ArgMatches) -> Result<(), Failure> {
    let argument = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (input, output) = (argument("input").unwrap_or("-"), argument("target").unwrap_or("-"));
    let explain = match argument("explain") {
        Some("none") => BatchExplain::None,
        Some("full") => BatchExplain::Full,
        _ => BatchExplain::Ids,
    };
    let (input_name, input_format) = format(input, argument("in-format"), "in-format")?;
    let (output_name, output_format) = format(output, argument("out-format"), "out-format")?;
    let batch = Batch { engine: start.engine(), input, format: output_format, top: top(matches), explain };
    let bad = argument("bad").map(PathBuf::from);
    if output == "-" {
        if output_format != Format::Lines {
            let message =
                format!("{output_name} cannot be written to standard output: give the name of a file");
            return Err(Failure::Misuse(message));
        }
        check_place(input, None, bad.as_deref(), matches.get_flag("force"))?;
        let mut profiles = open(start, input, input_format)?;
        return to_stream(start, &batch, &mut profiles, bad.as_deref());
    }
    // A link stays a link; what it points at is replaced.
    let target = std::fs::canonicalize(output).unwrap_or_else(|_| output.into());
    let bad = bad.unwrap_or_else(|| format!("{output}.bad.ndjson").into());
    check_place(input, Some(&target), Some(&bad), matches.get_flag("force"))?;
    let mut profiles = open(start, input, input_format)?;
    let job = Job {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        output_format: output_name.to_owned(),
        rules: rules(batch.engine),
        top: batch.top,
        explain: argument("explain").unwrap_or("").to_owned(),
        ..job_of(input, input_name)?
    };
    let mut partial = Partial::open(&target, job, input != "-", matches.get_flag("restart"))?;
    let texts = start.texts();
    if partial.place().rows > 0 {
        profiles.go_to(partial.place())?;
        let number = whole(start, partial.place().rows);
        say(&texts.fill("batch.goes-on", &[("file", output), ("rows", &number)]));
    }
    if let Err(failure) = batch.fill(start, &mut profiles, &mut partial) {
        let done = partial.place().rows;
        if input == "-" || done == 0 {
            partial.discard();
        } else {
            stopped(start, done);
        }
        return Err(failure);
    }
    let (good, wrong) = (partial.good(), partial.bad());
    partial.finish(&target, &bad, batch.joining()).inspect_err(|_| stopped(start, good + wrong))?;
    summary(start, good, wrong, Some(output), Some(&bad.display().to_string()))
}

/// The format of a file: as it is said, or by its ending.
fn format(file: &str, said: Option<&str>, flag: &str) -> Result<(&'static str, Format), Failure> {
    let ending = Path::new(file).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let by_ending = || {
        let known = ENDINGS.iter().find(|(known, _)| ending.as_deref() == Some(known));
        known.map(|(_, format)| *format)
    };
    let said = said.and_then(|said| FORMATS.into_iter().find(|format| *format == said));
    let known = said.or(if file == "-" { Some("ndjson") } else { by_ending() });
    match known {
        Some("ndjson") => Ok(("ndjson", Format::Lines)),
        #[cfg(feature = "arrow")]
        Some("arrow") => Ok(("arrow", Format::Table(TableFormat::Arrow))),
        #[cfg(feature = "arrow")]
        Some("parquet") => Ok(("parquet", Format::Table(TableFormat::Parquet))),
        Some(other) => Err(Failure::Misuse(format!("this program was built without {other}"))),
        None => {
            let near =
                did_you_mean(ending.as_deref().unwrap_or(""), ENDINGS.iter().map(|(ending, _)| *ending));
            Err(Failure::Misuse(format!(
                "the name `{file}` does not say its format: {near}let it end in `.ndjson`, `.arrow` or `.parquet`, or add `--{flag}`"
            )))
        }
    }
}

/// That the files can be written and that nothing is lost by it.
fn check_place(input: &str, output: Option<&Path>, bad: Option<&Path>, force: bool) -> Result<(), Failure> {
    let whole = |file: &Path| std::fs::canonicalize(file).ok();
    let same = |a: &Path, b: &Path| a == b || whole(a).is_some_and(|a| whole(b) == Some(a));
    let files = [output, bad];
    if files.iter().flatten().any(|file| input != "-" && same(Path::new(input), file)) {
        let message = format!("`{input}` would be read and written at once: write to another file");
        return Err(Failure::Misuse(message));
    }
    if let (Some(output), Some(bad)) = (output, bad)
        && same(output, bad)
    {
        return Err(Failure::Misuse(format!("`{}` cannot hold both rows and bad rows", bad.display())));
    }
    for file in files.into_iter().flatten() {
        let shown = file.display();
        if file.is_file() && !force {
            let message =
                format!("`{shown}` is there already: add `--force` to replace it, or write to another file");
            return Err(Failure::Misuse(message));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if (file.exists() && !file.is_file()) || folder.is_some_and(|folder| !folder.is_dir()) {
            let message = format!("cannot write `{shown}`: there is no such folder, or it is no file");
            return Err(Failure::World { message, source: None });
        }
    }
    Ok(())
}

#[cfg_attr(not(feature = "arrow"), expect(unused_variables, reason = "only tables have columns to check"))]
fn open(start: &Start, input: &str, format: Format) -> Result<Input, Failure> {
    if Path::new(input).is_dir() {
        let message = format!("`{input}` is a folder; give the name of a file in it");
        return Err(Failure::World { message, source: None });
    }
    match format {
        Format::Lines => Ok(Input::Lines(Lines::open(input)?)),
        #[cfg(feature = "arrow")]
        Format::Table(_) if input == "-" => {
            Err(Failure::Misuse("standard input is read as NDJSON: give the name of a file".into()))
        }
        #[cfg(feature = "arrow")]
        Format::Table(format) => Ok(Input::Table(Table::open(start.engine(), input, format)?)),
    }
}

/// The part of a job that is about the input.
fn job_of(input: &str, format: &str) -> Result<Job, Failure> {
    let mut job = Job {
        version: String::new(),
        input: shown(input).to_owned(),
        input_bytes: 0,
        input_changed: String::new(),
        input_format: format.to_owned(),
        output_format: String::new(),
        rules: String::new(),
        top: 0,
        explain: String::new(),
    };
    if input != "-" {
        let cannot = |error| Failure::world(format!("cannot read `{input}`"), error);
        let there = std::fs::metadata(input).map_err(cannot)?;
        let changed = there.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        job.input = std::fs::canonicalize(input).map_err(cannot)?.display().to_string();
        job.input_bytes = there.len();
        job.input_changed = changed.unwrap_or_default().as_nanos().to_string();
    }
    Ok(job)
}

/// What tells these rules from others. A pack made by hand has no hash, or may have an old one.
fn rules(engine: &Engine) -> String {
    /// Counts and mixes bytes; for telling packs apart, and no more (FNV-1a).
    struct Mixed(u64);
    impl Write for Mixed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mix = |mixed: u64, byte: &u8| (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            self.0 = bytes.iter().fold(self.0, mix);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let pack = engine.pack();
    let mut mixed = Mixed(0xcbf2_9ce4_8422_2325);
    // Nothing that it writes to can fail.
    drop(serde_json::to_writer(&mut mixed, pack));
    format!("{} {} {:016x}", pack.id, pack.version, mixed.0)
}

/// What was made of some profiles.
#[derive(Default)]
struct Made {
    rows: Vec<u8>,
    #[cfg(feature = "arrow")]
    columns: Vec<arrow_array::RecordBatch>,
    good: u64,
    bad_rows: Vec<u8>,
    bad: u64,
}

impl Batch<'_> {
    /// How many profiles are read before something is written.
    fn at_once(&self) -> usize {
        let top = self.top.min(self.engine.pack().methods.len()).max(1);
        match self.explain {
            BatchExplain::Full => EXPLANATIONS_AT_ONCE / top,
            _ => PLACES_AT_ONCE / top,
        }
        .clamp(1, PROFILES_AT_ONCE)
    }

    /// Answers all profiles that are left.
    fn fill(&self, start: &Start, input: &mut Input, partial: &mut Partial) -> Result<(), Failure> {
        let bar = bar(input);
        loop {
            let given = input.next(self.at_once())?;
            if given.is_empty() {
                return Ok(());
            }
            let made = self.answer(&given)?;
            partial.add(&made.rows, made.good, &made.bad_rows, made.bad, input.place())?;
            move_bar(start, &bar, input, partial.good() + partial.bad(), partial.bad());
        }
    }

    /// The rows of some profiles, made on all threads and put in their order.
    fn answer(&self, given: &[Given]) -> Result<Made, Failure> {
        let piece = given.len().div_ceil(4 * rayon::current_num_threads()).clamp(1, 512);
        let pieces: Vec<Made> =
            given.par_chunks(piece).map(|given| self.piece(given)).collect::<Result<_, _>>()?;
        let mut all = Made::default();
        for made in pieces {
            all.good += made.good;
            all.bad += made.bad;
            all.bad_rows.extend(made.bad_rows);
            all.rows.extend(made.rows);
            #[cfg(feature = "arrow")]
            all.columns.extend(made.columns);
        }
        #[cfg(feature = "arrow")]
        if self.format != Format::Lines {
            all.rows = crate::batch_table::stream(&all.columns, self.explain)
                .map_err(|error| Failure::world("cannot write columns", error))?;
        }
        Ok(all)
    }

    /// The rows of a few profiles, on one thread.
    fn piece(&self, given: &[Given]) -> Result<Made, Failure> {
        let profiles: Vec<_> = given
            .iter()
            .map(|given| BatchProfile { row: given.row, line: given.line, text: &given.text })
            .collect();
        let mut made = Made::default();
        let mut good: Vec<BatchRow<'_>> = Vec::with_capacity(given.len());
        for row in werkvorm::batch(self.engine, shown(self.input), &profiles, self.top, self.explain) {
            match row {
                Ok(row) => good.push(row),
                Err(bad) => {
                    made.bad += 1;
                    write_line(&mut made.bad_rows, &bad)?;
                }
            }
        }
        made.good = good.len() as u64;
        match self.format {
            Format::Lines => {
                for row in &good {
                    write_line(&mut made.rows, row)?;
                }
            }
            #[cfg(feature = "arrow")]
            Format::Table(_) => {
                let columns = crate::batch_table::columns(&good, self.explain);
                made.columns.push(columns.map_err(|error| Failure::world("cannot write columns", error))?);
            }
        }
        Ok(made)
    }

    /// What makes a file of the rows, when it is not those rows as they are.
    fn joining(&self) -> Option<Joining> {
        match self.format {
            Format::Lines => None,
            #[cfg(feature = "arrow")]
            Format::Table(format) => {
                let explain = self.explain;
                Some(Box::new(move |rows: &Path, file: &Path| {
                    let cannot = |error| Failure::world(format!("cannot write `{}`", file.display()), error);
                    crate::batch_table::join(rows, file, format, explain).map_err(cannot)
                }))
            }
        }
    }
}

fn write_line(lines: &mut Vec<u8>, row: &impl serde::Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *lines, row).map_err(|error| Failure::world("cannot write JSON", error))?;
    lines.push(b'\n');
    Ok(())
}

/// To standard output, as it comes. Bad rows go to standard error unless they have a file.
fn to_stream(start: &Start, batch: &Batch<'_>, input: &mut Input, bad: Option<&Path>) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let beside = bad.map(|bad| {
        let mut name = bad.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        PathBuf::from(name)
    });
    let cannot = |file: &Path, error| Failure::world(format!("cannot write `{}`", file.display()), error);
    let mut kept = match &beside {
        Some(file) => Some((file, std::fs::File::create(file).map_err(|error| cannot(file, error))?)),
        None => None,
    };
    let (mut good, mut wrong) = (0, 0);
    let mut fill = || loop {
        let given = input.next(batch.at_once())?;
        if given.is_empty() {
            return Ok(true);
        }
        let made = batch.answer(&given)?;
        good += made.good;
        wrong += made.bad;
        match &mut kept {
            Some((file, kept)) => kept.write_all(&made.bad_rows).map_err(|error| cannot(file, error))?,
            None => tell(&String::from_utf8_lossy(&made.bad_rows)),
        }
        match stdout.write_all(&made.rows).and_then(|()| stdout.flush()) {
            // Nobody listens any more, which is their good right.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(false),
            written => written.map_err(|error| Failure::world("cannot write to standard output", error))?,
        }
    };
    let filled = fill();
    if let (Some(beside), Some(bad)) = (&beside, bad) {
        if wrong > 0 && filled.is_ok() {
            put(beside, bad)?;
        } else {
            drop(std::fs::remove_file(beside));
            if bad.is_file() && filled.is_ok() {
                std::fs::remove_file(bad).map_err(|error| cannot(bad, error))?;
            }
        }
    }
    if !filled? {
        return Ok(());
    }
    let bad = bad.map(|bad| bad.display().to_string());
    summary(start, good, wrong, None, bad.as_deref())
}

/// Says how it went. Bad rows are wrong content, even when all others are answered.
fn summary(
    start: &Start,
    good: u64,
    wrong: u64,
    output: Option<&str>,
    bad: Option<&str>,
) -> Result<(), Failure> {
    let texts = start.texts();
    let (all, good, bad_rows) = (whole(start, good + wrong), whole(start, good), whole(start, wrong));
    let blanks = [
        ("all", all.as_str()),
        ("answered", &good),
        ("bad", &bad_rows),
        ("file", output.unwrap_or("")),
        ("bad-file", bad.unwrap_or("")),
    ];
    let mut said = texts.fill(if output.is_some() { "batch.done" } else { "batch.done-stream" }, &blanks);
    if wrong > 0 {
        said.push(' ');
        said.push_str(&texts.fill(if bad.is_some() { "batch.bad" } else { "batch.bad-stream" }, &blanks));
    }
    say(&said);
    if wrong > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// Says that what is done is not lost.
fn stopped(start: &Start, done: u64) {
    if done > 0 {
        say(&start.texts().fill("batch.stopped", &[("rows", &whole(start, done))]));
    }
}

fn say(text: &str) {
    tell(&paragraph("", text, width()));
}

fn whole(start: &Start, count: u64) -> String {
    start.texts().number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A bar for who looks at a terminal, and none for anybody else.
fn bar(input: &Input) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (at, length) = input.progress();
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(5));
    let template = if length.is_some() { "{bar:30} {percent:>3}%  {msg}  {eta}" } else { "{spinner} {msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_position(at);
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_millis(500));
    bar.with_finish(ProgressFinish::AndClear)
}

fn move_bar(start: &Start, bar: &ProgressBar, input: &Input, rows: u64, bad: u64) {
    if !bar.is_hidden() {
        let (rows, bad) = (whole(start, rows), whole(start, bad));
        bar.set_message(start.texts().fill("batch.progress", &[("rows", &rows), ("bad", &bad)]));
        bar.set_position(input.progress().0);
    }
}
