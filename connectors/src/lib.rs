//! One manifest an app, data only.
//!
//! A manifest says what an app's objects and fields are (the compiler reads that part) and how they are
//! requested (the runtime reads that part). This crate holds the texts and knows nothing of either.

/// The manifests, `(id of the app, text)`, in the order of the ids.
pub const MANIFESTS: &[(&str, &str)] = &[
    ("aritic", include_str!("../aritic.toml")),
    ("carddav", include_str!("../carddav.toml")),
    ("copper", include_str!("../copper.toml")),
    ("csv", include_str!("../csv.toml")),
    ("freshdesk", include_str!("../freshdesk.toml")),
    ("google", include_str!("../google.toml")),
    ("hubspot", include_str!("../hubspot.toml")),
    ("intercom", include_str!("../intercom.toml")),
    ("mailchimp", include_str!("../mailchimp.toml")),
    ("realgeeks", include_str!("../realgeeks.toml")),
    ("simplecrm", include_str!("../simplecrm.toml")),
    ("vcard", include_str!("../vcard.toml")),
    ("wildix", include_str!("../wildix.toml")),
];

/// The text of the manifest of an app.
#[must_use]
pub fn manifest(app: &str) -> Option<&'static str> {
    MANIFESTS.iter().find(|(id, _)| *id == app).map(|(_, text)| *text)
}
