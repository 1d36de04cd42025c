//! Opening a table whose Delta log may be damaged: the newest state that is certain, and what is wrong with the rest.

use std::fmt;
use std::sync::Arc;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::verify::{DamagedFile, Verified, verify, version_of};
use super::{DELTA_LOG, DeltaLog, stores};
use crate::Error;
use crate::store::Root;

/// Folder of a table to which files of the Delta log go that were given up. Delta readers look into no folder whose
/// name begins like this.
const GIVEN_UP: &str = "_given_up";

/// The file of a Delta log that says where its last checkpoint is.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// What was found where a table is, or must be.
pub(crate) enum Opened {
    /// Nothing.
    Absent,
    /// A table, as it is now. Of its Delta log these files are damaged; the others say the same.
    Whole(DeltaLog, Vec<String>),
    /// A table as it was, if as much is certain.
    Damaged(Option<DeltaLog>, Arc<Damage>),
}

/// Why a table is served as it was. In words it says what an operator can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Relative to the data folder.
    pub(crate) file: String,
    /// Byte in it.
    pub(crate) offset: u64,
    /// What is wrong there.
    pub(crate) what: String,
    /// The last version that is certain.
    pub(crate) served: Option<u64>,
    /// `logs`, `quarantine` or `ledger`.
    pub(crate) table: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage { file, offset, what, served, table } = self;
        write!(f, "{file} is damaged at byte {offset}: {what}; ")?;
        match served {
            Some(version) => write!(
                f,
                "{table} is served as of version {version} and takes no commits until the file is put back from a backup, \
                 or `dendro restore --table {table} --version {version}` gives up what was committed later"
            ),
            None => write!(f, "no version of {table} can be read until the file is put back from a backup"),
        }
    }
}

impl DeltaLog {
    /// Opens a table as far as it is certain. An error means that the store cannot be asked.
    pub(crate) async fn open_certain(root: &Root, tenant: &str, table: &str) -> Result<Opened, Error> {
        let expected = root.sums.as_ref().map_or(Ok(None), |sums| sums.last_version(tenant, table))?;
        let opened = DeltaLog::open(root, tenant, table).await;
        match opened {
            Ok(None) if expected.is_none() => return Ok(Opened::Absent),
            Ok(Some(log)) if expected.is_none_or(|expected| expected <= log.version()) => {
                return Ok(Opened::Whole(log, Vec::new()));
            }
            _ => {}
        }
        let verified = verify(root, tenant, table).await?;
        if let Some(sums) = &root.sums {
            verified.spare().for_each(|file| sums.hide(tenant, table, &file.name));
            // It may point at one of them. Without it the log is listed from its beginning, which says the same.
            sums.hide(tenant, table, LAST_CHECKPOINT);
        }
        let damage = |file: &DamagedFile, served| Damage {
            file: format!("tables/{tenant}/{table}/{DELTA_LOG}/{}", file.name),
            offset: file.offset,
            what: file.what.to_owned(),
            served,
            table: table.to_owned(),
        };
        if let Some((version, file)) = verified.in_the_way() {
            let log = DeltaLog::open_before(root, tenant, table, version).await;
            let damage = Arc::new(damage(file, log.as_ref().map(DeltaLog::version)));
            return Ok(Opened::Damaged(log.map(|log| DeltaLog { damage: Some(Arc::clone(&damage)), ..log }), damage));
        }
        match DeltaLog::open(root, tenant, table).await {
            Ok(Some(log)) => Ok(Opened::Whole(log, told(&verified, tenant, table))),
            Ok(None) => Ok(Opened::Absent),
            Err(error) => {
                let first = verified.damaged.first().cloned();
                let first = first.unwrap_or(DamagedFile { name: String::new(), offset: 0, what: "it cannot be read" });
                tracing::error!(tenant, table, error = %Chain(&error), "a Delta log cannot be read");
                Ok(Opened::Damaged(None, Arc::new(damage(&first, None))))
            }
        }
    }

    /// The newest version before this one that can be opened.
    async fn open_before(root: &Root, tenant: &str, table: &str, version: u64) -> Option<DeltaLog> {
        let before = version.checked_sub(1)?;
        let (log_store, store) = stores(root, tenant, table).ok()?;
        match DeltaLog::load(log_store, store, Some(before)).await {
            Ok(log) => Some(log),
            Err(error) => {
                tracing::error!(tenant, table, version = before, error = %Chain(&error), "an earlier version cannot be read");
                None
            }
        }
    }

    /// Takes everything out of the Delta log that says more than the version this was opened at, so that this is the
    /// present one when it is opened again. The files stay in a folder of the table.
    pub(crate) async fn give_up_later(&self, root: &Root, tenant: &str, table: &str) -> Result<(), Error> {
        if let Some(sums) = &root.sums {
            sums.show_all(tenant, table);
        }
        let verified = verify(root, tenant, table).await?;
        let damaged = |name: &str| verified.damaged.iter().any(|file| file.name == name);
        let listed = self.store.list_with_delimiter(Some(&Path::from(DELTA_LOG))).await;
        let listed = listed.map_err(|source| Error::Store { doing: "listing a Delta log".into(), source })?;
        let mut names: Vec<String> =
            listed.objects.iter().filter_map(|meta| meta.location.filename().map(str::to_owned)).collect();
        names.retain(|name| version_of(name).is_none_or(|version| version > self.version()) || damaged(name));
        // From the end, so that a crash on the way leaves the same damage, and never a log that ends too early unnoticed.
        names.sort_by_key(|name| std::cmp::Reverse(version_of(name)));
        for name in &names {
            let (from, to) = (Path::from(DELTA_LOG).join(name.as_str()), Path::from(GIVEN_UP).join(name.as_str()));
            let moved = self.store.rename(&from, &to).await;
            moved.map_err(|source| Error::Store { doing: format!("moving {from} to {to}"), source })?;
        }
        let Some(sums) = &root.sums else { return Ok(()) };
        verified.damaged.iter().try_for_each(|file| sums.forget(tenant, table, &file.name))
    }
}

/// What is wrong with files that are not needed.
fn told(verified: &Verified, tenant: &str, table: &str) -> Vec<String> {
    let told = |file: &DamagedFile| {
        let DamagedFile { name, offset, what } = file;
        format!(
            "tables/{tenant}/{table}/{DELTA_LOG}/{name} is damaged at byte {offset}: {what}; nothing is missing, for other files say the same"
        )
    };
    verified.damaged.iter().map(told).collect()
}

/// An error with what caused it.
struct Chain<'e>(&'e dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
