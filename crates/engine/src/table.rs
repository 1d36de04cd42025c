//! A table of a snapshot, as DataFusion sees it: committed segments through its Parquet source, and rows in memory.

mod aids;
mod footers;
mod memory;
mod needs;
mod rollup;
mod segments;
mod times;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::TableType;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::union::UnionExec;
use lake::{SegmentIndex, TableView, WordCounts};
use parking_lot::Mutex;
use record::Tenant;

use crate::damage::DamagedSegments;

pub(crate) use aids::{AidCache, MinuteRollup, Rollup};
pub(crate) use rollup::{MESSAGE, MessageWord, RollupTable};
pub(crate) use times::range as range_of_filters;

/// What is kept between questions.
#[derive(Clone)]
pub(crate) struct Caches {
    /// Footers of segments.
    pub(crate) footers: Arc<FileMetadataCache>,
    /// Indexes of segments.
    pub(crate) indexes: Arc<AidCache<SegmentIndex>>,
    /// Rollups of segments.
    pub(crate) rollups: Arc<AidCache<Rollup>>,
    pub(crate) minute_rollups: Arc<AidCache<MinuteRollup>>,
    /// Counts of words of segments.
    pub(crate) word_counts: Arc<AidCache<WordCounts>>,
}

/// What a question looked at beside what the plan's metrics count.
#[derive(Debug, Default, Clone)]
pub(crate) struct Looked {
    /// Segments of the tables read, whether they were opened or not, by table and version.
    segments: HashMap<(String, u64), usize>,
    /// Bytes of memtable looked at.
    pub(crate) memory_bytes: u64,
    /// Bytes of indexes and rollups loaded.
    pub(crate) index_bytes: u64,
    /// What is wrong with the tables read.
    pub(crate) damage: BTreeSet<Arc<str>>,
}

impl Looked {
    /// Segments of all tables read.
    pub(crate) fn segments(&self) -> usize {
        self.segments.values().sum()
    }

    /// A table was looked at, or a part of it: of several looks the one at most segments was at the whole.
    fn at(&mut self, table: &LakeTable) {
        let segments = self.segments.entry((table.name.clone(), table.view.version)).or_default();
        *segments = table.view.segments.len().max(*segments);
    }
}

/// One table of one snapshot.
#[derive(Clone)]
pub(crate) struct LakeTable {
    /// Tenant and table, to tell their segments apart in the caches.
    name: String,
    view: TableView,
    /// The column its rows are ordered by, if it has one.
    time_column: Option<&'static str>,
    /// Under which the table's store is registered for this question.
    url: ObjectStoreUrl,
    caches: Caches,
    looked: Arc<Mutex<Looked>>,
    damaged: Arc<DamagedSegments>,
}

impl LakeTable {
    pub(crate) fn new(
        tenant: &Tenant,
        name: &str,
        view: TableView,
        url: ObjectStoreUrl,
        caches: Caches,
        looked: Arc<Mutex<Looked>>,
        damaged: Arc<DamagedSegments>,
    ) -> LakeTable {
        LakeTable { name: format!("{tenant}/{name}"), view, time_column: time_column(name), url, caches, looked, damaged }
    }
}

impl LakeTable {
    /// Whether its rows are log records.
    pub(crate) fn is_logs(&self) -> bool {
        self.time_column == Some("timestamp")
    }
}

/// The column that a segment's stretch of time is about.
pub(crate) fn time_column(table: &str) -> Option<&'static str> {
    Some(match table {
        "logs" => "timestamp",
        "quarantine" => "received_at",
        "ledger" => "minute",
        _ => return None,
    })
}

impl fmt::Debug for LakeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeTable").field("version", &self.view.version).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.view.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters come here to prune segments; the plan applies them to the rows (inside the Parquet decoder where it can).
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.looked.lock().damage.extend(self.view.damage.clone());
        let range = self.time_column.map_or(record::TimeRange::ALL, |column| times::range(filters, column));
        // With filters the limit counts rows that pass them, which a scan does not know yet.
        let limit = limit.filter(|_| filters.is_empty());
        let segments = self.scan_segments(session, projection, filters, limit, &range).await?;
        let memory = self.scan_memory(session, projection, &range)?;
        together([memory, segments].into_iter().flatten().collect(), &self.view.schema, projection)
    }
}

/// The rows of all these plans; without any plan no rows, with the columns of the projection.
fn together(
    mut plans: Vec<Arc<dyn ExecutionPlan>>,
    schema: &SchemaRef,
    projection: Option<&Vec<usize>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    match plans.len() {
        0 => Ok(Arc::new(EmptyExec::new(datafusion::common::project_schema(schema, projection)?))),
        1 => Ok(plans.remove(0)),
        _ => UnionExec::try_new(plans),
    }
}
