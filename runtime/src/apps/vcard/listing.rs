//! Listing a folder: its card files in the order of their names, each as it is now.
//!
//! Looking at a file is a call to the system, and all that a listing costs when nothing changed. So many files are looked
//! at by several threads. What comes out does not depend on how many there are.

use std::{
    fs::{self, DirEntry},
    io::ErrorKind,
    num::NonZero,
    panic::resume_unwind,
    path::Path,
    thread,
};

use jiff::Timestamp;

use super::{Stamp, file};
use crate::apps::AppError;

/// How many threads look at files at most.
const MOST_THREADS: usize = 8;
/// For how many files a thread is worth its start.
const WORTH_A_THREAD: usize = 500;

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
    let stamps = look_at_all(&entries, now)?;
    let files = entries.into_iter().zip(stamps).filter_map(|((name, _), stamp)| Some((name, stamp?)));
    let mut files: Vec<Listed> = files.collect();
    files.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok((files, problems))
}

/// A stamp for each entry; none for what is no file, or not there any more.
fn look_at_all(entries: &[(String, DirEntry)], now: Timestamp) -> Result<Vec<Option<Stamp>>, AppError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (entries.len() / WORTH_A_THREAD).clamp(1, cores.min(MOST_THREADS));
    let look_at_some = move |some: &[(String, DirEntry)]| -> Result<Vec<Option<Stamp>>, AppError> {
        some.iter().map(|(_, entry)| look_at(entry, now)).collect()
    };
    let (here, elsewhere) = entries.split_at(entries.len() / threads);
    if elsewhere.is_empty() {
        return look_at_some(here);
    }
    thread::scope(|scope| {
        let shares = elsewhere.chunks(elsewhere.len().div_ceil(threads - 1));
        let others: Vec<_> = shares
            .map(|share| (share, thread::Builder::new().spawn_scoped(scope, move || look_at_some(share))))
            .collect();
        let mut stamps = look_at_some(here)?;
        for (share, other) in others {
            let seen = match other {
                Ok(other) => other.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // The system gave no thread: it is done here.
                Err(_) => look_at_some(share),
            };
            stamps.append(&mut seen?);
        }
        Ok(stamps)
    })
}

fn look_at(entry: &DirEntry, now: Timestamp) -> Result<Option<Stamp>, AppError> {
    // Of the entry itself, which costs no way through the folders; only a link is followed.
    let metadata = match entry.metadata() {
        Ok(metadata) if metadata.is_symlink() => fs::metadata(entry.path()),
        itself => itself,
    };
    match metadata {
        Ok(metadata) => Ok(metadata.is_file().then(|| Stamp::of(&metadata, now))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file::explain("looked at", &entry.path(), &error)),
    }
}
