//! Amazon Data Firehose's HTTP endpoint: records in base64, often a gzip of CloudWatch's envelope.

use std::io::Read;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use record::Batch;

use crate::json::{self, Cursor};
use crate::limits::Fault;
use crate::lines::for_each_line;
use crate::loki::{Entry, Push, read_push};
use crate::{Context, Unreadable, utf16};

/// Bytes of a delivery's records at most, once unpacked: a delivery has 4 MiB, and logs compress some thirty times.
const PLAIN_BYTES_MAX: usize = 256 << 20;

/// Plain bytes for a packed one, at most: beyond this lie bombs only.
const RATIO_MAX: usize = 100;

const EXPECTED: &str = "Firehose's {\"requestId\":\"..\",\"records\":[{\"data\":\"<base64>\"}]}";

/// Reads a delivery. Lines that are JSON objects are read as such.
pub fn decode(bytes: &[u8], context: &Context<'_>) -> Result<Batch, Unreadable> {
    let bytes = utf16::as_utf8(bytes);
    let text = String::from_utf8_lossy(&bytes);
    let mut delivery = Delivery { push: Push::default(), depth_max: context.limits.depth_max };
    delivery.push.streams.push(Vec::new());
    let mut cursor = Cursor::new(&text, 0, context.limits.depth_max);
    let read = cursor.object(|cursor, name| match name {
        "records" => cursor.array(|cursor| delivery.record(cursor)),
        _ => cursor.skip().map(drop),
    });
    read.and_then(|()| cursor.finish()).map_err(|fault| Unreadable::new(EXPECTED, fault.at))?;
    Ok(read_push(&delivery.push, &bytes, context))
}

struct Delivery {
    push: Push,
    depth_max: usize,
}

impl Delivery {
    fn record(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let offset = cursor.at();
        cursor.object(|cursor, name| {
            if name != "data" {
                return cursor.skip().map(drop);
            }
            let at = cursor.at();
            let data = cursor.text()?.plain().into_owned();
            let packed = STANDARD.decode(data.as_bytes()).map_err(|_| json::invalid(at))?;
            let plain = self.unpacked(packed).ok_or(json::invalid(at))?;
            let plain = String::from_utf8_lossy(&plain);
            if self.cloud_watch(&plain, offset).is_none() {
                for_each_line(&plain, |line, next| {
                    let line = self.push.add(&plain[line]);
                    self.entry(0, line, 0, offset);
                    next
                });
            }
            Ok(())
        })
    }

    /// Undoes gzip; `None` when it is damaged, or too large.
    fn unpacked(&self, packed: Vec<u8>) -> Option<Vec<u8>> {
        if !packed.starts_with(&[0x1f, 0x8b]) {
            return Some(packed);
        }
        let left = PLAIN_BYTES_MAX.saturating_sub(self.push.text.len());
        let most = left.min(packed.len().saturating_mul(RATIO_MAX).max(1 << 20));
        let mut plain = Vec::new();
        let decoder = flate2::bufread::MultiGzDecoder::new(packed.as_slice());
        decoder.take(most as u64 + 1).read_to_end(&mut plain).ok()?;
        (plain.len() <= most).then_some(plain)
    }

    /// Reads CloudWatch's envelopes, one behind the other. `None` when it is something else.
    fn cloud_watch(&mut self, text: &str, offset: usize) -> Option<()> {
        let mark = (self.push.text.len(), self.push.entries.len(), self.push.streams.len());
        let mut cursor = Cursor::new(text, 0, self.depth_max);
        while cursor.peek().is_some() {
            if self.envelope(&mut cursor, offset).ok().filter(|is_one| *is_one).is_none() {
                self.push.text.truncate(mark.0);
                self.push.entries.truncate(mark.1);
                self.push.streams.truncate(mark.2);
                return None;
            }
        }
        Some(())
    }

    /// `{"messageType":"DATA_MESSAGE","logGroup":"..","logStream":"..","owner":"..","logEvents":[..]}`
    fn envelope(&mut self, cursor: &mut Cursor<'_>, offset: usize) -> Result<bool, Fault> {
        let stream = self.push.streams.len();
        self.push.streams.push(Vec::new());
        let mut has_events = false;
        cursor.object(|cursor, name| {
            if name == "logEvents" {
                has_events = true;
                return cursor.array(|cursor| self.event(cursor, stream, offset));
            }
            let name = match name {
                "logGroup" => "aws.log_group",
                "logStream" => "aws.log_stream",
                "owner" => "aws.account_id",
                _ => return cursor.skip().map(drop),
            };
            if let Some(value) = cursor.value()? {
                let pair = (self.push.add(name), self.push.add_raw(value));
                self.push.streams[stream].push(pair);
            }
            Ok(())
        })?;
        Ok(has_events)
    }

    /// `{"id":"..","timestamp":<milliseconds>,"message":".."}`
    fn event(&mut self, cursor: &mut Cursor<'_>, stream: usize, offset: usize) -> Result<(), Fault> {
        let (mut nanos, mut line) = (0, 0..0);
        cursor.object(|cursor, name| {
            let Some(value) = cursor.value()? else { return Ok(()) };
            match name {
                "timestamp" => nanos = value.plain().parse::<u64>().unwrap_or(0).saturating_mul(1_000_000),
                "message" => line = self.push.add_raw(value),
                _ => {}
            }
            Ok(())
        })?;
        self.entry(stream, line, nanos, offset);
        Ok(())
    }

    fn entry(&mut self, stream: usize, line: Range<usize>, nanos: u64, offset: usize) {
        let time = self.push.add(&nanos.to_string());
        self.push.entries.push(Entry { stream, line, nanos, time, metadata: Vec::new(), offset });
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::tests::{context, show};

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(plain).expect("gzip");
        encoder.finish().expect("gzip")
    }

    fn delivery(records: &[&[u8]]) -> String {
        let records: Vec<String> = records.iter().map(|data| format!("{{\"data\":\"{}\"}}", STANDARD.encode(data))).collect();
        format!("{{\"requestId\":\"r\",\"timestamp\":1,\"records\":[{}]}}", records.join(","))
    }

    #[test]
    fn lines_and_cloud_watch() {
        let events = br#"{"messageType":"DATA_MESSAGE","owner":"123","logGroup":"/aws/x","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1770387825123,"message":"ERROR a"},{"id":"2","timestamp":1770387825123,"message":"{\"msg\":\"b\"}"}]}"#;
        let body = delivery(&[b"one\ntwo\n", &gzip(events), b"{\"message\":\"json\",\"level\":\"warn\"}"]);
        let batch = decode(body.as_bytes(), &context()).expect("a delivery");
        let records: Vec<_> = batch.records().iter().map(|record| show(&batch, record)).collect();
        let beside = r#"aws.account_id="123" aws.log_group="/aws/x" aws.log_stream="s""#;
        assert_eq!(
            records,
            [
                "received message=\"one\" |".to_owned(),
                "received message=\"two\" |".to_owned(),
                format!("2026-02-06T14:23:45.123Z ERROR message=\"ERROR a\" | {beside}"),
                format!("2026-02-06T14:23:45.123Z message=\"b\" | {beside}"),
                "received WARN message=\"json\" |".to_owned(),
            ]
        );
    }

    #[test]
    fn bodies_that_are_none_are_refused_whole() {
        let check = |body: &str| assert!(decode(body.as_bytes(), &context()).is_err(), "{body}");
        check("");
        check("{\"records\":[{\"data\":\"?\"}]}");
        check("{\"records\":[{\"data\":7}]}");
        check("{\"records\":[");
        check(&delivery(&[&gzip(b"cut off")[..12]]));
        check(&delivery(&[&gzip(&vec![b'x'; 8 << 20])]));
        assert!(decode(b"{\"requestId\":\"r\",\"records\":[]}", &context()).is_ok());
    }
}
