use record::{Severity, Timestamp};

use crate::draft::Draft;
use crate::limits::Fault;
use crate::logfmt::quoted;
use crate::places::Place;
use crate::raw::{Escapes, Raw};
use crate::stamp::{self, Stamp};

/// A line of an access log, common or combined, with or without the virtual host in front:
/// `192.0.2.7 - frank [06/Feb/2026:14:23:45 +0000] "GET /a HTTP/1.1" 200 2326 "referer" "agent"`
pub(super) struct Access<'a> {
    stamp: Stamp,
    stamp_text: &'a str,
    virtual_host: Option<&'a str>,
    client: &'a str,
    identity: &'a str,
    user: &'a str,
    request: Raw<'a>,
    status: Option<u16>,
    size: &'a str,
    referer: Option<Raw<'a>>,
    agent: Option<Raw<'a>>,
    rest: &'a str,
}

pub(super) fn parse(line: &str, received_at: Timestamp) -> Option<Access<'_>> {
    let open = memchr::memchr(b'[', line.as_bytes())?;
    let mut words = line[..open].split_ascii_whitespace();
    let (first, second, third, fourth) = (words.next()?, words.next()?, words.next()?, words.next());
    if words.next().is_some() {
        return None;
    }
    let (virtual_host, [client, identity, user]) = match fourth {
        Some(fourth) => (Some(first), [second, third, fourth]),
        None => (None, [first, second, third]),
    };
    let stamp = stamp::read(&line[open + 1..], received_at)?;
    let close = open + 1 + stamp.len;
    if !line[close..].starts_with("] \"") {
        return None;
    }
    let (request, end) = quoted(line, close + 2).ok()?;
    let mut rest = line[end..].strip_prefix(' ')?;
    let status = word(&mut rest);
    let size = word(&mut rest);
    if !(is_number(status) || status == "-") || !(is_number(size) || size == "-" || size.is_empty()) {
        return None;
    }
    let (referer, agent) = (quoted_word(&mut rest), quoted_word(&mut rest));
    let status = status.parse().ok();
    let stamp_text = &line[open + 1..close];
    Some(Access { stamp, stamp_text, virtual_host, client, identity, user, request, status, size, referer, agent, rest })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn word<'a>(rest: &mut &'a str) -> &'a str {
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    *rest = behind;
    word
}

fn quoted_word<'a>(rest: &mut &'a str) -> Option<Raw<'a>> {
    if !rest.starts_with('"') {
        return None;
    }
    let (raw, end) = quoted(rest, 0).ok()?;
    *rest = rest[end..].trim_ascii_start();
    Some(raw)
}

impl<'a> Access<'a> {
    pub(super) fn put(self, draft: &mut Draft<'a>, line: &'a str, at: usize) -> Result<(), Fault> {
        draft.put_time((self.stamp.at, self.stamp.nanos), self.stamp_text);
        draft.put_severity(self.severity());
        draft.put_place(Place::Message, Raw::Text(line), at)?;
        draft.put_named("client.address", Raw::Text(self.client), at)?;
        let words =
            [("server.address", self.virtual_host.unwrap_or("-")), ("user.identity", self.identity), ("user.name", self.user)];
        for (name, word) in words.into_iter().filter(|(_, word)| *word != "-") {
            draft.put_named(name, Raw::Text(word), at)?;
        }
        self.put_request(draft, at)?;
        if let Some(status) = self.status {
            draft.put_named("http.status", Raw::Int(i64::from(status), ""), at)?;
        }
        if is_number(self.size) {
            draft.put_named("http.bytes", Raw::word(self.size), at)?;
        }
        for (name, raw) in [("http.referer", self.referer), ("http.user_agent", self.agent)] {
            if let Some(raw) = raw.filter(|raw| *raw != Raw::Text("-") && *raw != Raw::Text("")) {
                draft.put_named(name, raw, at)?;
            }
        }
        self.put_rest(draft, at)
    }

    fn severity(&self) -> Severity {
        match self.status {
            Some(500..) => Severity::Error,
            Some(400..500) => Severity::Warn,
            _ => Severity::Info,
        }
    }

    /// `GET /a HTTP/1.1` in its parts; what a broken client sent instead as a whole.
    fn put_request(&self, draft: &mut Draft<'a>, at: usize) -> Result<(), Fault> {
        let (text, escapes) = match self.request {
            Raw::Escaped(text, _) => (text, true),
            Raw::Text(text) => (text, false),
            _ => ("-", false),
        };
        let part = |text: &'a str| if escapes { Raw::Escaped(text, Escapes::Quoted) } else { Raw::Text(text) };
        let Some((method, target)) = text.split_once(' ').filter(|(method, _)| method.bytes().all(|b| b.is_ascii_uppercase()))
        else {
            return if text == "-" || text.is_empty() { Ok(()) } else { draft.put_named("http.request", self.request, at) };
        };
        let (path, version) = match target.rsplit_once(" HTTP/") {
            Some((path, version)) => (path, Some(version)),
            None => (target, None),
        };
        draft.put_named("http.method", Raw::Text(method), at)?;
        draft.put_named("http.path", part(path), at)?;
        version.map_or(Ok(()), |version| draft.put_named("http.version", Raw::Text(version), at))
    }

    /// nginx adds the forwarded address; what else stands there has no name.
    fn put_rest(&self, draft: &mut Draft<'a>, at: usize) -> Result<(), Fault> {
        let mut rest = self.rest;
        if let Some(forwarded) = quoted_word(&mut rest)
            && rest.is_empty()
        {
            return if forwarded == Raw::Text("-") { Ok(()) } else { draft.put_named("http.x_forwarded_for", forwarded, at) };
        }
        if self.rest.is_empty() { Ok(()) } else { draft.put_named("http.rest", Raw::Text(self.rest), at) }
    }
}
