//! The languages of agents: requests that were made for other servers, answered as those would answer them.
//!
//! In: a request whose path, or port, says whose language it is. Out: the same way through the house as everything else
//! ([`crate::store`]), and an answer in the sender's own form, errors too. A dialect never takes half a request: pieces
//! that cannot become records go to quarantine and count as taken, because agents lose data over mixed answers.

mod cloud_events;
mod credentials;
mod datadog;
mod deliver;
mod elasticsearch;
mod firehose;
mod framing;
mod gelf;
pub(crate) mod hooks;
mod journal;
mod loki;
mod manner;
mod otlp;
mod splunk;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::Uri;

use crate::app::App;
use crate::graphql;

pub(crate) use credentials::presented;
pub(crate) use journal::Journals;
pub(crate) use manner::{Manner, problem_of};
pub(crate) use splunk::Acks;

/// Whose language a request is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Dendro's own.
    Own,
    /// Elasticsearch's bulk API and what its clients ask before they use it.
    Elasticsearch,
    /// OpenTelemetry's protocol over HTTP.
    Otlp,
    /// The same over gRPC, which needs a port of its own: it is HTTP/2.
    OtlpGrpc,
    /// Loki's push.
    Loki,
    /// Splunk's HTTP event collector.
    Splunk,
    /// Datadog's log intake.
    Datadog,
    /// GELF over HTTP.
    Gelf,
    /// CloudEvents over HTTP.
    CloudEvents,
    /// Amazon Data Firehose's HTTP endpoint.
    Firehose,
    /// What `systemd-journal-upload` sends.
    Journal,
    /// Webhooks, which are answered as Dendro answers.
    Hook,
    /// Dendro's own questions in GraphQL, whose errors have a form of their own.
    Graphql,
}

/// An address on which one dialect is spoken, with paths as its agents have them built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Which one.
    pub dialect: Dialect,
    /// Where. Any address but loopback needs `tls` and `token_file`.
    pub address: SocketAddr,
}

impl Dialect {
    /// The dialects that can have a port of their own.
    pub const WITH_PORT: [Dialect; 5] =
        [Dialect::Elasticsearch, Dialect::Otlp, Dialect::OtlpGrpc, Dialect::Loki, Dialect::Splunk];

    /// The name in settings, metrics and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Own => "dendro",
            Dialect::Elasticsearch => "elasticsearch",
            Dialect::Otlp => "otlp",
            Dialect::OtlpGrpc => "otlp_grpc",
            Dialect::Loki => "loki",
            Dialect::Splunk => "splunk",
            Dialect::Datadog => "datadog",
            Dialect::Gelf => "gelf",
            Dialect::CloudEvents => "cloudevents",
            Dialect::Firehose => "firehose",
            Dialect::Journal => "journal",
            Dialect::Hook => "hook",
            Dialect::Graphql => "graphql",
        }
    }

    /// Whether its port speaks HTTP/2.
    pub(crate) fn is_http2(self) -> bool {
        self == Dialect::OtlpGrpc
    }

    /// Of a path on the main port.
    fn of(path: &str) -> Dialect {
        let is_below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match path {
            _ if is_below(elasticsearch::PREFIX) => Dialect::Elasticsearch,
            _ if otlp::has(path) => Dialect::Otlp,
            _ if loki::PATHS.contains(&path) => Dialect::Loki,
            _ if splunk::has(path) => Dialect::Splunk,
            _ if datadog::has(path) => Dialect::Datadog,
            gelf::PATH => Dialect::Gelf,
            cloud_events::PATH => Dialect::CloudEvents,
            firehose::PATH => Dialect::Firehose,
            journal::PATH => Dialect::Journal,
            _ if path.starts_with(hooks::PREFIX) => Dialect::Hook,
            graphql::PATH => Dialect::Graphql,
            _ => Dialect::Own,
        }
    }
}

/// Paths of the dialects that have no more than some, as labels of their figures.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    let few = [loki::READY, gelf::PATH, cloud_events::PATH, firehose::PATH, journal::PATH];
    otlp::PATHS.into_iter().map(|(path, _)| path).chain(loki::PATHS).chain(splunk::paths()).chain(datadog::PATHS).chain(few)
}

/// The routes of all dialects, for the main port.
pub(crate) fn router() -> Router<Arc<App>> {
    elasticsearch::below_prefix()
        .merge(otlp::routes())
        .merge(loki::routes())
        .merge(splunk::routes())
        .merge(datadog::routes())
        .merge(gelf::routes())
        .merge(cloud_events::routes())
        .merge(firehose::routes())
        .merge(journal::routes())
}

/// The routes of the one that has a port of its own.
pub(crate) fn router_of(dialect: Dialect) -> Router<Arc<App>> {
    match dialect {
        Dialect::Own | Dialect::Hook | Dialect::Graphql => Router::new(),
        Dialect::Elasticsearch => elasticsearch::at_root(),
        Dialect::Otlp => otlp::routes(),
        Dialect::OtlpGrpc => otlp::grpc_routes(),
        Dialect::Loki => loki::routes(),
        Dialect::Splunk => splunk::routes(),
        Dialect::Datadog => datadog::routes(),
        Dialect::Gelf => gelf::routes(),
        Dialect::CloudEvents => cloud_events::routes(),
        Dialect::Firehose => firehose::routes(),
        Dialect::Journal => journal::routes(),
    }
}

/// A parameter of the URL.
pub(crate) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
