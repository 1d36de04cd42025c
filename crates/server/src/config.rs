use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use record::Tenant;

use crate::dialects::Port;
use crate::hooks::Hook;
use crate::kafka::Kafka;
use crate::sockets::Sockets;

/// How the server listens. No `Default`: whoever opens a port knows what they want.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen. Any address but loopback needs `tls` and `token_file`.
    pub listen: SocketAddr,
    /// Further addresses, each for the agents of one other server.
    pub ports: Vec<Port>,
    /// Certificate and key; `None` speaks plain HTTP.
    pub tls: Option<Tls>,
    /// File of access tokens, one a line, `#` begins a comment; `None` lets everybody in (loopback only).
    pub token_file: Option<PathBuf>,
    /// Whose records come in and are asked for.
    pub tenant: Tenant,
    /// Signs cursors. Fresh chance per process: a cursor then ends with the process that gave it out.
    pub cursor_key: CursorKey,
    /// Bounds.
    pub limits: Limits,
    /// Where agents that do not speak HTTP may send.
    pub sockets: Sockets,
    /// What to read from Kafka.
    pub kafka: Option<Kafka>,
    /// Where other programs may send webhooks.
    pub hooks: Vec<Hook>,
}

/// Where certificate chain and private key lie, both PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The server's certificate, then those above it.
    pub certificates: PathBuf,
    /// The key of the first certificate.
    pub key: PathBuf,
}

/// A key for signing cursors. It prints as stars.
#[derive(Clone, Copy)]
pub struct CursorKey(pub [u8; 32]);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(***)")
    }
}

/// What a client may cost. All numbers are upper bounds, tested at the bound and one beyond.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of an ingest body as sent.
    pub body_bytes: usize,
    /// Bytes of an ingest body after decompression.
    pub decompressed_bytes: usize,
    /// Decompressed bytes per compressed byte, checked while decompressing.
    pub compression_ratio: usize,
    /// Bytes of a question's body, as sent and after decompression.
    pub question_bytes: usize,
    /// Bytes of request line and headers together.
    pub head_bytes: usize,
    /// Bytes of path and query string.
    pub url_bytes: usize,
    /// From the first byte of a connection, or the end of the last answer, to the end of the headers.
    pub head_timeout: Duration,
    /// Between two pieces of a body.
    pub body_idle: Duration,
    /// How long a body may come more slowly than `body_rate`.
    pub body_grace: Duration,
    /// Bytes per second that a body must come with on average.
    pub body_rate: usize,
    /// A client that takes no byte of its answer for so long is gone.
    pub write_timeout: Duration,
    /// Open connections. When there are more, who asks nothing gives way; if all ask, they wait in the kernel's queue.
    pub connections: usize,
    /// Requests at work, live tails included.
    pub requests: usize,
    /// Bytes of all bodies at work, compressed and not.
    pub bodies_bytes: usize,
    /// Questions at work. Each may take the memory of its budget.
    pub questions: usize,
    /// How long a question may wait for its turn.
    pub question_wait: Duration,
    /// Wall time of a question.
    pub question_time: Duration,
    /// Wall time of a GraphQL request, with all that is asked in it.
    pub graphql_time: Duration,
    /// Bytes of memory of a question.
    pub question_memory_bytes: usize,
    /// Rows of an answer to SQL.
    pub answer_rows: usize,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Open live tails.
    pub tails: usize,
    /// Records that wait for the reader of a tail.
    pub tail_queue_records: usize,
    /// Bytes that wait for the reader of a tail.
    pub tail_queue_bytes: usize,
    /// Between two signs of life on a quiet tail.
    pub tail_heartbeat: Duration,
    /// How long a cursor can be used.
    pub cursor_age: Duration,
    /// How long requests at work may take to end after shutdown was asked for.
    pub drain: Duration,
}

impl Limits {
    /// What fits a machine with two cores and 2 GiB for this process.
    pub const STANDARD: Limits = Limits {
        // Agents cut their batches at 1 to 10 MB (Vector 10 MB, Fluent Bit 2 MB, Promtail 1 MB).
        body_bytes: 10 << 20,
        decompressed_bytes: 64 << 20,
        // JSON logs compress 8 to 40 times; only bombs are beyond this.
        compression_ratio: 100,
        // A query has at most 8 KiB; SQL written by machines can be longer.
        question_bytes: 1 << 20,
        head_bytes: 32 << 10,
        url_bytes: 8 << 10,
        head_timeout: Duration::from_secs(30),
        body_idle: Duration::from_secs(30),
        body_grace: Duration::from_secs(30),
        // A full body takes eleven minutes at this rate, which is worse than any mobile line.
        body_rate: 16 << 10,
        write_timeout: Duration::from_secs(60),
        // Below the usual 1,024 open files of a process, with room for the lake's.
        connections: 768,
        requests: 512,
        // Four full bodies, or 25 that are not compressed.
        bodies_bytes: 256 << 20,
        questions: 8,
        question_wait: Duration::from_secs(2),
        question_time: Duration::from_secs(30),
        graphql_time: Duration::from_secs(10),
        question_memory_bytes: 512 << 20,
        answer_rows: 100_000,
        answer_bytes: 64 << 20,
        tails: 64,
        tail_queue_records: 1_000,
        tail_queue_bytes: 4 << 20,
        // Proxies close a silent connection after 30 to 60 seconds.
        tail_heartbeat: Duration::from_secs(15),
        cursor_age: Duration::from_secs(3600),
        drain: Duration::from_secs(10),
    };
}
