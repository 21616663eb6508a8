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
        let email = email.trim().to_lowercase();
        let key = if email.is_empty() { format!("row\n{}", cells.join("\n")) } else { format!("email\n{email}") };
        for occurrence in 0_u32.. {
            let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{occurrence}\n{key}").as_bytes()).to_string();
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
        key
    }
}
