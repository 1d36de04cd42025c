use super::*;

/// What is found in `text` when every place where a value may begin is looked at, as `[KIND:value]`.
fn marked(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (String::new(), 0);
    while at < bytes.len() {
        let cue = Cue { key: None, before: &bytes[at.saturating_sub(48)..at], after: &bytes[at..bytes.len().min(at + 48)] };
        match number(bytes, at, &cue) {
            Some(hit) => {
                assert!(hit.start <= hit.end && text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end));
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
