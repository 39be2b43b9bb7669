//! Work on several pictures at once.
//!
//! A network's run waits for the engine's own pool of threads. A worker of a work-stealing pool that waits
//! takes up another picture meanwhile, and that one's wait another, until the stack is full: a table of 3,000
//! faces did so. Hence plain threads that finish one item before they take the next.

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

thread_local! {
    static SHARING: Cell<bool> = const { Cell::new(false) };
}

/// Does work beside other work of its kind: the other cores are taken, and a network that keeps to one core
/// wastes none of its time on waiting for them.
pub fn beside<R>(work: impl FnOnce() -> R) -> R {
    let before = SHARING.replace(true);
    let result = work();
    SHARING.set(before);
    result
}

/// Tells whether this thread works [`beside`] others.
pub(crate) fn is_sharing() -> bool {
    SHARING.get()
}

/// Returns `work` of each item, in the order of the items, computed on as many threads as the caller's
/// pool has. Where no thread can be started (in a browser), all is done on this one.
pub fn map<I, R>(items: I, work: impl Fn(I::Item) -> R + Sync) -> Vec<R>
where
    I: Iterator + Send,
    I::Item: Send,
    R: Send,
{
    let most = items.size_hint().1.unwrap_or(usize::MAX);
    let threads = rayon::current_num_threads().min(most);
    if threads < 2 {
        return items.map(work).collect();
    }
    let items = Mutex::new(items.enumerate());
    let done = Mutex::new(Vec::new());
    let worker = || {
        loop {
            // The lock is held for taking, not for working.
            let next = items.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((idx, item)) = next else { return };
            let result = work(item);
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((idx, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that cannot be started leaves its work to the others.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || beside(worker));
        }
        beside(worker);
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(idx, _)| *idx);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let squares = map(0..1000_u64, |n| n * n);
        assert!(
            squares
                .iter()
                .enumerate()
                .all(|(n, square)| (n * n) as u64 == *square)
        );
        assert_eq!(squares.len(), 1000);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(map(std::iter::empty::<u8>(), |n| n).is_empty());
    }
}
