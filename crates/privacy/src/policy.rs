use crate::Kind;
use crate::detect::{STANDARD, SecretName};

/// What is done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It stays as it is, and is not counted.
    Keep,
    /// It is replaced by a mask that tells what it was.
    Mask,
    /// It is replaced by a keyed hash: the same value has the same one, and only the key's holder can try values.
    Hash,
}

/// How much a mask keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// The least: of a card the last four digits, of an e-mail address the first letter and the domain.
    #[default]
    Least,
    /// More: `4111-****-****-1111`, `user***@example.com`, `********` for a password.
    Seeds,
}

/// What is looked for, and what is done about it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Names whose values are secret. The default is a list of those in common use.
    pub secret_names: Vec<SecretName>,
    /// How much masks keep.
    pub preset: Preset,
    /// Key of [`Action::Hash`]. Whoever has it can try values.
    pub hash_key: [u8; 32],
    actions: [Action; Kind::COUNT],
}

impl Default for Policy {
    /// Masks everything but the addresses of machines, which operators need.
    fn default() -> Policy {
        let names = STANDARD.iter().map(SecretName::from).collect();
        let policy =
            Policy { secret_names: names, preset: Preset::Least, hash_key: [0; 32], actions: [Action::Mask; Kind::COUNT] };
        policy.with(Kind::Ip, Action::Keep).with(Kind::Mac, Action::Keep)
    }
}

impl Policy {
    /// The same, with another action for one kind.
    #[must_use]
    pub fn with(mut self, kind: Kind, action: Action) -> Policy {
        self.actions[kind as usize] = action;
        self
    }

    /// The same, with masks that keep another amount.
    #[must_use]
    pub fn with_preset(mut self, preset: Preset) -> Policy {
        self.preset = preset;
        self
    }

    /// What is done about a kind.
    pub fn action(&self, kind: Kind) -> Action {
        self.actions[kind as usize]
    }

    pub(crate) fn looks_for(&self, kind: Kind) -> bool {
        self.action(kind) != Action::Keep
    }
}

impl Policy {
    /// The text with what was found in it replaced as this policy says.
    pub fn masked(&self, text: &str, findings: &[crate::detect::Finding]) -> String {
        crate::mask::rewrite(self, text, findings).unwrap_or_else(|| text.to_owned())
    }
}
