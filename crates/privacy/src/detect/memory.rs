use crate::values::{self, Recall, Sentences};

/// How many names before `=` and `:`, and how many sentences before numbers, are remembered: more than most sources write,
/// and little enough to stay in the nearest cache.
const SLOTS: usize = 256;

/// What was read before in texts of the same batch, so that what a thousand lines share is read once. All of it is compared
/// whole before it counts, and none of it says anything about a value: values are always looked at.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Of the text that is read now.
    pub(super) words: values::Memory,
    pub(super) sentences: Sentences,
    /// What names promise, by their ends.
    pub(super) promises: Recall<16, (bool, bool)>,
}

impl Memory {
    /// For many texts.
    pub(crate) fn of_batch() -> Memory {
        Memory { sentences: Sentences::with_slots(SLOTS), promises: Recall::with_slots(SLOTS), ..Memory::of_text() }
    }

    /// For one text: little comes again in it.
    pub(crate) fn of_text() -> Memory {
        Memory { words: values::Memory::default(), sentences: Sentences::default(), promises: Recall::default() }
    }
}
