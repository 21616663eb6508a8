//! The network, counted: how many requests a side has cost so far.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;

use super::{Http, HttpError, Request, Response, World};

/// Passes requests on and counts them.
struct Counted {
    inner: Arc<dyn Http>,
    count: Arc<AtomicU64>,
}

#[async_trait]
impl Http for Counted {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.inner.send(request).await
    }
}

impl World {
    /// The same world, with a count of the requests that are sent through it from now on.
    #[must_use]
    pub fn counted(&self) -> (Self, Arc<AtomicU64>) {
        let count = Arc::new(AtomicU64::new(0));
        let http = Arc::new(Counted { inner: Arc::clone(&self.http), count: Arc::clone(&count) });
        (Self { http, ..self.clone() }, count)
    }
}
