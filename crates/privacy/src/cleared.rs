//! Text on its way out of the house: prompts for language models, notifications, reports.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use record::Tenant;

use crate::detect::Finding;
use crate::gateway::{Counted, Gateway, Masked};
use crate::mask::{MASK, MASKING_ERROR, Masker, Rewritten};
use crate::{Action, Kind, Policy};

/// A text that may leave. Private fields: only [`Gateway::clear`] makes one, and what sends text to others takes nothing
/// else. It prints its length and what was masked, never itself: whoever wants the text asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Cleared {
    text: String,
    masked: Masked,
}

impl Gateway {
    /// Looks at the final bytes of a text that is to leave, and masks what is found: as strictly as any rule of the policy
    /// in force, because nobody can tell any more from which source a piece of it came, and secrets whatever the policy
    /// says. Nothing becomes a token that others could join. JSON stays JSON. A text that cannot be masked becomes
    /// [`MASKING_ERROR`].
    ///
    /// A text is looked at as a whole, so give it whole: a secret in two texts is found in neither.
    pub fn clear(&self, text: &str) -> Cleared {
        let compiled = self.in_force();
        clear_by(&compiled.policy, text, |found| compiled.detector.scan(text, None, found))
    }
}

impl Cleared {
    /// The text, as it may leave.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Gives up the seal, for whoever sends it.
    pub fn into_string(self) -> String {
        self.text
    }

    /// What was masked, by class; sources are not known here.
    pub fn masked(&self) -> &Masked {
        &self.masked
    }
}

impl fmt::Debug for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cleared({} bytes, {} masked, {} errors)", self.text.len(), self.masked.values, self.masked.errors)
    }
}

/// Fails closed: a panic in a detector or a mask is a bug, and must not let the text through.
fn clear_by(policy: &Policy, text: &str, scan: impl FnOnce(&mut Vec<Finding>)) -> Cleared {
    let screen = || {
        let mut found = Vec::new();
        scan(&mut found);
        let (rules, tenant) = (policy.outgoing(), Tenant::default());
        let masker = Masker { preset: policy.preset, rules: &rules, keys: None, tenant: &tenant, epoch: "", subject: None };
        found.retain(|finding| masker.action(finding.kind) != Action::Keep);
        let text = match masker.rewrite(text, &found).ok()? {
            Rewritten::Same => text.to_owned(),
            Rewritten::Text(masked) => masked,
            Rewritten::DropField | Rewritten::DropRecord => MASK.to_owned(),
        };
        Some(Cleared { text, masked: masked(&found) })
    };
    catch_unwind(AssertUnwindSafe(screen))
        .ok()
        .flatten()
        .unwrap_or_else(|| Cleared { text: MASKING_ERROR.to_owned(), masked: Masked { errors: 1, ..Masked::default() } })
}

fn masked(found: &[Finding]) -> Masked {
    let counted = |kind: Kind| {
        let count = found.iter().filter(|finding| finding.kind == kind).count() as u64;
        (count > 0).then(|| Counted { source: String::new(), kind, action: Action::Mask, count })
    };
    Masked { values: found.len() as u64, counted: Kind::ALL.into_iter().filter_map(counted).collect(), ..Masked::default() }
}

#[cfg(test)]
mod tests;
