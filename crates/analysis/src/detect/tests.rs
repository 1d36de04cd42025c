use super::*;
use crate::counts::Groups;
use crate::evidence::Count;

const BINS: usize = 120;
const WINDOW: Range<usize> = 110..120;

/// What a source says in the 110 minutes before, and in each of the ten of the window.
struct Says(&'static str, Severity, &'static str, u64, u64);

fn found(says: &[Says]) -> Vec<Finding> {
    let at = |bin: usize| Timestamp::from_micros(bin as i64 * 60_000_000);
    let mut counts = Vec::new();
    let mut texts: Vec<(Arc<str>, PatternId, &str)> = Vec::new();
    for Says(source, severity, text, before, now) in says {
        let pattern = Some(pattern::pattern_id(text));
        texts.push(((*source).into(), pattern::pattern_id(text), text));
        counts.extend(
            (0..BINS).map(|bin| (bin, if bin < WINDOW.start { *before } else { *now })).filter(|&(_, records)| records > 0).map(
                |(bin, records)| Count { at: at(bin), source: (*source).into(), severity: Some(*severity), pattern, records },
            ),
        );
    }
    let groups = Groups::of_messages(texts.iter().map(|(source, id, text)| (source, *id, *text)));
    let range = TimeRange::new(at(0), at(BINS));
    let counts = Counts::new(range, Duration::from_secs(60), &counts, &groups);
    detect(&counts, &WINDOW, &(0..WINDOW.start))
}

#[track_caller]
fn check(says: &[Says], expected: &[&str]) {
    let alarms: Vec<String> = found(says)
        .iter()
        .filter(|finding| finding.alarms() || finding.difference == Difference::Silent)
        .map(|finding| format!("{} {} {}", finding.source, finding.difference.as_str(), finding.seen))
        .collect();
    assert_eq!(alarms, expected);
}

use Severity::{Debug, Error, Fatal, Info, Warn};

#[test]
fn what_fails_alarms() {
    check(&[Says("pay", Info, "paid", 50, 50), Says("pay", Error, "card refused", 0, 5)], &["pay new 50"]);
    check(&[Says("pay", Info, "paid", 50, 50), Says("pay", Error, "card refused", 2, 30)], &["pay more 300"]);
    check(&[Says("pay", Info, "paid", 50, 50), Says("shop", Info, "sold", 20, 0)], &["shop silent 0"]);
}

#[test]
fn what_is_harmless_does_not() {
    let trap = |says: &[Says]| check(says, &[]);
    trap(&[Says("pay", Info, "paid", 50, 50), Says("pay", Info, "module loaded", 0, 40)]); // a deployment
    trap(&[Says("pay", Info, "paid", 50, 110), Says("pay", Error, "card refused", 3, 7)]); // twice the traffic
    trap(&[Says("pay", Info, "paid", 50, 50), Says("pay", Debug, "failed to find bean, error handler", 0, 500)]);
    trap(&[Says("pay", Info, "paid", 50, 100), Says("pay", Warn, "slow", 5, 10), Says("pay", Error, "refused", 4, 8)]); // delivered twice
    trap(&[Says("pay", Info, "paid", 50, 0), Says("shop", Info, "sold", 20, 0)]); // nothing arrives at all
}

#[test]
fn a_finding_says_what_was_expected_and_seen() {
    let findings = found(&[Says("pay", Info, "paid", 50, 50), Says("pay", Error, "card refused", 2, 30)]);
    let finding = findings.first().expect("a finding");
    assert_eq!((finding.expected, finding.seen, finding.most_before), (20.0, 300.0, 20));
    assert_eq!(finding.time.start, Timestamp::from_micros(110 * 60_000_000));
    assert_eq!((&*finding.template, finding.severity), ("card refused", Some(Error)));
}

#[test]
fn a_single_fatal_record_is_told() {
    let findings = found(&[Says("pay", Info, "paid", 50, 50), Says("pay", Fatal, "out of memory", 0, 1)]);
    assert_eq!(findings.first().map(|finding| &*finding.template), Some("out of memory"));
}

#[test]
fn nothing_comes_of_nothing() {
    assert!(found(&[]).is_empty());
    assert!(found(&[Says("pay", Info, "paid", 1, 1)]).is_empty());
}

#[test]
fn durations() {
    let row = |minute: i64, mean| Durations {
        at: Timestamp::from_micros(minute * 60_000_000),
        source: "pay".into(),
        records: 20,
        mean,
    };
    let check = |mean: f64, expected: usize| {
        let rows: Vec<Durations> =
            (0..60).map(|minute| row(minute, if minute < 50 { 100.0 + (minute % 7) as f64 } else { mean })).collect();
        let at = |minute: i64| Timestamp::from_micros(minute * 60_000_000);
        let found = slower(&rows, TimeRange::new(at(50), at(60)), TimeRange::new(at(0), at(50)));
        assert_eq!(found.iter().filter(|finding| finding.alarms()).count(), expected, "{mean}");
    };
    check(900.0, 1);
    check(130.0, 0);
    check(20.0, 0);
}
