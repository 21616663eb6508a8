//! Listing a folder: its card files in the order of their names, each as it is now.
//!
//! Looking at a file is a call to the system, and all that a listing costs when nothing changed. So many files are looked
//! at by several threads, and in the order in which the disk has them, which is also about the order of the system's memory: a folder
//! names them in the order of a hash.

use std::{
    fs::{self, DirEntry},
    io::ErrorKind,
    num::NonZero,
    path::Path,
};

use jiff::Timestamp;

use super::{Stamp, file};
use crate::apps::{AppError, threads};

/// For how many files that are only looked at a thread is worth its start.
const WORTH_A_THREAD: NonZero<usize> = NonZero::new(500).unwrap();

/// The name of a card file, and how it is told from itself before.
pub(super) type Listed = (String, Stamp);

/// The card files in the order of their names, and problems with names. A folder that is not there is an error, never an
/// empty one: the disk may not be mounted. Folders within it are not looked into.
pub(super) fn files(folder: &Path, now: Timestamp) -> Result<(Vec<Listed>, Vec<String>), AppError> {
    let failed = |error| file::explain("listed", folder, &error);
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if !Path::new(&name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("vcf")) {
            continue;
        }
        match name.into_string() {
            Ok(name) if name.starts_with('.') => {}
            Ok(name) => entries.push((name, entry)),
            Err(name) => problems.push(format!(
                "{}: the name of the file is not written in UTF-8; rename it",
                folder.join(name).display()
            )),
        }
    }
    entries.sort_unstable_by_key(|(_, entry)| place(entry));
    let stamps = threads::each(&entries, WORTH_A_THREAD, |(_, entry)| look_at(entry, now));
    let listed = entries.into_iter().zip(stamps).map(|((name, _), stamp)| Ok(stamp?.map(|stamp| (name, stamp))));
    let mut files = listed.filter_map(Result::transpose).collect::<Result<Vec<Listed>, AppError>>()?;
    // Names that were given one after the other are in order by now: a sort that uses that is quicker than one that does not.
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok((files, problems))
}

/// Where the disk has what it knows of a file, as far as a number tells that.
#[cfg(unix)]
fn place(entry: &DirEntry) -> u64 {
    std::os::unix::fs::DirEntryExt::ino(entry)
}

#[cfg(not(unix))]
fn place(_entry: &DirEntry) -> u64 {
    0
}

/// A stamp for an entry; none for what is no file, or not there any more.
fn look_at(entry: &DirEntry, now: Timestamp) -> Result<Option<Stamp>, AppError> {
    // Of the entry itself, which costs no way through the folders; only a link is followed.
    let metadata = match entry.metadata() {
        Ok(metadata) if metadata.is_symlink() => match fs::metadata(entry.path()) {
            // It is there, and leads nowhere at the moment: nobody deleted it. What is wrong is said where it is read.
            Err(_) => return Ok(Some(Stamp::AGAIN)),
            leads_to => leads_to,
        },
        itself => itself,
    };
    match metadata {
        Ok(metadata) => Ok(metadata.is_file().then(|| Stamp::of(&metadata, now))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file::explain("looked at", &entry.path(), &error)),
    }
}
