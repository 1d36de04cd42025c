use std::ops::RangeInclusive;
use std::time::Duration;

use hashbrown::HashTable;

use crate::{Severity, Tenant, Timestamp};

mod left_out;

pub use left_out::{LeftOut, LeftOutBy};

/// A piece of text inside a [`Batch`]'s arena. [`Span::ABSENT`] is "there is none", which is not the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte, counted from the start of the arena.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

impl Span {
    /// No text at all.
    pub const ABSENT: Span = Span { start: u32::MAX, len: 0 };

    /// Whether there is no text (an empty text is there).
    #[inline]
    pub fn is_absent(self) -> bool {
        self.start == u32::MAX
    }

    /// Whether there is text, be it empty.
    #[inline]
    pub fn is_present(self) -> bool {
        !self.is_absent()
    }
}

/// Index of a field name in its batch. The same name has one id in a batch, and another in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// The value of an attribute. A null is not stored: the field is absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Text.
    Text(Span),
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// An array, as compact JSON text. (Objects are flattened into dotted names, so they never stand here
    /// unless empty or deeper than the decoder flattens.)
    Json(Span),
}

/// One attribute of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// What it is called, dotted for nested objects (`http.status_code`).
    pub name: NameId,
    /// What it holds.
    pub value: Value,
}

/// Where a record's timestamp comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum TimeOrigin {
    /// The sender wrote it.
    #[default]
    Event = 0,
    /// The record had none that could be read: it is the time of receipt.
    Received = 1,
    /// The sender's lies too far from now to be an index key: it is the time of receipt, and the sender's
    /// own text is kept as the attribute `timestamp_original`.
    Anomalous = 2,
}

/// Where the text of a time goes that is none, or none to believe.
pub const TIMESTAMP_ORIGINAL: &str = "timestamp_original";

/// How far before its receipt a record's time is believed: ten years, for archives that are read in late.
const AGE_MAX: Duration = Duration::from_secs(10 * 31_557_600);

/// How far after its receipt a record's time is believed: clocks of senders are that wrong, rarely more.
const AHEAD_MAX: Duration = Duration::from_secs(600);

/// Times that a record may have which came in at a time. Others would spread records over days of nobody's, each with files
/// of its own.
pub fn believable(received_at: Timestamp) -> RangeInclusive<Timestamp> {
    received_at.minus(AGE_MAX)..=received_at.plus(AHEAD_MAX)
}

/// Range of a record's attributes in its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordFields {
    /// Index of the first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// One log event. Its texts lie in the arena of its [`Batch`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// When it happened.
    pub timestamp: Timestamp,
    /// The nanoseconds below a microsecond, 0..=999.
    pub nanos: u16,
    /// Where `timestamp` comes from.
    pub origin: TimeOrigin,
    /// How serious; `None` when the sender did not say.
    pub severity: Option<Severity>,
    /// The service that wrote it.
    pub source: Span,
    /// The machine it ran on.
    pub host: Span,
    /// The text for people.
    pub message: Span,
    /// Trace it belongs to.
    pub trace_id: Span,
    /// Span of that trace.
    pub span_id: Span,
    /// Business transaction.
    pub transaction_id: Span,
    /// The application's own code for the failure.
    pub error_code: Span,
    /// All other attributes. Set by [`BatchBuilder::finish_record`].
    pub fields: RecordFields,
}

impl Record {
    /// A record that has only a time.
    pub fn at(timestamp: Timestamp) -> Record {
        Record {
            timestamp,
            nanos: 0,
            origin: TimeOrigin::Event,
            severity: None,
            source: Span::ABSENT,
            host: Span::ABSENT,
            message: Span::ABSENT,
            trace_id: Span::ABSENT,
            span_id: Span::ABSENT,
            transaction_id: Span::ABSENT,
            error_code: Span::ABSENT,
            fields: RecordFields::default(),
        }
    }

    /// The seven text places, in the order in which they are stored.
    #[inline]
    pub fn texts(&self) -> [Span; 7] {
        [self.source, self.host, self.message, self.trace_id, self.span_id, self.transaction_id, self.error_code]
    }

    /// The same seven, to be changed.
    pub fn texts_mut(&mut self) -> [&mut Span; 7] {
        [
            &mut self.source,
            &mut self.host,
            &mut self.message,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.transaction_id,
            &mut self.error_code,
        ]
    }
}

/// Why a piece of input could not become a record. It is kept in quarantine under this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum RejectReason {
    /// Not JSON (this includes `NaN`, half a line, and trailing text).
    InvalidJson = 0,
    /// JSON, but not an object.
    NotAnObject = 1,
    /// The same key twice in one object.
    DuplicateKey = 2,
    /// Nested deeper than the limit.
    TooDeep = 3,
    /// More fields than the limit.
    TooManyFields = 4,
    /// A field name longer than the limit.
    NameTooLong = 5,
    /// A text longer than the limit.
    TextTooLong = 6,
    /// A line that does not follow the format asked for.
    InvalidLine = 7,
}

impl RejectReason {
    /// Every reason, by its number.
    pub const ALL: [RejectReason; 8] = [
        RejectReason::InvalidJson,
        RejectReason::NotAnObject,
        RejectReason::DuplicateKey,
        RejectReason::TooDeep,
        RejectReason::TooManyFields,
        RejectReason::NameTooLong,
        RejectReason::TextTooLong,
        RejectReason::InvalidLine,
    ];

    /// The name in the quarantine table, in metrics and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            RejectReason::InvalidJson => "invalid_json",
            RejectReason::NotAnObject => "not_an_object",
            RejectReason::DuplicateKey => "duplicate_key",
            RejectReason::TooDeep => "too_deep",
            RejectReason::TooManyFields => "too_many_fields",
            RejectReason::NameTooLong => "name_too_long",
            RejectReason::TextTooLong => "text_too_long",
            RejectReason::InvalidLine => "invalid_line",
        }
    }
}

/// A piece of input that could not become a record. It is stored in quarantine and can be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: RejectReason,
    /// Line in the request, from 1 (for a JSON array: item, from 1).
    pub line: u64,
    /// Byte in the request at which reading failed, from 0.
    pub offset: u64,
    /// The input itself, bytes that are not UTF-8 replaced by U+FFFD.
    pub raw: Span,
    /// The service it came from, as far as the request says.
    pub source: Span,
}

/// The parts do not fit together: a span, name or field range points outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("batch is malformed: {0} out of range")]
pub struct Malformed(pub &'static str);

/// The open form of a [`Batch`], for whoever writes it down or reads it back.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The owner.
    pub tenant: Tenant,
    /// When the batch came in.
    pub received_at: Timestamp,
    /// Size in bytes of the input that the batch was decoded from, after decompression.
    pub wire_bytes: u64,
    /// How many faults in the input's text were mended with U+FFFD (bytes that are not UTF-8, lone surrogates).
    pub repaired: u64,
    /// All text.
    pub arena: String,
    /// Field names by [`NameId`].
    pub names: Vec<Span>,
    /// Records in order of arrival.
    pub records: Vec<Record>,
    /// Attributes of all records.
    pub fields: Vec<Field>,
    /// What could not become a record.
    pub rejected: Vec<Rejected>,
    /// What is not stored, though nothing was wrong with it.
    pub left_out: Vec<LeftOut>,
}

/// Records of one tenant that travel and are acknowledged together.
///
/// One arena holds all text; records and attributes are flat tables of spans into it, so that decoding allocates
/// per batch and not per record. Built by [`BatchBuilder`].
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    parts: Parts,
}

impl Batch {
    /// Starts a batch.
    pub fn builder(tenant: Tenant, received_at: Timestamp) -> BatchBuilder {
        BatchBuilder::new(tenant, received_at)
    }

    /// Checks that every span, name and range lies inside, on character boundaries.
    pub fn from_parts(parts: Parts) -> Result<Batch, Malformed> {
        let span = |span: Span| {
            let (start, end) = (span.start as usize, span.start as usize + span.len as usize);
            span.is_absent()
                || (parts.arena.is_char_boundary(start) && end <= parts.arena.len() && parts.arena.is_char_boundary(end))
        };
        let ensure = |holds: bool, what| if holds { Ok(()) } else { Err(Malformed(what)) };
        ensure(parts.names.iter().all(|&name| name.is_present() && span(name)), "a field name")?;
        ensure(parts.records.iter().all(|record| record.texts().into_iter().all(span)), "a record's text")?;
        ensure(parts.rejected.iter().all(|rejected| span(rejected.raw) && span(rejected.source)), "a rejected line")?;
        ensure(parts.left_out.iter().all(|left_out| span(left_out.source)), "a source of what was left out")?;
        let in_fields =
            |record: &Record| u64::from(record.fields.start) + u64::from(record.fields.len) <= parts.fields.len() as u64;
        ensure(parts.records.iter().all(in_fields), "a record's fields")?;
        let field = |field: &Field| {
            (field.name.0 as usize) < parts.names.len()
                && match field.value {
                    Value::Text(text) | Value::Json(text) => text.is_present() && span(text),
                    Value::Int(_) | Value::Float(_) | Value::Bool(_) => true,
                }
        };
        ensure(parts.fields.iter().all(field), "a field")?;
        Ok(Batch { parts })
    }

    /// The open form, to be written down.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The owner.
    pub fn tenant(&self) -> &Tenant {
        &self.parts.tenant
    }

    /// When the batch came in.
    pub fn received_at(&self) -> Timestamp {
        self.parts.received_at
    }

    /// Records in order of arrival.
    #[inline]
    pub fn records(&self) -> &[Record] {
        &self.parts.records
    }

    /// The record at an index, to be changed by the privacy gateway.
    pub fn record_mut(&mut self, index: usize) -> &mut Record {
        &mut self.parts.records[index]
    }

    /// What could not become a record.
    pub fn rejected(&self) -> &[Rejected] {
        &self.parts.rejected
    }

    /// The same, to be changed by the privacy gateway.
    pub fn rejected_mut(&mut self) -> &mut [Rejected] {
        &mut self.parts.rejected
    }

    /// The attributes of a record, in the order in which they came.
    pub fn fields(&self, record: &Record) -> &[Field] {
        let start = record.fields.start as usize;
        &self.parts.fields[start..start + record.fields.len as usize]
    }

    /// The attributes of all records.
    #[inline]
    pub fn all_fields(&self) -> &[Field] {
        &self.parts.fields
    }

    /// The same, to be changed by the privacy gateway.
    pub fn all_fields_mut(&mut self) -> &mut [Field] {
        &mut self.parts.fields
    }

    /// Names by [`NameId`].
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.names.iter().map(|&name| self.text(name))
    }

    /// The name behind an id.
    pub fn name(&self, id: NameId) -> &str {
        self.text(self.parts.names[id.0 as usize])
    }

    /// The text of a span; empty when it is absent.
    pub fn text(&self, span: Span) -> &str {
        if span.is_absent() {
            return "";
        }
        &self.parts.arena[span.start as usize..][..span.len as usize]
    }

    /// The bytes of a span's text; none when it is absent.
    #[inline]
    pub fn bytes(&self, span: Span) -> &[u8] {
        if span.is_absent() {
            return &[];
        }
        &self.parts.arena.as_bytes()[span.start as usize..][..span.len as usize]
    }

    /// The text of a span, if there is one.
    pub fn text_if(&self, span: Span) -> Option<&str> {
        span.is_present().then(|| self.text(span))
    }

    /// Adds text and returns where it lies. The text it replaces stays in the arena until [`Batch::shed`].
    pub fn add_text(&mut self, text: &str) -> Span {
        append(&mut self.parts.arena, text)
    }

    /// The id of a name, which is added if the batch does not have it.
    pub fn add_name(&mut self, name: &str) -> NameId {
        let known = self.names().position(|known| known == name);
        NameId(known.unwrap_or_else(|| {
            let span = self.add_text(name);
            self.parts.names.push(span);
            self.parts.names.len() - 1
        }) as u32)
    }

    /// Gives the fields of a name another one, made longer when there are fields of that name already.
    pub fn rename(&mut self, name: &str, new: &str) {
        let mut new = new.to_owned();
        while self.names().any(|known| known == new) {
            new.push('_');
        }
        let index = self.names().position(|known| known == name);
        if let Some(index) = index {
            self.parts.names[index] = self.add_text(&new);
        }
    }

    /// Gives a record other attributes. Where they do not fit into the old ones' place, the table of attributes then has some
    /// that no record points at, without their values: cheaper than making it anew, as long as few records change. A record
    /// that changes often moves only once.
    pub fn set_fields(&mut self, record: usize, fields: &[Field]) {
        let RecordFields { start, len } = self.parts.records[record].fields;
        let (start, end) = (start as usize, (start + len) as usize);
        let table = &mut self.parts.fields;
        let at = if end == table.len() {
            table.truncate(start);
            table.extend_from_slice(fields);
            start
        } else {
            table[start..end].iter_mut().for_each(|field| field.value = Value::Bool(false));
            match table[start..end].get_mut(..fields.len()) {
                Some(place) => {
                    place.copy_from_slice(fields);
                    start
                }
                None => {
                    table.extend_from_slice(fields);
                    table.len() - fields.len()
                }
            }
        };
        self.parts.records[record].fields = RecordFields { start: at as u32, len: fields.len() as u32 };
    }

    /// Removes the records that are not kept, by their index.
    pub fn retain_records(&mut self, keeps: impl Fn(usize) -> bool) {
        let mut index = 0;
        self.parts.records.retain(|_| {
            index += 1;
            keeps(index - 1)
        });
    }

    /// Leaves out the attributes that no record points at.
    pub fn pack_fields(&mut self) {
        let old = std::mem::take(&mut self.parts.fields);
        let mut fields = Vec::with_capacity(old.len());
        for record in &mut self.parts.records {
            let start = fields.len() as u32;
            fields.extend_from_slice(&old[record.fields.start as usize..][..record.fields.len as usize]);
            record.fields.start = start;
        }
        self.parts.fields = fields;
    }

    /// Blanks text that was replaced. When something still points at a part of it, or when it is much, all that is
    /// pointed at is copied instead.
    pub fn forget(&mut self, spans: &[Span]) {
        let bytes: usize = spans.iter().map(|span| span.len as usize).sum();
        if bytes * 16 > self.parts.arena.len() || self.is_near_live(spans) {
            return self.shed();
        }
        for span in spans.iter().filter(|span| span.is_present()) {
            let range = span.start as usize..(span.start + span.len) as usize;
            let blank = " ".repeat(range.len());
            self.parts.arena.replace_range(range, &blank);
        }
    }

    /// Whether something that is pointed at shares bytes with one of these. One bit stands for each block of the arena
    /// that they lie in, so that hardly anything has to be compared.
    fn is_near_live(&self, spans: &[Span]) -> bool {
        const BLOCK: u32 = 256;
        let mut blocks = vec![0u64; self.parts.arena.len() / BLOCK as usize / 64 + 1];
        for span in spans.iter().filter(|span| span.len > 0) {
            for block in span.start / BLOCK..=(span.start + span.len - 1) / BLOCK {
                blocks[block as usize / 64] |= 1 << (block % 64);
            }
        }
        let overlaps =
            |live: Span| spans.iter().any(|span| live.start < span.start + span.len && span.start < live.start + live.len);
        let is_marked = |block: u32| blocks[block as usize / 64] >> (block % 64) & 1 == 1;
        self.any_live(|live| {
            let (first, last) = (live.start / BLOCK, (live.start + live.len).saturating_sub(1) / BLOCK);
            (is_marked(last) || first < last && (first..last).any(is_marked)) && overlaps(live)
        })
    }

    /// Whether some span that is pointed at is as asked for. Plain loops, because all of a batch is gone through.
    #[inline]
    fn any_live(&self, mut is_asked: impl FnMut(Span) -> bool) -> bool {
        let parts = &self.parts;
        for record in &parts.records {
            for span in record.texts() {
                if span.is_present() && is_asked(span) {
                    return true;
                }
            }
        }
        for field in &parts.fields {
            if let Value::Text(span) | Value::Json(span) = field.value
                && is_asked(span)
            {
                return true;
            }
        }
        let rejected = parts.rejected.iter().flat_map(|rejected| [rejected.raw, rejected.source]);
        let left_out = parts.left_out.iter().map(|left_out| left_out.source);
        parts.names.iter().copied().chain(rejected).chain(left_out).any(|span| span.is_present() && is_asked(span))
    }

    /// Whether the arena holds more than what is pointed at.
    pub fn has_stray_text(&self) -> bool {
        let mut bytes = 0;
        self.any_live(|span| {
            bytes += span.len as usize;
            false
        });
        bytes < self.parts.arena.len()
    }

    /// Copies the text that is still pointed at into a new arena, so that replaced text exists nowhere any more.
    pub fn shed(&mut self) {
        let mut kept = String::with_capacity(self.parts.arena.len());
        let old = std::mem::take(&mut self.parts.arena);
        let mut carry = |span: &mut Span| {
            if span.is_present() {
                *span = append(&mut kept, &old[span.start as usize..][..span.len as usize]);
            }
        };
        self.parts.names.iter_mut().for_each(&mut carry);
        self.parts.records.iter_mut().flat_map(Record::texts_mut).for_each(&mut carry);
        for field in &mut self.parts.fields {
            if let Value::Text(span) | Value::Json(span) = &mut field.value {
                carry(span);
            }
        }
        for rejected in &mut self.parts.rejected {
            carry(&mut rejected.raw);
            carry(&mut rejected.source);
        }
        self.parts.left_out.iter_mut().for_each(|left_out| carry(&mut left_out.source));
        self.parts.arena = kept;
    }

    /// Bytes held in memory, near enough for budgets.
    pub fn memory_bytes(&self) -> usize {
        self.parts.arena.len()
            + self.parts.names.len() * size_of::<Span>()
            + self.parts.records.len() * size_of::<Record>()
            + self.parts.fields.len() * size_of::<Field>()
            + self.parts.rejected.len() * size_of::<Rejected>()
            + self.parts.left_out.len() * size_of::<LeftOut>()
    }
}

fn append(arena: &mut String, text: &str) -> Span {
    let start = arena.len();
    arena.push_str(text);
    span_of(start, arena.len())
}

/// Bodies are bounded far below 4 GiB, so a larger arena is a bug in whoever did not bound them.
fn span_of(start: usize, end: usize) -> Span {
    assert!(end < u32::MAX as usize, "BUG: batch arena over 4 GiB");
    Span { start: start as u32, len: (end - start) as u32 }
}

/// Builds a [`Batch`] record by record.
///
/// Write a record's texts and fields, then [`finish_record`](BatchBuilder::finish_record) it, or
/// [`abandon_record`](BatchBuilder::abandon_record) it without a trace.
#[derive(Debug)]
pub struct BatchBuilder {
    parts: Parts,
    ids: HashTable<NameId>,
    /// Lengths of arena, names and fields when the last record was finished.
    finished: (usize, usize, usize),
}

impl BatchBuilder {
    fn new(tenant: Tenant, received_at: Timestamp) -> BatchBuilder {
        let parts = Parts {
            tenant,
            received_at,
            wire_bytes: 0,
            repaired: 0,
            arena: String::new(),
            names: Vec::new(),
            records: Vec::new(),
            fields: Vec::new(),
            rejected: Vec::new(),
            left_out: Vec::new(),
        };
        BatchBuilder { parts, ids: HashTable::new(), finished: (0, 0, 0) }
    }

    /// Makes room for an input of so many bytes.
    pub fn reserve(&mut self, wire_bytes: usize) {
        self.parts.wire_bytes = wire_bytes as u64;
        self.parts.arena.reserve(wire_bytes / 4 * 3);
        self.parts.records.reserve(wire_bytes / 512);
        self.parts.fields.reserve(wire_bytes / 64);
    }

    /// Adds text.
    #[inline]
    pub fn text(&mut self, text: &str) -> Span {
        append(&mut self.parts.arena, text)
    }

    /// The arena itself, to append to in pieces between [`mark`](Self::mark) and [`since`](Self::since).
    pub fn arena(&mut self) -> &mut String {
        &mut self.parts.arena
    }

    /// Where the arena ends at present.
    pub fn mark(&self) -> usize {
        self.parts.arena.len()
    }

    /// What was appended since the mark.
    pub fn since(&self, mark: usize) -> Span {
        span_of(mark, self.parts.arena.len())
    }

    /// What a span of this batch holds.
    pub fn peek(&self, span: Span) -> &str {
        if span.is_absent() {
            return "";
        }
        &self.parts.arena[span.start as usize..][..span.len as usize]
    }

    /// The id of a field name in this batch.
    pub fn name(&mut self, name: &str) -> NameId {
        let hash = rapidhash::v3::rapidhash_v3(name.as_bytes());
        let Parts { arena, names, .. } = &mut self.parts;
        let same = |id: &NameId| {
            let span = names[id.0 as usize];
            &arena.as_bytes()[span.start as usize..][..span.len as usize] == name.as_bytes()
        };
        if let Some(&id) = self.ids.find(hash, same) {
            return id;
        }
        let id = NameId(names.len() as u32);
        names.push(append(arena, name));
        let arena = &*arena;
        let rehash = |id: &NameId| {
            let span = names[id.0 as usize];
            rapidhash::v3::rapidhash_v3(&arena.as_bytes()[span.start as usize..][..span.len as usize])
        };
        self.ids.insert_unique(hash, id, rehash);
        id
    }

    /// Adds an attribute to the record being built.
    #[inline]
    pub fn field(&mut self, name: NameId, value: Value) {
        self.parts.fields.push(Field { name, value });
    }

    /// The attributes of the record being built.
    pub fn open_fields(&self) -> &[Field] {
        &self.parts.fields[self.finished.2..]
    }

    /// Ends the record: the attributes added since the last one belong to it.
    pub fn finish_record(&mut self, mut record: Record) {
        record.fields = RecordFields { start: self.finished.2 as u32, len: (self.parts.fields.len() - self.finished.2) as u32 };
        self.parts.records.push(record);
        self.settle();
    }

    /// Forgets everything since the last record was finished.
    pub fn abandon_record(&mut self) {
        let (arena, names, fields) = self.finished;
        // Names found for the first time in this record point into the text that goes: they go first.
        for index in names..self.parts.names.len() {
            let hash = rapidhash::v3::rapidhash_v3(self.peek(self.parts.names[index]).as_bytes());
            if let Ok(entry) = self.ids.find_entry(hash, |id| id.0 as usize == index) {
                entry.remove();
            }
        }
        self.parts.arena.truncate(arena);
        self.parts.names.truncate(names);
        self.parts.fields.truncate(fields);
    }

    /// Keeps a piece of input for quarantine. Abandon the record first.
    pub fn reject(&mut self, rejected: Rejected) {
        self.parts.rejected.push(rejected);
        self.settle();
    }

    /// Counts faults in the text that were mended.
    pub fn repaired(&mut self, count: u64) {
        self.parts.repaired += count;
    }

    /// How many records are finished.
    pub fn len(&self) -> usize {
        self.parts.records.len()
    }

    /// Whether no record is finished.
    pub fn is_empty(&self) -> bool {
        self.parts.records.is_empty()
    }

    /// The batch. A record that was begun and not finished is forgotten.
    pub fn build(mut self) -> Batch {
        self.abandon_record();
        Batch { parts: self.parts }
    }

    fn settle(&mut self) {
        self.finished = (self.parts.arena.len(), self.parts.names.len(), self.parts.fields.len());
    }
}

#[cfg(test)]
mod tests;
