use std::sync::Arc;

use crate::glob::Glob;
use crate::table::Table;
use crate::{Changes, Datum, Event, Fate, Program, WEIGHT_FIELD};

/// What a rule does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// The record is left out.
    Drop,
    /// One of so many is kept.
    Sample(Sample),
    /// Fields change.
    Edit(Edit),
    /// A program decides.
    Program {
        /// What errors call it.
        name: String,
        program: Arc<dyn Program>,
    },
}

/// One of `every` records is kept, chosen by a hash, so that the same record, or all of one trace, is chosen everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) every: u64,
    /// The field that is hashed; of a record without it, all of it is.
    pub(crate) by: Option<String>,
}

/// In this order; each sees what those before it made. All renames happen at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edit {
    pub(crate) lookup: Option<Lookup>,
    pub(crate) rename: Vec<(String, String)>,
    pub(crate) set: Vec<(String, Datum<'static>)>,
    pub(crate) remove: Vec<Glob>,
}

/// A table's row, joined to the record.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    pub(crate) table: Arc<Table>,
    pub(crate) field: String,
    /// In front of the names of the row's fields.
    pub(crate) into: String,
}

impl Sample {
    /// Whether a record is kept: the first 1/every of all hashes is, so that what is kept of one in a hundred is also kept of
    /// one in ten. `index` tells apart records that are alike and came together.
    pub(crate) fn keeps(&self, event: &Event<'_>, index: usize) -> bool {
        let by = self.by.as_deref().and_then(|name| event.get(name));
        let hash = match by {
            Some(datum) => rapidhash::v3::rapidhash_v3(datum.text().as_bytes()),
            None => whole_hash(event, index),
        };
        is_chosen(hash, self.every)
    }

    /// The kept record stands for so many.
    pub(crate) fn weighted(&self, event: &Event<'_>) -> Changes {
        let before = match event.get(WEIGHT_FIELD) {
            Some(Datum::Int(weight)) if weight > 0 => weight,
            _ => 1,
        };
        let weight = before.saturating_mul(self.every.min(i64::MAX as u64) as i64);
        Changes { fields: vec![(WEIGHT_FIELD.to_owned(), Some(Datum::Int(weight)))], timestamp: None }
    }
}

/// Whether one of `every` texts that is kept is this one: a sampling rule decides the same by a field of this text.
pub fn is_sampled_in(text: &str, every: u64) -> bool {
    is_chosen(rapidhash::v3::rapidhash_v3(text.as_bytes()), every)
}

/// Whether a hash lies in the first 1/every of all.
pub fn is_chosen(hash: u64, every: u64) -> bool {
    hash <= u64::MAX / every.max(1)
}

/// A hash of all that a record is, and of its place among those that came together.
pub fn whole_hash(event: &Event<'_>, index: usize) -> u64 {
    let record = event.record();
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(&(index as u64).to_le_bytes());
    bytes.extend_from_slice(&record.timestamp.as_micros().to_le_bytes());
    bytes.extend_from_slice(&record.nanos.to_le_bytes());
    for place in 0..crate::PLACES.len() {
        bytes.extend_from_slice(event.place(place).unwrap_or_default().as_bytes());
        bytes.push(0);
    }
    for (name, datum) in event.fields() {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(datum.text().as_bytes());
    }
    rapidhash::v3::rapidhash_v3(&bytes)
}

/// Names that go or hold another value.
type Flat = Vec<(String, Option<Datum<'static>>)>;

impl Edit {
    pub(crate) fn of(&self, event: &Event<'_>) -> Fate {
        let mut fields = Flat::new();
        if let Some(lookup) = &self.lookup {
            lookup.join(event, &mut fields);
        }
        self.rename(event, &mut fields);
        fields.extend(self.set.iter().map(|(name, datum)| (name.clone(), Some(datum.clone()))));
        self.remove(event, &mut fields);
        Fate::Stays(Changes { fields, timestamp: None })
    }

    /// All go before any comes back, so that two can change places.
    fn rename(&self, event: &Event<'_>, fields: &mut Flat) {
        let mut renamed = Flat::new();
        for (from, to) in &self.rename {
            let joined = fields.iter().rev().find(|(name, _)| name == from).and_then(|(_, datum)| datum.clone());
            if let Some(datum) = joined.or_else(|| event.get(from).map(Datum::into_owned)) {
                renamed.push((to.clone(), Some(datum)));
                fields.push((from.clone(), None));
            }
        }
        fields.append(&mut renamed);
    }

    fn remove(&self, event: &Event<'_>, fields: &mut Flat) {
        if self.remove.is_empty() {
            return;
        }
        let places = crate::PLACES.into_iter().filter(|name| event.get(name).is_some());
        let made = fields.iter().filter(|(name, datum)| datum.is_some() && name != "severity").map(|(name, _)| name.as_str());
        let names = places.chain(event.fields().map(|(name, _)| name)).chain(made);
        let going = names.filter(|name| self.remove.iter().any(|glob| glob.matches(name)));
        let mut going: Flat = going.map(|name| (name.to_owned(), None)).collect();
        fields.append(&mut going);
    }
}

impl Lookup {
    fn join(&self, event: &Event<'_>, fields: &mut Flat) {
        let Some(key) = event.get(&self.field) else { return };
        let Some(row) = self.table.find(&key.text()) else { return };
        fields.extend(row.into_iter().map(|(name, datum)| (format!("{}{name}", self.into), Some(datum))));
    }
}
