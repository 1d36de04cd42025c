use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use record::Kind;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::app::{App, Rooms};
use crate::config::{Config, Tls};
use crate::door::Door;
use crate::sockets::{self, Bound, Listener, SocketError};
use crate::tls::acceptor;
use crate::tokens::Tokens;
use crate::{api, connection};

/// How long a TLS handshake may take: two round trips, with patience.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after the system refused to accept (no file handles left): some connection has to end first.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that others can reach, without the two walls that needs.
    #[error("{0} can be reached from other machines, which needs TLS and a token file")]
    Open(SocketAddr),
    /// The token file cannot be used.
    #[error("token file {path}: {source}")]
    Tokens {
        /// Which file.
        path: PathBuf,
        /// Why, without quoting it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Certificate or key cannot be used.
    #[error("TLS with {certificates}: {source}", certificates = tls.certificates.display())]
    Tls {
        /// Which files.
        tls: Tls,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A socket for agents that do not speak HTTP.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The address cannot be listened on.
    #[error("listening on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// What the caller may do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Error::Open(_) => Kind::Denied,
            Error::Socket(error) => error.kind(),
            Error::Tokens { .. } | Error::Tls { .. } => Kind::Invalid,
            Error::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Kind::Conflict,
            Error::Listen { .. } => Kind::Unavailable,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Error::Open(_) => "listen on 127.0.0.1, or configure certificate, key and token file",
            Error::Socket(error) => error.hint(),
            Error::Tokens { .. } => "write one token a line, 16 characters or more, such as `openssl rand -hex 32` prints",
            Error::Tls { .. } => "both files must be PEM, the key belonging to the first certificate",
            Error::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another process listens there; stop it, or choose another port"
            }
            Error::Listen { .. } => "the address must belong to this machine, and ports below 1024 need privileges",
        }
    }
}

/// A server that has its port.
pub struct Server {
    door: Arc<Door>,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    /// Until it runs.
    sockets: Option<Bound>,
    stop: watch::Sender<bool>,
}

/// Opens the port. Nothing is answered before [`Server::run`].
pub async fn bind(config: Config, rooms: Rooms) -> Result<Server, Error> {
    if !config.listen.ip().is_loopback() && (config.tls.is_none() || config.token_file.is_none()) {
        return Err(Error::Open(config.listen));
    }
    let tokens = config
        .token_file
        .as_ref()
        .map(|path| Tokens::read(path).map_err(|source| Error::Tokens { path: path.clone(), source: Box::new(source) }));
    let tls =
        config.tls.as_ref().map(|tls| acceptor(tls).map_err(|source| Error::Tls { tls: tls.clone(), source: Box::new(source) }));
    let (tokens, tls) = (tokens.transpose()?, tls.transpose()?);
    let listening = |source| Error::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let (stop, stopping) = watch::channel(false);
    let sockets = Some(sockets::bind(&config.sockets, config.tls.as_ref()).await?);
    let door = api::door(App::new(&config, rooms, tokens, stopping));
    Ok(Server { door: Arc::new(door), listener, address, tls, sockets, stop })
}

impl Server {
    /// Where it listens; tells the port when port 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where agents that do not speak HTTP may send; tells the ports when port 0 was asked for.
    pub fn sockets(&self) -> Vec<Listener> {
        self.sockets.as_ref().map(Bound::listeners).unwrap_or_default()
    }

    /// Serves until `shutdown` is done, then lets requests at work end, up to the limit `drain`.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let limits = self.door.app.limits;
        let places = Arc::new(Semaphore::new(limits.connections));
        let mut connections = JoinSet::new();
        if let Some(sockets) = self.sockets.take() {
            connections.spawn(sockets.run(self.door.app.clone(), self.stop.subscribe()));
        }
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.accept(&places) => accepted,
            };
            let Some((stream, place)) = accepted else { continue };
            self.door.app.metrics.connection();
            let (door, tls, stopping) = (self.door.clone(), self.tls.clone(), self.stop.subscribe());
            connections.spawn(async move {
                serve(door, stream, tls, stopping).await;
                drop(place);
            });
        }
        drop(self.listener);
        self.stop.send_replace(true);
        let drained = async { while connections.join_next().await.is_some() {} };
        if timeout(limits.drain, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "requests were cut off at shutdown");
        }
        connections.shutdown().await;
    }

    /// The next connection, once there is a place for it.
    async fn accept(&self, places: &Arc<Semaphore>) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
        let place = places.clone().acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and written whole: waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                Some((stream, place))
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection");
                sleep(ACCEPT_PAUSE).await;
                None
            }
        }
    }
}

async fn serve(door: Arc<Door>, stream: TcpStream, tls: Option<TlsAcceptor>, stopping: watch::Receiver<bool>) {
    let Some(tls) = tls else { return connection::serve(door, stream, stopping).await };
    match timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => connection::serve(door, stream, stopping).await,
        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
        Err(_) => tracing::debug!("TLS handshake took too long"),
    }
}
