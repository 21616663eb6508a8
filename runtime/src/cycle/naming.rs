//! Records by field name, as the store keeps them, and records by index, as the engine reads them.

use std::borrow::Cow;

use syncc_compiler::{
    ir::Side,
    value::{Record, shown},
};

use crate::store::NamedRecord;

/// How many of those whom a record fits are named.
const NAMED: usize = 5;

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

/// A text of an app on one line of its own, whatever is in it: line breaks and tabs are blanks, and what would move the cursor of
/// a terminal, colour it or turn the order of letters is shown as a mark. A name could else look like another line of a plan.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    let turns =
        |char: char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |char: char| matches!(char, '\u{2028}' | '\u{2029}') || char.is_control();
    if !text.contains(|char| turns(char) || breaks(char)) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().map(|char| match char {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        char if turns(char) || char.is_control() => char::REPLACEMENT_CHARACTER,
        char => char,
    });
    Cow::Owned(plain.collect())
}

/// Who a record is, for people, on one line: the name, else the email, else the phone, else nothing.
#[must_use]
pub fn who(side: &Side, record: &Record) -> String {
    one_line(&name_of(side, record)).into_owned()
}

fn name_of(side: &Side, record: &Record) -> String {
    let text = |means: &str| {
        side.meaning(means).map(|field| record.get(field)).filter(|value| value.is_filled()).and_then(shown)
    };
    if let Some(full) = text("name.full") {
        return full;
    }
    let parts: Vec<_> = ["name.given", "name.family"].into_iter().filter_map(text).collect();
    if parts.is_empty() { text("email").or_else(|| text("phone")).unwrap_or_default() } else { parts.join(" ") }
}

/// Why it is not clear who a record is that has a key with others in common: whom of the other side it fits.
#[must_use]
pub fn fits(candidates: &[String], key: &str) -> String {
    match candidates {
        [only] => format!("it fits contact {only} of the other side by {key}, and that one fits others too"),
        several => {
            let more = if several.len() > NAMED { ", …" } else { "" };
            let names = several.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ") + more;
            format!("it fits {} contacts of the other side ({names}), one of them by {key}", several.len())
        }
    }
}
