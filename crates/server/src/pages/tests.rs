use super::*;

fn asked(path: &str, headers: &[(&str, &str)]) -> Option<Response> {
    let request = headers.iter().fold(axum::http::Request::get(path), |request, (name, value)| request.header(*name, *value));
    answer(&request.body(axum::body::Body::empty()).expect("request"))
}

#[test]
fn the_page_is_for_who_prefers_html() {
    let check = |accept: &str, page: bool| assert_eq!(asked("/", &[("accept", accept)]).is_some(), page, "{accept}");
    check("text/html,application/xhtml+xml,*/*;q=0.8", true);
    check("application/json, Text/HTML", true);
    check("*/*", false);
    check("application/json", false);
    check("text/html;q=0, */*", false);
    assert!(asked("/", &[]).is_none());
    assert!(asked("/index.html", &[("accept", "text/html")]).is_none());
    assert!(asked("/ui/../index.html", &[]).is_none());
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let index = FILES.iter().find(|file| file.path == INDEX).expect("index");
    let text = std::str::from_utf8(index.bytes).expect("UTF-8");
    let named: Vec<&str> = text.split('"').filter_map(|piece| piece.strip_prefix("./ui/")).collect();
    assert!(named.len() >= 3, "{named:?}");
    for name in named {
        assert!(asked(&format!("/ui/{name}"), &[]).is_some(), "{name}");
    }
}

#[test]
fn files_are_compressed_cached_and_fenced() {
    let path = FILES.iter().map(|file| file.path).find(|path| path.ends_with(".js")).expect("script");
    let plain = asked(path, &[]).expect("plain");
    assert!(plain.headers().get("content-encoding").is_none());
    let told = asked(path, &[("accept-encoding", "br, gzip;q=0.5")]).expect("compressed");
    assert_eq!(told.headers()["content-encoding"], "gzip");
    assert_eq!(told.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(asked(path, &[("accept-encoding", "gzip;q=0")]).expect("plain").headers().get("content-encoding"), None);
    let policy = told.headers()["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("  "), "{policy}");
    let etag = told.headers()["etag"].to_str().expect("ASCII").to_owned();
    assert_eq!(asked(path, &[("if-none-match", &etag)]).expect("known").status(), 304);
    assert_eq!(asked(path, &[("if-none-match", "\"other\"")]).expect("other").status(), 200);
}

#[test]
fn no_file_is_fit_to_run_text() {
    let (pages, total): (Vec<&File>, usize) = (FILES.iter().collect(), FILES.iter().map(|file| file.bytes.len()).sum());
    assert!(total < 3 << 20, "{total}");
    let index = pages.iter().find(|file| file.path == INDEX).expect("index");
    let text = std::str::from_utf8(index.bytes).expect("UTF-8");
    assert!(!text.contains("<script>") && !text.contains("<style") && !text.contains(" style="), "{text}");
    assert!(!text.contains("//"), "{text}");
}
