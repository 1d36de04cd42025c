use super::*;

#[test]
fn spellings_of_a_name_are_one() {
    for name in ["apiKey", "api_key", "API-KEY", "Api Key", "APIKey", "apikey", "_api.key"] {
        assert!(KeyName::of(name.as_bytes()).is(b"apikey"), "{name}");
    }
}

#[test]
fn words_are_told_apart() {
    let check = |name: &str, last: &str, expected| {
        assert_eq!(KeyName::of(name.as_bytes()).ends_with_words(last.as_bytes()), expected, "{name} {last}");
    };
    check("card_pin", "pin", true);
    check("cardPin", "pin", true);
    check("cardPIN", "pin", true);
    check("PIN", "pin", true);
    check("shipping", "pin", false);
    check("spin", "pin", false);
    check("SPIN", "pin", false);
    check("X-SSN", "ssn", true);
    check("", "pin", false);
}

#[test]
fn the_quick_look_at_an_end_is_that_of_the_name() {
    for name in ["", "pin", "-", "card_PIN", "card-p_i n", "spin.", "пароль", "user.пароль", "xin", "in"] {
        for end in ["", "pin", "in", "пароль", "cardpin"] {
            let (name, end) = (name.as_bytes(), end.as_bytes());
            assert_eq!(ends_with(name, end), KeyName::of(name).ends_with(end), "{name:?} {end:?}");
        }
    }
}

#[test]
fn of_a_long_name_the_end_counts() {
    let name = format!("{}_password", "x".repeat(1000));
    let key = KeyName::of(name.as_bytes());
    assert!(key.ends_with_words(b"password"));
    assert!(!key.is(&name.as_bytes()[name.len() - KEY_NAME_MAX..]));
}
