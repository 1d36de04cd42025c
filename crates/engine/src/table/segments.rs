use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, Statistics};
use datafusion::config::TableParquetOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::{CachedParquetFileReaderFactory, ParquetRowSelection};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use futures::{StreamExt, stream};
use lake::{PAGE_GROUP_ROWS, Segment, SegmentIndex};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use record::TimeRange;

use super::LakeTable;
use super::footers::TableFooters;
use super::needs::{self, Need};

/// Indexes loaded at the same time. Each is one small read, mostly waiting for the store.
const INDEX_LOADS: usize = 8;

impl LakeTable {
    /// The segments that overlap the range and whose index does not rule them out; `None` when there are none.
    pub(super) async fn scan_segments(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
        range: &TimeRange,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        self.looked.lock().at(self);
        let within = self.view.segments.iter().filter(|segment| range.overlaps(segment.time.0, segment.time.1));
        // Newest first, as most questions want their answers: what is found first rules the rest out.
        let mut within: Vec<Arc<Segment>> = within.rev().cloned().collect();
        within.retain(|segment| self.is_whole(segment));
        let files = match needs::of_filters(filters) {
            Some(need) => self.prune_by_index(within, &need).await,
            None => within.iter().map(|segment| self.file(segment)).collect(),
        };
        if files.is_empty() {
            return Ok(None);
        }
        self.scan_files(session, projection, files, limit).map(Some)
    }

    /// The rows of these files, in their order.
    fn scan_files(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        files: Vec<PartitionedFile>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let table = TableSchema::builder(self.file_schema()).with_table_partition_cols(self.partition_fields()).build();
        let options = TableParquetOptions { global: session.config_options().execution.parquet.clone(), ..Default::default() };
        let footers = TableFooters::within(&self.name, Arc::clone(&self.caches.footers));
        let readers = CachedParquetFileReaderFactory::new(Arc::clone(&self.view.store), footers);
        let source =
            ParquetSource::new(table).with_table_parquet_options(options).with_parquet_file_reader_factory(Arc::new(readers));
        let scan = FileScanConfigBuilder::new(self.url.clone(), Arc::new(source))
            .with_statistics(self.statistics_of_all(&files))
            .with_file_group(FileGroup::new(files))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }

    /// Whether a segment is not known to be damaged. What is wrong with one is told with the answer.
    pub(super) fn is_whole(&self, segment: &Segment) -> bool {
        let damage = self.damaged.of(&self.name, segment);
        let whole = damage.is_none();
        self.looked.lock().damage.extend(damage);
        whole
    }

    /// The segments that may have what is needed, each with the pages that may.
    async fn prune_by_index(&self, segments: Vec<Arc<Segment>>, need: &Need) -> Vec<PartitionedFile> {
        let (table, store, indexes) = (&self.name, &self.view.store, &self.caches.indexes);
        let loads = segments.into_iter().map(|segment| async move {
            let (index, bytes) = indexes.get(table, store, &segment).await;
            (segment, index, bytes)
        });
        let mut loads = stream::iter(loads).buffered(INDEX_LOADS);
        let mut files = Vec::new();
        while let Some((segment, index, bytes)) = loads.next().await {
            self.looked.lock().index_bytes += bytes as u64;
            let file = self.file(&segment);
            files.extend(match index.as_ref().and_then(|index| Some((index, need.keep(index)?))) {
                None => Some(file),
                Some((index, keep)) => selection(index, &keep).map(|rows| file.with_extension(rows)),
            });
        }
        files
    }

    fn file(&self, segment: &Segment) -> PartitionedFile {
        let mut file = PartitionedFile::new(String::new(), segment.size_bytes);
        file.object_meta.location = segment.path.clone();
        let modified = Duration::from_micros(segment.modified.as_micros().max(0).unsigned_abs());
        file.object_meta.last_modified = (UNIX_EPOCH + modified).into();
        file.with_partition_values(self.partition_fields().iter().map(|_| ScalarValue::Date32(Some(segment.date))).collect())
            .with_statistics(Arc::new(self.statistics(segment)))
    }

    /// What is known of a segment without opening it. The number of rows is exact; the times are bounds that need not
    /// be met (see [`Segment::time`]).
    fn statistics(&self, segment: &Segment) -> Statistics {
        let schema = self.file_schema();
        let mut statistics = Statistics::new_unknown(&schema);
        statistics.num_rows = Precision::Exact(segment.rows as usize);
        statistics.total_byte_size = Precision::Inexact(segment.size_bytes as usize);
        if let Some((place, field)) = self.time_column.and_then(|column| schema.column_with_name(column)) {
            let bound = |at: record::Timestamp| {
                let scalar = ScalarValue::TimestampMicrosecond(Some(at.as_micros()), None);
                scalar.cast_to(field.data_type()).map_or(Precision::Absent, Precision::Inexact)
            };
            statistics.column_statistics[place] = ColumnStatistics {
                null_count: Precision::Exact(0),
                min_value: bound(segment.time.0),
                max_value: bound(segment.time.1),
                ..ColumnStatistics::new_unknown()
            };
        }
        statistics
    }

    fn statistics_of_all(&self, files: &[PartitionedFile]) -> Statistics {
        let known = files.iter().filter_map(|file| file.statistics.as_deref());
        Statistics::try_merge_iter(known, &self.view.schema).unwrap_or_else(|_| Statistics::new_unknown(&self.view.schema))
    }

    /// The columns that stand in the files: all but the partition column, which is the last.
    fn file_schema(&self) -> SchemaRef {
        let fields = self.view.schema.fields();
        Arc::new(Schema::new(fields[..fields.len().saturating_sub(1)].to_vec()))
    }

    fn partition_fields(&self) -> Vec<arrow::datatypes::FieldRef> {
        self.view.schema.fields().last().into_iter().cloned().collect()
    }
}

/// These page groups of a file and no others; `None` when there are none.
fn selection(index: &SegmentIndex, keep: &[bool]) -> Option<ParquetRowSelection> {
    let page_groups = index.row_groups().iter().flat_map(|&rows| {
        let rows = rows as usize;
        (0..rows).step_by(PAGE_GROUP_ROWS).map(move |start| (rows - start).min(PAGE_GROUP_ROWS))
    });
    let select = |(rows, &keep)| if keep { RowSelector::select(rows) } else { RowSelector::skip(rows) };
    let selection: RowSelection = page_groups.zip(keep).map(select).collect();
    selection.selects_any().then(|| selection.into())
}
