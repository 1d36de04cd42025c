use std::sync::atomic::{AtomicBool, Ordering};

use privacy::Gateway;

/// Tells the log once when the keys of subjects cannot be had any more, and once when they can again: between the two,
/// each value that was to be encrypted costs its text, and a line for each would hide all others.
#[derive(Debug, Default)]
pub(crate) struct KeyWatch {
    is_told: AtomicBool,
}

impl KeyWatch {
    /// Looks how the keys are; after each batch.
    pub(crate) fn look(&self, gateway: &Gateway) {
        let Some(keys) = gateway.keys() else { return };
        let health = keys.health();
        match health.failing {
            Some(reason) => {
                if !self.is_told.swap(true, Ordering::Relaxed) {
                    let failures = health.failures;
                    tracing::error!(%reason, failures, "subjects' keys cannot be had: what is to be encrypted is replaced by [MASKING_ERROR]");
                }
            }
            None => {
                if self.is_told.swap(false, Ordering::Relaxed) {
                    tracing::info!(failures = health.failures, "subjects' keys can be had again");
                }
            }
        }
    }
}
