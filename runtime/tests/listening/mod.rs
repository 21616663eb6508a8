//! A real connection that is listened to, and that can be made to fail on the way.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use syncc_runtime::world::{Clock, Http, HttpError, Request, Response, World};

/// What becomes of a request instead of being sent.
type Rule = Box<dyn Fn(&Request) -> Option<Fate> + Send>;

/// What becomes of a request.
pub(crate) enum Fate {
    /// The server answers this, and never sees the request.
    Answer(Response),
    /// The request arrives, and its answer is lost.
    LoseAnswer,
    /// The request arrives, and its answer is changed.
    Change(fn(&mut Response)),
}

/// The real network and clock, listened to. Waits take no time.
#[derive(Clone)]
pub(crate) struct Line {
    real: World,
    heard: Arc<Mutex<Vec<String>>>,
    waits: Arc<Mutex<Vec<Duration>>>,
    rule: Arc<Mutex<Rule>>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self {
            real: World::real(),
            heard: Arc::default(),
            waits: Arc::default(),
            rule: Arc::new(Mutex::new(Box::new(|_| None))),
        }
    }

    pub(crate) fn world(&self) -> World {
        World::new(Arc::new(self.clone()), self.real.chance.clone(), Arc::new(self.clone()))
    }

    /// From now on requests are treated so.
    pub(crate) fn rule(&self, rule: impl Fn(&Request) -> Option<Fate> + Send + 'static) {
        *self.rule.lock().expect("the rule") = Box::new(rule);
    }

    /// From now on requests are sent.
    pub(crate) fn heal(&self) {
        self.rule(|_| None);
    }

    /// The methods of the requests since the last question.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().expect("the list"))
    }

    /// The waits since the last question.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        std::mem::take(&mut self.waits.lock().expect("the list"))
    }
}

#[async_trait]
impl Clock for Line {
    fn now(&self) -> Timestamp {
        self.real.clock.now()
    }

    async fn sleep(&self, time: Duration) {
        self.waits.lock().expect("the list").push(time);
    }
}

#[async_trait]
impl Http for Line {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.heard.lock().expect("the list").push(request.method.clone());
        let fate = (self.rule.lock().expect("the rule"))(&request);
        match fate {
            None => self.real.http.send(request).await,
            Some(Fate::Answer(answer)) => Ok(answer),
            Some(Fate::LoseAnswer) => {
                let host = request.url.host_str().unwrap_or_default().to_owned();
                self.real.http.send(request).await?;
                Err(HttpError::NoAnswer { host, why: "the line broke".to_owned() })
            }
            Some(Fate::Change(change)) => {
                let mut answer = self.real.http.send(request).await?;
                change(&mut answer);
                Ok(answer)
            }
        }
    }
}

/// An answer of a server that is not there.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Fate {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Fate::Answer(Response { status, headers, body: body.as_bytes().to_vec() })
}
