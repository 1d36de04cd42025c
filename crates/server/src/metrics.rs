//! Counts what the server does, and writes it in Prometheus' text format. Labels hold routes, methods, statuses and
//! names of this program's own; never what a client sent, but for the names of sources, which the privacy gateway has
//! screened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ask::Cost;
use parking_lot::Mutex;

mod findings;
mod hooks;
mod kafka;
mod models;
mod sockets;
mod text;

use findings::Findings;
use hooks::HookFigures;
use kafka::KafkaFigures;
use privacy::Masked;
use sockets::SocketFigures;
use text::Exposition;
use transform::Transforms;

use crate::models::Figures;

/// Upper bounds in seconds. The marks of this product lie at 0.1 s (a question), 2 s (P95 of a search) and 30 s (the
/// longest question).
const BUCKETS_SECONDS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0, 30.0];

/// Tenants that get series of their own; the rest is only in the sums.
const TENANTS_MAX: usize = 100;

/// Figures since the start of the server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, &'static str, u16), u64>>,
    seconds: Mutex<BTreeMap<&'static str, Histogram>>,
    panics: AtomicU64,
    connections: AtomicU64,
    ingest_wire_bytes: AtomicU64,
    ingest_bytes: AtomicU64,
    ingest_records: AtomicU64,
    ingest_quarantined: AtomicU64,
    ingest_duplicate_batches: AtomicU64,
    findings: Mutex<Findings>,
    masking_errors: AtomicU64,
    policy_dropped: AtomicU64,
    questions: AtomicU64,
    question_rows: AtomicU64,
    question_bytes: AtomicU64,
    tail_records: AtomicU64,
    tail_dropped: AtomicU64,
    pub(crate) sockets: SocketFigures,
    pub(crate) kafka: KafkaFigures,
    pub(crate) hooks: HookFigures,
}

#[derive(Debug, Default, Clone)]
struct Histogram {
    buckets: [u64; BUCKETS_SECONDS.len()],
    sum: f64,
    count: u64,
}

/// Figures that are not counted here but looked up when somebody asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    pub(crate) requests_in_flight: usize,
    pub(crate) body_bytes_in_flight: usize,
    pub(crate) questions_in_flight: usize,
    pub(crate) tails: usize,
    pub(crate) key_failures: u64,
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn request(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        *self.requests.lock().entry((route, method, status)).or_default() += 1;
        self.seconds.lock().entry(route).or_default().observe(took);
    }

    /// A request could not even be read.
    pub(crate) fn unreadable(&self, status: u16) {
        *self.requests.lock().entry(("unreadable", "unknown", status)).or_default() += 1;
    }

    pub(crate) fn panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A body was taken in.
    pub(crate) fn ingest(&self, wire_bytes: usize, bytes: usize, receipt: &lake::Receipt) {
        self.ingest_wire_bytes.fetch_add(wire_bytes as u64, Ordering::Relaxed);
        self.ingest_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if receipt.duplicate {
            self.ingest_duplicate_batches.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.ingest_records.fetch_add(receipt.accepted, Ordering::Relaxed);
        self.ingest_quarantined.fetch_add(receipt.quarantined, Ordering::Relaxed);
    }

    /// A batch was screened and stored.
    pub(crate) fn screened(&self, masked: &Masked) {
        self.masking_errors.fetch_add(masked.errors, Ordering::Relaxed);
        self.policy_dropped.fetch_add(masked.dropped, Ordering::Relaxed);
        if !masked.counted.is_empty() {
            self.findings.lock().add(&masked.counted);
        }
    }

    /// A question was answered.
    pub(crate) fn question(&self, cost: &Cost) {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.question_rows.fetch_add(cost.rows_scanned, Ordering::Relaxed);
        self.question_bytes.fetch_add(cost.bytes_scanned, Ordering::Relaxed);
    }

    /// Records went out on a tail, or were left out for a slow reader.
    pub(crate) fn tail(&self, sent: u64, dropped: u64) {
        self.tail_records.fetch_add(sent, Ordering::Relaxed);
        self.tail_dropped.fetch_add(dropped, Ordering::Relaxed);
    }

    /// All figures, with those of the lake.
    pub(crate) fn write(&self, levels: Levels, transforms: &Transforms, lake: &lake::Status, model: Option<&Figures>) -> String {
        let mut out = Exposition::default();
        out.family("dendro_build_info", "gauge", "Which version runs.");
        out.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        self.write_http(&mut out, levels);
        self.write_ingest(&mut out, levels);
        self.sockets.write(&mut out);
        self.kafka.write(&mut out);
        write_transforms(&mut out, transforms);
        self.hooks.write(&mut out);
        self.write_privacy(&mut out, levels);
        self.write_questions(&mut out, levels);
        if let Some(figures) = model {
            models::write(&mut out, figures);
        }
        write_lake(&mut out, lake);
        out.finish()
    }

    fn write_http(&self, out: &mut Exposition, levels: Levels) {
        out.family("dendro_http_requests_total", "counter", "Requests answered.");
        for ((route, method, status), count) in self.requests.lock().iter() {
            let labels = [("route", *route), ("method", *method), ("status", &status.to_string())];
            out.sample("", &labels, *count as f64);
        }
        out.family(
            "dendro_http_request_duration_seconds",
            "histogram",
            "From the end of the headers to the begin of the answer.",
        );
        for (route, histogram) in self.seconds.lock().iter() {
            histogram.write(out, route);
        }
        out.one("dendro_http_requests_in_flight", "gauge", "Requests at work.", levels.requests_in_flight as f64);
        out.one("dendro_http_connections_total", "counter", "Connections accepted.", count(&self.connections));
        out.one("dendro_http_panics_total", "counter", "Requests that met a bug.", count(&self.panics));
    }

    fn write_privacy(&self, out: &mut Exposition, levels: Levels) {
        self.findings.lock().write(out);
        let errors = "Texts that could not be masked and were replaced whole.";
        out.one("dendro_privacy_masking_errors_total", "counter", errors, count(&self.masking_errors));
        let failures = "Times that a subject's key could not be had.";
        out.one("dendro_privacy_key_failures_total", "counter", failures, levels.key_failures as f64);
        let dropped = "Records that the privacy policy wanted dropped.";
        out.one("dendro_privacy_records_dropped_total", "counter", dropped, count(&self.policy_dropped));
    }

    fn write_ingest(&self, out: &mut Exposition, levels: Levels) {
        out.one("dendro_ingest_wire_bytes_total", "counter", "Bytes of bodies as sent.", count(&self.ingest_wire_bytes));
        out.one("dendro_ingest_bytes_total", "counter", "Bytes of bodies, decompressed.", count(&self.ingest_bytes));
        out.one(
            "dendro_ingest_records_total",
            "counter",
            "Records acknowledged, quarantined ones included.",
            count(&self.ingest_records),
        );
        out.one(
            "dendro_ingest_quarantined_total",
            "counter",
            "Records acknowledged into quarantine.",
            count(&self.ingest_quarantined),
        );
        out.one(
            "dendro_ingest_duplicate_batches_total",
            "counter",
            "Requests recognised as repeated.",
            count(&self.ingest_duplicate_batches),
        );
        out.one("dendro_ingest_in_flight_bytes", "gauge", "Bytes of bodies at work.", levels.body_bytes_in_flight as f64);
    }

    fn write_questions(&self, out: &mut Exposition, levels: Levels) {
        out.one("dendro_questions_total", "counter", "Questions answered.", count(&self.questions));
        out.one("dendro_questions_in_flight", "gauge", "Questions at work.", levels.questions_in_flight as f64);
        out.one("dendro_question_scanned_rows_total", "counter", "Rows read for questions.", count(&self.question_rows));
        out.one("dendro_question_scanned_bytes_total", "counter", "Bytes read for questions.", count(&self.question_bytes));
        out.one("dendro_tails", "gauge", "Live tails.", levels.tails as f64);
        out.one("dendro_tail_records_total", "counter", "Records sent on live tails.", count(&self.tail_records));
        out.one("dendro_tail_dropped_total", "counter", "Records left out for slow readers.", count(&self.tail_dropped));
    }
}

fn count(counter: &AtomicU64) -> f64 {
    counter.load(Ordering::Relaxed) as f64
}

impl Histogram {
    fn observe(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some(bucket) = BUCKETS_SECONDS.iter().position(|&bound| seconds <= bound) {
            self.buckets[bucket] += 1;
        }
        self.sum += seconds;
        self.count += 1;
    }

    fn write(&self, out: &mut Exposition, route: &str) {
        let mut up_to = 0;
        for (bound, count) in BUCKETS_SECONDS.iter().zip(self.buckets) {
            up_to += count;
            out.sample("_bucket", &[("route", route), ("le", &bound.to_string())], up_to as f64);
        }
        out.sample("_bucket", &[("route", route), ("le", "+Inf")], self.count as f64);
        out.sample("_sum", &[("route", route)], self.sum);
        out.sample("_count", &[("route", route)], self.count as f64);
    }
}

fn write_transforms(out: &mut Exposition, transforms: &Transforms) {
    out.family("dendro_transform_info", "gauge", "Which version of the transform rules is in force; no series: there are none.");
    if let Some(version) = transforms.version() {
        out.sample("", &[("version", version.as_str())], 1.0);
    }
    out.family("dendro_transform_records_total", "counter", "Records that a rule had to do with, by what became of them.");
    for (rule, outcome, records) in transforms.counts().iter() {
        out.sample("", &[("rule", rule), ("outcome", outcome)], records as f64);
    }
    let refused = "Changed transform rules that could not be used, so that those before stayed in force.";
    out.one("dendro_transform_rules_refused_total", "counter", refused, transforms.refused() as f64);
}

fn write_lake(out: &mut Exposition, lake: &lake::Status) {
    out.one("dendro_lake_refusing", "gauge", "1 while appends are refused.", f64::from(u8::from(lake.refusing.is_some())));
    out.one("dendro_lake_memtable_bytes", "gauge", "Bytes of memtables.", lake.memtable_bytes as f64);
    out.one("dendro_lake_wal_bytes", "gauge", "Bytes of write-ahead log.", lake.wal_bytes as f64);
    out.one("dendro_lake_stored_records_total", "counter", "Records stored.", lake.stored_total as f64);
    out.one("dendro_lake_quarantined_total", "counter", "Lines put into quarantine.", lake.quarantined_total as f64);
    out.one(
        "dendro_lake_duplicate_batches_total",
        "counter",
        "Batches recognised as repeated.",
        lake.duplicate_batches_total as f64,
    );
    out.one("dendro_lake_fsyncs_total", "counter", "Fsyncs of the write-ahead log.", lake.fsyncs_total as f64);
    out.one("dendro_lake_commits_total", "counter", "Commits to Delta tables.", lake.commits_total as f64);
    out.one(
        "dendro_lake_seal_failures_total",
        "counter",
        "Sealings that failed and were tried again.",
        lake.seal_failures_total as f64,
    );
    out.one("dendro_lake_damage", "gauge", "Damaged places found in the write-ahead log at the start.", lake.damage.len() as f64);
    out.one(
        "dendro_lake_uncommitted_seconds",
        "gauge",
        "Age of the oldest record that is in no segment yet.",
        lake.uncommitted_seconds,
    );
    let mut per_tenant = |name, help, value: fn(&lake::TenantStatus) -> f64| {
        out.family(name, "gauge", help);
        for status in lake.tenants.iter().take(TENANTS_MAX) {
            out.sample("", &[("tenant", status.tenant.as_str())], value(status));
        }
    };
    per_tenant("dendro_logs_version", "Delta version of the table logs.", |status| status.version as f64);
    per_tenant("dendro_logs_segments", "Segments of the table logs.", |status| status.segments as f64);
    per_tenant("dendro_logs_rows", "Rows of the table logs.", |status| status.rows as f64);
    per_tenant("dendro_logs_bytes", "Bytes of the segments of the table logs.", |status| status.bytes as f64);
}

#[cfg(test)]
mod tests;
