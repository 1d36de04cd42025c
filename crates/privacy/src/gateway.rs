use record::{Batch, Field, Span, Value};

use crate::key_name::last_segment;
use crate::secret_names::{Names, STANDARD};
use crate::secrets_in_text::{MaskError, Rewritten, Secrets, TextKind, suspects};
use crate::{SecretClass, SecretName};

/// What stands where a secret stood.
pub const MASK: &str = "[MASKED]";

/// What stands where a text stood that could not be masked: rather lose it than keep it.
pub const MASKING_ERROR: &str = "[MASKING_ERROR]";

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
    by_class: [u64; SecretClass::ALL.len()],
}

/// What is masked.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Names whose values are secret. The default is a list of those in common use.
    pub secret_names: Vec<SecretName>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { secret_names: STANDARD.iter().map(SecretName::from).collect() }
    }
}

/// Admits batches by a policy.
pub struct Gateway {
    names: Names,
}

impl Gateway {
    /// A gateway with this policy.
    pub fn new(policy: Policy) -> Gateway {
        Gateway { names: Names::new(&policy.secret_names) }
    }

    /// Screens a batch: values of fields with a secret name, and what follows such a name inside any text, are masked.
    /// What was masked exists nowhere in the batch any more.
    pub fn admit(&self, batch: Batch) -> Admitted {
        let suspects = suspects(&self.names, &batch.parts().arena);
        let mut screening = Screening { names: &self.names, mask: None, suspects: &suspects, batch, masked: Masked::default() };
        screening.fields();
        if !suspects.is_empty() {
            screening.texts();
        }
        let Screening { mut batch, masked, .. } = screening;
        // A suspect may also lie in arena text that nothing points at.
        if masked != Masked::default() || !suspects.is_empty() {
            batch.shed();
        }
        Admitted { batch, masked }
    }
}

/// One batch on its way through.
struct Screening<'a> {
    names: &'a Names,
    /// Where [`MASK`] lies in the arena, once it is needed.
    mask: Option<Span>,
    /// Places in the arena, ascending, at which the value of a secret name may begin.
    suspects: &'a [u32],
    batch: Batch,
    masked: Masked,
}

impl Screening<'_> {
    /// Decides once per name, not per record, then masks the values of the secret ones.
    fn fields(&mut self) {
        let secret: Vec<Option<FieldRule>> = self.batch.names().map(|name| FieldRule::of(self.names, name)).collect();
        if secret.iter().all(Option::is_none) {
            return;
        }
        for index in 0..self.batch.all_fields().len() {
            let Field { name, value } = self.batch.all_fields()[index];
            let Some(rule) = &secret[name.0 as usize] else { continue };
            if !rule.covers(value) || self.is_mask(value) {
                continue;
            }
            let mask = self.mask_span();
            self.batch.all_fields_mut()[index].value = Value::Text(mask);
            self.masked.count(rule.class, 1);
        }
    }

    /// Masks inside texts: places of records, attributes, and input kept for quarantine.
    fn texts(&mut self) {
        for index in 0..self.batch.records().len() {
            for (place, span) in self.batch.records()[index].texts().into_iter().enumerate() {
                if let Some(masked) = self.text(span, TextKind::Plain) {
                    *self.batch.record_mut(index).texts_mut()[place] = masked;
                }
            }
        }
        for index in 0..self.batch.all_fields().len() {
            let masked = match self.batch.all_fields()[index].value {
                Value::Text(span) => self.text(span, TextKind::Plain).map(Value::Text),
                // What is no longer JSON after a failure must not claim to be.
                Value::Json(span) => self.text(span, TextKind::Json).map(|masked| match self.batch.text(masked) {
                    MASKING_ERROR => Value::Text(masked),
                    _ => Value::Json(masked),
                }),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => None,
            };
            if let Some(value) = masked {
                self.batch.all_fields_mut()[index].value = value;
            }
        }
        for index in 0..self.batch.rejected().len() {
            let rejected = self.batch.rejected()[index];
            let (raw, source) = (self.text(rejected.raw, TextKind::Plain), self.text(rejected.source, TextKind::Plain));
            let kept = &mut self.batch.rejected_mut()[index];
            (kept.raw, kept.source) = (raw.unwrap_or(kept.raw), source.unwrap_or(kept.source));
        }
    }

    /// The masked form of a text, if something in it had to be masked.
    fn text(&mut self, span: Span, kind: TextKind) -> Option<Span> {
        if span.is_absent() || !self.is_suspect(span) {
            return None;
        }
        let outcome = Secrets::new(self.names, kind).mask(self.batch.text(span));
        self.settle(outcome)
    }

    /// Fails closed: a text that could not be masked is not kept.
    fn settle(&mut self, outcome: Result<Option<Rewritten>, MaskError>) -> Option<Span> {
        match outcome {
            Ok(None) => None,
            Ok(Some(rewritten)) => {
                rewritten.masked.iter().for_each(|&class| self.masked.count(class, 1));
                Some(self.batch.add_text(&rewritten.text))
            }
            Err(MaskError) => {
                self.masked.errors += 1;
                Some(self.batch.add_text(MASKING_ERROR))
            }
        }
    }

    fn is_suspect(&self, span: Span) -> bool {
        let first = self.suspects.partition_point(|&at| at < span.start);
        self.suspects.get(first).is_some_and(|&at| at - span.start < span.len)
    }

    fn is_mask(&self, value: Value) -> bool {
        matches!(value, Value::Text(text) if matches!(self.batch.text(text), MASK | MASKING_ERROR))
    }

    fn mask_span(&mut self) -> Span {
        *self.mask.get_or_insert_with(|| self.batch.add_text(MASK))
    }
}

/// How far a field's name makes its value a secret.
struct FieldRule {
    class: SecretClass,
    extent: Extent,
}

enum Extent {
    /// Whatever it is.
    Every,
    /// Not a truth value: the name only ends like a secret's (`has_password`), and true or false gives nothing away.
    NotBool,
    /// Only text: an outer part of the name is a secret's (`password.value`, but also `password.min_length`).
    TextOnly,
}

impl FieldRule {
    fn of(names: &Names, name: &str) -> Option<FieldRule> {
        let (outer, last) = last_segment(name.as_bytes());
        if let Some(found) = names.classify(last) {
            let extent = if found.reach == crate::Reach::Whole { Extent::Every } else { Extent::NotBool };
            return Some(FieldRule { class: found.class, extent });
        }
        let container = outer.split(|&byte| byte == b'.').find_map(|segment| names.classify(segment));
        container
            .filter(|found| found.class.may_be_an_object())
            .map(|found| FieldRule { class: found.class, extent: Extent::TextOnly })
    }

    fn covers(&self, value: Value) -> bool {
        match self.extent {
            Extent::Every => true,
            Extent::NotBool => !matches!(value, Value::Bool(_)),
            Extent::TextOnly => matches!(value, Value::Text(_) | Value::Json(_)),
        }
    }
}

impl Masked {
    /// How many values of each class were masked; only classes that were met.
    pub fn by_class(&self) -> impl Iterator<Item = (SecretClass, u64)> + '_ {
        SecretClass::ALL.into_iter().zip(self.by_class).filter(|&(_, count)| count > 0)
    }

    /// Adds what was masked elsewhere.
    pub fn add(&mut self, other: &Masked) {
        self.errors += other.errors;
        other.by_class().for_each(|(class, count)| self.count(class, count));
    }

    fn count(&mut self, class: SecretClass, count: u64) {
        self.values += count;
        self.by_class[class as usize] += count;
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
