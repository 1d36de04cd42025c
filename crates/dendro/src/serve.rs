use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::signal;

use crate::args::Serve;
use crate::config::{self, Config};
use crate::exit::{Failure, chain};
use crate::house::House;
use crate::note::Note;
use crate::{logging, model, place, print};

/// `dendro serve`
pub(crate) async fn run(args: Serve) -> Result<(), Failure> {
    let (config, written) = config::load(args.config.as_deref(), &args.settings)?;
    if args.print_config {
        let mut out = print::stdout();
        out.write_all(written.as_bytes())?;
        return Ok(out.flush()?);
    }
    logging::start(&config.log)?;
    let house = House::open(&config).await.map_err(|failure| place::name_the_server(failure, &config))?;
    until_told(house, config, |url| format!("listening on {url}")).await
}

/// Serves until Ctrl-C or SIGTERM. Starts against the data's direction (lake first) and stops along it: listeners first,
/// then what is at work, then the lake, which commits all that was acknowledged.
pub(crate) async fn until_told(house: House, config: Config, ready: impl FnOnce(&str) -> String) -> Result<(), Failure> {
    house.rules.start(&house.transforms)?;
    let rooms = server::Rooms {
        lake: house.lake.clone(),
        transforms: house.transforms.clone(),
        gateway: house.gateway.clone(),
        engine: house.engine.clone(),
        clock: house.clock.clone(),
        policies: house.policies.clone(),
        models: model::of(config.model.as_ref(), &house)?,
    };
    let watching = tokio::spawn(house.policies.clone().watch(house.gateway.clone()));
    let watching_rules = tokio::spawn(house.rules.clone().watch(house.transforms.clone()));
    let breathing = tokio::spawn(breathe());
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    let server = server::bind(config.server, rooms).await.map_err(cannot_listen)?;
    let url = format!("{scheme}://{}", reachable(server.local_addr()));
    for listener in server.sockets() {
        tracing::info!(protocol = listener.protocol.as_str(), at = %listener.endpoint, "socket is open");
    }
    if let Err(error) = Note::leave(&config.lake.dir, &url) {
        tracing::warn!(%error, "cannot leave the note with the address in the data folder");
    }
    say(&ready(&url))?;
    for server::Port { dialect, address } in server.ports() {
        tracing::info!(dialect = dialect.as_str(), %address, "listening");
    }
    tracing::info!(url, data = %config.lake.dir.display(), "ready");
    server.run(told_to_stop()).await;
    watching.abort();
    watching_rules.abort();
    breathing.abort();
    Note::remove(&config.lake.dir);
    tracing::info!("listeners are closed; committing");
    let closed = house.close().await;
    tracing::info!("stopped");
    closed
}

/// The allocator gives memory back to the system when somebody allocates some time later. On a server that nobody asks
/// anything, nobody does: after a burst of questions 500 MiB stayed that one more allocation freed.
async fn breathe() {
    const EVERY: Duration = Duration::from_secs(5);
    const BYTES: usize = 4 << 20;
    loop {
        tokio::time::sleep(EVERY).await;
        // On a thread that computes: those are the ones that held most.
        let breath = tokio::task::spawn_blocking(|| drop(std::hint::black_box(vec![1u8; BYTES])));
        if breath.await.is_err() {
            return;
        }
    }
}

/// Whoever started us may have closed our output; that is no reason to stop serving.
fn say(line: &str) -> Result<(), Failure> {
    let mut out = print::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// `0.0.0.0` is no address to go to.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen.ip().is_unspecified() {
        true if listen.is_ipv4() => SocketAddr::from(([127, 0, 0, 1], listen.port())),
        true => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, listen.port())),
        false => listen,
    }
}

fn cannot_listen(error: server::Error) -> Failure {
    Failure::new(error.kind(), chain(&error)).hint(error.hint())
}

/// Returns at Ctrl-C or SIGTERM.
pub(crate) async fn told_to_stop() {
    #[cfg(unix)]
    {
        let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate()).expect("BUG: SIGTERM cannot be watched");
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = signal::ctrl_c().await;
    tracing::info!("told to stop");
}
