//! What the gateway costs by the byte of text, on records as they mostly are, on records full of personal data, and on
//! what somebody may send to keep it busy: `cargo bench -p privacy`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use privacy::{Gateway, Policy};
use record::{Batch, Record, Tenant, Timestamp};

/// Text of a batch: so much that what is done once for a batch does not count.
const TEXT_BYTES: usize = 256 << 10;

/// As long as the longest message that comes in one piece.
const WORST_BYTES: usize = 64 << 10;

/// A batch of messages of this look, told apart by a number, so that none is known from before.
fn messages(message: impl Fn(u64) -> String) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let (mut bytes, mut number) = (0, 0);
    while bytes < TEXT_BYTES {
        // Spread, so that neighbours differ in more than their last digit.
        let text = message(number * 7_919 % 99_991);
        bytes += text.len();
        number += 1;
        let mut record = Record::at(Timestamp::from_micros(0));
        record.message = builder.text(&text);
        builder.finish_record(record);
    }
    builder.build()
}

/// Pieces in a row, up to the size of a long message.
fn row(piece: impl Fn(usize) -> String) -> Batch {
    messages(|number| {
        let mut text = String::with_capacity(WORST_BYTES + 16);
        for at in number as usize.. {
            if text.len() >= WORST_BYTES {
                break;
            }
            text.push_str(&piece(at));
        }
        text
    })
}

fn plain(number: u64) -> String {
    format!(
        "GET /api/v1/cart/items/{number} -> auth-service status=200 bytes={} duration={}ms client=10.17.{}.28",
        number * 3,
        number % 97,
        number % 251
    )
}

fn dense(number: u64) -> String {
    format!(
        "customer Emma Miller <emma.miller{number}@example.com> tel +49 176 {number:08} card 4111 1111 1111 1111 \
         iban DE89 3704 0044 0532 0130 00 password=hunter{number} ssn 219-09-{:04}",
        number % 9_000 + 1
    )
}

fn gateway(criterion: &mut Criterion) {
    let letter = |at: usize| char::from(b"etaoinshrdlucmfwygpbvkxqjz"[at * 7 % 26]);
    let digit = |at: usize| at * 7 % 10;
    let batches = [
        ("plain", messages(plain)),
        ("dense", messages(dense)),
        ("single digits", row(|at| format!("{} ", digit(at)))),
        ("single capitals", row(|at| format!("{} ", letter(at).to_ascii_uppercase()))),
        ("initials", row(|at| format!("{} {} ", letter(at).to_ascii_uppercase(), digit(at)))),
        ("names of secrets", row(|_| "token=".to_owned())),
        ("open brackets", row(|_| "auth=[".to_owned())),
        ("commands", row(|_| "curl -u ".to_owned())),
        ("base64", row(|at| if at % 3 == 0 { digit(at).to_string() } else { letter(at).to_string() })),
        ("percent in percent", row(|at| if at % 4 == 0 { "%252520".to_owned() } else { "%25".to_owned() })),
        ("at signs", row(|_| "@".to_owned())),
        ("equals signs", row(|_| "=".to_owned())),
    ];
    let gateway = Gateway::new(Policy::default());
    let mut group = criterion.benchmark_group("gateway");
    for (name, batch) in batches {
        group.throughput(Throughput::Bytes(batch.parts().arena.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| batch.clone(), |batch| black_box(gateway.admit(batch)), BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    gateway(&mut criterion);
    criterion.final_summary();
}
