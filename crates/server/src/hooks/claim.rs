use std::time::Duration;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use record::Timestamp;

use super::SIGNATURES_MAX;
use super::config::Profile;

/// How far the sender's clock, and the way of a request, may be off. Standard Webhooks, Stripe and Slack all say so.
const TOLERANCE: Duration = Duration::from_secs(300);

/// Longest id of a delivery: theirs have some 40 characters.
const ID_MAX_BYTES: usize = 256;

/// Longest name of an event.
const EVENT_MAX_BYTES: usize = 128;

/// What the head of a request says about who sent it, and when.
#[derive(Debug, Default)]
pub(crate) struct Claim {
    /// What was signed before the body.
    pub(super) signed_before: Vec<u8>,
    pub(super) proofs: Vec<Proof>,
    /// The sender's name of the delivery, if it was signed too.
    pub(crate) signed_id: Option<String>,
    /// The sender's name of the delivery, whether or not anybody vouches for it.
    pub(crate) id: Option<String>,
    /// What happened, if the head says it.
    pub(crate) event: Option<String>,
}

/// What is shown for a proof.
#[derive(Debug)]
pub(super) enum Proof {
    Hmac(Vec<u8>),
    Ed25519(Vec<u8>),
    Token(Vec<u8>),
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It shows no proof, or none that can be read.
    Unsigned,
    /// It was signed too long ago, or in the future: it may have been overheard.
    Stale,
    /// No secret of the hook made the proof.
    Signature,
}

impl Refusal {
    /// The label of its figure.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Refusal::Unsigned => "unsigned",
            Refusal::Stale => "stale",
            Refusal::Signature => "signature",
        }
    }
}

impl Claim {
    pub(super) fn read(profile: Profile, headers: &HeaderMap, now: Timestamp) -> Result<Claim, Refusal> {
        let claim = match profile {
            Profile::Standard => standard(headers, now),
            Profile::GitHub => github(headers).ok_or(Refusal::Unsigned),
            Profile::Stripe => stripe(headers, now),
            Profile::Slack => slack(headers, now),
            Profile::Alertmanager => token(headers).ok_or(Refusal::Unsigned),
        }?;
        if claim.proofs.is_empty() { Err(Refusal::Unsigned) } else { Ok(claim) }
    }

    /// Whether the proof is about the sender only, and not about the body.
    pub(super) fn is_token(&self) -> bool {
        matches!(self.proofs.as_slice(), [Proof::Token(_), ..])
    }
}

/// `webhook-id`, `webhook-timestamp`, and `webhook-signature: v1,BASE64 v1a,BASE64`; signed is `ID.TIME.BODY`.
fn standard(headers: &HeaderMap, now: Timestamp) -> Result<Claim, Refusal> {
    // Svix sent under its own name before there was a standard, and still does.
    let named = |name: &str| one(headers, &format!("webhook-{name}")).or_else(|| one(headers, &format!("svix-{name}")));
    let parts = (named("id"), named("timestamp"), named("signature"));
    let (Some(id), Some(time), Some(signatures)) = parts else { return Err(Refusal::Unsigned) };
    check_time(time, now)?;
    if !is_word(id, ID_MAX_BYTES) {
        return Err(Refusal::Unsigned);
    }
    let proofs = signatures.split(' ').take(SIGNATURES_MAX).filter_map(|signature| {
        let (version, encoded) = signature.split_once(',')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        match version {
            "v1" => Some(Proof::Hmac(bytes)),
            "v1a" => Some(Proof::Ed25519(bytes)),
            _ => None,
        }
    });
    let proofs = proofs.collect();
    let (signed_before, id) = (format!("{id}.{time}.").into_bytes(), Some(id.to_owned()));
    Ok(Claim { signed_before, proofs, signed_id: id.clone(), id, event: None })
}

/// `X-Hub-Signature-256: sha256=HEX`; signed is the body alone, so neither time nor id is vouched for.
fn github(headers: &HeaderMap) -> Option<Claim> {
    let signature = hex(one(headers, "x-hub-signature-256")?.strip_prefix("sha256=")?)?;
    let id = one(headers, "x-github-delivery").filter(|id| is_word(id, ID_MAX_BYTES)).map(str::to_owned);
    let event = one(headers, "x-github-event").filter(|event| is_word(event, EVENT_MAX_BYTES)).map(str::to_owned);
    Some(Claim { proofs: vec![Proof::Hmac(signature)], id, event, ..Claim::default() })
}

/// `Stripe-Signature: t=TIME,v1=HEX`; signed is `TIME.BODY`.
fn stripe(headers: &HeaderMap, now: Timestamp) -> Result<Claim, Refusal> {
    let signature = one(headers, "stripe-signature").ok_or(Refusal::Unsigned)?;
    let parts = || signature.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find(|(name, _)| *name == "t").map(|(_, time)| time).ok_or(Refusal::Unsigned)?;
    check_time(time, now)?;
    let proofs = parts().filter(|(name, _)| *name == "v1").take(SIGNATURES_MAX);
    let proofs = proofs.filter_map(|(_, digits)| hex(digits).map(Proof::Hmac)).collect();
    Ok(Claim { signed_before: format!("{time}.").into_bytes(), proofs, ..Claim::default() })
}

/// `X-Slack-Signature: v0=HEX` and `X-Slack-Request-Timestamp`; signed is `v0:TIME:BODY`.
fn slack(headers: &HeaderMap, now: Timestamp) -> Result<Claim, Refusal> {
    let parts = (one(headers, "x-slack-request-timestamp"), one(headers, "x-slack-signature"));
    let (Some(time), Some(signature)) = parts else { return Err(Refusal::Unsigned) };
    check_time(time, now)?;
    let proof = signature.strip_prefix("v0=").and_then(hex).ok_or(Refusal::Unsigned)?;
    Ok(Claim { signed_before: format!("v0:{time}:").into_bytes(), proofs: vec![Proof::Hmac(proof)], ..Claim::default() })
}

/// `Authorization: Bearer TOKEN`, or the token as the password of `Basic`.
fn token(headers: &HeaderMap) -> Option<Claim> {
    let (scheme, value) = one(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    let token = if scheme.eq_ignore_ascii_case("bearer") {
        value.trim().as_bytes().to_vec()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let plain = STANDARD.decode(value.trim()).ok()?;
        let colon = plain.iter().position(|&b| b == b':')?;
        plain[colon + 1..].to_vec()
    } else {
        return None;
    };
    Some(Claim { proofs: vec![Proof::Token(token)], ..Claim::default() })
}

/// The only value of a header. Two say that somebody on the way added one.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn is_word(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Seconds since 1970, not too far from now.
fn check_time(text: &str, now: Timestamp) -> Result<(), Refusal> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let seconds: i64 = text.parse().ok().filter(|_| is_number).ok_or(Refusal::Unsigned)?;
    let off = (now.as_micros() / 1_000_000).saturating_sub(seconds).unsigned_abs();
    if off <= TOLERANCE.as_secs() { Ok(()) } else { Err(Refusal::Stale) }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    /// A digest of 256 bits.
    const DIGITS: usize = 64;
    if digits.len() != DIGITS || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..DIGITS).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
