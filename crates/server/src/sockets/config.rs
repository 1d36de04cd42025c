use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Where agents that do not speak HTTP may send. Nothing listens unless it is named.
#[derive(Debug, Clone)]
pub struct Sockets {
    /// Where to listen, and what is spoken there.
    pub listeners: Vec<Listener>,
    /// Certificates (PEM) of those who may sign clients' certificates; `None` asks clients for none.
    pub client_ca: Option<PathBuf>,
    /// File with the key that clients of Fluent Forward share with the server; `None` asks for none.
    pub forward_key_file: Option<PathBuf>,
    /// Whether other machines may send to sockets that do not check who they are.
    pub open: bool,
    /// Bounds.
    pub limits: SocketLimits,
}

/// One place to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// What is spoken.
    pub protocol: Protocol,
    /// Where.
    pub endpoint: Endpoint,
}

/// What is spoken on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// RFC 5424 and RFC 3164, over datagrams or streams.
    Syslog,
    /// Fluent Forward, version 1.
    Forward,
    /// Graylog's format, over UDP or TCP.
    Gelf,
    /// rsyslog's own protocol with acknowledgements.
    Relp,
    /// What Beats and Logstash speak, version 2.
    Lumberjack,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 5] = [Protocol::Syslog, Protocol::Forward, Protocol::Gelf, Protocol::Relp, Protocol::Lumberjack];

    /// The name of its setting and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Syslog => "syslog",
            Protocol::Forward => "forward",
            Protocol::Gelf => "gelf",
            Protocol::Relp => "relp",
            Protocol::Lumberjack => "lumberjack",
        }
    }

    /// Whether it can be spoken there.
    pub fn is_spoken_over(self, endpoint: &Endpoint) -> bool {
        match endpoint {
            Endpoint::Udp(_) => matches!(self, Protocol::Syslog | Protocol::Gelf),
            Endpoint::UnixDatagram(_) => self == Protocol::Syslog,
            Endpoint::Tcp(_) | Endpoint::Tls(_) => true,
            Endpoint::UnixStream(_) => matches!(self, Protocol::Syslog | Protocol::Forward),
        }
    }
}

/// An address of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// `udp://127.0.0.1:514`
    Udp(SocketAddr),
    /// `tcp://127.0.0.1:601`
    Tcp(SocketAddr),
    /// `tls://0.0.0.0:6514`
    Tls(SocketAddr),
    /// `unixgram:/run/dendro/log`
    UnixDatagram(PathBuf),
    /// `unix:/run/dendro/forward`
    UnixStream(PathBuf),
}

impl Endpoint {
    /// The address, unless it is a path.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Endpoint::Udp(address) | Endpoint::Tcp(address) | Endpoint::Tls(address) => Some(*address),
            Endpoint::UnixDatagram(_) | Endpoint::UnixStream(_) => None,
        }
    }

    /// Whether other machines can reach it.
    pub fn is_remote(&self) -> bool {
        self.address().is_some_and(|address| !address.ip().is_loopback())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Udp(address) => write!(f, "udp://{address}"),
            Endpoint::Tcp(address) => write!(f, "tcp://{address}"),
            Endpoint::Tls(address) => write!(f, "tls://{address}"),
            Endpoint::UnixDatagram(path) => write!(f, "unixgram:{}", path.display()),
            Endpoint::UnixStream(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The text is no address of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected udp://, tcp:// or tls:// with an address and a port, or unix: or unixgram: with a path")]
pub struct NoEndpoint;

impl FromStr for Endpoint {
    type Err = NoEndpoint;

    fn from_str(text: &str) -> Result<Endpoint, NoEndpoint> {
        let (scheme, rest) = text.split_once(':').ok_or(NoEndpoint)?;
        let address = || rest.strip_prefix("//").and_then(|address| address.parse().ok()).ok_or(NoEndpoint);
        let path = || if rest.is_empty() { Err(NoEndpoint) } else { Ok(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))) };
        match scheme {
            "udp" => Ok(Endpoint::Udp(address()?)),
            "tcp" => Ok(Endpoint::Tcp(address()?)),
            "tls" => Ok(Endpoint::Tls(address()?)),
            "unixgram" if cfg!(unix) => Ok(Endpoint::UnixDatagram(path()?)),
            "unix" if cfg!(unix) => Ok(Endpoint::UnixStream(path()?)),
            _ => Err(NoEndpoint),
        }
    }
}

/// What senders may cost. All numbers are upper bounds.
#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    /// Open connections, all protocols together.
    pub connections: usize,
    /// Bytes of one message; of a longer one the beginning is kept.
    pub message_bytes: usize,
    /// Bytes of what is acknowledged as a whole: a chunk, a window, a frame.
    pub delivery_bytes: usize,
    /// The same, decompressed.
    pub decompressed_bytes: usize,
    /// Decompressed bytes per compressed byte.
    pub compression_ratio: usize,
    /// Bytes of messages that wait to be stored, by protocol. When it is full, streams are not read, and datagrams are
    /// dropped and counted.
    pub queue_bytes: usize,
    /// How long half a message may stand still.
    pub stall: Duration,
    /// Bytes a second that half a message must come with on average, once it took longer than `stall`.
    pub rate: usize,
    /// A peer that takes no byte of an acknowledgement for so long is gone.
    pub write_timeout: Duration,
}

impl SocketLimits {
    /// What fits beside the bounds of HTTP on the same machine.
    pub const STANDARD: SocketLimits = SocketLimits {
        // With the 768 of HTTP, below the usual 1,024 open files of a process.
        connections: 192,
        // Thirty times what rsyslog sends by default; a stack trace of some thousand frames.
        message_bytes: 256 << 10,
        // Fluentd cuts its chunks at 8 MB, Beats' windows have some 2 MB.
        delivery_bytes: 16 << 20,
        decompressed_bytes: 64 << 20,
        compression_ratio: 100,
        // A second of the fastest intake there is, four times over.
        queue_bytes: 16 << 20,
        stall: Duration::from_secs(30),
        rate: 16 << 10,
        write_timeout: Duration::from_secs(60),
    };
}

impl Sockets {
    /// Nothing listens.
    pub fn none() -> Sockets {
        Sockets { listeners: Vec::new(), client_ca: None, forward_key_file: None, open: false, limits: SocketLimits::STANDARD }
    }

    /// Whether other machines can reach a listener that does not check who they are.
    pub fn is_unguarded(&self, listener: &Listener) -> bool {
        let checks = match listener.endpoint {
            Endpoint::Tls(_) => {
                self.client_ca.is_some() || (listener.protocol == Protocol::Forward && self.forward_key_file.is_some())
            }
            _ => false,
        };
        listener.endpoint.is_remote() && !checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_come_back() {
        for text in ["udp://127.0.0.1:514", "tcp://[::1]:601", "tls://0.0.0.0:6514", "unixgram:/run/log", "unix:x/y"] {
            assert_eq!(text.parse::<Endpoint>().map(|endpoint| endpoint.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("unix:///run/log".parse(), Ok(Endpoint::UnixStream("/run/log".into())));
        for text in ["", "127.0.0.1:514", "udp:127.0.0.1:514", "udp://host:514", "udp://127.0.0.1", "http://127.0.0.1:1", "unix:"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(NoEndpoint), "{text}");
        }
    }

    #[test]
    fn other_machines_need_a_check() {
        let check = |protocol, endpoint: &str, change: fn(&mut Sockets), is_unguarded| {
            let mut sockets = Sockets::none();
            change(&mut sockets);
            let listener = Listener { protocol, endpoint: endpoint.parse().expect("an endpoint") };
            assert_eq!(sockets.is_unguarded(&listener), is_unguarded, "{endpoint}");
        };
        check(Protocol::Syslog, "udp://127.0.0.1:514", |_| {}, false);
        check(Protocol::Syslog, "unixgram:/run/log", |_| {}, false);
        check(Protocol::Syslog, "udp://0.0.0.0:514", |_| {}, true);
        check(Protocol::Syslog, "udp://0.0.0.0:514", |sockets| sockets.client_ca = Some("ca".into()), true);
        check(Protocol::Syslog, "tls://0.0.0.0:6514", |_| {}, true);
        check(Protocol::Syslog, "tls://0.0.0.0:6514", |sockets| sockets.client_ca = Some("ca".into()), false);
        check(Protocol::Syslog, "tls://0.0.0.0:6514", |sockets| sockets.forward_key_file = Some("key".into()), true);
        check(Protocol::Forward, "tls://0.0.0.0:24224", |sockets| sockets.forward_key_file = Some("key".into()), false);
        check(Protocol::Forward, "tcp://0.0.0.0:24224", |sockets| sockets.forward_key_file = Some("key".into()), true);
    }
}
