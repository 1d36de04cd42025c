//! What stands where something was found. Masks hold no quotes, backslashes or characters outside ASCII, so that they
//! fit into any string of JSON at any depth, and no finding, so that masking twice changes nothing.

use sha2::{Digest, Sha256};

use crate::detect::{Finding, Quotes};
use crate::{Action, Kind, Policy, Preset};

/// What stands where a secret stood.
pub const MASK: &str = "[MASKED]";

/// What stands where a text stood that could not be masked: rather lose it than keep it.
pub const MASKING_ERROR: &str = "[MASKING_ERROR]";

/// The text with each finding replaced as the policy says; `None` when all of it stays. `findings` are in order.
pub(crate) fn rewrite(policy: &Policy, text: &str, findings: &[Finding]) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    for finding in findings.iter().filter(|finding| policy.action(finding.kind) != Action::Keep) {
        out.push_str(&text[copied..finding.start]);
        push_quotes(&mut out, finding.quotes);
        push_mask(&mut out, policy, finding.kind, &text[finding.start..finding.end]);
        push_quotes(&mut out, finding.quotes);
        copied = finding.end;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

fn push_quotes(out: &mut String, quotes: Option<Quotes>) {
    if let Some(quotes) = quotes {
        // Each string around doubles the backslashes and adds one. Nothing in use lies deeper than a few.
        let backslashes = (1usize << quotes.depth.min(16)) - 1;
        out.extend(std::iter::repeat_n('\\', backslashes));
        out.push(char::from(quotes.byte));
    }
}

fn push_mask(out: &mut String, policy: &Policy, kind: Kind, value: &str) {
    if policy.action(kind) == Action::Hash {
        return push_hash(out, &policy.hash_key, kind, value);
    }
    match kind {
        Kind::Email => push_email(out, policy.preset, value),
        Kind::CreditCard => push_card(out, policy.preset, value),
        Kind::UsSsn => push_last_four(out, "xxx-xx-", kind, value),
        Kind::Phone => push_last_four(out, "xxx-xxx-", kind, value),
        Kind::Password if policy.preset == Preset::Seeds => out.push_str("********"),
        _ if kind.is_secret() => out.push_str(MASK),
        _ => push_name(out, kind),
    }
}

/// `[PERSON]`.
fn push_name(out: &mut String, kind: Kind) {
    out.push('[');
    out.push_str(kind.name());
    out.push(']');
}

/// `j***@example.com`. The sign may be written as `%40` or `\u0040`.
fn push_email(out: &mut String, preset: Preset, value: &str) {
    let signs = ["@", "%40", "\\u0040"];
    let Some(at) = signs.iter().filter_map(|sign| value.find(sign)).min() else { return push_name(out, Kind::Email) };
    let keep = match preset {
        Preset::Least => 1,
        Preset::Seeds => at.saturating_sub(1).clamp(1, 4),
    };
    out.extend(value[..at].chars().take(keep).take_while(char::is_ascii_alphanumeric));
    out.push_str("***");
    out.push_str(&value[at..]);
}

fn push_card(out: &mut String, preset: Preset, value: &str) {
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 12 {
        return push_name(out, Kind::CreditCard);
    }
    match preset {
        Preset::Least => out.push_str("xxxx-xxxx-xxxx-"),
        Preset::Seeds => {
            out.extend(&digits[..4]);
            out.push_str("-****-****-");
        }
    }
    out.extend(&digits[digits.len() - 4..]);
}

/// The last four digits, when there are enough before them.
fn push_last_four(out: &mut String, before: &str, kind: Kind, value: &str) {
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 7 {
        return push_name(out, kind);
    }
    out.push_str(before);
    out.extend(&digits[digits.len() - 4..]);
}

/// `[EMAIL:0123456789abcdef]`: the first half of the first half of HMAC-SHA-256 (RFC 2104) of kind and value.
fn push_hash(out: &mut String, key: &[u8; 32], kind: Kind, value: &str) {
    const BLOCK: usize = 64;
    let padded = |pad: u8| std::array::from_fn::<u8, BLOCK, _>(|at| key.get(at).copied().unwrap_or(0) ^ pad);
    let inner =
        Sha256::new().chain_update(padded(0x36)).chain_update(kind.name()).chain_update([0]).chain_update(value).finalize();
    let hash = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    out.push('[');
    out.push_str(kind.name());
    out.push(':');
    for byte in &hash[..8] {
        out.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        out.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    out.push(']');
}

#[cfg(test)]
mod tests;
