use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode};

use crate::Error;
use crate::store::Root;

/// Makes sure that this data folder alone writes into the tables as its node.
///
/// A node's number is part of the names of its segments and of what it says about its write-ahead log, so two folders of
/// one number would overwrite each other's segments. The folder lock cannot see a folder on another machine; an object
/// beside the tables can. It is named `node-NUMBER`, holds the folder's id, and is created only if it does not exist.
pub(super) async fn claim(root: &Root, node: u16, folder: &str) -> Result<(), Error> {
    let place = root.path()?.join(format!("node-{node}"));
    match root.store.put_opts(&place, folder.to_owned().into(), PutMode::Create.into()).await {
        Ok(_) => Ok(()),
        Err(object_store::Error::AlreadyExists { .. }) if holder(root, &place).await? == folder.as_bytes() => Ok(()),
        Err(object_store::Error::AlreadyExists { .. }) => Err(Error::NodeTaken(node)),
        Err(source) => Err(Error::Store { doing: format!("claiming node {node} in the object store"), source }),
    }
}

async fn holder(root: &Root, place: &Path) -> Result<bytes::Bytes, Error> {
    let failed = |source| Error::Store { doing: format!("reading {place}"), source };
    root.store.get(place).await.map_err(failed)?.bytes().await.map_err(failed)
}
