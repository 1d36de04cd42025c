use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedFileWriter;
use record::Timestamp;

use super::checksum::{self, Summed};
use super::encoding::{self, ROW_GROUP_ROWS};
use super::index::{self, SegmentIndex, Tokens};
use super::page_crc::PageKeeper;
use super::rollup::RollupBuilder;
use super::stats;
use crate::columns::Table;

/// A row group is also ended when its pages reach this size: it is what the encoder holds in memory.
const ROW_GROUP_BYTES_MAX: usize = 32 << 20;

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
    tokens: Tokens,
    rollup: RollupBuilder,
    rows: u64,
    time: Option<(i64, i64)>,
    /// A row group of this size is ended. [`ROW_GROUP_BYTES_MAX`], but for tests.
    pub(super) group_bytes_max: usize,
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
    pub(super) fn new(table: Table, first: &RecordBatch, sorted: bool) -> Result<Encoder> {
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
            tokens: Tokens::default(),
            rollup: RollupBuilder::default(),
            rows: 0,
            time: None,
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
        if self.table == Table::Logs {
            self.write_rollups()?;
        }
        self.write_index()?;
        let mut bytes = self.take();
        let metadata = self.writer.finish()?;
        let mut tail = self.take();
        let footer = footer_start(&tail);
        checksum::seal_tail(&mut tail, footer);
        bytes.append(&mut tail);
        let (first, last) = self.time.ok_or_else(|| ParquetError::General("a segment without rows".into()))?;
        let stats_json = stats::stats_json(self.table, &self.schema, &metadata);
        let time = (Timestamp::from_micros(first), Timestamp::from_micros(last));
        Ok((bytes, Encoded { rows: self.rows, time, stats_json }))
    }

    fn write_in_group(&mut self, rows: &RecordBatch) -> Result<()> {
        let group = match &mut self.group {
            Some(group) => group,
            closed => closed.insert(Group { columns: self.factory.create_column_writers(self.row_groups.len())?, rows: 0 }),
        };
        let mut writers = group.columns.iter_mut();
        for (field, column) in self.schema.fields().iter().zip(rows.columns()) {
            for (leaf, writer) in compute_leaves(field, column)?.iter().zip(&mut writers) {
                writer.write(leaf)?;
            }
        }
        group.rows += rows.num_rows();
        let bytes: usize = group.columns.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum();
        let full = group.rows == ROW_GROUP_ROWS || bytes >= self.group_bytes_max;
        self.note(rows);
        if full { self.end_group() } else { Ok(()) }
    }

    fn note(&mut self, rows: &RecordBatch) {
        self.rows += rows.num_rows() as u64;
        let times = time_column(self.table, rows);
        if let (Some(first), Some(last)) = (arrow::compute::min(times), arrow::compute::max(times)) {
            let (earliest, latest) = self.time.unwrap_or((first, last));
            self.time = Some((earliest.min(first), latest.max(last)));
        }
        if self.table == Table::Logs {
            self.tokens.add(rows);
            self.rollup.add(rows);
        }
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
        self.tokens.end_row_group();
        Ok(())
    }

    fn write_rollups(&mut self) -> Result<()> {
        for (cuboid, rollup) in std::mem::take(&mut self.rollup).finish()? {
            let offset = self.writer.bytes_written();
            self.writer.write_all(&rollup)?;
            self.writer.append_key_value_metadata(encoding::pair(cuboid.key(), &format!("{offset},{}", rollup.len())));
        }
        // The checksums that the index takes are of what has gone through.
        self.writer.flush()?;
        Ok(())
    }

    fn write_index(&mut self) -> Result<()> {
        let checksums = self.writer.inner_mut().end();
        let offset = self.writer.bytes_written();
        let words = (self.table == Table::Logs).then(|| std::mem::take(&mut self.tokens).finish());
        let index = SegmentIndex::new(std::mem::take(&mut self.row_groups), words, checksums).encode();
        self.writer.write_all(&index)?;
        self.writer.append_key_value_metadata(encoding::pair(index::KEY, &format!("{offset},{}", index.len())));
        self.writer.flush()?;
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
