use std::ops::{Range, RangeInclusive};

use record::{
    Batch, BatchBuilder, Record, RejectReason, Rejected, Severity, Span, TIMESTAMP_ORIGINAL, TimeOrigin, Timestamp, Value,
};

use crate::body::{Body, Whereabouts, broken_pieces};
use crate::event_time::{self, Moment};
use crate::keys::{KeyId, Keys, ROOT};
use crate::limits::Fault;
use crate::places::{BUNYAN_RANK, Place, Role};
use crate::raw::Raw;
use crate::{Context, grade};

/// The rank of what a line's fixed layout says; names rank behind it.
const LAYOUT: u8 = 0;

/// Added to the rank of what an envelope says beside the record: the record's own words go before it.
const BESIDE: u8 = 120;

/// Added to the rank of a time or severity that cannot be read: any that can be read goes before it.
const UNREADABLE: u8 = 200;

/// Nothing was offered for the place.
const NONE: u8 = u8::MAX;

/// The record being built: its attributes lie in the batch already; what stands for its fixed places is held back until
/// all of it was seen, because the best name wins and the others become attributes.
pub(crate) struct Draft<'a> {
    /// The body.
    pub(crate) text: &'a str,
    pub(crate) context: &'a Context<'a>,
    pub(crate) keys: Keys,
    batch: BatchBuilder,
    whereabouts: Whereabouts<'a>,
    believed: RangeInclusive<Timestamp>,
    /// The request's source in the batch; `None` before it is needed, and when it went with a record.
    source: Option<Span>,
    /// What an envelope says where the record comes from, if the record does not say it itself.
    fallback: Option<&'a str>,
    /// The last fallback that was used, and where it lies in the batch: mostly the next one is the same.
    written_fallback: Option<(&'a str, Span)>,
    ranks: [u8; Place::COUNT],
    offers: [(KeyId, Raw<'a>); Place::COUNT],
    moment: Option<Moment>,
    severity: Option<Severity>,
    is_bunyan: bool,
    key_count: usize,
    /// The named value before, for guessing the key of the next.
    last: KeyId,
    mended: u64,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(body: &'a Body<'_>, context: &'a Context<'a>) -> Draft<'a> {
        let received_at = context.received_at;
        let mut batch = Batch::builder(context.tenant.clone(), received_at);
        batch.reserve(body.bytes.len());
        batch.repaired(body.mended);
        Draft {
            text: &body.text,
            context,
            keys: Keys::new(),
            batch,
            whereabouts: Whereabouts::new(body),
            believed: record::believable(received_at),
            source: None,
            fallback: None,
            written_fallback: None,
            ranks: [NONE; Place::COUNT],
            offers: [(ROOT, Raw::EmptyObject); Place::COUNT],
            moment: None,
            severity: None,
            is_bunyan: false,
            key_count: 0,
            last: ROOT,
            mended: 0,
        }
    }

    /// The batch of all records that were finished.
    pub(crate) fn build(self) -> Batch {
        self.batch.build()
    }

    /// Begins a record. One that was begun and not finished is forgotten.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.keys.begin();
        self.ranks = [NONE; Place::COUNT];
        self.moment = None;
        self.severity = None;
        self.is_bunyan = false;
        self.fallback = None;
        self.key_count = 0;
        self.last = ROOT;
        self.mended = 0;
    }

    /// The key of a dotted name found at `at`.
    pub(crate) fn key(&mut self, name: &str, at: usize) -> Result<KeyId, Fault> {
        if name.len() > self.context.limits.name_bytes_max {
            return Err(Fault::new(RejectReason::NameTooLong, at));
        }
        self.keys.id(name, self.context.limits.names_max).ok_or(Fault::new(RejectReason::TooManyFields, at))
    }

    /// Counts a key of the record, whether or not it leads to an attribute.
    #[inline]
    pub(crate) fn count_key(&mut self, at: usize) -> Result<(), Fault> {
        self.key_count += 1;
        if self.key_count > self.context.limits.keys_max {
            return Err(Fault::new(RejectReason::TooManyFields, at));
        }
        Ok(())
    }

    /// How many keys the record may still have.
    pub(crate) fn keys_left(&self) -> usize {
        self.context.limits.keys_max - self.key_count
    }

    /// Counts keys that were found within an array, no more than are left.
    pub(crate) fn count_keys(&mut self, count: usize) {
        self.key_count += count;
    }

    /// Counts pieces of the record's bytes that were no UTF-8 and became U+FFFD.
    pub(crate) fn mended_pieces(&mut self, bytes: &[u8]) {
        self.mended += broken_pieces(bytes);
    }

    /// Gives the record a value under a key that it has not had.
    #[inline]
    pub(crate) fn put(&mut self, id: KeyId, raw: Raw<'a>, at: usize) -> Result<(), Fault> {
        raw.check_length(self.context.limits.text_bytes_max).map_err(|reason| Fault::new(reason, at))?;
        match self.keys.get(id).expect("BUG: the key is this record's").role {
            None => self.attribute(id, raw),
            Some(role) => self.offer(role, id, raw),
        }
        Ok(())
    }

    /// [`Draft::put`] for plain text.
    #[inline]
    pub(crate) fn put_text(&mut self, id: KeyId, text: &'a str, at: usize) -> Result<(), Fault> {
        if text.len() > self.context.limits.text_bytes_max {
            return Err(Fault::new(RejectReason::TextTooLong, at));
        }
        match self.keys.get(id).expect("BUG: the key is this record's").role {
            None => {
                let name = self.keys.name_id(id, &mut self.batch);
                let value = Value::Text(self.batch.text(text));
                self.batch.field(name, value);
            }
            Some(role) => self.offer(role, id, Raw::Text(text)),
        }
        Ok(())
    }

    /// [`Draft::put`] for a whole number, written as `text`.
    #[inline]
    pub(crate) fn put_int(&mut self, id: KeyId, number: i64, text: &'a str) {
        match self.keys.get(id).expect("BUG: the key is this record's").role {
            None => {
                let name = self.keys.name_id(id, &mut self.batch);
                self.batch.field(name, Value::Int(number));
            }
            Some(role) => self.offer(role, id, Raw::Int(number, text)),
        }
    }

    /// Gives the record a named value of a line format, where a name may come again: then it is numbered.
    pub(crate) fn put_named(&mut self, name: &str, raw: Raw<'a>, at: usize) -> Result<(), Fault> {
        let id = self.numbered(name, at)?;
        self.put(id, raw, at)
    }

    /// [`Draft::put_named`] for a whole number. `write` writes it, which is needed where it takes the place of a text.
    pub(crate) fn put_named_int(&mut self, name: &str, number: i64, write: impl FnOnce() -> &'a str) -> Result<(), Fault> {
        let id = self.numbered(name, 0)?;
        self.put_int_as(id, number, write);
        Ok(())
    }

    /// [`Draft::put_int`] of a number that is not written anywhere.
    #[inline]
    pub(crate) fn put_int_as(&mut self, id: KeyId, number: i64, write: impl FnOnce() -> &'a str) {
        let has_role = self.keys.get(id).expect("BUG: the key is this record's").role.is_some();
        self.put_int(id, number, if has_role { write() } else { "" });
    }

    /// Gives the record a named value of the envelope that it came in. It takes a place only if the record left it free.
    pub(crate) fn put_beside(&mut self, name: &str, raw: Raw<'a>, at: usize) -> Result<(), Fault> {
        raw.check_length(self.context.limits.text_bytes_max).map_err(|reason| Fault::new(reason, at))?;
        let id = self.numbered(name, at)?;
        let Some(role) = self.keys.get(id).expect("BUG: the key is this record's").role else {
            self.attribute(id, raw);
            return Ok(());
        };
        if role.place == Place::Source {
            self.settle_bunyan_name();
        }
        self.offer(Role { rank: role.rank + BESIDE, ..role }, id, raw);
        Ok(())
    }

    /// Says where the record comes from if nothing else does; this goes before what the request says.
    pub(crate) fn fall_back_to_source(&mut self, source: &'a str) {
        self.fallback = Some(source);
    }

    /// The key of a name that the record has not had; numbered if it had it.
    pub(crate) fn numbered(&mut self, name: &str, at: usize) -> Result<KeyId, Fault> {
        if let Some(id) = self.expected(name.as_bytes()) {
            return Ok(id);
        }
        self.count_key(at)?;
        let first = self.key(name, at)?;
        let mut id = first;
        // Counted by the name, not from two on each time: a record may be nothing but one name a thousand times.
        while !self.keys.mark(id) {
            let count = self.keys.mark_again(first);
            id = self.key(&format!("{name}.{count}"), at)?;
        }
        self.keys.follow(self.last, id);
        self.last = id;
        Ok(id)
    }

    /// [`Draft::numbered`] for a name that other records had at this point, which needs neither a hash nor a check of its
    /// bytes. `None` says nothing; then the long way is the one to go.
    #[inline]
    pub(crate) fn expected(&mut self, name: &[u8]) -> Option<KeyId> {
        let id = self.keys.guess(self.last, name)?;
        if self.keys_left() == 0 || !self.keys.mark(id) {
            return None;
        }
        self.key_count += 1;
        self.last = id;
        Some(id)
    }

    /// Sets a text place from the layout of a line, which goes before any name.
    pub(crate) fn put_place(&mut self, place: Place, raw: Raw<'a>, at: usize) -> Result<(), Fault> {
        raw.check_length(self.context.limits.text_bytes_max).map_err(|reason| Fault::new(reason, at))?;
        self.take_by_layout(place, raw);
        Ok(())
    }

    /// Sets the time from the layout of a line; `text` is how it stood there.
    pub(crate) fn put_time(&mut self, moment: Moment, text: &'a str) {
        self.take_by_layout(Place::Time, Raw::Text(text));
        self.moment = Some(moment);
    }

    /// [`Draft::put_time`] of a time that is not written anywhere. `write` writes it, which is needed if it is not believed.
    pub(crate) fn put_time_as(&mut self, moment: Moment, write: impl FnOnce() -> &'a str) {
        let text = if self.believes(moment.0) { "" } else { write() };
        self.put_time(moment, text);
    }

    fn believes(&self, at: Timestamp) -> bool {
        self.believed.contains(&at)
    }

    /// Sets the severity from the layout of a line.
    pub(crate) fn put_severity(&mut self, severity: Severity) {
        self.take_by_layout(Place::Severity, Raw::Text(severity.as_str()));
        self.severity = Some(severity);
    }

    /// What a name was offered for the place becomes an attribute; what the layout said before is replaced.
    fn take_by_layout(&mut self, place: Place, raw: Raw<'a>) {
        let index = place as usize;
        let (loser, value) = std::mem::replace(&mut self.offers[index], (ROOT, raw));
        if self.has(place) && self.ranks[index] != LAYOUT {
            self.attribute(loser, value);
        }
        self.ranks[index] = LAYOUT;
    }

    /// Whether something was offered for the place.
    pub(crate) fn has(&self, place: Place) -> bool {
        self.ranks[place as usize] != NONE
    }

    #[inline]
    fn attribute(&mut self, id: KeyId, raw: Raw<'a>) {
        let name = self.keys.name_id(id, &mut self.batch);
        let value = match raw {
            Raw::Text(text) => Value::Text(self.batch.text(text)),
            Raw::Int(number, _) => Value::Int(number),
            Raw::Float(number, _) => Value::Float(number),
            Raw::Bool(truth) => Value::Bool(truth),
            Raw::Escaped(..) => Value::Text(self.write(raw)),
            Raw::Array { .. } | Raw::EmptyObject => Value::Json(self.write(raw)),
        };
        self.batch.field(name, value);
    }

    fn write(&mut self, raw: Raw<'a>) -> Span {
        let mark = self.batch.mark();
        self.mended += raw.write(self.batch.arena());
        self.batch.since(mark)
    }

    /// A value whose name stands for a place: it takes the place unless a better one has it.
    #[inline]
    fn offer(&mut self, role: Role, id: KeyId, raw: Raw<'a>) {
        match role.place {
            Place::Time => self.offer_time(role.rank, id, raw),
            Place::Severity => self.offer_severity(role, id, raw),
            Place::Message if matches!(raw, Raw::Array { .. }) => self.take(role.place, role.rank, id, raw),
            _ if matches!(raw, Raw::Array { .. } | Raw::EmptyObject) => self.attribute(id, raw),
            _ => self.take(role.place, role.rank, id, raw),
        }
    }

    #[inline]
    fn offer_time(&mut self, rank: u8, id: KeyId, raw: Raw<'a>) {
        if self.ranks[Place::Time as usize] == LAYOUT {
            return self.attribute(id, raw);
        }
        let moment = event_time::read(raw, self.context.received_at);
        let rank = if moment.is_some() { rank } else { rank.saturating_add(UNREADABLE).min(NONE - 1) };
        if rank < self.ranks[Place::Time as usize] {
            self.moment = moment;
        }
        self.take(Place::Time, rank, id, raw);
    }

    #[inline]
    fn offer_severity(&mut self, role: Role, id: KeyId, raw: Raw<'a>) {
        self.is_bunyan |= grade::is_bunyan(raw, role.scale);
        if self.ranks[Place::Severity as usize] == LAYOUT {
            return self.attribute(id, raw);
        }
        let Some(severity) = grade::read(raw, role.scale) else { return self.attribute(id, raw) };
        if role.rank < self.ranks[Place::Severity as usize] {
            self.severity = Some(severity);
        }
        self.take(Place::Severity, role.rank, id, raw);
    }

    #[inline(always)]
    fn take(&mut self, place: Place, rank: u8, id: KeyId, raw: Raw<'a>) {
        let index = place as usize;
        if self.ranks[index] != NONE {
            return self.contend(place, rank, id, raw);
        }
        self.offers[index] = (id, raw);
        self.ranks[index] = rank;
    }

    /// The better one takes the place, the other becomes an attribute.
    #[cold]
    fn contend(&mut self, place: Place, rank: u8, id: KeyId, raw: Raw<'a>) {
        let index = place as usize;
        let mut loser = (id, raw);
        if rank < self.ranks[index] {
            std::mem::swap(&mut loser, &mut self.offers[index]);
            self.ranks[index] = rank;
        }
        self.attribute(loser.0, loser.1);
    }

    /// Ends the record.
    #[inline]
    pub(crate) fn finish(&mut self) {
        let mut record = Record::at(self.context.received_at);
        record.severity = self.severity;
        self.settle_time(&mut record);
        self.settle_bunyan_name();
        for (place, text) in Place::TEXTS.into_iter().zip(record.texts_mut()) {
            if self.ranks[place as usize] != NONE {
                *text = match self.offers[place as usize].1 {
                    Raw::Text(plain) => self.batch.text(plain),
                    raw => self.write(raw),
                };
            }
        }
        if record.source.is_absent() {
            record.source = self.fallback_source();
        }
        self.batch.repaired(self.mended);
        self.batch.finish_record(record);
        self.keys.settle();
    }

    #[inline]
    fn settle_time(&mut self, record: &mut Record) {
        match self.moment {
            Some((at, nanos)) if self.believes(at) => {
                record.timestamp = at;
                record.nanos = nanos;
            }
            Some(_) => {
                record.origin = TimeOrigin::Anomalous;
                self.keep_original_time();
            }
            None => {
                record.origin = TimeOrigin::Received;
                if self.has(Place::Time) {
                    self.keep_original_time();
                }
            }
        }
    }

    /// The time as the sender wrote it becomes an attribute; under its own name if the sender uses this one too.
    fn keep_original_time(&mut self) {
        let (own, raw) = self.offers[Place::Time as usize];
        let raw = match raw {
            Raw::Int(_, text) | Raw::Float(_, text) => Raw::Text(text),
            other => other,
        };
        let id = self.keys.id(TIMESTAMP_ORIGINAL, usize::MAX).expect("BUG: no limit was set");
        if self.keys.mark(id) {
            self.attribute(id, raw);
        } else if own != ROOT {
            self.attribute(own, raw);
        }
    }

    /// Bunyan calls the source `name`; elsewhere that is too often somebody's.
    fn settle_bunyan_name(&mut self) {
        let source = Place::Source as usize;
        if self.ranks[source] == BUNYAN_RANK && !self.is_bunyan {
            let (id, raw) = self.offers[source];
            self.ranks[source] = NONE;
            self.attribute(id, raw);
        }
    }

    fn fallback_source(&mut self) -> Span {
        match (self.fallback, self.written_fallback) {
            (None, _) => self.request_source(),
            (Some(source), Some((written, span))) if source == written => span,
            (Some(source), _) => {
                let span = self.batch.text(source);
                self.written_fallback = Some((source, span));
                span
            }
        }
    }

    fn request_source(&mut self) -> Span {
        match (self.source, self.context.source) {
            (Some(span), _) => span,
            (None, None) => Span::ABSENT,
            (None, Some(source)) => {
                let span = self.batch.text(source);
                self.source = Some(span);
                span
            }
        }
    }

    /// Forgets the record.
    pub(crate) fn abandon(&mut self) {
        self.batch.abandon_record();
        self.keys.abandon();
    }

    /// [`Draft::reject`] for what is no piece of the body's text: an item of a binary body, decoded.
    pub(crate) fn reject_item(&mut self, reason: RejectReason, raw: &str, item: u64, offset: u64) {
        self.abandon();
        let raw = self.batch.text(raw);
        let source = self.request_source();
        self.batch.reject(Rejected { reason, line: item, offset, raw, source });
    }

    /// Forgets the record and keeps its piece of the body for quarantine. `item` is its number in a JSON array.
    pub(crate) fn reject(&mut self, fault: Fault, piece: Range<usize>, item: Option<u64>) {
        self.abandon();
        let line = item.unwrap_or_else(|| self.whereabouts.line(piece.start));
        let offset = self.whereabouts.offset(fault.at.clamp(piece.start, piece.end));
        self.quarantine(fault, piece, line, offset);
    }

    /// [`Draft::reject`] for a message that came by itself: `number` is which, and the offset is within it.
    pub(crate) fn reject_message(&mut self, fault: Fault, piece: Range<usize>, number: u64) {
        self.abandon();
        let offset = fault.at.clamp(piece.start, piece.end) - piece.start;
        self.quarantine(fault, piece, number, offset as u64);
    }

    fn quarantine(&mut self, fault: Fault, piece: Range<usize>, line: u64, offset: u64) {
        let raw = self.batch.text(&self.text[piece]);
        let source = self.request_source();
        self.batch.reject(Rejected { reason: fault.reason, line, offset, raw, source });
    }
}

#[cfg(test)]
mod tests;
