//! SYNC0458: a mapping in both directions that loses something there and back.

use super::{Linted, MapAt};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, End, Lens, Mapping, Origin, show_value},
};

/// Mappings that the file writes; those by meaning are not of its choosing.
pub(super) fn check(file: &Linted<'_>) -> Vec<Diagnostic> {
    let written =
        file.program.mappings.iter().filter(|mapping| mapping.direction.to_left && mapping.direction.to_right);
    written
        .filter_map(|mapping| {
            let Origin::Line(line) = mapping.origin else { return None };
            let at = file.maps.iter().find(|map| map.line == line)?;
            match &mapping.lens {
                Lens::Table { rows, .. } => translated(file, at, mapping, rows),
                Lens::Copy { .. } => address(file, at, mapping),
                Lens::Name { .. } | Lens::Compose { .. } => None,
            }
        })
        .collect()
}

/// Values of one side that become one value of the other: only the first of them comes back.
fn translated(file: &Linted<'_>, at: &MapAt, mapping: &Mapping, rows: &[(ConstId, ConstId)]) -> Option<Diagnostic> {
    let merged = |key: fn(&(ConstId, ConstId)) -> ConstId, value: fn(&(ConstId, ConstId)) -> ConstId| {
        rows.iter().enumerate().find_map(|(index, row)| {
            let first = rows.iter().take(index).find(|first| key(first) == key(row) && value(first) != value(row))?;
            Some((key(row), value(first), value(row)))
        })
    };
    let (end, (shared, first, lost)) = match merged(|row| row.1, |row| row.0) {
        Some(found) => (End::Left, found),
        None => (End::Right, merged(|row| row.0, |row| row.1)?),
    };
    let show = |id: ConstId| show_value(file.program.constant(id));
    let (here, there) = fields(file, mapping, end)?;
    let (shared, first, lost) = (show(shared), show(first), show(lost));
    Some(
        Diagnostic::new(
            Code::LossyMap,
            format!("{lost} comes back as {first}"),
            at.span,
            format!("{first} and {lost} both become {shared}"),
        )
        .why(format!("When somebody gives `{there}` the value {shared}, `{here}` becomes {first}, never {lost}."))
        .help(format!("If `{there}` only follows `{here}`, let the values flow in that direction only.")),
    )
}

/// An address that one side has no place for all of.
fn address(file: &Linted<'_>, at: &MapAt, mapping: &Mapping) -> Option<Diagnostic> {
    let Lens::Copy { left, right } = &mapping.lens else { return None };
    let lacks = |end: End, field: &crate::ir::FieldId| Some(&file.program.side(end).fields.get(field.index())?.lacks);
    let (left_lacks, right_lacks) = (lacks(End::Left, left)?, lacks(End::Right, right)?);
    let lost = |here: &[String], there: &[String]| there.iter().find(|part| !here.contains(part)).cloned();
    let (end, part) = match (lost(left_lacks, right_lacks), lost(right_lacks, left_lacks)) {
        (Some(part), _) => (End::Left, part),
        (None, Some(part)) => (End::Right, part),
        (None, None) => return None,
    };
    let (here, there) = fields(file, mapping, end)?;
    Some(
        Diagnostic::new(
            Code::LossyMap,
            format!("`{there}` has no place for the {part}"),
            at.span,
            format!("the {part} goes nowhere"),
        )
        .why(format!("When somebody changes `{there}`, `{here}` keeps its old {part} beside the new rest."))
        .help(format!("If `{there}` only follows `{here}`, let the values flow in that direction only.")),
    )
}

/// The field of this end and that of the other one.
fn fields(file: &Linted<'_>, mapping: &Mapping, end: End) -> Option<(String, String)> {
    let (Lens::Copy { left, right } | Lens::Table { left, right, .. }) = &mapping.lens else { return None };
    let (left, right) = (file.program.show_field(End::Left, *left), file.program.show_field(End::Right, *right));
    Some(if end == End::Left { (left, right) } else { (right, left) })
}
