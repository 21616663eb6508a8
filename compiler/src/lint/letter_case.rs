//! SYNC0461: texts of one field that differ in nothing but the case of their letters.

use std::collections::HashMap;

use super::{
    Linted,
    constants::{Texts, all_places, places, text},
};
use crate::{
    check::quoted,
    diagnostic::{Code, Diagnostic, Fix},
    ir::{ConstId, End, FieldId},
};

pub(super) fn check(file: &Linted<'_>, end: End, field: FieldId, texts: &Texts) -> Vec<Diagnostic> {
    let mut alike: HashMap<String, Vec<ConstId>> = HashMap::new();
    for constant in texts.keys() {
        alike.entry(text(file, *constant).to_lowercase()).or_default().push(*constant);
    }
    let known = file.known_values(end, field);
    let mut found = Vec::new();
    for constants in alike.into_values().filter(|constants| constants.len() > 1) {
        // What the account has is right, and what it does not have was reported where it stands.
        if constants.iter().any(|constant| known.iter().any(|known| known == text(file, *constant))) {
            continue;
        }
        let count = |constant: &ConstId| texts.get(constant).map_or(0, |uses| uses.count);
        // The first of the most used: constants are counted in the order of the file.
        let Some(model) = constants.iter().copied().rev().max_by_key(count) else { continue };
        for odd in constants.into_iter().filter(|odd| *odd != model) {
            found.extend(report(file, (end, field), texts, odd, model));
        }
    }
    found
}

fn report(
    file: &Linted<'_>,
    (end, field): (End, FieldId),
    texts: &Texts,
    odd: ConstId,
    model: ConstId,
) -> Option<Diagnostic> {
    let wrong = all_places(file, (end, field), odd, texts.get(&odd)?);
    let right = places(file, file.written.get(texts.get(&model)?.first)?, end, field, model).into_iter().next()?;
    let name = file.program.show_field(end, field);
    let (odd, model) = (quoted(text(file, odd)), quoted(text(file, model)));
    let fix = Fix { title: format!("write {model}"), edits: wrong.iter().map(|span| (*span, model.clone())).collect() };
    let mut found = Diagnostic::new(
        Code::LetterCase,
        format!("{odd} and {model} differ only in upper and lower case"),
        *wrong.first()?,
        "written so here",
    )
    .also(right, "and so here")
    .why(format!("They are two values of `{name}`: what asks for the one does not see the other."))
    .help("Write both the same.");
    found.fixes.push(fix);
    Some(found)
}
