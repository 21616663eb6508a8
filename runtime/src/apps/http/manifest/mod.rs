//! The runtime's part of a manifest: how an app's objects are requested, and where their fields stand.
//!
//! Reading is strict. A key that nothing reads is an error that names the manifest, the line and what is allowed,
//! since a misspelt key would otherwise change quietly what is sent.

mod field;
mod object;
mod request;
mod service;

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

pub(crate) use field::{Elements, FieldRule, Happened, ListRule, Shape};
pub(crate) use object::{Collects, Export, HttpObject, Lookup, Mirror, Object, Webhook};
pub(crate) use request::{Changes, Create, Delete, Find, Get, Listing, Request, Single, Update};
pub use service::Budget;
pub(crate) use service::{ErrorRule, Http, Kind};

use syncc_compiler::ir::Side;

use crate::apps::{AppError, Class};

/// The manifest of a side's app and the requests of its object; `None` for an app that is not reached by requests.
pub(crate) fn requests(side: &Side) -> Result<Option<(Manifest, HttpObject)>, AppError> {
    let Some(text) = syncc_connectors::manifest(&side.app) else { return Ok(None) };
    let manifest = Manifest::read(&side.app, text)?;
    let requests = manifest.objects.get(&side.object).and_then(|object| object.http.clone());
    Ok(requests.map(|requests| (manifest, requests)))
}

/// A manifest as the runtime reads it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The app.
    pub(crate) app: Head,
    /// How it is reached. Apps that are not reached by requests have none.
    pub(crate) http: Option<Http>,
    /// The objects by name.
    pub(crate) objects: BTreeMap<String, Object>,
}

/// The head of a manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    /// The name for people.
    pub(crate) title: String,
    #[serde(rename = "default_object")]
    _default_object: IgnoredAny,
}

impl Manifest {
    /// The manifest in this text.
    pub(crate) fn read(app: &str, text: &str) -> Result<Self, AppError> {
        toml::from_str(text)
            .map_err(|error| AppError::new(Class::Fatal, format!("the manifest of `{app}` cannot be read: {error}")))
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn every_manifest_that_comes_with_syncc_reads() {
        for (app, text) in syncc_connectors::MANIFESTS {
            let manifest = Manifest::read(app, text).unwrap_or_else(|error| panic!("{error}"));
            assert!(!manifest.app.title.is_empty());
        }
    }

    #[test]
    fn a_misspelt_key_is_named_with_what_is_allowed() {
        let text = syncc_connectors::manifest("google").expect("google").replacen("pageSize = ", "pageSice = ", 1);
        assert!(Manifest::read("google", &text).is_ok(), "query parameters are the app's own words");
        let text = text.replacen("\nversion = ", "\nversoin = ", 1);
        let error = Manifest::read("google", &text).expect_err("misspelt").to_string();
        assert!(error.contains("`google`") && error.contains("versoin") && error.contains("`version`"), "{error}");
    }

    #[test]
    fn a_broken_path_is_named() {
        let text = syncc_connectors::manifest("google").expect("google").replacen("[primary]", "[0]", 1);
        let error = Manifest::read("google", &text).expect_err("broken").to_string();
        assert!(error.contains("is no path"), "{error}");
    }
}
