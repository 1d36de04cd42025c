use reqwest::Response;

use crate::exit::{Failure, chain};

/// Longest event taken: a record of the largest size, as JSON, with room for its escapes.
const EVENT_BYTES_MAX: usize = 8 << 20;

/// An event of a server-sent stream.
pub(crate) struct Event {
    /// Its name; `message` when it has none.
    pub name: String,
    /// Its data.
    pub data: String,
}

/// The events of a response, one after the other.
pub(crate) struct Events {
    response: Response,
    waiting: Vec<u8>,
}

impl Events {
    /// The events of a response.
    pub(crate) fn of(response: Response) -> Events {
        Events { response, waiting: Vec::new() }
    }

    /// The next event; `None` when the server ends the stream.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Failure> {
        loop {
            if let Some(end) = self.waiting.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.waiting.drain(..end + 2).collect();
                match event(&String::from_utf8_lossy(&block)) {
                    Some(event) => return Ok(Some(event)),
                    None => continue,
                }
            }
            if self.waiting.len() > EVENT_BYTES_MAX {
                return Err(Failure::new(record::Kind::Broken, "the server sends an event without an end"));
            }
            let lost = |error: reqwest::Error| {
                Failure::new(record::Kind::Unavailable, format!("the tail broke off: {}", chain(&error.without_url())))
            };
            match self.response.chunk().await.map_err(lost)? {
                Some(chunk) => self.waiting.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// Reads one block; `None` for comments, which keep the connection alive.
fn event(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let values = block.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':'));
        values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>()
    };
    let data = field("data");
    let name = field("event").first().map_or("message", |name| name).to_owned();
    (!data.is_empty()).then(|| Event { name, data: data.join("\n") })
}
