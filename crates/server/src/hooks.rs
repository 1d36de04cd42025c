//! Webhooks of other programs: who may send, and how that is proved.
//!
//! In: the head of a request, then its body. Out: that the sender has the secret of the hook it names, or a [`Refusal`].
//! The bytes of the body are judged before anything else looks at them, in a time that tells nothing about the secret.

mod claim;
mod config;
mod key;

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use record::Timestamp;

pub use config::{Hook, HookError, HookSecret, NoProfile, Profile};

pub(crate) use claim::{Claim, Refusal};
use key::Key;

/// Signatures looked at in one request. Senders add one for each secret while they change it, which is two.
const SIGNATURES_MAX: usize = 8;

/// A hook that requests may name.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) name: &'static str,
    pub(crate) profile: Profile,
    keys: Vec<Key>,
}

/// All hooks by name.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    endpoints: BTreeMap<&'static str, Endpoint>,
}

impl Hooks {
    /// Reads the secrets.
    pub(crate) fn read(hooks: &[Hook]) -> Result<Hooks, HookError> {
        let mut endpoints = BTreeMap::new();
        for hook in hooks {
            let keys = hook.keys()?;
            // Leaked once per server: it is a label of metrics.
            let name: &'static str = hook.name.clone().leak();
            endpoints.insert(name, Endpoint { name, profile: hook.profile, keys });
        }
        Ok(Hooks { endpoints })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.get(name)
    }
}

impl Endpoint {
    /// What the head of a request claims. What can be refused by it is refused before a byte of the body is read.
    pub(crate) fn claim(&self, headers: &HeaderMap, now: Timestamp) -> Result<Claim, Refusal> {
        let claim = Claim::read(self.profile, headers, now)?;
        // A token says nothing about the body.
        if claim.is_token() {
            self.verify(&claim, &[])?;
        }
        Ok(claim)
    }

    /// Whether the body is what somebody with one of the secrets signed.
    pub(crate) fn verify(&self, claim: &Claim, body: &[u8]) -> Result<(), Refusal> {
        // All keys are tried, whichever fits: how long it takes says nothing about which.
        let fits = self.keys.iter().fold(false, |fits, key| fits | key.fits(claim, body));
        if fits { Ok(()) } else { Err(Refusal::Signature) }
    }
}

#[cfg(test)]
mod tests;
