//! What is looked for, and what is done about it: by class, by tenant and source, by field.

mod class;
mod fault;
mod file;
mod glob;

use record::Tenant;

use crate::Kind;
use crate::detect::{STANDARD, SecretName};

pub use class::{Category, Classification, Level, Origin};
pub use fault::PolicyError;
pub(crate) use glob::Glob;

/// What is done about a finding. The later ones win when a field has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It stays as it is. The account still tells that it is there.
    Keep,
    /// It is replaced by a mask that tells what it was.
    Mask,
    /// It is replaced by a keyed hash: the same value has the same one, and only the root key's holder can try values.
    Hash,
    /// It is replaced by a token that joins within a tenant, purpose and epoch, and never across.
    Pseudonymise,
    /// It is encrypted under a key of its subject; destroying that key erases it wherever it lies.
    Encrypt,
    /// The field that holds it is not stored.
    DropField,
    /// The record that holds it is not stored.
    DropRecord,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 7] =
        [Action::Keep, Action::Mask, Action::Hash, Action::Pseudonymise, Action::Encrypt, Action::DropField, Action::DropRecord];

    /// The name in policies, metrics and accounts.
    pub fn name(self) -> &'static str {
        match self {
            Action::Keep => "keep",
            Action::Mask => "mask",
            Action::Hash => "hash",
            Action::Pseudonymise => "pseudonymise",
            Action::Encrypt => "encrypt",
            Action::DropField => "drop_field",
            Action::DropRecord => "drop_record",
        }
    }
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

/// How long a pseudonym stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Epoch {
    /// Within a month of receipt, in UTC.
    #[default]
    Month,
    /// For ever.
    None,
}

/// What is done about each class, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ruleset {
    actions: [Action; Kind::COUNT],
    /// Pseudonyms of one purpose do not join with those of another.
    pub(crate) purpose: String,
}

impl Ruleset {
    pub(crate) fn action(&self, kind: Kind) -> Action {
        self.actions[kind as usize]
    }

    pub(crate) fn encrypts(&self) -> bool {
        self.actions.contains(&Action::Encrypt)
    }
}

/// Other actions for some tenants and sources.
#[derive(Debug, Clone)]
struct Rule {
    tenant: Option<Glob>,
    source: Option<Glob>,
    actions: Vec<(Kind, Action)>,
    purpose: Option<String>,
}

impl Rule {
    fn applies(&self, tenant: &Tenant, source: &str) -> bool {
        let matches = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        matches(&self.tenant, tenant.as_str()) && matches(&self.source, source)
    }
}

/// What is said about the fields of a name.
#[derive(Debug, Clone)]
pub(crate) struct FieldRule {
    name: Glob,
    /// What is done about the whole value, whatever it is; `Keep` means that it is not looked into.
    pub(crate) action: Option<Action>,
    level: Option<Level>,
    categories: Vec<Category>,
}

/// What is looked for, and what is done about it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Tells policies apart in accounts: its own name, and eight digits of the hash of its text.
    pub version: String,
    /// Names whose values are secret. The default is a list of those in common use.
    pub secret_names: Vec<SecretName>,
    /// How much masks keep.
    pub preset: Preset,
    /// How long pseudonyms stay the same.
    pub epoch: Epoch,
    /// Fields that name whom a record is about; the first that is there counts. What is encrypted in a record without
    /// one of them is its own subject.
    pub subject: Vec<String>,
    base: Ruleset,
    rules: Vec<Rule>,
    fields: Vec<FieldRule>,
}

impl Default for Policy {
    /// Masks everything but the addresses of machines, which operators need.
    fn default() -> Policy {
        let policy = Policy {
            version: "default".to_owned(),
            secret_names: STANDARD.iter().map(SecretName::from).collect(),
            preset: Preset::Least,
            epoch: Epoch::Month,
            subject: Vec::new(),
            base: Ruleset { actions: [Action::Mask; Kind::COUNT], purpose: "operations".to_owned() },
            rules: Vec::new(),
            fields: Vec::new(),
        };
        policy.with(Kind::Ip, Action::Keep).with(Kind::Mac, Action::Keep)
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// With the place in the text and a hint; [`PolicyError::shown`] quotes the line too.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        file::parse(text)
    }

    /// The same, with another action for one kind.
    #[must_use]
    pub fn with(mut self, kind: Kind, action: Action) -> Policy {
        self.base.actions[kind as usize] = action;
        self
    }

    /// The same, with masks that keep another amount.
    #[must_use]
    pub fn with_preset(mut self, preset: Preset) -> Policy {
        self.preset = preset;
        self
    }

    /// What is done about a kind where no rule says otherwise.
    pub fn action(&self, kind: Kind) -> Action {
        self.base.action(kind)
    }

    /// Whether some rule acts on a kind.
    pub(crate) fn looks_for(&self, kind: Kind) -> bool {
        let by_rule = |rule: &Rule| rule.actions.iter().any(|&(of, action)| of == kind && action != Action::Keep);
        self.action(kind) != Action::Keep || self.rules.iter().any(by_rule)
    }

    /// Whether something is to be encrypted, so that it matters whom a record is about.
    pub(crate) fn looks_for_subjects(&self) -> bool {
        let by_rule = |rule: &Rule| rule.actions.iter().any(|&(_, action)| action == Action::Encrypt);
        let by_field = |rule: &FieldRule| rule.action == Some(Action::Encrypt);
        self.base.encrypts() || self.rules.iter().any(by_rule) || self.fields.iter().any(by_field)
    }

    /// Whether sources differ.
    pub(crate) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    pub(crate) fn base(&self) -> &Ruleset {
        &self.base
    }

    /// What holds for text that leaves: what some rule acts on is masked, and secrets always are.
    pub(crate) fn outgoing(&self) -> Ruleset {
        let action = |kind: Kind| if kind.is_secret() || self.looks_for(kind) { Action::Mask } else { Action::Keep };
        Ruleset { actions: Kind::ALL.map(action), purpose: String::new() }
    }

    /// What holds for a source. Of several rules for one class the last counts.
    pub(crate) fn ruleset(&self, tenant: &Tenant, source: &str) -> Ruleset {
        let mut ruleset = self.base.clone();
        for rule in self.rules.iter().filter(|rule| rule.applies(tenant, source)) {
            for &(kind, action) in &rule.actions {
                ruleset.actions[kind as usize] = action;
            }
            if let Some(purpose) = &rule.purpose {
                ruleset.purpose.clone_from(purpose);
            }
        }
        ruleset
    }

    /// What is done about the whole value of a field. Of several rules the last counts.
    pub fn field_action(&self, name: &str) -> Option<Action> {
        self.fields.iter().rev().filter(|rule| rule.name.matches(name)).find_map(|rule| rule.action)
    }

    /// How a field is classified: by this policy, else by what its name is known for, else it is confidential until
    /// somebody says otherwise.
    pub fn classify(&self, field: &str) -> Classification {
        let rule = self.fields.iter().rev().find(|rule| rule.level.is_some() && rule.name.matches(field));
        match rule.and_then(|rule| rule.level.map(|level| (level, rule))) {
            Some((level, rule)) => Classification { level, categories: rule.categories.clone(), origin: Origin::Policy },
            None => class::by_name(field),
        }
    }
}

#[cfg(test)]
mod tests;
