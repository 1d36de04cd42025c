//! Webhooks of other programs.

use ring::hmac;
use serde_json::json;
use server::{Hook, HookSecret, Profile};

use crate::client::{Ask, Told};
use crate::house::House;

const SECRET: &str = "a-secret-of-some-length";

/// Seconds of [`crate::house::NOW`].
const NOW_SECONDS: i64 = 1_770_508_800;

async fn house() -> House {
    let hook =
        |name: &str, profile, secret: &str| Hook { name: name.to_owned(), profile, secret: HookSecret::Given(secret.to_owned()) };
    House::with(
        |config| {
            config.hooks = vec![
                hook("pay", Profile::Standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                hook("git", Profile::GitHub, SECRET),
                hook("shop", Profile::Stripe, SECRET),
                hook("chat", Profile::Slack, SECRET),
                hook("alerts", Profile::Alertmanager, SECRET),
            ];
        },
        |_| {},
    )
    .await
}

fn hex_tag(signed: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), signed.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn standard(id: &str, body: &str, seconds: i64) -> Ask {
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD;
    let key = base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{seconds}.{body}").as_bytes());
    Ask::post("/v1/hooks/pay", body)
        .header("webhook-id", id)
        .header("webhook-timestamp", &seconds.to_string())
        .header("webhook-signature", &format!("v1,{}", base64.encode(tag)))
}

fn github(delivery: &str, body: &str) -> Ask {
    Ask::post("/v1/hooks/git", body)
        .header("X-GitHub-Event", "issues")
        .header("X-GitHub-Delivery", delivery)
        .header("X-Hub-Signature-256", &format!("sha256={}", hex_tag(body)))
}

fn slack(body: &str) -> Ask {
    Ask::post("/v1/hooks/chat", body)
        .header("X-Slack-Request-Timestamp", &NOW_SECONDS.to_string())
        .header("X-Slack-Signature", &format!("v0={}", hex_tag(&format!("v0:{NOW_SECONDS}:{body}"))))
}

fn stripe(body: &str, seconds: i64) -> Ask {
    let signature = format!("t={seconds},v1={}", hex_tag(&format!("{seconds}.{body}")));
    Ask::post("/v1/hooks/shop", body).header("Stripe-Signature", &signature)
}

#[track_caller]
fn assert_taken(told: &Told, accepted: u64, quarantined: u64, duplicate: bool) {
    let status = if duplicate { 200 } else { 202 };
    assert_eq!(told.status, status, "{}", told.text());
    let expected = json!({"accepted": accepted, "quarantined": quarantined, "duplicate": duplicate});
    assert_eq!(told.json(), expected);
}

#[tokio::test]
async fn a_delivery_is_stored_once_however_often_it_comes() {
    let mut house = house().await;
    let body = r#"{"type":"invoice.paid","data":{"amount":7}}"#;
    assert_taken(&house.send(standard("msg_1", body, NOW_SECONDS)).await, 1, 0, false);
    // A sender that tries again signs anew.
    assert_taken(&house.send(standard("msg_1", body, NOW_SECONDS + 20)).await, 1, 0, true);
    let replayed = standard("msg_1", body, NOW_SECONDS).header("Idempotency-Key", "another");
    assert_taken(&house.send(replayed).await, 1, 0, true);
    assert_taken(&house.send(standard("msg_2", body, NOW_SECONDS)).await, 1, 0, false);
    assert_eq!(house.taken(), (2, 0, 2));
    assert_eq!(house.stored(2).await, ["|pay|invoice.paid", "|pay|invoice.paid"]);
    assert_eq!(house.metric("dendro_hook_deliveries_total{hook=\"pay\",result=\"stored\"}").await, 2.0);
    assert_eq!(house.metric("dendro_hook_deliveries_total{hook=\"pay\",result=\"duplicate\"}").await, 2.0);
}

#[tokio::test]
async fn who_overhears_a_delivery_gains_nothing_by_another_id() {
    let house = house().await;
    let body = r#"{"action":"opened"}"#;
    assert_taken(&house.send(github("id-1", body)).await, 1, 0, false);
    assert_taken(&house.send(github("id-2", body)).await, 1, 0, true);
    let event = r#"{"id":"evt_1","type":"charge.failed"}"#;
    assert_taken(&house.send(stripe(event, NOW_SECONDS)).await, 1, 0, false);
    assert_taken(&house.send(stripe(event, NOW_SECONDS + 60)).await, 1, 0, true);
    assert_taken(&house.send(slack(r#"{"event_id":"Ev1","event":{"type":"message","text":"hi"}}"#)).await, 1, 0, false);
    assert_taken(&house.send(slack(r#"{"event_id":"Ev1","event":{"type":"message","text":"hi"},"retry":1}"#)).await, 1, 0, true);
}

#[tokio::test]
async fn nothing_unproved_is_stored_and_the_reason_is_counted() {
    let house = house().await;
    let problem = async |ask: Ask, status: u16, detail: &str| {
        let told = house.send(ask).await;
        told.assert_problem(status);
        assert_eq!(told.json()["detail"], detail);
        assert_eq!(told.headers.contains_key("www-authenticate"), status == 401);
    };
    problem(Ask::post("/v1/hooks/git", "{}"), 401, "it is not signed, or not in the way of this hook").await;
    let forged = Ask::post("/v1/hooks/git", "{\"a\":1}").header("X-Hub-Signature-256", &format!("sha256={}", hex_tag("{}")));
    problem(forged, 401, "no secret of this hook made the signature").await;
    let stale = "it was signed more than five minutes ago or ahead";
    problem(standard("msg_1", "{}", NOW_SECONDS - 301), 401, stale).await;
    problem(standard("msg_1", "{}", NOW_SECONDS + 301), 401, stale).await;
    problem(Ask::post("/v1/hooks/nobody", "{}"), 404, "there is no hook of this name").await;
    let packed = github("id-1", "{}").header("Content-Encoding", "gzip");
    problem(packed, 415, "this Content-Type is not understood here").await;
    assert_eq!(house.send(Ask::get("/v1/hooks/git")).await.status, 405);
    assert_eq!(house.taken(), (0, 0, 0));
    for (hook, result, count) in
        [("git", "unsigned", 1.0), ("git", "signature", 1.0), ("pay", "stale", 2.0), ("unknown", "unknown", 1.0)]
    {
        let sample = format!("dendro_hook_deliveries_total{{hook=\"{hook}\",result=\"{result}\"}}");
        assert_eq!(house.metric(&sample).await, count, "{sample}");
    }
}

#[tokio::test]
async fn what_is_proved_and_cannot_be_read_is_kept() {
    let house = house().await;
    assert_taken(&house.send(github("id-1", "no JSON")).await, 1, 1, false);
    assert_taken(&house.send(github("id-2", "")).await, 0, 0, false);
    assert_eq!(house.taken(), (0, 1, 0));
}

#[tokio::test]
async fn forms_challenges_and_alerts_are_understood() {
    let mut house = house().await;
    let told = house.send(slack(r#"{"type":"url_verification","challenge":"3eZbrw1a","token":"x"}"#)).await;
    assert_eq!((told.status, told.text(), house.taken()), (200, "3eZbrw1a", (0, 0, 0)));
    let form = |ask: Ask| ask.header("Content-Type", "application/x-www-form-urlencoded");
    assert_taken(&house.send(form(slack("command=%2Fdeploy&text=now+please"))).await, 1, 0, false);
    assert_taken(&house.send(form(github("id-1", "payload=%7B%22action%22%3A%22closed%22%7D"))).await, 1, 0, false);
    let alert = r#"{"alerts":[{"status":"firing","labels":{"alertname":"DiskFull"}}]}"#;
    let alerts = || Ask::post("/v1/hooks/alerts", alert);
    house.send(alerts()).await.assert_problem(401);
    assert_taken(&house.send(alerts().header("Authorization", &format!("Bearer {SECRET}"))).await, 1, 0, false);
    assert_eq!(house.stored(3).await, ["|chat|now please", "|git|issues closed", "|alerts|DiskFull"]);
}

#[tokio::test]
async fn a_hook_needs_no_token_beside_its_secret() {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    std::io::Write::write_all(&mut file, b"a-token-of-some-length\n").expect("write");
    let secret = HookSecret::Given(SECRET.to_owned());
    let hook = Hook { name: "git".to_owned(), profile: Profile::GitHub, secret };
    let house = House::with(
        |config| {
            config.token_file = Some(file.path().to_owned());
            config.hooks = vec![hook];
        },
        |_| {},
    )
    .await;
    assert_taken(&house.send(github("id-1", "{}").header("Host", "hooks.example.com")).await, 1, 0, false);
    house.send(Ask::post("/v1/hooks/git/more", "{}")).await.assert_problem(401);
    house.send(Ask::post("/api/v1/ingest", "{}")).await.assert_problem(401);
}
