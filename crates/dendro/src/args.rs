use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::SettingFlags;
use crate::exit::EXIT_CODES;
use crate::when;

/// A log platform in one binary: send it anything, search it a second later, keep it in an open table.
#[derive(Parser)]
#[command(name = "dendro", version, after_help = format!("{TOUR}\n\n{EXIT_CODES}"), arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const TOUR: &str = "\
First steps:
  dendro demo               makes a day of forty services with two incidents, and serves it
  dendro serve              listens on http://127.0.0.1:4480
  dendro ingest app.log.gz  stores a file: JSON, text, syslog, logfmt or access log
  dendro ask 'why did payments fail at 2 PM?'
  dendro search 'error AND \"connection refused\"' --since 1h
  dendro sql 'SELECT source, count(*) FROM logs GROUP BY source ORDER BY 2 DESC'

Every command explains itself: dendro help search";

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Takes in logs and answers questions over HTTP, until Ctrl-C.
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Stores files.
    #[command(after_help = INGEST_HELP)]
    Ingest(Ingest),
    /// Says what went wrong, where it came from, and which records show it.
    #[command(after_help = ASK_HELP)]
    Ask(Ask),
    /// Searches records.
    #[command(after_help = SEARCH_HELP)]
    Search(Search),
    /// Asks in SQL.
    #[command(after_help = SQL_HELP)]
    Sql(Sql),
    /// Shows matching records as they arrive at a server, until Ctrl-C.
    #[command(after_help = TAIL_HELP)]
    Tail(Tail),
    /// Verifies everything in a data folder: write-ahead log, Delta log, checksums of every segment, ledger.
    #[command(after_help = CHECK_HELP)]
    Check(Folder),
    /// Merges small segments into large ones now.
    Compact(Folder),
    /// Removes old records from the current version of the table.
    #[command(after_help = EXPIRE_HELP)]
    Expire(Expire),
    /// Makes an earlier version of the table the current one, as a new version.
    #[command(after_help = RESTORE_HELP)]
    Restore(Restore),
    /// Deletes files that only table versions older than `vacuum_after` use.
    Vacuum(Folder),
    /// Shows what the privacy gateway finds in a text or file, and why; checks policies; opens encrypted values.
    #[command(subcommand, after_help = PRIVACY_HELP)]
    Privacy(Privacy),
    /// Checks rules and programs that filter, change, sample and enrich records, and tries them on a file.
    #[command(subcommand, after_help = TRANSFORM_HELP)]
    Transform(Transform),
    /// Plays a language model, for trying out how Dendro deals with one.
    #[command(subcommand, after_help = LLM_HELP)]
    Llm(Llm),
    /// Makes a realistic day of logs, stores it, asks three questions and serves it.
    #[command(after_help = DEMO_HELP)]
    Demo(Demo),
    /// Prints the completion script of a shell.
    #[command(after_help = "Example:\n  dendro completions bash > ~/.local/share/bash-completion/completions/dendro")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Where the data is. Without either, the folder `dendro-data` here.
#[derive(Args, Clone)]
pub(crate) struct Where {
    /// Data folder to work on directly, or through the server that has it open
    #[arg(long, value_name = "DIR", env = "DENDRO_DATA", conflicts_with = "url")]
    pub data: Option<PathBuf>,
    /// Server to ask, such as http://127.0.0.1:4480
    #[arg(long, env = "DENDRO_URL", value_name = "URL")]
    pub url: Option<String>,
    /// File with the server's token
    #[arg(long, env = "DENDRO_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// File with settings
    #[arg(long, env = "DENDRO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// A data folder that no server has open.
#[derive(Args)]
pub(crate) struct Folder {
    /// Data folder [default: dendro-data]
    #[arg(long, value_name = "DIR", env = "DENDRO_DATA")]
    pub data: Option<PathBuf>,
    /// File with settings
    #[arg(long, env = "DENDRO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `dendro serve`
#[derive(Args)]
pub(crate) struct Serve {
    /// File with settings
    #[arg(long, env = "DENDRO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print all settings, as they would be used, in the form of a settings file; then stop
    #[arg(long)]
    pub print_config: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

const SERVE_HELP: &str = "\
A setting is read from its flag, else from the environment (--seal-after is DENDRO_SEAL_AFTER), else from the file
given by --config (seal_after = \"2s\"), else it has the default shown. An unknown name is refused.

Examples:
  dendro serve
  dendro serve --data /srv/logs --listen 127.0.0.1:4480 --retention 30d
  dendro serve --print-config > dendro.toml

The first line on standard output is the address, once requests are answered. Ctrl-C and SIGTERM end it:
listeners first, then everything acknowledged is committed to the table.";

/// `dendro ingest`
#[derive(Args)]
pub(crate) struct Ingest {
    /// Files; `-` is standard input. gzip and zstd are recognised by their first bytes. With --follow, patterns too: 'logs/*.log'
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Go on with what is written to the files, through rotations, until Ctrl-C
    #[arg(long, conflicts_with = "again")]
    pub follow: bool,
    /// Where --follow keeps how far it is
    #[arg(long, value_name = "FILE", default_value = "dendro-follow.json", requires = "follow")]
    pub checkpoint: PathBuf,
    /// Service the records come from, where they do not say themselves
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// How the records are written
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
    /// Store again what was stored before
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub place: Where,
}

/// How records are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// Found out from the first records
    Auto,
    /// JSON lines, or one array
    Json,
    /// One record a line
    Text,
    /// RFC 5424 or RFC 3164
    Syslog,
    /// key=value
    Logfmt,
    /// Access logs: common or combined log format
    Clf,
}

impl Format {
    /// The name that requests carry.
    pub(crate) fn as_str(self) -> &'static str {
        self.for_intake().as_str()
    }

    /// The same, in the decoder's words.
    pub(crate) fn for_intake(self) -> intake::Format {
        match self {
            Format::Auto => intake::Format::Auto,
            Format::Json => intake::Format::Json,
            Format::Text => intake::Format::Text,
            Format::Syslog => intake::Format::Syslog,
            Format::Logfmt => intake::Format::Logfmt,
            Format::Clf => intake::Format::Clf,
        }
    }
}

const INGEST_HELP: &str = "\
The same command may be run again after an interruption: what was stored already is recognised by its content
and not stored twice (for as long as `key_memory` says, 24 h by default). Standard input is new each time.
A line that cannot be read goes to the table `quarantine` with the reason; nothing is dropped.

Examples:
  dendro ingest app.log access.log.1.gz
  journalctl -o short-iso | dendro ingest - --source journal --format text
  dendro ingest big.jsonl.zst --url http://127.0.0.1:4480
  dendro ingest --follow '/var/log/shop/*.log' --checkpoint /var/lib/dendro/shop.json --url http://127.0.0.1:4480";

/// How an answer is printed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Output {
    /// For people
    Table,
    /// One JSON object a line
    Json,
    /// Records: their message only. Other rows: values with tabs between them
    Raw,
}

/// `dendro ask`
#[derive(Args)]
pub(crate) struct Ask {
    /// The question
    pub question: String,
    /// Look at the time from then on, whatever the question says: 15m, 1h, 7d, or a time
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look at the time before then
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Print the answer as JSON, as `POST /analyze` gives it
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Where,
}

const ASK_HELP: &str = "\
Times of day are UTC. Understood are a time (at 2 PM, between 14:00 and 14:15, yesterday, on Feb 6, last 15 minutes) and
names of services; the rest of the question is for you. Every sentence about records cites some, printed below with their
numbers. A language model takes part only if one is configured (docs/models.md): its words come first, marked as such.

Examples:
  dendro ask 'why did payments fail at 2 PM?'
  dendro ask 'what went wrong in the last 30 minutes?' --url http://127.0.0.1:4480
  dendro ask 'what broke?' --since 2026-02-06T13:50Z --until 2026-02-06T14:20Z --json";

/// `dendro search`
#[derive(Args)]
pub(crate) struct Search {
    /// The query
    pub query: String,
    /// Only records from then on: 15m, 1h, 7d, or a time
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only records before then
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Most rows to show
    #[arg(long, short = 'n', default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
    /// How to print them
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    #[command(flatten)]
    pub place: Where,
}

const SEARCH_HELP: &str = "\
The query language:
  timeout                        the word, in any case        \"connection refused\"   the words in a row
  conn*                          words that begin so          /user=\\d+/             a regular expression
  source:checkout                the field has the word       status:>=500           a number on this side
  status:[400 TO 499]            a range                      error_code:*           the field is there
  a b    a AND b                 both                         a OR b   NOT a   ( )   as expected
Then steps, each over the rows before it:
  | stats count(), p99(response_time_ms) by source, bin(1m)   | sort -count   | head 20   | where count > 10
  | fields timestamp, message    | top 10 error_code          | pattern

Examples:
  dendro search 'error NOT source:batch' --since 1h
  dendro search 'severity:>=ERROR | stats count() by source | sort -count' --since 24h
  dendro search 'payment* | pattern' -o json";

/// `dendro sql`
#[derive(Args)]
pub(crate) struct Sql {
    /// The statement
    pub statement: String,
    /// An earlier state of the table: a version number, or a time
    #[arg(long, value_name = "VERSION|TIME")]
    pub as_of: Option<String>,
    /// Most rows to show
    #[arg(long, short = 'n', default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
    /// How to print them
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    #[command(flatten)]
    pub place: Where,
}

const SQL_HELP: &str = "\
Tables: logs, quarantine, ledger, log_privacy, llm_calls. Attributes are columns, quoted when they have dots: \"http.status_code\".
match_phrase(column, 'text') finds whole words in order, in any case.

Examples:
  dendro sql 'SELECT source, count(*) AS n FROM logs GROUP BY source ORDER BY n DESC'
  dendro sql 'SELECT count(*) FROM logs' --as-of 12
  dendro sql \"SELECT message FROM logs WHERE match_phrase(message, 'connection refused')\" -o raw";

/// `dendro tail`
#[derive(Args)]
pub(crate) struct Tail {
    /// The query (a filter; steps after `|` have no end in a tail)
    #[arg(default_value = "")]
    pub query: String,
    /// How to print records
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    #[command(flatten)]
    pub place: Where,
}

const TAIL_HELP: &str = "\
Examples:
  dendro tail 'severity:>=WARN'
  dendro tail 'source:checkout' -o raw --url http://127.0.0.1:4480";

const CHECK_HELP: &str = "\
Prints a line for each fault, with the file and the byte. Exit code 0: nothing found; 1: damage.
Damage is never repaired by guessing; everything that is whole can still be read.";

/// `dendro expire`
#[derive(Args)]
pub(crate) struct Expire {
    /// Age from which records are removed
    #[arg(long, value_name = "DURATION", value_parser = when::duration)]
    pub older_than: Duration,
    #[command(flatten)]
    pub folder: Folder,
}

const EXPIRE_HELP: &str = "\
Earlier versions of the table keep the records until `dendro vacuum` deletes their files.

Example:
  dendro expire --older-than 30d";

/// `dendro restore`
#[derive(Args)]
pub(crate) struct Restore {
    /// The version to go back to
    #[arg(long, value_name = "N")]
    pub version: u64,
    /// Which table: logs, or a damaged one
    #[arg(long, value_name = "TABLE", default_value = "logs")]
    pub table: String,
    #[command(flatten)]
    pub folder: Folder,
}

const RESTORE_HELP: &str = "\
Nothing is lost: the state before is a version too, and can be restored in the same way.

Of a table whose Delta log is damaged, the version that `dendro check` and /healthz name can be restored. That gives up
what was committed later: put the damaged file back from a backup instead if there is one. What is given up stays in the
folder _given_up of the table.

Example:
  dendro sql 'SELECT count(*) FROM logs' --as-of 12 && dendro restore --version 12";

/// `dendro privacy`
#[derive(Subcommand)]
pub(crate) enum Privacy {
    /// Shows, line by line, what would be found in files. Nothing is stored
    Scan(Scan),
    /// Tells what would be found in a text, by which rule, and what would be stored
    Explain(Explain),
    /// Reads a policy file and tells what it does, or what is wrong with it
    Check(PolicyCheck),
    /// Decrypts values of records, `[EMAIL:e...]`, with the folder's root key
    Reveal(Reveal),
}

/// `dendro privacy scan`
#[derive(Args)]
pub(crate) struct Scan {
    /// Files; `-` is standard input. gzip and zstd are recognised by their first bytes
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Policy file; without one the standard policy
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Read each line as the value of this field
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,
    /// How to print: the lines with marks, one JSON object a finding (without the value), or the lines as they would be stored
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    pub output: Output,
}

/// `dendro privacy explain`
#[derive(Args)]
pub(crate) struct Explain {
    /// The text
    pub text: String,
    /// The field it stands in
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,
    /// Policy file; without one the standard policy
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// `dendro privacy check`
#[derive(Args)]
pub(crate) struct PolicyCheck {
    /// The policy
    pub file: PathBuf,
}

/// `dendro privacy reveal`
#[derive(Args)]
pub(crate) struct Reveal {
    /// Values as they stand in records
    #[arg(value_name = "VALUE", required = true)]
    pub tokens: Vec<String>,
    #[command(flatten)]
    pub folder: Folder,
}

const PRIVACY_HELP: &str = "\
Examples:
  dendro privacy explain 'login of ann@example.com failed, password=hunter2'
  dendro privacy scan app.log.gz | less -R
  dendro privacy scan app.log -o json > findings.jsonl
  dendro privacy check privacy.toml
  dendro privacy reveal '[EMAIL:e0f...]' --data /srv/logs";

/// `dendro transform`
#[derive(Subcommand)]
pub(crate) enum Transform {
    /// Reads rules (.toml) with all files they name, or a program (.vrl), and tells what is wrong with them
    Check {
        /// The rules or the program
        file: PathBuf,
    },
    /// Shows what records of a file become. Nothing is stored, nothing is screened
    Try(TransformTry),
}

/// `dendro transform try`
#[derive(Args)]
pub(crate) struct TransformTry {
    /// Rules (.toml) or a program (.vrl)
    pub rules: PathBuf,
    /// File with records; `-` is standard input. gzip and zstd are recognised by their first bytes
    pub file: PathBuf,
    /// Service the records come from, where they do not say themselves
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// How the records are written
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
    /// Most records to show
    #[arg(long, short = 'n', default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

const TRANSFORM_HELP: &str = "\
Of each record the fields that change are shown: what goes behind a -, what comes behind a +. Sampling tells apart records
that are alike by their place in a delivery: what is kept here need not be what is kept elsewhere, only as much.

Examples:
  dendro transform check transforms.toml
  dendro transform try web.vrl access.log -n 5
  dendro transform try transforms.toml app.jsonl --source shop";
/// `dendro llm`
#[derive(Subcommand)]
pub(crate) enum Llm {
    /// Serves a fake model that speaks as OpenAI's and Gemini's servers do
    Fake(FakeLlm),
}

/// `dendro llm fake`
#[derive(Args)]
pub(crate) struct FakeLlm {
    /// How it behaves: says the evidence again, obeys whatever logs say, is slow, answers rubbish or half, refuses, fails, sends elsewhere
    #[arg(long, default_value = "echo", value_name = "MODE", value_parser = server::FakeMode::ALL.map(server::FakeMode::as_str))]
    pub mode: String,
    /// Address to listen on, loopback only
    #[arg(long, default_value = "127.0.0.1:4490", value_name = "ADDR")]
    pub listen: std::net::SocketAddr,
}

const LLM_HELP: &str = "\
The first line on standard output is the address. OpenAI's way is below /v1, Gemini's below /v1beta.

Examples:
  dendro llm fake
  dendro serve --model fake --model-url http://127.0.0.1:4490/v1
  dendro llm fake --mode obeys --listen 127.0.0.1:0";

/// `dendro demo`
#[derive(Args)]
pub(crate) struct Demo {
    /// How many records the day has
    #[arg(long, default_value_t = 1_000_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..=50_000_000))]
    pub records: u64,
    /// Data folder of the demo
    #[arg(long, default_value = "dendro-demo", value_name = "DIR")]
    pub data: PathBuf,
    /// Address to serve on afterwards
    #[arg(long, default_value = "127.0.0.1:4480", value_name = "ADDR")]
    pub listen: std::net::SocketAddr,
    /// Stop after the sample questions
    #[arg(long)]
    pub no_serve: bool,
}

const DEMO_HELP: &str = "\
The day is yesterday (UTC), the same for everybody who asks for the same number of records. A second run finds it
in the folder and does not store it again. Delete the folder to start afresh.";
