//! The handshake: HELO by the server, PING by the client, PONG by the server. Digests are made elsewhere.

use crate::msgpack::{Item, Malformed, Reader};

/// What a client says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping<'a> {
    /// Its name.
    pub hostname: &'a [u8],
    /// Chance of its own.
    pub salt: &'a [u8],
    /// SHA-512 of salt, host name, the server's nonce and the shared key, in hexadecimal.
    pub digest: &'a [u8],
}

impl<'a> Ping<'a> {
    /// Reads `["PING", hostname, salt, digest, user, password digest]`; users are not asked for, and passed over.
    pub fn parse(bytes: &'a [u8]) -> Result<Ping<'a>, Malformed> {
        let mut reader = Reader::new(bytes);
        let Item::Array(4..=6) = reader.item()? else { return Err(Malformed { at: 0 }) };
        let mut text = || match reader.item()? {
            Item::Text(text) | Item::Binary(text) => Ok(text),
            _ => Err(Malformed { at: reader.at }),
        };
        if text()? != b"PING" {
            return Err(Malformed { at: 1 });
        }
        Ok(Ping { hostname: text()?, salt: text()?, digest: text()? })
    }
}

/// `["HELO", {"nonce": nonce, "auth": "", "keepalive": true}]`
pub fn hello(nonce: &[u8]) -> Vec<u8> {
    let mut out = vec![0x92];
    write_text(b"HELO", &mut out);
    out.push(0x83);
    write_text(b"nonce", &mut out);
    write_binary(nonce, &mut out);
    write_text(b"auth", &mut out);
    write_text(b"", &mut out);
    write_text(b"keepalive", &mut out);
    out.push(0xc3);
    out
}

/// `["PONG", is_welcome, reason, hostname, digest]`
pub fn pong(is_welcome: bool, reason: &str, hostname: &str, digest: &str) -> Vec<u8> {
    let mut out = vec![0x95];
    write_text(b"PONG", &mut out);
    out.push(if is_welcome { 0xc3 } else { 0xc2 });
    for text in [reason, hostname, digest] {
        write_text(text.as_bytes(), &mut out);
    }
    out
}

pub(super) fn write_text(text: &[u8], out: &mut Vec<u8>) {
    match text.len() {
        len @ 0..=31 => out.push(0xa0 | len as u8),
        len @ 32..=255 => out.extend_from_slice(&[0xd9, len as u8]),
        len => {
            let len = u32::try_from(len).expect("BUG: a text longer than any delivery");
            out.push(0xdb);
            out.extend_from_slice(&len.to_be_bytes());
        }
    }
    out.extend_from_slice(text);
}

fn write_binary(bytes: &[u8], out: &mut Vec<u8>) {
    let len = u8::try_from(bytes.len()).expect("BUG: a nonce of more than 255 bytes");
    out.extend_from_slice(&[0xc4, len]);
    out.extend_from_slice(bytes);
}
