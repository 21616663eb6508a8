//! A folder of vCards: one `.vcf` file a contact.
//!
//! The id of a contact is the name of its file, its version is a hash of the content. Setting: `path`.
//! Promises:
//! - A file is replaced in one step, and only if it is still what was last read.
//! - A file that cannot be read as one card is named as a problem, never touched and never counts as deleted.
//! - Files that did not change since the last listing are not opened.

pub(super) mod card;
mod cursor;
mod folder;

use async_trait::async_trait;
use syncc_compiler::{ir::Side, schema, value::Record};
use uuid::Uuid;

use super::{Account, App, AppError, Class, Limits, Observed, Page, Pulled, Write, Written, file};
use crate::world::World;
use card::{Card, Layout};
use cursor::{Cursor, Stamp};
use folder::{Folder, Read};

/// How many records are handed over at once.
const PAGE: usize = 500;

/// Opens the folder of an account for the fields of a side.
///
/// # Errors
/// When the account names no folder. That the folder is there is looked at when it is read.
pub fn open(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    let folder = Folder::new(file::path(account, "contacts")?);
    let layout = Layout::of(side, account.region.as_deref());
    Ok(Box::new(Vcard { folder, layout, object: side.object.clone(), world: world.clone() }))
}

struct Vcard {
    folder: Folder,
    layout: Layout,
    object: String,
    world: World,
}

#[async_trait]
impl App for Vcard {
    async fn identity(&self) -> Result<String, AppError> {
        self.folder.identity()
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        let known = cursor.map(Cursor::read).transpose()?;
        // After a listing with gaps a deletion may hide in a gap, so everything is listed again.
        let known = known.filter(|known| known.complete);
        let now = self.world.clock.now();
        let (names, mut problems) = self.folder.names()?;
        let mut next = Cursor::new();
        let mut batch = Vec::new();
        for name in names {
            let Some(stamp) = self.folder.stamp(&name, now)? else {
                continue;
            };
            let before = known.as_ref().and_then(|known| known.files.get(&name));
            if before == Some(&stamp) && stamp.is_settled() {
                next.files.insert(name, stamp);
                continue;
            }
            match self.folder.read(&name)? {
                Read::Card(observed) => {
                    batch.push(*observed);
                    next.files.insert(name, stamp);
                }
                // What was a contact before and is a list of people now is no contact any more.
                Read::Group => {}
                Read::Gone => {}
                Read::Problem(problem) => {
                    problems.push(problem);
                    // Looked at again next time, so that the problem stays in sight until it is solved.
                    next.files.insert(name, Stamp::unsettled());
                }
            }
            if batch.len() >= PAGE {
                page(std::mem::take(&mut batch))?;
            }
        }
        if let Some(known) = &known {
            let gone = known.files.keys().filter(|name| !next.files.contains_key(*name));
            batch.extend(gone.map(|name| folder::tombstone(name)));
        }
        page(batch)?;
        let full = known.is_none();
        next.complete = !full || problems.is_empty();
        Ok(Pulled { cursor: Some(next.write()?), complete: full && problems.is_empty(), problems })
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        ids.iter().map(|id| self.folder.get(id)).collect()
    }

    async fn find_created(&self, op: Uuid, _record: &Record) -> Result<Option<Observed>, AppError> {
        self.folder.get(&folder::name_of(op))
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        let card = Card::parse(raw).map_err(|error| AppError::new(Class::Invalid, format!("no card: {error}")))?;
        Ok(self.layout.read(&card))
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let mut answers: Vec<_> = writes.iter().map(|write| self.push_one(write)).collect();
        // Only now are new names and removals certain to last.
        if let Err(error) = self.folder.sync() {
            answers.iter_mut().filter(|answer| answer.is_ok()).for_each(|answer| *answer = Err(error.clone()));
        }
        answers
    }

    fn limits(&self) -> Limits {
        Limits { creates: 200, updates: 200, client_ids: true }
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let mut cards = Vec::new();
        for name in self.folder.names()?.0 {
            if let Read::Card(observed) = self.folder.read(&name)? {
                cards.extend(Card::parse(&observed.raw));
            }
        }
        Ok(card::known_categories(&self.object, &cards))
    }
}

impl Vcard {
    fn push_one(&self, write: &Write) -> Result<Written, AppError> {
        let now = match write {
            Write::Create { op, record } => {
                let card = self.layout.create(&op.to_string(), record, self.world.clock.now());
                self.folder.create(*op, &card.to_bytes())?
            }
            Write::Update { id, version, raw, before, after } => {
                let mut card = Card::parse(raw).map_err(|error| {
                    AppError::new(Class::Invalid, format!("{id} is no card that can be changed: {error}"))
                })?;
                self.layout.write(&mut card, before, after, self.world.clock.now());
                let version = version.clone().unwrap_or_else(|| file::version(raw));
                self.folder.replace(id, &version, &card.to_bytes())?
            }
            Write::Delete { id, version } => self.folder.delete(id, version.as_deref())?,
        };
        Ok(Written { now })
    }
}
