//! A field: a type, and what the app lets one do with it.

use serde::{Deserialize, Serialize};

use super::Type;

/// A field of an object. The keys of a manifest that only the runtime reads (`path` …) are not here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// What can be done with it.
    #[serde(default)]
    pub can: Can,
    /// Its canonical meaning, such as `email` or `name.given`: fields of one meaning are mapped by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<String>,
    /// The known values of a choice, label, stage or owner. Closed for a `choice`; open, but complete when
    /// last pulled, for the others. `None` when nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// Whether the app gives back something else than what was written (it reformats phones, cuts texts).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reformats: bool,
    /// The parts of an address that the app has no place for, such as `country`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// Whether yes means that a person wants no mail: then nothing in a file may write no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opt_out: bool,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// What an app lets one do with a field. In a manifest: a list such as `["read", "filter", "add", "remove"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Can {
    /// Its value comes back.
    pub read: bool,
    /// Rules may test it.
    pub filter: bool,
    /// It can be given a value.
    pub set: bool,
    /// It can be given the empty value.
    pub clear: bool,
    /// An element can be added.
    pub add: bool,
    /// An element can be removed.
    pub remove: bool,
    /// A value that the account does not know yet is made by writing it.
    pub create: bool,
}

impl Can {
    const NAMES: [&'static str; 7] = ["read", "filter", "set", "clear", "add", "remove", "create"];

    fn flags(&mut self) -> [&mut bool; 7] {
        [
            &mut self.read,
            &mut self.filter,
            &mut self.set,
            &mut self.clear,
            &mut self.add,
            &mut self.remove,
            &mut self.create,
        ]
    }
}

impl Default for Can {
    /// Read, filter, set and clear: what most fields allow.
    fn default() -> Self {
        Self { read: true, filter: true, set: true, clear: true, add: false, remove: false, create: false }
    }
}

impl TryFrom<Vec<String>> for Can {
    type Error = String;
    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        let mut can =
            Self { read: false, filter: false, set: false, clear: false, add: false, remove: false, create: false };
        for name in names {
            let Some(index) = Self::NAMES.iter().position(|known| *known == name) else {
                return Err(format!("`{name}` is nothing a field can do; it is one of {}", Self::NAMES.join(", ")));
            };
            *can.flags()[index] = true;
        }
        Ok(can)
    }
}

impl From<Can> for Vec<String> {
    fn from(mut can: Can) -> Self {
        can.flags().into_iter().zip(Can::NAMES).filter(|(flag, _)| **flag).map(|(_, name)| name.to_owned()).collect()
    }
}
