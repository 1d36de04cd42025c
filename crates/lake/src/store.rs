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

use crate::{Config, Error, Location};

mod durable_local;
mod verified;

pub(crate) use durable_local::DurableLocal;
pub(crate) use verified::Verified;

/// The store that holds all tables, and where in it they begin.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// `file:///data/tables/`, `s3://bucket/prefix/`, ...
    pub(crate) url: Url,
}

impl Root {
    /// The root that the configuration names; creates a local folder.
    pub(crate) fn open(config: &Config) -> Result<Root, Error> {
        match &config.tables {
            Location::Local => Root::local(config.dir.join("tables")),
            Location::Url { url, options } => {
                let wrong = |source| Error::Store { doing: format!("opening {}", bare(url)), source };
                let (store, _) =
                    object_store::parse_url_opts(url, options.iter().map(|(k, v)| (k.as_str(), v.clone()))).map_err(wrong)?;
                Ok(Root { store: Arc::from(store), url: folder(url.clone()) })
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
        Ok(Root { store: Arc::new(DurableLocal::new()), url })
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

    /// Names of the tenants that have tables.
    pub(crate) async fn tenants(&self) -> Result<Vec<String>, Error> {
        let prefix = self.path()?;
        let listed = self.store.list_with_delimiter(Some(&prefix)).await;
        let listed = listed.map_err(|source| Error::Store { doing: "listing tenants".into(), source })?;
        Ok(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
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
