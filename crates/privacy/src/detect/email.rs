//! E-mail addresses, outward from their `@`.

use std::ops::Range;

use crate::detect::judge::is_one_of;

/// Longest local part (RFC 5321, 4.5.3.1.1) and domain (4.5.3.1.2).
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 255;

/// Last labels of what is no domain: units of systemd, files, and packages.
const NO_TOP_LEVELS: &[&str] = &[
    "service", "socket", "timer", "mount", "target", "slice", "scope", "device", "path", "js", "ts", "mjs", "json", "xml",
    "html", "css", "png", "jpg", "jpeg", "gif", "svg", "webp", "py", "go", "rs", "java", "jar", "so", "dll", "exe", "sh", "yml",
    "yaml", "txt", "log", "conf", "gz", "zip", "tar", "git",
];

/// Algorithms of SSH are named after the domain of whoever made them up (RFC 4251, 6).
const ALGORITHM_DOMAINS: &[&str] = &["openssh.com", "libssh.org", "lysator.liu.se", "ssh.com", "putty.projects.tartarus.org"];

/// The address around the `@` at `at`; nothing of it lies before `floor`.
pub(crate) fn around(text: &[u8], at: usize, floor: usize) -> Option<Range<usize>> {
    let floor = floor.max(at.saturating_sub(LOCAL_MAX));
    let mut start = at - text[floor..at].iter().rev().take_while(|byte| is_local(**byte)).count();
    // Dots stand between words, and marks that quote or list come before.
    while start < at && matches!(text[start], b'.' | b'-' | b'\'' | b'*' | b'/' | b'=' | b'&' | b'#' | b'!' | b'?' | b'~' | b'%')
    {
        start += 1;
    }
    start = behind_delimiter(text, start, at);
    // `email='emma@example.com'`.
    start += usize::from(start > 0 && text[start..at].starts_with(b"'"));
    let end = domain_end(text, at + 1)?;
    let (local, domain) = (&text[start..at], &text[at + 1..end]);
    let sound = !local.is_empty() && text[at - 1] != b'.' && !is_masked_local(local);
    (sound && is_whole(text, start, end) && !is_no_mailbox(text, local, domain, start, end)).then_some(start..end)
}

/// Characters of local parts in use (RFC 5322, 3.2.3, and RFC 6531 for those outside ASCII).
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'\'' | b'%' | b'#' | b'!' | b'~' | b'*' | b'/' | b'=' | b'&')
}

/// Of `user=a@b.c`, `to=a@b.c`, `?x=1&mail=a@b.c`, `/a@b.c` only what follows the last mark: it is hardly ever part of
/// an address, and often stands before one.
fn behind_delimiter(text: &[u8], start: usize, at: usize) -> usize {
    let mark = text[start..at].iter().rposition(|byte| matches!(byte, b'=' | b'&' | b'/' | b'#' | b'!' | b'*' | b'~' | b'%'));
    mark.map_or(start, |mark| start + mark + 1)
}

/// Behind the last label of the domain that begins at `start`.
fn domain_end(text: &[u8], start: usize) -> Option<usize> {
    let limit = text.len().min(start + DOMAIN_MAX);
    let run = text[start..limit]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80 || matches!(**byte, b'.' | b'-'))
        .count();
    let mut domain = &text[start..start + run];
    while let [rest @ .., b'.' | b'-'] = domain {
        domain = rest;
    }
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let (labels, top) = (&domain[..dot], &domain[dot + 1..]);
    let lettered =
        top.len() >= 2 && (top.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80) || top.starts_with(b"xn--"));
    let sound = !labels.is_empty() && labels.split(|byte| *byte == b'.').all(|label| !label.is_empty() && label[0] != b'-');
    (lettered && top.len() <= 24 && sound && !is_one_of(top, NO_TOP_LEVELS)).then_some(start + domain.len())
}

/// No part of a longer word.
fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    !text[..start].last().is_some_and(|byte| matches!(byte, b'@' | b'*')) && text.get(end).is_none_or(|byte| *byte != b'@')
}

/// Remotes of git and scp (`git@host:path`), algorithms of SSH, ids of messages.
fn is_no_mailbox(text: &[u8], local: &[u8], domain: &[u8], start: usize, end: usize) -> bool {
    let remote = text.get(end) == Some(&b':')
        && text.get(end + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/' || *byte == b'~');
    let git = local.eq_ignore_ascii_case(b"git");
    let algorithm = ALGORITHM_DOMAINS.iter().any(|known| domain.eq_ignore_ascii_case(known.as_bytes()));
    (remote && git) || (algorithm && local.contains(&b'-')) || is_message_id(text, local, start, end)
}

/// `<20230103.1234.c4a8@mail.example.com>`: hardly a letter that is no hexadecimal digit.
fn is_message_id(text: &[u8], local: &[u8], start: usize, end: usize) -> bool {
    let bracketed = text[..start].last() == Some(&b'<') && text.get(end) == Some(&b'>');
    let digits = local.iter().filter(|byte| byte.is_ascii_digit()).count();
    bracketed && local.len() >= 16 && digits * 2 > local.len()
}

fn is_masked_local(local: &[u8]) -> bool {
    local.contains(&b'*') || local.len() >= 3 && local.iter().all(|byte| matches!(byte, b'x' | b'X'))
}
