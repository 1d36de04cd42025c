use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

use server::{Dialect, Port};

use super::raw::Raw;
use super::{Config, PrivacyFiles, RootKeySource, TransformFile};
use super::{hooks, kafka, model, sockets};

/// Most nodes there can be: a node's number has twelve bits of a record id.
const NODES_MAX: u16 = 4096;

/// A memtable that is sealed at `seal_bytes` while the next one fills must fit twice.
const MEMTABLES_AT_ONCE: u64 = 2;

/// A signature is believed for five minutes before and after its time.
const HOOK_MEMORY_MIN: Duration = Duration::from_secs(600);

/// Footers of some thousand segments: a busy month.
const FOOTER_CACHE_BYTES: usize = 32 << 20;

/// Indexes of the segments that are asked for again and again, which are the newest.
const INDEX_CACHE_BYTES: usize = 64 << 20;

/// Reads every setting as what it means, and checks how they relate. Problems are noted in `raw`.
pub(crate) fn meant(raw: &mut Raw) -> Config {
    let lake = lake_config(raw);
    let limits = limits(raw);
    let server = server_config(raw, limits);
    if !server.hooks.is_empty() && lake.key_memory < HOOK_MEMORY_MIN {
        raw.problem("key_memory must be at least 10m with hooks: for so long a signed delivery can be sent again".to_owned());
    }
    let budget = ask::Budget {
        rows_max: limits.answer_rows,
        answer_bytes_max: limits.answer_bytes,
        memory_bytes_max: limits.question_memory_bytes,
        time_max: limits.question_time,
    };
    let engine = engine_config(raw, limits);
    let privacy = privacy_files(raw, &lake.dir);
    let named = raw.path("transform_file");
    let is_named = named.is_some();
    let transforms = TransformFile { path: named.unwrap_or_else(|| lake.dir.join("transforms.toml")), is_named };
    let model = model::meant(raw);
    Config { lake, engine, server, budget, privacy, transforms, model, log: raw.get("log").0.to_owned() }
}

fn privacy_files(raw: &mut Raw, data: &Path) -> PrivacyFiles {
    let (policy, key, command) = (raw.path("policy_file"), raw.path("root_key_file"), raw.get("root_key_command").0.to_owned());
    if key.is_some() && !command.is_empty() {
        raw.problem("root_key_file and root_key_command exclude each other".to_owned());
    }
    let root_key = match command.is_empty() {
        true => RootKeySource::File { is_named: key.is_some(), path: key.unwrap_or_else(|| data.join("root.key")) },
        false => RootKeySource::Command(command),
    };
    PrivacyFiles { policy_is_named: policy.is_some(), policy: policy.unwrap_or_else(|| data.join("privacy.toml")), root_key }
}

fn lake_config(raw: &mut Raw) -> lake::Config {
    let config = lake::Config {
        dir: raw.path("data").unwrap_or_default(),
        tables: tables(raw),
        node: raw.parse("node"),
        seal_after: raw.duration("seal_after"),
        seal_bytes: size(raw, "seal_bytes"),
        memtable_limit_bytes: size(raw, "memtable_limit"),
        disk_reserve_bytes: raw.size("disk_reserve"),
        columns_max: raw.parse("columns_max"),
        segment_target_bytes: raw.size("segment_target"),
        key_memory: raw.duration("key_memory"),
        retention: raw.duration_or_never("retention"),
        vacuum_after: raw.duration("vacuum_after"),
        maintain: raw.parse("maintain"),
    };
    if config.dir.as_os_str().is_empty() {
        raw.problem("data: a folder is needed".to_owned());
    }
    if config.node >= NODES_MAX {
        raw.problem(format!("node: {} is not within 0 to {}", config.node, NODES_MAX - 1));
    }
    if (config.memtable_limit_bytes as u64) < MEMTABLES_AT_ONCE * config.seal_bytes as u64 {
        raw.problem(
            "memtable_limit must be at least twice seal_bytes: one memtable is sealed while the next one fills".to_owned(),
        );
    }
    config
}

/// Keys and region of an object store come from the environment, as all tools for it have them.
fn tables(raw: &mut Raw) -> lake::Location {
    if raw.get("tables").0.is_empty() {
        return lake::Location::Local;
    }
    let nowhere = url::Url::parse("s3://none").expect("BUG: a constant URL");
    let url = raw.parse_or("tables", nowhere);
    let options = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
    lake::Location::Url { url, options: options.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect() }
}

fn limits(raw: &mut Raw) -> server::Limits {
    let limits = server::Limits {
        body_bytes: size(raw, "body_max"),
        decompressed_bytes: size(raw, "body_decompressed_max"),
        bodies_bytes: size(raw, "bodies_max"),
        head_timeout: raw.duration("read_timeout"),
        body_idle: raw.duration("read_timeout"),
        question_memory_bytes: size(raw, "query_memory"),
        question_time: raw.duration("query_time"),
        questions: raw.parse("queries_max"),
        answer_rows: raw.parse("answer_rows"),
        answer_bytes: size(raw, "answer_bytes"),
        ..server::Limits::STANDARD
    };
    if limits.bodies_bytes < limits.decompressed_bytes {
        raw.problem("bodies_max must be at least body_decompressed_max, or the largest body could never be taken".to_owned());
    }
    if limits.decompressed_bytes > intake::BODY_BYTES_MAX {
        raw.problem(format!("body_decompressed_max: at most {}MiB", intake::BODY_BYTES_MAX >> 20));
    }
    limits
}

fn server_config(raw: &mut Raw, limits: server::Limits) -> server::Config {
    let listen = raw.parse_or("listen", SocketAddr::from(([127, 0, 0, 1], 0)));
    let token_file = raw.path("token_file");
    let tls = match (raw.path("tls_cert"), raw.path("tls_key")) {
        (Some(certificates), Some(key)) => Some(server::Tls { certificates, key }),
        (None, None) => None,
        _ => {
            raw.problem("tls_cert and tls_key belong together: give both or neither".to_owned());
            None
        }
    };
    let ports = ports(raw);
    let mut problems = Vec::new();
    for (name, address) in ports.iter().map(|(name, port)| (*name, port.address)).chain([("listen", listen)]) {
        if !address.ip().is_loopback() && (tls.is_none() || token_file.is_none()) {
            let needs = "can be reached from other machines, which needs token_file, tls_cert and tls_key";
            problems.push(format!("{name}: {address} {needs}"));
        }
    }
    problems.into_iter().for_each(|problem| raw.problem(problem));
    let ports = ports.into_iter().map(|(_, port)| port).collect();
    let tenant = record::Tenant::default();
    let sockets = sockets::meant(raw, tls.is_some(), limits);
    let (kafka, hooks) = (kafka::meant(raw), hooks::meant(raw));
    server::Config { listen, ports, tls, token_file, tenant, cursor_key: cursor_key(), limits, sockets, kafka, hooks }
}

/// Settings of the dialects that can have a port of their own.
const PORTS: [(&str, Dialect); Dialect::WITH_PORT.len()] = [
    ("listen_elasticsearch", Dialect::Elasticsearch),
    ("listen_otlp", Dialect::Otlp),
    ("listen_otlp_grpc", Dialect::OtlpGrpc),
    ("listen_loki", Dialect::Loki),
    ("listen_splunk", Dialect::Splunk),
];

fn ports(raw: &mut Raw) -> Vec<(&'static str, Port)> {
    let mut ports = Vec::new();
    for (name, dialect) in PORTS {
        if !raw.get(name).0.is_empty() {
            let address = raw.parse_or(name, SocketAddr::from(([127, 0, 0, 1], 0)));
            ports.push((name, Port { dialect, address }));
        }
    }
    ports
}

fn engine_config(raw: &mut Raw, limits: server::Limits) -> engine::Config {
    engine::Config {
        memory_bytes: size(raw, "queries_memory"),
        partitions: std::thread::available_parallelism().map_or(1, NonZero::get),
        questions_max: limits.questions,
        footer_cache_bytes: FOOTER_CACHE_BYTES,
        index_cache_bytes: INDEX_CACHE_BYTES,
    }
}

/// Cursors end with the process that gave them out, so the key is fresh chance and lies nowhere.
fn cursor_key() -> server::CursorKey {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("BUG: the operating system has no randomness");
    server::CursorKey(key)
}

fn size(raw: &mut Raw, name: &'static str) -> usize {
    usize::try_from(raw.size(name)).unwrap_or(usize::MAX)
}
