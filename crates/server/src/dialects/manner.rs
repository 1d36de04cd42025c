use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Dialect, datadog, elasticsearch, firehose, otlp, presented, splunk};
use crate::error::Problem;
use crate::graphql;
use record::Timestamp;

/// How a request wants to be spoken to, known before anything of it is looked at more closely.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) dialect: Dialect,
    is_json: bool,
    showed_token: bool,
    firehose_request: Option<String>,
    graphql: graphql::Form,
}

impl Manner {
    /// Of a request that came in on the main port, or on the port of a dialect.
    pub(crate) fn of(request: &Request, port: Dialect) -> Manner {
        let dialect = match port {
            Dialect::Own => Dialect::of(request.uri().path()),
            port => port,
        };
        let headers = request.headers();
        Manner {
            dialect,
            is_json: dialect == Dialect::Otlp && otlp::wants_json(request),
            showed_token: dialect == Dialect::Splunk && !presented(dialect, request.uri(), headers).is_empty(),
            graphql: if dialect == Dialect::Graphql { graphql::Form::of_errors(headers) } else { graphql::Form::Json },
            firehose_request: if dialect == Dialect::Firehose { firehose::request_id(headers) } else { None },
        }
    }

    /// The label of its figures; `None` leaves that to the list of the routes.
    pub(crate) fn label(&self, path: &str) -> Option<&'static str> {
        match self.dialect {
            Dialect::Elasticsearch => Some(elasticsearch::label(path)),
            Dialect::OtlpGrpc => Some("/otlp_grpc"),
            _ => None,
        }
    }

    /// What every answer of the dialect has to have.
    pub(crate) fn put_headers(&self, response: &mut Response) {
        if self.dialect == Dialect::Elasticsearch {
            // Official clients refuse to talk to a server that does not say so.
            let product = HeaderName::from_static("x-elastic-product");
            response.headers_mut().insert(product, HeaderValue::from_static("Elasticsearch"));
        }
    }

    /// An error in the form that the sender reads.
    pub(crate) fn render(&self, problem: Problem, request_id: &str, now: Timestamp) -> Response {
        match self.dialect {
            Dialect::Own | Dialect::Gelf | Dialect::CloudEvents | Dialect::Journal | Dialect::Hook => problem.render(request_id),
            Dialect::Graphql => {
                let body = graphql::error(&problem, request_id);
                dressed(problem, self.graphql.media_type(), body)
            }
            Dialect::Elasticsearch => {
                let body = elasticsearch::error(&problem);
                dressed(problem, "application/json", body)
            }
            Dialect::Otlp => {
                let (media_type, body) = otlp::error(&problem, self.is_json);
                dressed(problem, media_type, body)
            }
            Dialect::OtlpGrpc => otlp::grpc_error(problem),
            Dialect::Splunk => {
                let (status, body) = splunk::error(&problem, self.showed_token);
                let mut response = dressed(problem, "application/json", body);
                *response.status_mut() = status;
                response
            }
            Dialect::Datadog => {
                let body = datadog::error(&problem);
                dressed(problem, "application/json", body)
            }
            Dialect::Firehose => {
                let body = firehose::error(&problem, self.firehose_request.as_deref(), now);
                dressed(problem, "application/json", body)
            }
            Dialect::Loki => {
                let body = format!("{}\n", problem.words());
                dressed(problem, "text/plain; charset=utf-8", body)
            }
        }
    }
}

/// An error whose body is the dialect's, with status and headers as ever.
fn dressed(problem: Problem, media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = (problem.status(), [(header::CONTENT_TYPE, media_type)], body.into()).into_response();
    response.headers_mut().extend(problem.into_headers());
    response
}

/// The problem that an answer carries, and what the log should know of it.
pub(crate) fn problem_of(response: &mut Response) -> Option<(Problem, Option<Arc<str>>)> {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => Problem::new(status, plain_words(status)),
        None => return None,
    };
    let cause = problem.cause();
    Some((problem, cause))
}

fn plain_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is nothing here; /openapi.json lists what there is",
        StatusCode::METHOD_NOT_ALLOWED => "this path has other methods; Allow names them",
        _ => status.canonical_reason().unwrap_or("error"),
    }
}
