use std::borrow::Cow;

use record::{Batch, Record, Value};

/// The seven texts of a record that have a place of their own, in the order of [`Record::texts`].
pub const PLACES: [&str; 7] = ["source", "host", "message", "trace_id", "span_id", "transaction_id", "error_code"];

/// A value, as rules and programs see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// An array, as compact JSON.
    Json(Cow<'a, str>),
}

impl<'a> Datum<'a> {
    /// As text: what `where` compares and what tables are looked up by.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Datum::Text(text) | Datum::Json(text) => Cow::Borrowed(text),
            Datum::Int(number) => Cow::Owned(number.to_string()),
            Datum::Float(number) => Cow::Owned(number.to_string()),
            Datum::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        }
    }

    /// The same value, holding on to nothing.
    pub fn into_owned(self) -> Datum<'static> {
        match self {
            Datum::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Datum::Json(text) => Datum::Json(Cow::Owned(text.into_owned())),
            Datum::Int(number) => Datum::Int(number),
            Datum::Float(number) => Datum::Float(number),
            Datum::Bool(truth) => Datum::Bool(truth),
        }
    }

    fn of(batch: &'a Batch, value: Value) -> Datum<'a> {
        match value {
            Value::Text(span) => Datum::Text(Cow::Borrowed(batch.text(span))),
            Value::Json(span) => Datum::Json(Cow::Borrowed(batch.text(span))),
            Value::Int(number) => Datum::Int(number),
            Value::Float(number) => Datum::Float(number),
            Value::Bool(truth) => Datum::Bool(truth),
        }
    }
}

/// One record of a batch, to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    batch: &'a Batch,
    record: &'a Record,
}

impl<'a> Event<'a> {
    /// The record at an index.
    pub fn new(batch: &'a Batch, index: usize) -> Event<'a> {
        Event { batch, record: &batch.records()[index] }
    }

    /// The record itself: its time and severity.
    pub fn record(&self) -> &'a Record {
        self.record
    }

    /// The text of a place, by its index in [`PLACES`].
    pub fn place(&self, place: usize) -> Option<&'a str> {
        self.batch.text_if(self.record.texts()[place])
    }

    /// The attributes, in the order in which they came.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, Datum<'a>)> {
        let batch = self.batch;
        batch.fields(self.record).iter().map(|field| (batch.name(field.name), Datum::of(batch, field.value)))
    }

    /// What a name stands for: a place, `severity`, or an attribute.
    pub fn get(&self, name: &str) -> Option<Datum<'a>> {
        if let Some(place) = PLACES.iter().position(|known| *known == name) {
            return self.place(place).map(|text| Datum::Text(Cow::Borrowed(text)));
        }
        if name == "severity" {
            return self.record.severity.map(|severity| Datum::Text(Cow::Borrowed(severity.as_str())));
        }
        let fields = self.batch.fields(self.record);
        let field = fields.iter().find(|field| self.batch.name(field.name) == name)?;
        Some(Datum::of(self.batch, field.value))
    }

    /// Bytes of all texts of the record.
    pub fn text_bytes(&self) -> usize {
        let places: usize = self.record.texts().iter().map(|span| span.len as usize).sum();
        let fields = self.batch.fields(self.record).iter().map(|field| match field.value {
            Value::Text(span) | Value::Json(span) => span.len as usize,
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => 8,
        });
        places + fields.sum::<usize>()
    }
}
