use super::*;

#[test]
fn who_may_come_in_without_a_token() {
    let check_at = |uri: &str, host: &str, origin: &str, expected: bool| {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().expect("value"));
            }
        }
        let checked = check(&uri.parse().expect("URI"), &headers);
        assert_eq!(checked.is_ok(), expected, "{uri} {host} {origin}");
    };
    let check = |host, origin, expected| check_at("/search", host, origin, expected);
    check("127.0.0.1:4480", "", true);
    check("localhost:4480", "", true);
    check("LOCALHOST", "", true);
    check("127.8.8.8", "", true);
    check("[::1]:4480", "", true);
    check("", "", true); // HTTP/1.0
    check("evil.example:4480", "", false); // a name rebound to loopback
    check("localhost.evil.example", "", false);
    check("10.0.0.1", "", false);
    check("not a host", "", false);
    check("localhost:4480", "http://localhost:4480", true);
    check("localhost:4480", "http://localhost:3000", false);
    check("localhost:4480", "https://evil.example", false);
    check("localhost:4480", "null", false);
    check_at("http://evil.example/search", "localhost:4480", "", false); // the URL's name goes before Host
    check_at("http://localhost:4480/search", "localhost:4480", "", true);
}
