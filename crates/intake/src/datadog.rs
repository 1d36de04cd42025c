//! Datadog's log intake: one object, or an array of them.
//!
//! `ddtags` (`env:prod,team:shop`) become attributes of their own; `status` is the severity.

use bumpalo::Bump;
use record::{Batch, RejectReason, Severity};

use crate::body::Body;
use crate::draft::Draft;
use crate::json::{self, Cursor};
use crate::limits::Fault;
use crate::raw::Raw;
use crate::{Context, Unreadable, utf16};

const EXPECTED: &str = "an object or an array of objects";

/// Reads a body. An item that cannot be read goes to quarantine; an empty object is a sign of life and nothing else.
pub fn decode(bytes: &[u8], context: &Context<'_>) -> Result<Batch, Unreadable> {
    let bytes = utf16::as_utf8(bytes);
    let (bump, body) = (Bump::new(), Body::read(&bytes));
    let mut reader = Reader { draft: Draft::new(&body, context), bump: &bump, item: 0 };
    let mut cursor = Cursor::new(reader.draft.text, 0, context.limits.depth_max);
    let read = match cursor.peek() {
        Some(b'[') => cursor.array(|cursor| reader.item(cursor)),
        Some(b'{') => reader.item(&mut cursor),
        None => Ok(()),
        Some(_) => Err(json::invalid(cursor.at())),
    };
    read.and_then(|()| cursor.finish()).map_err(|fault| Unreadable::new(EXPECTED, fault.at))?;
    Ok(reader.draft.build())
}

struct Reader<'a> {
    draft: Draft<'a>,
    bump: &'a Bump,
    item: u64,
}

impl<'a> Reader<'a> {
    fn item(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        self.item += 1;
        let at = cursor.at();
        let text = self.draft.text;
        self.draft.begin();
        match self.read(at) {
            Ok((end, is_empty)) => {
                if !is_empty {
                    self.draft.finish();
                }
                cursor.resume(end);
            }
            Err(fault) => {
                let end = json::value_end(text.as_bytes(), at, text.len()).ok_or(fault)?;
                self.draft.reject(fault, at..end, Some(self.item));
                cursor.resume(end);
            }
        }
        Ok(())
    }

    /// Returns where the item ends, and whether there is nothing in it.
    fn read(&mut self, at: usize) -> Result<(usize, bool), Fault> {
        let text = self.draft.text;
        let (mut tags, mut status, mut is_empty) = (None, None, true);
        let mut cursor = Cursor::new(text, at, self.draft.context.limits.depth_max);
        if cursor.peek() != Some(b'{') {
            return Err(Fault::new(RejectReason::NotAnObject, at));
        }
        cursor.object(|cursor, name| {
            is_empty = false;
            match name {
                "ddtags" => tags = cursor.value()?,
                "status" => status = cursor.value()?,
                _ => return cursor.skip().map(drop),
            }
            Ok(())
        })?;
        let end = json::read_object(&mut self.draft, at)?;
        if let Some(severity) = status.and_then(|status| Severity::parse(&status.plain())) {
            self.draft.put_severity(severity);
        }
        if let Some(tags) = tags {
            self.tags(self.bump.alloc_str(&tags.plain()), at)?;
        }
        Ok((end, is_empty))
    }

    fn tags(&mut self, tags: &'a str, at: usize) -> Result<(), Fault> {
        for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let (name, raw) = match tag.split_once(':') {
                Some((name, value)) => (name, Raw::Text(value)),
                None => (tag, Raw::Bool(true)),
            };
            self.draft.put_beside(name, raw, at)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{context, show};

    fn read(body: &str) -> (Vec<String>, Vec<String>) {
        let batch = decode(body.as_bytes(), &context()).expect("a body");
        let reject = |piece: &record::Rejected| format!("{} {} {}", piece.line, piece.reason.as_str(), batch.text(piece.raw));
        (batch.records().iter().map(|r| show(&batch, r)).collect(), batch.rejected().iter().map(reject).collect())
    }

    #[test]
    fn items_with_tags() {
        let body = r#"[{"message":"m","ddsource":"nginx","ddtags":"env:prod, team:a:b,flag,service:x","hostname":"h","service":"shop","status":"error","timestamp":1770387825123},{},{"message":"n","ddtags":"service:tagged"}]"#;
        assert_eq!(
            read(body).0,
            [
                r#"2026-02-06T14:23:45.123Z ERROR source="shop" host="h" message="m" | ddsource="nginx" ddtags="env:prod, team:a:b,flag,service:x" status="error" env="prod" team="a:b" flag=true service.2="x""#,
                r#"received source="tagged" message="n" | ddtags="service:tagged""#,
            ]
        );
        assert_eq!(read("{\"message\":\"one\"}").0, [r#"received message="one" |"#]);
        assert_eq!(read("{}"), (vec![], vec![]));
        assert_eq!(read(" "), (vec![], vec![]));
    }

    #[test]
    fn items_that_are_none_spoil_nothing() {
        let (records, rejected) = read(r#"[{"a":1},7,{"a":1,"a":2},{"b":2}]"#);
        assert_eq!(
            (records.len(), rejected),
            (2, vec!["2 not_an_object 7".to_owned(), r#"3 duplicate_key {"a":1,"a":2}"#.to_owned()])
        );
    }

    #[test]
    fn bodies_that_are_none_are_refused_whole() {
        let check = |body: &str, at| {
            assert_eq!(decode(body.as_bytes(), &context()).map(drop).map_err(|broken| broken.offset), Err(at), "{body}")
        };
        check("text", 0);
        check("[{\"a\":1}", 8);
        check("[{\"a\":", 6);
        check("{\"a\":1} x", 8);
        check(&"[".repeat(1000), 1);
    }
}
