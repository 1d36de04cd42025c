//! Who reads a stream, and how far it is committed, in `txn` actions of the Delta log: they are part of the commit that
//! brings the rows, are kept by checkpoints, and are not taken back when an earlier version is restored.
//!
//! | application id | version |
//! |---|---|
//! | `dendro.streams` | how many leases of this table there were, which is the epoch of the last one |
//! | `dendro.stream.NAME` | who reads it: the epoch of its lease, times 4,096, plus the number of the node |
//! | `dendro.stream.NAME.NODE` | how far what this node appended is committed; at the beginning of a lease, where it begins |

use deltalake_core::kernel::Transaction;

use super::{DeltaLog, failed};
use crate::Error;

const LEASES: &str = "dendro.streams";

/// Nodes are 0..=4095.
const NODES: i64 = 4096;

/// Who reads a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) epoch: u64,
    pub(crate) node: u16,
}

impl Owner {
    /// What tells that it reads the stream from `next` on.
    pub(crate) fn begins(self, stream: &str, next: u64) -> [Transaction; 2] {
        [Transaction::new(owner_id(stream), self.epoch as i64 * NODES + i64::from(self.node)), reached(stream, self.node, next)]
    }
}

/// What tells that a lease was given.
pub(crate) fn leased(epoch: u64) -> Transaction {
    Transaction::new(LEASES, epoch as i64)
}

/// What tells that rows which a node appended to a stream are committed up to `next`.
pub(crate) fn reached(stream: &str, node: u16, next: u64) -> Transaction {
    Transaction::new(format!("dendro.stream.{stream}.{node}"), next as i64)
}

fn owner_id(stream: &str) -> String {
    format!("dendro.stream.{stream}")
}

impl DeltaLog {
    /// The epoch of the last lease that anybody was given.
    pub(crate) async fn last_epoch(&self) -> Result<u64, Error> {
        Ok(self.transaction(LEASES).await?.unwrap_or(0) as u64)
    }

    /// Who reads a stream.
    pub(crate) async fn owner(&self, stream: &str) -> Result<Option<Owner>, Error> {
        let found = self.transaction(&owner_id(stream)).await?;
        Ok(found.map(|found| Owner { epoch: (found / NODES) as u64, node: (found % NODES) as u16 }))
    }

    /// How far what a node appended to a stream is committed.
    pub(crate) async fn reached(&self, stream: &str, node: u16) -> Result<u64, Error> {
        Ok(self.transaction(&reached(stream, node, 0).app_id).await?.unwrap_or(0) as u64)
    }

    /// What the last commit that named an application said. Reads the log: a few files in an object store.
    pub(super) async fn transaction(&self, application: &str) -> Result<Option<i64>, Error> {
        let found = self.state.transaction_version(self.log_store.as_ref(), application).await;
        Ok(found.map_err(failed("reading what the table covers"))?.map(|version| version.max(0)))
    }
}
