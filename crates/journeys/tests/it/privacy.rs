//! The privacy gateway as its users meet it: the account, the policy's file, keys, the commands.

use serde_json::{Value, json};

use crate::harness::{Server, dendro, folder, run, until_async};

const LINE: &str = r#"{"timestamp":"2026-02-07T10:00:00Z","source":"crm","message":"mail ann@example.com from 10.1.2.3","user":{"id":"u-1","phone":"+1 415 555 7890"},"id":1}
"#;

async fn get(server: &Server, path: &str) -> Value {
    let response = server.client().get(format!("{}{path}", server.url)).send().await.expect("sent");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn what_was_found_can_be_asked_for() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(LINE).await;
    server.ingest("{\"message\":\"all is well\"}\n").await;
    let account = server.sql("SELECT source, field, class, action, count FROM log_privacy ORDER BY class").await;
    let row = |field: &str, class: &str| json!({"source": "crm", "field": field, "class": class, "action": "mask", "count": 1});
    assert_eq!(account, [row("message", "EMAIL"), row("user.phone", "PHONE")]);
    let metadata = server.sql("SELECT pii_fields, classification FROM logs_metadata").await;
    assert_eq!(metadata, [json!({"pii_fields": ["message", "user.phone"], "classification": "confidential"})]);

    let inventory = get(&server, "/api/v1/privacy/inventory").await;
    let fields = inventory["fields"].as_array().expect("fields");
    let phone = fields.iter().find(|field| field["name"] == "user.phone").expect("the field");
    assert_eq!(phone["findings"], json!([{"class": "PHONE", "action": "mask", "count": 1}]));
    assert_eq!((&phone["level"], &phone["categories"]), (&json!("confidential"), &json!(["user.contact.phone_number"])));
    server.stop();
}

#[tokio::test]
async fn a_policy_file_is_followed_and_encrypted_values_can_be_revealed() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let policy = "version = \"v2\"\nsubject = [\"user.id\"]\n[actions]\nemail = \"encrypt\"\nip = \"pseudonymise\"\n";
    std::fs::write(data.join("privacy.toml"), policy).expect("written");
    until_async("the policy", || async {
        let version = get(&server, "/api/v1/privacy/policy").await["version"].as_str().expect("a version").to_owned();
        version.starts_with("v2-").then_some(())
    })
    .await;
    // One that cannot be read changes nothing, and the log says where.
    std::fs::write(data.join("privacy.toml"), "[actions]\nemial = \"mask\"\n").expect("written");
    until_async("the complaint", || async {
        server.logged().contains("line 2, column 1, at `actions`: unknown class").then_some(())
    })
    .await;
    server.ingest(LINE).await;
    let found = server.search("id:1").await;
    let message = found[0]["message"].as_str().expect("a message");
    let (token, rest) = message.strip_prefix("mail ").and_then(|rest| rest.split_once(" from ")).expect("two values");
    assert!(token.starts_with("[EMAIL:e") && rest.starts_with("[IP:p"), "{message}");
    std::fs::remove_file(data.join("privacy.toml")).expect("removed");
    server.stop();

    let kept: Vec<_> = std::fs::read_dir(data.join("policies")).expect("listed").flatten().collect();
    assert_eq!(kept.len(), 1, "each version in force is kept");
    let reveal = |token: &str| run(dendro(["privacy", "reveal", token, "--data"]).arg(&data));
    assert_eq!(reveal(token).exits(0).out, "ann@example.com\n");
    assert!(reveal(rest).exits(4).err.contains("not an encrypted value"));

    // Without its root key the folder is not opened with another one.
    let key = std::fs::read_to_string(data.join("root.key")).expect("read");
    std::fs::remove_file(data.join("root.key")).expect("removed");
    let refused = reveal(token).exits(2);
    assert!(refused.err.contains("not the one that this data folder was made with") && !refused.err.contains(key.trim()));
    let from_environment = run(dendro(["privacy", "reveal", token, "--data"]).arg(&data).env("DENDRO_ROOT_KEY", &key));
    assert_eq!(from_environment.exits(0).out, "ann@example.com\n");
}

#[cfg(unix)]
#[test]
fn a_root_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_temporary, data) = folder();
    std::fs::create_dir_all(&data).expect("made");
    let key = data.join("root.key");
    std::fs::write(&key, "00".repeat(32)).expect("written");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let told = run(dendro(["sql", "SELECT 1", "--data"]).arg(&data)).exits(3);
    assert!(told.err.contains("can be read by others") && told.err.contains("chmod 600"), "{}", told.err);
}

#[test]
fn texts_files_and_policies_are_looked_at() {
    let (temporary, _) = folder();
    let explained = run(&mut dendro(["privacy", "explain", "mail ann@example.com, password=hunter2x"])).exits(0).out;
    for part in ["EMAIL", "rule    email", "action  mask", "mail a***@example.com, password=[MASKED]"] {
        assert!(explained.contains(part), "{part} is not in\n{explained}");
    }
    let log = temporary.path().join("app.log");
    std::fs::write(&log, "all is well\nmail ann@example.com\n").expect("written");
    let scan = |output: &str| run(dendro(["privacy", "scan", "-o", output]).arg(&log)).exits(0);
    let found: Value = serde_json::from_str(&scan("json").out).expect("one finding");
    assert_eq!(found, json!({"line": 2, "start": 5, "end": 20, "class": "EMAIL", "rule": "email", "action": "mask"}));
    assert_eq!(scan("raw").out, "mail a***@example.com\n");
    assert!(scan("table").err.contains("1 of 2 lines"));

    let policy = temporary.path().join("privacy.toml");
    std::fs::write(&policy, "[actions]\nemail = \"hide\"\n").expect("written");
    let told = run(dendro(["privacy", "check"]).arg(&policy)).exits(2).err;
    assert!(told.contains("line 2") && told.contains("unknown action `hide`"), "{told}");
    std::fs::write(&policy, "[actions]\nemail = \"keep\"\n").expect("written");
    assert!(run(dendro(["privacy", "check"]).arg(&policy)).exits(0).out.contains("email           keep"));
}
