//! What was found and what was done about it, without a trace of the values themselves.

use std::collections::HashMap;

use record::{Batch, Field, NameId, Span, Value};

use crate::{Action, Kind};

/// The attribute of a record that tells what was found in it: class, action, how often, and field, as in
/// `EMAIL/mask/2/message US_SSN/hash/1/user.ssn`, in the order of their places. Blanks in the names of fields are
/// percent-encoded. No key stands before its value here, so that the account is no finding itself.
pub const ACCOUNT_FIELD: &str = "privacy.found";

/// The attribute that tells by which policy.
pub const POLICY_FIELD: &str = "privacy.policy";

/// How often a class was met in the records of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The source, masked if it had to be.
    pub source: String,
    /// What was found.
    pub kind: Kind,
    /// What was done about it.
    pub action: Action,
    /// How often.
    pub count: u64,
}

impl Counted {
    pub(crate) fn is_like(&self, other: &Counted) -> bool {
        self.kind == other.kind && self.action == other.action && self.source == other.source
    }
}

/// One finding, at one of the seven text places of a record, or in a field by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) record: u32,
    pub(super) place: Place,
    pub(super) kind: Kind,
    pub(super) action: Action,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// One of the seven.
    Text(u8),
    /// An attribute.
    Field(u32),
}

/// Columns of the seven text places.
const TEXTS: [&str; 7] = ["source", "host", "message", "trace_id", "span_id", "transaction_id", "error_code"];

/// The account of a batch.
#[derive(Debug, Default)]
pub(super) struct Account {
    entries: Vec<Entry>,
    /// Of quarantined input, which has no attributes: it is counted and no more.
    rejected: Vec<(u32, Kind, Action)>,
}

impl Account {
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(super) fn add_rejected(&mut self, rejected: u32, kind: Kind, action: Action) {
        self.rejected.push((rejected, kind, action));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// In the order of records, then places, whatever the order in which they were screened.
    pub(super) fn sort(&mut self) {
        self.entries.sort_unstable();
    }

    /// Entries by source, class and action.
    pub(super) fn counted(&self, batch: &Batch) -> Vec<Counted> {
        let mut counts: HashMap<(&str, Kind, Action), u64> = HashMap::new();
        for entry in &self.entries {
            let source = batch.text(batch.records()[entry.record as usize].source);
            *counts.entry((source, entry.kind, entry.action)).or_default() += 1;
        }
        for &(rejected, kind, action) in &self.rejected {
            let source = batch.text(batch.rejected()[rejected as usize].source);
            *counts.entry((source, kind, action)).or_default() += 1;
        }
        let counted = |((source, kind, action), count): ((&str, Kind, Action), u64)| Counted {
            source: source.to_owned(),
            kind,
            action,
            count,
        };
        let mut all: Vec<Counted> = counts.into_iter().map(counted).collect();
        all.sort_unstable_by(|a, b| (&a.source, a.kind, a.action).cmp(&(&b.source, b.kind, b.action)));
        all
    }

    /// Writes each record's account into the batch. Returns, by record, the attributes to add; call [`Account::sort`]
    /// first.
    pub(super) fn fields(&self, batch: &mut Batch, policy: &str) -> Vec<(u32, [Field; 2])> {
        let (found, version) = (batch.add_name(ACCOUNT_FIELD), batch.add_name(POLICY_FIELD));
        let version = Field { name: version, value: Value::Text(batch.add_text(policy)) };
        let mut written: HashMap<String, Span> = HashMap::new();
        let mut fields = Vec::new();
        for entries in self.entries.chunk_by(|a, b| a.record == b.record) {
            let text = text(batch, entries);
            let span = *written.entry(text).or_insert_with_key(|text| batch.add_text(text));
            fields.push((entries[0].record, [Field { name: found, value: Value::Text(span) }, version]));
        }
        fields
    }
}

/// `EMAIL/mask/2/message US_SSN/hash/1/user.ssn`
fn text(batch: &Batch, entries: &[Entry]) -> String {
    let mut out = String::new();
    for same in entries.chunk_by(|a, b| a == b) {
        let Entry { place, kind, action, .. } = same[0];
        if !out.is_empty() {
            out.push(' ');
        }
        let name = match place {
            Place::Text(place) => TEXTS[usize::from(place)],
            Place::Field(name) => batch.name(NameId(name)),
        };
        for part in [kind.name(), action.name(), &same.len().to_string()] {
            out.push_str(part);
            out.push('/');
        }
        push_encoded(&mut out, name);
    }
    out
}

fn push_encoded(out: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '%' => out.push_str("%25"),
            c if c.is_control() || c.is_whitespace() => out.push('_'),
            c => out.push(c),
        }
    }
}

/// One entry of a record's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// What was found.
    pub kind: Kind,
    /// What was done about it.
    pub action: Action,
    /// How often.
    pub count: u64,
    /// In which field.
    pub field: String,
}

/// Reads an account back. Entries that this version does not know are left out.
pub fn read_account(account: &str) -> impl Iterator<Item = AccountEntry> + '_ {
    account.split(' ').filter_map(|entry| {
        let mut parts = entry.splitn(4, '/');
        let (class, action, count, field) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(AccountEntry {
            kind: Kind::ALL.into_iter().find(|kind| kind.name() == class)?,
            action: Action::ALL.into_iter().find(|known| known.name() == action)?,
            count: count.parse().ok()?,
            field: field.replace("%20", " ").replace("%25", "%"),
        })
    })
}
