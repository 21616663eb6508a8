//! The mappings in effect: those by meaning, as far as the file leaves them, and those that it writes.
//!
//! Invariant: no field of a side is the target of two mappings. A written mapping into a field stands in
//! for whatever would flow into it by meaning; the default keeps its other direction.

use std::collections::BTreeMap;

use syncc_grammar::tree::Span;

use super::{
    connection::{ConnectedEnd, Connection},
    mapping::{MapItem, obstacle},
    resolve::Place,
    tables::{Fragment, Tables},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Direction, End, Lens, Mapping, NamePart, Origin},
};

/// A `map` statement and where it stands.
pub(crate) struct Written<'s> {
    pub(crate) item: &'s MapItem,
    /// Where the statement starts in the file.
    pub(crate) start: u32,
    pub(crate) line: u32,
}

/// The parts of a name, with the meanings of their fields.
const PARTS: [(NamePart, &str); 5] = [
    (NamePart::Prefix, "name.prefix"),
    (NamePart::Given, "name.given"),
    (NamePart::Middle, "name.middle"),
    (NamePart::Family, "name.family"),
    (NamePart::Suffix, "name.suffix"),
];

/// All mappings of the file, those by meaning first. Reports what only shows across statements, absolute spans.
pub(crate) fn effective(
    connection: &Connection,
    written: &[Written<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Fragment<Mapping>> {
    let no_defaults = written.iter().any(|map| matches!(map.item, MapItem::NoDefaults));
    let mut defaults = if no_defaults { Vec::new() } else { defaults(connection) };
    for map in written {
        if let MapItem::Off { fields, direction, span } = map.item
            && !switch_off(&mut defaults, fields, *direction)
        {
            diagnostics.push(
                Diagnostic::new(
                    Code::MapOffUnused,
                    "there is no such mapping to switch off",
                    span.shift(map.start),
                    "not mapped anyway",
                )
                .help("`syncc show` prints the mappings in effect."),
            );
        }
    }
    let mut targets: BTreeMap<(End, String), Span> = BTreeMap::new();
    let mut explicit = Vec::new();
    for map in written {
        let MapItem::Map { mapping, span } = map.item else { continue };
        let span = span.shift(map.start);
        for (end, field) in writes(mapping) {
            let path = format!("{}.{field}", connection.name(end));
            match targets.get(&(end, field.clone())) {
                Some(first) => diagnostics.push(
                    Diagnostic::new(Code::MapTwice, format!("two mappings write `{path}`"), span, "and here")
                        .also(*first, "written here")
                        .why("The field would hold now the one, now the other.")
                        .help("Keep one of the two, or compose both into one text."),
                ),
                None => {
                    stand_in(&mut defaults, end, &field);
                    targets.insert((end, field), span);
                }
            }
        }
        replace_same(&mut defaults, mapping);
        let mut mapping = mapping.clone();
        mapping.item.origin = Origin::Line(map.line);
        explicit.push(mapping);
    }
    defaults.extend(explicit);
    defaults
}

/// The fields that a mapping writes, by name.
fn writes(mapping: &Fragment<Mapping>) -> Vec<(End, String)> {
    let Mapping { direction, lens, .. } = &mapping.item;
    let name = |end: End, field| (end, mapping.tables.name(end, field).to_owned());
    let mut written = Vec::new();
    for to in End::BOTH {
        if !direction.from(to.other()) {
            continue;
        }
        match lens {
            Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
                written.push(name(to, if to == End::Left { *left } else { *right }));
            }
            Lens::Name { whole_end, whole, parts } => {
                if to == *whole_end {
                    written.push(name(to, *whole));
                } else {
                    written.extend(parts.iter().map(|(_, part)| name(to, *part)));
                }
            }
            Lens::Compose { target, .. } => written.push(name(to, *target)),
        }
    }
    written
}

/// Stops what would flow into a field by meaning.
fn stand_in(defaults: &mut Vec<Fragment<Mapping>>, end: End, field: &str) {
    for mapping in defaults.iter_mut() {
        if writes(mapping).iter().any(|(to, name)| *to == end && name == field) {
            stop(&mut mapping.item.direction, Direction { to_right: end == End::Right, to_left: end == End::Left });
        }
    }
    drop_idle(defaults);
}

/// Drops the default between the very fields of a written mapping.
fn replace_same(defaults: &mut Vec<Fragment<Mapping>>, written: &Fragment<Mapping>) {
    let pair = |mapping: &Fragment<Mapping>| match &mapping.item.lens {
        Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
            Some((mapping.tables.name(End::Left, *left).to_owned(), mapping.tables.name(End::Right, *right).to_owned()))
        }
        Lens::Name { .. } | Lens::Compose { .. } => None,
    };
    if let Some(written) = pair(written) {
        defaults.retain(|default| pair(default).as_ref() != Some(&written));
    }
}

/// Switches a default off, this way. Whether there was one.
fn switch_off(defaults: &mut Vec<Fragment<Mapping>>, fields: &[String; 2], off: Direction) -> bool {
    let mut found = false;
    for mapping in defaults.iter_mut() {
        let Fragment { tables, item } = mapping;
        match &mut item.lens {
            Lens::Copy { left, right } => {
                let same = tables.name(End::Left, *left) == fields[0] && tables.name(End::Right, *right) == fields[1];
                if same {
                    found |= (off.to_right && item.direction.to_right) || (off.to_left && item.direction.to_left);
                    stop(&mut item.direction, off);
                }
            }
            Lens::Name { whole_end, whole, parts } if tables.name(*whole_end, *whole) == fields[whole_end.index()] => {
                let before = parts.len();
                let end = whole_end.other();
                parts.retain(|(_, part)| tables.name(end, *part) != fields[end.index()]);
                found |= parts.len() < before;
            }
            _ => {}
        }
    }
    drop_idle(defaults);
    found
}

fn stop(direction: &mut Direction, off: Direction) {
    direction.to_right &= !off.to_right;
    direction.to_left &= !off.to_left;
}

fn drop_idle(mappings: &mut Vec<Fragment<Mapping>>) {
    mappings.retain(|mapping| {
        let flows = mapping.item.direction.to_right || mapping.item.direction.to_left;
        flows && !matches!(&mapping.item.lens, Lens::Name { parts, .. } if parts.is_empty())
    });
}

/// The mappings between fields of one meaning.
fn defaults(connection: &Connection) -> Vec<Fragment<Mapping>> {
    let (Some(left), Some(right)) = (connection.side(End::Left), connection.side(End::Right)) else {
        return Vec::new();
    };
    let mut mappings: Vec<_> = name_split(connection, left, right).into_iter().collect();
    let parted =
        |side: &ConnectedEnd| field_meaning(side, "name.given").or(field_meaning(side, "name.family")).is_some();
    let skip_whole = !mappings.is_empty() || parted(left) && parted(right);
    for (name, field) in &left.object.fields {
        let Some(means) = field.means.as_deref() else { continue };
        if field_meaning(left, means) != Some(name) || (means == "name.full" && skip_whole) {
            continue;
        }
        let Some(other) = field_meaning(right, means) else { continue };
        let (Some(one), Some(other)) = (place(End::Left, left, name), place(End::Right, right, other)) else {
            continue;
        };
        let direction = Direction {
            to_right: connection.arrow.from(End::Left) && obstacle(&one, &other, false).is_none(),
            to_left: connection.arrow.from(End::Right) && obstacle(&other, &one, false).is_none(),
        };
        if !direction.to_right && !direction.to_left {
            continue;
        }
        let mut tables = Tables::default();
        let lens = Lens::Copy { left: tables.field(End::Left, name), right: tables.field(End::Right, &other.name) };
        let item = Mapping { origin: Origin::Meaning(means.to_owned()), direction, lens };
        mappings.push(Fragment { tables, item });
    }
    mappings
}

/// A whole name on the one side and only parts on the other, or the other way round.
fn name_split(connection: &Connection, left: &ConnectedEnd, right: &ConnectedEnd) -> Option<Fragment<Mapping>> {
    let parts_of = |side: &ConnectedEnd| -> Vec<(NamePart, String)> {
        let found = PARTS.iter().filter_map(|(part, means)| Some((*part, field_meaning(side, means)?.to_owned())));
        found.collect()
    };
    let parted =
        |parts: &[(NamePart, String)]| parts.iter().any(|(part, _)| matches!(part, NamePart::Given | NamePart::Family));
    let (left_parts, right_parts) = (parts_of(left), parts_of(right));
    let (whole_end, whole_side, parts_side, parts) = match (parted(&left_parts), parted(&right_parts)) {
        (true, false) => (End::Right, right, left, left_parts),
        (false, true) => (End::Left, left, right, right_parts),
        _ => return None,
    };
    let whole = field_meaning(whole_side, "name.full")?;
    let whole_field = whole_side.field(whole)?;
    let parts_can = |test: fn(crate::schema::Can) -> bool| {
        parts.iter().all(|(_, name)| parts_side.field(name).is_some_and(|field| test(field.can)))
    };
    let to_whole = whole_field.can.set && parts_can(|can| can.read) && connection.arrow.from(whole_end.other());
    let to_parts = whole_field.can.read && parts_can(|can| can.set) && connection.arrow.from(whole_end);
    if !to_whole && !to_parts {
        return None;
    }
    let mut tables = Tables::default();
    let whole = tables.field(whole_end, whole);
    let parts = parts.iter().map(|(part, name)| (*part, tables.field(whole_end.other(), name))).collect();
    let direction = match whole_end {
        End::Left => Direction { to_right: to_parts, to_left: to_whole },
        End::Right => Direction { to_right: to_whole, to_left: to_parts },
    };
    let lens = Lens::Name { whole_end, whole, parts };
    Some(Fragment { tables, item: Mapping { origin: Origin::Meaning("name.full".to_owned()), direction, lens } })
}

/// The first field with exactly this meaning.
fn field_meaning<'s>(side: &'s ConnectedEnd, means: &str) -> Option<&'s str> {
    let mut fields = side.object.fields.iter();
    fields.find(|(_, field)| field.means.as_deref() == Some(means)).map(|(name, _)| name.as_str())
}

fn place<'s>(end: End, side: &'s ConnectedEnd, name: &str) -> Option<Place<'s>> {
    Some(Place { end, side, field: side.field(name)?, name: name.to_owned(), span: Span::default() })
}
