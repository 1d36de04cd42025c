//! What a request says: a document, which of its operations, and variables.

use axum::http::Uri;
use serde_json::{Map, Value};

use crate::error::Problem;
use crate::form::Form;
use crate::json;

/// Requests in one array.
pub(super) const BATCH_MAX: usize = 10;
/// Longest document. Machines write some ten KiB; records of an `ingest` belong into the variables.
const DOCUMENT_MAX_BYTES: usize = 64 << 10;
/// Longest name of an operation.
const NAME_MAX_BYTES: usize = 256;
/// Longest variables in a URL; it is bounded as a whole too.
const VARIABLES_MAX_BYTES: usize = 64 << 10;

/// One request.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) operation: Option<String>,
    pub(super) variables: Map<String, Value>,
}

/// One request or several.
#[derive(Debug)]
pub(super) enum Batch {
    /// An object.
    One(Box<Asked>),
    /// An array of objects, answered by an array.
    Many(Vec<Asked>),
}

impl Batch {
    /// Reads a body.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Batch, Problem> {
        match json::value(bytes)? {
            Value::Object(members) => Ok(Batch::One(Box::new(Asked::read(members)?))),
            Value::Array(requests) if requests.is_empty() => Err(Problem::bad_request("the array of requests is empty")),
            Value::Array(requests) if requests.len() > BATCH_MAX => {
                Err(Problem::bad_request(format!("the array has more than {BATCH_MAX} requests")).hint("send more arrays"))
            }
            Value::Array(requests) => Ok(Batch::Many(requests.into_iter().map(Asked::member).collect::<Result<_, _>>()?)),
            _ => Err(Problem::bad_request("the body must be a JSON object with `query`, or an array of such objects")),
        }
    }
}

impl Asked {
    fn member(request: Value) -> Result<Asked, Problem> {
        match request {
            Value::Object(members) => Asked::read(members),
            _ => Err(Problem::bad_request("each request of an array must be a JSON object")),
        }
    }

    fn read(mut members: Map<String, Value>) -> Result<Asked, Problem> {
        let variables = object(members.remove("variables"), "variables")?;
        // Nothing is made of extensions, but clients send them.
        object(members.remove("extensions"), "extensions")?;
        Asked::of(Form::of_object(members), variables)
    }

    /// Reads a URL.
    pub(super) fn from_url(uri: &Uri) -> Result<Asked, Problem> {
        let mut form = Form::from_url(uri)?;
        let mut parsed = |name| match form.text(name, VARIABLES_MAX_BYTES) {
            None => Ok(Map::new()),
            Some(text) => object(Some(json::value(text.as_bytes())?), name),
        };
        let variables = parsed("variables")?;
        parsed("extensions")?;
        Asked::of(form, variables)
    }

    fn of(mut form: Form, variables: Map<String, Value>) -> Result<Asked, Problem> {
        let query = form.required_text("query", DOCUMENT_MAX_BYTES);
        let operation = form.text("operationName", NAME_MAX_BYTES);
        // GraphQL over HTTP: what is not well formed is 400, where the other doors say 422.
        form.finish().map_err(Problem::into_bad_request)?;
        Ok(Asked { query, operation, variables })
    }
}

fn object(value: Option<Value>, name: &'static str) -> Result<Map<String, Value>, Problem> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a JSON object"))),
    }
}
