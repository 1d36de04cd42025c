use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use privacy::Policy;
use privacy::detect::Detector;
use serde::Serialize;
use utoipa::ToSchema;

use super::{NAME_MAX_BYTES, POLICY_MAX_BYTES, TEXT_MAX_BYTES};
use crate::app::App;
use crate::error::{Fault, Problem};
use crate::policies::PolicyRefused;
use crate::routes::sql::read_question;

/// A privacy policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyAnswer {
    /// Stands in the account of every record that was screened by it.
    #[schema(example = "default")]
    version: String,
    /// Its text, in TOML; empty for the standard policy.
    policy: String,
    /// What is done about each class where no rule says otherwise.
    actions: Vec<ClassAction>,
}

/// What is done about a class.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassAction {
    /// What was found.
    #[schema(example = "EMAIL")]
    class: &'static str,
    /// What is done about it.
    #[schema(example = "mask")]
    action: &'static str,
}

/// A new privacy policy.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyRequest)]
#[expect(dead_code, reason = "describes what `replace` reads")]
pub(crate) struct PolicyBody {
    /// The whole policy, in TOML.
    #[schema(max_length = 1048576, example = "[actions]\nip = \"mask\"\n")]
    policy: String,
}

/// Tells which privacy policy is in force.
#[utoipa::path(
    get,
    path = "/api/v1/privacy/policy",
    tag = "privacy",
    responses((status = 200, description = "The policy.", body = PolicyAnswer)),
)]
pub(crate) async fn policy(State(app): State<Arc<App>>) -> Json<PolicyAnswer> {
    Json(in_force(&app))
}

/// Puts another privacy policy in force.
///
/// For all records that come in from then on; what is stored already stays as it is. Try it first on stored records.
#[utoipa::path(
    put,
    path = "/api/v1/privacy/policy",
    tag = "privacy",
    request_body = PolicyBody,
    responses(
        (status = 200, description = "In force, and on disk.", body = PolicyAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn replace(State(app): State<Arc<App>>, request: Request) -> Result<Json<PolicyAnswer>, Problem> {
    let mut form = read_question(&app, request).await?;
    let text = form.text("policy", POLICY_MAX_BYTES).unwrap_or_default();
    form.finish()?;
    let worker = app.clone();
    let replaced = tokio::task::spawn_blocking(move || worker.rooms.policies.replace(&text, &worker.rooms.gateway));
    match replaced.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
        Ok(version) => {
            tracing::info!(version, "the privacy policy was replaced");
            Ok(Json(in_force(&app)))
        }
        Err(refused @ PolicyRefused::Invalid(_)) => Err(unreadable("policy", refused.to_string())),
        Err(refused @ PolicyRefused::NotWritten(_)) => {
            Err(Problem::broken("the policy cannot be kept; the one before stays", refused))
        }
    }
}

/// A policy in a request that cannot be read.
pub(super) fn unreadable(name: &'static str, why: String) -> Problem {
    let fault = Fault { pointer: Some(format!("/{name}")), parameter: None, code: "not_a_policy", message: why, position: None };
    Problem::unprocessable(vec![fault])
}

fn in_force(app: &App) -> PolicyAnswer {
    let policy = app.rooms.gateway.policy();
    let actions = privacy::Kind::ALL.map(|kind| ClassAction { class: kind.name(), action: policy.action(kind).name() });
    PolicyAnswer { version: policy.version, policy: app.rooms.policies.text(), actions: actions.into() }
}

/// A text to be looked at.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExplainRequest)]
#[expect(dead_code, reason = "describes what `explain` reads")]
pub(crate) struct ExplainBody {
    /// The text. It is neither stored nor logged.
    #[schema(max_length = 65536, example = "mail to ann@example.com")]
    text: String,
    /// The field it stands in.
    #[schema(max_length = 256, example = "message")]
    field: Option<String>,
}

/// What was found in a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainAnswer {
    findings: Vec<FindingBody>,
    /// The text as it would be stored; tokens that need keys are shown as masks.
    stored_as: String,
}

/// Something that a policy may not want to be stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingBody {
    /// First byte in the text.
    start: usize,
    /// Behind the last byte.
    end: usize,
    /// What it is.
    #[schema(example = "EMAIL")]
    class: &'static str,
    /// Which rule says so.
    #[schema(example = "email")]
    rule: &'static str,
    /// What makes something one.
    why: &'static str,
    /// What is done about it.
    #[schema(example = "mask")]
    action: &'static str,
}

/// Tells what would be found in a text, and why.
#[utoipa::path(
    post,
    path = "/api/v1/privacy/explain",
    tag = "privacy",
    request_body = ExplainBody,
    responses(
        (status = 200, description = "What was found.", body = ExplainAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn explain(State(app): State<Arc<App>>, request: Request) -> Result<Json<ExplainAnswer>, Problem> {
    let mut form = read_question(&app, request).await?;
    let text = form.required_text("text", TEXT_MAX_BYTES);
    let field = form.text("field", NAME_MAX_BYTES).filter(|field| field != "message");
    form.finish()?;
    Ok(Json(look(&app.rooms.gateway.policy(), &text, field.as_deref())))
}

fn look(policy: &Policy, text: &str, field: Option<&str>) -> ExplainAnswer {
    let mut found = Vec::new();
    Detector::new(policy).scan(text, field, &mut found);
    let finding = |finding: &privacy::detect::Finding| FindingBody {
        start: finding.start,
        end: finding.end,
        class: finding.kind.name(),
        rule: finding.rule,
        why: finding.kind.why(),
        action: policy.action(finding.kind).name(),
    };
    ExplainAnswer { findings: found.iter().map(finding).collect(), stored_as: policy.masked(text, &found) }
}
