use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of bytes that everybody at work shares.
#[derive(Debug, Clone)]
pub(crate) struct ByteBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    used: AtomicUsize,
    limit: usize,
}

/// A part of a [`ByteBudget`], given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    shared: Arc<Shared>,
    held: usize,
}

/// There is not that much left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl ByteBudget {
    pub(crate) fn new(limit: usize) -> ByteBudget {
        ByteBudget { shared: Arc::new(Shared { used: AtomicUsize::new(0), limit }) }
    }

    /// Bytes taken at present.
    pub(crate) fn used(&self) -> usize {
        self.shared.used.load(Ordering::Relaxed)
    }

    /// A reservation of nothing, to be grown.
    pub(crate) fn open(&self) -> Reservation {
        Reservation { shared: self.shared.clone(), held: 0 }
    }
}

impl Reservation {
    /// Sees to it that at least `bytes` are held in all.
    pub(crate) fn reach(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let Some(more) = bytes.checked_sub(self.held).filter(|&more| more > 0) else { return Ok(()) };
        let grown = |used: usize| used.checked_add(more).filter(|&used| used <= self.shared.limit);
        self.shared.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).map_err(|_| Exhausted)?;
        self.held += more;
        Ok(())
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shared.used.fetch_sub(self.held, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_over_all_reservations() {
        let budget = ByteBudget::new(10);
        let (mut one, mut two) = (budget.open(), budget.open());
        assert_eq!(one.reach(6), Ok(()));
        assert_eq!(two.reach(5), Err(Exhausted));
        assert_eq!(two.reach(4), Ok(()));
        assert_eq!(one.reach(3), Ok(()), "less than held already");
        assert_eq!((one.held(), budget.used()), (6, 10));
        drop(one);
        assert_eq!(budget.used(), 4);
        assert_eq!(two.reach(10), Ok(()));
        assert_eq!(two.reach(usize::MAX), Err(Exhausted));
        drop(two);
        assert_eq!(budget.used(), 0);
    }
}
