use proptest::prelude::*;

use super::SyslogStream;

/// Messages of a stream that comes in pieces of so many bytes: a `~` behind what was truncated, a `!` behind what did
/// not come whole.
fn cut(stream: &[u8], step: usize, max: usize) -> (Vec<String>, u64) {
    let mut cutter = SyslogStream::new(max);
    let (mut buffer, mut messages) = (Vec::new(), Vec::new());
    for part in stream.chunks(step) {
        buffer.extend_from_slice(part);
        let mut at = 0;
        while let Some(piece) = cutter.next(&buffer, &mut at) {
            let mark = if piece.is_truncated { "~" } else { "" };
            messages.push(format!("{}{mark}", String::from_utf8_lossy(&buffer[piece.message])));
        }
        buffer.drain(..at);
    }
    let mut at = 0;
    assert_eq!(cutter.next(&buffer, &mut at), None);
    if let Some((message, is_broken)) = cutter.last(&buffer, at) {
        let mark = if is_broken { "!" } else { "" };
        messages.push(format!("{}{mark}", String::from_utf8_lossy(&buffer[message])));
    }
    (messages, cutter.misframed())
}

fn check(stream: &[u8], messages: &[&str], misframed: u64) {
    for step in [1, 2, 3, 1000] {
        let found = cut(stream, step, 32);
        assert_eq!(found, (messages.iter().map(|message| (*message).to_owned()).collect(), misframed), "{step}");
    }
}

#[test]
fn lines_and_counts_are_told_apart() {
    check(b"<1>a\n<2>b\r\n\n<3>c\0<4>d\0\n<5>e", &["<1>a", "<2>b", "<3>c", "<4>d", "<5>e"], 0);
    check(b"4 <1>a4 <2>b\n5 <3>c\n6 <4>d\ne", &["<1>a", "<2>b", "<3>c", "<4>d\ne"], 0);
    check(b"<1>a\n4 <2>b4 <3>c", &["<1>a", "<2>b", "<3>c"], 0);
    // A sender that counts need not write priorities; one that does not may write numbers.
    check(b"4 <1>a3 abc", &["<1>a", "abc"], 0);
    check(b"12 monkeys\n2026 is a year\n", &["12 monkeys", "2026 is a year"], 0);
    check(b"", &[], 0);
    check(b"\n\r\n\0", &[], 0);
}

#[test]
fn what_lies_or_ends_early_is_found_out() {
    // A count that lies is seen from what follows; where nothing has come yet, it is believed.
    let at_once = |stream: &[u8]| cut(stream, 1000, 32);
    let texts = |messages: &[&str]| messages.iter().map(|message| (*message).to_owned()).collect::<Vec<_>>();
    assert_eq!(at_once(b"4 <1>a!garbage\n4 <2>b"), (texts(&["<1>a!garbage", "<2>b"]), 1));
    assert_eq!(at_once(b"4 <1>a4 <2>bgarbage\n4 <3>c"), (texts(&["<1>a", "<2>bgarbage", "<3>c"]), 1));
    check(b"4 <1>a\n!garbage\n4 <2>b", &["<1>a", "!garbage", "<2>b"], 1);
    check(b"4 <1>a\nno count\n4 <2>b", &["<1>a", "no count", "<2>b"], 1);
    check(b"9 <1>a", &["<1>a!"], 0);
    check(b"4 <1>a12", &["<1>a", "12!"], 0);
    check(b"0 <1>a\n", &["0 <1>a"], 0);
    check(b"9999999999 <1>a\n", &["9999999999 <1>a"], 0);
}

#[test]
fn what_is_too_long_is_cut_and_what_follows_is_read() {
    let long = "x".repeat(40);
    let kept = format!("<1>{}~", "x".repeat(29));
    check(format!("<1>{long}\n<2>b\n").as_bytes(), &[&kept, "<2>b"], 0);
    check(format!("43 <1>{long}4 <2>b").as_bytes(), &[&kept, "<2>b"], 0);
    check(format!("999999999 <1>{long}4 <2>b").as_bytes(), &[&kept], 0);
    let whole = format!("<1>{}", "x".repeat(29));
    check(format!("{whole}\n").as_bytes(), &[&whole], 0);
    check(format!("32 {whole}").as_bytes(), &[&whole], 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_arrives(texts in prop::collection::vec("[a-z<>0-9 ]{0,20}", 1..8), counts in any::<bool>(), step in 1usize..30) {
        let messages: Vec<String> = texts.iter().map(|text| format!("<13>{text}")).collect();
        let framed = |message: &String| if counts { format!("{} {message}", message.len()) } else { format!("{message}\n") };
        let stream: String = messages.iter().map(framed).collect();
        prop_assert_eq!(cut(stream.as_bytes(), step, 64), (messages, 0));
    }

    #[test]
    fn no_bytes_make_it_panic_or_hold_too_much(stream in prop::collection::vec(prop::sample::select(b"0129 <>x\n\0\xff".to_vec()), 0..300), step in 1usize..40) {
        let (messages, _) = cut(&stream, step, 16);
        prop_assert!(messages.iter().all(|message| message.len() <= 16 * 3 + 13));
    }
}
