use std::time::Duration;

use ask::{Incomplete, OwnedCell, PlainRows};
use record::Timestamp;

use super::*;

/// Rows that leave all writing to this room.
struct Bare(PlainRows);

impl Rows for Bare {
    fn columns(&self) -> &[Column] {
        self.0.columns()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.0.cell(row, column)
    }

    fn encode(&self, _: Encoding) -> Option<Vec<u8>> {
        None
    }
}

fn page() -> Page {
    let names: Vec<String> = ["at", "text", "n", "x", "b"].map(str::to_owned).to_vec();
    let cells = vec![
        vec![
            OwnedCell::Time(Timestamp::from_micros(1)),
            OwnedCell::Text("a \"b\"\n\u{7}".to_owned()),
            OwnedCell::Int(-3),
            OwnedCell::Float(0.5),
            OwnedCell::Bool(true),
        ],
        vec![OwnedCell::Absent; 5],
        vec![
            OwnedCell::Absent,
            OwnedCell::Text(String::new()),
            OwnedCell::Absent,
            OwnedCell::Float(f64::INFINITY),
            OwnedCell::Absent,
        ],
    ];
    let rows = Box::new(Bare(PlainRows::from_cells(&names, cells)));
    let cost =
        Cost { rows_scanned: 9, bytes_scanned: 8, files_scanned: 7, files_pruned: 6, elapsed: Duration::from_micros(1500) };
    let answer = Answer {
        rows,
        cost,
        incomplete: Some(Incomplete::Rows),
        damage: vec!["f is damaged at byte 3: wörse".into()],
        version: 12,
    };
    Page { answer, next_cursor: Some("c0".to_owned()) }
}

/// One column is public, all others are what columns of unknown names are.
fn policy() -> Policy {
    Policy::parse("[[field]]\nname = \"n\"\nlevel = \"public\"").expect("a policy")
}

async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("body");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn the_envelope_holds_rows_and_figures() {
    let text = body(write(&page(), RowFormat::Json, &policy()).expect("JSON")).await;
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let first = serde_json::json!({"at": "1970-01-01T00:00:00.000001Z", "text": "a \"b\"\n\u{7}", "n": -3, "x": 0.5, "b": true});
    let expected = serde_json::json!({
        "columns": [
            {"name": "at", "kind": "time", "level": "confidential"}, {"name": "text", "kind": "text", "level": "confidential"},
            {"name": "n", "kind": "int", "level": "public"}, {"name": "x", "kind": "float", "level": "confidential"},
            {"name": "b", "kind": "bool", "level": "confidential"},
        ],
        "rows": [first, {}, {"text": "", "x": null}],
        "stats": {"rows_scanned": 9, "bytes_scanned": 8, "files_scanned": 7, "files_pruned": 6, "elapsed_ms": 1.5},
        "complete": false, "incomplete_reason": "row limit reached; f is damaged at byte 3: wörse", "version": 12, "next_cursor": "c0",
    });
    assert_eq!(value, expected);
}

#[tokio::test]
async fn lines_have_their_figures_in_headers() {
    let response = write(&page(), RowFormat::Ndjson, &policy()).expect("NDJSON");
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "application/x-ndjson");
    assert_eq!((header("x-dendro-complete"), header("x-dendro-version")), ("false".to_owned(), "12".to_owned()));
    assert_eq!(header("x-dendro-incomplete-reason"), "row limit reached; f is damaged at byte 3: w?rse");
    assert_eq!((header("x-dendro-rows"), header("x-dendro-next-cursor")), ("3".to_owned(), "c0".to_owned()));
    let text = body(response).await;
    assert_eq!(text.lines().nth(1), Some("{}"));
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn an_answer_without_an_arrow_form_is_not_acceptable() {
    let status = write(&page(), RowFormat::Arrow, &policy()).map_err(|problem| problem.status().as_u16());
    assert_eq!(status.err(), Some(406));
}

#[test]
fn rows_come_in_any_order() {
    let text = array_of(&*page().answer.rows, (0..3).rev());
    assert!(text.starts_with("[{\"text\":\"\",\"x\":null},{},{\"at\":"), "{text}");
}
