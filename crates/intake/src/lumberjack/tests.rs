use super::{Frame, NoFrame, ack, frame, json_of_pairs};

fn check(bytes: &[u8], expected: &Frame) {
    let more = [bytes, b"2W"].concat();
    assert_eq!(frame(&more, 100), Ok((expected.clone(), bytes.len())));
    for cut in 0..bytes.len() {
        assert_eq!(frame(&bytes[..cut], 100), Err(NoFrame::Unfinished), "{cut}");
    }
}

#[test]
fn frames() {
    check(b"2W\0\0\x01\0", &Frame::Window(256));
    check(b"2J\0\0\0\x05\0\0\0\x02{}", &Frame::Json { sequence: 5, payload: 10..12 });
    check(b"2C\0\0\0\x03abc", &Frame::Compressed(6..9));
    check(b"1D\0\0\0\x01\0\0\0\x01\0\0\0\x01a\0\0\0\x02bc", &Frame::Pairs { sequence: 1, texts: vec![14..15, 19..21] });
}

#[test]
fn what_is_no_frame() {
    let check = |bytes: &[u8], expected| assert_eq!(frame(bytes, 100), Err(expected), "{bytes:?}");
    check(b"3W", NoFrame::Malformed);
    check(b"2X", NoFrame::Malformed);
    check(b"GET / HTTP/1.1", NoFrame::Malformed);
    check(&[0x16, 3, 1], NoFrame::Malformed);
    check(b"2J\0\0\0\x01\xff\xff\xff\xff", NoFrame::TooLong);
    check(b"2C\0\0\0\x65", NoFrame::TooLong);
    check(b"2D\0\0\0\x01\xff\xff\xff\xff", NoFrame::TooLong);
    check(b"2D\0\0\0\x01\0\0\x04\0\0\0\0\x65", NoFrame::TooLong);
}

#[test]
fn pairs_and_acknowledgements() {
    assert_eq!(json_of_pairs(b"a\"b\nc\xff", &[0..1, 1..3, 3..5, 5..6]), "{\"a\":\"\\\"b\",\"\\nc\":\"\u{fffd}\"}");
    assert_eq!(ack(258), *b"2A\0\0\x01\x02");
}
