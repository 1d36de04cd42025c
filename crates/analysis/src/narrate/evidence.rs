//! What a model is shown, line by line, and what may be said of each line.

use std::collections::{BTreeMap, BTreeSet};

use record::Severity;

use super::Told;
use super::own::{unquoted, without, words};
use super::shown::{fact, in_one_line};
use crate::write::{Analysis, Sentence};

/// Facts and records shown. The first ones tell most; a prompt is to stay near 2,000 tokens.
const FACTS_MAX: usize = 14;
const RECORDS_MAX: usize = 16;
/// Characters of a record's text: a line of a log; of stack traces the head.
const MESSAGE_CHARS: usize = 220;
/// The same of a piece of a fact, which is what counting writes, or a quotation. All its reasons fit in.
const PIECE_CHARS: usize = 400;
/// All lines together. About 2,000 tokens of English text with numbers, and below 6,000 of any script.
const LINES_BYTES_MAX: usize = 6_500;
/// Longest name of a source that a sentence may speak of.
const NAME_CHARS: usize = 80;

/// A line of the prompt.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// `F1` for a fact, `1` for a record.
    pub(super) id: String,
    pub(super) text: String,
    /// Records that it rests on.
    citations: Vec<usize>,
    /// Whether it tells of the cause.
    is_cause: bool,
    /// Of a record, what is known of it and not somebody's words: how the line begins.
    known: Option<String>,
}

/// Lines as they were sent, ready to hold sentences against.
#[derive(Debug)]
pub(super) struct Evidence {
    items: BTreeMap<String, Item>,
    /// Words of the question.
    pub(super) asked: BTreeSet<String>,
    /// Names of sources that a sentence may speak of, the longest first.
    pub(super) names: Vec<String>,
    /// The source that counting blames.
    pub(super) cause: String,
}

/// What one line bears.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// All of it, for quotations.
    pub(super) text: String,
    /// Counting's own part of it, without names and quotations.
    pub(super) own: String,
    /// Names of sources in it.
    pub(super) names: Vec<String>,
    pub(super) citations: Vec<usize>,
    pub(super) is_fact: bool,
    pub(super) is_cause: bool,
}

/// The facts, then the records that they cite.
pub(super) fn lines(analysis: &Analysis) -> Vec<Line> {
    let mut facts: Vec<(String, Vec<usize>, bool)> = Vec::new();
    if let Some(Sentence { text, citations }) = &analysis.root_cause {
        facts.push((format!("Most likely cause: {text}"), citations.clone(), true));
    }
    for Sentence { text, citations } in &analysis.sentences {
        facts.push((text.clone(), citations.clone(), text.starts_with("It most likely came from")));
    }
    for event in &analysis.timeline {
        if !facts.iter().any(|(text, ..)| text.contains(&event.what.text)) {
            let source = if event.source.is_empty() { "records without a source" } else { &event.source };
            let text = format!("In {}: {}", quotable(source), event.what.text);
            facts.push((text, event.what.citations.clone(), false));
        }
    }
    let long: Vec<&str> = sources(analysis).filter(|source| source.chars().count() > NAME_CHARS).collect();
    let cut = |text: String| long.iter().fold(text, |text, source| text.replace(&quotable(source), &name(source)));
    let facts = facts.into_iter().take(FACTS_MAX).enumerate().map(|(index, (text, citations, is_cause))| Line {
        id: format!("F{}", index + 1),
        text: fact(&cut(text), PIECE_CHARS),
        citations,
        is_cause,
        known: None,
    });
    let mut bytes = 0;
    facts
        .chain(records(analysis))
        .take_while(|line| {
            bytes += line.text.len() + line.id.len() + 2;
            bytes <= LINES_BYTES_MAX
        })
        .collect()
}

fn records(analysis: &Analysis) -> impl Iterator<Item = Line> {
    analysis.citations.iter().take(RECORDS_MAX).enumerate().map(|(index, record)| {
        let at = record.at.to_string()[..19].replace('T', " ");
        let severity = record.severity.map_or("-", Severity::as_str);
        let known = format!("{at} {severity} {}", name(&record.source));
        let text = format!("{known}: {}", in_one_line(&record.message, MESSAGE_CHARS));
        Line { id: (index + 1).to_string(), text, citations: vec![index + 1], is_cause: false, known: Some(known) }
    })
}

impl Evidence {
    /// Reads the lines back from the text that was cleared: sentences are held against what was really sent. `None` when it
    /// no longer has the same lines.
    pub(super) fn new(analysis: &Analysis, lines: Vec<Line>, sent: &str, question: &str) -> Option<Evidence> {
        // Before them the question and the opening of the fence, behind them its end and the last line.
        let sent: Vec<&str> = sent.lines().collect();
        if sent.len() != lines.len() + 4 {
            return None;
        }
        let names = names(analysis);
        let mut items = BTreeMap::new();
        for (line, sent) in lines.into_iter().zip(&sent[2..]) {
            let text = sent.strip_prefix(line.id.as_str())?.strip_prefix(' ')?;
            items.insert(line.id.clone(), Item::new(&line, text, &names));
        }
        let cause = analysis.candidates.first().map(|first| name(&first.source)).unwrap_or_default();
        let names = names.into_iter().filter(|name| is_name(name)).collect();
        Some(Evidence { items, asked: words(question).collect(), names, cause })
    }

    pub(super) fn get(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }

    /// The facts that sentences cite.
    pub(super) fn facts_of(&self, sentences: &[Told]) -> Vec<(String, String)> {
        let cited: BTreeSet<&String> = sentences.iter().flat_map(|told| &told.facts).collect();
        let mut cited: Vec<&String> = cited.into_iter().collect();
        cited.sort_by_key(|id| id[1..].parse::<usize>().unwrap_or(usize::MAX));
        cited.into_iter().filter_map(|id| Some((id.clone(), self.items.get(id)?.text.clone()))).collect()
    }
}

impl Item {
    fn new(line: &Line, text: &str, names: &[String]) -> Item {
        let known = match &line.known {
            Some(known) => text.starts_with(known.as_str()).then(|| known.clone()),
            None => unquoted(text, |quoted| quoted.chars().count() <= PIECE_CHARS + 1),
        };
        // What a mask or a clever text has made unreadable bears no words of its own.
        let known = known.unwrap_or_default();
        let own = names.iter().fold(known.clone(), |own, name| without(&own, name));
        Item {
            text: text.to_owned(),
            own,
            names: names.iter().filter(|name| without(&known, name) != known).cloned().collect(),
            citations: line.citations.clone(),
            is_fact: line.known.is_none(),
            is_cause: line.is_cause,
        }
    }
}

/// A source as it is shown.
fn name(source: &str) -> String {
    in_one_line(source, NAME_CHARS)
}

/// Whether a name of a source is one in a sentence too. Senders choose it: `please restart all` is a sentence of its own.
fn is_name(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || "-_./:@#".contains(c))
}

/// As counting writes it, so that it does not end our quotation marks.
fn quotable(source: &str) -> String {
    source.replace(['\u{201c}', '\u{201d}'], "'")
}

/// All sources that the evidence speaks of.
fn sources(analysis: &Analysis) -> impl Iterator<Item = &str> {
    let sources = analysis.citations.iter().map(|record| &record.source);
    let sources = sources.chain(analysis.timeline.iter().map(|event| &event.source));
    let sources = sources.chain(analysis.findings.iter().map(|finding| &finding.source));
    sources.chain(analysis.candidates.iter().map(|candidate| &candidate.source)).map(AsRef::as_ref)
}

/// Their names, the longest first, so that none is found within another.
fn names(analysis: &Analysis) -> Vec<String> {
    let names: BTreeSet<String> = sources(analysis).map(name).collect();
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}
