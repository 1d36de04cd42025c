//! Records as other programs write them: one line for each way in which a value can stand apart from its key.

use super::check;

#[test]
fn telemetry_puts_values_into_wrappers() {
    check(
        r#"{"attributes":[{"key":"db.password","value":{"stringValue":"<PASSWORD:Tr0ub4dor&3>"}},{"key":"n","value":{"intValue":"3"}}]}"#,
    );
    check(r#"[{"key":"auth.token","value":{"stringValue":"<AUTH_TOKEN:O4GMSf3HHiVB2fphlRDJ3vJRUPgIJUw2>"}}]"#);
    check("  -> session.token: Str(<AUTH_TOKEN:O4GMSf3HHiVB2fphlRDJ3vJRUPgIJUw2>)");
    check(r#"{"document":{"type":"passport","number":"<PASSPORT:175424134>"}}"#);
    check(r#"{"part":{"type":"screw","number":"175424134"}}"#);
}

#[test]
fn keys_of_json_may_be_somebodys() {
    check(r#"[{"<EMAIL:emma@example.com>":1,"n":{"<CREDIT_CARD:4111111111111111>":true}}]"#);
    check(r#"{"log":"{\"<EMAIL:emma@example.com>\":{\"password\":\"<PASSWORD:hunter2x>\"}}"}"#);
    check(r#"{"users":{"<PHONE:+49 176 98765432>":"x"},"@timestamp":"2026-03-12","@id":7,"20260312062524117":0}"#);
}

#[test]
fn labels_name_values_that_stand_apart() {
    check("CEF:0|A|W|7|1|L|5|suser=x cs1Label=password cs1=<PASSWORD:P@ssw0rd!23> request=/login");
    check("- name: DB_PASSWORD\n  value: <PASSWORD:Sommer2024>\n- name: DB_HOST\n  value: Sommer2024");
    check("Content-Disposition: form-data; name=\"password\"\n\n<PASSWORD:qwerty12345>\n--x--");
    check("user=&{ID:520 Name:<PERSON:Niamh Byrne> Email:<EMAIL:a@b.com> Active:true}");
    check("array(1) {\n  [\"password\"]=>\n  string(9) \"<PASSWORD:Sommer2024>\"");
    check("{x-api-key=[<API_KEY:5a5423fc9f5021df2c6808ab87c947e33797f93a>], host=[a]}");
}

#[test]
fn addresses_of_east_asia_stand_in_words_with_digits() {
    check("ship to <ADDRESS:沖縄県青ヶ島村北上野41丁目5番9号> now");
    check("处理 3号任务 in 市场 市区 ok");
}

#[test]
fn keys_of_more_words_and_languages_are_read() {
    check("Адрес доставки: <ADDRESS:ул. Ленина, д. 25, кв. 12, Москва, 101000>");
    check("lakcím: <ADDRESS:1051 Budapest, Nádor utca 7.>");
    check("địa chỉ: <ADDRESS:12 Nguyễn Huệ, Quận 1, TP. Hồ Chí Minh>");
    check("姓名: <PERSON:欧阳锋>");
    check(r#"{"type":"Point","coordinates":[<GPS:2.29448>,<GPS:48.85837>]}"#);
    check(r#"{"住所":"<ADDRESS:東京都千代田区丸の内1-9-1>"}"#);
}

#[test]
fn a_plus_is_a_space_only_in_forms() {
    check("code=H12 user_email=<EMAIL:sven+news@startup.dev> dyno=web");
    check("GET /a?email=<EMAIL:sven+news@startup.dev> HTTP/1.1");
    check("fullname=<PERSON:Mehmet+Demir>&email=<EMAIL:a%40b.com>");
}
