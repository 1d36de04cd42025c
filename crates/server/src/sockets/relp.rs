//! RELP, spoken by rsyslog: each message is answered once it is durable. Messages that came together are stored
//! together.

use intake::relp::{GOODBYE, NoFrame, OFFERS, frame, is_acceptable, response};
use intake::{Dialect, Flaw, Frames};
use tokio::io::{AsyncRead, AsyncWrite};

use super::deliver::{Delivery, deliver_new, room};
use super::inlet::{Ended, Inlet};
use super::resent::{self, Resent};

/// Bytes of messages that are stored together.
const TOGETHER_BYTES: usize = 4 << 20;

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, resent: &Resent) -> Ended {
    let mut session = Session { is_open: false, memory: resent.session(inlet.peer.as_deref()) };
    loop {
        room(inlet).await;
        if let Err(ended) = session.turn(inlet).await {
            if matches!(ended, Ended::Stopping | Ended::Evicted | Ended::Refused) {
                // Said so that the sender comes again at once; if it is gone, nobody misses it.
                let _ = inlet.write(GOODBYE).await;
            }
            return ended;
        }
    }
}

struct Session {
    is_open: bool,
    memory: resent::Session,
}

/// What came in one go.
#[derive(Default)]
struct Heard {
    messages: Frames,
    transactions: Vec<u32>,
    wire_bytes: usize,
    /// Answers to what stores nothing, behind those to the messages.
    answers: Vec<u8>,
    closes: bool,
}

impl Session {
    /// Reads what came, stores it, answers.
    async fn turn<S: AsyncRead + AsyncWrite + Unpin>(&mut self, inlet: &mut Inlet<S>) -> Result<(), Ended> {
        let heard = loop {
            let heard = self.hear(inlet)?;
            if heard.wire_bytes > 0 {
                break heard;
            }
            inlet.more().await?;
        };
        let Heard { messages, transactions, wire_bytes, answers, closes } = heard;
        let mut out = Vec::new();
        if !messages.is_empty() {
            let delivery = Delivery { frames: messages, dialect: Dialect::Syslog, key: None, wire_bytes, reservation: None };
            deliver_new(inlet, &self.memory, delivery).await?;
            transactions.iter().for_each(|transaction| response(*transaction, "200 OK", &mut out));
        }
        out.extend_from_slice(&answers);
        inlet.write(&out).await?;
        if closes { Err(Ended::Closed) } else { Ok(()) }
    }

    /// Takes whole frames out of the buffer, up to one that changes the session.
    fn hear<S: AsyncRead + AsyncWrite + Unpin>(&mut self, inlet: &mut Inlet<S>) -> Result<Heard, Ended> {
        let mut heard = Heard::default();
        let most = inlet.limits.message_bytes;
        while heard.messages.bytes() < TOGETHER_BYTES && !heard.closes && heard.answers.is_empty() {
            let rest = &inlet.buffer[heard.wire_bytes..];
            let found = match frame(rest, inlet.limits.delivery_bytes) {
                Ok(found) => found,
                Err(NoFrame::Unfinished) => break,
                // What came whole before it is stored and answered first.
                Err(_) if heard.wire_bytes > 0 => break,
                Err(NoFrame::TooLong(_)) => return Err(Ended::TooLong),
                Err(NoFrame::Malformed) => return Err(Ended::Malformed),
            };
            let data = &rest[found.data.clone()];
            match found.command {
                "open" if is_acceptable(data) => {
                    self.is_open = true;
                    response(found.transaction, OFFERS, &mut heard.answers);
                }
                "open" => {
                    response(
                        found.transaction,
                        "500 syslog over version 0 or 1 of RELP is what is spoken here",
                        &mut heard.answers,
                    );
                    heard.closes = true;
                }
                "syslog" if self.is_open => {
                    let data = data.strip_suffix(b"\n").unwrap_or(data);
                    let is_long = data.len() > most;
                    inlet.app.metrics.sockets.flawed(inlet.protocol, "truncated", u64::from(is_long));
                    let flaw = if is_long { Flaw::Truncated } else { Flaw::None };
                    heard.messages.push(&data[..data.len().min(most)], inlet.peer.as_deref(), flaw);
                    heard.transactions.push(found.transaction);
                }
                "close" => {
                    response(found.transaction, "", &mut heard.answers);
                    heard.answers.extend_from_slice(GOODBYE);
                    heard.closes = true;
                }
                _ => response(found.transaction, "500 this command is not known, or the session is not open", &mut heard.answers),
            }
            heard.wire_bytes += found.end;
        }
        inlet.consume(heard.wire_bytes);
        Ok(heard)
    }
}
