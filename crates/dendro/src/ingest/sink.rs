use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lake::BatchKey;
use record::{Kind, Tenant};

use super::key::body_digest;
use super::pieces::Piece;
use crate::args::Format;
use crate::exit::Failure;
use crate::house::House;
use crate::place::Place;
use crate::print;
use crate::remote::Remote;

/// How long a full or absent store is waited for, since its last sign of life.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Pause before asking a full lake again: it seals in about that time.
const PAUSE: Duration = Duration::from_millis(100);

/// What is said of all records of an input.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    /// Service, for records that do not name theirs.
    pub source: Option<String>,
    /// How they are written.
    pub format: Format,
}

/// Where pieces are stored.
pub(crate) enum Sink {
    /// In a data folder.
    House(Arc<House>),
    /// By a server.
    Server(Remote),
}

/// What was stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stored {
    /// Records and quarantined lines.
    pub accepted: u64,
    /// Of these, in quarantine.
    pub quarantined: u64,
    /// Records that transform rules left out.
    pub left_out: u64,
    /// Pieces stored.
    pub pieces: u64,
    /// Pieces that had been stored before.
    pub duplicates: u64,
    /// Bytes of all pieces, decompressed.
    pub bytes: u64,
}

impl Sink {
    /// Stores at a place.
    ///
    /// # Errors
    ///
    /// When the folder's rules cannot be used.
    pub(crate) fn new(place: Place) -> Result<Sink, Failure> {
        match place {
            Place::Folder(house) => {
                house.rules.start(&house.transforms)?;
                // It ends with the process: following files has no other end.
                tokio::spawn(house.rules.clone().watch(house.transforms.clone()));
                Ok(Sink::House(Arc::new(house)))
            }
            Place::Server(server) => Ok(Sink::Server(server)),
        }
    }

    /// Stores a piece. Returning means durable.
    pub(crate) async fn store(&self, piece: Piece, labels: Arc<Labels>) -> Result<Stored, Failure> {
        let bytes = piece.bytes.len() as u64;
        let stored = match self {
            Sink::Server(server) => server.ingest(&piece.key, piece.bytes, &labels).await?,
            Sink::House(house) => deliver(house, &piece.key, piece.bytes, &labels).await?,
        };
        Ok(Stored { bytes, ..stored })
    }

    /// Commits what was stored.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        match self {
            Sink::Server(_) => Ok(()),
            Sink::House(house) => Ok(house.lake.close().await?),
        }
    }
}

/// Takes one piece through the house. Returning means durable.
pub(crate) async fn deliver(house: &Arc<House>, key: &str, bytes: Bytes, labels: &Arc<Labels>) -> Result<Stored, Failure> {
    let batch_key = BatchKey { key: key.to_owned(), body: body_digest(&bytes) };
    let since = Instant::now();
    loop {
        let admitted = admit(house.clone(), bytes.clone(), labels.clone()).await?;
        let left_out = admitted.batch().left_out().iter().map(|left_out| left_out.records).sum();
        match house.lake.append(admitted, Some(batch_key.clone())).await {
            Ok(receipt) => {
                let stored = Stored::of(receipt.accepted, receipt.quarantined, receipt.duplicate);
                return Ok(stored.and_left_out(left_out));
            }
            // A full memtable empties itself; a full disk is for the person to see to.
            Err(error) if error.kind() == Kind::Overloaded && since.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn admit(house: Arc<House>, bytes: Bytes, labels: Arc<Labels>) -> Result<privacy::Admitted, Failure> {
    let work = move || {
        let context = intake::Context {
            tenant: Tenant::default(),
            source: labels.source.as_deref(),
            received_at: house.clock.now(),
            limits: intake::Limits::default(),
        };
        let batch = intake::decode(labels.format.for_intake(), &bytes, &context);
        house.gateway.admit(house.transforms.apply(batch))
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::new(Kind::Broken, "decoding ended in a panic"))
}

impl Stored {
    /// One piece.
    pub(crate) fn of(accepted: u64, quarantined: u64, duplicate: bool) -> Stored {
        match duplicate {
            true => Stored { duplicates: 1, ..Stored::default() },
            false => Stored { accepted, quarantined, pieces: 1, ..Stored::default() },
        }
    }

    /// The same, and so many records that were left out, if it is not a repetition.
    pub(crate) fn and_left_out(self, records: u64) -> Stored {
        Stored { left_out: if self.duplicates == 0 { records } else { 0 }, ..self }
    }

    /// Adds another.
    pub(crate) fn add(&mut self, other: &Stored) {
        self.accepted += other.accepted;
        self.quarantined += other.quarantined;
        self.left_out += other.left_out;
        self.pieces += other.pieces;
        self.duplicates += other.duplicates;
        self.bytes += other.bytes;
    }

    /// Says what was stored.
    pub(crate) fn tell(&self, elapsed: Duration) -> Result<(), Failure> {
        let seconds = elapsed.as_secs_f64();
        let rate = print::bytes((self.bytes as f64 / seconds.max(1e-3)) as u64);
        let mut out = print::stdout();
        let records = print::counted(self.accepted, "record");
        writeln!(out, "stored {records}; read {} in {} ({rate}/s)", print::bytes(self.bytes), print::duration(seconds))?;
        if self.duplicates > 0 {
            writeln!(out, "{} had been stored before and were not stored again", print::counted(self.duplicates, "piece"))?;
        }
        if self.left_out > 0 {
            writeln!(out, "{} were left out by the transform rules", print::counted(self.left_out, "record"))?;
        }
        if self.quarantined > 0 {
            let lines = print::count(self.quarantined);
            writeln!(out, "{lines} of them could not be read and are in quarantine: dendro sql 'SELECT * FROM quarantine'")?;
        }
        Ok(out.flush()?)
    }
}
