//! The threads that read: checks and answers run here, on clones of the database.
//!
//! They are plain threads, not the runtime's: nobody waits for them when the server ends.

use std::{
    num::NonZero,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

type Job = Box<dyn FnOnce() + Send>;

/// A few threads that take one job after the other. They end when the pool is dropped and its jobs are done.
pub(crate) struct Pool {
    jobs: mpsc::Sender<Job>,
}

impl Pool {
    /// More than this many files are not checked at once.
    const MOST: usize = 4;

    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(Self::MOST);
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("syncc-read-{number}")).spawn(move || {
                loop {
                    // The lock is held while waiting, not while working. No job runs under it, so nothing poisons it.
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    match job {
                        Ok(job) => job(),
                        Err(mpsc::RecvError) => break,
                    }
                }
            })?;
        }
        Ok(Self { jobs })
    }

    /// Has a job done soon. The job must not panic: see [`crate::guard::guarded`].
    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // Fails only when all threads are gone, which a job that panics could cause. Doing the work here is
        // then better than leaving it undone.
        if let Err(mpsc::SendError(job)) = self.jobs.send(Box::new(job)) {
            job();
        }
    }
}
