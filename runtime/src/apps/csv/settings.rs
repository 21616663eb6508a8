//! What `syncc.toml` says of a CSV file.

use std::collections::BTreeMap;

use crate::apps::{Account, AppError, Class};

/// The settings of a file.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// Between cells; `None` when the header decides.
    pub(super) separator: Option<char>,
    /// Between the elements of a set within a cell.
    pub(super) list_separator: String,
    /// The header of the column with the ids.
    pub(super) id_column: String,
    /// Headers by field name, where they differ.
    pub(super) columns: BTreeMap<String, String>,
}

impl Settings {
    /// The settings of an account.
    ///
    /// # Errors
    /// When one is not what it has to be.
    pub(super) fn of(account: &Account) -> Result<Self, AppError> {
        let wrong = |setting: &str, todo: &str| {
            let what = format!("`{setting}` of the account `{}` in syncc.toml cannot be used", account.name);
            AppError::new(Class::Fatal, what).todo(todo.to_owned())
        };
        let separator = match account.text("separator") {
            None => None,
            Some("tab") => Some('\t'),
            Some(text) => match text.chars().collect::<Vec<_>>().as_slice() {
                [one] if one.is_ascii() && !matches!(one, '"' | '\r' | '\n') => Some(*one),
                _ => return Err(wrong("separator", "write one character, such as `;`, or `tab`")),
            },
        };
        let list_separator = account.text("list-separator").unwrap_or(";").to_owned();
        if list_separator.trim().is_empty() {
            return Err(wrong(
                "list-separator",
                "write a character that stands between two values, such as `;` or `|`",
            ));
        }
        let id_column = account.text("id-column").unwrap_or("id").trim().to_owned();
        if id_column.is_empty() {
            return Err(wrong("id-column", "write the name of the column with the ids, such as `id`"));
        }
        let mut columns = BTreeMap::new();
        if let Some(table) = account.settings.get("columns") {
            let todo = "write `columns = { email = \"E-Mail\" }`: the field, then the column";
            for (field, column) in table.as_table().ok_or_else(|| wrong("columns", todo))? {
                let column = column.as_str().ok_or_else(|| wrong("columns", todo))?;
                columns.insert(field.clone(), column.to_owned());
            }
        }
        Ok(Self { separator, list_separator, id_column, columns })
    }

    /// The index of the column of a field: the one that the settings name, else the one that is named like the
    /// field, else the one that differs in case, blanks and hyphens only (`Given name`).
    pub(super) fn column_of(&self, field: &str, header: &[String]) -> Option<usize> {
        if let Some(named) = self.columns.get(field) {
            return header.iter().position(|column| column.trim() == named.trim());
        }
        let exact = header.iter().position(|column| column.trim() == field);
        exact.or_else(|| header.iter().position(|column| plain(column) == plain(field)))
    }

    /// The index of the column with the ids.
    pub(super) fn id_of(&self, header: &[String]) -> Option<usize> {
        let exact = header.iter().position(|column| column.trim() == self.id_column);
        exact.or_else(|| header.iter().position(|column| plain(column) == plain(&self.id_column)))
    }

    /// The header that a new column for a field gets.
    pub(super) fn header_for(&self, field: &str) -> String {
        self.columns.get(field).map_or_else(|| field.to_owned(), Clone::clone)
    }
}

fn plain(name: &str) -> String {
    name.trim().chars().map(|char| if matches!(char, ' ' | '-') { '_' } else { char.to_ascii_lowercase() }).collect()
}
