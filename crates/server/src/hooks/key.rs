use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ring::{digest, hmac, signature};
use subtle::ConstantTimeEq;

use super::claim::{Claim, Proof};
use super::config::Profile;

/// Secrets are copied with and without the `=` at their end; reference libraries take both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes of a key of Standard Webhooks: its specification says 192 to 512 bits.
const STANDARD_KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Bytes of a secret that people choose or senders give out as text: 16 hexadecimal digits are 64 bits of chance.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// Bytes of a public key of Ed25519.
const PUBLIC_KEY_BYTES: usize = 32;

/// What proofs are checked with. Prints as stars.
pub(super) enum Key {
    Hmac(hmac::Key),
    Ed25519(signature::UnparsedPublicKey<Vec<u8>>),
    /// Of a token only its digest is kept.
    Token(digest::Digest),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Key {
    /// Reads a secret as its sender writes it. The error does not quote it.
    pub(super) fn read(profile: Profile, secret: &str) -> Result<Key, &'static str> {
        if profile == Profile::Standard {
            return standard(secret);
        }
        if !SECRET_BYTES.contains(&secret.len()) || !secret.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err("it must be 16 to 512 ASCII characters that can be seen");
        }
        Ok(match profile {
            Profile::Alertmanager => Key::Token(digest::digest(&digest::SHA256, secret.as_bytes())),
            _ => Key::Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())),
        })
    }

    /// Whether one of the proofs was made with this key. Each is looked at, whichever fits.
    pub(super) fn fits(&self, claim: &Claim, body: &[u8]) -> bool {
        match self {
            Key::Hmac(key) => {
                let mut context = hmac::Context::with_key(key);
                context.update(&claim.signed_before);
                context.update(body);
                let tag = context.sign();
                let same = |proof: &Proof| matches!(proof, Proof::Hmac(given) if bool::from(tag.as_ref().ct_eq(given)));
                claim.proofs.iter().fold(false, |fits, proof| fits | same(proof))
            }
            Key::Ed25519(key) => {
                let signed = [&claim.signed_before, body].concat();
                let is_signature = |proof: &Proof| matches!(proof, Proof::Ed25519(given) if key.verify(&signed, given).is_ok());
                claim.proofs.iter().any(is_signature)
            }
            Key::Token(known) => {
                let same = |proof: &Proof| match proof {
                    Proof::Token(token) => bool::from(digest::digest(&digest::SHA256, token).as_ref().ct_eq(known.as_ref())),
                    _ => false,
                };
                claim.proofs.iter().fold(false, |fits, proof| fits | same(proof))
            }
        }
    }
}

/// `whsec_` and the base64 of a shared key, or `whpk_` and that of a public one.
fn standard(secret: &str) -> Result<Key, &'static str> {
    if let Some(public) = secret.strip_prefix("whpk_") {
        let key = BASE64.decode(public).ok().filter(|key| key.len() == PUBLIC_KEY_BYTES);
        let key = key.ok_or("behind whpk_ must stand the base64 of 32 bytes")?;
        return Ok(Key::Ed25519(signature::UnparsedPublicKey::new(&signature::ED25519, key)));
    }
    if secret.starts_with("whsk_") {
        return Err("whsk_ is a private key, which belongs to the sender: whpk_ is wanted here");
    }
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok();
    let key = key.filter(|key| STANDARD_KEY_BYTES.contains(&key.len()));
    let key = key.ok_or("it must be whsec_ and the base64 of 24 to 64 bytes, or whpk_ and that of a public key")?;
    Ok(Key::Hmac(hmac::Key::new(hmac::HMAC_SHA256, &key)))
}
