use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use record::Kind;
use socket2::SockRef;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::config::{Endpoint, Listener, Protocol, SocketLimits, Sockets};
use super::forward::SharedKey;
use crate::config::Tls;
use crate::tls::socket_acceptor;

/// What the kernel is asked to keep of datagrams while the program is busy: bursts of some ten thousand messages. It
/// gives at most what `net.core.rmem_max` allows.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;
/// Shortest shared key taken, as for tokens.
const KEY_MIN_BYTES: usize = 16;

/// Why a socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The protocol is not spoken there.
    #[error("{protocol} is not spoken over {endpoint}", protocol = protocol.as_str())]
    NotSpoken {
        /// What was to be spoken.
        protocol: Protocol,
        /// Where.
        endpoint: Endpoint,
    },
    /// Other machines can reach it, and nobody checks who they are.
    #[error("{protocol} at {endpoint} can be reached from other machines without a check of who they are", protocol = protocol.as_str())]
    Open {
        /// What is spoken.
        protocol: Protocol,
        /// Where.
        endpoint: Endpoint,
    },
    /// TLS without certificate and key, or with such that cannot be used.
    #[error("TLS for sockets: {0}")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file with the shared key cannot be used.
    #[error("shared key {path}: {why}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// Why, without quoting it.
        why: String,
    },
    /// The address cannot be listened on.
    #[error("listening for {protocol} at {endpoint}: {source}", protocol = protocol.as_str())]
    Listen {
        /// What is spoken.
        protocol: Protocol,
        /// Where.
        endpoint: Endpoint,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SocketError {
    /// What the caller may do about it.
    pub fn kind(&self) -> Kind {
        match self {
            SocketError::Open { .. } => Kind::Denied,
            SocketError::NotSpoken { .. } | SocketError::Tls(_) | SocketError::Key { .. } => Kind::Invalid,
            SocketError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Kind::Conflict,
            SocketError::Listen { .. } => Kind::Unavailable,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            SocketError::NotSpoken { .. } => "docs/sockets.md tells which protocol is spoken over what",
            SocketError::Open { .. } => {
                "listen on 127.0.0.1, or use tls:// with socket_client_ca (forward: or with forward_key_file), or say \
                 socket_open = true where the network is trusted"
            }
            SocketError::Tls(_) => "tls:// needs tls_cert and tls_key, PEM; socket_client_ca is PEM too",
            SocketError::Key { .. } => "write one line of 16 characters or more, such as `openssl rand -hex 32` prints",
            SocketError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another process listens there; stop it, or choose another address"
            }
            SocketError::Listen { .. } => "the address must belong to this machine, and ports below 1024 need privileges",
        }
    }
}

/// Sockets that are open. Nothing is read before [`Bound::run`].
pub(crate) struct Bound {
    pub(super) sockets: Vec<Socket>,
    pub(super) limits: SocketLimits,
    pub(super) forward_key: Option<SharedKey>,
}

/// An open socket.
pub(super) enum Socket {
    Datagrams {
        socket: Datagrams,
        at: Listener,
    },
    Streams {
        listener: Streams,
        at: Listener,
    },
    /// Fluentd asks over UDP whether the server lives.
    Heartbeats(UdpSocket),
}

/// Where datagrams come from.
pub(super) enum Datagrams {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix {
        socket: tokio::net::UnixDatagram,
        _file: SocketFile,
    },
}

/// Where streams come from.
pub(super) enum Streams {
    Tcp(TcpListener, Option<TlsAcceptor>),
    #[cfg(unix)]
    Unix {
        listener: tokio::net::UnixListener,
        _file: SocketFile,
    },
}

impl Socket {
    pub(super) fn protocol(&self) -> Protocol {
        match self {
            Socket::Datagrams { at, .. } | Socket::Streams { at, .. } => at.protocol,
            Socket::Heartbeats(_) => Protocol::Forward,
        }
    }
}

impl Bound {
    pub(crate) fn listeners(&self) -> Vec<Listener> {
        let at = |socket: &Socket| match socket {
            Socket::Datagrams { at, .. } | Socket::Streams { at, .. } => Some(at.clone()),
            Socket::Heartbeats(_) => None,
        };
        self.sockets.iter().filter_map(at).collect()
    }
}

/// Opens all sockets, or none.
pub(crate) async fn bind(config: &Sockets, tls: Option<&Tls>) -> Result<Bound, SocketError> {
    let forward_key = config.forward_key_file.as_deref().map(read_key).transpose()?;
    let mut bound = Bound { sockets: Vec::new(), limits: config.limits, forward_key };
    for listener in &config.listeners {
        let Listener { protocol, endpoint } = listener.clone();
        if !protocol.is_spoken_over(&endpoint) {
            return Err(SocketError::NotSpoken { protocol, endpoint });
        }
        if config.is_unguarded(listener) && !config.open {
            return Err(SocketError::Open { protocol, endpoint });
        }
        let acceptor = acceptor(config, &endpoint, tls)?;
        let opened = open(listener, acceptor).await;
        let opened = opened.map_err(|source| SocketError::Listen { protocol, endpoint, source })?;
        bound.sockets.extend(opened);
    }
    Ok(bound)
}

fn acceptor(config: &Sockets, endpoint: &Endpoint, tls: Option<&Tls>) -> Result<Option<TlsAcceptor>, SocketError> {
    if !matches!(endpoint, Endpoint::Tls(_)) {
        return Ok(None);
    }
    let tls = tls.ok_or_else(|| SocketError::Tls("there is no certificate and key".into()))?;
    socket_acceptor(tls, config.client_ca.as_deref()).map(Some).map_err(|error| SocketError::Tls(Box::new(error)))
}

async fn open(listener: &Listener, tls: Option<TlsAcceptor>) -> io::Result<Vec<Socket>> {
    let protocol = listener.protocol;
    let datagrams = |socket, endpoint| Socket::Datagrams { socket, at: Listener { protocol, endpoint } };
    let streams = |listener, endpoint| Socket::Streams { listener, at: Listener { protocol, endpoint } };
    Ok(match &listener.endpoint {
        Endpoint::Udp(address) => {
            let socket = udp(*address).await?;
            let at = socket.local_addr()?;
            vec![datagrams(Datagrams::Udp(socket), Endpoint::Udp(at))]
        }
        Endpoint::Tcp(address) | Endpoint::Tls(address) => {
            let listener = TcpListener::bind(address).await?;
            let at = listener.local_addr()?;
            let endpoint = if tls.is_some() { Endpoint::Tls(at) } else { Endpoint::Tcp(at) };
            let mut opened = vec![streams(Streams::Tcp(listener, tls), endpoint)];
            if protocol == Protocol::Forward {
                opened.push(Socket::Heartbeats(udp(at).await?));
            }
            opened
        }
        #[cfg(unix)]
        Endpoint::UnixDatagram(path) => {
            let file = SocketFile::make_way(path)?;
            let socket = tokio::net::UnixDatagram::bind(path)?;
            vec![datagrams(Datagrams::Unix { socket, _file: file }, Endpoint::UnixDatagram(path.clone()))]
        }
        #[cfg(unix)]
        Endpoint::UnixStream(path) => {
            let file = SocketFile::make_way(path)?;
            let listener = tokio::net::UnixListener::bind(path)?;
            vec![streams(Streams::Unix { listener, _file: file }, Endpoint::UnixStream(path.clone()))]
        }
        #[cfg(not(unix))]
        Endpoint::UnixDatagram(_) | Endpoint::UnixStream(_) => return Err(io::ErrorKind::Unsupported.into()),
    })
}

async fn udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address).await?;
    // A smaller buffer loses more in bursts, and the losses are counted.
    let _ = SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
    Ok(socket)
}

/// A socket in the file system, removed when dropped.
#[cfg(unix)]
pub(super) struct SocketFile(PathBuf);

#[cfg(unix)]
impl SocketFile {
    /// Removes a socket that a crash left. One that somebody listens on, or a file of another kind, is in use.
    fn make_way(path: &Path) -> io::Result<SocketFile> {
        use std::os::unix::fs::FileTypeExt;
        let is_socket = match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(SocketFile(path.to_owned())),
            found => found?.file_type().is_socket(),
        };
        let is_refused =
            |connected: io::Result<()>| connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        let is_stale = || {
            let datagram = || std::os::unix::net::UnixDatagram::unbound().and_then(|socket| socket.connect(path));
            is_refused(std::os::unix::net::UnixStream::connect(path).map(drop)) || is_refused(datagram())
        };
        if !is_socket || !is_stale() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        std::fs::remove_file(path)?;
        Ok(SocketFile(path.to_owned()))
    }
}

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have removed it already.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn read_key(path: &Path) -> Result<SharedKey, SocketError> {
    let wrong = |why: String| SocketError::Key { path: path.to_owned(), why };
    let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let key = text.trim_ascii();
    let is_line = key.iter().all(|b| !b.is_ascii_control());
    if key.len() < KEY_MIN_BYTES || !is_line {
        return Err(wrong(format!("expected one line of {KEY_MIN_BYTES} characters or more")));
    }
    Ok(SharedKey(key.to_vec()))
}
