//! The keys of subjects: asked for, drawn, held in memory, and stored a batch at a time.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use record::Tenant;

use super::{Key, Keyring, SubjectId, WrappedKey, random};

/// Subjects whose keys are held in memory. When there are more, all are forgotten and looked up again.
const CACHED_MAX: usize = 1 << 16;

/// What a key store knows about a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKey {
    /// Its key.
    Wrapped(WrappedKey),
    /// It was erased: there is no key, and none may be made again.
    Erased,
}

/// A key that a subject is to have.
#[derive(Debug, Clone)]
pub struct FreshKey {
    /// Of which tenant.
    pub tenant: Tenant,
    /// Whose.
    pub subject: SubjectId,
    /// The key.
    pub wrapped: WrappedKey,
}

/// The key store did not answer. What was to be encrypted is masked instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key store failed: {0}")]
pub struct KeyStoreFailed(pub String);

/// Where the keys of subjects are kept. It has to be durable when it returns.
pub trait SubjectKeys: Send + Sync {
    /// What is known about a subject. The first time, `fresh` becomes its key.
    fn get_or_put(&self, tenant: &Tenant, subject: SubjectId, fresh: &WrappedKey) -> Result<SubjectKey, KeyStoreFailed>;

    /// The same for many subjects, in their order: all or none are stored. A store that can make many durable at once
    /// does it here.
    fn get_or_put_all(&self, fresh: &[FreshKey]) -> Result<Vec<SubjectKey>, KeyStoreFailed> {
        fresh.iter().map(|fresh| self.get_or_put(&fresh.tenant, fresh.subject, &fresh.wrapped)).collect()
    }

    /// What is known about a subject, if anything.
    fn get(&self, tenant: &Tenant, subject: SubjectId) -> Result<Option<SubjectKey>, KeyStoreFailed>;
}

/// Whether the keys of subjects can be had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyHealth {
    /// How often some could not be had, or not be stored.
    pub failures: u64,
    /// Why, if it was so the last time; it holds nothing of subjects.
    pub failing: Option<KeyStoreFailed>,
}

type Name = (Tenant, SubjectId);

/// The key store, and what is known of it.
pub(super) struct Subjects {
    store: Option<Arc<dyn SubjectKeys>>,
    known: Mutex<Known>,
    /// Held while keys are stored, so that whoever finds nothing to store knows that it is durable.
    storing: Mutex<()>,
    /// Whether subjects get keys that have none.
    draws: bool,
}

#[derive(Default)]
struct Known {
    /// Nothing for those who were erased.
    durable: HashMap<Name, Option<Key>>,
    /// Drawn, in use in batches under way, and not yet stored.
    fresh: HashMap<Name, (Key, WrappedKey)>,
    /// How often keys that were in use could not be stored.
    lost: u64,
    health: KeyHealth,
    /// What fails is the storing; that keys can be read does not mend it.
    fails_to_store: bool,
}

impl Subjects {
    pub(super) fn new(store: Option<Arc<dyn SubjectKeys>>) -> Subjects {
        Subjects { store, known: Mutex::default(), storing: Mutex::default(), draws: true }
    }

    pub(super) fn store(&self) -> Option<&Arc<dyn SubjectKeys>> {
        self.store.as_ref()
    }

    /// Stores all keys that are not yet durable, in one go. Fails if any was lost since `lost_before`, because it may be
    /// one that the caller used.
    fn store_fresh(&self, lost_before: u64) -> Result<(), KeyStoreFailed> {
        let Some(store) = &self.store else { return Ok(()) };
        let _one_at_a_time = self.storing.lock();
        let fresh = self.known.lock().fresh(lost_before)?;
        if fresh.is_empty() {
            return Ok(());
        }
        let stored = store.get_or_put_all(&fresh);
        self.known.lock().settle(&fresh, stored)
    }
}

impl Known {
    fn find(&self, name: &Name) -> Option<Option<Key>> {
        self.durable.get(name).copied().or_else(|| self.fresh.get(name).map(|&(key, _)| Some(key)))
    }

    fn fresh(&self, lost_before: u64) -> Result<Vec<FreshKey>, KeyStoreFailed> {
        if self.lost != lost_before {
            return Err(KeyStoreFailed("keys in use could not be stored".to_owned()));
        }
        let fresh = self.fresh.iter().map(|((tenant, subject), (_, wrapped))| FreshKey {
            tenant: tenant.clone(),
            subject: *subject,
            wrapped: *wrapped,
        });
        Ok(fresh.collect())
    }

    /// Takes note of what became of fresh keys. Those of subjects that were forgotten meanwhile are not kept.
    fn settle(&mut self, fresh: &[FreshKey], stored: Result<Vec<SubjectKey>, KeyStoreFailed>) -> Result<(), KeyStoreFailed> {
        let is_ours = |(fresh, stored): (&FreshKey, &SubjectKey)| match stored {
            SubjectKey::Erased => true,
            SubjectKey::Wrapped(wrapped) => *wrapped == fresh.wrapped,
        };
        let stored = stored.and_then(|stored| match fresh.iter().zip(&stored).all(is_ours) && fresh.len() == stored.len() {
            true => Ok(stored),
            false => Err(KeyStoreFailed("a subject has another key than the one in use".to_owned())),
        });
        for (at, FreshKey { tenant, subject, .. }) in fresh.iter().enumerate() {
            let name = (tenant.clone(), *subject);
            if let (Some((key, _)), Ok(stored)) = (self.fresh.remove(&name), &stored) {
                self.keep(name, (stored[at] != SubjectKey::Erased).then_some(key));
            }
        }
        match stored {
            Ok(_) => {
                (self.health.failing, self.fails_to_store) = (None, false);
                Ok(())
            }
            Err(failed) => {
                self.lost += 1;
                self.fails_to_store = true;
                self.failed(&failed);
                Err(failed)
            }
        }
    }

    fn keep(&mut self, name: Name, key: Option<Key>) {
        if self.durable.len() >= CACHED_MAX {
            self.durable.clear();
        }
        self.durable.insert(name, key);
    }

    fn failed(&mut self, failed: &KeyStoreFailed) {
        self.health.failures += 1;
        self.health.failing = Some(failed.clone());
    }
}

impl Keyring {
    /// Does something in which keys are used, and returns when those that it drew are durable. They are stored together:
    /// one by one, each new subject would cost an fsync. If they cannot be stored, it is all done again without new keys.
    pub(crate) fn durably<I: Clone, T>(&self, input: I, work: impl Fn(&Keyring, I) -> T) -> T {
        let lost_before = self.subjects.known.lock().lost;
        let done = work(self, input.clone());
        match self.subjects.store_fresh(lost_before) {
            Ok(()) => done,
            Err(_) => work(&self.without_new(), input),
        }
    }

    fn without_new(&self) -> Keyring {
        Keyring { root: self.root.clone(), subjects: Subjects { draws: false, ..Subjects::new(self.subjects.store.clone()) } }
    }

    /// Whether the keys of subjects can be had, for logs and metrics.
    pub fn health(&self) -> KeyHealth {
        self.subjects.known.lock().health.clone()
    }

    /// Forgets a subject's key, after the store destroyed it.
    pub fn forget(&self, tenant: &Tenant, subject: SubjectId) {
        let (name, mut known) = ((tenant.clone(), subject), self.subjects.known.lock());
        known.durable.remove(&name);
        known.fresh.remove(&name);
    }

    /// A subject's key; `None` if it was erased, or if there is no store. One that was drawn here is durable only after
    /// [`Keyring::durably`].
    pub(super) fn subject_key(&self, tenant: &Tenant, subject: SubjectId) -> Result<Option<Key>, KeyStoreFailed> {
        let Some(store) = &self.subjects.store else { return Ok(None) };
        let name = (tenant.clone(), subject);
        if let Some(key) = self.subjects.known.lock().find(&name) {
            return Ok(key);
        }
        let asked = store.get(tenant, subject).and_then(|found| self.opened(&name, found));
        let mut known = self.subjects.known.lock();
        match asked {
            Ok(Some(key)) => {
                if !known.fails_to_store {
                    known.health.failing = None;
                }
                known.keep(name, key);
                Ok(key)
            }
            Ok(None) => {
                let drawn = self.draw(&mut known, name);
                drawn.inspect_err(|failed| known.failed(failed))
            }
            Err(failed) => {
                known.failed(&failed);
                Err(failed)
            }
        }
    }

    fn opened(&self, (tenant, subject): &Name, found: Option<SubjectKey>) -> Result<Option<Option<Key>>, KeyStoreFailed> {
        match found {
            None => Ok(None),
            Some(SubjectKey::Erased) => Ok(Some(None)),
            Some(SubjectKey::Wrapped(wrapped)) => match self.unwrap(tenant, *subject, &wrapped) {
                Some(key) => Ok(Some(Some(key))),
                None => Err(KeyStoreFailed("a subject's key cannot be unwrapped: the root key is another".to_owned())),
            },
        }
    }

    fn draw(&self, known: &mut Known, name: Name) -> Result<Option<Key>, KeyStoreFailed> {
        // Somebody else may have drawn it in the meantime.
        if let Some(key) = known.find(&name) {
            return Ok(key);
        }
        if !self.subjects.draws {
            return Err(KeyStoreFailed("new keys cannot be stored".to_owned()));
        }
        let key: Key = random().map_err(|error| KeyStoreFailed(error.to_string()))?;
        let wrapped = self.wrap(&name.0, name.1, &key)?;
        known.fresh.insert(name, (key, wrapped));
        Ok(Some(key))
    }
}
