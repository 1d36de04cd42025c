use std::sync::Arc;

use axum::Json;
use axum::extract::Extension;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

/// What this is, and where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct About {
    #[schema(example = "dendro")]
    name: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Description of this API.
    #[schema(example = "/openapi.json")]
    openapi: &'static str,
    /// Where records go in.
    #[schema(example = "/api/v1/ingest")]
    ingest: &'static str,
    /// Where questions go.
    query: &'static str,
    /// Where SQL goes.
    sql: &'static str,
    /// How each part is.
    health: &'static str,
}

/// Says what this is.
#[utoipa::path(get, path = "/", tag = "about", responses((status = 200, description = "Pointers.", body = About)))]
pub(crate) async fn about() -> Json<About> {
    Json(About {
        name: "dendro",
        version: env!("CARGO_PKG_VERSION"),
        openapi: "/openapi.json",
        ingest: "/api/v1/ingest",
        query: "/api/v1/query",
        sql: "/api/v1/sql",
        health: "/healthz",
    })
}

/// The description of the API, written down once.
#[derive(Clone)]
pub(crate) struct Description(pub(crate) Arc<Bytes>);

/// Describes this API.
#[utoipa::path(get, path = "/openapi.json", tag = "about", responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value, content_type = "application/json")))]
pub(crate) async fn openapi(Extension(Description(document)): Extension<Description>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], (*document).clone()).into_response()
}
