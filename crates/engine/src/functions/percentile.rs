use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, Float64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, TypeSignature, Volatility};

mod sketch;

use sketch::Sketch;

/// `approx_percentile_cont(value, part)`, in place of DataFusion's own, which keeps an object per group and sorts into it. Over
/// four million rows in 2,149 groups a median takes 394 ms with this one and 588 with the other, where the largest value takes
/// 232 (medians of ten runs in turn, two cores).
///
/// Exact for up to 128 numbers of a group, else within 0.8 % of the value. A third argument, the accuracy that the other one
/// takes, is accepted and not needed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Percentile {
    signature: Signature,
}

impl Default for Percentile {
    fn default() -> Percentile {
        let number = DataType::Float64;
        let two = TypeSignature::Exact(vec![number.clone(), number.clone()]);
        let three = TypeSignature::Exact(vec![number.clone(), number, DataType::Int64]);
        Percentile { signature: Signature::one_of(vec![two, three], Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for Percentile {
    fn name(&self) -> &str {
        "approx_percentile_cont"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn supports_within_group_clause(&self) -> bool {
        true
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "sketch"), DataType::Binary, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One { part: part(&args)?, sketch: Sketch::default() }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Grouped { part: part(&args)?, sketches: Vec::new() }))
    }
}

/// Which part of the numbers lies below the one that is asked for.
fn part(args: &AccumulatorArgs<'_>) -> Result<f64> {
    let literal = args.exprs[1].downcast_ref::<datafusion::physical_expr::expressions::Literal>();
    let part = match literal.map(|literal| literal.value()) {
        Some(ScalarValue::Float64(Some(part))) if (0.0..=1.0).contains(part) => *part,
        _ => return plan_err!("approx_percentile_cont takes a number from 0 to 1, such as 0.99, as its part"),
    };
    let descending = args.order_bys.first().is_some_and(|order| order.options.descending);
    Ok(if descending { 1.0 - part } else { part })
}

fn decoded(states: &ArrayRef) -> impl Iterator<Item = Result<Sketch>> {
    let broken = || exec_datafusion_err!("a percentile's intermediate state cannot be read");
    states.as_binary::<i32>().iter().map(move |state| Sketch::decode(state.unwrap_or_default()).ok_or_else(broken))
}

/// All rows are one group.
#[derive(Debug)]
struct One {
    part: f64,
    sketch: Sketch,
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        values[0].as_primitive::<Float64Type>().iter().flatten().for_each(|value| self.sketch.add(value));
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        decoded(&states[0]).try_for_each(|sketch| sketch.map(|sketch| self.sketch.merge(sketch)))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.sketch.quantile(self.part)))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut bytes = Vec::new();
        self.sketch.encode(&mut bytes);
        Ok(vec![ScalarValue::Binary(Some(bytes))])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.sketch.heap_bytes()
    }
}

/// A sketch for each group.
struct Grouped {
    part: f64,
    sketches: Vec<Sketch>,
}

impl Grouped {
    fn grow(&mut self, groups: usize) {
        self.sketches.resize_with(groups.max(self.sketches.len()), Sketch::default);
    }
}

impl GroupsAccumulator for Grouped {
    fn update_batch(&mut self, values: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>, total: usize) -> Result<()> {
        self.grow(total);
        let values = values[0].as_primitive::<Float64Type>();
        let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        for (row, (value, &group)) in values.iter().zip(groups).enumerate() {
            if let Some(value) = value.filter(|_| passes(row)) {
                self.sketches[group].add(value);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        for (sketch, &group) in decoded(&states[0]).zip(groups) {
            self.sketches[group].merge(sketch?);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let emitted = emit.take_needed(&mut self.sketches);
        Ok(Arc::new(emitted.iter().map(|sketch| sketch.quantile(self.part)).collect::<Float64Array>()))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (mut states, mut bytes) = (BinaryBuilder::new(), Vec::new());
        for sketch in emit.take_needed(&mut self.sketches) {
            bytes.clear();
            sketch.encode(&mut bytes);
            states.append_value(&bytes);
        }
        Ok(vec![Arc::new(states.finish())])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut rows = Grouped { part: self.part, sketches: Vec::new() };
        let groups: Vec<usize> = (0..values[0].len()).collect();
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.sketches.capacity() * size_of::<Sketch>() + self.sketches.iter().map(Sketch::heap_bytes).sum::<usize>()
    }
}
