//! Threads, where the machine has them: what is large is worked on at several places at once.
//!
//! Promise: what comes out never depends on how many threads there are. Whoever works on something here gives it to one
//! thread as a whole; where no thread can be had (a browser has none) it is done here, one thing after the other.

use std::{
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread::{self, Builder},
};

/// How many threads can run at once. One where that is not known.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does both. What goes `aside` runs in a thread of its own, if `apart` says that it is worth one and there is one.
pub(crate) fn both(apart: bool, aside: impl FnOnce() + Send, here: impl FnOnce()) {
    if !apart || cores() < 2 {
        aside();
        return here();
    }
    // Whoever comes first takes it: a thread, or this one where no thread could be started.
    let waiting = Mutex::new(Some(aside));
    let take = || {
        let aside = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(aside) = aside {
            aside();
        }
    };
    thread::scope(|scope| {
        let other = Builder::new().spawn_scoped(scope, take);
        here();
        match other.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(())) => {}
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => take(),
        }
    });
}
