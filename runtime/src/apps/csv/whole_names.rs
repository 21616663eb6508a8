//! Files in which a name stands in one column.
//!
//! By themselves names flow in their parts (`given_name`, `family_name`), because that loses least. A file that has none of
//! these columns and one for whole names is told so, instead of making people without a name: `syncc pull` notes it, and
//! names are then joined and split as for every app that has them whole (`docs/decisions/0008-how-names-are-split.md`).

use std::{collections::BTreeMap, path::Path};

use syncc_compiler::{ir::Side, schema::Field};

use super::settings::Settings;
use crate::apps::{AppError, Class};

/// What a whole name means, and without which parts there is none.
const WHOLE: &str = "name.full";
const PARTS: [&str; 2] = ["name.given", "name.family"];

/// The fields of a side that hold names.
#[derive(Clone, Debug)]
pub(super) struct Names {
    whole: Option<String>,
    /// Of the parts without which there is no name, those that the side has.
    parts: Vec<String>,
}

impl Names {
    pub(super) fn of(side: &Side) -> Self {
        let field = |means: &str| side.meaning(means).and_then(|id| side.fields.get(id.index()));
        let name = |means: &str| field(means).map(|field| field.name.clone());
        Self { whole: name(WHOLE), parts: PARTS.into_iter().filter_map(name).collect() }
    }

    /// Whether the names of this file would get lost.
    ///
    /// # Errors
    /// When the file has whole names only, and that was not noted.
    pub(super) fn check(&self, header: &[String], settings: &Settings, path: &Path) -> Result<(), AppError> {
        let column = |field: &String| settings.column_of(field, header).and_then(|at| header.get(at));
        let Some(whole) = self.whole.as_ref().and_then(column) else { return Ok(()) };
        if self.parts.is_empty() || self.parts.iter().any(|part| column(part).is_some()) {
            return Ok(());
        }
        let what = format!(
            "{}: names stand in the column `{whole}`, and {} have none, by which names are synced: everybody would lose theirs",
            path.display(),
            self.parts.join(" and ")
        );
        Err(AppError::new(Class::Fatal, what)
            .todo("type `syncc pull`, and keep the file that it writes beside the rules: names are then synced whole"))
    }
}

/// The fields of the app that are parts of a name, if the file has only whole names.
pub(super) fn lacking(fields: &BTreeMap<String, Field>, header: &[String], settings: &Settings) -> Vec<String> {
    let means = |field: &Field, wanted: &[&str]| field.means.as_deref().is_some_and(|means| wanted.contains(&means));
    let stands = |wanted: &[&str]| {
        let mut fields = fields.iter().filter(|(_, field)| means(field, wanted));
        fields.any(|(name, _)| settings.column_of(name, header).is_some())
    };
    if !stands(&[WHOLE]) || stands(&PARTS) {
        return Vec::new();
    }
    let is_part =
        |field: &Field| field.means.as_deref().is_some_and(|means| means.starts_with("name.") && means != WHOLE);
    let parts = fields.iter().filter(|(_, field)| is_part(field));
    parts.filter(|(name, _)| settings.column_of(name, header).is_none()).map(|(name, _)| name.clone()).collect()
}
