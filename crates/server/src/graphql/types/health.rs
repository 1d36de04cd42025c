use async_graphql::{Enum, Object};

use crate::routes::health::{Health as Told, HealthAnswer, Part as OfAnswer};

/// How the server is.
pub(in crate::graphql) struct Health(pub(in crate::graphql) HealthAnswer);

/// How the server is.
#[Object]
impl Health {
    /// The worst of all parts.
    async fn status(&self) -> HealthStatus {
        self.0.status.into()
    }

    /// Version of this program.
    async fn version(&self) -> &str {
        self.0.version
    }

    /// The parts.
    async fn parts(&self) -> Vec<Part<'_>> {
        self.0.parts.iter().map(Part).collect()
    }
}

/// A part of the server.
struct Part<'a>(&'a OfAnswer);

/// A part of the server.
#[Object]
impl Part<'_> {
    /// Its name.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// How it is.
    async fn status(&self) -> HealthStatus {
        self.0.status.into()
    }

    /// Why it is not well.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Told")]
enum HealthStatus {
    /// All is well.
    Ok,
    /// It works, but not for everything.
    Degraded,
    /// It does not work.
    Failed,
}
