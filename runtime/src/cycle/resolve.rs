//! Writes whose outcome is not known: found out by reading, never by sending again.

use syncc_compiler::ir::End;

use super::{Allowed, Connection, CycleError, Problem, Report, naming};
use crate::{
    apps::Observed,
    store::{Entry, EntryState, NamedRecord},
};

/// How many contacts tell whether an app still shows what it has.
const KNOWN: usize = 3;

impl Connection<'_> {
    /// Closes what the last cycle left open, as far as the apps can tell.
    pub(super) async fn resolve(&mut self, allowed: &Allowed, report: &mut Report) -> Result<(), CycleError> {
        for entry in self.store.open_entries()? {
            let emptied = allowed.guard("empty-side") || self.store.emptied(entry.write.end)?;
            self.resolve_entry(&entry, emptied, report).await?;
        }
        Ok(())
    }

    /// Closes one. `emptied`: somebody said that its side is meant to be empty.
    pub(super) async fn resolve_entry(
        &mut self,
        entry: &Entry,
        emptied: bool,
        report: &mut Report,
    ) -> Result<(), CycleError> {
        let end = entry.write.end;
        if entry.state == EntryState::Planned {
            self.store.fail(entry.id, "it was never sent")?;
            return Ok(());
        }
        match &entry.write.target {
            Some(target) => self.reread(end, entry, target, report).await,
            None => self.find(end, entry, emptied, report).await,
        }
    }

    /// A change or deletion: the record is read again. Where it is as the write meant it, the write happened; else the
    /// next plan sees what is still to be done.
    async fn reread(&mut self, end: End, entry: &Entry, id: &str, report: &mut Report) -> Result<(), CycleError> {
        match self.apps[end.index()].get(&[id.to_owned()]).await {
            Ok(found) => {
                let now = found.into_iter().next().flatten().unwrap_or_else(|| super::push::tombstone(id));
                if self.happened(end, entry, &now) {
                    self.confirm(end, entry, &now)?;
                } else {
                    if now.deleted {
                        // A login that sees nobody says the same. Only a whole listing, and the guards behind it, tell.
                        self.store.forget_cursor(end)?;
                    }
                    self.store.observe(end, &[now])?;
                    self.store.fail(entry.id, "it was read again and planned anew")?;
                }
            }
            Err(error) => report.problem(Problem {
                end,
                id: Some(id.to_owned()),
                who: id.to_owned(),
                why: format!("a change was sent and not answered, and the contact cannot be read: {error}"),
            }),
        }
        Ok(())
    }

    /// Whether a record is as a write meant to leave it.
    fn happened(&self, end: End, entry: &Entry, now: &Observed) -> bool {
        if entry.write.deletes || now.deleted {
            return entry.write.deletes && now.deleted;
        }
        let Ok(record) = self.apps[end.index()].decode(&now.raw) else { return false };
        let fields = naming::named(self.program.side(end), &record);
        let changed = entry.write.lines.iter().filter_map(|line| line.field.as_ref().map(|field| (field, &line.after)));
        let mut any = false;
        let all = changed.inspect(|_| any = true).all(|(field, after)| fields.get(field) == Some(after));
        any && all
    }

    /// A creation: looked for by its op. Found, it is linked; certainly not there, it may be planned again.
    async fn find(&mut self, end: End, entry: &Entry, emptied: bool, report: &mut Report) -> Result<(), CycleError> {
        let side = self.program.side(end);
        let record = naming::indexed(side, &entry.write.payload);
        match self.apps[end.index()].find_created(entry.write.op, &record).await {
            Ok(Some(now)) => {
                // What it holds now may be what somebody made of it since: the history says what was sent.
                self.store.confirm(entry.id, &now, &NamedRecord::new(), self.world.clock.now())?;
                report.found += 1;
            }
            Ok(None) if !emptied && self.sees_nobody(end).await => {
                let name = &side.name;
                let why = format!("{name} shows none of the contacts that were there before, so it is not known");
                self.store.unknown(entry.id, &why)?;
            }
            Ok(None) => self.store.fail(entry.id, "it was looked for and certainly not made")?,
            Err(error) => {
                self.store.unknown(entry.id, &error.to_string())?;
            }
        }
        Ok(())
    }

    /// Whether an app shows none of some contacts that are known to have been there. Then a contact that it does not show
    /// may be there all the same: the login may not be allowed to read any more.
    async fn sees_nobody(&self, end: End) -> bool {
        let Ok(known) = self.store.some(end, KNOWN) else { return true };
        if known.is_empty() {
            return false;
        }
        match self.apps[end.index()].get(&known).await {
            Ok(found) => found.into_iter().flatten().all(|found| found.deleted),
            Err(_) => true,
        }
    }
}
