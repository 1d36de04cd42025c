use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use privacy::{ACCOUNT_FIELD, POLICY_FIELD};
use record::{Batch, Value};

use super::{DATE, fixed_columns, text};

/// Longest name of a column, in bytes. Beyond, some catalogs of other engines refuse the table.
const NAME_BYTES_MAX: usize = 255;

/// Characters that Delta without column mapping, and Spark's Parquet reader, refuse in a column's name.
const REFUSED: &str = " ,;{}()\n\t=";

/// Type of an attribute column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Float,
    Bool,
}

impl Kind {
    pub(super) fn of(data_type: &DataType) -> Option<Kind> {
        match data_type {
            DataType::Utf8View | DataType::Utf8 => Some(Kind::Text),
            DataType::Int64 => Some(Kind::Int),
            DataType::Float64 => Some(Kind::Float),
            DataType::Boolean => Some(Kind::Bool),
            _ => None,
        }
    }

    fn of_value(value: &Value) -> Kind {
        match value {
            Value::Text(_) | Value::Json(_) => Kind::Text,
            Value::Int(_) => Kind::Int,
            Value::Float(_) => Kind::Float,
            Value::Bool(_) => Kind::Bool,
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Kind::Text => text(),
            Kind::Int => DataType::Int64,
            Kind::Float => DataType::Float64,
            Kind::Bool => DataType::Boolean,
        }
    }
}

/// Decides which attributes become columns.
///
/// An attribute that has no column yet gets one, typed by its first value (whole numbers seen together with others are
/// floats), as long as there is room and other engines can carry its name. What does not fit goes to `attributes`,
/// so no input is refused for its fields.
/// The account of the privacy gateway always has its columns. The same batches in the same order give the same columns.
pub(crate) struct ColumnPlan {
    schema: SchemaRef,
    /// Names of all columns without case, because most engines tell columns apart without it.
    taken: HashSet<String>,
    /// Attribute columns that may still be added.
    room: usize,
    /// By name, the place in `added`.
    places: HashMap<String, usize>,
    added: Vec<(String, Kind)>,
}

impl ColumnPlan {
    /// Begins with the present columns of `logs` (the partition column last), which grow to `columns_max` attributes.
    pub(crate) fn new(schema: &SchemaRef, columns_max: usize) -> ColumnPlan {
        let taken = schema.fields().iter().map(|field| field.name().to_lowercase()).collect();
        let attributes = schema.fields().len().saturating_sub(fixed_columns() + 1);
        let room = columns_max.saturating_sub(attributes);
        ColumnPlan { schema: Arc::clone(schema), taken, room, places: HashMap::new(), added: Vec::new() }
    }

    /// Takes a batch into account.
    pub(crate) fn add(&mut self, batch: &Batch, kinds: &KindsSeen) {
        for (name, seen) in batch.names().zip(&kinds.by_name) {
            if let Some(kind) = *seen {
                self.add_name(name, kind);
            }
        }
    }

    /// The columns now. The very schema the plan began with, when none was added.
    pub(crate) fn finish(self) -> SchemaRef {
        if self.added.is_empty() {
            return self.schema;
        }
        let mut fields: Vec<_> = self.schema.fields().iter().cloned().collect();
        let date = fields.pop().filter(|field| field.name() == DATE).expect("BUG: the partition column is not last");
        fields.extend(self.added.into_iter().map(|(name, kind)| Arc::new(Field::new(name, kind.data_type(), true))));
        fields.push(date);
        Arc::new(Schema::new(fields))
    }

    fn add_name(&mut self, name: &str, kind: Kind) {
        if let Some(&place) = self.places.get(name) {
            let known = &mut self.added[place].1;
            if matches!((*known, kind), (Kind::Int, Kind::Float)) {
                *known = Kind::Float;
            }
            return;
        }
        let is_account = name == ACCOUNT_FIELD || name == POLICY_FIELD;
        if (self.room == 0 && !is_account) || !can_be_carried(name) || !self.taken.insert(name.to_lowercase()) {
            return;
        }
        self.room = self.room.saturating_sub(1);
        self.places.insert(name.to_owned(), self.added.len());
        self.added.push((name.to_owned(), kind));
    }
}

/// What a plan needs to know of a batch. It costs a look at every field, and a batch is asked for it by every snapshot.
pub(crate) struct KindsSeen {
    /// Per name of the batch: the type of its first value, or float when whole numbers and others were seen.
    by_name: Vec<Option<Kind>>,
}

impl KindsSeen {
    /// Looks at every field.
    pub(crate) fn of(batch: &Batch) -> KindsSeen {
        let mut by_name = vec![None; batch.names().len()];
        for record in batch.records() {
            for field in batch.fields(record) {
                let seen = &mut by_name[field.name.0 as usize];
                let kind = Kind::of_value(&field.value);
                match seen {
                    None => *seen = Some(kind),
                    Some(Kind::Int) if kind == Kind::Float => *seen = Some(kind),
                    Some(_) => {}
                }
            }
        }
        KindsSeen { by_name }
    }
}

/// Whether Delta, Parquet and the engines that read them can carry a column of this name.
fn can_be_carried(name: &str) -> bool {
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.chars().any(|c| c.is_control() || REFUSED.contains(c))
}
