use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use lake::{Cuboid, Segment, SegmentIndex, WordCounts};
use object_store::ObjectStore;
use parking_lot::Mutex;

/// What an entry costs beside what it holds.
const ENTRY_BYTES: usize = 256;

/// Something that segments carry to save the reading of their rows.
pub(crate) trait Aid: Sized {
    /// Its name in warnings.
    const NAME: &str;

    /// Reads it from a segment; `None` when that has none.
    fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> impl Future<Output = Result<Option<Self>, lake::Error>> + Send;

    /// Bytes held in memory.
    fn memory_bytes(&self) -> usize;
}

impl Aid for SegmentIndex {
    const NAME: &str = "index";

    async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<SegmentIndex>, lake::Error> {
        SegmentIndex::load(store, segment).await
    }

    fn memory_bytes(&self) -> usize {
        SegmentIndex::memory_bytes(self)
    }
}

/// The small counts of a segment's records, see [`lake::load_rollups`].
pub(crate) struct Rollup {
    pub(crate) hours: Option<RecordBatch>,
    pub(crate) severities: Option<RecordBatch>,
}

impl Aid for Rollup {
    const NAME: &str = "rollup";

    async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<Rollup>, lake::Error> {
        let [hours, severities] = lake::load_rollups(store, segment, [Cuboid::Hours, Cuboid::Severities]).await?;
        Ok(Some(Rollup { hours, severities }))
    }

    fn memory_bytes(&self) -> usize {
        [&self.hours, &self.severities].into_iter().flatten().map(RecordBatch::get_array_memory_size).sum()
    }
}

/// The counts of a segment's records by minute and source, which take more room.
pub(crate) struct MinuteRollup(pub(crate) RecordBatch);

impl Aid for MinuteRollup {
    const NAME: &str = "rollup by minute";

    async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<MinuteRollup>, lake::Error> {
        let [minutes] = lake::load_rollups(store, segment, [Cuboid::Minutes]).await?;
        Ok(minutes.map(MinuteRollup))
    }

    fn memory_bytes(&self) -> usize {
        self.0.get_array_memory_size()
    }
}

impl Aid for WordCounts {
    const NAME: &str = "counts of words";

    async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<WordCounts>, lake::Error> {
        WordCounts::load(store, segment).await
    }

    fn memory_bytes(&self) -> usize {
        WordCounts::memory_bytes(self)
    }
}

/// The aids of segments that were needed lately, up to a number of bytes. Segments never change, so nothing in here can
/// be out of date.
pub(crate) struct AidCache<T> {
    limit_bytes: usize,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    entries: HashMap<String, Entry<T>>,
    bytes: usize,
    /// Counts uses; the entry with the smallest was not used for longest.
    clock: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept { entries: HashMap::new(), bytes: 0, clock: 0 }
    }
}

struct Entry<T> {
    /// `None`: the segment has none, which is worth knowing too.
    aid: Option<Arc<T>>,
    bytes: usize,
    used: u64,
}

impl<T: Aid> AidCache<T> {
    pub(crate) fn new(limit_bytes: usize) -> AidCache<T> {
        AidCache { limit_bytes, kept: Mutex::default() }
    }

    /// The aid of a segment, and how many bytes were read for it. `None` when it has none, or none that can be read: it
    /// only saves work, so a damaged one must not cost the answer (`check` finds and names it).
    pub(super) async fn get(&self, table: &str, store: &Arc<dyn ObjectStore>, segment: &Segment) -> (Option<Arc<T>>, usize) {
        let key = format!("{table}/{}#{}#{}", segment.path, segment.size_bytes, segment.modified.as_micros());
        if let Some(known) = self.kept.lock().touch(&key) {
            return (known, 0);
        }
        let aid = match T::load(store, segment).await {
            Ok(aid) => aid.map(Arc::new),
            Err(error) => {
                let aid = T::NAME;
                tracing::warn!(segment = %segment.path, aid, %error, "what a segment carries to save its reading cannot be read; reading its rows");
                return (None, 0);
            }
        };
        let bytes = aid.as_ref().map_or(0, |aid| aid.memory_bytes());
        self.kept.lock().insert(key, aid.clone(), bytes + ENTRY_BYTES, self.limit_bytes);
        (aid, bytes)
    }
}

impl<T> Kept<T> {
    fn touch(&mut self, key: &str) -> Option<Option<Arc<T>>> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.aid.clone())
    }

    fn insert(&mut self, key: String, aid: Option<Arc<T>>, bytes: usize, limit_bytes: usize) {
        if bytes > limit_bytes {
            return;
        }
        self.clock += 1;
        if let Some(replaced) = self.entries.insert(key, Entry { aid, bytes, used: self.clock }) {
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
        let mut kept = Kept::<SegmentIndex>::default();
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
