//! How quickly records of subjects that nobody has seen before are screened: each needs a key that is durable first.
//!
//! `cargo run --release -p lake --example subject_speed -- [FOLDER] [BATCHES] [RECORDS]`

#![allow(clippy::print_stdout, reason = "it reports to a terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lake::{Config, Lake, Location};
use privacy::keys::{Keyring, RootKey};
use privacy::{Gateway, Policy};
use record::{Batch, Record, SystemClock, Tenant, Timestamp, Value};

const POLICY: &str = "subject = [\"user.id\"]\n[actions]\nemail = \"encrypt\"";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().map_or_else(|| std::env::temp_dir().join("dendro-subject-speed"), PathBuf::from);
    let batches: usize = args.next().map_or(Ok(5), |text| text.parse())?;
    let records: usize = args.next().map_or(Ok(1000), |text| text.parse())?;
    let lake = Lake::open(config(folder.clone()), Arc::new(SystemClock)).await?;
    let keys = Keyring::new(RootKey::new([1; 32]), Some(lake.subject_keys()));
    let gateway = Gateway::with_keys(Policy::parse(POLICY)?, keys.into());
    for (what, first) in [("new", 0), ("known", 0), ("new", batches)] {
        let made: Vec<Batch> = (first..first + batches).map(|number| batch_of(number * records, records)).collect();
        let started = Instant::now();
        let errors: u64 = made.into_iter().map(|batch| gateway.admit(batch).masked().errors).sum();
        let rate = (batches * records) as f64 / started.elapsed().as_secs_f64();
        println!("{batches} batches of {records} records of {what} subjects: {rate:.0} records/s, {errors} errors");
    }
    lake.close().await?;
    Ok(std::fs::remove_dir_all(folder)?)
}

fn batch_of(first: usize, records: usize) -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let name = batch.name("user.id");
    for number in first..first + records {
        let value = Value::Text(batch.text(&format!("u-{number}")));
        batch.field(name, value);
        let message = batch.text(&format!("sent the invoice to u{number}@example.com"));
        batch.finish_record(Record { message, ..Record::at(Timestamp::from_micros(0)) });
    }
    batch.build()
}

fn config(dir: PathBuf) -> Config {
    Config {
        dir,
        tables: Location::Local,
        node: 1,
        seal_after: Duration::from_secs(3600),
        seal_bytes: 64 << 20,
        memtable_limit_bytes: 256 << 20,
        disk_reserve_bytes: 0,
        columns_max: 100,
        segment_target_bytes: 64 << 20,
        key_memory: Duration::from_secs(3600),
        retention: None,
        vacuum_after: Duration::from_secs(3600),
        maintain: false,
    }
}
