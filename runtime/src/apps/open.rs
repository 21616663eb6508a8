//! Which implementation an app has: the few that are no HTTP API of their own, and manifests for the rest.
//!
//! The manifest of an app may hold its fields and no requests yet. Rules about such an app are checked and tested
//! like any others, and [`can_run`] says that they cannot be run.

use syncc_compiler::{
    ir::Side,
    schema::{builtin, builtins},
};

use super::{Account, App, AppError, Class, carddav, csv, http, open_http, vcard};
use crate::world::World;

/// Opens an account for the fields of one side. Sends no request yet.
///
/// # Errors
/// When the app cannot be run yet, or a setting or a secret is missing or wrong.
pub fn open(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    can_run(&side.app)?;
    match side.app.as_str() {
        "csv" => csv::open(side, account, world),
        "carddav" => carddav::open(side, account, world),
        "vcard" => vcard::open(side, account, world),
        _ => open_http(side, account, world),
    }
}

/// Whether contacts of an app can be read and written, not only rules about them checked.
///
/// # Errors
/// When they cannot. It says what can be done instead.
pub fn can_run(app: &str) -> Result<(), AppError> {
    if reached(app) {
        return Ok(());
    }
    let title = builtin(app).map_or(app, |known| known.title.as_str());
    let others: Vec<&str> = builtins().iter().map(|known| known.id.as_str()).filter(|id| reached(id)).collect();
    Err(AppError::new(Class::Fatal, format!("{title} cannot be run yet: syncc knows its fields, not how to reach it"))
        .todo(format!("rules about it work with check, show and test; run and plan work with {}", others.join(", "))))
}

fn reached(app: &str) -> bool {
    matches!(app, "csv" | "carddav" | "vcard") || http::has_requests(app)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn an_app_without_requests_cannot_be_run_and_says_what_can() {
        let error = can_run("copper").expect_err("no requests").to_string();
        assert!(error.contains("Copper") && error.contains("google") && !error.contains("hubspot"), "{error}");
        for app in ["google", "realgeeks", "carddav", "csv", "vcard"] {
            assert!(can_run(app).is_ok(), "{app}");
        }
    }
}
