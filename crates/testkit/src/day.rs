//! A day in the life of a bank that also sells things: some forty services, requests that cross them, quiet nights, busy
//! noons, and two incidents whose truth is known, so that a search for causes can be held against it.

use std::io::Write;

use record::Timestamp;

use crate::Chance;

mod request;
mod services;
#[cfg(test)]
mod tests;

use request::Request;
pub use services::SERVICES;

const MINUTES: usize = 1440;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// A day of logs. Equal days write equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// What everything follows from.
    pub seed: u64,
    /// Which day, counted from 1970-01-01.
    pub date: i32,
    /// How many records it has.
    pub records: u64,
}

/// Something that went wrong, as it really was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// In a few words.
    pub name: &'static str,
    /// The service that it began in.
    pub root: &'static str,
    /// When it began.
    pub start: Timestamp,
    /// When it was over.
    pub end: Timestamp,
    /// What happened.
    pub story: &'static str,
}

/// Minutes of the day at which the connection pool of the ledger is exhausted.
const POOL_MINUTES: std::ops::Range<usize> = 14 * 60 + 2..14 * 60 + 19;
/// Minutes of the day at which the bad version of the checkout runs.
const DEPLOY_MINUTES: std::ops::Range<usize> = 20 * 60 + 30..20 * 60 + 40;

impl Day {
    /// The incidents of the day.
    pub fn incidents(&self) -> [Incident; 2] {
        let at = |minute: usize| self.midnight_plus(minute);
        [
            Incident {
                name: "ledger database connections run out",
                root: "ledger-service",
                start: at(POOL_MINUTES.start),
                end: at(POOL_MINUTES.end),
                story: "a report holds all 100 connections of ledger-db; payments wait for one, time out, and the gateway answers 504",
            },
            Incident {
                name: "bad deployment of the checkout",
                root: "checkout-service",
                start: at(DEPLOY_MINUTES.start),
                end: at(DEPLOY_MINUTES.end),
                story: "version 4.18.0 cannot read discount rules without a tier; one order in three fails with 500 until the rollback",
            },
        ]
    }

    /// Writes the records as JSON lines, in about the order of time (late by a second at most), in pieces of whole
    /// minutes: `piece` gets the lines of a minute and how many they are.
    pub fn write(&self, mut piece: impl FnMut(&[u8], u64) -> std::io::Result<()>) -> std::io::Result<()> {
        let mut chance = Chance::new(self.seed ^ self.date as u64);
        let mut lines = Vec::new();
        let mut minute_lines = Lines::default();
        for (minute, count) in self.records_by_minute().into_iter().enumerate() {
            minute_lines.fill(self.midnight_plus(minute), minute, count, &mut chance);
            lines.clear();
            minute_lines.write(&mut lines)?;
            piece(&lines, count)?;
        }
        Ok(())
    }

    fn midnight_plus(&self, minute: usize) -> Timestamp {
        Timestamp::from_micros((i64::from(self.date) * MINUTES as i64 + minute as i64) * MICROS_PER_MINUTE)
    }

    /// Two humps, before noon and in the evening, over a quiet night.
    fn records_by_minute(&self) -> Vec<u64> {
        let hump = |minute: f64, centre: f64, width: f64| (-((minute - centre) / width).powi(2)).exp();
        let weight = |minute: usize| 0.25 + hump(minute as f64, 680.0, 190.0) + 0.8 * hump(minute as f64, 1190.0, 130.0);
        let total: f64 = (0..MINUTES).map(weight).sum();
        let mut before = 0.0;
        let upto = |share: f64| (self.records as f64 * share / total).round() as u64;
        let counts = (0..MINUTES).map(|minute| {
            let start = upto(before);
            before += weight(minute);
            let end = if minute + 1 == MINUTES { self.records } else { upto(before) };
            end - start
        });
        counts.collect()
    }
}

/// The lines of one minute, each with its time.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    /// Time, and where the line ends in `text`.
    ends: Vec<(i64, usize, usize)>,
}

impl Lines {
    fn fill(&mut self, start: Timestamp, minute: usize, count: u64, chance: &mut Chance) {
        self.text.clear();
        self.ends.clear();
        while (self.ends.len() as u64) < count {
            let at = start.as_micros() + chance.below(MICROS_PER_MINUTE as u64) as i64;
            let mut request = Request::new(at, chance);
            let trouble = Trouble::at(minute);
            request.run(trouble, chance, &mut |at, write| self.add(at, write));
        }
        for (at, from, to) in self.ends.drain(count as usize..) {
            debug_assert!(at >= 0 && from <= to, "a line is a stretch of text");
        }
    }

    fn add(&mut self, at: i64, write: &mut dyn FnMut(&mut Vec<u8>)) {
        let from = self.text.len();
        write(&mut self.text);
        self.ends.push((at, from, self.text.len()));
    }

    fn write(&mut self, out: &mut Vec<u8>) -> std::io::Result<()> {
        // By half seconds: lines of one request keep their order, and some lines come a little late, as they do.
        self.ends.sort_by_key(|&(at, ..)| at / 500_000);
        for &(_, from, to) in &self.ends {
            out.write_all(&self.text[from..to])?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// What is wrong at a minute of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// The ledger has no free connection.
    Pool,
    /// The checkout runs the bad version.
    Deploy,
}

impl Trouble {
    fn at(minute: usize) -> Trouble {
        if POOL_MINUTES.contains(&minute) {
            Trouble::Pool
        } else if DEPLOY_MINUTES.contains(&minute) {
            Trouble::Deploy
        } else {
            Trouble::None
        }
    }
}
