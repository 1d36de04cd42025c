use std::panic::{AssertUnwindSafe, catch_unwind};

use record::{Batch, Field, Span, Value};

use crate::detect::{Detector, Finding};
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
        let mut screening = Screening { gateway: self, batch, masked: Masked::default(), found: Vec::new() };
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

    /// The text as it may be stored, and what was found in it; `None` when it may stay as it is.
    fn screen(&self, text: &str, key: Option<&str>, kind: TextKind, found: &mut Vec<Finding>) -> Option<String> {
        found.clear();
        match kind {
            TextKind::Plain => self.detector.scan(text, key, found),
            TextKind::Json => self.detector.scan_json(text, key, found),
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
}

/// What the name of a field says, decided once for all records of a batch.
struct FieldRule {
    /// An outer part of the name is a secret's (`password.value`, but also `password.min_length`): its texts are masked.
    in_secret: bool,
    /// Numbers under this name are looked at.
    counts: bool,
}

impl Screening<'_> {
    fn records(&mut self) {
        for index in 0..self.batch.records().len() {
            for (place, span) in self.batch.records()[index].texts().into_iter().enumerate() {
                if let Some(masked) = self.text(span, PLACES[place], TextKind::Plain) {
                    *self.batch.record_mut(index).texts_mut()[place] = masked;
                }
            }
        }
    }

    fn fields(&mut self) {
        let names: Vec<String> = self.batch.names().map(str::to_owned).collect();
        let rules: Vec<FieldRule> = names.iter().map(|name| FieldRule::of(&self.gateway.detector, name)).collect();
        for index in 0..self.batch.all_fields().len() {
            let Field { name, value } = self.batch.all_fields()[index];
            let (name, rule) = (names[name.0 as usize].as_str(), &rules[name.0 as usize]);
            let masked = match value {
                Value::Text(span) | Value::Json(span) if rule.in_secret => self.whole(span).map(Value::Text),
                Value::Text(span) => self.text(span, Some(name), TextKind::Plain).map(Value::Text),
                // What is no longer JSON after a failure must not claim to be.
                Value::Json(span) => self.text(span, Some(name), TextKind::Json).map(|masked| match self.batch.text(masked) {
                    text if text.starts_with(['[', '{']) && text != MASKING_ERROR => Value::Json(masked),
                    _ => Value::Text(masked),
                }),
                Value::Int(number) if rule.counts || number.unsigned_abs() >= CARD_MIN => self.number(&number.to_string(), name),
                Value::Float(number) if rule.counts => self.number(&number.to_string(), name),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => None,
            };
            if let Some(value) = masked {
                self.batch.all_fields_mut()[index].value = value;
            }
        }
    }

    fn rejected(&mut self) {
        for index in 0..self.batch.rejected().len() {
            let rejected = self.batch.rejected()[index];
            let (raw, source) = (self.text(rejected.raw, None, TextKind::Plain), self.text(rejected.source, PLACES[0], TextKind::Plain));
            let kept = &mut self.batch.rejected_mut()[index];
            (kept.raw, kept.source) = (raw.unwrap_or(kept.raw), source.unwrap_or(kept.source));
        }
    }

    /// The masked form of a text, if something in it had to be masked.
    fn text(&mut self, span: Span, key: Option<&str>, kind: TextKind) -> Option<Span> {
        if span.is_absent() || span.len == 0 {
            return None;
        }
        let (gateway, text, found) = (self.gateway, self.batch.text(span), &mut self.found);
        let outcome = guarded(|| gateway.screen(text, key, kind, found));
        self.settle(outcome)
    }

    /// A number becomes a text when it has to be masked.
    fn number(&mut self, digits: &str, name: &str) -> Option<Value> {
        let (gateway, found) = (self.gateway, &mut self.found);
        let outcome = guarded(|| gateway.screen(digits, Some(name), TextKind::Plain, found));
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

impl FieldRule {
    fn of(detector: &Detector, name: &str) -> FieldRule {
        FieldRule { in_secret: detector.lies_in_secret(name), counts: detector.knows_numbers_of(name) }
    }
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
