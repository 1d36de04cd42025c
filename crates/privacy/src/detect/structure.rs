//! Keys and their values: `key=value`, `key: value`, `"key": "value"`, `<key>value</key>`, `scheme://user:password@host`.

use std::ops::Range;

use crate::Kind;
use crate::detect::glance::is_encoded_byte;
use crate::detect::judge::{is_like_password, is_like_token, is_masked, is_path, is_placeholder, is_state, is_surely_token};
use crate::detect::key::{KEY_LOOK_BACK_MAX, Key, SPACES_MAX, TAG_MAX, attribute_before, element_name, key_before};
use crate::detect::key_name::last_segment;
use crate::detect::label::name_above;
use crate::detect::names::{Holds, Reach, Secret};
use crate::detect::scan::{Area, Pair, Scan};
use crate::detect::value::{Extent, Found, value_after};
use crate::detect::wrapping::{trimmed, unwrapped};
use crate::detect::{Quotes, net, vendors};
use crate::values::{self, Sense};

/// As much before a separator holds the end of a name: three letters, a quote with its backslashes, a bracket, spaces.
const TAIL_LOOK_BACK: usize = 16;

/// Longest value that is read as a name or an address.
const NAME_VALUE_MAX: usize = 160;

/// As much of a value as is looked over for what stands in no form.
const FORM_VALUE_MAX: usize = 256;

/// Longest `user:password@host:port` that is read.
const AUTHORITY_MAX: usize = 1024;

/// As much of a value as is read where [`Scan::is_short_sighted`]: what is drawn by chance shows it so far.
const BEGINNING: usize = 32;

/// How sure it is that a name is a key, and what stands behind it all of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// `key: value` within a sentence.
    Prose,
    /// `key=value`, an option of a command.
    Pair,
    /// A field, a key of JSON or the like, an element of XML.
    Field,
}

impl<'a> Scan<'a> {
    /// `=` or `:`: perhaps a key stands before it.
    pub(crate) fn separator(&mut self, at: usize, area: Area<'_>, pair: &mut Option<Pair>) -> usize {
        let text = &self.text[..area.end];
        if text[at] == b':' {
            if text[at..].starts_with(b"://") {
                return self.authority(at + 3, area);
            }
            if text.get(at + 1) == Some(&b'A')
                && let Some(range) = vendors::bot_token(text, at, area.start.max(self.done))
            {
                return self.push(range, Kind::ApiKey, "bot-token");
            }
            if self.detector.addresses()
                && let Some(hit) = net::colon_address(text, at, area.start.max(self.done))
            {
                return self.hit(hit);
            }
        }
        // A time of day.
        if matches!(text[..at], [.., b'0'..=b'9']) && matches!(text[at + 1..], [b'0'..=b'9', ..]) && text[at] == b':' {
            return at + 1;
        }
        let floor = area.start.max(self.done);
        *pair = Some(Pair { mark: at, floor, value: at + 1 });
        let value = text[at + 1..].iter().take(SPACES_MAX).find(|byte| **byte != b' ');
        // Nearly always no secret has such a name, and nothing has to be decoded.
        let tail = &text[floor.max(at.saturating_sub(TAIL_LOOK_BACK))..at];
        let tail = tail.strip_suffix(b"%5D").or_else(|| tail.strip_suffix(b"%5d")).unwrap_or(tail);
        if tail.ends_with(b"name")
            && value == Some(&b'"')
            && let Some(next) = self.form_part(at, area)
        {
            return next;
        }
        if tail.ends_with(b"Label")
            && let Some(key) = key_before(text, at, floor)
        {
            let word = key.name.rsplit(|byte| *byte == b' ').next().unwrap_or(key.name);
            self.labelled(word, at, area);
        }
        let (detector, promises) = (self.detector, &mut self.memory.promises);
        let (named, of_somebody) = promises.get(tail, || detector.names().promise(tail));
        let named = named || tail.ends_with(b"value");
        if !named && !of_somebody && !matches!(value, Some(b'"' | b'\'')) {
            return at + 1;
        }
        let Some(key) = key_before(text, at, floor) else { return at + 1 };
        let name = if of_somebody { self.somebody(at, &key, area) } else { None };
        name.or_else(|| self.keyed(at, &key, area)).unwrap_or(at + 1)
    }

    /// The person or address behind a key that announces one.
    fn somebody(&mut self, at: usize, key: &Key<'a>, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let name = key.name.rsplit(|byte| *byte == b' ').next().unwrap_or(key.name);
        let mut sense = Sense::of(name);
        // Of several words, as in "Адрес доставки" and "địa chỉ", the last may not say it alone.
        if !sense.is_of_somebody() && name.len() < key.name.len() && !key.name.is_ascii() {
            sense = Sense::of(key.name);
        }
        if !sense.is_of_somebody() {
            return None;
        }
        let start = at + 1 + text[at + 1..].iter().take(SPACES_MAX).take_while(|byte| **byte == b' ').count();
        // SQL Server's strings have an N in front.
        let start = start + usize::from(matches!(text[start..], [b'N', b'\'', ..]));
        let quote = text.get(start).copied().filter(|byte| is_quote(*byte));
        let start = start + usize::from(quote.is_some());
        if text.get(start) == Some(&b'[') {
            return None;
        }
        let limit = text.len().min(start + NAME_VALUE_MAX);
        let len = match (quote, text[at]) {
            (Some(quote), _) => memchr::memchr2(quote, b'\\', &text[start..limit])?,
            (None, b'>') => memchr::memchr(b'<', &text[start..limit])?,
            (None, _) => bare_name(&text[start..limit], sense.is_of_place()),
        };
        let value = &text[start..start + len];
        if is_masked(value) || sense.is_of_place() && is_of_machine(value) {
            return None;
        }
        let hit = values::whole(&text[..start + len], start..start + len, &sense)?;
        let found = &text[hit.start..hit.end];
        (!is_masked(found) && !is_state(found) && hit.start >= self.done).then(|| self.hit(hit))
    }

    /// The value behind a key, when it is a secret or has to be decoded; where to go on.
    fn keyed(&mut self, at: usize, key: &Key<'a>, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let secret = self.secret_name(key);
        if let Some(secret) = secret {
            let header = matches!(secret.holds, Holds::Authorization | Holds::Cookies);
            if header && at < self.header_end {
                return None;
            }
            let phrase = secret.holds == Holds::Anything && !self.json && is_line_of_settings(text, key.start, at, area.start);
            let extent = if header || phrase { Extent::Line } else { Extent::Word };
            if let Some(next) = self.named_value(at, key, secret, extent, area.end) {
                return Some(next);
            }
        }
        let quote = text.get(at + 1..)?.iter().take(SPACES_MAX).position(|byte| *byte != b' ')? + at + 1;
        if !matches!(text[quote], b'"' | b'\'') {
            return None;
        }
        // Only a string with something escaped in it needs more than being walked over.
        let first = memchr::memchr2(text[quote], b'\\', &text[quote + 1..])? + quote + 1;
        if text[first] != b'\\' || key.quote.is_some_and(|outer| outer.len() > 1) {
            return None;
        }
        let found = value_after(text, at, Extent::Word, key.quote, self.json)?;
        // What was no secret as it stands is none without its escapes.
        self.quoted(secret.is_none().then_some(key.name), found.start..found.end, true);
        self.done = self.done.max(found.end);
        Some(found.end)
    }

    /// The value behind a secret's name; where to go on when it was taken.
    fn named_value(&mut self, at: usize, key: &Key<'a>, secret: Secret, extent: Extent, end: usize) -> Option<usize> {
        let at = behind_type(&self.text[..end], at, key).unwrap_or(at);
        let read = |text: &[u8], json: bool| {
            value_after(text, at, extent, key.quote, json).map(|found| unwrapped(text, trimmed(text, found)))
        };
        // A header within a header is not read.
        let is_header = matches!(secret.holds, Holds::Authorization | Holds::Cookies);
        let (whole, is_short) = (&self.text[..end], !is_header && self.is_short_sighted());
        let text = if is_short { &whole[..end.min(at + BEGINNING)] } else { whole };
        let found = read(text, self.json)?;
        match secret.holds {
            Holds::Authorization | Holds::Cookies => {
                self.header_end = found.end;
                let range = found.start..found.end;
                return if secret.holds == Holds::Cookies { self.cookies(range) } else { self.authorization(range) };
            }
            _ => {}
        }
        let is_secret = self.is_secret(at, key, secret, &found);
        let taken = if is_secret { found.end - found.start } else { 0 };
        self.look_ahead(looked_over(text, &found) - taken);
        if !is_secret {
            return None;
        }
        // What looks like a secret at its beginning is taken whole.
        let found = if found.end == text.len() && is_short { read(whole, self.json).unwrap_or(found) } else { found };
        let quotes = found.quote.map(|quote| Quotes { byte: quote.byte, depth: quote.depth() });
        Some(self.push_secret(found.start..found.end, secret.kind, key.name, quotes))
    }

    /// The secret a name stands for. Of the words before a name without quotes all count first: `unexpected token` is
    /// none, though `token` is.
    fn secret_name(&self, key: &Key<'_>) -> Option<Secret> {
        let names = self.detector.names();
        if key.name == b"value" {
            let before = &self.text[..key.start];
            return names.classify(last_segment(attribute_before(before).or_else(|| name_above(before))?).1);
        }
        let last_word = key.name.rsplit(|&byte| byte == b' ').next().unwrap_or(key.name);
        match names.classify(last_segment(key.name).1) {
            None if last_word.len() < key.name.len() => {
                names.classify(last_segment(last_word).1).filter(|_| !names.is_never(key.name))
            }
            found => found,
        }
    }

    /// Whether what was found behind a secret's name is one. Headers are not asked about.
    fn is_secret(&self, at: usize, key: &Key<'_>, secret: Secret, found: &Found) -> bool {
        let text = self.text;
        let value = &text[found.start..found.end];
        let place = match text[at] {
            _ if key.quote.is_some() => Place::Field,
            b':' if text.get(at + 1) == Some(&b' ') && !is_quote(text[found.start - 1]) => Place::Prose,
            _ => Place::Pair,
        };
        if found.quote.is_some() && matches!(value.first(), Some(b'{' | b'[')) && secret.holds != Holds::Anything {
            return false;
        }
        if place == Place::Prose && secret.holds == Holds::Anything && !stands_alone(text, found.end) && !is_like_password(value)
        {
            return false;
        }
        accepts(&secret, place, key.name, value)
    }

    /// The value of a field with a secret's name; whether it was taken.
    pub(crate) fn secret_field(&mut self, name: &[u8], secret: Secret, range: Range<usize>) -> bool {
        match secret.holds {
            Holds::Authorization => self.authorization(range).is_some(),
            Holds::Cookies => self.cookies(range).is_some(),
            _ if accepts(&secret, Place::Field, name, &self.text[range.clone()]) => {
                self.push_secret(range, secret.kind, name, None);
                true
            }
            _ => false,
        }
    }

    /// A value whose key and look agree that it is a secret. Its kind is what it looks like, or else what the key says.
    pub(crate) fn push_secret(&mut self, range: Range<usize>, kind: Kind, key: &[u8], quotes: Option<Quotes>) -> usize {
        let range = vendors::without_scope(self.text, range);
        let value = &self.text[range.clone()];
        let kind = vendors::kind_of(value).unwrap_or_else(|| vendors::kind_by_key(key, kind));
        self.push_bare(range, kind, "key", quotes)
    }

    /// `>`: perhaps the end of a tag with a key's name.
    pub(crate) fn element(&mut self, at: usize, area: Area<'_>, pair: &mut Option<Pair>) -> usize {
        let text = &self.text[..area.end];
        if at > area.start.max(self.done) && text[at - 1] == b'-' {
            return self.separator(at - 1, area, pair); // `key -> value`
        }
        let floor = area.start.max(self.done).max(at.saturating_sub(TAG_MAX));
        let Some(tag) = memchr::memrchr(b'<', &text[floor..at]).map(|open| &text[floor + open + 1..at]) else { return at + 1 };
        let Some(name) = element_name(tag) else { return at + 1 };
        *pair = Some(Pair { mark: at, floor, value: at + 1 });
        if self.detector.names().promise(name).1
            && let Some(next) = self.somebody(at, &Key { name, start: at, quote: None }, area)
        {
            return next;
        }
        let Some(secret) = self.detector.names().classify(last_segment(name).1) else { return at + 1 };
        let end = memchr::memchr(b'<', &text[at + 1..]).map_or(text.len(), |end| at + 1 + end);
        let value = text[at + 1..end].trim_ascii();
        let start = at + 1 + text[at + 1..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if value.is_empty() || !self.secret_field(name, secret, start..start + value.len()) {
            return at + 1;
        }
        end
    }

    /// `{`: perhaps JSON within a text.
    pub(crate) fn brace(&mut self, at: usize, area: Area<'_>) -> usize {
        let inside = self.text[at + 1..area.end].iter().take(SPACES_MAX).find(|byte| !byte.is_ascii_whitespace());
        if inside != Some(&b'"') {
            return at + 1;
        }
        self.walk_json(at, area).max(at + 1)
    }

    /// Behind `://`: the password of `user:password@host`.
    fn authority(&mut self, start: usize, area: Area<'_>) -> usize {
        let text = &self.text[..area.end];
        let limit = text.len().min(start + AUTHORITY_MAX);
        // A semicolon parts the settings of SQL Server's driver.
        let ends =
            |byte: &u8| matches!(byte, b'/' | b'?' | b'"' | b'<' | b'>' | b'\\' | b'`' | b';') || byte.is_ascii_whitespace();
        let end = start + text[start..limit].iter().position(ends).unwrap_or(limit - start);
        let Some(sign) = memchr::memrchr(b'@', &text[start..end]).map(|at| start + at) else { return start };
        let user = &text[start..sign];
        let name_end = start + memchr::memchr(b':', user).unwrap_or(0);
        if let Some(kind) = vendors::kind_of(&text[start..name_end]) {
            self.push(start..name_end, kind, "url-token");
            self.done = sign;
            return sign + 1;
        }
        match memchr::memchr(b':', user).map(|colon| start + colon + 1) {
            Some(password) if password < sign && !is_masked(&text[password..sign]) && !is_placeholder(&text[password..sign]) => {
                let kind = vendors::kind_of(&text[password..sign]).unwrap_or(Kind::Password);
                self.push(password..sign, kind, "url-password");
            }
            None if vendors::kind_of(user).is_some() || is_surely_token(user) => {
                self.push(start..sign, vendors::kind_of(user).unwrap_or(Kind::AuthToken), "url-token");
            }
            // A whole address may stand for the user: `https://joe%40example.com@host`.
            None if memchr::memchr(b'%', user).is_some() => return start,
            _ => {}
        }
        self.done = self.done.max(sign);
        sign + 1
    }
}

impl Pair {
    /// The key, looked for only when something depends on it.
    pub(crate) fn name<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        if text[self.mark] == b'>' {
            let open = memchr::memrchr(b'<', &text[self.floor..self.mark])?;
            return element_name(&text[self.floor + open + 1..self.mark]);
        }
        key_before(text, self.mark, self.floor).map(|key| key.name)
    }

    /// Whether it stands in a query: then `+` means a space.
    pub(crate) fn is_form(&self, text: &[u8]) -> bool {
        let key = if text[self.mark] == b'=' { key_before(text, self.mark, self.floor) } else { None };
        let Some(key) = key.filter(|key| !key.name.contains(&b' ') || text[key.start..].starts_with(b" ")) else { return false };
        let value = &text[self.value..text.len().min(self.value + FORM_VALUE_MAX)];
        let len = value.iter().take_while(|byte| is_encoded_byte(**byte)).count();
        // A form writes `@` as `%40`.
        !value[..len].contains(&b'@')
            && (matches!(text[..key.start].last(), Some(b'&' | b'?' | b'='))
                || value[len..].starts_with(b"&") && begins_key(&value[len + 1..]))
    }
}

/// Longest type that is passed over between a name and its value.
const TYPE_MAX: usize = 48;

/// The `=` behind the type that programs write between a name and its value: `let password: &str = "x"`.
fn behind_type(text: &[u8], colon: usize, key: &Key<'_>) -> Option<usize> {
    if text[colon] != b':' || key.quote.is_some() {
        return None;
    }
    let rest = &text[colon + 1..text.len().min(colon + 1 + TYPE_MAX)];
    let is_type = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'&' | b'_' | b'.' | b'<' | b'>' | b'?' | b'[' | b']' | b' ' | b'\'' | b':')
    };
    let sign = rest.iter().position(|byte| !is_type(byte)).filter(|&sign| rest[sign] == b'=')?;
    let value = rest[sign + 1..].trim_ascii_start();
    let words = rest[..sign].split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count();
    (words == 1 && rest[..sign].ends_with(b" ") && matches!(value, [b'"' | b'\'', ..])).then_some(colon + 1 + sign)
}

/// How far a value was read: to its end, and where a bracket stands open, to the end of the text.
fn looked_over(text: &[u8], found: &Found) -> usize {
    let value = &text[found.start..found.end];
    let is_open = matches!(value.first(), Some(b'[' | b'{')) && !matches!(value.last(), Some(b']' | b'}'));
    if is_open { text.len() - found.start } else { value.len() }
}

/// Whether the value behind a secret's name is one.
fn accepts(secret: &Secret, place: Place, name: &[u8], value: &[u8]) -> bool {
    if value.is_empty() || is_masked(value) || is_placeholder(value) || place != Place::Field && is_of_program(name, value) {
        return false;
    }
    let is_count = value.len() < 7 && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    match secret.holds {
        Holds::Anything => !(is_state(value) || is_path(value) && is_directory_name(name)),
        Holds::Credential if place == Place::Field => {
            !is_state(value) && !is_path(value) && !is_count && value.len() >= 4 && secret.reach != Reach::Never
        }
        Holds::Credential if secret.kind == Kind::Password && place == Place::Pair => {
            !is_state(value) && !is_count && !is_path(value) && value.len() >= 4
        }
        Holds::Credential => is_like_token(value) && !is_path(value),
        Holds::Random => value.len() >= 20 && is_like_token(value),
        Holds::Digits => (3..=8).contains(&value.len()) && value.iter().all(u8::is_ascii_digit),
        Holds::Authorization | Holds::Cookies => false,
    }
}

/// What the texts of programs write behind a name: a type, nothing, or the same name elsewhere: `password: &str`,
/// `password=None):`, `password == other.password`.
fn is_of_program(name: &[u8], value: &[u8]) -> bool {
    let end = value.iter().rposition(|byte| !matches!(byte, b')' | b':' | b';' | b',' | b'{')).map_or(0, |last| last + 1);
    let word = value[..end].strip_prefix(b"&").unwrap_or(&value[..end]);
    let name = last_segment(name.rsplit(|byte| *byte == b' ').next().unwrap_or(name)).1;
    let is_member = word.strip_suffix(name).is_some_and(|path| path.ends_with(b".") && path.len() > 1);
    is_member || word.len() < value.len() && is_state(word)
}

/// `pwd=/home/x` is a working directory: shells and `sudo` write it into every line.
fn is_directory_name(name: &[u8]) -> bool {
    name.len() >= 3 && name[name.len() - 3..].eq_ignore_ascii_case(b"pwd")
}

/// `  key: value` on a line of its own among others, as YAML has them: the value goes to the end of the line.
fn is_line_of_settings(text: &[u8], key: usize, separator: usize, floor: usize) -> bool {
    let before = &text[floor..key];
    let indent = before.iter().rev().take_while(|byte| **byte == b' ').count();
    let newline = before[..before.len() - indent].last() == Some(&b'\n');
    newline && text[separator] == b':' && text.get(separator + 1) == Some(&b' ')
}

/// Whether nothing but the end of a line or of a part of a sentence follows a value.
fn stands_alone(text: &[u8], end: usize) -> bool {
    match text[end..] {
        [] | [b'\n' | b'\r' | b',' | b';' | b'"' | b'\'' | b')' | b']' | b'}' | b'|' | b'<', ..] => true,
        [b' ' | b'\t', next, ..] => !next.is_ascii_alphabetic() || begins_key(&text[end + 1..]),
        _ => false,
    }
}

/// A value without quotes, as far as a name may go: to a mark that parts values, or to the next key. Addresses have
/// commas.
fn bare_name(text: &[u8], commas: bool) -> usize {
    let ends = |byte: &u8| match byte {
        b',' => !commas,
        _ => matches!(
            byte,
            b'^' | b';' | b'&' | b'|' | b'<' | b'>' | b'\n' | b'\r' | b'\t' | b'"' | b'(' | b')' | b']' | b'}' | b'='
        ),
    };
    let end = text.iter().position(ends).unwrap_or(text.len());
    // The next key ends it too: `Name:Emma Miller Email:x`, but not `No: 15`.
    let next = memchr::memchr_iter(b':', &text[..end]).find(|&at| text.get(at + 1).is_some_and(|byte| *byte != b' ' || !commas));
    let end = next.unwrap_or(end);
    let value = match text.get(end) {
        Some(b'=' | b':') => &text[..text[..end].iter().rposition(|byte| *byte == b' ').unwrap_or(0)],
        _ => &text[..end],
    };
    value.trim_ascii_end().strip_suffix(b",").unwrap_or(value.trim_ascii_end()).len()
}

/// Whether an address begins as that of a machine or of memory does: `10.0.0.1:80`, `0x7f`, `[::1]`.
fn is_of_machine(value: &[u8]) -> bool {
    let word = value.split(|byte| *byte == b' ').next().unwrap_or(value);
    let joined = word
        .windows(3)
        .any(|three| matches!(three, [a, b'.' | b':', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()));
    joined || word.starts_with(b"0x") || word.starts_with(b"[")
}

fn begins_key(text: &[u8]) -> bool {
    let name = text
        .iter()
        .take(KEY_LOOK_BACK_MAX)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        .count();
    matches!(text.get(name), Some(b'=' | b':'))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
