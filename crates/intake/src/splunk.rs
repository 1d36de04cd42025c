//! Splunk's HTTP event collector: JSON objects one behind the other, each with an event in it, or raw lines.
//!
//! An event that is an object is the record; any other is its message. What the envelope says beside it (`host`, `source`,
//! `sourcetype`, `index`, `fields`) takes a place only if the event left it free; `time` is the record's.

use std::ops::Range;

use bumpalo::Bump;
use record::{Batch, RejectReason};

use crate::body::Body;
use crate::draft::Draft;
use crate::json::{self, Cursor};
use crate::limits::Fault;
use crate::lines::{for_each_line, line_end};
use crate::raw::Raw;
use crate::{Context, event_time, text, utf16};

/// What a request says about raw lines.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// `host`
    pub host: Option<String>,
    /// `source`
    pub source: Option<String>,
    /// `sourcetype`
    pub sourcetype: Option<String>,
    /// `index`
    pub index: Option<String>,
}

impl Metadata {
    fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("host", &self.host), ("source", &self.source), ("sourcetype", &self.sourcetype), ("index", &self.index)];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// Reads events. One that cannot be read goes to quarantine with its envelope.
pub fn decode_events(bytes: &[u8], context: &Context<'_>) -> Batch {
    let bytes = utf16::as_utf8(bytes);
    let (bump, body) = (Bump::new(), Body::read(&bytes));
    let mut draft = Draft::new(&body, context);
    let text = draft.text;
    // Bytes that may still be passed over to find the ends of faulty events: each such search may be in vain.
    let (mut at, mut searchable) = (0, text.len());
    loop {
        at += text[at..].bytes().take_while(|b| b.is_ascii_whitespace() || *b == b',').count();
        if at == text.len() {
            return draft.build();
        }
        at = match read_event(&mut draft, &bump, at) {
            Ok(end) => {
                draft.finish();
                end
            }
            Err(fault) => {
                let mut end = line_end(text.as_bytes(), at).max(at + 1);
                if text[at..].starts_with('{') {
                    let found = json::bracket_end(text.as_bytes(), at, (at + searchable).min(text.len()));
                    searchable -= found.map_or(searchable, |end| end - at);
                    end = found.unwrap_or(end);
                }
                draft.reject(fault, at..end, None);
                end
            }
        };
    }
}

/// Reads raw lines, each an event of its own.
pub fn decode_raw(bytes: &[u8], context: &Context<'_>, metadata: &Metadata) -> Batch {
    let bytes = utf16::as_utf8(bytes);
    let body = Body::read(&bytes);
    let mut draft = Draft::new(&body, context);
    for_each_line(draft.text, |line, next| {
        match read_line(&mut draft, line.clone(), metadata) {
            Ok(()) => draft.finish(),
            Err(fault) => draft.reject(fault, line, None),
        }
        next
    });
    draft.build()
}

fn read_line<'a>(draft: &mut Draft<'a>, line: Range<usize>, metadata: &'a Metadata) -> Result<(), Fault> {
    draft.begin();
    text::put_message(draft, &draft.text[line.clone()], line.start)?;
    metadata.named().try_for_each(|(name, value)| draft.put_beside(name, Raw::Text(value), line.start))
}

/// The parts of an envelope.
#[derive(Default)]
struct Envelope<'a> {
    time: Option<Raw<'a>>,
    /// `host`, `source`, `sourcetype`, `index`, and whatever else stands there.
    beside: Vec<(&'a str, Raw<'a>)>,
    event: Option<(usize, Option<Raw<'a>>)>,
    fields: Vec<(&'a str, Raw<'a>)>,
}

/// Reads the envelope at `at` and its event. Returns where it ends.
fn read_event<'a>(draft: &mut Draft<'a>, bump: &'a Bump, at: usize) -> Result<usize, Fault> {
    let mut cursor = Cursor::new(draft.text, at, draft.context.limits.depth_max);
    let mut envelope = Envelope::default();
    cursor.object(|cursor, name| {
        match name {
            "event" => envelope.event = Some((cursor.at(), cursor.value()?)),
            "time" => envelope.time = cursor.value()?,
            "fields" if cursor.peek() == Some(b'{') => cursor.object(|cursor, name| {
                let name = &*bump.alloc_str(name);
                envelope.fields.extend(cursor.value()?.map(|value| (name, value)));
                Ok(())
            })?,
            _ => {
                let name = &*bump.alloc_str(name);
                envelope.beside.extend(cursor.value()?.map(|value| (name, value)));
            }
        }
        Ok(())
    })?;
    let end = cursor.at();
    put(draft, bump, at, &envelope)?;
    Ok(end)
}

fn put<'a>(draft: &mut Draft<'a>, bump: &'a Bump, at: usize, envelope: &Envelope<'a>) -> Result<(), Fault> {
    draft.begin();
    let Some((event_at, Some(event))) = envelope.event else { return Err(Fault::new(RejectReason::InvalidLine, at)) };
    if draft.text[event_at..].starts_with('{') {
        json::read_object(draft, event_at)?;
    } else {
        let message = match event {
            Raw::Text(plain) => plain,
            other => bump.alloc_str(&other.plain()),
        };
        text::put_message(draft, message, event_at)?;
    }
    if let Some(time) = envelope.time {
        match event_time::read(time, draft.context.received_at) {
            Some(moment) => draft.put_time(moment, bump.alloc_str(&time.plain())),
            None => draft.put_beside("time", time, at)?,
        }
    }
    envelope.fields.iter().chain(&envelope.beside).try_for_each(|&(name, raw)| draft.put_beside(name, raw, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{context, show};

    fn events(body: &str) -> (Vec<String>, Vec<String>) {
        let batch = decode_events(body.as_bytes(), &context());
        let reject = |piece: &record::Rejected| format!("{} {} {}", piece.offset, piece.reason.as_str(), batch.text(piece.raw));
        (batch.records().iter().map(|r| show(&batch, r)).collect(), batch.rejected().iter().map(reject).collect())
    }

    #[test]
    fn events_follow_one_another_with_or_without_anything_between() {
        let body = r#"{"time":1770387825.123,"host":"h","source":"/var/log/x","sourcetype":"st","index":"main","event":"ERROR a \"b\"","fields":{"k":"v","n":1}}{"event":{"message":"m","service":"shop","level":"warn","host":"own"},"host":"h","time":"1770387825"}
        ,{"event":7}{"event":["x"],"time":"soon"}"#;
        assert_eq!(
            events(body).0,
            [
                r#"2026-02-06T14:23:45.123Z ERROR source="/var/log/x" host="h" message="ERROR a \"b\"" | k="v" n=1 sourcetype="st" index="main""#,
                r#"2026-02-06T14:23:45Z WARN source="shop" host="own" message="m" | host.2="h""#,
                r#"received message="7" |"#,
                r#"received message="[\"x\"]" | timestamp_original="soon""#,
            ]
        );
    }

    #[test]
    fn a_broken_event_spoils_nothing_beside_it() {
        let body = "{\"event\":\"a\"}{\"host\":\"no event\"}{\"event\":null}{\"event\":nonsense}\n{\"event\":\"b\"}garbage {\"x\n{\"event\":{\"a\":1,\"a\":2}}{\"event\":\"c\"} {\"event\":\"half";
        let (records, rejected) = events(body);
        assert_eq!(records.len(), 3, "{records:?}");
        assert_eq!(
            rejected,
            [
                r#"13 invalid_line {"host":"no event"}"#,
                r#"32 invalid_line {"event":null}"#,
                r#"55 invalid_json {"event":nonsense}"#,
                r#"78 invalid_json garbage {"x"#,
                r#"111 duplicate_key {"event":{"a":1,"a":2}}"#,
                r#"141 invalid_json {"event":"half"#,
            ]
        );
        let deep = format!("{{\"event\":{}1{}}}", "[".repeat(1000), "]".repeat(1000));
        assert!(events(&deep).1[0].contains("too_deep"));
    }

    #[test]
    fn raw_lines() {
        let metadata = Metadata { host: Some("h".to_owned()), source: Some("s".to_owned()), ..Metadata::default() };
        let batch = decode_raw(b"ERROR one\n\ntwo\r\n", &context(), &metadata);
        let records: Vec<_> = batch.records().iter().map(|record| show(&batch, record)).collect();
        assert_eq!(
            records,
            [r#"received ERROR source="s" host="h" message="ERROR one" |"#, r#"received source="s" host="h" message="two" |"#]
        );
    }
}
