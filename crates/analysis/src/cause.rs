//! Which source an incident came from: what differs in each, put together, and blame pushed to where texts point.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use record::{Severity, Timestamp};

use crate::detect::{Difference, Finding};
use crate::evidence::{Hop, Sample};
use crate::mentions::Names;
use crate::wording::Trouble;

/// How fast an onset stops being early: a caller's timeout of some seconds to half a minute later is a consequence.
const EARLY: Duration = Duration::from_secs(45);
/// The share of blame that a source hands on to those that its failing texts name.
const HANDED_ON: f64 = 0.75;
/// The same for texts that name nobody.
const HANDED_ON_VAGUELY: f64 = 0.65;
/// Steps of handing on: longer chains of calls than this are named by nobody.
const STEPS: usize = 4;
/// Failed requests from which the order of their errors is believed.
const TRACES_MIN: usize = 4;
/// What a source's blame is worth when the question is about others, with which it shares no request and no text.
const UNRELATED: f64 = 0.45;

/// Why a source is suspected.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It says itself what is wrong.
    Names(Trouble),
    /// It was among the first in which something differed.
    Early,
    /// In so many of all failed requests the first error was its own.
    FirstError {
        /// Requests in which its error is the first.
        of_these: usize,
        /// Failed requests.
        all: usize,
    },
    /// Failing texts of these name it.
    NamedBy(Vec<Arc<str>>),
    /// It fell silent.
    Silent,
    /// It became slow.
    Slow,
}

/// A source in which the cause may lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The source.
    pub source: Arc<str>,
    /// Its part of all blame, 0 to 1.
    pub share: f64,
    /// When something first differed in it.
    pub onset: Option<Timestamp>,
    /// Why it is suspected.
    pub reasons: Vec<Reason>,
    /// Places of its findings, what speaks most for it first.
    pub findings: Vec<usize>,
}

/// What candidates are made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clues<'a> {
    /// What differs.
    pub(crate) findings: &'a [Finding],
    /// Records of each finding, earliest first; may be empty.
    pub(crate) samples: &'a [Vec<Sample>],
    /// Records of requests in the time in which it went wrong.
    pub(crate) hops: &'a [Hop],
    /// Who takes part in the same requests.
    pub(crate) together: &'a Together,
    /// Those that can be named.
    pub(crate) names: &'a Names,
    /// Those that the question is about; empty for all.
    pub(crate) focus: &'a [Arc<str>],
}

/// What speaks for one source.
#[derive(Debug, Default)]
struct Suspect {
    own: f64,
    reasons: Vec<Reason>,
    findings: Vec<usize>,
    onset: Option<Timestamp>,
    /// How much of its failing texts name another.
    names: BTreeMap<Arc<str>, f64>,
    /// How much of its failing texts tell neither what is wrong nor with whom, 0 to 1.
    vague: f64,
    /// How well it explains that others fail: it tells its own trouble, is silent, or slow.
    explains: f64,
}

/// How often sources take part in the same requests, learned from requests before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Together {
    requests: HashMap<Arc<str>, usize>,
    shared: HashMap<(Arc<str>, Arc<str>), usize>,
}

impl Together {
    pub(crate) fn of(hops: &[Hop]) -> Together {
        let mut of_trace: HashMap<&Arc<str>, HashSet<&Arc<str>>> = HashMap::new();
        for hop in hops {
            of_trace.entry(&hop.trace).or_default().insert(&hop.source);
        }
        let mut together = Together::default();
        for sources in of_trace.values() {
            for a in sources {
                *together.requests.entry((*a).clone()).or_default() += 1;
                for b in sources.iter().filter(|b| *b != a) {
                    *together.shared.entry(((*a).clone(), (*b).clone())).or_default() += 1;
                }
            }
        }
        together
    }

    /// The share of the requests of `a` in which `b` takes part; a guess where requests are not traced.
    fn share(&self, a: &Arc<str>, b: &Arc<str>) -> f64 {
        match self.requests.get(a) {
            Some(&all) if self.requests.contains_key(b) => {
                self.shared.get(&(a.clone(), b.clone())).map_or(0.0, |&shared| shared as f64 / all as f64)
            }
            _ => 0.5,
        }
    }
}

/// Candidates, the most likely first.
pub(crate) fn candidates(clues: Clues<'_>) -> Vec<Candidate> {
    let mut suspects = suspects(clues);
    let first = suspects.values().filter(|suspect| suspect.own > 0.0).filter_map(|suspect| suspect.onset).min();
    let firsts = first_errors(clues.hops);
    for (source, suspect) in &mut suspects {
        early(suspect, first);
        if let Some(&of_these) = firsts.by_source.get(source).filter(|_| firsts.all >= TRACES_MIN) {
            suspect.own += 2.0 * of_these as f64 / firsts.all as f64;
            suspect.reasons.push(Reason::FirstError { of_these, all: firsts.all });
        }
    }
    slowest(&mut suspects, clues.findings);
    let blame = handed_on(&suspects, clues.together);
    finish(suspects, blame, clues)
}

fn suspects(clues: Clues<'_>) -> BTreeMap<Arc<str>, Suspect> {
    let mut suspects: BTreeMap<Arc<str>, Suspect> = BTreeMap::new();
    for (index, finding) in clues.findings.iter().enumerate() {
        let samples = clues.samples.get(index).map_or(&[][..], Vec::as_slice);
        let suspect = suspects.entry(finding.source.clone()).or_default();
        suspect.findings.push(index);
        if finding.telling.weight >= 0.25 {
            let onset = samples.first().map_or(finding.time.start, |sample| sample.at);
            suspect.onset = Some(suspect.onset.map_or(onset, |known| known.min(onset)));
        }
        // The best finding counts whole, each further one half of the one before: findings come best first.
        let rank = suspect.findings.len() as i32 - 1;
        suspect.own += (1.0 + finding.score).ln() * 0.5_f64.powi(rank) * 0.6;
        note(suspect, finding);
        let names = named(clues.names, finding, samples, clues.findings);
        suspect.explains = suspect.explains.max(explains(finding, !names.is_empty()));
        // Who cannot reach somebody over the network does not say that it is its own fault.
        if finding.telling.trouble.is_none_or(|trouble| trouble == Trouble::Network)
            && names.is_empty()
            && speaks_of_failure(finding)
        {
            suspect.vague += finding.score;
        }
        for name in names {
            *suspect.names.entry(name).or_default() += finding.score;
        }
    }
    for suspect in suspects.values_mut() {
        let findings = suspect.findings.iter().map(|&index| &clues.findings[index]);
        let failing: f64 = findings.filter(|finding| speaks_of_failure(finding)).map(|finding| finding.score).sum();
        suspect.names.values_mut().for_each(|share| *share /= failing.max(1.0));
        suspect.vague /= failing.max(1.0);
        suspect.findings.sort_by(|&a, &b| telling(&clues.findings[b]).total_cmp(&telling(&clues.findings[a])));
    }
    suspects
}

/// What a finding adds to its source beside its score.
fn note(suspect: &mut Suspect, finding: &Finding) {
    let mut add = |reason: Reason, weight: f64| {
        let known = |known: &Reason| std::mem::discriminant(known) == std::mem::discriminant(&reason);
        if !suspect.reasons.iter().any(known) {
            suspect.own += weight;
            suspect.reasons.push(reason);
        }
    };
    match (finding.difference, finding.telling.trouble) {
        (Difference::Silent, _) => add(Reason::Silent, 0.6),
        (Difference::Slower, _) => add(Reason::Slow, 0.2),
        (_, Some(trouble)) if finding.score >= 2.0 => {
            add(Reason::Names(trouble), if finding.telling.of_another { 0.8 } else { 1.6 })
        }
        _ => {}
    }
    if finding.telling.of_another && finding.telling.trouble.is_none() {
        suspect.own -= 0.25;
    }
}

/// What speaks most for a source: its own trouble by name, then the score.
pub(crate) fn telling(finding: &Finding) -> f64 {
    let own = finding.telling.trouble.is_some() && !finding.telling.of_another;
    finding.score + if own { 12.0 } else { 0.0 } + if finding.telling.trouble.is_some() { 6.0 } else { 0.0 }
}

/// Whether a finding is about failing texts of one pattern.
fn speaks_of_failure(finding: &Finding) -> bool {
    finding.telling.weight >= 0.4 && matches!(finding.difference, Difference::New | Difference::More)
}

/// How well a finding explains that others fail.
fn explains(finding: &Finding, names_another: bool) -> f64 {
    let strength = (1.0 + finding.score).ln();
    match (finding.difference, finding.telling.trouble) {
        (Difference::Silent, _) => strength,
        (Difference::Slower, _) => 0.5 * strength,
        (Difference::Fewer, _) => 0.3 * strength,
        (_, Some(_)) if names_another => 0.3 * strength,
        (_, Some(Trouble::Network)) if finding.telling.of_another => 0.05 * strength,
        (_, Some(_)) => strength,
        _ => 0.0,
    }
}

/// Durations include those of whom one waits for: so the one that grew by most, measured by its own, is the deepest.
fn slowest(suspects: &mut BTreeMap<Arc<str>, Suspect>, findings: &[Finding]) {
    let growth = |finding: &Finding| (finding.seen / finding.expected.max(f64::MIN_POSITIVE)).max(1.0).ln();
    let slow: Vec<&Finding> = findings.iter().filter(|finding| finding.difference == Difference::Slower).collect();
    let most = slow.iter().map(|finding| growth(finding)).fold(0.0, f64::max);
    for finding in slow {
        if let Some(suspect) = suspects.get_mut(&finding.source) {
            let part = growth(finding) / most.max(f64::MIN_POSITIVE);
            suspect.own += 1.5 * part.powi(4);
            suspect.explains *= 0.5 + 0.5 * part;
        }
    }
}

/// What resolvers of names are called.
const RESOLVERS: [&str; 6] = ["dns", "resolver", "consul", "unbound", "named", "bind9"];

/// Which sources a failing finding blames.
fn named(names: &Names, finding: &Finding, samples: &[Sample], all: &[Finding]) -> Vec<Arc<str>> {
    if !speaks_of_failure(finding) {
        return Vec::new();
    }
    if finding.telling.trouble == Some(Trouble::Names) {
        // Whose name is asked for has no part in it; who answers has.
        let resolver = |finding: &&Finding| RESOLVERS.iter().any(|name| finding.source.to_lowercase().contains(name));
        let resolvers = all.iter().filter(resolver).map(|finding| finding.source.clone());
        let mut resolvers: Vec<Arc<str>> = resolvers.filter(|source| *source != finding.source).collect();
        resolvers.dedup();
        return resolvers;
    }
    let texts = samples.iter().map(|sample| &*sample.message).chain([&*finding.template]);
    let mut found: Vec<Arc<str>> = Vec::new();
    for name in texts.flat_map(|text| names.in_text(text, &finding.source)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn early(suspect: &mut Suspect, first: Option<Timestamp>) {
    let (Some(first), Some(onset)) = (first, suspect.onset) else { return };
    let late = onset.since(first).as_secs_f64() / EARLY.as_secs_f64();
    suspect.own += (-late).exp();
    if late < 0.2 {
        suspect.reasons.push(Reason::Early);
    }
}

struct Firsts {
    by_source: HashMap<Arc<str>, usize>,
    all: usize,
}

/// In which source the first error of each failed request stands.
fn first_errors(hops: &[Hop]) -> Firsts {
    let mut first: HashMap<&Arc<str>, &Hop> = HashMap::new();
    for hop in hops.iter().filter(|hop| hop.severity >= Some(Severity::Error)) {
        let known = first.entry(&hop.trace).or_insert(hop);
        if hop.at < known.at {
            *known = hop;
        }
    }
    let mut by_source: HashMap<Arc<str>, usize> = HashMap::new();
    first.values().for_each(|hop| *by_source.entry(hop.source.clone()).or_default() += 1);
    Firsts { by_source, all: first.len() }
}

/// Blame of each source after those that name others handed it on.
///
/// What tells neither its trouble nor another's name hands on to those that take part in its requests and explain it.
fn handed_on(suspects: &BTreeMap<Arc<str>, Suspect>, together: &Together) -> BTreeMap<Arc<str>, f64> {
    let mut moving: BTreeMap<Arc<str>, f64> =
        suspects.iter().map(|(source, suspect)| (source.clone(), suspect.own.max(0.0))).collect();
    let mut settled: BTreeMap<Arc<str>, f64> = BTreeMap::new();
    for _ in 0..STEPS {
        let mut next = BTreeMap::new();
        for (source, blame) in moving {
            let ways = suspects.get(&source).map(|suspect| ways(&source, suspect, suspects, together)).unwrap_or_default();
            let all: f64 = ways.iter().map(|(_, share)| share).sum();
            *settled.entry(source).or_default() += blame * (1.0 - all);
            for (to, share) in ways {
                *next.entry(to).or_default() += blame * share;
            }
        }
        moving = next;
    }
    for (source, blame) in moving {
        *settled.entry(source).or_default() += blame;
    }
    settled
}

/// To whom a source hands on which share of its blame.
fn ways(
    source: &Arc<str>,
    suspect: &Suspect,
    suspects: &BTreeMap<Arc<str>, Suspect>,
    together: &Together,
) -> Vec<(Arc<str>, f64)> {
    let named: f64 = suspect.names.values().sum();
    let share = HANDED_ON * named.min(1.0);
    let mut ways: Vec<(Arc<str>, f64)> =
        suspect.names.iter().map(|(name, part)| (name.clone(), share * part / named.max(f64::MIN_POSITIVE))).collect();
    let explains = |(other, of): (&Arc<str>, &Suspect)| {
        let weight = of.explains * together.share(source, other);
        (other != source && weight > suspect.explains * 0.5 && weight > 0.05).then(|| (other.clone(), weight.powi(2)))
    };
    let explaining: Vec<(Arc<str>, f64)> = suspects.iter().filter_map(explains).collect();
    let all: f64 = explaining.iter().map(|(_, weight)| weight).sum();
    let vague = HANDED_ON_VAGUELY * suspect.vague.min(1.0 - named.min(1.0));
    ways.extend(explaining.into_iter().map(|(other, weight)| (other, vague * weight / all)));
    ways
}

fn finish(mut suspects: BTreeMap<Arc<str>, Suspect>, blame: BTreeMap<Arc<str>, f64>, clues: Clues<'_>) -> Vec<Candidate> {
    let mut named_by: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (source, suspect) in &suspects {
        suspect.names.keys().for_each(|name| named_by.entry(name.clone()).or_default().push(source.clone()));
    }
    let related = related(&suspects, clues);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (source, blame) in blame {
        let suspect = suspects.remove(&source).unwrap_or_default();
        let mut reasons = suspect.reasons;
        reasons.extend(named_by.remove(&source).map(Reason::NamedBy));
        let near = related.as_ref().is_none_or(|related| related.contains(&source));
        let share = blame * if near { 1.0 } else { UNRELATED };
        candidates.push(Candidate { source, share, onset: suspect.onset, reasons, findings: suspect.findings });
    }
    let all: f64 = candidates.iter().map(|candidate| candidate.share).sum();
    candidates.iter_mut().for_each(|candidate| candidate.share /= all.max(f64::MIN_POSITIVE));
    candidates.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.source.cmp(&b.source)));
    candidates
}

/// The sources that have to do with those that the question is about: named in their texts, or part of the same requests.
/// `None` when the question is about all.
fn related(suspects: &BTreeMap<Arc<str>, Suspect>, clues: Clues<'_>) -> Option<HashSet<Arc<str>>> {
    if clues.focus.is_empty() {
        return None;
    }
    let mut related: HashSet<Arc<str>> = clues.focus.iter().cloned().collect();
    let traces: HashSet<&Arc<str>> =
        clues.hops.iter().filter(|hop| clues.focus.contains(&hop.source)).map(|hop| &hop.trace).collect();
    related.extend(clues.hops.iter().filter(|hop| traces.contains(&hop.trace)).map(|hop| hop.source.clone()));
    for _ in 0..STEPS {
        for (source, suspect) in suspects {
            if related.contains(source) {
                related.extend(suspect.names.keys().cloned());
            } else if suspect.names.keys().any(|name| related.contains(name)) {
                related.insert(source.clone());
            }
        }
    }
    Some(related)
}

#[cfg(test)]
mod tests;
