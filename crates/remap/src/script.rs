use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use transform::{Changes, Event, Fate, PLACES, Program};
use vrl::compiler::runtime::{ExecutionControl, Runtime, Terminate};
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{ExpressionError, TargetValue, TimeZone};
use vrl::path::OwnedSegment;
use vrl::value::{ObjectMap, Secrets, Value};

use crate::functions::{RECORD_HASH, SAMPLED_OUT};
use crate::shape::{self, Flat};

/// Expressions that a program may evaluate for one record. The language has no loops but those over a value's parts.
const STEPS_MAX: u32 = 20_000;

/// Largest record that programs see, in bytes of text; one as large as this takes a program that reads all of it some
/// milliseconds.
const RECORD_BYTES_MAX: usize = 256 << 10;

/// A program, compiled.
#[derive(Debug)]
pub(crate) struct Script {
    program: vrl::compiler::Program,
    /// Where lines of its text begin.
    lines: Vec<usize>,
    /// The first parts of the names that it reads or writes; `None`: it may be any.
    names: Option<BTreeSet<String>>,
    /// Whether it may call `sample`.
    samples: bool,
    /// Of times that say none: UTC, wherever the program runs.
    zone: TimeZone,
}

impl Script {
    pub(crate) fn new(text: &str, program: vrl::compiler::Program) -> Script {
        let info = program.info();
        let paths = info.target_queries.iter().chain(&info.target_assignments);
        // Of a whole name that is a key, its first part decides whether it is one.
        let names = paths.map(|path| match path.path.segments.first() {
            Some(OwnedSegment::Field(name)) => Some(shape::first_part(name).to_owned()),
            Some(OwnedSegment::Index(_)) | None => None,
        });
        let mut names: Option<BTreeSet<String>> = names.collect();
        let samples = text.contains("sample");
        if let Some(names) = names.as_mut().filter(|_| samples) {
            names.insert(transform::WEIGHT_FIELD.to_owned());
        }
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let zone = TimeZone::parse("UTC").expect("BUG: there is UTC");
        Script { program, lines, names, samples, zone }
    }

    fn wants(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }

    fn resolve(&self, target: &mut TargetValue) -> Result<(), Terminate> {
        let mut steps = Steps(STEPS_MAX);
        let mut runtime = Runtime::new(RuntimeState::default());
        runtime.resolve_with_control(target, &self.program, &self.zone, &mut steps).map(|_| ())
    }

    /// The line of an error, from 1.
    fn line(&self, error: &ExpressionError) -> Option<usize> {
        let ExpressionError::Error { labels, .. } = error else { return None };
        let at = labels.first()?.span.start();
        Some(self.lines.partition_point(|begin| *begin <= at))
    }
}

impl Program for Script {
    fn run(&self, event: &Event<'_>) -> Fate {
        if event.text_bytes() > RECORD_BYTES_MAX {
            return Fate::Failed(None);
        }
        let before = shape::object_of(event, |name| self.wants(name));
        let mut metadata = ObjectMap::new();
        if self.samples {
            metadata.insert(RECORD_HASH.into(), transform::whole_hash(event, 0).cast_signed().into());
        }
        let metadata = Value::Object(metadata);
        let mut target = TargetValue { value: Value::Object(before.clone()), metadata, secrets: Secrets::default() };
        // A panic would be a bug of the language; the record must not suffer from it.
        match catch_unwind(AssertUnwindSafe(|| self.resolve(&mut target))) {
            Ok(Ok(())) => match &target.value {
                Value::Object(after) => changes(event, &before, after).map_or(Fate::Failed(None), Fate::Stays),
                _ => Fate::Failed(None),
            },
            Ok(Err(Terminate::Abort(ExpressionError::Abort { .. }))) => {
                let sampled = target.metadata.as_object().is_some_and(|object| object.contains_key(SAMPLED_OUT));
                if sampled { Fate::SampledOut } else { Fate::Filtered }
            }
            Ok(Err(Terminate::Error(error) | Terminate::Abort(error))) => Fate::Failed(self.line(&error)),
            Ok(Err(Terminate::Interrupted)) | Err(_) => Fate::Failed(None),
        }
    }
}

/// Steps that are left.
struct Steps(u32);

impl ExecutionControl for Steps {
    fn checkpoint(&mut self) -> ControlFlow<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    }
}

/// What the program changed; `None` when it made what no record can have.
fn changes(event: &Event<'_>, before: &ObjectMap, after: &ObjectMap) -> Option<Changes> {
    let mut changes = Changes::default();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        remove(event, before, name, &mut changes.fields);
    }
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(value)) {
        match name.as_str() {
            "timestamp" => changes.timestamp = Some(shape::time(value)?),
            "severity" if *value == Value::Null => remove(event, before, name, &mut changes.fields),
            "severity" if !shape::is_severity(value) => return None,
            name if PLACES.contains(&name) && matches!(value, Value::Object(_) | Value::Array(_)) => return None,
            name => {
                if before.contains_key(name) {
                    remove(event, before, name, &mut changes.fields);
                }
                shape::flatten(name, value, &mut changes.fields);
            }
        }
    }
    Some(changes)
}

/// Removes what a name at the top of the object stood for. A record always has its time.
fn remove(event: &Event<'_>, before: &ObjectMap, name: &str, fields: &mut Vec<Flat>) {
    if name == "timestamp" {
        return;
    }
    if name == "severity" || PLACES.contains(&name) {
        return fields.push((name.to_owned(), None));
    }
    let going = event.fields().filter(|(field, _)| shape::top_of(before, field) == name);
    fields.extend(going.map(|(field, _)| (field.to_owned(), None)));
}
