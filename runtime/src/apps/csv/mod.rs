//! A CSV file: one row a contact.
//!
//! Settings: `path`; `separator` (else what the header uses); `columns = { email = "E-Mail" }` for columns that
//! are named otherwise than their field; `id-column` (`id`); `list-separator` (`;`).
//! Promises:
//! - A row that no write names is byte-identical afterwards, whether it can be read or not. Rows that had no id
//!   get one in the id column the first time the file is written.
//! - The file is replaced in one step, and only if nobody changed it meanwhile.
//! - A row whose id is made of what stands in it stays the same contact when that is edited, if nobody else could be meant.
//! - A column that gave rows their ids and is there no more is an error, never a file of other contacts.
//! - A field without a column is one that the file has no place for: it is unknown in each row, and never counts as written.
//! - A line that cannot be read is named with its number. The rest syncs, and nothing counts as deleted.

mod cell;
mod columns;
mod cursor;
mod former;
mod ids;
mod likely;
mod rows;
mod scan;
mod settings;
mod table;
mod writes;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use syncc_compiler::{
    ir::{FieldId, Side},
    schema::{self, Can, Field, PulledObject, Scalar, Type},
    value::Record,
};
use uuid::Uuid;

use self::{columns::Layout, cursor::Cursor, rows::Rows, settings::Settings, table::Table, writes::Writes};
use super::{Account, App, AppError, Class, Lacks, Limits, Observed, Page, Pulled, Write, Written, file};
use crate::world::World;

/// How many records are handed over at once.
const PAGE: usize = 500;

/// How many lines a header may be long: a name of a column in quotes may have line breaks in it.
const HEADER_LINES: usize = 50;

/// Opens the file of an account for the fields of a side.
///
/// # Errors
/// When a setting is missing or wrong. That the file is there is looked at when it is read.
pub fn open(side: &Side, account: &Account, _world: &World) -> Result<Box<dyn App>, AppError> {
    let path = file::path(account, "contacts.csv")?;
    let settings = Settings::of(account)?;
    let layout = Layout::of(side, &settings, account.region.as_deref());
    Ok(Box::new(Csv { path, settings, layout, object: side.object.clone() }))
}

struct Csv {
    path: PathBuf,
    settings: Settings,
    layout: Layout,
    object: String,
}

#[async_trait]
impl App for Csv {
    async fn identity(&self) -> Result<String, AppError> {
        let path = fs::canonicalize(&self.path).map_err(|error| self.explain("opened", &error))?;
        Ok(path.display().to_string())
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        let content = self.content()?;
        let rows = self.rows(&content)?;
        let problems: Vec<String> =
            rows.problems().map(|problem| format!("{}: {problem}", self.path.display())).collect();
        let (before, whole) = (cursor.map(Cursor::read), rows.is_whole());
        let next = Cursor::of(&content, &rows, &self.settings, before.as_ref());
        let same = before.as_ref().is_some_and(|before| before.is_of_the_same(&next));
        if let (true, Some(cursor), true) = (same, cursor, before.as_ref().is_some_and(Cursor::remembers)) {
            return Ok(Pulled { cursor: Some(cursor.to_owned()), complete: false, problems, ..Pulled::default() });
        }
        let told = rows.told(&self.settings);
        if same {
            let next = next.remembering(&told, whole, before).write();
            return Ok(Pulled { cursor: Some(next), complete: false, problems, ..Pulled::default() });
        }
        if let Some((column, setting)) = before.as_ref().and_then(|before| before.lacks(&rows, &self.settings)) {
            return Err(self.without_ids(column, setting));
        }
        let former = before.as_ref().map(|before| before.former(&told, whole)).unwrap_or_default();
        let mut all: Vec<Observed> = rows.observed().collect();
        for row in &mut all {
            row.aliases.extend(former.ids.get(&row.id).cloned());
        }
        for some in all.chunks(PAGE) {
            page(some.to_vec())?;
        }
        let unclear = former.unclear.iter().filter_map(|id| rows.number(id)).map(|number| self.unclear(number));
        let problems = problems.into_iter().chain(unclear).collect();
        let next = next.remembering(&told, whole, before).write();
        Ok(Pulled { cursor: Some(next), complete: whole, problems, ..Pulled::default() })
    }

    fn anew(&self, cursor: &str, without: &[String]) -> Option<String> {
        Some(Cursor::read(cursor).anew(without).write())
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        let content = self.content()?;
        let rows = self.rows(&content)?;
        ids.iter()
            .map(|id| match rows.find(id) {
                Some(at) => Ok(rows.at(at)),
                None if rows.is_whole() => Ok(None),
                None => Err(self.hidden(id)),
            })
            .collect()
    }

    async fn find_created(&self, op: Uuid, _record: &Record) -> Result<Option<Observed>, AppError> {
        let content = self.content()?;
        let rows = self.rows(&content)?;
        let id = op.to_string();
        match rows.find(&id) {
            Some(at) => Ok(rows.at(at)),
            None if rows.is_whole() || !String::from_utf8_lossy(&content).contains(&id) => Ok(None),
            None => Err(self.hidden(&id)),
        }
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        self.layout.read(&rows::cells_of(raw)?)
    }

    fn beside(&self, raw: &[u8]) -> Option<String> {
        self.layout.beside(&rows::cells_of(raw).ok()?)
    }

    fn illegible(&self, raw: &[u8], field: FieldId) -> Option<String> {
        self.layout.illegible(&rows::cells_of(raw).ok()?, field)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        match self.push_all(writes, file::sync_folder) {
            Ok(answers) => answers,
            Err(error) => writes.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    fn limits(&self) -> Limits {
        Limits { creates: 10_000, updates: 10_000, client_ids: true }
    }

    fn lists_lag(&self) -> bool {
        false
    }

    fn lacks(&self) -> Lacks {
        let header = self.header().unwrap_or_default();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let likely = self.layout.likely(&header).into_iter().map(|(field, column)| {
            format!(
                "{name} has no column `{field}`, and its column `{column}` is left as it is: if it is that, write \
                 `columns = {{ {field} = \"{column}\" }}` in syncc.toml"
            )
        });
        Lacks {
            fields: self.layout.lacking(&header),
            todo: format!("add such a column to {name}, and it is taken over"),
            likely: likely.collect(),
        }
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let content = self.content()?;
        let rows = self.rows(&content)?;
        let header = rows.header();
        let known = schema_fields();
        let mut added = PulledObject::default();
        for name in self.layout.free_columns(header, &known) {
            let field = Field {
                ty: Type::One(Scalar::Text),
                can: Can::default(),
                means: None,
                values: None,
                reformats: false,
                lacks: Vec::new(),
                opt_out: false,
                about: Some("A column of the file.".to_owned()),
            };
            added.fields.insert(name, field);
        }
        let categories: BTreeSet<String> = rows
            .column(self.settings.column_of("category", header))
            .flat_map(|cell| cell.split(&self.settings.list_separator).map(str::to_owned).collect::<Vec<_>>())
            .map(|category| category.trim().to_owned())
            .filter(|category| !category.is_empty())
            .collect();
        added.values.insert("category".to_owned(), categories.into_iter().collect());
        Ok(schema::Pulled { objects: [(self.object.clone(), added)].into() })
    }
}

impl Csv {
    fn content(&self) -> Result<Vec<u8>, AppError> {
        fs::read(&self.path).map_err(|error| self.explain("read", &error))
    }

    /// The columns of the file, without reading its rows. `None` where they cannot be told.
    fn header(&self) -> Option<Vec<String>> {
        let mut file = BufReader::new(fs::File::open(&self.path).ok()?);
        let mut start = Vec::new();
        for _ in 0..HEADER_LINES {
            let read = file.read_until(b'\n', &mut start).ok()?;
            match Table::read(&start, self.settings.separator).map(|table| table.header_names()) {
                Ok(header) if !header.is_empty() => return Some(header),
                _ if read == 0 => return None,
                _ => {}
            }
        }
        None
    }

    fn explain(&self, doing: &str, error: &std::io::Error) -> AppError {
        let explained = file::explain(doing, &self.path, error);
        if error.kind() == std::io::ErrorKind::NotFound {
            return explained.todo(format!(
                "correct `path` in syncc.toml, or create the file with a first line such as `{},email,given_name,family_name`",
                self.settings.id_column
            ));
        }
        explained
    }

    fn rows(&self, content: &[u8]) -> Result<Rows, AppError> {
        let table = Table::read(content, self.settings.separator)
            .map_err(|why| AppError::new(Class::Fatal, format!("{} cannot be read: {why}", self.path.display())))?;
        self.layout.check(&table.header_names(), &self.path)?;
        Ok(Rows::of(table, &self.settings))
    }

    fn unclear(&self, number: usize) -> String {
        format!(
            "{}: line {number} may be a contact that stood in the file before, and it cannot be told which, so it counts as a new \
             one. Give each row an id of its own in a column `{}`: then it stays the same contact whatever is edited",
            self.path.display(),
            self.settings.id_column
        )
    }

    fn without_ids(&self, column: &str, setting: &str) -> AppError {
        let what = format!(
            "{}: there is no column `{column}` any more, which told at the last reading who each row is. Without it every row \
             would be a new contact, and each of those known would count as deleted",
            self.path.display()
        );
        AppError::new(Class::Fatal, what).todo(format!(
            "name the column `{column}` again, or write `{setting}` with its new name in syncc.toml; \
             if these are other contacts, save them under another name and correct `path`"
        ))
    }

    /// Reads the file, applies all writes, and replaces it once. `sync` makes its folder last.
    fn push_all(
        &self,
        writes: &[Write],
        sync: impl Fn(&Path) -> io::Result<()>,
    ) -> Result<Vec<Result<Written, AppError>>, AppError> {
        let content = self.content()?;
        let rows = self.rows(&content)?;
        let mut writes_to = Writes::new(rows, &self.layout, &self.settings);
        let done: Vec<Result<String, AppError>> = writes.iter().map(|write| writes_to.apply(write)).collect();
        let rows = writes_to.finish();
        let mut lasts = Ok(());
        if done.iter().any(Result::is_ok) {
            if self.content()? != content {
                let what = format!("{} was changed by somebody else while it was written", self.path.display());
                return Err(AppError::new(Class::Stale, what));
            }
            file::replace(&self.path, &rows.table.to_bytes()).map_err(|error| self.explain("written", &error))?;
            if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                lasts = file::synced(folder, sync(folder));
            }
        }
        let answer =
            |id: String| Written { now: rows.find(&id).and_then(|at| rows.at(at)).unwrap_or_else(|| gone(&id)) };
        Ok(done.into_iter().map(|done| done.and_then(|id| lasts.clone().map(|()| answer(id)))).collect())
    }

    fn hidden(&self, id: &str) -> AppError {
        let what = format!("{} has lines that cannot be read, and `{id}` may be in one of them", self.path.display());
        AppError::new(Class::Invalid, what).todo("mend the lines that the last run named")
    }
}

/// The fields that the app has by itself, which are no custom columns.
fn schema_fields() -> Vec<String> {
    let manifest = syncc_connectors::manifest("csv").and_then(|text| schema::App::from_manifest("csv", text).ok());
    let objects = manifest.map(|app| app.objects).unwrap_or_default();
    objects.into_values().flat_map(|object| object.fields.into_keys()).collect()
}

/// A row that is gone.
fn gone(id: &str) -> Observed {
    Observed { id: id.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_row_that_is_in_the_file_is_unknown_when_its_folder_cannot_be_made_to_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("contacts.csv");
        fs::write(&path, "id,email\n1,ann@x.example\n").expect("a file");
        let (side, account, create) = file::test::without_fields("csv", folder.path(), "contacts.csv");
        let settings = Settings::of(&account).expect("settings");
        let layout = Layout::of(&side, &settings, None);
        let csv = Csv { path: path.clone(), settings, layout, object: side.object.clone() };
        let refused = Write::Delete { id: "1".to_owned(), version: Some("older".to_owned()) };
        let answers = csv.push_all(&[create, refused], |_| Err(io::Error::other("the cable is out"))).expect("answers");
        let classes: Vec<Option<Class>> = answers.into_iter().map(|done| done.err().map(|error| error.class)).collect();
        assert_eq!(classes, [Some(Class::Unknown), Some(Class::Stale)]);
        assert_eq!(fs::read_to_string(&path).expect("the file").lines().count(), 3, "it is in the file");
    }
}
