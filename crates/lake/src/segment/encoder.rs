use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{Field, SchemaRef, TimestampMicrosecondType};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedFileWriter;
use record::Timestamp;

use super::checksum::{self, Summed};
use super::encoding::{self, ROW_GROUP_ROWS};
use super::index::{self, SegmentIndex, Tokens, WordIndex};
use super::page_crc::PageKeeper;
use super::rollup::RollupBuilder;
use super::{stats, word_counts};
use crate::columns::Table;
use crate::side_by_side::side_by_side;

/// A row group is also ended when its pages reach this size: it is what the encoder holds in memory.
const ROW_GROUP_BYTES_MAX: usize = 32 << 20;

/// With fewer rows it would take longer to start threads than to do the work.
const ROWS_FOR_THREADS: usize = 512;

/// Turns rows into the bytes of one segment. They come out piece by piece, through [`Encoder::take`].
pub(super) struct Encoder {
    table: Table,
    writer: SerializedFileWriter<Summed>,
    factory: ArrowRowGroupWriterFactory,
    pages: Arc<PageKeeper>,
    schema: SchemaRef,
    group: Option<Group>,
    /// Rows of the row groups that have ended.
    row_groups: Vec<u32>,
    notes: Notes,
    /// How many threads work on rows that are added.
    threads: usize,
    /// A row group of this size is ended. [`ROW_GROUP_BYTES_MAX`], but for tests.
    pub(super) group_bytes_max: usize,
}

/// What is kept in mind of the rows.
struct Notes {
    table: Table,
    rows: u64,
    /// First and last time.
    time: Option<(i64, i64)>,
    tokens: Tokens,
    rollup: RollupBuilder,
}

/// What is done with rows; each can be done beside the others.
enum Work<'a> {
    Words(&'a mut Tokens),
    Counts(&'a mut RollupBuilder),
    Column(&'a Field, &'a ArrayRef, &'a mut ArrowColumnWriter),
}

/// The row group being written.
struct Group {
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
}

/// What there is to say about a finished segment.
pub(super) struct Encoded {
    pub(super) rows: u64,
    pub(super) time: (Timestamp, Timestamp),
    pub(super) stats_json: String,
}

impl Encoder {
    /// Begins a file. `first` are its first rows; they are looked at, not written. `sorted`: the rows come in order of time.
    /// The file is the same for any number of threads.
    pub(super) fn new(table: Table, first: &RecordBatch, sorted: bool, threads: usize) -> Result<Encoder> {
        let schema = first.schema();
        let properties = Arc::new(encoding::properties(table, first, sorted));
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
        let writer = SerializedFileWriter::new(Summed::default(), parquet_schema.root_schema_ptr(), properties)?;
        let pages = Arc::new(PageKeeper::default());
        let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema)).with_page_store_factory(pages.clone());
        Ok(Encoder {
            table,
            writer,
            factory,
            pages,
            schema,
            group: None,
            row_groups: Vec::new(),
            notes: Notes { table, rows: 0, time: None, tokens: Tokens::default(), rollup: RollupBuilder::default() },
            threads,
            group_bytes_max: ROW_GROUP_BYTES_MAX,
        })
    }

    /// Adds rows.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let mut at = 0;
        while at < rows.num_rows() {
            let open = self.group.as_ref().map_or(0, |group| group.rows);
            let len = (rows.num_rows() - at).min(ROW_GROUP_ROWS - open);
            self.write_in_group(&rows.slice(at, len))?;
            at += len;
        }
        Ok(())
    }

    /// Bytes of the file that have not been taken yet.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.writer.inner_mut().take()
    }

    /// Size of the file, as far as it can be told before its end.
    pub(super) fn size_bytes(&self) -> u64 {
        let open: usize =
            self.group.iter().flat_map(|group| &group.columns).map(ArrowColumnWriter::get_estimated_total_bytes).sum();
        self.writer.bytes_written() as u64 + open as u64
    }

    /// Ends the file. What is still to be taken comes along.
    pub(super) fn finish(mut self) -> Result<(Vec<u8>, Encoded)> {
        self.end_group()?;
        self.writer.flush()?;
        let mut words = None;
        if self.table == Table::Logs {
            self.write_rollups()?;
            let (index, counts) = std::mem::take(&mut self.notes.tokens).finish()?;
            if let Some(counts) = counts.and_then(|counts| counts.encode(self.writer.bytes_written() as u64).transpose()) {
                self.write_aid(word_counts::KEY, &counts?)?;
            }
            words = Some(index);
        }
        self.write_index(words)?;
        let mut bytes = self.take();
        let metadata = self.writer.finish()?;
        let mut tail = self.take();
        let footer = footer_start(&tail);
        checksum::seal_tail(&mut tail, footer);
        bytes.append(&mut tail);
        let (first, last) = self.notes.time.ok_or_else(|| ParquetError::General("a segment without rows".into()))?;
        let stats_json = stats::stats_json(self.table, &self.schema, &metadata);
        let time = (Timestamp::from_micros(first), Timestamp::from_micros(last));
        Ok((bytes, Encoded { rows: self.notes.rows, time, stats_json }))
    }

    fn write_in_group(&mut self, rows: &RecordBatch) -> Result<()> {
        let group = match &mut self.group {
            Some(group) => group,
            closed => closed.insert(Group { columns: self.factory.create_column_writers(self.row_groups.len())?, rows: 0 }),
        };
        let columns = self.schema.fields().iter().zip(rows.columns()).zip(&mut group.columns);
        let columns = columns.map(|((field, column), writer)| Work::Column(field, column, writer));
        // What takes longest first, so that no thread is left with it alone in the end.
        let work = self.notes.work().chain(columns);
        let threads = if rows.num_rows() < ROWS_FOR_THREADS { 1 } else { self.threads };
        side_by_side(threads, work.collect::<Vec<_>>(), |work| work.run(rows))?;
        self.notes.count(rows);
        group.rows += rows.num_rows();
        let bytes: usize = group.columns.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum();
        let full = group.rows == ROW_GROUP_ROWS || bytes >= self.group_bytes_max;
        if full { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<()> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let chunks: Vec<_> = group.columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<_>>()?;
        let mut out = self.writer.next_row_group()?;
        for (chunk, pages) in chunks.iter().zip(self.pages.take()) {
            let (bytes, close) = pages.finish(chunk.close().clone())?;
            out.append_column(&bytes, close)?;
        }
        out.close()?;
        self.row_groups.push(group.rows as u32);
        self.notes.tokens.end_row_group();
        Ok(())
    }

    fn write_rollups(&mut self) -> Result<()> {
        for (cuboid, rollup) in std::mem::take(&mut self.notes.rollup).finish()? {
            self.write_aid(cuboid.key(), &rollup)?;
        }
        Ok(())
    }

    fn write_index(&mut self, words: Option<WordIndex>) -> Result<()> {
        // The checksums that the index takes are of what has gone through.
        self.writer.flush()?;
        let checksums = self.writer.inner_mut().end();
        let index = SegmentIndex::new(std::mem::take(&mut self.row_groups), words, checksums).encode();
        self.write_aid(index::KEY, &index)?;
        self.writer.flush()?;
        Ok(())
    }

    /// Writes what readers of Parquet do not look at, and says in the footer where it stands.
    fn write_aid(&mut self, key: &str, bytes: &[u8]) -> Result<()> {
        let offset = self.writer.bytes_written();
        self.writer.write_all(bytes)?;
        self.writer.append_key_value_metadata(encoding::pair(key, &format!("{offset},{}", bytes.len())));
        Ok(())
    }
}

impl Notes {
    /// What is to be noted of rows, but for what costs nothing.
    fn work(&mut self) -> impl Iterator<Item = Work<'_>> {
        let work = (self.table == Table::Logs).then_some([Work::Words(&mut self.tokens), Work::Counts(&mut self.rollup)]);
        work.into_iter().flatten()
    }

    fn count(&mut self, rows: &RecordBatch) {
        self.rows += rows.num_rows() as u64;
        let times = time_column(self.table, rows);
        if let (Some(first), Some(last)) = (arrow::compute::min(times), arrow::compute::max(times)) {
            let (earliest, latest) = self.time.unwrap_or((first, last));
            self.time = Some((earliest.min(first), latest.max(last)));
        }
    }
}

impl Work<'_> {
    fn run(self, rows: &RecordBatch) -> Result<()> {
        match self {
            Work::Words(tokens) => tokens.add(rows),
            Work::Counts(rollup) => rollup.add(rows),
            Work::Column(field, column, writer) => {
                // No column of ours is nested, so that each has one leaf.
                compute_leaves(field, column)?.iter().try_for_each(|leaf| writer.write(leaf))?;
            }
        }
        Ok(())
    }
}

/// The column that the rows are ordered by.
pub(super) fn time_column(table: Table, rows: &RecordBatch) -> &TimestampMicrosecondArray {
    rows.column_by_name(table.time_column()).expect("BUG: rows without their time").as_primitive::<TimestampMicrosecondType>()
}

/// Where in the end of a file its footer begins.
fn footer_start(tail: &[u8]) -> usize {
    let [a, b, c, d, ..] = tail.last_chunk::<8>().expect("BUG: the writer left no footer");
    tail.len() - 8 - u32::from_le_bytes([*a, *b, *c, *d]) as usize
}
