//! Which request goes where.

use std::sync::Arc;

use axum::extract::Extension;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::dialects::{self, Dialect, hooks};
use crate::door::Door;
use crate::graphql;
use crate::openapi;
use crate::routes::about::Description;
use crate::routes::{
    about, analyze, anomalies, context, fields, health, histogram, ingest, privacy, query, search, sql, summary, tail,
};

fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::outline())
        .routes(routes!(ingest::ingest))
        .routes(routes!(hooks::hook))
        .routes(routes!(search::search))
        .routes(routes!(analyze::analyze))
        .routes(routes!(anomalies::anomalies))
        .routes(routes!(query::query))
        .routes(routes!(sql::sql))
        .routes(routes!(summary::summary))
        .routes(routes!(tail::tail))
        .routes(routes!(graphql::post, graphql::get))
        .routes(routes!(graphql::schema))
        .routes(routes!(fields::fields))
        .routes(routes!(histogram::histogram))
        .routes(routes!(context::context))
        .routes(routes!(privacy::inventory))
        .routes(routes!(privacy::policy, privacy::replace))
        .routes(routes!(privacy::explain))
        .routes(routes!(privacy::trial))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(health::healthz))
        .routes(routes!(health::metrics))
        .routes(routes!(about::about))
        .routes(routes!(about::openapi))
}

/// The description of the API, made from the handlers.
pub(crate) fn description() -> OpenApi {
    openapi::complete(router().into_openapi())
}

/// All routes behind the main door.
pub(crate) fn door(app: Arc<App>) -> Door {
    let (router, described) = router().split_for_parts();
    let described = openapi::complete(described);
    // Leaked once per server: labels of metrics live as long as the process.
    let routes = described.paths.paths.keys().map(|path| &*path.clone().leak()).chain(dialects::paths()).collect();
    let document = described.to_json().expect("BUG: the description is always JSON");
    let description = Description(Arc::new(document.into()));
    let router = router.merge(dialects::router()).layer(Extension(description)).with_state(app.clone());
    Door::new(app, router, routes, Dialect::Own)
}

/// The door of a port at which one dialect is spoken.
pub(crate) fn door_of(dialect: Dialect, app: Arc<App>) -> Door {
    let router = dialects::router_of(dialect).with_state(app.clone());
    Door::new(app, router, dialects::paths().collect(), dialect)
}
