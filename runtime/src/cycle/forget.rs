//! Erasing a person from what is remembered, and leaving them alone from then on.
//!
//! What stays is a mark of each id and each key: enough to know the contact when an app shows it again, and nothing that
//! could be read back. The apps keep what they have.

use std::collections::HashSet;

use syncc_compiler::{
    ir::{End, Program},
    schema::Type,
    value::{Record, Text, Value},
};

use super::{Connection, CycleError, Picture};
use crate::{
    apps::{App, Observed},
    store::{Erased, Marks, RecordId, Store, StoreError, id_kind, mark},
};

/// What erasing a person came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgot {
    /// Who it was.
    pub who: String,
    /// How many lines of history were erased.
    pub history: usize,
    /// Whether the bytes are gone from the disk already. Else somebody was just looking, and they go when the next run has ended.
    pub scrubbed: bool,
    /// Others who are remembered and share a key: the name and an id of each.
    pub others: Vec<(String, String)>,
}

impl Connection<'_> {
    /// Erases the person of an item of the picture.
    ///
    /// # Errors
    /// [`CycleError::Unanswered`] while a write to it is open, and what the store can say.
    pub fn forget(&mut self, picture: &Picture<'_>, index: usize) -> Result<Option<Forgot>, CycleError> {
        let Some(item) = picture.plan.items.get(index) else { return Ok(None) };
        let mut records: Vec<(End, String)> =
            End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?))).collect();
        let touches =
            |end: End, id: &Option<String>| id.as_ref().is_some_and(|id| records.contains(&(end, id.clone())));
        let open = self.store.open_entries()?;
        if open.iter().any(|entry| {
            touches(entry.write.end, &entry.write.target) || touches(entry.write.end.other(), &entry.write.partner)
        }) {
            return Err(CycleError::Unanswered);
        }
        let salt = self.salt()?;
        let keys: HashSet<(String, Text)> = End::BOTH
            .into_iter()
            .filter_map(|end| Some((end, picture.now(item, end)?.record.as_ref()?)))
            .flat_map(|(end, record)| keys(self.program, end, record))
            .collect();
        // Of a partner that is gone only the history still tells.
        let texts: Vec<String> = keys.iter().map(|(_, key)| key.key().to_owned()).collect();
        records.extend(self.store.mentioned(&texts)?);
        let ids = records.iter().map(|(end, id)| mark(&salt, id_kind(*end), id));
        let marks: Vec<String> = ids.chain(keys.iter().map(|(kind, key)| mark(&salt, kind, key.key()))).collect();
        let others = picture.plan.items.iter().enumerate().filter(|(other, item)| {
            let shares = |end: &End| {
                let record = picture.now(item, *end).and_then(|known| known.record.as_ref());
                record.is_some_and(|record| self::keys(self.program, *end, record).any(|key| keys.contains(&key)))
            };
            *other != index && End::BOTH.iter().any(shares)
        });
        let others =
            others.map(|(_, item)| (picture.who(item), item.ids.iter().flatten().next().cloned().unwrap_or_default()));
        let forgot = Forgot { who: picture.who(item), history: 0, scrubbed: false, others: others.collect() };
        let erased = self.erase(&records, &marks, &salt)?;
        Ok(Some(Forgot { history: erased.history, scrubbed: erased.scrubbed, ..forgot }))
    }

    /// Erases a person of whom only the history still tells: both contacts are gone. Nothing if it does not tell of anybody like
    /// this.
    ///
    /// # Errors
    /// What the store can say.
    pub fn forget_gone(&mut self, typed: &str) -> Result<Option<Forgot>, CycleError> {
        let typed = typed.trim();
        let records = self.told_of(typed)?;
        if records.is_empty() {
            return Ok(None);
        }
        let (keys, salt) = (self.typed_keys(typed), self.salt()?);
        let ids = records.iter().map(|(end, id)| mark(&salt, id_kind(*end), id));
        let marks: Vec<String> = ids.chain(keys.iter().map(|(kind, key)| mark(&salt, kind, key))).collect();
        let erased = self.erase(&records, &marks, &salt)?;
        let who = typed.to_owned();
        Ok(Some(Forgot { who, history: erased.history, scrubbed: erased.scrubbed, others: Vec::new() }))
    }

    /// The records that are not known any more, and of which the history tells what was typed: an id, or a key such as the email.
    ///
    /// # Errors
    /// What the store can say.
    pub fn told_of(&self, typed: &str) -> Result<Vec<RecordId>, CycleError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.typed_keys(typed).into_iter().map(|(_, key)| key);
        Ok(self.store.mentioned(&keys.chain([typed.to_owned()]).collect::<Vec<_>>())?)
    }

    /// Erases the records. Both sides are read from the beginning next time; of the others it stays known who is who.
    fn erase(&mut self, records: &[RecordId], marks: &[String], salt: &str) -> Result<Erased, CycleError> {
        let mut anew = [None, None];
        for end in End::BOTH {
            let without: Vec<String> = records.iter().filter(|(of, _)| *of == end).map(|(_, id)| id.clone()).collect();
            let cursor = self.store.cursor(end)?;
            anew[end.index()] = cursor.and_then(|cursor| self.apps[end.index()].anew(&cursor, &without));
        }
        let erased = self.store.forget(records, marks, salt, self.world.clock.now())?;
        for end in End::BOTH {
            self.store.set_cursor(end, anew[end.index()].as_deref())?;
        }
        Ok(erased)
    }

    /// The salt of all marks: a new one before the first.
    fn salt(&self) -> Result<String, CycleError> {
        let fresh = format!("{:032x}{:032x}", self.world.chance.bits(), self.world.chance.bits());
        Ok(self.store.marks()?.salt.unwrap_or(fresh))
    }

    /// What was typed as a key of each kind that it may be.
    fn typed_keys(&self, typed: &str) -> Vec<(String, String)> {
        let mut keys = Vec::new();
        for tier in &self.program.matching {
            for end in End::BOTH {
                let side = self.program.side(end);
                let mut fields = tier.fields[end.index()].iter().filter_map(|field| side.fields.get(field.index()));
                let Some(Type::One(scalar) | Type::Set(scalar)) = fields.next().map(|field| field.ty) else { continue };
                if let Some(Value::Text(text)) = self.canon[end.index()].scalar(scalar, typed) {
                    keys.push((key_kind(&tier.key), text.key().to_owned()));
                }
            }
        }
        keys
    }

    /// Lets a person who was forgotten be taken in again, by an id or a key: both sides are read from the beginning next time.
    /// Whether somebody like this was forgotten.
    ///
    /// # Errors
    /// What the store can say.
    pub fn take_back(&mut self, typed: &str) -> Result<bool, CycleError> {
        let Some(salt) = self.store.marks()?.salt else { return Ok(false) };
        let typed = typed.trim();
        let mut marks: Vec<String> = End::BOTH.map(|end| mark(&salt, id_kind(end), typed)).into();
        marks.extend(self.typed_keys(typed).iter().map(|(kind, key)| mark(&salt, kind, key)));
        let taken_back = self.store.take_back(&marks)?;
        if taken_back {
            for end in End::BOTH {
                self.read_anew(end)?;
            }
        }
        Ok(taken_back)
    }
}

/// Who is not to be taken in.
pub(super) struct Unwanted {
    marks: Marks,
}

impl Unwanted {
    /// `None` if nobody was ever forgotten.
    pub(super) fn of(store: &dyn Store) -> Result<Option<Self>, StoreError> {
        let marks = store.marks()?;
        Ok((!marks.marks.is_empty()).then_some(Self { marks }))
    }

    /// Takes those out of a page who were forgotten. Somebody else with the same key, who is remembered, stays.
    pub(super) fn take_out(
        &self,
        store: &dyn Store,
        program: &Program,
        end: End,
        app: &dyn App,
        page: &mut Vec<Observed>,
    ) -> Result<(), StoreError> {
        let shown = std::mem::take(page);
        for mut observed in shown {
            if self.is(store, program, end, app, &observed)? {
                continue;
            }
            // Of one that is known, and took somebody in who was forgotten: that one is not remembered for it.
            observed.aliases.retain(|id| !self.is_marked(id_kind(end), id));
            page.push(observed);
        }
        Ok(())
    }

    fn is_marked(&self, kind: &str, text: &str) -> bool {
        self.marks.salt.as_ref().is_some_and(|salt| self.marks.marks.contains(&mark(salt, kind, text)))
    }

    fn is(
        &self,
        store: &dyn Store,
        program: &Program,
        end: End,
        app: &dyn App,
        observed: &Observed,
    ) -> Result<bool, StoreError> {
        if self.is_marked(id_kind(end), &observed.id) {
            return Ok(true);
        }
        if store.is_known(end, &observed.id)? {
            return Ok(false);
        }
        if observed.aliases.iter().any(|id| self.is_marked(id_kind(end), id)) {
            return Ok(true);
        }
        if observed.deleted {
            return Ok(false);
        }
        // One that cannot be read is told of where it is read for the plan.
        let Ok(record) = app.decode(&observed.raw) else { return Ok(false) };
        Ok(keys(program, end, &record).any(|(kind, key)| self.is_marked(&kind, key.key())))
    }
}

/// The keys by which a record is matched, each with its kind.
fn keys<'r>(program: &'r Program, end: End, record: &'r Record) -> impl Iterator<Item = (String, Text)> + 'r {
    program.matching.iter().flat_map(move |tier| {
        tier.fields[end.index()].iter().flat_map(move |field| {
            let texts = match record.get(*field) {
                Value::Text(text) => std::slice::from_ref(text),
                set => set.elements(),
            };
            texts.iter().map(|text| (key_kind(&tier.key), text.clone()))
        })
    })
}

fn key_kind(key: &str) -> String {
    format!("key {key}")
}
