//! How many records a segment has, by time and by what is most often counted by: so that counts, histograms and top
//! lists are read from some kilobytes instead of from the rows.
//!
//! There are three such tables in a segment of `logs`, each where it pays ([`Cuboid`]). In the file each is an Arrow IPC
//! stream (zstd) between the row groups and the index; its place stands in the footer. A row counts the records of one
//! stretch of time that agree in all dimensions; `timestamp` is the start of the stretch.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StringDictionaryBuilder, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit, UInt16Type};
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};
use hashbrown::{HashMap, HashTable};
use object_store::{ObjectStore, ObjectStoreExt};
use rapidhash::v3::rapidhash_v3;

use super::encoder::time_column;
use super::{footer, index};
use crate::columns::Table;
use crate::{Error, Segment};

/// The columns of `logs`, beside the time, by which rollups count.
pub const DIMENSIONS: [&str; 4] = ["source", "severity", "severity_number", "error_code"];

/// What a rollup counts by. Counting by all dimensions and by the minute would take a quarter of a row per record where
/// there are some hundred sources; what dashboards ask for takes far less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cuboid {
    /// By the hour and all [`DIMENSIONS`].
    Hours,
    /// By the minute and severity.
    Severities,
    /// By the minute, source and severity.
    Minutes,
}

impl Cuboid {
    /// Those that there are, in the order in which they stand in a file.
    pub const ALL: [Cuboid; 3] = [Cuboid::Hours, Cuboid::Severities, Cuboid::Minutes];

    /// Length of the stretches of time, in microseconds.
    pub fn grain_micros(self) -> i64 {
        match self {
            Cuboid::Hours => 60 * MINUTE_MICROS,
            Cuboid::Severities | Cuboid::Minutes => MINUTE_MICROS,
        }
    }

    /// Whether it tells records apart by this dimension.
    pub fn has(self, dimension: &str) -> bool {
        match self {
            Cuboid::Hours => DIMENSIONS.contains(&dimension),
            Cuboid::Severities => matches!(dimension, "severity" | "severity_number"),
            Cuboid::Minutes => matches!(dimension, "source" | "severity" | "severity_number"),
        }
    }

    /// The key of the footer that says where it stands, "<offset>,<length>".
    pub(super) fn key(self) -> &'static str {
        match self {
            Cuboid::Hours => "dendro.rollup.hours",
            Cuboid::Severities => "dendro.rollup.severities",
            Cuboid::Minutes => "dendro.rollup.minutes",
        }
    }

    /// The cell of this cuboid in which a cell by minute and all dimensions lies.
    fn cell(self, mut cell: Cell) -> Cell {
        let minutes = self.grain_micros() / MINUTE_MICROS;
        cell.minute = cell.minute.div_euclid(minutes) * minutes;
        for (text, name) in cell.texts.iter_mut().zip(TEXTS) {
            if !self.has(name) {
                *text = 0;
            }
        }
        cell
    }
}

/// The column of a rollup that holds the number of records.
pub const RECORDS: &str = "records";

/// Microseconds of the minutes that rollups count by.
pub const MINUTE_MICROS: i64 = 60_000_000;

/// A cuboid is left out when it would have more rows than this, or than half of the segment's: it would save nothing.
const ROWS_MAX: usize = 1 << 18;

/// Segments this small have all in any case: making them costs nothing, and without them a question reads the file.
const ROWS_ALWAYS: usize = 1024;

/// Texts of one dimension that are told apart; with more of them counting by it is no use.
const TEXTS_MAX: usize = u16::MAX as usize;

/// Counts the rows of a segment while they are written.
pub(super) struct RollupBuilder {
    texts: [Texts; 3],
    /// By cuboid; `None` once it has become too large.
    counts: [Option<HashMap<Cell, i64>>; 3],
    rows: usize,
}

/// What the records that are counted together have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cell {
    minute: i64,
    /// Source, severity, error code: numbers of [`Texts`].
    texts: [u16; 3],
    severity_number: Option<i32>,
}

/// The text dimensions, in the order of [`Cell::texts`].
const TEXTS: [&str; 3] = ["source", "severity", "error_code"];

impl RollupBuilder {
    /// Counts rows of `logs`.
    pub(super) fn add(&mut self, rows: &RecordBatch) {
        self.rows += rows.num_rows();
        if self.counts.iter().all(Option::is_none) {
            return;
        }
        let times = time_column(Table::Logs, rows).values();
        let texts = TEXTS.map(|name| rows.column_by_name(name).expect("BUG: logs without a fixed column").as_string_view());
        let numbers = rows.column_by_name("severity_number").expect("BUG: logs without a fixed column");
        let numbers = numbers.as_primitive::<Int32Type>();
        let mut run: Option<(Cell, i64)> = None;
        for (row, time) in times.iter().enumerate() {
            let mut cell = Cell {
                minute: time.div_euclid(MINUTE_MICROS),
                texts: [0; 3],
                severity_number: numbers.is_valid(row).then(|| numbers.value(row)),
            };
            for ((number, known), column) in cell.texts.iter_mut().zip(&mut self.texts).zip(texts) {
                match known.number(column.is_valid(row).then(|| column.value(row))) {
                    Some(known) => *number = known,
                    None => return self.counts = [const { None }; 3],
                }
            }
            run = match run {
                Some((open, count)) if open == cell => Some((open, count + 1)),
                ended => {
                    ended.inspect(|&(cell, count)| self.count(cell, count));
                    Some((cell, 1))
                }
            };
        }
        run.inspect(|&(cell, count)| self.count(cell, count));
        for counts in &mut self.counts {
            counts.take_if(|counts| counts.len() > ROWS_MAX);
        }
    }

    fn count(&mut self, cell: Cell, records: i64) {
        for (cuboid, counts) in Cuboid::ALL.into_iter().zip(&mut self.counts) {
            if let Some(counts) = counts {
                *counts.entry(cuboid.cell(cell)).or_default() += records;
            }
        }
    }

    /// The rollups of all rows, as they stand in the file, without those that would not pay.
    pub(super) fn finish(self) -> Result<Vec<(Cuboid, Vec<u8>)>, ArrowError> {
        let mut rollups = Vec::new();
        for (cuboid, counts) in Cuboid::ALL.into_iter().zip(&self.counts) {
            let pays = |counts: &&HashMap<Cell, i64>| counts.len() <= (self.rows / 2).max(ROWS_ALWAYS);
            if let Some(counts) = counts.as_ref().filter(pays) {
                rollups.push((cuboid, self.encode(counts)?));
            }
        }
        Ok(rollups)
    }

    fn encode(&self, counts: &HashMap<Cell, i64>) -> Result<Vec<u8>, ArrowError> {
        let mut cells: Vec<(Cell, i64)> = counts.iter().map(|(&cell, &count)| (cell, count)).collect();
        cells.sort_unstable_by_key(|&(cell, _)| cell);
        let text = |cell: &Cell, place: usize| self.texts[place].text(cell.texts[place]);
        let rows = cells.iter().map(|(cell, records)| Counted {
            start_micros: cell.minute * MINUTE_MICROS,
            source: text(cell, 0),
            severity: text(cell, 1),
            severity_number: cell.severity_number,
            error_code: text(cell, 2),
            records: *records,
        });
        to_ipc(&rows_of(&rows.collect::<Vec<_>>())?)
    }
}

/// A row of a rollup.
pub(super) struct Counted<'a> {
    pub(super) start_micros: i64,
    pub(super) source: Option<&'a str>,
    pub(super) severity: Option<&'a str>,
    pub(super) severity_number: Option<i32>,
    pub(super) error_code: Option<&'a str>,
    pub(super) records: i64,
}

/// A rollup of these rows.
pub(super) fn rows_of(cells: &[Counted<'_>]) -> Result<RecordBatch, ArrowError> {
    let starts = TimestampMicrosecondArray::from_iter_values(cells.iter().map(|cell| cell.start_micros));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(starts.with_timezone("UTC")),
        texts(cells.iter().map(|cell| cell.source)),
        texts(cells.iter().map(|cell| cell.severity)),
        Arc::new(Int32Array::from_iter(cells.iter().map(|cell| cell.severity_number))),
        texts(cells.iter().map(|cell| cell.error_code)),
        Arc::new(Int64Array::from_iter_values(cells.iter().map(|cell| cell.records))),
    ];
    RecordBatch::try_new(schema(), columns)
}

fn texts<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut column = StringDictionaryBuilder::<UInt16Type>::new();
    texts.for_each(|text| column.append_option(text));
    Arc::new(column.finish())
}

/// A rollup as it stands in the file.
pub(super) fn to_ipc(rows: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &rows.schema(), options)?;
    writer.write(rows)?;
    writer.finish()?;
    writer.into_inner()
}

impl Default for RollupBuilder {
    fn default() -> RollupBuilder {
        let counts = std::array::from_fn(|_| Some(HashMap::new()));
        RollupBuilder { texts: Default::default(), counts, rows: 0 }
    }
}

/// Columns of a rollup. Texts are dictionaries, as there are few of them.
fn schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8));
    let mut fields = vec![Field::new("timestamp", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false)];
    fields.extend(DIMENSIONS.map(|name| {
        let data_type = if name == "severity_number" { DataType::Int32 } else { text() };
        Field::new(name, data_type, true)
    }));
    fields.push(Field::new(RECORDS, DataType::Int64, false));
    Arc::new(Schema::new(fields))
}

/// Numbers for the texts of one dimension. 0 stands for none.
#[derive(Default)]
pub(super) struct Texts {
    numbers: HashTable<u16>,
    texts: Vec<String>,
}

impl Texts {
    /// The number of a text, new or known; `None` when there are too many.
    pub(super) fn number(&mut self, text: Option<&str>) -> Option<u16> {
        let Some(text) = text else { return Some(0) };
        let hash = |text: &str| rapidhash_v3(text.as_bytes());
        let texts = &mut self.texts;
        if let Some(&known) = self.numbers.find(hash(text), |&number| texts[usize::from(number) - 1] == text) {
            return Some(known);
        }
        if texts.len() == TEXTS_MAX {
            return None;
        }
        texts.push(text.to_owned());
        let number = texts.len() as u16;
        self.numbers.insert_unique(hash(text), number, |&number| hash(&texts[usize::from(number) - 1]));
        Some(number)
    }

    pub(super) fn text(&self, number: u16) -> Option<&str> {
        Some(&self.texts[usize::from(number).checked_sub(1)?])
    }
}

/// Reads rollups of a segment, in the order asked; `None` for those it has not (foreign files have none, and some of ours
/// not all).
///
/// Reads the footer and the rollups, nothing else. Their columns are `timestamp` (start of the stretch), [`DIMENSIONS`] (null
/// where the cuboid does not count by them) and [`RECORDS`]; texts are dictionaries.
pub async fn load_rollups<const N: usize>(
    store: &Arc<dyn ObjectStore>,
    segment: &Segment,
    cuboids: [Cuboid; N],
) -> Result<[Option<RecordBatch>; N], Error> {
    let footer = footer::load(store, segment).await?;
    let mut rollups = [const { None }; N];
    for (rollup, cuboid) in rollups.iter_mut().zip(cuboids) {
        let Some(place) = index::place_of(&footer.metadata, cuboid.key()) else { continue };
        let damaged = |what| Error::Corrupt { file: segment.path.to_string(), offset: place.start, what };
        if place.end > footer.start {
            return Err(damaged("the rollup would reach into the footer"));
        }
        let bytes = store.get_range(&segment.path, place.clone()).await.map_err(|source| footer::failed(segment, source))?;
        *rollup = decode(&bytes).map_err(|_| damaged("the rollup cannot be decoded"))?;
    }
    Ok(rollups)
}

/// What [`to_ipc`] made; `None` when it has other columns.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<RecordBatch>, ArrowError> {
    let rows = StreamReader::try_new(Cursor::new(bytes), None)?.next().transpose()?;
    Ok(rows.filter(|rows| rows.schema() == schema()))
}

#[cfg(test)]
mod tests;
