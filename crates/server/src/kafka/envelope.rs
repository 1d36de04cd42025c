use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intake::{Flaw, Frames};
use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};

use super::Payload;

/// Headers of a message that are kept: more than tracing, schema and routing need together.
const HEADERS_MAX: usize = 32;

/// Bytes of a key or header that are kept.
const VALUE_BYTES_MAX: usize = 1024;

/// Adds a message as a JSON object that begins with where it comes from: so does the piece in quarantine if the payload
/// is no object (a dead letter). A message without payload only deletes its key in a compacted topic, and is no record.
pub(super) fn push(frames: &mut Frames, message: &OwnedMessage, payload: Payload) {
    let Some(bytes) = message.payload() else { return };
    let mut text = String::with_capacity(bytes.len() + 128);
    // Writing into a String does not fail.
    let _ = write!(
        text,
        r#"{{"kafka.topic":{},"kafka.partition":{},"kafka.offset":{}"#,
        quoted(message.topic().as_bytes()),
        message.partition(),
        message.offset()
    );
    if let Some(key) = message.key() {
        let _ = write!(text, r#","kafka.key":{}"#, quoted(key));
    }
    for header in message.headers().into_iter().flat_map(Headers::iter).take(HEADERS_MAX) {
        if let Some(value) = header.value {
            let name = quoted(format!("kafka.header.{}", header.key).as_bytes());
            let _ = write!(text, ",{name}:{}", quoted(value));
        }
    }
    match payload {
        Payload::Raw => {
            let at = message.timestamp().to_millis();
            let at = at.map(|at| record::Timestamp::from_micros(at.saturating_mul(1000)));
            if let Some(at) = at {
                let _ = write!(text, r#","@timestamp":"{at}""#);
            }
            let _ = write!(text, r#","message":{}}}"#, serde_json::Value::from(String::from_utf8_lossy(bytes)));
            frames.push(text.as_bytes(), None, Flaw::None);
        }
        Payload::Json | Payload::Otlp => {
            let rest = bytes.trim_ascii().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
            let mut whole = text.into_bytes();
            match rest {
                Some(rest) => {
                    if rest != b"}" {
                        whole.push(b',');
                    }
                    whole.extend_from_slice(rest);
                    frames.push(&whole, None, Flaw::None);
                }
                None => {
                    whole.extend_from_slice(br#","payload":"#);
                    whole.extend_from_slice(if payload == Payload::Otlp { b"" } else { bytes });
                    if payload == Payload::Otlp {
                        whole.extend_from_slice(format!("\"{}\"", STANDARD.encode(bytes)).as_bytes());
                    }
                    frames.push(&whole, None, Flaw::Unreadable);
                }
            }
        }
    }
}

/// A message that could not be read, as it goes to quarantine.
pub(super) fn dead_letter(message: &OwnedMessage) -> Frames {
    let place = format!(
        r#"{{"kafka.topic":{},"kafka.partition":{},"kafka.offset":{},"payload":"{}""#,
        quoted(message.topic().as_bytes()),
        message.partition(),
        message.offset(),
        STANDARD.encode(message.payload().unwrap_or_default())
    );
    let mut frames = Frames::default();
    frames.push(place.as_bytes(), None, Flaw::Unreadable);
    frames
}

/// As JSON, cut. Bytes that are no text are base64.
fn quoted(bytes: &[u8]) -> serde_json::Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text[..text.floor_char_boundary(VALUE_BYTES_MAX.min(text.len()))].into(),
        Err(_) => STANDARD.encode(&bytes[..bytes.len().min(VALUE_BYTES_MAX)]).into(),
    }
}

#[cfg(test)]
mod tests;
