//! Reading a practice app: complete listings, changes since a cursor, and the search for what a create made.

use std::time::Duration;

use syncc_runtime::{
    apps::{AppError, Class, Observed, Page, Pulled},
    world::Clock as _,
};
use uuid::Uuid;

use super::{SimApp, View};
use crate::event::Fault;

impl SimApp {
    /// Lists everything, or what changed since the cursor. A cursor is the number of the last change that was seen, and
    /// what the login may see: who may see more needs to read everything again, as with the real ones.
    pub(super) async fn list(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        let since = match cursor {
            Some(text) => Some(self.since(text)?),
            None => None,
        };
        let mut until = None;
        let mut after: Option<String> = None;
        loop {
            let odd = self.read("list").await?;
            if odd == Some(Fault::Expired) && since.is_some() {
                return Err(expired());
            }
            let (records, total, last) = {
                let state = self.hub.state();
                let server = &state.servers[self.end.index()];
                // The state that the first page shows is the one that all pages show.
                let until = *until.get_or_insert_with(|| server.listed(state.now));
                let all = self.records(&state, since, until);
                let rest = all.iter().skip_while(|one| after.as_ref().is_some_and(|after| one.id <= *after));
                let records: Vec<_> = rest.take(self.profile.page.max(1) as usize).cloned().collect();
                let last = records.last().map(|one| one.id.clone());
                let more = all.last().map(|one| &one.id) != last.as_ref();
                (records, more, last)
            };
            if odd == Some(Fault::CutShort) && (total || !records.is_empty()) {
                // Fewer records arrive than the first page said there are.
                return Err(AppError::new(Class::Retry, "the list of the app ended before its end"));
            }
            let more = total && last.is_some();
            if odd == Some(Fault::Twice) {
                page(records.clone())?;
            }
            if !records.is_empty() {
                page(records)?;
            }
            if !more {
                break;
            }
            after = last;
        }
        let cursor = self.profile.incremental.then(|| format!("{}.{:?}", until.unwrap_or_default(), self.view));
        Ok(Pulled { cursor, complete: since.is_none(), ..Pulled::default() })
    }

    /// What a cursor says; an error if it is too old.
    fn since(&self, cursor: &str) -> Result<u64, AppError> {
        let (number, view) = cursor.split_once('.').ok_or_else(expired)?;
        if view != format!("{:?}", self.view) {
            return Err(expired());
        }
        let number: u64 = number.parse().map_err(|_| expired())?;
        let state = self.hub.state();
        let server = &state.servers[self.end.index()];
        let Some(life) = self.profile.cursor_life else { return Ok(number) };
        // It was given when the change after it had not happened yet.
        let given = server.time_of(number + 1).unwrap_or(state.now);
        let age = state.now.duration_since(given).as_secs();
        if age > i64::from(life) { Err(expired()) } else { Ok(number) }
    }

    /// The records of a listing in the order of their ids.
    fn records(&self, state: &crate::hub::State, since: Option<u64>, until: u64) -> Vec<Observed> {
        if matches!(self.view, View::Other | View::Nobody) {
            return Vec::new();
        }
        let server = &state.servers[self.end.index()];
        let shown = server.ids().filter_map(|id| {
            let row = server.as_of(id, until)?;
            // Who is told of the merge is not told of a deletion as well.
            let hidden = row.merged.is_some() && self.profile.tells_merges;
            let wanted = match since {
                Some(since) => server.version(id, until) > since && !hidden,
                // New and changed records show up late in a list, but deleted ones are not found any more.
                None => !row.deleted && server.now(id).is_some_and(|row| !row.deleted),
            };
            wanted.then(|| self.observed(state, id, row, until))
        });
        shown.collect()
    }

    /// Looks for what a create made. The search may lag: then it waits until a record would be found if there was one.
    pub(super) async fn find(&self, op: Uuid) -> Result<Option<Observed>, AppError> {
        if self.profile.search_lag > 0 && !self.profile.client_ids {
            self.hub.sleep(Duration::from_secs(u64::from(self.profile.search_lag) + 1)).await;
        }
        self.read("find").await?;
        let state = self.hub.state();
        let server = &state.servers[self.end.index()];
        let found = server.live().find(|(_, row)| row.op == Some(op)).map(|(id, _)| id.clone());
        Ok(found.and_then(|id| self.shown(&state, &id)))
    }
}

fn expired() -> AppError {
    AppError::new(Class::CursorLost, "the app no longer knows where we stopped reading")
}
