use arrow::array::ArrayRef;
use arrow::buffer::Buffer;
use record::{RecordId, Span, Timestamp};

use super::arena::Arena;

/// What the write-ahead log gave a batch, and thereby the ids of its records: they are counted on from
/// `first_sequence`, and the rejected lines after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbering {
    /// When the batch was made durable.
    pub(crate) assigned_at: Timestamp,
    /// By which node.
    pub(crate) node: u16,
    /// Number of the first record.
    pub(crate) first_sequence: u64,
}

impl Numbering {
    /// The id of the record (or, after the records, the rejected line) at an index.
    pub(crate) fn id(&self, index: usize) -> RecordId {
        RecordId::new(self.assigned_at, self.node, self.first_sequence + index as u64)
    }
}

/// Ids of so many rows, the first having this index.
pub(super) fn record_ids(numbering: &Numbering, first: usize, rows: usize) -> ArrayRef {
    let mut texts = vec![0; rows * RecordId::TEXT_LEN];
    let (slots, _) = texts.as_chunks_mut::<{ RecordId::TEXT_LEN }>();
    for (index, slot) in slots.iter_mut().enumerate() {
        numbering.id(first + index).write_text(slot);
    }
    let mut column = Arena::from_text("", Buffer::from_vec(texts)).column(rows);
    for row in 0..rows {
        column.push(Span { start: (row * RecordId::TEXT_LEN) as u32, len: RecordId::TEXT_LEN as u32 });
    }
    column.finish()
}
