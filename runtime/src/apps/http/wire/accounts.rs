//! What is kept of an account for as long as the program runs, whichever connection talks to it: how fast it may be asked, how
//! often more it may be tried again, and what its clock says.
//!
//! Promise: two connections of one login keep its budgets together. The app counts what it is sent, not who sent it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use url::Url;

use super::{budget::Pace, clock::AppClock, retry::Purse};
use crate::apps::http::manifest::Budget;

/// A login, by a hash of the address and of what is sent as login: it is not kept a second time.
type Login = [u8; 32];

/// Every account that was talked to.
#[derive(Clone, Default)]
pub struct Accounts(Arc<Mutex<HashMap<Login, Arc<Shared>>>>);

/// What the connections of one account share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) paces: Vec<Pace>,
    pub(super) purse: Purse,
    pub(super) clock: AppClock,
}

impl Accounts {
    /// What is kept of the account with this login; at the first time, nothing was sent to it yet.
    pub(super) fn shared(&self, base: &Url, authorization: &str, budgets: &[Budget]) -> Arc<Shared> {
        let login: Login =
            Sha256::new().chain_update(base.as_str()).chain_update([0]).chain_update(authorization).finalize().into();
        // Each change of the map is whole, also when somebody else panics.
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let paces = budgets.iter().map(|rule| Pace::new(rule.clone())).collect();
            Arc::new(Shared { paces, purse: Purse::default(), clock: AppClock::default() })
        };
        Arc::clone(accounts.entry(login).or_insert_with(new))
    }
}
