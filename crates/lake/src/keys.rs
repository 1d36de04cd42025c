//! Idempotency keys: a batch that is sent again under its key is recognised, whether the first one is still on its way,
//! in memory, or long committed (D4).

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use record::{Tenant, Timestamp};
use tokio::sync::Notify;

use crate::lease::Turn;
use crate::state::{Acknowledged, State};
use crate::{BatchKey, Error, Lease};

enum Entry {
    /// The first batch is not durable yet; who waits is told when it is, or when it failed.
    OnItsWay(Arc<Notify>),
    /// Durable, and not in the state database yet.
    Durable(Acknowledged),
}

/// Keys whose batches are covered by the write-ahead log; those behind them are in the state database.
pub(crate) struct Keys {
    recent: Mutex<HashMap<(Tenant, String), Entry>>,
    state: Arc<State>,
}

/// What is known about a key.
pub(crate) enum Claim {
    /// Nobody used it: the caller has it now, and must end it with `durable` or `release`.
    New,
    /// The same batch was acknowledged before.
    Duplicate(Acknowledged),
}

impl Keys {
    pub(crate) fn new(state: Arc<State>) -> Keys {
        Keys { recent: Mutex::default(), state }
    }

    /// Takes a key, or says what it was used for. Waits while another request with the same key is on its way.
    pub(crate) async fn claim(&self, tenant: &Tenant, key: &BatchKey) -> Result<Claim, Error> {
        if key.is_position() {
            return self.claim_position(tenant, key);
        }
        let place = (tenant.clone(), key.key.clone());
        loop {
            let other = {
                let mut recent = self.recent.lock();
                match recent.get(&place) {
                    Some(Entry::Durable(first)) => return same(first.clone(), key),
                    Some(Entry::OnItsWay(notify)) => Arc::clone(notify),
                    None => {
                        // Taken before the database is asked, so that of two requests only one gets through.
                        recent.insert(place.clone(), Entry::OnItsWay(Arc::default()));
                        break;
                    }
                }
            };
            let mut ended = std::pin::pin!(other.notified());
            ended.as_mut().enable();
            // It may have ended between the look and the wait.
            let still = matches!(self.recent.lock().get(&place), Some(Entry::OnItsWay(notify)) if Arc::ptr_eq(notify, &other));
            if still {
                ended.await;
            }
        }
        match self.state.acknowledged(tenant, &key.key) {
            Ok(None) => Ok(Claim::New),
            found => {
                self.release(tenant, &key.key);
                found?.map_or(Ok(Claim::New), |first| same(first, key))
            }
        }
    }

    /// A position is not taken: what it was before has to stay known if the batch fails.
    fn claim_position(&self, tenant: &Tenant, key: &BatchKey) -> Result<Claim, Error> {
        let stored = self.stored(tenant, &key.key)?;
        Ok(stored.filter(|stored| stored.key.body >= key.body).map_or(Claim::New, Claim::Duplicate))
    }

    /// How far a stream is stored.
    pub(crate) fn position(&self, tenant: &Tenant, key: &str) -> Result<Option<u64>, Error> {
        Ok(self.stored(tenant, key)?.map(|stored| stored.key.next()))
    }

    /// How far what was appended to a stream under a lease is committed, if anything of it is.
    pub(crate) fn committed_position(&self, tenant: &Tenant, lease: &Lease) -> Result<Option<u64>, Error> {
        let committed = self.state.acknowledged(tenant, &lease.key(0).key)?;
        Ok(committed.filter(|committed| committed.key.epoch() == lease.epoch).map(|committed| committed.key.next()))
    }

    /// What was appended to a stream under this or an earlier lease will not be committed: it counts as never stored.
    pub(crate) fn take_back(&self, tenant: &Tenant, turn: &Turn) {
        let place = (tenant.clone(), BatchKey::position(&turn.stream, 0).key);
        let mut recent = self.recent.lock();
        if matches!(recent.get(&place), Some(Entry::Durable(stored)) if stored.key.epoch() <= turn.epoch) {
            recent.remove(&place);
        }
    }

    fn stored(&self, tenant: &Tenant, key: &str) -> Result<Option<Acknowledged>, Error> {
        match self.recent.lock().get(&(tenant.clone(), key.to_owned())) {
            Some(Entry::Durable(stored)) => Ok(Some(stored.clone())),
            _ => self.state.acknowledged(tenant, key),
        }
    }

    /// The batch is durable.
    pub(crate) fn durable(&self, batch: Acknowledged) {
        let place = (batch.tenant.clone(), batch.key.key.clone());
        let before = self.recent.lock().insert(place, Entry::Durable(batch));
        if let Some(Entry::OnItsWay(notify)) = before {
            notify.notify_waiters();
        }
    }

    /// The batch failed: the key is free again.
    pub(crate) fn release(&self, tenant: &Tenant, key: &str) {
        let place = (tenant.clone(), key.to_owned());
        let mut recent = self.recent.lock();
        if matches!(recent.get(&place), Some(Entry::OnItsWay(_)))
            && let Some(Entry::OnItsWay(notify)) = recent.remove(&place)
        {
            notify.notify_waiters();
        }
    }

    /// Moves the keys of all batches up to a position (LSN, next running number) to the state database, after which the
    /// write-ahead log may forget them.
    pub(crate) fn persist(&self, position: (u64, u64), forget_before: Timestamp) -> Result<(), Error> {
        let is_covered = |entry: &Entry| matches!(entry, Entry::Durable(batch) if batch.lsn <= position.0);
        let covered: Vec<Acknowledged> = {
            let recent = self.recent.lock();
            let durable = recent.values().filter(|entry| is_covered(entry));
            durable.filter_map(|entry| if let Entry::Durable(batch) = entry { Some(batch.clone()) } else { None }).collect()
        };
        self.state.remember(&covered, position, forget_before)?;
        self.recent.lock().retain(|_, entry| !is_covered(entry));
        Ok(())
    }
}

fn same(first: Acknowledged, key: &BatchKey) -> Result<Claim, Error> {
    if first.key.body == key.body { Ok(Claim::Duplicate(first)) } else { Err(Error::KeyReused) }
}

#[cfg(test)]
mod tests;
