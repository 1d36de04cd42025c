use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Any batch, built as `intake` builds it.
pub(in crate::wal) fn any_batch() -> impl Strategy<Value = Batch> {
    let record = (any::<(i64, u16)>(), 0..3u8, select(severities()), prop::array::uniform7(any_text()), any_fields());
    let rejected = (select(RejectReason::ALL.to_vec()), any::<(u64, u64)>(), any_text(), any_text());
    let parts = (prop::collection::vec(record, 0..6), prop::collection::vec(rejected, 0..3), any::<(i64, u32, u32)>());
    parts.prop_map(|(records, rejected, (received_at, wire_bytes, repaired))| {
        let mut batch = Batch::builder(Tenant::new("some-tenant_7").unwrap(), Timestamp::from_micros(received_at));
        batch.reserve(wire_bytes as usize % 5000);
        batch.repaired(u64::from(repaired));
        for ((at, nanos), origin, severity, texts, fields) in records {
            let mut record = Record::at(Timestamp::from_micros(at));
            record.nanos = nanos;
            record.origin = [TimeOrigin::Event, TimeOrigin::Received, TimeOrigin::Anomalous][usize::from(origin)];
            record.severity = severity;
            for (place, text) in record.texts_mut().into_iter().zip(&texts) {
                *place = text.as_ref().map_or(Span::ABSENT, |text| batch.text(text));
            }
            for (name, kind, bits, text) in &fields {
                let name = batch.name(name);
                let span = batch.text(text);
                let values = [Value::Text(span), Value::Int(*bits), Value::Float(*bits as f64 / 3.0), Value::Bool(*bits > 0)];
                batch.field(name, *values.get(usize::from(*kind)).unwrap_or(&Value::Json(span)));
            }
            batch.finish_record(record);
        }
        for (reason, (line, offset), raw, source) in rejected {
            let [raw, source] = [raw, source].map(|text| text.map_or(Span::ABSENT, |text| batch.text(&text)));
            batch.reject(Rejected { reason, line, offset, raw, source });
        }
        let mut batch = batch.build();
        batch
            .leave_out(|index| [None, Some(LeftOutBy::Filter), None, Some(LeftOutBy::Sampling)][(index + repaired as usize) % 4]);
        batch
    })
}

fn severities() -> Vec<Option<Severity>> {
    Severity::ALL.into_iter().map(Some).chain([None]).collect()
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("\\PC{0,12}")
}

fn any_fields() -> impl Strategy<Value = Vec<(String, u8, i64, String)>> {
    prop::collection::vec(("[a-z.]{0,4}", 0..5u8, any::<i64>(), "\\PC{0,6}"), 0..4)
}

pub(in crate::wal) fn any_key() -> impl Strategy<Value = Option<BatchKey>> {
    prop::option::of(("\\PC{0,20}", any::<u128>()).prop_map(|(key, body)| BatchKey { key, body }))
}

fn encoded(batch: &Batch, key: Option<&BatchKey>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(batch, key, &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(batch in any_batch(), key in any_key()) {
        let bytes = encoded(&batch, key.as_ref());
        prop_assert_eq!(bytes.len(), encoded_len(&batch, key.as_ref()));
        prop_assert_eq!(decode(&bytes), Ok((batch, key)));
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
    }

    /// A changed byte gives another batch or none; a missing or additional one gives none.
    #[test]
    fn changed_bytes_are_read_or_refused(batch in any_batch(), key in any_key(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = encoded(&batch, key.as_ref());
        bytes.push(0);
        prop_assert_eq!(decode(&bytes), Err(Unreadable));
        bytes.pop();
        let place = at.index(bytes.len());
        prop_assert_eq!(decode(&bytes[..place]), Err(Unreadable));
        bytes[place] = to;
        if let Ok((changed, _)) = decode(&bytes) {
            let texts = changed.records().iter().flat_map(Record::texts).chain(changed.rejected().iter().map(|line| line.raw));
            texts.for_each(|span| drop(changed.text(span).to_owned()));
            changed.records().iter().for_each(|record| drop(changed.fields(record).to_vec()));
        }
    }
}

/// A count that the bytes do not bear out is refused before memory is asked for.
#[test]
fn great_counts_allocate_nothing() {
    let batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0)).build();
    let good = encoded(&batch, None);
    for at in [40, 44, 48, 52, 56, 60, 64] {
        for count in [u32::MAX - 1, u32::MAX / 2, 1 << 20] {
            let mut bytes = good.clone();
            bytes[at..at + 4].copy_from_slice(&count.to_le_bytes());
            assert_eq!(decode(&bytes), Err(Unreadable), "count at {at}");
        }
    }
}

/// The bytes of one batch, as drawn above: what a released version wrote is read for ever.
#[test]
fn the_layout_is_the_one_drawn() {
    let mut batch = Batch::builder(Tenant::new("t").unwrap(), Timestamp::from_micros(0x0102_0304));
    let mut record = Record::at(Timestamp::from_micros(-2));
    (record.nanos, record.origin, record.severity) = (7, TimeOrigin::Anomalous, Some(Severity::Error));
    record.message = batch.text("hi");
    let name = batch.name("n");
    batch.field(name, Value::Int(-1));
    batch.finish_record(record);
    let raw = batch.text("{");
    batch.reject(Rejected { reason: RejectReason::TooDeep, line: 5, offset: 6, raw, source: Span::ABSENT });
    let key = BatchKey { key: "k".into(), body: 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100 };

    let absent = [255, 255, 255, 255, 0, 0, 0, 0];
    let expected: Vec<u8> = [
        &[4, 3, 2, 1, 0, 0, 0, 0][..],
        &[0; 16],
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        &[1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        b"tk",
        &[2, 0, 0, 0, 1, 0, 0, 0],
        &[254, 255, 255, 255, 255, 255, 255, 255, 7, 0, 2, 17, 0, 0, 0, 0, 1, 0, 0, 0],
        &[absent, absent, [0, 0, 0, 0, 2, 0, 0, 0], absent, absent, absent, absent].concat(),
        &[0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
        &[5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0],
        &absent,
        &[3, 0, 0, 0, 0, 0, 0, 0],
        b"hin{",
    ]
    .concat();
    assert_eq!(encoded(&batch.build(), Some(&key)), expected);
}
