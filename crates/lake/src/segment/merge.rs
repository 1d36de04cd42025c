use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, TimestampMicrosecondArray, new_null_array};
use arrow::compute::{cast, interleave_record_batch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use futures::StreamExt;
use object_store::ObjectStore;
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::ParquetRecordBatchStream;
use tokio::runtime::Handle;

use super::encoder::time_column;
use super::output::{Output, on_blocking_thread};
use super::reader::SegmentReader;
use super::{NewSegment, Options, file_schema, footer, view_type};
use crate::columns::Table;
use crate::{Error, Segment};

/// Rows read from an input, and given to the output, at a time.
const ROWS_AT_A_TIME: usize = 8 << 10;

/// Uncompressed bytes of an input that are in memory at a time, for segments with long rows.
const INPUT_BYTES_AT_A_TIME: i64 = 8 << 20;

/// Stores the rows of segments of one day as new segments, in order of time; rows of the same time keep the order of
/// the inputs.
///
/// `view` is the table's present schema (`date` last): columns that an older input has not become nulls. Memory is
/// bounded by the number of inputs, not by their size. The inputs stay; a commit replaces them.
pub(crate) async fn merge(
    store: &Arc<dyn ObjectStore>,
    inputs: &[Arc<Segment>],
    view: &SchemaRef,
    options: &Options,
) -> Result<Vec<NewSegment>, Error> {
    let Some(first) = inputs.first() else { return Ok(Vec::new()) };
    let date = first.date;
    assert!(inputs.iter().all(|input| input.date == date), "BUG: segments of different days cannot be merged");
    let (store, inputs, schema, options) = (Arc::clone(store), inputs.to_vec(), file_schema(view), options.clone());
    on_blocking_thread(move |runtime| {
        let mut readers = Vec::with_capacity(inputs.len());
        for input in &inputs {
            readers.push(runtime.block_on(Input::open(&store, input, &schema, options.table))?);
        }
        let sorted = readers.iter().all(|input| input.sorted);
        let mut output = Output::new(&store, runtime, &options, date, sorted);
        Merge::begin(readers, runtime)?.run(runtime, &mut output)?;
        output.finish()
    })
    .await
}

/// One segment being read.
struct Input {
    file: String,
    table: Table,
    schema: SchemaRef,
    stream: ParquetRecordBatchStream<SegmentReader>,
    /// Whether its writer promised order.
    sorted: bool,
}

impl Input {
    async fn open(store: &Arc<dyn ObjectStore>, segment: &Segment, schema: &SchemaRef, table: Table) -> Result<Input, Error> {
        let wrong = |source| Error::Parquet { doing: format!("opening {}", segment.path), source };
        let footer = footer::load(store, segment).await?;
        let sorted =
            footer.checksums.is_some() && footer.metadata.row_groups().iter().all(|group| group.sorting_columns().is_some());
        let rows = rows_at_a_time(footer.metadata.row_groups());
        let stored =
            ArrowReaderMetadata::try_new(Arc::clone(&footer.metadata), ArrowReaderOptions::new().with_skip_arrow_metadata(true));
        let viewed = ArrowReaderOptions::new().with_schema(as_views(stored.map_err(wrong)?.schema()));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(&footer.metadata), viewed).map_err(wrong)?;
        let reader = SegmentReader::new(store, segment, footer.metadata);
        let builder = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, metadata);
        let stream = builder.with_batch_size(rows).build().map_err(wrong)?;
        Ok(Input { file: segment.path.to_string(), table, schema: Arc::clone(schema), stream, sorted })
    }

    /// The next rows, in the schema of the output.
    async fn next(&mut self) -> Result<Option<RecordBatch>, Error> {
        while let Some(rows) = self.stream.next().await {
            let rows = rows.map_err(|source| Error::Parquet { doing: format!("reading {}", self.file), source })?;
            if rows.num_rows() > 0 {
                return fit(&rows, &self.schema)
                    .map(Some)
                    .map_err(|source| Error::Arrow { doing: "fitting rows to the table", source });
            }
        }
        Ok(None)
    }
}

fn rows_at_a_time(groups: &[parquet::file::metadata::RowGroupMetaData]) -> usize {
    let rows: i64 = groups.iter().map(|group| group.num_rows()).sum();
    let bytes: i64 = groups.iter().map(|group| group.total_byte_size()).sum();
    let fitting = INPUT_BYTES_AT_A_TIME.saturating_mul(rows) / bytes.max(1);
    (fitting.max(1) as usize).min(ROWS_AT_A_TIME)
}

fn as_views(stored: &SchemaRef) -> SchemaRef {
    let view = |field: &Arc<Field>| field.as_ref().clone().with_data_type(view_type(field.data_type()));
    Arc::new(Schema::new(stored.fields().iter().map(view).collect::<Vec<_>>()))
}

/// The rows in this schema: columns that are missing are null, columns of another type are cast.
fn fit(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |field: &Arc<Field>| -> Result<ArrayRef, arrow::error::ArrowError> {
        match rows.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), rows.num_rows())),
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(column) => cast(column, field.data_type()),
        }
    };
    RecordBatch::try_new(Arc::clone(schema), schema.fields().iter().map(column).collect::<Result<_, _>>()?)
}

/// Several inputs, each in order of time, as one.
struct Merge {
    inputs: Vec<Input>,
    /// The rows that `order` points into.
    held: Vec<RecordBatch>,
    /// Where each input stands.
    cursors: Vec<Option<Cursor>>,
    /// The next time of each input that is not at its end. Inputs of the same time come in their order.
    next: BinaryHeap<Reverse<(i64, usize)>>,
    /// Rows of `held` for the output: batch and place.
    order: Vec<(usize, usize)>,
}

struct Cursor {
    /// Index in `held`.
    held: usize,
    row: usize,
    times: TimestampMicrosecondArray,
}

impl Merge {
    fn begin(inputs: Vec<Input>, runtime: &Handle) -> Result<Merge, Error> {
        let cursors = inputs.iter().map(|_| None).collect();
        let count = inputs.len();
        let mut merge = Merge { inputs, held: Vec::new(), cursors, next: BinaryHeap::new(), order: Vec::new() };
        (0..count).try_for_each(|input| merge.load(input, runtime))?;
        Ok(merge)
    }

    fn run(mut self, runtime: &Handle, output: &mut Output<'_>) -> Result<(), Error> {
        while let Some(Reverse((_, input))) = self.next.pop() {
            let until = self.next.peek().map(|&Reverse(next)| next);
            if self.advance(input, until) {
                self.load(input, runtime)?;
            }
            if self.order.len() >= ROWS_AT_A_TIME {
                self.flush(output)?;
            }
        }
        self.flush(output)
    }

    /// Takes rows of an input for as long as no other input comes before. Returns whether it needs its next batch.
    fn advance(&mut self, input: usize, until: Option<(i64, usize)>) -> bool {
        let cursor = self.cursors[input].as_mut().expect("BUG: an input without a batch has a next row");
        while cursor.row < cursor.times.len() {
            let time = cursor.times.value(cursor.row);
            if until.is_some_and(|until| until < (time, input)) || self.order.len() >= ROWS_AT_A_TIME {
                self.next.push(Reverse((time, input)));
                return false;
            }
            self.order.push((cursor.held, cursor.row));
            cursor.row += 1;
        }
        true
    }

    fn load(&mut self, input: usize, runtime: &Handle) -> Result<(), Error> {
        self.cursors[input] = None;
        if let Some(rows) = runtime.block_on(self.inputs[input].next())? {
            let times = time_column(self.inputs[input].table, &rows).clone();
            self.next.push(Reverse((times.value(0), input)));
            self.cursors[input] = Some(Cursor { held: self.held.len(), row: 0, times });
            self.held.push(rows);
        }
        Ok(())
    }

    /// Writes the rows chosen so far, and lets go of batches that no input stands in any more.
    fn flush(&mut self, output: &mut Output<'_>) -> Result<(), Error> {
        if self.order.is_empty() {
            return Ok(());
        }
        let held: Vec<&RecordBatch> = self.held.iter().collect();
        let rows = interleave_record_batch(&held, &self.order);
        output.write(&rows.map_err(|source| Error::Arrow { doing: "merging rows", source })?)?;
        self.order.clear();
        let mut kept = Vec::with_capacity(self.inputs.len());
        for cursor in self.cursors.iter_mut().flatten() {
            kept.push(self.held[cursor.held].clone());
            cursor.held = kept.len() - 1;
        }
        self.held = kept;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
