//! The analysis in words. Each sentence is made from a finding, and cites records that were held against it.

use std::sync::Arc;

use record::{Severity, TimeRange, Timestamp};

use crate::analyze::{Ask, Notes, between};
use crate::cause::{Candidate, Reason};
use crate::detect::{Difference, Finding};
use crate::evidence::{Impact, Sample};
use crate::narrate::Narration;
use crate::wording;

/// Candidates shown.
const CANDIDATES_MAX: usize = 5;
/// Things that the time line tells.
const EVENTS_MAX: usize = 12;
/// Characters of a text that are quoted.
const QUOTE_MAX: usize = 160;

/// What is known when the writing begins.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) question: String,
    /// The time that was meant.
    pub(crate) window: Option<TimeRange>,
    /// The time in which it went wrong.
    pub(crate) incident: Option<TimeRange>,
    /// What it was compared with.
    pub(crate) before: Option<TimeRange>,
    pub(crate) focus: Vec<Arc<str>>,
    pub(crate) findings: Vec<Finding>,
    /// Records of each finding.
    pub(crate) samples: Vec<Vec<Sample>>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) impact: Impact,
    /// Records that were compared.
    pub(crate) records: u64,
    pub(crate) notes: Notes,
}

impl Facts {
    /// Nothing was found.
    pub(crate) fn nothing(ask: &Ask, focus: Vec<Arc<str>>, notes: Notes) -> Facts {
        Facts {
            question: ask.question.clone(),
            window: None,
            incident: None,
            before: None,
            focus,
            findings: Vec::new(),
            samples: Vec::new(),
            candidates: Vec::new(),
            impact: Impact::default(),
            records: 0,
            notes,
        }
    }
}

/// A sentence, and the records that it rests on: numbers of [`Analysis::citations`], from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// In words.
    pub text: String,
    /// Which records support it.
    pub citations: Vec<usize>,
}

/// Something that happened, for a time line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// In which source.
    pub source: Arc<str>,
    /// What, and the records.
    pub what: Sentence,
}

/// An answer: what went wrong, where it came from, and the records that show it.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The question.
    pub question: String,
    /// The answer in a few sentences.
    pub sentences: Vec<Sentence>,
    /// What it most likely came from, in a sentence; `None` when nothing points anywhere.
    pub root_cause: Option<Sentence>,
    /// What failed, exactly.
    pub impact: Impact,
    /// What may help.
    pub remediation: Vec<String>,
    /// How sure the first candidate is, 0 to 1, as often as such answers were right in the scenarios; `None` without one.
    pub confidence: Option<f64>,
    /// Where it may have come from, the most likely first.
    pub candidates: Vec<Candidate>,
    /// What differs, the most surprising first.
    pub findings: Vec<Finding>,
    /// What happened, in order.
    pub timeline: Vec<Event>,
    /// The records that are cited; the first is number 1.
    pub citations: Vec<Sample>,
    /// The time that the question meant.
    pub window: Option<TimeRange>,
    /// The time in which it went wrong.
    pub incident: Option<TimeRange>,
    /// What it was compared with.
    pub before: Option<TimeRange>,
    /// The sources that the question is about.
    pub about: Vec<Arc<str>>,
    /// What is missing, or was assumed.
    pub notes: Vec<String>,
    /// Whether no bound was met and everything could be read.
    pub complete: bool,
    /// Version of the table that was read.
    pub version: u64,
    /// Records that were compared.
    pub records: u64,
    /// The same in a model's words, where one was asked and its sentences hold.
    pub narration: Option<Narration>,
}

/// Writes the analysis.
pub(crate) fn write(facts: Facts) -> Analysis {
    let mut cited = Cited::default();
    let mut notes = facts.notes.clone();
    let root_cause =
        facts.candidates.first().filter(|_| has_alarm(&facts)).and_then(|first| root_cause(&facts, first, &mut cited));
    let mut sentences = vec![opening(&facts)];
    if root_cause.is_some() {
        sentences.extend(facts.candidates.first().map(because));
        sentences.extend(consequences(&facts, &mut cited));
    }
    sentences.extend(impact(&facts));
    let timeline = timeline(&facts, &mut cited);
    if facts.incident.is_none() && facts.window.is_some() {
        notes.add("nothing in this time differs clearly from before; a longer time or the name of a service may help".to_owned());
    }
    let confidence = root_cause.as_ref().map(|_| confidence(&facts.candidates));
    Analysis {
        remediation: if root_cause.is_some() { remediation(&facts) } else { Vec::new() },
        question: facts.question,
        sentences,
        confidence,
        root_cause,
        impact: facts.impact,
        candidates: facts.candidates.into_iter().take(CANDIDATES_MAX).collect(),
        findings: facts.findings,
        timeline,
        citations: cited.records,
        window: facts.window,
        incident: facts.incident,
        before: facts.before,
        about: facts.focus,
        complete: !notes.incomplete,
        version: notes.version,
        notes: notes.notes,
        records: facts.records,
        narration: None,
    }
}

fn has_alarm(facts: &Facts) -> bool {
    facts.findings.iter().any(Finding::alarms)
}

/// Records by number.
#[derive(Default)]
struct Cited {
    records: Vec<Sample>,
}

impl Cited {
    /// The numbers of the records that support a finding. Others are not cited: a record that is not of the finding's source,
    /// pattern and time says nothing about it.
    fn of(&mut self, finding: &Finding, samples: &[Sample], limit: usize) -> Vec<usize> {
        samples.iter().filter(|sample| supports(sample, finding)).take(limit).map(|sample| self.number(sample)).collect()
    }

    fn number(&mut self, sample: &Sample) -> usize {
        if let Some(place) = self.records.iter().position(|known| known.id == sample.id) {
            return place + 1;
        }
        self.records.push(sample.clone());
        self.records.len()
    }
}

/// Whether a record shows what a finding says.
pub fn supports(sample: &Sample, finding: &Finding) -> bool {
    if sample.source != finding.source {
        return false;
    }
    match finding.difference {
        Difference::Silent | Difference::Fewer => sample.at < finding.time.start,
        Difference::New | Difference::More => {
            let is_of =
                sample.pattern.is_some_and(|pattern| finding.patterns.contains(&pattern)) && sample.severity == finding.severity;
            finding.time.contains(sample.at) && is_of
        }
        Difference::MoreErrors => finding.time.contains(sample.at) && sample.severity >= Some(Severity::Error),
        Difference::Slower => finding.time.contains(sample.at),
    }
}

fn opening(facts: &Facts) -> Sentence {
    let text = match (facts.incident, facts.window) {
        (Some(incident), _) if has_alarm(facts) => {
            let alarming: Vec<&Finding> = facts.findings.iter().filter(|finding| finding.alarms()).collect();
            let mut sources: Vec<&str> = alarming.iter().map(|finding| &*finding.source).collect();
            sources.sort_unstable();
            sources.dedup();
            format!(
                "From {}, {} differed clearly from before in {}.",
                between(incident),
                counted(alarming.len() as u64, "thing"),
                counted(sources.len() as u64, "source")
            )
        }
        (_, Some(window)) => format!(
            "From {}, {} were compared, and nothing points to a failure.",
            between(window),
            counted(facts.records, "record")
        ),
        (_, None) => "There are no records to answer from.".to_owned(),
    };
    Sentence { text, citations: Vec::new() }
}

fn root_cause(facts: &Facts, first: &Candidate, cited: &mut Cited) -> Option<Sentence> {
    let Some((index, finding)) = first.findings.first().and_then(|&index| Some((index, facts.findings.get(index)?))) else {
        return Some(Sentence {
            text: format!("{} is named by what failed elsewhere, and says nothing itself.", shown(&first.source)),
            citations: naming(facts, first, cited),
        });
    };
    let mut citations = cited.of(finding, facts.samples.get(index)?, 2);
    let kind = finding.telling.trouble.map(|trouble| format!(" ({})", wording::name(trouble))).unwrap_or_default();
    let text = format!("{}{kind}: {}", shown(&first.source), said(finding));
    if citations.is_empty() {
        citations = naming(facts, first, cited);
    }
    Some(Sentence { text, citations })
}

/// Records of others that name a source.
fn naming(facts: &Facts, candidate: &Candidate, cited: &mut Cited) -> Vec<usize> {
    let name = candidate.source.to_lowercase();
    let mut citations = Vec::new();
    for (finding, samples) in facts.findings.iter().zip(&facts.samples) {
        let naming = samples.iter().find(|sample| sample.message.to_lowercase().contains(&name) && supports(sample, finding));
        citations.extend(naming.map(|sample| cited.number(sample)));
    }
    citations.truncate(2);
    citations
}

/// What a finding says, in words.
fn said(finding: &Finding) -> String {
    let (start, seen, expected) = (clock(finding.time.start), number(finding.seen), number(finding.expected));
    // The same words may be said at another severity too.
    let severity = finding.severity.filter(|severity| *severity >= Severity::Warn);
    let severity = severity.map(|severity| format!(" ({})", severity.as_str())).unwrap_or_default();
    let quote = format!("\u{201c}{}\u{201d}{severity}", quote(&finding.template));
    match finding.difference {
        Difference::New => format!("{quote} came {seen} times from {start} on, and never in the time before"),
        Difference::More => format!("{quote} came {seen} times from {start} on, where {expected} were expected"),
        Difference::MoreErrors => format!("{seen} errors of many kinds from {start} on, where {expected} were expected"),
        Difference::Fewer if !finding.template.is_empty() => {
            format!("{quote} came only {seen} times from {start} on, where {expected} were expected")
        }
        Difference::Fewer => format!("only {seen} records from {start} on, where {expected} were expected"),
        Difference::Silent => format!("silent from {start} on, where {expected} records were expected"),
        Difference::Slower => format!("durations of {seen} on average from {start} on, where {expected} is usual"),
    }
}

fn because(first: &Candidate) -> Sentence {
    let reasons: Vec<String> = first.reasons.iter().map(reason).collect();
    let why = if reasons.is_empty() { "it differs most from before".to_owned() } else { listed(&reasons) };
    Sentence { text: format!("It most likely came from {}: {why}.", shown(&first.source)), citations: Vec::new() }
}

/// A reason, in words.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Names(trouble) => format!("it tells of {}", wording::name(*trouble)),
        Reason::Early => "it was among the first to differ".to_owned(),
        Reason::FirstError { of_these, all } => format!("in {of_these} of {all} failed requests the first error was its own"),
        Reason::NamedBy(names) => {
            let names: Vec<String> = names.iter().take(4).map(|name| shown(name)).collect();
            format!("failing texts of {} name it", listed(&names))
        }
        Reason::Silent => "it fell silent".to_owned(),
        Reason::Slow => "it became slow".to_owned(),
    }
}

/// What failed in other sources.
fn consequences(facts: &Facts, cited: &mut Cited) -> Vec<Sentence> {
    let first = facts.candidates.first().map(|first| first.source.clone()).unwrap_or_default();
    let mut told: Vec<&Arc<str>> = vec![&first];
    let mut sentences = Vec::new();
    for (finding, samples) in facts.findings.iter().zip(&facts.samples) {
        if sentences.len() >= 3 || told.contains(&&finding.source) || !finding.alarms() {
            continue;
        }
        let citations = cited.of(finding, samples, 1);
        if !citations.is_empty() {
            told.push(&finding.source);
            sentences.push(Sentence { text: format!("In {}, {}.", shown(&finding.source), said(finding)), citations });
        }
    }
    sentences
}

fn impact(facts: &Facts) -> Option<Sentence> {
    let text = impact_text(&facts.impact)?;
    Some(Sentence { text: format!("{text}."), citations: Vec::new() })
}

/// What failed, in words; `None` when nothing did.
pub fn impact_text(impact: &Impact) -> Option<String> {
    if impact.errors == 0 {
        return None;
    }
    let mut parts = vec![counted(impact.errors, "error record")];
    parts.extend(impact.transactions.filter(|&n| n > 0).map(|n| counted(n, "failed transaction")));
    parts.extend(impact.customers.filter(|&n| n > 0).map(|n| counted(n, "customer")));
    parts.extend(impact.amount.filter(|amount| amount.abs() >= 0.005).map(|amount| format!("an amount of {amount:.2} in all")));
    Some(listed(&parts))
}

fn timeline(facts: &Facts, cited: &mut Cited) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for (finding, samples) in facts.findings.iter().zip(&facts.samples) {
        if finding.telling.weight < 0.2 && !finding.alarms() {
            continue;
        }
        let citations = cited.of(finding, samples, 1);
        let is_gap = matches!(finding.difference, Difference::Silent | Difference::Fewer);
        let at = samples.first().filter(|_| !is_gap).map_or(finding.time.start, |sample| sample.at);
        events.push(Event { at, source: finding.source.clone(), what: Sentence { text: said(finding), citations } });
        if events.len() == EVENTS_MAX {
            break;
        }
    }
    events.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.source.cmp(&b.source)));
    events
}

fn remediation(facts: &Facts) -> Vec<String> {
    let Some(first) = facts.candidates.first() else { return Vec::new() };
    let troubles = first.findings.iter().filter_map(|&index| facts.findings.get(index)?.telling.trouble);
    let mut remedies: Vec<String> = Vec::new();
    for remedy in troubles.flat_map(wording::remedies) {
        let remedy = (*remedy).to_owned();
        if remedies.len() < 4 && !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    if remedies.is_empty() {
        remedies.push(format!(
            "look at {} from shortly before the onset on: deployments, settings, what it depends on",
            shown(&first.source)
        ));
    }
    remedies
}

/// How often the first candidate was right in the scenarios, by how far it is ahead of the second (measured with
/// `examples/scenarios.rs`; the table is printed there).
pub(crate) fn confidence(candidates: &[Candidate]) -> f64 {
    let share = |index: usize| candidates.get(index).map_or(0.0, |candidate: &Candidate| candidate.share);
    let ahead = share(0) - share(1);
    CALIBRATION.iter().find(|(least, _)| ahead >= *least).map_or(0.3, |(_, right)| *right)
}

/// Least lead of the first candidate, and the share of answers that were right.
const CALIBRATION: [(f64, f64); 5] = [(0.5, 0.95), (0.3, 0.9), (0.15, 0.75), (0.05, 0.55), (0.0, 0.35)];

fn shown(source: &str) -> String {
    if source.is_empty() { "records without a source".to_owned() } else { without_quotation_marks(source) }
}

/// What is logged does not end our quotation of it.
fn without_quotation_marks(logged: &str) -> String {
    logged.replace(['\u{201c}', '\u{201d}'], "'")
}

fn quote(template: &str) -> String {
    let line = without_quotation_marks(template.lines().next().unwrap_or_default());
    let mut quote: String = line.chars().filter(|c| !c.is_control()).take(QUOTE_MAX).collect();
    if quote.len() < line.len() || template.lines().nth(1).is_some() {
        quote.push('\u{2026}');
    }
    if quote.is_empty() { "a pattern without a known text".to_owned() } else { quote }
}

fn clock(at: Timestamp) -> String {
    at.to_string()[11..16].to_owned()
}

fn number(value: f64) -> String {
    match value {
        value if value.abs() >= 100.0 || value.fract().abs() < 0.05 => separated(value.round() as i64),
        value => format!("{value:.1}"),
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", separated(count as i64), if count == 1 { "" } else { "s" })
}

/// `12,345`.
fn separated(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}

fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
