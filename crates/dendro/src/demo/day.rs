use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use record::{Kind, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::exit::Failure;

/// What the day is made from. Everybody who asks for the same number of records on the same date gets the same bytes.
const SEED: u64 = 2026;

/// Name of the file in the demo's folder that says which day lies there.
const FILE: &str = "demo.json";

/// Bytes of a piece, as for files.
const PIECE_BYTES: usize = 4 << 20;

/// What is shown around an incident, so that one sees it come and go.
const AROUND: Duration = Duration::from_secs(10 * 60);

/// The day that lies, or will lie, in a demo's folder.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DemoDay {
    /// `2026-02-06`
    pub(crate) date: String,
    /// How many records it has.
    pub(crate) records: u64,
    /// Its size as JSON lines, once it is stored whole.
    pub(crate) stored_bytes: Option<u64>,
}

/// A part of the day.
pub(crate) struct Piece {
    /// JSON lines.
    pub(crate) bytes: Bytes,
    /// How many.
    pub(crate) records: u64,
    /// What makes it recognisable when an interrupted demo is run again.
    pub(crate) key: String,
}

impl DemoDay {
    /// The day of a folder: the one that was begun there, else yesterday.
    pub(crate) fn of(dir: &Path, records: u64, now: Timestamp) -> Result<DemoDay, Failure> {
        let Some(day) = DemoDay::begun(dir) else {
            let (year, month, day) = now.minus(Duration::from_secs(86_400)).civil();
            let day = DemoDay { date: format!("{year:04}-{month:02}-{day:02}"), records, stored_bytes: None };
            day.write_down(dir)?;
            return Ok(day);
        };
        if day.records == records {
            return Ok(day);
        }
        let there = format!("{} holds a day of {} records", dir.display(), day.records);
        Err(Failure::new(Kind::Invalid, there)
            .hint(format!("ask for --records {}, name another folder with --data, or delete this one", day.records)))
    }

    fn begun(dir: &Path) -> Option<DemoDay> {
        let day: DemoDay = serde_json::from_slice(&std::fs::read(file(dir)).ok()?).ok()?;
        Timestamp::parse(&day.date).is_ok().then_some(day)
    }

    /// How many services speak in it.
    pub(crate) fn services(&self) -> usize {
        testkit::day::SERVICES.len()
    }

    /// What goes wrong in it, a line each.
    pub(crate) fn incidents(&self) -> Vec<String> {
        let line = |incident: &testkit::day::Incident| {
            let (start, end) = (clock(incident.start), clock(incident.end));
            format!("{start} to {end} UTC, {}: {}", incident.name, incident.story)
        };
        self.generator().incidents().iter().map(line).collect()
    }

    /// What a newcomer might ask first: the command, and the question.
    pub(crate) fn questions(&self) -> [(&'static str, String); 3] {
        let [pool, _] = self.generator().incidents();
        let search = "error_code:DB_POOL_TIMEOUT".to_owned();
        let stats = "severity:>=ERROR | stats count() as errors by source | sort -errors".to_owned();
        let sql = format!(
            "SELECT date_bin(INTERVAL '5 minutes', timestamp) AS five_minutes, count(*) AS errors FROM logs \
             WHERE severity = 'ERROR' AND timestamp BETWEEN '{}' AND '{}' GROUP BY 1 ORDER BY 1",
            pool.start.minus(AROUND),
            pool.end.plus(AROUND)
        );
        [("search", search), ("search", stats), ("sql", sql)]
    }

    /// Makes the day, piece by piece, until nobody takes them any more.
    pub(crate) fn write(&self, sender: &mpsc::Sender<Piece>) {
        let mut waiting = Vec::with_capacity(PIECE_BYTES);
        let (mut records, mut number) = (0, 0);
        let mut send = |bytes: Vec<u8>, records| {
            number += 1;
            let key = format!("demo-{SEED}-{}-{}-{number}", self.date, self.records);
            sender.blocking_send(Piece { bytes: bytes.into(), records, key }).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
        };
        let written = self.generator().write(|minute, count| {
            if waiting.len() + minute.len() > PIECE_BYTES && !waiting.is_empty() {
                send(std::mem::take(&mut waiting), std::mem::take(&mut records))?;
            }
            waiting.extend_from_slice(minute);
            records += count;
            Ok(())
        });
        // An error means that storing ended early, and that is what will be told.
        let _ = written.and_then(|()| send(waiting, records));
    }

    fn generator(&self) -> testkit::day::Day {
        let (midnight, _) = Timestamp::parse(&self.date).expect("BUG: the date was checked when it was read");
        testkit::day::Day { seed: SEED, date: midnight.days(), records: self.records }
    }

    /// Notes that it is stored whole.
    pub(crate) fn finished(&self, dir: &Path, bytes: u64) -> Result<(), Failure> {
        DemoDay { stored_bytes: Some(bytes), ..self.clone() }.write_down(dir)
    }

    fn write_down(&self, dir: &Path) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).expect("BUG: a day is always JSON");
        Ok(std::fs::write(file(dir), bytes)?)
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// `14:02`
fn clock(at: Timestamp) -> String {
    at.to_string()[11..16].to_owned()
}
