use std::time::Duration;

use deltalake_core::kernel::LogicalFileView;
use record::{TimeRange, Timestamp};
use serde_json::Value;

use crate::columns::{DATE, Table};
use crate::{Error, Segment};

/// The file's place, size, day and stretch of time, from its entry in the Delta log. A file without statistics (others
/// may write into the table too) covers all of time.
pub(super) fn segment_of(file: &LogicalFileView) -> Result<Segment, Error> {
    let stats: Value = file.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
    let rows = file.num_records().map(|rows| rows as u64).or_else(|| stats["numRecords"].as_u64());
    let rows = rows.ok_or_else(|| damaged("a file without a row count"))?;
    let date = file.partition_values_map().get(DATE).cloned().flatten();
    let date = date.and_then(|text| Timestamp::parse(&text).ok()).ok_or_else(|| damaged("a file without a date"))?;
    Ok(Segment {
        path: file.object_store_path(),
        size_bytes: file.size().max(0) as u64,
        rows,
        date: date.0.days(),
        time: time_of(&stats),
        modified: Timestamp::from_micros(file.modification_time().saturating_mul(1000)),
    })
}

/// The bounds of whichever time column the table is ordered by.
fn time_of(stats: &Value) -> (Timestamp, Timestamp) {
    let first = bound(&stats["minValues"]).unwrap_or(TimeRange::ALL.start);
    // Statistics hold milliseconds: a maximum stands for all of its millisecond.
    let last = bound(&stats["maxValues"]).map_or(TimeRange::ALL.end, |at| at.plus(Duration::from_micros(999)));
    (first, last)
}

fn bound(values: &Value) -> Option<Timestamp> {
    let text = Table::ALL.into_iter().find_map(|table| values.get(table.time_column())?.as_str())?;
    Timestamp::parse(text).ok().map(|(at, _)| at)
}

fn damaged(what: &'static str) -> Error {
    Error::Corrupt { file: "_delta_log".into(), offset: 0, what }
}
