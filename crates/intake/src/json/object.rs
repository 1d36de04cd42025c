use record::RejectReason;

use super::array::array_at;
use super::scan::{invalid, literal, number, plain_string, short_int, skip_space, string};
use crate::draft::Draft;
use crate::keys::{FIRST, KeyId, Lead, ROOT, same_bytes};
use crate::limits::Fault;
use crate::raw::Raw;

/// Reads one record's object.
pub(super) struct ObjectReader<'d, 'a> {
    draft: &'d mut Draft<'a>,
    text: &'a str,
    bytes: &'a [u8],
    /// The key before, for guessing the next.
    last: KeyId,
}

/// What was found where a key may stand.
enum Next {
    /// A key, and where its value begins.
    Key(KeyId, usize),
    /// The object's end, and what follows it.
    End(usize),
}

impl<'d, 'a> ObjectReader<'d, 'a> {
    #[inline]
    pub(super) fn new(draft: &'d mut Draft<'a>) -> ObjectReader<'d, 'a> {
        let text = draft.text;
        ObjectReader { draft, text, bytes: text.as_bytes(), last: ROOT }
    }

    /// Reads the outermost object, whose bracket is at `at`. Returns where it ends.
    #[inline]
    pub(super) fn record(&mut self, at: usize) -> Result<usize, Fault> {
        self.object(at, ROOT, 1)
    }

    /// Reads an object that lies under a key. Its own keys get that key's name as a prefix.
    fn object(&mut self, at: usize, parent: KeyId, depth: usize) -> Result<usize, Fault> {
        if depth > self.draft.context.limits.depth_max {
            return Err(Fault::new(RejectReason::TooDeep, at));
        }
        let inside = self.draft.keys.frame(parent);
        let mut frame = inside | FIRST;
        let mut at = at + 1;
        loop {
            if self.bytes.get(at) == Some(&b'}') {
                return Ok(at + 1);
            }
            let (key, value_at) = match self.guess(at, frame) {
                Some(hit) => hit,
                None => match self.look_up(at, frame, parent)? {
                    Next::Key(key, value_at) => (key, value_at),
                    Next::End(end) => return Ok(end),
                },
            };
            self.draft.count_key(at)?;
            if !self.draft.keys.mark(key) {
                return Err(self.duplicate(at));
            }
            self.last = key;
            at = self.value(key, value_at, depth)?;
            frame = inside;
        }
    }

    #[cold]
    fn duplicate(&self, at: usize) -> Fault {
        let before = self.bytes[at..].iter().take_while(|b| **b != b'"').count();
        Fault::new(RejectReason::DuplicateKey, at + before)
    }

    /// The key at `at`, if it is one of those that followed the last one before, written the same way.
    #[inline]
    fn guess(&self, at: usize, frame: u64) -> Option<(KeyId, usize)> {
        let rest = &self.bytes[at..];
        let followers = self.draft.keys.get(self.last)?.followers;
        followers.into_iter().find_map(|id| {
            let lead = self.draft.keys.get(id)?.lead;
            let written = &self.bytes[lead.start as usize..][..lead.len as usize];
            (lead.frame == frame && lead.len > 0 && starts_with(rest, written)).then_some((id, at + lead.len as usize))
        })
    }

    /// Reads the key at `at` and notes it for the next guess.
    #[cold]
    #[inline(never)]
    fn look_up(&mut self, at: usize, frame: u64, parent: KeyId) -> Result<Next, Fault> {
        let is_first = frame & FIRST != 0;
        let mut key_at = skip_space(self.bytes, at);
        match (self.bytes.get(key_at), is_first) {
            (Some(b'}'), _) => return Ok(Next::End(key_at + 1)),
            (Some(b','), false) => key_at = skip_space(self.bytes, key_at + 1),
            (Some(b'"'), true) => {}
            _ => return Err(invalid(key_at)),
        }
        if self.bytes.get(key_at) != Some(&b'"') {
            return Err(invalid(key_at));
        }
        let (raw, end) = string(self.text, key_at)?;
        let colon = skip_space(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(invalid(colon));
        }
        let value_at = skip_space(self.bytes, colon + 1);
        let key = self.key(raw, parent, key_at)?;
        self.note(key, Lead { start: at as u32, len: (value_at - at) as u32, frame });
        Ok(Next::Key(key, value_at))
    }

    fn key(&mut self, raw: Raw<'_>, parent: KeyId, at: usize) -> Result<KeyId, Fault> {
        let own = raw.plain();
        if parent == ROOT {
            return self.draft.key(&own, at);
        }
        let name = format!("{}.{own}", self.draft.keys.name(parent));
        self.draft.key(&name, at)
    }

    fn note(&mut self, key: KeyId, lead: Lead) {
        self.draft.keys.get_mut(key).lead = lead;
        self.draft.keys.follow(self.last, key);
    }

    /// Reads the value at `at`. Plain texts and short whole numbers, which nearly all values are, go straight on: a
    /// [`Raw`] on its way through memory costs more than reading them.
    #[inline]
    fn value(&mut self, key: KeyId, at: usize, depth: usize) -> Result<usize, Fault> {
        match self.bytes.get(at) {
            Some(b'"') => {
                if let Some(text) = plain_string(self.text, at) {
                    self.draft.put_text(key, text, at)?;
                    return Ok(at + text.len() + 2);
                }
            }
            Some(b'-' | b'0'..=b'9') => {
                if let Some((whole, end)) = short_int(self.bytes, at) {
                    self.draft.put_int(key, whole, &self.text[at..end]);
                    return Ok(end);
                }
            }
            _ => {}
        }
        self.other_value(key, at, depth)
    }

    #[inline(never)]
    fn other_value(&mut self, key: KeyId, at: usize, depth: usize) -> Result<usize, Fault> {
        let (raw, end) = match self.bytes.get(at) {
            Some(b'"') => string(self.text, at)?,
            Some(b'-' | b'0'..=b'9') => number(self.text, at)?,
            Some(b'{') => return self.inner_object(key, at, depth),
            Some(b'[') => return self.inner_array(key, at, depth),
            Some(_) => match literal(self.bytes, at)? {
                (Some(truth), end) => (Raw::Bool(truth), end),
                (None, end) => return Ok(end),
            },
            None => return Err(invalid(at)),
        };
        self.draft.put(key, raw, at)?;
        Ok(end)
    }

    fn inner_object(&mut self, key: KeyId, at: usize, depth: usize) -> Result<usize, Fault> {
        let inside = skip_space(self.bytes, at + 1);
        if self.bytes.get(inside) == Some(&b'}') {
            self.draft.put(key, Raw::EmptyObject, at)?;
            return Ok(inside + 1);
        }
        self.object(at, key, depth + 1)
    }

    fn inner_array(&mut self, key: KeyId, at: usize, depth: usize) -> Result<usize, Fault> {
        let limits = &self.draft.context.limits;
        let (raw, end, keys) = array_at(self.text, at, depth + 1, limits.depth_max, self.draft.keys_left())?;
        self.draft.count_keys(keys);
        self.draft.put(key, raw, at)?;
        Ok(end)
    }
}

#[inline(always)]
fn starts_with(rest: &[u8], written: &[u8]) -> bool {
    rest.get(..written.len()).is_some_and(|rest| same_bytes(rest, written))
}
