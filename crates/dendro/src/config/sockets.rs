use server::{Endpoint, Listener, Protocol, SocketLimits, Sockets};

use super::raw::Raw;

/// The smallest longest message: RFC 5424 wants at least so many bytes to be taken.
const MESSAGE_BYTES_MIN: usize = 2048;

/// The largest longest message: what a text of a record may have.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Where agents that do not speak HTTP may send. All problems are noted in `raw`.
pub(super) fn meant(raw: &mut Raw, has_tls: bool, limits: server::Limits) -> Sockets {
    let mut sockets = Sockets {
        listeners: Protocol::ALL.into_iter().flat_map(|protocol| listeners(raw, protocol)).collect(),
        client_ca: raw.path("socket_client_ca"),
        forward_key_file: raw.path("forward_key_file"),
        open: raw.parse("socket_open"),
        limits: SocketLimits {
            connections: raw.parse("socket_connections"),
            message_bytes: usize::try_from(raw.size("socket_message_max")).unwrap_or(usize::MAX),
            decompressed_bytes: limits.decompressed_bytes,
            stall: limits.body_idle,
            ..SocketLimits::STANDARD
        },
    };
    check(raw, &sockets, has_tls);
    sockets.limits.delivery_bytes = sockets.limits.delivery_bytes.min(limits.bodies_bytes);
    sockets
}

fn listeners(raw: &mut Raw, protocol: Protocol) -> Vec<Listener> {
    let name = protocol.as_str();
    let written = raw.get(name).0.to_owned();
    let mut listeners = Vec::new();
    for text in written.split([',', ' ']).filter(|text| !text.is_empty()) {
        match text.parse::<Endpoint>() {
            Ok(endpoint) if protocol.is_spoken_over(&endpoint) => listeners.push(Listener { protocol, endpoint }),
            Ok(endpoint) => raw.problem(format!("{name}: it is not spoken over {endpoint}")),
            Err(error) => raw.problem(format!("{name}: {error}, found `{text}`")),
        }
    }
    listeners
}

fn check(raw: &mut Raw, sockets: &Sockets, has_tls: bool) {
    for listener in &sockets.listeners {
        let (name, endpoint) = (listener.protocol.as_str(), &listener.endpoint);
        if matches!(endpoint, Endpoint::Tls(_)) && !has_tls {
            raw.problem(format!("{name}: {endpoint} needs tls_cert and tls_key"));
        }
        if sockets.is_unguarded(listener) && !sockets.open {
            raw.problem(format!(
                "{name}: {endpoint} can be reached from other machines, which needs tls:// with socket_client_ca{}, or socket_open = true",
                if listener.protocol == Protocol::Forward { " or forward_key_file" } else { "" }
            ));
        }
    }
    let within = MESSAGE_BYTES_MIN..=MESSAGE_BYTES_MAX;
    if !within.contains(&sockets.limits.message_bytes) {
        raw.problem("socket_message_max: at least 2KiB, at most 1MiB".to_owned());
    }
    if sockets.limits.connections == 0 {
        raw.problem("socket_connections: at least 1".to_owned());
    }
}
