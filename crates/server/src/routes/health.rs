use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Problem;
use crate::metrics::Levels;

/// What the lake says when it takes no appends and will not again before a restart.
const ENDED: [&str; 2] = ["poisoned", "closed"];

/// Says that the process runs.
#[utoipa::path(get, path = "/livez", tag = "health", security(()), responses((status = 200, description = "It runs.", body = String, content_type = "text/plain")))]
pub(crate) async fn livez() -> &'static str {
    "ok\n"
}

/// Says whether requests should be sent here.
///
/// A full disk or memtable does not end readiness: reads go on, writers are told when to come back.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "Ready.", body = String, content_type = "text/plain"),
    (status = 503, response = crate::openapi::Unavailable),
))]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if app.is_stopping() {
        return Err(Problem::shedding("the server is shutting down"));
    }
    match app.rooms.lake.status().refusing {
        Some(why) if ENDED.contains(&why) => Err(Problem::shedding(format!("the lake takes no records until a restart: {why}"))),
        _ => Ok("ready\n"),
    }
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    /// All is well.
    Ok,
    /// It works, but not for everything.
    Degraded,
    /// It does not work.
    Failed,
}

/// How the process is, part by part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    /// The worst of all parts.
    pub(crate) status: Health,
    /// Version of this program.
    #[schema(example = "0.1.0")]
    pub(crate) version: &'static str,
    pub(crate) parts: Vec<Part>,
}

/// A part of the process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Part {
    #[schema(example = "lake")]
    pub(crate) name: &'static str,
    pub(crate) status: Health,
    /// Parts that it cannot do without.
    needs: Vec<&'static str>,
    /// Why it is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Cow<'static, str>>,
    /// Figures.
    details: serde_json::Value,
}

/// Tells how each part is.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "The parts.", body = HealthAnswer)))]
pub(crate) async fn healthz(State(app): State<Arc<App>>) -> Json<HealthAnswer> {
    Json(health(&app))
}

/// How each part is.
pub(crate) fn health(app: &App) -> HealthAnswer {
    let parts = vec![server(app), ingest(app), questions(app), lake(app)];
    let worst = |status| parts.iter().any(|part| part.status == status);
    let status = [Health::Failed, Health::Degraded].into_iter().find(|&status| worst(status)).unwrap_or(Health::Ok);
    HealthAnswer { status, version: env!("CARGO_PKG_VERSION"), parts }
}

fn part<R: Into<Cow<'static, str>>>(
    name: &'static str,
    needs: &[&'static str],
    reason: Option<R>,
    details: serde_json::Value,
) -> Part {
    let reason = reason.map(Into::into);
    let status = match &reason {
        None => Health::Ok,
        Some(why) if ENDED.contains(&why.as_ref()) => Health::Failed,
        Some(_) => Health::Degraded,
    };
    Part { name, status, needs: needs.to_vec(), reason, details }
}

fn server(app: &App) -> Part {
    let (used, limit) = (app.limits.requests - app.requests.available_permits(), app.limits.requests);
    let reason = if app.is_stopping() { Some("shutting down") } else { (used == limit).then_some("all places are taken") };
    part(
        "server",
        &[],
        reason,
        serde_json::json!({ "requests": used, "requests_max": limit, "tls": app.over_tls, "tokens": app.tokens.is_some() }),
    )
}

fn ingest(app: &App) -> Part {
    let (used, limit) = (app.bodies.used(), app.limits.bodies_bytes);
    let reason = (used > limit / 10 * 9).then_some("bodies at work fill their memory");
    part("ingest", &["server", "lake"], reason, serde_json::json!({ "body_bytes": used, "body_bytes_max": limit }))
}

fn questions(app: &App) -> Part {
    let (used, limit) = (taken(app.limits.questions, &app.questions), app.limits.questions);
    let tails = taken(app.limits.tails, &app.tails);
    let reason = (used == limit).then_some("all places are taken");
    let details = serde_json::json!({ "questions": used, "questions_max": limit, "tails": tails, "tails_max": app.limits.tails });
    part("questions", &["server", "lake"], reason, details)
}

fn lake(app: &App) -> Part {
    let status = app.rooms.lake.status();
    let of_tenant = status.tenants.iter().find(|of| of.tenant == app.tenant);
    let logs = of_tenant
        .map(|of| serde_json::json!({ "version": of.version, "segments": of.segments, "rows": of.rows, "bytes": of.bytes }));
    let details = serde_json::json!({
        "lsn": status.lsn,
        "memtable_bytes": status.memtable_bytes,
        "wal_bytes": status.wal_bytes,
        "uncommitted_seconds": status.uncommitted_seconds,
        "seal_failures": status.seal_failures_total,
        "damage": status.damage,
        "logs": logs,
    });
    let damaged = (!status.damage.is_empty()).then(|| Cow::Owned(status.damage.join("; ")));
    part("lake", &[], status.refusing.map(Cow::Borrowed).or(damaged), details)
}

fn taken(limit: usize, places: &Semaphore) -> usize {
    limit - places.available_permits()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, description = "Text format 0.0.4.", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let levels = Levels {
        requests_in_flight: taken(app.limits.requests, &app.requests),
        body_bytes_in_flight: app.bodies.used(),
        questions_in_flight: taken(app.limits.questions, &app.questions),
        tails: taken(app.limits.tails, &app.tails),
        key_failures: app.rooms.gateway.keys().map_or(0, |keys| keys.health().failures),
    };
    let model = app.rooms.models.as_deref().map(|models| &models.figures);
    let text = app.metrics.write(levels, &app.rooms.transforms, &app.rooms.lake.status(), model);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
