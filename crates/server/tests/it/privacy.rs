//! The privacy gateway seen from outside: its account, its policy, the inventory, trials.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use privacy::keys::{KeyStoreFailed, Keyring, RootKey, SubjectId, SubjectKey, SubjectKeys, WrappedKey};
use privacy::{Action, Gateway, Kind, Policy};
use record::Tenant;
use serde_json::json;

use crate::client::Ask;
use crate::house::House;
use crate::own_log::OwnLog;

const LINES: &str = r#"{"timestamp":"2026-02-07T10:00:00Z","source":"crm","message":"mail ann@example.com from 10.1.2.3","user.phone":"+1 415 555 7890"}
{"timestamp":"2026-02-07T10:00:01Z","source":"crm","message":"all is well"}
"#;

#[tokio::test]
async fn findings_are_counted() {
    let house = House::new().await;
    house.ingest(LINES).await;
    let metrics = house.send(Ask::get("/metrics")).await;
    let series = "dendro_privacy_findings_total{source=\"crm\",class=\"PHONE\",action=\"mask\"} 1";
    assert!(metrics.text().contains(series), "{}", metrics.text());
    assert!(!metrics.text().contains("ann@"));
}

#[tokio::test]
async fn a_policy_is_tried_then_put_in_force() {
    let house = House::new().await;
    house.ingest(LINES).await;
    let policy =
        "version = \"strict\"\n[actions]\nip = \"mask\"\n[[rule]]\nsource = \"till\"\nactions = { secret = \"drop_record\" }";
    let tried = house.send(Ask::json("/api/v1/privacy/trial", json!({"policy": policy, "query": "source:crm"}))).await.json();
    assert_eq!((&tried["records"], &tried["changed"]), (&json!(2), &json!(1)), "{tried}");
    assert_eq!(tried["fields"], json!([{"name": "message", "findings": [{"class": "IP", "action": "mask", "count": 1}]}]));
    assert_eq!(tried["examples"][0]["would_be"], "mail a***@example.com from [IP]");
    let before = house.send(Ask::get("/api/v1/privacy/policy")).await.json();
    assert_eq!((&before["version"], &before["policy"]), (&json!("default"), &json!("")), "a trial changes nothing");

    let mut put = Ask::json("/api/v1/privacy/policy", json!({"policy": policy}));
    put.method = "PUT".to_owned();
    let put = house.send(put).await.json();
    assert!(put["version"].as_str().is_some_and(|version| version.starts_with("strict-")), "{put}");
    assert_eq!(put["policy"], policy);
    let lines = "{\"source\":\"till\",\"message\":\"password=hunter2x\"}\n{\"source\":\"till\",\"message\":\"at 10.1.2.3\"}";
    let told = house.send(Ask::post("/api/v1/ingest", lines)).await.json();
    assert_eq!(told, json!({"accepted": 1, "quarantined": 0, "dropped": 1, "duplicate": false}));
    let found = house.send(Ask::json("/api/v1/query", json!({"query": "source:till"}))).await.json();
    let row = &found["rows"][0];
    assert_eq!((&row["message"], &row["privacy.found"]), (&json!("at [IP]"), &json!("IP/mask/1/message")), "{found}");
    assert_eq!(row["privacy.policy"], put["version"]);
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_changes_nothing() {
    let house = House::new().await;
    let mut put = Ask::json("/api/v1/privacy/policy", json!({"policy": "[actions]\nemial = \"mask\""}));
    put.method = "PUT".to_owned();
    let told = house.send(put).await;
    told.assert_problem(422);
    let error = &told.json()["errors"][0];
    assert_eq!((&error["pointer"], &error["code"]), (&json!("/policy"), &json!("not_a_policy")));
    assert!(
        error["message"].as_str().is_some_and(|message| message.starts_with("line 2, column 1, at `actions`: unknown class;")),
        "{error}"
    );
    let trial = house.send(Ask::json("/api/v1/privacy/trial", json!({"policy": "x"}))).await;
    trial.assert_problem(422);
    assert_eq!(house.send(Ask::get("/api/v1/privacy/policy")).await.json()["version"], "default");
}

#[tokio::test]
async fn a_finding_is_explained() {
    let house = House::new().await;
    let ask = json!({"text": "mail ann@example.com", "field": "note"});
    let told = house.send(Ask::json("/api/v1/privacy/explain", ask)).await.json();
    assert_eq!(told["stored_as"], "mail a***@example.com");
    let finding = &told["findings"][0];
    assert_eq!((&finding["class"], &finding["start"], &finding["end"]), (&json!("EMAIL"), &json!(5), &json!(20)));
    assert_eq!((&finding["rule"], &finding["action"]), (&json!("email"), &json!("mask")));
}

/// A key store on a disk that may be full. It forgets all keys.
#[derive(Default)]
struct Disk {
    is_full: AtomicBool,
}

impl SubjectKeys for Disk {
    fn get_or_put(&self, _: &Tenant, _: SubjectId, fresh: &WrappedKey) -> Result<SubjectKey, KeyStoreFailed> {
        match self.is_full.load(Ordering::Relaxed) {
            true => Err(KeyStoreFailed("the disk is full".to_owned())),
            false => Ok(SubjectKey::Wrapped(*fresh)),
        }
    }

    fn get(&self, _: &Tenant, _: SubjectId) -> Result<Option<SubjectKey>, KeyStoreFailed> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_key_store_that_fails_is_logged_once_and_counted() {
    let log = OwnLog::new();
    let disk = Arc::new(Disk { is_full: true.into() });
    let keys = Arc::new(Keyring::new(RootKey::new([1; 32]), Some(disk.clone())));
    let house = House::screened_by(Gateway::with_keys(Policy::default().with(Kind::Email, Action::Encrypt), keys)).await;
    for who in ["ann", "bob"] {
        house.ingest(&format!("{{\"message\":\"mail {who}@example.com\"}}")).await;
    }
    let found = house.send(Ask::json("/search", json!({"query": "*"}))).await;
    assert!(!found.text().contains("@") && found.text().contains("[MASKING_ERROR]"), "{}", found.text());
    let metrics = house.send(Ask::get("/metrics")).await;
    for line in ["dendro_privacy_key_failures_total 2", "dendro_privacy_masking_errors_total 2"] {
        assert!(metrics.text().lines().any(|found| found == line), "{line} is missing in\n{}", metrics.text());
    }
    assert_eq!(log.text().matches("the key store failed: the disk is full").count(), 1, "{}", log.text());
    disk.is_full.store(false, Ordering::Relaxed);
    house.ingest("{\"message\":\"mail eve@example.com\"}").await;
    assert_eq!(log.text().matches("can be had again").count(), 1, "{}", log.text());
    assert!(!log.text().contains("example.com"), "{}", log.text());
}
