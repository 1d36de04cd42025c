use std::collections::BTreeMap;
use std::sync::Arc;

use object_store::path::Path;
use parking_lot::RwLock;

use crate::Error;

/// Segments of a table that were found damaged when they were read, since the start. Whoever read them got an error; this
/// is for those who get it second-hand, from a library that made a text of it.
#[derive(Debug, Clone, Default)]
pub struct DamageFound(Arc<RwLock<BTreeMap<Path, Arc<str>>>>);

impl DamageFound {
    /// Each with what is wrong, in words: file, byte and kind.
    pub fn segments(&self) -> Vec<(Path, Arc<str>)> {
        self.0.read().iter().map(|(path, what)| (path.clone(), Arc::clone(what))).collect()
    }

    pub(super) fn note(&self, path: &Path, damage: &Error) {
        if self.0.write().insert(path.clone(), damage.to_string().into()).is_none() {
            tracing::error!(%damage, "a segment is damaged");
        }
    }
}
