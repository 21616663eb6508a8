//! A folder of vCards: one `.vcf` file a contact.
//!
//! The id of a contact is the name of its file, its version is a hash of the content. Setting: `path`.
//! Promises:
//! - A file is replaced in one step, and only if it is still what was last read.
//! - A file that cannot be read as one card is named as a problem, never touched and never counts as deleted.
//! - A file that got another name since the last listing is still the same contact: its UID tells, else its content. So are
//!   files that exchanged their names, or were numbered anew.
//! - A new content is on the disk before a file gets it: a power cut leaves the old one or the new one.
//! - Files that did not change since the last listing are not opened.

pub(super) mod card;
mod cursor;
mod folder;
mod listing;
mod moved;
mod push;

use std::num::NonZero;

use async_trait::async_trait;
use syncc_compiler::{
    ir::{FieldId, Side},
    schema,
    value::Record,
};
use uuid::Uuid;

use super::{Account, App, AppError, Class, Limits, Observed, Page, Pulled, Write, Written, file, threads};
use crate::world::World;
use card::{Card, Layout};
use cursor::{Cursor, Draft, Stamp};
use folder::{Folder, Found, Read};
use moved::{Gone, Hands};

/// How many records are handed over at once.
const PAGE: usize = 500;
/// For how many files that are read a thread is worth its start.
const WORTH_A_THREAD: NonZero<usize> = NonZero::new(100).unwrap();
/// How many files are written with one wait for the disk.
const BATCH: usize = 250;

/// Opens the folder of an account for the fields of a side.
///
/// # Errors
/// When the account names no folder. That the folder is there is looked at when it is read.
pub fn open(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    let folder = Folder::new(file::path(account, "contacts")?);
    let layout = Layout::of(side, account.region.as_deref());
    Ok(Box::new(Vcard { folder, layout, object: side.object.clone(), world: world.clone() }))
}

#[derive(Clone)]
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
        let (folder, now) = (self.folder.clone(), self.world.clock.now());
        let files = threads::aside(move || folder.files(now));
        let mut next = Draft::after(cursor);
        let known = cursor.map(Cursor::read).transpose()?;
        let stopped = || AppError::new(Class::Fatal, "syncc was stopped while the folder was listed");
        let (files, mut problems) = files.await.ok_or_else(stopped)??;
        let listed = known.as_ref().map(|known| known.files.as_slice()).unwrap_or_default();
        let mut left = Gone::of(listed, &files);
        // After a listing with gaps a deletion may hide in a gap, so everything is listed again.
        let full = !known.as_ref().is_some_and(|known| known.complete);
        let mut known = listed.iter().copied().peekable();
        let (mut batch, mut gone, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        let mut hands = Hands::default();
        let mut files = files.into_iter();
        loop {
            // Both lists are in the order of the names: they are gone through side by side.
            let (mut some, mut unread) = (Vec::new(), Vec::new());
            while unread.len() < PAGE
                && let Some((name, stamp)) = files.next()
            {
                while known.next_if(|(known, _)| *known < name.as_str()).is_some() {}
                let before = known.next_if(|(known, _)| *known == name);
                let still = before.map(|(_, before)| before).filter(|before| !full && stamp.is_still(before));
                if let (Some(still), true) = (still, some.is_empty()) {
                    next.keep(&name, still);
                    continue;
                }
                if still.is_none() {
                    unread.push(name.clone());
                }
                some.push((name, stamp, before, still));
            }
            if some.is_empty() {
                break;
            }
            let mut read = threads::each(&unread, WORTH_A_THREAD, |name| self.folder.read(name)).into_iter();
            for (name, stamp, before, still) in some {
                if let Some(still) = still {
                    next.keep(&name, still);
                    continue;
                }
                let Some(read) = read.next() else { break };
                match read? {
                    Read::Card(found) => {
                        let Found { observed, mark, tells, made_as } = *found;
                        // What the last run made came after its listing, which therefore does not know it.
                        let unlisted = |name: &String| {
                            cursor.is_some() && listed.binary_search_by_key(&name.as_str(), |(name, _)| name).is_err()
                        };
                        let made_as = made_as.filter(unlisted);
                        match before {
                            Some(before) => hands.known_name(before, &mark, &tells, made_as),
                            None if cursor.is_some() => hands.new_name(&name, &mark, made_as),
                            None => {}
                        }
                        batch.push(observed);
                        next.add(&name, stamp, &mark, &tells);
                    }
                    // What was a contact before and is a list of people now is no contact any more.
                    Read::Group | Read::Gone => {
                        if let Some(before) = before {
                            hands.lost_name(before);
                            gone.push(folder::tombstone(&name));
                        }
                    }
                    Read::Problem(problem) => {
                        if let Some(before) = before {
                            hands.lost_name(before);
                        }
                        problems.push(problem);
                        unreadable.push(name.clone());
                        // Looked at again next time, so that the problem stays in sight until it is solved.
                        let before = before.map(|(_, before)| before).unwrap_or_default();
                        let (mark, tells) = (cursor::mark_of(before).unwrap_or_default(), cursor::tells_of(before));
                        next.add(&name, Stamp::AGAIN, mark, tells);
                    }
                }
            }
            if !batch.is_empty() {
                page(std::mem::take(&mut batch))?;
            }
        }
        let handed = hands.sorted(&mut left, |name| folder::given_up(name, self.world.chance.bits()));
        if !full {
            gone.extend(left.into_names().map(folder::tombstone));
        }
        page(gone)?;
        let cursor = next.write(!full || problems.is_empty());
        Ok(Pulled { cursor: Some(cursor), complete: full && problems.is_empty(), problems, unreadable, handed })
    }

    fn anew(&self, cursor: &str, without: &[String]) -> Option<String> {
        cursor::anew(cursor, without)
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

    fn uid(&self, raw: &[u8]) -> Option<String> {
        Card::parse(raw).ok()?.uid()
    }

    fn beside(&self, raw: &[u8]) -> Option<String> {
        self.layout.beside(&Card::parse(raw).ok()?)
    }

    fn illegible(&self, raw: &[u8], field: FieldId) -> Option<String> {
        self.layout.illegible(&Card::parse(raw).ok()?, field)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        // The last batch is noted meanwhile.
        let (app, count, writes) = (self.clone(), writes.len(), writes.to_vec());
        threads::aside(move || push::push(&app, &writes, file::sync_folder)).await.unwrap_or_else(|| {
            let stopped = AppError::new(Class::Unknown, "syncc was stopped while it was written");
            vec![Err(stopped); count]
        })
    }

    fn limits(&self) -> Limits {
        Limits { creates: BATCH, updates: BATCH, client_ids: true }
    }

    fn lists_lag(&self) -> bool {
        false
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let mut cards = Vec::new();
        for (name, _) in self.folder.files(self.world.clock.now())?.0 {
            if let Read::Card(found) = self.folder.read(&name)? {
                cards.push(found.observed.raw);
            }
        }
        Ok(card::known_categories(&self.object, &cards))
    }
}
