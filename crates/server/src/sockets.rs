//! Agents that do not speak HTTP: syslog, Fluent Forward, GELF, RELP, Lumberjack.
//!
//! In: datagrams and streams. Out: records in the lake, and acknowledgements where the protocol has them, after the
//! records are durable. Never: an acknowledgement before; a message that is dropped and not counted.
//! Begin with [`bind`] and [`Bound::run`]; then `inlet.rs` (what is read of a connection), `collector.rs` (what nobody
//! waits for) and `deliver.rs` (what is acknowledged); then one file a protocol.

mod bind;
mod collector;
mod config;
mod datagrams;
mod deliver;
mod forward;
mod gelf;
mod inlet;
mod lumberjack;
mod relp;
mod resent;
mod seats;
mod streams;
mod syslog;
mod unpack;

use std::collections::BTreeMap;
use std::sync::Arc;

use intake::Dialect;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use collector::Collector;
use inlet::Terms;
use resent::Resent;

pub use bind::SocketError;
pub(crate) use bind::{Bound, bind};
pub use config::{Endpoint, Listener, NoEndpoint, Protocol, SocketLimits, Sockets};
pub(crate) use seats::{Seat, Seats};

impl Bound {
    /// Serves until the server stops; then ends when all that was read and not refused is stored.
    pub(crate) async fn run(self, app: Arc<App>, stopping: watch::Receiver<bool>) {
        if self.sockets.is_empty() {
            return;
        }
        let limits = self.limits;
        let shared =
            Arc::new(Shared { seats: Seats::new(limits.connections), forward_key: self.forward_key, resent: Resent::default() });
        let mut collectors = Collectors::default();
        let mut listening = JoinSet::new();
        for socket in self.sockets {
            let protocol = socket.protocol();
            let terms = Terms { app: app.clone(), protocol, limits, stopping: stopping.clone() };
            let collector = collectors.of(&terms);
            match socket {
                bind::Socket::Datagrams { socket, .. } => _ = listening.spawn(datagrams::run(socket, terms, collector)),
                bind::Socket::Streams { listener, .. } => {
                    listening.spawn(streams::run(listener, terms, shared.clone(), collector));
                }
                bind::Socket::Heartbeats(socket) => _ = listening.spawn(datagrams::echo(socket, stopping.clone())),
            }
        }
        while listening.join_next().await.is_some() {}
        collectors.finish().await;
    }
}

/// What the connections of all listeners share.
pub(crate) struct Shared {
    seats: Arc<Seats>,
    forward_key: Option<forward::SharedKey>,
    resent: Resent,
}

/// One collector for each protocol in use.
#[derive(Default)]
struct Collectors {
    by_protocol: BTreeMap<Protocol, Arc<Collector>>,
    running: JoinSet<()>,
}

impl Collectors {
    fn of(&mut self, terms: &Terms) -> Arc<Collector> {
        if let Some(collector) = self.by_protocol.get(&terms.protocol) {
            return collector.clone();
        }
        let dialect = match terms.protocol {
            Protocol::Syslog | Protocol::Relp => Dialect::Syslog,
            Protocol::Forward | Protocol::Gelf | Protocol::Lumberjack => Dialect::Object,
        };
        let collector = Collector::new(terms.protocol, dialect, terms.limits.queue_bytes);
        let (running, app) = (collector.clone(), terms.app.clone());
        self.running.spawn(async move { running.run(&app).await });
        self.by_protocol.insert(terms.protocol, collector.clone());
        collector
    }

    async fn finish(mut self) {
        self.by_protocol.values().for_each(|collector| collector.close());
        while self.running.join_next().await.is_some() {}
    }
}
