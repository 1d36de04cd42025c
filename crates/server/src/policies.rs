use privacy::Gateway;

/// The privacy policy's text, and the way to replace it. Whoever starts the server keeps it.
pub trait Policies: Send + Sync + 'static {
    /// The text in force; empty for the standard policy.
    fn text(&self) -> String;

    /// Checks a policy, keeps it, and puts it in force at the gateway. Returns its version. It is durable when this
    /// returns.
    ///
    /// # Errors
    ///
    /// When it cannot be read or kept; then the policy before stays in force.
    fn replace(&self, text: &str, gateway: &Gateway) -> Result<String, PolicyRefused>;
}

/// Why a policy did not come into force.
#[derive(Debug, thiserror::Error)]
pub enum PolicyRefused {
    /// It cannot be read: where and why.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be kept.
    #[error("the policy cannot be written: {0}")]
    NotWritten(String),
}
