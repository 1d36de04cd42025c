//! Answers to writes, in the order and without the spaces that agents look for: some search the text for
//! `"errors":false,"items":[` instead of reading it.

use std::fmt::Write;
use std::time::Duration;

use intake::elastic::{Action, Item};

use super::filter_path::FilterPath;

/// The items of an answer to a bulk, written while it is read.
pub(super) struct Items {
    text: String,
    count: u64,
    /// First half of generated ids: the same for the same body, so that a repeated bulk is answered alike.
    digest: u64,
    all_have_ids: bool,
    create: Fields,
    index: Fields,
    others: [Fields; 2],
}

/// The fields of an item that are wanted.
#[derive(Clone, Copy)]
struct Fields {
    index: bool,
    id: bool,
    version: bool,
    result: bool,
    shards: bool,
    seq_no: bool,
    primary_term: bool,
    status: bool,
}

impl Fields {
    fn of(action: Action, filter: &FilterPath) -> Fields {
        let wants = |field| filter.wants(&["items", action.as_str(), field]);
        Fields {
            index: wants("_index"),
            id: wants("_id"),
            version: wants("_version"),
            result: wants("result"),
            shards: wants("_shards"),
            seq_no: wants("_seq_no"),
            primary_term: wants("_primary_term"),
            status: wants("status"),
        }
    }

    fn any(self) -> bool {
        self.index || self.id || self.version || self.result || self.shards || self.seq_no || self.primary_term || self.status
    }
}

impl Items {
    pub(super) fn new(digest: u128, filter: &FilterPath) -> Items {
        let of = |action| Fields::of(action, filter);
        Items {
            text: String::new(),
            count: 0,
            digest: (digest >> 64) as u64,
            all_have_ids: true,
            create: of(Action::Create),
            index: of(Action::Index),
            others: [of(Action::Update), of(Action::Delete)],
        }
    }

    /// Adds what became of an action. One in quarantine counts as done: a sender could do nothing better with it.
    pub(super) fn add(&mut self, item: &Item<'_>) {
        let fields = match item.action {
            Action::Create => self.create,
            Action::Index => self.index,
            Action::Update => self.others[0],
            Action::Delete => self.others[1],
        };
        self.all_have_ids &= item.id.is_some();
        let number = self.count;
        self.count += 1;
        if !fields.any() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(',');
        }
        let outcome = Outcome::of(item);
        let generated = match &item.id {
            Some(_) => String::new(),
            None => format!("{:016x}{number:04x}", self.digest),
        };
        let id = item.id.as_deref().unwrap_or(&generated);
        write_item(&mut self.text, fields, item, id, number, outcome);
    }

    /// Whether the sender gave every document an id.
    pub(super) fn have_ids(&self) -> bool {
        self.all_have_ids && self.count > 0
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[derive(Clone, Copy)]
struct Outcome {
    result: &'static str,
    status: u16,
}

impl Outcome {
    fn of(item: &Item<'_>) -> Outcome {
        match item.action {
            Action::Create | Action::Index => Outcome { result: "created", status: 201 },
            Action::Update => Outcome { result: "updated", status: 200 },
            // Nothing is removed for senders, and clients take this for no error.
            Action::Delete => Outcome { result: "not_found", status: 404 },
        }
    }
}

fn write_item(out: &mut String, fields: Fields, item: &Item<'_>, id: &str, number: u64, outcome: Outcome) {
    let _ = write!(out, "{{\"{}\":{{", item.action.as_str());
    let start = out.len();
    let mut text = |is_wanted: bool, name: &str, value: &str| {
        if is_wanted {
            let _ = write!(out, "\"{name}\":");
            quote(out, value);
            out.push(',');
        }
    };
    text(fields.index, "_index", item.index.as_deref().unwrap_or_default());
    text(fields.id, "_id", id);
    let mut plain = |is_wanted: bool, name: &str, value: &dyn std::fmt::Display| {
        if is_wanted {
            let _ = write!(out, "\"{name}\":{value},");
        }
    };
    plain(fields.version, "_version", &1);
    plain(fields.result, "result", &format_args!("\"{}\"", outcome.result));
    plain(fields.shards, "_shards", &"{\"total\":1,\"successful\":1,\"failed\":0}");
    plain(fields.seq_no, "_seq_no", &number);
    plain(fields.primary_term, "_primary_term", &1);
    plain(fields.status, "status", &outcome.status);
    if let Some(reason) = item.quarantined {
        plain(true, "quarantined", &format_args!("\"{}\"", reason.as_str()));
    }
    if out.len() > start {
        out.pop();
    }
    out.push_str("}}");
}

/// The answer to a bulk.
pub(super) fn bulk(took: Duration, items: &str, filter: &FilterPath) -> String {
    let mut parts = Vec::new();
    if filter.wants(&["took"]) {
        parts.push(format!("\"took\":{}", took.as_millis()));
    }
    if filter.wants(&["errors"]) {
        parts.push("\"errors\":false".to_owned());
    }
    if !items.is_empty() || filter.wants(&["items"]) {
        parts.push(format!("\"items\":[{items}]"));
    }
    format!("{{{}}}", parts.join(","))
}

/// The answer to a document.
pub(super) fn document(digest: u128, index: &str, id: Option<&str>) -> String {
    let mut out = "{\"_index\":".to_owned();
    quote(&mut out, index);
    out.push_str(",\"_id\":");
    match id {
        Some(id) => quote(&mut out, id),
        None => quote(&mut out, &format!("{:020x}", digest >> 48)),
    }
    out.push_str(
        ",\"_version\":1,\"result\":\"created\",\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},\"_seq_no\":0,\
         \"_primary_term\":1}",
    );
    out
}

/// A text as JSON writes it.
fn quote(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
