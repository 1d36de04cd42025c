use std::io::Write;

use crate::client::{Ask, Told};
use crate::house::House;

async fn with_tokens() -> (House, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    writeln!(file, "a-token-of-some-length").expect("write");
    let path = file.path().to_owned();
    (House::with(|config| config.token_file = Some(path), |_| {}).await, file)
}

fn page() -> Ask {
    Ask::get("/").header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
}

/// The scripts and styles that a page names.
fn parts(told: &Told) -> Vec<String> {
    told.text().split('"').filter_map(|piece| piece.strip_prefix("./ui/")).map(|name| format!("/ui/{name}")).collect()
}

#[tokio::test]
async fn pages_need_no_token_and_show_nothing() {
    let (house, _file) = with_tokens().await;
    let told = house.send(page()).await;
    assert_eq!((told.status, told.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(told.header("cache-control"), "no-cache");
    assert!(told.header("content-security-policy").contains("script-src 'self'"), "{:?}", told.headers);
    assert_eq!(told.header("x-content-type-options"), "nosniff");
    assert!(!told.header("x-request-id").is_empty());
    let parts = parts(&told);
    assert!(!parts.is_empty());
    for part in parts {
        assert_eq!(house.send(Ask::get(&part)).await.status, 200, "{part}");
    }
    house.send(Ask::get("/")).await.assert_problem(401);
    house.send(Ask::get("/ui/nothing.js")).await.assert_problem(401);
    house.send(Ask::post("/", "").header("Accept", "text/html")).await.assert_problem(401);
}

#[tokio::test]
async fn programs_get_pointers_and_other_names_nothing() {
    let house = House::new().await;
    assert_eq!(house.send(Ask::get("/")).await.json()["name"], "dendro");
    assert_eq!(house.send(Ask::get("/").header("Accept", "*/*")).await.json()["name"], "dendro");
    house.send(page().header("Host", "evil.example.com")).await.assert_problem(403);
    house.send(Ask::get("/ui/nothing.js")).await.assert_problem(404);
    let head = house.send(Ask::new("HEAD", "/").header("Accept", "text/html")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let known = house.send(page().header("If-None-Match", house.send(page()).await.header("etag"))).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
}
