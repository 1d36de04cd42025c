//! Where tables live: a folder or a bucket, behind `object_store`.
//!
//! The local file system gets a layer of its own. `object_store` renames files into place without ever calling fsync,
//! so after a power cut a committed file may be empty. Here a put that returned is on disk, name and content.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::state::State;
use crate::{Config, Error, Location};

mod damage_found;
mod durable_local;
mod summed_delta;
mod sums;
mod verified;

pub use damage_found::DamageFound;
pub(crate) use durable_local::DurableLocal;
pub(crate) use summed_delta::DeltaSums;
pub(crate) use sums::Sums;
pub(crate) use verified::Verified;

/// The store that holds all tables, and where in it they begin.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// `file:///data/tables/`, `s3://bucket/prefix/`, ...
    pub(crate) url: Url,
    /// What the files of the Delta logs were when they were written, where that is remembered.
    pub(crate) sums: Option<Arc<DeltaSums>>,
}

impl Root {
    /// The tables below a place in a store.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, url: Url) -> Root {
        Root { store, url, sums: None }
    }

    /// The same, remembering what is written to the Delta logs and comparing it when it is read.
    pub(crate) fn summed(self, state: Arc<State>) -> Result<Root, Error> {
        let sums = Arc::new(DeltaSums::new(state, path_of(&self.url)?));
        let store = Arc::new(summed_delta::SummedDelta::new(self.store, Arc::clone(&sums)));
        Ok(Root { store, url: self.url, sums: Some(sums) })
    }

    /// The root that the configuration names; creates a local folder.
    pub(crate) fn open(config: &Config) -> Result<Root, Error> {
        match &config.tables {
            Location::Local => Root::local(config.dir.join("tables")),
            Location::Url { url, options } => {
                let wrong = |source| Error::Store { doing: format!("opening {}", bare(url)), source };
                let (store, _) =
                    object_store::parse_url_opts(url, options.iter().map(|(k, v)| (k.as_str(), v.clone()))).map_err(wrong)?;
                Ok(Root::new(Arc::from(store), folder(url.clone())))
            }
        }
    }

    /// Removes what a killed process left half written in a local folder. The caller holds the folder's lock.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        let Ok(folder) = self.url.to_file_path() else { return Ok(()) };
        let swept = durable_local::sweep_staged(&folder);
        let swept = swept.map_err(|source| Error::Io { doing: "removing half-written files of the tables".into(), source })?;
        if swept > 0 {
            tracing::info!(files = swept, "removed files that were half written when the process ended");
        }
        Ok(())
    }

    fn local(dir: PathBuf) -> Result<Root, Error> {
        let io = |source| Error::Io { doing: "creating the tables folder".into(), source };
        std::fs::create_dir_all(&dir).map_err(io)?;
        let dir = dir.canonicalize().map_err(io)?;
        let url = Url::from_directory_path(&dir).map_err(|()| io(std::io::ErrorKind::InvalidFilename.into()))?;
        Ok(Root::new(Arc::new(DurableLocal::new()), url))
    }

    /// URL of a table.
    pub(crate) fn table_url(&self, tenant: &str, table: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{tenant}/{table}/", self.url.path()));
        url
    }

    /// Where in the store the tables begin.
    pub(crate) fn path(&self) -> Result<Path, Error> {
        path_of(&self.url)
    }

    /// The store as seen from a folder of it.
    pub(crate) fn within(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, Error> {
        Ok(Arc::new(PrefixStore::new(Arc::clone(&self.store), path_of(url)?)))
    }

    /// Names of the tenants that have tables, or must have.
    pub(crate) async fn tenants(&self) -> Result<Vec<String>, Error> {
        let prefix = self.path()?;
        let listed = self.store.list_with_delimiter(Some(&prefix)).await;
        let listed = listed.map_err(|source| Error::Store { doing: "listing tenants".into(), source })?;
        let found = listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned));
        let mut tenants: Vec<String> = self.sums.iter().map(|sums| sums.tenants()).collect::<Result<Vec<_>, _>>()?.concat();
        tenants.extend(found);
        tenants.sort();
        tenants.dedup();
        Ok(tenants)
    }
}

fn path_of(url: &Url) -> Result<Path, Error> {
    Path::from_url_path(url.path())
        .map_err(|source| Error::Store { doing: "reading a table's path".into(), source: source.into() })
}

fn folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

/// The URL without user, password and query, for messages.
fn bare(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}
