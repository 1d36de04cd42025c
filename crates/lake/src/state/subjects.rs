use privacy::keys::{FreshKey, KeyStoreFailed, SubjectId, SubjectKey, SubjectKeys, WrappedKey};
use record::Tenant;
use rusqlite::{Connection, OptionalExtension, params};

use super::{State, failed};
use crate::Error;

/// Keys are wrapped under the root key, which is elsewhere. A subject without a key was erased. What is overwritten or
/// deleted is zeroed.
pub(super) const CREATE: &str = "
    PRAGMA secure_delete = ON;
    CREATE TABLE IF NOT EXISTS subject_keys (
        tenant TEXT NOT NULL, subject BLOB NOT NULL, key BLOB, PRIMARY KEY (tenant, subject)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS root_key (only INTEGER PRIMARY KEY CHECK (only = 1), fingerprint TEXT NOT NULL);";

impl State {
    /// The fingerprint of the root key that this folder was first opened with; `fresh` if it never was.
    pub(crate) fn root_key_fingerprint(&self, fresh: &str) -> Result<String, Error> {
        let doing = "reading the fingerprint of the root key";
        let connection = self.connection.lock();
        connection.execute("INSERT OR IGNORE INTO root_key VALUES (1, ?1)", [fresh]).map_err(failed(doing))?;
        connection.query_row("SELECT fingerprint FROM root_key", [], |row| row.get(0)).map_err(failed(doing))
    }

    /// Destroys a subject's key, and sees to it that none is made again. Returns whether there was one.
    pub(crate) fn erase_subject(&self, tenant: &Tenant, subject: SubjectId) -> Result<bool, Error> {
        let doing = "erasing a subject's key";
        let connection = self.connection.lock();
        let had = find(&connection, tenant, subject).map_err(failed(doing))?;
        let sql = "INSERT OR REPLACE INTO subject_keys (tenant, subject, key) VALUES (?1, ?2, NULL)";
        connection.execute(sql, params![tenant.as_str(), &subject.0[..]]).map_err(failed(doing))?;
        // The database's own log would keep the old page.
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        connection.query_row(checkpoint, [], |_| Ok(())).map_err(failed(doing))?;
        Ok(matches!(had, Some(SubjectKey::Wrapped(_))))
    }
}

impl SubjectKeys for State {
    fn get_or_put(&self, tenant: &Tenant, subject: SubjectId, fresh: &WrappedKey) -> Result<SubjectKey, KeyStoreFailed> {
        get_or_put(&self.connection.lock(), tenant, subject, fresh).map_err(told)
    }

    /// In one transaction, which is one fsync.
    fn get_or_put_all(&self, fresh: &[FreshKey]) -> Result<Vec<SubjectKey>, KeyStoreFailed> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction().map_err(told)?;
        let put = |key: &FreshKey| get_or_put(&transaction, &key.tenant, key.subject, &key.wrapped);
        let keys = fresh.iter().map(put).collect::<rusqlite::Result<_>>().map_err(told)?;
        transaction.commit().map_err(told)?;
        Ok(keys)
    }

    fn get(&self, tenant: &Tenant, subject: SubjectId) -> Result<Option<SubjectKey>, KeyStoreFailed> {
        find(&self.connection.lock(), tenant, subject).map_err(told)
    }
}

fn get_or_put(connection: &Connection, tenant: &Tenant, subject: SubjectId, fresh: &WrappedKey) -> rusqlite::Result<SubjectKey> {
    if let Some(known) = find(connection, tenant, subject)? {
        return Ok(known);
    }
    let sql = "INSERT INTO subject_keys (tenant, subject, key) VALUES (?1, ?2, ?3)";
    let mut insert = connection.prepare_cached(sql)?;
    insert.execute(params![tenant.as_str(), &subject.0[..], &fresh[..]])?;
    Ok(SubjectKey::Wrapped(*fresh))
}

fn find(connection: &Connection, tenant: &Tenant, subject: SubjectId) -> rusqlite::Result<Option<SubjectKey>> {
    let sql = "SELECT key FROM subject_keys WHERE tenant = ?1 AND subject = ?2";
    let mut find = connection.prepare_cached(sql)?;
    let found = find.query_row(params![tenant.as_str(), &subject.0[..]], |row| row.get::<_, Option<WrappedKey>>(0));
    Ok(found.optional()?.map(|key| key.map_or(SubjectKey::Erased, SubjectKey::Wrapped)))
}

fn told(error: rusqlite::Error) -> KeyStoreFailed {
    KeyStoreFailed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_until_its_subject_is_erased() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.db");
        let state = State::open(&path).expect("opened");
        let (tenant, subject) = (Tenant::default(), SubjectId([7; 16]));
        assert_eq!(state.get(&tenant, subject), Ok(None));
        let key: WrappedKey = std::array::from_fn(|at| 0xa0 + at as u8);
        assert_eq!(state.get_or_put(&tenant, subject, &key), Ok(SubjectKey::Wrapped(key)));
        assert_eq!(state.get_or_put(&tenant, subject, &[1; 48]), Ok(SubjectKey::Wrapped(key)));
        let other = Tenant::new("other").expect("a tenant");
        assert_eq!(state.get(&other, subject), Ok(None));
        let holds_key = || {
            let files = std::fs::read_dir(folder.path()).expect("listed").flatten();
            files.into_iter().any(|file| {
                let bytes = std::fs::read(file.path()).expect("read");
                bytes.windows(16).any(|window| window == &key[8..24])
            })
        };
        assert!(holds_key());
        assert!(state.erase_subject(&tenant, subject).expect("erased"));
        assert!(!state.erase_subject(&tenant, subject).expect("erased"));
        assert!(!holds_key(), "no byte of the key is left in the files");
        assert_eq!(state.get_or_put(&tenant, subject, &[1; 48]), Ok(SubjectKey::Erased));
        drop(state);
        assert_eq!(State::open(&path).expect("opened").get(&tenant, subject), Ok(Some(SubjectKey::Erased)));
    }

    /// All or none: a key that is in use and not stored would take what is encrypted under it with it.
    #[test]
    fn many_keys_are_stored_together() {
        let state = State::in_memory().expect("opened");
        let tenant = Tenant::default();
        let fresh = |number: u8| FreshKey { tenant: tenant.clone(), subject: SubjectId([number; 16]), wrapped: [number; 48] };
        state.erase_subject(&tenant, SubjectId([1; 16])).expect("erased");
        assert_eq!(state.get_or_put_all(&[fresh(1), fresh(2)]), Ok(vec![SubjectKey::Erased, SubjectKey::Wrapped([2; 48])]));
        let full = "CREATE TRIGGER full BEFORE INSERT ON subject_keys WHEN NEW.subject = zeroblob(16)
                    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
        state.connection.lock().execute_batch(full).expect("made");
        let failed = state.get_or_put_all(&[fresh(3), fresh(0), fresh(4)]);
        assert_eq!(failed, Err(KeyStoreFailed("the disk is full".to_owned())));
        assert_eq!(state.get(&tenant, SubjectId([3; 16])), Ok(None));
        let kept = FreshKey { wrapped: [9; 48], ..fresh(2) };
        assert_eq!(state.get_or_put_all(&[kept, fresh(3)]), Ok(vec![SubjectKey::Wrapped([2; 48]), SubjectKey::Wrapped([3; 48])]));
    }

    #[test]
    fn the_first_root_key_is_remembered() {
        let state = State::in_memory().expect("opened");
        assert_eq!(state.root_key_fingerprint("a").expect("read"), "a");
        assert_eq!(state.root_key_fingerprint("b").expect("read"), "a");
    }
}
