//! Reading the sides: what changed since the cursor, or everything.
//!
//! Both are read at the same time, because most of it is waiting for an app or for the disk. They share the memory, which
//! takes in a page at a time of whichever has one. Neither is cut off when the other fails: a request that is under way
//! may be one for a new login, whose answer must not be lost.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use syncc_compiler::ir::{End, Program};

use super::{
    Allowed, Connection, CycleError, Host, Problem, Report, doubt::Doubts, forget::Unwanted, push::tombstone,
    readdressed::Readdressed,
};
use crate::{
    apps::{App, AppError, Class, Observed, Pulled},
    engine::Guard,
    store::{Entry, EntryState, Store, StoreError},
    workspace::Workspace,
};

/// How many records that a complete listing lacks are asked for one by one.
const MOST_MISSING: usize = 200;

/// The reading of one side.
struct Reading<'r> {
    end: End,
    program: &'r Program,
    app: &'r dyn App,
    /// A name for the settings of the account.
    settings: &'r str,
    allowed: &'r Allowed,
    /// Held for a page at a time, never while something is waited for.
    store: &'r Mutex<&'r mut dyn Store>,
    host: &'r Mutex<&'r mut dyn Host>,
    now: Timestamp,
}

impl Connection<'_> {
    /// Reads both sides into the store. A lost cursor is a new complete listing; links and bases stay.
    /// Which of them turned out to be another account, left first.
    pub(super) async fn pull(
        &mut self,
        allowed: &Allowed,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<[bool; 2], CycleError> {
        let names = End::BOTH.map(|end| self.program.side(end).name.clone());
        host.phase(&format!("Reading {}", names.join(" and ")), None);
        let pulled = {
            let (store, host): (Mutex<&mut dyn Store>, Mutex<&mut dyn Host>) =
                (Mutex::new(&mut *self.store), Mutex::new(host));
            let [left, right] = End::BOTH.map(|end| Reading {
                end,
                program: self.program,
                app: self.apps[end.index()],
                settings: &self.settings[end.index()],
                allowed,
                store: &store,
                host: &host,
                now: self.world.clock.now(),
            });
            match tokio::join!(biased; left.pull(), right.pull()) {
                (Err(left @ CycleError::Side { .. }), Err(right @ CycleError::Side { .. })) => {
                    return Err(CycleError::Both(Box::new([left, right])));
                }
                (left, right) => [left?, right?],
            }
        };
        let another = pulled.each_ref().map(|(_, another)| *another);
        for ((end, who), (pulled, _)) in End::BOTH.into_iter().zip(names).zip(pulled) {
            for why in pulled.problems {
                report.problem(Problem { end, id: None, who: who.clone(), why });
            }
        }
        Ok(another)
    }

    /// Holds the account against the one that this connection knows. Asks the app only when the settings
    /// of the account are new: an account does not change behind the same settings unseen, because its
    /// cursor is not known there, and where a cursor is lost the app is asked as well. It is asked too before an unanswered
    /// write is looked for, which in another account would look as if it had not happened.
    /// Whether it is another one, which was allowed.
    pub(super) async fn same_account(&mut self, end: End, allowed: &Allowed) -> Result<bool, CycleError> {
        let settings = &self.settings[end.index()];
        let known = self.store.identity(end)?;
        let known = known.as_deref().and_then(|both| both.split_once('\n')).map(|(settings, _)| settings);
        let unanswered = |entry: &Entry| entry.write.end == end && entry.state != EntryState::Planned;
        if known == Some(settings) && self.store.any_cursor(end)? && !self.store.open_entries()?.iter().any(unanswered)
        {
            return Ok(false);
        }
        let identity = self.apps[end.index()].identity().await.map_err(|error| side_error(self.program, end, error))?;
        let another = is_another(self.store, self.program, end, settings, &identity, allowed)?;
        if another {
            self.store.set_cursor(end, None)?;
        }
        Ok(another)
    }

    /// Has everything of a side read in the next run.
    pub(super) fn read_anew(&mut self, end: End) -> Result<(), CycleError> {
        Ok(read_anew(self.store, self.apps[end.index()], end)?)
    }
}

fn read_anew(store: &mut dyn Store, app: &dyn App, end: End) -> Result<(), StoreError> {
    let anew = store.cursor(end)?.and_then(|cursor| app.anew(&cursor, &[]));
    store.set_cursor(end, anew.as_deref())
}

/// Whether the account is not the one that was known, and notes that it is this one now, unless somebody only looks; an error unless
/// that was allowed.
fn is_another(
    store: &mut dyn Store,
    program: &Program,
    end: End,
    settings: &str,
    identity: &str,
    allowed: &Allowed,
) -> Result<bool, CycleError> {
    let known = store.identity(end)?;
    let another = is_other(known.as_deref(), identity);
    let guard = Guard::OtherAccount { end };
    if another && !allowed.guard(guard.name()) {
        return Err(CycleError::Guards(vec![(guard.name().to_owned(), guard.message(program))]));
    }
    let now = format!("{settings}\n{identity}");
    if known.as_deref() != Some(&now) && !(another && allowed.looks) {
        store.set_identity(end, &now)?;
    }
    Ok(another)
}

/// Whether the account is not the one of what is known: its settings and whose it was.
pub(super) fn is_other(known: Option<&str>, identity: &str) -> bool {
    let before = known.and_then(|both| both.split_once('\n')).map(|(_, identity)| identity);
    before.is_some_and(|before| before != identity)
}

impl<'r> Reading<'r> {
    fn store(&self) -> MutexGuard<'r, &'r mut dyn Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// And whether it turned out to be another account.
    async fn pull(&self) -> Result<(Pulled, bool), CycleError> {
        let cursor = self.store().cursor(self.end)?;
        match self.listing(cursor.as_deref()).await {
            Err(CycleError::Side { error: AppError { class: Class::CursorLost, .. }, .. }) if cursor.is_some() => {
                let another = self.same_account().await?;
                self.store().set_cursor(self.end, None)?;
                Ok((self.listing(None).await?, another))
            }
            other => Ok((other?, false)),
        }
    }

    /// Asks whose account it is before everything is read: a cursor is also lost where somebody put in the login of another
    /// account, behind the same settings.
    async fn same_account(&self) -> Result<bool, CycleError> {
        let identity = self.app.identity().await.map_err(|error| side_error(self.program, self.end, error))?;
        is_another(&mut **self.store(), self.program, self.end, self.settings, &identity, self.allowed)
    }

    async fn listing(&self, cursor: Option<&str>) -> Result<Pulled, CycleError> {
        let Self { end, program, app, .. } = *self;
        let (unwanted, mut doubts) = {
            let mut store = self.store();
            store.begin_listing(end)?;
            (Unwanted::of(&**store)?, Doubts::of(&**store, self.now)?)
        };
        // In a listing of everything nobody is said to be gone.
        let mut readdressed = (cursor.is_some() && app.readdresses()).then(Readdressed::default);
        let mut failed = None;
        let result = app
            .pull(cursor, &mut |mut page| {
                let steps = page.len() as u64;
                let mut store = self.store();
                let mut take = || {
                    if let Some(unwanted) = &unwanted {
                        unwanted.take_out(&**store, program, end, app, &mut page)?;
                    }
                    doubts.hold_back(&**store, end, &mut page)?;
                    if let Some(readdressed) = &mut readdressed {
                        readdressed.note(&**store, end, app, &page)?;
                    }
                    if app.lists_lag() { store.observe(end, &page) } else { store.observe_now(end, &page) }
                };
                if let Err(error) = take() {
                    let told = AppError::new(Class::Fatal, error.to_string());
                    failed = Some(error);
                    return Err(told);
                }
                self.host.lock().unwrap_or_else(PoisonError::into_inner).advance(steps);
                Ok(())
            })
            .await;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let mut pulled = result.map_err(|error| side_error(program, end, error))?;
        pulled.problems.extend(self.ask_for(doubts.into_ids(), readdressed.as_mut()).await?);
        if pulled.complete {
            self.make_sure().await?;
        } else if !app.lists_lag() {
            pulled.problems.extend(self.look_for_written(readdressed.as_mut()).await?);
        }
        pulled.handed.extend(readdressed.into_iter().flat_map(Readdressed::handed));
        let mut store = self.store();
        store.end_listing(end, pulled.complete, pulled.cursor.as_deref(), &pulled.handed)?;
        let mut doubted = store.doubt_of(end, &pulled.unreadable)?;
        if !pulled.complete && !pulled.problems.is_empty() {
            doubted += store.doubt(end)?;
        }
        if doubted > 0 {
            // Whoever is in a gap of this listing does not count as deleted for not being in one before: all is read again.
            read_anew(&mut **store, app, end)?;
        }
        drop(store);
        Ok(pulled)
    }

    /// Asks for the records of which a listing showed what may be older than our own writes. With each come those that became
    /// one with it. What is wrong with those that cannot be read.
    async fn ask_for(
        &self,
        doubted: BTreeMap<String, Vec<String>>,
        readdressed: Option<&mut Readdressed>,
    ) -> Result<Vec<String>, CycleError> {
        let (ids, former): (Vec<String>, Vec<Vec<String>>) = doubted.into_iter().unzip();
        let (now, problems) = self.get_each(&ids).await?;
        let mut former: BTreeMap<String, Vec<String>> = ids.into_iter().zip(former).collect();
        let now = now.into_iter().map(|(id, mut now)| {
            now.aliases.extend(former.remove(&id).unwrap_or_default());
            now
        });
        let now: Vec<_> = now.collect();
        self.observe_now(&now, readdressed)?;
        Ok(problems)
    }

    /// Asks for what syncc wrote and the listing did not show, where what is there is listed at once: somebody may have deleted it, or
    /// put the state before back, so that no list of what changed since the last listing tells of it. What is wrong with those that
    /// cannot be read: they are asked for in the next run again.
    async fn look_for_written(&self, readdressed: Option<&mut Readdressed>) -> Result<Vec<String>, CycleError> {
        let written = self.store().unshown(self.end)?;
        let (now, problems) = self.get_each(&written).await?;
        let now: Vec<_> = now.into_iter().map(|(_, now)| now).collect();
        self.observe_now(&now, readdressed)?;
        Ok(problems)
    }

    /// Takes in what records hold now for certain.
    fn observe_now(&self, now: &[Observed], readdressed: Option<&mut Readdressed>) -> Result<(), CycleError> {
        if now.is_empty() {
            return Ok(());
        }
        let mut store = self.store();
        if let Some(readdressed) = readdressed {
            readdressed.note(&**store, self.end, self.app, now)?;
        }
        store.observe_now(self.end, now)?;
        Ok(())
    }

    /// Records as they are now, each with the id that was asked for and a tombstone for one that is gone, and what is wrong with
    /// those that cannot be read: they hold back nobody else.
    async fn get_each(&self, ids: &[String]) -> Result<(Vec<(String, Observed)>, Vec<String>), CycleError> {
        let (mut now, mut problems) = (Vec::with_capacity(ids.len()), Vec::new());
        let mut left: Vec<&[String]> = vec![ids];
        while let Some(ids) = left.pop().filter(|ids| !ids.is_empty()) {
            match self.app.get(ids).await {
                Ok(found) => {
                    let found = ids.iter().zip(found);
                    now.extend(found.map(|(id, now)| (id.clone(), now.unwrap_or_else(|| tombstone(id)))));
                }
                Err(error) if error.class == Class::Invalid && ids.len() > 1 => {
                    // One of them: it is found by halves.
                    let (first, second) = ids.split_at(ids.len() / 2);
                    left.extend([second, first]);
                }
                Err(error) if error.class == Class::Invalid => problems.push(error.to_string()),
                Err(error) => return Err(side_error(self.program, self.end, error)),
            }
        }
        Ok((now, problems))
    }

    /// Asks for the records that a complete listing did not show. Lists lag behind writes, and what was made a moment
    /// ago may not be in them yet: it must not count as deleted. Where many are missing the list is believed, because
    /// no lag hides so many, and the guards look at what would come of it.
    async fn make_sure(&self) -> Result<(), CycleError> {
        let missing = self.store().unlisted(self.end, MOST_MISSING + 1)?;
        if missing.is_empty() || missing.len() > MOST_MISSING {
            return Ok(());
        }
        let found = self.get(&missing).await?;
        let there: Vec<_> = found.into_iter().flatten().collect();
        self.store().observe_now(self.end, &there)?;
        Ok(())
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, CycleError> {
        self.app.get(ids).await.map_err(|error| side_error(self.program, self.end, error))
    }
}

/// The error of a side as a whole. A refused login says where the login is read from.
pub(super) fn side_error(program: &Program, end: End, mut error: AppError) -> CycleError {
    let side = program.side(end);
    if error.class == Class::Auth {
        let variable = Workspace::secret_variable(&side.account);
        let read_from = format!("it is read from the environment variable {variable}");
        error.todo = Some(error.todo.map(|todo| format!("{todo}; {read_from}")).unwrap_or(read_from));
    }
    CycleError::Side { end, name: side.name.clone(), error }
}
