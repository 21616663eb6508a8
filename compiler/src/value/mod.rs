//! Values of contact fields, and what it means for two of them to be the same.
//!
//! Invariant: `==`, ordering and hashing of a [`Value`] are those of its canonical form, never of its
//! spelling. `Ann@X.example` equals `ann@x.example` if both were read as emails. So whoever compares
//! two values of one field asks the right question without knowing the field's type. The spelling is
//! kept beside it, and is what is written to an app.

mod address;
mod canon;
mod consent;
mod number;
mod phone;
mod record;
mod set;
mod text;

pub use address::Address;
pub use canon::{Canon, shown};
pub use consent::Consent;
pub use number::Number;
pub use record::Record;
pub use set::Set;
pub use text::Text;

use serde::{Deserialize, Serialize};

/// The value of one field of one contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// The answer did not carry the field. Never equal to a change, never written.
    #[default]
    Unknown,
    /// The field is there and holds nothing. An empty text or an empty set is this, never `Text("")`.
    Empty,
    /// Text, email, phone, url, choice or ref.
    Text(Text),
    /// A number.
    Number(Number),
    /// Yes or no.
    Bool(bool),
    /// A calendar day.
    Date(jiff::civil::Date),
    /// A point in time.
    DateTime(jiff::Timestamp),
    /// A postal address. Never one without any part: that is [`Value::Empty`].
    Address(Box<Address>),
    /// Where a person stands on the ladder of consent.
    Consent(Consent),
    /// Labels, tags, lists, emails. Never an empty one: that is [`Value::Empty`].
    Set(Set),
}

impl Value {
    /// Whether the field is known to hold nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether the answer carried the field at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Whether the field is known and holds something.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.is_known() && !self.is_empty()
    }

    /// The elements, if this is a set; nothing for an empty or unknown value.
    #[must_use]
    pub fn elements(&self) -> &[Text] {
        match self {
            Self::Set(set) => set.elements(),
            _ => &[],
        }
    }

    /// Whether this is a set that has the element.
    #[must_use]
    pub fn has(&self, element: &Text) -> bool {
        match self {
            Self::Set(set) => set.has(element),
            _ => false,
        }
    }

    /// A set of these elements, [`Value::Empty`] for none.
    #[must_use]
    pub fn set(elements: impl IntoIterator<Item = Text>) -> Self {
        let elements: Vec<Text> = elements.into_iter().collect();
        if elements.is_empty() { Self::Empty } else { Self::Set(elements.into()) }
    }
}
