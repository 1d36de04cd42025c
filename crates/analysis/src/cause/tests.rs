use record::{RecordId, TimeRange};

use super::*;
use crate::wording;

/// A finding of errors: source, text, seconds after the start.
struct Error(&'static str, &'static str, i64);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn first(errors: &[Error], hops: &[Hop], focus: &[&str]) -> Vec<String> {
    let finding = |Error(source, text, seconds): &Error| Finding {
        difference: Difference::New,
        source: (*source).into(),
        severity: Some(Severity::Error),
        patterns: vec![pattern::pattern_id(text)],
        template: pattern::template(text).into(),
        telling: wording::read(text, Some(Severity::Error)),
        time: TimeRange::new(at(*seconds), at(600)),
        expected: 0.0,
        seen: 100.0,
        most_before: 0,
        score: 30.0,
    };
    let sample = |Error(source, text, seconds): &Error| {
        vec![Sample {
            id: RecordId::new(at(*seconds), 0, 1),
            at: at(*seconds),
            source: (*source).into(),
            severity: Some(Severity::Error),
            pattern: Some(pattern::pattern_id(text)),
            message: (*text).into(),
        }]
    };
    let findings: Vec<Finding> = errors.iter().map(finding).collect();
    let samples: Vec<Vec<Sample>> = errors.iter().map(sample).collect();
    let sources: Vec<Arc<str>> = ["gateway", "payment-service", "ledger-service", "mailer"].map(Arc::from).to_vec();
    let focus: Vec<Arc<str>> = focus.iter().map(|&name| name.into()).collect();
    let (names, together) = (Names::of(sources.iter()), Together::of(hops));
    let clues = Clues { findings: &findings, samples: &samples, hops, together: &together, names: &names, focus: &focus };
    candidates(clues).into_iter().map(|candidate| candidate.source.to_string()).collect()
}

#[test]
fn blame_goes_where_texts_point() {
    let found = first(
        &[
            Error("gateway", "payment-service returned 503", 0),
            Error("payment-service", "timeout: ledger-service did not answer", 0),
            Error("ledger-service", "could not get a connection from pool", 0),
        ],
        &[],
        &[],
    );
    assert_eq!(found[0], "ledger-service");
}

#[test]
fn who_is_named_and_says_nothing_is_a_candidate() {
    let found = first(&[Error("gateway", "connect to mailer failed: connection refused", 0)], &[], &[]);
    assert_eq!(found[0], "mailer");
}

#[test]
fn vague_errors_go_to_who_explains_them() {
    let errors = [Error("gateway", "internal error", 0), Error("payment-service", "out of memory", 20)];
    assert_eq!(first(&errors, &[], &[])[0], "payment-service");
}

#[test]
fn the_first_error_of_a_request_counts() {
    let hop = |trace: i64, source: &str, after: i64| Hop {
        trace: trace.to_string().into(),
        at: at(trace * 10 + after),
        source: source.into(),
        severity: Some(Severity::Error),
    };
    let hops: Vec<Hop> = (0..20).flat_map(|trace| [hop(trace, "payment-service", 0), hop(trace, "gateway", 1)]).collect();
    let errors = [Error("gateway", "something is wrong", 0), Error("payment-service", "something is wrong here", 0)];
    assert_eq!(first(&errors, &hops, &[])[0], "payment-service");
}

#[test]
fn a_question_about_one_service_is_about_it() {
    let errors = [Error("mailer", "something is wrong", 0), Error("ledger-service", "something is wrong", 0)];
    let about = |focus: &str| first(&errors, &[], &[focus])[0].clone();
    assert_eq!((about("mailer"), about("ledger-service")), ("mailer".to_owned(), "ledger-service".to_owned()));
}

#[test]
fn services_that_blame_each_other_end() {
    let errors = [Error("gateway", "call to mailer failed", 0), Error("mailer", "call to gateway failed", 0)];
    assert_eq!(first(&errors, &[], &[]).len(), 2);
}

#[test]
fn nothing_has_no_cause() {
    assert!(first(&[], &[], &["mailer"]).is_empty());
}
