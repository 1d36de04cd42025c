//! Streams that several nodes may read, one after the other: who reads one is decided by the Delta log of `logs`.
//!
//! A node that appends what it read of a stream has it in its own write-ahead log, where no other node sees it. So what is
//! committed decides: a new lease begins where the last holder's commits end, and whatever the last holder has appended
//! and not committed by then it leaves out when it comes to it, be it after a crash, or because it did not notice that it
//! lost the stream. The new holder reads the same once more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use deltalake_core::kernel::Transaction;
use parking_lot::Mutex;
use record::Tenant;

use super::Inner;
use crate::columns::Table;
use crate::delta::streams::{Owner, leased, reached};
use crate::delta::{Change, DeltaLog};
use crate::lease::Turn;
use crate::visible::Durable;
use crate::{BatchKey, Error, Lease, Location};

/// How often a lease is asked for when others always commit first.
const ATTEMPTS: usize = 100;

/// What is known of the leases of this node.
#[derive(Default)]
pub(super) struct Leases {
    seen: Mutex<HashMap<Tenant, Seen>>,
    /// Streams that other nodes read now, and the epoch of this node's last lease.
    lost: Mutex<HashMap<(Tenant, String), u64>>,
}

/// Who reads what, as of the epoch of some last lease: none of it changes without another.
#[derive(Default)]
struct Seen {
    epoch: u64,
    owners: HashMap<String, Option<Owner>>,
}

/// What becomes of the batches of a memtable that belong to streams.
#[derive(Default)]
pub(super) struct Judged {
    /// LSNs of those that are not committed, to no table.
    pub(super) left_out: HashSet<u64>,
    /// Epoch of the last lease when this was found out; `None` when there are no streams.
    pub(super) as_of: Option<u64>,
    /// How far the commit brings streams.
    pub(super) reached: Vec<Transaction>,
}

impl Leases {
    /// Whether what a key stands for would not be committed.
    pub(super) fn is_lost(&self, tenant: &Tenant, key: &BatchKey) -> bool {
        let Some(turn) = key.turn() else { return false };
        self.lost.lock().get(&(tenant.clone(), turn.stream)).is_some_and(|&lost| turn.epoch <= lost)
    }

    async fn owner(&self, log: &DeltaLog, tenant: &Tenant, stream: &str, epoch: u64) -> Result<Option<Owner>, Error> {
        {
            let mut seen = self.seen.lock();
            let seen = seen.entry(tenant.clone()).or_default();
            if seen.epoch != epoch {
                *seen = Seen { epoch, owners: HashMap::new() };
            }
            if let Some(owner) = seen.owners.get(stream) {
                return Ok(*owner);
            }
        }
        let owner = log.owner(stream).await?;
        let mut seen = self.seen.lock();
        if let Some(seen) = seen.get_mut(tenant).filter(|seen| seen.epoch == epoch) {
            seen.owners.insert(stream.to_owned(), owner);
        }
        Ok(owner)
    }
}

impl Inner {
    /// See [`crate::Lake::lease`].
    pub(super) async fn lease(&self, tenant: &Tenant, streams: &[String]) -> Result<Vec<Lease>, Error> {
        if !self.is_shared() {
            let stored = |stream: &String| self.keys.position(tenant, &BatchKey::position(stream, 0).key);
            let lease = |stream| Ok(Lease { epoch: 0, next: stored(stream)?.unwrap_or(0), stream: stream.clone() });
            return streams.iter().map(lease).collect();
        }
        let mut committing = self.committing.lock().await;
        // What was appended under earlier leases is judged before there are others.
        self.seal_holding(&mut committing).await?;
        let mut log = self.table_or_new(tenant, Table::Logs).await?;
        let leases = self.take_leases(&mut log, tenant, streams).await?;
        self.adopt(tenant, Table::Logs, log)?;
        let mut lost = self.leases.lost.lock();
        lost.retain(|(owner, stream), _| owner != tenant || !streams.contains(stream));
        Ok(leases)
    }

    async fn take_leases(&self, log: &mut DeltaLog, tenant: &Tenant, streams: &[String]) -> Result<Vec<Lease>, Error> {
        for _ in 0..ATTEMPTS {
            log.refresh().await?;
            let last = log.last_epoch().await?;
            let (mut leases, mut told) = (Vec::new(), Vec::new());
            for stream in streams {
                let owner = self.leases.owner(log, tenant, stream, last).await?;
                let next = match owner {
                    Some(owner) => log.reached(stream, owner.node).await?,
                    None => 0,
                };
                let owner = owner.filter(|owner| owner.node == self.config.node).unwrap_or_else(|| {
                    let owner = Owner { epoch: last + 1, node: self.config.node };
                    told.extend(owner.begins(stream, next));
                    owner
                });
                leases.push(Lease { stream: stream.clone(), epoch: owner.epoch, next });
            }
            if told.is_empty() {
                return Ok(leases);
            }
            told.push(leased(last + 1));
            match log.commit(Change::lease(told, self.clock.now())).await {
                Ok(_) => return Ok(leases),
                Err(Error::Overtaken) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Overtaken)
    }

    /// Whether other nodes may write into the tables.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.config.tables, Location::Url { .. })
    }

    /// Finds out which batches are of streams that other nodes read now, and how far the others bring theirs. What it
    /// says holds as long as nobody is given another lease.
    pub(super) async fn judge(&self, log: &DeltaLog, tenant: &Tenant, batches: &[Arc<Durable>]) -> Result<Judged, Error> {
        let mut judged = Judged::default();
        if batches.iter().all(|durable| durable.turn.is_none()) {
            return Ok(judged);
        }
        let (node, epoch) = (self.config.node, log.last_epoch().await?);
        let (mut lost, mut reaches) = (BTreeMap::new(), BTreeMap::new());
        for durable in batches {
            let Some(turn) = &durable.turn else { continue };
            let mine = Some(Owner { epoch: turn.epoch, node });
            if durable.is_judged {
                // By a sealing that did not come to its end: of this stream nothing was appended since under another lease.
                if log.reached(&turn.stream, node).await? < turn.next {
                    judged.left_out.insert(durable.lsn);
                }
            } else if self.leases.owner(log, tenant, &turn.stream, epoch).await? == mine {
                reaches.insert(&turn.stream, turn.next);
            } else {
                judged.left_out.insert(durable.lsn);
                lost.insert(&turn.stream, turn);
            }
        }
        self.lose(tenant, lost.into_values());
        judged.as_of = Some(epoch);
        judged.reached = reaches.into_iter().map(|(stream, next)| reached(stream, node, next)).collect();
        Ok(judged)
    }

    fn lose<'a>(&self, tenant: &Tenant, turns: impl Iterator<Item = &'a Turn>) {
        for turn in turns {
            let Turn { stream, epoch, .. } = turn;
            tracing::warn!(stream, epoch, "another node reads this stream now; it stores what was not committed here");
            self.keys.take_back(tenant, turn);
            self.leases.lost.lock().insert((tenant.clone(), stream.clone()), *epoch);
        }
    }
}
