use super::*;

const KEY: CursorKey = CursorKey([7; 32]);

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn cursor() -> Cursor {
    Cursor {
        expires_at: at(1000),
        range: TimeRange::ALL,
        timestamp: at(-5),
        record_id: RecordId::new(at(77_000), 3, 9),
        version: 12,
        question: Cursor::question(&["level:error", "now-1h", ""]),
    }
}

fn open(text: &str, question: [u8; 16], now: i64) -> Result<Cursor, u16> {
    Cursor::open(text, &KEY, question, at(now)).map_err(|problem| problem.status().as_u16())
}

#[test]
fn what_was_sealed_opens_until_it_ends() {
    let cursor = cursor();
    let text = cursor.seal(&KEY);
    assert_eq!(text.len(), TEXT_LEN);
    assert_eq!(open(&text, cursor.question, 1000), Ok(cursor));
    assert_eq!(open(&text, cursor.question, 1001), Err(410));
    assert_eq!(open(&text, Cursor::question(&["level:error", "now-1h", "now"]), 0), Err(400));
    assert_ne!(Cursor::question(&["ab", "c"]), Cursor::question(&["a", "bc"]));
}

#[test]
fn what_was_not_given_out_is_refused() {
    let cursor = cursor();
    let text = cursor.seal(&KEY);
    for index in 0..TEXT_LEN {
        let mut forged = text.clone().into_bytes();
        forged[index] = if forged[index] == b'0' { b'1' } else { b'0' };
        assert_eq!(open(&String::from_utf8(forged).expect("ASCII"), cursor.question, 0), Err(410), "digit {index}");
    }
    assert_eq!(open(&cursor.seal(&CursorKey([8; 32])), cursor.question, 0), Err(410));
    assert_eq!(open("", cursor.question, 0), Err(410));
    assert_eq!(open(&text[1..], cursor.question, 0), Err(410));
    assert_eq!(open(&"g".repeat(TEXT_LEN), cursor.question, 0), Err(410));
    assert_eq!(open(&"\u{e4}".repeat(TEXT_LEN / 2), cursor.question, 0), Err(410));
}

/// HMAC-SHA-256 of an empty message and of "Hi There" under a key padded with zeros (RFC 4231, case 1: zeros behind the
/// key change nothing).
#[test]
fn hmac_is_rfc_4231s() {
    let mut key = [0; 32];
    key[..20].fill(0x0b);
    let hex: String = hmac_sha256(&key, b"Hi There").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}
