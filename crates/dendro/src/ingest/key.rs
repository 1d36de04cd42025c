use sha2::{Digest, Sha256};

use super::Labels;

/// Gives each piece of an input the key under which it is stored once.
///
/// The key of a piece is a digest of the input up to its end. So the same file gives the same keys wherever it lies and
/// whatever it is called; a repeated stretch within a file is at another place and is kept; and two files that differ
/// early share nothing later.
pub(crate) struct KeyChain {
    so_far: Sha256,
}

impl KeyChain {
    /// A chain for an input. `fresh`: no earlier run has these keys.
    pub(crate) fn new(labels: &Labels, fresh: bool) -> KeyChain {
        let mut so_far = Sha256::new();
        // The same bytes under another label are other records.
        so_far.update(labels.format.as_str());
        so_far.update([0]);
        so_far.update(labels.source.as_deref().unwrap_or_default());
        so_far.update([0]);
        if fresh {
            let now = record::Clock::now(&record::SystemClock).as_micros();
            so_far.update(now.to_le_bytes());
            so_far.update(std::process::id().to_le_bytes());
        }
        KeyChain { so_far }
    }

    /// The key of the next piece.
    pub(crate) fn next(&mut self, piece: &[u8]) -> String {
        self.so_far.update(piece);
        let digest = self.so_far.clone().finalize();
        let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("file-{hex}")
    }
}

/// The digest of a body as the server takes it, so that a piece that went in through a server is recognised when the
/// same file is stored straight into the folder.
pub(crate) fn body_digest(body: &[u8]) -> u128 {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}
