use super::*;

/// What is found in `text` when every place where a value may begin is looked at, as `[KIND:value]`.
fn marked(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (String::new(), 0);
    while at < bytes.len() {
        let cue = Cue { key: None, before: &bytes[at.saturating_sub(48)..at] };
        match number(bytes, at, &cue) {
            Some(hit) => {
                assert!(hit.start <= hit.end && text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end));
                // The month of a date is before the number it was found at.
                out.truncate(out.len() - (at.max(hit.start) - hit.start));
                out.push_str(&format!("[{}:{}]", hit.kind.name(), &text[hit.start..hit.end]));
                at = hit.end;
            }
            None => {
                let next = text[at..].chars().next().map_or(1, char::len_utf8);
                out.push_str(&text[at..at + next]);
                at += next;
            }
        }
    }
    out
}

fn check(text: &str, want: &str) {
    assert_eq!(marked(text), want);
}

#[test]
fn cards_are_found() {
    check("card 4111 1111 1111 1111 ok", "card [CREDIT_CARD:4111 1111 1111 1111] ok"); // Visa's test number
    check("paid 378282246310005", "paid [CREDIT_CARD:378282246310005]"); // American Express
    check("paid 3782-822463-10005.", "paid [CREDIT_CARD:3782-822463-10005]."); // American Express
    check("order 4111 1111 1111 1112 ok", "order 4111 1111 1111 1112 ok"); // fails the Luhn sum
    check("blk_-4111111111111111", "blk_-4111111111111111");
}

#[test]
fn account_numbers_are_found() {
    check("to GB82WEST12345698765432, ok", "to [IBAN:GB82WEST12345698765432], ok"); // Wikipedia
    check("to gb82 west 1234 5698 7654 32 ok", "to [IBAN:gb82 west 1234 5698 7654 32] ok");
    check("to GB83WEST12345698765432", "to GB83WEST12345698765432");
}

/// What a value under a key is, as `[KIND:value]`.
fn keyed(key: &str, value: &str) -> String {
    let text = format!("{key}={value}");
    let bytes = text.as_bytes();
    let from = key.len() + 1;
    let cue = |at: usize| Cue { key: Some(key.as_bytes()), before: &bytes[at.saturating_sub(48)..at] };
    let mut hits = Vec::new();
    let mut at = from;
    while at < bytes.len() {
        match number(bytes, at, &cue(at)) {
            Some(hit) => {
                at = hit.end;
                hits.push(hit);
            }
            None => at += 1,
        }
    }
    if hits.is_empty() {
        words(bytes, from..bytes.len(), &cue(from), &mut hits);
    }
    hits.iter().map(|hit| format!("[{}:{}]", hit.kind.name(), &text[hit.start..hit.end])).collect()
}

#[test]
fn other_countries_and_formats_are_found() {
    let mut wrong = Vec::new();
    let mut check = |key: &str, value: &str, kind: &str| {
        let have = keyed(key, value);
        if have != format!("[{kind}:{value}]") {
            wrong.push(format!("{key}={value}: {have}"));
        }
    };
    for value in [
        "+44 (0)20 7946 0018",
        "(0)20 7946 0018",
        "020 7946 0018",
        "07700 900123",
        "+33 6 12 34 56 78",
        "06.12.34.56.78",
        "0171/1234567",
        "+49 (0) 171 1234567",
        "0049 171 1234567",
        "+1 (555) 123-4567",
        "555-123-4567",
        "5551234567",
        "+55 11 91234-5678",
        "(11) 91234-5678",
        "98765 43210",
        "+34 612 345 678",
        "612345678",
        "+81-90-1234-5678",
        "090-1234-5678",
        "+61 412 345 678",
        "0412 345 678",
        "+7 (916) 123-45-67",
        "8 (916) 123-45-67",
        "+86 138 0013 8000",
        "13800138000",
        "+39 333 1234567",
        "+31 6 12345678",
        "06-12345678",
        "+46 70-123 45 67",
        "+48 601 234 567",
        "1-800-555-0199",
        "+971 50 123 4567",
        "(212) 555-0123 ext. 45",
        "+27 82 123 4567",
        "+353 86 123 4567",
    ] {
        check("phone", value, "PHONE");
    }
    for value in [
        "12 May 1980",
        "May 12, 1980",
        "12. Mai 1980",
        "12 mai 1980",
        "12 de mayo de 1980",
        "1980/05/12",
        "12.05.1980",
        "12-05-1980",
        "19800512",
        "1980年5月12日",
        "5/12/80",
        "12-MAY-1980",
        "12 février 1980",
        "September 3rd, 1975",
        "1980-5-2",
        "12 marca 1980",
    ] {
        check("birth_date", value, "DOB");
    }
    for value in [
        "AB1234567",
        "12AB34567",
        "C01X00T47",
        "123456789",
        "AB 1234567",
        "45 12 345678",
        "P<1234567".trim_start_matches("P<"),
        "YA1234567",
    ] {
        check("passport_no", value, "PASSPORT");
    }
    for value in
        ["D1234567", "S530-4600-9120-8", "MORGA657054SM9IJ", "B072RRE2I55", "12 345 678", "I1234562", "99999999", "TX12345678"]
    {
        check("driver_license", value, "DRIVER_LICENSE");
    }
    for (key, value) in [
        ("gps", "48.8566,2.3522"),
        ("coordinates", "48.8566, 2.3522"),
        ("lat", "48.8566"),
        ("longitude", "-73.985428"),
        ("geo", "40.7128 -74.0060"),
    ] {
        check(key, value, "GPS");
    }
    for value in [
        "Hauptstr. 5, 80331 München",
        "10 Downing Street, London SW1A 2AA",
        "Kalverstraat 92, 1012 PH Amsterdam",
        "Piazza del Duomo 1, 20121 Milano",
        "350 Fifth Avenue, New York, NY 10118",
        "1-1 Marunouchi, Chiyoda-ku, Tokyo",
        "Av. Paulista, 1578 - Bela Vista, São Paulo - SP, 01310-200",
        "C/ Gran Vía 28, 28013 Madrid",
        "Musterweg 3\n12345 Musterstadt",
        "42 Wallaby Way, Sydney NSW 2000",
    ] {
        check("home_address", value, "ADDRESS");
    }
    for value in ["李小龙", "Ng Wei Ling", "Müller-Lüdenscheidt", "Иван Петров", "de la Cruz", "SMITH, JOHN", "j. doe", "O’Neill"]
    {
        check("customer_name", value, "PERSON");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sentences_say_what_follows() {
    let mut wrong = Vec::new();
    let mut check = |text: &str, want: &str| {
        let have = marked(text);
        if have != want {
            wrong.push(format!("{have}  --  {want}"));
        }
    };
    check("his passport number is AB1234567.", "his passport number is [PASSPORT:AB1234567].");
    check("Reisepass C01X00T47 gescannt", "Reisepass [PASSPORT:C01X00T47] gescannt");
    check("Führerschein B072RRE2I55 geprüft", "Führerschein [DRIVER_LICENSE:B072RRE2I55] geprüft");
    check("né le 12/05/1980 à Lyon", "né le [DOB:12/05/1980] à Lyon");
    check("geboren am 12.05.1980 in Köln", "geboren am [DOB:12.05.1980] in Köln");
    check("nacida el 12 de mayo de 1980", "nacida el [DOB:12 de mayo de 1980]");
    check("born on May 12, 1980 in", "born on [DOB:May 12, 1980] in");
    check("her birthday is 1980-05-12", "her birthday is [DOB:1980-05-12]");
    check("llamar al móvil 612 345 678 hoy", "llamar al móvil [PHONE:612 345 678] hoy");
    check("Rückruf an 0171 1234567 erbeten", "Rückruf an [PHONE:0171 1234567] erbeten");
    check("text 555-123-4567 now", "text [PHONE:555-123-4567] now");
    check("fax: 030 1234567", "fax: [PHONE:030 1234567]");
    check("SSN 123-45-6789 ok", "SSN [US_SSN:123-45-6789] ok");
    check("social security number 123456789", "social security number [US_SSN:123456789]");
    check("at POINT(2.3522 48.8566)", "at POINT([GPS:2.3522 48.8566])");
    check("geo:48.8566,2.3522;u=10", "geo:[GPS:48.8566,2.3522];u=10");
    check("position 48°51'24\"N 2°21'08\"E", "position [GPS:48°51'24\"N 2°21'08\"E]");
    check("https://maps/@48.8566,2.3522,15z", "https://maps/@[GPS:48.8566,2.3522],15z");
    check("codice fiscale RSSMRA85T10A562S", "codice fiscale [NATIONAL_ID:RSSMRA85T10A562S]");
    check("PESEL 44051401359 ok", "PESEL [NATIONAL_ID:44051401359] ok");
    check("BSN: 111222333", "BSN: [NATIONAL_ID:111222333]");
    check("card ending soon 4111-1111-1111-1111", "card ending soon [CREDIT_CARD:4111-1111-1111-1111]");
    check("visa 4222222222222 ok", "visa [CREDIT_CARD:4222222222222] ok");
    check("geb. am 07. November 1985", "geb. am [DOB:07. November 1985]");
    check("родился 7 ноября 1985 г.", "родился [DOB:7 ноября 1985] г.");
    check("született 1985. 11. 07.", "született [DOB:1985. 11. 07].");
    check("birthdate 1985-11-07T00:00:00.000+02:00 ok", "birthdate [DOB:1985-11-07T00:00:00.000+02:00] ok");
    check("RG 24.678.131-4 ok", "RG [NATIONAL_ID:24.678.131-4] ok");
    check("Steuernummer: 93815/08152", "Steuernummer: [NATIONAL_ID:93815/08152]");
    check("Personalausweis L01X00T471 gesehen", "Personalausweis [NATIONAL_ID:L01X00T471] gesehen");
    check("护照号 E12345678", "护照号 [PASSPORT:E12345678]");
    check("diners 30569309025904 ok", "diners [CREDIT_CARD:30569309025904] ok");
    check("电话 010-62345678", "电话 [PHONE:010-62345678]");
    check("call 001-790-816-8878x650 now", "call [PHONE:001-790-816-8878x650] now");
    check("to +44(0)1174960762 ok", "to [PHONE:+44(0)1174960762] ok");
    check("erreichbar unter 0176 98765432", "erreichbar unter [PHONE:0176 98765432]");
    check("Appel de 06 12 34 56 78 reçu", "Appel de [PHONE:06 12 34 56 78] reçu");
    check("DOB 22MAR1971 ok", "DOB [DOB:22MAR1971] ok");
    check("nací el 3 de mayo de 1980", "nací el [DOB:3 de mayo de 1980]");
    check("call me at 61433383", "call me at [PHONE:61433383]");
    check("ring 044-660-0896 now", "ring [PHONE:044-660-0896] now");
    check("SMS to 0676-14 27 50 failed", "SMS to [PHONE:0676-14 27 50] failed");
    check("IBAN:DE89370400440532013000", "IBAN:[IBAN:DE89370400440532013000]");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn look_alikes_are_left_alone() {
    for text in [
        "blk_-1608999687919862906",
        "1714105536303 1714105536303000000",
        "took 14.441683 s, 20.123456 s",
        "10.251.43.191:50010",
        "2024-03-25T10:11:12.123+0200",
        "v1.2.3-rc4 2.13.185",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "container_1445144423722_0020_01_000002",
        "0xfa1d0ea1b2c3",
        "IMEI 490154203237518",
        "order 1234-5678-9012-3456",
        "081109 203615 148 INFO dfs.DataNode$PacketResponder",
        "job_201305041905_0001",
        "size 67108864 from /10.251.71.16",
        "pid 12345 tid 140735123456789",
        "EAN 4006381333931",
        "978-3-16-148410-0",
        "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
        "+0530 +02:00 -0800",
        "12/May/2024:10:11:12 +0000",
        "Thu Jun 09 06:07:04 2005",
        "1e5 2.5e-10 0b1010",
        "AB12CD34EF56",
        "page 123-456",
        "req-38101a0b-2096-447d-96ea-a692162415ae",
        "invoice INV-2025-920618",
        "Build 20240312.1",
        "ff:ff:ff:ff:ff:ff",
        "00:1B:44:11:3A:B7",
        "1,234,567.89",
        "404 200 1234 5678",
        "6.3.9600.17031 amd64fre",
        "[0701/114930:WARNING:dns]",
        "run 123456789 finished",
        "svn 12345678 merged",
        "de ad be 06 12 34 56 78 ef",
    ] {
        assert_eq!(marked(text), text);
    }
}

/// Inputs made to be read again and again: a megabyte must not take longer than a megabyte.
#[test]
fn no_input_is_read_more_than_a_few_times() {
    for piece in ["1", "a1-", "A ", "1 ", "+1", "(", "Emma, ", "12 Main ", "a", "É", "1.", "May ", "Calle ", "0-", "AB12", "Mr "]
    {
        let text = piece.repeat(50_000 / piece.len());
        let bytes = text.as_bytes();
        let start = std::time::Instant::now();
        let mut hits = Vec::new();
        words(bytes, 0..bytes.len(), &Cue::default(), &mut hits);
        for at in 0..bytes.len() {
            let cue = Cue { key: None, before: &bytes[at.saturating_sub(48)..at] };
            number(bytes, at, &cue);
        }
        // Some microseconds a byte, without optimisation; what is read again from every byte on takes minutes.
        assert!(start.elapsed().as_secs() < 10, "{piece}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_panics_and_hits_are_in_place(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80), at in 0..80usize) {
        let cue = Cue { key: Some(&bytes), before: &bytes };
        let mut hits: Vec<Hit> = number(&bytes, at, &cue).into_iter().collect();
        words(&bytes, 0..bytes.len(), &cue, &mut hits);
        words(&bytes, at.min(bytes.len())..bytes.len(), &Cue::default(), &mut hits);
        proptest::prop_assert!(hits.iter().all(|hit| hit.start < hit.end && hit.end <= bytes.len()));
    }

    #[test]
    fn hits_lie_on_the_borders_of_characters(text in PIECES) {
        let keys = ["", "name", "phone", "dob", "address", "passport", "national_id", "lat", "driver_license"];
        for key in keys {
            for (at, _) in text.char_indices() {
                let cue = Cue { key: Some(key.as_bytes()), before: &text.as_bytes()[at.saturating_sub(48)..at] };
                let mut hits: Vec<Hit> = number(text.as_bytes(), at, &cue).into_iter().collect();
                words(text.as_bytes(), at..text.len(), &cue, &mut hits);
                for hit in hits {
                    proptest::prop_assert!(hit.start < hit.end && text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end));
                }
            }
        }
    }
}

/// Pieces of values in any order.
const PIECES: &str =
    "([0-9]{1,5}|[A-ZÉÖ][a-zéß]{0,6}|[a-z]{1,4}|[A-Z]{1,4}[0-9]{1,6}|[ ,.:/+()°'º-]|née|Mr\\. |Straße|rue |May |年|\u{a0}){0,14}";
