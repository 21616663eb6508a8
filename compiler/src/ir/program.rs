//! A whole file, resolved.

use serde::{Deserialize, Serialize};

use super::{Atom, ConstId, End, FieldId, Mapping, Rule, Tests};
use crate::{
    schema::{Can, Detects, Type},
    value::Value,
};

/// The version of the serialised form. A program of another version is refused.
pub const VERSION: u32 = 1;

/// One connection of two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Program {
    /// [`VERSION`] at the time of compiling.
    pub version: u32,
    /// The edition of the language that gives the file its meaning.
    pub edition: String,
    /// The name of the connection: that of the file without `.sync`.
    pub name: String,
    /// The ends, left first.
    pub sides: [Side; 2],
    /// Which ways the `sync` statement lets contacts flow.
    pub arrow: Arrow,
    /// Who wins when both sides changed the same thing.
    pub prefer: Prefer,
    /// How long the daemon waits between two cycles, in seconds.
    pub every: u64,
    /// How records are matched, best first. At least one.
    pub matching: Vec<MatchTier>,
    /// The constants, each once.
    pub constants: Vec<Value>,
    /// The atoms, each once.
    pub atoms: Vec<Atom>,
    /// The rules in the order of the file, implicit ones last.
    pub rules: Vec<Rule>,
    /// The mappings in effect.
    pub mappings: Vec<Mapping>,
    /// The most steps that a cycle takes, where that is proved. A pair that needs more is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<u32>,
    /// What the file expects of its own rules. No part of what a run does.
    #[serde(default, skip_serializing_if = "Tests::is_empty")]
    pub tests: Tests,
}

impl Program {
    /// The side at this end.
    #[must_use]
    pub fn side(&self, end: End) -> &Side {
        &self.sides[end.index()]
    }

    /// The constant at this index. A program from [`crate`] has all that it names; a damaged one reads as empty.
    #[must_use]
    pub fn constant(&self, id: ConstId) -> &Value {
        self.constants.get(id.index()).unwrap_or(&Value::Empty)
    }
}

/// One end of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Side {
    /// The name that the file uses for it: alias or app.
    pub name: String,
    /// The id of the app.
    pub app: String,
    /// The account in `syncc.toml`.
    pub account: String,
    /// The object within the app.
    pub object: String,
    /// Which one of several (a phonebook, an audience).
    pub instance: Option<String>,
    /// The fields that the program reads, writes, matches by or shows.
    pub fields: Vec<IrField>,
    /// What the app can tell beside fields.
    pub detects: Detects,
    /// Whether records can be created.
    pub creates: bool,
    /// Whether records can be deleted.
    pub deletes: bool,
}

impl Side {
    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldId> {
        let index = self.fields.iter().position(|field| field.name == name)?;
        u32::try_from(index).ok().map(FieldId)
    }

    /// The first field with this canonical meaning.
    #[must_use]
    pub fn meaning(&self, means: &str) -> Option<FieldId> {
        let index = self.fields.iter().position(|field| field.means.as_deref() == Some(means))?;
        u32::try_from(index).ok().map(FieldId)
    }
}

/// A field of a side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IrField {
    /// Its name in the file and in the app's schema.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its canonical meaning.
    pub means: Option<String>,
    /// What can be done with it.
    pub can: Can,
    /// The parts of an address that the app has no place for: they stay as they are on the other side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// Whether a yes means that the person wants no more mail: nothing ever takes it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opt_out: bool,
}

/// Which ways contacts may flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrow {
    /// `<->`
    Both,
    /// `->`
    Right,
    /// `<-`
    Left,
}

impl Arrow {
    /// Whether contacts may flow away from this end.
    #[must_use]
    pub fn from(self, end: End) -> bool {
        match self {
            Self::Both => true,
            Self::Right => end == End::Left,
            Self::Left => end == End::Right,
        }
    }
}

/// Who wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefer {
    /// Nothing is written: the left end.
    Default,
    /// A written end.
    End(End),
    /// The later edit; the left end where that is in doubt.
    Latest,
}

/// One tier of matching: the fields of each side whose values are keys of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MatchTier {
    /// The key as written: `email`.
    pub key: String,
    /// The fields with the key on each side, left first, the primary one first. None is empty.
    pub fields: [Vec<FieldId>; 2],
}
