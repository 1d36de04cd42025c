//! Keys that stand apart from their values: `name: X` above `value: y` in YAML, `cs1Label=X cs1=y` in CEF, a part of a
//! form (RFC 7578) with its name in a header.

use crate::detect::key::is_key_byte;
use crate::detect::scan::{Area, Scan};

/// Longest name, and longest header line, that is looked over.
const LINE_MAX: usize = 128;

/// As much of a text as is searched for the value that a label names.
const LABELLED_MAX: usize = 2048;

impl Scan<'_> {
    /// Behind `name="password"` in the header of a part of a form: the part is that field's value.
    pub(crate) fn form_part(&mut self, separator: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let header = &text[area.start.max(separator.saturating_sub(LINE_MAX))..separator];
        memchr::memmem::find(header, b"form-data")?;
        let name = text[separator + 1..].strip_prefix(b"\"")?;
        let name = &name[..memchr::memchr2(b'"', b'\n', name)?];
        let mut line = separator + 1;
        // An empty line ends the headers.
        for _ in 0..4 {
            line += memchr::memchr(b'\n', &text[line..text.len().min(line + LINE_MAX)])? + 1;
            let rest = text[line..].strip_prefix(b"\r").unwrap_or(&text[line..]);
            if rest.first() == Some(&b'\n') {
                let start = text.len() - rest.len() + 1;
                let len = text[start..].iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
                self.field(Some(name), start..start + len);
                self.done = self.done.max(start + len);
                return Some(start + len);
            }
        }
        None
    }

    /// Behind `cs1Label=name`: the value of `cs1` on the same line is looked at under that name. A label within such a
    /// value is none, or each would read those behind it once more.
    pub(crate) fn labelled(&mut self, key: &[u8], separator: usize, area: Area<'_>) -> Option<usize> {
        let custom = key.strip_suffix(b"Label")?;
        if self.is_labelled || self.is_short_sighted() {
            return None;
        }
        let window = &self.text[separator..area.end.min(separator + LABELLED_MAX)];
        self.look_ahead(window.len());
        let name = window[1..1 + cef_value(&window[1..])].trim_ascii_end();
        let mark = [b" ", custom, b"="].concat();
        let start = memchr::memmem::find(window, &mark)? + mark.len();
        let len = window[start..start + cef_value(&window[start..])].trim_ascii_end().len();
        (!name.is_empty() && len > 0).then_some(())?;
        // What stands between is looked at after, so the walk does not go on behind.
        let first = self.done;
        self.is_labelled = true;
        self.field(Some(name), separator + start..separator + start + len);
        self.is_labelled = false;
        self.done = first;
        None
    }
}

/// Where a value of CEF ends: before the next ` key=`, or at the end of the line.
fn cef_value(text: &[u8]) -> usize {
    let line = memchr::memchr2(b'\n', b'\r', text).unwrap_or(text.len());
    let Some(sign) = memchr::memchr_iter(b'=', &text[..line]).find(|&at| at > 0 && text[at - 1] != b'\\') else { return line };
    let key = text[..sign].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    if key > 0 && text[..sign - key].ends_with(b" ") { sign - key - 1 } else { line }
}

/// The name in the line above `value:`, as lists in YAML have it: `- name: DB_PASSWORD`.
pub(crate) fn name_above(before: &[u8]) -> Option<&[u8]> {
    let before = &before[before.len().saturating_sub(2 * LINE_MAX)..];
    let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let above = before[..before.len() - indent].strip_suffix(b"\n")?;
    let line = &above[memchr::memrchr(b'\n', above).map_or(0, |end| end + 1)..];
    let line = line.trim_ascii().strip_prefix(b"-").unwrap_or(line.trim_ascii()).trim_ascii_start();
    let name = line.strip_prefix(b"name:").or_else(|| line.strip_prefix(b"key:"))?.trim_ascii();
    let name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
    (!name.is_empty() && name.iter().all(|byte| is_key_byte(*byte))).then_some(name)
}
