//! Rows of a batch as an Arrow or Parquet file: the same as in lines of JSON, column by column.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Int64Array, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use werkvorm::{BatchExplain, BatchMethod, BatchRow};

use crate::batch_columns::TableFormat;

/// A group of rows of a Parquet file is written when it takes this much memory, or has this many rows.
const GROUP_BYTES: usize = 16 * 1024 * 1024;
const GROUP_ROWS: usize = 32 * 1024;

const EXPLANATION: &str = "explanation";

/// The columns of a batch.
pub(crate) fn schema(explain: BatchExplain) -> SchemaRef {
    let whole = |name: &str| Field::new(name, DataType::Int64, false);
    let methods =
        DataType::List(Arc::new(Field::new_list_field(DataType::Struct(of_method(explain)), false)));
    Arc::new(Schema::new(vec![
        whole("row"),
        Field::new("title", DataType::Utf8, true),
        Field::new("methods", methods, false),
    ]))
}

fn of_method(explain: BatchExplain) -> Fields {
    let whole = |name: &str| Field::new(name, DataType::Int64, false);
    let mut fields =
        vec![whole("rank"), Field::new("id", DataType::Utf8, false), whole("total"), whole("fit")];
    match explain {
        BatchExplain::None => {}
        BatchExplain::Ids => fields.push(Field::new("rules", DataType::List(rule()), false)),
        BatchExplain::Full => fields.push(Field::new(EXPLANATION, DataType::Utf8, false)),
    }
    fields.into()
}

fn rule() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Utf8, false))
}

/// Rows as columns.
pub(crate) fn columns(rows: &[BatchRow<'_>], explain: BatchExplain) -> Result<RecordBatch, ArrowError> {
    let methods = || rows.iter().flat_map(|row| &row.methods);
    let whole = |number: fn(&BatchMethod<'_>) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(methods().map(number)))
    };
    let mut ids = StringBuilder::new();
    methods().for_each(|method| ids.append_value(method.id));
    let mut columns: Vec<ArrayRef> = vec![
        whole(|method| i64::try_from(method.rank).unwrap_or(i64::MAX)),
        Arc::new(ids.finish()),
        whole(|method| method.total),
        whole(|method| method.fit),
    ];
    match explain {
        BatchExplain::None => {}
        BatchExplain::Ids => {
            let mut rules = StringBuilder::new();
            methods().flat_map(|method| method.rules.iter().flatten()).for_each(|id| rules.append_value(id));
            let counts = methods().map(|method| method.rules.as_ref().map_or(0, Vec::len));
            columns.push(list(rule(), counts, Arc::new(rules.finish()))?);
        }
        BatchExplain::Full => {
            let mut texts = StringBuilder::new();
            for method in methods() {
                let json = serde_json::to_string(&method.explanation);
                texts.append_value(json.map_err(|error| ArrowError::JsonError(error.to_string()))?);
            }
            columns.push(Arc::new(texts.finish()));
        }
    }
    let fields = of_method(explain);
    let count = methods().count();
    let methods = StructArray::try_new_with_length(fields.clone(), columns, None, count)?;
    let item = Arc::new(Field::new_list_field(DataType::Struct(fields), false));
    let methods = list(item, rows.iter().map(|row| row.methods.len()), Arc::new(methods))?;
    let mut titles = StringBuilder::new();
    rows.iter().for_each(|row| titles.append_option(row.title.as_deref()));
    let numbers = rows.iter().map(|row| i64::try_from(row.row).unwrap_or(i64::MAX));
    let numbers = Int64Array::from_iter_values(numbers);
    RecordBatch::try_new(schema(explain), vec![Arc::new(numbers), Arc::new(titles.finish()), methods])
}

fn list(
    item: Arc<Field>,
    counts: impl Iterator<Item = usize>,
    items: ArrayRef,
) -> Result<ArrayRef, ArrowError> {
    let offsets = OffsetBuffer::from_lengths(counts);
    Ok(Arc::new(ListArray::try_new(item, offsets, items, None)?))
}

/// Columns as a stream of their own: such streams stand one behind the other until all rows are there.
pub(crate) fn stream(parts: &[RecordBatch], explain: BatchExplain) -> Result<Vec<u8>, ArrowError> {
    let schema = schema(explain);
    // What waits on the disk is squeezed: explanations are several times smaller then.
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options)?;
    let whole = concat_batches(&schema, parts)?;
    if whole.num_rows() > 0 {
        writer.write(&whole)?;
    }
    writer.into_inner()
}

/// Makes one file of streams that stand one behind the other.
pub(crate) fn join(
    streams: &Path,
    file: &Path,
    format: TableFormat,
    explain: BatchExplain,
) -> Result<(), ArrowError> {
    let schema = schema(explain);
    let mut reader = BufReader::new(File::open(streams)?);
    let mut writer = Writer::new(BufWriter::new(File::create(file)?), format, &schema)?;
    while !at_end(&mut reader)? {
        for batch in StreamReader::try_new(&mut reader, None)? {
            writer.write(&batch?)?;
        }
    }
    writer.finish()
}

enum Writer {
    Arrow(Box<FileWriter<BufWriter<File>>>),
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
}

impl Writer {
    fn new(file: BufWriter<File>, format: TableFormat, schema: &SchemaRef) -> Result<Self, ArrowError> {
        Ok(match format {
            TableFormat::Arrow => Self::Arrow(Box::new(FileWriter::try_new(file, schema)?)),
            TableFormat::Parquet => {
                // Explanations are long and no two are the same: a dictionary of them only takes time.
                let explanation = ColumnPath::from(
                    ["methods", "list", Field::LIST_FIELD_DEFAULT_NAME, EXPLANATION]
                        .map(String::from)
                        .to_vec(),
                );
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_column_dictionary_enabled(explanation.clone(), false)
                    .set_column_statistics_enabled(explanation, EnabledStatistics::None)
                    .build();
                Self::Parquet(Box::new(ArrowWriter::try_new(file, schema.clone(), Some(properties))?))
            }
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        match self {
            Self::Arrow(writer) => writer.write(batch)?,
            Self::Parquet(writer) => {
                writer.write(batch)?;
                if writer.in_progress_size() >= GROUP_BYTES || writer.in_progress_rows() >= GROUP_ROWS {
                    writer.flush()?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ArrowError> {
        let file = match self {
            Self::Arrow(mut writer) => {
                writer.finish()?;
                writer.into_inner()?
            }
            Self::Parquet(writer) => writer.into_inner()?,
        };
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(())
    }
}

fn at_end(reader: &mut impl BufRead) -> Result<bool, ArrowError> {
    Ok(reader.fill_buf()?.is_empty())
}
