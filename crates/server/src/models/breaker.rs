//! After failures in a row nobody is asked for a while, so that questions do not wait for a model that does not answer.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::Failure;

/// Failures in a row after which the model rests. Each has been tried several times already.
const FAILURES_MAX: u32 = 3;
/// How long it rests when it does not say itself.
const REST: Duration = Duration::from_secs(30);
/// The longest that it may say.
const REST_MAX: Duration = Duration::from_secs(600);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// Whether the model may be asked. When its rest ends, one call is let through; the others wait for what becomes of it.
    pub(super) fn closed(&self, now: Instant) -> Result<(), Failure> {
        let mut state = self.0.lock();
        match state.until {
            Some(until) if now < until => Err(Failure::Resting(until - now)),
            Some(_) => {
                state.until = Some(now + REST);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes note of what became of a call.
    pub(super) fn note(&self, failure: Option<&Failure>, now: Instant) {
        let mut state = self.0.lock();
        // Whoever answers this question badly may answer the next one.
        let is_of_answer = |failure: &&Failure| matches!(failure, Failure::Garbage | Failure::CutOff | Failure::TooLong);
        let Some(failure) = failure.filter(|failure| !is_of_answer(failure)) else {
            *state = State::default();
            return;
        };
        state.failures += 1;
        let asked_for = match failure {
            Failure::Busy { after, .. } => *after,
            _ => None,
        };
        let is_final = matches!(failure, Failure::Refused { .. } | Failure::Form { .. });
        if state.failures >= FAILURES_MAX || is_final || asked_for.is_some() || state.until.is_some() {
            state.until = Some(now + asked_for.unwrap_or(REST).min(REST_MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Failure = Failure::Unreachable;

    #[test]
    fn it_rests_after_failures_and_tries_once() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES_MAX {
            assert_eq!(breaker.closed(start), Ok(()));
            breaker.note(Some(&FAILED), start);
        }
        assert_eq!(breaker.closed(start), Err(Failure::Resting(REST)));
        let later = start + REST;
        assert_eq!(breaker.closed(later), Ok(()), "one is let through");
        assert!(breaker.closed(later).is_err(), "and no other");
        breaker.note(Some(&FAILED), later);
        assert!(breaker.closed(later + REST / 2).is_err());
        assert_eq!(breaker.closed(later + REST), Ok(()));
        breaker.note(None, later + REST);
        assert_eq!(breaker.closed(later + REST), Ok(()));
        breaker.note(Some(&FAILED), later + REST);
        assert_eq!(breaker.closed(later + REST), Ok(()), "it begins to count anew");
    }

    #[test]
    fn what_is_asked_for_is_kept_to() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        breaker.note(Some(&Failure::Busy { status: 429, after: Some(Duration::from_secs(90)) }), start);
        assert!(breaker.closed(start + Duration::from_secs(89)).is_err());
        assert_eq!(breaker.closed(start + Duration::from_secs(90)), Ok(()));
        let (breaker, start) = (Breaker::default(), Instant::now());
        breaker.note(Some(&Failure::Busy { status: 429, after: Some(Duration::MAX) }), start);
        assert_eq!(breaker.closed(start + REST_MAX), Ok(()));
        let breaker = Breaker::default();
        breaker.note(Some(&Failure::Refused { status: 401, why: "" }), start);
        assert!(breaker.closed(start).is_err());
        let breaker = Breaker::default();
        (0..9).for_each(|_| breaker.note(Some(&Failure::Garbage), start));
        assert_eq!(breaker.closed(start), Ok(()), "its server works");
    }
}
