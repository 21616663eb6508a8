//! A file that the app exported: what was there before the first message.
//!
//! The columns are the members of a record. A row is told as a part: a column that is not in the file is not known.

use std::{fs, path::Path};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::{CLOCKS, Times, Told};
use crate::apps::{AppError, Class, http::manifest::Export};

/// An exported file.
pub(in crate::apps::http) struct Exported {
    /// Names its content.
    pub(in crate::apps::http) hash: String,
    /// Its rows.
    pub(in crate::apps::http) told: Vec<Told>,
    /// Rows that do not read, for people.
    pub(in crate::apps::http) problems: Vec<String>,
}

/// Reads an exported file, unless its content is the one with this hash. `members` are the members that columns may
/// be, with whether they are lists; `id` gives ids the one form that they have here; `ahead` is how far the clock of the app
/// is ahead of ours.
pub(in crate::apps::http) fn read(
    path: &Path,
    rule: &Export,
    members: &[(String, bool)],
    id: &dyn Fn(&str) -> String,
    (known, ahead): (Option<&str>, SignedDuration),
) -> Result<Option<Exported>, AppError> {
    let shown = path.display();
    let fatal = |what: String| {
        let todo = format!("export the records again, or take `{}` out of syncc.toml", rule.setting);
        AppError::new(Class::Fatal, what).todo(todo)
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        // It was read; what it said is remembered.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && known.is_some() => return Ok(None),
        Err(error) => return Err(fatal(format!("the export {shown} cannot be read: {error}"))),
    };
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if known == Some(&*hash) {
        return Ok(None);
    }
    let modified = fs::metadata(path).and_then(|about| about.modified()).ok();
    // The file is dated by the clock of this machine, what the app tells by its own.
    let at = modified.and_then(|time| Timestamp::try_from(time).ok()).and_then(|time| time.checked_add(ahead).ok());
    let at = at.and_then(|time| time.checked_sub(CLOCKS).ok()).unwrap_or(Timestamp::UNIX_EPOCH);

    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let head =
        rows.headers().map_err(|error| fatal(format!("the first line of {shown} does not read: {error}")))?.clone();
    if !head.iter().any(|column| column == rule.id) {
        return Err(fatal(format!("the export {shown} has no column `{}`", rule.id)));
    }
    let (mut told, mut problems) = (Vec::new(), Vec::new());
    for row in rows.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(format!("{shown}, line {line}: the line does not read, and is left out"));
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != head.len() {
            problems.push(format!(
                "{shown}, line {line}: {} cells instead of {}; the line is left out",
                row.len(),
                head.len()
            ));
            continue;
        }
        let mut record = Map::new();
        let mut own = None;
        for (column, cell) in head.iter().zip(&row) {
            if column == rule.id {
                own = Some(id(cell.trim())).filter(|id| !id.is_empty());
            } else if let Some((_, list)) = members.iter().find(|(member, _)| member == column) {
                let elements = || cell.split(&rule.separator).map(str::trim).filter(|text| !text.is_empty());
                let value = if *list { elements().map(Json::from).collect() } else { Json::from(cell) };
                record.insert(column.to_owned(), value);
            }
        }
        let Some(own) = own else {
            problems.push(format!("{shown}, line {line}: `{}` is empty; the line is left out", rule.id));
            continue;
        };
        record.insert(rule.id.clone(), Json::from(own.clone()));
        told.push(Told { id: own, at, whole: false, spared: Vec::new(), members: record, asked_at: Times::new() });
    }
    Ok(Some(Exported { hash, told, problems }))
}
