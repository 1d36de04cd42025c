//! Decoders of streams: where a stream is cut on its way says nothing about what is in it.

use std::time::Duration;

use intake::forward::Delivery;
use intake::gelf::{Chunks, Whole, packing};
use intake::journal::JournalStream;
use intake::{Dialect, Extent, Flaw, Frames, SyslogStream, decode_frames, lumberjack, relp};

use crate::Outcome;
use crate::chance::Chance;
use crate::checks::{batch, context, outcome};

/// Longest message of the tests: short, so that the bound is met.
const MESSAGE_BYTES_MAX: usize = 256;

pub(crate) fn forward(input: &[u8], chance: &mut Chance) -> Outcome {
    let (mut whole, mut parted) = (Extent::default(), Extent::default());
    let reached = whole.reach(input);
    let at = chance.below(input.len() + 1);
    let early = parted.reach(&input[..at]);
    let late = if early.is_err() { early } else { parted.reach(input) };
    assert_eq!((late.is_ok(), parted.end()), (reached.is_ok(), whole.end()), "cut at {at}");
    let Ok(delivery) = Delivery::parse(input) else { return outcome(("no delivery", whole.end().is_some())) };
    let mut frames = Frames::default();
    delivery.write(None, &mut frames);
    batch(&decode_frames(Dialect::Object, &frames, &context()), &[input, &[0; 1024]].concat())
}

pub(crate) fn gelf(input: &[u8], chance: &mut Chance) -> Outcome {
    let mut chunks = Chunks::default();
    let (mut at, mut kinds) = (0, Vec::new());
    let mut now = Duration::ZERO;
    while at < input.len() {
        let end = (at + 1 + chance.below(40)).min(input.len());
        now += Duration::from_millis(chance.below(2000) as u64);
        kinds.push(match chunks.take(0, &input[at..end], now) {
            Whole::Datagram(message) => packing(message) as u8,
            Whole::Assembled(message) => {
                assert!(message.len() <= input.len());
                3
            }
            Whole::Waiting => 4,
            Whole::Broken => 5,
        });
        at = end;
    }
    kinds.truncate(6);
    outcome(kinds)
}

pub(crate) fn lumberjack(input: &[u8], chance: &mut Chance) -> Outcome {
    let whole = lumberjack::frame(input, MESSAGE_BYTES_MAX);
    let part = lumberjack::frame(&input[..chance.below(input.len() + 1)], MESSAGE_BYTES_MAX);
    assert!(part == whole || part == Err(lumberjack::NoFrame::Unfinished), "{part:?} {whole:?}");
    match &whole {
        Ok((lumberjack::Frame::Pairs { texts, .. }, end)) => {
            assert!(*end <= input.len());
            let json = lumberjack::json_of_pairs(input, texts);
            let mut frames = Frames::default();
            frames.push(json.as_bytes(), None, Flaw::None);
            batch(&decode_frames(Dialect::Object, &frames, &context()), json.as_bytes())
        }
        Ok((_, end)) => {
            assert!(*end <= input.len());
            outcome(("frame", input[1]))
        }
        Err(error) => outcome(("none", *error as u8)),
    }
}

pub(crate) fn relp(input: &[u8], chance: &mut Chance) -> Outcome {
    let whole = relp::frame(input, MESSAGE_BYTES_MAX);
    let part = relp::frame(&input[..chance.below(input.len() + 1)], MESSAGE_BYTES_MAX);
    assert!(part == whole || part == Err(relp::NoFrame::Unfinished), "{part:?} {whole:?}");
    match whole {
        Ok(frame) => {
            assert!(frame.data.end <= frame.end && frame.end <= input.len());
            outcome(("frame", frame.command.len(), relp::is_acceptable(&input[frame.data])))
        }
        Err(error) => outcome(("none", matches!(error, relp::NoFrame::TooLong(_)), error == relp::NoFrame::Malformed)),
    }
}

pub(crate) fn syslog(input: &[u8], chance: &mut Chance) -> Outcome {
    let (whole, misframed) = syslog_messages(&[input]);
    let at = chance.below(input.len() + 1);
    let (parted, misframed_too) = syslog_messages(&[&input[..at], &input[at..]]);
    // Whether a count lies is only known from the byte behind its message, and no message waits for a byte that may
    // never come: a sender that lies is read as it comes.
    assert!(misframed + misframed_too > 0 || parted == whole, "cut at {at}: {parted:?} {whole:?}");
    outcome((misframed.min(3), whole.iter().take(4).map(|message| message.len().min(16)).collect::<Vec<_>>()))
}

/// The messages, and how many counts did not say the truth.
fn syslog_messages(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, u64) {
    let (mut stream, mut buffer, mut messages) = (SyslogStream::new(MESSAGE_BYTES_MAX), Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        let mut at = 0;
        while let Some(piece) = stream.next(&buffer, &mut at) {
            assert!(piece.message.len() <= MESSAGE_BYTES_MAX);
            messages.push(buffer[piece.message].to_vec());
        }
        buffer.drain(..at);
    }
    let last = stream.last(&buffer, 0);
    let is_cut_off = last.as_ref().is_some_and(|(_, is_cut_off)| *is_cut_off);
    messages.extend(last.map(|(range, _)| buffer[range].to_vec()));
    (messages, stream.misframed() + u64::from(is_cut_off))
}

pub(crate) fn journal(input: &[u8], chance: &mut Chance) -> Outcome {
    let whole = journal_entries(&[input]);
    let at = chance.below(input.len() + 1);
    assert_eq!(journal_entries(&[&input[..at], &input[at..]]), whole, "cut at {at}");
    let mut frames = Frames::default();
    whole.0.iter().for_each(|json| frames.push(json.as_bytes(), None, Flaw::None));
    let decoded = decode_frames(Dialect::Object, &frames, &context());
    let json: usize = whole.0.iter().map(String::len).sum();
    assert!(json <= input.len() * 8 + 64, "{json} bytes of JSON out of {}", input.len());
    batch(&decoded, &vec![0; json + 64])
}

fn journal_entries(pieces: &[&[u8]]) -> (Vec<String>, Option<String>) {
    let (mut stream, mut entries) = (JournalStream::default(), Vec::new());
    for mut piece in pieces.iter().copied() {
        loop {
            match stream.next(&mut piece) {
                Ok(Some(entry)) => {
                    let _ = entry.place();
                    entries.push(entry.json());
                }
                Ok(None) => break,
                Err(error) => return (entries, Some(error.to_string())),
            }
        }
    }
    match stream.finish() {
        Ok(entry) => {
            entries.extend(entry.map(|entry| entry.json()));
            (entries, None)
        }
        Err(error) => (entries, Some(error.to_string())),
    }
}
