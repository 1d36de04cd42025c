//! The slow evaluator that says what each query means.
//!
//! In: a [`Query`], a [`Scope`], and a [`Table`] of one tenant's records. Out: the answer, exact, with plain loops over
//! owned values. Never: speed, memory bounds, an index. `engine` is tested against it.
//!
//! What the types in [`crate::Query`] leave open is settled here:
//! * Records enter the pipes newest first, so `head` without `sort` is the newest records.
//! * A plain search has the columns in which at least one row of the answer has a value: the fixed ones in the order
//!   of [`RECORD_COLUMNS`], then attributes by name. `fields` has the columns it names, whether or not any row has them.
//! * Groups come in ascending order of their keys, absent keys last. Severities are ordered by rank.
//! * `sum`, `min` and `max` of whole numbers are whole (a sum that does not fit is a float); `avg` and percentiles
//!   are floats. Without any number there is no value. A percentile lies between its two neighbours in proportion.
//! * A bound on rows cuts off the end of the answer.

mod stats;
mod table;

use std::time::Duration;

use crate::{
    Answer, Cost, Error, Filter, Incomplete, Matcher, OwnedCell, Pipe, PlainRows, Query, RECORD_COLUMNS, Rows, Scope, SortKey,
};

use table::Row;
pub use table::Table;

/// Answers a query over the records, which are all of the scope's tenant.
pub fn run(query: &Query, scope: &Scope, records: &Table) -> Result<Answer, Error> {
    let matcher = Matcher::new(&query.filter)?;
    let mut rows: Vec<Row> = records.rows().iter().filter(|row| scope.time.contains(row.timestamp)).cloned().collect();
    rows.retain(|row| matcher.matches_fields(row));
    rows.sort_by_key(|row| std::cmp::Reverse((row.timestamp, row.id)));
    let mut stage = Stage { columns: None, rows };
    for pipe in &query.pipes {
        stage = step(stage, pipe, records)?;
    }
    let incomplete = (stage.rows.len() > scope.budget.rows_max).then_some(Incomplete::Rows);
    stage.rows.truncate(scope.budget.rows_max);
    let cost = Cost { rows_scanned: records.rows().len() as u64, elapsed: Duration::ZERO, ..Cost::default() };
    Ok(Answer { rows: Box::new(stage.finish()) as Box<dyn Rows>, cost, incomplete, damage: Vec::new(), version: 0 })
}

/// Rows between two steps.
struct Stage {
    /// The columns; `None` as long as the rows are records.
    columns: Option<Vec<String>>,
    rows: Vec<Row>,
}

impl Stage {
    /// Rows made of these columns.
    fn made(columns: &[&str], rows: impl IntoIterator<Item = Vec<OwnedCell>>) -> Stage {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let rows = rows.into_iter().map(|cells| Row::made(&columns, cells)).collect();
        Stage { columns: Some(columns), rows }
    }

    fn finish(self) -> PlainRows {
        let columns = self.columns.unwrap_or_else(|| present(&self.rows));
        let cells = self.rows.iter().map(|row| columns.iter().map(|column| row.get(column)).collect()).collect();
        PlainRows::from_cells(&columns, cells)
    }
}

fn present(rows: &[Row]) -> Vec<String> {
    let mut names: Vec<String> = rows.iter().flat_map(Row::names).map(str::to_owned).collect();
    let place = |name: &str| RECORD_COLUMNS.iter().position(|&column| column == name).unwrap_or(RECORD_COLUMNS.len());
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

fn step(stage: Stage, pipe: &Pipe, records: &Table) -> Result<Stage, Error> {
    Ok(match pipe {
        Pipe::Stats { aggregates, by } => stats::stats(&stage.rows, aggregates, by),
        Pipe::Sort(keys) => sort(stage, keys),
        Pipe::Head(count) => head(stage, *count),
        Pipe::Where(filter) => only(stage, filter)?,
        Pipe::Fields(names) => fields(stage, names),
        Pipe::Top { limit, field } => head(stats::top(&stage.rows, field), *limit),
        Pipe::Pattern => stats::pattern(&stage.rows, records),
    })
}

fn head(mut stage: Stage, count: u64) -> Stage {
    stage.rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    stage
}

fn only(mut stage: Stage, filter: &Filter) -> Result<Stage, Error> {
    let matcher = Matcher::new(filter)?;
    stage.rows.retain(|row| matcher.matches_fields(row));
    Ok(stage)
}

fn fields(stage: Stage, names: &[String]) -> Stage {
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    Stage::made(&columns, stage.rows.iter().map(|row| names.iter().map(|name| row.get(name)).collect()))
}

fn sort(mut stage: Stage, keys: &[SortKey]) -> Stage {
    stage.rows.sort_by(|a, b| {
        let by_key = |key: &SortKey| {
            let (a, b) = (a.get(&key.field), b.get(&key.field));
            let either_absent = a == OwnedCell::Absent || b == OwnedCell::Absent;
            let order = a.order(&b, &key.field);
            if key.descending && !either_absent { order.reverse() } else { order }
        };
        keys.iter().map(by_key).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    stage
}

#[cfg(test)]
mod tests;
