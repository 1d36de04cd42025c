use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{Coercion, Signature, TypeSignatureClass, Volatility};
use datafusion::scalar::ScalarValue;

/// A signature of so many texts, of any text type.
pub(super) fn texts(count: usize) -> Signature {
    let text = Coercion::new_exact(TypeSignatureClass::Native(datafusion::common::types::logical_string()));
    Signature::coercible(vec![text; count], Volatility::Immutable)
}

/// The text of a literal argument; `None` when it is null.
pub(super) fn literal(value: &ScalarValue) -> Result<Option<&str>> {
    match value.try_as_str() {
        Some(text) => Ok(text),
        None => exec_err!("expected a text"),
    }
}

/// Whether each text passes; null where there is none. A dictionary's values are looked at once each.
pub(crate) fn test_texts(texts: &ArrayRef, test: impl Fn(&str) -> bool) -> Result<BooleanArray> {
    fn over<'a>(
        texts: impl ExactSizeIterator<Item = Option<&'a str>>,
        array: &dyn Array,
        test: impl Fn(&str) -> bool,
    ) -> BooleanArray {
        let mut bits = BooleanBufferBuilder::new(array.len());
        texts.for_each(|text| bits.append(text.is_some_and(&test)));
        BooleanArray::new(bits.finish(), array.logical_nulls())
    }
    Ok(match texts.data_type() {
        DataType::Utf8 => over(texts.as_string::<i32>().iter(), texts, test),
        DataType::LargeUtf8 => over(texts.as_string::<i64>().iter(), texts, test),
        DataType::Utf8View => over(texts.as_string_view().iter(), texts, test),
        DataType::Dictionary(..) => {
            let dictionary = texts.as_any_dictionary();
            let values: ArrayRef = Arc::new(test_texts(dictionary.values(), test)?);
            arrow::compute::take(&values, dictionary.keys(), None)?.as_boolean().clone()
        }
        DataType::Null => BooleanArray::new_null(texts.len()),
        other => return exec_err!("expected texts, not {other}"),
    })
}

/// Whether a column of this type holds texts.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Calls `each` with every text in order.
pub(super) fn for_each_text(texts: &ArrayRef, mut each: impl FnMut(Option<&str>)) -> Result<()> {
    match texts.data_type() {
        DataType::Utf8 => texts.as_string::<i32>().iter().for_each(each),
        DataType::LargeUtf8 => texts.as_string::<i64>().iter().for_each(each),
        DataType::Utf8View => texts.as_string_view().iter().for_each(each),
        DataType::Dictionary(..) => for_each_text(&arrow::compute::cast(texts, &DataType::Utf8)?, each)?,
        DataType::Null => (0..texts.len()).for_each(|_| each(None)),
        other => return exec_err!("expected texts, not {other}"),
    }
    Ok(())
}

/// A text made of each text, or none.
pub(super) fn map_texts(texts: &ArrayRef, mut map: impl FnMut(&str, &mut String) -> bool) -> Result<ArrayRef> {
    let mut built = StringViewBuilder::with_capacity(texts.len());
    let mut piece = String::new();
    for_each_text(texts, |text| {
        piece.clear();
        let there = text.is_some_and(|text| map(text, &mut piece));
        built.append_option(there.then_some(piece.as_str()));
    })?;
    Ok(Arc::new(built.finish()))
}

/// Texts as `Utf8`, for tests and answers.
#[cfg(test)]
pub(super) fn utf8(texts: &[Option<&str>]) -> ArrayRef {
    let mut built = arrow::array::StringBuilder::new();
    texts.iter().for_each(|text| built.append_option(*text));
    Arc::new(built.finish())
}
