//! Writing cards: many at once.
//!
//! All contents are written beside their files first and made to last together; only then the files get them, one after
//! the other, and at last the folder is made to last. So a power cut leaves each file as it was or as it was to be, never
//! without its content, and what the journal calls sent and not confirmed is settled by looking.

use std::{io, path::Path};

use super::{Vcard, card::Card, file, file::Staged, file::Sync};
use crate::apps::{AppError, Class, Observed, Write, Written};

/// From how many writes on the disk is waited for once: below that it is cheaper to wait for each than for whatever else
/// was written to the disk.
const MANY: usize = 8;

/// A write that can be carried out: its content is beside the file that is to get it.
enum Ready<'w> {
    Create(uuid::Uuid, Staged, Vec<u8>),
    Replace(&'w str, String, Staged, Vec<u8>),
    Delete(&'w str, Option<&'w str>),
}

impl Ready<'_> {
    fn staged(&self) -> Option<&Staged> {
        match self {
            Self::Create(_, staged, _) | Self::Replace(_, _, staged, _) => Some(staged),
            Self::Delete(..) => None,
        }
    }
}

/// See [`crate::apps::App::push`]. `sync_folder` makes the folder last.
pub(super) fn push(
    app: &Vcard,
    writes: &[Write],
    sync_folder: impl Fn(&Path) -> io::Result<()>,
) -> Vec<Result<Written, AppError>> {
    let together = if writes.len() >= MANY { app.folder.together() } else { None };
    let sync = if together.is_some() { Sync::Together } else { Sync::Now };
    let mut ready: Vec<Result<Ready<'_>, AppError>> = writes.iter().map(|write| begin(app, write, sync)).collect();
    if let Some(together) = &together {
        let staged = ready.iter().filter_map(|ready| ready.as_ref().ok()?.staged());
        if let Err(error) = app.folder.sync_contents(together, staged) {
            // No content is certain to last: no file gets one.
            let writes = ready.iter_mut().filter(|ready| ready.as_ref().is_ok_and(|ready| ready.staged().is_some()));
            writes.for_each(|ready| *ready = Err(error.clone()));
        }
    }
    let put = ready.into_iter().map(|ready| Ok(Written { now: carry_out(app, ready?)? }));
    let mut answers: Vec<Result<Written, AppError>> = put.collect();
    // Only now are new names and removals certain to last.
    if let Err(error) = app.folder.sync(sync_folder) {
        answers.iter_mut().filter(|answer| answer.is_ok()).for_each(|answer| *answer = Err(error.clone()));
    }
    answers
}

/// Writes what is to be written beside the file.
fn begin<'w>(app: &Vcard, write: &'w Write, sync: Sync) -> Result<Ready<'w>, AppError> {
    match write {
        Write::Create { op, record } => {
            let content = app.layout.create(&op.to_string(), record, app.world.clock.now()).to_bytes();
            Ok(Ready::Create(*op, app.folder.begin_create(*op, &content, sync)?, content))
        }
        Write::Update { id, version, raw, before, after } => {
            let mut card = Card::parse(raw).map_err(|error| {
                AppError::new(Class::Invalid, format!("{id} is no card that can be changed: {error}"))
            })?;
            app.layout.write(&mut card, before, after, app.world.clock.now());
            let (version, content) = (version.clone().unwrap_or_else(|| file::version(raw)), card.to_bytes());
            Ok(Ready::Replace(id, version, app.folder.begin_replace(id, &content, sync)?, content))
        }
        Write::Delete { id, version } => Ok(Ready::Delete(id, version.as_deref())),
    }
}

fn carry_out(app: &Vcard, ready: Ready<'_>) -> Result<Observed, AppError> {
    match ready {
        Ready::Create(op, staged, content) => app.folder.create(op, staged, content),
        Ready::Replace(id, version, staged, content) => app.folder.replace(id, &version, staged, content),
        Ready::Delete(id, version) => app.folder.delete(id, version),
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::{
        apps::vcard::{Folder, Layout},
        world::World,
    };

    #[test]
    fn a_card_that_has_its_file_is_unknown_when_the_folder_cannot_be_made_to_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let (side, _, create) = file::test::without_fields("vcard", folder.path(), ".");
        let app = Vcard {
            folder: Folder::new(folder.path().to_owned()),
            layout: Layout::of(&side, None),
            object: side.object.clone(),
            world: World::real(),
        };
        let gone = Write::Update {
            id: "gone.vcf".to_owned(),
            version: None,
            raw: b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n".to_vec(),
            before: Default::default(),
            after: Default::default(),
        };
        let answers = push(&app, &[create, gone], |_| Err(io::Error::other("the cable is out")));
        let classes: Vec<Option<Class>> = answers.into_iter().map(|done| done.err().map(|error| error.class)).collect();
        assert_eq!(classes, [Some(Class::Unknown), Some(Class::Moved)]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1, "it has its file");
    }
}
