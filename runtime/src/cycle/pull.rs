//! Reading a side: what changed since the cursor, or everything.

use std::collections::BTreeMap;

use syncc_compiler::ir::End;

use super::{Allowed, Connection, CycleError, Host, Problem, Report, doubt::Doubts, forget::Unwanted, push::tombstone};
use crate::{
    apps::{AppError, Class, Pulled},
    engine::Guard,
    workspace::Workspace,
};

/// How many records that a complete listing lacks are asked for one by one.
const MOST_MISSING: usize = 200;

impl Connection<'_> {
    /// Reads one side into the store. A lost cursor is a new complete listing; links and bases stay.
    pub(super) async fn pull(&mut self, end: End, host: &mut dyn Host, report: &mut Report) -> Result<(), CycleError> {
        let name = self.program.side(end).name.clone();
        host.phase(&format!("Reading {name}"), None);
        let cursor = self.store.cursor(end)?;
        let pulled = match self.listing(end, cursor.as_deref(), host).await {
            Err(CycleError::Side { error: AppError { class: Class::CursorLost, .. }, .. }) if cursor.is_some() => {
                self.store.forget_cursor(end)?;
                self.listing(end, None, host).await?
            }
            other => other?,
        };
        for why in pulled.problems {
            report.problem(Problem { end, id: None, who: name.clone(), why });
        }
        Ok(())
    }

    async fn listing(&mut self, end: End, cursor: Option<&str>, host: &mut dyn Host) -> Result<Pulled, CycleError> {
        let app = self.apps[end.index()];
        self.store.begin_listing(end)?;
        let unwanted = Unwanted::of(self.store, end)?;
        let program = self.program;
        let mut doubts = Doubts::of(self.store, self.world.clock.now())?;
        let mut failed = None;
        let store = &mut *self.store;
        let result = app
            .pull(cursor, &mut |mut page| {
                let steps = page.len() as u64;
                if let Some(unwanted) = &unwanted {
                    page.retain(|observed| !unwanted.is(program, end, app, observed));
                }
                let taken = doubts.hold_back(store, end, &mut page).and_then(|()| store.observe(end, &page));
                if let Err(error) = taken {
                    let told = AppError::new(Class::Fatal, error.to_string());
                    failed = Some(error);
                    return Err(told);
                }
                host.advance(steps);
                Ok(())
            })
            .await;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let pulled = result.map_err(|error| self.side_error(end, error))?;
        self.ask_for(end, doubts.into_ids()).await?;
        if pulled.complete {
            self.make_sure(end).await?;
        }
        self.store.end_listing(end, pulled.complete, pulled.cursor.as_deref())?;
        Ok(pulled)
    }

    /// Asks for the records of which a listing showed what may be older than our own writes. With each come those that became
    /// one with it.
    async fn ask_for(&mut self, end: End, doubted: BTreeMap<String, Vec<String>>) -> Result<(), CycleError> {
        if doubted.is_empty() {
            return Ok(());
        }
        let (ids, former): (Vec<String>, Vec<Vec<String>>) = doubted.into_iter().unzip();
        let found = self.apps[end.index()].get(&ids).await.map_err(|error| self.side_error(end, error))?;
        let now = ids.iter().zip(found).map(|(id, now)| now.unwrap_or_else(|| tombstone(id)));
        let now: Vec<_> = now
            .zip(former)
            .map(|(mut now, former)| {
                now.aliases.extend(former);
                now
            })
            .collect();
        self.store.observe(end, &now)?;
        Ok(())
    }

    /// Asks for the records that a complete listing did not show. Lists lag behind writes, and what was made a moment
    /// ago may not be in them yet: it must not count as deleted. Where many are missing the list is believed, because
    /// no lag hides so many, and the guards look at what would come of it.
    async fn make_sure(&mut self, end: End) -> Result<(), CycleError> {
        let missing = self.store.unlisted(end, MOST_MISSING + 1)?;
        if missing.is_empty() || missing.len() > MOST_MISSING {
            return Ok(());
        }
        let found = self.apps[end.index()].get(&missing).await.map_err(|error| self.side_error(end, error))?;
        let there: Vec<_> = found.into_iter().flatten().collect();
        self.store.observe(end, &there)?;
        Ok(())
    }

    /// The error of a side as a whole. A refused login says where the login is read from.
    pub(super) fn side_error(&self, end: End, mut error: AppError) -> CycleError {
        let side = self.program.side(end);
        if error.class == Class::Auth {
            let variable = Workspace::secret_variable(&side.account);
            let read_from = format!("it is read from the environment variable {variable}");
            error.todo = Some(error.todo.map(|todo| format!("{todo}; {read_from}")).unwrap_or(read_from));
        }
        CycleError::Side { end, name: side.name.clone(), error }
    }

    /// Holds the account against the one that this connection knows. Asks the app only when the settings
    /// of the account are new: an account does not change behind the same settings unseen, because its
    /// cursor would not be known there.
    pub(super) async fn same_account(&mut self, end: End, allowed: &Allowed) -> Result<(), CycleError> {
        let settings = &self.settings[end.index()];
        let before = self.store.identity(end)?;
        let (known_settings, known) = before.as_deref().and_then(|both| both.split_once('\n')).unzip();
        if known_settings == Some(settings) && self.store.any_cursor(end)? {
            return Ok(());
        }
        let identity = self.apps[end.index()].identity().await.map_err(|error| self.side_error(end, error))?;
        if known.is_some_and(|known| known != identity) {
            let guard = Guard::OtherAccount { end };
            if !allowed.guard(guard.name()) {
                return Err(CycleError::Guards(vec![(guard.name().to_owned(), guard.message(self.program))]));
            }
            self.store.forget_cursor(end)?;
        }
        self.store.set_identity(end, &format!("{settings}\n{identity}"))?;
        Ok(())
    }
}
