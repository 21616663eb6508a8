//! Apps that are data: one manifest says how an app's objects are requested and where their fields stand.
//!
//! Nothing here names an app. What differs between two apps differs in their manifests: paths, requests, paging,
//! increments, batches, labels, errors, limits.

mod app;
mod body;
mod cursor;
mod cut;
mod lens;
mod list;
mod lookup;
mod manifest;
mod mirror;
mod mirrored;
mod path;
mod push;
mod taken;
mod template;
mod wire;

use mirrored::inbox;
use syncc_compiler::ir::Side;

pub use manifest::Budget;
pub use mirror::{
    intake::{Intake, Taken},
    webhook::{Webhooks, listen_webhooks},
};
pub use wire::{Accounts, Pace};

use super::{Account, App, AppError};
use crate::world::World;

/// Whether the manifest of an app says how it is reached.
pub(super) fn has_requests(app: &str) -> bool {
    let manifest = syncc_connectors::manifest(app).and_then(|text| manifest::Manifest::read(app, text).ok());
    manifest.is_some_and(|manifest| manifest.http.is_some())
}

/// Opens an account of an app that is reached by requests. Sends nothing yet.
///
/// # Errors
/// When the app has no manifest with requests, a setting or the login is missing, or the address is not safe.
pub fn open_http(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    Ok(Box::new(app::HttpApp::open(side, account, world)?))
}
