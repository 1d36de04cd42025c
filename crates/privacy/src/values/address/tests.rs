use crate::values::{Cue, Hit, Kind, words};

fn addresses(key: &str, text: &str) -> Vec<String> {
    let key = (!key.is_empty()).then_some(key.as_bytes());
    let mut hits: Vec<Hit> = Vec::new();
    words(text.as_bytes(), 0..text.len(), &Cue { key, before: b"" }, &mut hits);
    hits.iter().filter(|hit| hit.kind == Kind::Address).map(|hit| text[hit.start..hit.end].to_owned()).collect()
}

fn check(text: &str, want: &[&str]) {
    assert_eq!(addresses("", text), want, "{text}");
}

#[test]
fn addresses_are_found_as_each_country_writes_them() {
    check("sent to 221B Baker Street, London NW1 6XE today", &["221B Baker Street, London NW1 6XE"]);
    check("at 1600 Pennsylvania Avenue NW, Washington, DC 20500", &["1600 Pennsylvania Avenue NW, Washington, DC 20500"]);
    check("to 742 Evergreen Terrace, Apt 4B, Springfield, IL 62704.", &["742 Evergreen Terrace, Apt 4B, Springfield, IL 62704"]);
    check("from 55 West 42nd Street", &["55 West 42nd Street"]);
    check("an Hauptstraße 12, 10115 Berlin geliefert", &["Hauptstraße 12, 10115 Berlin"]);
    check("Berliner Str. 5a, 80331 München", &["Berliner Str. 5a, 80331 München"]);
    check("Unter den Linden 77, 10117 Berlin", &["Unter den Linden 77, 10117 Berlin"]);
    check("livraison 12 bis rue de la Paix, 75002 Paris", &["12 bis rue de la Paix, 75002 Paris"]);
    check("Calle Mayor 5, 2º B, 28013 Madrid", &["Calle Mayor 5, 2º B, 28013 Madrid"]);
    check("Via Roma 10, 00184 Roma", &["Via Roma 10, 00184 Roma"]);
    check("Keizersgracht 123, 1015 CJ Amsterdam", &["Keizersgracht 123, 1015 CJ Amsterdam"]);
    check("Rua Augusta, 1500, São Paulo", &["Rua Augusta, 1500, São Paulo"]);
    check("ul. Marszałkowska 10/12, 00-590 Warszawa", &["ul. Marszałkowska 10/12, 00-590 Warszawa"]);
    check("Drottninggatan 5, 111 51 Stockholm", &["Drottninggatan 5, 111 51 Stockholm"]);
}

#[test]
fn codes_flats_and_provinces_stand_where_each_country_puts_them() {
    check("to Via Ippazio, 58 Piano 9, 44028, Coronella (FE) today", &["Via Ippazio, 58 Piano 9, 44028, Coronella (FE)"]);
    check("Jornsteeg 84, 5352NW, Oosterblokker", &["Jornsteeg 84, 5352NW, Oosterblokker"]);
    check("to 8311 Brandon Locks Apt. 847, Munozland, VT 83031", &["8311 Brandon Locks Apt. 847, Munozland, VT 83031"]);
    check("55 Keith Lane, Frazierton, VIC, 5859", &["55 Keith Lane, Frazierton, VIC, 5859"]);
    check("lives at chemin Lebrun, 68443 Saint Paul", &["chemin Lebrun, 68443 Saint Paul"]);
    check("1051 Budapest, Nádor utca 7.", &["1051 Budapest, Nádor utca 7"]);
    check("Petőfi utca 190., H-1674 Nagykanizsa", &["Petőfi utca 190., H-1674 Nagykanizsa"]);
    check("at 31 Brown Link, South Manuel, SA, 2958", &["31 Brown Link, South Manuel, SA, 2958"]);
    check("адрес ул. Ленина, д. 25, Москва", &["ул. Ленина, д. 25, Москва"]);
    check("Atatürk Caddesi No: 15, 34394 Şişli", &["Atatürk Caddesi No: 15, 34394 Şişli"]);
    check("送至北京市朝阳区建国路88号", &["送至北京市朝阳区建国路88号"]);
    check("東京都千代田区丸の内1-9-1 に配送", &["東京都千代田区丸の内1-9-1"]);
    check("서울특별시 강남구 테헤란로 123 배송", &["서울특별시 강남구 테헤란로 123"]);
    check("市场部 12 号", &[]);
    check("2024 Errors, Retry 7", &[]);
    check("5000 Requests, Server 12", &[]);
}

#[test]
fn look_alikes_are_left_alone() {
    for text in [
        "2 Disk Drive errors",
        "Server 5, 10115 requests",
        "took 12 ms",
        "Version 3, Build 12345",
        "Block 12 of 40 Received",
        "10 Street View images loaded",
        "Java 8, Tomcat 9",
        "at Foo 12",
        "Jun 14 15:16:01 combo",
        "1 May 2024",
        "100 Continue",
        "404 Not Found",
        "3 Green Tests, 2 Red",
        "via Proxy 10",
        "Task 0 in stage 1.0",
        "Step 5, 20 GB Memory",
        "16 Core Xeon",
    ] {
        check(text, &[]);
    }
}

#[test]
fn the_value_of_an_addresss_key_is_one() {
    assert_eq!(addresses("shipping_address", "Flat 3, The Old Mill, Bath"), ["Flat 3, The Old Mill, Bath"]);
    assert!(addresses("address", "0x7ffe12345678").is_empty());
    assert!(addresses("bind_address", "Listening on 0.0.0.0, Port 80").is_empty());
    assert!(addresses("address", "already in use").is_empty());
}
