use std::collections::BTreeMap;
use std::sync::Arc;

use lake::{Segment, Snapshot};
use object_store::path::Path;

/// Damaged segments that a question goes on without. More are no accident of a few bytes: then the question fails, and
/// the log says why.
const SEGMENTS_MAX: usize = 32;

/// Segments that were found damaged while a question was answered: by table and path, what is wrong.
#[derive(Debug, Default, Clone)]
pub(crate) struct DamagedSegments(BTreeMap<(String, Path), Arc<str>>);

impl DamagedSegments {
    /// Takes notice of what was found damaged since the last time. Whether there is any use in trying again without it.
    pub(crate) fn add(&mut self, snapshot: &Snapshot) -> bool {
        let known = self.0.len();
        for (table, view) in &snapshot.tables {
            let name = format!("{}/{table}", snapshot.tenant);
            let found = view.damage_found.segments().into_iter();
            self.0.extend(found.map(|(path, what)| ((name.clone(), path), what)));
        }
        (known + 1..=SEGMENTS_MAX).contains(&self.0.len())
    }

    /// What is wrong with a segment of a table (`default/logs`), if it is one of them.
    pub(crate) fn of(&self, table: &str, segment: &Segment) -> Option<Arc<str>> {
        let mut known = self.0.iter();
        let (_, what) = known.find(|((name, path), _)| name == table && *path == segment.path)?;
        Some(format!("{what}; its records are left out").into())
    }
}
