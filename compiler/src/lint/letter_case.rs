//! SYNC0461: texts of one field that differ in nothing but the case of their letters.

use super::{
    Linted,
    constants::{all_places, places, text},
    uses::TextUses,
};
use crate::{
    check::quoted,
    diagnostic::{Code, Diagnostic, Fix},
    ir::{End, FieldId},
};

/// What is reported of texts of one field that are equal in lower case, the first one of the file first.
pub(super) fn report_all(file: &Linted<'_>, (end, field): (End, FieldId), alike: &[TextUses]) -> Vec<Diagnostic> {
    let known = file.known_values(end, field);
    // What the account has is right, and what it does not have was reported where it stands.
    if alike.iter().any(|one| known.iter().any(|known| known == text(file.program, one.constant))) {
        return Vec::new();
    }
    // The first of the most used.
    let Some(model) = alike.iter().rev().max_by_key(|one| one.count) else { return Vec::new() };
    let odd = alike.iter().filter(|odd| odd.constant != model.constant);
    odd.filter_map(|odd| report(file, (end, field), odd, model)).collect()
}

fn report(file: &Linted<'_>, (end, field): (End, FieldId), odd: &TextUses, model: &TextUses) -> Option<Diagnostic> {
    let wrong = all_places(file, (end, field), odd.constant, &odd.rules);
    let right = places(file, &file.at(*model.rules.first()?)?, end, field, model.constant).into_iter().next()?;
    let name = file.program.show_field(end, field);
    let (odd, model) = (quoted(text(file.program, odd.constant)), quoted(text(file.program, model.constant)));
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
