use record::RejectReason;

/// Bytes in a body at most. Text can grow when it is mended (three bytes for one that is not UTF-8) and is kept twice
/// where attributes repeat the message; times eight this still fits the batch's 32-bit spans.
pub const BODY_BYTES_MAX: usize = 512 << 20;

/// Levels of objects and arrays in a record: deeper than anything written by hand, and safe for the stack.
const DEPTH_MAX: usize = 64;

/// Keys in one record, all levels together. Each may become a column; wider records come from data used as keys.
const KEYS_MAX: usize = 1024;

/// Bytes in a dotted name: what the usual engines over Parquet still show and accept in a query.
const NAME_BYTES_MAX: usize = 256;

/// Bytes in one text: a stack trace of a thousand frames fits, a core dump does not.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Different names in one batch. Nesting repeats a long prefix in each name, so that names can grow to many times the
/// body; this bounds them to 16 MiB (times [`NAME_BYTES_MAX`]), and no honest body has so many.
const NAMES_MAX: usize = 64 << 10;

/// What a record may hold. A record over a limit goes to quarantine whole; its neighbours stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of objects and arrays, the record itself being the first.
    pub depth_max: usize,
    /// Keys in one record, all levels together.
    pub keys_max: usize,
    /// Bytes in a name, dotted when nested.
    pub name_bytes_max: usize,
    /// Bytes in one text or array.
    pub text_bytes_max: usize,
    /// Different names in one batch.
    pub names_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth_max: DEPTH_MAX,
            keys_max: KEYS_MAX,
            name_bytes_max: NAME_BYTES_MAX,
            text_bytes_max: TEXT_BYTES_MAX,
            names_max: NAMES_MAX,
        }
    }
}

/// Why and where (byte in the body's text) reading a record stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: RejectReason,
    pub(crate) at: usize,
}

impl Fault {
    pub(crate) fn new(reason: RejectReason, at: usize) -> Fault {
        Fault { reason, at }
    }
}
