//! One change of a table, committed on top of whatever others have committed meanwhile.
//!
//! A commit is a file of the Delta log that is created only if it does not exist (a hard link here, a conditional put in
//! an object store), so nobody's commit is ever overwritten. Whoever comes second reads what the first one did and
//! decides whether the change still means the same on top of it. That is decided here and not by `deltalake-core`, whose
//! own check lets two compactions of the same files both through, and so doubles their rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use deltalake_core::DeltaTableError;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake_core::kernel::{Action, Add, MetadataExt, Remove, Transaction};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use record::Timestamp;
use serde_json::Value;

use super::{DeltaLog, application, failed, kernel_schema};
use crate::columns::{DATE, date_text};
use crate::segment::NewSegment;
use crate::{Error, Segment};

/// How often a commit is tried when others are always faster. Each of them has then committed in the time that it takes
/// to read one file, so this many in a row do not happen by chance.
const ATTEMPTS: usize = 100;

/// What a commit does.
pub(crate) struct Change {
    pub(crate) operation: DeltaOperation,
    pub(crate) added: Vec<NewSegment>,
    pub(crate) removed: Vec<Arc<Segment>>,
    /// The table's new schema, when it grows.
    pub(crate) schema: Option<SchemaRef>,
    /// Node, and last position of its write-ahead log that is covered from here on.
    pub(crate) covered: Option<(u16, u64)>,
    /// What it says about streams.
    pub(crate) streams: Vec<Transaction>,
    /// What it rests on besides its files.
    pub(crate) rests_on: RestsOn,
    /// Written into the commit for people and tools.
    pub(crate) notes: HashMap<String, Value>,
    pub(crate) at: Timestamp,
}

/// What must not have been changed by others for a change to mean the same on top of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RestsOn {
    /// The files that it removes, and the table's columns.
    Files,
    /// These, and no lease of a stream was given out behind this epoch.
    Leases(u64),
    /// Everything.
    Version,
}

impl Change {
    /// New rows, as a rule from the write-ahead log. The caller puts them in.
    pub(crate) fn append(covered: Option<(u16, u64)>, at: Timestamp) -> Change {
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: Some(vec![DATE.into()]), predicate: None };
        Change { covered, ..Change::nothing(operation, at) }
    }

    /// The same rows in other files.
    pub(crate) fn rewrite(added: Vec<NewSegment>, removed: Vec<Arc<Segment>>, target_size: i64, at: Timestamp) -> Change {
        let operation = DeltaOperation::Optimize { predicate: None, target_size };
        Change { added, removed, ..Change::nothing(operation, at) }
    }

    /// Fewer rows.
    pub(crate) fn delete(removed: Vec<Arc<Segment>>, predicate: String, at: Timestamp) -> Change {
        let operation = DeltaOperation::Delete { predicate: Some(predicate) };
        Change { removed, ..Change::nothing(operation, at) }
    }

    /// Other readers of streams.
    pub(crate) fn lease(streams: Vec<Transaction>, at: Timestamp) -> Change {
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        Change { streams, rests_on: RestsOn::Version, ..Change::nothing(operation, at) }
    }

    fn nothing(operation: DeltaOperation, at: Timestamp) -> Change {
        Change {
            operation,
            added: Vec::new(),
            removed: Vec::new(),
            schema: None,
            covered: None,
            streams: Vec::new(),
            rests_on: RestsOn::Files,
            notes: HashMap::new(),
            at,
        }
    }

    fn changes_data(&self) -> bool {
        !matches!(self.operation, DeltaOperation::Optimize { .. })
    }
}

impl DeltaLog {
    /// Commits a change and returns the new version. An error means that it is not committed: when the commit was
    /// written and only something after it failed (a checkpoint, say), that is noticed, and it counts.
    ///
    /// [`Error::Overtaken`] means that somebody else changed what the change rests on: its files are gone, or the table
    /// has other columns. This log then knows the table as it is now, and the change has to be made anew.
    pub(crate) async fn commit(&mut self, change: Change) -> Result<u64, Error> {
        self.must_be_whole()?;
        let metadata = self.state.metadata().clone();
        for _ in 0..ATTEMPTS {
            let actions = self.actions(&change)?;
            let source = match self.try_commit(&change, actions).await {
                Ok(()) => return Ok(self.version()),
                Err(source) => source,
            };
            self.refresh().await?;
            if self.holds(&change).await? {
                tracing::warn!(version = self.version(), "a commit was written, but what follows a commit failed");
                return Ok(self.version());
            }
            if !was_slower(&source) {
                return Err(failed("committing to the Delta log")(source));
            }
            let columns_changed = *self.state.metadata() != metadata;
            if columns_changed || !self.has_all(&change.removed)? || !self.is_as_before(change.rests_on).await? {
                return Err(Error::Overtaken);
            }
            tracing::debug!(version = self.version(), "another writer committed first; trying again on top of it");
        }
        Err(Error::Overtaken)
    }

    async fn try_commit(&mut self, change: &Change, actions: Vec<Action>) -> Result<(), DeltaTableError> {
        let mut properties = CommitProperties::default()
            .with_metadata(change.notes.clone())
            .with_cleanup_expired_logs(Some(false))
            .with_max_retries(0); // That is, without its own check for conflicts.
        let covered = change.covered.map(|(node, lsn)| Transaction::new(application(node), lsn as i64));
        properties = properties.with_application_transactions(covered.into_iter().chain(change.streams.clone()).collect());
        let commit = CommitBuilder::from(properties).with_actions(actions);
        let committed = commit.build(Some(&self.state), Arc::clone(&self.log_store), change.operation.clone()).await?;
        self.state = committed.snapshot();
        Ok(())
    }

    /// Whether the table is as it would be after the change.
    async fn holds(&self, change: &Change) -> Result<bool, Error> {
        if let Some((node, lsn)) = change.covered {
            return Ok(self.covered(node).await? >= lsn);
        }
        for told in &change.streams {
            if self.transaction(&told.app_id).await? != Some(told.version) {
                return Ok(false);
            }
        }
        let live = self.live()?;
        let added = change.added.iter().all(|segment| live.contains(segment.path.as_str()));
        Ok(added && !change.removed.iter().any(|segment| live.contains(segment.path.as_ref())))
    }

    async fn is_as_before(&self, rests_on: RestsOn) -> Result<bool, Error> {
        match rests_on {
            RestsOn::Files => Ok(true),
            RestsOn::Leases(epoch) => Ok(self.last_epoch().await? == epoch),
            RestsOn::Version => Ok(false),
        }
    }

    /// Whether the files are all part of the table.
    fn has_all(&self, segments: &[Arc<Segment>]) -> Result<bool, Error> {
        let live = self.live()?;
        Ok(segments.iter().all(|segment| live.contains(segment.path.as_ref())))
    }

    fn live(&self) -> Result<HashSet<String>, Error> {
        Ok(self.segments(&[])?.iter().map(|segment| segment.path.to_string()).collect())
    }

    fn actions(&self, change: &Change) -> Result<Vec<Action>, Error> {
        let mut actions = Vec::new();
        if let Some(schema) = &change.schema {
            let metadata = self.state.metadata().clone().with_schema(&kernel_schema(schema)?);
            actions.push(Action::Metadata(metadata.map_err(|source| failed("adding columns")(source.into()))?));
        }
        let millis = change.at.as_micros() / 1000;
        let changes_data = change.changes_data();
        actions.extend(change.removed.iter().map(|segment| Action::Remove(remove(segment, millis, changes_data))));
        actions.extend(change.added.iter().map(|segment| Action::Add(add(segment, millis, changes_data))));
        Ok(actions)
    }
}

/// Whether the commit failed because somebody else's came first.
fn was_slower(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::MaxCommitAttempts(_) | TransactionError::VersionAlreadyExists(_)
            }
    )
}

fn add(segment: &NewSegment, millis: i64, data_change: bool) -> Add {
    Add {
        path: segment.path.clone(),
        partition_values: partition_of(segment.date),
        size: segment.size_bytes as i64,
        modification_time: millis,
        data_change,
        stats: Some(segment.stats_json.clone()),
        ..Add::default()
    }
}

fn remove(segment: &Segment, millis: i64, data_change: bool) -> Remove {
    Remove {
        path: segment.path.to_string(),
        data_change,
        deletion_timestamp: Some(millis),
        extended_file_metadata: Some(true),
        partition_values: Some(partition_of(segment.date)),
        size: Some(segment.size_bytes as i64),
        ..Remove::default()
    }
}

fn partition_of(date: i32) -> HashMap<String, Option<String>> {
    HashMap::from([(DATE.to_owned(), Some(date_text(date)))])
}
