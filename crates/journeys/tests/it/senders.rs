//! Client libraries that nobody of this project wrote, sending to the binary: what they say they sent is there, once.

use crate::harness::{Chance, Server, folder, until};
use crate::outside::send;
use crate::stream_proxy::StreamProxy;

/// A server with a port for each dialect that has one.
fn server(data: &std::path::Path) -> Server {
    let flags = ["--listen-elasticsearch", "--listen-otlp-grpc", "--listen-otlp", "--listen-loki", "--listen-splunk"];
    let flags: Vec<&str> = flags.into_iter().flat_map(|flag| [flag, "127.0.0.1:0"]).collect();
    Server::start_with(data, &flags)
}

/// The port of a dialect, which the log tells.
fn port(server: &Server, dialect: &str) -> String {
    until("the port of a dialect", || {
        let logged = server.logged();
        let line = logged.lines().find(|line| line.contains("listening") && line.contains(&format!("\"{dialect}\"")))?;
        let rest = &line[line.find("127.0.0.1:")?..];
        Some(rest[..rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ':')).unwrap_or(rest.len())].to_owned())
    })
}

/// All that a sender says it sent is stored, each record once, and nothing is in quarantine.
async fn check(server: &Server, sender: &str, url: &str, count: usize, key: &str) {
    let sent = send(sender, url, count);
    assert_eq!(sent, count, "{sender}");
    let row = &server.sql(&format!("SELECT count(*) AS n, count(DISTINCT {key}) AS keys FROM logs")).await[0];
    assert_eq!((row["n"].as_u64(), row["keys"].as_u64()), (Some(count as u64), Some(count as u64)), "{sender}");
    let quarantined = &server.sql("SELECT count(*) AS n FROM quarantine").await[0];
    assert_eq!(quarantined["n"], 0, "{sender}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elasticsearch_client() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "elasticsearch", &format!("http://{}", port(&server, "elasticsearch")), 10_000, "key").await;
    let source = &server.sql("SELECT DISTINCT source, \"_index\" AS i FROM logs").await[0];
    assert_eq!((&source["source"], &source["i"]), (&"logs-journey-default".into(), &"logs-journey-default".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elasticsearch_client_on_the_main_port() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    check(&server, "elasticsearch", &format!("{}/elasticsearch", server.url), 1000, "key").await;
}

/// Connections break in the middle of requests, and answers get lost; the sender sends the same again until it has its answer.
async fn check_on_a_broken_network(sender: &'static str, dialect: Option<&str>, breaks: usize) {
    let key = match sender {
        "cloudevents_batches" => "id",
        "gelf_http" => "_key",
        _ => "key",
    };
    let (_temporary, data) = folder();
    let server = server(&data);
    let address = dialect.map_or_else(|| server.url.trim_start_matches("http://").to_owned(), |dialect| port(&server, dialect));
    let port = address.rsplit_once(':').expect("a port").1.parse().expect("a port");
    let proxy = StreamProxy::start(port, breaks, Chance::new()).await;
    let url = format!("http://{}", proxy.address);
    let sent = tokio::task::spawn_blocking(move || send(sender, &url, 10_000)).await.expect("sender");
    let row = &server.sql(&format!("SELECT count(*) AS n, count(DISTINCT {key}) AS keys FROM logs")).await[0];
    let quarantined = &server.sql("SELECT count(*) AS n FROM quarantine").await[0];
    let found = (sent, row["n"].as_u64(), row["keys"].as_u64(), quarantined["n"].as_u64());
    assert_eq!(found, (10_000, Some(10_000), Some(10_000), Some(0)), "{sender}");
    proxy.worked();
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn elasticsearch_client_on_a_broken_network() {
    check_on_a_broken_network("elasticsearch", Some("elasticsearch"), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opentelemetry_over_http_on_a_broken_network() {
    check_on_a_broken_network("otlp_http", None, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opentelemetry_over_grpc_on_a_broken_network() {
    check_on_a_broken_network("otlp_grpc", Some("otlp_grpc"), 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn datadog_client_on_a_broken_network() {
    check_on_a_broken_network("datadog", None, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn loki_pushes_on_a_broken_network() {
    check_on_a_broken_network("loki_pushes", Some("loki"), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn splunk_with_acknowledgements_on_a_broken_network() {
    check_on_a_broken_network("splunk_acknowledged", Some("splunk"), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn firehose_deliveries_on_a_broken_network() {
    check_on_a_broken_network("firehose", None, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cloudevents_on_a_broken_network() {
    check_on_a_broken_network("cloudevents_batches", None, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn gelf_over_http_on_a_broken_network() {
    check_on_a_broken_network("gelf_http", None, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opentelemetry_over_http() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "otlp_http", &server.url, 10_000, "key").await;
    let row = &server.sql("SELECT DISTINCT source, severity FROM logs").await[0];
    assert_eq!((&row["source"], &row["severity"]), (&"journey".into(), &"INFO".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opentelemetry_over_grpc() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "otlp_grpc", &format!("http://{}", port(&server, "otlp_grpc")), 10_000, "key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opentelemetry_spans() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "spans", &format!("http://{}", port(&server, "otlp")), 1000, "span_id").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loki_handler() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "loki", &format!("http://{}", port(&server, "loki")), 400, "key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn splunk_handler() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "splunk", &format!("http://{}", port(&server, "splunk")), 300, "key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datadog_client() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "datadog", &server.url, 10_000, "key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cloudevents_library() {
    let (_temporary, data) = folder();
    let server = server(&data);
    check(&server, "cloudevents", &server.url, 300, "id").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn standard_webhooks_library_on_a_broken_network() {
    let (_temporary, data) = folder();
    let secret = ("PAY_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let server = Server::start_in(&data, &["--hooks", "pay=standard@env:PAY_SECRET"], &[secret]);
    let port = server.url.rsplit_once(':').expect("a port").1.parse().expect("a port");
    let proxy = StreamProxy::start(port, 10, Chance::new()).await;
    let url = format!("http://{}/v1/hooks/pay", proxy.address);
    let sent = tokio::task::spawn_blocking(move || send("webhooks", &url, 300)).await.expect("sender");
    let row = &server.sql("SELECT count(*) AS n, count(DISTINCT \"data.key\") AS keys FROM logs").await[0];
    assert_eq!((sent, row["n"].as_u64(), row["keys"].as_u64()), (300, Some(300), Some(300)));
    let row = &server.sql("SELECT DISTINCT source, message FROM logs").await[0];
    assert_eq!((&row["source"], &row["message"]), (&"pay".into(), &"order.paid".into()));
    proxy.worked();
    server.stop();
}
