//! Every decoder against input that was made from good input by chance: no panic, no slowness, nothing beyond its bounds,
//! and a stream means the same wherever it is cut.
//!
//! The same seed makes the same run. A short run is part of the tests; `DENDRO_FUZZ_SECONDS=600` gives each decoder so
//! long, `DENDRO_FUZZ_ONLY=otlp,loki` picks decoders by parts of their names, `DENDRO_FUZZ_SEED=7` takes another way.

#![allow(clippy::print_stdout, reason = "how far a run came is shown by --nocapture, and what failed")]

mod chance;
mod checks;
mod seeds;
mod streams;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use chance::Chance;
use checks::TARGETS;

/// Inputs for each decoder when nobody asks for more: a second or two in all.
const INPUTS: u64 = 400;

/// Bytes of an input. Longer ones find no more, and take longer.
const INPUT_BYTES_MAX: usize = 16 << 10;

/// How long one input may take, in a build without optimisation on a busy machine. Honest input of this size takes some
/// milliseconds; what takes time in the square of its length takes minutes.
const INPUT_TIME_MAX: Duration = Duration::from_secs(5);

/// Inputs that led somewhere new and are changed further.
const CORPUS_MAX: usize = 1024;

/// What a decoder did, in a number: inputs for which it is new are worth changing further.
type Outcome = u64;

/// A decoder and good input for it.
struct Target {
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    /// Decodes, and asserts what must hold.
    run: fn(&[u8], &mut Chance) -> Outcome,
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn every_decoder_is_calm() {
    let (seconds, seed) = (number("DENDRO_FUZZ_SECONDS"), number("DENDRO_FUZZ_SEED").unwrap_or(1));
    let only = std::env::var("DENDRO_FUZZ_ONLY").unwrap_or_default();
    for target in TARGETS.iter().filter(|target| only.split(',').any(|part| target.name.contains(part))) {
        fuzz(target, seconds.map(Duration::from_secs), seed);
    }
}

fn fuzz(target: &Target, long: Option<Duration>, seed: u64) {
    let started = Instant::now();
    let mut chance = Chance::new(seed);
    let mut corpus = (target.seeds)();
    let mut outcomes: HashSet<Outcome> = corpus.iter().map(|input| try_one(target, input, &mut chance, seed)).collect();
    let mut inputs = 0;
    while long.map_or(inputs < INPUTS, |long| started.elapsed() < long) {
        let mut input = corpus[chance.below(corpus.len())].clone();
        for _ in 0..=chance.below(4) {
            chance.change(&mut input, &corpus);
        }
        input.truncate(INPUT_BYTES_MAX);
        let outcome = try_one(target, &input, &mut chance, seed);
        if corpus.len() < CORPUS_MAX && outcomes.insert(outcome) {
            corpus.push(input);
        }
        inputs += 1;
    }
    println!("{}: {inputs} inputs, {} outcomes, {:?}", target.name, outcomes.len(), started.elapsed());
}

fn try_one(target: &Target, input: &[u8], chance: &mut Chance, seed: u64) -> Outcome {
    let started = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input, chance)));
    let took = started.elapsed();
    match outcome {
        Ok(outcome) if took <= INPUT_TIME_MAX => outcome,
        outcome => {
            let path = std::env::temp_dir().join(format!("dendro-fuzz-{}", target.name));
            let kept = std::fs::write(&path, input).is_ok();
            let why = if outcome.is_err() { "it failed as told above" } else { "it took too long" };
            panic!("{} with seed {seed}, {took:?}: {why}; input in {} ({kept})", target.name, path.display());
        }
    }
}
