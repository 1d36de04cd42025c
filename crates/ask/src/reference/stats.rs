use std::cmp::Ordering;
use std::time::Duration;

use record::Timestamp;

use crate::number::Number;
use crate::parse::key_name;
use crate::{Aggregate, Function, GroupKey, OwnedCell, WEIGHT_MAX};

use super::Stage;
use super::table::{Row, Table};

/// Rows with the same keys, in the order in which they came.
struct Group<'r> {
    keys: Vec<OwnedCell>,
    rows: Vec<&'r Row>,
}

pub(super) fn stats(rows: &[Row], aggregates: &[Aggregate], by: &[GroupKey]) -> Stage {
    let names: Vec<&str> = by.iter().map(key_name).collect();
    let mut groups = grouped(rows, &names, |row| by.iter().map(|key| key_of(row, key)).collect());
    if by.is_empty() && groups.is_empty() {
        groups.push(Group { keys: Vec::new(), rows: Vec::new() });
    }
    let computed: Vec<Vec<OwnedCell>> = aggregates.iter().map(|aggregate| column(aggregate, &groups)).collect();
    let columns: Vec<&str> = names.into_iter().chain(aggregates.iter().map(|aggregate| aggregate.name.as_str())).collect();
    let cells = groups.into_iter().enumerate().map(|(index, group)| {
        let aggregates = computed.iter().map(|column| column[index].clone());
        group.keys.into_iter().chain(aggregates).collect()
    });
    Stage::made(&columns, cells)
}

pub(super) fn top(rows: &[Row], field: &str) -> Stage {
    let mut groups = grouped(rows, &[field], |row| vec![row.get(field)]);
    groups.retain(|group| group.keys[0] != OwnedCell::Absent);
    groups.sort_by_key(|group| std::cmp::Reverse(group.rows.len()));
    Stage::made(&[field, "count"], groups.into_iter().map(|mut group| vec![group.keys.remove(0), count(group.rows.len())]))
}

pub(super) fn pattern(rows: &[Row], table: &Table) -> Stage {
    let mut groups = grouped(rows, &["pattern_id"], |row| vec![row.get("pattern_id")]);
    groups.retain(|group| group.keys[0] != OwnedCell::Absent);
    let messages: Vec<(&str, u64)> =
        (groups.iter()).map(|group| (group.rows[0].message.as_deref().unwrap_or_default(), group.rows.len() as u64)).collect();
    let mut patterns = table.merge(&messages);
    patterns.sort_by(|(id_a, _, count_a), (id_b, _, count_b)| count_b.cmp(count_a).then_with(|| id_a.order(id_b, "pattern_id")));
    let cells = patterns.into_iter().map(|(id, text, records)| vec![id, OwnedCell::Text(text), count(records as usize)]);
    Stage::made(&["pattern_id", "pattern", "count"], cells)
}

/// The groups in ascending order of their keys.
fn grouped<'r>(rows: &'r [Row], names: &[&str], keys_of: impl Fn(&Row) -> Vec<OwnedCell>) -> Vec<Group<'r>> {
    let order = |a: &[OwnedCell], b: &[OwnedCell]| {
        let each = a.iter().zip(b).zip(names).map(|((a, b), name)| a.order(b, name));
        each.fold(Ordering::Equal, Ordering::then)
    };
    let mut groups: Vec<Group<'r>> = Vec::new();
    for row in rows {
        let keys = keys_of(row);
        match groups.binary_search_by(|group| order(&group.keys, &keys)) {
            Ok(index) => groups[index].rows.push(row),
            Err(index) => groups.insert(index, Group { keys, rows: vec![row] }),
        }
    }
    groups
}

fn key_of(row: &Row, key: &GroupKey) -> OwnedCell {
    match key {
        GroupKey::Field(name) => row.get(name),
        GroupKey::Bin(length) => match row.get("timestamp") {
            OwnedCell::Time(time) => OwnedCell::Time(bin_start(time, *length)),
            _ => OwnedCell::Absent,
        },
    }
}

fn bin_start(time: Timestamp, length: Duration) -> Timestamp {
    let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros(time.as_micros().div_euclid(length).saturating_mul(length))
}

/// One aggregate over all groups.
fn column(aggregate: &Aggregate, groups: &[Group<'_>]) -> Vec<OwnedCell> {
    groups.iter().map(|group| value(aggregate, &group.rows)).collect()
}

fn value(aggregate: &Aggregate, rows: &[&Row]) -> OwnedCell {
    let Some(field) = &aggregate.field else { return count(rows.len()) };
    let mut values: Vec<OwnedCell> = rows.iter().map(|row| row.get(field)).filter(|value| *value != OwnedCell::Absent).collect();
    values.sort_by(|a, b| a.order(b, field));
    match aggregate.function {
        Function::Count => return count(values.len()),
        Function::Weighted => return weighted(rows.len(), &values),
        Function::Distinct => {
            values.dedup_by(|a, b| a.order(b, field).is_eq());
            return count(values.len());
        }
        Function::Min if is_time(values.first()) => return values.swap_remove(0),
        Function::Max if is_time(values.last()) => return values.pop().unwrap_or(OwnedCell::Absent),
        _ => {}
    }
    // In ascending order, because the values were.
    let numbers: Vec<Number> = values.iter().filter_map(OwnedCell::number).collect();
    let (Some(&smallest), Some(&largest)) = (numbers.first(), numbers.last()) else { return OwnedCell::Absent };
    match aggregate.function {
        Function::Min => cell(smallest),
        Function::Max => cell(largest),
        Function::Sum => sum(&numbers),
        Function::Avg => OwnedCell::Float(float_sum(&numbers) / numbers.len() as f64),
        Function::Percentile(percent) => OwnedCell::Float(percentile(&numbers, percent)),
        Function::Count | Function::Weighted | Function::Distinct => unreachable!("BUG: counted above"),
    }
}

fn is_time(value: Option<&OwnedCell>) -> bool {
    matches!(value, Some(OwnedCell::Time(_)))
}

/// Each row counts as its weight says, and once where there is none.
fn weighted(rows: usize, values: &[OwnedCell]) -> OwnedCell {
    let weight = |value: &OwnedCell| value.number().map(Number::as_f64).filter(|weight| weight.fract() == 0.0);
    let weights = values.iter().filter_map(weight).filter(|weight| (1.0..=f64::from(WEIGHT_MAX)).contains(weight));
    let (counted, sum) = weights.fold((0, 0), |(counted, sum), weight| (counted + 1, sum + weight as i64));
    OwnedCell::Int((rows - counted) as i64 + sum)
}

fn sum(numbers: &[Number]) -> OwnedCell {
    let add = |sum: i64, number: &Number| match number {
        Number::Int(int) => sum.checked_add(*int),
        Number::Float(_) => None,
    };
    numbers.iter().try_fold(0, add).map_or_else(|| OwnedCell::Float(float_sum(numbers)), OwnedCell::Int)
}

fn float_sum(numbers: &[Number]) -> f64 {
    numbers.iter().map(|number| number.as_f64()).sum()
}

fn percentile(ascending: &[Number], percent: f64) -> f64 {
    let place = percent / 100.0 * (ascending.len() - 1) as f64;
    let below = ascending[place.floor() as usize].as_f64();
    let above = ascending[place.ceil() as usize].as_f64();
    below + (above - below) * place.fract()
}

fn cell(number: Number) -> OwnedCell {
    match number {
        Number::Int(int) => OwnedCell::Int(int),
        Number::Float(float) => OwnedCell::Float(float),
    }
}

fn count(count: usize) -> OwnedCell {
    OwnedCell::Int(count as i64)
}
