//! Values that a side holds and nobody can read as what the field is: they stay as they are, are never taken for a change, and are told of,
//! so that nobody wonders why they are not on the other side.

use std::collections::{BTreeMap, HashSet};

use syncc_compiler::{
    ir::{End, FieldId},
    schema::Scalar,
    value::Value,
};

use super::{
    Connection, Picture, Report, naming,
    page::{Mark, mark},
};

/// One such value, and of how many contacts there are some.
#[derive(Clone, Debug)]
pub(super) struct Illegible {
    records: HashSet<Mark>,
    /// As it is written.
    text: String,
    who: String,
}

/// By field.
pub(super) type IllegibleOf = BTreeMap<FieldId, Illegible>;

impl Connection<'_> {
    /// Notes those of the records of a picture.
    pub(super) fn note_illegible(&self, picture: &Picture<'_>, report: &mut Report) {
        for end in End::BOTH {
            let (app, side) = (self.apps[end.index()], self.program.side(end));
            for known in &picture.known[end.index()] {
                let Some(record) = &known.record else { continue };
                let unknown = record.values().iter().enumerate().filter(|(_, value)| matches!(value, Value::Unknown));
                for (index, _) in unknown.filter(|(index, _)| picture.reads(end, *index)) {
                    let Ok(field) = u32::try_from(index).map(FieldId) else { continue };
                    let Some(seen) = picture.seen[end.index()].get(&known.id) else { continue };
                    let Some(text) = app.illegible(&seen.raw, field) else { continue };
                    let of_field = report.illegible[end.index()].entry(field).or_insert_with(|| Illegible {
                        records: HashSet::new(),
                        text: text.clone(),
                        who: naming::who(side, record),
                    });
                    of_field.records.insert(mark(end, &known.id));
                }
            }
        }
    }

    /// What is told of one side.
    pub(super) fn of_illegible(&self, end: End, report: &Report) -> Vec<String> {
        let side = self.program.side(end);
        let told = report.illegible[end.index()].iter().filter_map(|(field, Illegible { records, text, who })| {
            let field = side.fields.get(field.index())?;
            let (name, field, scalar) = (&side.name, &field.name, field.ty.scalar());
            let others = match records.len() {
                1 => String::new(),
                2 => " and of one more contact".to_owned(),
                many => format!(" and of {} more contacts", many - 1),
            };
            let todo = wanted(scalar);
            Some(format!(
                "{name}: `{field}` of {who}{others} cannot be read (`{text}`), so it stays as it is and is not synced: {todo}"
            ))
        });
        told.collect()
    }
}

/// How a value of this type is written.
fn wanted(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Date => "write a date as `2024-02-29`, with its year",
        Scalar::DateTime => "write a time as `2024-02-29T08:00:00Z`",
        Scalar::Number => "write a number as `1234.5`",
        Scalar::Bool => "write `true` or `false`",
        Scalar::Consent => "write `subscribed`, `pending`, `unsubscribed` or `cleaned`",
        _ => "write it as the other contacts have it",
    }
}
