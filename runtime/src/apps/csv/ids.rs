//! Ids for rows that have none yet.

use std::collections::HashSet;

use uuid::Uuid;

/// Hands out ids that are the same each time the same rows are read, until they are written into the file.
#[derive(Debug, Default)]
pub(super) struct Provisional {
    taken: HashSet<String>,
}

impl Provisional {
    /// Starts with the ids that the file has.
    pub(super) fn new(taken: HashSet<String>) -> Self {
        Self { taken }
    }

    /// The id of a row: of its email, else of all that is in it. Of equal rows each gets one of its own.
    pub(super) fn next(&mut self, email: &str, cells: &[String]) -> String {
        let key = key_of(email).unwrap_or_else(|| key_of_row(cells));
        for occurrence in 0_u32.. {
            let id = id_of(occurrence, &key);
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
        key
    }
}

/// The id that the email gives the first row with it.
pub(super) fn by_email(email: &str) -> Option<String> {
    key_of(email).map(|key| id_of(0, &key))
}

/// The id that a row without an email has, of which there is no equal one.
pub(super) fn by_row(cells: &[String]) -> String {
    id_of(0, &key_of_row(cells))
}

/// Whether this is the id that the email gives a row, so that it has the same one without the id column.
pub(super) fn is_by_email(id: &str, email: &str) -> bool {
    by_email(email).is_some_and(|by_email| by_email == id)
}

fn key_of(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    (!email.is_empty()).then(|| format!("email\n{email}"))
}

fn key_of_row(cells: &[String]) -> String {
    format!("row\n{}", cells.join("\n"))
}

fn id_of(occurrence: u32, key: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{occurrence}\n{key}").as_bytes()).to_string()
}
