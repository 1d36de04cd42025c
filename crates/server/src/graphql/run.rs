//! Runs requests: one, or the members of an array one after another, all within one time.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Name, Request, ServerError, Variables};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::answer::{self, Outcome};
use super::asked::{Asked, Batch};
use super::document::Document;
use super::errors::refused;
use super::events;
use super::media_type::Form;
use super::schema::SCHEMA;
use super::session::Session;
use crate::app::App;
use crate::error::Problem;

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It may change something.
    Post,
    /// It may not: links and images make browsers GET.
    Get,
}

/// Answers a request, or several.
pub(super) async fn answer(app: &Arc<App>, batch: Batch, form: Form, way: Way) -> Result<Response, Problem> {
    let runner = Runner { session: Session::new(app.clone()), deadline: Instant::now() + app.limits.graphql_time, form, way };
    match batch {
        Batch::One(asked) => {
            let outcome = match runner.begin(*asked)? {
                Begun::Stream(request) => return Ok(events::stream(&runner.session, *request)),
                Begun::Run(ready) => runner.run(*ready).await,
                Begun::Refused(outcome) => outcome,
            };
            if form == Form::Events { Ok(events::once(&outcome)) } else { answer::one(app, &outcome, form) }
        }
        Batch::Many(_) if form == Form::Events => {
            Err(Problem::bad_request("an array cannot be answered by events").hint("send one request"))
        }
        Batch::Many(many) => {
            let mut outcomes = Vec::with_capacity(many.len());
            for asked in many {
                outcomes.push(match runner.begin(asked)? {
                    Begun::Run(ready) => runner.run(*ready).await,
                    Begun::Refused(outcome) => outcome,
                    Begun::Stream(_) => return Err(only_as_events()),
                });
            }
            answer::many(app, &outcomes, form)
        }
    }
}

struct Runner {
    session: Arc<Session>,
    deadline: Instant,
    form: Form,
    way: Way,
}

/// A request that was looked at.
enum Begun {
    /// To be answered at once.
    Run(Box<Ready>),
    /// A subscription.
    Stream(Box<Request>),
    /// Already answered.
    Refused(Outcome),
}

/// What may be run.
struct Ready {
    request: Request,
    kind: OperationType,
    names: Vec<Name>,
}

impl Runner {
    fn begin(&self, asked: Asked) -> Result<Begun, Problem> {
        let document = match Document::read(&asked) {
            Ok(document) => document,
            Err(error) => return Ok(Begun::Refused(Outcome::refused(error))),
        };
        let Document { parsed, kind, names } = document;
        match kind {
            OperationType::Subscription if self.form != Form::Events => return Err(only_as_events()),
            OperationType::Mutation if self.way == Way::Get => return Err(only_by_post()),
            _ => {}
        }
        let mut request = Request::new(asked.query).variables(Variables::from_json(Value::Object(asked.variables)));
        request.operation_name = asked.operation;
        request.set_parsed_query(parsed);
        let request = request.data(self.session.clone());
        Ok(match kind {
            OperationType::Subscription => Begun::Stream(Box::new(request)),
            _ => Begun::Run(Box::new(Ready { request, kind, names })),
        })
    }

    async fn run(&self, Ready { request, kind, names }: Ready) -> Outcome {
        match timeout_at(self.deadline, SCHEMA.execute(request)).await {
            Ok(answer) => Outcome::of(answer, &names),
            Err(_) => Outcome::refused(self.too_long(kind)),
        }
    }

    fn too_long(&self, kind: OperationType) -> ServerError {
        let message = format!("the request takes longer than {:?}", self.session.app.limits.graphql_time);
        let hint = match kind {
            OperationType::Mutation => "it may have been stored: repeat it with the same `idempotencyKey`",
            _ => "narrow the time range, or ask for less at once",
        };
        refused("TIMEOUT", message, hint, None)
    }
}

fn only_as_events() -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "a subscription is answered by events")
        .hint("send `Accept: text/event-stream`, and one request at a time")
}

fn only_by_post() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "GET answers queries only")
        .hint("POST what changes something")
        .header(header::ALLOW, HeaderValue::from_static("POST"))
}
