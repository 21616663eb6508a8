//! The types of fields.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scalar {
    /// Free text.
    Text,
    /// A finite number.
    Number,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A point in time.
    DateTime,
    /// An email address. Compared without case.
    Email,
    /// A phone number. Compared as E.164.
    Phone,
    /// A web address.
    Url,
    /// A postal address in parts.
    Address,
    /// One of a closed set of values.
    Choice,
    /// A named thing with an id: an owner, a stage.
    Ref,
    /// A step on the ladder of consent.
    Consent,
}

impl Scalar {
    /// All of them, with the name the language gives them.
    pub const NAMES: [(Self, &'static str); 12] = [
        (Self::Text, "text"),
        (Self::Number, "number"),
        (Self::Bool, "bool"),
        (Self::Date, "date"),
        (Self::DateTime, "datetime"),
        (Self::Email, "email"),
        (Self::Phone, "phone"),
        (Self::Url, "url"),
        (Self::Address, "address"),
        (Self::Choice, "choice"),
        (Self::Ref, "ref"),
        (Self::Consent, "consent"),
    ];

    /// The name the language gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(scalar, _)| *scalar == self).map_or("", |(_, name)| name)
    }
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Type {
    /// One value.
    One(Scalar),
    /// `set of T`
    Set(Scalar),
}

impl Type {
    /// The type of one element, or of the value itself.
    #[must_use]
    pub fn scalar(self) -> Scalar {
        match self {
            Self::One(scalar) | Self::Set(scalar) => scalar,
        }
    }

    /// Whether it is a set.
    #[must_use]
    pub fn is_set(self) -> bool {
        matches!(self, Self::Set(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => f.write_str(scalar.name()),
            Self::Set(scalar) => write!(f, "set of {}", scalar.name()),
        }
    }
}

impl FromStr for Type {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (set, name) = match text.trim().strip_prefix("set of ") {
            Some(rest) => (true, rest.trim()),
            None => (false, text.trim()),
        };
        let Some((scalar, _)) = Scalar::NAMES.iter().find(|(_, known)| *known == name) else {
            return Err(format!("`{text}` is no type"));
        };
        let textual = !matches!(
            scalar,
            Scalar::Number | Scalar::Bool | Scalar::Date | Scalar::DateTime | Scalar::Address | Scalar::Consent
        );
        match (set, textual) {
            (true, false) => Err(format!("there are no sets of {name}")),
            (true, true) => Ok(Self::Set(*scalar)),
            (false, _) => Ok(Self::One(*scalar)),
        }
    }
}

impl TryFrom<String> for Type {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Type> for String {
    fn from(ty: Type) -> Self {
        ty.to_string()
    }
}
