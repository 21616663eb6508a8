//! Reading in pages, to a certain end.
//!
//! A listing has ended when the last page says so in each way the app has: no token of a next page, a token for
//! changes where the app gives one, and no fewer records than the app counts. Otherwise it is an error, because a
//! record that is missing from a listing counts as deleted. For the same reason a page whose records are no list is an
//! error, and not an empty page.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    manifest::Listing,
    wire::{Call, Sender},
};
use crate::apps::{AppError, Class};

/// A listing that is being read.
pub(crate) struct Pages<'a> {
    sender: &'a Sender,
    listing: &'a Listing,
    /// The token of an earlier listing, to read what changed since.
    since: Option<&'a str>,
    /// Parameters that differ from those of the listing.
    extra: Vec<(&'a str, &'a str)>,
    /// The token of the next page.
    page: Option<String>,
    /// The tokens of the pages so far.
    before: BTreeSet<String>,
    count: u64,
    ended: bool,
    token: Option<String>,
}

impl<'a> Pages<'a> {
    /// Reads everything.
    pub(crate) fn of(sender: &'a Sender, listing: &'a Listing) -> Self {
        let (before, extra) = (BTreeSet::new(), Vec::new());
        Self { sender, listing, since: None, extra, page: None, before, count: 0, ended: false, token: None }
    }

    /// The same, only what changed since.
    pub(crate) fn since(self, since: Option<&'a str>) -> Self {
        Self { since, ..self }
    }

    /// The same with other parameters. Such a listing gives no token for changes.
    pub(crate) fn with(self, extra: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { extra: extra.into_iter().collect(), ..self }
    }

    /// The records of the next page; `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Json>>, AppError> {
        if self.ended {
            return Ok(None);
        }
        let (sender, listing) = (self.sender, self.listing);
        let mut call = Call::read(&listing.request, &listing.query);
        for (name, value) in &self.extra {
            call = call.with(name, *value);
        }
        if let (Some(changes), Some(since)) = (&listing.changes, self.since) {
            call = call.with(&changes.param, since);
        }
        if let Some(token) = &self.page {
            call = call.with(&listing.param, token);
        }
        let answer = sender.send(call).await?;
        if !answer.is_object() {
            return Err(sender.strange("a page that is none"));
        }
        let records = match listing.records.first(&answer) {
            // Apps leave the member out of an empty page.
            None => Vec::new(),
            Some(Json::Array(records)) => records.clone(),
            Some(_) => return Err(sender.strange("something else in the place of a page's records")),
        };
        self.count += records.len() as u64;
        self.page = listing.next.text(&answer).filter(|token| !token.is_empty());
        match &self.page {
            Some(next) if !self.before.insert(next.clone()) => return Err(self.cut("its pages go in circles")),
            Some(_) => {}
            None => self.end(&answer)?,
        }
        Ok(Some(records))
    }

    /// The token for the changes from now on, after the last page.
    pub(crate) fn token(self) -> Option<String> {
        self.token
    }

    fn end(&mut self, last: &Json) -> Result<(), AppError> {
        self.ended = true;
        self.token = self.listing.changes.as_ref().and_then(|changes| changes.token.text(last));
        if self.listing.changes.is_some() && self.extra.is_empty() && self.token.is_none() {
            return Err(self.cut("the last page does not say that it is the last"));
        }
        let total = self.listing.total.as_ref().filter(|_| self.since.is_none());
        match total.and_then(|total| total.first(last)).and_then(Json::as_u64) {
            Some(total) if total > self.count => {
                Err(self.cut(&format!("it counts {total} records and showed {}", self.count)))
            }
            _ => Ok(()),
        }
    }

    fn cut(&self, how: &str) -> AppError {
        AppError::new(Class::Retry, format!("{} ended a listing early: {how}", self.sender.title()))
            .todo("nothing was changed; run again")
    }
}
