//! The rows of an Arrow or Parquet file as profiles: a column is a question, and nothing in it is no answer.
//!
//! A row becomes the JSON that somebody would have written, so that a table and a file of lines get the same
//! answers and the same complaints.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use werkvorm::{Answer, Diagnostic, Engine, Profile, code};

use crate::batch_input::{Given, Place};
use crate::failure::Failure;

/// What a profile can hold besides answers.
const BESIDES: [&str; 4] = ["title", "about", "made_up", "weights"];
/// How many rows of a Parquet file are read at once.
const AT_ONCE: usize = 1024;
/// Lists in lists in lists are no answer to anything.
const DEEPEST: usize = 3;
/// How an Arrow file begins, as opposed to a stream.
const ARROW_FILE: &[u8] = b"ARROW1";

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// Which of the two formats a table is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableFormat {
    Arrow,
    Parquet,
}

/// The rows of a file.
pub(crate) struct Table {
    file: String,
    format: TableFormat,
    batches: Batches,
    /// The rows that are being read, and how many of them were.
    batch: Option<(RecordBatch, usize)>,
    rows: u64,
    length: Option<u64>,
}

impl Table {
    /// Opens a file and checks its columns.
    pub(crate) fn open(engine: &Engine, file: &str, format: TableFormat) -> Result<Self, Failure> {
        let (batches, schema, length) = open(file, format, 0)?;
        let problems = check(engine, file, &schema);
        if !problems.is_empty() {
            return Err(Failure::content(problems));
        }
        Ok(Self { file: file.to_owned(), format, batches, batch: None, rows: 0, length })
    }

    pub(crate) fn next(&mut self) -> Result<Option<Given>, Failure> {
        let cannot = |error| Failure::world(format!("cannot read `{}`", self.file), error);
        loop {
            if let Some((batch, at)) = &mut self.batch
                && *at < batch.num_rows()
            {
                let mut text = Vec::new();
                write_row(&mut text, batch, *at).map_err(cannot)?;
                *at += 1;
                self.rows += 1;
                return Ok(Some(Given { row: self.rows, line: None, text }));
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            self.batch = Some((batch.map_err(cannot)?, 0));
        }
    }

    pub(crate) fn place(&self) -> Place {
        Place { rows: self.rows, ..Place::default() }
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Skips what was read before.
    pub(crate) fn go_to(&mut self, place: Place) -> Result<(), Failure> {
        let (batches, ..) = open(&self.file, self.format, place.rows)?;
        self.batches = batches;
        self.batch = None;
        self.rows = 0;
        let mut left = if self.format == TableFormat::Parquet { 0 } else { place.rows };
        while left > 0 {
            let Some(batch) = self.batches.next() else { break };
            let batch =
                batch.map_err(|error| Failure::world(format!("cannot read `{}`", self.file), error))?;
            let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(batch.num_rows());
            left -= skipped as u64;
            self.batch = Some((batch, skipped));
        }
        self.rows = place.rows;
        Ok(())
    }
}

fn open(file: &str, format: TableFormat, skip: u64) -> Result<(Batches, Schema, Option<u64>), Failure> {
    let cannot = |error| Failure::world(format!("cannot read `{file}`"), error);
    let opened = || File::open(file).map_err(cannot);
    let unfit = |name: &str, error: ArrowError| {
        let message = format!("cannot read `{file}` as {name}");
        Failure::World { message, source: Some(Box::new(error)) }
    };
    match format {
        TableFormat::Parquet => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(opened()?)
                .map_err(|error| unfit("Parquet", error.into()))?;
            let length = builder.metadata().file_metadata().num_rows();
            let schema = builder.schema().as_ref().clone();
            let skip = usize::try_from(skip).unwrap_or(usize::MAX);
            let reader = builder.with_batch_size(AT_ONCE).with_offset(skip).build();
            let reader = reader.map_err(|error| unfit("Parquet", error.into()))?;
            Ok((Box::new(reader), schema, u64::try_from(length).ok()))
        }
        TableFormat::Arrow if beginning(file, 6).map_err(cannot)? == ARROW_FILE => {
            let reader = FileReader::try_new(BufReader::new(opened()?), None);
            let reader = reader.map_err(|error| unfit("Arrow", error))?;
            let schema = reader.schema().as_ref().clone();
            Ok((Box::new(reader), schema, None))
        }
        TableFormat::Arrow => {
            let reader = StreamReader::try_new(BufReader::new(opened()?), None);
            let reader = reader.map_err(|error| unfit("Arrow", error))?;
            let schema = reader.schema().as_ref().clone();
            Ok((Box::new(reader), schema, None))
        }
    }
}

/// The first bytes of a file, to see what it is.
fn beginning(file: &str, count: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Every column that is no answer to anything.
fn check(engine: &Engine, file: &str, schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut names = Profile::new();
    for field in schema.fields() {
        let name = field.name();
        if !seen.insert(name) {
            let message = format!("there are two columns `{name}`");
            let problem = Diagnostic::error(&code::ANSWERED_TWICE, message, "keep one of the two");
            found.push(problem.at_item(file, name));
        }
        if !fits(field.data_type(), DEEPEST) {
            let message = format!("column `{name}` is of the type {}", field.data_type());
            let help =
                "an answer is a text, a whole number, or a list of texts; change the column, or leave it out";
            found.push(Diagnostic::error(&code::BATCH_COLUMN, message, help).at_item(file, name));
        }
        if !BESIDES.contains(&name.as_str()) {
            names = names.with(name, Answer::Open);
        }
    }
    // An open answer says nothing, so all that can be wrong with it is the question.
    for mut problem in engine.encode(&names).err().unwrap_or_default() {
        for label in &mut problem.labels {
            label.file = file.to_owned();
        }
        found.push(problem);
    }
    found
}

/// Whether what is of this type can be written in a profile.
fn fits(kind: &DataType, deep: usize) -> bool {
    match kind {
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            true
        }
        kind if kind.is_integer() || kind.is_floating() => true,
        DataType::Dictionary(_, value) => fits(value, deep),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            deep > 0 && fits(item.data_type(), deep - 1)
        }
        DataType::Struct(fields) => deep > 0 && fields.iter().all(|field| fits(field.data_type(), deep - 1)),
        _ => false,
    }
}

/// A row as a profile in JSON, without the columns that have nothing in it.
fn write_row(text: &mut Vec<u8>, batch: &RecordBatch, at: usize) -> Result<(), ArrowError> {
    let schema = batch.schema_ref();
    let cells = schema.fields().iter().zip(batch.columns());
    write_table(text, cells.map(|(field, column)| (field.name().as_str(), column.as_ref())), at)
}

fn write_table<'a>(
    text: &mut Vec<u8>,
    cells: impl Iterator<Item = (&'a str, &'a dyn Array)>,
    at: usize,
) -> Result<(), ArrowError> {
    text.push(b'{');
    let mut first = true;
    for (name, column) in cells.filter(|(_, column)| !is_nothing(*column, at)) {
        if !first {
            text.extend(b", ");
        }
        first = false;
        write_text(text, name)?;
        text.extend(b": ");
        write_value(text, column, at)?;
    }
    text.push(b'}');
    Ok(())
}

fn is_nothing(column: &dyn Array, at: usize) -> bool {
    column.is_null(at) || *column.data_type() == DataType::Null
}

fn write_value(text: &mut Vec<u8>, column: &dyn Array, at: usize) -> Result<(), ArrowError> {
    macro_rules! number {
        ($kind:ty) => {
            write!(text, "{}", column.as_primitive::<$kind>().value(at))?
        };
    }
    macro_rules! from_dictionary {
        ($keys:expr, $($kind:ident => $type:ty),*) => {
            match $keys {
                $(DataType::$kind => {
                    let dictionary = column.as_dictionary::<$type>();
                    match dictionary.key(at) {
                        Some(key) => write_value(text, dictionary.values(), key)?,
                        None => text.extend(b"null"),
                    }
                })*
                _ => text.extend(b"null"),
            }
        };
    }
    if is_nothing(column, at) {
        text.extend(b"null");
        return Ok(());
    }
    match column.data_type() {
        DataType::Boolean => write!(text, "{}", column.as_boolean().value(at))?,
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => write_fraction(text, column.as_primitive::<Float16Type>().value(at).to_f64())?,
        DataType::Float32 => write_fraction(text, column.as_primitive::<Float32Type>().value(at).into())?,
        DataType::Float64 => write_fraction(text, column.as_primitive::<Float64Type>().value(at))?,
        DataType::Utf8 => write_text(text, column.as_string::<i32>().value(at))?,
        DataType::LargeUtf8 => write_text(text, column.as_string::<i64>().value(at))?,
        DataType::Utf8View => write_text(text, column.as_string_view().value(at))?,
        DataType::Dictionary(keys, _) => from_dictionary!(
            keys.as_ref(), Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type,
            UInt8 => UInt8Type, UInt16 => UInt16Type, UInt32 => UInt32Type, UInt64 => UInt64Type
        ),
        DataType::List(_) => write_list(text, &column.as_list::<i32>().value(at))?,
        DataType::LargeList(_) => write_list(text, &column.as_list::<i64>().value(at))?,
        DataType::FixedSizeList(..) => write_list(text, &column.as_fixed_size_list().value(at))?,
        DataType::Struct(fields) => {
            let columns = column.as_struct().columns();
            let cells = fields.iter().zip(columns);
            write_table(text, cells.map(|(field, column)| (field.name().as_str(), column.as_ref())), at)?;
        }
        // INVARIANT: the columns were checked.
        _ => text.extend(b"null"),
    }
    Ok(())
}

fn write_list(text: &mut Vec<u8>, items: &dyn Array) -> Result<(), ArrowError> {
    text.push(b'[');
    for at in 0..items.len() {
        if at > 0 {
            text.extend(b", ");
        }
        write_value(text, items, at)?;
    }
    text.push(b']');
    Ok(())
}

/// A whole number that a program kept as a fraction, as many do when some rows have none, is a whole number.
fn write_fraction(text: &mut Vec<u8>, number: f64) -> Result<(), ArrowError> {
    if number.is_finite() {
        write!(text, "{number}")?
    } else {
        write_text(text, &number.to_string())?
    }
    Ok(())
}

fn write_text(text: &mut Vec<u8>, value: &str) -> Result<(), ArrowError> {
    serde_json::to_writer(text, value).map_err(|error| ArrowError::JsonError(error.to_string()))
}
