use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use record::{BatchBuilder, NameId};

use crate::places::{Role, role_of};

/// Index of a key in [`Keys`].
pub(crate) type KeyId = u32;

/// No key: what the outermost object lies under, and what comes before its first key.
pub(crate) const ROOT: KeyId = 0;

/// A dotted name that was seen in this body, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    start: u32,
    len: u32,
    /// The fixed place it stands for, if it stands for one.
    pub(crate) role: Option<Role>,
    name: Option<NameId>,
    /// The record that had it last.
    seen_in: u32,
    /// How often that record had it.
    times: u32,
    /// Unlike its id, never given to another key.
    serial: u32,
    /// How the key was written last, with all that stands between the value before and its own value: `,"level":`.
    /// Logs repeat their shape, so the next record most likely has the same bytes there.
    pub(crate) lead: Lead,
    /// Which keys came after it, the latest first.
    pub(crate) followers: [KeyId; 2],
}

impl Key {
    fn new(start: u32, name: &str, role: Option<Role>, serial: u32) -> Key {
        let len = name.len() as u32;
        Key { start, len, role, name: None, seen_in: 0, times: 0, serial, lead: Lead::default(), followers: [ROOT; 2] }
    }
}

/// Bytes of the body, and where they are allowed to stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lead {
    pub(crate) start: u32,
    pub(crate) len: u32,
    /// Where it was found, as [`Keys::frame`] tells; with [`FIRST`] when it was the first key there, which has no
    /// comma before it.
    pub(crate) frame: u64,
}

/// Marks the frame of an object's first key.
pub(crate) const FIRST: u64 = 1 << 32;

/// Every key of the body, each looked up by its text once a shape and no longer once a record.
#[derive(Debug)]
pub(crate) struct Keys {
    keys: Vec<Key>,
    text: String,
    ids: HashTable<KeyId>,
    hasher: DefaultHashBuilder,
    record: u32,
    serial: u32,
    /// Lengths of `keys` and `text` when the last record was settled: a record that goes takes its keys along.
    settled: (usize, usize),
    /// Keys that got their name in the record being read; if it goes, the batch forgets the names.
    named: Vec<KeyId>,
}

impl Keys {
    pub(crate) fn new() -> Keys {
        Keys {
            keys: vec![Key::new(0, "", None, 0)],
            text: String::new(),
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            record: 0,
            serial: 0,
            settled: (1, 0),
            named: Vec::new(),
        }
    }

    /// The id of a dotted name, `None` when there are `keys_max` others already.
    pub(crate) fn id(&mut self, name: &str, keys_max: usize) -> Option<KeyId> {
        let hash = self.hasher.hash_one(name.as_bytes());
        let (keys, text) = (&self.keys, &self.text);
        let name_of = |id: KeyId| name_in(keys, text, id);
        if let Some(&id) = self.ids.find(hash, |&id| name_of(id) == name) {
            return Some(id);
        }
        if keys.len() > keys_max {
            return None;
        }
        let id = keys.len() as KeyId;
        let hasher = &self.hasher;
        self.ids.insert_unique(hash, id, |&id| hasher.hash_one(name_of(id).as_bytes()));
        let start = self.text.len() as u32;
        self.text.push_str(name);
        self.serial += 1;
        self.keys.push(Key::new(start, name, role_of(name), self.serial));
        Some(id)
    }

    /// What is known of a key; `None` when it went with its record.
    #[inline]
    pub(crate) fn get(&self, id: KeyId) -> Option<&Key> {
        self.keys.get(id as usize)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: KeyId) -> &mut Key {
        &mut self.keys[id as usize]
    }

    /// The inside of the object that lies under a key.
    #[inline]
    pub(crate) fn frame(&self, id: KeyId) -> u64 {
        u64::from(self.keys[id as usize].serial)
    }

    /// The dotted name.
    pub(crate) fn name(&self, id: KeyId) -> &str {
        name_in(&self.keys, &self.text, id)
    }

    /// The key of a name, if it is one of those that came after `last` before: found without a hash.
    #[inline]
    pub(crate) fn guess(&self, last: KeyId, name: &[u8]) -> Option<KeyId> {
        let followers = self.keys.get(last as usize)?.followers;
        let known = |id: KeyId| {
            self.keys.get(id as usize).is_some_and(|key| {
                let start = key.start as usize;
                same_bytes(name, &self.text.as_bytes()[start..start + key.len as usize])
            })
        };
        followers.into_iter().find(|&id| id != ROOT && known(id))
    }

    /// Notes which key came after `last`, for the next guess.
    pub(crate) fn follow(&mut self, last: KeyId, id: KeyId) {
        let followers = &mut self.keys[last as usize].followers;
        if followers[0] != id {
            *followers = [id, followers[0]];
        }
    }

    /// Notes that the record has the key. `false` when it had it before.
    #[inline]
    pub(crate) fn mark(&mut self, id: KeyId) -> bool {
        let record = self.record;
        let key = &mut self.keys[id as usize];
        let is_new = key.seen_in != record;
        key.seen_in = record;
        if is_new {
            key.times = 1;
        }
        is_new
    }

    /// Counts that the record has a key, which it had before, once more. Returns how often it has it now.
    pub(crate) fn mark_again(&mut self, id: KeyId) -> u32 {
        let key = &mut self.keys[id as usize];
        key.times += 1;
        key.times
    }

    /// The key's name in the batch.
    #[inline]
    pub(crate) fn name_id(&mut self, id: KeyId, batch: &mut BatchBuilder) -> NameId {
        match self.keys[id as usize].name {
            Some(name) => name,
            None => self.name_now(id, batch),
        }
    }

    #[cold]
    fn name_now(&mut self, id: KeyId, batch: &mut BatchBuilder) -> NameId {
        let name = batch.name(name_in(&self.keys, &self.text, id));
        self.keys[id as usize].name = Some(name);
        self.named.push(id);
        name
    }

    /// Begins a record.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.record += 1;
    }

    /// The record stays.
    #[inline]
    pub(crate) fn settle(&mut self) {
        self.settled = (self.keys.len(), self.text.len());
        self.named.clear();
    }

    /// The record goes.
    pub(crate) fn abandon(&mut self) {
        for id in self.named.drain(..) {
            self.keys[id as usize].name = None;
        }
        for id in self.settled.0..self.keys.len() {
            let hash = self.hasher.hash_one(name_in(&self.keys, &self.text, id as KeyId).as_bytes());
            if let Ok(entry) = self.ids.find_entry(hash, |&other| other as usize == id) {
                entry.remove();
            }
        }
        self.keys.truncate(self.settled.0);
        self.text.truncate(self.settled.1);
    }
}

/// `a == b`, quicker for the few bytes that keys have: two overlapping words cover up to sixteen.
#[inline(always)]
pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some(a_first), Some(b_first)) = (a.first_chunk::<8>(), b.first_chunk::<8>())
        && let (Some(a_last), Some(b_last)) = (a.last_chunk::<8>(), b.last_chunk::<8>())
    {
        return a_first == b_first && a_last == b_last && (a.len() <= 16 || a == b);
    }
    a == b
}

fn name_in<'t>(keys: &[Key], text: &'t str, id: KeyId) -> &'t str {
    let key = &keys[id as usize];
    &text[key.start as usize..][..key.len as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Batch, Tenant, Timestamp};

    #[test]
    fn a_record_that_goes_takes_its_keys_along() {
        let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(1));
        let mut keys = Keys::new();
        keys.begin();
        let kept = keys.id("kept", 9).expect("room");
        keys.settle();
        keys.begin();
        let gone = keys.id("gone", 9).expect("room");
        assert_eq!((keys.name_id(kept, &mut batch), keys.name_id(gone, &mut batch)), (NameId(0), NameId(1)));
        keys.abandon();
        batch.abandon_record();
        assert!(keys.get(gone).is_none());
        let other = keys.id("other", 9).expect("room");
        assert_eq!((keys.id("kept", 9), other), (Some(kept), gone));
        assert_eq!((keys.name_id(other, &mut batch), keys.name_id(kept, &mut batch)), (NameId(0), NameId(1)));
    }

    #[test]
    fn a_name_is_guessed_from_the_one_before() {
        let mut keys = Keys::new();
        keys.begin();
        let names = ["a", "eight_by", "a_name_of_more_than_sixteen_bytes"];
        let ids = names.map(|name| keys.id(name, 9).expect("room"));
        for (last, id) in [(ROOT, ids[0]), (ids[0], ids[1]), (ids[0], ids[2])] {
            keys.follow(last, id);
        }
        assert_eq!(keys.guess(ROOT, b"a"), Some(ids[0]));
        assert_eq!(keys.guess(ids[0], names[1].as_bytes()), Some(ids[1]));
        assert_eq!(keys.guess(ids[0], names[2].as_bytes()), Some(ids[2]));
        for stranger in ["", "b", "eight_bz", "eight_b", "a_name_of_more_thaN_sixteen_bytes"] {
            assert_eq!(keys.guess(ids[0], stranger.as_bytes()), None, "{stranger}");
        }
        assert_eq!(keys.guess(ids[1], b"a"), None);
        keys.abandon();
        assert_eq!((keys.guess(ROOT, b"a"), keys.guess(ids[0], b"a")), (None, None), "the keys went with their record");
    }

    #[test]
    fn a_key_is_marked_once_a_record_and_there_is_an_end() {
        let mut keys = Keys::new();
        keys.begin();
        let key = keys.id("a", 1).expect("room");
        assert_eq!((keys.mark(key), keys.mark(key), keys.id("b", 1), keys.id("a", 1)), (true, false, None, Some(key)));
        keys.begin();
        assert!(keys.mark(key));
    }
}
