//! Keys: one root, which never leaves the process, and all others derived from it or wrapped under it.
//!
//! Derived (HMAC-SHA-256 as the pseudo-random function of NIST SP 800-108): the keys of hashes and pseudonyms, the ids
//! of subjects, the key that wraps. Drawn by chance and stored wrapped: one key a subject. Once that is destroyed,
//! whatever was encrypted under it is gone, wherever a copy may lie.

mod subjects;

use std::fmt;
use std::sync::Arc;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use record::Tenant;
use sha2::Sha256;

use subjects::Subjects;
pub use subjects::{FreshKey, KeyHealth, KeyStoreFailed, SubjectKey, SubjectKeys};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

type Key = [u8; KEY_BYTES];

/// The key from which all others come. Whoever has it and the state database can read what was encrypted, and try
/// values against hashes and pseudonyms.
#[derive(Clone)]
pub struct RootKey([u8; KEY_BYTES]);

/// The text is no root key. It says nothing about the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a root key is 64 hexadecimal digits")]
pub struct BadRootKey;

/// Names a subject without saying who it is: the first half of an HMAC of tenant and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectId(pub [u8; 16]);

/// A subject's key, encrypted under the root: ciphertext and tag.
pub type WrappedKey = [u8; KEY_BYTES + 16];

/// Why an encrypted value stays closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Its subject was erased.
    #[error("the subject was erased; nobody can read this value any more")]
    Erased,
    /// No key is known for it: another data folder, another tenant.
    #[error("there is no key for this subject here")]
    Unknown,
    /// It is no value of ours, or was changed, or the root key is another.
    #[error("not an encrypted value, or changed, or the root key is another")]
    Broken,
    /// The key store did not answer.
    #[error(transparent)]
    Store(#[from] KeyStoreFailed),
}

/// All keys.
pub struct Keyring {
    root: RootKey,
    subjects: Subjects,
}

impl RootKey {
    /// These bytes, which have to be drawn by chance.
    pub fn new(bytes: [u8; KEY_BYTES]) -> RootKey {
        RootKey(bytes)
    }

    /// Draws one.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn draw() -> Result<RootKey, getrandom::Error> {
        random().map(RootKey)
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<RootKey, BadRootKey> {
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * KEY_BYTES {
            return Err(BadRootKey);
        }
        let mut key = [0; KEY_BYTES];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(BadRootKey);
            *byte = (digit(0)? << 4 | digit(1)?) as u8;
        }
        Ok(RootKey(key))
    }

    /// As hexadecimal digits, for the file in which it is kept.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// A key for one use. The parts are told apart by their lengths.
    fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; KEY_BYTES] {
        mac(&self.0, label, parts)
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(..)")
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(..)")
    }
}

impl Keyring {
    /// With a store for the keys of subjects. Without one nothing can be encrypted, and what a policy wants encrypted is
    /// masked.
    pub fn new(root: RootKey, store: Option<Arc<dyn SubjectKeys>>) -> Keyring {
        Keyring { root, subjects: Subjects::new(store) }
    }

    /// Tells root keys apart, and nothing else about them.
    pub fn fingerprint(&self) -> String {
        hex(&self.root.derive("fingerprint", &[])[..8])
    }

    /// The same value has the same hash everywhere.
    pub(crate) fn hash(&self, class: &str, value: &str) -> [u8; 32] {
        mac(&self.root.derive("hash", &[]), class, &[value.as_bytes()])
    }

    /// The same value has the same pseudonym within a tenant, purpose and epoch, and another in each other.
    pub(crate) fn pseudonym(&self, tenant: &Tenant, purpose: &str, epoch: &str, class: &str, value: &str) -> [u8; 32] {
        let key = self.root.derive("pseudonym", &[tenant.as_str().as_bytes(), purpose.as_bytes(), epoch.as_bytes()]);
        mac(&key, class, &[value.as_bytes()])
    }

    /// The subject whom an identifier names. Case and spaces around it do not count.
    pub fn subject(&self, tenant: &Tenant, identifier: &str) -> SubjectId {
        let identifier = identifier.trim().to_lowercase();
        let id = self.root.derive("subject", &[tenant.as_str().as_bytes(), identifier.as_bytes()]);
        let mut half = [0; 16];
        half.copy_from_slice(&id[..16]);
        SubjectId(half)
    }

    /// Encrypts a value under its subject's key, with AES-256-GCM-SIV (RFC 8452). The nonce is fixed, which with this
    /// cipher shows only that two values of one subject are equal; so a batch that is sent twice is the same twice.
    /// `None`: the subject was erased, or there is no store.
    pub(crate) fn seal(
        &self,
        tenant: &Tenant,
        subject: SubjectId,
        class: &str,
        value: &str,
    ) -> Result<Option<Vec<u8>>, KeyStoreFailed> {
        let Some(key) = self.subject_key(tenant, subject)? else { return Ok(None) };
        let payload = Payload { msg: value.as_bytes(), aad: class.as_bytes() };
        let sealed = cipher(&key).encrypt(&Nonce::default(), payload);
        sealed.map(Some).map_err(|_| KeyStoreFailed("the value is too long to be encrypted".to_owned()))
    }

    /// Decrypts what [`Keyring::seal`] made.
    pub(crate) fn open(&self, tenant: &Tenant, subject: SubjectId, class: &str, sealed: &[u8]) -> Result<String, Closed> {
        let Some(store) = self.subjects.store() else { return Err(Closed::Unknown) };
        let key = match store.get(tenant, subject)? {
            None => return Err(Closed::Unknown),
            Some(SubjectKey::Erased) => return Err(Closed::Erased),
            Some(SubjectKey::Wrapped(wrapped)) => self.unwrap(tenant, subject, &wrapped).ok_or(Closed::Broken)?,
        };
        let payload = Payload { msg: sealed, aad: class.as_bytes() };
        let plain = cipher(&key).decrypt(&Nonce::default(), payload).map_err(|_| Closed::Broken)?;
        String::from_utf8(plain).map_err(|_| Closed::Broken)
    }

    /// Each wrapping key wraps one key, so the nonce may be fixed.
    fn wrapper(&self, tenant: &Tenant, subject: SubjectId) -> Aes256GcmSiv {
        cipher(&self.root.derive("wrap", &[tenant.as_str().as_bytes(), &subject.0]))
    }

    fn wrap(&self, tenant: &Tenant, subject: SubjectId, key: &[u8; KEY_BYTES]) -> Result<WrappedKey, KeyStoreFailed> {
        let sealed = self.wrapper(tenant, subject).encrypt(&Nonce::default(), &key[..]);
        let wrapped = sealed.ok().and_then(|sealed| sealed.try_into().ok());
        wrapped.ok_or_else(|| KeyStoreFailed("a key could not be wrapped".to_owned()))
    }

    fn unwrap(&self, tenant: &Tenant, subject: SubjectId, wrapped: &WrappedKey) -> Option<[u8; KEY_BYTES]> {
        self.wrapper(tenant, subject).decrypt(&Nonce::default(), &wrapped[..]).ok()?.try_into().ok()
    }
}

fn cipher(key: &[u8; KEY_BYTES]) -> Aes256GcmSiv {
    Aes256GcmSiv::new(key.into())
}

/// HMAC-SHA-256 (RFC 2104) of a label and parts, each behind its length.
fn mac(key: &[u8; KEY_BYTES], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
    for part in std::iter::once(&label.as_bytes()).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn random() -> Result<[u8; KEY_BYTES], getrandom::Error> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
pub(crate) mod tests;
