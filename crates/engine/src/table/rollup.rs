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
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use futures::{StreamExt, stream};
use lake::{Cuboid, DIMENSIONS, RECORDS, Segment};
use record::{TimeRange, Timestamp};

use super::{LakeTable, Rollup, times, together};

/// Rollups loaded at the same time. Each is one or two small reads.
const ROLLUP_LOADS: usize = 8;

const TIMESTAMP: &str = "timestamp";
pub(crate) const MESSAGE: &str = "message";

/// `logs`, counted: rows say how many records (`records`) agree in all other columns, in which a time may be cut to its
/// minute or hour. Whole minutes or hours come from the segments' rollups; the rest of the range, segments without a
/// rollup and memory from the records themselves, each counted once.
#[derive(Debug)]
pub(crate) struct RollupTable {
    logs: LakeTable,
    schema: SchemaRef,
    /// Outside of it the question drops every record. It may lie within a minute.
    range: TimeRange,
    /// The longest stretch within which the question does not tell times apart, in microseconds.
    grain_micros: i64,
    /// Only records with this word are counted.
    word: Option<MessageWord>,
}

/// The condition that a word stands in the message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MessageWord {
    /// Folded.
    pub(crate) word: String,
    /// As the question says it.
    pub(crate) condition: Expr,
}

/// What of the segments answers from where.
#[derive(Default)]
struct Parts {
    /// Counts, of whole minutes or hours.
    counted: Vec<RecordBatch>,
    /// Segments with records in minutes that are not whole, and in hours that are not.
    edges: [Vec<Arc<Segment>>; 2],
    /// Segments that have no rollup.
    uncounted: Vec<Arc<Segment>>,
}

/// What is counted one by one.
struct Uncounted<'r> {
    segments: Vec<Arc<Segment>>,
    with_memory: bool,
    /// What of the segments is counted already.
    but: Option<&'r TimeRange>,
}

impl RollupTable {
    /// `None` when this is not `logs`.
    pub(crate) fn of(logs: &LakeTable, range: TimeRange, grain_micros: i64, word: Option<MessageWord>) -> Option<RollupTable> {
        if logs.time_column != Some(TIMESTAMP) {
            return None;
        }
        let known = [TIMESTAMP].into_iter().chain(DIMENSIONS).map(|name| logs.view.schema.field_with_name(name).cloned());
        let mut fields = known.collect::<Result<Vec<Field>, _>>().ok()?;
        fields.push(Field::new(RECORDS, DataType::Int64, false));
        Some(RollupTable { logs: logs.clone(), schema: Arc::new(Schema::new(fields)), range, grain_micros, word })
    }

    /// Sorts the segments of the range by what they are read for.
    async fn parts(&self, range: &TimeRange, columns: &[usize]) -> Parts {
        let logs = &self.logs;
        let mut within: Vec<Arc<Segment>> = logs.view.segments.to_vec();
        within.retain(|segment| range.overlaps(segment.time.0, segment.time.1) && logs.is_whole(segment));
        let loads = within.into_iter().map(|segment| async move {
            let rollup = self.rollup(&segment, range, columns).await;
            (segment, rollup)
        });
        let mut loads = stream::iter(loads).buffered(ROLLUP_LOADS);
        let mut parts = Parts::default();
        while let Some((segment, rollup)) = loads.next().await {
            let counted = rollup.and_then(|(cuboid, rollup)| {
                let whole = whole_stretches(range, cuboid.grain_micros());
                Some((cuboid, self.counted(&rollup, &whole).ok()?, whole))
            });
            let Some((cuboid, counted, whole)) = counted else {
                parts.uncounted.push(segment);
                continue;
            };
            if counted.num_rows() > 0 {
                parts.counted.push(counted);
            }
            let edges = [TimeRange::new(range.start, whole.start), TimeRange::new(whole.end, range.end)];
            if edges.iter().any(|edge| !edge.is_empty() && edge.overlaps(segment.time.0, segment.time.1)) {
                parts.edges[usize::from(cuboid == Cuboid::Hours)].push(segment);
            }
        }
        parts
    }

    /// The smallest rollup of a segment that tells enough. Where the range begins or ends in the segment, one by minutes
    /// leaves less to count one by one.
    async fn rollup(&self, segment: &Segment, range: &TimeRange, columns: &[usize]) -> Option<(Cuboid, RecordBatch)> {
        if let Some(word) = &self.word {
            return self.records_of(segment, &word.word).await.map(|rollup| (Cuboid::Hours, rollup));
        }
        let hours = whole_stretches(range, Cuboid::Hours.grain_micros());
        let inside = hours.contains(segment.time.0) && hours.contains(segment.time.1);
        let order = match inside {
            true => [Cuboid::Severities, Cuboid::Hours, Cuboid::Minutes],
            false => [Cuboid::Severities, Cuboid::Minutes, Cuboid::Hours],
        };
        let dimensions = columns.iter().map(|&column| self.schema.field(column).name().as_str());
        let dimensions: Vec<&str> = dimensions.filter(|name| DIMENSIONS.contains(name)).collect();
        let tells = |cuboid: &Cuboid| {
            self.grain_micros % cuboid.grain_micros() == 0 && dimensions.iter().all(|dimension| cuboid.has(dimension))
        };
        for cuboid in order.into_iter().filter(tells) {
            if let Some(rollup) = self.load(segment, cuboid).await {
                return Some((cuboid, rollup));
            }
        }
        None
    }

    /// The counts of the records of a segment in whose message a word stands.
    async fn records_of(&self, segment: &Segment, word: &str) -> Option<RecordBatch> {
        let (name, store, caches) = (&self.logs.name, &self.logs.view.store, &self.logs.caches);
        let (index, index_bytes) = caches.indexes.get(name, store, segment).await;
        let (counts, counts_bytes) = caches.word_counts.get(name, store, segment).await;
        self.logs.looked.lock().index_bytes += (index_bytes + counts_bytes) as u64;
        let (index, counts) = index.zip(counts)?;
        if let Some(place) = index.constant_word(word) {
            return counts.of_word(place);
        }
        let may_be_there = index.may_contain_words(MESSAGE, &[word.to_owned()])?.contains(&true);
        (!may_be_there).then(|| counts.none())
    }

    async fn load(&self, segment: &Segment, cuboid: Cuboid) -> Option<RecordBatch> {
        let (name, store, caches) = (&self.logs.name, &self.logs.view.store, &self.logs.caches);
        let (rollup, bytes) = match cuboid {
            Cuboid::Minutes => {
                let (rollup, bytes) = caches.minute_rollups.get(name, store, segment).await;
                (rollup.map(|rollup| rollup.0.clone()), bytes)
            }
            small => {
                let (rollup, bytes) = caches.rollups.get(name, store, segment).await;
                let of = |rollup: &Rollup| if small == Cuboid::Hours { rollup.hours.clone() } else { rollup.severities.clone() };
                (rollup.and_then(|rollup| of(&rollup)), bytes)
            }
        };
        self.logs.looked.lock().index_bytes += bytes as u64;
        rollup
    }

    /// The counts of whole stretches, in the types of `logs`.
    fn counted(&self, rollup: &RecordBatch, whole: &TimeRange) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().zip(rollup.columns());
        let columns: Vec<ArrayRef> =
            columns.map(|(field, column)| Ok(cast(column, field.data_type())?)).collect::<Result<_>>()?;
        let starts = columns[0].as_primitive::<TimestampMicrosecondType>();
        let within = |at: i64| whole.contains(Timestamp::from_micros(at));
        let rows = BooleanArray::from_unary(starts, within);
        Ok(filter_record_batch(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?, &rows)?)
    }

    /// Records of these segments as rows that count one each, with these columns of ours; those of memory too, and without
    /// what is counted already.
    async fn records(
        &self,
        session: &dyn Session,
        of: Uncounted<'_>,
        filters: &[Expr],
        columns: &[usize],
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut logs = self.logs.clone();
        logs.view.segments = Arc::new(of.segments);
        let range = times::range(filters, TIMESTAMP).intersect(self.range);
        // The time is needed to leave out what is counted already.
        let mut names: Vec<&str> = columns.iter().map(|&column| self.schema.field(column).name().as_str()).collect();
        names.retain(|&name| name != RECORDS && name != TIMESTAMP);
        names.insert(0, TIMESTAMP);
        names.extend(self.word.as_ref().map(|_| MESSAGE));
        let projection: Vec<usize> = names.iter().map(|name| logs.view.schema.index_of(name)).collect::<Result<_, _>>()?;
        let outside = of.but.map(|whole| self.outside(whole));
        let word = self.word.as_ref().map(|word| word.condition.clone());
        let filters: Vec<Expr> = filters.iter().cloned().chain(outside.clone()).chain(word.clone()).collect();
        let mut scanned = Vec::from_iter(logs.scan_segments(session, Some(&projection), &filters, None, &range).await?);
        if of.with_memory {
            scanned.extend(logs.scan_memory(session, Some(&projection), &range)?);
        }
        if scanned.is_empty() {
            return Ok(None);
        }
        let mut plan = together(scanned, &logs.view.schema, Some(&projection))?;
        if let Some(condition) = outside.into_iter().chain(word).reduce(Expr::and) {
            let schema = DFSchema::try_from(plan.schema().as_ref().clone())?;
            plan = Arc::new(FilterExec::try_new(session.create_physical_expr(condition, &schema)?, plan)?);
        }
        self.one_each(plan, columns).map(Some)
    }

    /// These columns of ours, of which a plan over records has all but the count.
    fn one_each(&self, records: Arc<dyn ExecutionPlan>, columns: &[usize]) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = records.schema();
        let exprs = columns.iter().map(|&column| {
            let name = self.schema.field(column).name();
            let value: Arc<dyn PhysicalExpr> = match schema.index_of(name) {
                Ok(place) => Arc::new(Column::new(name, place)),
                Err(_) => Arc::new(Literal::new(ScalarValue::Int64(Some(1)))),
            };
            (value, name.clone())
        });
        Ok(Arc::new(ProjectionExec::try_new(exprs.collect::<Vec<_>>(), records)?))
    }

    /// Whether a record lies outside of this stretch.
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

/// The whole minutes, or hours, of a range; empty when there is none.
fn whole_stretches(range: &TimeRange, grain_micros: i64) -> TimeRange {
    let floor = |micros: i64| micros.div_euclid(grain_micros).saturating_mul(grain_micros);
    let start = floor(range.start.as_micros().saturating_add(grain_micros - 1));
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
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let columns = projection.unwrap_or(&all);
        let parts = self.parts(&range, columns).await;
        self.logs.looked.lock().at(&self.logs);
        let mut plans = Vec::new();
        let uncounted = Uncounted { segments: parts.uncounted, with_memory: true, but: None };
        plans.extend(self.records(session, uncounted, filters, columns).await?);
        for (segments, cuboid) in parts.edges.into_iter().zip([Cuboid::Minutes, Cuboid::Hours]) {
            let whole = whole_stretches(&range, cuboid.grain_micros());
            let edges = Uncounted { segments, with_memory: false, but: Some(&whole) };
            plans.extend(self.records(session, edges, filters, columns).await?);
        }
        if !parts.counted.is_empty() {
            let source = MemorySourceConfig::try_new(&[parts.counted], Arc::clone(&self.schema), Some(columns.clone()))?;
            plans.push(DataSourceExec::from_data_source(source));
        }
        together(plans, &self.schema, Some(columns))
    }
}

#[cfg(test)]
mod tests {
    use lake::MINUTE_MICROS;

    use super::*;

    #[test]
    fn whole_minutes_lie_within() {
        const M: i64 = MINUTE_MICROS;
        let check = |start: i64, end: i64, expected: (i64, i64)| {
            let range = TimeRange::new(Timestamp::from_micros(start), Timestamp::from_micros(end));
            let whole = whole_stretches(&range, M);
            assert_eq!((whole.start.as_micros(), whole.end.as_micros()), expected, "{start}..{end}");
        };
        check(0, M, (0, M));
        check(1, 3 * M - 1, (M, 2 * M));
        check(M, 3 * M, (M, 3 * M));
        check(-1, 1, (0, 0));
        check(5, 9, (M, M)); // none
        let all = whole_stretches(&TimeRange::ALL, M);
        assert!(all.start < Timestamp::from_micros(-1 << 60) && all.end > Timestamp::from_micros(1 << 60));
    }
}
