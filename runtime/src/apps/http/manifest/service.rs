//! How an app is reached: its address, the login, how fast, and what its errors mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Request;
use crate::apps::{
    Class,
    http::{path::Path, template::Fill},
};

/// How an app is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    /// Scheme, host and port. The only host that is ever contacted, unless the account has its own `base`.
    pub(crate) base: String,
    /// How the login is sent.
    pub(crate) auth: Auth,
    /// Settings of the account that requests use, each with what it is for people.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
    /// A cheap read that checks the login, and who it says the account is.
    pub(crate) identity: Identity,
    /// Where an error answer says what is wrong.
    pub(crate) message: Option<Path>,
    /// How fast requests may be sent.
    #[serde(default)]
    pub(crate) budgets: Vec<Budget>,
    /// What error answers mean. The first that fits decides; then the general rules for status codes.
    #[serde(default)]
    pub(crate) errors: Vec<ErrorRule>,
}

/// Who the account is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The read.
    #[serde(flatten)]
    pub(crate) request: Request,
    /// What names the account: text with `{setting}` in it, or a path into the answer.
    pub(crate) is: String,
}

impl Identity {
    /// Who the account is, if that is a matter of its settings and the app need not be asked.
    pub(crate) fn set_by(&self, settings: &Fill) -> Option<String> {
        let asked = Path::try_from(self.is.clone()).is_ok();
        Some(settings.plain(&self.is)).filter(|text| !asked && *text != self.is)
    }
}

/// How the login is sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    /// Bearer token (RFC 6750), or basic (RFC 7617).
    pub(crate) kind: Kind,
    /// For basic: the setting that holds the user name.
    #[serde(default = "user")]
    pub(crate) user: String,
    /// What to do when the login is not accepted, for people.
    pub(crate) todo: String,
}

fn user() -> String {
    "user".to_owned()
}

/// How the login is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// `Authorization: Bearer SECRET`
    Bearer,
    /// `Authorization: Basic base64(USER:SECRET)`
    Basic,
}

/// So many requests in so many seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Which method counts; each one without.
    pub method: Option<String>,
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

/// What an error answer means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorRule {
    /// For these status codes; any error without.
    #[serde(default)]
    pub(crate) status: Vec<u16>,
    /// Where in the answer to look.
    pub(crate) at: Option<Path>,
    /// What one of the texts there contains.
    pub(crate) contains: Option<String>,
    /// What it is.
    #[serde(deserialize_with = "class")]
    pub(crate) class: Class,
    /// What happened, for people. Otherwise what the app says.
    pub(crate) say: Option<String>,
    /// What to do, for people.
    pub(crate) todo: Option<String>,
}

fn class<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Class, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(match name.as_str() {
        "retry" => Class::Retry,
        "rate" => Class::Rate(None),
        "unknown" => Class::Unknown,
        "auth" => Class::Auth,
        "cursor-lost" => Class::CursorLost,
        "stale" => Class::Stale,
        "gone" => Class::Gone,
        "invalid" => Class::Invalid,
        "fatal" => Class::Fatal,
        _ => {
            let known = "retry, rate, unknown, auth, cursor-lost, stale, gone, invalid, fatal";
            return Err(serde::de::Error::custom(format!("`{name}` is no class of errors; it is one of {known}")));
        }
    })
}
