//! The fields of a side, read from the columns of a row and written into them.

use std::{collections::HashSet, path::Path};

use syncc_compiler::{
    ir::{FieldId, Side},
    schema::{Scalar, Type},
    value::{Address, Canon, Record, Value, shown},
};

use super::{likely::likely, settings::Settings};
use crate::apps::{AppError, Class};

/// Which fields a side has, and how their columns are found.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    fields: Vec<Field>,
    settings: Settings,
    canon: Canon,
}

#[derive(Clone, Debug)]
struct Field {
    id: FieldId,
    name: String,
    ty: Type,
}

/// Where a field stands in a row.
enum Place {
    /// In no column: the field is unknown.
    Nowhere,
    One(usize),
    Set(usize),
    /// The columns of the parts of an address that there are.
    Address([Option<usize>; 5]),
}

impl Layout {
    /// The layout of a side. Phone numbers without a country code belong to `region`.
    pub(super) fn of(side: &Side, settings: &Settings, region: Option<&str>) -> Self {
        let fields = (0_u32..)
            .zip(&side.fields)
            .map(|(id, field)| Field { id: FieldId(id), name: field.name.clone(), ty: field.ty })
            .collect();
        Self { fields, settings: settings.clone(), canon: region.and_then(Canon::for_region).unwrap_or_default() }
    }

    /// Whether the columns that the fields need are there, each once.
    ///
    /// # Errors
    /// When `columns` names one that is not there, or a header stands twice.
    pub(super) fn check(&self, header: &[String], path: &Path) -> Result<(), AppError> {
        if header.is_empty() {
            return Ok(());
        }
        let fatal = |what: String| AppError::new(Class::Fatal, format!("{}: {what}", path.display()));
        for (field, column) in &self.settings.columns {
            if self.settings.column_of(field, header).is_none() {
                return Err(fatal(format!("there is no column `{column}`, which syncc.toml names for `{field}`"))
                    .todo(format!("correct `columns`; the file has {}", header.join(", "))));
            }
        }
        let twice = |at: usize| {
            let name = header.get(at)?;
            (header.iter().filter(|other| *other == name).count() > 1).then_some(name)
        };
        for field in &self.fields {
            if let Some(name) = self.places(field, header).columns().find_map(twice) {
                return Err(fatal(format!("the column `{name}` is there twice")).todo("rename one of the two"));
            }
        }
        Ok(())
    }

    fn places(&self, field: &Field, header: &[String]) -> Place {
        if field.ty == Type::One(Scalar::Address) {
            let parts = Address::PARTS.map(|part| self.settings.column_of(part, header));
            return if parts.iter().any(Option::is_some) { Place::Address(parts) } else { Place::Nowhere };
        }
        match self.settings.column_of(&field.name, header).filter(|at| self.settings.id_of(header) != Some(*at)) {
            None => Place::Nowhere,
            Some(column) if field.ty.is_set() => Place::Set(column),
            Some(column) => Place::One(column),
        }
    }

    /// The fields of a row, from its columns and texts.
    pub(super) fn read(&self, cells: &[(String, String)]) -> Result<Record, AppError> {
        let (header, texts): (Vec<String>, Vec<String>) = cells.iter().cloned().unzip();
        let mut record = Record::filled_with(&Value::Unknown, self.fields.len());
        for field in &self.fields {
            record.put(field.id, self.value(field, &self.places(field, &header), &texts));
        }
        Ok(record)
    }

    /// The first column of a row that holds something and is of no field.
    pub(super) fn beside(&self, cells: &[(String, String)]) -> Option<String> {
        let header: Vec<String> = cells.iter().map(|(name, _)| name.clone()).collect();
        let mut taken: HashSet<usize> =
            self.fields.iter().flat_map(|field| self.places(field, &header).columns().collect::<Vec<_>>()).collect();
        taken.extend(self.settings.id_of(&header));
        let mut own = cells.iter().enumerate().filter(|(at, (_, text))| !taken.contains(at) && !text.trim().is_empty());
        own.next().map(|(_, (name, _))| name.trim().to_owned())
    }

    /// What stands in the column of a field, where that is nothing that the field can hold.
    pub(super) fn illegible(&self, cells: &[(String, String)], id: FieldId) -> Option<String> {
        let (header, texts): (Vec<String>, Vec<String>) = cells.iter().cloned().unzip();
        let field = self.fields.iter().find(|field| field.id == id)?;
        match self.places(field, &header) {
            Place::One(column) => texts.get(column).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            Place::Nowhere | Place::Set(_) | Place::Address(_) => None,
        }
        .filter(|text| self.canon.scalar(field.ty.scalar(), text).is_none())
    }

    fn value(&self, field: &Field, place: &Place, texts: &[String]) -> Value {
        let text = |column: usize| texts.get(column).map_or("", String::as_str);
        match place {
            Place::Nowhere => Value::Unknown,
            // What is not of the type (`n/a` as a birthday) says nothing.
            Place::One(column) => self.canon.scalar(field.ty.scalar(), text(*column)).unwrap_or(Value::Unknown),
            Place::Set(column) => self.canon.set(field.ty.scalar(), self.elements(text(*column))),
            Place::Address(parts) => {
                let mut address = Address::default();
                for (part, column) in Address::PARTS.iter().zip(parts) {
                    if let (Some(slot), Some(column)) = (address.part_mut(part), column) {
                        text(*column).clone_into(slot);
                    }
                }
                if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
            }
        }
    }

    fn elements<'a>(&self, cell: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        let separator = self.settings.list_separator.clone();
        let elements: Vec<&'a str> = cell.split(separator.as_str()).map(str::trim).collect();
        elements.into_iter().filter(|element| !element.is_empty())
    }

    /// The cells that change when a row becomes `after`: column and new text.
    ///
    /// # Errors
    /// When an element of a set has the list separator in it.
    pub(super) fn changes(
        &self,
        header: &[String],
        texts: &[String],
        before: &Record,
        after: &Record,
    ) -> Result<Vec<(usize, String)>, AppError> {
        let mut changes = Vec::new();
        for field in &self.fields {
            let (old, new) = (before.get(field.id), after.get(field.id));
            if old == new || !new.is_known() {
                continue;
            }
            match self.places(field, header) {
                Place::Nowhere => {}
                Place::One(column) => changes.push((column, shown(new).unwrap_or_default())),
                Place::Set(column) => {
                    let cell = texts.get(column).map_or("", String::as_str);
                    changes.push((column, self.edit_set(field, cell, old, new)?));
                }
                Place::Address(parts) => {
                    let blank = Address::default();
                    let part_of = |value: &Value, at: usize| match value {
                        Value::Address(address) => address.parts().get(at).copied().unwrap_or_default().to_owned(),
                        _ => blank.parts().get(at).copied().unwrap_or_default().to_owned(),
                    };
                    for (at, column) in parts.into_iter().enumerate() {
                        if let Some(column) = column.filter(|_| part_of(old, at) != part_of(new, at)) {
                            changes.push((column, part_of(new, at)));
                        }
                    }
                }
            }
        }
        Ok(changes)
    }

    /// A cell with a set in which what stays keeps its place and spelling.
    fn edit_set(&self, field: &Field, cell: &str, old: &Value, new: &Value) -> Result<String, AppError> {
        let separator = &self.settings.list_separator;
        let text = |element: &str| self.canon.text(field.ty.scalar(), element);
        let held: Vec<&str> = self.elements(cell).collect();
        let added: Vec<&str> = new
            .elements()
            .iter()
            .filter(|wanted| !held.iter().any(|element| text(element) == **wanted))
            .map(|wanted| wanted.shown())
            .collect();
        if let Some(element) = added.iter().find(|element| element.contains(separator.as_str())) {
            let what = format!(
                "`{element}` cannot stand in `{}`: it has `{separator}` in it, which separates values",
                field.name
            );
            return Err(AppError::new(Class::Invalid, what)
                .todo("set `list-separator` in syncc.toml to a character that no value has"));
        }
        let stays = held.into_iter().filter(|element| {
            let element = text(element);
            new.has(&element) || !old.has(&element)
        });
        let all: Vec<&str> = stays.chain(added).collect();
        let spaced = format!("{separator} ");
        Ok(all.join(if cell.contains(&spaced) { &spaced } else { separator }))
    }

    /// The cells of a new row. A field without a column is left out.
    pub(super) fn new_row(&self, header: &[String], record: &Record) -> Result<Vec<String>, AppError> {
        let mut cells = vec![String::new(); header.len()];
        let nothing = Record::filled_with(&Value::Empty, self.fields.len());
        for (column, text) in self.changes(header, &cells, &nothing, record)? {
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
        Ok(cells)
    }

    /// The fields that no column is of, with the header that each would have. None of an empty file, which gets all of them.
    pub(super) fn lacking(&self, header: &[String]) -> Vec<(FieldId, String)> {
        let nowhere = |field: &&Field| !header.is_empty() && matches!(self.places(field, header), Place::Nowhere);
        let named = |field: &Field| match field.ty {
            Type::One(Scalar::Address) => Address::PARTS.map(|part| self.settings.header_for(part)).join("`, `"),
            _ => self.settings.header_for(&field.name),
        };
        self.fields.iter().filter(nowhere).map(|field| (field.id, named(field))).collect()
    }

    /// The fields that no column is of, with the column of the file's own that looks like it.
    pub(super) fn likely(&self, header: &[String]) -> Vec<(String, String)> {
        let is_there = |name: &str| self.settings.column_of(name, header).is_some();
        // A name in parts needs no whole one.
        let parted = is_there("given_name") || is_there("family_name");
        let mut fields: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        fields.extend(Address::PARTS);
        fields.retain(|field| !is_there(field) && *field != "address" && !(parted && *field == "name"));
        // An address has a column for each part, and none of its own.
        let known = self.fields.iter().filter(|field| field.ty != Type::One(Scalar::Address));
        let known: Vec<String> = known.map(|field| field.name.clone()).collect();
        let others = self.free_columns(header, &known);
        let likely = likely(&fields, &others);
        likely.into_iter().map(|(field, column)| (field.to_owned(), column.to_owned())).collect()
    }

    /// The columns that an empty file gets: one a field, five for an address.
    pub(super) fn default_columns(&self) -> Vec<String> {
        let names = self.fields.iter().flat_map(|field| match field.ty {
            Type::One(Scalar::Address) => Address::PARTS.map(str::to_owned).to_vec(),
            _ => vec![field.name.clone()],
        });
        names.map(|name| self.settings.header_for(&name)).collect()
    }

    /// The columns that hold none of these fields and not the id: the file's own.
    pub(super) fn free_columns(&self, header: &[String], known: &[String]) -> Vec<String> {
        let names = known.iter().map(String::as_str).chain(Address::PARTS);
        let mut taken: HashSet<usize> = names.filter_map(|name| self.settings.column_of(name, header)).collect();
        taken.extend(self.settings.id_of(header));
        let free = header.iter().enumerate().filter(|(at, name)| !taken.contains(at) && !name.trim().is_empty());
        free.map(|(_, name)| name.trim().to_owned()).collect()
    }
}

impl Place {
    fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        let columns: Vec<usize> = match self {
            Self::Nowhere => Vec::new(),
            Self::One(column) | Self::Set(column) => vec![*column],
            Self::Address(parts) => parts.iter().flatten().copied().collect(),
        };
        columns.into_iter()
    }
}
