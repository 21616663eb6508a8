//! Sending one request: what is tried again, how long is waited, and when it is given up.

use std::time::Duration;

use syncc_runtime::{
    apps::{AppError, Class},
    world::Clock as _,
};

use super::SimApp;
use crate::event::Fault;

/// How often a request is tried.
const TRIES: u32 = 3;

/// The longest wait that is worth it within one cycle.
const PATIENCE: Duration = Duration::from_secs(30);

impl SimApp {
    /// Sends a request that changes nothing, again if need be. Returns what is odd about its answer.
    pub(super) async fn read(&self, what: &'static str) -> Result<Option<Fault>, AppError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let fault = self.ask(what).await;
            let error = match fault {
                None | Some(Fault::Twice | Fault::CutShort | Fault::Expired) => {
                    self.hub.step();
                    return Ok(fault);
                }
                Some(Fault::Refused) => return Err(refused()),
                Some(Fault::TooMany) => too_many(self.profile.says_when),
                Some(fault) => AppError::new(Class::Retry, format!("the app did not answer: {}", fault.words())),
            };
            self.back_off(error, tried).await?;
        }
    }

    /// Waits after a request that had no effect, or gives it up.
    pub(super) async fn back_off(&self, error: AppError, tried: u32) -> Result<(), AppError> {
        let wait = match error.class {
            Class::Rate(Some(wait)) => wait,
            _ => Duration::from_secs(1 << tried.min(8)),
        };
        if tried >= TRIES || wait > PATIENCE {
            return Err(error);
        }
        self.hub.sleep(wait).await;
        Ok(())
    }
}

pub(super) fn refused() -> AppError {
    AppError::new(Class::Auth, "the app does not accept the login").todo("log in again")
}

pub(super) fn too_many(says_when: bool) -> AppError {
    AppError::new(Class::Rate(says_when.then_some(Duration::from_secs(7))), "the app takes no more requests for now")
}
