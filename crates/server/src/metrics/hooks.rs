use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::text::Exposition;

/// What became of webhooks. Labels are names of the settings and words of this program.
#[derive(Debug, Default)]
pub(crate) struct HookFigures {
    results: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl HookFigures {
    /// A delivery was stored, was there already, or was refused for a reason.
    pub(crate) fn count(&self, hook: &'static str, result: &'static str) {
        *self.results.lock().entry((hook, result)).or_default() += 1;
    }

    pub(super) fn write(&self, out: &mut Exposition) {
        out.family("dendro_hook_deliveries_total", "counter", "Webhooks that were judged, by what became of them.");
        for ((hook, result), count) in self.results.lock().iter() {
            out.sample("", &[("hook", hook), ("result", result)], *count as f64);
        }
    }
}
