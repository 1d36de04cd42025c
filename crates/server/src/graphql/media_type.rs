use axum::http::{HeaderMap, StatusCode};

use crate::accept::Accepted;
use crate::error::Problem;

/// How an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/json`: errors within a document have status 200, because proxies may answer in this type too.
    Json,
    /// `application/graphql-response+json`: the status tells too.
    Graphql,
    /// `text/event-stream`.
    Events,
}

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";
const EVENTS: &str = "text/event-stream";

impl Form {
    /// What `Accept` prefers. Who takes anything gets what every client can read.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Form, Problem> {
        let accepted = Accepted::of(headers);
        let quality = |name: &str| accepted.quality(&[name]);
        let (json, graphql, events) = (quality(JSON), quality(GRAPHQL), quality(EVENTS));
        let json_wins = json > graphql || (json == graphql && !accepted.names(GRAPHQL));
        let (best, form) = if json_wins { (json, Form::Json) } else { (graphql, Form::Graphql) };
        match () {
            () if events > best || (events > 0 && events == best && accepted.names(EVENTS)) => Ok(Form::Events),
            () if best > 0 => Ok(form),
            () => Err(not_acceptable()),
        }
    }

    /// The form of errors of whole requests: there are no events of those.
    pub(crate) fn of_errors(headers: &HeaderMap) -> Form {
        match Form::of(headers) {
            Ok(Form::Graphql) => Form::Graphql,
            _ => Form::Json,
        }
    }

    /// Its name in `Content-Type`.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Form::Json => "application/json; charset=utf-8",
            Form::Graphql => "application/graphql-response+json; charset=utf-8",
            Form::Events => "text/event-stream; charset=utf-8",
        }
    }
}

fn not_acceptable() -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "none of the types in Accept can be sent")
        .hint("accept application/graphql-response+json, application/json or text/event-stream")
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn preferences() {
        let check = |accept: &str, expected: Option<Form>| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().expect("value"))]);
            assert_eq!(Form::of(&headers).ok(), expected, "{accept}");
        };
        assert_eq!(Form::of(&HeaderMap::new()).ok(), Some(Form::Json));
        check("*/*", Some(Form::Json));
        check("application/*", Some(Form::Json));
        check("application/json", Some(Form::Json));
        check("application/graphql-response+json", Some(Form::Graphql));
        check("application/graphql-response+json; charset=utf-8", Some(Form::Graphql));
        check("application/graphql-response+json, application/json", Some(Form::Graphql));
        check("application/json, application/graphql-response+json", Some(Form::Graphql));
        check("application/json, application/graphql-response+json;q=0.9", Some(Form::Json));
        check("application/graphql-response+json, */*", Some(Form::Graphql));
        check("text/event-stream", Some(Form::Events));
        check("text/event-stream, application/json", Some(Form::Events));
        check("text/event-stream;q=0.5, application/json", Some(Form::Json));
        check("text/html, */*;q=0.8", Some(Form::Json));
        check("text/html", None);
        check("application/json;q=0", None);
    }
}
