use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::text::Exposition;
use crate::sockets::Protocol;

/// What happens on sockets, by protocol and reason. Labels are words of this program only.
#[derive(Debug, Default)]
pub(crate) struct SocketFigures {
    totals: Mutex<BTreeMap<(Family, Protocol, &'static str), u64>>,
    open: Mutex<BTreeMap<Protocol, u64>>,
    /// Ports of UDP whose losses the kernel counts.
    udp_ports: Mutex<Vec<(Protocol, u16)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Accepted,
    Closed,
    Messages,
    Repeated,
    Lost,
    Flawed,
}

impl Family {
    const ALL: [(Family, &str, &str, &str); 6] = [
        (Family::Accepted, "dendro_socket_connections_total", "", "Connections accepted on sockets."),
        (Family::Closed, "dendro_socket_closed_total", "reason", "Connections that were not ended by their peer."),
        (Family::Messages, "dendro_socket_messages_total", "", "Messages stored, quarantined ones included."),
        (Family::Repeated, "dendro_socket_repeated_total", "", "Messages recognised as sent again, and not stored again."),
        (Family::Lost, "dendro_socket_lost_total", "reason", "Messages that came and could not be kept."),
        (Family::Flawed, "dendro_socket_flawed_total", "flaw", "Messages that were cut or framed wrongly."),
    ];
}

impl SocketFigures {
    /// A connection was accepted.
    pub(crate) fn accepted(&self, protocol: Protocol) {
        self.add(Family::Accepted, protocol, "", 1);
        *self.open.lock().entry(protocol).or_default() += 1;
    }

    /// A connection has ended.
    pub(crate) fn ended(&self, protocol: Protocol) {
        if let Some(open) = self.open.lock().get_mut(&protocol) {
            *open = open.saturating_sub(1);
        }
    }

    /// A connection was closed for a reason.
    pub(crate) fn closed(&self, protocol: Protocol, reason: &'static str) {
        self.add(Family::Closed, protocol, reason, 1);
    }

    /// Messages became durable.
    pub(crate) fn messages(&self, protocol: Protocol, count: u64) {
        self.add(Family::Messages, protocol, "", count);
    }

    /// Messages were recognised.
    pub(crate) fn repeated(&self, protocol: Protocol, count: u64) {
        self.add(Family::Repeated, protocol, "", count);
    }

    /// Messages are gone.
    pub(crate) fn lost(&self, protocol: Protocol, reason: &'static str, count: u64) {
        self.add(Family::Lost, protocol, reason, count);
    }

    /// Messages were kept, but not as they were meant.
    pub(crate) fn flawed(&self, protocol: Protocol, flaw: &'static str, count: u64) {
        self.add(Family::Flawed, protocol, flaw, count);
    }

    /// A port of UDP was opened.
    pub(crate) fn watch_udp(&self, protocol: Protocol, port: u16) {
        self.udp_ports.lock().push((protocol, port));
    }

    fn add(&self, family: Family, protocol: Protocol, label: &'static str, count: u64) {
        if count > 0 {
            *self.totals.lock().entry((family, protocol, label)).or_default() += count;
        }
    }

    pub(super) fn write(&self, out: &mut Exposition) {
        out.family("dendro_socket_connections", "gauge", "Open connections on sockets.");
        for (protocol, count) in self.open.lock().iter() {
            out.sample("", &[("protocol", protocol.as_str())], *count as f64);
        }
        let totals = self.totals.lock().clone();
        for (family, name, label, help) in Family::ALL {
            out.family(name, "counter", help);
            for ((_, protocol, value), count) in totals.iter().filter(|((of, ..), _)| *of == family) {
                let labels = [("protocol", protocol.as_str()), (label, *value)];
                out.sample("", if label.is_empty() { &labels[..1] } else { &labels }, *count as f64);
            }
            if family == Family::Lost {
                for (protocol, count) in self.kernel_losses() {
                    out.sample("", &[("protocol", protocol.as_str()), ("reason", "receive_buffer")], count as f64);
                }
            }
        }
    }

    /// Datagrams that the kernel threw away because its buffer was full: Linux tells them by port.
    fn kernel_losses(&self) -> BTreeMap<Protocol, u64> {
        let mut losses = BTreeMap::new();
        let ports = self.udp_ports.lock().clone();
        if ports.is_empty() {
            return losses;
        }
        for table in ["/proc/net/udp", "/proc/net/udp6"] {
            let Ok(text) = std::fs::read_to_string(table) else { continue };
            for (port, drops) in text.lines().filter_map(drops_of) {
                for (protocol, _) in ports.iter().filter(|(_, watched)| *watched == port) {
                    *losses.entry(*protocol).or_default() += drops;
                }
            }
        }
        losses
    }
}

/// Local port (hexadecimal, behind the address) and drops (the last column) of a line of `/proc/net/udp`.
fn drops_of(line: &str) -> Option<(u16, u64)> {
    let mut words = line.split_ascii_whitespace();
    let (_, port) = words.nth(1)?.rsplit_once(':')?;
    Some((u16::from_str_radix(port, 16).ok()?, words.next_back()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let line = " 3310: 0100007F:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 61247 2 0000000000000000 17";
        assert_eq!(drops_of(line), Some((514, 17)));
        let head =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
        assert_eq!(drops_of(head), None);
        assert_eq!(drops_of(""), None);
    }

    #[test]
    fn figures_are_told_by_protocol_and_reason() {
        let figures = SocketFigures::default();
        figures.accepted(Protocol::Relp);
        figures.accepted(Protocol::Relp);
        figures.ended(Protocol::Relp);
        figures.closed(Protocol::Relp, "malformed");
        figures.messages(Protocol::Syslog, 3);
        figures.lost(Protocol::Gelf, "queue_full", 2);
        let mut out = Exposition::default();
        figures.write(&mut out);
        let text = out.finish();
        for line in [
            "dendro_socket_connections{protocol=\"relp\"} 1",
            "dendro_socket_connections_total{protocol=\"relp\"} 2",
            "dendro_socket_closed_total{protocol=\"relp\",reason=\"malformed\"} 1",
            "dendro_socket_messages_total{protocol=\"syslog\"} 3",
            "dendro_socket_lost_total{protocol=\"gelf\",reason=\"queue_full\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
