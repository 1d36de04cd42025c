use proptest::prelude::*;

use super::*;
use crate::Policy;

fn names() -> Names {
    Names::new(&Policy::default().secret_names)
}

fn masked(text: &str) -> String {
    let rewritten = Secrets::new(&names(), TextKind::Plain).mask(text).unwrap();
    let out = rewritten.map_or_else(|| text.to_owned(), |rewritten| rewritten.text);
    assert!(out == text || !suspects(&names(), text).is_empty(), "not suspected: {text}");
    out
}

fn check(text: &str, expected: &str) {
    assert_eq!(masked(text), expected, "{text}");
    assert_eq!(masked(expected), expected, "twice: {text}");
}

#[test]
fn values_behind_names_are_masked() {
    check("login password=hunter2 ok", "login password=[MASKED] ok");
    check("login PassWord = hunter2 ok", "login PassWord = [MASKED] ok");
    check("pwd: x", "pwd: [MASKED]");
    check("password:hunter2", "password:[MASKED]");
    check("db_password='a b c', user=x", "db_password='[MASKED]', user=x");
    check("password=hunter2,user=x", "password=[MASKED],user=x");
    check("password=hun,ter2! user=x", "password=[MASKED] user=x");
    check("(password=hunter2)", "(password=[MASKED])");
    check("{user=x, password=hunter2}", "{user=x, password=[MASKED]}");
    check("GET /login?user=x&token=abc&next=/home HTTP/1.1", "GET /login?user=x&token=[MASKED]&next=/home HTTP/1.1");
    check("Server=db;Password=p&w;Database=x", "Server=db;Password=[MASKED];Database=x");
    check("user[password]=x&a=b", "user[password]=[MASKED]&a=b");
    check("user%5Bpassword%5D=x&a=b", "user%5Bpassword%5D=[MASKED]&a=b");
    check(":password=>\"x\", :user=>\"y\"", ":password=>\"[MASKED]\", :user=>\"y\"");
    check("password: Some(\"hunter2\") }", "password: [MASKED]) }");
    check("password=b'hunter2'", "password=b'[MASKED]'");
    check("api key: abc", "api key: [MASKED]");
    check("--client-secret=abc --verbose", "--client-secret=[MASKED] --verbose");
    check("password=pässwörd ü", "password=[MASKED] ü");
    check("first password=a then token=b", "first password=[MASKED] then token=[MASKED]");
    check("password=\"never closed", "password=\"[MASKED]");
    check("ssn=078-05-1120 cvv=123", "ssn=[MASKED] cvv=[MASKED]");
    check("private_key=-----BEGIN KEY-----\nMIIE\n-----END KEY-----\nnext", "private_key=[MASKED]\nnext");
    check("private_key=-----BEGIN KEY-----\nMIIE", "private_key=[MASKED]");
    check("password=[MASKED]hunter2", "password=[MASKED]");
    check("password=[a b] c", "password=[MASKED] c");
}

#[test]
fn headers_are_masked_to_the_end_of_their_value() {
    check("Authorization: Bearer xyz", "Authorization: [MASKED]");
    check("Authorization: Bearer xyz HTTP/1.1", "Authorization: [MASKED] HTTP/1.1");
    check("authorization=Basic eDp5 user=x", "authorization=[MASKED] user=x");
    check("curl -H \"Authorization: Bearer xyz\" https://x", "curl -H \"Authorization: [MASKED]\" https://x");
    check("curl -H 'Authorization: Bearer xyz' https://x", "curl -H 'Authorization: [MASKED]' https://x");
    check("Authorization: Digest username=\"x\", response=\"y\"\nHost: a", "Authorization: [MASKED]\nHost: a");
    check("Cookie: a=b; c=d\r\nHost: a", "Cookie: [MASKED]\r\nHost: a");
    check("-H 'Cookie: a=\"b c\"; d=e' x", "-H 'Cookie: [MASKED]' x");
    check("X-Api-Key: abc", "X-Api-Key: [MASKED]");
}

#[test]
fn json_is_masked_and_stays_json() {
    check(r#"{"password":"hunter2","user":"x"}"#, r#"{"password":"[MASKED]","user":"x"}"#);
    check(r#"{"password": "a\"b", "user":"x"}"#, r#"{"password": "[MASKED]", "user":"x"}"#);
    check(r#"{"password":"a\\","user":"x"}"#, r#"{"password":"[MASKED]","user":"x"}"#);
    check(r#"{"pin":1234,"a":1}"#, r#"{"pin":"[MASKED]","a":1}"#);
    check(r#"{"pin":-1.5e7}"#, r#"{"pin":"[MASKED]"}"#);
    check(r#"{"password":null,"token":true}"#, r#"{"password":null,"token":"[MASKED]"}"#);
    check(r#"{"credentials":{"a":["}",{"b":1}]},"c":2}"#, r#"{"credentials":"[MASKED]","c":2}"#);
    check(r#"["password=a","b"]"#, r#"["password=[MASKED]","b"]"#);
    check(r#"["password=","b"]"#, r#"["password=","b"]"#);
    check(r#"["password=Some(","b"]"#, r#"["password=[MASKED]","b"]"#);
    check(r#"["password='a","b"]"#, r#"["password='[MASKED]","b"]"#);
    check(r#"{"m":"Authorization: Bearer x\nHost: y"}"#, r#"{"m":"Authorization: [MASKED]\nHost: y"}"#);
    check(r#"{"m":"private_key=-----BEGIN","n":"-----END KEY-----"}"#, r#"{"m":"private_key=[MASKED]","n":"-----END KEY-----"}"#);
    check(r#"{"m":"{\"password\":\"hunter2\",\"a\":1}"}"#, r#"{"m":"{\"password\":\"[MASKED]\",\"a\":1}"}"#);
    check(r#"{"m":"{\"pin\":1234}","n":1}"#, r#"{"m":"{\"pin\":\"[MASKED]\"}","n":1}"#);
    check(r#"{"m":"{\"credentials\":{\"a\":","n":1}"#, r#"{"m":"{\"credentials\":\"[MASKED]\"","n":1}"#);
    check(r#"{"m":"{\"a\":\"{\\\"token\\\":\\\"x\\\"}\"}"}"#, r#"{"m":"{\"a\":\"{\\\"token\\\":\\\"[MASKED]\\\"}\"}"}"#);
    check(r#"{"p\u0061ssword":"hunter2"}"#, r#"{"p\u0061ssword":"[MASKED]"}"#);
    check(r#"{"password":"hunter2"#, r#"{"password":"[MASKED]"#);
    check(r#"{"user":{"password" : "x"}} trailing"#, r#"{"user":{"password" : "[MASKED]"}} trailing"#);
    check(r#"["password='a \\\\' b' c"]"#, r#"["password='[MASKED]' c"]"#);
    check("{'password': 'x', 'a': 1}", "{'password': '[MASKED]', 'a': 1}");
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "",
        "password",
        "the password: ",
        "issued access token for ivan scope=read,write exp=88s",
        "user tom.4751 logged in from 51.136.114.175 session=sess_c34711190590",
        "authorized card=****0969 amount=12.50",
        "shipping: created label 7 in 3ms",
        "token: expired",
        "authorization: denied, code=7",
        "password= user=x",
        "tokens=512 token_count=9 token_type=bearer next_page_token=abc",
        "unexpected token: }",
        "token::parse(input)",
        "sudo: bob : TTY=pts/0 ; PWD=/home/bob ; USER=root",
        "published key=experiment_b offset=528142746",
        "pin: 13",
        "password=[MASKED]",
        "a == b",
        "日本語: 値",
    ] {
        check(text, text);
    }
}

#[test]
fn a_text_of_nothing_but_punctuation_is_read_in_time() {
    for unit in [",", "\"", "\\", "[", "{\"", "password:", "\"password\":[", ",'", "a=,"] {
        masked(&format!("password={}", unit.repeat(40_000 / unit.len())));
        masked(&format!("[\"password={}", unit.repeat(40_000 / unit.len())));
    }
}

/// Texts put together from pieces that mean something here.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "password",
        "\"password\"",
        "\\\"token\\\"",
        "'pin'",
        "Cookie",
        "Authorization",
        "private_key",
        "=",
        ":",
        ": ",
        "=>",
        "\"",
        "'",
        "\\",
        "\\\"",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ";",
        "&",
        " ",
        "\n",
        "\\n",
        "x",
        "é",
        "12",
        "null",
        "true",
        "Bearer ",
        "Digest ",
        "a=b",
        "-----BEGIN ",
        "-----END ",
        "-----",
        "[MASKED]",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        text().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof![text(), prop::sample::select(vec!["password", "pin", "a", "m"]).prop_map(str::to_owned)];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(key, inner.clone(), 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            inner.prop_map(|value| value.to_string().into()), // JSON in a string
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn masking_never_fails_and_twice_is_once(text in text()) {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn json_stays_json(value in json()) {
        let text = value.to_string();
        let rewritten = Secrets::new(&names(), TextKind::Json).mask(&text).unwrap();
        let out = rewritten.map_or(text.clone(), |rewritten| rewritten.text);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{} became {}", text, out);
    }
}
