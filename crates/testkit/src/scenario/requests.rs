use record::{Severity, Timestamp};

use super::faults::{Injected, Outcome};
use super::town::{Manner, Town};
use super::{Line, MICROS_PER_MINUTE};
use crate::Chance;

/// One minute of a scenario.
pub(super) struct Minute<'a> {
    /// In microseconds.
    pub(super) start: i64,
    pub(super) number: u32,
    /// Times the usual number of requests.
    pub(super) traffic: f64,
    /// What is wrong.
    pub(super) fault: Option<&'a Injected>,
    /// What will be wrong within minutes.
    pub(super) coming: Option<&'a Injected>,
}

/// A request on its way.
struct Walk<'a> {
    town: &'a Town,
    fault: Option<&'a Injected>,
    trace: Option<String>,
    transaction: u64,
    at: i64,
    lines: &'a mut Vec<Line>,
}

/// What a caller learns: nothing, or what went wrong.
enum Answer {
    Well,
    Failed,
}

pub(super) fn minute(town: &Town, minute: Minute<'_>, chance: &mut Chance, lines: &mut Vec<Line>) {
    let hour = f64::from(minute.number / 60 % 24);
    let tide = 1.0 + 0.35 * ((hour - 9.0) / 24.0 * std::f64::consts::TAU).sin();
    let requests = (town.requests as f64 * tide * minute.traffic) as u64;
    for _ in 0..requests * 3 / 4 + chance.below(requests / 2 + 1) {
        let trace = town.traced.then(|| format!("{:016x}{:016x}", chance.next_u64(), chance.next_u64()));
        let at = minute.start + chance.below(MICROS_PER_MINUTE as u64) as i64;
        let transaction = chance.below(1 << 40);
        let mut walk = Walk { town, fault: minute.fault, trace, transaction, at, lines };
        walk.serve(town.entry, chance);
    }
    for service in 0..town.services.len() {
        beside(town, service, &minute, chance, lines);
    }
    if let Some(fault) = minute.fault {
        fault.by_the_minute(town, minute.start, minute.number, chance, lines);
    }
    if let Some(coming) = minute.coming {
        coming.omens(town, minute.start, chance, lines);
    }
}

impl Walk<'_> {
    fn serve(&mut self, service: usize, chance: &mut Chance) -> Answer {
        let town = self.town;
        let me = &town.services[service];
        if me.logs_start && !me.is_store && !self.is_mute(service) {
            let text = ["request received", "handling incoming request", "-> begin"][me.wording];
            self.say(service, Severity::Info, format!("{text} {:x}", self.transaction), None);
        }
        let started = self.at;
        self.at += (me.millis * 500 + chance.below(me.millis * 500 + 1)) as i64;
        if let Some(fault) = self.fault.filter(|fault| fault.root == service) {
            match fault.in_request(town, chance) {
                Outcome::Goes => {}
                Outcome::Slow { millis } => self.at += millis as i64 * 1000,
                Outcome::Fails { says, millis } => {
                    self.at += millis as i64 * 1000;
                    for (severity, text) in says {
                        self.say(service, severity, text, None);
                    }
                    return Answer::Failed;
                }
            }
        }
        for &called in &me.calls {
            if !chance.per_mille(750) {
                continue;
            }
            if let Answer::Failed = self.call(service, called, chance) {
                return Answer::Failed;
            }
        }
        let millis = ((self.at - started) / 1000) as f64;
        if chance.per_mille(3) && !me.is_store {
            let text = ["validation failed for field email", "client closed the connection", "request rejected: item not found"]
                [me.wording];
            self.say(service, if chance.per_mille(400) { Severity::Error } else { Severity::Warn }, text.to_owned(), None);
        }
        if !self.is_mute(service) && (!me.is_store || chance.per_mille(300)) {
            let text = match (me.is_store, me.wording) {
                (true, 0) => format!("statement executed rows={}", chance.below(50)),
                (true, _) => format!("op served from shard {} bytes={}", chance.below(16), chance.below(9000)),
                (_, 0) => format!("completed {:x} status=200 in {millis} ms", self.transaction),
                (_, 1) => format!("{:x} done, took {millis}ms", self.transaction),
                (..) => format!("<- 200 OK after {millis} ms for customer c{}", chance.below(5000)),
            };
            self.say(service, Severity::Info, text, Some(millis));
        }
        Answer::Well
    }

    /// A fault may leave a service without a voice.
    fn is_mute(&self, service: usize) -> bool {
        self.fault.is_some_and(|fault| fault.root == service && fault.fault.is_mute())
    }

    fn call(&mut self, caller: usize, called: usize, chance: &mut Chance) -> Answer {
        let town = self.town;
        if let Some((severity, text)) = self.fault.and_then(|fault| fault.on_call(town, caller, called, chance)) {
            self.at += 300_000 + chance.below(2_000_000) as i64;
            self.say(caller, severity, text, None);
            return Answer::Failed;
        }
        let before = self.at;
        if let Answer::Well = self.serve(called, chance) {
            let patience = 4_000_000 + 1_500_000 * (3 - caller.min(3)) as i64;
            if self.at - before < patience || chance.per_mille(150) {
                return Answer::Well;
            }
        }
        let me = &town.services[caller];
        let other = spoken(town, caller, called);
        let text = match (me.manner, me.wording) {
            (Manner::Vague, 0) => "upstream request failed, giving up".to_owned(),
            (Manner::Vague, 1) => "request aborted: dependency did not respond in time".to_owned(),
            (Manner::Vague, _) => "internal error while processing request".to_owned(),
            (_, 0) => format!("call to {other} failed: timeout after {} ms", 1000 + chance.below(4000)),
            (_, 1) => format!("{other} returned 503, request {:x} failed", self.transaction),
            (..) => format!("error from {other}: connection reset while reading response"),
        };
        self.at += chance.below(20_000) as i64;
        let severity = if chance.per_mille(100) { Severity::Warn } else { Severity::Error };
        self.say(caller, severity, text, None);
        Answer::Failed
    }

    fn say(&mut self, service: usize, severity: Severity, message: String, millis: Option<f64>) {
        let at = Timestamp::from_micros(self.at / 1000 * 1000);
        self.lines.push(Line {
            at,
            arrived: at.plus(std::time::Duration::from_secs(1)),
            source: self.town.services[service].name.clone(),
            severity,
            message,
            trace: self.trace.clone(),
            millis,
            transaction: Some(self.transaction),
        });
        self.at += 200;
    }
}

/// How a service names another.
pub(super) fn spoken(town: &Town, caller: usize, called: usize) -> String {
    let other = &town.services[called];
    match town.services[caller].manner {
        Manner::Full => other.name.clone(),
        Manner::Short => other.short.clone(),
        Manner::Address => format!("{}:8{:03}", other.short, called * 11 % 1000),
        Manner::Vague => "backend".to_owned(),
    }
}

/// Work beside requests: jobs, housekeeping, now and then a warning.
fn beside(town: &Town, service: usize, minute: &Minute<'_>, chance: &mut Chance, lines: &mut Vec<Line>) {
    let me = &town.services[service];
    if minute.fault.is_some_and(|fault| fault.root == service && fault.fault.is_mute()) {
        return;
    }
    let mut say = |severity, text: String, chance: &mut Chance| {
        lines.push(line(&me.name, minute.start + chance.below(MICROS_PER_MINUTE as u64) as i64, severity, text));
    };
    for _ in 0..2 + chance.below(3) {
        let text = match me.wording {
            0 => format!("health check ok, {} connections", chance.below(40)),
            1 => format!("heartbeat seq={}", chance.below(1_000_000)),
            _ => format!("metrics flushed: {} points", chance.below(900)),
        };
        say(Severity::Info, text, chance);
    }
    if (minute.number as usize + service).is_multiple_of(10) {
        for _ in 0..6 {
            say(Severity::Info, format!("cache entry {:x} refreshed", chance.below(1 << 30)), chance);
        }
    }
    if chance.per_mille(60) {
        say(Severity::Warn, format!("slow response from peer: {} ms", 200 + chance.below(700)), chance);
    }
    if chance.per_mille(12) {
        say(Severity::Error, format!("connection reset by client 10.0.{}.{}", chance.below(9), chance.below(250)), chance);
    }
}

pub(super) fn line(source: &str, at: i64, severity: Severity, message: String) -> Line {
    let at = Timestamp::from_micros(at / 1000 * 1000);
    let arrived = at.plus(std::time::Duration::from_secs(1));
    Line { at, arrived, source: source.to_owned(), severity, message, trace: None, millis: None, transaction: None }
}
