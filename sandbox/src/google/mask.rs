//! Masks: comma lists of field names that say what to read or what to replace.

use super::error::Failure;
use super::fields::{READ_ONLY, WRITABLE, writable};
use crate::wire::Request;

/// Fields to show.
#[derive(Debug, Clone)]
pub(super) struct ReadMask {
    names: Vec<String>,
    /// The list as it was sent.
    pub(super) text: String,
    /// Whether elements of the public profile are shown besides those of the contact.
    pub(super) profile: bool,
    /// Whether elements of the contact are shown.
    pub(super) contact: bool,
}

impl ReadMask {
    /// The mask of a required parameter.
    pub(super) fn required(request: &Request, parameter: &str) -> Result<Self, Failure> {
        match request.parameter(parameter) {
            Some(list) => Self::parse(list, parameter, &request.parameters("sources")),
            None => Err(Failure::violation(
                parameter,
                format!("{parameter} mask is required. Please specify one or more valid paths."),
            )),
        }
    }

    /// The mask of an optional parameter; every field without one.
    pub(super) fn optional(request: &Request, parameter: &str) -> Result<Self, Failure> {
        let sources = request.parameters("sources");
        match request.parameter(parameter) {
            Some(list) => Self::parse(list, parameter, &sources),
            None => Self::parse(&everything(), parameter, &sources),
        }
    }

    /// A mask from its parts. `parameter` is what the request called it.
    pub(super) fn parse(list: &str, parameter: &str, sources: &[&str]) -> Result<Self, Failure> {
        let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(bad) = names.iter().find(|name| writable(name).is_none() && !READ_ONLY.contains(&name.as_str())) {
            return Err(Failure::violation(
                parameter,
                format!(
                    "Invalid {parameter} mask path: \"{bad}\". Valid paths are documented at \
                     https://developers.google.com/people/api/rest/v1/people/get."
                ),
            ));
        }
        let (mut profile, mut contact) = (sources.is_empty(), sources.is_empty());
        for source in sources {
            match *source {
                "READ_SOURCE_TYPE_PROFILE" => profile = true,
                "READ_SOURCE_TYPE_CONTACT" => contact = true,
                "READ_SOURCE_TYPE_DOMAIN_CONTACT" | "READ_SOURCE_TYPE_OTHER_CONTACT" => {}
                other => {
                    return Err(Failure::violation(
                        "sources",
                        format!(
                            "Invalid value at 'sources' (type.googleapis.com/google.people.v1.ReadSourceType), \"{other}\""
                        ),
                    ));
                }
            }
        }
        Ok(Self { names, text: list.to_owned(), profile, contact })
    }

    /// Every field, of contact and profile.
    pub(super) fn all() -> Self {
        let text = everything();
        let names = text.split(',').map(str::to_owned).collect();
        Self { names, text, profile: true, contact: true }
    }

    /// Whether this field is shown.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.names.iter().any(|shown| shown == name)
    }
}

fn everything() -> String {
    WRITABLE.iter().map(|field| field.name).chain(READ_ONLY.iter().copied()).collect::<Vec<_>>().join(",")
}

/// The fields that an update replaces. `parameter` is what the request called the mask.
pub(super) fn update(list: Option<&str>, parameter: &str) -> Result<Vec<&'static str>, Failure> {
    let list = list.filter(|list| !list.is_empty()).ok_or_else(|| {
        Failure::violation(parameter, format!("{parameter} mask is required. Please specify one or more valid paths."))
    })?;
    list.split(',')
        .map(|name| {
            writable(name.trim()).map(|field| field.name).ok_or_else(|| {
                Failure::violation(
                    parameter,
                    format!(
                        "Invalid {parameter} mask path: \"{}\". Valid paths are documented at \
                         https://developers.google.com/people/api/rest/v1/people/updateContact.",
                        name.trim()
                    ),
                )
            })
        })
        .collect()
}
