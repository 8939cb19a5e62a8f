//! Tables in and out: the same profiles give the same rows, whatever they are kept in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampSecondArray,
};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::{batch, batch_small, check_fine, lines, many, ndjson, profiles, read};
use crate::{folder, listing};

/// The rows of a file of any format, as JSON.
pub(super) fn rows(file: &Path) -> Vec<Value> {
    let open = || File::open(file).unwrap();
    let batches: Vec<RecordBatch> = match file.extension().unwrap().to_str().unwrap() {
        "ndjson" => return lines(&std::fs::read_to_string(file).unwrap()),
        "arrow" => FileReader::try_new(open(), None).unwrap().collect::<Result<_, _>>().unwrap(),
        _ => {
            let reader = ParquetRecordBatchReaderBuilder::try_new(open()).unwrap().build().unwrap();
            reader.collect::<Result<_, _>>().unwrap()
        }
    };
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at))).collect()
}

fn row(batch: &RecordBatch, at: usize) -> Value {
    let names = batch.schema_ref().fields().iter().map(|field| field.name().clone());
    object(names.zip(batch.columns()), at)
}

fn object<'a>(cells: impl Iterator<Item = (String, &'a ArrayRef)>, at: usize) -> Value {
    let cells = cells.filter(|(_, column)| !column.is_null(at));
    cells
        .map(|(name, column)| {
            let cell = value(column, at);
            // An explanation is JSON in a text.
            let parsed =
                (name == "explanation").then(|| serde_json::from_str(cell.as_str().unwrap()).unwrap());
            (name, parsed.unwrap_or(cell))
        })
        .collect()
}

fn value(column: &ArrayRef, at: usize) -> Value {
    match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().value(at).into(),
        DataType::Utf8 => column.as_string::<i32>().value(at).into(),
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(at);
            (0..items.len()).map(|at| value(&items, at)).collect()
        }
        DataType::Struct(fields) => {
            object(fields.iter().map(|field| field.name().clone()).zip(column.as_struct().columns()), at)
        }
        other => panic!("{other}"),
    }
}

/// Profiles as columns: texts, lists, whole numbers, and a struct for what is a table.
fn table(profiles: &[Value]) -> RecordBatch {
    let names: BTreeSet<&String> =
        profiles.iter().flat_map(|profile| profile.as_object().unwrap().keys()).collect();
    let columns = names.iter().map(|name| {
        let cells: Vec<&Value> =
            profiles.iter().map(|profile| profile.get(*name).unwrap_or(&Value::Null)).collect();
        ((*name).clone(), column(&cells))
    });
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

fn column(cells: &[&Value]) -> ArrayRef {
    let texts = || cells.iter().map(|cell| cell.as_str());
    match cells.iter().find(|cell| !cell.is_null()) {
        Some(Value::Bool(_)) => Arc::new(cells.iter().map(|cell| cell.as_bool()).collect::<BooleanArray>()),
        Some(Value::Number(_)) => Arc::new(cells.iter().map(|cell| cell.as_i64()).collect::<Int64Array>()),
        Some(Value::Array(_)) => {
            let mut list = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                for item in cell.as_array().into_iter().flatten() {
                    list.values().append_value(item.as_str().unwrap());
                }
                list.append(cell.is_array());
            }
            Arc::new(list.finish())
        }
        Some(Value::Object(_)) => {
            let names: BTreeSet<&String> =
                cells.iter().filter_map(|cell| cell.as_object()).flat_map(|cell| cell.keys()).collect();
            let inner: Vec<(&String, ArrayRef)> = names
                .into_iter()
                .map(|name| {
                    let cells: Vec<&Value> =
                        cells.iter().map(|cell| cell.get(name).unwrap_or(&Value::Null)).collect();
                    (name, column(&cells))
                })
                .collect();
            let nulls = cells.iter().map(|cell| cell.is_object()).collect::<Vec<bool>>();
            let whole = StructArray::try_from(
                inner.iter().map(|(name, column)| (name.as_str(), column.clone())).collect::<Vec<_>>(),
            )
            .unwrap();
            let (fields, columns, _) = whole.into_parts();
            Arc::new(StructArray::new(fields, columns, Some(nulls.into())))
        }
        _ => Arc::new(texts().collect::<StringArray>()),
    }
}

fn write(file: &Path, batches: &[RecordBatch]) -> Result<(), ArrowError> {
    let opened = File::create(file)?;
    let schema = batches[0].schema();
    match file.extension().unwrap().to_str().unwrap() {
        "arrow" => {
            let mut writer = FileWriter::try_new(opened, &schema)?;
            batches.iter().try_for_each(|batch| writer.write(batch))?;
            writer.finish()
        }
        "feather" => {
            let mut writer = StreamWriter::try_new(opened, &schema)?;
            batches.iter().try_for_each(|batch| writer.write(batch))?;
            writer.finish()
        }
        _ => {
            let mut writer = ArrowWriter::try_new(opened, schema, None)?;
            batches.iter().try_for_each(|batch| writer.write(batch))?;
            writer.close().map(|_| ()).map_err(ArrowError::from)
        }
    }
}

#[test]
fn every_format_has_the_same_rows() {
    let folder = folder(&[("in.ndjson", &ndjson(&profiles()))]);
    let whole = table(&profiles());
    let parts = [whole.slice(0, 3), whole.slice(3, 0), whole.slice(3, whole.num_rows() - 3)];
    for file in ["in.arrow", "in.parquet", "in.feather"] {
        write(&folder.path().join(file), &parts).unwrap();
    }
    check_fine(&batch(&folder, &["in.ndjson", "want.ndjson"]));
    for input in ["arrow", "parquet", "feather"] {
        let out = format!("of-{input}.ndjson");
        check_fine(&batch(&folder, &[&format!("in.{input}"), &out]));
        assert_eq!(read(&folder, &out), read(&folder, "want.ndjson"), "{input}");
    }
    for explain in ["none", "ids", "full"] {
        let out = |format: &str| format!("{explain}.{format}");
        for format in ["ndjson", "arrow", "parquet"] {
            check_fine(&batch(&folder, &["in.parquet", &out(format), "--explain", explain, "--top", "2"]));
        }
        let [lines, arrow, parquet] =
            ["ndjson", "arrow", "parquet"].map(|format| rows(&folder.path().join(out(format))));
        assert_eq!(lines, arrow);
        assert_eq!(lines, parquet);
        assert_eq!(lines.len(), profiles().len());
    }
    // A name that says nothing, and a flag that does.
    std::fs::copy(folder.path().join("in.parquet"), folder.path().join("in")).unwrap();
    check_fine(&batch(&folder, &["in", "out", "--in-format", "parquet", "--out-format", "ndjson"]));
    assert_eq!(read(&folder, "out"), read(&folder, "want.ndjson"));
}

/// One question, kept in every way that programs keep it.
#[test]
fn types_of_columns() {
    let traits = [Some("loneliness"), None, Some("low-literacy")];
    let mut lists = ListBuilder::new(StringBuilder::new());
    for cell in traits {
        cell.into_iter().for_each(|cell| lists.values().append_value(cell));
        lists.append(cell.is_some());
    }
    let columns: [ArrayRef; 5] = [
        Arc::new(StringArray::from_iter(traits)),
        Arc::new(LargeStringArray::from_iter(traits)),
        Arc::new(StringViewArray::from_iter(traits)),
        Arc::new(traits.into_iter().collect::<DictionaryArray<Int32Type>>()),
        Arc::new(lists.finish()),
    ];
    let sizes: [ArrayRef; 4] = [
        Arc::new(Int32Array::from_iter([Some(5), Some(40), None])),
        Arc::new(Float64Array::from_iter([Some(5.0), Some(40.0), None])),
        Arc::new(StringArray::from_iter([Some("5"), Some("40"), None])),
        Arc::new(Int64Array::from_iter([Some(5), Some(40), None])),
    ];
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        let size = &sizes[at % sizes.len()];
        let batch =
            RecordBatch::try_from_iter([("trait", column.clone()), ("Group size", size.clone())]).unwrap();
        for format in ["arrow", "parquet"] {
            let folder = folder(&[]);
            let input = format!("in.{format}");
            write(&folder.path().join(&input), std::slice::from_ref(&batch)).unwrap();
            let outcome = batch_small(&[&input, "out.ndjson"]).inside(&folder).run();
            check_fine(&outcome);
            *seen.entry(read(&folder, "out.ndjson")).or_default() += 1;
        }
    }
    assert_eq!(seen.into_values().collect::<Vec<_>>(), [10]);
}

#[test]
fn columns_that_are_no_questions() {
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(["loneliness"]));
    let times: ArrayRef = Arc::new(TimestampSecondArray::from_iter_values([1]));
    for format in ["arrow", "parquet"] {
        let folder = folder(&[]);
        let input = format!("in.{format}");
        let columns = [
            ("traits", names.clone()),
            ("trait", names.clone()),
            ("need", names.clone()),
            ("group_size", times.clone()),
        ];
        write(&folder.path().join(&input), &[RecordBatch::try_from_iter(columns).unwrap()]).unwrap();
        let before = listing(&folder);
        let outcome = batch_small(&[&input, "out.ndjson"]).inside(&folder).run();
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""));
        assert_eq!(crate::codes(&outcome.err), ["WV0731", "WV0511", "WV0501"], "{}", outcome.err);
        assert!(outcome.err.contains("did you mean `trait`?"), "{}", outcome.err);
        assert_eq!(listing(&folder), before);
    }
}

#[test]
fn bad_rows_of_a_table() {
    let folder = folder(&[]);
    let sizes: ArrayRef = Arc::new(Float64Array::from_iter([Some(5.0), Some(2.5), Some(f64::NAN), None]));
    let traits: ArrayRef =
        Arc::new(StringArray::from_iter([Some("lonelyness"), None, None, Some("loneliness")]));
    let truths: ArrayRef = Arc::new(BooleanArray::from_iter([Some(true), Some(false), None, None]));
    let columns = [("group_size", sizes), ("trait", traits), ("made_up", truths)];
    write(&folder.path().join("in.parquet"), &[RecordBatch::try_from_iter(columns).unwrap()]).unwrap();
    assert_eq!(batch_small(&["in.parquet", "out.parquet"]).inside(&folder).run().code, 2);
    let bad = lines(&read(&folder, "out.parquet.bad.ndjson"));
    let shown: Vec<_> = bad
        .iter()
        .map(|bad| {
            (bad["row"].clone(), bad["line"].clone(), bad["problems"][0]["code"].clone(), bad["text"].clone())
        })
        .collect();
    let text = |text: &str| json!(text);
    assert_eq!(
        shown,
        [
            (
                json!(1),
                Value::Null,
                json!("WV0502"),
                text("{\"group_size\": 5, \"trait\": \"lonelyness\", \"made_up\": true}")
            ),
            (json!(2), Value::Null, json!("WV0503"), text("{\"group_size\": 2.5, \"made_up\": false}")),
            (json!(3), Value::Null, json!("WV0503"), text("{\"group_size\": \"NaN\"}")),
        ]
    );
    assert_eq!(rows(&folder.path().join("out.parquet")).len(), 1);
}

#[test]
fn a_stopped_batch_of_a_table_goes_on() {
    let profiles: Vec<Value> = lines(&many(40_000));
    let whole = table(&profiles);
    let parts: Vec<_> = (0..8).map(|at| whole.slice(at * 5_000, 5_000)).collect();
    let folder = folder(&[]);
    for input in ["in.arrow", "in.parquet"] {
        write(&folder.path().join(input), &parts).unwrap();
        let out = format!("{input}.ndjson");
        let arguments = [input, &out, "--explain", "none", "--top", "2"];
        super::stopped(&folder, &arguments, &out);
        let outcome = batch_small(&arguments).inside(&folder).run();
        check_fine(&outcome);
        assert!(outcome.err.contains("This goes on where"), "{}", outcome.err);
        check_fine(
            &batch_small(&[input, "whole.ndjson", "--explain", "none", "--top", "2", "--force"])
                .inside(&folder)
                .run(),
        );
        assert!(read(&folder, &out) == read(&folder, "whole.ndjson"), "{input}");
    }
}

/// A file that is none, or half of one, is said to be so, and never a panic.
#[test]
fn damaged_tables() {
    let folder = folder(&[
        ("text.arrow", "{}\n"),
        ("text.parquet", "{}\n"),
        ("empty.arrow", ""),
        ("empty.parquet", ""),
    ]);
    let refused = |input: &str| {
        let outcome = batch_small(&[input, "out.ndjson", "--force", "--restart"]).inside(&folder).run();
        assert_ne!(outcome.code, 0, "{input}");
        assert!(!folder.path().join("out.ndjson").exists(), "{input}");
    };
    ["text.arrow", "text.parquet", "empty.arrow", "empty.parquet"].into_iter().for_each(refused);
    let mut numbers = super::Numbers(0x7ab1_e000_1234_5678);
    for format in ["arrow", "parquet", "feather"] {
        let input = format!("in.{format}");
        let path = folder.path().join(&input);
        write(&path, &[table(&profiles()[..4])]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        refused(&input);
        for _ in 0..6 {
            let mut damaged = whole.clone();
            for _ in 0..3 {
                let at = numbers.below(damaged.len());
                damaged[at] = u8::try_from(numbers.below(256)).unwrap();
            }
            std::fs::write(&path, &damaged).unwrap();
            // Some of it may still be read; what matters is that it ends well.
            batch_small(&[&input, "any.ndjson", "--force", "--restart"]).inside(&folder).run();
        }
    }
}
