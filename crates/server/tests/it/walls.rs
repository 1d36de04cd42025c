use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use lake::Lake;
use record::{Kind, SystemClock};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use server::{Config, Tls};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::client::{Ask, exchange};
use crate::house::{House, config, lake_config, rooms};

const TOKEN: &str = "a-token-of-some-length";

fn token_file() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    writeln!(file, "# tokens\n{TOKEN} # the agent").expect("write");
    file
}

fn tls() -> Tls {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    Tls { certificates: folder.join("localhost.pem"), key: folder.join("localhost.key") }
}

#[tokio::test]
async fn every_door_wants_a_token_when_there_are_some() {
    let file = token_file();
    let house = House::with(|config| config.token_file = Some(file.path().to_owned()), |_| {}).await;
    let doors = [
        ("GET", "/"),
        ("GET", "/openapi.json"),
        ("GET", "/metrics"),
        ("GET", "/healthz"),
        ("POST", "/api/v1/ingest"),
        ("POST", "/search"),
        ("POST", "/api/v1/query"),
        ("POST", "/api/v1/sql"),
        ("GET", "/api/v1/tail"),
        ("GET", "/api/v1/fields"),
        ("GET", "/api/v1/histogram"),
        ("GET", "/api/v1/context/x"),
        ("GET", "/nothing"),
        ("GET", "/livez/"),
        ("DELETE", "/search"),
    ];
    for (method, path) in doors {
        for headers in [&[][..], &[("Authorization", "Bearer another-token-here")], &[("Authorization", "Basic YTpi")]] {
            let ask = headers.iter().fold(Ask::new(method, path), |ask, (name, value)| ask.header(name, value));
            let told = house.send(ask).await;
            told.assert_problem(401);
            assert!(told.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        }
    }
    for path in ["/livez", "/readyz"] {
        assert_eq!(house.send(Ask::get(path)).await.status, 200, "{path}");
    }
    let token = format!("Bearer {TOKEN}");
    assert_eq!(house.send(Ask::get("/healthz").header("Authorization", &token)).await.status, 200);
    // With a token, any name leads here: the server may stand behind one.
    let named = Ask::get("/healthz").header("Authorization", &token).header("Host", "logs.example.com");
    assert_eq!(house.send(named).await.status, 200);
}

#[tokio::test]
async fn without_tokens_pages_from_elsewhere_are_kept_out() {
    let house = House::new().await;
    let body = "{\"message\":\"planted\"}";
    let ask = || Ask::post("/api/v1/ingest", body).header("Content-Type", "text/plain");
    house.send(ask().header("Origin", "https://evil.example")).await.assert_problem(403);
    house.send(ask().header("Host", "evil.example")).await.assert_problem(403);
    assert_eq!(house.send(ask().header("Host", "localhost")).await.status, 200);
}

async fn bind(change: impl FnOnce(&mut Config)) -> Result<server::Server, server::Error> {
    let folder = tempfile::tempdir().expect("folder");
    let lake = Lake::open(lake_config(folder.path()), Arc::new(SystemClock)).await.expect("lake");
    let mut config = config();
    change(&mut config);
    server::bind(config, rooms(lake).await).await
}

#[tokio::test]
async fn other_machines_are_let_in_only_with_both_walls() {
    let file = token_file();
    let check = async |has_tls: bool, has_tokens: bool, expected: bool| {
        let bound = bind(|config| {
            config.listen = SocketAddr::from(([0, 0, 0, 0], 0));
            config.tls = has_tls.then(tls);
            config.token_file = has_tokens.then(|| file.path().to_owned());
        })
        .await;
        assert_eq!(bound.is_ok(), expected, "{has_tls} {has_tokens}");
        if let Err(error) = bound {
            assert_eq!(error.kind(), Kind::Denied);
            assert!(error.hint().contains("127.0.0.1"));
        }
    };
    check(false, false, false).await;
    check(true, false, false).await;
    check(false, true, false).await;
    check(true, true, true).await;
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let empty = tempfile::NamedTempFile::new().expect("file");
    let error = bind(|config| config.token_file = Some(empty.path().to_owned())).await.err().expect("no token");
    assert!(error.to_string().ends_with("it holds no token"), "{error}");
    let error = bind(|config| config.token_file = Some("/nowhere/tokens".into())).await.err().expect("no file");
    assert_eq!(error.kind(), Kind::Invalid);
    let error = bind(|config| config.tls = Some(Tls { certificates: empty.path().to_owned(), ..tls() })).await.err();
    assert!(error.expect("no certificate").to_string().ends_with("it holds no certificate"));
    let first = bind(|_| {}).await.expect("a free port");
    let error = bind(|config| config.listen = first.local_addr()).await.err().expect("taken");
    assert_eq!(error.kind(), Kind::Conflict);
}

#[tokio::test]
async fn tls_is_spoken() {
    let house = House::with(|config| config.tls = Some(tls()), |_| {}).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(tls().certificates).expect("certificate")).expect("root");
    let client = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(house.address).await.expect("connect");
    let name = ServerName::try_from("localhost").expect("name");
    let stream = TlsConnector::from(Arc::new(client)).connect(name, tcp).await.expect("handshake");
    let told = exchange(stream, &Ask::get("/livez").bytes(house.address)).await;
    assert_eq!((told.status, told.text()), (200, "ok\n"));
    assert!(told.header("strict-transport-security").starts_with("max-age="));
}
