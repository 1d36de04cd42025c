//! Work on several threads at once, for as long as it takes and no longer.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// More threads than this would wait for the longest piece of the work.
const THREADS_MAX: usize = 4;

/// How many threads are of use on this machine.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX)
}

/// Does all pieces of the work, in any order, on so many threads, of which the caller's is one. The first error ends the
/// work of its thread, and is returned; a panic goes on in the caller.
pub(crate) fn side_by_side<W: Send, E: Send>(
    threads: usize,
    work: impl IntoIterator<Item = W, IntoIter: Send>,
    each: impl Fn(W) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let work = Mutex::new(work.into_iter());
    let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || std::iter::from_fn(next).try_for_each(&each);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mine = run();
        others.into_iter().fold(mine, |done, other| match other.join() {
            Ok(theirs) => done.and(theirs),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn all_of_the_work_is_done_once() {
        for threads in [1, 2, 5] {
            let mut done = vec![0; 1000];
            side_by_side(threads, done.iter_mut().enumerate(), |(place, done)| {
                *done += place;
                Ok::<(), ()>(())
            })
            .expect("done");
            assert_eq!(done, (0..1000).collect::<Vec<_>>(), "{threads} threads");
        }
    }

    #[test]
    fn an_error_of_any_thread_is_told() {
        for threads in [1, 2, 5] {
            let failed = side_by_side(threads, 0..100, |piece| if piece == 77 { Err(piece) } else { Ok(()) });
            assert_eq!(failed, Err(77), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_of_any_thread_goes_on_in_the_caller() {
        let done = AtomicU64::new(0);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            side_by_side(3, 0..100, |piece| {
                assert_ne!(piece, 50, "fifty");
                done.fetch_add(1, Ordering::Relaxed);
                Ok::<(), ()>(())
            })
        }));
        assert!(panicked.is_err());
    }
}
