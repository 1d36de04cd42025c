use super::*;

const LEVELS: Levels =
    Levels { requests_in_flight: 1, body_bytes_in_flight: 2, questions_in_flight: 3, tails: 4, key_failures: 5 };

fn written(metrics: &Metrics) -> String {
    metrics.write(LEVELS, &transform::Transforms::default(), &lake::Status::default(), None)
}

#[test]
fn requests_are_counted_and_timed() {
    let metrics = Metrics::default();
    metrics.request("GET", "/livez", 200, Duration::from_millis(1));
    metrics.request("GET", "/livez", 200, Duration::from_millis(30));
    metrics.request("GET", "/livez", 200, Duration::from_secs(60));
    metrics.unreadable(431);
    let text = written(&metrics);
    let check = |line: &str| assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    check("dendro_http_requests_total{route=\"/livez\",method=\"GET\",status=\"200\"} 3");
    check("dendro_http_requests_total{route=\"unreadable\",method=\"unknown\",status=\"431\"} 1");
    check("dendro_http_request_duration_seconds_bucket{route=\"/livez\",le=\"0.001\"} 1");
    check("dendro_http_request_duration_seconds_bucket{route=\"/livez\",le=\"0.05\"} 2");
    check("dendro_http_request_duration_seconds_bucket{route=\"/livez\",le=\"30\"} 2");
    check("dendro_http_request_duration_seconds_bucket{route=\"/livez\",le=\"+Inf\"} 3");
    check("dendro_http_request_duration_seconds_count{route=\"/livez\"} 3");
    check("dendro_http_requests_in_flight 1");
}

#[test]
fn duplicates_are_not_counted_as_records() {
    let metrics = Metrics::default();
    let receipt = lake::Receipt { accepted: 10, quarantined: 1, duplicate: false, lsn: 1 };
    metrics.ingest(5, 50, &receipt);
    metrics.ingest(5, 50, &lake::Receipt { duplicate: true, ..receipt });
    let text = written(&metrics);
    for line in ["dendro_ingest_records_total 10", "dendro_ingest_duplicate_batches_total 1", "dendro_ingest_bytes_total 100"] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}

/// What Prometheus' own linter asks for.
#[test]
fn families_are_well_formed() {
    let text = written(&Metrics::default());
    let mut seen = std::collections::BTreeSet::new();
    let mut family = ("", "");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("help");
            assert!(seen.insert(name) && help.ends_with('.'), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split_once(' ').expect("type");
            assert_eq!(family.0.ends_with("_total"), family.1 == "counter", "{line}");
        } else {
            assert!(line.starts_with(family.0), "{line}");
        }
    }
}

#[test]
fn label_values_are_escaped() {
    let mut out = Exposition::default();
    out.family("x", "gauge", "Help.");
    out.sample("", &[("a", "q\"b\\n\n")], 0.5);
    assert_eq!(out.finish(), "# HELP x Help.\n# TYPE x gauge\nx{a=\"q\\\"b\\\\n\\n\"} 0.5\n");
}
