//! The members of a request, from its JSON body or from its URL: taken one by one, with all faults told together.

use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::Uri;
use record::{TimeRange, Timestamp};
use serde_json::{Map, Value};

use crate::error::{Fault, Problem};
use crate::{json, when};

/// What a request says, and what is wrong with it so far.
pub(crate) struct Form {
    members: Map<String, Value>,
    /// JSON Pointer of the object that is read; `None` when it is the URL.
    within: Option<String>,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl Form {
    /// Reads a JSON body.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Form, Problem> {
        Ok(Form::new(json::object(bytes)?, Some(String::new())))
    }

    /// Takes members that were read elsewhere.
    pub(crate) fn of_object(members: Map<String, Value>) -> Form {
        Form::new(members, Some(String::new()))
    }

    /// Reads the parameters of a URL.
    pub(crate) fn from_url(uri: &Uri) -> Result<Form, Problem> {
        let Query(pairs): Query<Vec<(String, String)>> =
            Query::try_from_uri(uri).map_err(|_| Problem::bad_request("the query string of the URL cannot be read"))?;
        let mut members = Map::new();
        for (name, value) in pairs {
            if members.insert(name, Value::String(value)).is_some() {
                return Err(Problem::bad_request("a parameter stands twice in the URL"));
            }
        }
        Ok(Form::new(members, None))
    }

    fn new(members: Map<String, Value>, within: Option<String>) -> Form {
        Form { members, within, known: Vec::new(), faults: Vec::new() }
    }

    /// The value of a member. Null is the same as absent; so is, in a URL, nothing behind the `=`, as forms send it.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        let is_empty = |value: &Value| value.is_null() || (self.within.is_none() && value == "");
        self.members.remove(name).filter(|value| !is_empty(value))
    }

    /// Notes what is wrong with a member, or with a part of it (`/0`).
    pub(crate) fn fault(&mut self, name: &str, part: &str, code: &'static str, message: impl Into<String>) {
        let pointer = self.within.as_ref().map(|within| format!("{within}/{name}{part}"));
        let parameter = self.within.is_none().then(|| name.to_owned());
        self.faults.push(Fault { pointer, parameter, code, message: message.into(), position: None });
    }

    /// A member as it stands there, without taking it.
    pub(crate) fn spelling(&self, name: &str) -> String {
        self.members.get(name).map_or_else(String::new, Value::to_string)
    }

    /// A text of at most so many bytes.
    pub(crate) fn text(&mut self, name: &'static str, bytes_max: usize) -> Option<String> {
        match self.take(name)? {
            Value::String(text) if text.len() <= bytes_max => return Some(text),
            Value::String(_) => self.fault(name, "", "too_long", format!("`{name}` is longer than {bytes_max} bytes")),
            _ => self.fault(name, "", "wrong_type", format!("`{name}` must be a text")),
        }
        None
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, name: &'static str, bytes_max: usize) -> String {
        let faults = self.faults.len();
        let text = self.text(name, bytes_max);
        if text.is_none() && self.faults.len() == faults {
            self.fault(name, "", "missing", format!("`{name}` is missing"));
        }
        text.unwrap_or_default()
    }

    /// One text or a list of texts.
    pub(crate) fn texts(&mut self, name: &'static str, items_max: usize, bytes_max: usize) -> Vec<String> {
        let items = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(item) => vec![item],
        };
        if items.len() > items_max {
            self.fault(name, "", "too_many", format!("`{name}` has more than {items_max} items"));
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::String(text) if text.len() <= bytes_max => texts.push(text),
                _ => self.fault(
                    name,
                    &format!("/{index}"),
                    "wrong_type",
                    format!("`{name}` must be texts of at most {bytes_max} bytes"),
                ),
            }
        }
        texts
    }

    /// A list of two texts, each of which may be null.
    pub(crate) fn pair(&mut self, name: &'static str, bytes_max: usize) -> Option<(Option<String>, Option<String>)> {
        let item = |value: Value| match value {
            Value::Null => Some(None),
            Value::String(text) if text.len() <= bytes_max => Some(Some(text)),
            _ => None,
        };
        let pair = match self.take(name)? {
            Value::Array(items) => <[Value; 2]>::try_from(items).ok().and_then(|[a, b]| Some((item(a)?, item(b)?))),
            _ => None,
        };
        if pair.is_none() {
            self.fault(name, "", "wrong_type", format!("`{name}` must be a list of two texts (null leaves a side open)"));
        }
        pair
    }

    /// A whole number within the range.
    pub(crate) fn number(&mut self, name: &'static str, range: RangeInclusive<u64>, default: u64) -> u64 {
        let Some(value) = self.take(name) else { return default };
        let number = match &value {
            Value::String(text) if self.within.is_none() => text.parse().ok(),
            value => value.as_u64(),
        };
        match number {
            Some(number) if range.contains(&number) => number,
            _ => {
                let (least, most) = range.into_inner();
                self.fault(name, "", "out_of_range", format!("`{name}` must be a whole number from {least} to {most}"));
                default
            }
        }
    }

    /// A number or a text, as it is.
    pub(crate) fn scalar(&mut self, name: &'static str) -> Option<Value> {
        let value = self.take(name)?;
        if value.is_number() || value.is_string() {
            return Some(value);
        }
        self.fault(name, "", "wrong_type", format!("`{name}` must be a number or a text"));
        None
    }

    /// A moment.
    pub(crate) fn moment(&mut self, name: &'static str, now: Timestamp) -> Option<Timestamp> {
        let text = self.text(name, TIME_MAX_BYTES)?;
        let at = when::moment(&text, now);
        if at.is_none() {
            self.fault(name, "", "not_a_time", format!("`{name}` is no time: {}", when::SPELLING));
        }
        at
    }

    /// `start` and `end`; a missing one leaves that side open.
    pub(crate) fn time_range(&mut self, now: Timestamp) -> TimeRange {
        let start = self.moment("start", now).unwrap_or(TimeRange::ALL.start);
        let end = self.moment("end", now).unwrap_or(TimeRange::ALL.end);
        let range = TimeRange::new(start, end);
        if range.is_empty() {
            self.fault("end", "", "empty_range", "`end` must be later than `start`");
        }
        range
    }

    /// An object within, read by `read`.
    pub(crate) fn inside<T: Default>(&mut self, name: &'static str, read: impl FnOnce(&mut Form) -> T) -> T {
        match self.take(name) {
            None => read(&mut Form::new(Map::new(), None)),
            Some(Value::Object(members)) => {
                let within = self.within.as_ref().map(|within| format!("{within}/{name}"));
                let mut form = Form::new(members, within);
                let value = read(&mut form);
                form.tell_unknown();
                self.faults.append(&mut form.faults);
                value
            }
            Some(_) => {
                self.fault(name, "", "wrong_type", format!("`{name}` must be an object"));
                T::default()
            }
        }
    }

    /// Ends the reading: all faults at once, or none.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        self.tell_unknown();
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::unprocessable(self.faults)) }
    }

    /// Members that nobody asked for are refused, so that a misspelt `limit` is not silently ignored. Their names are
    /// not repeated: they come from the sender.
    fn tell_unknown(&mut self) {
        if self.members.is_empty() {
            return;
        }
        let known = if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
        let message = format!("{} unknown; known here: {known}", self.members.len());
        let (pointer, parameter) = (self.within.clone(), self.within.is_none().then(String::new));
        self.faults.push(Fault { pointer, parameter, code: "unknown", message, position: None });
    }
}

/// Longest spelling of a time that is worth reading: RFC 3339 with offset and many digits.
const TIME_MAX_BYTES: usize = 64;

#[cfg(test)]
mod tests;
