//! Input that is wrong on purpose, through the real door: each has its answer, and nothing private is in it, in what is
//! stored, or in the program's own log.

use serde_json::json;

use crate::client::Ask;
use crate::house::House;
use crate::own_log::OwnLog;

/// Parts of values that must not come back anywhere.
const PRIVATE: [&str; 6] = ["ann@", "alice@", "hunter2", "4111 1111", "n\0n\0@", "n\0@\0e"];

struct Bad {
    house: House,
    log: OwnLog,
}

impl Bad {
    async fn new() -> Bad {
        let log = OwnLog::new();
        Bad { house: House::new().await, log }
    }

    /// Sends a body; `expected`: records accepted, of these quarantined. Returns all text that was stored.
    async fn check(&mut self, body: impl AsRef<[u8]>, expected: (u64, u64)) -> String {
        let told = self.house.send(Ask::post("/api/v1/ingest", &body)).await;
        let shown: String = String::from_utf8_lossy(body.as_ref()).chars().take(200).collect();
        assert_eq!(told.json(), json!({"accepted": expected.0, "quarantined": expected.1, "duplicate": false}), "{shown}");
        let stored = self.house.stored_text();
        for text in [told.text(), &stored, &self.log.text()] {
            assert!(PRIVATE.iter().all(|private| !text.contains(private)), "{shown}\n{text}");
        }
        stored
    }

    async fn end(self) {
        let metrics = self.house.send(Ask::get("/metrics")).await;
        assert!(PRIVATE.iter().all(|private| !metrics.text().contains(private)), "{}", metrics.text());
        assert!(metrics.text().contains("\ndendro_privacy_masking_errors_total 0\n"));
    }
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test]
async fn utf16_is_text_like_any_other() {
    let mut bad = Bad::new().await;
    for line in ["{\"message\":\"mail ann@example.com\"}\n", "2026-02-07 10:00:00 ERROR mail ann@example.com failed\r\n"] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for mark in ["", "\u{feff}"] {
                let stored = bad.check(utf16(&format!("{mark}{line}{line}"), bytes), (2, 0)).await;
                assert!(stored.contains("mail a***@example.com"), "{stored}");
            }
        }
    }
    bad.end().await;
}

#[tokio::test]
async fn nuls_and_broken_characters_hide_nothing() {
    let mut bad = Bad::new().await;
    let checks: [(&[u8], (u64, u64), &str); 8] = [
        (b"{\"message\":\"mail \0 ann@example.com\"}", (1, 1), "mail \0 a***@example.com"),
        (b"mail\0ann@example.com\0password=hunter2x", (1, 0), "mail\0a***@example.com\0password=[MASKED]"),
        (b"{\"message\":\"mail\\u0000ann@example.com\"}", (1, 0), "mail\0a***@example.com"),
        (b"{\"message\":\"\\ud800 ann@example.com \\udfff\"}", (1, 0), "\u{fffd} a***@example.com \u{fffd}"),
        (b"{\"message\":\"\\ud800ann@example.com\\ud800\"}", (1, 0), "***@example.com"),
        (b"{\"message\":\"\\ud800\\ud800\\udc00 x\"}", (1, 0), "\u{fffd}\u{10000} x"),
        // A sign that is written too long is none: nobody reads an address there any more.
        (b"{\"message\":\"ann\xc1\x80example.com \xe0\x80\xaf ann@example.com\"}", (1, 0), "ann\u{fffd}\u{fffd}example.com"),
        // And a quote ends no string.
        (b"{\"message\":\"ann@example.com\xc0\xa2}", (1, 1), "a***@example.com\u{fffd}\u{fffd}}"),
    ];
    for (body, expected, kept) in checks {
        let stored = bad.check(body, expected).await;
        assert!(stored.contains(kept), "{stored}");
    }
    bad.end().await;
}

/// JSON in strings of JSON is opened so many times; below that, what has a shape of its own is still found, and what only a
/// key says is secret is not.
const STRINGS_MAX: usize = 7;

#[tokio::test]
async fn what_is_too_long_or_deep_is_screened_all_the_same() {
    let mut bad = Bad::new().await;
    let filler = "x ".repeat(5_000_000);
    let stored = bad.check(format!("{{\"message\":\"{filler} ann@example.com\"}}"), (1, 1)).await;
    assert!(stored.contains("a***@example.com"), "its end");
    let mut text = json!({"password": "hunter2x"}).to_string();
    for _ in 1..=STRINGS_MAX {
        text = json!({ "m": text }).to_string();
        bad.check(&text, (1, 0)).await;
    }
    let mut text = "mail ann@example.com".to_owned();
    let mut quarantined = 0;
    while quarantined == 0 {
        // Each level doubles the backslashes, so that a text is too long before it is very deep.
        quarantined = u64::from(text.len() > 1 << 20);
        text = json!({ "m": text }).to_string();
        bad.check(&text, (1, quarantined)).await;
    }
    let deep = format!("{}\"ann@example.com\"{}", "{\"a\":".repeat(100), "}".repeat(100));
    bad.check(deep, (1, 1)).await;
    bad.end().await;
}

#[tokio::test]
async fn names_of_fields_are_no_hiding_place() {
    let mut bad = Bad::new().await;
    for (body, kept) in [
        ("{\"alice@example.com\":1}", "a***@example.com"),
        ("{\"card 4111 1111 1111 1111\":1}", "card xxxx-xxxx-xxxx-1111"),
        ("{\"users\":{\"alice@example.com\":1}}", "***@example.com"),
        ("time=2026-02-07T10:00:00Z level=info msg=x alice@example.com=1", "a***@example.com"),
    ] {
        let stored = bad.check(body, (1, 0)).await;
        assert!(stored.contains(kept), "{stored}");
    }
    bad.end().await;
}

/// What `docs/privacy.md` says is not found; when it is, this test and that page change.
#[tokio::test]
async fn values_that_are_split_are_not_put_together() {
    let mut bad = Bad::new().await;
    let stored = bad.check("{\"user\":\"ann\",\"domain\":\"example.com\",\"a\":\"password\",\"b\":\"s3cr3tX9\"}", (1, 0)).await;
    assert!(stored.contains("s3cr3tX9") && stored.contains("example.com"), "{stored}");
    let stored = bad.check("{\"password\":{\"first\":\"hunter2\",\"rest\":[\"hunter2x\"]}}", (1, 0)).await;
    assert!(stored.contains("[MASKED]"), "{stored}");
    bad.end().await;
}
