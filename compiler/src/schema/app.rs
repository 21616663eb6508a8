//! An app: its objects, and what it can tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Field, Scalar, Type};

/// An app as the language sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct App {
    /// The name that `.sync` files use.
    pub id: String,
    /// The name for people.
    pub title: String,
    /// The objects by name.
    pub objects: BTreeMap<String, Object>,
    /// The object that an end without one means.
    pub default_object: String,
}

/// A kind of record within an app: contacts, leads, users.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    /// The fields by name.
    pub fields: BTreeMap<String, Field>,
    /// Meanings that tell records apart, best first: the default of `match`.
    #[serde(default)]
    pub identity: Vec<String>,
    /// What the app can tell beside fields.
    #[serde(default)]
    pub detects: Detects,
    /// Whether records can be created.
    #[serde(default = "yes")]
    pub creates: bool,
    /// Whether records can be deleted.
    #[serde(default)]
    pub deletes: bool,
    /// Whether any name is a field, with text in it (the columns of a CSV file before they were pulled).
    #[serde(default)]
    pub open: bool,
    /// Whether the app says when a record was last changed: what `prefer latest` needs.
    #[serde(default)]
    pub dated: bool,
    /// Whether an end says which one of several it means: `phonebook("Sales")`.
    #[serde(default)]
    pub named: Named,
    /// Which ones the account has, complete when last pulled. `None` when nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
}

impl Object {
    /// Whether a field says that a person wants no more mail.
    #[must_use]
    pub fn is_opt_out(&self, name: &str) -> bool {
        let Some(field) = self.fields.get(name) else { return false };
        let is_sign = name == "unsubscribed" && self.detects.unsubscribed;
        (field.opt_out || is_sign) && field.ty == Type::One(Scalar::Bool)
    }
}

/// Whether an object is one of several in an account, told apart by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Named {
    /// There is one.
    #[default]
    Never,
    /// Without a name the usual one is meant.
    Optional,
    /// A name must be said.
    Always,
}

fn yes() -> bool {
    true
}

/// What an app can tell about a record beside its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Detects {
    /// That a record was deleted: by a tombstone or a complete listing.
    pub deleted: bool,
    /// That a person asked for no more mail: the field that says so is `unsubscribed`.
    pub unsubscribed: bool,
}

/// What an account adds to its app's schema. `syncc pull` writes it beside the `.sync` files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pulled {
    /// By object name.
    #[serde(default)]
    pub objects: BTreeMap<String, PulledObject>,
}

/// What an account adds to one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulledObject {
    /// The names of phonebooks, audiences and the like, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
    /// Custom fields by name.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// Known values by field name.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
}

/// Why a manifest or a pulled file is no schema.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// The TOML does not say a schema.
    #[error("the schema of `{app}` cannot be read: {source}")]
    Toml {
        /// Whose.
        app: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
}

/// The part of a manifest that is the schema. Requests and paths stand beside it and are the runtime's.
#[derive(Deserialize)]
struct Manifest {
    app: Head,
    objects: BTreeMap<String, Object>,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    title: String,
    default_object: String,
}

impl App {
    /// The schema in the text of a manifest.
    ///
    /// # Errors
    /// When the text is no manifest.
    pub fn from_manifest(app: &str, text: &str) -> Result<Self, SchemaError> {
        let manifest: Manifest = toml::from_str(text)
            .map_err(|source| SchemaError::Toml { app: app.to_owned(), source: Box::new(source) })?;
        Ok(Self {
            id: manifest.app.id,
            title: manifest.app.title,
            objects: manifest.objects,
            default_object: manifest.app.default_object,
        })
    }

    /// This schema with what an account adds to it.
    #[must_use]
    pub fn with(mut self, pulled: &Pulled) -> Self {
        for (name, added) in &pulled.objects {
            let Some(object) = self.objects.get_mut(name) else {
                continue;
            };
            object.fields.extend(added.fields.iter().map(|(name, field)| (name.clone(), field.clone())));
            for (field, values) in &added.values {
                if let Some(field) = object.fields.get_mut(field) {
                    field.values = Some(values.clone());
                }
            }
            if added.names.is_some() {
                object.names.clone_from(&added.names);
            }
        }
        self
    }
}

impl Pulled {
    /// What the text of a pulled file adds.
    ///
    /// # Errors
    /// When the text is no pulled file.
    pub fn from_toml(account: &str, text: &str) -> Result<Self, SchemaError> {
        toml::from_str(text).map_err(|source| SchemaError::Toml { app: account.to_owned(), source: Box::new(source) })
    }
}
