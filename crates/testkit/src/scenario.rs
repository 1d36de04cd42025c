//! Incidents whose cause is known, and traps that look like incidents: what a search for causes is held against.
//!
//! A small town of services that call each other logs for some hours. One of [`Fault::ALL`] is injected into one of them; what
//! callers write follows from who calls whom. Each [`Trap`] changes the logs as harmless things do.

use record::{Severity, Timestamp};

use crate::Chance;

mod faults;
mod requests;
mod town;
mod traps;

#[cfg(test)]
mod tests;

pub use faults::Fault;
pub use traps::Trap;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// A line of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// When it happened.
    pub at: Timestamp,
    /// When it arrived.
    pub arrived: Timestamp,
    /// Which service wrote it.
    pub source: String,
    /// How serious.
    pub severity: Severity,
    /// Its text.
    pub message: String,
    /// The request that it belongs to.
    pub trace: Option<String>,
    /// How long something took, in milliseconds.
    pub millis: Option<f64>,
    /// The transaction that it belongs to.
    pub transaction: Option<u64>,
}

/// What to make.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What everything follows from.
    pub seed: u64,
    /// When the logs begin.
    pub start: Timestamp,
    /// For how many minutes they go on.
    pub minutes: u32,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// What only looks so, each at some minute.
    pub traps: Vec<(Trap, u32)>,
}

/// The logs, and the truth about them.
#[derive(Debug, Clone)]
pub struct Story {
    /// In order of time.
    pub lines: Vec<Line>,
    /// What went wrong.
    pub truth: Option<Truth>,
}

/// What really happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// What went wrong.
    pub fault: Fault,
    /// The service that it began in.
    pub root: String,
    /// A service that users felt it in.
    pub felt: String,
    /// When it began.
    pub start: Timestamp,
    /// When it was over.
    pub end: Timestamp,
}

/// The minute at which a fault begins, in a scenario that is long enough for it.
const FAULT_MINUTE: u64 = 150;

impl Scenario {
    /// Three and a half hours with this fault in the third, and in every second of them a trap.
    pub fn incident(seed: u64, fault: Fault) -> Scenario {
        let mut chance = Chance::new(seed ^ 0x7ab5);
        let start = Timestamp::from_micros((20_490 * 1440 + 600) * MICROS_PER_MINUTE);
        let traps = match chance.per_mille(500) {
            true => vec![(*chance.one_of(&Trap::ALL), 100 + chance.below(90) as u32)],
            false => Vec::new(),
        };
        Scenario { seed, start, minutes: 210, fault: Some(fault), traps }
    }

    /// A day on which nothing goes wrong, with each trap at least once.
    pub fn quiet_day(seed: u64) -> Scenario {
        let mut chance = Chance::new(seed ^ 0x0dd);
        let traps = (0..2).flat_map(|_| Trap::ALL).map(|trap| (trap, 180 + chance.below(1200) as u32)).collect();
        let start = Timestamp::from_micros(20_490 * 1440 * MICROS_PER_MINUTE);
        Scenario { seed, start, minutes: 1440, fault: None, traps }
    }

    /// Makes the logs.
    pub fn run(&self) -> Story {
        let mut chance = Chance::new(self.seed);
        let town = town::Town::new(&mut chance);
        let injected = self.fault.map(|fault| faults::Injected::new(fault, &town, &mut chance));
        let mut lines = Vec::new();
        for minute in 0..self.minutes {
            let start = self.start.as_micros() + i64::from(minute) * MICROS_PER_MINUTE;
            requests::minute(&town, self.minute_of(minute, start, injected.as_ref()), &mut chance, &mut lines);
        }
        for &(trap, minute) in &self.traps {
            trap.spring(self, minute, &town, &mut chance, &mut lines);
        }
        lines.sort_by_key(|line| line.at);
        let truth = injected.map(|injected| Truth {
            fault: injected.fault,
            root: town.services[injected.root].name.clone(),
            felt: town.services[injected.felt].name.clone(),
            start: self.at(injected.minutes.start),
            end: self.at(injected.minutes.end),
        });
        Story { lines, truth }
    }

    fn at(&self, minute: u32) -> Timestamp {
        Timestamp::from_micros(self.start.as_micros() + i64::from(minute) * MICROS_PER_MINUTE)
    }

    fn minute_of<'a>(&self, minute: u32, start: i64, injected: Option<&'a faults::Injected>) -> requests::Minute<'a> {
        let doubled = |&(trap, at): &(Trap, u32)| trap == Trap::TrafficDoubled && (at..at + 25).contains(&minute);
        requests::Minute {
            start,
            number: minute,
            traffic: if self.traps.iter().any(doubled) { 2.2 } else { 1.0 },
            fault: injected.filter(|injected| injected.minutes.contains(&minute)),
            coming: injected.filter(|injected| injected.minutes.start > minute && injected.minutes.start <= minute + 3),
        }
    }
}
