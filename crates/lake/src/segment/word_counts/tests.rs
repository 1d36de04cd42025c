use std::collections::BTreeMap;

use arrow::array::TimestampMicrosecondArray;
use arrow::datatypes::UInt16Type;
use record::{Batch, Record, Severity, Tenant, Timestamp};

use super::super::tests::{EVENING, committed, options, rows_of, run, store};
use super::super::{Options, SegmentIndex, write};
use super::*;

/// A segment of these records: their time in minutes, source, severity and message. What belongs to the day of [`EVENING`].
fn segment(records: &[(i64, &str, Severity, String)]) -> (Option<WordCounts>, SegmentIndex) {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    for (minute, source, severity, message) in records {
        let mut record = Record::at(Timestamp::from_micros(EVENING - (600 - minute) * 60_000_000));
        record.severity = Some(*severity);
        record.source = builder.text(source);
        record.message = builder.text(message);
        builder.finish_record(record);
    }
    let rows = rows_of(&std::sync::Arc::new(builder.build()), 0, &Table::Logs.base_schema());
    let store = store();
    let new = run(write(&store, vec![rows], &Options { threads: 2, ..options("1") })).expect("written");
    let segment = committed(&new[0]);
    let index = run(SegmentIndex::load(&store, &segment)).expect("read").expect("an index");
    (run(WordCounts::load(&store, &segment)).expect("read"), index)
}

/// Messages of a few shapes; what varies in them are numbers, and names of hosts with words that are constant elsewhere.
fn records(count: usize) -> Vec<(i64, &'static str, Severity, String)> {
    let nth = |index: usize| {
        let noise = index.wrapping_mul(0x9e37_79b9) >> 7;
        let message = match index % 5 {
            0 => format!("Payment {noise} FAILED for order {index}"),
            1 => format!("state of job at {index}.{}.org", ["failed", "done", "payment.failed"][noise % 3]),
            2 => format!("Zahlung {index} fällig: failed, failed"), // not in ASCII
            3 => format!("connection to 10.0.{}.{} reset by peer", noise % 256, index % 256),
            _ => format!("failed failed at {index}.failed.peer.peer again"),
        };
        let severity = [Severity::Info, Severity::Error][noise % 2];
        ((index * 600 / count) as i64, ["shop", "bank", "mail"][noise % 3], severity, message)
    };
    (0..count).map(nth).collect()
}

type Counts = BTreeMap<(i64, String, Option<i32>), i64>;

fn expected(records: &[(i64, &str, Severity, String)], word: &str) -> Counts {
    let mut counts = Counts::new();
    for (minute, source, severity, message) in records {
        if record::Phrase::new(word).matches(message) {
            let hour = (EVENING - (600 - minute) * 60_000_000).div_euclid(3_600_000_000);
            *counts.entry((hour, (*source).to_owned(), Some(i32::from(severity.number())))).or_default() += 1;
        }
    }
    counts
}

fn read(rows: &RecordBatch) -> Counts {
    let hours: &TimestampMicrosecondArray = rows.column(0).as_primitive();
    let sources = rows.column(1).as_dictionary::<UInt16Type>();
    let sources = sources.downcast_dict::<arrow::array::StringArray>().expect("texts");
    let numbers = rows.column(3).as_primitive::<Int32Type>();
    let records = rows.column(5).as_primitive::<arrow::datatypes::Int64Type>();
    let row = |row: usize| {
        let hour = hours.value(row) / 3_600_000_000;
        let source = arrow::array::ArrayAccessor::value(&sources, row).to_owned();
        ((hour, source, numbers.is_valid(row).then(|| numbers.value(row))), records.value(row))
    };
    (0..rows.num_rows()).map(row).collect()
}

#[test]
fn words_are_counted_as_often_as_they_match() {
    let records = records(20_000);
    let (counts, index) = segment(&records);
    let counts = counts.expect("counts");
    for word in ["failed", "payment", "order", "reset", "peer", "again", "state", "job"] {
        let place = index.constant_word(word).unwrap_or_else(|| panic!("{word} is not in the index"));
        let Some(rows) = counts.of_word(place) else { panic!("{word} is not counted") };
        assert_eq!(read(&rows), expected(&records, word), "{word}");
    }
    assert_eq!(index.constant_word("fällig"), None);
    assert_eq!(counts.none().num_rows(), 0);
}

#[test]
fn a_word_that_varied_before_it_was_constant_is_not_counted() {
    let early = |index: i64| (index / 100, "a", Severity::Info, format!("host {index}.late.org is up"));
    let late = |index: i64| (300 + index / 100, "a", Severity::Info, format!("the late train number {index}"));
    let records: Vec<_> = (0..9_000).map(early).chain((0..9_000).map(late)).collect();
    let (counts, index) = segment(&records);
    let counts = counts.expect("counts");
    let of = |word: &str| counts.of_word(index.constant_word(word).expect("constant"));
    assert!(of("late").is_none());
    assert_eq!(read(&of("train").expect("counted")), expected(&records, "train"));
}

#[test]
fn rare_words_and_many_cells_are_not_counted() {
    let mut rare: Vec<_> = records(8_000);
    rare.push((599, "shop", Severity::Error, "quarantine of an epoch".to_owned()));
    let (counts, index) = segment(&rare);
    assert!(counts.expect("counts").of_word(index.constant_word("quarantine").expect("constant")).is_none());
    let sources: Vec<String> = (0..9_000).map(|index| format!("source-{index}")).collect();
    let many: Vec<_> = sources.iter().map(|source| (1, source.as_str(), Severity::Info, "all is well".to_owned())).collect();
    assert!(segment(&many).0.is_none());
}

#[test]
fn what_is_damaged_is_not_believed() {
    let (counts, _) = segment(&records(8_000));
    let whole = counts.expect("counts").encode(u64::MAX).expect("encoded").expect("small");
    let decode = |bytes: &[u8]| WordCounts::decode(Bytes::copy_from_slice(bytes));
    let again = decode(&whole).expect("decoded").encode(u64::MAX).expect("encoded").expect("small");
    assert_eq!(again, whole);
    for at in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        assert!(decode(&flipped).is_err(), "byte {at}");
    }
    for end in (0..whole.len()).step_by(101) {
        assert!(decode(&whole[..end]).is_err(), "{end} bytes");
        // Even with the right checksum.
        if end >= 20 {
            let mut short = whole[..end].to_vec();
            let crc = crc32fast::hash(&short[12..]);
            short[8..12].copy_from_slice(&crc.to_le_bytes());
            assert!(decode(&short).is_err(), "{end} bytes");
        }
    }
}
