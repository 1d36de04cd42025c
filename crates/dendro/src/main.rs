//! The binary: starts the rooms, and turns what they say into words and an exit code.
//!
//! In: arguments, a settings file, the environment, signals. Out: running rooms, printed answers, an exit code.
//! Never: logic that another room could have; a decision about stored bytes; a record's content in an error.
//! Begin with [`run`]: one line per command.

mod args;
mod ask;
mod caret;
mod check;
mod config;
mod demo;
mod exit;
mod house;
mod ingest;
mod llm;
mod logging;
mod model;
mod note;
mod place;
mod policy_file;
mod print;
mod remote;
mod root_key;
mod rule_files;
mod screen;
mod search;
mod serve;
mod table;
mod tail;
mod transforms;
mod upkeep;
mod when;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use exit::Failure;

/// The system's allocator keeps an arena for each thread and gives back little of it: after a burst of ingest it held 800 MB
/// where this one holds 150, and it took a fifth more time. Huge pages are off for it (`no_thp`): it would ask the kernel
/// to clear two megabytes wherever it touches a byte, which was a third of the time of ingest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of a worker thread. Planning a deeply nested statement recurses; the default of 2 MiB is too little for it in
/// unoptimised builds.
const STACK_BYTES: usize = 8 << 20;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell_of_panic));
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build();
    let result = match runtime {
        // On a worker, because the main thread has the stack that the system gave it.
        Ok(runtime) => runtime.block_on(async { tokio::spawn(run(cli.command)).await }),
        Err(error) => return Failure::from(error).report(),
    };
    match result {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => failure.report(),
        // The panic has printed itself.
        Err(_) => Failure::new(record::Kind::Broken, "this is a bug; please report what stands above").report(),
    }
}

/// Where a panic happened, and its text only when it is one of this program's own: others may quote what was looked at,
/// as that of a slice that is cut within a character does.
fn tell_of_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let payload = panic.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    let text = text.filter(|text| text.starts_with("BUG")).unwrap_or("its text is kept back, because it may quote a record");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // When even standard error is closed there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "panic at {place}: {text}");
}

async fn run(command: Command) -> Result<(), Failure> {
    if !matches!(command, Command::Serve(_)) {
        logging::start("warn")?;
    }
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Ingest(args) => ingest::run(args).await,
        Command::Ask(args) => ask::run(args).await,
        Command::Search(args) => search::search(args).await,
        Command::Sql(args) => search::sql(args).await,
        Command::Tail(args) => tail::run(args).await,
        Command::Check(folder) => check::run(folder).await,
        Command::Compact(folder) => upkeep::compact(folder).await,
        Command::Expire(args) => upkeep::expire(args).await,
        Command::Restore(args) => upkeep::restore(args).await,
        Command::Vacuum(folder) => upkeep::vacuum(folder).await,
        Command::Privacy(command) => screen::run(command).await,
        Command::Transform(command) => transforms::run(command),
        Command::Llm(command) => llm::run(command).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "dendro", &mut print::stdout());
            Ok(())
        }
    }
}
