mod account;
mod clean;
mod screening;

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use record::Batch;

use crate::detect::Detector;
use crate::gateway::screening::Screening;
use crate::keys::Keyring;
use crate::{Action, Cleared, Kind, Policy};

pub use account::{ACCOUNT_FIELD, AccountEntry, Counted, POLICY_FIELD, read_account};

/// The source of records that this program makes of its own doing, such as calls of language models. What a day may cost is
/// counted by them, so nobody else's records have it.
pub const OWN_SOURCE: &str = "dendro-models";

/// What the source of other records that claim it becomes.
const CLAIMED_SOURCE: &str = "claimed:dendro-models";

/// A batch that passed the gateway. Private fields: only a [`Gateway`] makes one, and the lake takes nothing else,
/// so an unscreened record cannot be stored.
#[derive(Debug)]
pub struct Admitted {
    batch: Batch,
    masked: Masked,
}

/// What was found and done, by count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masked {
    /// Values replaced or dropped, of fields and in texts.
    pub values: u64,
    /// Texts that could not be masked and were replaced whole.
    pub errors: u64,
    /// Records that the policy wants dropped.
    pub dropped: u64,
    /// By source, class and action, also of what the policy keeps.
    pub counted: Vec<Counted>,
}

/// Admits batches by a policy, which may be replaced at any time; a batch is screened by one of them, as a whole.
pub struct Gateway {
    keys: Option<Arc<Keyring>>,
    current: ArcSwap<Compiled>,
}

/// A policy, ready for use.
pub(crate) struct Compiled {
    pub(crate) policy: Policy,
    pub(crate) detector: Detector,
}

impl Compiled {
    fn new(policy: Policy) -> Compiled {
        Compiled { detector: Detector::new(&policy), policy }
    }
}

impl Gateway {
    /// A gateway without keys: what is to be hashed, pseudonymised or encrypted is masked.
    pub fn new(policy: Policy) -> Gateway {
        Gateway { keys: None, current: ArcSwap::from_pointee(Compiled::new(policy)) }
    }

    /// A gateway with keys.
    pub fn with_keys(policy: Policy, keys: Arc<Keyring>) -> Gateway {
        Gateway { keys: Some(keys), ..Gateway::new(policy) }
    }

    /// Puts another policy in force, for all batches that are admitted from now on.
    pub fn enforce(&self, policy: Policy) {
        self.current.store(Arc::new(Compiled::new(policy)));
    }

    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.current.load().policy.clone()
    }

    /// The policy in force, with its detector.
    pub(crate) fn in_force(&self) -> Guard<Arc<Compiled>> {
        self.current.load()
    }

    /// The keys, if there are any.
    pub fn keys(&self) -> Option<&Arc<Keyring>> {
        self.keys.as_ref()
    }

    /// Screens a batch: what the policy masks in fields, messages and input kept for quarantine is replaced.
    /// What was masked exists nowhere in the batch any more. Each record in which something was found says so in its
    /// attributes [`ACCOUNT_FIELD`] and [`POLICY_FIELD`].
    pub fn admit(&self, mut batch: Batch) -> Admitted {
        disown(&mut batch);
        self.admit_own(batch)
    }

    /// Admits what this program says of its own doing. What came from anybody else goes through [`Gateway::admit`], where it
    /// cannot pass for it.
    pub fn admit_own(&self, mut batch: Batch) -> Admitted {
        let compiled = self.in_force();
        let in_names = self.mask_names(&mut batch);
        let (batch, mut masked) = match self.keys.as_deref() {
            Some(keys) if compiled.policy.looks_for_subjects() => {
                keys.durably(batch, |keys, batch| Screening::new(&compiled, Some(keys), batch).run())
            }
            keys => Screening::new(&compiled, keys, batch).run(),
        };
        masked.add(&in_names);
        Admitted { batch, masked }
    }

    /// Names of fields are kept for all sources together, so they are screened like text that leaves. Senders that use
    /// addresses of people as keys would otherwise make columns of them.
    fn mask_names(&self, batch: &mut Batch) -> Masked {
        let mut masked = Masked::default();
        let looked_at = batch.names().map(|name| (name, self.clear(name)));
        let private: Vec<(String, Cleared)> = looked_at
            .filter(|(name, cleared)| *name != cleared.as_str())
            .map(|(name, cleared)| (name.to_owned(), cleared))
            .collect();
        for (name, cleared) in private {
            masked.add(cleared.masked());
            batch.rename(&name, cleared.as_str());
        }
        masked
    }
}

/// Records of others that say they are this program's own get another source.
fn disown(batch: &mut Batch) {
    let is_forged = |record: &record::Record| batch.text_if(record.source) == Some(OWN_SOURCE);
    let forged: Vec<usize> = (0..batch.records().len()).filter(|&index| is_forged(&batch.records()[index])).collect();
    if forged.is_empty() {
        return;
    }
    let source = batch.add_text(CLAIMED_SOURCE);
    for index in forged {
        batch.record_mut(index).source = source;
    }
}

impl Masked {
    /// How many values of each kind were replaced or dropped; only kinds that were met.
    pub fn by_kind(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        let sum = |kind: Kind| {
            let acted = |counted: &&Counted| counted.kind == kind && counted.action != Action::Keep;
            self.counted.iter().filter(acted).map(|counted| counted.count).sum()
        };
        Kind::ALL.into_iter().map(move |kind| (kind, sum(kind))).filter(|&(_, count)| count > 0)
    }

    /// Adds what was found elsewhere.
    pub fn add(&mut self, other: &Masked) {
        self.values += other.values;
        self.errors += other.errors;
        self.dropped += other.dropped;
        for counted in &other.counted {
            self.count(counted.clone());
        }
    }

    fn count(&mut self, more: Counted) {
        match self.counted.iter_mut().find(|counted| counted.is_like(&more)) {
            Some(counted) => counted.count += more.count,
            None => self.counted.push(more),
        }
    }
}

impl Admitted {
    /// What may be stored.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// What was masked.
    pub fn masked(&self) -> &Masked {
        &self.masked
    }

    /// Gives up the seal, for the lake, which holds the batch from here on.
    pub fn into_batch(self) -> Batch {
        self.batch
    }
}

#[cfg(test)]
mod tests;
