//! Undoing what was written: of a run, of a contact, since a point in time.
//!
//! Promises:
//! - A field gets back what it held before, unless somebody or something changed it since; then it is left alone and
//!   named. Of a set, what was added is taken away and what was taken away is added; all else in it stays.
//! - Nobody is moved to more mail.
//! - It is a run like any other: planned, journalled, in the history, and can be undone itself.
//! - What the rules would do again at once is paused, so that the undo lasts until somebody resumes it. Everybody is, before anything
//!   of them is written: an undo that is cut off lasts as well. Those to whom the rules do nothing are taken up again at its end.
//! - Whom we deleted is made anew once, however often that is undone, and is who it was: its history goes on.
//! - It is planned and carried out a page at a time, both sides of a pair in one page: a run that wrote a million contacts can be
//!   undone where it was run. What is carried out is planned again from the same memory.

mod back;
mod past;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;
use syncc_compiler::ir::End;

use super::{
    Allowed, Connection, CycleError, Host, Of, Picture, Report,
    page::{Marks, Pass, mark},
    push::Pushed,
};
use crate::{
    engine::{Guard, Item, Kind, Status, Sum, What, count, too_many},
    store::{Activity, Asked, Pause, RecordId},
};

use past::Past;

/// What undoing comes to, before it is done.
pub struct Undo {
    /// Which lines of the history are undone, and what that is called.
    asked: Asked,
    name: String,
    /// The last line that there was when it was planned.
    upto: i64,
    /// How many contacts are written.
    pub writes: usize,
    /// What must be allowed before the first write.
    pub guards: Vec<Guard>,
}

/// A page of an undo.
pub struct Undoes<'a> {
    /// What is written, as a plan.
    pub picture: Picture<'a>,
    /// What is not undone, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that is not undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Who it is.
    pub who: String,
    /// On which side, as the file calls it.
    pub side: String,
    /// Which field; the whole contact without one.
    pub field: Option<String>,
    /// Why it is left as it is.
    pub why: String,
}

/// What came of an undo.
#[derive(Clone, Debug, Default)]
pub struct Undone {
    /// What was written and what failed.
    pub report: Report,
    /// Who was paused, because the rules would do at once what was undone.
    pub paused: Vec<String>,
}

/// What is known beside the contacts of a page.
struct Knows<'a> {
    /// The records to which a write is on its way.
    unanswered: &'a HashSet<RecordId>,
    /// Those that may not be made anew without their partner, and why.
    again: &'a HashMap<RecordId, String>,
    /// What the record holds that no field of its side is, as its people call it.
    beside: Option<String>,
}

/// What is taken back.
#[derive(Default)]
struct Back {
    /// By their places in the plan; those that are in no item of it come after them.
    items: BTreeMap<usize, Item>,
    /// Who is made anew, by place and side: the id that it had.
    anew: BTreeMap<(usize, End), String>,
    /// What is left.
    skipped: Vec<Skipped>,
}

/// On the way through the lines that are undone, the last ones first.
struct Going {
    /// The line that was met last.
    before: Option<i64>,
    /// Records that were in a page.
    met: Marks,
}

impl<'a> Connection<'a> {
    /// What undoing these lines of the history comes to, shown a page at a time. Reads both sides first.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn plan_undo(
        &mut self,
        asked: &Asked,
        name: &str,
        allowed: &Allowed,
        host: &mut dyn Host,
        show: &mut dyn FnMut(&Undoes<'_>),
    ) -> Result<Undo, CycleError> {
        self.not_paused()?;
        let mut report = Report::default();
        self.read(allowed, host, &mut report).await?;
        let newest = self.store.history(&Asked { limit: Some(1), ..Asked::default() })?;
        let upto = newest.first().map_or(0, |line| line.id);
        let (asked, name) = (asked.clone(), name.to_owned());
        let mut undo = Undo { asked, name, upto, writes: 0, guards: Vec::new() };
        let mut deletions = [0; 2];
        let mut going = undo.going();
        host.phase("Planning", None);
        while let Some(page) = self.undoes(&undo, &mut going, &mut report)? {
            undo.writes += page.picture.writes();
            for end in End::BOTH {
                deletions[end.index()] += count(&page.picture.plan.items, end, What::Deletion);
            }
            show(&page);
        }
        undo.guards = too_many(deletions, What::Deletion, self.store.link_count()?);
        Ok(undo)
    }

    /// Carries an undo out.
    ///
    /// # Errors
    /// When a guard trips that was not allowed, or the memory fails. What was confirmed until then stays.
    pub async fn undo(&mut self, undo: &Undo, allowed: &Allowed, host: &mut dyn Host) -> Result<Undone, CycleError> {
        let tripped = undo.guards.iter().filter(|guard| !allowed.guard(guard.name()));
        let tripped: Vec<_> = tripped.map(|guard| (guard.name().to_owned(), guard.message(self.program))).collect();
        if !tripped.is_empty() {
            return Err(CycleError::Guards(tripped));
        }
        let mut undone = Undone::default();
        let run = self.store.begin_run(self.world.clock.now(), &self.fingerprint)?;
        let since = self.world.clock.now();
        let (mut going, mut touched) = (undo.going(), Marks::new());
        while let Some(Undoes { picture, .. }) = self.undoes(undo, &mut going, &mut undone.report)? {
            // Before anything of it is written: should the program go now, no run does at once what was just undone.
            self.pause_all(undo, &picture, since)?;
            let mut pushed = self.carry_out(run, &picture, host, &mut undone.report).await?;
            pushed.tell_of_those_left(&picture, &mut undone.report);
            self.settle(&picture, &mut pushed)?;
            self.unlink_unmade(&picture, &pushed)?;
            undone.report.note(&picture);
            touched.extend(picture.touched(&pushed));
        }
        undone.paused = self.pause_what_comes_again(undo, touched, since)?;
        undone.report.settle_done(&Sum::default());
        self.store.end_run(run, self.world.clock.now(), &undone.report.summary())?;
        Ok(undone)
    }

    /// The next page of an undo; nothing at the end.
    fn undoes(
        &mut self,
        undo: &Undo,
        going: &mut Going,
        report: &mut Report,
    ) -> Result<Option<Undoes<'a>>, CycleError> {
        // What was written for the last page is looked for by its keys.
        self.prepare()?;
        let Some(mut pasts) = self.pasts(undo, going)? else { return Ok(None) };
        let mut of: Vec<_> = pasts.keys().cloned().collect();
        let parted = self.parted(&pasts)?;
        of.extend(parted.iter().map(|((end, _), partner)| (end.other(), partner.clone())));
        let mut picture = self.picture_of(Of::Records(&of), report)?;
        // Both of a pair are written together.
        for partner in picture.partners(&of) {
            if undo.asked.records.is_empty() && going.met.insert(mark(partner.0, &partner.1)) {
                let past = self.past(partner, &undo.asked, undo.upto, Vec::new())?;
                pasts.extend(past.map(|past| (past.record(), past)));
            }
        }
        let mut back = Back::default();
        let places = places(&picture.plan.items);
        let unanswered = self.unanswered()?;
        let known = self.known_again(&pasts)?;
        for past in pasts.values() {
            let own = places[past.end.index()].get(past.id.as_str()).copied();
            // Where it was made for, if that one is there and by itself.
            let partner = parted.get(&past.record()).and_then(|id| places[past.end.other().index()].get(id.as_str()));
            let alone =
                |place: &usize| picture.plan.items.get(*place).is_some_and(|item| item.ids[past.end.index()].is_none());
            let place = own.or_else(|| partner.copied().filter(alone));
            let raw = picture.seen[past.end.index()].get(&past.id).filter(|_| past.is("created"));
            let beside = raw.and_then(|seen| self.apps[past.end.index()].beside(&seen.raw));
            let knows = Knows { unanswered: &unanswered, again: &known, beside };
            picture.undo_record(past, place, &knows, &mut back);
        }
        let Back { items, anew, mut skipped } = back;
        let (mut written, mut former) = (Vec::new(), HashMap::new());
        for (place, item) in items {
            if item.outcome().is_some_and(|outcome| !outcome.changes.is_empty()) {
                let of = End::BOTH.into_iter().filter_map(|end| Some((end, anew.get(&(place, end))?.clone())));
                former.extend(of.map(|(end, id)| ((written.len(), end), id)));
                written.push(item);
            }
        }
        (picture.plan.items, picture.anew) = (written, former);
        picture.by_hand = Some(undo.name.clone());
        skipped.sort();
        skipped.dedup();
        Ok(Some(Undoes { picture, skipped }))
    }

    /// What the next lines say of whom, by side and id.
    fn pasts(&self, undo: &Undo, going: &mut Going) -> Result<Option<BTreeMap<RecordId, Past>>, CycleError> {
        let asked = Asked { before: going.before, limit: Some(self.page), ..undo.asked.clone() };
        let lines = self.store.history(&asked)?;
        let Some(last) = lines.last() else { return Ok(None) };
        going.before = Some(last.id);
        let mut told: BTreeMap<RecordId, Vec<Activity>> = BTreeMap::new();
        for line in lines {
            told.entry((line.end, line.record.clone())).or_default().push(line);
        }
        let mut pasts = BTreeMap::new();
        for (record, lines) in told {
            if going.met.insert(mark(record.0, &record.1)) {
                let past = self.past(record, &undo.asked, undo.upto, lines)?;
                pasts.extend(past.map(|past| (past.record(), past)));
            }
        }
        Ok(Some(pasts))
    }

    /// A contact that was made and is not any more was never linked: its partner is free again.
    fn unlink_unmade(&mut self, picture: &Picture<'_>, pushed: &Pushed) -> Result<(), CycleError> {
        for (index, item) in picture.plan.items.iter().enumerate() {
            let gone = item.outcome().is_some_and(|outcome| outcome.status == Status::Deleted);
            if let Some(link) = item
                .link
                .and_then(|link| picture.link_ids.get(link))
                .filter(|_| gone && !pushed.failed.contains(&index))
            {
                self.store.unlink(*link)?;
            }
        }
        Ok(())
    }

    /// Pauses everybody of a page. Who is paused already stays so, for the reason that there was.
    fn pause_all(&mut self, undo: &Undo, picture: &Picture<'_>, since: Timestamp) -> Result<(), CycleError> {
        let ids = picture.plan.items.iter().flat_map(|item| End::BOTH.into_iter().zip(&item.ids));
        let records = ids.filter_map(|(end, id)| Some((end, id.clone()?)));
        self.store.pause(&records.map(|record| undo.pause(record, since)).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Of those whom this undo paused, takes up again to whom the rules do nothing now. Gives who the others are. Whom it paused when
    /// it was cut off before is among them.
    fn pause_what_comes_again(
        &mut self,
        undo: &Undo,
        mut touched: Marks,
        since: Timestamp,
    ) -> Result<Vec<String>, CycleError> {
        let mut report = Report::default();
        self.prepare()?;
        let frame = self.frame()?;
        let ours = |pause: &Pause| pause.why == undo.pause_reason();
        let (ours, others): (Vec<Pause>, Vec<Pause>) = self.store.pauses()?.into_iter().partition(ours);
        let others: Marks =
            others.iter().filter_map(|pause| pause.record.as_ref()).map(|(end, id)| mark(*end, id)).collect();
        touched.extend(ours.iter().filter_map(|pause| pause.record.as_ref()).map(|(end, id)| mark(*end, id)));
        let (mut who, mut again) = (Vec::new(), Marks::new());
        let is_touched = touched.clone();
        let mut pass = Pass::only(touched);
        while let Some(page) = pass.next(self.store, self.page)? {
            let now = self.page(page, &frame, None, &mut report)?;
            let mut pauses = Vec::new();
            // Of one that is not clear to be anybody it is not known yet what they would do.
            let would = |item: &&Item| match &item.kind {
                Kind::Pair(outcome) => !outcome.changes.is_empty(),
                Kind::Duplicate { .. } | Kind::Ambiguous { .. } => true,
            };
            for item in now.plan.items.iter().filter(would) {
                let records = End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?)));
                let marks: Vec<_> = records.clone().map(|(end, id)| mark(end, &id)).collect();
                if !marks.iter().any(|mark| is_touched.contains(mark)) {
                    continue;
                }
                if !marks.iter().any(|mark| others.contains(mark)) {
                    who.push(now.who(item));
                }
                again.extend(marks);
                // One that was made just now has an id only now.
                pauses.extend(records.map(|record| undo.pause(record, since)));
            }
            self.store.pause(&pauses)?;
        }
        let over =
            ours.into_iter().filter_map(|pause| pause.record).filter(|(end, id)| !again.contains(&mark(*end, id)));
        self.store.resume_all(&over.collect::<Vec<_>>())?;
        Ok(who)
    }

    /// Whom those were linked with that were deleted.
    fn parted(&self, pasts: &BTreeMap<RecordId, Past>) -> Result<HashMap<RecordId, String>, CycleError> {
        let mut parted = HashMap::new();
        for end in End::BOTH {
            let deleted = pasts.values().filter(|past| past.end == end && past.is("deleted"));
            let ids: Vec<String> = deleted.map(|past| past.id.clone()).collect();
            if !ids.is_empty() {
                let partners = self.store.parted(end, &ids)?.into_iter();
                parted.extend(partners.map(|(id, partner)| ((end, id), partner)));
            }
        }
        Ok(parted)
    }

    /// Those that were deleted and may not be made anew without their partner, and why: by whom they would be known it is found
    /// out whether they were made anew before, so that an undo that is done twice makes nobody twice.
    fn known_again(&self, pasts: &BTreeMap<RecordId, Past>) -> Result<HashMap<RecordId, String>, CycleError> {
        let mut known = HashMap::new();
        for past in pasts.values().filter(|past| past.is("deleted")) {
            let Some(record) = back::made_anew(past, self.program.side(past.end)) else { continue };
            let keys = self.keys_of(past.end, &record);
            let why = match keys.is_empty() {
                true => Some("nothing tells it apart from others, so it would not be known whether it is there again"),
                false => None,
            };
            let mut held = false;
            for key in keys {
                held |= !self.store.holders(key)?.is_empty();
            }
            let why = why.or(held.then_some("somebody with the same key is there"));
            known.extend(why.map(|why| (past.record(), why.to_owned())));
        }
        Ok(known)
    }

    /// The records to which a write is on its way, or of which it is not known what became of one: what is sent to one of those
    /// may be done twice.
    fn unanswered(&self) -> Result<HashSet<RecordId>, CycleError> {
        let open = self.store.open_entries()?.into_iter();
        let records = open.flat_map(|entry| {
            let (end, target) = (entry.write.end, entry.write.target);
            let partner = entry.write.partner.map(|id| (end.other(), id));
            target.map(|id| (end, id)).into_iter().chain(partner)
        });
        Ok(records.collect())
    }
}

impl Undo {
    /// The pause that makes it last.
    fn pause(&self, record: RecordId, since: Timestamp) -> Pause {
        Pause { record: Some(record), since, why: self.pause_reason() }
    }

    fn pause_reason(&self) -> String {
        format!("{}; the rules ask for the same again", self.name)
    }

    fn going(&self) -> Going {
        Going { before: Some(self.upto.saturating_add(1)), met: Marks::new() }
    }
}

impl Picture<'_> {
    /// The other records of the items that these are in.
    fn partners(&self, of: &[RecordId]) -> Vec<RecordId> {
        let places = places(&self.plan.items);
        let items = of.iter().filter_map(|(end, id)| self.plan.items.get(*places[end.index()].get(id.as_str())?));
        let pairs = items.filter(|item| matches!(item.kind, Kind::Pair(_)));
        pairs
            .flat_map(|item| End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?))))
            .collect()
    }

    /// The records of whom something was taken back, by their marks.
    fn touched(&self, pushed: &Pushed) -> Marks {
        let mut touched = Marks::new();
        for (index, item) in self.plan.items.iter().enumerate() {
            // Of a contact that the app of one side refused, what was taken back on the other side shall last all the same.
            let any = End::BOTH.into_iter().any(|end| pushed.now[end.index()].contains_key(&index));
            if pushed.failed.contains(&index) && !any && !pushed.is_read_again(index) {
                continue;
            }
            for end in End::BOTH {
                let now = pushed.now[end.index()].get(&index).map(|now| &now.id);
                touched.extend(item.ids[end.index()].iter().chain(now).map(|id| mark(end, id)));
            }
        }
        touched
    }
}

/// Where the item of each record stands in the plan, by the record's id, left first.
fn places(items: &[Item]) -> [HashMap<&str, usize>; 2] {
    [0, 1].map(|end: usize| {
        let known = items.iter().enumerate().filter_map(|(place, item)| Some((item.ids[end].as_deref()?, place)));
        known.collect()
    })
}
