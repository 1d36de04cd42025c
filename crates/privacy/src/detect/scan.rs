use std::ops::Range;

use crate::Kind;
use crate::detect::decode::{self, Decoded};
use crate::detect::glance::{
    begins_json, behind_moment, behind_word, class, is_encoded_byte, is_two_capitals, may_be_number, may_name_somebody,
};
use crate::detect::judge::{is_masked, is_name_of_kind, is_uuid};
use crate::detect::repeat;
use crate::detect::skim::{Stop, Word, next_stop};
use crate::detect::{Detector, FieldName, Finding, Memory, Quotes, decode::percent_byte, email, hash, net};
use crate::mask::token_len;
use crate::values::{self, Cue, Sense};

/// Strings within strings are opened up to this depth; deeper ones are looked at as they stand. Nobody nests deeper on
/// purpose, and each level costs a copy.
const NESTING_MAX: u8 = 6;

/// How much before and behind a value may speak of it.
const CONTEXT_BYTES: usize = 48;

/// Longest piece of a text that is looked at as one percent-encoded value.
const ENCODED_MAX: usize = 64 << 10;

/// Longest value that is a name or an address as a whole.
const WHOLE_MAX: usize = 256;

/// How many bytes may be read ahead in vain in a short text; in longer ones, all that there are once more. No text that
/// was not made for it has so many names within values, or commands within commands.
const LOOK_AHEAD_MIN: usize = 4096;

/// Runs of base64 from this length on are images, certificates, dumps: nothing in them is looked at.
const BLOB_MIN: usize = 160;

/// What lies around a text that was decoded out of another.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    /// JSON strings around it.
    pub(crate) strings: u8,
    /// All escapes around it.
    pub(crate) nesting: u8,
    /// Whether one of them was no JSON: then no quotes can be put in.
    pub(crate) encoded: bool,
}

/// A part of the text that is looked at by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area<'k> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The name of the field that holds it.
    pub(crate) key: Option<&'k [u8]>,
    /// What that says about persons, when it is known already.
    pub(crate) sense: Option<Sense>,
}

/// The last key that was met in an area.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// The `=`, `:` or `>` behind the key.
    pub(crate) mark: usize,
    /// Nothing of the key lies before.
    pub(crate) floor: usize,
    /// Where its value begins, or the blanks before that.
    pub(crate) value: usize,
}

/// One walk over one text.
pub(crate) struct Scan<'a> {
    pub(crate) detector: &'a Detector,
    pub(crate) text: &'a [u8],
    pub(crate) level: Level,
    /// JSON that is looked at as it stands: quotes without a backslash end strings.
    pub(crate) json: bool,
    /// Nothing before this place is looked at again.
    pub(crate) done: usize,
    /// The end of the last header that was read: another within it is none.
    pub(crate) header_end: usize,
    /// How many bytes were read behind names of secrets and commands, in vain for all but a few.
    pub(crate) looked_ahead: usize,
    /// What is read is the value that a label elsewhere names.
    pub(crate) is_labelled: bool,
    /// The run of a hash's characters that was read last.
    hash_body: Range<usize>,
    /// No web token begins before.
    pub(crate) token_floor: usize,
    /// What was read last by [`Scan::sense`], and where its area ends.
    sense: Option<(usize, Sense)>,
    /// What was read before.
    pub(crate) memory: &'a mut Memory,
    /// No digit lies between the word that asked last and here.
    next_digit: usize,
    found: &'a mut Vec<Finding>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(
        detector: &'a Detector,
        text: &'a [u8],
        level: Level,
        memory: &'a mut Memory,
        found: &'a mut Vec<Finding>,
    ) -> Scan<'a> {
        // Words are remembered by their places, which are others in another text.
        memory.words.forget();
        let json = match text.trim_ascii_start() {
            [b'{', ..] => true,
            // `[2025-10-03 ...]` and `[section]` begin lines of text.
            [b'[', inside @ ..] => matches!(inside.trim_ascii_start().first(), Some(b'{' | b'[' | b'"' | b']')),
            _ => false,
        };
        Scan {
            detector,
            text,
            level,
            json,
            done: 0,
            header_end: 0,
            looked_ahead: 0,
            is_labelled: false,
            hash_body: 0..0,
            token_floor: 0,
            sense: None,
            memory,
            next_digit: 0,
            found,
        }
    }

    /// Looks at the value of a field, or at a text that stands alone.
    pub(crate) fn field(&mut self, key: Option<&[u8]>, range: Range<usize>) {
        if let Some(name) = key
            && let Some(secret) = self.detector.secret_of(name)
            && self.secret_field(name, secret, range.clone())
        {
            return;
        }
        self.value(Area { start: range.start, end: range.end, key, sense: None });
    }

    /// Looks at the value of a field whose name was read before.
    pub(crate) fn named(&mut self, field: &FieldName<'_>, len: usize) {
        if let (Some(name), Some(secret)) = (field.name, field.secret)
            && self.secret_field(name, secret, 0..len)
        {
            return;
        }
        self.value(Area { start: 0, end: len, key: field.name, sense: Some(field.sense) });
    }

    /// Looks at a value whose key is no secret's: perhaps all of it is a name or an address.
    pub(crate) fn value(&mut self, area: Area<'_>) {
        let first = self.text[area.start..area.end].first();
        let announced = || match (area.sense, area.key) {
            (Some(sense), _) => sense.is_known(),
            (None, Some(key)) => self.detector.names().promise(key).1,
            (None, None) => false,
        };
        let text = &self.text[area.start..area.end];
        let alone = || first.is_some_and(u8::is_ascii_uppercase) && is_two_capitals(text);
        let may_be_whole = text.len() <= WHOLE_MAX && (announced() || alone()) && !is_masked(text);
        if may_be_whole && let Some(hit) = values::whole(&self.text[..area.end], area.start..area.end, &self.sense(area)) {
            self.hit(hit);
            return;
        }
        self.document(area);
    }

    /// Looks at a text that is JSON, under the name of a field.
    pub(crate) fn json(&mut self, key: Option<&[u8]>) {
        self.document(Area { start: 0, end: self.text.len(), key, sense: None });
    }

    /// What the key of an area says about persons. It is read once, and only when something may be one.
    fn sense(&mut self, area: Area<'_>) -> Sense {
        match (area.sense, area.key, self.sense) {
            (Some(sense), ..) => sense,
            (None, None, _) => Sense::default(),
            (None, Some(_), Some((end, sense))) if end == area.end => sense,
            (None, Some(key), _) => {
                let sense = Sense::of(key);
                self.sense = Some((area.end, sense));
                sense
            }
        }
    }

    /// JSON first, if it begins so, then whatever is behind.
    pub(crate) fn document(&mut self, area: Area<'_>) {
        let text = &self.text[area.start..area.end];
        let begins = text.len() - text.trim_ascii_start().len();
        let start = if begins_json(&text[begins..]) { self.walk_json(area.start + begins, area) } else { area.start };
        if start < area.end {
            self.plain(Area { start, ..area });
        }
    }

    /// One pass over a text of any kind.
    pub(crate) fn plain(&mut self, area: Area<'_>) {
        let (mut at, mut pair) = (area.start.max(self.done), None);
        let (text, cues) = (&self.text[..area.end], self.detector.cues());
        let (mut stretch, mut found) = (repeat::next(text, at), self.found.len());
        while let Some(stop) = next_stop(text, at, area.start.max(self.done), cues) {
            let next = match stop {
                Stop::Sign(sign) => {
                    at = sign;
                    self.sign(sign, area, &mut pair)
                }
                Stop::Word(word) => {
                    at = word.at;
                    self.word(word, area, pair)
                }
            };
            // Whatever a recogniser says, the walk goes on, and not over what was found.
            at = next.max(at + 1).max(self.done);
            match stretch {
                Some(Range { start, .. }) if at <= start => found = self.found.len(),
                Some(Range { start, end }) if at >= start + repeat::MARGIN => {
                    if found == self.found.len() && at + repeat::MARGIN < end {
                        // Not within a word.
                        (at, pair) = (behind_word(text, end - repeat::MARGIN).0, None);
                    }
                    stretch = repeat::next(text, end.max(at));
                }
                _ => {}
            }
        }
    }

    fn sign(&mut self, at: usize, area: Area<'_>, pair: &mut Option<Pair>) -> usize {
        match self.text[at] {
            b'=' | b':' => self.separator(at, area, pair),
            b'>' => self.element(at, area, pair),
            b'@' => self.at_sign(at, area),
            b'%' => self.percent(at, area, *pair),
            b'{' => self.brace(at, area),
            b'+' if self.is_form_space(at, area, *pair) => self.form(area, *pair),
            _ if self.text[..area.end].get(at + 1).is_some_and(u8::is_ascii_digit) => {
                self.number(at, area, *pair).unwrap_or(at + 1)
            }
            _ => at + 1,
        }
    }

    /// A run of letters and digits.
    fn word(&mut self, Word { at, end, seen }: Word, area: Area<'_>, pair: Option<Pair>) -> usize {
        let text = &self.text[..area.end];
        let before = at.checked_sub(1).map_or(b' ', |before| text[before]);
        if seen & class::HIGH != 0 && self.level.nesting < NESTING_MAX && decode::has_odd_signs(&text[at..end]) {
            let decoded = decode::folded(text, area.start.max(self.done), area.end);
            self.inside(&decoded, area.key, Level { nesting: self.level.nesting + 1, ..self.level });
            return area.end;
        }
        // One of our own masks: `[PERSON]`, `[EMAIL:h0123456789abcdef]`.
        if before == b'[' && is_name_of_kind(&text[at..end]) {
            match text.get(end) {
                Some(b']') => return end,
                Some(b':') if let Some(token) = token_len(&text[end + 1..]) => return end + 1 + token,
                _ => {}
            }
        }
        if matches!(text.get(end), Some(b'$' | b'}'))
            && let Some(range) = hash::around(text, at, end, area.start.max(self.done), &mut self.hash_body)
        {
            return self.push(range, Kind::Password, "hash");
        }
        if text.get(end) == Some(&b'<')
            && let Some(range) = values::machine_readable(text, at)
        {
            return self.push(range, Kind::Passport, "mrz");
        }
        if self.detector.cues().may_begin(&text[at..])
            && let Some(next) = self.cue(at, end, area)
        {
            return next;
        }
        if before == b'-'
            && self.is_option(at, area)
            && let Some(next) = self.option(at, area)
        {
            return next;
        }
        if end - at >= BLOB_MIN {
            return end;
        }
        if may_name_somebody(text, at, end, seen)
            && let (sense, has_number) = (self.sense(area), self.has_digit_ahead(at))
            && let Some(hit) = values::at_word(text, at, area.end, &sense, has_number, &mut self.memory.words)
                .filter(|hit| hit.start >= self.done)
        {
            return self.hit(hit);
        }
        if seen & class::DIGIT == 0 {
            return end;
        }
        if !may_be_number(text, at, end, seen) {
            return end;
        }
        if end - at == 4
            && let Some(behind) = behind_moment(text, at)
        {
            return behind;
        }
        if end - at == 8 && text.len() - at >= 36 && is_uuid(&text[at..at + 36]) {
            return at + 36;
        }
        if self.detector.addresses
            && let Some(hit) = net::address(text, at, area.start, self.key_of(at, area, pair))
        {
            return self.hit(hit);
        }
        if !self.detector.addresses()
            && let Some(behind) = net::behind_ipv4(text, at)
        {
            return behind;
        }
        self.number(at, area, pair).unwrap_or(end)
    }

    /// Takes down that so many bytes ahead were read.
    pub(crate) fn look_ahead(&mut self, bytes: usize) {
        self.looked_ahead += bytes;
    }

    /// Whether so much was read ahead that from here on a few bytes have to do: each name within a value, and each
    /// command within a command, would read the rest of the text again.
    pub(crate) fn is_short_sighted(&self) -> bool {
        self.looked_ahead > LOOK_AHEAD_MIN + self.text.len()
    }

    /// Whether a digit is near, behind `at`. Each byte is looked at once, however many words ask.
    fn has_digit_ahead(&mut self, at: usize) -> bool {
        if self.next_digit < at {
            let rest = &self.text[at..];
            self.next_digit = at + rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
        }
        self.next_digit - at < values::NUMBER_AHEAD_MAX
    }

    /// The key whose value holds what begins at `at`.
    fn key_of<'k>(&self, at: usize, area: Area<'k>, pair: Option<Pair>) -> Option<&'k [u8]>
    where
        'a: 'k,
    {
        let text = &self.text[..area.end];
        pair.filter(|pair| pair.reaches(text, at)).and_then(|pair| pair.name(text)).or(area.key)
    }

    /// The value with digits that begins here.
    fn number(&mut self, at: usize, area: Area<'_>, pair: Option<Pair>) -> Option<usize> {
        let text = &self.text[..area.end];
        let floor = area.start.max(self.done);
        let cue =
            || Cue { key: self.key_of(at, area, pair), before: &text[floor.max(at.saturating_sub(CONTEXT_BYTES)).min(at)..at] };
        let hit = values::number_where(text, at, &cue, &self.memory.sentences)?;
        (hit.start >= self.done && hit.end > at && !is_masked(&text[hit.start..hit.end])).then(|| self.hit(hit))
    }

    fn at_sign(&mut self, at: usize, area: Area<'_>) -> usize {
        let floor = area.start.max(self.done);
        match email::around(&self.text[..area.end], at, floor) {
            Some(range) => {
                let end = self.push(range, Kind::Email, "email");
                self.password_beside(end, area).unwrap_or(end)
            }
            None if let Some(range) = net::password_of_source(&self.text[..area.end], at, floor) => {
                self.push(range, Kind::Password, "dsn");
                at + 1
            }
            None => at + 1,
        }
    }

    /// `%XX`: the piece around it is decoded and looked at again.
    fn percent(&mut self, at: usize, area: Area<'_>, pair: Option<Pair>) -> usize {
        let text = &self.text[..area.end];
        if percent_byte(&text[at..]).is_none() {
            return at + 1;
        }
        let floor = area.start.max(self.done).max(at.saturating_sub(512));
        let start = at - text[floor..at].iter().rev().take_while(|byte| is_encoded_byte(**byte)).count();
        self.encoded(start, at, area, pair)
    }

    fn is_form_space(&self, at: usize, area: Area<'_>, pair: Option<Pair>) -> bool {
        let floor = area.start.max(self.done);
        pair.is_some_and(|pair| {
            pair.value >= floor && at > pair.value && at - pair.value < 64 && pair.is_form(&self.text[..area.end])
        })
    }

    fn form(&mut self, area: Area<'_>, pair: Option<Pair>) -> usize {
        let start = pair.map_or(area.start, |pair| pair.value);
        self.encoded(start, start, area, pair)
    }

    fn encoded(&mut self, start: usize, at: usize, area: Area<'_>, pair: Option<Pair>) -> usize {
        let text = &self.text[..area.end];
        let limit = text.len().min(at + ENCODED_MAX);
        let end = at + text[at..limit].iter().take_while(|byte| is_encoded_byte(**byte)).count();
        let form = pair.is_some_and(|pair| pair.is_form(text));
        if self.level.nesting >= NESTING_MAX || end <= at {
            return end.max(at + 1);
        }
        let Some(decoded) = decode::percent(text, start, end, form) else { return at + 3 };
        let key = pair.filter(|pair| pair.value >= start && pair.value <= at).and_then(|pair| pair.name(text)).or(area.key);
        self.inside(&decoded, key, Level { nesting: self.level.nesting + 1, encoded: true, ..self.level });
        end
    }

    /// Looks at a piece that was decoded, and carries what is found back to where it is written.
    pub(crate) fn inside(&mut self, decoded: &Decoded, key: Option<&[u8]>, level: Level) {
        let first = self.found.len();
        Scan::new(self.detector, &decoded.text, level, self.memory, self.found).field(key, 0..decoded.text.len());
        self.memory.words.forget();
        for finding in &mut self.found[first..] {
            (finding.start, finding.end) = (decoded.source(finding.start), decoded.source(finding.end));
        }
    }

    /// A string of JSON, or a quoted value: `range` is what stands between its quotes.
    pub(crate) fn quoted(&mut self, key: Option<&[u8]>, range: Range<usize>, escaped: bool) {
        if escaped && self.level.nesting < NESTING_MAX {
            let decoded = decode::json_string(self.text, range.start, range.end);
            let level = Level { strings: self.level.strings + 1, nesting: self.level.nesting + 1, ..self.level };
            self.inside(&decoded, key, level);
        } else {
            self.field(key, range);
        }
    }

    pub(crate) fn hit(&mut self, hit: values::Hit) -> usize {
        self.push(hit.start..hit.end, hit.kind, hit.rule)
    }

    /// Takes a finding down and goes on behind it.
    pub(crate) fn push(&mut self, range: Range<usize>, kind: Kind, rule: &'static str) -> usize {
        self.push_bare(range, kind, rule, None)
    }

    /// A finding further on in the text: what lies before it is still looked at.
    pub(crate) fn found_ahead(&mut self, range: Range<usize>, kind: Kind, rule: &'static str) {
        self.found.push(Finding { start: range.start, end: range.end, kind, rule, quotes: None });
    }

    /// A finding that may have stood without quotes in JSON.
    pub(crate) fn push_bare(&mut self, range: Range<usize>, kind: Kind, rule: &'static str, quotes: Option<Quotes>) -> usize {
        let quotes = quotes
            .filter(|_| !self.level.encoded)
            .map(|quotes| Quotes { depth: quotes.depth.saturating_add(self.level.strings), ..quotes });
        self.found.push(Finding { start: range.start, end: range.end, kind, rule, quotes });
        self.done = self.done.max(range.end);
        range.end
    }
}

impl Pair {
    /// Whether what begins at `at` belongs to the value: nothing between ends it.
    fn reaches(&self, text: &[u8], at: usize) -> bool {
        let between = text.get(self.value..at).unwrap_or_default();
        let blanks = between.iter().take(4).take_while(|byte| **byte == b' ').count();
        let quote = matches!(between.get(blanks), Some(b'"' | b'\'' | b'(' | b'[' | b'\\'));
        let rest = &between[blanks + usize::from(quote)..];
        at >= self.value
            && between.len() <= CONTEXT_BYTES
            && !rest.iter().any(|byte| matches!(byte, b',' | b';' | b'&' | b'|' | b'<' | b'\n' | b'"' | b')' | b']' | b'}'))
    }
}
