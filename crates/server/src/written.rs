//! Findings and analyses as JSON.

use analysis::{
    Analysis, Candidate, Difference, Event, Finding, Impact, Narration, Sample, Sentence, Told, impact_text, reason, wording,
};
use record::TimeRange;
use serde::Serialize;
use utoipa::ToSchema;

/// Patterns in the query of a finding; a merged pattern may have thousands.
const QUERY_PATTERNS_MAX: usize = 30;

/// A stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeBody {
    /// First moment.
    #[schema(format = DateTime)]
    start: String,
    /// First moment after.
    #[schema(format = DateTime)]
    end: String,
}

impl From<TimeRange> for TimeBody {
    fn from(range: TimeRange) -> TimeBody {
        TimeBody { start: range.start.to_string(), end: range.end.to_string() }
    }
}

/// Something that differs from what is usual.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingBody {
    /// `new`, `more`, `more_errors`, `fewer`, `silent` or `slower`.
    #[schema(example = "new")]
    difference: &'static str,
    /// In which source; empty for records without one.
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    /// The text that the records share, with holes; empty for findings about a source.
    pattern: String,
    /// The kind of failure that the text names.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
    #[serde(flatten)]
    time: TimeBody,
    /// Records expected; for `slower`, the mean duration.
    expected: f64,
    /// Records seen; for `slower`, the mean duration.
    seen: f64,
    /// The most that any stretch of this length held before.
    most_before: u64,
    /// How surprising it is, weighted by how much it speaks of a failure.
    score: f64,
    /// Whether somebody should look.
    alarm: bool,
    /// A query for its records.
    query: String,
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> FindingBody {
        FindingBody {
            difference: finding.difference.as_str(),
            source: finding.source.to_string(),
            severity: finding.severity.map(record::Severity::as_str),
            pattern: finding.template.to_string(),
            trouble: finding.telling.trouble.map(wording::name),
            time: finding.time.into(),
            expected: rounded(finding.expected),
            seen: rounded(finding.seen),
            most_before: finding.most_before,
            score: rounded(finding.score),
            alarm: finding.alarms(),
            query: query_of(finding),
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A query of the search language for the records of a finding.
fn query_of(finding: &Finding) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let source = match finding.source.is_empty() {
        true => "NOT source:*".to_owned(),
        false => format!("source:={}", quoted(&finding.source)),
    };
    let patterns: Vec<String> = finding
        .patterns
        .iter()
        .take(QUERY_PATTERNS_MAX)
        .map(|pattern| format!("pattern_id:{}", quoted(&pattern.0.cast_signed().to_string())))
        .collect();
    let severity = finding.severity.filter(|_| !finding.patterns.is_empty());
    let severity = severity.map(|severity| format!(" severity:{}", severity.as_str())).unwrap_or_default();
    let errors = if finding.difference == Difference::MoreErrors { " severity:>=ERROR" } else { "" };
    match patterns.as_slice() {
        [] => format!("{source}{errors}"),
        [one] => format!("{source} {one}{severity}"),
        more => format!("{source} ({}){severity}", more.join(" OR ")),
    }
}

/// A sentence, and the records that it rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sentence)]
pub(crate) struct SentenceBody {
    text: String,
    /// Numbers of `supporting_logs`.
    citations: Vec<usize>,
}

impl From<&Sentence> for SentenceBody {
    fn from(sentence: &Sentence) -> SentenceBody {
        SentenceBody { text: sentence.text.clone(), citations: sentence.citations.clone() }
    }
}

/// A record that is cited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Citation)]
pub(crate) struct CitationBody {
    /// Its number in the sentences.
    number: usize,
    /// Record id.
    id: String,
    #[schema(format = DateTime)]
    timestamp: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    message: String,
}

impl CitationBody {
    fn of((index, record): (usize, &Sample)) -> CitationBody {
        CitationBody {
            number: index + 1,
            id: record.id.to_string(),
            timestamp: record.at.to_string(),
            source: record.source.to_string(),
            severity: record.severity.map(record::Severity::as_str),
            message: record.message.to_string(),
        }
    }
}

/// A source in which the cause may lie.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Candidate)]
pub(crate) struct CandidateBody {
    source: String,
    /// Its part of all blame, 0 to 1.
    share: f64,
    /// When something first differed in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    onset: Option<String>,
    /// Why it is suspected.
    reasons: Vec<String>,
}

impl From<&Candidate> for CandidateBody {
    fn from(candidate: &Candidate) -> CandidateBody {
        CandidateBody {
            source: candidate.source.to_string(),
            share: rounded(candidate.share),
            onset: candidate.onset.map(|at| at.to_string()),
            reasons: candidate.reasons.iter().map(reason).collect(),
        }
    }
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventBody {
    #[schema(format = DateTime)]
    timestamp: String,
    source: String,
    text: String,
    /// Numbers of `supporting_logs`.
    citations: Vec<usize>,
}

impl From<&Event> for EventBody {
    fn from(event: &Event) -> EventBody {
        let Sentence { text, citations } = event.what.clone();
        EventBody { timestamp: event.at.to_string(), source: event.source.to_string(), text, citations }
    }
}

/// What failed, counted exactly, in the sources that alarm. A number is absent where no field tells it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Impact)]
pub(crate) struct ImpactBody {
    /// Records of severity ERROR and above.
    errors: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_transactions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<u64>,
    /// Sum of the amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<f64>,
}

impl From<Impact> for ImpactBody {
    fn from(impact: Impact) -> ImpactBody {
        ImpactBody {
            errors: impact.errors,
            failed_transactions: impact.transactions,
            customers: impact.customers,
            amount: impact.amount.map(rounded),
        }
    }
}

/// A sentence in a language model's words, which the evidence bears.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Told)]
pub(crate) struct ToldBody {
    text: String,
    /// Numbers of `supporting_logs`.
    citations: Vec<usize>,
    /// Numbers of the `facts` of the narration.
    facts: Vec<String>,
}

/// A fact that counting wrote and a sentence of the narration cites.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactBody {
    #[schema(example = "F1")]
    number: String,
    text: String,
}

/// The analysis in a language model's words. Every sentence cites facts or records, and says no more than they do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Narration)]
pub(crate) struct NarrationBody {
    /// Which model.
    model: String,
    /// What of its answer holds; empty when nothing does.
    sentences: Vec<ToldBody>,
    facts: Vec<FactBody>,
    /// Sentences that were left out because the evidence does not bear them.
    dropped: usize,
    /// Tokens of the prompt, as the model's server counts them.
    tokens_in: u64,
    /// Tokens of the answer.
    tokens_out: u64,
    /// Wall time of the call.
    execution_time_ms: u64,
}

impl From<&Narration> for NarrationBody {
    fn from(narration: &Narration) -> NarrationBody {
        let checked = &narration.checked;
        let told = |Told { text, citations, facts }: &Told| ToldBody {
            text: text.clone(),
            citations: citations.clone(),
            facts: facts.clone(),
        };
        let facts = checked.facts.iter().map(|(number, text)| FactBody { number: number.clone(), text: text.clone() });
        NarrationBody {
            model: narration.model.clone(),
            sentences: checked.sentences.iter().map(told).collect(),
            facts: facts.collect(),
            dropped: checked.dropped_count(),
            tokens_in: narration.tokens.0,
            tokens_out: narration.tokens.1,
            execution_time_ms: narration.millis,
        }
    }
}

/// An answer: what went wrong, where it came from, and the records that show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnalyzeAnswer {
    /// The answer in a few sentences; `[1]` refers to `supporting_logs`.
    analysis: String,
    /// The same in a language model's words; absent without a model, or when it does not answer (`notes` says why).
    #[serde(skip_serializing_if = "Option::is_none")]
    narration: Option<NarrationBody>,
    /// What it most likely came from; absent when nothing points anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    root_cause: Option<String>,
    /// What failed, in words; absent when nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<String>,
    /// What may help.
    remediation: Vec<String>,
    /// How sure the root cause is, 0 to 1: as often as such answers were right in generated incidents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// The records that are cited.
    supporting_logs: Vec<CitationBody>,
    /// The same sentences as in `analysis`, one by one, the root cause first.
    sentences: Vec<SentenceBody>,
    /// Where it may have come from, the most likely first.
    candidates: Vec<CandidateBody>,
    /// What differs, the most surprising first.
    findings: Vec<FindingBody>,
    /// What happened, in order.
    timeline: Vec<EventBody>,
    /// What failed, in numbers.
    impact_counts: ImpactBody,
    /// The time that the question meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<TimeBody>,
    /// The time in which it went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<TimeBody>,
    /// The time it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<TimeBody>,
    /// The sources that the question names.
    about: Vec<String>,
    /// What is missing, and what was assumed.
    notes: Vec<String>,
    /// Whether no bound was met and everything could be read.
    complete: bool,
    /// Version of the Delta table that was read.
    version: u64,
    /// Records that were compared.
    records: u64,
    /// Wall time.
    execution_time_ms: u64,
}

/// Findings in an answer: what a page shows.
const FINDINGS_MAX: usize = 50;

impl AnalyzeAnswer {
    pub(crate) fn of(analysis: &Analysis, execution_time_ms: u64) -> AnalyzeAnswer {
        let sentences: Vec<&Sentence> = analysis.root_cause.iter().chain(&analysis.sentences).collect();
        AnalyzeAnswer {
            analysis: sentences.iter().map(|sentence| marked(sentence)).collect::<Vec<_>>().join(" "),
            narration: analysis.narration.as_ref().map(NarrationBody::from),
            root_cause: analysis.root_cause.as_ref().map(|cause| cause.text.clone()),
            impact: impact_text(&analysis.impact),
            remediation: analysis.remediation.clone(),
            confidence: analysis.confidence,
            supporting_logs: analysis.citations.iter().enumerate().map(CitationBody::of).collect(),
            sentences: sentences.into_iter().map(SentenceBody::from).collect(),
            candidates: analysis.candidates.iter().map(CandidateBody::from).collect(),
            findings: analysis.findings.iter().take(FINDINGS_MAX).map(FindingBody::from).collect(),
            timeline: analysis.timeline.iter().map(EventBody::from).collect(),
            impact_counts: analysis.impact.into(),
            window: analysis.window.map(TimeBody::from),
            incident: analysis.incident.map(TimeBody::from),
            compared_with: analysis.before.map(TimeBody::from),
            about: analysis.about.iter().map(|source| source.to_string()).collect(),
            notes: analysis.notes.clone(),
            complete: analysis.complete,
            version: analysis.version,
            records: analysis.records,
            execution_time_ms,
        }
    }
}

/// The sentence with its citations behind it.
fn marked(sentence: &Sentence) -> String {
    let marks: String = sentence.citations.iter().map(|number| format!("[{number}]")).collect();
    let text = sentence.text.trim_end_matches('.');
    if marks.is_empty() { format!("{text}.") } else { format!("{text} {marks}.") }
}

/// An analysis as `POST /analyze` answers it.
pub fn analysis_json(analysis: &Analysis, execution_time_ms: u64) -> serde_json::Value {
    serde_json::to_value(AnalyzeAnswer::of(analysis, execution_time_ms)).expect("BUG: an analysis is always JSON")
}
