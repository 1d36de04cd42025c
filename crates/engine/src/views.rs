//! Tables that are made of others: the account of the privacy gateway, and the calls of language models, as rows.
//!
//! The account itself stands in two attributes of each record in which something was found, so that it is as durable as
//! the record and goes with it. A call of a language model is a record of its own, written by the server.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::Result;
use datafusion::datasource::ViewTable;
use privacy::{ACCOUNT_FIELD, Kind, POLICY_FIELD};

use crate::session::Session;

/// One row per record, field and class.
const LOG_PRIVACY: &str = "log_privacy";

/// One row per record, in the layout of the seeds.
const LOGS_METADATA: &str = "logs_metadata";

/// One row per call of a language model.
const LLM_CALLS: &str = "llm_calls";

/// Columns of [`LLM_CALLS`]: name, attribute of the record, type.
const CALL_COLUMNS: [(&str, &str, &str); 11] = [
    ("model", "gen_ai.request.model", "VARCHAR"),
    ("provider", "gen_ai.provider.name", "VARCHAR"),
    ("purpose", "llm.purpose", "VARCHAR"),
    ("outcome", "llm.outcome", "VARCHAR"),
    ("input_tokens", "gen_ai.usage.input_tokens", "BIGINT"),
    ("output_tokens", "gen_ai.usage.output_tokens", "BIGINT"),
    ("duration_ms", "llm.duration_ms", "BIGINT"),
    ("sentences_kept", "llm.sentences_kept", "BIGINT"),
    ("sentences_dropped", "llm.sentences_dropped", "BIGINT"),
    ("prompt_version", "llm.prompt_version", "VARCHAR"),
    ("prompt_digest", "llm.prompt_digest", "VARCHAR"),
];

/// Makes the views known that a statement may ask for. `has` tells whether records have an attribute as a column: before the
/// first of them there is none.
pub(crate) async fn register(session: &Session, text: &str, has: impl Fn(&str) -> bool) -> Result<()> {
    let has_account = has(ACCOUNT_FIELD);
    let text = text.to_ascii_lowercase();
    let lists_all = text.contains("information_schema") || text.trim_start().starts_with("show");
    for (name, sql) in
        [(LOG_PRIVACY, log_privacy(has_account)), (LOGS_METADATA, logs_metadata(has_account)), (LLM_CALLS, llm_calls(has))]
    {
        if lists_all || text.contains(name) {
            let plan = session.state.create_logical_plan(&sql).await?;
            session.add(name, Arc::new(ViewTable::new(plan, None)) as Arc<dyn TableProvider>)?;
        }
    }
    Ok(())
}

/// An attribute has a column, or, when there was no room for one, stands in `attributes`, or both at different times.
fn llm_calls(has: impl Fn(&str) -> bool) -> String {
    let value = |attribute: &str, kind: &str| {
        let column = has(attribute).then(|| format!("CAST(\"{attribute}\" AS {kind})"));
        let other = has("attributes").then(|| format!("CAST(attribute(attributes, '{attribute}') AS {kind})"));
        let known: Vec<String> = column.into_iter().chain(other).chain([format!("CAST(NULL AS {kind})")]).collect();
        format!("coalesce({})", known.join(", "))
    };
    let columns: Vec<String> =
        CALL_COLUMNS.iter().map(|(name, attribute, kind)| format!("{} AS {name}", value(attribute, kind))).collect();
    let is_call = format!("source = 'dendro-models' AND {} IS NOT NULL", value("llm.outcome", "VARCHAR"));
    format!("SELECT record_id, \"timestamp\", {} FROM logs WHERE {is_call}", columns.join(", "))
}

/// `EMAIL/mask/2/message` becomes columns; the name of a field may have slashes.
fn log_privacy(has_account: bool) -> String {
    let entries = match has_account {
        true => format!(
            "SELECT record_id, observed_at, \"timestamp\", source, \"{POLICY_FIELD}\" AS policy_version, \
             unnest(string_to_array(\"{ACCOUNT_FIELD}\", ' ')) AS entry FROM logs WHERE \"{ACCOUNT_FIELD}\" IS NOT NULL"
        ),
        false => "SELECT record_id, observed_at, \"timestamp\", source, CAST(NULL AS VARCHAR) AS policy_version, \
                  CAST(NULL AS VARCHAR) AS entry FROM logs WHERE false"
            .to_owned(),
    };
    format!(
        "SELECT record_id, \"timestamp\", source, regexp_replace(entry, '^[^/]*/[^/]*/[^/]*/', '') AS field, \
         split_part(entry, '/', 1) AS class, split_part(entry, '/', 2) AS action, \
         CAST(split_part(entry, '/', 3) AS BIGINT) AS count, policy_version, observed_at AS screened_at FROM ({entries})"
    )
}

fn logs_metadata(has_account: bool) -> String {
    let restricted: Vec<&str> =
        Kind::ALL.into_iter().filter(|kind| kind.level() == privacy::Level::Restricted).map(Kind::name).collect();
    let (found, from) = match has_account {
        true => (format!("\"{ACCOUNT_FIELD}\""), format!("logs WHERE \"{ACCOUNT_FIELD}\" IS NOT NULL")),
        false => ("CAST(NULL AS VARCHAR)".to_owned(), "logs WHERE false".to_owned()),
    };
    format!(
        "SELECT record_id AS log_id, array_distinct(string_to_array(regexp_replace({found}, '[^ /]*/[^/]*/[^/]*/', '', 'g'), ' ')) AS pii_fields, \
         CASE WHEN regexp_like({found}, '(^| )({})/') THEN 'restricted' ELSE 'confidential' END AS classification, \
         observed_at AS redacted_at, CAST(NULL AS TIMESTAMP) AS deleted_at FROM {from}",
        restricted.join("|")
    )
}
