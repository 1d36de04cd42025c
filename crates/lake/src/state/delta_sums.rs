//! The sums of the files of all Delta logs, by table (`default/logs`) and file name.

use rusqlite::{OptionalExtension, params};

use super::{State, failed};
use crate::Error;
use crate::store::Sums;

/// How the table is made.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS delta_sums (
    place TEXT NOT NULL, name TEXT NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (place, name)) WITHOUT ROWID;";

impl State {
    /// What a file was when it was written; `None` when that is not known.
    pub(crate) fn delta_sums(&self, place: &str, name: &str) -> Result<Option<Sums>, Error> {
        let doing = failed("looking up the checksums of a Delta log");
        let connection = self.connection.lock();
        let sql = "SELECT sums FROM delta_sums WHERE place = ?1 AND name = ?2";
        let mut find = connection.prepare_cached(sql).map_err(&doing)?;
        let found: Option<Vec<u8>> = find.query_row(params![place, name], |row| row.get(0)).optional().map_err(&doing)?;
        let sums = found.as_deref().map(Sums::decode);
        if sums == Some(None) {
            tracing::warn!(
                place,
                name,
                "the state database's checksums of a file of a Delta log are damaged; reading it unverified"
            );
        }
        Ok(sums.flatten())
    }

    /// Remembers what was written.
    pub(crate) fn keep_delta_sums(&self, place: &str, name: &str, sums: &Sums) -> Result<(), Error> {
        let doing = failed("remembering the checksums of a Delta log");
        let connection = self.connection.lock();
        let sql = "INSERT OR REPLACE INTO delta_sums (place, name, sums) VALUES (?1, ?2, ?3)";
        let mut insert = connection.prepare_cached(sql).map_err(&doing)?;
        insert.execute(params![place, name, sums.encode()]).map(|_| ()).map_err(&doing)
    }

    /// Forgets files that are about to go or to change. Durable when it returns: a sum that comes back after a power cut
    /// would call a sound file damaged.
    pub(crate) fn forget_delta_sums(&self, files: &[(String, String)]) -> Result<(), Error> {
        let doing = failed("forgetting the checksums of a Delta log");
        let mut connection = self.connection.lock();
        let transaction = connection.transaction().map_err(&doing)?;
        for (place, name) in files {
            let sql = "DELETE FROM delta_sums WHERE place = ?1 AND name = ?2";
            transaction.prepare_cached(sql).and_then(|mut delete| delete.execute(params![place, name])).map_err(&doing)?;
        }
        transaction.commit().map_err(&doing)
    }

    /// Names of all files of a table's Delta log that must be there.
    pub(crate) fn delta_files(&self, place: &str) -> Result<Vec<String>, Error> {
        self.texts("SELECT name FROM delta_sums WHERE place = ?1 ORDER BY name", params![place])
    }

    /// Name of the last commit that must be there. Names of commits are numbers of one length, so they sort as such.
    pub(crate) fn last_delta_commit(&self, place: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT name FROM delta_sums WHERE place = ?1 AND name < ':' AND name LIKE '%.json' ORDER BY name DESC LIMIT 1";
        Ok(self.texts(sql, params![place])?.pop())
    }

    /// All tables that have a Delta log.
    pub(crate) fn delta_places(&self) -> Result<Vec<String>, Error> {
        self.texts("SELECT DISTINCT place FROM delta_sums ORDER BY place", params![])
    }

    fn texts(&self, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<String>, Error> {
        let doing = failed("reading the checksums of a Delta log");
        let connection = self.connection.lock();
        let mut find = connection.prepare_cached(sql).map_err(&doing)?;
        let found = find.query_map(params, |row| row.get(0)).map_err(&doing)?;
        found.collect::<Result<_, _>>().map_err(&doing)
    }
}
