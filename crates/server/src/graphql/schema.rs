use std::sync::LazyLock;

use async_graphql::{SDLExportOptions, Schema};

use super::ingest::Mutation;
use super::query::Query;
use super::tail::Subscription;

/// The schema. Everything that may be asked stands behind the door's checks, so that its introspection needs none of its own.
pub(super) static SCHEMA: LazyLock<Schema<Query, Mutation, Subscription>> =
    LazyLock::new(|| Schema::build(Query, Mutation, Subscription).finish());

/// The schema in GraphQL's own language.
pub(crate) fn sdl() -> String {
    SCHEMA.sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions().include_specified_by())
}
