//! Messages that came one by one, over sockets: each becomes a record, or a rejected piece with its text.

use std::ops::Range;

use record::{Batch, RejectReason};

use crate::body::Body;
use crate::draft::Draft;
use crate::event_time::Moment;
use crate::json::{read_object, skip_space};
use crate::limits::Fault;
use crate::places::Place;
use crate::raw::Raw;
use crate::{Context, syslog};

/// How each of the messages is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 5424, RFC 3164 and what resembles them; a message with no header at all is text.
    Syslog,
    /// One JSON object each: GELF, Beats, Fluent Forward (transcoded).
    Object,
}

/// What was wrong with a message before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// It was longer than it may be: only its beginning is here. Its record says so in [`TRUNCATED`].
    Truncated,
    /// It ended before its end, or is not written as its protocol says: for quarantine.
    Unreadable,
}

/// The attribute of a record of which only the beginning was kept.
pub const TRUNCATED: &str = "truncated";

/// The attribute that holds a Fluent tag.
const TAG: &str = "fluent.tag";

/// Messages that will be decoded together. All their text lies in one string.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frames {
    text: String,
    frames: Vec<Frame>,
    mended: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Frame {
    message: Range<usize>,
    flaw: Flaw,
    /// Address of the sender, for messages that name no host.
    peer: Range<usize>,
    tag: Range<usize>,
    /// When it happened as its protocol says, and how it stood there.
    moment: Option<(Moment, Range<usize>)>,
}

/// Ends each message: no message can be completed by what follows it, because no format has this character.
const END: char = '\0';

impl Frames {
    /// Adds a message as it came. Bytes that are not UTF-8 are mended and counted.
    pub fn push(&mut self, message: &[u8], peer: Option<&str>, flaw: Flaw) {
        let peer = self.add(peer.unwrap_or_default());
        let message = self.add_bytes(message);
        self.text.push(END);
        self.frames.push(Frame { message, flaw, peer, ..Frame::default() });
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.frames.len() * size_of::<Frame>()
    }

    /// The text of each message, for recognising it when it comes again.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.frames.iter().map(|frame| &self.text[frame.message.clone()])
    }

    /// Leaves out the messages that are not kept, by their index.
    pub fn retain(&mut self, keeps: impl Fn(usize) -> bool) {
        let mut index = 0;
        self.frames.retain(|_| {
            index += 1;
            keeps(index - 1)
        });
    }

    /// Takes over the messages of another.
    pub fn append(&mut self, other: &Frames) {
        let by = self.text.len();
        let moved = |range: &Range<usize>| range.start + by..range.end + by;
        self.text.push_str(&other.text);
        self.mended += other.mended;
        self.frames.extend(other.frames.iter().map(|frame| Frame {
            message: moved(&frame.message),
            flaw: frame.flaw,
            peer: moved(&frame.peer),
            tag: moved(&frame.tag),
            moment: frame.moment.as_ref().map(|(moment, text)| (*moment, moved(text))),
        }));
    }

    /// Adds an entry of Fluent Forward whose record was appended to the text since `start`.
    pub(crate) fn push_entry(&mut self, start: usize, tag: Range<usize>, moment: Option<(Moment, Range<usize>)>, flaw: Flaw) {
        let message = start..self.text.len();
        self.text.push(END);
        self.frames.push(Frame { message, flaw, tag, moment, ..Frame::default() });
    }

    /// Adds text that messages share.
    pub(crate) fn add(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) -> Range<usize> {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => self.add(text),
            Err(_) => {
                self.mended += bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count() as u64;
                self.add(&String::from_utf8_lossy(bytes))
            }
        }
    }

    /// The text itself, to append to.
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Counts what was mended in text that was appended.
    pub(crate) fn mended(&mut self, count: u64) {
        self.mended += count;
    }
}

/// Reads messages. As with [`decode`](crate::decode), what cannot be read lies in [`Batch::rejected`]; its line is the
/// number of the message, from 1, its offset the byte within the message.
///
/// # Panics
///
/// When there is more than [`BODY_BYTES_MAX`](crate::BODY_BYTES_MAX) of text: the caller has to bound it first.
pub fn decode_frames(dialect: Dialect, frames: &Frames, context: &Context<'_>) -> Batch {
    assert!(frames.text.len() <= crate::BODY_BYTES_MAX, "BUG: the caller did not bound the messages");
    let body = Body::checked(&frames.text, frames.mended);
    let mut draft = Draft::new(&body, context);
    for (index, frame) in frames.frames.iter().enumerate() {
        match frame.read(dialect, &mut draft) {
            Ok(()) => draft.finish(),
            Err(fault) => draft.reject_message(fault, frame.message.clone(), index as u64 + 1),
        }
    }
    draft.build()
}

impl Frame {
    fn read(&self, dialect: Dialect, draft: &mut Draft<'_>) -> Result<(), Fault> {
        let start = self.message.start;
        match (self.flaw, dialect) {
            (Flaw::Unreadable, _) => return Err(Fault::new(RejectReason::InvalidLine, self.message.end)),
            (_, Dialect::Syslog) => syslog::read_or_text(draft, self.message.clone())?,
            (_, Dialect::Object) => read_whole_object(draft, self.message.clone())?,
        }
        let text = draft.text;
        if !self.peer.is_empty() && !draft.has(Place::Host) {
            draft.put_place(Place::Host, Raw::Text(&text[self.peer.clone()]), start)?;
        }
        if let Some((moment, written)) = &self.moment {
            draft.put_time(*moment, &text[written.clone()]);
        }
        if !self.tag.is_empty() {
            let tag = Raw::Text(&text[self.tag.clone()]);
            if !draft.has(Place::Source) {
                draft.put_place(Place::Source, tag, start)?;
            }
            draft.put_named(TAG, tag, start)?;
        }
        if self.flaw == Flaw::Truncated {
            draft.put_named(TRUNCATED, Raw::Bool(true), start)?;
        }
        Ok(())
    }
}

/// One object, with nothing but space around it.
fn read_whole_object(draft: &mut Draft<'_>, range: Range<usize>) -> Result<(), Fault> {
    draft.begin();
    let at = skip_space(draft.text.as_bytes(), range.start);
    if at >= range.end {
        return Err(Fault::new(RejectReason::InvalidJson, range.start));
    }
    let end = read_object(draft, at)?;
    // What follows in the text belongs to other messages: an object must not be completed by them.
    if end > range.end || !draft.text[end..range.end].trim_ascii().is_empty() {
        return Err(Fault::new(RejectReason::InvalidJson, end.min(range.end)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
