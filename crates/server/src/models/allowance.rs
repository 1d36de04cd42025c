//! What a model may cost: tokens a day, calls a minute. A hard stop: what a call may cost at most is reserved before it.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use record::Timestamp;

use super::Failure;
use super::wire::ANSWER_TOKENS;

const MINUTE: Duration = Duration::from_secs(60);
/// Fewest bytes of a token. Most tokens of English hold four; digits and other scripts are shorter.
const TOKEN_BYTES: u64 = 2;

/// Tokens and calls, counted.
#[derive(Debug)]
pub(super) struct Allowance {
    tokens_a_day: u64,
    calls_a_minute: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Days since 1970 for which `used` counts.
    day: Option<i32>,
    used: u64,
    /// When the calls of the last minute began.
    calls: VecDeque<Timestamp>,
}

impl Allowance {
    pub(super) fn new(tokens_a_day: u64, calls_a_minute: u32) -> Allowance {
        Allowance { tokens_a_day, calls_a_minute, state: Mutex::default() }
    }

    /// Whether it is not known yet what was used today.
    pub(super) fn is_new_day(&self, now: Timestamp) -> bool {
        self.state.lock().day != Some(now.days())
    }

    /// So much was used today before this process began to count.
    pub(super) fn begin_day(&self, now: Timestamp, used: u64) {
        let mut state = self.state.lock();
        // Another call may have been first.
        if state.day != Some(now.days()) {
            (state.day, state.used) = (Some(now.days()), used);
        }
    }

    /// Takes what a call with a prompt of so many bytes may cost.
    pub(super) fn reserve(&self, prompt_bytes: usize, now: Timestamp) -> Result<u64, Failure> {
        let mut state = self.state.lock();
        while state.calls.front().is_some_and(|&began| now.since(began) >= MINUTE || began > now) {
            state.calls.pop_front();
        }
        if state.calls.len() >= self.calls_a_minute as usize {
            return Err(Failure::TooOften(self.calls_a_minute));
        }
        let cost = self.take(&mut state, prompt_bytes)?;
        state.calls.push_back(now);
        Ok(cost)
    }

    /// Takes the same once more, for another attempt of a call that was begun.
    pub(super) fn reserve_again(&self, prompt_bytes: usize) -> Result<u64, Failure> {
        self.take(&mut self.state.lock(), prompt_bytes)
    }

    fn take(&self, state: &mut State, prompt_bytes: usize) -> Result<u64, Failure> {
        let cost = prompt_bytes as u64 / TOKEN_BYTES + ANSWER_TOKENS;
        if state.used.saturating_add(cost) > self.tokens_a_day {
            return Err(Failure::OverBudget(self.tokens_a_day));
        }
        state.used += cost;
        Ok(cost)
    }

    /// Puts what it did cost in the place of what was reserved. A server that does not count is taken to have used the half:
    /// four bytes a token.
    pub(super) fn spent(&self, reserved: u64, tokens: (u64, u64), now: Timestamp) {
        let mut state = self.state.lock();
        let spent = match tokens {
            (0, 0) => reserved / 2,
            (prompt, answer) => prompt.saturating_add(answer),
        };
        if state.day == Some(now.days()) {
            state.used = state.used.saturating_sub(reserved).saturating_add(spent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time").0
    }

    #[test]
    fn a_day_has_its_tokens() {
        let now = at("2026-02-06T14:00:00Z");
        let allowance = Allowance::new(10_000, 100);
        assert!(allowance.is_new_day(now));
        allowance.begin_day(now, 4_000);
        let reserved = allowance.reserve(4_000, now).expect("4,000 are left over");
        assert_eq!(reserved, 4_000);
        assert_eq!(allowance.reserve(4_000, now), Err(Failure::OverBudget(10_000)));
        assert_eq!(allowance.reserve_again(4_000), Err(Failure::OverBudget(10_000)), "nor an attempt more");
        allowance.spent(reserved, (900, 100), now);
        assert!(allowance.reserve(4_000, now).is_ok(), "it was cheaper");
        let tomorrow = at("2026-02-07T00:00:00Z");
        assert!(allowance.is_new_day(tomorrow));
        allowance.begin_day(tomorrow, 0);
        allowance.begin_day(tomorrow, 9_999);
        assert!(allowance.reserve(4_000, tomorrow).is_ok());
    }

    #[test]
    fn a_minute_has_its_calls() {
        let now = at("2026-02-06T14:00:00Z");
        let allowance = Allowance::new(u64::MAX, 2);
        allowance.begin_day(now, 0);
        assert!(allowance.reserve(0, now).is_ok() && allowance.reserve(0, now.plus(MINUTE / 2)).is_ok());
        assert_eq!(allowance.reserve(0, now.plus(MINUTE / 2)), Err(Failure::TooOften(2)));
        assert!(allowance.reserve(0, now.plus(MINUTE)).is_ok());
        assert!(allowance.reserve(0, now.plus(MINUTE)).is_err());
    }
}
