//! Carrying a plan out: journal, send, confirm.

use std::collections::{BTreeMap, HashMap, HashSet};

use syncc_compiler::{
    ir::{End, Side},
    value::{Record, Text, Value},
};
use uuid::Uuid;

use super::{Category, Connection, CycleError, Host, Picture, Problem, Report, naming, telling, trouble::Refusal};
use crate::{
    apps::{AppError, Calls, Class, Observed, Write, Written},
    engine::{Base, Item, Kind},
    store::{Confirmed, Entry, EntryId, EntryState, Line, LinkId, NamedRecord, NewEntry, RunId, Settled},
};

/// One write of the plan, on its way. What is journalled and what is sent stand beside it.
#[derive(Clone, Copy)]
struct Job {
    /// The item of the plan that it belongs to.
    item: usize,
    /// What becomes of the record.
    category: Category,
}

/// A write of the plan: what becomes of the record, what is journalled, and what is sent.
type Planned = (Job, NewEntry, Write);

impl Job {
    /// Whether it makes a record.
    fn makes(&self) -> bool {
        self.category == Category::Created
    }
}

/// What became of the items of a plan.
#[derive(Default)]
pub(super) struct Pushed {
    /// What the apps hold after a confirmed write, by item, left first.
    pub(super) now: [HashMap<usize, Held>; 2],
    /// Items of which all is written and remembered.
    pub(super) settled: HashSet<usize>,
    /// Linked pairs of which nothing is left to write, with the base that is remembered.
    pub(super) in_step: Vec<(usize, LinkId, Base)>,
    /// Items of which a write did not happen, or may not have.
    pub(super) failed: HashSet<usize>,
    /// What an app refused for what it holds.
    pub(super) refused: Vec<Refusal>,
    /// Items of which a record changed under our hands, with its side: they are planned once more.
    again: BTreeMap<usize, End>,
    /// Whether an app answered with a record that was known before as somebody else's, so that there is news of others than
    /// the plan is about.
    pub(super) reached_others: bool,
}

impl Pushed {
    /// Tells of those that are to be planned once more, where nobody does that in the same run.
    pub(super) fn tell_of_those_left(&self, picture: &Picture<'_>, report: &mut Report) {
        for (index, written) in &self.again {
            let Some(item) = picture.plan.items.get(*index) else { continue };
            let ends = [*written, written.other()];
            let Some((end, id)) = ends.into_iter().find_map(|end| Some((end, item.ids[end.index()].clone()?))) else {
                continue;
            };
            let name = &picture.program.side(*written).name;
            let why = format!(
                "the contact in {name} changed meanwhile, or an answer of {name} was lost: what it holds was read again, and not \
                 all of this was written. Do the same once more"
            );
            report.problem(Problem { end, id: Some(id), who: picture.who(item), why });
        }
    }

    /// Whether a record of this item was read again, so that a write of it may have happened that was not answered.
    pub(super) fn is_read_again(&self, item: usize) -> bool {
        self.again.contains_key(&item)
    }

    /// Whether records changed meanwhile, so that a new plan is due.
    pub(super) fn changed_meanwhile(&self) -> bool {
        !self.again.is_empty()
    }
}

/// A batch that is in the journal, and not sent yet.
struct Journalled {
    jobs: Vec<Job>,
    entries: Vec<NewEntry>,
    writes: Vec<Write>,
    ids: Vec<EntryId>,
}

/// A write that an app answered, and that is not noted yet.
struct Answered {
    job: Job,
    entry: NewEntry,
    id: EntryId,
    /// The record as the app has it now.
    now: Observed,
}

/// A record after a confirmed write.
pub(super) struct Held {
    pub(super) id: String,
    /// What it holds; nothing for one that is gone or cannot be read.
    pub(super) record: Option<Record>,
    /// When it was edited last, as the app answered: from now on our own write is its last edit.
    pub(super) edited: Option<jiff::Timestamp>,
}

impl Connection<'_> {
    /// Carries the plan out.
    pub(super) async fn push(
        &mut self,
        run: RunId,
        picture: &Picture<'_>,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<Pushed, CycleError> {
        let mut pushed = self.carry_out(run, picture, host, report).await?;
        self.settle(picture, &mut pushed)?;
        self.note_keys(&pushed)?;
        self.note_conflicts(run, picture, &pushed)?;
        self.note_troubles(picture, &pushed)?;
        let rests = self.may_rest(picture, &mut pushed);
        report.may_rest.extend(rests);
        Ok(pushed)
    }

    /// The requests by which the plan of a picture is carried out on one side: of these items only, if some are asked for.
    pub(super) fn requests(&self, picture: &Picture<'_>, end: End, only: Option<&[usize]>) -> Calls {
        let jobs = self.jobs(picture, end).into_iter();
        let asked = jobs.filter(|(job, ..)| only.is_none_or(|only| only.contains(&job.item)));
        // As they go out: see `carry_out`.
        let (late, first): (Vec<_>, Vec<_>) =
            asked.partition(|(job, ..)| end == End::Left && makes(picture, job.item, end.other()));
        let mut calls = Calls::default();
        for some in [first, late] {
            let writes: Vec<Write> = some.into_iter().map(|(.., write)| write).collect();
            self.apps[end.index()].batches(&writes).iter().for_each(|batch| calls.join(&batch.calls));
        }
        calls
    }

    /// Sends everything that the plan writes.
    pub(super) async fn carry_out(
        &mut self,
        run: RunId,
        picture: &Picture<'_>,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<Pushed, CycleError> {
        let mut pushed = Pushed::default();
        let troubled: HashSet<(End, String)> =
            self.store.troubles()?.into_iter().map(|trouble| (trouble.end, trouble.record)).collect();
        // Whether the app of the other side refused this contact before, or is to make it.
        let waits = |(job, entry, _): &Planned| {
            let other = entry.end.other();
            let id = picture.plan.items.get(job.item).and_then(|item| item.ids[other.index()].clone());
            makes(picture, job.item, other) || id.is_some_and(|id| troubled.contains(&(other, id)))
        };
        // What is written to the partner of a refused contact waits until that went well: else both would be planned apart
        // for ever, and the partner written anew in each run. What is written to the partner of one that is still to be made is
        // for contacts that both apps have, and waits until that is so.
        let (late, left): (Vec<_>, Vec<_>) = self.jobs(picture, End::Left).into_iter().partition(&waits);
        let right = self.jobs(picture, End::Right);
        for (end, mut jobs) in [(End::Left, left), (End::Right, right), (End::Left, late)] {
            // What changed under our hands on the first side is planned anew for both: its partner waits for that, so
            // that nothing is made for a record that is gone.
            jobs.retain(|(job, ..)| !pushed.again.contains_key(&job.item));
            jobs.retain(|planned| !(pushed.failed.contains(&planned.0.item) && waits(planned)));
            if jobs.is_empty() {
                continue;
            }
            host.phase(&format!("Writing to {}", self.program.side(end).name), Some(jobs.len() as u64));
            self.push_side(run, picture, end, jobs, &mut pushed, host, report).await?;
        }
        Ok(pushed)
    }

    /// The writes of the plan on one side.
    fn jobs(&self, picture: &Picture<'_>, end: End) -> Vec<Planned> {
        let items = picture.plan.items.iter().enumerate();
        items
            .filter(|(_, item)| item.held.is_none())
            .filter_map(|(index, item)| self.job(picture, index, item, end))
            .collect()
    }

    fn job(&self, picture: &Picture<'_>, index: usize, item: &Item, end: End) -> Option<Planned> {
        let Kind::Pair(outcome) = &item.kind else { return None };
        if !picture.writes_on(item, end) {
            return None;
        }
        let side = self.program.side(end);
        let after = outcome.end[end.index()].clone();
        let now = picture.now(item, end);
        let observed = now.and_then(|known| picture.seen[end.index()].get(&known.id));
        let op = self.op();
        let payload = after.as_ref().map(|after| naming::named(side, after)).unwrap_or_default();
        let write = match (now.and_then(|known| known.record.clone()), observed, after) {
            (None, _, Some(record)) => Write::Create { op, record },
            (Some(before), Some(seen), Some(after)) => Write::Update {
                id: seen.id.clone(),
                version: seen.version.clone(),
                raw: seen.raw.clone(),
                before,
                after,
            },
            (Some(_), Some(seen), None) => Write::Delete { id: seen.id.clone(), version: seen.version.clone() },
            _ => return None,
        };
        let entry = NewEntry {
            op,
            end,
            target: observed.filter(|_| !matches!(write, Write::Create { .. })).map(|seen| seen.id.clone()),
            partner: item.ids[end.other().index()].clone(),
            deletes: matches!(write, Write::Delete { .. }),
            payload,
            lines: telling::lines(picture, item, outcome, end),
        };
        let category = match write {
            Write::Create { .. } => Category::Created,
            Write::Update { .. } => Category::Updated,
            Write::Delete { .. } => Category::Deleted,
        };
        Some((Job { item: index, category }, entry, write))
    }

    /// A name for a write, and for the record that it makes where the app lets us choose: names that are given one after the
    /// other sort so (RFC 9562, version 7), and stand beside each other in every index that has them.
    fn op(&self) -> Uuid {
        let since = self.world.clock.now().as_millisecond();
        let [_, _, _, _, _, _, random @ ..] = self.world.chance.bits().to_be_bytes();
        uuid::Builder::from_unix_timestamp_millis(since.try_into().unwrap_or_default(), &random).into_uuid()
    }

    #[allow(clippy::too_many_arguments, reason = "one call site; a struct of borrows would only rename them")]
    async fn push_side(
        &mut self,
        run: RunId,
        picture: &Picture<'_>,
        end: End,
        jobs: Vec<Planned>,
        pushed: &mut Pushed,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<(), CycleError> {
        let (mut made, others): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|(job, ..)| job.makes());
        made.extend(others);
        let (jobs, writes): (Vec<_>, Vec<Write>) =
            made.into_iter().map(|(job, entry, write)| ((job, entry), write)).unzip();
        let app = self.apps[end.index()];
        let batches = report.breakers[end.index()].batches(app, &writes);
        let mut waiting: Vec<Option<_>> = jobs.into_iter().zip(writes).map(Some).collect();
        let mut batches = batches.into_iter().map(|batch| {
            let batch = batch.writes.iter().filter_map(|at| waiting.get_mut(*at)?.take());
            let (chunk, writes): (Vec<(Job, NewEntry)>, Vec<Write>) = batch.unzip();
            let (jobs, entries): (Vec<Job>, Vec<NewEntry>) = chunk.into_iter().unzip();
            (jobs, entries, writes)
        });
        // While a batch is at the app, what the last one came to is noted, and the next one is journalled, as planned.
        let mut answered: Vec<Answered> = Vec::new();
        let mut next: Option<Journalled> = None;
        loop {
            let Journalled { jobs, entries, writes, ids } = match next.take() {
                Some(journalled) => journalled,
                None => match batches.next() {
                    Some(batch) if stops(report, end, &batch.0).is_none() => self.journalled(run, batch)?,
                    Some((jobs, entries, writes)) => Journalled { jobs, entries, writes, ids: Vec::new() },
                    None => break,
                },
            };
            if let Some(error) = stops(report, end, &jobs) {
                ids.into_iter().try_for_each(|id| self.store.fail(id, &error))?;
                for (job, entry) in jobs.into_iter().zip(&entries) {
                    self.failed(picture, job, entry, &error, pushed, report);
                }
                continue;
            }
            self.store.sent(&ids)?;
            let last = std::mem::take(&mut answered);
            let meanwhile = async {
                self.confirm_batch(picture, end, last, pushed, report)?;
                batches.next().map(|batch| self.journalled(run, batch)).transpose()
            };
            let (results, journalled) = tokio::join!(biased; app.push(&writes), meanwhile);
            next = journalled?;
            let mut refused = Vec::new();
            for (((job, entry), id), result) in jobs.into_iter().zip(entries).zip(ids).zip(results) {
                match result {
                    Ok(Written { now }) => answered.push(Answered { job, entry, id, now }),
                    Err(error) => refused.push((job, Entry { id, write: entry, state: EntryState::Sent }, error)),
                }
            }
            host.advance(answered.len() as u64);
            answered.iter().for_each(|of| report.breakers[end.index()].took(of.job.makes()));
            if !refused.is_empty() {
                self.confirm_batch(picture, end, std::mem::take(&mut answered), pushed, report)?;
            }
            for (job, entry, error) in refused {
                report.breakers[end.index()].refused(job.makes(), &error);
                let ends_side = matches!(error.class, Class::Auth | Class::Fatal | Class::Rate(_) | Class::Retry);
                self.refused(picture, end, job, entry, &error, pushed, report).await?;
                let stopped = &mut report.stopped[end.index()];
                *stopped = stopped.take().or(ends_side.then_some(error));
                host.advance(1);
            }
        }
        self.confirm_batch(picture, end, answered, pushed, report)
    }

    /// Notes the writes of a batch as planned.
    fn journalled(
        &mut self,
        run: RunId,
        (jobs, entries, writes): (Vec<Job>, Vec<NewEntry>, Vec<Write>),
    ) -> Result<Journalled, CycleError> {
        let ids = self.store.journal(run, &entries)?;
        Ok(Journalled { jobs, entries, writes, ids })
    }

    /// Notes that the writes of a batch happened and which pairs are in step by them, all in one: a crash before it leaves all of
    /// them to be read again.
    fn confirm_batch(
        &mut self,
        picture: &Picture<'_>,
        end: End,
        answered: Vec<Answered>,
        pushed: &mut Pushed,
        report: &mut Report,
    ) -> Result<(), CycleError> {
        if answered.is_empty() {
            return Ok(());
        }
        let (mut jobs, mut confirmed) = (Vec::new(), Vec::new());
        for Answered { job, entry, id, mut now } in answered {
            let was_known = entry.target.is_none() && self.store.is_known(end, &now.id)?;
            let seen = if was_known { self.store.records(end, std::slice::from_ref(&now.id))? } else { Vec::new() };
            let was_there = seen.iter().any(|seen| !seen.observed.deleted);
            // Whoever it was matched with in this page is its partner, although the two are not linked yet.
            let elses = was_there && picture.has_partner(end, &now.id, job.item);
            let lines = if was_there { telling::of_one_that_was_there(entry.lines) } else { entry.lines };
            let (fields, record) = self.answered(end, &lines, &now);
            pushed.reached_others |= match &entry.target {
                Some(target) => now.id != *target || !now.aliases.is_empty(),
                None => !now.aliases.is_empty() || was_known,
            };
            // Who is made anew is who it was: its history goes on, and an undo that is done twice finds it.
            now.aliases.extend(picture.anew.get(&(job.item, end)).filter(|former| **former != now.id).cloned());
            pushed.now[end.index()].insert(job.item, Held { id: now.id.clone(), record, edited: now.edited });
            let settled = if elses { None } else { self.settled_by(picture, job.item, end, pushed) };
            let (settled, base) = match settled {
                Some((settled, base, all)) => (Some(settled), all.then_some(base)),
                None => (None, None),
            };
            confirmed.push(Confirmed { entry: id, now, fields, lines: Some(lines), settled, elses });
            // One that was there before was not made, whatever we asked for.
            let came_to = if was_there && job.makes() { Category::Updated } else { job.category };
            jobs.push((job, came_to, entry.partner, base));
        }
        let links = self.store.confirm_all(&confirmed, self.world.clock.now())?;
        for (((job, came_to, partner, base), Confirmed { now, .. }), link) in jobs.into_iter().zip(confirmed).zip(links)
        {
            report.did(end, &now.id, came_to);
            if let (Some(base), Some(link)) = (base, link) {
                pushed.settled.insert(job.item);
                pushed.in_step.push((job.item, link, base));
            }
            if let (None, Some(partner), Category::Created) = (link, partner, job.category) {
                // The app took the contact for one that it had already, and that one has a partner.
                let (name, end) = (&self.program.side(end).name, end.other());
                let why = format!("{name} says that this contact is one that is linked with another contact already");
                // Sent again in each run, it would be answered so each time.
                pushed.refused.push(Refusal { end, id: partner.clone(), why: why.clone() });
                report.problem(Problem { end, id: Some(partner.clone()), who: partner, why });
                pushed.failed.insert(job.item);
                pushed.settled.remove(&job.item);
                pushed.now[end.other().index()].remove(&job.item);
            }
        }
        Ok(())
    }

    /// What a record holds after a write: the fields that hold something else than they were given, and all of it, where it is
    /// there and can be read.
    fn answered(&self, end: End, lines: &[Line], now: &Observed) -> (NamedRecord, Option<Record>) {
        let held = (!now.deleted).then(|| self.apps[end.index()].decode(&now.raw).ok()).flatten();
        let fields = held.as_ref().map(|held| otherwise(self.program.side(end), lines, held)).unwrap_or_default();
        (fields, held)
    }

    /// Notes that a write happened of which that was not known.
    pub(super) fn confirm(
        &mut self,
        end: End,
        entry: &Entry,
        now: &Observed,
        settled: Option<Settled>,
    ) -> Result<(), CycleError> {
        let (fields, _) = self.answered(end, &entry.write.lines, now);
        let lines = Some(entry.write.lines.clone());
        let confirmed = Confirmed { entry: entry.id, now: now.clone(), fields, lines, settled, elses: false };
        self.store.confirm_all(&[confirmed], self.world.clock.now())?;
        Ok(())
    }

    /// A write that was not confirmed. Whatever the reason, nothing of it is sent again blindly.
    #[allow(clippy::too_many_arguments, reason = "one call site; a struct of borrows would only rename them")]
    async fn refused(
        &mut self,
        picture: &Picture<'_>,
        end: End,
        job: Job,
        mut entry: Entry,
        error: &AppError,
        pushed: &mut Pushed,
        report: &mut Report,
    ) -> Result<(), CycleError> {
        match error.class {
            Class::Unknown => {
                self.store.unknown(entry.id, &error.to_string())?;
                entry.state = EntryState::Unknown;
                let emptied = self.store.emptied(end)?;
                let wrote = self.resolve_entry(&entry, None, emptied, report).await?;
                if let Some(id) = &wrote {
                    report.did(end, id, job.category);
                }
                if wrote.is_some() || entry.write.target.is_some() {
                    // It is there, or was read again: the next round sees it linked and settles it.
                    pushed.again.insert(job.item, end);
                    pushed.failed.insert(job.item);
                    return Ok(());
                }
            }
            Class::Stale | Class::Gone => {
                self.store.fail(entry.id, &error.to_string())?;
                if let Some(target) = &entry.write.target {
                    let found = self.apps[end.index()].get(std::slice::from_ref(target)).await;
                    if let Ok(found) = found {
                        let now = found.into_iter().next().flatten().unwrap_or_else(|| tombstone(target));
                        self.store.observe_now(end, &[now])?;
                        pushed.again.insert(job.item, end);
                        pushed.failed.insert(job.item);
                        return Ok(());
                    }
                }
            }
            _ => self.store.fail(entry.id, &error.to_string())?,
        }
        if let (Class::Invalid, (end, Some(id))) = (error.class, waits(&entry.write)) {
            pushed.refused.push(Refusal { end, id, why: error.to_string() });
        }
        self.failed(picture, job, &entry.write, &error.to_string(), pushed, report);
        Ok(())
    }

    /// Notes that a write did not happen, on the record that waits for it.
    fn failed(
        &self,
        picture: &Picture<'_>,
        job: Job,
        entry: &NewEntry,
        why: &str,
        pushed: &mut Pushed,
        report: &mut Report,
    ) {
        pushed.failed.insert(job.item);
        let name = &self.program.side(entry.end).name;
        let (end, id) = waits(entry);
        let record = picture.plan.items.get(job.item).and_then(|item| picture.now(item, end)?.record.as_ref());
        let who = record.map(|record| naming::who(self.program.side(end), record)).unwrap_or_default();
        report.problem(Problem { end, id, who, why: format!("{name}: {why}") });
    }
}

/// Whether the plan makes a record of this item on this end.
fn makes(picture: &Picture<'_>, item: usize, end: End) -> bool {
    let Some(item) = picture.plan.items.get(item) else { return false };
    let there = picture.now(item, end).is_some_and(|known| known.record.is_some());
    !there && item.outcome().is_some_and(|outcome| outcome.end[end.index()].is_some())
}

/// The fields that a record holds otherwise than it was given them, and those that only the app and its people fill.
fn otherwise(side: &Side, lines: &[Line], held: &Record) -> NamedRecord {
    let fields = side.fields.iter().zip(held.values()).filter(|(_, held)| held.is_known());
    let otherwise =
        fields.filter(|(field, held)| match lines.iter().find(|line| line.field.as_ref() == Some(&field.name)) {
            // What an app fills a cleared field with by itself is its own: an undo of ours must not take it away.
            Some(line) if line.after.is_empty() && held.is_filled() => line.before == **held,
            Some(line) => line.after != **held,
            None => !field.can.set && !field.can.add,
        });
    otherwise.map(|(field, held)| (field.name.clone(), held.clone())).collect()
}

/// Why a batch is not sent, if so: the side does not take anything any more, or nothing of this kind.
fn stops(report: &Report, end: End, jobs: &[Job]) -> Option<String> {
    let open = jobs.first().and_then(|job| report.breakers[end.index()].open(job.makes()));
    report.stopped[end.index()].clone().or(open).map(|error| error.to_string())
}

/// The record that waits for a write. One that could not be made is counted where the one stands that it was to be made for.
fn waits(entry: &NewEntry) -> (End, Option<String>) {
    match &entry.target {
        Some(target) => (entry.end, Some(target.clone())),
        None => (entry.end.other(), entry.partner.clone()),
    }
}

/// What stands for a record that is gone.
pub(super) fn tombstone(id: &str) -> Observed {
    Observed { id: id.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

/// The values of a record after a write, where the write is what the plan meant: a field that the plan
/// changed holds what the app stored, every other one what the plan saw. So an edit that somebody made
/// between reading and writing is still seen as one, and so is what the app did by itself: where a first value was cleared,
/// the next one of a list may have moved up, out of the field with the others into this one. The other side is to follow.
pub(super) fn stored(planned: &Record, before: Option<&Record>, now: &Record) -> Record {
    let pairs = || planned.values().iter().zip(now.values());
    let lost = |text: &Text| pairs().any(|(planned, now)| planned.has(text) && !now.has(text));
    let moved_up = |text: &Text| {
        pairs().any(|(planned, now)| planned.is_empty() && matches!(now, Value::Text(now) if now.key() == text.key()))
    };
    let values = pairs().enumerate().map(|(index, (planned, now))| {
        let was = before.and_then(|before| before.values().get(index));
        let written = was != Some(planned);
        match (planned, now) {
            (planned, Value::Unknown) => planned.clone(),
            (planned, _) if !written => planned.clone(),
            (planned, now) if planned == now => now.clone(),
            (Value::Empty, now @ (Value::Text(_) | Value::Address(_))) if before.is_some() && was != Some(now) => {
                Value::Empty
            }
            (Value::Empty, Value::Text(text)) if before.is_none() && lost(text) => Value::Empty,
            (Value::Set(_), now) => {
                let moved = planned.elements().iter().filter(|element| !now.has(element) && moved_up(element));
                Value::set(now.elements().iter().chain(moved).cloned())
            }
            (_, now) => now.clone(),
        }
    });
    Record::new(values.collect())
}
