//! What happens to every request, whichever way it goes on: a name, the checks, a place, a catch for bugs; and on the
//! way back one form for all errors, headers, a figure and a line in the log.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::app::{App, place};
use crate::error::Problem;
use crate::{browser, pages, request_id};

/// The one way in.
pub(crate) struct Door {
    pub(crate) app: Arc<App>,
    router: Router,
    /// Paths of the API as written in its description (`/api/v1/context/{record_id}`).
    routes: Vec<&'static str>,
}

/// Answers that say how the process is: they need no free place, and the first two no token, or an overloaded server
/// would look dead.
const ALWAYS_ANSWERED: [&str; 4] = ["/livez", "/readyz", "/healthz", "/metrics"];
const WITHOUT_TOKEN: [&str; 2] = ["/livez", "/readyz"];

impl Door {
    pub(crate) fn new(app: Arc<App>, router: Router, mut routes: Vec<&'static str>) -> Door {
        routes.push(pages::ROUTE);
        Door { app, router, routes }
    }

    /// Answers a request.
    pub(crate) async fn serve(&self, request: Request) -> Response {
        let started = Instant::now();
        let id = self.app.ids.of(request.headers());
        let method = method_label(request.method());
        let route = self.route_label(request.uri().path());
        let response = match self.check(&request, route) {
            Ok(permit) => hold(self.run(request).await, permit),
            Err(problem) => problem.into_response(),
        };
        let (mut response, cause) = one_form(response, &id);
        self.put_headers(response.headers_mut(), &id);
        let (status, took) = (response.status(), started.elapsed());
        self.app.metrics.request(method, route, status.as_u16(), took);
        log(&id, method, route, status, took.as_secs_f64() * 1000.0, cause.as_deref());
        response
    }

    /// Refuses what can be refused by looking at the head.
    fn check(&self, request: &Request, route: &str) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        let App { limits, tokens, requests, .. } = &*self.app;
        let (uri, headers) = (request.uri(), request.headers());
        if uri.path_and_query().is_some_and(|path| path.as_str().len() > limits.url_bytes) {
            return Err(Problem::new(StatusCode::URI_TOO_LONG, format!("the URL is longer than {} bytes", limits.url_bytes)));
        }
        if request.version() == Version::HTTP_11 && headers.get_all(header::HOST).iter().count() != 1 {
            return Err(Problem::bad_request("HTTP/1.1 wants exactly one Host header"));
        }
        match tokens {
            None => browser::check(uri, headers)?,
            Some(_) if WITHOUT_TOKEN.contains(&route) || pages::wants_page(request) => {}
            Some(tokens) => tokens.check(headers)?,
        }
        if ALWAYS_ANSWERED.contains(&route) {
            return Ok(None);
        }
        place(requests, "too many requests are at work").map(Some)
    }

    /// A panic is a bug: it is counted and answered, and takes nobody else with it.
    async fn run(&self, request: Request) -> Response {
        if let Some(page) = pages::answer(&request) {
            return page;
        }
        let answered = AssertUnwindSafe(self.router.clone().oneshot(request)).catch_unwind().await;
        match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => {
                self.app.metrics.panic();
                Problem::broken("this met a bug; the server's log has the details", "panic").into_response()
            }
        }
    }

    /// The route as the description writes it: paths are endless, labels must not be.
    fn route_label(&self, path: &str) -> &'static str {
        let fits = |route: &&&'static str| match route.split_once('{') {
            None => **route == path,
            Some((before, _)) => path.strip_prefix(before).is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
        };
        self.routes.iter().find(fits).copied().unwrap_or("other")
    }

    fn put_headers(&self, headers: &mut HeaderMap, id: &str) {
        const EVERYWHERE: [(HeaderName, &str); 4] = [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        ];
        for (name, value) in EVERYWHERE {
            // Pages say themselves how they may be kept, and what they may do.
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        if self.app.over_tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(request_id::HEADER, id);
        }
    }
}

/// Every error leaves as a problem, also those that routing makes (404, 405). Returns the cause, for the log.
fn one_form(mut response: Response, id: &str) -> (Response, Option<Arc<str>>) {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => Problem::new(status, plain_words(status)),
        None => return (response, None),
    };
    let cause = problem.cause();
    let mut rendered = problem.render(id);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        rendered.headers_mut().insert(header::ALLOW, allow);
    }
    (rendered, cause)
}

fn plain_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is nothing here; /openapi.json lists what there is",
        StatusCode::METHOD_NOT_ALLOWED => "this path has other methods; Allow names them",
        _ => status.canonical_reason().unwrap_or("error"),
    }
}

/// No query, no body, no client's header but the checked request id: the log must not become a second copy of secrets.
fn log(request_id: &str, method: &str, route: &str, status: StatusCode, elapsed_ms: f64, cause: Option<&str>) {
    let status = status.as_u16();
    match cause {
        Some(cause) => tracing::warn!(request_id, method, route, status, elapsed_ms, cause, "request failed"),
        None if status >= 500 => tracing::warn!(request_id, method, route, status, elapsed_ms, "request refused"),
        None => tracing::info!(request_id, method, route, status, elapsed_ms, "request"),
    }
}

/// Methods are endless too.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Keeps `held` until the body has gone out.
pub(crate) fn hold(response: Response, held: impl Send + Unpin + 'static) -> Response {
    response.map(|body| Body::new(Held { body, _held: held }))
}

struct Held<T> {
    body: Body,
    _held: T,
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
