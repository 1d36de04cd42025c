use record::{LeftOutBy, Record, RejectReason, Rejected, Span, Tenant};

use super::*;

fn batch() -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for source in ["a", "b", "a"] {
        let mut record = Record::at(Timestamp::from_micros(5));
        record.source = batch.text(source);
        batch.finish_record(record);
    }
    let raw = batch.text("{");
    batch.reject(Rejected { reason: RejectReason::InvalidJson, line: 4, offset: 9, raw, source: Span::ABSENT });
    let left_out = ["b", "b", "c"].map(|source| batch.text(source));
    for source in left_out {
        batch.finish_record(Record { source, ..Record::at(Timestamp::from_micros(6)) });
    }
    let mut batch = batch.build();
    batch.leave_out(|index| {
        [None, None, None, Some(LeftOutBy::Filter), Some(LeftOutBy::Sampling), Some(LeftOutBy::Filter)][index]
    });
    batch
}

#[test]
fn what_was_received_is_the_sum_of_all_that_became_of_it() {
    let minute = |n: i64| Timestamp::from_micros(n * MICROS_PER_MINUTE + 17);
    let mut ledger = Ledger::default();
    ledger.count(&batch(), minute(1));
    ledger.count(&batch(), minute(1));
    ledger.count_duplicate(&batch(), minute(2));
    ledger.count_expired(3, minute(9));
    ledger.count_restored(-2, minute(9));
    let rows = ledger.rows();
    for row in &rows {
        let left_out = row.sampled_out + row.filtered;
        let outcomes = row.stored + row.quarantined + row.duplicates + left_out + row.erased + row.expired;
        assert_eq!(row.received, outcomes, "{row:?}");
    }
    let sum = |of: fn(&LedgerRow) -> i64| rows.iter().map(of).sum::<i64>();
    assert_eq!((sum(|row| row.received), sum(|row| row.stored), sum(|row| row.quarantined)), (21, 5, 2));
    assert_eq!((sum(|row| row.duplicates), sum(|row| row.expired), sum(|row| row.erased)), (7, 3, -2));
    assert_eq!((sum(|row| row.filtered), sum(|row| row.sampled_out)), (4, 2));
    assert_eq!(rows[1].source.as_deref(), Some("a"));
    assert_eq!((rows[1].minute, rows[1].stored), (Timestamp::from_micros(MICROS_PER_MINUTE), 4));
}
