//! One Delta table: its log, and the only way to change it.
//!
//! Delta's own `txn` action carries how far of the write-ahead log a commit covers (D4), so that after a crash nothing
//! is committed twice: what the log already covers is not written again.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deltalake_core::kernel::StructType;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::logstore::{LogStore, LogStoreRef, StorageConfig, default_logstore};
use deltalake_core::protocol::SaveMode;
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTable, DeltaTableError};
use object_store::ObjectStore;
use record::Timestamp;

use crate::columns::DATE;
use crate::store::Root;
use crate::{Error, Segment};

mod commit;
mod open;
mod stats;
pub(crate) mod streams;
mod verify;

pub(crate) use open::{Damage, Opened};
pub(crate) use verify::verify;

/// Folder of the Delta log in a table.
const DELTA_LOG: &str = "_delta_log";

pub(crate) use commit::{Change, RestsOn};

/// Commits between checkpoints. A reader replays at most so many small files; writing one costs about as much as
/// reading them, so more often does not pay.
const CHECKPOINT_INTERVAL: u32 = 50;

/// How long the files of the Delta log are kept, which bounds how far back time travel goes.
const LOG_RETENTION: &str = "interval 7 days";

/// The application id of the `txn` action, one per node, because each node has its own write-ahead log.
fn application(node: u16) -> String {
    format!("dendro.wal.{node}")
}

/// An open table.
#[derive(Clone)]
pub(crate) struct DeltaLog {
    log_store: LogStoreRef,
    state: DeltaTableState,
    store: Arc<dyn ObjectStore>,
    /// Why this is not the table's present state, and nothing may be committed on top of it.
    damage: Option<Arc<Damage>>,
}

impl DeltaLog {
    /// Opens the table, or creates it with this schema, whose last column is the partition `date`.
    pub(crate) async fn open_or_create(root: &Root, tenant: &str, table: &str, schema: &SchemaRef) -> Result<DeltaLog, Error> {
        let (log_store, store) = stores(root, tenant, table)?;
        let exists = log_store.is_delta_table_location().await.map_err(failed("looking for a table"))?;
        if !exists {
            create(&log_store, table, schema).await?;
        }
        DeltaLog::load(log_store, store, None).await
    }

    /// Opens the table if there is one.
    pub(crate) async fn open(root: &Root, tenant: &str, table: &str) -> Result<Option<DeltaLog>, Error> {
        let (log_store, store) = stores(root, tenant, table)?;
        if !log_store.is_delta_table_location().await.map_err(failed("looking for a table"))? {
            return Ok(None);
        }
        DeltaLog::load(log_store, store, None).await.map(Some)
    }

    async fn load(log_store: LogStoreRef, store: Arc<dyn ObjectStore>, version: Option<u64>) -> Result<DeltaLog, Error> {
        let state = DeltaTableState::try_new(log_store.as_ref(), version).await.map_err(failed("reading the Delta log"))?;
        Ok(DeltaLog { log_store, state, store, damage: None })
    }

    /// Another version of the same table. It may be newer than this one: a commit can be seen in the store before it is
    /// known here, other nodes' above all.
    pub(crate) async fn at_version(&self, version: u64) -> Result<DeltaLog, Error> {
        if version > self.version() {
            let mut newest = self.clone();
            newest.refresh().await?;
            if version > newest.version() {
                return Err(Error::NoSuchVersion(format!("version {version}; the latest is {}", newest.version())));
            }
        }
        match DeltaTableState::try_new(self.log_store.as_ref(), Some(version)).await {
            Ok(state) => Ok(DeltaLog { state, ..self.clone() }),
            Err(DeltaTableError::InvalidVersion(_) | DeltaTableError::NotATable(_) | DeltaTableError::KernelError(_)) => {
                Err(Error::NoSuchVersion(format!("version {version} any more")))
            }
            Err(source) => Err(failed("reading an earlier version")(source)),
        }
    }

    /// The version that was current at a time.
    pub(crate) async fn at_time(&self, at: Timestamp) -> Result<DeltaLog, Error> {
        let none = || Error::NoSuchVersion(format!("version as old as {at}"));
        let at = chrono::DateTime::from_timestamp_micros(at.as_micros()).ok_or_else(none)?;
        let mut table = DeltaTable::new(Arc::clone(&self.log_store));
        table.load().await.map_err(failed("reading the Delta log"))?;
        table.load_with_datetime(at).await.map_err(failed("looking for the version at a time"))?;
        let version = table.version().ok_or_else(none)?;
        let committed = table.snapshot().map_err(failed("reading an earlier version"))?.version_timestamp(version);
        if committed.is_some_and(|millis| millis > at.timestamp_millis()) {
            return Err(none());
        }
        self.at_version(version).await
    }

    /// Catches up with commits of others.
    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        self.state.update(self.log_store.as_ref(), None).await.map_err(failed("reading the Delta log"))
    }

    pub(crate) fn version(&self) -> u64 {
        self.state.version()
    }

    /// Where the table is, as messages name it: `tables/default/logs`.
    pub(crate) fn place(&self) -> String {
        let url = self.log_store.config().location();
        let parts: Vec<&str> = url.path().trim_end_matches('/').rsplit('/').take(2).collect();
        format!("tables/{}/{}", parts.get(1).unwrap_or(&""), parts[0])
    }

    /// Why this is not the table's present state, if it is not.
    pub(crate) fn damage(&self) -> Option<&Arc<Damage>> {
        self.damage.as_ref()
    }

    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// All columns, the partition column last.
    pub(crate) fn schema(&self) -> SchemaRef {
        let stored = self.state.snapshot().arrow_schema();
        let viewed = |field: &Arc<Field>| match field.data_type() {
            DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
            _ => Arc::clone(field),
        };
        let fields = stored.fields().iter().map(viewed);
        let (dates, mut fields): (Vec<_>, Vec<_>) = fields.partition(|field| field.name() == DATE);
        fields.extend(dates);
        Arc::new(Schema::new(fields))
    }

    /// Last position of the node's write-ahead log that the table covers; 0 when none.
    pub(crate) async fn covered(&self, node: u16) -> Result<u64, Error> {
        Ok(self.transaction(&application(node)).await?.unwrap_or(0) as u64)
    }

    /// Live files, ordered by last timestamp. Files known from before keep their value (and whatever hangs on it).
    pub(crate) fn segments(&self, known: &[Arc<Segment>]) -> Result<Vec<Arc<Segment>>, Error> {
        let known: HashMap<&str, &Arc<Segment>> = known.iter().map(|segment| (segment.path.as_ref(), segment)).collect();
        let mut segments = Vec::new();
        for file in self.state.log_data().iter() {
            match known.get(file.object_store_path().as_ref()) {
                Some(segment) => segments.push(Arc::clone(segment)),
                None => segments.push(Arc::new(stats::segment_of(&file)?)),
            }
        }
        segments.sort_by_key(|segment| (segment.time.1, segment.time.0));
        Ok(segments)
    }

    /// Makes an earlier version the current one, as a new commit.
    pub(crate) async fn restore(&mut self, version: u64) -> Result<u64, Error> {
        self.must_be_whole()?;
        self.at_version(version).await?;
        let table = self.table().await?;
        let restored = table.restore().with_version_to_restore(version).await;
        let missing = |source: &DeltaTableError| source.to_string().contains("missing");
        match restored {
            Ok(_) => self.refresh().await?,
            Err(source) if missing(&source) => {
                return Err(Error::NoSuchVersion(format!("version {version} any more: its files were vacuumed")));
            }
            Err(source) => return Err(failed("restoring an earlier version")(source)),
        }
        Ok(self.version())
    }

    /// Deletes files that were removed from the table longer ago than this. Returns how many.
    pub(crate) async fn vacuum(&mut self, older_than: std::time::Duration) -> Result<usize, Error> {
        self.must_be_whole()?;
        let age = chrono::Duration::from_std(older_than).unwrap_or(chrono::Duration::MAX);
        let vacuum = self.table().await?.vacuum().with_retention_period(age).with_enforce_retention_duration(false);
        let (_, metrics) = vacuum.await.map_err(failed("vacuuming"))?;
        self.refresh().await?;
        Ok(metrics.files_deleted.len())
    }

    /// Drops files of the Delta log that are older than the table's retention and behind a checkpoint.
    pub(crate) async fn drop_old_commits(&mut self) -> Result<(), Error> {
        self.must_be_whole()?;
        let table = self.table().await?;
        deltalake_core::checkpoints::cleanup_metadata(&table, None).await.map_err(failed("dropping old commits"))?;
        self.refresh().await
    }

    /// I-5: nothing is ever committed on top of a state that is not the present one.
    fn must_be_whole(&self) -> Result<(), Error> {
        self.damage.as_ref().map_or(Ok(()), |damage| Err(Error::ReadOnly(damage.to_string())))
    }

    async fn table(&self) -> Result<DeltaTable, Error> {
        let mut table = DeltaTable::new(Arc::clone(&self.log_store));
        table.load().await.map_err(failed("reading the Delta log"))?;
        Ok(table)
    }
}

fn stores(root: &Root, tenant: &str, table: &str) -> Result<(LogStoreRef, Arc<dyn ObjectStore>), Error> {
    let url = root.table_url(tenant, table);
    let store = root.within(&url)?;
    let log_store = default_logstore(Arc::clone(&store), Arc::clone(&root.store), &url, &StorageConfig::default());
    Ok((log_store, store))
}

async fn create(log_store: &LogStoreRef, name: &str, schema: &SchemaRef) -> Result<(), Error> {
    let settings = [
        ("delta.checkpointInterval", CHECKPOINT_INTERVAL.to_string()),
        ("delta.logRetentionDuration", LOG_RETENTION.to_string()),
        ("delta.dataSkippingNumIndexedCols", "32".to_string()),
    ];
    DeltaTable::new(Arc::clone(log_store))
        .create()
        .with_table_name(name)
        .with_columns(kernel_schema(schema)?.fields().cloned())
        .with_partition_columns([DATE])
        .with_configuration(settings.map(|(key, value)| (key, Some(value))))
        .with_save_mode(SaveMode::Ignore)
        .await
        .map(|_| ())
        .map_err(failed("creating a table"))
}

fn kernel_schema(schema: &SchemaRef) -> Result<StructType, Error> {
    // Arrow's own metadata on fields means nothing to others.
    let plain = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8View => Field::new(field.name(), DataType::Utf8, field.is_nullable()),
        other => Field::new(field.name(), other.clone(), field.is_nullable()),
    };
    let fields: Vec<Field> = schema.fields().iter().map(plain).collect();
    (&Schema::new(fields)).try_into_kernel().map_err(|source| Error::Arrow { doing: "describing the table's columns", source })
}

fn failed(doing: &'static str) -> impl Fn(DeltaTableError) -> Error {
    move |source| Error::Delta { doing, source: Box::new(source) }
}

#[cfg(test)]
mod tests;
