use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use record::{Clock, Timestamp};

/// A clock that stands still until a test moves it.
#[derive(Debug, Default)]
pub struct SimClock {
    micros: AtomicI64,
}

impl SimClock {
    /// A clock that shows this time.
    pub fn at(now: Timestamp) -> SimClock {
        SimClock { micros: AtomicI64::new(now.as_micros()) }
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Sets it, backwards too, as an operator or NTP may do.
    pub fn set(&self, now: Timestamp) {
        self.micros.store(now.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}
