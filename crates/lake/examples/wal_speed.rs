//! How quickly batches become durable: several writers append to a log in a real folder.
//!
//! `cargo run --release -p lake --example wal_speed -- [FOLDER] [SECONDS] [WRITERS] [BATCH_MIB]`

#![allow(clippy::print_stdout, reason = "it reports to a terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lake::disk::{Disk, RealDisk};
use lake::wal::{Options, SYNC_BUCKETS, Wal, recover};
use record::{Batch, Record, Severity, SystemClock, Tenant, Timestamp, Value};

/// The log's file is changed when it holds so much, as the lake does when it seals.
const ROTATE_BYTES: u64 = 256 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().map_or_else(|| std::env::temp_dir().join("dendro-wal-speed"), PathBuf::from);
    let seconds = args.next().map_or(Ok(5), |text| text.parse())?;
    let writers: usize = args.next().map_or(Ok(4), |text| text.parse())?;
    let batch_mib: usize = args.next().map_or(Ok(4), |text| text.parse())?;
    let batch = Arc::new(batch_of(batch_mib << 20));

    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let recovered = recover(&disk, &folder, |_| Ok(()))?;
    let options = Options { reserve_bytes: 256 << 20, queue_bytes_max: 256 << 20, seed: 1 };
    let wal = Wal::start(disk, folder.clone(), options, &recovered, Arc::new(SystemClock), Box::new(|_| {}))?;
    encode_alone(&wal, &batch)?;

    let started = Instant::now();
    let deadline = started + Duration::from_secs(seconds);
    let mut latencies: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..writers).map(|_| scope.spawn(|| append_until(&wal, &batch, deadline))).collect();
        while Instant::now() < deadline {
            rotate_when_large(&wal);
            std::thread::sleep(Duration::from_millis(100));
        }
        running.into_iter().flat_map(|writer| writer.join().expect("BUG: a writer panicked")).collect()
    });
    report(&wal, &batch, started.elapsed(), &mut latencies);

    drop(wal);
    recover_again(&folder)?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// A batch as web services send them: eight attributes, some 440 bytes a record.
fn batch_of(wire_bytes: usize) -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    batch.reserve(wire_bytes);
    for number in 0..wire_bytes / 440 {
        let mut record = Record::at(Timestamp::from_micros(number as i64));
        record.severity = Some(Severity::Info);
        record.source = batch.text("checkout");
        record.host = batch.text("node-17.eu-central");
        record.message = batch.text(&format!("GET /api/v1/orders/{number} answered 200 after {} ms, cache miss", number % 900));
        record.trace_id = batch.text(&format!("{number:032x}"));
        record.span_id = batch.text(&format!("{number:016x}"));
        for name in ["http.method", "http.route", "user.agent", "region", "version"] {
            let (id, text) = (batch.name(name), batch.text("some value of usual length"));
            batch.field(id, Value::Text(text));
        }
        for name in ["http.status_code", "duration_us", "bytes"] {
            let id = batch.name(name);
            batch.field(id, Value::Int(number as i64));
        }
        batch.finish_record(record);
    }
    batch.build()
}

fn encode_alone(wal: &Wal, batch: &Arc<Batch>) -> Result<(), lake::Error> {
    const TIMES: u32 = 50;
    let started = Instant::now();
    let mut bytes = 0;
    for _ in 0..TIMES {
        bytes = wal.encode(batch.clone(), None)?.size_bytes();
    }
    let rate = mib(bytes as u64) * f64::from(TIMES) / started.elapsed().as_secs_f64();
    println!("batch        {:.1} MiB on the wire, {:.1} MiB in the log", mib(batch.parts().wire_bytes), mib(bytes as u64));
    println!("encode       {rate:.0} MiB/s on one core, fresh memory each time");
    Ok(())
}

fn append_until(wal: &Wal, batch: &Arc<Batch>, deadline: Instant) -> Vec<Duration> {
    let mut latencies = Vec::new();
    while Instant::now() < deadline {
        let started = Instant::now();
        let appended = wal.encode(batch.clone(), None).and_then(|encoded| futures::executor::block_on(wal.append(encoded)));
        if let Err(error) = appended {
            println!("refused: {error}");
            return latencies;
        }
        latencies.push(started.elapsed());
    }
    latencies
}

fn rotate_when_large(wal: &Wal) {
    if wal.bytes_on_disk() > ROTATE_BYTES
        && let Ok(Some(file)) = futures::executor::block_on(wal.rotate(Box::new(|_| ())))
        && let Err(error) = wal.remove(&file)
    {
        println!("not removed: {error}");
    }
}

fn report(wal: &Wal, batch: &Batch, took: Duration, latencies: &mut [Duration]) {
    let (figures, seconds) = (wal.figures(), took.as_secs_f64());
    latencies.sort();
    let at = |part: f64| latencies.get((latencies.len() as f64 * part) as usize).copied().unwrap_or_default();
    let wire = mib(batch.parts().wire_bytes * figures.batches);
    println!("appended     {:.0} MiB/s on the wire, {:.0} MiB/s of log", wire / seconds, mib(figures.bytes) / seconds);
    println!("records      {:.0} /s", batch.records().len() as f64 * figures.batches as f64 / seconds);
    println!("batches      {} in {} groups, largest {}", figures.batches, figures.groups, figures.group_batches_max);
    println!("append       p50 {:.1?}, p99 {:.1?}", at(0.5), at(0.99));
    let mean = figures.fsync_total / u32::try_from(figures.fsyncs.max(1)).unwrap_or(u32::MAX);
    println!("fsync        {} times, mean {mean:.1?}, longest {:.1?}", figures.fsyncs, figures.fsync_max);
    let buckets = SYNC_BUCKETS.map(Some).into_iter().chain([None]).zip(figures.fsync_buckets);
    for (bound, count) in buckets.filter(|(_, count)| *count > 0) {
        println!("  {:>8}   {count}", bound.map_or("longer".to_owned(), |bound| format!("{bound:?}")));
    }
}

/// Replaying is bounded by reading and checking; making the last file durable again is a copy of it.
fn recover_again(folder: &Path) -> Result<(), lake::Error> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let (started, mut replayed) = (Instant::now(), Duration::ZERO);
    let recovered = recover(&disk, folder, |_| {
        replayed = started.elapsed();
        Ok(())
    })?;
    let bytes: u64 = recovered.files.iter().map(|file| file.size_bytes).sum();
    let (rate, settled) = (mib(bytes) / replayed.as_secs_f64(), started.elapsed() - replayed);
    println!("recover      {} batches at {rate:.0} MiB/s of log, then {settled:.1?} to make them durable", recovered.batches);
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
