//! Fields that both sides changed to different values: noted when a run decides them, closed when a person looked.
//!
//! Noted is what was really written over: single values that a mapping replaced on the side that lost, after the app
//! confirmed it. Sets never conflict, and consent is decided by its ladder.

use syncc_compiler::{
    ir::{End, FieldId, Lens, Prefer},
    value::{Record, Value},
};

use super::{Allowed, Connection, CycleError, Host, Of, Picture, Report, display, naming, push::Pushed};
use crate::{
    engine::{Cause, Change, Held, Item, Kind, Pair, Sum, more_mail},
    store::{Conflict, RunId},
};

/// What taking the side that lost comes to, before it is done.
pub struct Taking<'a> {
    /// What is written, as a plan.
    pub picture: Picture<'a>,
    /// The conflicts that are closed by it.
    taken: Vec<i64>,
    /// What cannot be taken: the field of the side that was to win, and why.
    pub left_alone: Vec<(String, String)>,
}

impl<'a> Connection<'a> {
    /// Notes what a run decided. An older conflict in the same field is closed by the newer one.
    pub(super) fn note_conflicts(
        &mut self,
        run: RunId,
        picture: &Picture<'_>,
        pushed: &Pushed,
    ) -> Result<(), CycleError> {
        let at = self.world.clock.now();
        let mut conflicts = Vec::new();
        for (index, item) in picture.plan.items.iter().enumerate().filter(|(index, _)| !pushed.failed.contains(index)) {
            let Some(outcome) = item.outcome() else { continue };
            let written = |change: &&Change| pushed.now[change.end.index()].contains_key(&index);
            let lost = outcome.changes.iter().filter(written).filter_map(|change| picture.lost(item, change));
            conflicts.extend(lost.map(|lost| Conflict { at, ..lost }));
        }
        if conflicts.is_empty() {
            return Ok(());
        }
        let same = |old: &Conflict, new: &Conflict| old.records == new.records && old.fields == new.fields;
        for old in self.store.conflicts()?.iter().filter(|old| conflicts.iter().any(|new| same(old, new))) {
            self.store.resolve_conflict(old.id, at)?;
        }
        self.store.note_conflicts(run, &conflicts)?;
        Ok(())
    }

    /// Closes conflicts: what was decided is right.
    ///
    /// # Errors
    /// What the store can say.
    pub fn keep(&mut self, conflicts: &[Conflict]) -> Result<(), CycleError> {
        for conflict in conflicts {
            self.store.resolve_conflict(conflict.id, self.world.clock.now())?;
        }
        Ok(())
    }

    /// What it comes to if this side wins conflicts of one pair that it lost. Reads both sides first.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn plan_taking(
        &mut self,
        conflicts: &[Conflict],
        winner: End,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<Taking<'a>, CycleError> {
        self.not_paused()?;
        self.read(&Allowed::default(), host, report).await?;
        self.prepare()?;
        let of = conflicts.iter().flat_map(|conflict| End::BOTH.into_iter().zip(conflict.records.clone()));
        let mut picture = self.picture_of(Of::Records(&of.collect::<Vec<_>>()), report)?;
        let mut taking = (Vec::new(), Vec::new());
        let mut items = Vec::new();
        for conflict in conflicts {
            match self.taken(&picture, &mut items, conflict, winner) {
                Ok(()) => taking.0.push(conflict.id),
                Err(why) => taking.1.push((conflict.fields[winner.index()].clone(), why)),
            }
        }
        picture.plan.items = items;
        picture.plan.guards.clear();
        picture.by_hand = Some(format!("a conflict, resolved by hand: {} wins", self.program.side(winner).name));
        Ok(Taking { picture, taken: taking.0, left_alone: taking.1 })
    }

    /// Puts what it takes to let this side win into the items, which are those of the pair as far as it was planned.
    fn taken(
        &self,
        picture: &Picture<'_>,
        items: &mut Vec<Item>,
        conflict: &Conflict,
        winner: End,
    ) -> Result<(), String> {
        let ids = conflict.records.clone().map(Some);
        let planned =
            picture.plan.items.iter().find(|item| item.ids == ids).ok_or("the two are not linked any more")?;
        if matches!(planned.held, Some(Held::Paused | Held::Unknown)) {
            return Err("it is paused, or a write to it was not answered yet".to_owned());
        }
        let base = planned.link.and_then(|link| picture.links.get(link)?.base.clone()).ok_or("it was never in step")?;
        let mut fields = Vec::new();
        for end in End::BOTH {
            let (side, name) = (self.program.side(end), &conflict.fields[end.index()]);
            let field =
                side.field(name).ok_or_else(|| format!("the rules do not name {}.{name} any more", side.name))?;
            let now =
                picture.now(planned, end).and_then(|known| known.record.as_ref()).ok_or("it was deleted since")?;
            let was = base.sides[end.index()].as_ref().map(|base| base.get(field));
            if was != Some(now.get(field)) {
                let holds = display(now.get(field));
                return Err(format!("it was edited in {} since: it holds “{holds}”, and that stays", side.name));
            }
            // What was carried over since is somebody's later work too.
            if end == conflict.winner && *now.get(field) != conflict.values[end.index()] {
                let holds = display(now.get(field));
                return Err(format!("it was edited since it was decided: it holds “{holds}”, and that stays"));
            }
            fields.push(field);
        }
        let field = fields.get(winner.index()).copied().ok_or("a connection has two ends")?;
        let index = items.iter().position(|item| item.ids == ids);
        let start = End::BOTH.map(|end| picture.now(planned, end).and_then(|known| known.record.clone()));
        // What was taken before of the same pair stays taken.
        let mut by_hand: Vec<(End, FieldId, Value)> =
            match index.and_then(|index| items.get(index)).map(|item| &item.kind) {
                Some(Kind::Pair(outcome)) => {
                    let own = outcome.changes.iter().filter(|change| change.cause == Cause::Person);
                    own.filter_map(|change| Some((change.end, change.field?, change.after.clone()))).collect()
                }
                _ => Vec::new(),
            };
        let value = conflict.values[winner.index()].clone();
        let mut base = base;
        if let (true, Some(was)) = (
            start[winner.index()].as_ref().is_some_and(|now| *now.get(field) == value),
            base.sides[winner.index()].as_mut(),
        ) {
            // An undo gave it back what had lost: it counts as changed once more, so that it is carried over.
            let other = if value.is_empty() { Value::Unknown } else { Value::Empty };
            was.put(field, other);
        }
        by_hand.push((winner, field, value));
        let mut now = start.clone();
        for (end, field, value) in &by_hand {
            if let Some(record) = &mut now[end.index()] {
                record.put(*field, value.clone());
            }
        }
        let mut outcome = self.engine().cycle(&Pair { now, base: Some(base), later: Some(winner) });
        let lost = winner.other();
        let other = fields.get(lost.index()).copied().ok_or("a connection has two ends")?;
        if !outcome.changes.iter().any(|change| change.end == lost && change.field == Some(other)) {
            let (from, to) = (&self.program.side(winner).name, &self.program.side(lost).name);
            return Err(format!("the rules do not let it flow from {from} to {to}: write it in {to} yourself"));
        }
        let taken = by_hand.into_iter().filter_map(|(end, field, after)| {
            let before = start[end.index()].as_ref()?.get(field).clone();
            (before != after).then_some(Change { end, field: Some(field), before, after, cause: Cause::Person })
        });
        outcome.changes.extend(taken);
        let to_more_mail = |change: &Change| {
            let field = change.field.and_then(|field| self.program.side(change.end).fields.get(field.index()));
            field.is_some_and(|field| more_mail(field, &change.before, &change.after))
        };
        if outcome.changes.iter().any(to_more_mail) {
            return Err("that would move a person to more mail, which syncc never does".to_owned());
        }
        let item = Item { held: None, kind: Kind::Pair(outcome), ..planned.clone() };
        match index.and_then(|index| items.get_mut(index)) {
            Some(slot) => *slot = item,
            None => items.push(item),
        }
        Ok(())
    }

    /// Carries it out: journalled, in the history, and to be undone like every run.
    ///
    /// # Errors
    /// When the memory fails. What was confirmed until then stays.
    pub async fn take(&mut self, taking: Taking<'a>, host: &mut dyn Host) -> Result<Report, CycleError> {
        let Taking { picture, taken, .. } = taking;
        let mut report = Report::default();
        let run = self.store.begin_run(self.world.clock.now(), &self.fingerprint)?;
        let mut pushed = self.carry_out(run, &picture, host, &mut report).await?;
        pushed.tell_of_those_left(&picture, &mut report);
        self.settle(&picture, &mut pushed)?;
        report.note(&picture);
        report.settle_done(&Sum::default());
        if pushed.failed.is_empty() {
            for id in taken {
                self.store.resolve_conflict(id, self.world.clock.now())?;
            }
        }
        self.store.end_run(run, self.world.clock.now(), &report.summary())?;
        Ok(report)
    }
}

impl Picture<'_> {
    /// The conflict that a change decides, if it does: both sides had changed the field, or, on a first sync, both had
    /// filled it.
    fn lost(&self, item: &Item, change: &Change) -> Option<Conflict> {
        let (Cause::Mapping(mapping), [Some(left), Some(right)]) = (change.cause, &item.ids) else { return None };
        let fields = match self.lens(mapping)? {
            Lens::Copy { left, right } | Lens::Table { left, right, .. } => [*left, *right],
            Lens::Name { .. } | Lens::Compose { .. } => return None,
        };
        let record = |end: End| self.now(item, end).and_then(|known| known.record.as_ref());
        let now = [record(End::Left)?.get(fields[0]), record(End::Right)?.get(fields[1])];
        let decided = |value: &&Value| matches!(value, Value::Set(_) | Value::Consent(_) | Value::Unknown);
        if now.iter().any(decided) || change.field != fields.get(change.end.index()).copied() {
            return None;
        }
        let base = item.link.and_then(|link| self.links.get(link)?.base.as_ref());
        let was = |end: usize| {
            let record: &Record = base?.sides.get(end)?.as_ref()?;
            Some(record.get(*fields.get(end)?)).filter(|value| value.is_known())
        };
        let both = match [was(0), was(1)] {
            [Some(left), Some(right)] => now[0] != left && now[1] != right,
            _ => now.iter().all(|value| value.is_filled()),
        };
        let name = |end: End| self.program.side(end);
        let field = |end: End| name(end).fields.get(fields[end.index()].index()).map(|field| field.name.clone());
        let winner = change.end.other();
        both.then_some(Conflict {
            id: 0,
            at: jiff::Timestamp::UNIX_EPOCH,
            records: [left.clone(), right.clone()],
            who: record(winner).map(|record| naming::who(name(winner), record)).unwrap_or_default(),
            fields: [field(End::Left)?, field(End::Right)?],
            values: now.map(Value::clone),
            winner,
            why: match self.program.prefer {
                Prefer::Default => "without `prefer`, the left side wins".to_owned(),
                Prefer::End(end) => format!("prefer {}", name(end).name),
                Prefer::Latest => {
                    "prefer latest: it was edited later, or that was in doubt and it is the left side".to_owned()
                }
            },
        })
    }
}
