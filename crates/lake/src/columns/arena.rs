use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::buffer::Buffer;
use record::{Batch, Span};

/// Longest text that an Arrow view holds in itself.
const INLINE_BYTES: u32 = 12;

/// The text of a batch as an Arrow buffer: shared, not copied. The batch lives as long as any column made of it.
pub(super) struct Arena<'a> {
    text: &'a str,
    buffer: Buffer,
}

struct Owner(Arc<Batch>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        self.0.parts().arena.as_bytes()
    }
}

impl<'a> Arena<'a> {
    pub(super) fn of(batch: &'a Arc<Batch>) -> Arena<'a> {
        let buffer = Buffer::from(bytes::Bytes::from_owner(Owner(Arc::clone(batch))));
        Arena { text: &batch.parts().arena, buffer }
    }

    /// A text that is none of a batch.
    pub(super) fn from_text(text: &'a str, buffer: Buffer) -> Arena<'a> {
        Arena { text, buffer }
    }

    /// A column of spans of this arena.
    pub(super) fn column(&self, rows: usize) -> Spans<'a> {
        let mut views = StringViewBuilder::with_capacity(rows);
        let block = views.append_block(self.buffer.clone());
        Spans { text: self.text, views, block, rows: 0 }
    }
}

/// Builds a text column out of spans of one buffer.
pub(super) struct Spans<'a> {
    text: &'a str,
    views: StringViewBuilder,
    block: u32,
    rows: usize,
}

impl Spans<'_> {
    pub(super) fn push(&mut self, span: Span) {
        self.rows += 1;
        if span.is_absent() {
            return self.views.append_null();
        }
        if span.len <= INLINE_BYTES {
            // Known to be UTF-8, which the other way checks again.
            return self.views.append_value(&self.text[span.start as usize..][..span.len as usize]);
        }
        self.views.try_append_view(self.block, span.start, span.len).expect("BUG: span outside of its batch");
    }

    /// Fills up with nulls until there are so many rows.
    pub(super) fn nulls_until(&mut self, rows: usize) {
        while self.rows < rows {
            self.views.append_null();
            self.rows += 1;
        }
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.views.finish())
    }
}
