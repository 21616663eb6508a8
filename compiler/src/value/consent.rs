//! The ladder of consent, which sync only climbs down.

use serde::{Deserialize, Serialize};

/// Where a person stands. Ordered from most mail to least: a greater step means less mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Gets mail.
    Subscribed,
    /// Was asked and has not answered.
    Pending,
    /// Asked for no mail.
    Unsubscribed,
    /// Cannot be reached: the address bounces.
    Cleaned,
}

impl Consent {
    /// The step with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "subscribed" => Self::Subscribed,
            "pending" => Self::Pending,
            "unsubscribed" => Self::Unsubscribed,
            "cleaned" => Self::Cleaned,
            _ => return None,
        })
    }

    /// The name of the step.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Pending => "pending",
            Self::Unsubscribed => "unsubscribed",
            Self::Cleaned => "cleaned",
        }
    }
}
