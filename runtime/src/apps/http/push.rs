//! Writing: creates, updates and deletes, in batches, one after the other.
//!
//! - A batch that is refused because of its content is halved until the record is found that is to blame; the others
//!   go through. What the app did before it refused is not done again: new records are looked for by their marks, for as
//!   long as lists may be behind writes, a change that was made has moved the version, and what was deleted is gone.
//! - After a failure that is nobody's content (a refused login, no answer, too many requests) nothing more is sent.
//! - A new record that the app would take for another one, which it has, is not sent.
//! - Updates of one batch have one mask, since a masked member that is missing in a record is cleared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use syncc_compiler::value::{Record, Value};
use uuid::Uuid;

use super::{
    app::HttpApp,
    body::{self, Changed},
    lens::Ids,
    manifest::{Create, Delete, Update},
    taken::Made,
    template::Fill,
    wire::{Call, Effect},
};
use crate::apps::{AppError, Class, Observed, Write, Written};

/// The answer to each write, by its place; `None` while it was not sent.
type Answers = Vec<Option<Result<Written, AppError>>>;

/// Of a refused batch of no more new records than this each is sent by itself: that takes about as long as looking for what
/// was made of one more refused half, because lists are waited for.
const ALONE: usize = 50;

/// A create that is ready to be sent.
struct NewItem {
    at: usize,
    op: Uuid,
    record: Json,
}

/// An update that is ready to be sent.
struct ChangedItem {
    at: usize,
    id: String,
    changed: Changed,
}

impl HttpApp {
    /// Sends all writes; the answers are in their order.
    pub(super) async fn push_all(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let mut answers: Answers = vec![None; writes.len()];
        // Names may be others by now than when the plan was made.
        let names_any = writes.iter().any(|write| self.writes_names(write));
        let renamed = if names_any { self.lookups.before_writing(&self.sender).await } else { Ok(false) };
        let renamed = match renamed {
            Ok(renamed) => renamed,
            Err(stop) => return writes.iter().map(|_| Err(stop.clone())).collect(),
        };
        let (ids, failed) = self.lookups.ids(&self.sender, self.names(writes)).await;
        if let Some(stop) = failed.values().find(|error| stops(error)) {
            return writes.iter().map(|_| Err(stop.clone())).collect();
        }
        let mut creates = Vec::new();
        let mut updates = Vec::new();
        let mut deletes = Vec::new();
        for (at, write) in writes.iter().enumerate() {
            let missing = self.names(std::slice::from_ref(write)).into_iter().find_map(|name| failed.get(&name));
            if let Some(error) = missing {
                answer(&mut answers, at, Err(error.clone()));
                continue;
            }
            match write {
                Write::Update { .. } if renamed && self.writes_names(write) => {
                    let what = format!("a label of {} was renamed or deleted meanwhile", self.sender.title());
                    answer(&mut answers, at, Err(AppError::new(Class::Stale, what)));
                }
                Write::Create { op, record } => {
                    creates.push(NewItem { at, op: *op, record: self.new_record(*op, record, &ids) })
                }
                Write::Update { id, raw, before, after, .. } => match self.change(id, raw, before, after, &ids).await {
                    Ok(Ok(changed)) => updates.push(ChangedItem { at, id: id.clone(), changed }),
                    Ok(Err(same)) => answer(&mut answers, at, Ok(Written { now: same })),
                    Err(error) => answer(&mut answers, at, Err(error)),
                },
                Write::Delete { id, .. } => deletes.push((at, id.clone())),
            }
        }
        let mut stopped = self.send_creates(&creates, &mut answers).await.err();
        if stopped.is_none() {
            stopped = self.send_updates(updates, &mut answers).await.err();
        }
        if stopped.is_none() {
            stopped = self.send_deletes(&deletes, &mut answers).await.err();
        }
        let rest = stopped.map_or_else(
            || not_sent("the app does not take this kind of write", Class::Invalid),
            |error| unsent(&error),
        );
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(rest.clone()))).collect()
    }

    /// The names that the writes need ids for.
    pub(super) fn names(&self, writes: &[Write]) -> Vec<(String, String)> {
        let names = writes.iter().flat_map(|write| match write {
            Write::Create { record, .. } => self.fields.names(&empty(record), record),
            Write::Update { before, after, .. } => self.fields.names(before, after),
            Write::Delete { .. } => Vec::new(),
        });
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether a write puts a name into a record or takes one out.
    pub(super) fn writes_names(&self, write: &Write) -> bool {
        match write {
            Write::Create { record, .. } => !self.fields.names(&empty(record), record).is_empty(),
            Write::Update { before, after, .. } => {
                !self.fields.names(before, after).is_empty() || !self.fields.names(after, before).is_empty()
            }
            Write::Delete { .. } => false,
        }
    }

    /// A new record in the app's form.
    pub(super) fn new_record(&self, op: Uuid, record: &Record, ids: &Ids) -> Json {
        let constants = self.object.create.as_ref().map(|create| create.constants.clone()).unwrap_or_default();
        let mut new = Json::Object(constants);
        self.fields.put(&mut new, &empty(record), record, ids);
        if let (Some(marker), Json::Object(members)) = (&self.object.marker, &mut new) {
            let fill = Fill::default().text("op", op.to_string());
            members.extend(marker.add.iter().map(|(name, value)| (name.clone(), fill.body(value))));
        }
        if self.object.create.as_ref().is_some_and(|create| create.client_id) {
            body::set_id(&mut new, &self.object.id, &op.to_string());
        }
        body::keep_one(&mut new, &self.lookups, None);
        new
    }

    /// What an update changes; the record as it is when that is nothing.
    async fn change(
        &self,
        id: &str,
        raw: &[u8],
        before: &Record,
        after: &Record,
        ids: &Ids,
    ) -> Result<Result<Changed, Observed>, AppError> {
        let mut old = self.parse(raw)?;
        let mut changed = self.changed(&old, before, after, ids);
        // What is taken out of a list leaves the rest of it, which has to be known.
        if changed.as_ref().is_some_and(|changed| changed.takes) && self.is_partly_known(&old) {
            old = self.whole(id, old).await?;
            changed = self.changed(&old, before, after, ids);
        }
        match changed {
            Some(changed) => Ok(Ok(changed)),
            None => Ok(Err(Observed { id: id.to_owned(), ..self.observed(&old)? })),
        }
    }

    /// What an update changes in a record; nothing if it is so already.
    pub(super) fn changed(&self, old: &Json, before: &Record, after: &Record, ids: &Ids) -> Option<Changed> {
        let mut new = old.clone();
        self.fields.put(&mut new, before, after, ids);
        body::keep_one(&mut new, &self.lookups, Some(old));
        let (carry, grows) =
            self.object.update.as_ref().map_or((&[][..], false), |update| (&update.carry[..], update.grows));
        (new != *old).then(|| Changed::new(old, new, carry, grows, self.fields.elements()))
    }

    async fn send_creates(&self, items: &[NewItem], answers: &mut Answers) -> Result<(), AppError> {
        let Some(rule) = &self.object.create else { return Ok(()) };
        let mut made = Made::default();
        // Each one that is made may be in the way of the next.
        let size = if self.meant_by().is_some() { 1 } else { rule.size.max(1) };
        for batch in items.chunks(size) {
            if let [item] = batch
                && let Some(other) = self.in_the_way(&item.record, &made)?
            {
                answer(answers, item.at, Err(self.meant(&other)));
                continue;
            }
            // Halves wait on a stack, the first one on top, so that the order stays.
            let mut stack: Vec<Vec<&NewItem>> = vec![batch.iter().collect()];
            while let Some(mut batch) = stack.pop() {
                match self.create(rule, &batch).await {
                    Ok(written) => {
                        batch.iter().zip(written).for_each(|(item, written)| answer(answers, item.at, written));
                    }
                    Err(error) if is_content(&error) && batch.len() > 1 => {
                        // The app may have made some of them before it came to the one that it refuses. Those carry
                        // their mark, and are not sent again.
                        let ops = batch.iter().map(|item| item.op.to_string()).collect();
                        let made = match self.marked_in_time(&ops).await {
                            Ok(made) => made,
                            Err(why) => {
                                let lost = AppError { class: Class::Unknown, ..why };
                                batch.iter().for_each(|item| answer(answers, item.at, Err(lost.clone())));
                                return Err(lost);
                            }
                        };
                        for item in &batch {
                            if let Some(record) = made.get(&item.op.to_string()) {
                                answer(answers, item.at, self.written(Ok(record)).await);
                            }
                        }
                        // Several that are refused once more have to be looked for once more; one alone is not.
                        let size = if batch.len() > ALONE { batch.len().div_ceil(2) } else { 1 };
                        batch.retain(|item| !made.contains_key(&item.op.to_string()));
                        stack.extend(batch.chunks(size).rev().map(<[_]>::to_vec));
                    }
                    Err(error) => {
                        batch.iter().for_each(|item| answer(answers, item.at, Err(error.clone())));
                        if stops(&error) {
                            return Err(error);
                        }
                    }
                }
            }
            for item in batch.iter().filter(|_| self.meant_by().is_some()) {
                match answers.get(item.at).and_then(Option::as_ref) {
                    Some(Ok(written)) => self.note_made(&item.record, &written.now.id, &mut made),
                    // It was taken in, under an id that is not known yet.
                    Some(Err(error)) if error.class == Class::Unknown => {
                        self.note_made(&item.record, &item.op.to_string(), &mut made);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    async fn create(&self, rule: &Create, batch: &[&NewItem]) -> Result<Vec<Result<Written, AppError>>, AppError> {
        let record = |item: &NewItem| body::sent(&item.record);
        let items = batch.iter().map(|item| {
            let record = record(item);
            rule.item.as_ref().map_or_else(
                || record.clone(),
                |template| Fill::default().value("record", record.clone()).body(template),
            )
        });
        let mut fill = Fill::default().value("items", Json::Array(items.collect()));
        if let [only] = batch {
            fill = fill.value("record", record(only)).text("op", only.op.to_string());
        }
        let answer = self.sender.send(Call::write(&rule.request, &rule.query, rule.body.clone(), fill)).await?;
        let (Some(path), Some(single)) = (&rule.answers, &rule.answer) else {
            let mut written = Vec::new();
            for item in batch {
                written.push(self.read_created(item).await);
            }
            return Ok(written);
        };
        let shown = path.first(&answer).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let op_of = |answer: &Json| {
            let marker = self.object.marker.as_ref()?;
            marker.read.text(single.record.first(answer)?)
        };
        let mut written = Vec::new();
        for (at, item) in batch.iter().enumerate() {
            let own = shown.iter().find(|answer| op_of(answer).as_deref() == Some(&*item.op.to_string()));
            // An answer that does not say which create it belongs to belongs to the one in its place, but only if
            // none is missing.
            let own =
                own.or_else(|| shown.get(at).filter(|answer| shown.len() == batch.len() && op_of(answer).is_none()));
            written.push(match own {
                Some(own) => self.written(self.sender.single(single, Effect::Writes, own)).await,
                None => Err(AppError {
                    class: Class::Unknown,
                    ..self.sender.strange("no answer for one of several new records")
                }),
            });
        }
        Ok(written)
    }

    async fn send_updates(&self, items: Vec<ChangedItem>, answers: &mut Answers) -> Result<(), AppError> {
        let Some(rule) = &self.object.update else { return Ok(()) };
        let mut by_mask: BTreeMap<String, Vec<ChangedItem>> = BTreeMap::new();
        for item in items {
            by_mask.entry(item.changed.mask()).or_default().push(item);
        }
        for items in by_mask.values() {
            for batch in items.chunks(rule.size.max(1)) {
                let mut stack = vec![batch];
                while let Some(batch) = stack.pop() {
                    match self.update(rule, batch).await {
                        Ok(written) => {
                            batch.iter().zip(written).for_each(|(item, written)| answer(answers, item.at, written))
                        }
                        Err(error) if is_content(&error) && batch.len() > 1 => halve(&mut stack, batch),
                        Err(error) => {
                            batch.iter().for_each(|item| answer(answers, item.at, Err(error.clone())));
                            if stops(&error) {
                                return Err(error);
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn update(&self, rule: &Update, batch: &[ChangedItem]) -> Result<Vec<Result<Written, AppError>>, AppError> {
        let Some(first) = batch.first() else { return Ok(Vec::new()) };
        let items: Map<String, Json> =
            batch.iter().map(|item| (item.id.clone(), item.changed.masked.clone())).collect();
        let mut fill = Fill::default().value("items", Json::Object(items)).text("mask", first.changed.mask());
        let mut request = &rule.request;
        if let [only] = batch {
            let clearing = rule.clearing.as_ref().filter(|_| only.changed.takes);
            request = clearing.unwrap_or(request);
            let body = if clearing.is_some() { &only.changed.whole } else { &only.changed.grown };
            fill =
                fill.text("id", &only.id).value("record", only.changed.masked.clone()).value("changed", body.clone());
        }
        let answer = self.sender.send(Call::write(request, &rule.query, rule.body.clone(), fill)).await?;
        let mut written = Vec::new();
        for item in batch {
            let (Some(path), Some(single)) = (&rule.answers, &rule.answer) else {
                written.push(self.read_changed(item).await);
                continue;
            };
            let own = path.first(&answer).and_then(|all| all.get(&item.id));
            written.push(match own {
                Some(own) => self.written(self.sender.single(single, Effect::Writes, own)).await,
                None => Err(AppError {
                    class: Class::Unknown,
                    ..self.sender.strange("no answer for one of several changes")
                }),
            });
        }
        Ok(written)
    }

    async fn send_deletes(&self, items: &[(usize, String)], answers: &mut Answers) -> Result<(), AppError> {
        let Some(rule) = &self.object.delete else { return Ok(()) };
        for batch in items.chunks(rule.size.max(1)) {
            let mut stack = vec![batch];
            while let Some(batch) = stack.pop() {
                match self.delete(rule, batch).await {
                    Ok(()) => batch.iter().for_each(|(at, id)| answer(answers, *at, Ok(tombstone(id)))),
                    Err(error) if is_content(&error) && batch.len() > 1 => halve(&mut stack, batch),
                    // It is gone, which is what was wanted.
                    Err(error) if error.class == Class::Gone => {
                        batch.iter().for_each(|(at, id)| answer(answers, *at, Ok(tombstone(id))));
                    }
                    Err(error) => {
                        batch.iter().for_each(|(at, _)| answer(answers, *at, Err(error.clone())));
                        if stops(&error) {
                            return Err(error);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn delete(&self, rule: &Delete, batch: &[(usize, String)]) -> Result<(), AppError> {
        let ids = batch.iter().map(|(_, id)| Json::String(id.clone())).collect();
        let mut fill = Fill::default().value("ids", Json::Array(ids));
        if let [(_, only)] = batch {
            fill = fill.text("id", only);
        }
        self.sender.send(Call::write(&rule.request, &rule.query, rule.body.clone(), fill)).await.map(|_| ())
    }

    /// What a record is after a write that was answered with it.
    async fn written(&self, record: Result<&Json, AppError>) -> Result<Written, AppError> {
        let shown = self.observe(vec![record?.clone()]).await;
        // The write happened; only what it looks like is not known.
        let lost = |error: AppError| AppError { class: Class::Unknown, ..error };
        let now =
            shown.map_err(lost)?.into_iter().next().ok_or_else(|| lost(self.sender.strange("an empty answer")))?;
        Ok(Written { now })
    }

    /// Reads a new record back by the id that it was given.
    async fn read_created(&self, item: &NewItem) -> Result<Written, AppError> {
        if let Some(mirrored) = &self.mirrored {
            return self.created_mirrored(mirrored, item.op, &item.record).await;
        }
        let id = item.op.to_string();
        let unknown = |what: String| AppError::new(Class::Unknown, what);
        match self.get_one(&id).await {
            Ok(Some(record)) => self.written(Ok(&record)).await,
            Ok(None) => Err(unknown(format!("{} took a new record in, but does not show it", self.sender.title()))),
            Err(error) => Err(unknown(error.what)),
        }
    }

    /// Reads a changed record back.
    async fn read_changed(&self, item: &ChangedItem) -> Result<Written, AppError> {
        if let Some(mirrored) = &self.mirrored {
            return self.changed_mirrored(mirrored, &item.id, &item.changed.old, &item.changed.whole).await;
        }
        let record = match self.get_one(&item.id).await {
            Ok(Some(record)) => record,
            // The write was answered; if it cannot be read back, it is as it was sent.
            Ok(None) | Err(_) => item.changed.record.clone(),
        };
        self.written(Ok(&record)).await
    }
}

/// The same fields, all empty.
fn empty(record: &Record) -> Record {
    Record::filled_with(&Value::Empty, record.values().len())
}

fn answer(answers: &mut Answers, at: usize, written: Result<Written, AppError>) {
    if let Some(slot) = answers.get_mut(at) {
        *slot = Some(written);
    }
}

/// Puts the two halves of a batch on the stack.
fn halve<'i, T>(stack: &mut Vec<&'i [T]>, batch: &'i [T]) {
    let (first, second) = batch.split_at(batch.len() / 2);
    stack.extend([second, first]);
}

/// Whether a failure is about what was sent, so that the rest of it may go through. Such a failure had no effect.
fn is_content(error: &AppError) -> bool {
    matches!(error.class, Class::Invalid | Class::Stale | Class::Gone)
}

/// Whether nothing more is sent after this failure.
fn stops(error: &AppError) -> bool {
    !is_content(error)
}

/// Why a write was not sent after another one failed.
fn unsent(error: &AppError) -> AppError {
    match error.class {
        Class::Unknown => not_sent("not sent, because the write before it was not answered", Class::Retry),
        _ => error.clone(),
    }
}

fn not_sent(why: &str, class: Class) -> AppError {
    AppError::new(class, why)
}

fn tombstone(id: &str) -> Written {
    let now = Observed {
        id: id.to_owned(),
        version: None,
        raw: Vec::new(),
        deleted: true,
        edited: None,
        aliases: Vec::new(),
    };
    Written { now }
}
