use arrow::array::Int64Array;
use object_store::ObjectStoreExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::Error;
use crate::delta::DeltaLog;

/// Sums of `received`, of all outcomes, of `stored` and of `quarantined`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) received: i64,
    pub(crate) outcomes: i64,
    pub(crate) stored: i64,
    pub(crate) quarantined: i64,
}

/// What the ledger says in all, as far as it is committed.
pub(crate) async fn committed(log: &DeltaLog) -> Result<Sums, Error> {
    let mut sums = Sums::default();
    for segment in log.segments(&[])? {
        let parquet = |source| Error::Parquet { doing: format!("reading {}", segment.path), source };
        let store = |source| Error::Store { doing: format!("reading {}", segment.path), source };
        let bytes = log.store().get(&segment.path).await.map_err(store)?.bytes().await.map_err(store)?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|builder| builder.build()).map_err(parquet)?;
        for batch in reader {
            let batch = batch.map_err(|source| Error::Arrow { doing: "reading the ledger", source })?;
            let sum = |name: &str| -> i64 {
                let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
                column.map_or(0, |column| column.iter().flatten().sum())
            };
            sums.received += sum("received");
            sums.outcomes += ["stored", "quarantined", "duplicates", "sampled_out", "erased", "expired", "filtered"]
                .map(sum)
                .iter()
                .sum::<i64>();
            sums.stored += sum("stored");
            sums.quarantined += sum("quarantined");
        }
    }
    Ok(sums)
}
