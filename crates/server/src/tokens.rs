use std::path::Path;

use axum::http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::error::Problem;

/// Shortest token taken: 16 characters of a hexadecimal token are 64 bits of chance.
const TOKEN_MIN_BYTES: usize = 16;
/// Longest line that is a token and not a mistake (a certificate, a log).
const TOKEN_MAX_BYTES: usize = 512;

/// Who may come in. Holds digests only, so that a memory dump gives no token away.
#[derive(Debug)]
pub(crate) struct Tokens {
    digests: Vec<[u8; 32]>,
}

/// The file cannot be used. Never quotes it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("it holds no token")]
    Empty,
    #[error("line {0}: a token is {TOKEN_MIN_BYTES} to {TOKEN_MAX_BYTES} visible ASCII characters")]
    Line(usize),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Tokens {
    /// Reads a token file.
    pub(crate) fn read(path: &Path) -> Result<Tokens, TokenError> {
        warn_if_others_can_read(path);
        Tokens::parse(&std::fs::read_to_string(path)?)
    }

    fn parse(text: &str) -> Result<Tokens, TokenError> {
        let mut digests = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let token = line.split('#').next().unwrap_or_default().trim();
            if token.is_empty() {
                continue;
            }
            let length = TOKEN_MIN_BYTES..=TOKEN_MAX_BYTES;
            if !length.contains(&token.len()) || !token.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(TokenError::Line(index + 1));
            }
            digests.push(digest(token.as_bytes()));
        }
        if digests.is_empty() { Err(TokenError::Empty) } else { Ok(Tokens { digests }) }
    }

    /// Looks whether one of the tokens shown is known. Takes the same time whichever token is presented.
    pub(crate) fn check(&self, presented: &[Vec<u8>]) -> Result<(), Problem> {
        if presented.is_empty() {
            return Err(unauthorized("this needs a token", "Bearer realm=\"dendro\""));
        }
        let presented = presented.iter().map(|token| digest(token));
        let is_known = |known, shown: [u8; 32]| self.digests.iter().fold(known, |known, digest| known | digest.ct_eq(&shown));
        if bool::from(presented.fold(Choice::from(0), is_known)) {
            return Ok(());
        }
        Err(unauthorized("the token is not known", "Bearer realm=\"dendro\", error=\"invalid_token\""))
    }
}

fn unauthorized(detail: &'static str, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail)
        .hint("send `Authorization: Bearer TOKEN` with a token of the server's token file")
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(unix)]
fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    if std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & OTHERS != 0) {
        tracing::warn!(path = %path.display(), "other users can read the token file; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_others_can_read(_path: &Path) {}

#[cfg(test)]
mod tests;
