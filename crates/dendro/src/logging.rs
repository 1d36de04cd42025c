use std::io::IsTerminal;

use record::Kind;
use tracing_subscriber::EnvFilter;

use crate::exit::Failure;

/// Sends what Dendro says about itself to standard error: as text on a terminal, as JSON lines otherwise.
///
/// Libraries are held to warnings: some of them log what they parse, and no record's content may end there.
pub(crate) fn start(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(format!("warn,{BUSY}=off,{}", ours(filter))).map_err(|error| {
        Failure::new(Kind::Invalid, format!("log: `{filter}` is no filter: {error}"))
            .hint("write error, warn, info, debug, or lake=debug,info")
    })?;
    // A line that cannot be written, because the log lies on a disk that is full, is lost. Telling of it would fail in the
    // same way, and take the request with it that wanted to say something.
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    if std::io::stderr().is_terminal() {
        let ansi = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        subscriber.with_ansi(ansi).with_target(false).compact().init();
    } else {
        subscriber.json().flatten_event(true).init();
    }
    Ok(())
}

/// Calls it an error when another writer's commit came first, which is everyday where nodes share a table. `lake` tells
/// what comes of it.
const BUSY: &str = "deltalake_core::kernel::transaction";

/// Rooms of the house; a bare level in the filter means these.
const ROOMS: [&str; 8] = ["dendro", "server", "engine", "lake", "privacy", "intake", "pattern", "ask"];

fn ours(filter: &str) -> String {
    let spread = |part: &str| match part.contains('=') {
        true => part.to_owned(),
        false => ROOMS.map(|room| format!("{room}={part}")).join(","),
    };
    filter.split(',').map(str::trim).filter(|part| !part.is_empty()).map(spread).collect::<Vec<_>>().join(",")
}
