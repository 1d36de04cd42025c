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
use record::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::app::{App, place};
use crate::dialects::{Dialect, Manner, hooks, presented, problem_of};
use crate::error::{InOwnWords, Problem};
use crate::{browser, pages, request_id};

/// The one way in.
pub(crate) struct Door {
    pub(crate) app: Arc<App>,
    router: Router,
    /// Paths of the API as written in its description (`/api/v1/context/{record_id}`).
    routes: Vec<&'static str>,
    /// What is spoken at this port; the main one hears all dialects, each by its paths.
    pub(crate) dialect: Dialect,
}

/// Answers that say how the process is: they need no free place, and some no token, or an overloaded server
/// would look dead.
const ALWAYS_ANSWERED: [&str; 5] = ["/livez", "/readyz", "/ready", "/healthz", "/metrics"];
const WITHOUT_TOKEN: [&str; 5] = ["/livez", "/readyz", "/ready", "/services/collector/health", "/services/collector/health/1.0"];

impl Door {
    pub(crate) fn new(app: Arc<App>, router: Router, mut routes: Vec<&'static str>, dialect: Dialect) -> Door {
        routes.push(pages::ROUTE);
        Door { app, router, routes, dialect }
    }

    /// Answers a request.
    pub(crate) async fn serve(&self, request: Request) -> Response {
        let started = Instant::now();
        let id = self.app.ids.of(request.headers());
        let method = method_label(request.method());
        let manner = Manner::of(&request, self.dialect);
        let path = request.uri().path();
        let route = manner.label(path).unwrap_or_else(|| self.route_label(path));
        let response = match self.check(&request, &manner, route) {
            Ok(permit) => hold(self.run(request).await, permit),
            Err(problem) => problem.into_response(),
        };
        let status = response.status();
        let (mut response, cause) = one_form(response, &manner, &id, self.app.now());
        manner.put_headers(&mut response);
        self.put_headers(response.headers_mut(), &id);
        let took = started.elapsed();
        self.app.metrics.request(method, route, status.as_u16(), took);
        log(&id, method, route, status, took.as_secs_f64() * 1000.0, cause.as_deref());
        response
    }

    /// Refuses what can be refused by looking at the head.
    fn check(&self, request: &Request, manner: &Manner, route: &str) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        let App { limits, tokens, requests, .. } = &*self.app;
        let (uri, headers) = (request.uri(), request.headers());
        if uri.path_and_query().is_some_and(|path| path.as_str().len() > limits.url_bytes) {
            return Err(Problem::new(StatusCode::URI_TOO_LONG, format!("the URL is longer than {} bytes", limits.url_bytes)));
        }
        if request.version() == Version::HTTP_11 && headers.get_all(header::HOST).iter().count() != 1 {
            return Err(Problem::bad_request("HTTP/1.1 wants exactly one Host header"));
        }
        match tokens {
            // Each proves by its own secret who sent it, which no page in a browser can.
            _ if route == hooks::ROUTE => {}
            None => browser::check(uri, headers)?,
            Some(_) if WITHOUT_TOKEN.contains(&route) || (self.has_pages() && pages::wants_page(request)) => {}
            Some(tokens) => tokens.check(&presented(manner.dialect, uri, headers))?,
        }
        if ALWAYS_ANSWERED.contains(&route) {
            return Ok(None);
        }
        place(requests, "too many requests are at work").map(Some)
    }

    /// Whether the web pages are behind this door: ports of dialects have none.
    fn has_pages(&self) -> bool {
        self.dialect == Dialect::Own
    }

    /// A panic is a bug: it is counted and answered, and takes nobody else with it.
    async fn run(&self, request: Request) -> Response {
        if let Some(page) = pages::answer(&request).filter(|_| self.has_pages()) {
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

/// Every error leaves in the one form of its dialect, also those that routing makes (404, 405). Returns the cause, for
/// the log.
fn one_form(mut response: Response, manner: &Manner, id: &str, now: Timestamp) -> (Response, Option<Arc<str>>) {
    if let Some(InOwnWords(cause)) = response.extensions_mut().remove() {
        return (response, cause);
    }
    let Some((problem, cause)) = problem_of(&mut response) else { return (response, None) };
    let mut rendered = manner.render(problem, id, now);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        rendered.headers_mut().insert(header::ALLOW, allow);
    }
    (rendered, cause)
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
