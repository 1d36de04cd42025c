//! Webhooks: what other programs tell when something happens, as JSON. Whether they may is none of this room's business.

use record::{Batch, RejectReason, Severity};

use crate::body::Body;
use crate::draft::Draft;
use crate::json::{self, Cursor};
use crate::limits::Fault;
use crate::lines::after_byte_order_mark;
use crate::places::Place;
use crate::raw::Raw;
use crate::{Context, event_time, utf16};

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One object, which becomes one record; of an array, each item does.
    Event,
    /// Alertmanager's message (version 4): each of its alerts becomes a record.
    Alerts,
}

/// What is known of a delivery beside its body. Takes a place of the record only if the body left it free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// The attribute.
    pub name: &'static str,
    /// Its value.
    pub text: &'a str,
}

/// Parts of Alertmanager's message that all its alerts share, and the attributes they become.
const OF_GROUP: [(&str, &str); 4] = [
    ("receiver", "alertmanager.receiver"),
    ("groupKey", "alertmanager.group_key"),
    ("externalURL", "alertmanager.url"),
    ("truncatedAlerts", "alertmanager.truncated_alerts"),
];

/// Reads a body. What cannot be read lies in [`Batch::rejected`]; an empty body is nothing.
pub fn decode(shape: Shape, bytes: &[u8], notes: &[Note<'_>], context: &Context<'_>) -> Batch {
    let bytes = utf16::as_utf8(bytes);
    let body = Body::read(&bytes);
    let mut reader = Reader { draft: Draft::new(&body, context), notes, group: Vec::new(), item: None };
    let start = after_byte_order_mark(reader.draft.text);
    let text = reader.draft.text;
    let start = text.len() - text[start..].trim_ascii_start().len();
    let end = text.trim_ascii_end().len();
    if start < end {
        reader.body(shape, start, end);
    }
    reader.draft.build()
}

struct Reader<'a> {
    draft: Draft<'a>,
    notes: &'a [Note<'a>],
    /// What stands beside the alerts.
    group: Vec<(&'static str, Raw<'a>)>,
    item: Option<u64>,
}

impl<'a> Reader<'a> {
    fn body(&mut self, shape: Shape, start: usize, end: usize) {
        if shape == Shape::Alerts
            && let Some(alerts) = self.alerts(start)
        {
            return self.items(alerts, end, Shape::Alerts);
        }
        if self.draft.text.as_bytes()[start] == b'[' {
            return self.items(start, end, Shape::Event);
        }
        let read = self.record(start, Shape::Event).and_then(|at| self.is_end(at, end));
        self.settle(read, start..end);
    }

    /// Where the list of alerts begins, if the body is a message of Alertmanager's.
    fn alerts(&mut self, start: usize) -> Option<usize> {
        let mut cursor = Cursor::new(self.draft.text, start, self.draft.context.limits.depth_max);
        let (mut alerts, group) = (None, &mut self.group);
        let walked = cursor.object(|cursor, name| {
            if name == "alerts" && cursor.peek() == Some(b'[') {
                alerts = Some(cursor.skip()?.start);
                return Ok(());
            }
            let value = cursor.value()?;
            if let (Some((_, attribute)), Some(value)) = (OF_GROUP.iter().find(|(known, _)| *known == name), value) {
                group.push((attribute, value));
            }
            Ok(())
        });
        walked.and_then(|()| cursor.finish()).ok()?;
        alerts
    }

    /// Reads the items of an array; one that is no record goes to quarantine alone.
    fn items(&mut self, start: usize, end: usize, shape: Shape) {
        let mut cursor = Cursor::new(self.draft.text, start, self.draft.context.limits.depth_max);
        let (mut item, mut rest) = (0, start);
        let walked = cursor.array(|cursor| {
            item += 1;
            self.item = Some(item);
            rest = cursor.at();
            let piece = cursor.skip()?;
            rest = piece.end;
            let read = self.record(piece.start, shape).map(drop);
            self.settle(read, piece);
            Ok(())
        });
        self.item = None;
        // What was read before the fault stays; the rest is kept as it is.
        let is_all = shape == Shape::Event;
        if let Err(fault) = walked.and_then(|()| if is_all { cursor.finish() } else { Ok(()) }) {
            self.draft.begin();
            // A list that ends before its first item is kept from its bracket on.
            self.draft.reject(fault, if rest < end { rest } else { start }..end, None);
        }
    }

    fn settle(&mut self, read: Result<(), Fault>, piece: std::ops::Range<usize>) {
        match read {
            Ok(()) => self.draft.finish(),
            Err(fault) => self.draft.reject(fault, piece, self.item),
        }
    }

    fn is_end(&self, at: usize, end: usize) -> Result<(), Fault> {
        if at == end { Ok(()) } else { Err(Fault::new(RejectReason::InvalidJson, at)) }
    }

    /// Reads the object at `at` into the record being built. Returns where it ends.
    fn record(&mut self, at: usize, shape: Shape) -> Result<usize, Fault> {
        self.draft.begin();
        let end = json::read_object(&mut self.draft, at)?;
        if shape == Shape::Alerts {
            self.alert(at)?;
        }
        for &(name, raw) in &self.group {
            self.draft.put_beside(name, raw, at)?;
        }
        let has_message = self.draft.has(Place::Message);
        for note in self.notes.iter().filter(|note| !(has_message && note.name == "message")) {
            self.draft.put_beside(note.name, Raw::Text(note.text), at)?;
        }
        Ok(end)
    }

    /// Gives an alert the places of a record: its labels and annotations have other names everywhere.
    fn alert(&mut self, at: usize) -> Result<(), Fault> {
        let alert = Alert::look(self.draft.text, at, self.draft.context.limits.depth_max)?;
        let time = if alert.is_resolved() { alert.ends.or(alert.starts) } else { alert.starts };
        if let Some(raw @ Raw::Text(text)) = time
            && let Some(moment) = event_time::read(raw, self.draft.context.received_at)
        {
            self.draft.put_time(moment, text);
        }
        let severity = alert.severity.and_then(|severity| Severity::parse(&severity.plain()));
        let severity = if alert.is_resolved() { Some(Severity::Info) } else { severity };
        if let Some(severity) = severity {
            self.draft.put_severity(severity);
        }
        if let Some(message) = alert.summary.or(alert.description).or(alert.name) {
            self.draft.put_place(Place::Message, message, at)?;
        }
        for (place, value) in [(Place::Source, alert.service), (Place::Host, alert.instance)] {
            if let Some(value) = value {
                self.draft.put_place(place, value, at)?;
            }
        }
        Ok(())
    }
}

/// Parts of an alert that stand for places of a record.
#[derive(Default)]
struct Alert<'a> {
    status: Option<Raw<'a>>,
    starts: Option<Raw<'a>>,
    ends: Option<Raw<'a>>,
    name: Option<Raw<'a>>,
    severity: Option<Raw<'a>>,
    service: Option<Raw<'a>>,
    instance: Option<Raw<'a>>,
    summary: Option<Raw<'a>>,
    description: Option<Raw<'a>>,
}

impl<'a> Alert<'a> {
    fn look(text: &'a str, at: usize, depth_max: usize) -> Result<Alert<'a>, Fault> {
        let mut alert = Alert::default();
        let mut cursor = Cursor::new(text, at, depth_max);
        cursor.object(|cursor, name| {
            match name {
                "status" => alert.status = cursor.value()?,
                "startsAt" => alert.starts = cursor.value()?,
                "endsAt" => alert.ends = cursor.value()?,
                "labels" | "annotations" if cursor.peek() == Some(b'{') => {
                    return cursor.object(|cursor, name| alert.label(cursor, name));
                }
                _ => return cursor.skip().map(drop),
            }
            Ok(())
        })?;
        Ok(alert)
    }

    fn label(&mut self, cursor: &mut Cursor<'a>, name: &str) -> Result<(), Fault> {
        let value = cursor.value()?;
        match name {
            "alertname" => self.name = value,
            "severity" => self.severity = value,
            "service" => self.service = value,
            "instance" => self.instance = value,
            "summary" => self.summary = value,
            "description" => self.description = value,
            _ => {}
        }
        Ok(())
    }

    fn is_resolved(&self) -> bool {
        self.status == Some(Raw::Text("resolved"))
    }
}

#[cfg(test)]
mod tests;
