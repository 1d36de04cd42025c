use std::panic::{AssertUnwindSafe, catch_unwind};

use record::{Batch, Field, NameId, Span, Value};

use crate::detect::{Detector, FieldName, Finding};
use crate::mask::{MASKING_ERROR, rewrite};
use crate::{Action, Kind, MASK, Policy};

/// Names of a record's seven text places, as keys of what stands in them. A message has none.
const PLACES: [Option<&str>; 7] =
    [Some("source"), Some("host"), None, Some("trace_id"), Some("span_id"), Some("transaction_id"), Some("error_code")];

/// Whole numbers from here on may be those of cards, whatever their name.
const CARD_MIN: u64 = 1_000_000_000_000;

/// A batch that passed the gateway. Private fields: only [`Gateway::admit`] makes one, and the lake takes nothing else,
/// so an unscreened record cannot be stored.
#[derive(Debug)]
pub struct Admitted {
    batch: Batch,
    masked: Masked,
}

/// What was masked, by count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masked {
    /// Values masked, of fields and in texts.
    pub values: u64,
    /// Texts that could not be masked and were replaced whole.
    pub errors: u64,
    by_kind: [u64; Kind::COUNT],
}

/// Admits batches by a policy.
pub struct Gateway {
    policy: Policy,
    detector: Detector,
}

impl Gateway {
    /// A gateway with this policy.
    pub fn new(policy: Policy) -> Gateway {
        Gateway { detector: Detector::new(&policy), policy }
    }

    /// Screens a batch: what the policy masks in fields, messages and input kept for quarantine is replaced.
    /// What was masked exists nowhere in the batch any more.
    pub fn admit(&self, batch: Batch) -> Admitted {
        let mut screening = Screening { gateway: self, batch, masked: Masked::default(), found: Vec::new(), clean: Clean::new() };
        screening.records();
        screening.fields();
        screening.rejected();
        let Screening { mut batch, masked, .. } = screening;
        // Text that nothing points at was not looked at.
        if masked != Masked::default() || has_stray_text(&batch) {
            batch.shed();
        }
        Admitted { batch, masked }
    }

    /// The text as it may be stored, with what was found in it; `None` when it may stay as it is.
    fn screen(&self, text: &str, field: &FieldName<'_>, kind: TextKind, found: &mut Vec<Finding>) -> Option<String> {
        found.clear();
        match kind {
            TextKind::Plain => self.detector.scan_field(text, field, found),
            TextKind::Json => self.detector.scan_json(text, field.name.and_then(|name| std::str::from_utf8(name).ok()), found),
        }
        if found.is_empty() { None } else { rewrite(&self.policy, text, found) }
    }
}

#[derive(Debug, Clone, Copy)]
enum TextKind {
    Plain,
    Json,
}

/// One batch on its way through.
struct Screening<'a> {
    gateway: &'a Gateway,
    batch: Batch,
    masked: Masked,
    found: Vec<Finding>,
    clean: Clean,
}

impl Screening<'_> {
    fn records(&mut self) {
        let names = PLACES.map(|place| FieldName::of(&self.gateway.detector, place));
        for index in 0..self.batch.records().len() {
            for (place, span) in self.batch.records()[index].texts().into_iter().enumerate() {
                let masked = match place {
                    3 | 4 if is_trace(self.batch.text(span)) => None,
                    _ => self.text(span, place as u32, &names[place], TextKind::Plain),
                };
                if let Some(masked) = masked {
                    *self.batch.record_mut(index).texts_mut()[place] = masked;
                }
            }
        }
    }

    fn fields(&mut self) {
        let names: Vec<String> = self.batch.names().map(str::to_owned).collect();
        let names: Vec<FieldName<'_>> = names.iter().map(|name| FieldName::of(&self.gateway.detector, Some(name))).collect();
        for index in 0..self.batch.all_fields().len() {
            let Field { name: NameId(id), value } = self.batch.all_fields()[index];
            let (name, id) = (&names[id as usize], id + PLACES.len() as u32);
            let masked = match value {
                Value::Text(span) | Value::Json(span) if name.lies_in_secret => self.whole(span).map(Value::Text),
                Value::Text(span) => self.text(span, id, name, TextKind::Plain).map(Value::Text),
                // What is no longer JSON after a failure must not claim to be.
                Value::Json(span) => self.text(span, id, name, TextKind::Json).map(|masked| match self.batch.text(masked) {
                    text if text.starts_with(['[', '{']) && text != MASKING_ERROR => Value::Json(masked),
                    _ => Value::Text(masked),
                }),
                Value::Int(number) if name.has_numbers() || number.unsigned_abs() >= CARD_MIN => {
                    self.number(&number.to_string(), name)
                }
                Value::Float(number) if name.has_numbers() => self.number(&number.to_string(), name),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => None,
            };
            if let Some(value) = masked {
                self.batch.all_fields_mut()[index].value = value;
            }
        }
    }

    fn rejected(&mut self) {
        let (source, raw) = (FieldName::of(&self.gateway.detector, PLACES[0]), FieldName::of(&self.gateway.detector, None));
        for index in 0..self.batch.rejected().len() {
            let rejected = self.batch.rejected()[index];
            let masked = self.text(rejected.raw, u32::MAX, &raw, TextKind::Plain);
            let source = self.text(rejected.source, 0, &source, TextKind::Plain);
            let kept = &mut self.batch.rejected_mut()[index];
            (kept.raw, kept.source) = (masked.unwrap_or(kept.raw), source.unwrap_or(kept.source));
        }
    }

    /// The masked form of a text, if something in it had to be masked. `place` tells fields apart.
    fn text(&mut self, span: Span, place: u32, name: &FieldName<'_>, kind: TextKind) -> Option<Span> {
        if span.is_absent() || span.len == 0 {
            return None;
        }
        let (gateway, text, found) = (self.gateway, self.batch.text(span), &mut self.found);
        let slot = Clean::slot(place, text.as_bytes());
        if self.clean.holds(&self.batch, slot, place, text) {
            return None;
        }
        let outcome = guarded(|| gateway.screen(text, name, kind, found));
        if matches!(outcome, Ok(None)) {
            self.clean.keep(slot, place, span);
        }
        self.settle(outcome)
    }

    /// A number becomes a text when it has to be masked.
    fn number(&mut self, digits: &str, name: &FieldName<'_>) -> Option<Value> {
        let (gateway, found) = (self.gateway, &mut self.found);
        let outcome = guarded(|| gateway.screen(digits, name, TextKind::Plain, found));
        self.settle(outcome).map(Value::Text)
    }

    fn whole(&mut self, span: Span) -> Option<Span> {
        if matches!(self.batch.text(span), "" | MASK | MASKING_ERROR) {
            return None;
        }
        self.masked.count(Kind::Password, 1);
        Some(self.batch.add_text(MASK))
    }

    /// Fails closed: a text that could not be masked is not kept.
    fn settle(&mut self, outcome: Result<Option<String>, Failed>) -> Option<Span> {
        match outcome {
            Ok(None) => None,
            Ok(Some(text)) => {
                for finding in &self.found {
                    if self.gateway.policy.action(finding.kind) != Action::Keep {
                        self.masked.count(finding.kind, 1);
                    }
                }
                Some(self.batch.add_text(&text))
            }
            Err(Failed) => {
                self.masked.errors += 1;
                Some(self.batch.add_text(MASKING_ERROR))
            }
        }
    }
}

/// A detector gave up. It says nothing about the text.
#[derive(Debug)]
struct Failed;

/// A panic in a detector is a bug; it must cost one text, not the batch, and must not let the text through. Nothing that
/// the closure touches is used after it: what it found is cleared before the next text.
fn guarded<T>(screen: impl FnOnce() -> T) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(screen)).map_err(|_| Failed)
}

/// Texts of the batch in which nothing was found, by place and content: hosts, sources and agents come again and again.
/// Whole texts are compared, so that a chance or made collision lets nothing through.
struct Clean {
    slots: Vec<(u32, Span)>,
}

impl Clean {
    /// Slots of the table; as many as stay in the nearest cache.
    const SLOTS: usize = 1024;

    /// Longer texts hardly come again.
    const TEXT_MAX: u32 = 256;

    fn new() -> Clean {
        Clean { slots: vec![(0, Span::ABSENT); Clean::SLOTS] }
    }

    fn slot(place: u32, text: &[u8]) -> usize {
        let word = |at: usize| text.get(at..at + 8).map_or(0, |word| u64::from_le_bytes(word.try_into().unwrap_or_default()));
        let (head, tail) = match text.len() {
            0..8 => (text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
            len => (word(0), word(len - 8) ^ word(len / 2)),
        };
        let mixed =
            (head ^ tail.rotate_left(29) ^ (u64::from(place) << 48 | text.len() as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 54) as usize
    }

    fn holds(&self, batch: &Batch, slot: usize, place: u32, text: &str) -> bool {
        let (kept, span) = self.slots[slot];
        kept == place && span.len as usize == text.len() && span.is_present() && batch.text(span) == text
    }

    fn keep(&mut self, slot: usize, place: u32, span: Span) {
        if span.len <= Clean::TEXT_MAX {
            self.slots[slot] = (place, span);
        }
    }
}

/// The id of a trace or span as OpenTelemetry writes it.
fn is_trace(text: &str) -> bool {
    matches!(text.len(), 16 | 32)
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && text.bytes().any(|byte| byte >= b'a')
}

/// Whether the arena holds more than what is pointed at.
fn has_stray_text(batch: &Batch) -> bool {
    let parts = batch.parts();
    let records = parts.records.iter().flat_map(|record| record.texts()).map(|span| span.len as usize);
    let names = parts.names.iter().map(|span| span.len as usize);
    let fields = parts.fields.iter().map(|field| match field.value {
        Value::Text(span) | Value::Json(span) => span.len as usize,
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => 0,
    });
    let rejected = parts.rejected.iter().map(|rejected| (rejected.raw.len + rejected.source.len) as usize);
    records.chain(names).chain(fields).chain(rejected).sum::<usize>() < parts.arena.len()
}

impl Masked {
    /// How many values of each kind were masked; only kinds that were met.
    pub fn by_kind(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        Kind::ALL.into_iter().zip(self.by_kind).filter(|&(_, count)| count > 0)
    }

    /// Adds what was masked elsewhere.
    pub fn add(&mut self, other: &Masked) {
        self.errors += other.errors;
        other.by_kind().for_each(|(kind, count)| self.count(kind, count));
    }

    fn count(&mut self, kind: Kind, count: u64) {
        self.values += count;
        self.by_kind[kind as usize] += count;
    }
}

impl Admitted {
    /// What may be stored.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// What was masked.
    pub fn masked(&self) -> &Masked {
        &self.masked
    }

    /// Gives up the seal, for the lake, which holds the batch from here on.
    pub fn into_batch(self) -> Batch {
        self.batch
    }
}

#[cfg(test)]
mod tests;
