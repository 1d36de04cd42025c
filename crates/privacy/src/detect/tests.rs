use proptest::prelude::*;

use super::*;
use crate::Action;

mod formats;
mod invented;
mod secrets;
mod slow_rows;

/// The text with each finding as `<KIND:value>`.
fn marked(text: &str) -> String {
    marked_by(&Policy::default().with(Kind::Ip, Action::Mask).with(Kind::Mac, Action::Mask), text)
}

fn marked_by(policy: &Policy, text: &str) -> String {
    let mut found = Vec::new();
    Detector::new(policy).scan(text, None, &mut found);
    let (mut out, mut at) = (String::new(), 0);
    for finding in &found {
        out.push_str(&text[at..finding.start]);
        out.push_str(&format!("<{}:{}>", finding.kind.name(), &text[finding.start..finding.end]));
        at = finding.end;
    }
    out + &text[at..]
}

/// `expected` is the text with what is to be found between angle brackets.
#[track_caller]
pub(super) fn check(expected: &str) {
    assert_eq!(marked(&unmarked(expected)), expected);
}

/// [`check`] under another policy.
#[track_caller]
fn check_by(policy: &Policy, expected: &str) {
    assert_eq!(marked_by(policy, &unmarked(expected)), expected);
}

/// The text without the brackets around what is to be found.
fn unmarked(expected: &str) -> String {
    let mut text = expected.to_owned();
    for kind in Kind::ALL {
        while let Some(start) = text.find(&format!("<{}:", kind.name())) {
            let end = start + text[start..].find('>').unwrap();
            let value = text[start + kind.name().len() + 2..end].to_owned();
            text.replace_range(start..=end, &value);
        }
    }
    text
}

/// Each of these once made a recogniser give up, so that a harmless text was replaced whole.
#[test]
fn what_ends_too_early_is_read_to_its_end() {
    check("sent from 1051 Budapest, ");
    check("phone <PHONE:0 0 12 34 5>");
    check("phone <PHONE:0 0123 45 6>");
}

#[test]
fn values_of_secret_names_are_found_in_any_structure() {
    check("login password=<PASSWORD:hunter2> ok");
    check("login PassWord = <PASSWORD:hunter2> ok");
    check("db_password='<PASSWORD:a b c>', user=x");
    check("password=<PASSWORD:hun,ter2!> user=x");
    check("(password=<PASSWORD:hunter2>)");
    check("{user=x, password=<PASSWORD:hunter2>}");
    check("GET /login?user=x&token=<AUTH_TOKEN:abc123def456>&next=/home HTTP/1.1");
    check("Server=db;Password=<PASSWORD:p&w>;Database=x");
    check("user[password]=<PASSWORD:x>&a=b");
    check("user%5Bpassword%5D=<PASSWORD:x>&a=b");
    check(":password=>\"<PASSWORD:x>\", :user=>\"y\"");
    check("password=b'<PASSWORD:hunter2>'");
    check("--client-secret=<API_KEY:abc12345> --verbose");
    check("password=\"<PASSWORD:never closed>");
    check("<a><db_password><PASSWORD:x y></db_password></a>");
    check("<property name=\"password\" value=\"<PASSWORD:x1>\"/>");
    check("config:\n  password: <PASSWORD:my secret phrase>\n  user: bob");
    check("mot de passe : <PASSWORD:Soleil#22>");
    check("INSERT INTO u (id, pwd, mail) VALUES (1, '<PASSWORD:x>', '<EMAIL:a@b.com>'), (2, '<PASSWORD:y>', '')");
}

#[test]
fn json_is_walked_and_strings_are_opened() {
    check(r#"{"password":"<PASSWORD:hunter2>","user":"x"}"#);
    check(r#"{"password": "<PASSWORD:a\"b>", "user":"x"}"#);
    check(r#"{"pin":<PASSWORD:1234>,"a":1}"#);
    check(r#"{"password":<PASSWORD:["x",{"y":1}]>,"a":1}"#);
    check(r#"{"m":"{\"password\":\"<PASSWORD:hunter2>\",\"a\":1}"}"#);
    check(r#"{"a":"{\"b\":\"{\\\"password\\\":\\\"<PASSWORD:deep>\\\"}\"}"}"#);
    check(r#"{"p\u0061ssword":"<PASSWORD:hunter2>"}"#);
    check(r#"{"password":"<PASSWORD:hunter2>"#);
    check(r#"{"mail":"<EMAIL:j\u0040x.com>"}"#);
    check(r#"{"env":[{"name":"DB_PASSWORD","value":"<PASSWORD:hunter2>"}]}"#);
    check(r#"payload {"password":"<PASSWORD:x>"} and {'token': '<AUTH_TOKEN:abc123def456>'}"#);
    check(r#"{"password":null,"token":true,"passwords":["a"]}"#);
}

#[test]
fn headers_commands_and_sentences_hold_secrets() {
    check("Authorization: Bearer <AUTH_TOKEN:abcdef0123456789xyz> HTTP/1.1");
    check("Authorization: Basic <AUTH_TOKEN:dXNlcjpwYXNz>");
    check("Cookie: sessionid=<AUTH_TOKEN:38afes7a8b2c4d5e6f7a8b9c0d>; theme=dark");
    check("curl -u bob:<PASSWORD:x1y2> https://example.com");
    check("mysql -h db -u bob -p<PASSWORD:x1#y2> orders");
    check("sshpass -p '<PASSWORD:S3cr3t!>' ssh host");
    check("args: [\"--password\", \"<PASSWORD:hunter2>\", \"--port\", \"80\"]");
    check("net user bob <PASSWORD:x1y2z3> /add");
    check("postgres://bob:<PASSWORD:p@ss>@db:5432/app");
    check("CREATE USER bob IDENTIFIED BY '<PASSWORD:x>'");
    check("password is <PASSWORD:Tr0ub4dor&3> for the account");
    check("Das Passwort lautet <PASSWORD:Sommer2024!>");
    check("la contraseña es <PASSWORD:Verano2023!>");
    check("customer entered PIN <PASSWORD:4821> twice");
    check("AWS key <AWS_KEY:AKIAIOSFODNN7EXAMPLE> / <AWS_KEY:/Jalr1UtnFEMI8K7MDENGbPxRfiCYEXAMPLEKEYa>");
    check("<PRIVATE_KEY:-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----> next");
}

#[test]
fn addresses_of_mail_and_machines_are_found() {
    check("mail <EMAIL:jane.doe+x@mail.example.co.uk>, ok");
    check("GET /?email=<EMAIL:jane%40example.com>&x=1");
    check("mail <EMAIL:jоhn@exаmple.com> with Cyrillic letters");
    check("from <IP:10.1.2.3>:443 to <IP:2001:db8::1f>, card <MAC:00:1b:44:11:3a:b7>");
    check("IN=eth0 MAC=<MAC:8a:04:24:bb:98:cd>:<MAC:7f:ad:96:22:64:30>:08:00 SRC=<IP:52.2.3.4>");
    check("agent_version=9.8.7.6 version 1.2.3.4 oid 1.3.6.1.4.1.9");
    check("git@github.com:acme/x.git @types/node@20.1.5 a.b.C@48cc39 getty@tty1.service");
}

#[test]
fn characters_that_hide_are_seen_through() {
    check("card <CREDIT_CARD:4111\u{200b}1111\u{200b}1111\u{200b}1111> ok");
    check("card <CREDIT_CARD:４１１１１１１１１１１１１１１１> ok");
    check("パスワード：<PASSWORD:abc123>");
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "",
        "password",
        "the password: ",
        "issued access token for ivan scope=read,write exp=88s",
        "session=sess_c34711190590",
        "shipping: created label 7 in 3ms",
        "token: expired",
        "password: incorrect",
        "Passwort: falsch",
        "authorization: denied, code=7",
        "password= user=x",
        "tokens=512 token_count=9 token_type=bearer next_page_token=abc",
        "unexpected token: }",
        "token=Token{17 ActivityRecord{e0 u0}}",
        "token::parse(input)",
        "sudo: bob : TTY=pts/0 ; PWD=/home/bob ; USER=root",
        "{'pwd': 'C:\\build\\agent'}",
        "password=[MASKED] password=**** password=%5BREDACTED%5D",
        "password=${DB_PASSWORD} where password = ? and pwd=$1",
        "Failed password for invalid user admin from port 22",
        "next_cursor=eyJpZCI6IDgxNDcwMiwgImRpciI6ICJuZXh0In0=",
        "日本語: 値",
    ] {
        check(text);
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
        "://",
        "@",
        "%40",
        "%3D",
        "%",
        "+",
        "\"",
        "'",
        "\\",
        "\\\"",
        "\\u0040",
        "{",
        "{\"",
        "}",
        "[",
        "]",
        "(",
        ")",
        "<",
        "<a>",
        ">",
        ",",
        ";",
        "&",
        " ",
        "\n",
        "\\n",
        "x",
        "é",
        "\u{200b}",
        "４",
        "12",
        "4111111111111111",
        "1.2.3.4",
        "aa:bb:cc:dd:ee:ff",
        "null",
        "true",
        "Bearer ",
        "Digest ",
        "a=b",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "[MASKED]",
        "insert into t (a,b) values (",
        "mysql -p",
        "name=",
        "Anna Smith",
        "a.b@example.com",
        "eyJhbGciOiJIUzI1NiJ9",
        ".",
        "net user ",
        "AKIAIOSFODNN7EXAMPLE",
        " is ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        text().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let keys = vec!["password", "pin", "a", "lat", "phone", "name", "value"];
        let key = prop_oneof![text(), prop::sample::select(keys).prop_map(str::to_owned)];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(key, inner.clone(), 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            inner.prop_map(|value| value.to_string().into()), // JSON in a string
        ]
    })
}

fn masked(text: &str) -> String {
    let policy = Policy::default();
    let mut found = Vec::new();
    Detector::new(&policy).scan(text, None, &mut found);
    policy.masked(text, &found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn findings_lie_in_order_on_borders_of_characters(text in text()) {
        let mut found = Vec::new();
        Detector::new(&Policy::default()).scan(&text, Some("a.b"), &mut found);
        prop_assert!(found.iter().all(|finding| finding.start < finding.end && text.get(finding.start..finding.end).is_some()));
        prop_assert!(found.windows(2).all(|two| two[0].end <= two[1].start));
    }

    #[test]
    fn json_stays_json(value in json()) {
        let text = value.to_string();
        let out = masked(&text);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{} became {}", text, out);
    }

    #[test]
    fn any_bytes_are_read(text in ".{0,200}") {
        marked(&text);
    }
}

/// What is read must grow with the length of a text, not with its square: by count, so that no machine decides.
#[test]
fn rows_made_to_be_slow_are_read_a_bounded_number_of_times() {
    let detector = Detector::new(&Policy::default());
    let units = ["token=", "token=[", "sig=<", "auth={", "jwt=(", "one-time password=[", "curl -u ", "net use ", "wget/"];
    for unit in slow_rows::pieces().chain(units) {
        let (text, mut found) = (slow_rows::row(unit, 8_000), Vec::new());
        let mut memory = Memory::of_text();
        let mut scan = Scan::new(&detector, text.as_bytes(), Level::default(), &mut memory, &mut found);
        scan.field(None, 0..text.len());
        let ahead = scan.looked_ahead;
        assert!(ahead < 20 * text.len(), "{unit}: {ahead} of {} bytes ahead", text.len());
        // A word, as part of a name and of a street, once each; hardly a word has less than two bytes with what parts it.
        let reads = memory.words.reads();
        assert!(reads <= text.len() * 3 / 2, "{unit}: {reads} words in {} bytes", text.len());
    }
}

#[test]
fn texts_that_repeat_themselves_are_read_at_both_ends() {
    let row = "12 May 1 A token=x ".repeat(2_000);
    let row = row.as_str();
    check(&format!("password=<PASSWORD:hunter2> {row} password=<PASSWORD:hunter2> {row}"));
    check(&format!("{row} mail <EMAIL:joe@example.com> {row}"));
    check(&format!("{row}<EMAIL:joe@example.com>"));
}

#[test]
fn what_follows_a_row_made_to_be_slow_is_found() {
    for unit in ["token=", "token=[", "curl -u ", "eyJhbGci_", "$1"] {
        let row = unit.repeat(20_000 / unit.len());
        check(&format!("{row} password=<PASSWORD:hunter2> and api_key=<API_KEY:8f14e45fceea167a5a36dedd4bea2543f0c1> end"));
        check(&format!("{row} curl -u bob:<PASSWORD:hunter2> x"));
    }
    let token = "8f14e45fceea167a5a36dedd4bea2543".repeat(8);
    check(&format!("{} token=<AUTH_TOKEN:{token}> end", "token=[".repeat(3_000)));
}

#[test]
fn cards_are_found_in_rows_of_numbers() {
    check("1 2 3 <CREDIT_CARD:4111 1111 1111 1111> 5 6 7");
    check("0 12 34 56 7 8 901 2345 6789 0 1");
    check("phone <PHONE:1 2 3 4 5 6 7 8> <CREDIT_CARD:4111111111111111>");
}

/// Time must grow with the length of a text, not with its square: these would take minutes.
#[test]
fn texts_made_to_be_slow_are_read_in_time() {
    let units = [
        "1",
        "@",
        "a@",
        "=",
        ":",
        "%41",
        "%",
        "\\",
        "\"",
        "'",
        "{\"",
        "{\"a\":",
        "[",
        "<",
        ">",
        "<a>",
        "password=",
        "password:\"",
        "a=\"",
        "a='\\",
        "://",
        "-",
        "-----BEGIN ",
        "eyJ",
        "+",
        "(",
        "a:",
        "1.",
        "1-",
        "é",
        "\u{200b}",
        "insert into (",
        "net user ",
        "password is ",
        "Bearer ",
        "A",
        "A ",
        "Cookie: ",
        "name=",
        "&a=%20+",
        ",",
        "a.",
        "ghp_",
        "{\\\"a\\\":\\\"",
        "token=",
        "token=[",
        "mot de passe={",
        "basic+",
        "eyJhbGci_",
        "curl -u ",
        "1 ",
        "$1",
    ];
    for unit in units {
        let start = std::time::Instant::now();
        marked(&unit.repeat(200_000 / unit.len()));
        let millis = start.elapsed().as_millis();
        assert!(millis < 4000, "{unit}: {millis} ms");
    }
}
