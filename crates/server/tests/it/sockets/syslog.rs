use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use server::{Endpoint, Listener, Protocol, Tls};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket, UnixDatagram, UnixStream};
use tokio_rustls::TlsConnector;

use super::{connect, house, listen, rest, send};
use crate::house::House;

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[tokio::test]
async fn streams_of_lines_and_of_counted_messages() {
    let mut house = house(Protocol::Syslog, "tcp://127.0.0.1:0").await;
    let (mut lines, mut counted) = (connect(&house).await, connect(&house).await);
    send(&mut lines, "<34>Feb  6 14:23:45 db su: one\r\n<14>tw").await;
    send(&mut counted, "26 <14>1 - h app - - - three\n426 <14>1 - h app - - - four").await;
    send(&mut lines, "o\nno header\n<14>five").await;
    drop((lines, counted));
    let stored = sorted(house.stored(6).await);
    assert_eq!(
        stored,
        ["!<14>1 - h app - - - four", "127.0.0.1||five", "127.0.0.1||no header", "127.0.0.1||two", "db|su|one", "h|app|three\n"]
            .map(|text| text.trim_end())
    );
    house.until_metric("dendro_socket_connections{protocol=\"syslog\"}", 0.0).await;
    house.until_metric("dendro_socket_messages_total{protocol=\"syslog\"}", 6.0).await;
    assert_eq!(house.metric("dendro_socket_flawed_total{protocol=\"syslog\",flaw=\"cut_off\"}").await, 1.0);
}

#[tokio::test]
async fn datagrams_over_udp_and_sockets_of_unix() {
    let folder = tempfile::tempdir().expect("folder");
    let (datagrams, streams) = (folder.path().join("log"), folder.path().join("stream"));
    // A crash left these.
    drop(std::os::unix::net::UnixDatagram::bind(&datagrams).expect("bind"));
    drop(std::os::unix::net::UnixListener::bind(&streams).expect("bind"));
    let mut house = House::with(
        |config| {
            listen(config, Protocol::Syslog, "udp://127.0.0.1:0");
            listen(config, Protocol::Syslog, &format!("unixgram:{}", datagrams.display()));
            listen(config, Protocol::Syslog, &format!("unix:{}", streams.display()));
        },
        |_| {},
    )
    .await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    for message in ["<14>one\0", "<14>two\n", "", "\n\0"] {
        udp.send_to(message.as_bytes(), house.socket()).await.expect("send");
    }
    let unix = UnixDatagram::unbound().expect("socket");
    unix.send_to(b"<14>Feb  6 14:23:45 app[7]: three", &datagrams).await.expect("send");
    UnixStream::connect(&streams).await.expect("connect").write_all(b"<14>four\n").await.expect("send");
    assert_eq!(sorted(house.stored(4).await), ["127.0.0.1||one", "127.0.0.1||two", "|app|three", "||four"]);
    house.stopped().await;
    assert!(!datagrams.exists() && !streams.exists(), "sockets are removed");
}

#[tokio::test]
async fn what_was_sent_before_the_stop_is_stored() {
    let mut house = House::with(
        |config| {
            listen(config, Protocol::Syslog, "udp://127.0.0.1:0");
            listen(config, Protocol::Syslog, "tcp://127.0.0.1:0");
        },
        |_| {},
    )
    .await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    let mut tcp = TcpStream::connect(house.socket_at(1)).await.expect("connect");
    send(&mut tcp, "<14>0\n").await;
    assert_eq!(house.stored(1).await, ["127.0.0.1||0"]);
    for number in 1..=200 {
        send(&mut tcp, format!("<14>{number}\n")).await;
        udp.send_to(format!("<14>{number}").as_bytes(), house.socket()).await.expect("send");
    }
    send(&mut tcp, "<14>half").await;
    house.stopped().await;
    let stored = house.stored(401).await;
    assert!(stored.contains(&"127.0.0.1||half".to_owned()));
}

#[tokio::test]
async fn a_full_lake_makes_streams_wait_and_datagrams_count() {
    let mut house = House::with(
        |config| {
            config.sockets.limits.queue_bytes = 4 << 10;
            listen(config, Protocol::Syslog, "tcp://127.0.0.1:0");
            listen(config, Protocol::Syslog, "udp://127.0.0.1:0");
        },
        |lake| {
            lake.memtable_limit_bytes = 64 << 10;
            lake.seal_after = Duration::from_millis(200);
        },
    )
    .await;
    let address = house.socket();
    let sender = tokio::spawn(async move {
        let mut tcp = TcpStream::connect(address).await.expect("connect");
        for number in 0..5_000 {
            send(&mut tcp, format!("<14>{number} {}\n", "x".repeat(100))).await;
        }
    });
    let mut stored = house.stored(5_000).await;
    sender.await.expect("sent");
    stored.sort();
    stored.dedup();
    assert_eq!(stored.len(), 5_000);
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    let mut sent = 0.0;
    let lost = "dendro_socket_lost_total{protocol=\"syslog\",reason=\"queue_full\"}";
    while house.metric(lost).await == 0.0 {
        for _ in 0..100 {
            udp.send_to(format!("<14>{}", "y".repeat(1000)).as_bytes(), house.socket_at(1)).await.expect("send");
            sent += 1.0;
        }
    }
    for _ in 0..3000 {
        let in_kernel = house.metric("dendro_socket_lost_total{protocol=\"syslog\",reason=\"receive_buffer\"}").await;
        let stored = house.metric("dendro_socket_messages_total{protocol=\"syslog\"}").await - 5_000.0;
        if house.metric(lost).await + in_kernel + stored == sent {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("some of {sent} datagrams are neither stored nor counted");
}

#[tokio::test]
async fn tls_where_none_is_expected_and_messages_too_long() {
    let mut house = House::with(
        |config| {
            config.sockets.limits.message_bytes = 32;
            listen(config, Protocol::Syslog, "tcp://127.0.0.1:0");
        },
        |_| {},
    )
    .await;
    let mut tls = connect(&house).await;
    send(&mut tls, [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await;
    assert_eq!(rest(&mut tls).await, b"");
    house.until_metric("dendro_socket_closed_total{protocol=\"syslog\",reason=\"malformed\"}", 1.0).await;
    let mut stream = connect(&house).await;
    send(&mut stream, format!("<14>{}\n999999999 <14>{}", "x".repeat(100_000), "y".repeat(100_000))).await;
    let expected = [format!("127.0.0.1||{}", "x".repeat(28)), format!("127.0.0.1||{}", "y".repeat(28))];
    assert_eq!(house.stored(2).await, expected);
    assert_eq!(house.metric("dendro_socket_flawed_total{protocol=\"syslog\",flaw=\"truncated\"}").await, 2.0);
}

#[tokio::test]
async fn other_machines_are_let_in_only_when_somebody_said_so() {
    let bind = |protocol, endpoint: &str, open| {
        let mut config = crate::house::config();
        config.sockets.open = open;
        config.sockets.listeners.push(Listener { protocol, endpoint: endpoint.parse().expect("an endpoint") });
        async move {
            let folder = tempfile::tempdir().expect("folder");
            let lake = lake::Lake::open(crate::house::lake_config(folder.path()), std::sync::Arc::new(record::SystemClock)).await;
            server::bind(config, crate::house::rooms(lake.expect("lake")).await).await.map(|server| server.sockets())
        }
    };
    for endpoint in ["udp://0.0.0.0:0", "tcp://0.0.0.0:0", "tls://0.0.0.0:0"] {
        let refused = bind(Protocol::Syslog, endpoint, false).await.expect_err("open to all");
        assert_eq!(refused.kind(), record::Kind::Denied, "{refused}");
        assert!(refused.hint().contains("socket_open"), "{}", refused.hint());
    }
    let opened = bind(Protocol::Syslog, "udp://0.0.0.0:0", true).await.expect("somebody said so");
    assert!(matches!(opened[0].endpoint, Endpoint::Udp(address) if address.port() > 0));
    let without_certificate = bind(Protocol::Syslog, "tls://127.0.0.1:0", false).await.expect_err("no certificate");
    assert_eq!(without_certificate.kind(), record::Kind::Invalid);
    assert!(bind(Protocol::Relp, "udp://127.0.0.1:0", false).await.is_err(), "not spoken there");
}

fn tls() -> Tls {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    Tls { certificates: folder.join("localhost.pem"), key: folder.join("localhost.key") }
}

/// A client that trusts the test's certificate, and shows it as its own if it is to have one.
fn client(has_certificate: bool) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(tls().certificates).expect("certificate");
    roots.add(certificate.clone()).expect("root");
    let client = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let client = match has_certificate {
        true => client
            .with_client_auth_cert(vec![certificate], PrivateKeyDer::from_pem_file(tls().key).expect("key"))
            .expect("client certificate"),
        false => client.with_no_client_auth(),
    };
    TlsConnector::from(Arc::new(client))
}

#[tokio::test]
async fn tls_with_and_without_a_certificate_of_the_client() {
    let mut house = House::with(
        |config| {
            config.tls = Some(tls());
            config.sockets.client_ca = Some(tls().certificates);
            listen(config, Protocol::Syslog, "tls://127.0.0.1:0");
        },
        |_| {},
    )
    .await;
    let name = || ServerName::try_from("localhost").expect("name");
    let mut known = client(true).connect(name(), connect(&house).await).await.expect("handshake");
    known.write_all(b"<14>one\n").await.expect("write");
    known.shutdown().await.expect("shutdown");
    assert_eq!(house.stored(1).await, ["127.0.0.1||one"]);
    // In TLS 1.3 the client learns that it was refused when it reads.
    if let Ok(mut unknown) = client(false).connect(name(), connect(&house).await).await {
        let _ = unknown.write_all(b"<14>two\n").await;
        let mut answer = [0; 1];
        assert!(tokio::io::AsyncReadExt::read(&mut unknown, &mut answer).await.is_err());
    }
    // Half a handshake, and what is none.
    send(&mut connect(&house).await, [0x16, 0x03, 0x01, 0x02]).await;
    let mut plain = connect(&house).await;
    send(&mut plain, "<14>without TLS\n").await;
    rest(&mut plain).await;
    let mut known = client(true).connect(name(), connect(&house).await).await.expect("handshake");
    known.write_all(b"<14>three\n").await.expect("write");
    assert_eq!(house.stored(1).await, ["127.0.0.1||three"], "and nothing of the others");
}
