//! Where a field stands in a record.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use crate::apps::http::path::Path;

/// A field of an object. The keys that only the schema reads are taken and dropped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldRule {
    #[serde(default, rename = "type")]
    ty: String,
    #[serde(default, rename = "can")]
    _can: Option<IgnoredAny>,
    #[serde(default, rename = "means")]
    _means: Option<IgnoredAny>,
    #[serde(default, rename = "values")]
    _values: Option<IgnoredAny>,
    #[serde(default, rename = "reformats")]
    _reformats: Option<IgnoredAny>,
    #[serde(default, rename = "lacks")]
    _lacks: Option<IgnoredAny>,
    #[serde(default, rename = "opt_out")]
    _opt_out: Option<IgnoredAny>,
    #[serde(default, rename = "about")]
    _about: Option<IgnoredAny>,
    /// Where it stands. Without one the field has the name of its member.
    pub(crate) path: Option<Path>,
    /// How it is spelt there.
    #[serde(default)]
    pub(crate) shape: Shape,
    /// The lookup that turns the ids there into names.
    pub(crate) lookup: Option<String>,
}

impl FieldRule {
    /// The rule of a custom field: plain text at this place.
    pub(crate) fn at(path: Path) -> Self {
        Self { path: Some(path), ..Self::default() }
    }

    /// Whether it is a set.
    pub(crate) fn is_set(&self) -> bool {
        self.ty.starts_with("set of ")
    }
}

/// How a value is spelt in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// As text, number or bool; a set as a list of texts.
    #[default]
    Plain,
    /// A date as an object of `year`, `month` and `day`.
    DateParts,
    /// A set as one text with this between its elements.
    Joined(String),
    /// An address as an object: our part and the app's member.
    Parts(BTreeMap<String, String>),
    /// True when something happened.
    Happened(Happened),
}

/// Something that happened, in a list of events.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Happened {
    /// The member that says what happened.
    pub(crate) kind: String,
    /// The member that says when.
    pub(crate) time: String,
    /// What makes it true.
    pub(crate) on: Vec<String>,
    /// What makes it false again.
    #[serde(default)]
    pub(crate) off: Vec<String>,
}

/// How the elements of lists are told apart.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Elements {
    /// Which elements belong to the record; the others are never read, changed or sent.
    pub(crate) own: Option<Own>,
    /// The members that lead to the flag of the main element. Without a flag it is the first one.
    #[serde(default)]
    pub(crate) primary: Vec<String>,
    /// Members that say nothing alone: an element with only these left goes.
    #[serde(default)]
    pub(crate) idle: Vec<String>,
    /// Lists with members of their own kind, by name.
    #[serde(default)]
    pub(crate) lists: BTreeMap<String, ListRule>,
}

/// What the elements of one list are like.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListRule {
    /// Members that the app makes from others: dropped when an element changes, so that they cannot contradict it.
    #[serde(default)]
    pub(crate) derived: Vec<String>,
    /// More members that say nothing alone.
    #[serde(default)]
    pub(crate) idle: Vec<String>,
}

/// What tells an element of the record from one that comes from elsewhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Own {
    /// The members that say where it is from. An element that does not say so belongs to the record.
    pub(crate) at: Vec<String>,
    /// What they say.
    pub(crate) is: String,
}
