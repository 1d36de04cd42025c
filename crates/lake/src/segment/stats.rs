//! What the Delta log says about a segment, so that any engine can pass it over: rows, and per column the smallest and
//! largest value and the number of nulls.

use arrow::datatypes::{DataType, SchemaRef};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use record::Timestamp;
use serde_json::{Map, Value, json};

use crate::columns::{ATTRIBUTES, MESSAGE, Table};

/// Columns with statistics. Delta's own default; more would swell the log with what is rarely asked for.
const COLUMNS_MAX: usize = 32;

/// Characters of a text bound. Delta's own default.
const TEXT_CHARS_MAX: usize = 32;

/// The `stats` of an `add` action.
pub(super) fn stats_json(table: Table, schema: &SchemaRef, metadata: &ParquetMetaData) -> String {
    let (mut min, mut max, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (index, field) in schema.fields().iter().enumerate() {
        let wanted = index < COLUMNS_MAX || field.name() == table.time_column();
        if !wanted || [MESSAGE, ATTRIBUTES, "raw"].contains(&field.name().as_str()) {
            continue;
        }
        let Some(bounds) = bounds(metadata, index) else { continue };
        nulls.insert(field.name().clone(), json!(bounds.nulls));
        insert(&mut min, field.name(), bounds.min.and_then(|bound| lower(field.data_type(), bound)));
        insert(&mut max, field.name(), bounds.max.and_then(|bound| upper(field.data_type(), bound)));
    }
    json!({ "numRecords": metadata.file_metadata().num_rows(), "minValues": min, "maxValues": max, "nullCount": nulls })
        .to_string()
}

fn insert(values: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    values.extend(value.map(|value| (name.to_owned(), value)));
}

/// A bound of a column as Parquet keeps it. Texts of ours may be cut already, the upper ones rounded up.
#[derive(Debug, Clone, PartialEq)]
enum Bound {
    Int(i64),
    Float(f64),
    Text(String),
}

struct Bounds {
    min: Option<Bound>,
    max: Option<Bound>,
    nulls: u64,
}

/// The bounds of a column over all row groups; `None` when one of them has no statistics.
fn bounds(metadata: &ParquetMetaData, column: usize) -> Option<Bounds> {
    let mut all = Bounds { min: None, max: None, nulls: 0 };
    let mut complete = true;
    for group in metadata.row_groups() {
        let chunk = group.column(column);
        let statistics = chunk.statistics()?;
        let nulls = statistics.null_count_opt()?;
        all.nulls += nulls;
        if nulls == chunk.num_values() as u64 {
            continue;
        }
        match (bound(statistics, Side::Min), bound(statistics, Side::Max)) {
            (Some(min), Some(max)) => {
                all.min = Some(all.min.map_or(min.clone(), |known| if less(&min, &known) { min } else { known }));
                all.max = Some(all.max.map_or(max.clone(), |known| if less(&known, &max) { max } else { known }));
            }
            _ => complete = false,
        }
    }
    Some(if complete { all } else { Bounds { min: None, max: None, ..all } })
}

fn less(a: &Bound, b: &Bound) -> bool {
    match (a, b) {
        (Bound::Int(a), Bound::Int(b)) => a < b,
        (Bound::Float(a), Bound::Float(b)) => a < b,
        (Bound::Text(a), Bound::Text(b)) => a < b,
        _ => false,
    }
}

#[derive(Clone, Copy)]
enum Side {
    Min,
    Max,
}

fn bound(statistics: &Statistics, side: Side) -> Option<Bound> {
    fn of<T: Copy>(side: Side, min: Option<&T>, max: Option<&T>) -> Option<T> {
        match side {
            Side::Min => min.copied(),
            Side::Max => max.copied(),
        }
    }
    match statistics {
        Statistics::Int32(values) => of(side, values.min_opt(), values.max_opt()).map(|value| Bound::Int(i64::from(value))),
        Statistics::Int64(values) => of(side, values.min_opt(), values.max_opt()).map(Bound::Int),
        Statistics::Double(values) => of(side, values.min_opt(), values.max_opt()).map(Bound::Float),
        Statistics::ByteArray(values) => {
            let bytes = match side {
                Side::Min => values.min_bytes_opt(),
                Side::Max => values.max_bytes_opt(),
            };
            std::str::from_utf8(bytes?).ok().map(|text| Bound::Text(text.to_owned()))
        }
        // Delta keeps no bounds of booleans, and no column of ours is of any other type.
        _ => None,
    }
}

fn lower(data_type: &DataType, bound: Bound) -> Option<Value> {
    Some(match bound {
        Bound::Int(micros) if is_time(data_type) => Value::from(millis_text(micros.div_euclid(1000))),
        Bound::Int(number) => Value::from(number),
        Bound::Float(number) => Value::from(number),
        Bound::Text(text) => Value::from(text.chars().take(TEXT_CHARS_MAX).collect::<String>()),
    })
}

fn upper(data_type: &DataType, bound: Bound) -> Option<Value> {
    Some(match bound {
        Bound::Int(micros) if is_time(data_type) => Value::from(millis_text(-(-micros).div_euclid(1000))),
        Bound::Int(number) => Value::from(number),
        Bound::Float(number) => Value::from(number),
        Bound::Text(text) => Value::from(cut_up(&text)?),
    })
}

fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..))
}

fn millis_text(millis: i64) -> String {
    let text = Timestamp::from_micros(millis * 1000).to_string();
    // Always three digits: not every reader takes a time without a fraction.
    if text.contains('.') { text } else { text.replace('Z', ".000Z") }
}

/// The text, or a shorter one that is larger: its beginning with the last character that can grow grown by one.
fn cut_up(text: &str) -> Option<String> {
    if text.chars().nth(TEXT_CHARS_MAX).is_none() {
        return Some(text.to_owned());
    }
    let mut kept: Vec<char> = text.chars().take(TEXT_CHARS_MAX).collect();
    while let Some(last) = kept.pop() {
        if let Some(next) = next_char(last) {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

/// The next character, over the gap of the surrogates.
fn next_char(c: char) -> Option<char> {
    (u32::from(c) + 1..=u32::from(char::MAX)).find_map(char::from_u32)
}

#[cfg(test)]
mod tests;
