use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The start of the stretch in which a time lies, counted from 1970. In whole microseconds, which reach further than the
/// nanoseconds that `date_bin` counts in.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bin {
    /// Length of the stretches, at least 1.
    pub(crate) micros: i64,
    signature: Signature,
}

impl Bin {
    pub(crate) fn new(micros: i64) -> Bin {
        Bin { micros: micros.max(1), signature: Signature::exact(vec![time()], Volatility::Immutable) }
    }
}

/// Type of the time columns.
fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl ScalarUDFImpl for Bin {
    fn name(&self) -> &str {
        "bin"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(time())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [times] = args.args.as_slice() else { return exec_err!("bin takes one time") };
        let times = times.to_array(args.number_rows)?;
        let start = |at: i64| at.saturating_sub(at.rem_euclid(self.micros));
        let starts = times.as_primitive::<TimestampMicrosecondType>().unary::<_, TimestampMicrosecondType>(start);
        Ok(ColumnarValue::Array(Arc::new(starts.with_timezone("UTC"))))
    }
}
