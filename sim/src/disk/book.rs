//! What people see in a list or in a folder of cards.

use std::{collections::BTreeMap, io};

/// The field that tells who somebody is. People never edit it.
pub(super) const WHO: &str = "title";
/// A field that the rules do not know.
pub(super) const MINE: &str = "mine";
/// The fields that people edit, but for the email and what is theirs.
pub(super) const PLAIN: [&str; 5] = ["company", "note", "given_name", "family_name", "phone"];

/// Somebody, as the file says it: its fields by their names in lists, those that hold something.
pub(super) type Fields = BTreeMap<String, String>;

/// A person in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where: the place in the list, the name of the card file.
    pub(super) place: String,
    pub(super) fields: Fields,
}

impl Row {
    /// Who it is.
    pub(super) fn who(&self) -> &str {
        self.fields.get(WHO).map_or("", String::as_str)
    }
}

/// A list or a folder of cards.
pub(super) trait Book: Send {
    /// Everybody in it, in its order.
    fn rows(&self) -> io::Result<Vec<Row>>;
    /// Writes one field, or empties it.
    fn set(&self, place: &str, field: &str, value: &str) -> io::Result<()>;
    /// Adds somebody; `number` is nobody else's.
    fn make(&self, fields: &Fields, number: u32) -> io::Result<()>;
    /// Takes somebody out.
    fn delete(&self, place: &str) -> io::Result<()>;
    /// Gives somebody's file another name.
    fn rename(&self, _place: &str, _number: u32) -> io::Result<()> {
        Ok(())
    }
    /// Two files exchange their names.
    fn swap(&self, _place: &str, _other: &str) -> io::Result<()> {
        Ok(())
    }
    /// Another order of its rows.
    fn shuffle(&self, _by: u32) -> io::Result<()> {
        Ok(())
    }
    /// Saved in another way.
    fn save(&mut self, _how: u32) -> io::Result<()> {
        Ok(())
    }
    /// All its bytes, by name.
    fn bytes(&self) -> io::Result<BTreeMap<String, Vec<u8>>>;
}
