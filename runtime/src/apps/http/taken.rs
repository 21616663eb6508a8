//! New records that an app would take for ones that it has.
//!
//! Some apps do not make a second record with the same e-mail address, whatever id it is given: the one that is there takes what
//! was sent, over what it was, and the answer does not tell. So a record that is meant to be another person is not sent,
//! as far as it is known here whom the app has. The engine only asks for one where the rules tell the two apart.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{app::HttpApp, path::Path};
use crate::apps::{AppError, Class};

/// Who of an app a new record would be taken for.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The member of a new record that decides.
    meant_by: Option<Path>,
    /// The members of a known one that it is looked for in.
    same_by: Vec<Path>,
    /// The ids, by the value of a member of `same_by`.
    ids: HashMap<String, String>,
}

/// A record that is in the way of a new one.
#[derive(Debug)]
pub(super) struct Other {
    value: String,
    id: String,
}

impl Taken {
    /// The record that the app would take this new one for.
    pub(super) fn by(&self, new: &Json) -> Option<Other> {
        let value = self.meant_by.as_ref()?.text(new)?.trim().to_owned();
        let id = self.ids.get(&value.to_lowercase()).filter(|_| !value.is_empty())?.clone();
        Some(Other { value, id })
    }

    /// Whether the app takes new records for others at all.
    pub(super) fn decides(&self) -> bool {
        self.meant_by.is_some()
    }

    /// The app has this record too.
    pub(super) fn add(&mut self, record: &Json, id: &str) {
        if self.meant_by.is_none() {
            return;
        }
        for text in self.same_by.iter().filter_map(|path| path.text(record)) {
            self.ids.entry(text.trim().to_lowercase()).or_insert_with(|| id.to_owned());
        }
    }
}

impl HttpApp {
    /// Whom the app is known to have, where it does not make a second one.
    pub(super) fn taken(&self) -> Result<Taken, AppError> {
        let Some((mirror, rule)) = self.mirrored.as_ref().map(|mirrored| (&mirrored.mirror, &mirrored.rule)) else {
            return Ok(Taken::default());
        };
        let mut taken = Taken { meant_by: rule.meant_by.clone(), same_by: rule.same_by.clone(), ..Taken::default() };
        if taken.meant_by.is_none() {
            return Ok(taken);
        }
        for held in mirror.since(0)? {
            let deleted = self.object.buried.as_ref().is_some_and(|buried| buried.holds(&held.record));
            if let Some(id) = self.object.id.text(&held.record).filter(|_| !deleted) {
                taken.add(&held.record, &id);
            }
        }
        Ok(taken)
    }

    /// Why a new record is not sent.
    pub(super) fn meant(&self, other: &Other) -> AppError {
        let title = self.sender.title();
        let Other { value, id } = other;
        let what =
            format!("{title} has the record {id} with {value}, and would write this contact over it: it was not sent");
        AppError::new(Class::Invalid, what).todo("give one of the two another address, or make them one contact")
    }
}
