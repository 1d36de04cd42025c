//! Elasticsearch's write side: the body of `_bulk`, an action line and a document line each, and single documents.
//!
//! `_index` and `_id` stay with the record as attributes; the index also says where a record comes from that does not
//! say it itself. Every action has its item in the order of the body, quarantined ones too.

use std::borrow::Cow;
use std::ops::Range;

use record::{Batch, RejectReason};

use crate::body::Body;
use crate::draft::Draft;
use crate::json::{self, Cursor};
use crate::limits::Fault;
use crate::lines::{after_byte_order_mark, line_at};
use crate::raw::Raw;
use crate::{Context, Unreadable, utf16};

/// What a line of a bulk asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Store the document; it must be new.
    Create,
    /// Store the document.
    Index,
    /// Change a document. Its new parts are stored as a record of their own: records never change.
    Update,
    /// Remove a document. It goes to quarantine: records are removed by erasure, not by senders.
    Delete,
}

impl Action {
    /// The name in the body and in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Index => "index",
            Action::Update => "update",
            Action::Delete => "delete",
        }
    }

    fn named(name: &str) -> Option<Action> {
        [Action::Create, Action::Index, Action::Update, Action::Delete].into_iter().find(|action| action.as_str() == name)
    }
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// What was asked for.
    pub action: Action,
    /// The index: the action's own, else that of the URL.
    pub index: Option<Cow<'a, str>>,
    /// The document's id, if the sender gave it one.
    pub id: Option<Cow<'a, str>>,
    /// Why it lies in quarantine, if it does.
    pub quarantined: Option<RejectReason>,
}

/// Reads the body of a bulk. `index` is the one that the URL names; `each` is told of every action in order.
///
/// A line that is no action where one must stand goes to quarantine, but not the first: then this is no bulk at all.
pub fn decode_bulk(
    bytes: &[u8],
    context: &Context<'_>,
    index: Option<&str>,
    each: &mut dyn FnMut(Item<'_>),
) -> Result<Batch, Unreadable> {
    let bytes = utf16::as_utf8(bytes);
    let body = Body::read(&bytes);
    let mut draft = Draft::new(&body, context);
    let mut at = after_byte_order_mark(draft.text);
    let mut is_first = true;
    // Senders that give no ids write the same action line before every document.
    let mut last: Option<(&str, Head<'_>)> = None;
    while let Some((line, next)) = filled_line(draft.text, at) {
        let head = match last {
            Some((text, head)) if text == &draft.text[line.clone()] => Ok(head),
            _ => Head::parse(draft.text, line.clone(), index, context.limits.depth_max),
        };
        last = head.ok().map(|head| (&draft.text[line.clone()], head));
        at = match head {
            Err(fault) if is_first => {
                return Err(Unreadable::new("an action line such as {\"create\":{\"_index\":\"logs\"}}", fault.at));
            }
            Err(fault) => {
                draft.reject(fault, line, None);
                let index = index.map(Cow::Borrowed);
                each(Item { action: Action::Index, index, id: None, quarantined: Some(fault.reason) });
                next
            }
            Ok(head) => {
                let (end, quarantined) = act(&mut draft, &head, line, next);
                let (index, id) = (head.index.map(Raw::plain), head.id.map(Raw::plain));
                each(Item { action: head.action, index, id, quarantined });
                end
            }
        };
        is_first = false;
    }
    Ok(draft.build())
}

/// Reads a single document. `index` and `id` are those of the URL.
pub fn decode_document(bytes: &[u8], context: &Context<'_>, index: &str, id: Option<&str>) -> Batch {
    let bytes = utf16::as_utf8(bytes);
    let body = Body::read(&bytes);
    let mut draft = Draft::new(&body, context);
    let text = draft.text;
    let start = text.len() - text[after_byte_order_mark(text)..].trim_ascii_start().len();
    let piece = start..text.trim_ascii_end().len().max(start);
    let head = Head { action: Action::Index, index: Some(Raw::Text(index)), id: id.map(Raw::Text) };
    read_piece(&mut draft, &head, piece);
    draft.build()
}

/// An action line.
#[derive(Clone, Copy)]
struct Head<'a> {
    action: Action,
    index: Option<Raw<'a>>,
    id: Option<Raw<'a>>,
}

impl<'a> Head<'a> {
    fn parse(text: &'a str, line: Range<usize>, index: Option<&'a str>, depth_max: usize) -> Result<Head<'a>, Fault> {
        let mut cursor = Cursor::new(&text[..line.end], line.start, depth_max);
        let (mut action, mut own_index, mut id) = (None, None, None);
        cursor.object(|cursor, name| {
            let at = cursor.at();
            let is_second = action.is_some();
            action = Action::named(name).filter(|_| !is_second);
            if action.is_none() {
                return Err(Fault::new(RejectReason::InvalidLine, at));
            }
            cursor.object(|cursor, name| {
                let value = cursor.value()?;
                match name {
                    "_index" => own_index = value,
                    "_id" => id = value,
                    _ => {}
                }
                Ok(())
            })
        })?;
        cursor.finish()?;
        let action = action.ok_or(Fault::new(RejectReason::InvalidLine, line.start))?;
        Ok(Head { action, index: own_index.or(index.map(Raw::Text)), id })
    }
}

/// Does what an action line asks for. Returns where the next one is looked for, and why this one is in quarantine.
fn act<'a>(draft: &mut Draft<'a>, head: &Head<'a>, line: Range<usize>, next: usize) -> (usize, Option<RejectReason>) {
    let document = match head.action {
        Action::Delete => None,
        _ => filled_line(draft.text, next),
    };
    let Some((document, next)) = document else {
        let fault = Fault::new(RejectReason::InvalidLine, line.start);
        draft.reject(fault, line, None);
        return (next, Some(fault.reason));
    };
    (next, read_piece(draft, head, document))
}

/// Reads a document, which fills its piece of the text. Returns why it is in quarantine, if it is.
fn read_piece<'a>(draft: &mut Draft<'a>, head: &Head<'a>, piece: Range<usize>) -> Option<RejectReason> {
    match read_document(draft, head, piece.clone()) {
        Ok(()) => {
            draft.finish();
            None
        }
        Err(fault) => {
            draft.reject(fault, piece, None);
            Some(fault.reason)
        }
    }
}

fn read_document<'a>(draft: &mut Draft<'a>, head: &Head<'a>, piece: Range<usize>) -> Result<(), Fault> {
    draft.begin();
    if head.action == Action::Update {
        let at = partial_document(draft, piece.clone())?;
        json::read_object(draft, at)?;
    } else {
        let end = json::read_object(draft, piece.start)?;
        if draft.text.get(end..piece.end).is_none_or(|rest| !rest.trim_ascii().is_empty()) {
            return Err(Fault::new(RejectReason::InvalidJson, end.min(piece.end)));
        }
    }
    if let Some(index) = head.index {
        draft.put_beside("_index", index, piece.start)?;
        if let Raw::Text(index) = index {
            draft.fall_back_to_source(without_date(index));
        }
    }
    if let Some(id) = head.id {
        draft.put_beside("_id", id, piece.start)?;
    }
    Ok(())
}

/// Where the `doc` of an update stands. One that is a script is none.
fn partial_document(draft: &Draft<'_>, piece: Range<usize>) -> Result<usize, Fault> {
    let mut cursor = Cursor::new(&draft.text[..piece.end], piece.start, draft.context.limits.depth_max);
    let mut document = None;
    cursor.object(|cursor, name| {
        let range = cursor.skip()?;
        if name == "doc" {
            document = Some(range.start);
        }
        Ok(())
    })?;
    cursor.finish()?;
    document.ok_or(Fault::new(RejectReason::InvalidLine, piece.start))
}

/// The next line that is not blank, and where the one behind it begins.
fn filled_line(text: &str, mut at: usize) -> Option<(Range<usize>, usize)> {
    while at < text.len() {
        let (line, next) = line_at(text.as_bytes(), at);
        let indent = text[line.clone()].len() - text[line.clone()].trim_ascii_start().len();
        if indent < line.len() {
            return Some((line.start + indent..line.end, next));
        }
        at = next;
    }
    None
}

/// `app-2026.02.06` comes from `app`: a source a day would be none.
fn without_date(index: &str) -> &str {
    let is_date = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let name = index.trim_end_matches(is_date);
    let date = &index[name.len()..];
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    if name.is_empty() || digits < 6 || !date.starts_with(['-', '_', '.']) { index } else { name }
}

#[cfg(test)]
mod tests;
