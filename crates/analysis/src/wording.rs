//! What log texts say in general: whether they tell of a failure, of which kind, and whether of their own or of another's.
//!
//! These are words of the trade, in English, as libraries and operating systems write them; nothing here knows a product.

use record::Severity;

/// A kind of failure that a text names as its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Memory ran out.
    Memory,
    /// A disk is full or broken.
    Disk,
    /// A pool of connections or threads is exhausted.
    Pool,
    /// A process ended or restarts.
    Crash,
    /// A lock is waited for.
    Lock,
    /// A certificate or handshake is refused.
    Certificate,
    /// Credentials or rights are refused.
    Credentials,
    /// A setting is missing or wrong.
    Settings,
    /// Names are not resolved.
    Names,
    /// The network is interrupted.
    Network,
    /// Somebody limits the rate.
    Throttled,
    /// A queue is not worked off.
    Backlog,
    /// A schema does not fit.
    Schema,
    /// Stored or sent data is damaged.
    Data,
    /// The processor is too busy.
    Load,
    /// A statement is slow.
    SlowQuery,
    /// A fault of the program.
    Program,
}

/// What a text tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Telling {
    /// How much it speaks of a failure, 0 (not at all) to 1.5 (of a total one).
    pub weight: f64,
    /// The kind of failure, where it names one.
    pub trouble: Option<Trouble>,
    /// Whether it tells that somebody else failed to do something.
    pub of_another: bool,
}

struct Kind {
    trouble: Trouble,
    name: &'static str,
    /// Any of these; `+` joins words that must all stand in the text.
    words: &'static [&'static str],
    remedies: &'static [&'static str],
}

/// The first that fits names the kind, so what is specific stands on top.
static KINDS: &[Kind] = &[
    Kind {
        trouble: Trouble::Memory,
        name: "memory exhausted",
        words: &[
            "out of memory",
            "outofmemory",
            "oom",
            "heap space",
            "cannot allocate memory",
            "memory limit",
            "gc overhead",
            "gc pause",
            "memory+exhausted",
            "heap usage",
            "heap+full",
        ],
        remedies: &[
            "compare the memory limit with what the process used before it was stopped",
            "look for what grew since the last deployment: caches, queues, open requests",
        ],
    },
    Kind {
        trouble: Trouble::Disk,
        name: "disk full or failing",
        words: &[
            "no space left",
            "disk full",
            "disk is full",
            "disk quota",
            "read-only file system",
            "enospc",
            "i/o error",
            "volume is full",
            "volume+full",
            "disk usage",
        ],
        remedies: &["free or extend the volume", "alert on free space before it runs out"],
    },
    Kind {
        trouble: Trouble::Pool,
        name: "connections or workers exhausted",
        words: &[
            "connection from pool",
            "pool exhausted",
            "pool is exhausted",
            "pool+timeout",
            "pool+timed out",
            "too many connections",
            "too many clients",
            "remaining connection slots",
            "connection limit",
            "max connections",
            "no free connection",
            "no available connection",
            "thread pool",
            "worker pool",
            "too many open files",
            "pool+waiting",
            "pool+empty",
            "no idle worker",
        ],
        remedies: &[
            "find who holds the connections: long transactions, reports, leaks",
            "alert when more than 80 % of the pool are in use",
            "give batch work a pool of its own",
        ],
    },
    Kind {
        trouble: Trouble::Lock,
        name: "locks",
        words: &[
            "deadlock",
            "lock wait",
            "lock timeout",
            "waiting for lock",
            "could not serialize",
            "could not obtain lock",
            "table is locked",
            "lock+held",
        ],
        remedies: &["find the transaction that holds the lock", "shorten transactions and take locks in one order"],
    },
    Kind {
        trouble: Trouble::Certificate,
        name: "certificate or handshake refused",
        words: &["certificate", "x509", "handshake failed", "handshake failure", "tls alert", "ssl error", "cert+expired"],
        remedies: &["renew the certificate, and alert some weeks before it ends", "check which trust store the clients use"],
    },
    Kind {
        trouble: Trouble::Names,
        name: "names are not resolved",
        words: &[
            "no such host",
            "name resolution",
            "nxdomain",
            "servfail",
            "could not resolve",
            "failed to resolve",
            "getaddrinfo",
            "dns+timeout",
            "dns+fail",
            "lookup+timeout",
        ],
        remedies: &["ask the resolver directly, and look at its load", "check what changed in the zone"],
    },
    Kind {
        trouble: Trouble::Schema,
        name: "schema does not fit",
        words: &[
            "unknown column",
            "column+does not exist",
            "relation+does not exist",
            "no such table",
            "no such column",
            "migration+fail",
            "schema mismatch",
            "schema version",
            "incompatible schema",
            "unknown field",
        ],
        remedies: &["compare the schema with what the running version expects", "run or take back the migration"],
    },
    Kind {
        trouble: Trouble::Settings,
        name: "a setting is missing or wrong",
        words: &[
            "invalid config",
            "missing config",
            "configuration error",
            "configuration+invalid",
            "configuration+missing",
            "unknown setting",
            "environment variable",
            "property+not set",
            "invalid value for",
            "failed to load config",
            "could not parse config",
            "feature flag",
            "config+rejected",
            "missing required setting",
            "missing required environment",
        ],
        remedies: &[
            "compare the settings with those before the change, and take the change back",
            "check settings before they are rolled out",
        ],
    },
    Kind {
        trouble: Trouble::Credentials,
        name: "credentials or rights refused",
        words: &[
            "password authentication failed",
            "authentication failed",
            "invalid credentials",
            "access denied",
            "permission denied",
            "unauthorized",
            "forbidden",
            "token+expired",
            "secret+expired",
            "key+revoked",
            "invalid api key",
            "login failed",
            "signature+invalid",
            "not authorized",
        ],
        remedies: &["check which credentials were rotated, and who still uses the old ones"],
    },
    Kind {
        trouble: Trouble::Throttled,
        name: "rate limited",
        words: &["rate limit", "too many requests", "throttl", "quota exceeded", "quota+exhausted"],
        remedies: &["ask less often, or for a higher quota", "retry with backoff instead of at once"],
    },
    Kind {
        trouble: Trouble::Backlog,
        name: "a queue is not worked off",
        words: &[
            "consumer lag",
            "lag+behind",
            "backlog",
            "queue is full",
            "queue full",
            "queue depth",
            "queue+overflow",
            "rebalanc",
            "messages behind",
            "not consumed",
        ],
        remedies: &["look at what slows the consumers", "add consumers, or shed what is too old"],
    },
    Kind {
        trouble: Trouble::Network,
        name: "network interrupted",
        words: &[
            "network is unreachable",
            "no route to host",
            "packet loss",
            "link down",
            "link is down",
            "network partition",
            "interface+down",
            "changed state to down",
            "split brain",
            "retransmi",
            "lost+quorum",
        ],
        remedies: &["look at the link and at what changed on the way between the two"],
    },
    Kind {
        trouble: Trouble::Data,
        name: "damaged data",
        words: &[
            "checksum mismatch",
            "checksum+fail",
            "corrupt",
            "malformed",
            "unexpected end of",
            "invalid utf",
            "parse error",
            "cannot be decoded",
            "could not decode",
            "deserializ",
        ],
        remedies: &["find the first damaged item and who wrote it"],
    },
    Kind {
        trouble: Trouble::Load,
        name: "processor overloaded",
        words: &[
            "cpu+throttl",
            "cpu usage",
            "cpu+saturat",
            "load average",
            "starvation",
            "cpu+100",
            "event loop+blocked",
            "event loop lag",
            "run queue",
            "high cpu",
        ],
        remedies: &["profile what runs, and compare it with before", "limit or move what is not urgent"],
    },
    Kind {
        trouble: Trouble::SlowQuery,
        name: "slow statements",
        words: &[
            "slow query",
            "slow statement",
            "full table scan",
            "sequential scan",
            "missing index",
            "statement timeout",
            "query+took",
            "canceling statement",
            "replication lag",
        ],
        remedies: &["look at the plan of the slow statement, and whether an index or its statistics are missing"],
    },
    Kind {
        trouble: Trouble::Crash,
        name: "the process ends or restarts",
        words: &[
            "segmentation fault",
            "segfault",
            "core dumped",
            "panic",
            "crashloop",
            "crash loop",
            "back-off restarting",
            "restarting failed",
            "exited with code",
            "exit code",
            "exit status",
            "killed by signal",
            "terminated by signal",
            "process+killed",
            "process+died",
            "liveness probe failed",
            "fatal signal",
            "sigsegv",
            "sigkill",
            "crashed",
            "process aborted",
            "shutting down",
        ],
        remedies: &["look at the last records before the process ended", "take back the last deployment if it began with it"],
    },
    Kind {
        trouble: Trouble::Program,
        name: "a fault of the program",
        words: &[
            "nullpointer",
            "null pointer",
            "typeerror",
            "keyerror",
            "attributeerror",
            "valueerror",
            "undefined is not",
            "is not a function",
            "index out of",
            "illegalstate",
            "illegalargument",
            "assertion failed",
            "unhandled",
            "unexpected null",
            "cannot read propert",
            "nil pointer",
            "division by zero",
            "classcast",
            "traceback",
            "stack overflow",
            "invariant",
        ],
        remedies: &["take back the last deployment of this service", "give the failing input to a test"],
    },
];

/// What callers write when somebody else does not do their work.
const OF_ANOTHER: &[&str] = &[
    "upstream",
    "downstream",
    "did not answer",
    "not answer",
    "no response",
    "not respond",
    "timed out",
    "timeout",
    "deadline exceeded",
    "unavailable",
    "connection refused",
    "connection reset",
    "unreachable",
    "circuit breaker",
    "circuit open",
    "giving up",
    "broken pipe",
    "failed to call",
    "call to",
    "calling",
    "request to",
    "bad gateway",
    "gateway timeout",
    "answered 5",
    "returned 5",
    "status 5",
    "returned http 5",
    "retrying",
    "retries exhausted",
    "fallback",
    "dependency",
    "host is down",
    "socket hang up",
    "econnrefused",
    "econnreset",
    "etimedout",
];

/// Words of failure, for texts whose severity does not tell.
const FAILING: &[&str] = &[
    "error",
    "fail",
    "exception",
    "refused",
    "denied",
    "timeout",
    "timed out",
    "cannot",
    "could not",
    "unable",
    "panic",
    "fatal",
    "critical",
    "abort",
    "reject",
    "invalid",
    "lost",
    "killed",
    "crash",
    "corrupt",
    "unreachable",
    "unavailable",
    "exhausted",
    "expired",
    "overflow",
    "out of memory",
    "no space",
    "deadlock",
    "denied",
    "did not answer",
    "stopped responding",
    "traceback",
];

/// Reads a text, with the severity that it was written at. The text may be a pattern.
pub fn read(text: &str, severity: Option<Severity>) -> Telling {
    let text = text.to_lowercase();
    let failing = FAILING.iter().any(|word| text.contains(word));
    let trouble = KINDS.iter().find(|kind| kind.words.iter().any(|words| holds(&text, words))).map(|kind| kind.trouble);
    let weight = match severity {
        Some(Severity::Trace | Severity::Debug) => 0.0,
        Some(Severity::Info | Severity::Notice) if trouble.is_some() && failing => 0.4,
        Some(Severity::Info | Severity::Notice) if trouble.is_some() => 0.25,
        Some(Severity::Info | Severity::Notice) if failing => 0.2,
        Some(Severity::Info | Severity::Notice) => 0.05,
        Some(Severity::Warn) if trouble.is_some() => 0.7,
        Some(Severity::Warn) => 0.45,
        Some(Severity::Error) => 1.0,
        Some(Severity::Critical) => 1.2,
        Some(Severity::Alert | Severity::Fatal) => 1.5,
        None if failing || trouble.is_some() => 0.8,
        None => 0.05,
    };
    Telling { weight, trouble, of_another: OF_ANOTHER.iter().any(|words| text.contains(words)) }
}

/// The name of a kind of failure.
pub fn name(trouble: Trouble) -> &'static str {
    kind(trouble).name
}

/// What to do about a kind of failure.
pub fn remedies(trouble: Trouble) -> &'static [&'static str] {
    kind(trouble).remedies
}

fn kind(trouble: Trouble) -> &'static Kind {
    KINDS.iter().find(|kind| kind.trouble == trouble).expect("BUG: a kind of failure without its words")
}

/// Whether all words that `+` joins stand in the text. Words of three letters must stand alone: `oom` is in `room` too.
fn holds(text: &str, words: &str) -> bool {
    words.split('+').all(|word| match word.len() {
        ..=3 => text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word),
        _ => text.contains(word),
    })
}

#[cfg(test)]
mod tests;
