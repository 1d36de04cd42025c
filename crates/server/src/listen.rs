use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use record::Kind;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::app::{App, Rooms};
use crate::config::{Config, Tls};
use crate::dialects::{Dialect, Port};
use crate::door::Door;
use crate::hooks::{HookError, Hooks};
use crate::kafka::{self, KafkaError};
use crate::sockets::{self, Bound, Listener, Seat, Seats, SocketError};
use crate::tls::acceptor;
use crate::tokens::Tokens;
use crate::{api, connection};

/// How long a TLS handshake may take: two round trips, with patience.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after the system refused to accept (no file handles left): some connection has to end first.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Pause between two looks for a place.
const SEAT_PAUSE: Duration = Duration::from_millis(20);

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
    /// Reading from Kafka.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// Webhooks.
    #[error(transparent)]
    Hook(#[from] HookError),
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
            Error::Tokens { .. } | Error::Tls { .. } | Error::Kafka(_) | Error::Hook(_) => Kind::Invalid,
            Error::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Kind::Conflict,
            Error::Listen { .. } => Kind::Unavailable,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Error::Open(_) => "listen on 127.0.0.1, or configure certificate, key and token file",
            Error::Socket(error) => error.hint(),
            Error::Kafka(error) => error.hint(),
            Error::Hook(error) => error.hint(),
            Error::Tokens { .. } => "write one token a line, 16 characters or more, such as `openssl rand -hex 32` prints",
            Error::Tls { .. } => "both files must be PEM, the key belonging to the first certificate",
            Error::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another process listens there; stop it, or choose another port"
            }
            Error::Listen { .. } => "the address must belong to this machine, and ports below 1024 need privileges",
        }
    }
}

/// A server that has its ports.
pub struct Server {
    app: Arc<App>,
    main: HttpListener,
    ports: Vec<(Dialect, HttpListener)>,
    tls: Option<TlsAcceptor>,
    /// Until it runs.
    sockets: Option<Bound>,
    /// The same.
    kafka: Option<kafka::Bound>,
    tls_http2: Option<TlsAcceptor>,
    stop: watch::Sender<bool>,
}

/// An open port, and the door behind it.
struct HttpListener {
    door: Arc<Door>,
    socket: TcpListener,
    address: SocketAddr,
}

/// Opens the ports. Nothing is answered before [`Server::run`].
pub async fn bind(config: Config, rooms: Rooms) -> Result<Server, Error> {
    let addresses = config.ports.iter().map(|port| port.address).chain([config.listen]);
    if let Some(open) = addresses.into_iter().find(|address| !address.ip().is_loopback())
        && (config.tls.is_none() || config.token_file.is_none())
    {
        return Err(Error::Open(open));
    }
    let tokens = config
        .token_file
        .as_ref()
        .map(|path| Tokens::read(path).map_err(|source| Error::Tokens { path: path.clone(), source: Box::new(source) }));
    let acceptor = |protocol| {
        let open =
            |tls: &Tls| acceptor(tls, protocol).map_err(|source| Error::Tls { tls: tls.clone(), source: Box::new(source) });
        config.tls.as_ref().map(open).transpose()
    };
    let (tokens, tls, tls_http2) = (tokens.transpose()?, acceptor(b"http/1.1")?, acceptor(b"h2")?);
    let (stop, stopping) = watch::channel(false);
    let sockets = Some(sockets::bind(&config.sockets, config.tls.as_ref()).await?);
    let kafka = config.kafka.as_ref().map(kafka::Bound::new).transpose()?;
    let app = Arc::new(App::new(&config, rooms, tokens, Hooks::read(&config.hooks)?, stopping));
    let main = HttpListener::open(config.listen, api::door(app.clone())).await?;
    let mut ports = Vec::with_capacity(config.ports.len());
    for port in &config.ports {
        ports.push((port.dialect, HttpListener::open(port.address, api::door_of(port.dialect, app.clone())).await?));
    }
    Ok(Server { app, main, ports, tls, tls_http2, sockets, kafka, stop })
}

impl Server {
    /// Where it listens; tells the port when port 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.main.address
    }

    /// Where the dialects are spoken that have a port of their own.
    pub fn ports(&self) -> impl Iterator<Item = Port> {
        self.ports.iter().map(|(dialect, listener)| Port { dialect: *dialect, address: listener.address })
    }

    /// Where agents that do not speak HTTP may send; tells the ports when port 0 was asked for.
    pub fn sockets(&self) -> Vec<Listener> {
        self.sockets.as_ref().map(Bound::listeners).unwrap_or_default()
    }

    /// Serves until `shutdown` is done, then lets requests at work end, up to the limit `drain`.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let seats = Seats::new(self.app.limits.connections);
        let mut listeners = JoinSet::new();
        if let Some(sockets) = self.sockets.take() {
            let (app, drain) = (self.app.clone(), self.app.limits.drain);
            let (told, stopping) = (self.stop.subscribe(), self.stop.subscribe());
            listeners.spawn(async move {
                tokio::select! {
                    () = sockets.run(app, told) => {}
                    () = drained(stopping, drain) => tracing::warn!("deliveries on sockets were cut off at shutdown"),
                }
            });
        }
        if let Some(kafka) = self.kafka.take() {
            listeners.spawn(kafka.run(self.app.clone(), self.stop.subscribe()));
        }
        for listener in self.ports.into_iter().map(|(_, listener)| listener).chain([self.main]) {
            let tls = if listener.door.dialect.is_http2() { &self.tls_http2 } else { &self.tls };
            listeners.spawn(listener.run(seats.clone(), tls.clone(), self.stop.subscribe()));
        }
        shutdown.await;
        self.stop.send_replace(true);
        while listeners.join_next().await.is_some() {}
    }
}

impl HttpListener {
    async fn open(address: SocketAddr, door: Door) -> Result<HttpListener, Error> {
        let listening = |source| Error::Listen { address, source };
        let socket = TcpListener::bind(address).await.map_err(listening)?;
        let address = socket.local_addr().map_err(listening)?;
        Ok(HttpListener { door: Arc::new(door), socket, address })
    }

    async fn run(self, seats: Arc<Seats>, tls: Option<TlsAcceptor>, mut stopping: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        let told = stopping.clone();
        loop {
            let accepted = tokio::select! {
                _ = stopping.wait_for(|&stopping| stopping) => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.accept() => accepted,
            };
            let Some(stream) = accepted else { continue };
            let seat = tokio::select! {
                _ = stopping.wait_for(|&stopping| stopping) => break,
                seat = seat(&seats) => seat,
            };
            self.door.app.metrics.connection();
            let (door, tls, told) = (self.door.clone(), tls.clone(), told.clone());
            connections.spawn(async move {
                serve(door, stream, tls, Arc::new(seat), told).await;
            });
        }
        drop(self.socket);
        let drained = async { while connections.join_next().await.is_some() {} };
        if timeout(self.door.app.limits.drain, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "requests were cut off at shutdown");
        }
        connections.shutdown().await;
    }

    /// The next connection.
    async fn accept(&self) -> Option<TcpStream> {
        match self.socket.accept().await {
            Ok((stream, _)) => {
                // Answers are small and written whole: waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                Some(stream)
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection");
                sleep(ACCEPT_PAUSE).await;
                None
            }
        }
    }
}

/// A place, perhaps of somebody who asks nothing; while there is none, further connections wait in the kernel's queue.
async fn seat(seats: &Arc<Seats>) -> Seat {
    loop {
        match seats.take() {
            Some(seat) => return seat,
            None => sleep(SEAT_PAUSE).await,
        }
    }
}

/// The time for what was at work at shutdown is over.
async fn drained(mut stopping: watch::Receiver<bool>, drain: Duration) {
    // Without a sender nobody waits for an end either.
    let _ = stopping.wait_for(|&stopping| stopping).await;
    sleep(drain).await;
}

async fn serve(door: Arc<Door>, stream: TcpStream, tls: Option<TlsAcceptor>, seat: Arc<Seat>, stopping: watch::Receiver<bool>) {
    let Some(tls) = tls else { return connection::serve(door, stream, seat, stopping).await };
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)) => shaken,
        () = seat.wanted() => return,
    };
    match shaken {
        Ok(Ok(stream)) => connection::serve(door, stream, seat, stopping).await,
        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
        Err(_) => tracing::debug!("TLS handshake took too long"),
    }
}
