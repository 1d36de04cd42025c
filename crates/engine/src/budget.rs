use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

/// The memory of one question: what it holds counts against its own bound and against the bound of all together.
pub(crate) struct QuestionPool {
    own: GreedyMemoryPool,
    all: Arc<GreedyMemoryPool>,
}

impl QuestionPool {
    pub(crate) fn new(memory_bytes_max: usize, all: Arc<GreedyMemoryPool>) -> QuestionPool {
        QuestionPool { own: GreedyMemoryPool::new(memory_bytes_max), all }
    }
}

impl MemoryPool for QuestionPool {
    fn name(&self) -> &str {
        "question"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.own.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.own.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.own.grow(reservation, additional);
        self.all.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.own.shrink(reservation, shrink);
        self.all.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.own.try_grow(reservation, additional)?;
        self.all.try_grow(reservation, additional).inspect_err(|_| self.own.shrink(reservation, additional))
    }

    fn reserved(&self) -> usize {
        self.own.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.own.memory_limit()
    }
}

impl fmt::Debug for QuestionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for QuestionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "question({} bytes)", self.own.reserved())
    }
}

/// A number of bytes as people say it: `512 MiB`, `1.5 GiB`, `100 B`.
pub(crate) fn bytes_in_words(bytes: usize) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let rounded = (value * 10.0).round() / 10.0;
    format!("{rounded} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_question_holds_counts_twice_and_is_given_back() {
        let all = Arc::new(GreedyMemoryPool::new(100));
        let pool: Arc<dyn MemoryPool> = Arc::new(QuestionPool::new(80, all.clone()));
        let other: Arc<dyn MemoryPool> = Arc::new(QuestionPool::new(80, all.clone()));
        let mut first = MemoryConsumer::new("a").register(&pool);
        let second = MemoryConsumer::new("b").register(&other);
        assert!(first.try_grow(81).is_err()); // over its own bound
        assert!(first.try_grow(70).is_ok());
        assert!(second.try_grow(31).is_err()); // over the bound of all
        assert_eq!((other.reserved(), all.reserved()), (0, 70)); // the refused one holds nothing
        assert!(second.try_grow(30).is_ok());
        drop(first.take());
        assert_eq!((pool.reserved(), all.reserved()), (0, 30));
    }

    #[test]
    fn bytes_are_told_in_words() {
        let check = |bytes, words| assert_eq!(bytes_in_words(bytes), words);
        check(100, "100 B");
        check(512 << 20, "512 MiB");
        check(3 << 29, "1.5 GiB");
    }
}
