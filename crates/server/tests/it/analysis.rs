use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::client::Ask;
use crate::house::House;

/// Three hours of three services; from 14:02 to 14:12 the pool of the ledger is exhausted, payments time out, and every
/// second request fails at the edge.
pub(crate) fn lines() -> String {
    let mut lines = String::new();
    let mut say = |minute: u32, second: u32, source: &str, severity: &str, message: &str, more: &str| {
        let at = format!("2026-02-06T{:02}:{:02}:{second:02}Z", 12 + minute / 60, minute % 60);
        writeln!(lines, r#"{{"timestamp":"{at}","level":"{severity}","service":"{source}","message":"{message}"{more}}}"#)
            .expect("a string");
    };
    for minute in 0..180 {
        for n in 0..3 {
            let number = minute * 3 + n;
            say(minute, n, "edge", "info", &format!("answered 200 in {number} ms"), "");
            say(minute, n, "payment-service", "info", &format!("paid order {number}"), "");
        }
        say(minute, 5, "ledger-service", "info", &format!("posted entry {minute}"), "");
        if (122..132).contains(&minute) {
            for n in 0..4 {
                let transaction = format!(r#","transaction_id":"t-{}""#, minute * 4 + n);
                let text = format!("could not get a connection from pool within 5000 ms (waiting={n})");
                say(minute, 10 + n, "ledger-service", "error", &text, &transaction);
                let text = format!("payment t-{n} failed: ledger-service did not answer");
                say(minute, 15 + n, "payment-service", "error", &text, &transaction);
            }
        }
    }
    lines
}

async fn house() -> House {
    let house = House::new().await;
    house.ingest(&lines()).await;
    house
}

async fn analyzed(house: &House, body: Value) -> Value {
    let told = house.send(Ask::json("/analyze", body)).await;
    assert_eq!(told.status, 200, "{}", told.text());
    told.json()
}

#[tokio::test]
async fn a_question_is_answered_with_records() {
    let house = house().await;
    let answer = analyzed(&house, json!({"query": "Why did payments fail at 2 PM on Feb 6?"})).await;
    let cause = answer["root_cause"].as_str().expect("a cause");
    assert!(cause.starts_with("ledger-service (connections or workers exhausted)"), "{cause}");
    assert_eq!(answer["candidates"][0]["source"], "ledger-service");
    assert_eq!(answer["impact"], "80 error records and 40 failed transactions");
    assert_eq!(answer["incident"]["start"], "2026-02-06T14:02:00Z");
    assert_eq!(answer["about"], json!(["payment-service"]));
    assert!(answer["confidence"].as_f64().is_some_and(|sure| (0.0..=1.0).contains(&sure)));
    assert!(answer["remediation"].as_array().is_some_and(|remedies| !remedies.is_empty()));
    let cited: BTreeSet<u64> =
        answer["supporting_logs"].as_array().expect("records").iter().filter_map(|log| log["number"].as_u64()).collect();
    let sentences =
        answer["sentences"].as_array().expect("sentences").iter().chain(answer["timeline"].as_array().expect("time line"));
    for sentence in sentences {
        let numbers = sentence["citations"].as_array().expect("citations");
        assert!(numbers.iter().all(|number| cited.contains(&number.as_u64().expect("a number"))), "{sentence}");
    }
    for log in answer["supporting_logs"].as_array().expect("records") {
        let path = format!("/api/v1/context/{}?before=0&after=0", log["id"].as_str().expect("an id"));
        let found = house.send(Ask::get(&path)).await.json();
        assert_eq!(found["record"]["message"], log["message"], "a citation is a record");
    }
}

#[tokio::test]
async fn queries_of_findings_find_their_records() {
    let house = house().await;
    let answer =
        analyzed(&house, json!({"query": "what went wrong?", "date_range": ["2026-02-06T13:50Z", "2026-02-06T14:20Z"]})).await;
    let findings = answer["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["alarm"] == true));
    for finding in findings.iter().filter(|finding| finding["difference"] == "new") {
        let body = json!({"query": finding["query"], "start": finding["start"], "end": finding["end"], "limit": 1000});
        let found = house.send(Ask::json("/api/v1/query", body)).await.json();
        assert_eq!(found["rows"].as_array().map(Vec::len), finding["seen"].as_f64().map(|seen| seen as usize), "{finding}");
    }
}

#[tokio::test]
async fn anomalies_alarm_where_something_is_wrong() {
    let house = house().await;
    let alarms = async |start: &str, end: &str| {
        let path = format!("/api/v1/anomalies?start=2026-02-06T{start}Z&end=2026-02-06T{end}Z&alarms=true");
        let told = house.send(Ask::get(&path)).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let answer = told.json();
        let findings = answer["findings"].as_array().expect("findings").clone();
        findings.iter().map(|finding| format!("{} {}", finding["source"], finding["difference"])).collect::<Vec<_>>()
    };
    assert_eq!(alarms("14:00", "14:15").await, [r#""ledger-service" "new""#, r#""payment-service" "new""#]);
    assert_eq!(alarms("13:30", "13:45").await, [""; 0]);
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let empty = House::new().await;
    let answer = analyzed(&empty, json!({"query": "why did it fail?"})).await;
    assert!(answer["notes"][0].as_str().is_some_and(|note| note.contains("no record is stored")), "{answer}");
    assert!(answer["root_cause"].is_null() && answer["supporting_logs"] == json!([]));
    let anomalies = empty.send(Ask::get("/api/v1/anomalies")).await.json();
    assert!(anomalies["notes"][0].as_str().is_some_and(|note| note.contains("no records from before")), "{anomalies}");

    let answer = analyzed(&house().await, json!({"query": "what happened on 2026-01-15 at 3 PM?"})).await;
    assert!(answer["notes"].to_string().contains("there are some from 2026-02-06"), "{answer}");
}

#[tokio::test]
async fn wrong_questions_are_refused_with_their_place() {
    let house = House::new().await;
    let check = async |body: Value, pointer: &str| {
        let told = house.send(Ask::json("/analyze", body)).await;
        assert_eq!(
            (told.status, told.json()["errors"][0]["pointer"].as_str().map(str::to_owned)),
            (422, Some(pointer.to_owned()))
        );
    };
    check(json!({}), "/query").await;
    check(json!({"query": 7}), "/query").await;
    check(json!({"query": "x".repeat(4097)}), "/query").await;
    check(json!({"query": "x", "date_range": "yesterday"}), "/date_range").await;
    check(json!({"query": "x", "date_range": ["2026-02-07", "2026-02-01"]}), "/date_range").await;
    check(json!({"query": "x", "mode": "deep"}), "").await;
    let refused = async |query: &str| house.send(Ask::get(&format!("/api/v1/anomalies?{query}"))).await.status;
    assert_eq!(refused("start=2026-02-01&end=2026-02-05").await, 422);
    assert_eq!(refused("start=now&end=now-1h").await, 422);
    assert_eq!(refused("alarms=perhaps").await, 422);
    assert_eq!(refused("limit=0").await, 422);
}

#[tokio::test]
async fn hours_and_days_are_summed_up() {
    let house = house().await;
    let get = async |query: &str| house.send(Ask::get(&format!("/summary?{query}"))).await;
    let answer = get("service=payment-service&granularity=hourly&date=2026-02-06").await.json();
    let hours = answer["hourly_summaries"].as_array().expect("hours");
    let brief = |stretch: &Value| format!("{} {} {}", stretch["hour"], stretch["total_logs"], stretch["error_count"]);
    assert_eq!(
        hours.iter().map(brief).collect::<Vec<_>>(),
        [r#""12:00-13:00" 180 0"#, r#""13:00-14:00" 180 0"#, r#""14:00-15:00" 220 40"#]
    );
    assert_eq!(hours[2]["text"], "220 records, 40 errors (18.2 %).");
    assert_eq!(
        (&answer["service"], &answer["date"], &answer["complete"]),
        (&json!("payment-service"), &json!("2026-02-06"), &json!(true))
    );
    let days = get("granularity=daily&date=2026-02-08").await.json()["daily_summaries"].clone();
    assert_eq!(
        (&days[0]["day"], &days[0]["total_logs"], &days[0]["error_count"], &days[1]),
        (&json!("2026-02-06"), &json!(1340), &json!(80), &Value::Null)
    );
    assert_eq!(get("date=2020-01-01").await.json()["hourly_summaries"], json!([]));
    assert_eq!(get("granularity=weekly").await.status, 422);
    assert_eq!(get("date=someday").await.status, 422);
}
