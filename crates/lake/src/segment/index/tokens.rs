use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use hashbrown::{HashMap, HashTable};

use super::super::filter::Filter;
use super::super::word_counts::{WordCounter, WordCounts};
use super::words::is_left_out;
use super::{Constant, INDEXED, PAGE_GROUP_ROWS, WordIndex};
use crate::columns::{MESSAGE, PATTERN_ID};

/// Words remembered from just before. Most words of a log are among some hundred; this much fits the first-level cache.
const RECENT: usize = 2048;

/// Patterns of a segment whose constant words are kept apart. The words of others go the way of those in variables, so who
/// makes up a new pattern with every message fills nothing.
const PATTERNS_MAX: usize = 32 << 10;

/// Bytes of constant text of all these patterns, and of one of them.
const TEXT_BYTES_MAX: usize = 4 << 20;
const ONE_TEXT_BYTES_MAX: usize = 4 << 10;

/// Constant words that are kept, and bytes of one of them.
const WORDS_MAX: usize = 32 << 10;
const WORD_BYTES_MAX: usize = 64;

/// Ends each constant part of a pattern: no byte of UTF-8.
const PART_END: u8 = 0xff;

/// Collects the words of a segment while it is written.
#[derive(Default)]
pub(in crate::segment) struct Tokens {
    seen: Seen,
    filters: Vec<Filter>,
    /// Rows in the page group that is open.
    rows: usize,
    places: HashMap<i64, usize>,
    patterns: Vec<Known>,
    text_bytes: usize,
    constant: Vocabulary,
    counter: WordCounter,
    variables: Vec<Range<usize>>,
    /// Number of the record at hand, and whether the words that its pattern tells are marked with it.
    record: u64,
    is_told: bool,
}

/// A pattern that occurred.
struct Known {
    /// Its constant text, each part ended by [`PART_END`].
    text: Vec<u8>,
    /// Its constant words, as places in the vocabulary.
    words: Vec<usize>,
    /// The page group in which it was seen last.
    group: usize,
}

/// Constant words.
#[derive(Default)]
struct Vocabulary {
    /// Places in `words`, by hash.
    places: HashTable<usize>,
    /// A bit for each of the last bits of a hash: whether a word has them. Few words of variables do, and these are many.
    bits: Bits,
    words: Vec<Word>,
}

/// [`Vocabulary::bits`], small enough for the first-level cache.
struct Bits([u64; 1024]);

impl Default for Bits {
    fn default() -> Bits {
        Bits([0; 1024])
    }
}

impl Bits {
    fn place(hash: u64) -> (usize, u32) {
        (hash as usize % 1024, (hash >> 10) as u32 % u64::BITS)
    }

    fn set(&mut self, hash: u64) {
        let (word, bit) = Bits::place(hash);
        self.0[word] |= 1 << bit;
    }

    fn has(&self, hash: u64) -> bool {
        let (word, bit) = Bits::place(hash);
        self.0[word] >> bit & 1 != 0
    }
}

struct Word {
    /// Folded.
    text: Box<str>,
    hash: u64,
    /// One bit for each page group: whether it stands there.
    present: Vec<u8>,
    /// Whether it was known before the first record in which it stands.
    is_countable: bool,
    /// The last record for which it was counted, by itself or by the pattern.
    record: u64,
}

/// Distinct words, as hashes.
struct Seen {
    hashes: HashTable<u64>,
    /// By the last bits of the hash, the word that last had them: spares most look-ups in the large table.
    recent: Vec<u64>,
    /// Room for a text without its case.
    folded: String,
}

/// Hash of a folded word. Part of the file format: it must never change.
pub(in crate::segment) fn hash_of(folded: &str) -> u64 {
    rapidhash::v3::rapidhash_v3(folded.as_bytes())
}

impl Tokens {
    /// Adds the words of these rows of `logs`.
    pub(in crate::segment) fn add(&mut self, rows: &RecordBatch) {
        let mut at = 0;
        while at < rows.num_rows() {
            let len = (rows.num_rows() - at).min(PAGE_GROUP_ROWS - self.rows);
            self.add_in_page_group(&rows.slice(at, len));
            at += len;
            self.rows += len;
            if self.rows == PAGE_GROUP_ROWS {
                self.end_page_group();
            }
        }
    }

    /// A row group ends here, and with it its last page group.
    pub(in crate::segment) fn end_row_group(&mut self) {
        if self.rows > 0 {
            self.end_page_group();
        }
    }

    /// The words of the segment, and in how many records they stand, if that was counted.
    pub(in crate::segment) fn finish(self) -> Result<(WordIndex, Option<WordCounts>), ArrowError> {
        let order = self.constant.order();
        let words_of = |pattern: usize| &*self.patterns[pattern].words;
        let counts = self.counter.finish(&order, words_of, |word| self.constant.words[word].is_countable)?;
        let constant = self.constant.finish(&order, self.filters.len());
        Ok((WordIndex { constant, filters: self.filters }, counts))
    }

    fn end_page_group(&mut self) {
        self.filters.push(self.seen.take());
        self.rows = 0;
    }

    fn add_in_page_group(&mut self, rows: &RecordBatch) {
        let texts = |name: &str| rows.column_by_name(name).map(ArrayRef::as_string_view);
        if let Some(messages) = texts(MESSAGE) {
            let cells = self.counter.cells_of(rows);
            self.add_messages(messages, rows.column_by_name(PATTERN_ID), cells.as_deref());
        }
        for column in INDEXED.into_iter().filter(|column| *column != MESSAGE).filter_map(texts) {
            if column.null_count() < column.len() {
                column.iter().flatten().for_each(|text| self.seen.add(text, |_, _| ()));
            }
        }
    }

    fn add_messages(&mut self, messages: &StringViewArray, patterns: Option<&ArrayRef>, cells: Option<&[u32]>) {
        let patterns = patterns.and_then(|patterns| patterns.as_primitive_opt::<Int64Type>());
        for row in (0..messages.len()).filter(|&row| messages.is_valid(row)) {
            let pattern = patterns.filter(|patterns| patterns.is_valid(row)).map(|patterns| patterns.value(row));
            self.add_message(messages.value(row), pattern, cells.map(|cells| cells[row]));
        }
    }

    fn add_message(&mut self, message: &str, pattern: Option<i64>, cell: Option<u32>) {
        (self.record, self.is_told) = (self.record + 1, false);
        // Outside of ASCII a variable may begin or end in a character of no word, so that it depends on the message, and
        // not on its pattern, which words a variable is part of.
        if !message.is_ascii() {
            return self.add_words(message, None, cell);
        }
        self.variables.clear();
        pattern::variables(message, |variable| self.variables.push(variable));
        let Some(place) = pattern.and_then(|id| self.place_of(id, message)) else {
            return self.add_words(message, None, cell);
        };
        let (known, group) = (&mut self.patterns[place], self.filters.len());
        if known.group != group {
            known.group = group;
            known.words.iter().for_each(|&word| self.constant.mark(word, group));
        }
        if let Some(cell) = cell {
            self.counter.pattern(cell, place);
        }
        let variables = std::mem::take(&mut self.variables);
        for stretch in WithVariables::new(message, &variables) {
            self.add_words(&message[stretch], Some(place), cell);
        }
        self.variables = variables;
    }

    /// Adds words of a record. Those that its pattern tells are counted by that, and no word is counted twice.
    fn add_words(&mut self, text: &str, pattern: Option<usize>, cell: Option<u32>) {
        let Tokens { seen, constant, counter, patterns, record, is_told, .. } = self;
        seen.add(text, |word, hash| {
            let Some((cell, place)) = cell.zip(constant.find(word, hash)) else { return };
            if let Some(pattern) = pattern.filter(|_| !*is_told) {
                patterns[pattern].words.iter().for_each(|&word| constant.words[word].record = *record);
                *is_told = true;
            }
            if constant.words[place].record != *record {
                constant.words[place].record = *record;
                counter.word(cell, place);
            }
        });
    }

    /// The place of a message's pattern; `None` when its words are not kept apart.
    fn place_of(&mut self, id: i64, message: &str) -> Option<usize> {
        let parts = Parts::new(message, &self.variables);
        if let Some(&place) = self.places.get(&id) {
            // Two patterns may have the same id, if somebody is out for it.
            return parts.are(&self.patterns[place].text).then_some(place);
        }
        let bytes = message.len();
        let room = self.patterns.len() < PATTERNS_MAX && self.text_bytes + bytes <= TEXT_BYTES_MAX && bytes <= ONE_TEXT_BYTES_MAX;
        if !room {
            return None;
        }
        let mut words = Vec::new();
        for word in constant_words(message, &self.variables) {
            let place = self.constant.place_of(word, |hash| self.seen.has(hash) || may_be_in(&self.filters, hash))?;
            if !words.contains(&place) {
                words.push(place);
            }
        }
        let text: Vec<u8> = parts.flat_map(|part| part.bytes().chain([PART_END])).collect();
        self.text_bytes += text.len();
        self.places.insert(id, self.patterns.len());
        self.patterns.push(Known { text, words, group: usize::MAX });
        Some(self.patterns.len() - 1)
    }
}

/// Whether one of these filters may hold a word.
fn may_be_in(filters: &[Filter], hash: u64) -> bool {
    filters.iter().any(|filter| filter.may_contain(hash))
}

impl Vocabulary {
    /// The place of a folded word that is known.
    fn find(&self, folded: &str, hash: u64) -> Option<usize> {
        if !self.bits.has(hash) {
            return None;
        }
        self.places.find(hash, |&place| *self.words[place].text == *folded).copied()
    }

    /// The place of a word in ASCII, known or new; `None` when there is no room for it. `was_there` says of a hash whether
    /// its word may stand in earlier records.
    fn place_of(&mut self, word: &str, was_there: impl Fn(u64) -> bool) -> Option<usize> {
        if word.len() > WORD_BYTES_MAX {
            return None;
        }
        let folded = word.to_ascii_lowercase();
        let hash = hash_of(&folded);
        if let Some(place) = self.find(&folded, hash) {
            return Some(place);
        }
        let place = self.words.len();
        if place == WORDS_MAX {
            return None;
        }
        let is_countable = !is_left_out(&folded) && !was_there(hash);
        self.words.push(Word { text: folded.into(), hash, present: Vec::new(), is_countable, record: 0 });
        self.bits.set(hash);
        self.places.insert_unique(hash, place, |&place| self.words[place].hash);
        Some(place)
    }

    /// The word stands in this page group.
    fn mark(&mut self, place: usize, group: usize) {
        let bits = &mut self.words[place].present;
        if bits.len() <= group / 8 {
            bits.resize(group / 8 + 1, 0);
        }
        bits[group / 8] |= 1 << (group % 8);
    }

    /// The places of all words that stand somewhere, in the order of their bytes.
    fn order(&self) -> Vec<usize> {
        // Words of a pattern that was then refused stand nowhere.
        let mut order: Vec<usize> = (0..self.words.len()).filter(|&place| !self.words[place].present.is_empty()).collect();
        order.sort_unstable_by_key(|&place| &self.words[place].text);
        order
    }

    /// These words, over so many page groups.
    fn finish(self, order: &[usize], groups: usize) -> Constant {
        let words = order.iter().map(|&place| {
            let word = &self.words[place];
            let mut bits = word.present.clone();
            bits.resize(groups.div_ceil(8), 0);
            (&*word.text, bits)
        });
        Constant::new(words)
    }
}

impl Seen {
    /// Adds the words of a text. `each` is told them, folded, with their hashes.
    fn add(&mut self, text: &str, mut each: impl FnMut(&str, u64)) {
        let mut lower = std::mem::take(&mut self.folded);
        lower.clear();
        if text.is_ascii() {
            // Case is put away for all words at once.
            record::fold(text, &mut lower);
            record::words(&lower).for_each(|word| self.add_word(word, &mut each));
        } else {
            for word in record::words(text) {
                lower.clear();
                record::fold(word, &mut lower);
                self.add_word(&lower, &mut each);
            }
        }
        self.folded = lower;
    }

    fn add_word(&mut self, folded: &str, each: &mut impl FnMut(&str, u64)) {
        if is_left_out(folded) {
            return;
        }
        let hash = hash_of(folded);
        each(folded, hash);
        let recent = &mut self.recent[hash as usize % RECENT];
        if *recent != hash {
            *recent = hash;
            // The hash is its own hash: its bits are mixed well enough for a table.
            self.hashes.entry(hash, |&known| known == hash, |&known| known).or_insert(hash);
        }
    }

    /// Whether a word of this hash was added since the last filter.
    fn has(&self, hash: u64) -> bool {
        self.hashes.find(hash, |&known| known == hash).is_some()
    }

    /// The filter of what was seen; then nothing is.
    fn take(&mut self) -> Filter {
        let hashes: Vec<u64> = self.hashes.iter().copied().collect();
        self.hashes.clear();
        self.forget_recent();
        Filter::of(&hashes)
    }

    /// Fills every place with a hash that does not belong there, so that it is nobody's.
    fn forget_recent(&mut self) {
        self.recent.fill(0);
        self.recent[0] = 1;
    }
}

impl Default for Seen {
    fn default() -> Seen {
        let mut seen = Seen { hashes: HashTable::new(), recent: vec![0; RECENT], folded: String::new() };
        seen.forget_recent();
        seen
    }
}

/// The constant parts of a message: before, between and behind its variables.
struct Parts<'a> {
    message: &'a str,
    variables: std::slice::Iter<'a, Range<usize>>,
    /// Where the next part begins; `None` after the last.
    at: Option<usize>,
}

impl<'a> Parts<'a> {
    fn new(message: &'a str, variables: &'a [Range<usize>]) -> Parts<'a> {
        Parts { message, variables: variables.iter(), at: Some(0) }
    }

    /// Whether they are these, each ended by [`PART_END`].
    fn are(self, mut constant: &[u8]) -> bool {
        for part in self {
            match constant.strip_prefix(part.as_bytes()).and_then(|rest| rest.strip_prefix(&[PART_END])) {
                Some(rest) => constant = rest,
                None => return false,
            }
        }
        constant.is_empty()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = self.at?;
        let variable = self.variables.next();
        self.at = variable.map(|variable| variable.end);
        Some(&self.message[start..variable.map_or(self.message.len(), |variable| variable.start)])
    }
}

/// Stretches of a message in ASCII that are whole words, all those that a variable is part of and no others.
struct WithVariables<'a> {
    message: &'a [u8],
    variables: std::slice::Iter<'a, Range<usize>>,
    at: usize,
}

impl<'a> WithVariables<'a> {
    fn new(message: &'a str, variables: &'a [Range<usize>]) -> WithVariables<'a> {
        WithVariables { message: message.as_bytes(), variables: variables.iter(), at: 0 }
    }
}

impl Iterator for WithVariables<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        // A variable may end within the words of the one before it.
        let variable = self.variables.find(|variable| variable.end > self.at)?;
        let before = &self.message[self.at..variable.start.max(self.at)];
        let start = self.at + before.len() - before.iter().rev().take_while(is_word).count();
        let end = variable.end + self.message[variable.end..].iter().take_while(is_word).count();
        self.at = end;
        Some(start..end)
    }
}

/// The constant words of a message in ASCII.
fn constant_words<'a>(message: &'a str, variables: &'a [Range<usize>]) -> impl Iterator<Item = &'a str> {
    let ends = WithVariables::new(message, variables).map(Some).chain([None]);
    let between = ends.scan(0, |at, place| {
        let part = &message[*at..place.as_ref().map_or(message.len(), |place| place.start)];
        *at = place.map_or(message.len(), |place| place.end);
        Some(part)
    });
    between.flat_map(record::words)
}
