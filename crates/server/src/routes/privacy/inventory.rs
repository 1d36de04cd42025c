use std::collections::BTreeMap;
use std::sync::Arc;

use ask::{Cell, Question};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use privacy::{ACCOUNT_FIELD, Action, Kind, Level, Origin};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Problem;
use crate::form::Form;
use crate::routes::fields::TimeParams;
use crate::rows::{ColumnBody, KindBody};

/// Different accounts that are read for one inventory. There are as many as combinations of what was found where.
const ACCOUNTS_MAX: usize = 100_000;

/// What is stored, how it is classified, and what was found in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Inventory {
    /// The policy in force, which classifies.
    #[schema(example = "default")]
    policy: String,
    fields: Vec<FieldEntry>,
    /// Whether all findings of the time range are counted.
    complete: bool,
}

/// A field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldEntry {
    /// Its name.
    #[schema(example = "user.email")]
    name: String,
    /// What it holds; absent when it is stored no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<KindBody>,
    /// `public`, `internal`, `confidential` or `restricted`.
    #[schema(value_type = String, example = "confidential")]
    level: Level,
    /// What it is about, as keys of a taxonomy.
    #[schema(example = json!(["user.contact.email"]))]
    categories: Vec<String>,
    /// Who says so: `policy`, `standard`, or `unclassified` when nobody does yet.
    #[schema(value_type = String, example = "standard")]
    classified_by: Origin,
    /// What the policy does about all of its values.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mask")]
    action: Option<&'static str>,
    /// Records that have it, where that is known without a scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<u64>,
    /// What was found in it.
    findings: Vec<FoundBody>,
}

/// How often a class was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundBody {
    /// What was found.
    #[schema(example = "EMAIL")]
    pub(super) class: &'static str,
    /// What was done about it.
    #[schema(example = "mask")]
    pub(super) action: &'static str,
    /// How often.
    pub(super) count: u64,
}

/// Tells which fields hold what.
///
/// Every field with its classification, and what was found in it within the time range: the record of what is processed.
#[utoipa::path(
    get,
    path = "/api/v1/privacy/inventory",
    tag = "privacy",
    params(TimeParams),
    responses(
        (status = 200, description = "The fields.", body = Inventory),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn inventory(State(app): State<Arc<App>>, uri: Uri) -> Result<Json<Inventory>, Problem> {
    let mut form = Form::from_url(&uri)?;
    let range = form.time_range(app.now());
    form.finish()?;
    let scope = app.scope(range, ACCOUNTS_MAX.min(app.limits.answer_rows));
    let turn = app.turn().await?;
    let summaries = app.fields(&turn, &scope).await?;
    let (found, complete) = match summaries.iter().any(|summary| summary.column.name == ACCOUNT_FIELD) {
        false => (Found::default(), true),
        true => {
            let text = format!("{ACCOUNT_FIELD}:* | stats count() by {ACCOUNT_FIELD}");
            let query = ask::parse(&text, app.now()).expect("BUG: the inventory's query is one");
            let answer = app.ask(&turn, &scope, &Question::Search(query), None).await?;
            (read(&*answer.rows), answer.complete())
        }
    };
    Ok(Json(put_together(&app, &summaries, found, complete)))
}

/// By field, class and action.
type Found = BTreeMap<String, BTreeMap<(Kind, Action), u64>>;

fn read(rows: &dyn ask::Rows) -> Found {
    let place = |name: &str| rows.columns().iter().position(|column| column.name == name);
    let mut found = Found::new();
    let (Some(account), Some(count)) = (place(ACCOUNT_FIELD), rows.columns().iter().position(|c| c.name != ACCOUNT_FIELD)) else {
        return found;
    };
    for row in 0..rows.len() {
        let (Cell::Text(account), Cell::Int(records)) = (rows.cell(row, account), rows.cell(row, count)) else { continue };
        for entry in privacy::read_account(account) {
            *found.entry(entry.field).or_default().entry((entry.kind, entry.action)).or_default() += entry.count * records as u64;
        }
    }
    found
}

fn put_together(app: &App, summaries: &[ask::FieldSummary], mut found: Found, complete: bool) -> Inventory {
    let policy = app.rooms.gateway.policy();
    let entry = |name: String, kind: Option<KindBody>, present: Option<u64>, found: BTreeMap<(Kind, Action), u64>| {
        let class = policy.classify(&name);
        let action = policy.field_action(&name).map(Action::name);
        let findings =
            found.into_iter().map(|((kind, action), count)| FoundBody { class: kind.name(), action: action.name(), count });
        let (level, categories, classified_by) = (class.level, class.categories, class.origin);
        FieldEntry { level, categories, classified_by, action, present, findings: findings.collect(), name, kind }
    };
    let mut fields: Vec<FieldEntry> = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let ColumnBody { name, kind, .. } = ColumnBody::of(&summary.column, &policy);
        let here = found.remove(&name).unwrap_or_default();
        fields.push(entry(name, Some(kind), summary.present, here));
    }
    fields.extend(found.into_iter().map(|(name, found)| entry(name, None, None, found)));
    Inventory { fields, complete, policy: policy.version.clone() }
}
