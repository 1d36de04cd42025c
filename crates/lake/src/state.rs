//! The small state database: what must outlive the write-ahead log and does not belong in an open table.

use std::fmt;
use std::path::Path;

use parking_lot::Mutex;
use record::{Tenant, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{BatchKey, Error};

mod delta_sums;
mod subjects;

/// Version of the layout, in SQLite's `user_version`. A newer one is refused, an older one is brought up to date.
/// 2 added `delta_sums`: whoever writes a Delta log must also keep these, which a program that knows only 1 would not.
const LAYOUT_VERSION: i64 = 2;

/// A batch that was acknowledged under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) tenant: Tenant,
    pub(crate) key: BatchKey,
    pub(crate) accepted: u64,
    pub(crate) quarantined: u64,
    pub(crate) lsn: u64,
    pub(crate) at: Timestamp,
}

/// SQLite, one connection: statements take microseconds, and all but look-ups come from one task.
pub(crate) struct State {
    connection: Mutex<Connection>,
}

impl State {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<State, Error> {
        State::with(Connection::open(path).map_err(failed("opening the state database"))?)
    }

    /// A database that lives as long as the value.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Result<State, Error> {
        State::with(Connection::open_in_memory().map_err(failed("opening the state database"))?)
    }

    fn with(connection: Connection) -> Result<State, Error> {
        let doing = "preparing the state database";
        // FULL: a transaction that returned is on disk, which the removal of a WAL file relies on.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").map_err(failed(doing))?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed(doing))?;
        if found > LAYOUT_VERSION {
            return Err(Error::Corrupt { file: "state.db".into(), offset: 0, what: "written by a newer version of dendro" });
        }
        let create = format!(
            "CREATE TABLE IF NOT EXISTS batch_keys (
                 tenant TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, accepted INTEGER NOT NULL,
                 quarantined INTEGER NOT NULL, lsn INTEGER NOT NULL, at INTEGER NOT NULL,
                 PRIMARY KEY (tenant, key)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS wal_position (
                 only INTEGER PRIMARY KEY CHECK (only = 1), lsn INTEGER NOT NULL, sequence INTEGER NOT NULL);
             CREATE TABLE IF NOT EXISTS folder (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL);
             INSERT OR IGNORE INTO folder (only, id) VALUES (1, lower(hex(randomblob(16))));
             CREATE INDEX IF NOT EXISTS batch_keys_at ON batch_keys (at);
             {}
             {}
             PRAGMA user_version = {LAYOUT_VERSION};",
            delta_sums::CREATE,
            subjects::CREATE
        );
        connection.execute_batch(&create).map_err(failed(doing))?;
        Ok(State { connection: Mutex::new(connection) })
    }

    /// What was acknowledged under a key, if anything.
    pub(crate) fn acknowledged(&self, tenant: &Tenant, key: &str) -> Result<Option<Acknowledged>, Error> {
        let connection = self.connection.lock();
        let sql = "SELECT body, accepted, quarantined, lsn, at FROM batch_keys WHERE tenant = ?1 AND key = ?2";
        let mut find = connection.prepare_cached(sql).map_err(failed("looking up an idempotency key"))?;
        let found = find.query_row(params![tenant.as_str(), key], |row| {
            Ok(Acknowledged {
                tenant: tenant.clone(),
                key: BatchKey { key: key.to_owned(), body: u128::from_be_bytes(row.get(0)?) },
                accepted: row.get::<_, i64>(1)? as u64,
                quarantined: row.get::<_, i64>(2)? as u64,
                lsn: row.get::<_, i64>(3)? as u64,
                at: Timestamp::from_micros(row.get(4)?),
            })
        });
        found.optional().map_err(failed("looking up an idempotency key"))
    }

    /// What tells this data folder from all others: 128 bits of chance, given when it was made.
    pub(crate) fn folder_id(&self) -> Result<String, Error> {
        let found = self.connection.lock().query_row("SELECT id FROM folder", [], |row| row.get(0));
        found.map_err(failed("reading the id of the data folder"))
    }

    /// The position (LSN, running number of records) up to which the write-ahead log was committed and may be gone.
    pub(crate) fn position(&self) -> Result<Option<(u64, u64)>, Error> {
        let connection = self.connection.lock();
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
        let found = connection.query_row("SELECT lsn, sequence FROM wal_position", [], read).optional();
        found.map_err(failed("reading the position of the write-ahead log"))
    }

    /// Remembers batches and a position of the write-ahead log, in one transaction; forgets batches acknowledged before
    /// `forget_before`.
    pub(crate) fn remember(&self, batches: &[Acknowledged], position: (u64, u64), forget_before: Timestamp) -> Result<(), Error> {
        let doing = "remembering idempotency keys";
        let mut connection = self.connection.lock();
        let transaction = connection.transaction().map_err(failed(doing))?;
        for batch in batches {
            let sql = "INSERT OR REPLACE INTO batch_keys (tenant, key, body, accepted, quarantined, lsn, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let body = batch.key.body.to_be_bytes();
            let numbers = (batch.accepted as i64, batch.quarantined as i64, batch.lsn as i64, batch.at.as_micros());
            let row = params![batch.tenant.as_str(), batch.key.key, body, numbers.0, numbers.1, numbers.2, numbers.3];
            transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(row)).map_err(failed(doing))?;
        }
        let sql = "INSERT OR REPLACE INTO wal_position (only, lsn, sequence) VALUES (1, ?1, ?2)";
        transaction.execute(sql, params![position.0 as i64, position.1 as i64]).map_err(failed(doing))?;
        // Positions of streams begin with \u{1}: a stream may rest for longer than keys are remembered.
        let sql = "DELETE FROM batch_keys WHERE at < ?1 AND NOT (key >= char(1) AND key < char(2))";
        transaction.execute(sql, [forget_before.as_micros()]).map_err(failed(doing))?;
        transaction.commit().map_err(failed(doing))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("state database")
    }
}

fn failed(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |source| Error::State { doing, source }
}

#[cfg(test)]
mod tests;
