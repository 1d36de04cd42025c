use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::bind::Streams;
use super::collector::Collector;
use super::config::Protocol;
use super::inlet::{Ended, Inlet, Terms};
use super::seats::Seat;
use super::{Shared, forward, gelf, lumberjack, relp, syslog};
use crate::listen::{ACCEPT_PAUSE, HANDSHAKE_TIMEOUT};

/// Senders are silent for hours; whether they are still there is asked by the kernel.
const KEEPALIVE: Duration = Duration::from_secs(120);

/// Serves connections until the server stops and they have ended.
pub(super) async fn run(listener: Streams, terms: Terms, shared: Arc<Shared>, collector: Arc<Collector>) {
    let mut connections = JoinSet::new();
    let mut stopping = terms.stopping.clone();
    let host = Arc::new(Host { terms, shared, collector });
    loop {
        let accepted = tokio::select! {
            _ = stopping.wait_for(|&stopping| stopping) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(accepted) => host.seat(accepted, &mut connections),
            Err(error) => {
                tracing::warn!(protocol = host.terms.protocol.as_str(), %error, "accepting a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// A connection that was accepted.
enum Accepted {
    Tcp(TcpStream, IpAddr, Option<TlsAcceptor>),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

impl Streams {
    async fn accept(&self) -> std::io::Result<Accepted> {
        match self {
            Streams::Tcp(listener, tls) => {
                let (stream, peer) = listener.accept().await?;
                // Acknowledgements are small and written whole: waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                let _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
                Ok(Accepted::Tcp(stream, peer.ip(), tls.clone()))
            }
            #[cfg(unix)]
            Streams::Unix { listener, .. } => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
        }
    }
}

struct Host {
    terms: Terms,
    shared: Arc<Shared>,
    collector: Arc<Collector>,
}

impl Host {
    fn seat(self: &Arc<Host>, accepted: Accepted, connections: &mut JoinSet<()>) {
        let figures = &self.terms.app.metrics.sockets;
        let Some(seat) = self.shared.seats.take() else { return figures.closed(self.terms.protocol, "no_place") };
        figures.accepted(self.terms.protocol);
        let host = self.clone();
        connections.spawn(async move {
            let reason = host.welcome(accepted, seat).await;
            let figures = &host.terms.app.metrics.sockets;
            figures.ended(host.terms.protocol);
            if let Some(reason) = reason {
                figures.closed(host.terms.protocol, reason);
                tracing::debug!(protocol = host.terms.protocol.as_str(), reason, "connection closed");
            }
        });
    }

    /// Serves a connection to its end, and tells why it ended.
    async fn welcome(&self, accepted: Accepted, seat: Seat) -> Option<&'static str> {
        match accepted {
            Accepted::Tcp(stream, peer, None) => self.serve(stream, Some(peer), seat).await,
            Accepted::Tcp(stream, peer, Some(tls)) => {
                let shaken = tokio::select! {
                    shaken = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)) => shaken,
                    () = seat.wanted() => return Some("evicted"),
                };
                match shaken {
                    Ok(Ok(stream)) => self.serve(stream, Some(peer), seat).await,
                    Ok(Err(error)) => {
                        tracing::debug!(%error, "TLS handshake");
                        Some("handshake")
                    }
                    Err(_) => Some("handshake"),
                }
            }
            #[cfg(unix)]
            Accepted::Unix(stream) => self.serve(stream, None, seat).await,
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        peer: Option<IpAddr>,
        seat: Seat,
    ) -> Option<&'static str> {
        let mut inlet = Inlet::new(&self.terms, stream, peer, seat);
        let ended: Ended = match self.terms.protocol {
            Protocol::Syslog => syslog::serve(&mut inlet, &self.collector).await,
            Protocol::Gelf => gelf::serve(&mut inlet, &self.collector).await,
            Protocol::Forward => forward::serve(&mut inlet, &self.collector, self.shared.forward_key.as_ref()).await,
            Protocol::Relp => relp::serve(&mut inlet, &self.shared.resent).await,
            Protocol::Lumberjack => lumberjack::serve(&mut inlet, &self.shared.resent).await,
        };
        inlet.part().await;
        ended.reason()
    }
}
