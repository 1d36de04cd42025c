use super::address::Street;
use super::person::NameWord;

/// Words that were read last, by place and by where the text ends, so that a row of capitalised words costs each of them
/// once: a name or a street is read several words ahead, and the next one begins a word later.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(super) names: Recent<NameWord, 8>,
    pub(super) streets: Recent<Street, 16>,
}

impl Memory {
    pub(crate) const fn new() -> Memory {
        Memory { names: Recent::new(), streets: Recent::new() }
    }
}

/// What stood at some places; nothing, too, is remembered. More slots than words are read ahead.
#[derive(Debug)]
pub(super) struct Recent<T, const SLOTS: usize> {
    slots: [Option<Slot<T>>; SLOTS],
    next: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot<T> {
    at: usize,
    end: usize,
    read: Option<T>,
}

impl<T: Copy, const SLOTS: usize> Recent<T, SLOTS> {
    const fn new() -> Recent<T, SLOTS> {
        Recent { slots: [const { None }; SLOTS], next: 0 }
    }

    /// What stands at a place of a text that ends at `end`.
    pub(super) fn read(&mut self, at: usize, end: usize, read: impl FnOnce() -> Option<T>) -> Option<T> {
        if let Some(slot) = self.slots.iter().flatten().find(|slot| slot.at == at && slot.end == end) {
            return slot.read;
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
