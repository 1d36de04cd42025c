use std::cell::RefCell;

use super::address::Street;
use super::context::Context;
use super::person::NameWord;

/// Words that were read last, by place and by where the text ends, so that a row of capitalised words costs each of them
/// once: a name or a street is read several words ahead, and the next one begins a word later.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) names: Recent<NameWord, 8>,
    pub(super) streets: Recent<Street, 16>,
}

impl Memory {
    /// How many words were read as parts of names and streets.
    #[cfg(test)]
    pub(crate) fn reads(&self) -> usize {
        self.names.reads + self.streets.reads
    }

    /// Before another text is read.
    pub(crate) fn forget(&mut self) {
        self.names.slots.fill(None);
        self.streets.slots.fill(None);
    }
}

/// What the words before a number say, by these words: most logs write a few hundred sentences again and again.
#[derive(Debug, Default)]
pub(crate) struct Sentences(RefCell<Recall<48, Context>>);

impl Sentences {
    /// Remembers so many sentences.
    pub(crate) fn with_slots(slots: usize) -> Sentences {
        Sentences(RefCell::new(Recall::with_slots(slots)))
    }

    /// What these words say, of which all digits count as one.
    pub(super) fn get(&self, words: &[u8], read: impl FnOnce() -> Context) -> Context {
        let mut plain = [0; 48];
        let Some(plain) = plain.get_mut(..words.len()) else { return read() };
        plain.iter_mut().zip(words).for_each(|(plain, &byte)| *plain = if byte.is_ascii_digit() { b'0' } else { byte });
        self.0.borrow_mut().get(plain, read)
    }
}

/// What short texts mean, by the texts themselves, which are compared whole: a chance or made collision changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Recall<const LEN: usize, T> {
    /// A power of two, or none: then nothing is remembered.
    slots: Vec<Option<Known<LEN, T>>>,
}

#[derive(Debug, Clone, Copy)]
struct Known<const LEN: usize, T> {
    text: [u8; LEN],
    len: u8,
    meaning: T,
}

impl<const LEN: usize, T: Copy> Recall<LEN, T> {
    /// Remembers so many texts, at most of `LEN` bytes. `LEN` is a multiple of eight.
    pub(crate) fn with_slots(slots: usize) -> Recall<LEN, T> {
        Recall { slots: vec![None; slots.next_power_of_two()] }
    }

    /// What a text means.
    pub(crate) fn get(&mut self, text: &[u8], read: impl FnOnce() -> T) -> T {
        if self.slots.is_empty() || text.len() > LEN {
            return read();
        }
        let mut padded = [0; LEN];
        padded[..text.len()].copy_from_slice(text);
        let mix = |hash: u64, eight: &[u8]| {
            (hash ^ eight.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        };
        let hash = padded.chunks_exact(8).take(text.len().div_ceil(8)).fold(text.len() as u64, mix);
        let slot = hash as usize & (self.slots.len() - 1);
        match &self.slots[slot] {
            Some(known) if usize::from(known.len) == text.len() && known.text == padded => known.meaning,
            _ => {
                let meaning = read();
                self.slots[slot] = Some(Known { text: padded, len: text.len() as u8, meaning });
                meaning
            }
        }
    }
}

/// What stood at some places; nothing, too, is remembered. More slots than words are read ahead.
#[derive(Debug)]
pub(super) struct Recent<T, const SLOTS: usize> {
    slots: [Option<Slot<T>>; SLOTS],
    next: usize,
    /// How often a word was read that was not remembered.
    #[cfg(test)]
    reads: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot<T> {
    at: usize,
    end: usize,
    read: Option<T>,
}

impl<T, const SLOTS: usize> Default for Recent<T, SLOTS> {
    fn default() -> Recent<T, SLOTS> {
        Recent {
            slots: [const { None }; SLOTS],
            next: 0,
            #[cfg(test)]
            reads: 0,
        }
    }
}

impl<T: Copy, const SLOTS: usize> Recent<T, SLOTS> {
    /// What stands at a place of a text that ends at `end`.
    pub(super) fn read(&mut self, at: usize, end: usize, read: impl FnOnce() -> Option<T>) -> Option<T> {
        if let Some(slot) = self.slots.iter().flatten().find(|slot| slot.at == at && slot.end == end) {
            return slot.read;
        }
        #[cfg(test)]
        {
            self.reads += 1;
        }
        let read = read();
        self.slots[self.next] = Some(Slot { at, end, read });
        self.next = (self.next + 1) % SLOTS;
        read
    }

    /// What became of it since.
    pub(super) fn keep(&mut self, at: usize, end: usize, read: T) {
        if let Some(slot) = self.slots.iter_mut().flatten().find(|slot| slot.at == at && slot.end == end) {
            slot.read = Some(read);
        }
    }
}
