use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StringViewArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use pattern::PatternId;

/// `merge_patterns(message, count)`: a message for each skeleton, and how many have it, as a list of the patterns that they
/// make together, each with `pattern_id`, `pattern` and `count`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MergePatterns {
    signature: Signature,
}

impl Default for MergePatterns {
    fn default() -> MergePatterns {
        MergePatterns { signature: Signature::exact(vec![DataType::Utf8View, DataType::Int64], Volatility::Immutable) }
    }
}

fn columns() -> Fields {
    Fields::from(vec![
        Field::new("pattern_id", DataType::Int64, true),
        Field::new("pattern", DataType::Utf8View, true),
        Field::new("count", DataType::Int64, true),
    ])
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(columns()), true))
}

impl AggregateUDFImpl for MergePatterns {
    fn name(&self) -> &str {
        "merge_patterns"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let list = |name: &str, of: DataType| {
            let name = datafusion::logical_expr::utils::format_state_name(args.name, name);
            Arc::new(Field::new_list(name, Field::new_list_field(of, true), true))
        };
        Ok(vec![list("messages", DataType::Utf8View), list("counts", DataType::Int64)])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Skeletons::default()))
    }
}

/// Messages, each with its number; merged at the end, when all are known.
#[derive(Debug, Default)]
struct Skeletons {
    skeletons: Vec<(String, i64)>,
    bytes: usize,
}

/// One of the rows that are answered.
pub(crate) struct Shown {
    pub(crate) id: PatternId,
    pub(crate) template: String,
    pub(crate) count: u64,
}

/// The patterns that these messages make, each of another skeleton and standing for so many.
pub(crate) fn merged<'m>(messages: impl IntoIterator<Item = (&'m str, u64)>) -> Vec<Shown> {
    let skeletons: Vec<_> =
        messages.into_iter().map(|(message, count)| (pattern::split(message).pattern, message, count)).collect();
    let merged = pattern::merge(skeletons.iter().map(|(pattern, _, count)| (pattern.clone(), *count)));
    let mut shown: Vec<Shown> = Vec::with_capacity(merged.patterns().len());
    for pattern in merged.patterns() {
        // What a single id makes is found by that id.
        let id = if let [member] = pattern.members.as_slice() { *member } else { pattern.id };
        shown.push(Shown { id, template: pattern.template.clone(), count: pattern.count });
    }
    // Beyond the bounds of a merge every skeleton is a pattern of its own.
    let left_out = skeletons.iter().filter(|(pattern, ..)| merged.of(pattern.id()).is_none());
    shown.extend(left_out.map(|(pattern, message, count)| Shown {
        id: pattern.id(),
        template: pattern::template(message),
        count: *count,
    }));
    shown
}

impl Skeletons {
    fn add(&mut self, messages: &ArrayRef, counts: &ArrayRef) {
        for (message, count) in messages.as_string_view().iter().zip(counts.as_primitive::<Int64Type>()) {
            if let (Some(message), Some(count)) = (message, count) {
                self.bytes += message.len();
                self.skeletons.push((message.to_owned(), count));
            }
        }
    }

    fn columns(&self) -> (ArrayRef, ArrayRef) {
        let messages = StringViewArray::from_iter_values(self.skeletons.iter().map(|(message, _)| message));
        let counts = Int64Array::from_iter_values(self.skeletons.iter().map(|&(_, count)| count));
        (Arc::new(messages), Arc::new(counts))
    }
}

fn list(of: FieldRef, values: ArrayRef) -> ListArray {
    ListArray::new(of, OffsetBuffer::from_lengths([values.len()]), values, None)
}

impl Accumulator for Skeletons {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [messages, counts] = values else { return exec_err!("merge_patterns takes a message and a count") };
        self.add(messages, counts);
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [messages, counts] = states else { return exec_err!("merge_patterns has two states") };
        let lists = messages.as_list::<i32>().iter().zip(counts.as_list::<i32>().iter());
        lists.filter_map(|(messages, counts)| messages.zip(counts)).for_each(|(messages, counts)| self.add(&messages, &counts));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (messages, counts) = self.columns();
        let text = Arc::new(Field::new_list_field(DataType::Utf8View, true));
        let number = Arc::new(Field::new_list_field(DataType::Int64, true));
        Ok(vec![ScalarValue::List(Arc::new(list(text, messages))), ScalarValue::List(Arc::new(list(number, counts)))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let shown = merged(self.skeletons.iter().map(|(message, count)| (message.as_str(), count.unsigned_abs())));
        let made: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(shown.iter().map(|shown| shown.id.0.cast_signed()))),
            Arc::new(StringViewArray::from_iter_values(shown.iter().map(|shown| &shown.template))),
            Arc::new(Int64Array::from_iter_values(shown.iter().map(|shown| shown.count.cast_signed()))),
        ];
        let rows = StructArray::try_new(columns(), made, None)?;
        Ok(ScalarValue::List(Arc::new(list(item(), Arc::new(rows)))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes + self.skeletons.capacity() * size_of::<(String, i64)>()
    }
}
