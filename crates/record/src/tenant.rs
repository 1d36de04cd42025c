use std::fmt;
use std::sync::Arc;

/// The owner of records; the outermost key everywhere. 1 to 64 of `a-z 0-9 _ -`, starting with a letter or digit,
/// so that it is safe as a folder name on every object store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(Arc<str>);

/// The text is no tenant name. It is not repeated here: it may come from an unknown sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tenant name is 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit")]
pub struct InvalidTenant;

impl Tenant {
    /// Checks the name.
    pub fn new(name: &str) -> Result<Tenant, InvalidTenant> {
        let fits = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        let starts = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = name.as_bytes();
        match bytes.first() {
            Some(&first) if starts(first) && bytes.len() <= 64 && bytes.iter().all(fits) => Ok(Tenant(name.into())),
            _ => Err(InvalidTenant),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    fn default() -> Tenant {
        Tenant("default".into())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
