//! What the description of the API says beside the handlers: the errors that every door can answer, and tokens.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Type};
use utoipa::{OpenApi as _, ToResponse};

use crate::api;
use crate::error::ProblemBody;
use crate::rows::{ColumnBody, KindBody, RowsBody, Stats};

const TOKEN: &str = "token";

/// Any door.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Dendro",
        description = "A log platform: send records, ask in words, in a search language or in SQL. Errors are RFC 9457 problems. \
                       Every answer has an `X-Request-Id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody, RowsBody, ColumnBody, KindBody, Stats), responses(
        BadRequest, NotFound, NotAcceptable, Gone, TooLarge, UnsupportedMediaType, Unprocessable, TooManyRequests, Unavailable,
        RowsResponse,
    )),
    tags(
        (name = "ingest", description = "Records in."),
        (name = "ask", description = "Answers out."),
        (name = "privacy", description = "What is found in records, and what becomes of it."),
        (name = "health", description = "How the process is."),
        (name = "about", description = "What this is."),
    ),
)]
struct Outline;

/// Everything that is not a handler.
pub(crate) fn outline() -> OpenApi {
    Outline::openapi()
}

/// The description of the API (OpenAPI 3.1), as JSON.
pub fn document() -> String {
    api::description().to_pretty_json().expect("BUG: the description is always JSON")
}

/// What may happen at every door, whatever its handler does.
const EVERYWHERE: [(&str, &str); 7] = [
    ("400", "The request cannot be read."),
    ("403", "Without a token only loopback names lead here."),
    ("408", "The request came too slowly."),
    ("414", "The URL is too long."),
    ("431", "The headers are too large."),
    ("500", "Something is damaged or broken; the request id leads to the log."),
    ("503", "Too much is at work, or a part does not answer; see `Retry-After`."),
];
const WITHOUT_TOKEN: [&str; 2] = ["/livez", "/readyz"];

/// Adds to each operation what it shares with the others.
pub(crate) fn complete(mut api: OpenApi) -> OpenApi {
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    api.components.get_or_insert_default().security_schemes.insert(TOKEN.to_owned(), RefOr::T(scheme));
    for (path, item) in &mut api.paths.paths {
        for operation in [&mut item.get, &mut item.post, &mut item.put].into_iter().flatten() {
            add_common(operation, !WITHOUT_TOKEN.contains(&path.as_str()));
        }
    }
    api
}

fn add_common(operation: &mut Operation, wants_token: bool) {
    let responses = &mut operation.responses.responses;
    for (status, description) in EVERYWHERE {
        responses.entry(status.to_owned()).or_insert_with(|| problem(status, description));
    }
    if wants_token {
        responses.insert("401".to_owned(), problem("401", "A token is needed, or it is not known."));
        // Without a token file nobody needs one: either is fine.
        operation.security =
            Some(vec![SecurityRequirement::default(), SecurityRequirement::new::<_, [&str; 0], &str>(TOKEN, [])]);
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            let id = HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String)));
            response.headers.insert("X-Request-Id".to_owned(), RefOr::T(id.description(Some("Name of the request.")).build()));
        }
    }
}

fn problem(status: &str, description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description(description).content("application/problem+json", content);
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let response = match status {
        "401" => response.header("WWW-Authenticate", HeaderBuilder::new().schema(Some(text())).build()),
        "429" | "503" => {
            response.header("Retry-After", HeaderBuilder::new().schema(Some(text())).description(Some("Seconds.")).build())
        }
        _ => response,
    };
    RefOr::T(response.build())
}

/// The request cannot be read.
#[derive(ToResponse)]
#[response(description = "The request cannot be read.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct BadRequest(ProblemBody<'static>);

/// What was named does not exist.
#[derive(ToResponse)]
#[response(description = "What was named does not exist.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct NotFound(ProblemBody<'static>);

/// None of the accepted types can be sent.
#[derive(ToResponse)]
#[response(description = "None of the types in `Accept` can be sent.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct NotAcceptable(ProblemBody<'static>);

/// The cursor has ended.
#[derive(ToResponse)]
#[response(description = "The cursor has ended.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct Gone(ProblemBody<'static>);

/// The body is too large.
#[derive(ToResponse)]
#[response(description = "The body is too large, as sent or decompressed.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct TooLarge(ProblemBody<'static>);

/// The body is of a type that is not understood.
#[derive(ToResponse)]
#[response(description = "`Content-Type` or `Content-Encoding` is not understood.", content_type = "application/problem+json")]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct UnsupportedMediaType(ProblemBody<'static>);

/// The request can be read, and asks for something that cannot be.
#[derive(ToResponse)]
#[response(
    description = "The request can be read, and asks for something that cannot be; `errors` lists it.",
    content_type = "application/problem+json"
)]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct Unprocessable(ProblemBody<'static>);

/// A bound was reached.
#[derive(ToResponse)]
#[response(description = "A bound was reached; see `Retry-After`.", content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds.")))]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct TooManyRequests(ProblemBody<'static>);

/// A part does not answer.
#[derive(ToResponse)]
#[response(description = "A part does not answer; see `Retry-After`.", content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds.")))]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct Unavailable(ProblemBody<'static>);

/// Rows.
#[derive(ToResponse)]
#[response(
    description = "The rows. In NDJSON and Arrow the figures are in `X-Dendro-*` headers.",
    content_type = "application/json"
)]
#[expect(dead_code, reason = "describes a response")]
pub(crate) struct RowsResponse(RowsBody);

#[cfg(test)]
mod tests;
