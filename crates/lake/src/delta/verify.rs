//! Every file of one Delta log, compared with what was written.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Map, Value};

use super::DELTA_LOG;
use crate::Error;
use crate::store::Root;

/// Files read at the same time. Most of the time goes into waiting for the store.
const READS: usize = 8;

/// What a Delta log is like.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// Files that are not as they were written, by name.
    pub(crate) damaged: Vec<DamagedFile>,
    /// Commits and checkpoints of which it is not known what was written: those of other writers, and those written the
    /// moment before a crash.
    pub(crate) unverified: usize,
    /// Versions that have a checkpoint which is as it was written.
    checkpoints: BTreeSet<u64>,
}

/// A file of a Delta log that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DamagedFile {
    /// Its name in `_delta_log`.
    pub(crate) name: String,
    /// Byte in it.
    pub(crate) offset: u64,
    /// What is wrong.
    pub(crate) what: &'static str,
}

impl Verified {
    /// The first damaged commit that the present state of the table rests on: what lies behind a checkpoint does not
    /// count, for the checkpoint says it again.
    pub(crate) fn in_the_way(&self) -> Option<(u64, &DamagedFile)> {
        let needed = self.checkpoints.last().map_or(0, |version| version + 1);
        let commits = self.damaged.iter().filter(|file| is_commit(&file.name));
        commits
            .filter_map(|file| Some((version_of(&file.name)?, file)))
            .filter(|(version, _)| *version >= needed)
            .min_by_key(|(version, _)| *version)
    }

    /// Damaged files whose content stands in the log once more.
    pub(crate) fn spare(&self) -> impl Iterator<Item = &DamagedFile> {
        self.damaged.iter().filter(|file| !is_commit(&file.name))
    }
}

/// Reads the whole Delta log of a table. An error only if the store cannot be asked.
pub(crate) async fn verify(root: &Root, tenant: &str, table: &str) -> Result<Verified, Error> {
    let store = root.within(&root.table_url(tenant, table))?;
    let listed = store.list(Some(&Path::from(DELTA_LOG))).map_ok(|meta| meta.location).try_collect::<Vec<_>>().await;
    let mut listed = listed.map_err(|source| Error::Store { doing: "listing a Delta log".into(), source })?;
    listed.sort();
    let mut verified = Verified::default();
    let mut present = BTreeSet::new();
    let reads = listed.into_iter().map(|path| {
        let store = Arc::clone(&store);
        async move { (path.filename().unwrap_or_default().to_owned(), read(&store, &path).await) }
    });
    let mut reads = futures::stream::iter(reads).buffered(READS);
    while let Some((name, damage)) = reads.next().await {
        let known = root.sums.as_ref().map_or(Ok(false), |sums| sums.knows(tenant, table, &name))?;
        verified.add(&name, known, damage?);
        present.insert(name);
    }
    let expected = root.sums.as_ref().map_or(Ok(Vec::new()), |sums| sums.files(tenant, table))?;
    verified.add_missing(expected, &present);
    Ok(verified)
}

/// Where a file is damaged, if it is.
async fn read(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<Option<(u64, &'static str)>, Error> {
    let read = async { store.get(path).await?.bytes().await };
    match read.await {
        // The checksums say more about ours; of others this is all there is to see.
        Ok(bytes) if path.extension() == Some("json") => {
            Ok(first_bad_line(&bytes).map(|at| (at, "this is not a line of a Delta log")))
        }
        Ok(_) => Ok(None),
        Err(object_store::Error::Generic { source, .. }) if source.is::<Error>() => match source.downcast::<Error>() {
            Ok(ours) => match *ours {
                Error::Corrupt { offset, what, .. } => Ok(Some((offset, what))),
                other => Err(other),
            },
            Err(source) => Err(Error::Store {
                doing: format!("reading {path}"),
                source: object_store::Error::Generic { store: "lake", source },
            }),
        },
        Err(source) => Err(Error::Store { doing: format!("reading {path}"), source }),
    }
}

impl Verified {
    fn add(&mut self, name: &str, known: bool, damage: Option<(u64, &'static str)>) {
        let version = version_of(name);
        match (damage, version) {
            (Some((offset, what)), _) => self.damaged.push(DamagedFile { name: name.to_owned(), offset, what }),
            (None, Some(version)) if is_checkpoint(name) => {
                self.checkpoints.insert(version);
            }
            _ => {}
        }
        self.unverified += usize::from(!known && version.is_some());
    }

    /// Files that were written and are gone, and gaps between commits that are needed.
    fn add_missing(&mut self, mut expected: Vec<String>, present: &BTreeSet<String>) {
        let commits: BTreeSet<u64> = present.iter().filter(|name| is_commit(name)).filter_map(|name| version_of(name)).collect();
        let from = self.checkpoints.last().map_or(0, |version| version + 1);
        let gaps = (from..commits.last().map_or(from, |last| *last)).filter(|version| !commits.contains(version));
        expected.extend(gaps.map(commit_name));
        expected.sort();
        expected.dedup();
        let missing = expected.into_iter().filter(|name| !present.contains(name));
        self.damaged.extend(missing.map(|name| DamagedFile { name, offset: 0, what: "the file is missing" }));
        self.damaged.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The byte at which the first line that is not a JSON object begins to be wrong.
fn first_bad_line(bytes: &[u8]) -> Option<u64> {
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if let Err(error) = serde_json::from_slice::<Map<String, Value>>(line)
            && !line.trim_ascii().is_empty()
        {
            return Some((start + error.column().saturating_sub(1)) as u64);
        }
        start += line.len();
    }
    (start == 0).then_some(0)
}

/// The version in a file's name, which it begins with.
pub(super) fn version_of(name: &str) -> Option<u64> {
    let digits = name.split('.').next()?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}

fn is_commit(name: &str) -> bool {
    version_of(name).is_some() && name.len() == 25 && name.ends_with(".json")
}

fn is_checkpoint(name: &str) -> bool {
    name.get(20..).is_some_and(|rest| rest.starts_with(".checkpoint."))
}

fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

#[cfg(test)]
mod tests;
