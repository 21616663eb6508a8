//! Which property of a card holds which field of the schema.

/// Where a field stands in a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The preferred line of several, else the first: `EMAIL`, `TEL`.
    Preferred(&'static str),
    /// All the other lines.
    Others(&'static str),
    /// `FN`. Only read; written along with what it is made of, unless somebody chose it.
    FullName,
    /// One of the five components of `N`.
    NamePart(usize),
    /// The whole text of a line.
    Text(&'static str),
    /// The first text of a list.
    FirstOf(&'static str),
    /// One component of a line.
    Component(&'static str, usize),
    /// `ADR`.
    Address,
    /// `BDAY`.
    Birthday,
    /// `URL`.
    Url,
    /// All `CATEGORIES`.
    Categories,
}

impl Place {
    /// The property that it is in.
    pub(super) fn property(self) -> &'static str {
        match self {
            Self::Preferred(name)
            | Self::Others(name)
            | Self::Text(name)
            | Self::FirstOf(name)
            | Self::Component(name, _) => name,
            Self::FullName => "FN",
            Self::NamePart(_) => "N",
            Self::Address => "ADR",
            Self::Birthday => "BDAY",
            Self::Url => "URL",
            Self::Categories => "CATEGORIES",
        }
    }

    /// The place of the field with this name in the manifests of the card apps.
    pub(super) fn of(field: &str) -> Option<Self> {
        Some(match field {
            "email" => Self::Preferred("EMAIL"),
            "other_emails" => Self::Others("EMAIL"),
            "phone" => Self::Preferred("TEL"),
            "other_phones" => Self::Others("TEL"),
            "name" => Self::FullName,
            "family_name" => Self::NamePart(0),
            "given_name" => Self::NamePart(1),
            "middle_name" => Self::NamePart(2),
            "prefix" => Self::NamePart(3),
            "suffix" => Self::NamePart(4),
            "nickname" => Self::FirstOf("NICKNAME"),
            "company" => Self::Component("ORG", 0),
            "department" => Self::Component("ORG", 1),
            "title" => Self::Text("TITLE"),
            "note" => Self::Text("NOTE"),
            "website" => Self::Url,
            "address" => Self::Address,
            "birthday" => Self::Birthday,
            "category" => Self::Categories,
            _ => return None,
        })
    }
}
