//! Records by field name, as the store keeps them, and records by index, as the engine reads them.

use syncc_compiler::{
    ir::Side,
    value::{Record, shown},
};

use crate::store::NamedRecord;

/// A record by field name. Unknown fields are left out.
#[must_use]
pub fn named(side: &Side, record: &Record) -> NamedRecord {
    let fields = side.fields.iter().zip(record.values());
    fields.filter(|(_, value)| value.is_known()).map(|(field, value)| (field.name.clone(), value.clone())).collect()
}

/// A record by index. A field that the names do not have is unknown: it was not looked at then.
pub(super) fn indexed(side: &Side, named: &NamedRecord) -> Record {
    Record::new(side.fields.iter().map(|field| named.get(&field.name).cloned().unwrap_or_default()).collect())
}

/// Who a record is, for people: the name, else the email, else the phone, else nothing.
#[must_use]
pub fn who(side: &Side, record: &Record) -> String {
    let text = |means: &str| {
        side.meaning(means).map(|field| record.get(field)).filter(|value| value.is_filled()).and_then(shown)
    };
    if let Some(full) = text("name.full") {
        return full;
    }
    let parts: Vec<_> = ["name.given", "name.family"].into_iter().filter_map(text).collect();
    if parts.is_empty() { text("email").or_else(|| text("phone")).unwrap_or_default() } else { parts.join(" ") }
}
