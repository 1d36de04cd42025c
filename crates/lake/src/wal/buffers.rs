use parking_lot::Mutex;

/// Written frames whose memory is kept for the next ones: as many as are usually in flight.
const KEPT_MAX: usize = 4;

/// A buffer that grew beyond this is given back to the system, so that one huge batch is not remembered for ever.
const KEPT_BYTES_MAX: usize = 12 << 20;

/// Memory that is used again: a frame is some megabytes, and fresh pages cost as much as filling them.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    kept: Mutex<Vec<Vec<u8>>>,
}

impl Buffers {
    pub(super) fn take(&self) -> Vec<u8> {
        self.kept.lock().pop().unwrap_or_default()
    }

    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut kept = self.kept.lock();
        if kept.len() < KEPT_MAX && buffer.capacity() <= KEPT_BYTES_MAX {
            kept.push(buffer);
        }
    }
}
