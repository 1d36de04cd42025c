//! `dendro ingest`: files become pieces, pieces go into a server or a data folder, each under a key that makes it
//! recognisable, so that the command can be run again. With `--follow`, files that are still being written.

mod follow;
mod input;
mod key;
mod pieces;
mod progress;
mod sink;

use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use record::Kind;
use tokio::sync::mpsc;

use crate::args::{Format, Ingest};
use crate::exit::Failure;
use crate::place::{Missing, Place};
pub(crate) use input::Input;
use key::KeyChain;
use pieces::{Piece, Pieces};
pub(crate) use progress::Progress;
pub(crate) use sink::{Labels, PATIENCE, Sink, Stored, deliver};

/// Pieces under way at once: one is decoded while the other waits for its fsync.
const UNDER_WAY: usize = 2;

/// `dendro ingest`
pub(crate) async fn run(args: Ingest) -> Result<(), Failure> {
    if args.follow {
        return follow::run(args).await;
    }
    let inputs = args.files.iter().map(|path| Input::open(path)).collect::<Result<Vec<_>, _>>()?;
    let sink = Sink::new(Place::find(&args.place, Missing::Create).await?)?;
    let progress = Progress::bytes(inputs.iter().map(Input::size).sum());
    let mut total = Stored::default();
    let mut outcome = Ok(());
    for (path, input) in args.files.iter().zip(inputs) {
        let labels = Labels { source: args.source.clone(), format: args.format };
        let keys = KeyChain::new(&labels, input.fresh() || args.again);
        outcome =
            store(input, keys, Arc::new(labels), &sink, &progress, &mut total).await.map_err(|failure| named(failure, path));
        if outcome.is_err() {
            break;
        }
    }
    progress.finish();
    let closed = sink.close().await;
    total.tell(progress.elapsed())?;
    outcome.map_err(|failure| if total.pieces > 0 { failure.hint(GO_ON) } else { failure })?;
    closed
}

const GO_ON: &str = "what was stored stays; run the same command again to go on, nothing is stored twice";

/// Stores one input piece by piece. Reading and decompressing have a thread of their own.
async fn store(
    input: Input,
    keys: KeyChain,
    labels: Arc<Labels>,
    sink: &Sink,
    progress: &Progress,
    total: &mut Stored,
) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    let (format, counted) = (labels.format, input.counter());
    let reader = tokio::task::spawn_blocking(move || read(input, keys, format, &sender));
    let pieces =
        futures::stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|piece| (piece, receiver)) });
    let mut stored = Box::pin(pieces.map(|piece| sink.store(piece, labels.clone())).buffered(UNDER_WAY));
    let before = progress.position();
    while let Some(piece) = stored.try_next().await? {
        total.add(&piece);
        progress.at(before + counted.bytes(), total.accepted);
    }
    drop(stored);
    reader.await.map_err(|_| Failure::new(Kind::Broken, "reading the file ended in a panic"))?
}

fn read(input: Input, keys: KeyChain, format: Format, sender: &mpsc::Sender<Piece>) -> Result<(), Failure> {
    for piece in Pieces::new(input.decompressed()?, keys, format) {
        if sender.blocking_send(piece?).is_err() {
            break; // Storing failed, and that is what will be told.
        }
    }
    Ok(())
}

fn named(failure: Failure, path: &Path) -> Failure {
    failure.about(&shown(path))
}

fn shown(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
