//! The network, counted: how many requests a side has cost so far, and how long their answers took.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{Clock, Http, HttpError, Request, Response, World};

/// What went over the network so far.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    /// In microseconds, all answers together.
    answering: AtomicU64,
}

impl Traffic {
    /// How many requests were sent since this was last asked.
    #[must_use]
    pub fn take(&self) -> u64 {
        self.answering.store(0, Ordering::Relaxed);
        self.requests.swap(0, Ordering::Relaxed)
    }

    /// How long an answer took on average, since the requests were last taken; nothing where none was sent.
    #[must_use]
    pub fn per_request(&self) -> Option<Duration> {
        let all = Duration::from_micros(self.answering.load(Ordering::Relaxed));
        let requests = u32::try_from(self.requests.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        all.checked_div(requests)
    }
}

/// Passes requests on and counts them.
struct Counted {
    inner: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
    traffic: Arc<Traffic>,
}

#[async_trait]
impl Http for Counted {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        let sent = self.clock.now();
        let answer = self.inner.send(request).await;
        let took = u64::try_from(self.clock.now().duration_since(sent).as_micros()).unwrap_or_default();
        self.traffic.answering.fetch_add(took, Ordering::Relaxed);
        answer
    }
}

impl World {
    /// The same world, with a count of the requests that are sent through it from now on.
    #[must_use]
    pub fn counted(&self) -> (Self, Arc<Traffic>) {
        let traffic = Arc::new(Traffic::default());
        let http = Arc::new(Counted {
            inner: Arc::clone(&self.http),
            clock: Arc::clone(&self.clock),
            traffic: Arc::clone(&traffic),
        });
        (Self { http, ..self.clone() }, traffic)
    }
}
