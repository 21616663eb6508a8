//! Many seeds on many threads. What comes of each is taken in one at a time, as it is done.

use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Runs each seed once and hands what came of it to `take`, in no order.
///
/// # Errors
/// The first seed that cannot be run. The others that were begun are still taken in.
pub(crate) fn each<R, E: Send>(
    seeds: Range<u64>,
    threads: usize,
    run: impl Fn(u64) -> Result<R, E> + Sync,
    take: impl FnMut(u64, R) + Send,
) -> Result<(), E> {
    let next = AtomicU64::new(seeds.start);
    let taking = Mutex::new((take, None));
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let ran = run(seed);
                    let mut taking = taking.lock().unwrap_or_else(PoisonError::into_inner);
                    match ran {
                        Ok(ran) => (taking.0)(seed, ran),
                        Err(error) => {
                            taking.1.get_or_insert(error);
                            break;
                        }
                    }
                }
            });
        }
    });
    let (_, error) = taking.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}
