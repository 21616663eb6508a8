//! Work with files on other threads: many equal small pieces on all cores, and whatever waits for the disk aside.
//!
//! What comes out does not depend on how many threads there are.

use std::{num::NonZero, panic::resume_unwind, thread};

use tokio::{runtime::Handle, task::JoinError};

/// How many threads work at most.
const MOST: usize = 8;

/// What `work` makes of each piece, in their order. A thread is worth its start for so many pieces.
pub(super) fn each<T: Sync, R: Send>(
    pieces: &[T],
    worth_a_thread: NonZero<usize>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (pieces.len() / worth_a_thread).clamp(1, cores.min(MOST));
    let some = |pieces: &[T]| -> Vec<R> { pieces.iter().map(&work).collect() };
    let (here, elsewhere) = pieces.split_at(pieces.len() / threads);
    if elsewhere.is_empty() {
        return some(here);
    }
    thread::scope(|scope| {
        let shares = elsewhere.chunks(elsewhere.len().div_ceil(threads.saturating_sub(1).max(1)));
        let others: Vec<_> =
            shares.map(|share| (share, thread::Builder::new().spawn_scoped(scope, move || some(share)))).collect();
        let mut done = some(here);
        for (share, other) in others {
            done.append(&mut match other {
                Ok(other) => other.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // The system gave no thread: it is done here.
                Err(_) => some(share),
            });
        }
        done
    })
}

/// Begins work that waits for the disk, where it keeps nobody waiting, and tells what came of it. Where no runtime is, it
/// is done at once. `None` when the program ends before it was done.
pub(super) fn aside<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> impl Future<Output = Option<R>> + Send {
    let begun = match Handle::try_current() {
        Ok(runtime) => Ok(runtime.spawn_blocking(work)),
        Err(_) => Err(work()),
    };
    async move {
        match begun {
            Err(done) => Some(done),
            Ok(begun) => match begun.await.map_err(JoinError::try_into_panic) {
                Ok(done) => Some(done),
                Err(Ok(panic)) => resume_unwind(panic),
                Err(Err(_)) => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_in_order() {
        let one = NonZero::<usize>::MIN;
        for count in [0_usize, 1, 2, 3, 7, 100, 1001] {
            let pieces: Vec<usize> = (0..count).collect();
            let doubled = |piece: &usize| piece * 2;
            assert_eq!(each(&pieces, one, doubled), (0..count).map(|piece| piece * 2).collect::<Vec<_>>());
        }
    }
}
