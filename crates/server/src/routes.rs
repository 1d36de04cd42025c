//! One file a route.

pub(crate) mod about;
pub(crate) mod analyze;
pub(crate) mod anomalies;
pub(crate) mod context;
pub(crate) mod fields;
pub(crate) mod health;
pub(crate) mod histogram;
pub(crate) mod ingest;
pub(crate) mod privacy;
pub(crate) mod query;
pub(crate) mod search;
pub(crate) mod sql;
pub(crate) mod summary;
pub(crate) mod tail;
