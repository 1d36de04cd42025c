//! `dendro demo`: a day of logs, stored by the ordinary way, asked about, served.

mod day;
mod questions;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use record::Kind;
use tokio::sync::mpsc;

use crate::args::{Demo, Format};
use crate::config::{self, Config, SettingFlags};
use crate::exit::Failure;
use crate::house::House;
use crate::ingest::{Labels, Progress, deliver};
use crate::{place, print, serve};
use day::{DemoDay, Piece};

/// Pieces under way at once, as for files.
const UNDER_WAY: usize = 2;

/// `dendro demo`
pub(crate) async fn run(args: Demo) -> Result<(), Failure> {
    let config = demo_config(&args)?;
    let house = House::open(&config).await.map_err(|failure| place::name_the_server(failure, &config))?;
    let day = DemoDay::of(&args.data, args.records, house.clock.now())?;
    let house = Arc::new(house);
    match day.stored_bytes {
        Some(_) => say(&format!(
            "The day {} with {} records is there already, in {}.",
            day.date,
            print::count(day.records),
            args.data.display()
        ))?,
        None => store(&house, &day, &args.data).await?,
    }
    let house = Arc::into_inner(house).expect("BUG: all work on the house is done");
    questions::ask(&house, &day, &args.data).await?;
    if args.no_serve {
        return house.close().await;
    }
    serve::until_told(house, config, |url| {
        let data = args.data.display();
        format!("Serving on {url} until Ctrl-C. Try, in another terminal:\n\n  $ dendro search 'timeout | pattern' --data {data}\n  $ curl {url}/openapi.json")
    })
    .await
}

/// The demo's settings: the environment's and the defaults, with a folder and an address of its own.
fn demo_config(args: &Demo) -> Result<Config, Failure> {
    let mut flags = SettingFlags::default();
    flags.give("data", args.data.display().to_string());
    flags.give("listen", args.listen.to_string());
    // An interrupted demo goes on where it was, also next week.
    flags.give("key_memory", "30d".to_owned());
    Ok(config::load(None, &flags)?.0)
}

async fn store(house: &Arc<House>, day: &DemoDay, dir: &Path) -> Result<(), Failure> {
    let (records, date) = (print::count(day.records), &day.date);
    say(&format!("A day of logs: {date}, {records} records of {} services.", day.services()))?;
    day.incidents().iter().try_for_each(|incident| say(&format!("  {incident}")))?;
    let progress = Progress::records(day.records);
    let bytes = ingest(house, day, &progress).await?;
    house.lake.seal().await?;
    progress.finish();
    day.finished(dir, bytes)?;
    let seconds = progress.elapsed().as_secs_f64();
    let on_disk = size(&dir.join("tables"))?;
    let rate = print::bytes((bytes as f64 / seconds) as u64);
    let (raw, kept, times) = (print::bytes(bytes), print::bytes(on_disk), bytes as f64 / on_disk.max(1) as f64);
    say(&format!("\nStored {records} records in {} ({rate}/s).", print::duration(seconds)))?;
    say(&format!("{raw} as JSON lines, {kept} on disk: {times:.1} times smaller, and any reader of Delta Lake can open it."))
}

/// The whole day through the ordinary way: decode, admit, append. Returns its size as JSON lines.
async fn ingest(house: &Arc<House>, day: &DemoDay, progress: &Progress) -> Result<u64, Failure> {
    let labels = Arc::new(Labels { source: None, format: Format::Json });
    let (sender, receiver) = mpsc::channel::<Piece>(UNDER_WAY);
    let generator = day.clone();
    let writer = tokio::task::spawn_blocking(move || generator.write(&sender));
    let pieces =
        futures::stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|piece| (piece, receiver)) });
    let stored = pieces.map(|piece| {
        let labels = labels.clone();
        async move {
            let (bytes, records) = (piece.bytes.len() as u64, piece.records);
            deliver(house, &piece.key, piece.bytes, &labels).await.map(|_| (bytes, records))
        }
    });
    let mut stored = Box::pin(stored.buffered(UNDER_WAY));
    let (mut bytes, mut records) = (0, 0);
    while let Some((more_bytes, more_records)) = stored.try_next().await? {
        bytes += more_bytes;
        records += more_records;
        progress.at(records, records);
    }
    drop(stored);
    writer.await.map_err(|_| Failure::new(Kind::Broken, "making the day ended in a panic"))?;
    Ok(bytes)
}

/// Bytes of all files below a folder.
fn size(dir: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = print::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
