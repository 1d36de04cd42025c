use std::collections::HashMap;
use std::sync::Arc;

use lake::{Segment, SegmentIndex};
use object_store::ObjectStore;
use parking_lot::Mutex;

/// What an entry costs beside the index itself.
const ENTRY_BYTES: usize = 256;

/// The indexes of segments that were needed lately, up to a number of bytes. Segments never change, so nothing in here
/// can be out of date.
pub(crate) struct IndexCache {
    limit_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: HashMap<String, Entry>,
    bytes: usize,
    /// Counts uses; the entry with the smallest was not used for longest.
    clock: u64,
}

struct Entry {
    /// `None`: the segment has no index, which is worth knowing too.
    index: Option<Arc<SegmentIndex>>,
    bytes: usize,
    used: u64,
}

impl IndexCache {
    pub(crate) fn new(limit_bytes: usize) -> IndexCache {
        IndexCache { limit_bytes, kept: Mutex::default() }
    }

    /// The index of a segment, and how many bytes were read for it. `None` when it has none, or none that can be read:
    /// an index only saves work, so a damaged one must not cost the answer (`check` finds and names it).
    pub(super) async fn get(
        &self,
        table: &str,
        store: &Arc<dyn ObjectStore>,
        segment: &Segment,
    ) -> (Option<Arc<SegmentIndex>>, usize) {
        let key = format!("{table}/{}#{}#{}", segment.path, segment.size_bytes, segment.modified.as_micros());
        if let Some(known) = self.kept.lock().touch(&key) {
            return (known, 0);
        }
        let index = match SegmentIndex::load(store, segment).await {
            Ok(index) => index.map(Arc::new),
            Err(error) => {
                tracing::warn!(segment = %segment.path, %error, "the index of a segment cannot be read; reading the segment without it");
                return (None, 0);
            }
        };
        let bytes = index.as_ref().map_or(0, |index| index.memory_bytes());
        self.kept.lock().insert(key, index.clone(), bytes + ENTRY_BYTES, self.limit_bytes);
        (index, bytes)
    }
}

impl Kept {
    fn touch(&mut self, key: &str) -> Option<Option<Arc<SegmentIndex>>> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.index.clone())
    }

    fn insert(&mut self, key: String, index: Option<Arc<SegmentIndex>>, bytes: usize, limit_bytes: usize) {
        if bytes > limit_bytes {
            return;
        }
        self.clock += 1;
        if let Some(replaced) = self.entries.insert(key, Entry { index, bytes, used: self.clock }) {
            self.bytes -= replaced.bytes;
        }
        self.bytes += bytes;
        while self.bytes > limit_bytes {
            // A search through all entries: there are some thousands at most, and each insertion cost a read anyway.
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(removed) = oldest.and_then(|key| self.entries.remove(&key)) else { break };
            self.bytes -= removed.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut kept = Kept::default();
        for key in ["a", "b", "c"] {
            kept.insert(key.into(), None, 10, 30);
        }
        assert!(kept.touch("a").is_some());
        kept.insert("d".into(), None, 10, 30);
        assert!(kept.touch("b").is_none());
        assert!(["a", "c", "d"].iter().all(|key| kept.touch(key).is_some()));
        kept.insert("e".into(), None, 31, 30); // larger than everything together
        assert_eq!((kept.entries.len(), kept.bytes), (3, 30));
        kept.insert("d".into(), None, 5, 30);
        assert_eq!(kept.bytes, 25);
    }
}
