//! Writes whose outcome is not known: found out by reading, never by sending again.

use syncc_compiler::{ir::End, value::Value};

use super::{
    Allowed, Connection, CycleError, Of, Picture, Problem, Report, naming,
    push::{Held, Pushed},
    telling,
};
use crate::{
    apps::Observed,
    engine::Kind,
    store::{Confirmed, Entry, EntryState, NamedRecord, Pause, RecordId, Settled},
};

/// How many contacts tell whether an app still shows what it has.
const KNOWN: usize = 3;

/// Why somebody is paused whom an undo put back that was cut off.
const PUT_BACK: &str = "an undo put it back; the rules ask for the partner again";

/// Whether a text is what an app keeps of a longer one.
fn is_cut(sent: &Value, held: &Value) -> bool {
    match (sent, held) {
        (Value::Text(sent), Value::Text(held)) => {
            let held = held.shown().trim_end();
            !held.is_empty() && sent.shown().trim_start().starts_with(held)
        }
        _ => false,
    }
}

/// What a run had planned that was cut off.
pub(super) struct CutOff<'a> {
    picture: Picture<'a>,
    /// What is known to have happened of it.
    pushed: Pushed,
}

impl<'a> Connection<'a> {
    /// Closes what the last cycle left open, as far as the apps can tell.
    pub(super) async fn resolve(&mut self, allowed: &Allowed, report: &mut Report) -> Result<(), CycleError> {
        let open = self.store.open_entries()?;
        let mut plan = self.cut_off(&open)?;
        for entry in open {
            let emptied = allowed.guard("empty-side") || self.store.emptied(entry.write.end)?;
            self.resolve_entry(&entry, plan.as_mut(), emptied, report).await?;
        }
        Ok(())
    }

    /// Closes one, and gives the id of the record that it wrote, if it is certain that it did. `emptied`: somebody said that its
    /// side is meant to be empty.
    pub(super) async fn resolve_entry(
        &mut self,
        entry: &Entry,
        plan: Option<&mut CutOff<'_>>,
        emptied: bool,
        report: &mut Report,
    ) -> Result<Option<String>, CycleError> {
        let end = entry.write.end;
        if entry.state == EntryState::Planned {
            self.store.fail(entry.id, "it was never sent")?;
            return Ok(None);
        }
        match &entry.write.target {
            Some(target) => self.reread(end, entry, target, plan, report).await,
            None => self.find(end, entry, plan, emptied, report).await,
        }
    }

    /// A change or deletion: the record is read again. Where it is as the write meant it, the write happened; else the
    /// next plan sees what is still to be done.
    async fn reread(
        &mut self,
        end: End,
        entry: &Entry,
        id: &str,
        plan: Option<&mut CutOff<'_>>,
        report: &mut Report,
    ) -> Result<Option<String>, CycleError> {
        match self.apps[end.index()].get(&[id.to_owned()]).await {
            Ok(found) => {
                let now = found.into_iter().next().flatten().unwrap_or_else(|| super::push::tombstone(id));
                if self.is_anothers(end, &now)? {
                    // What became of the one that was written, the next listing tells.
                    self.store.fail(entry.id, "another contact has its id by now")?;
                    return Ok(None);
                }
                if self.happened(end, entry, &now) {
                    let settled = plan.and_then(|plan| self.settled_after_all(plan, entry, &now));
                    self.confirm(end, entry, &now, settled)?;
                    return Ok(Some(now.id));
                } else {
                    if now.deleted {
                        // A login that sees nobody says the same. Only a whole listing, and the guards behind it, tell.
                        self.read_anew(end)?;
                    }
                    self.store.observe_now(end, &[now])?;
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
        Ok(None)
    }

    /// Whether another contact is under an id by now than the one that is remembered.
    fn is_anothers(&self, end: End, now: &Observed) -> Result<bool, CycleError> {
        let app = self.apps[end.index()];
        let Some(uid) = app.uid(&now.raw).filter(|_| !now.deleted) else { return Ok(false) };
        let known = self.store.records(end, std::slice::from_ref(&now.id))?;
        let known = known.first().and_then(|known| app.uid(&known.observed.raw));
        Ok(known.is_some_and(|known| known != uid))
    }

    /// Whether a record is as a write meant to leave it.
    fn happened(&self, end: End, entry: &Entry, now: &Observed) -> bool {
        if entry.write.deletes || now.deleted {
            return entry.write.deletes && now.deleted;
        }
        let Ok(record) = self.apps[end.index()].decode(&now.raw) else { return false };
        let fields = naming::named(self.program.side(end), &record);
        let changed = entry.write.lines.iter().filter_map(|line| Some((line, fields.get(line.field.as_ref()?))));
        let mut any = false;
        let all = changed.inspect(|_| any = true).all(|(line, held)| {
            held == Some(&line.after) || held.is_some_and(|held| *held != line.before && is_cut(&line.after, held))
        });
        any && all
    }

    /// A creation: looked for by its op. Found, it is linked; certainly not there, it may be planned again.
    async fn find(
        &mut self,
        end: End,
        entry: &Entry,
        plan: Option<&mut CutOff<'_>>,
        emptied: bool,
        report: &mut Report,
    ) -> Result<Option<String>, CycleError> {
        let side = self.program.side(end);
        let record = naming::indexed(side, &entry.write.payload);
        match self.apps[end.index()].find_created(entry.write.op, &record).await {
            Ok(Some(now)) => {
                let mut settled = plan.and_then(|plan| self.settled_after_all(plan, entry, &now));
                // What it holds now may be what somebody made of it since: the history says what was sent, and what is not as it
                // was sent is in step with nothing.
                if let Some(base) = settled.as_mut().and_then(|settled| settled.base[end.index()].as_mut()) {
                    base.retain(|field, value| entry.write.payload.get(field) == Some(value));
                }
                let id = now.id.clone();
                // It may have been read since it was made, so that it is known says nothing; but somebody else's partner was
                // not made here.
                let link = self.store.link_of(end, &id)?;
                let partner = link.map(|link| link.records[end.other().index()].clone());
                let lines = entry.write.lines.clone();
                let lines = match partner.is_some() && partner != entry.write.partner {
                    true => telling::of_one_that_was_there(lines),
                    false => lines,
                };
                let confirmed = Confirmed {
                    entry: entry.id,
                    now,
                    fields: NamedRecord::new(),
                    lines: Some(lines),
                    settled,
                    elses: false,
                };
                self.store.confirm_all(&[confirmed], self.world.clock.now())?;
                if entry.write.partner.is_none() {
                    // Only an undo makes a record without a partner: of somebody who was gone on both sides. Had it ended, it would have
                    // seen to it that the rules do not make the other one at once.
                    let record = Some((end, id.clone()));
                    self.store.pause(&[Pause { record, since: self.world.clock.now(), why: PUT_BACK.to_owned() }])?;
                }
                report.found += 1;
                return Ok(Some(id));
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
        Ok(None)
    }

    /// What the run had planned that was cut off while these writes were on their way: the same is made again of the same
    /// memory, because nothing was read since. Nothing if none was cut off.
    fn cut_off(&mut self, open: &[Entry]) -> Result<Option<CutOff<'a>>, CycleError> {
        let sent = open.iter().filter(|entry| entry.state == EntryState::Sent);
        let records = sent.flat_map(|Entry { write, .. }| {
            let partner = write.partner.clone().map(|id| (write.end.other(), id));
            write.target.clone().map(|id| (write.end, id)).into_iter().chain(partner)
        });
        let records: Vec<RecordId> = records.collect();
        if records.is_empty() {
            return Ok(None);
        }
        self.prepare()?;
        let picture = self.picture_of(Of::Records(&records), &mut Report::default())?;
        Ok(Some(CutOff { picture, pushed: Pushed::default() }))
    }

    /// What is to be remembered of a pair, now that it is known that a write of it happened: what would have been, had its
    /// answer come. So an edit that somebody made since is the only one. Nothing where something else is planned now.
    fn settled_after_all(&self, plan: &mut CutOff<'_>, entry: &Entry, now: &Observed) -> Option<Settled> {
        let CutOff { picture, pushed } = plan;
        let Entry { write, state, .. } = entry;
        if *state != EntryState::Sent {
            return None;
        }
        let end = write.end;
        let place = picture.plan.items.iter().position(|item| match (&write.target, &write.partner) {
            (Some(target), _) => item.ids[end.index()].as_ref() == Some(target),
            (None, Some(partner)) => item.ids[end.other().index()].as_ref() == Some(partner),
            (None, None) => false,
        })?;
        let item = picture.plan.items.get(place)?;
        let Kind::Pair(outcome) = &item.kind else { return None };
        if telling::lines(picture, item, outcome, end) != write.lines {
            return None;
        }
        let record = (!now.deleted).then(|| self.apps[end.index()].decode(&now.raw).ok()).flatten();
        pushed.now[end.index()].insert(place, Held { id: now.id.clone(), record, edited: now.edited });
        self.settled_by(picture, place, end, pushed).map(|(settled, ..)| settled)
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
