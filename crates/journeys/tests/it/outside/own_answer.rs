//! The questions that are put to readers from outside, put to Dendro itself in SQL.

use serde_json::{Map, Value, json};

use super::Questions;
use crate::harness::Server;

/// Columns that hold times. They are compared as microseconds since 1970.
const TIMES: [&str; 2] = ["timestamp", "observed_at"];

/// What Dendro answers, in the same form. `as_of` is a version of `logs`; without it, all that was acknowledged counts.
pub(crate) async fn own_answer(server: &Server, table: &str, as_of: Option<u64>, questions: &Questions<'_>) -> Value {
    let ask = async |query: String| {
        let asked = server.try_sql(json!({ "query": query, "as_of": as_of })).await;
        asked.unwrap_or_else(|error| panic!("{query}: {error}"))
    };
    let totals = ask(format!("SELECT {} FROM {table}", totals(questions))).await.remove(0);
    let mut groups = Map::new();
    if let Some(column) = questions.groups {
        for row in ask(format!("SELECT \"{column}\" AS g, count(*) AS n FROM {table} GROUP BY g")).await {
            groups.insert(row["g"].as_str().unwrap_or("None").to_owned(), row["n"].clone());
        }
    }
    let mut rows = Vec::new();
    if let Some(order) = questions.columns.first() {
        let columns: Vec<String> = questions.columns.iter().map(|column| format!("{} AS \"{column}\"", value(column))).collect();
        rows = ask(format!("SELECT {} FROM {table} ORDER BY \"{order}\"", columns.join(", "))).await;
    }
    json!({ "totals": totals, "groups": groups, "rows": rows })
}

fn totals(questions: &Questions<'_>) -> String {
    let mut totals = vec!["count(*) AS \"count\"".to_owned()];
    totals.extend(questions.sums.iter().map(|column| format!("sum(\"{column}\") AS \"sum {column}\"")));
    for end in ["min", "max"] {
        totals.extend(questions.bounds.iter().map(|column| format!("{end}({}) AS \"{end} {column}\"", value(column))));
    }
    totals.extend(questions.distinct.iter().map(|column| format!("count(DISTINCT \"{column}\") AS \"distinct {column}\"")));
    totals.join(", ")
}

fn value(column: &str) -> String {
    if TIMES.contains(&column) { format!("CAST(\"{column}\" AS BIGINT)") } else { format!("\"{column}\"") }
}

/// Two answers must be equal; the first difference is shown.
#[track_caller]
pub(crate) fn check_same(what: &str, theirs: &Value, ours: &Value) {
    assert_eq!(theirs["totals"], ours["totals"], "{what}: totals");
    assert_eq!(theirs["groups"], ours["groups"], "{what}: groups");
    let rows = |answer: &Value| answer["rows"].as_array().expect("rows").clone();
    let (theirs, ours) = (rows(theirs), rows(ours));
    assert_eq!(theirs.len(), ours.len(), "{what}: rows");
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(theirs, ours, "{what}: a row");
    }
}
