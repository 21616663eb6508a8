//! New records that an app would take for ones that it has.
//!
//! Some apps do not make a second record with the same e-mail address, whatever id it is given: the one that is there takes what
//! was sent, over what it was, and the answer does not tell. So a record that is meant to be another person is not sent,
//! as far as it is known here whom the app has. The engine only asks for one where the rules tell the two apart.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{app::HttpApp, mirror::spelt, path::Path};
use crate::apps::{AppError, Class};

/// Whom the writes under way made, by the texts that they are known as: of some the app has not told yet.
#[derive(Debug, Default)]
pub(super) struct Made(HashMap<String, String>);

/// A record that is in the way of a new one.
#[derive(Debug)]
pub(super) struct Other {
    value: String,
    id: String,
}

impl HttpApp {
    /// The member of a new record by which the app takes it for another one, if it does so.
    pub(super) fn meant_by(&self) -> Option<&Path> {
        self.mirrored.as_ref()?.rule.meant_by.as_ref()
    }

    /// The record that the app would take this new one for, as far as it is known whom the app has.
    pub(super) fn in_the_way(&self, new: &Json, made: &Made) -> Result<Option<Other>, AppError> {
        let (Some(mirrored), Some(path)) = (&self.mirrored, self.meant_by()) else { return Ok(None) };
        let Some(value) = path.text(new).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let known = mirrored.mirror.known_as(&value)?.into_values().find_map(|known| self.id_of_one_there(&known));
        let id = known.or_else(|| made.0.get(&spelt(&value)).cloned());
        Ok(id.map(|id| Other { value, id }))
    }

    /// The app has this record too.
    pub(super) fn note_made(&self, record: &Json, id: &str, made: &mut Made) {
        let same_by = self.mirrored.iter().flat_map(|mirrored| &mirrored.rule.same_by);
        for text in same_by.filter_map(|path| path.text(record)) {
            made.0.entry(spelt(&text)).or_insert_with(|| id.to_owned());
        }
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
