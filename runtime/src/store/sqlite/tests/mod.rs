//! The store as the cycle uses it, and what it survives.

mod backup;
mod care;
mod crash;
mod files;
mod model;
mod pairs;
mod plans;
mod standing;
mod steps;

use std::collections::BTreeMap;

use syncc_compiler::value::{Text, Value};

use super::Sqlite;
use crate::{apps::Observed, store::NamedRecord};

/// A store that is forgotten after the test.
fn store() -> Sqlite {
    Sqlite::open(":memory:", "contacts").unwrap()
}

/// A record as an app showed it.
fn seen(id: &str) -> Observed {
    Observed {
        id: id.to_owned(),
        version: Some(format!("\"{id}-1\"")),
        raw: format!("BEGIN:VCARD\r\nUID:{id}\r\nEND:VCARD\r\n").into_bytes(),
        deleted: false,
        edited: Some("2026-11-21T20:59:38.5Z".parse().unwrap()),
        aliases: Vec::new(),
    }
}

/// The same record, deleted.
fn gone(id: &str) -> Observed {
    Observed { id: id.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

/// A record by field name.
fn named(email: &str) -> NamedRecord {
    BTreeMap::from([("email".to_owned(), Value::Text(Text::plain(email))), ("note".to_owned(), Value::Empty)])
}
