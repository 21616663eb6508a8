//! The accounts that a file can name, and the apps that need no account file.

use std::sync::{Arc, LazyLock};

use super::App;

/// An account and the schema of its app, with what was pulled from the account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountSchema {
    /// The name that a `sync` statement can use.
    pub name: String,
    /// The schema.
    pub app: App,
}

/// The schemas of the manifests that come with the program.
static BUILTIN: LazyLock<Vec<Arc<App>>> = LazyLock::new(|| {
    // A manifest that does not load is caught by the test below, never at a user's.
    syncc_connectors::MANIFESTS
        .iter()
        .filter_map(|(id, text)| App::from_manifest(id, text).ok())
        .map(Arc::new)
        .collect()
});

/// The schema in the manifest of an app, without anything pulled.
#[must_use]
pub fn builtin(app: &str) -> Option<&'static Arc<App>> {
    BUILTIN.iter().find(|known| known.id == app)
}

/// The schemas of all manifests, in the order of their ids.
#[must_use]
pub fn builtins() -> &'static [Arc<App>] {
    &BUILTIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_is_a_schema_of_the_app_it_names() {
        for (id, text) in syncc_connectors::MANIFESTS {
            let app = App::from_manifest(id, text).unwrap();
            assert_eq!(app.id, *id);
            assert!(app.objects.contains_key(&app.default_object), "{id} has no default object");
            assert!(builtin(id).is_some());
        }
    }
}
