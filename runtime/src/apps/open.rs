//! Which implementation an app has: the few that are no HTTP API of their own, and manifests for the rest.

use syncc_compiler::ir::Side;

use super::{Account, App, AppError, carddav, csv, open_http, vcard};
use crate::world::World;

/// Opens an account for the fields of one side. Sends no request yet.
///
/// # Errors
/// When a setting or a secret is missing or wrong.
pub fn open(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    match side.app.as_str() {
        "csv" => csv::open(side, account, world),
        "carddav" => carddav::open(side, account, world),
        "vcard" => vcard::open(side, account, world),
        _ => open_http(side, account, world),
    }
}
