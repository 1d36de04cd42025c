use std::collections::BTreeMap;
use std::sync::Arc;

use ask::{Answer, Cell, Pipe, Question};
use axum::Json;
use axum::extract::{Request, State};
use privacy::detect::Detector;
use privacy::{Action, Kind, Policy};
use serde::Serialize;
use utoipa::ToSchema;

use super::POLICY_MAX_BYTES;
use super::inventory::FoundBody;
use super::policy::unreadable;
use crate::app::App;
use crate::error::Problem;
use crate::routes::sql::read_question;

/// Records that are looked at, at most and by default.
const RECORDS_MAX: u64 = 10_000;
const RECORDS_DEFAULT: u64 = 1000;

/// Examples in an answer.
const EXAMPLES_MAX: usize = 20;

/// A policy to be tried.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrialRequest)]
#[expect(dead_code, reason = "describes what `trial` reads")]
pub(crate) struct TrialBody {
    /// The policy, in TOML.
    #[schema(max_length = 1048576, example = "[actions]\nip = \"mask\"\n")]
    policy: String,
    /// Which records, in the search language; without it, the newest.
    #[schema(max_length = 16384, example = "source:checkout")]
    query: Option<String>,
    /// First moment: RFC 3339, a date, `now`, or `now-1h`.
    start: Option<String>,
    /// First moment after.
    end: Option<String>,
    /// Records to look at, the newest first.
    #[schema(minimum = 1, maximum = 10000, default = 1000)]
    limit: Option<u32>,
}

/// What a policy would have done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    /// The version it would have.
    version: String,
    /// Records looked at.
    records: u64,
    /// Of these, records in which something would be replaced or dropped that is stored now.
    changed: u64,
    /// By field.
    fields: Vec<TrialField>,
    /// Some of them, as they would be stored.
    examples: Vec<Example>,
}

/// What would be found in a field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialField {
    /// Its name.
    #[schema(example = "message")]
    name: String,
    findings: Vec<FoundBody>,
}

/// A value as it would be stored. The stored one is not repeated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Example {
    record_id: String,
    field: String,
    would_be: String,
}

/// Tries a privacy policy on stored records.
///
/// Nothing is changed. Stored records were screened already, so this shows what a stricter policy would take away from
/// them; what was masked does not come back.
#[utoipa::path(
    post,
    path = "/api/v1/privacy/trial",
    tag = "privacy",
    request_body = TrialBody,
    responses(
        (status = 200, description = "What it would have done.", body = Trial),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn trial(State(app): State<Arc<App>>, request: Request) -> Result<Json<Trial>, Problem> {
    let mut form = read_question(&app, request).await?;
    let now = app.now();
    let policy = form.required_text("policy", POLICY_MAX_BYTES);
    let text = form.text("query", ask::QUERY_MAX_BYTES).unwrap_or_default();
    let range = form.time_range(now);
    let limit = form.number("limit", 1..=RECORDS_MAX, RECORDS_DEFAULT);
    form.finish()?;
    let policy = Policy::parse(&policy).map_err(|error| unreadable("policy", error.to_string()))?;
    let mut query = ask::parse(&text, now).map_err(|error| Problem::from(error).in_body())?;
    query.pipes.push(Pipe::Head(limit));
    let scope = app.scope(range, limit as usize);
    let turn = app.turn().await?;
    let answer = app.ask(&turn, &scope, &Question::Search(query), None).await?;
    let tried = tokio::task::spawn_blocking(move || Trying::new(policy).run(&answer)).await;
    Ok(Json(tried.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))))
}

/// Names of columns that Dendro itself makes.
const OURS: [&str; 8] =
    ["record_id", "timestamp", "observed_at", "severity", "severity_number", "pattern_id", "privacy.found", "privacy.policy"];

struct Trying {
    detector: Detector,
    policy: Policy,
    found: BTreeMap<String, BTreeMap<(Kind, Action), u64>>,
    examples: Vec<Example>,
}

impl Trying {
    fn new(policy: Policy) -> Trying {
        Trying { detector: Detector::new(&policy), policy, found: BTreeMap::new(), examples: Vec::new() }
    }

    fn run(mut self, answer: &Answer) -> Trial {
        let rows = &*answer.rows;
        let columns: Vec<String> = rows.columns().iter().map(|column| column.name.clone()).collect();
        let id = columns.iter().position(|name| name == "record_id");
        let mut changed = 0;
        for row in 0..rows.len() {
            let record = match id.map(|id| rows.cell(row, id)) {
                Some(Cell::Text(record)) => record.to_owned(),
                _ => String::new(),
            };
            let mut is_changed = false;
            for (column, name) in columns.iter().enumerate().filter(|(_, name)| !OURS.contains(&name.as_str())) {
                let value = match rows.cell(row, column) {
                    Cell::Text(text) => text.to_owned(),
                    Cell::Int(number) => number.to_string(),
                    Cell::Float(number) => number.to_string(),
                    Cell::Absent | Cell::Bool(_) | Cell::Time(_) | Cell::Other(_) => continue,
                };
                is_changed |= self.look(&record, name, &value);
            }
            changed += u64::from(is_changed);
        }
        let findings = |found: BTreeMap<(Kind, Action), u64>| {
            let found = found.into_iter();
            found.map(|((kind, action), count)| FoundBody { class: kind.name(), action: action.name(), count }).collect()
        };
        let fields = self.found.into_iter().map(|(name, found)| TrialField { name, findings: findings(found) });
        Trial {
            version: self.policy.version,
            records: rows.len() as u64,
            changed,
            fields: fields.collect(),
            examples: self.examples,
        }
    }

    /// Looks at a value. Returns whether it would be another.
    fn look(&mut self, record: &str, field: &str, value: &str) -> bool {
        let by_name = self.policy.field_action(field);
        let (acts, would_be) = match by_name {
            Some(Action::Keep) => return false,
            Some(action) => {
                self.count(field, Kind::Field, action);
                (true, action.name().to_owned())
            }
            None => {
                let mut found = Vec::new();
                self.detector.scan(value, (field != "message").then_some(field), &mut found);
                found.iter().for_each(|finding| self.count(field, finding.kind, self.policy.action(finding.kind)));
                let acts = found.iter().any(|finding| self.policy.action(finding.kind) != Action::Keep);
                (acts, self.policy.masked(value, &found))
            }
        };
        if acts && self.examples.len() < EXAMPLES_MAX {
            self.examples.push(Example { record_id: record.to_owned(), field: field.to_owned(), would_be });
        }
        acts
    }

    fn count(&mut self, field: &str, kind: Kind, action: Action) {
        *self.found.entry(field.to_owned()).or_default().entry((kind, action)).or_default() += 1;
    }
}
