//! One immutable Parquet file: how rows become columns, how they are written, what index travels inside.

use std::sync::Arc;

use object_store::ObjectStore;

use crate::{Error, Segment};

/// The index that travels inside a segment, behind the row groups and before the footer.
#[derive(Debug)]
pub struct SegmentIndex {}

/// What an index can say about row groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneResult {
    /// For each row group of the file: whether it may hold a match.
    pub keep: Vec<bool>,
}

impl SegmentIndex {
    /// Reads the index of a segment; `None` when it has none (foreign files are welcome).
    pub async fn load(_store: &Arc<dyn ObjectStore>, _segment: &Segment) -> Result<Option<SegmentIndex>, Error> {
        unimplemented!()
    }

    /// Row groups that may hold a record in whose `column` all of these words (lower case, whole) stand.
    pub fn may_contain_words(&self, _column: &str, _words: &[String]) -> PruneResult {
        unimplemented!()
    }
}
