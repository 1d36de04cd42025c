use std::time::Duration;

use ask::{Aggregate, Function, GroupKey};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::functions::math::expr_fn::{abs, floor};
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, min, sum};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, SortExpr, cast, lit, when};

use super::place::{Fields, Kind, Place};
use super::{Lowering, column, key_name, order};
use crate::functions;

/// Float sums beyond this may not fit 64 bits as whole numbers. A little under 2^63, because they are rounded.
const WHOLE_SUM_MAX: f64 = 9.2e18;

/// Name of the internal column that counts the rows of a group.
const ROWS: &str = "rows";

/// Collects the expressions of an aggregation and gives each a name of its own.
#[derive(Default)]
struct Aggregation {
    keys: Vec<Expr>,
    aggregates: Vec<Expr>,
}

impl Aggregation {
    fn key(&mut self, expr: Expr) -> Expr {
        let name = format!("k{}", self.keys.len());
        self.keys.push(expr.alias(&name));
        column(&name)
    }

    /// Groups by a field's value; answers where the value is afterwards.
    fn key_place(&mut self, place: &Place) -> Result<Place> {
        let place = place.canonical()?;
        let column = place.column.as_ref().map(|(expr, kind)| (self.key(expr.clone()), *kind));
        let rest = place.rest_alone().map(|json| self.key(json));
        let keyed = Place { column, rest: None };
        Ok(match rest {
            Some(json) => keyed.with_rest(json),
            None => keyed,
        })
    }

    fn aggregate(&mut self, expr: Expr) -> Expr {
        let name = format!("a{}", self.aggregates.len());
        self.aggregates.push(expr.alias(&name));
        column(&name)
    }
}

impl Lowering {
    pub(super) fn stats(self, aggregates: &[Aggregate], by: &[GroupKey]) -> Result<Lowering> {
        let mut aggregation = Aggregation::default();
        let mut made = Vec::new();
        for key in by {
            let place = match key {
                GroupKey::Field(name) => self.fields.place(name),
                GroupKey::Bin(length) => bin(&self.fields.place("timestamp"), *length),
            };
            made.push((key_name(key).to_owned(), aggregation.key_place(&place)?));
        }
        let order: Vec<SortExpr> = made.iter().flat_map(|(name, place)| order::keys(place, name, false)).collect();
        for aggregate in aggregates {
            let place = aggregate.field.as_ref().map(|field| self.fields.place(field));
            made.push((aggregate.name.clone(), value(aggregate.function, place.as_ref(), &mut aggregation)?));
        }
        // Rows grouped by what none of them has are one group, but no rows are none.
        let only_absent_keys = !by.is_empty() && aggregation.keys.is_empty();
        aggregation.aggregates.push(count(lit(1_i64)).alias(ROWS));
        let mut plan = LogicalPlanBuilder::from(self.plan).aggregate(aggregation.keys, aggregation.aggregates)?;
        if only_absent_keys {
            plan = plan.filter(column(ROWS).gt(lit(0_i64)))?;
        }
        Ok(Lowering { plan: plan.build()?, fields: Fields::Made(made), order })
    }

    pub(super) fn top(self, field: &str) -> Result<Lowering> {
        let place = self.fields.place(field);
        let mut aggregation = Aggregation::default();
        let key = aggregation.key_place(&place)?;
        let mut order = vec![order::descending(column(ROWS))];
        order.extend(order::keys(&key, field, false));
        let plan = LogicalPlanBuilder::from(self.plan)
            .filter(place.present())?
            .aggregate(aggregation.keys, [count(lit(1_i64)).alias(ROWS)])?
            // Without a key there is nothing to count, and still one row that says so.
            .filter(column(ROWS).gt(lit(0_i64)))?
            .build()?;
        let fields = Fields::Made(vec![(field.to_owned(), key), ("count".to_owned(), Place::of(column(ROWS), Kind::Int))]);
        Ok(Lowering { plan, fields, order })
    }

    /// All messages with the same id have the same skeleton, so that any one of them will do. The skeletons of all are then
    /// merged, which takes a look at all of them together.
    pub(super) fn pattern(self) -> Result<Lowering> {
        let (id, message) = (self.fields.place("pattern_id"), self.fields.place("message"));
        let mut aggregation = Aggregation::default();
        aggregation.key_place(&id)?;
        let example = match &message.column {
            Some((message, Kind::Text)) => min(message.clone()),
            _ => min(lit(ScalarValue::Utf8View(None))),
        };
        let example = aggregation.aggregate(example);
        aggregation.aggregates.push(count(lit(1_i64)).alias(ROWS));
        const MERGED: &str = "merged";
        let part = |name: &str| get_field(column(MERGED), name).alias(name);
        let parts = ["pattern_id", "pattern", "count"];
        let plan = LogicalPlanBuilder::from(self.plan)
            .filter(id.present())?
            .aggregate(aggregation.keys, aggregation.aggregates)?
            .aggregate(Vec::<Expr>::new(), [functions::merge_patterns(example, column(ROWS)).alias(MERGED)])?
            .unnest_column(MERGED)?
            .project(parts.map(part))?
            // No records make one row without any pattern.
            .filter(column("count").gt(lit(0_i64)))?
            .build()?;
        let kinds = [Kind::Int, Kind::Text, Kind::Int];
        let fields = parts.into_iter().zip(kinds).map(|(name, kind)| (name.to_owned(), Place::of(column(name), kind))).collect();
        let order = vec![order::descending(column("count")), column("pattern_id").sort(true, false)];
        Ok(Lowering { plan, fields: Fields::Made(fields), order })
    }
}

/// The start of the stretch in which the time lies.
fn bin(time: &Place, length: Duration) -> Place {
    let Some((time, Kind::Time)) = &time.column else { return Place::default() };
    let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    Place::of(functions::bin(time.clone(), length), Kind::Time)
}

fn value(function: Function, place: Option<&Place>, aggregation: &mut Aggregation) -> Result<Place> {
    let Some(place) = place else { return Ok(Place::of(aggregation.aggregate(count(lit(1_i64))), Kind::Int)) };
    match function {
        Function::Count => {
            let present = when(place.present(), lit(1_i64)).end()?;
            Ok(Place::of(aggregation.aggregate(count(present)), Kind::Int))
        }
        Function::Weighted => weighted(place, aggregation),
        Function::Distinct => distinct(place, aggregation),
        Function::Sum => sum_of(place, aggregation),
        Function::Min => extreme(place, min, aggregation),
        Function::Max => extreme(place, max, aggregation),
        Function::Avg => Ok(of_numbers(place, avg, aggregation)),
        Function::Percentile(percent) => {
            Ok(of_numbers(place, |number| functions::percentile(number, percent / 100.0), aggregation))
        }
    }
}

/// Floats hold sums of whole weights exactly; no rows have no sum, and are none.
fn weighted(place: &Place, aggregation: &mut Aggregation) -> Result<Place> {
    let Some(number) = place.number() else { return Ok(Place::of(aggregation.aggregate(count(lit(1_i64))), Kind::Int)) };
    let is_within = number.clone().between(lit(1.0_f64), lit(f64::from(ask::WEIGHT_MAX)));
    let is_weight = is_within.and(floor(number.clone()).eq(number.clone()));
    let weight = when(is_weight, number).otherwise(lit(1.0_f64))?;
    let sum = aggregation.aggregate(sum(weight));
    let whole = when(sum.clone().is_null(), lit(0_i64)).otherwise(cast(sum, DataType::Int64))?;
    Ok(Place::of(whole, Kind::Int))
}

/// Values in the column and values of other kinds are different from each other.
fn distinct(place: &Place, aggregation: &mut Aggregation) -> Result<Place> {
    let place = place.canonical()?;
    let column = place.column.as_ref().map(|(column, _)| aggregation.aggregate(count_distinct(column.clone())));
    let rest = place.rest_alone().map(|rest| aggregation.aggregate(count_distinct(rest)));
    let both = match (column, rest) {
        (Some(column), Some(rest)) => column + rest,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => lit(0_i64),
    };
    Ok(Place::of(both, Kind::Int))
}

fn of_numbers(place: &Place, aggregate: impl Fn(Expr) -> Expr, aggregation: &mut Aggregation) -> Place {
    match place.number() {
        Some(number) => Place::of(aggregation.aggregate(aggregate(number)), Kind::Float),
        None => Place::default(),
    }
}

/// Whole numbers have a whole sum, unless it does not fit.
fn sum_of(place: &Place, aggregation: &mut Aggregation) -> Result<Place> {
    let (Some(number), Some(int)) = (place.number(), place.int()) else { return Ok(of_numbers(place, sum, aggregation)) };
    let floats = aggregation.aggregate(sum(number));
    let ints = aggregation.aggregate(sum(int));
    let fits = abs(floats.clone()).lt(lit(WHOLE_SUM_MAX));
    let whole = match all_whole(place, aggregation) {
        Some(all_whole) => all_whole.and(fits),
        None => fits,
    };
    whole_or_float(whole, ints, floats)
}

fn extreme(place: &Place, aggregate: fn(Expr) -> Expr, aggregation: &mut Aggregation) -> Result<Place> {
    if let Some((time, Kind::Time)) = &place.column {
        return Ok(Place::of(aggregation.aggregate(aggregate(time.clone())), Kind::Time));
    }
    let (Some(number), Some(int)) = (place.number(), place.int()) else { return Ok(of_numbers(place, aggregate, aggregation)) };
    let ints = aggregation.aggregate(aggregate(int));
    match all_whole(place, aggregation) {
        None => Ok(Place::of(ints, Kind::Int)),
        Some(whole) => {
            let floats = aggregation.aggregate(aggregate(number));
            whole_or_float(whole, ints, floats)
        }
    }
}

/// Whether all numbers of a group are whole; `None` when they must be.
fn all_whole(place: &Place, aggregation: &mut Aggregation) -> Option<Expr> {
    place.rest.as_ref()?;
    let (number, int) = (place.number()?, place.int()?);
    let (numbers, ints) = (aggregation.aggregate(count(number)), aggregation.aggregate(count(int)));
    Some(numbers.eq(ints))
}

fn whole_or_float(whole: Expr, ints: Expr, floats: Expr) -> Result<Place> {
    let spelled = when(whole.clone().is_not_true(), cast(floats, DataType::Utf8View)).end()?;
    Ok(Place::of(when(whole, ints).end()?, Kind::Int).with_rest(spelled))
}
