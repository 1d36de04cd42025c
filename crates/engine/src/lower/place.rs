use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use ask::RECORD_COLUMNS;
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::prelude::coalesce;

use super::column;
use crate::functions::{Part, json_member, json_part};

/// The column that holds what has no column of its own.
pub(super) const ATTRIBUTES: &str = "attributes";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Float,
    Bool,
    Time,
}

impl Kind {
    fn of(data_type: &DataType) -> Option<Kind> {
        match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Kind::Text),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(Kind::Int),
            DataType::Float32 | DataType::Float64 => Some(Kind::Float),
            DataType::Boolean => Some(Kind::Bool),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Some(Kind::Time),
            _ => None,
        }
    }
}

/// Where the values of a field are: in a column of one type, and, for values of other kinds, in texts that spell them as
/// JSON. A row has at most one of the two; when both could be there, the column counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) column: Option<(Expr, Kind)>,
    pub(super) rest: Option<Rest>,
}

#[derive(Debug, Clone)]
pub(super) struct Rest {
    pub(super) json: Expr,
    /// A column that is null where `json` is. It costs nothing to look at, and statistics know of it.
    pub(super) guard: Option<Expr>,
}

/// What can be named at a point of the plan.
pub(super) enum Fields {
    /// Rows are records: these columns, and everything in `attributes`.
    Records { columns: Vec<(String, Kind)> },
    /// Rows were made by a step: these fields and no others.
    Made(Vec<(String, Place)>),
}

impl Fields {
    /// The columns that searches know: those every record has, and attributes, which stand behind `attributes`.
    /// Others (`date`, `severity_number`, ...) are for SQL and for other readers of the table.
    pub(super) fn of_records(schema: &SchemaRef) -> Fields {
        let border = schema.index_of(ATTRIBUTES).unwrap_or(schema.fields().len());
        let last = schema.fields().len().saturating_sub(1);
        let known = schema.fields().iter().enumerate().filter(|(index, field)| {
            let is_attribute = *index > border && *index < last;
            is_attribute || RECORD_COLUMNS.contains(&field.name().as_str())
        });
        let columns = known.filter_map(|(_, field)| Some((field.name().clone(), Kind::of(field.data_type())?)));
        Fields::Records { columns: columns.collect() }
    }

    pub(super) fn place(&self, name: &str) -> Place {
        match self {
            Fields::Made(fields) => {
                fields.iter().rev().find(|(field, _)| field == name).map(|(_, place)| place.clone()).unwrap_or_default()
            }
            Fields::Records { columns } => {
                let kind = columns.iter().find(|(column, _)| column == name).map(|&(_, kind)| kind);
                let rest = || Rest { json: json_member(column(ATTRIBUTES), name), guard: Some(column(ATTRIBUTES)) };
                Place {
                    column: kind.map(|kind| (widened(column(name), name, kind), kind)),
                    rest: (!RECORD_COLUMNS.contains(&name)).then(rest),
                }
            }
        }
    }
}

/// Whole numbers of any width as 64 bits.
fn widened(expr: Expr, name: &str, kind: Kind) -> Expr {
    if kind == Kind::Int && name == "timestamp_nanos" { cast(expr, DataType::Int64) } else { expr }
}

impl Place {
    /// A field in one column.
    pub(super) fn of(expr: Expr, kind: Kind) -> Place {
        Place { column: Some((expr, kind)), rest: None }
    }

    /// A field in a column, and its values of other kinds in another.
    pub(super) fn with_rest(mut self, json: Expr) -> Place {
        self.rest = Some(Rest { json, guard: None });
        self
    }

    /// The JSON spelling of values that are not in the column.
    pub(super) fn rest_alone(&self) -> Option<Expr> {
        let json = self.rest.as_ref()?.json.clone();
        Some(match &self.column {
            Some((column, _)) => when(column.clone().is_null(), json).end().expect("BUG: a CASE with one branch was refused"),
            None => json,
        })
    }

    /// Whether a row has the field.
    pub(super) fn present(&self) -> Expr {
        let column = self.column.as_ref().map(|(column, _)| column.clone().is_not_null());
        let rest = self.rest.as_ref().map(|rest| rest.guarded(rest.json.clone().is_not_null()));
        match (column, rest) {
            (Some(column), Some(rest)) => column.or(rest),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => lit(false),
        }
    }

    /// The number a row has in this field, as a float.
    pub(super) fn number(&self) -> Option<Expr> {
        let column = self.column.as_ref().and_then(|(column, kind)| match kind {
            Kind::Float => Some(cast(column.clone(), DataType::Float64)),
            Kind::Int => Some(cast(column.clone(), DataType::Float64)),
            _ => None,
        });
        either(column, self.rest_alone().map(|rest| json_part(Part::Number, rest)))
    }

    /// The whole number a row has in this field; `None` when the column holds floats.
    pub(super) fn int(&self) -> Option<Expr> {
        let column = match &self.column {
            Some((_, Kind::Float)) => return None,
            Some((column, Kind::Int)) => Some(column.clone()),
            _ => None,
        };
        either(column, self.rest_alone().map(|rest| json_part(Part::Int, rest)))
    }

    /// The same field with equal values spelled alike, so that they can be grouped: numbers among the rest move into a
    /// column of numbers, texts into a column of texts, and a negative zero becomes zero.
    pub(super) fn canonical(&self) -> Result<Place> {
        let float = |expr: Expr| expr + lit(0.0_f64);
        let Some(rest) = self.rest_alone() else {
            let column =
                self.column.clone().map(|(expr, kind)| if kind == Kind::Float { (float(expr), kind) } else { (expr, kind) });
            return Ok(Place { column, rest: None });
        };
        let Some((column, kind)) = self.column.clone() else {
            return Ok(Place { column: None, rest: Some(Rest { json: json_part(Part::Canonical, rest), guard: None }) });
        };
        let moved = match kind {
            Kind::Int => Some(json_part(Part::Int, rest.clone())),
            Kind::Float => Some(json_part(Part::Number, rest.clone())),
            Kind::Text => {
                let is_text = json_part(Part::Rank, rest.clone()).eq(lit(3_i64));
                Some(when(is_text, json_part(Part::Text, rest.clone())).end()?)
            }
            Kind::Bool | Kind::Time => None,
        };
        let canonical = json_part(Part::Canonical, rest);
        Ok(match moved {
            None => Place::of(column, kind).with_rest(canonical),
            Some(moved) => {
                let left = when(moved.clone().is_null(), canonical).end()?;
                let column = coalesce(vec![column, moved]);
                Place::of(if kind == Kind::Float { float(column) } else { column }, kind).with_rest(left)
            }
        })
    }
}

impl Rest {
    pub(super) fn guarded(&self, test: Expr) -> Expr {
        match &self.guard {
            Some(guard) => guard.clone().is_not_null().and(test),
            None => test,
        }
    }
}

fn either(first: Option<Expr>, second: Option<Expr>) -> Option<Expr> {
    match (first, second) {
        (Some(first), Some(second)) => Some(coalesce(vec![first, second])),
        (one, other) => one.or(other),
    }
}
