//! The decoders, and what must hold of each.

use std::hash::{DefaultHasher, Hash, Hasher};

use intake::otlp::Signal;
use intake::webhook::{Note, Shape};
use intake::{Context, Format, Limits, cut_at_record, datadog, decode, elastic, firehose, loki, otlp, splunk, webhook};
use record::{Batch, Tenant, Timestamp};

use crate::chance::Chance;
use crate::{Outcome, Target, seeds, streams};

pub(crate) const TARGETS: &[Target] = &[
    Target { name: "auto", seeds: seeds::texts, run: |input, chance| text(Format::Auto, input, chance) },
    Target { name: "json", seeds: seeds::texts, run: |input, chance| text(Format::Json, input, chance) },
    Target { name: "text", seeds: seeds::texts, run: |input, chance| text(Format::Text, input, chance) },
    Target { name: "syslog", seeds: seeds::texts, run: |input, chance| text(Format::Syslog, input, chance) },
    Target { name: "logfmt", seeds: seeds::texts, run: |input, chance| text(Format::Logfmt, input, chance) },
    Target { name: "clf", seeds: seeds::texts, run: |input, chance| text(Format::Clf, input, chance) },
    Target { name: "elastic_bulk", seeds: seeds::dialects, run: |input, _| bulk(input) },
    Target {
        name: "elastic_document",
        seeds: seeds::dialects,
        run: |input, _| batch(&elastic::decode_document(input, &context(), "i", Some("1")), input),
    },
    Target { name: "datadog", seeds: seeds::dialects, run: |input, _| read(datadog::decode(input, &context()), input) },
    Target { name: "firehose", seeds: seeds::dialects, run: |input, _| unpacked(input) },
    Target {
        name: "loki_json",
        seeds: seeds::dialects,
        run: |input, _| read(loki::decode(loki::Encoding::Json, input, &context()), input),
    },
    Target {
        name: "loki_protobuf",
        seeds: seeds::dialects,
        run: |input, _| read(loki::decode(loki::Encoding::Protobuf, input, &context()), input),
    },
    Target { name: "otlp_logs_json", seeds: seeds::dialects, run: |input, _| otlp(Signal::Logs, otlp::Encoding::Json, input) },
    Target {
        name: "otlp_logs_protobuf",
        seeds: seeds::dialects,
        run: |input, _| otlp(Signal::Logs, otlp::Encoding::Protobuf, input),
    },
    Target {
        name: "otlp_traces_json",
        seeds: seeds::dialects,
        run: |input, _| otlp(Signal::Traces, otlp::Encoding::Json, input),
    },
    Target {
        name: "otlp_traces_protobuf",
        seeds: seeds::dialects,
        run: |input, _| otlp(Signal::Traces, otlp::Encoding::Protobuf, input),
    },
    Target {
        name: "splunk_events",
        seeds: seeds::dialects,
        run: |input, _| batch(&splunk::decode_events(input, &context()), input),
    },
    Target {
        name: "splunk_raw",
        seeds: seeds::texts,
        run: |input, _| batch(&splunk::decode_raw(input, &context(), &splunk::Metadata::default()), input),
    },
    Target { name: "webhook_event", seeds: seeds::dialects, run: |input, _| hook(Shape::Event, input) },
    Target { name: "webhook_alerts", seeds: seeds::dialects, run: |input, _| hook(Shape::Alerts, input) },
    Target { name: "forward", seeds: seeds::streams, run: streams::forward },
    Target { name: "gelf_chunks", seeds: seeds::streams, run: streams::gelf },
    Target { name: "lumberjack", seeds: seeds::streams, run: streams::lumberjack },
    Target { name: "relp", seeds: seeds::streams, run: streams::relp },
    Target { name: "syslog_stream", seeds: seeds::streams, run: streams::syslog },
    Target { name: "journal", seeds: seeds::streams, run: streams::journal },
];

/// Bytes of a batch for one of its input: text is mended (3), kept twice (2), and nested names repeat their prefixes,
/// 256 bytes for each of at least two bytes of input.
const GROWTH_MAX: usize = 192;

pub(crate) fn context() -> Context<'static> {
    let received_at = Timestamp::from_micros(1_770_390_000_000_000);
    Context { tenant: Tenant::default(), source: Some("fuzz"), received_at, limits: Limits::default() }
}

pub(crate) fn outcome(parts: impl Hash) -> Outcome {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// A batch is whole, and in proportion to what it was made of.
pub(crate) fn batch(batch: &Batch, input: &[u8]) -> Outcome {
    bounded(batch, input.len())
}

fn bounded(batch: &Batch, input_bytes: usize) -> Outcome {
    let parts = batch.parts();
    assert!(Batch::from_parts(parts.clone()).is_ok(), "a span points outside");
    assert!(parts.arena.len() <= GROWTH_MAX * input_bytes + 4096, "{} bytes out of {input_bytes}", parts.arena.len());
    assert!(parts.records.len() + parts.rejected.len() <= input_bytes + 1, "more pieces than bytes");
    let limits = Limits::default();
    let of_record = |record: &record::Record| record.fields.len as usize <= limits.keys_max + 64;
    assert!(parts.records.iter().all(of_record), "a record has too many attributes");
    assert!(parts.names.iter().all(|name| name.len as usize <= limits.name_bytes_max + 16), "a name is too long");
    let reasons: Vec<_> = parts.rejected.iter().take(4).map(|piece| piece.reason).collect();
    let few = |count: usize| count.min(4);
    outcome((few(parts.records.len()), few(parts.rejected.len()), reasons, parts.names.len().min(24), parts.fields.len().min(24)))
}

fn read(decoded: Result<Batch, intake::Unreadable>, input: &[u8]) -> Outcome {
    match decoded {
        Ok(decoded) => batch(&decoded, input),
        Err(broken) => {
            assert!(broken.offset <= input.len() * 3 + 3, "byte {} of {}", broken.offset, input.len());
            outcome(("refused", broken.to_string().len(), broken.offset.min(64)))
        }
    }
}

fn otlp(signal: Signal, encoding: otlp::Encoding, input: &[u8]) -> Outcome {
    read(otlp::decode(signal, encoding, input, &context()), input)
}

fn bulk(input: &[u8]) -> Outcome {
    let mut items = 0;
    let decoded = elastic::decode_bulk(input, &context(), Some("i"), &mut |_| items += 1);
    if let Ok(decoded) = &decoded {
        assert_eq!(items, decoded.records().len() + decoded.rejected().len(), "each action has one item");
    }
    read(decoded, input)
}

/// Base64 of gzip: a record may grow to a megabyte, whatever its size.
fn unpacked(input: &[u8]) -> Outcome {
    match firehose::decode(input, &context()) {
        Ok(decoded) => bounded(&decoded, 8 << 20),
        Err(broken) => outcome(("refused", broken.to_string().len())),
    }
}

fn hook(shape: Shape, input: &[u8]) -> Outcome {
    let notes = [Note { name: "webhook.id", text: "id" }, Note { name: "message", text: "event" }];
    // What is noted beside the body is in each of its records.
    bounded(&webhook::decode(shape, input, &notes, &context()), input.len() + 64)
}

/// Reads text, and reads it once more in two parts as a file that is read in pieces.
fn text(format: Format, input: &[u8], chance: &mut Chance) -> Outcome {
    let whole = decode(format, input, &context());
    let reached = chance.below(input.len() + 1);
    let cut = cut_at_record(format, &input[..reached]);
    assert!(cut <= reached, "cut behind the end");
    // UTF-16 is told by the NULs of a whole body, and text that has to be mended may be mended in two halves.
    let is_plain = !input.contains(&0) && std::str::from_utf8(input).is_ok();
    let is_by_line = matches!(format, Format::Logfmt | Format::Clf);
    if is_by_line && cut > 0 && is_plain {
        let parts = [&input[..cut], &input[cut..]].map(|part| told(&decode(format, part, &context())));
        assert_eq!(parts.concat(), told(&whole), "cut at {cut}");
    }
    batch(&whole, input)
}

fn told(batch: &Batch) -> Vec<String> {
    let record = |record: &record::Record| format!("{} {}", batch.text(record.message), record.fields.len);
    batch.records().iter().map(record).collect()
}
