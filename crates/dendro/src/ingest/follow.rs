//! `dendro ingest --follow`: files that are still being written, stored as they grow, each byte once.
//!
//! A round looks at all files and takes a piece of each that has grown. What is about to be sent is written down before it
//! is sent (`checkpoint`), under a key that follows from it: when this process or the server dies in between, the same
//! piece is sent again under the same key, and the server recognises it.
//!
//! Files are looked at a few times a second instead of waiting for notifications of the kernel: these get lost when there
//! are many, do not come at all from network file systems, and every look they save has to be taken again after a restart.

mod checkpoint;
mod file;
mod folder;
mod print;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use record::Kind;

use super::pieces::Piece;
use super::{Labels, Progress, Sink, Stored, UNDER_WAY};
use crate::args::Ingest;
use crate::exit::Failure;
use crate::place::{Missing, Place};
use crate::serve::told_to_stop;
use checkpoint::Checkpoint;
use folder::{Patterns, Watched};

/// Between two looks when nothing has grown: a fifth of what "visible within seconds" leaves, and 4 stats a second for
/// each file cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Pause behind a request that found no server within the patience of a request.
const PAUSE: Duration = Duration::from_secs(1);

/// A part of a file under way, of the file with this serial number.
struct Planned {
    serial: u64,
    piece: Piece,
}

/// Follows until Ctrl-C or SIGTERM.
pub(super) async fn run(args: Ingest) -> Result<(), Failure> {
    let patterns = Patterns::read(&args.files)?;
    let checkpoint = Checkpoint::open(&args.checkpoint)?;
    let labels = Arc::new(Labels { source: args.source.clone(), format: args.format });
    let mut watched = Watched::new(patterns, checkpoint, args.format);
    let sink = Sink::new(Place::find(&args.place, Missing::Create).await?)?;
    let progress = Progress::bytes(0);
    let mut total = Stored::default();
    let mut outcome = Ok(());
    let mut stop = std::pin::pin!(told_to_stop());
    while outcome.is_ok() {
        let (back, planned) = round(watched).await?;
        watched = back;
        let idle = planned.as_ref().is_ok_and(Vec::is_empty);
        let work = async {
            match planned {
                Ok(planned) => send(planned, &labels, &sink, &mut watched, &mut total).await,
                Err(failure) => Err(failure),
            }
        };
        tokio::select! {
            sent = work => outcome = sent,
            // What is under way was written down; the next run sends it again, under the same keys.
            () = &mut stop => break,
        }
        progress.at(total.bytes, total.accepted);
        if idle && outcome.is_ok() {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = &mut stop => break,
            }
        }
    }
    progress.finish();
    let kept = watched.close();
    let closed = sink.close().await;
    total.tell(progress.elapsed())?;
    outcome.and(kept).and(closed)
}

/// One look at all files, on a thread that may wait for disks.
async fn round(mut watched: Watched) -> Result<(Watched, Result<Vec<Planned>, Failure>), Failure> {
    let looked = tokio::task::spawn_blocking(move || {
        let planned = watched.round();
        (watched, planned)
    });
    looked.await.map_err(|_| Failure::new(Kind::Broken, "looking at the files ended in a panic"))
}

async fn send(
    planned: Vec<Planned>,
    labels: &Arc<Labels>,
    sink: &Sink,
    watched: &mut Watched,
    total: &mut Stored,
) -> Result<(), Failure> {
    let sending = planned.into_iter().map(|Planned { serial, piece }| async move {
        let stored = until_stored(&piece.key, &piece.bytes, labels, sink).await;
        (serial, stored)
    });
    let mut sent = Box::pin(futures::stream::iter(sending).buffer_unordered(UNDER_WAY));
    while let Some((serial, stored)) = sent.next().await {
        total.add(&stored?);
        watched.stored(serial);
    }
    Ok(())
}

/// A server that is full or away is waited for, however long it takes: the files keep what it does not have.
async fn until_stored(key: &str, bytes: &Bytes, labels: &Arc<Labels>, sink: &Sink) -> Result<Stored, Failure> {
    loop {
        let piece = Piece { bytes: bytes.clone(), key: key.to_owned() };
        match sink.store(piece, labels.clone()).await {
            Err(failure) if failure.kind().retryable() => {
                tracing::warn!(reason = failure.text(), "not stored yet; trying on");
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}
