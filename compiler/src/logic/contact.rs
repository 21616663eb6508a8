//! A contact that shows something: the two records of one person, as far as it matters what they hold.

use std::collections::BTreeMap;

use crate::{
    ir::{End, FieldId, Program},
    value::{Record, Value},
};

/// Whether a record is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It is there.
    Here,
    /// It was there when the two were last in step, and is gone.
    Deleted,
    /// It never was.
    Never,
}

/// The two records of one person. What is not named is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Left first.
    pub presence: [Presence; 2],
    /// What the fields hold that matter.
    pub values: BTreeMap<(End, FieldId), Value>,
}

impl Contact {
    /// The record of this end, with every field that matters; `None` where there is none.
    #[must_use]
    pub fn record(&self, program: &Program, end: End) -> Option<Record> {
        if self.presence[end.index()] != Presence::Here {
            return None;
        }
        let mut record = Record::filled_with(&Value::Empty, program.side(end).fields.len());
        for ((at, field), value) in &self.values {
            if *at == end {
                record.put(*field, value.clone());
            }
        }
        Some(record)
    }

    /// The contact in the language, as a test gives it: `google { label: ["A"] }`.
    #[must_use]
    pub fn show(&self, program: &Program) -> String {
        let side = |end: End| match self.presence[end.index()] {
            Presence::Deleted => Some(format!("{} deleted", program.side(end).name)),
            Presence::Never => None,
            Presence::Here => {
                let record = self.record(program, end);
                let filled = record.as_ref().is_some_and(|record| record.values().iter().any(Value::is_filled));
                filled.then(|| program.show_record(end, record.as_ref()))
            }
        };
        let sides: Vec<String> = End::BOTH.into_iter().filter_map(side).collect();
        if sides.is_empty() { "a contact whose fields are all empty".to_owned() } else { sides.join(" and ") }
    }
}
