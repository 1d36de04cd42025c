use crate::values::{Cue, Hit, Kind, words};

fn persons(key: &str, text: &str) -> Vec<String> {
    let key = (!key.is_empty()).then_some(key.as_bytes());
    let mut hits: Vec<Hit> = Vec::new();
    words(text.as_bytes(), 0..text.len(), &Cue { key, before: b"" }, &mut hits);
    hits.iter().filter(|hit| hit.kind == Kind::Person).map(|hit| text[hit.start..hit.end].to_owned()).collect()
}

fn check(text: &str, want: &[&str]) {
    assert_eq!(persons("", text), want, "{text}");
}

#[test]
fn names_are_found_in_sentences() {
    check("Case assigned to Emma Wilson today", &["Emma Wilson"]);
    check("Dear Mr. Kowalczyk, your order", &["Kowalczyk"]);
    check("Approved by José García-López", &["José García-López"]);
    check("patient MARÍA FERNÁNDEZ admitted", &["MARÍA FERNÁNDEZ"]);
    check("caller Smith, Emma hung up", &["Smith, Emma"]);
    check("Ludwig van der Berg called", &["Ludwig van der Berg"]);
    check("Hello Priya, welcome", &["Priya"]);
    check("From: Zorba Quux <zq@example.com>", &["Zorba Quux"]);
    check("Frau Zschäpitz-Mörk rief an", &["Zschäpitz-Mörk"]);
    check("meeting with John F. Kennedy", &["John F. Kennedy"]);
}

#[test]
fn roles_initials_and_mail_addresses_say_that_a_name_follows() {
    check("Bearbeiter: Zschirnt Sabine", &["Zschirnt Sabine"]);
    check("escalated to agent M. Haugen at 10", &["M. Haugen"]);
    check("by Zorba Quux (zq@example.com)", &["Zorba Quux"]);
    check("author zq@example.com (Zorba Quux)", &["Zorba Quux"]);
    check("release by M. Build", &["M. Build"]);
    check("agent M Build", &[]);
}

#[test]
fn one_known_name_is_enough_beside_a_word_that_means_nothing() {
    check("order 4711 for Tyler Devrowsk shipped", &["Tyler Devrowsk"]);
    check("Qasimir Schneider updated profile", &["Qasimir Schneider"]);
    check("customer Zorba Quux upgraded", &["Zorba Quux"]);
    check("Ticket reopened: Nguyễn Thị Khai called", &["Nguyễn Thị Khai"]);
    check("From: \"Zorba Quux\" <sip:+4930123456@sip.example.com>", &["Zorba Quux"]);
    check("To: Quux, Zorba <z@q.ch>", &["Quux, Zorba"]);
    check("Ich heiße Zorba Quux", &["Zorba Quux"]);
    check("my name is Lucía and", &["Lucía"]);
    check("Dear Zorba Quux, your order", &["Zorba Quux"]);
    check("Dear Valued Customer, your order", &[]);
    check("Bonjour Madame Delphine Rousselet, votre", &["Delphine Rousselet"]);
    check("Zákazník Bohumilek Vávrák volal", &["Bohumilek Vávrák"]);
    check("user Jose\u{301} Mun\u{303}oz left", &["Jose\u{301} Mun\u{303}oz"]);
}

#[test]
fn scripts_without_capitals_are_read_behind_words_and_keys() {
    check("用户 王小明 登录成功", &["王小明"]);
    check("お客様 佐藤健一 様", &["佐藤健一"]);
    check("고객 김민수 로그인", &["김민수"]);
    check("العميل محمد حسن سجل", &["محمد حسن"]);
    check("मरीज सुनीता शर्मा आई", &["सुनीता शर्मा"]);
    check("клиент Иван Петров вошёл", &["Иван Петров"]);
    check("用户 登录成功", &[]);
    check("用户 系统 管理", &[]);
    assert_eq!(persons("姓名", "欧阳娜娜"), ["欧阳娜娜"]);
}

#[test]
fn look_alikes_are_left_alone() {
    for text in [
        "Will Retry in May",
        "Mark Complete",
        "Spring Boot started",
        "Red Hat Linux",
        "Visual Studio Code",
        "Hello World",
        "ThreadPoolExecutor started by SchedulerService",
        "Apache Tomcat",
        "Jenkins Build",
        "Java HotSpot",
        "Jordan River Dam",
        "loaded by ClassLoader",
        "Dec Mon Tue",
        "Connection from Amazon Web Services",
        "Austin Texas",
        "INFO DEBUG",
        "User Agent",
        "Customer Service Portal",
        "Unprocessable Entity",
        "Content Type",
        "org.apache.Adam.Smith",
        "Emma_Wilson",
        "blk by Rack",
        "Grace Period expired",
        "Taylor Series expansion",
        "Santa Clara Valley",
        "Hong Kong region",
        "handled by Spring Boot Actuator",
        "client Postman Runtime connected",
        "approved by Change Advisory Board",
        "assigned to Platform Engineering",
        "Delivered by DHL Express",
        "London and New York",
        "Pacific Standard Time",
    ] {
        check(text, &[]);
    }
}

#[test]
fn keys_make_names_of_what_no_list_has() {
    assert_eq!(persons("customer_name", "Xylo Brannick"), ["Xylo Brannick"]);
    assert_eq!(persons("cardholder", "Dr. Q. Zed"), ["Q. Zed"]);
    assert_eq!(persons("name", "Emma Qwerty"), ["Emma Qwerty"]);
    assert_eq!(persons("firstName", "Łucja"), ["Łucja"]);
    assert!(persons("name", "web server").is_empty());
    assert!(persons("customer_name", "null").is_empty());
    assert!(persons("file_name", "Emma").is_empty());
    assert!(persons("component", "Spring Boot").is_empty());
}
