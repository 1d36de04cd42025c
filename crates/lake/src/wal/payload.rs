//! One batch as bytes: flat tables in the order and width of memory, quick to write and safe to read.
//!
//! ```text
//!  0   8  received at (microseconds since 1970)
//!  8   8  bytes on the wire
//! 16   8  faults repaired
//! 24  16  digest of the body (0 without a key)
//! 40   4  bytes of the tenant's name
//! 44   4  bytes of the idempotency key; ffffffff: there is none
//! 48   4  bytes of the arena
//! 52   4  names
//! 56   4  records
//! 60   4  fields
//! 64   4  rejected
//! 68      tenant, key, names (8 B each), records (76), fields (16), rejected (40), arena
//!
//! span      0 4 start (ffffffff: absent)   4 4 length
//! record    0 8 timestamp   8 2 nanoseconds   10 1 origin   11 1 severity (0: none)   12 8 fields   20 56 seven spans
//! field     0 4 name   4 1 kind   5 3 zero   8 8 value: a span, or the 64 bits of a number
//! rejected  0 8 line   8 8 offset   16 8 raw   24 8 source   32 1 reason   33 7 zero
//! ```
//!
//! A row of `rejected` with reason 254 or 255 is no rejected input: so many (`line`) records of the source were left out by a
//! filter (254) or by sampling (255).
//!
//! Reading believes no number: all lengths must add up to the payload exactly before anything is allocated, and
//! [`Batch::from_parts`] checks every span.

use record::{
    Batch, Field, LeftOut, LeftOutBy, NameId, Parts, Record, RecordFields, RejectReason, Rejected, Severity, Span, Tenant,
    TimeOrigin, Timestamp, Value,
};

use super::format::{u32_at, u64_at};
use crate::BatchKey;

const FIXED_LEN: usize = 68;
const SPAN_LEN: usize = 8;
const RECORD_LEN: usize = 76;
const FIELD_LEN: usize = 16;
const REJECTED_LEN: usize = 40;
const NO_KEY: u32 = u32::MAX;
const LEFT_OUT_BY_FILTER: u8 = 254;
const LEFT_OUT_BY_SAMPLING: u8 = 255;

/// Bytes that a batch takes.
pub(super) fn encoded_len(batch: &Batch, key: Option<&BatchKey>) -> usize {
    let parts = batch.parts();
    FIXED_LEN
        + parts.tenant.as_str().len()
        + key.map_or(0, |key| key.key.len())
        + parts.names.len() * SPAN_LEN
        + parts.records.len() * RECORD_LEN
        + parts.fields.len() * FIELD_LEN
        + (parts.rejected.len() + parts.left_out.len()) * REJECTED_LEN
        + parts.arena.len()
}

/// Appends a batch of which [`encoded_len`] fits 32 bits.
pub(super) fn encode(batch: &Batch, key: Option<&BatchKey>, out: &mut Vec<u8>) {
    let parts = batch.parts();
    debug_assert!(Batch::from_parts(parts.clone()).is_ok(), "BUG: a batch that could not be read back");
    out.reserve(encoded_len(batch, key));
    out.extend_from_slice(&parts.received_at.as_micros().to_le_bytes());
    out.extend_from_slice(&parts.wire_bytes.to_le_bytes());
    out.extend_from_slice(&parts.repaired.to_le_bytes());
    out.extend_from_slice(&key.map_or(0, |key| key.body).to_le_bytes());
    let key_len = key.map_or(NO_KEY, |key| key.key.len() as u32);
    let rejected = parts.rejected.len() + parts.left_out.len();
    let counts = [parts.arena.len(), parts.names.len(), parts.records.len(), parts.fields.len(), rejected];
    out.extend_from_slice(&(parts.tenant.as_str().len() as u32).to_le_bytes());
    out.extend_from_slice(&key_len.to_le_bytes());
    counts.iter().for_each(|&count| out.extend_from_slice(&(count as u32).to_le_bytes()));
    out.extend_from_slice(parts.tenant.as_str().as_bytes());
    out.extend_from_slice(key.map_or("", |key| &key.key).as_bytes());
    put_rows(out, &parts.names, |row: &mut [u8; SPAN_LEN], &name| put_span(row, 0, name));
    put_rows(out, &parts.records, put_record);
    put_rows(out, &parts.fields, put_field);
    put_rows(out, &parts.rejected, put_rejected);
    put_rows(out, &parts.left_out, put_left_out);
    out.extend_from_slice(parts.arena.as_bytes());
}

/// The payload is not one that [`encode`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Reads a batch back.
pub(super) fn decode(bytes: &[u8]) -> Result<(Batch, Option<BatchKey>), Unreadable> {
    let (fixed, rest) = bytes.split_first_chunk::<FIXED_LEN>().ok_or(Unreadable)?;
    let [tenant_len, key_len, arena_len, names, records, fields, rejected] =
        [40, 44, 48, 52, 56, 60, 64].map(|at| u32_at(fixed, at));
    let has_key = key_len != NO_KEY;
    let lens = [
        (tenant_len, 1),
        (if has_key { key_len } else { 0 }, 1),
        (names, SPAN_LEN),
        (records, RECORD_LEN),
        (fields, FIELD_LEN),
        (rejected, REJECTED_LEN),
        (arena_len, 1),
    ];
    let lens = lens.map(|(count, row_len)| u64::from(count) * row_len as u64);
    if lens.iter().sum::<u64>() != rest.len() as u64 {
        return Err(Unreadable);
    }
    let mut rest = rest;
    let [tenant, key, names, records, fields, rejected, arena] = lens.map(|len| {
        let (table, behind) = rest.split_at(len as usize);
        rest = behind;
        table
    });
    let (rejected, left_out) = split_left_out(rejected);
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Unreadable);
    let parts = Parts {
        tenant: Tenant::new(text(tenant)?).map_err(|_| Unreadable)?,
        received_at: Timestamp::from_micros(u64_at(fixed, 0) as i64),
        wire_bytes: u64_at(fixed, 8),
        repaired: u64_at(fixed, 16),
        arena: text(arena)?.to_owned(),
        names: rows(names, |row: &[u8; SPAN_LEN]| Some(span_at(row, 0)))?,
        records: rows(records, record_of)?,
        fields: rows(fields, field_of)?,
        rejected: rows(rejected, rejected_of)?,
        left_out: rows(left_out, left_out_of)?,
    };
    let body = u128::from(u64_at(fixed, 24)) | u128::from(u64_at(fixed, 32)) << 64;
    let key = if has_key { Some(BatchKey { key: text(key)?.to_owned(), body }) } else { None };
    Ok((Batch::from_parts(parts).map_err(|_| Unreadable)?, key))
}

fn put_rows<T, const LEN: usize>(out: &mut Vec<u8>, rows: &[T], put: impl Fn(&mut [u8; LEN], &T)) {
    let start = out.len();
    out.resize(start + rows.len() * LEN, 0);
    let (places, _) = out[start..].as_chunks_mut::<LEN>();
    places.iter_mut().zip(rows).for_each(|(place, row)| put(place, row));
}

fn rows<T, const LEN: usize>(bytes: &[u8], read: impl Fn(&[u8; LEN]) -> Option<T>) -> Result<Vec<T>, Unreadable> {
    let (places, _) = bytes.as_chunks::<LEN>();
    let mut rows = Vec::with_capacity(places.len());
    for place in places {
        rows.push(read(place).ok_or(Unreadable)?);
    }
    Ok(rows)
}

fn put_span(row: &mut [u8], at: usize, span: Span) {
    row[at..at + 8].copy_from_slice(&pair(span.start, span.len).to_le_bytes());
}

fn span_at(row: &[u8], at: usize) -> Span {
    Span { start: u32_at(row, at), len: u32_at(row, at + 4) }
}

fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

fn put_record(row: &mut [u8; RECORD_LEN], record: &Record) {
    row[0..8].copy_from_slice(&record.timestamp.as_micros().to_le_bytes());
    row[8..10].copy_from_slice(&record.nanos.to_le_bytes());
    row[10] = record.origin as u8;
    row[11] = record.severity.map_or(0, Severity::number);
    row[12..20].copy_from_slice(&pair(record.fields.start, record.fields.len).to_le_bytes());
    for (index, span) in record.texts().into_iter().enumerate() {
        put_span(row, 20 + 8 * index, span);
    }
}

fn record_of(row: &[u8; RECORD_LEN]) -> Option<Record> {
    let mut record = Record::at(Timestamp::from_micros(u64_at(row, 0) as i64));
    record.nanos = u16::from_le_bytes([row[8], row[9]]);
    record.origin = match row[10] {
        0 => TimeOrigin::Event,
        1 => TimeOrigin::Received,
        2 => TimeOrigin::Anomalous,
        _ => return None,
    };
    record.severity = match row[11] {
        0 => None,
        number => Some(Severity::from_number(number).filter(|severity| severity.number() == number)?),
    };
    record.fields = RecordFields { start: u32_at(row, 12), len: u32_at(row, 16) };
    for (index, span) in record.texts_mut().into_iter().enumerate() {
        *span = span_at(row, 20 + 8 * index);
    }
    Some(record)
}

fn put_field(row: &mut [u8; FIELD_LEN], field: &Field) {
    let (kind, value) = match field.value {
        Value::Text(span) => (0, pair(span.start, span.len)),
        Value::Int(number) => (1, number as u64),
        Value::Float(number) => (2, number.to_bits()),
        Value::Bool(truth) => (3, u64::from(truth)),
        Value::Json(span) => (4, pair(span.start, span.len)),
    };
    row[0..4].copy_from_slice(&field.name.0.to_le_bytes());
    row[4] = kind;
    row[8..16].copy_from_slice(&value.to_le_bytes());
}

fn field_of(row: &[u8; FIELD_LEN]) -> Option<Field> {
    let bits = u64_at(row, 8);
    let value = match row[4] {
        0 => Value::Text(span_at(row, 8)),
        1 => Value::Int(bits as i64),
        2 => Value::Float(f64::from_bits(bits)),
        3 if bits <= 1 => Value::Bool(bits == 1),
        4 => Value::Json(span_at(row, 8)),
        _ => return None,
    };
    Some(Field { name: NameId(u32_at(row, 0)), value })
}

fn put_rejected(row: &mut [u8; REJECTED_LEN], rejected: &Rejected) {
    row[0..8].copy_from_slice(&rejected.line.to_le_bytes());
    row[8..16].copy_from_slice(&rejected.offset.to_le_bytes());
    put_span(row, 16, rejected.raw);
    put_span(row, 24, rejected.source);
    row[32] = rejected.reason as u8;
}

fn rejected_of(row: &[u8; REJECTED_LEN]) -> Option<Rejected> {
    Some(Rejected {
        line: u64_at(row, 0),
        offset: u64_at(row, 8),
        raw: span_at(row, 16),
        source: span_at(row, 24),
        reason: *RejectReason::ALL.get(usize::from(row[32]))?,
    })
}

/// What was left out stands behind all that was rejected.
fn split_left_out(rows: &[u8]) -> (&[u8], &[u8]) {
    let (places, _) = rows.as_chunks::<REJECTED_LEN>();
    let rejected = places.iter().take_while(|row| row[32] < LEFT_OUT_BY_FILTER).count();
    rows.split_at(rejected * REJECTED_LEN)
}

fn put_left_out(row: &mut [u8; REJECTED_LEN], left_out: &LeftOut) {
    row[0..8].copy_from_slice(&left_out.records.to_le_bytes());
    put_span(row, 16, Span::ABSENT);
    put_span(row, 24, left_out.source);
    row[32] = match left_out.by {
        LeftOutBy::Filter => LEFT_OUT_BY_FILTER,
        LeftOutBy::Sampling => LEFT_OUT_BY_SAMPLING,
    };
}

fn left_out_of(row: &[u8; REJECTED_LEN]) -> Option<LeftOut> {
    let by = match row[32] {
        LEFT_OUT_BY_FILTER => LeftOutBy::Filter,
        LEFT_OUT_BY_SAMPLING => LeftOutBy::Sampling,
        _ => return None,
    };
    Some(LeftOut { by, source: span_at(row, 24), records: u64_at(row, 0) })
}

#[cfg(test)]
mod tests;
