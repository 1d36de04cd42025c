//! What agents ask before they send: who is there, is it licensed, are their templates installed. Whatever they want
//! installed is there already, so that they do not try: Dendro needs no templates, policies or pipelines.

use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use crate::app::App;

/// The version that is told to whoever does not tell its own. Agents refuse servers that are older than themselves.
const VERSION: &str = "8.19.0";

/// Longest version that is repeated.
const VERSION_MAX_BYTES: usize = 32;

/// A question, without its body.
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    pub(super) segments: &'a [&'a str],
    pub(super) headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// The answer; `None` where Elasticsearch has something that is not spoken here.
    pub(super) fn answer(&self, app: &App) -> Option<Value> {
        let is_read = matches!(*self.method, Method::GET | Method::HEAD);
        let is_put = matches!(*self.method, Method::PUT | Method::POST);
        if is_read { self.read(app) } else { is_put.then(|| self.put()).flatten() }
    }

    fn read(&self, app: &App) -> Option<Value> {
        Some(match self.segments {
            [] => self.about(),
            ["_license"] => json!({ "license": license() }),
            ["_xpack"] => json!({
                "build": { "hash": "dendro", "date": "2024-01-01T00:00:00.000Z" },
                "license": { "uid": UUID, "type": "basic", "mode": "basic", "status": "active" },
                "features": { "ilm": { "available": true, "enabled": true } },
                "tagline": TAGLINE,
            }),
            ["_cluster", "health", ..] | ["_cat", "health"] => health(),
            ["_nodes", "http"] | ["_nodes", _, "http"] | ["_nodes"] => self.nodes(app),
            ["_index_template", name] => {
                let template = json!({ "index_patterns": ["*"], "composed_of": [], "data_stream": {} });
                json!({ "index_templates": [{ "name": name, "index_template": template }] })
            }
            ["_component_template", name] => {
                json!({ "component_templates": [{ "name": name, "component_template": { "template": {} } }] })
            }
            ["_template", name] => named(name, json!({ "index_patterns": ["*"], "settings": {}, "mappings": {}, "aliases": {} })),
            ["_ilm", "policy", name] => named(name, json!({ "version": 1, "policy": { "phases": {} } })),
            ["_ilm", "status"] => json!({ "operation_mode": "RUNNING" }),
            ["_ingest", "pipeline", name] => named(name, json!({ "processors": [] })),
            ["_data_stream", name] => json!({ "data_streams": [{ "name": name, "status": "GREEN", "generation": 1 }] }),
            ["_alias", name] => named(name, json!({ "aliases": {} })),
            ["_aliases"] | ["_rollup", ..] | ["_logstash", ..] => json!({}),
            [index] | [index, "_settings" | "_alias"] if !index.starts_with('_') => {
                named(index, json!({ "aliases": {}, "mappings": {}, "settings": {} }))
            }
            _ => return None,
        })
    }

    fn put(&self) -> Option<Value> {
        Some(match self.segments {
            ["_index_template" | "_template" | "_component_template" | "_data_stream" | "_alias", _]
            | ["_ilm", "policy", _]
            | ["_ingest", "pipeline", _]
            | ["_cluster", "settings"]
            | ["_aliases"]
            | ["_rollup" | "_logstash", ..] => json!({ "acknowledged": true }),
            [index] if !index.starts_with('_') => {
                json!({ "acknowledged": true, "shards_acknowledged": true, "index": index })
            }
            [index, "_refresh" | "_flush"] if !index.starts_with('_') => shards(),
            ["_refresh" | "_flush"] => shards(),
            [index, "_settings" | "_mapping"] if !index.starts_with('_') => json!({ "acknowledged": true }),
            [index, "_alias", _] if !index.starts_with('_') => json!({ "acknowledged": true }),
            _ => return None,
        })
    }

    fn about(&self) -> Value {
        json!({
            "name": "dendro",
            "cluster_name": "dendro",
            "cluster_uuid": UUID,
            "version": {
                "number": self.version(),
                "build_flavor": "default",
                "build_type": "tar",
                "build_hash": "dendro",
                "build_date": "2024-01-01T00:00:00.000Z",
                "build_snapshot": false,
                "lucene_version": "9.12.0",
                "minimum_wire_compatibility_version": "7.17.0",
                "minimum_index_compatibility_version": "7.0.0",
            },
            "tagline": TAGLINE,
        })
    }

    /// The agent's own version, if its `User-Agent` tells one (`Elastic-filebeat/9.1.2 (linux; ...)`).
    fn version(&self) -> String {
        let agent = self.headers.get(header::USER_AGENT).map_or(&b""[..], |value| value.as_bytes());
        let agent = String::from_utf8_lossy(agent);
        let told = agent.strip_prefix("Elastic-").and_then(|rest| rest.split_once('/')).map(|(_, rest)| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            rest[..end.min(VERSION_MAX_BYTES)].trim_end_matches('.')
        });
        let is_version = |text: &&str| text.split('.').count() == 3 && text.split('.').all(|part| !part.is_empty());
        told.filter(is_version).unwrap_or(VERSION).to_owned()
    }

    /// Clients that look for further nodes must find this one, by the address that brought them here.
    fn nodes(&self, app: &App) -> Value {
        let host = self.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:9200");
        let http = json!({
            "bound_address": [host],
            "publish_address": host,
            "max_content_length_in_bytes": app.limits.body_bytes,
        });
        let node = json!({
            "name": "dendro",
            "transport_address": host,
            "host": host.rsplit_once(':').map_or(host, |(host, _)| host),
            "ip": host,
            "version": self.version(),
            "build_flavor": "default",
            "build_hash": "dendro",
            "roles": ["data", "ingest", "master"],
            "http": http,
        });
        json!({
            "_nodes": { "total": 1, "successful": 1, "failed": 0 },
            "cluster_name": "dendro",
            "nodes": { UUID: node },
        })
    }
}

/// There is one, and it is always the same: agents compare it to see whether they were sent elsewhere.
const UUID: &str = "ZGVuZHJvZGVuZHJvZGVuZA";

const TAGLINE: &str = "You Know, for Search";

fn license() -> Value {
    json!({
        "status": "active",
        "uid": UUID,
        "type": "basic",
        "issue_date": "2024-01-01T00:00:00.000Z",
        "issue_date_in_millis": 1_704_067_200_000_i64,
        "max_nodes": 1000,
        "issued_to": "dendro",
        "issuer": "elasticsearch",
        "start_date_in_millis": -1,
    })
}

fn health() -> Value {
    json!({
        "cluster_name": "dendro",
        "status": "green",
        "timed_out": false,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": 1,
        "active_shards": 1,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "active_shards_percent_as_number": 100.0,
    })
}

fn shards() -> Value {
    json!({ "_shards": { "total": 1, "successful": 1, "failed": 0 } })
}

fn named(name: &str, value: Value) -> Value {
    Value::Object(serde_json::Map::from_iter([(name.to_owned(), value)]))
}
