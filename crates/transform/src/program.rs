use std::fmt::Debug;
use std::sync::Arc;

use record::Timestamp;

use crate::{Datum, Event, Tables};

/// What is to become of a record. Names are those of [`Event::get`]; nested objects have dotted ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Names that go (`None`) or hold another value, in this order.
    pub fields: Vec<(String, Option<Datum<'static>>)>,
    /// Another time of the event, and its nanoseconds below the microsecond.
    pub timestamp: Option<(Timestamp, u16)>,
}

impl Changes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.timestamp.is_none()
    }
}

/// What a program decides about a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It stays, with these changes.
    Stays(Changes),
    /// It is not wanted.
    Filtered,
    /// It stands aside for others of its kind.
    SampledOut,
    /// The program could not end. The line of it (from 1), as far as that is known.
    Failed(Option<usize>),
}

/// A program, compiled. It sees one record at a time, remembers nothing, and ends within a bounded number of steps.
pub trait Program: Debug + Send + Sync {
    /// Runs it over a record.
    fn run(&self, event: &Event<'_>) -> Fate;
}

/// A language that programs are written in.
pub trait Language: Send + Sync {
    /// Compiles a program. `name` is how errors call it.
    ///
    /// # Errors
    ///
    /// In words for who wrote it, over several lines: which line is wrong, with a mark below it, and what helps.
    fn compile(&self, name: &str, text: &str, tables: &Arc<Tables>) -> Result<Arc<dyn Program>, String>;
}
