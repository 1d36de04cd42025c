use std::cell::OnceCell;
use std::collections::HashMap;

use record::{Batch, Field, LeftOutBy, NameId, Severity, Span, TIMESTAMP_ORIGINAL, TimeOrigin, Timestamp, Value};

use crate::{Changes, Datum, PLACES};

/// The attribute of a record that a program could not change: which program, and the line of it.
pub const ERROR_FIELD: &str = "transform_error";

/// The attribute of a record that was kept by sampling: for how many it stands, itself included.
pub const WEIGHT_FIELD: &str = "sample_weight";

/// Most attributes of a record that was changed; as many as decoders take (`intake::Limits`).
const FIELDS_MAX: usize = 1_024;

/// Longest name of an attribute, in bytes: as long as decoders take.
const NAME_BYTES_MAX: usize = 256;

/// Most names that changes may bring into one batch: each may become a column.
const NEW_NAMES_MAX: usize = 2_048;

/// Most bytes of text that one change may bring into a record.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Most bytes of text that all changes may bring into one batch: four times the largest body, and far below the 4 GiB that a
/// batch can hold.
const BATCH_TEXT_BYTES_MAX: usize = 256 << 20;

/// The changes make something that cannot be a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Impossible;

/// A batch that is being changed.
pub(crate) struct Work {
    batch: Batch,
    /// Made for the first change: most batches meet no rule that changes something.
    names: OnceCell<HashMap<String, NameId>>,
    names_max: usize,
    /// Bytes of text that changes may still bring.
    text_left: usize,
    left_out: Vec<Option<LeftOutBy>>,
    is_changed: bool,
}

impl Work {
    pub(crate) fn new(batch: Batch) -> Work {
        let names_max = batch.names().len() + NEW_NAMES_MAX;
        let left_out = vec![None; batch.records().len()];
        Work { batch, names: OnceCell::new(), names_max, text_left: BATCH_TEXT_BYTES_MAX, left_out, is_changed: false }
    }

    pub(crate) fn batch(&self) -> &Batch {
        &self.batch
    }

    pub(crate) fn leave_out(&mut self, index: usize, by: LeftOutBy) {
        self.left_out[index] = Some(by);
        self.is_changed = true;
    }

    /// Makes changes to a record, all or none.
    pub(crate) fn change(&mut self, index: usize, changes: &Changes) -> Result<(), Impossible> {
        if changes.is_empty() {
            return Ok(());
        }
        let (severity, bytes) = self.check(index, changes)?;
        self.text_left -= bytes;
        self.is_changed = true;
        let not_believed = changes.timestamp.and_then(|(timestamp, nanos)| self.set_time(index, timestamp, nanos));
        if let Some(severity) = severity {
            self.batch.record_mut(index).severity = severity;
        }
        let mut fields = self.batch.fields(&self.batch.records()[index]).to_vec();
        for (name, datum) in &changes.fields {
            if let Some(place) = PLACES.iter().position(|known| known == name) {
                let span = datum.as_ref().map_or(Span::ABSENT, |datum| self.batch.add_text(&datum.text()));
                *self.batch.record_mut(index).texts_mut()[place] = span;
            } else if name != "severity" {
                self.put(&mut fields, name, datum.as_ref());
            }
        }
        if let Some(time) = not_believed {
            self.put(&mut fields, TIMESTAMP_ORIGINAL, Some(&Datum::Text(time.to_string().into())));
        }
        self.batch.set_fields(index, &fields);
        Ok(())
    }

    /// Sets the time of a record, or returns the time if it is none to believe, as with times of senders.
    fn set_time(&mut self, index: usize, timestamp: Timestamp, nanos: u16) -> Option<Timestamp> {
        let received_at = self.batch.received_at();
        let is_believed = record::believable(received_at).contains(&timestamp);
        let record = self.batch.record_mut(index);
        (record.timestamp, record.nanos, record.origin) = match is_believed {
            true => (timestamp, nanos, TimeOrigin::Event),
            false => (received_at, 0, TimeOrigin::Anomalous),
        };
        (!is_believed).then_some(timestamp)
    }

    /// The batch, without the text of what was changed or left out.
    pub(crate) fn finish(mut self) -> Batch {
        if !self.is_changed {
            return self.batch;
        }
        self.batch.leave_out(|index| self.left_out[index]);
        self.batch.pack_fields();
        self.batch.shed();
        self.batch
    }

    /// Whether the changes can be made; the severity that they bring, if they do, and the bytes of text.
    fn check(&self, index: usize, changes: &Changes) -> Result<(Option<Option<Severity>>, usize), Impossible> {
        let mut bytes = 0;
        let mut severity = None;
        for (name, datum) in &changes.fields {
            bytes += name.len() + datum.as_ref().map_or(0, text_len);
            let is_finite = !matches!(datum, Some(Datum::Float(number)) if !number.is_finite());
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !is_finite {
                return Err(Impossible);
            }
            if name == "severity" {
                severity = Some(datum.as_ref().map(read_severity).transpose()?);
            }
        }
        let added = || changes.fields.iter().filter(|(name, datum)| datum.is_some() && is_bounded(name));
        let names = self.names();
        let new = added().filter(|(name, _)| !names.contains_key(name)).count();
        let fits = bytes <= TEXT_BYTES_MAX.min(self.text_left)
            && self.has_room(index, changes, added().count())
            && (new == 0 || names.len() + new <= self.names_max);
        fits.then_some((severity, bytes)).ok_or(Impossible)
    }

    /// Whether the record keeps to the bound of attributes. Only near the bound it is counted which are there already.
    fn has_room(&self, index: usize, changes: &Changes, added: usize) -> bool {
        let record = &self.batch.records()[index];
        if added == 0 || record.fields.len as usize + added <= FIELDS_MAX {
            return true;
        }
        let last: HashMap<&str, bool> = changes.fields.iter().map(|(name, datum)| (name.as_str(), datum.is_some())).collect();
        let held = self.batch.fields(record).iter().map(|field| self.batch.name(field.name));
        let untouched = held.filter(|name| is_bounded(name) && !last.contains_key(name)).count();
        untouched + last.iter().filter(|(name, stays)| **stays && is_bounded(name)).count() <= FIELDS_MAX
    }

    /// Says in a record that something could not be done with it.
    pub(crate) fn mark(&mut self, index: usize, what: &str) {
        self.is_changed = true;
        let mut fields = self.batch.fields(&self.batch.records()[index]).to_vec();
        self.put(&mut fields, ERROR_FIELD, Some(&Datum::Text(what.into())));
        self.batch.set_fields(index, &fields);
    }

    fn put(&mut self, fields: &mut Vec<Field>, name: &str, datum: Option<&Datum<'_>>) {
        let known = self.names().get(name).copied();
        let at = known.and_then(|known| fields.iter().position(|field| field.name == known));
        let Some(datum) = datum else {
            if let Some(at) = at {
                fields.remove(at);
            }
            return;
        };
        let value = self.value(datum);
        match at {
            Some(at) => fields[at].value = value,
            None => {
                let name = known.unwrap_or_else(|| self.new_name(name));
                fields.push(Field { name, value });
            }
        }
    }

    fn names(&self) -> &HashMap<String, NameId> {
        let names = self.batch.names().enumerate();
        self.names.get_or_init(|| names.map(|(index, name)| (name.to_owned(), NameId(index as u32))).collect())
    }

    fn new_name(&mut self, name: &str) -> NameId {
        let id = self.batch.add_name(name);
        if let Some(names) = self.names.get_mut() {
            names.insert(name.to_owned(), id);
        }
        id
    }

    fn value(&mut self, datum: &Datum<'_>) -> Value {
        match datum {
            Datum::Text(text) => Value::Text(self.batch.add_text(text)),
            Datum::Json(text) => Value::Json(self.batch.add_text(text)),
            Datum::Int(number) => Value::Int(*number),
            Datum::Float(number) => Value::Float(*number),
            Datum::Bool(truth) => Value::Bool(*truth),
        }
    }
}

/// Whether a name stands for an attribute whose number has a bound: for no place of the record, and for none of the three that
/// this room itself gives.
fn is_bounded(name: &str) -> bool {
    !matches!(name, "severity" | ERROR_FIELD | WEIGHT_FIELD | TIMESTAMP_ORIGINAL) && !PLACES.contains(&name)
}

fn text_len(datum: &Datum<'_>) -> usize {
    match datum {
        Datum::Text(text) | Datum::Json(text) => text.len(),
        Datum::Int(_) | Datum::Float(_) | Datum::Bool(_) => 8,
    }
}

/// The severity that a value stands for.
pub(crate) fn read_severity(datum: &Datum<'_>) -> Result<Severity, Impossible> {
    let read = match datum {
        Datum::Int(number) => u8::try_from(*number).ok().and_then(Severity::from_number),
        _ => Severity::parse(&datum.text()),
    };
    read.ok_or(Impossible)
}

#[cfg(test)]
mod tests;
