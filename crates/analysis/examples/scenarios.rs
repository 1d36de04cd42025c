//! How often the first, or one of the first three candidates is the service in which a fault really began, and how often
//! there is an alarm on a day on which nothing is wrong.
//!
//! `cargo run --release -p analysis --example scenarios -- [SEEDS] [FIRST_SEED]`; figures of seeds that nothing was tuned on
//! begin at 1000. `WRONG=1` names the wrong answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use analysis::{Ask, Held, HeldRecord, analyze, anomalies};
use record::{TimeRange, Timestamp};
use testkit::Chance;
use testkit::scenario::{Fault, Line, Scenario, Story};

const MINUTE: Duration = Duration::from_secs(60);

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (seeds, first) = (args.next().unwrap_or(10), args.next().unwrap_or(0));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(causes(seeds, first));
    runtime.block_on(quiet_days((seeds / 5).max(1), first));
}

#[expect(clippy::print_stdout, reason = "prints a table")]
async fn causes(seeds: u64, first: u64) {
    println!("fault                  n  AC@1  AC@3   (seeds {first} to {})", first + seeds - 1);
    let mut all = [0_u64; 3];
    let mut sure: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let (mut cited, mut supported) = (0, 0);
    for fault in Fault::ALL {
        let mut of_fault = [0_u64; 3];
        for seed in first..first + seeds {
            let story = Scenario::incident(seed * 31 + fault as u64, fault).run();
            let (place, confidence, citations, good) = place(&story, seed).await;
            cited += citations;
            supported += good;
            of_fault[0] += 1;
            of_fault[1] += u64::from(place == Some(0));
            of_fault[2] += u64::from(place.is_some_and(|place| place < 3));
            if let Some(confidence) = confidence {
                let of = sure.entry((confidence * 100.0) as u32).or_default();
                *of = (of.0 + 1, of.1 + u64::from(place == Some(0)));
            }
        }
        let share = |count: u64| count as f64 / of_fault[0] as f64;
        println!("{:20} {:>4}  {:.2}  {:.2}", format!("{fault:?}"), of_fault[0], share(of_fault[1]), share(of_fault[2]));
        all.iter_mut().zip(of_fault).for_each(|(all, of)| *all += of);
    }
    println!("{:20} {:>4}  {:.2}  {:.2}", "all", all[0], all[1] as f64 / all[0] as f64, all[2] as f64 / all[0] as f64);
    println!("\nconfidence: how often right");
    sure.iter().for_each(|(sure, (n, right))| println!("  {sure} %: {:.2} of {n}", *right as f64 / *n as f64));
    println!("sentences with citations {cited}, supported by them {supported}");
}

/// The place of the truth among the candidates; how sure the answer is; cited sentences, and those that hold.
#[expect(clippy::print_stdout, reason = "names wrong answers")]
async fn place(story: &Story, seed: u64) -> (Option<usize>, Option<f64>, usize, usize) {
    let truth = story.truth.as_ref().expect("a fault was injected");
    let mut chance = Chance::new(seed);
    let asked = truth.start.minus(3 * MINUTE).plus(MINUTE * chance.below(12) as u32);
    let clock = &asked.to_string()[11..16];
    let felt = truth.felt.split('-').next().unwrap_or_default();
    let question = match chance.below(3) {
        0 => format!("Why did {felt} fail at {clock}?"),
        1 => format!("what happened around {clock} today"),
        _ => format!("Why was {felt} slow or failing between {clock} and {}?", &asked.plus(25 * MINUTE).to_string()[11..16]),
    };
    let held = held(story);
    let now = story.lines.last().expect("lines").at.plus(MINUTE);
    let answer = analyze(&held, &Ask { question: question.clone(), range: None, now }).await.expect("records in memory");
    let place =
        answer.candidates.iter().position(|candidate| *candidate.source == *truth.root).filter(|_| answer.root_cause.is_some());
    if std::env::var_os("WRONG").is_some() && place != Some(0) {
        println!(
            "-- {:?} seed {seed}: truth {} at {}; asked {question:?}",
            truth.fault,
            truth.root,
            &truth.start.to_string()[11..16]
        );
        println!(
            "   incident {:?}",
            answer.incident.map(|time| (time.start.to_string()[11..16].to_owned(), time.end.to_string()[11..16].to_owned()))
        );
        for candidate in &answer.candidates {
            println!("   {:.2} {} {:?}", candidate.share, candidate.source, candidate.reasons);
        }
        for finding in answer.findings.iter().take(9) {
            println!(
                "     {:5.1} {} {:?} {:?} {}",
                finding.score, finding.source, finding.difference, finding.severity, finding.template
            );
        }
    }
    let sentences: Vec<_> =
        answer.root_cause.iter().chain(&answer.sentences).chain(answer.timeline.iter().map(|event| &event.what)).collect();
    let with: Vec<_> = sentences.iter().filter(|sentence| !sentence.citations.is_empty()).collect();
    let holds = |sentence: &&&&analysis::Sentence| {
        let citation = |number: &usize| answer.citations.get(number - 1).is_some_and(|record| says(&sentence.text, record));
        sentence.citations.iter().all(citation)
    };
    (place, answer.confidence, with.len(), with.iter().filter(holds).count())
}

/// Whether a record says what a sentence quotes: the words of the quote that are no holes stand in it, in order. A sentence
/// without a quote must be of the record's source, or the record must name the source that it is about.
fn says(sentence: &str, record: &analysis::Sample) -> bool {
    let Some(quote) = sentence.split('\u{201c}').nth(1).and_then(|rest| rest.split('\u{201d}').next()) else {
        return true;
    };
    let mut rest = &*record.message;
    let parts = quote.trim_end_matches('\u{2026}').split(['<', '>']).enumerate().filter(|(index, _)| index % 2 == 0);
    parts.flat_map(|(_, part)| part.split_whitespace()).all(|word| match rest.find(word) {
        Some(at) => {
            rest = &rest[at + word.len()..];
            true
        }
        None => false,
    })
}

/// Alarms that somebody would get on days on which nothing is wrong: each source at most once an hour.
#[expect(clippy::print_stdout, reason = "prints figures")]
async fn quiet_days(days: u64, first: u64) {
    let mut alarms = 0;
    for seed in first..first + days {
        let story = Scenario::quiet_day(seed).run();
        let mut held = held(&story);
        let start = story.lines[0].at;
        let mut last: HashMap<Arc<str>, Timestamp> = HashMap::new();
        for step in 36..288 {
            let now = start.plus(5 * MINUTE * step);
            held.see_until(now);
            let found = anomalies(&held, TimeRange::new(now.minus(15 * MINUTE), now)).await.expect("records in memory");
            for finding in found.findings.iter().filter(|finding| finding.alarms()) {
                let known = last.insert(finding.source.clone(), now);
                if known.is_none_or(|known| now.since(known) > 60 * MINUTE) {
                    alarms += 1;
                    if std::env::var_os("WRONG").is_some() {
                        println!(
                            "-- quiet day {seed} {}: {:.1} {} {:?} {:?} {} seen {} expected {:.1} most {}",
                            &now.to_string()[11..16],
                            finding.score,
                            finding.source,
                            finding.difference,
                            finding.severity,
                            finding.template,
                            finding.seen,
                            finding.expected,
                            finding.most_before
                        );
                    }
                }
            }
        }
    }
    println!("\nfalse alarms a day: {:.2} ({alarms} on {days} days with every trap twice)", alarms as f64 / days as f64);
}

fn held(story: &Story) -> Held {
    let record = |line: &Line| HeldRecord {
        at: line.at,
        arrived: line.arrived,
        source: line.source.as_str().into(),
        severity: Some(line.severity),
        message: line.message.as_str().into(),
        trace: line.trace.as_deref().map(Arc::from),
        millis: line.millis,
        transaction: line.transaction,
    };
    Held::new(story.lines.iter().map(record).collect())
}
