use std::ops::Range;

use record::Severity;

use super::requests::{line, spoken};
use super::town::{Manner, Town};
use super::{FAULT_MINUTE, Line, MICROS_PER_MINUTE};
use crate::Chance;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A service waits for connections of its pool.
    PoolExhausted,
    /// A service is killed for its memory, again and again.
    MemoryKilled,
    /// A store cannot write any more.
    DiskFull,
    /// A new version fails for some requests.
    BadDeploy,
    /// The certificate of a service has expired; its callers say so.
    CertificateExpired,
    /// A setting is wrong.
    SettingWrong,
    /// Transactions of a store wait for each other.
    Deadlock,
    /// A store is slow; callers lose patience.
    SlowStore,
    /// A service hangs and writes nothing.
    Hang,
    /// A service cannot be reached, and is well itself.
    Partition,
    /// Names are not resolved.
    NamesFail,
    /// A service crashes on start.
    CrashLoop,
    /// What a service depends on outside of the town limits its rate.
    Throttled,
    /// A service has too little processor time.
    Busy,
    /// A service is slow, and nothing fails.
    SlowOnly,
    /// A cache is gone.
    CacheGone,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 16] = [
        Fault::PoolExhausted,
        Fault::MemoryKilled,
        Fault::DiskFull,
        Fault::BadDeploy,
        Fault::CertificateExpired,
        Fault::SettingWrong,
        Fault::Deadlock,
        Fault::SlowStore,
        Fault::Hang,
        Fault::Partition,
        Fault::NamesFail,
        Fault::CrashLoop,
        Fault::Throttled,
        Fault::Busy,
        Fault::SlowOnly,
        Fault::CacheGone,
    ];

    fn in_store(self) -> bool {
        matches!(self, Fault::DiskFull | Fault::Deadlock | Fault::SlowStore | Fault::CacheGone)
    }

    pub(super) fn is_mute(self) -> bool {
        matches!(self, Fault::Hang)
    }
}

/// A fault in its place.
#[derive(Debug, Clone)]
pub(super) struct Injected {
    pub(super) fault: Fault,
    /// The service.
    pub(super) root: usize,
    /// A service above it that users call.
    pub(super) felt: usize,
    pub(super) minutes: Range<u32>,
    /// Which of several wordings.
    wording: usize,
    /// Per mille of requests that it spoils.
    share: u64,
}

/// What becomes of a request in the service that is ill.
pub(super) enum Outcome {
    Goes,
    Slow { millis: u64 },
    Fails { says: Vec<(Severity, String)>, millis: u64 },
}

impl Injected {
    pub(super) fn new(fault: Fault, town: &Town, chance: &mut Chance) -> Injected {
        let root = match fault {
            Fault::NamesFail => town.resolver,
            fault if fault.in_store() => 8 + chance.below(3) as usize,
            _ => 1 + chance.below(7) as usize,
        };
        // Somebody must call it, or nobody feels it.
        let called = |root: usize| town.services.iter().any(|service| service.calls.contains(&root));
        let root = if root == town.resolver || called(root) {
            root
        } else {
            town.services[1 + root % 4].calls[fault.in_store() as usize % town.services[1 + root % 4].calls.len()]
        };
        let felt = (1..5).find(|&index| index == root || reaches(town, index, root)).unwrap_or(0);
        let start = FAULT_MINUTE as u32 + chance.below(15) as u32;
        let minutes = start..start + 8 + chance.below(22) as u32;
        Injected { fault, root, felt, minutes, wording: chance.below(3) as usize, share: 400 + chance.below(550) }
    }

    /// What happens to a request that has come to the root.
    pub(super) fn in_request(&self, town: &Town, chance: &mut Chance) -> Outcome {
        let spoilt = chance.per_mille(self.share);
        let fails = |severity, text: String, millis| Outcome::Fails { says: vec![(severity, text)], millis };
        let silently = |millis| Outcome::Fails { says: Vec::new(), millis };
        let n = chance.below(900) + 100;
        match self.fault {
            Fault::PoolExhausted if spoilt => fails(
                Severity::Error,
                self.one_of([
                    format!("HikariPool-1 - Connection is not available, request timed out after {n}00ms: pool exhausted"),
                    format!("could not acquire connection from pool within {n}0 ms (active=50 idle=0 waiting={n})"),
                    format!(
                        "QueuePool limit of size 20 overflow 10 reached, connection timed out, too many connections, timeout {n}"
                    ),
                ]),
                3000 + n,
            ),
            Fault::DiskFull if spoilt => fails(
                Severity::Error,
                self.one_of([
                    format!("could not extend file base/{n}: No space left on device"),
                    format!("write to segment {n} failed: ENOSPC"),
                    format!("disk is full, rejecting write of {n} bytes"),
                ]),
                20,
            ),
            Fault::BadDeploy if spoilt => fails(
                Severity::Error,
                self.one_of([
                    format!("Unhandled exception: java.lang.NullPointerException at Rules.apply(Rules.java:{n})"),
                    format!("TypeError: cannot read properties of undefined (reading 'tier') request {n}"),
                    format!("panic recovered: runtime error: index out of range [{n}] with length 3"),
                ]),
                10,
            ),
            Fault::SettingWrong if spoilt => fails(
                Severity::Error,
                self.one_of([
                    "configuration error: property region.default is not set".to_owned(),
                    "invalid value for TAX_MODE, request refused".to_owned(),
                    "missing required environment variable FEATURE_ENDPOINT".to_owned(),
                ]),
                5,
            ),
            Fault::Deadlock if spoilt => fails(
                Severity::Error,
                self.one_of([
                    format!("deadlock detected: process {n} waits for ShareLock on transaction {n}"),
                    format!("Lock wait timeout exceeded; try restarting transaction {n}"),
                    format!("could not obtain lock on row in relation accounts, xid {n}"),
                ]),
                2500,
            ),
            Fault::Throttled if spoilt => fails(
                Severity::Error,
                self.one_of([
                    "provider answered 429 Too Many Requests".to_owned(),
                    format!("rate limit of partner api exceeded, retry in {n} s"),
                    "request throttled by external endpoint, quota exceeded".to_owned(),
                ]),
                300,
            ),
            Fault::SlowStore if spoilt => Outcome::Slow { millis: 3000 + chance.below(6000) },
            Fault::Busy if spoilt => Outcome::Slow { millis: 2500 + chance.below(5000) },
            Fault::SlowOnly => Outcome::Slow { millis: 500 + chance.below(1200) },
            Fault::MemoryKilled | Fault::CrashLoop | Fault::CacheGone if spoilt => silently(200),
            Fault::Hang => silently(5000),
            _ => {
                let _ = town;
                Outcome::Goes
            }
        }
    }

    /// What a caller writes that cannot even reach another.
    pub(super) fn on_call(&self, town: &Town, caller: usize, called: usize, chance: &mut Chance) -> Option<(Severity, String)> {
        let other = spoken(town, caller, called);
        let is_vague = town.services[caller].manner == Manner::Vague;
        let text = match self.fault {
            Fault::NamesFail if chance.per_mille(self.share / 2) => self.one_of([
                format!("dial tcp: lookup {other}: no such host"),
                format!("getaddrinfo ENOTFOUND {other}"),
                format!("could not resolve {other}: temporary failure in name resolution"),
            ]),
            Fault::CertificateExpired if called == self.root && chance.per_mille(self.share + 50) => self.one_of([
                format!("x509: certificate has expired while connecting to {other}"),
                format!("TLS handshake with {other} failed: certificate expired"),
                format!("SSLHandshakeException calling {other}: PKIX path validation failed: certificate expired"),
            ]),
            Fault::Partition if called == self.root && chance.per_mille(self.share + 50) => match is_vague {
                true => "connect timed out: no route to host".to_owned(),
                false => self.one_of([
                    format!("connect to {other} failed: no route to host"),
                    format!("{other} unreachable: i/o timeout"),
                    format!("connection to {other} timed out after 3000 ms"),
                ]),
            },
            Fault::CrashLoop | Fault::MemoryKilled if called == self.root && chance.per_mille(self.share / 2) => {
                format!("connect to {other} failed: connection refused")
            }
            Fault::CacheGone if called == self.root && chance.per_mille(self.share) => {
                format!("cannot reach {other}: ECONNREFUSED")
            }
            _ => return None,
        };
        Some((Severity::Error, text))
    }

    /// What the root writes beside requests while it is ill.
    pub(super) fn by_the_minute(&self, town: &Town, start: i64, minute: u32, chance: &mut Chance, lines: &mut Vec<Line>) {
        let name = &town.services[self.root].name;
        let mut say = |severity, text: String, chance: &mut Chance| {
            lines.push(line(name, start + chance.below(MICROS_PER_MINUTE as u64) as i64, severity, text));
        };
        let since = minute - self.minutes.start;
        match self.fault {
            Fault::MemoryKilled if since.is_multiple_of(3) => {
                say(
                    Severity::Fatal,
                    self.one_of([
                        "java.lang.OutOfMemoryError: Java heap space".into(),
                        "Out of memory: Killed process 7 (app)".into(),
                        "fatal: runtime: out of memory".into(),
                    ]),
                    chance,
                );
                say(Severity::Info, format!("starting application, pid {}", chance.below(9999)), chance);
            }
            Fault::CrashLoop => {
                for _ in 0..2 {
                    say(
                        Severity::Fatal,
                        self.one_of([
                            "panic: assignment to entry in nil map".into(),
                            "process exited with code 139".into(),
                            "Segmentation fault (core dumped)".into(),
                        ]),
                        chance,
                    );
                    say(Severity::Info, format!("starting application, pid {}", chance.below(9999)), chance);
                }
            }
            Fault::BadDeploy if since == 0 => {
                for _ in 0..4 {
                    say(Severity::Info, format!("application version 4.{}.0 started", chance.below(30)), chance);
                }
            }
            Fault::SlowStore => {
                for _ in 0..5 + chance.below(10) {
                    say(
                        Severity::Warn,
                        format!(
                            "slow query: {} ms SELECT * FROM items WHERE owner = {}",
                            2000 + chance.below(6000),
                            chance.below(99)
                        ),
                        chance,
                    );
                }
            }
            Fault::Busy => {
                for _ in 0..4 + chance.below(6) {
                    say(
                        Severity::Warn,
                        self.one_of([
                            format!("event loop blocked for {} ms", 500 + chance.below(4000)),
                            format!("cpu throttled for {} ms", chance.below(9000)),
                            format!("run queue length {}, load average {}", chance.below(99), chance.below(60)),
                        ]),
                        chance,
                    );
                }
            }
            Fault::NamesFail => {
                for _ in 0..6 + chance.below(20) {
                    say(
                        Severity::Error,
                        format!("plugin/errors: 2 backend.svc. A: read udp 10.0.0.{}:53: SERVFAIL", chance.below(250)),
                        chance,
                    );
                }
            }
            Fault::CertificateExpired => {
                for _ in 0..3 + chance.below(8) {
                    say(
                        Severity::Warn,
                        format!(
                            "tls handshake error from 10.2.{}.{}: remote error: bad certificate",
                            chance.below(9),
                            chance.below(250)
                        ),
                        chance,
                    );
                }
            }
            Fault::CacheGone if since < 3 => {
                say(Severity::Critical, "shutting down: MISCONF cannot persist on disk, aborted".to_owned(), chance)
            }
            Fault::PoolExhausted => {
                say(Severity::Warn, format!("pool stats: active=50 idle=0 waiting={}", chance.below(300)), chance)
            }
            _ => {}
        }
    }

    /// What can be seen shortly before.
    pub(super) fn omens(&self, town: &Town, start: i64, chance: &mut Chance, lines: &mut Vec<Line>) {
        let text = match self.fault {
            Fault::MemoryKilled => format!("GC pause of {} ms, heap usage {} %", 500 + chance.below(3000), 90 + chance.below(9)),
            Fault::DiskFull => format!("disk usage at {} %", 95 + chance.below(4)),
            _ => return,
        };
        for _ in 0..3 {
            lines.push(line(
                &town.services[self.root].name,
                start + chance.below(MICROS_PER_MINUTE as u64) as i64,
                Severity::Warn,
                text.clone(),
            ));
        }
    }

    fn one_of(&self, mut texts: [String; 3]) -> String {
        std::mem::take(&mut texts[self.wording])
    }
}

fn reaches(town: &Town, from: usize, to: usize) -> bool {
    town.services[from].calls.iter().any(|&next| next == to || reaches(town, next, to))
}
