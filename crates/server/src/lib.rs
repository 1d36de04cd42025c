//! Turns requests into responses.
//!
//! In: HTTP/1.1 over TCP or TLS. Out: acknowledgements, answers, live tails, health and metrics.
//! Out to others: prompts to the language model that is configured, if any (`models.rs`).
//! Never: DataFusion, the environment, the wall clock; a record's content in an error, a log line or a label.
//! Begin with [`bind`], then `door.rs`: what happens to every request; then `api.rs`: which request goes where.

mod accept;
mod api;
mod app;
mod ask_engine;
mod body;
mod browser;
mod budget;
mod config;
mod connection;
mod cursor;
mod decompress;
mod dialects;
mod door;
mod error;
mod form;
mod graphql;
mod hooks;
mod idempotency;
mod json;
mod kafka;
mod key_watch;
mod listen;
mod media;
mod metrics;
mod models;
mod openapi;
mod pages;
mod policies;
mod request_id;
mod routes;
mod rows;
mod sockets;
mod store;
mod tls;
mod tokens;
mod when;
mod wire;
mod written;

pub use app::Rooms;
pub use config::{Config, CursorKey, Limits, Tls};
pub use dialects::{Dialect, Port};
pub use hooks::{Hook, HookError, HookSecret, NoProfile, Profile};
pub use kafka::{Kafka, KafkaError, Payload, Topic};
pub use listen::{Error, Server, bind};
pub use models::fake::{FakeMode, FakeModel, FakeSeen};
pub use models::{ModelConfig, ModelError, ModelKey, ModelKind, ModelRooms, Models};
pub use openapi::document as openapi_document;
pub use policies::{Policies, PolicyRefused};
pub use sockets::{Endpoint, Listener, NoEndpoint, Protocol, SocketError, SocketLimits, Sockets};
pub use written::analysis_json;
