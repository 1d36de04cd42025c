//! What stands where something was found. Masks hold no quotes, backslashes or characters outside ASCII, so that they
//! fit into any string of JSON at any depth, and no finding, so that masking twice changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use record::Tenant;

use crate::detect::{Finding, Quotes};
use crate::keys::{Closed, KeyStoreFailed, Keyring, SubjectId, hex};
use crate::policy::Ruleset;
use crate::{Action, Kind, Policy, Preset};

/// What stands where a secret stood.
pub const MASK: &str = "[MASKED]";

/// What stands where a text stood that could not be masked: rather lose it than keep it.
pub const MASKING_ERROR: &str = "[MASKING_ERROR]";

/// Hexadecimal digits of a hash, behind its mark.
pub(crate) const HASH_DIGITS: usize = 16;

/// Hexadecimal digits of a pseudonym, and of the subject of what is encrypted, behind their marks.
pub(crate) const TOKEN_DIGITS: usize = 32;

/// What becomes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rewritten {
    /// It stays.
    Same,
    /// This stands in its place.
    Text(String),
    /// Its field goes.
    DropField,
    /// Its record goes.
    DropRecord,
}

/// Replaces findings for one source, and for one record when something is to be encrypted.
#[derive(Clone, Copy)]
pub(crate) struct Masker<'a> {
    pub(crate) preset: Preset,
    pub(crate) rules: &'a Ruleset,
    /// Without keys, what needs one is masked.
    pub(crate) keys: Option<&'a Keyring>,
    pub(crate) tenant: &'a Tenant,
    /// The month, when pseudonyms change with it.
    pub(crate) epoch: &'a str,
    /// Whom the record is about; else each value is its own subject.
    pub(crate) subject: Option<SubjectId>,
}

impl Masker<'_> {
    /// What is done about a kind, given the keys there are.
    pub(crate) fn action(&self, kind: Kind) -> Action {
        match self.rules.action(kind) {
            Action::Hash | Action::Pseudonymise | Action::Encrypt if self.keys.is_none() => Action::Mask,
            action => action,
        }
    }

    /// The text with each finding replaced as the policy says. `findings` are in order.
    pub(crate) fn rewrite(&self, text: &str, findings: &[Finding]) -> Result<Rewritten, KeyStoreFailed> {
        if findings.is_empty() {
            return Ok(Rewritten::Same);
        }
        match findings.iter().map(|finding| self.action(finding.kind)).max() {
            None | Some(Action::Keep) => return Ok(Rewritten::Same),
            Some(Action::DropField) => return Ok(Rewritten::DropField),
            Some(Action::DropRecord) => return Ok(Rewritten::DropRecord),
            Some(_) => {}
        }
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for finding in findings.iter().filter(|finding| self.action(finding.kind) != Action::Keep) {
            out.push_str(&text[copied..finding.start]);
            push_quotes(&mut out, finding.quotes);
            let action = self.action(finding.kind);
            self.push(&mut out, action, finding.kind, &text[finding.start..finding.end])?;
            push_quotes(&mut out, finding.quotes);
            copied = finding.end;
        }
        out.push_str(&text[copied..]);
        Ok(Rewritten::Text(out))
    }

    /// All of a value, whatever it is, because the policy says so for its field.
    pub(crate) fn whole(&self, text: &str, action: Action, found: &mut Vec<Finding>) -> Result<Rewritten, KeyStoreFailed> {
        if action == Action::Keep || text == MASK || text == MASKING_ERROR || is_token(text, Kind::Field) {
            return Ok(Rewritten::Same);
        }
        found.push(Finding::whole(text, Kind::Field));
        match action {
            Action::DropField => Ok(Rewritten::DropField),
            Action::DropRecord => Ok(Rewritten::DropRecord),
            action => {
                let mut out = String::new();
                self.push(&mut out, action, Kind::Field, text)?;
                Ok(Rewritten::Text(out))
            }
        }
    }

    fn push(&self, out: &mut String, action: Action, kind: Kind, value: &str) -> Result<(), KeyStoreFailed> {
        match (action, self.keys) {
            (Action::Hash, Some(keys)) => {
                push_token(out, kind, 'h', &keys.hash(kind.name(), &plain(kind, value))[..HASH_DIGITS / 2])
            }
            (Action::Pseudonymise, Some(keys)) => {
                let plain = plain(kind, value);
                let token = keys.pseudonym(self.tenant, &self.rules.purpose, self.epoch, kind.family(), &plain);
                push_token(out, kind, 'p', &token[..TOKEN_DIGITS / 2]);
            }
            (Action::Encrypt, Some(keys)) => self.push_sealed(out, keys, kind, value)?,
            _ => push_mask(out, self.preset, kind, value),
        }
        Ok(())
    }

    /// `[EMAIL:e<subject>.<ciphertext>]`; a mask when the subject was erased.
    fn push_sealed(&self, out: &mut String, keys: &Keyring, kind: Kind, value: &str) -> Result<(), KeyStoreFailed> {
        let subject = self.subject.unwrap_or_else(|| keys.subject(self.tenant, &plain(kind, value)));
        match keys.seal(self.tenant, subject, kind.name(), value)? {
            None => push_mask(out, self.preset, kind, value),
            Some(sealed) => {
                push_head(out, kind);
                out.push_str(":e");
                out.push_str(&hex(&subject.0));
                out.push('.');
                URL_SAFE_NO_PAD.encode_string(&sealed, out);
                out.push(']');
            }
        }
        Ok(())
    }
}

impl Keyring {
    /// Decrypts a value as it stands in a record: `[EMAIL:e...]`.
    ///
    /// # Errors
    ///
    /// When the subject was erased, or it is no such value.
    pub fn reveal(&self, tenant: &Tenant, token: &str) -> Result<String, Closed> {
        let inner = token.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(Closed::Broken)?;
        let (class, sealed) = inner.split_once(":e").ok_or(Closed::Broken)?;
        let (subject, sealed) = sealed.split_once('.').ok_or(Closed::Broken)?;
        let subject = (subject.len() == TOKEN_DIGITS).then(|| u128::from_str_radix(subject, 16).ok()).flatten();
        let subject = SubjectId(subject.ok_or(Closed::Broken)?.to_be_bytes());
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Closed::Broken)?;
        self.open(tenant, subject, class, &sealed)
    }
}

/// A value as it is compared: the same card with and without spaces is the same card.
fn plain(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Email => value.replace("%40", "@").replace("\\u0040", "@").to_lowercase(),
        Kind::CreditCard | Kind::Iban | Kind::UsSsn | Kind::Phone | Kind::NationalId | Kind::Mac => {
            value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
        }
        _ if kind.is_secret() => value.to_owned(),
        _ => value.trim().to_lowercase(),
    }
}

fn push_quotes(out: &mut String, quotes: Option<Quotes>) {
    if let Some(quotes) = quotes {
        // Each string around doubles the backslashes and adds one. Nothing in use lies deeper than a few.
        let backslashes = (1usize << quotes.depth.min(16)) - 1;
        out.extend(std::iter::repeat_n('\\', backslashes));
        out.push(char::from(quotes.byte));
    }
}

fn push_mask(out: &mut String, preset: Preset, kind: Kind, value: &str) {
    match kind {
        Kind::Email => push_email(out, preset, value),
        Kind::CreditCard => push_card(out, preset, value),
        Kind::UsSsn => push_last_four(out, "xxx-xx-", kind, value),
        Kind::Phone => push_last_four(out, "xxx-xxx-", kind, value),
        Kind::Password if preset == Preset::Seeds => out.push_str("********"),
        _ if kind.is_secret() || kind == Kind::Field => out.push_str(MASK),
        _ => push_name(out, kind),
    }
}

fn push_head(out: &mut String, kind: Kind) {
    out.push('[');
    out.push_str(kind.name());
}

/// Whether a text is a token of ours and nothing else.
fn is_token(text: &str, kind: Kind) -> bool {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_prefix(kind.name())).and_then(|rest| rest.strip_prefix(':'));
    inner.is_some_and(|inner| token_len(inner.as_bytes()).is_some_and(|len| &inner[len..] == "]"))
}

/// Length of the token at the front of what follows `[EMAIL:`, up to its bracket: `h`, `p` or `e` and as many digits as
/// belong to it, so that nothing else can pass for one by chance.
pub(crate) fn token_len(text: &[u8]) -> Option<usize> {
    let (&mark, rest) = text.split_first()?;
    let digits = match mark {
        b'h' => HASH_DIGITS,
        b'p' | b'e' => TOKEN_DIGITS,
        _ => return None,
    };
    let hex = rest.get(..digits)?;
    if !hex.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let sealed = match mark {
        b'e' => {
            let sealed = rest[digits..].strip_prefix(b".")?;
            1 + sealed.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count()
        }
        _ => 0,
    };
    let len = 1 + digits + sealed;
    (text.get(len) == Some(&b']')).then_some(len)
}

/// `[PERSON]`.
fn push_name(out: &mut String, kind: Kind) {
    push_head(out, kind);
    out.push(']');
}

/// `[EMAIL:h0123456789abcdef]`: a mark and digits.
fn push_token(out: &mut String, kind: Kind, mark: char, token: &[u8]) {
    push_head(out, kind);
    out.push(':');
    out.push(mark);
    out.push_str(&hex(token));
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

impl Policy {
    /// The text with what was found in it masked, wherever this policy does not keep it. Keys are not asked.
    pub fn masked(&self, text: &str, findings: &[Finding]) -> String {
        let tenant = Tenant::default();
        let masker = Masker { preset: self.preset, rules: self.base(), keys: None, tenant: &tenant, epoch: "", subject: None };
        match masker.rewrite(text, findings) {
            Ok(Rewritten::Same) => text.to_owned(),
            Ok(Rewritten::Text(masked)) => masked,
            Ok(Rewritten::DropField | Rewritten::DropRecord) => String::new(),
            Err(_) => MASKING_ERROR.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
