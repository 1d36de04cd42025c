use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, col, lit};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, Literal};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use futures::{StreamExt, stream};
use lake::{DIMENSIONS, MINUTE_MICROS, RECORDS, Segment};
use record::{TimeRange, Timestamp};

use super::{LakeTable, Rollup, times};

/// Rollups loaded at the same time. Each is one or two small reads.
const ROLLUP_LOADS: usize = 8;

const TIMESTAMP: &str = "timestamp";

/// `logs`, counted: rows say how many records (`records`) agree in all other columns, in which a time may be cut to its
/// minute. Whole minutes come from the segments' rollups; the rest of the range, segments without a rollup and memory
/// from the records themselves, each counted once.
#[derive(Debug)]
pub(crate) struct RollupTable {
    logs: LakeTable,
    schema: SchemaRef,
    /// Outside of it the question drops every record. It may lie within a minute.
    range: TimeRange,
}

/// What of the segments answers from where.
#[derive(Default)]
struct Parts {
    /// Counts, of whole minutes.
    counted: Vec<RecordBatch>,
    /// Segments with records in the minutes that are not whole.
    edges: Vec<Arc<Segment>>,
    /// Segments that have no rollup.
    uncounted: Vec<Arc<Segment>>,
}

impl RollupTable {
    /// `None` when this is not `logs`.
    pub(crate) fn of(logs: &LakeTable, range: TimeRange) -> Option<RollupTable> {
        if logs.time_column != Some(TIMESTAMP) {
            return None;
        }
        let known = [TIMESTAMP].into_iter().chain(DIMENSIONS).map(|name| logs.view.schema.field_with_name(name).cloned());
        let mut fields = known.collect::<Result<Vec<Field>, _>>().ok()?;
        fields.push(Field::new(RECORDS, DataType::Int64, false));
        Some(RollupTable { logs: logs.clone(), schema: Arc::new(Schema::new(fields)), range })
    }

    /// Sorts the segments of the range by what they are read for.
    async fn parts(&self, range: &TimeRange, whole: &TimeRange) -> Parts {
        let logs = &self.logs;
        let mut within: Vec<Arc<Segment>> = logs.view.segments.to_vec();
        within.retain(|segment| range.overlaps(segment.time.0, segment.time.1) && logs.is_whole(segment));
        let loads = within.into_iter().map(|segment| async move {
            let (rollup, bytes) = logs.caches.rollups.get(&logs.name, &logs.view.store, &segment).await;
            (segment, rollup, bytes)
        });
        let mut loads = stream::iter(loads).buffered(ROLLUP_LOADS);
        let mut parts = Parts::default();
        while let Some((segment, rollup, bytes)) = loads.next().await {
            logs.looked.lock().index_bytes += bytes as u64;
            let counted = rollup.as_ref().and_then(|rollup| self.counted(rollup, whole).ok());
            let Some(counted) = counted else {
                parts.uncounted.push(segment);
                continue;
            };
            if counted.num_rows() > 0 {
                parts.counted.push(counted);
            }
            let before = TimeRange::new(range.start, whole.start);
            let behind = TimeRange::new(whole.end, range.end);
            if [before, behind].iter().any(|edge| !edge.is_empty() && edge.overlaps(segment.time.0, segment.time.1)) {
                parts.edges.push(segment);
            }
        }
        parts
    }

    /// The counts of whole minutes, in the types of `logs`.
    fn counted(&self, rollup: &Rollup, whole: &TimeRange) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().zip(rollup.0.columns());
        let columns: Vec<ArrayRef> =
            columns.map(|(field, column)| Ok(cast(column, field.data_type())?)).collect::<Result<_>>()?;
        let minutes = columns[0].as_primitive::<TimestampMicrosecondType>();
        let within = |at: i64| whole.contains(Timestamp::from_micros(at));
        let rows = BooleanArray::from_unary(minutes, within);
        Ok(filter_record_batch(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?, &rows)?)
    }

    /// Records as rows that count one each, with these columns of ours.
    async fn records(
        &self,
        session: &dyn Session,
        segments: Vec<Arc<Segment>>,
        filters: &[Expr],
        but: Option<&TimeRange>,
        columns: &[usize],
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut logs = self.logs.clone();
        let memory = std::mem::take(&mut logs.view.memory);
        logs.view.segments = Arc::new(segments);
        if but.is_none() {
            logs.view.memory = memory;
        }
        let range = times::range(filters, TIMESTAMP).intersect(self.range);
        // The time is needed to leave out what is counted already.
        let mut names: Vec<&str> = columns.iter().map(|&column| self.schema.field(column).name().as_str()).collect();
        names.retain(|&name| name != RECORDS && name != TIMESTAMP);
        names.insert(0, TIMESTAMP);
        let projection: Vec<usize> = names.iter().map(|name| logs.view.schema.index_of(name)).collect::<Result<_, _>>()?;
        let mut filters = filters.to_vec();
        let outside = but.map(|whole| self.outside(whole));
        filters.extend(outside.clone());
        let scanned = [
            logs.scan_segments(session, Some(&projection), &filters, None, &range).await?,
            logs.scan_memory(session, Some(&projection), &range)?,
        ];
        let mut scanned: Vec<_> = scanned.into_iter().flatten().collect();
        let Some(mut plan) = scanned.pop() else { return Ok(None) };
        if let Some(other) = scanned.pop() {
            plan = UnionExec::try_new(vec![plan, other])?;
        }
        if let Some(outside) = outside {
            let schema = DFSchema::try_from(plan.schema().as_ref().clone())?;
            plan = Arc::new(FilterExec::try_new(session.create_physical_expr(outside, &schema)?, plan)?);
        }
        let place = |name: &str| names.iter().position(|known| *known == name);
        let exprs = columns.iter().map(|&column| {
            let name = self.schema.field(column).name();
            let value: Arc<dyn PhysicalExpr> = match place(name) {
                Some(place) => Arc::new(Column::new(name, place)),
                None => Arc::new(Literal::new(ScalarValue::Int64(Some(1)))),
            };
            (value, name.clone())
        });
        Ok(Some(Arc::new(ProjectionExec::try_new(exprs.collect::<Vec<_>>(), plan)?)))
    }

    /// Whether a record lies outside of these minutes.
    fn outside(&self, whole: &TimeRange) -> Expr {
        let data_type = self.schema.field(0).data_type();
        let bound = |at: Timestamp| {
            let zone = match data_type {
                DataType::Timestamp(_, zone) => zone.clone(),
                _ => None,
            };
            lit(ScalarValue::TimestampMicrosecond(Some(at.as_micros()), zone))
        };
        col(TIMESTAMP).lt(bound(whole.start)).or(col(TIMESTAMP).gt_eq(bound(whole.end)))
    }
}

/// The whole minutes of a range; empty when there is none.
fn whole_minutes(range: &TimeRange) -> TimeRange {
    let floor = |micros: i64| micros.div_euclid(MINUTE_MICROS).saturating_mul(MINUTE_MICROS);
    let start = floor(range.start.as_micros().saturating_add(MINUTE_MICROS - 1));
    let end = floor(range.end.as_micros()).max(start);
    TimeRange::new(Timestamp::from_micros(start), Timestamp::from_micros(end))
}

#[async_trait]
impl TableProvider for RollupTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.logs.looked.lock().damage.extend(self.logs.view.damage.clone());
        let range = times::range(filters, TIMESTAMP).intersect(self.range);
        let whole = whole_minutes(&range);
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let columns = projection.unwrap_or(&all);
        let parts = self.parts(&range, &whole).await;
        let read = parts.edges.len() + parts.uncounted.len();
        self.logs.looked.lock().segments += (self.logs.view.segments.len() - read) as u64;
        let mut plans = Vec::new();
        plans.extend(self.records(session, parts.uncounted, filters, None, columns).await?);
        plans.extend(self.records(session, parts.edges, filters, Some(&whole), columns).await?);
        if !parts.counted.is_empty() {
            let source = MemorySourceConfig::try_new(&[parts.counted], Arc::clone(&self.schema), Some(columns.clone()))?;
            plans.push(DataSourceExec::from_data_source(source));
        }
        Ok(match plans.len() {
            0 => Arc::new(EmptyExec::new(datafusion::common::project_schema(&self.schema, Some(columns))?)),
            1 => plans.remove(0),
            _ => UnionExec::try_new(plans)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_minutes_lie_within() {
        let check = |start: i64, end: i64, expected: (i64, i64)| {
            let range = TimeRange::new(Timestamp::from_micros(start), Timestamp::from_micros(end));
            let whole = whole_minutes(&range);
            assert_eq!((whole.start.as_micros(), whole.end.as_micros()), expected, "{start}..{end}");
        };
        const M: i64 = MINUTE_MICROS;
        check(0, M, (0, M));
        check(1, 3 * M - 1, (M, 2 * M));
        check(M, 3 * M, (M, 3 * M));
        check(-1, 1, (0, 0));
        check(5, 9, (M, M)); // none
        let all = whole_minutes(&TimeRange::ALL);
        assert!(all.start < Timestamp::from_micros(-1 << 60) && all.end > Timestamp::from_micros(1 << 60));
    }
}
