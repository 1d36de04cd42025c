//! One batch on its way through the gateway.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use record::{Batch, Field, Record, Span, Value};

use super::account::{ACCOUNT_FIELD, Account, Entry, POLICY_FIELD, Place};
use super::clean::{Asked, Clean};
use super::{Compiled, Masked};
use crate::detect::{FieldName, Finding, Memory};
use crate::keys::{Keyring, SubjectId};
use crate::mask::{MASK, MASKING_ERROR, Masker, Rewritten};
use crate::policy::Ruleset;
use crate::{Action, Epoch, Kind};

/// Names of a record's seven text places, as keys of what stands in them. A message has none.
const PLACES: [Option<&str>; 7] =
    [Some("source"), Some("host"), None, Some("trace_id"), Some("span_id"), Some("transaction_id"), Some("error_code")];

/// The names by which policies know the same places.
const PLACE_NAMES: [&str; 7] = ["source", "host", "message", "trace_id", "span_id", "transaction_id", "error_code"];

/// Whole numbers from here on may be those of cards, whatever their name.
const CARD_MIN: u64 = 1_000_000_000_000;

/// When more than one in so many records has an account, the table of attributes is made anew.
const DENSE: usize = 8;

/// One batch on its way through.
pub(super) struct Screening<'a> {
    compiled: &'a Compiled,
    keys: Option<&'a Keyring>,
    batch: Batch,
    epoch: String,
    masked: Masked,
    account: Account,
    found: Vec<Finding>,
    clean: Clean,
    memory: RefCell<Memory>,
    /// What holds for the sources met so far. The first is what holds for all.
    rulesets: Vec<(String, Ruleset)>,
    /// By record: which ruleset, and whom it is about.
    owners: Vec<Owner>,
    dropped_fields: Vec<u32>,
    dropped_records: Vec<u32>,
    /// Text that was replaced.
    replaced: Vec<Span>,
    /// Text came in that nothing points at, so that nobody looks at it.
    has_stray_text: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Owner {
    ruleset: u32,
    subject: Option<SubjectId>,
}

/// A text, and what has to be known to screen it.
#[derive(Clone, Copy)]
struct Subject<'n> {
    place: Place,
    /// Tells fields apart, with whether they are to be masked as a whole.
    slot: u32,
    name: &'n Named<'n>,
    owner: Owner,
    kind: TextKind,
}

/// The name of a field, and what the policy says about it.
struct Named<'n> {
    field: FieldName<'n>,
    action: Option<Action>,
}

#[derive(Debug, Clone, Copy)]
enum TextKind {
    Plain,
    Json,
    /// Whatever it is, all of it is of this kind.
    Whole(Kind),
}

/// What becomes of a value.
enum Fate {
    Stays,
    Becomes(Span),
    Goes,
}

impl<'a> Screening<'a> {
    pub(super) fn new(compiled: &'a Compiled, keys: Option<&'a Keyring>, batch: Batch) -> Screening<'a> {
        let epoch = match compiled.policy.epoch {
            Epoch::Month => batch.received_at().to_string().chars().take("2026-11".len()).collect(),
            Epoch::None => String::new(),
        };
        Screening {
            compiled,
            keys,
            has_stray_text: batch.has_stray_text(),
            clean: Clean::new(batch.all_fields().len() + batch.records().len()),
            memory: RefCell::new(Memory::of_batch()),
            batch,
            epoch,
            masked: Masked::default(),
            replaced: Vec::new(),
            account: Account::default(),
            found: Vec::new(),
            rulesets: vec![(String::new(), compiled.policy.base().clone())],
            owners: Vec::new(),
            dropped_fields: Vec::new(),
            dropped_records: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> (Batch, Masked) {
        self.keep_our_names();
        self.own();
        self.records();
        self.fields();
        self.rejected();
        self.left_out();
        self.finish()
    }

    /// Senders may not write our account: what they call by its names is renamed.
    fn keep_our_names(&mut self) {
        let ours = |name: &&str| name.eq_ignore_ascii_case(ACCOUNT_FIELD) || name.eq_ignore_ascii_case(POLICY_FIELD);
        let forged: Vec<String> = self.batch.names().filter(ours).map(str::to_owned).collect();
        for name in forged {
            self.batch.rename(&name, &format!("sender.{name}"));
        }
    }

    /// Finds out which rules hold for each record, and whom it is about, before anything is masked.
    fn own(&mut self) {
        let policy = &self.compiled.policy;
        let encrypts = self.keys.is_some() && policy.looks_for_subjects();
        if !policy.has_rules() && !encrypts {
            return;
        }
        for index in 0..self.batch.records().len() {
            let source = self.batch.records()[index].source;
            let ruleset = self.ruleset(source);
            let subject = if encrypts { self.subject(&self.batch.records()[index]) } else { None };
            self.owners.push(Owner { ruleset, subject });
        }
    }

    fn ruleset(&mut self, source: Span) -> u32 {
        let policy = &self.compiled.policy;
        if !policy.has_rules() {
            return 0;
        }
        let source = self.batch.text(source);
        // From the back: records of a source often follow each other. The first has no source.
        if let Some(known) = self.rulesets[1..].iter().rposition(|(of, _)| of == source) {
            return known as u32 + 1;
        }
        self.rulesets.push((source.to_owned(), policy.ruleset(self.batch.tenant(), source)));
        self.rulesets.len() as u32 - 1
    }

    fn subject(&self, record: &Record) -> Option<SubjectId> {
        let keys = self.keys?;
        let fields = self.batch.fields(record);
        let value = self.compiled.policy.subject.iter().find_map(|name| {
            let field = fields.iter().find(|field| self.batch.name(field.name) == name)?;
            match field.value {
                Value::Text(text) => Some(self.batch.text(text).to_owned()).filter(|text| !text.trim().is_empty()),
                Value::Int(number) => Some(number.to_string()),
                Value::Float(_) | Value::Bool(_) | Value::Json(_) => None,
            }
        })?;
        Some(keys.subject(self.batch.tenant(), &value))
    }

    fn owner(&self, record: usize) -> Owner {
        self.owners.get(record).copied().unwrap_or_default()
    }

    fn named<'n>(&self, key: Option<&'n str>, name: &str) -> Named<'n> {
        Named { field: FieldName::of(&self.compiled.detector, key), action: self.compiled.policy.field_action(name) }
    }

    fn records(&mut self) {
        let names: [Named<'_>; 7] = std::array::from_fn(|place| self.named(PLACES[place], PLACE_NAMES[place]));
        for index in 0..self.batch.records().len() {
            let owner = self.owner(index);
            for (place, span) in self.batch.records()[index].texts().into_iter().enumerate() {
                let name = &names[place];
                if span.is_absent() {
                    continue;
                }
                if matches!(place, 3 | 4) && name.action.is_none() && is_trace(self.batch.bytes(span)) {
                    continue;
                }
                let subject = Subject { place: Place::Text(place as u8), slot: place as u32, name, owner, kind: TextKind::Plain };
                match self.text(index, span, subject) {
                    Fate::Stays => {}
                    Fate::Becomes(span) => *self.batch.record_mut(index).texts_mut()[place] = span,
                    Fate::Goes => *self.batch.record_mut(index).texts_mut()[place] = Span::ABSENT,
                }
            }
        }
    }

    fn fields(&mut self) {
        let names: Vec<String> = self.batch.names().map(str::to_owned).collect();
        let names: Vec<Named<'_>> = names.iter().map(|name| self.named(Some(name), name)).collect();
        let mut record = 0;
        for index in 0..self.batch.all_fields().len() {
            // Fields lie in the order of their records.
            while self.batch.records().get(record).is_some_and(|owner| index as u32 >= owner.fields.start + owner.fields.len) {
                record += 1;
            }
            let field = self.batch.all_fields()[index];
            match self.field(record, field, &names[field.name.0 as usize]) {
                None => {}
                Some(Some(value)) => self.batch.all_fields_mut()[index].value = value,
                Some(None) => self.dropped_fields.push(index as u32),
            }
        }
    }

    /// What becomes of an attribute: nothing, another value, or it goes.
    fn field(&mut self, record: usize, field: Field, name: &Named<'_>) -> Option<Option<Value>> {
        let id = field.name.0;
        let whole = name.field.lies_in_secret;
        let kind = if whole { TextKind::Whole(Kind::Password) } else { TextKind::Plain };
        let subject = Subject { place: Place::Field(id), slot: id + 7, name, owner: self.owner(record), kind };
        let fate = match field.value {
            Value::Text(span) => self.text(record, span, subject),
            Value::Json(span) if whole => self.text(record, span, subject),
            Value::Json(span) => match self.text(record, span, Subject { kind: TextKind::Json, ..subject }) {
                // What is no longer JSON after a failure must not claim to be.
                Fate::Becomes(text) if is_json(self.batch.text(text)) => return Some(Some(Value::Json(text))),
                fate => fate,
            },
            Value::Int(number) if has_action(name) || name.field.has_numbers() || number.unsigned_abs() >= CARD_MIN => {
                self.number(record, &number.to_string(), subject)
            }
            Value::Float(number) if has_action(name) || name.field.has_numbers() => {
                self.number(record, &number.to_string(), subject)
            }
            Value::Bool(truth) if has_action(name) => self.number(record, if truth { "true" } else { "false" }, subject),
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => Fate::Stays,
        };
        match fate {
            Fate::Stays => None,
            Fate::Becomes(text) => Some(Some(Value::Text(text))),
            Fate::Goes => Some(None),
        }
    }

    fn rejected(&mut self) {
        let (source_name, raw_name) = (self.named(PLACES[0], "source"), self.named(None, "raw"));
        for index in 0..self.batch.rejected().len() {
            let rejected = self.batch.rejected()[index];
            let owner = Owner { ruleset: self.ruleset(rejected.source), subject: None };
            let raw = Subject { place: Place::Text(2), slot: u32::MAX, name: &raw_name, owner, kind: TextKind::Plain };
            let source = Subject { place: Place::Text(0), slot: 0, name: &source_name, ..raw };
            let (raw, source) = (self.outside(index, rejected.raw, raw), self.outside(index, rejected.source, source));
            let kept = &mut self.batch.rejected_mut()[index];
            (kept.raw, kept.source) = (raw, source);
        }
    }

    /// Sources of what is not stored go to the ledger, where they read as those of records.
    fn left_out(&mut self) {
        let name = self.named(PLACES[0], "source");
        for index in 0..self.batch.left_out().len() {
            let span = self.batch.left_out()[index].source;
            let owner = Owner { ruleset: self.ruleset(span), subject: None };
            let subject = Subject { place: Place::Text(0), slot: 0, name: &name, owner, kind: TextKind::Plain };
            let Some(asked) = self.asked(span, &subject) else { continue };
            let kept = match self.screen(asked, span, subject) {
                Ok(Rewritten::Same) => continue,
                Ok(Rewritten::Text(text)) => self.batch.add_text(&text),
                Ok(Rewritten::DropField | Rewritten::DropRecord) => Span::ABSENT,
                Err(Failed) => self.failed(),
            };
            self.replaced.push(span);
            self.batch.left_out_mut()[index].source = kept;
        }
    }

    /// A text of quarantined input. A record that the policy wants dropped has no place there either.
    fn outside(&mut self, index: usize, span: Span, subject: Subject<'_>) -> Span {
        let Some(asked) = self.asked(span, &subject) else { return span };
        let fate = self.screen(asked, span, subject);
        for finding in &self.found {
            let action = self.compiled_action(subject.owner, finding.kind);
            self.account.add_rejected(index as u32, finding.kind, action);
            self.masked.values += u64::from(action != Action::Keep);
        }
        let kept = match fate {
            Ok(Rewritten::Text(text)) => self.batch.add_text(&text),
            Ok(Rewritten::DropField | Rewritten::DropRecord) => Span::ABSENT,
            Ok(Rewritten::Same) => return span,
            Err(Failed) => self.failed(),
        };
        self.replaced.push(span);
        kept
    }

    fn compiled_action(&self, owner: Owner, kind: Kind) -> Action {
        self.masker(owner).action(kind)
    }

    fn masker(&self, owner: Owner) -> Masker<'_> {
        Masker {
            preset: self.compiled.policy.preset,
            rules: &self.rulesets[owner.ruleset as usize].1,
            keys: self.keys,
            tenant: self.batch.tenant(),
            epoch: &self.epoch,
            subject: owner.subject,
        }
    }

    /// What becomes of a text of a record.
    fn text(&mut self, record: usize, span: Span, subject: Subject<'_>) -> Fate {
        let Some(asked) = self.asked(span, &subject) else { return Fate::Stays };
        let outcome = self.screen(asked, span, subject);
        if matches!(outcome, Ok(Rewritten::Same)) && self.found.is_empty() {
            return Fate::Stays;
        }
        let fate = self.settle(record, subject, outcome);
        if !matches!(fate, Fate::Stays) {
            self.replaced.push(span);
        }
        fate
    }

    /// A number becomes a text when it has to be masked.
    fn number(&mut self, record: usize, digits: &str, subject: Subject<'_>) -> Fate {
        let kind = match subject.kind {
            // A number in `password.min_length` is none.
            TextKind::Whole(_) => TextKind::Plain,
            kind => kind,
        };
        let subject = Subject { kind, ..subject };
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let outcome = guarded(|| self.look(digits, subject, &mut found));
        self.found = found;
        self.settle(record, subject, outcome)
    }

    /// A text that has to be looked at: there is one, the policy does not keep it, and it was not looked at before.
    #[inline]
    fn asked(&self, span: Span, subject: &Subject<'_>) -> Option<Asked> {
        if span.len == 0 || subject.name.action == Some(Action::Keep) {
            return None;
        }
        let asked = self.clean.asked(&self.batch, subject.slot, span);
        (!self.clean.holds(&self.batch, asked)).then_some(asked)
    }

    /// Looks for what the policy asks for in a text that stands in the batch.
    fn screen(&mut self, asked: Asked, span: Span, subject: Subject<'_>) -> Result<Rewritten, Failed> {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let outcome = guarded(|| self.look(self.batch.text(span), subject, &mut found));
        self.found = found;
        if self.found.is_empty() && outcome.is_ok() {
            self.clean.keep(asked);
        }
        outcome
    }

    /// The text as it may be stored, with what was found in it.
    fn look(&self, text: &str, subject: Subject<'_>, found: &mut Vec<Finding>) -> Result<Rewritten, Failed> {
        let (detector, name) = (&self.compiled.detector, &subject.name.field);
        let masker = self.masker(subject.owner);
        if let Some(action) = subject.name.action {
            return masker.whole(text, action, found).map_err(|_| Failed);
        }
        match subject.kind {
            TextKind::Plain => detector.scan_field(text, name, &mut self.memory.borrow_mut(), found),
            TextKind::Json => detector.scan_json(text, name.name.and_then(|name| std::str::from_utf8(name).ok()), found),
            TextKind::Whole(_) if matches!(text, MASK | MASKING_ERROR) => {}
            TextKind::Whole(kind) => found.push(Finding::whole(text, kind)),
        }
        masker.rewrite(text, found).map_err(|_| Failed)
    }

    /// Takes down what was found and done. Fails closed: a text that could not be masked is not kept.
    fn settle(&mut self, record: usize, subject: Subject<'_>, outcome: Result<Rewritten, Failed>) -> Fate {
        let record = record as u32;
        for finding in &self.found {
            let action = subject.name.action.unwrap_or_else(|| self.compiled_action(subject.owner, finding.kind));
            self.account.add(Entry { record, place: subject.place, kind: finding.kind, action });
            self.masked.values += u64::from(action != Action::Keep);
        }
        match outcome {
            Ok(Rewritten::Same) => Fate::Stays,
            Ok(Rewritten::Text(text)) => Fate::Becomes(self.batch.add_text(&text)),
            Ok(Rewritten::DropField) => Fate::Goes,
            Ok(Rewritten::DropRecord) => {
                self.dropped_records.push(record);
                Fate::Goes
            }
            Err(Failed) => Fate::Becomes(self.failed()),
        }
    }

    fn failed(&mut self) -> Span {
        self.masked.errors += 1;
        self.batch.add_text(MASKING_ERROR)
    }

    /// Takes out what goes, puts in the account, and leaves no text behind that nothing points at.
    fn finish(mut self) -> (Batch, Masked) {
        self.account.sort();
        self.masked.counted = self.account.counted(&self.batch);
        if !self.account.is_empty() {
            self.revise();
        }
        if self.has_stray_text || self.masked.dropped > 0 {
            self.batch.shed();
        } else if !self.replaced.is_empty() {
            self.batch.forget(&self.replaced);
        }
        (self.batch, self.masked)
    }

    /// Gives each record in which something was found its account, without the attributes that go.
    fn revise(&mut self) {
        let accounts = self.account.fields(&mut self.batch, &self.compiled.policy.version);
        let is_dense = accounts.len() * DENSE > self.batch.records().len();
        let mut fields = Vec::new();
        for (record, account) in accounts {
            let own = self.batch.records()[record as usize].fields;
            let kept = (own.start..own.start + own.len).filter(|field| self.dropped_fields.binary_search(field).is_err());
            fields.clear();
            fields.extend(kept.map(|field| self.batch.all_fields()[field as usize]));
            fields.extend(account);
            self.batch.set_fields(record as usize, &fields);
        }
        self.dropped_records.sort_unstable();
        self.dropped_records.dedup();
        self.masked.dropped = self.dropped_records.len() as u64;
        if self.masked.dropped > 0 {
            self.batch.retain_records(|record| self.dropped_records.binary_search(&(record as u32)).is_err());
        }
        if is_dense || self.masked.dropped > 0 {
            self.batch.pack_fields();
        }
    }
}

fn has_action(name: &Named<'_>) -> bool {
    name.action.is_some_and(|action| action != Action::Keep)
}

fn is_json(text: &str) -> bool {
    text.starts_with(['[', '{']) && text != MASKING_ERROR && text != MASK
}

/// A detector gave up, or a key could not be had. It says nothing about the text.
#[derive(Debug)]
pub(super) struct Failed;

/// A panic in a detector is a bug; it must cost one text, not the batch, and must not let the text through. Nothing that
/// the closure touches is used after it: what it found is cleared before the next text.
pub(super) fn guarded<T>(screen: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(screen)).unwrap_or(Err(Failed))
}

/// The id of a trace or span as OpenTelemetry writes it.
fn is_trace(text: &[u8]) -> bool {
    // Whole, without a way out before the end: so the bytes are compared many at a time.
    let is_hex = |all: bool, byte: &u8| all & (byte.is_ascii_digit() | matches!(byte, b'a'..=b'f'));
    matches!(text.len(), 16 | 32) && text.iter().fold(true, is_hex) && text.iter().fold(false, |any, &byte| any | (byte >= b'a'))
}
