//! Mappings that came, went or changed, each with a contact whose field ends otherwise.

use syncc_compiler::{
    ir::{End, FieldId, Lens, Mapping, NamePart, Piece, Program},
    logic::{Answer, Contact, Presence, sample},
    value::{Text, Value},
};

use super::{
    both::{Both, Version},
    example::{pair_of, shows},
    report::{Example, MappingChange},
};

/// A mapping before and after.
type Change<'b> = (Option<&'b Mapping>, Option<&'b Mapping>);

pub(super) fn changes(both: &Both) -> Vec<MappingChange> {
    let [old, new] = Version::BOTH.map(|version| both.program(version));
    let mut gone: Vec<&Mapping> = old.mappings.iter().collect();
    let mut pairs: Vec<Change<'_>> = Vec::new();
    let mut came: Vec<&Mapping> = new.mappings.iter().collect();
    let mut take = |fits: &dyn Fn(&Mapping, &Mapping) -> bool| {
        gone.retain(|one| {
            let place = came.iter().position(|other| fits(one, other));
            place.map(|place| pairs.push((Some(one), Some(came.remove(place))))).is_none()
        });
    };
    take(&|one, other| (one.direction, &one.lens) == (other.direction, &other.lens));
    take(&|one, other| one.lens == other.lens);
    take(&|one, other| about(&one.lens) == about(&other.lens));
    let differ = |(one, other): &Change<'_>| match (one, other) {
        (Some(one), Some(other)) => (one.direction, &one.lens) != (other.direction, &other.lens),
        _ => true,
    };
    let moved = moved(old, new);
    pairs.extend(gone.into_iter().map(|one| (Some(one), None)));
    pairs.extend(came.into_iter().map(|other| (None, Some(other))));
    let changed = pairs.into_iter().filter(differ).map(|(one, other)| MappingChange {
        before: one.map(|one| text(old, one)),
        after: other.map(|other| text(new, other)),
        moved: false,
        example: shown(both, &[one, other]),
    });
    changed
        .chain(moved.into_iter().map(|mapping| MappingChange {
            before: Some(text(old, mapping)),
            after: Some(text(new, mapping)),
            moved: true,
            example: shown(both, &[Some(mapping), None]),
        }))
        .collect()
}

/// A mapping as people read it.
pub(super) fn text(program: &Program, mapping: &Mapping) -> String {
    let shown = program.show_mapping(mapping);
    shown.rsplit_once("  # ").map_or(shown.as_str(), |(map, _)| map).to_owned()
}

/// The fields of a mapping on both sides, left first.
fn fields(lens: &Lens) -> [Vec<FieldId>; 2] {
    match lens {
        Lens::Copy { left, right } | Lens::Table { left, right, .. } => [vec![*left], vec![*right]],
        Lens::Name { whole_end, whole, parts } => {
            let parts = parts.iter().map(|(_, field)| *field).collect();
            turned(*whole_end, vec![*whole], parts)
        }
        Lens::Compose { from, pieces, target } => {
            let read = pieces.iter().filter_map(|piece| match piece {
                Piece::Field(field) => Some(*field),
                Piece::Text(_) => None,
            });
            turned(*from, read.collect(), vec![*target])
        }
    }
}

fn turned(end: End, own: Vec<FieldId>, other: Vec<FieldId>) -> [Vec<FieldId>; 2] {
    match end {
        End::Left => [own, other],
        End::Right => [other, own],
    }
}

/// What a mapping is about: of composed text the field that it writes, of any other the fields.
fn about(lens: &Lens) -> [Vec<FieldId>; 2] {
    match lens {
        Lens::Compose { from, target, .. } => turned(*from, Vec::new(), vec![*target]),
        lens => fields(lens),
    }
}

/// Mappings that are in both and stand behind another one that writes the same field, which they did not before.
fn moved<'p>(old: &'p Program, new: &'p Program) -> Vec<&'p Mapping> {
    let before = |mapping: &Mapping| {
        old.mappings.iter().position(|other| (other.direction, &other.lens) == (mapping.direction, &mapping.lens))
    };
    let clash = |one: &Mapping, other: &Mapping| {
        End::BOTH.into_iter().any(|from| {
            let to = from.other().index();
            let (one_writes, other_writes) = (&fields(&one.lens)[to], &fields(&other.lens)[to]);
            one.direction.from(from)
                && other.direction.from(from)
                && one_writes.iter().any(|field| other_writes.contains(field))
        })
    };
    let behind = |place: usize, mapping: &Mapping| {
        new.mappings.iter().take(place).any(|first| {
            clash(first, mapping) && matches!((before(first), before(mapping)), (Some(one), Some(other)) if one > other)
        })
    };
    new.mappings.iter().enumerate().filter(|(place, mapping)| behind(*place, mapping)).map(|(_, one)| one).collect()
}

/// A contact that flows, with something in the fields of the mapping.
fn shown(both: &Both, mappings: &[Option<&Mapping>]) -> Option<Example> {
    let filled = || mappings.iter().flatten().copied();
    for from in End::BOTH {
        for contact in flowing(both, from) {
            for values in filled().flat_map(|mapping| samples(both.program(Version::New), &mapping.lens, from)) {
                let mut pair = pair_of(both.program(Version::New), &contact);
                let Some(record) = &mut pair.now[from.index()] else { continue };
                values.into_iter().for_each(|(field, value)| record.put(field, value));
                if let Some(found) = shows(both, &pair) {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// Contacts with both records that flow away from this end, if possible under the rules before and after.
pub(super) fn flowing(both: &Both, from: End) -> Vec<Contact> {
    let [old, new] = Version::BOTH.map(|version| both.scope(version, from));
    let here = [[Presence::Here; 2]];
    let questions = [vec![(&old, true), (&new, true)], vec![(&old, true)], vec![(&new, true)]];
    let answers = questions.iter().filter_map(|wanted| match both.find(wanted, &here) {
        Answer::Contact(contact) => Some(contact),
        Answer::Never | Answer::Unclear => None,
    });
    answers.collect()
}

/// What the fields of a mapping at this end can hold, one choice an item.
fn samples(program: &Program, lens: &Lens, end: End) -> Vec<Vec<(FieldId, Value)>> {
    match lens {
        Lens::Table { left, right, rows } => {
            let field = if end == End::Left { left } else { right };
            let is_set = program.side(end).fields.get(field.index()).is_some_and(|field| field.ty.is_set());
            let value = |(one, other)| program.constant(if end == End::Left { one } else { other }).clone();
            let whole = |value: Value| match value {
                Value::Text(text) if is_set => Value::set([text]),
                value => value,
            };
            rows.iter().map(|row| vec![(*field, whole(value(*row)))]).collect()
        }
        Lens::Name { whole_end, whole, parts } if *whole_end == end => {
            let full = parts.iter().map(|(part, _)| spelled(*part)).collect::<Vec<_>>().join(" ");
            vec![vec![(*whole, Value::Text(Text::plain(full)))]]
        }
        Lens::Name { parts, .. } => {
            vec![parts.iter().map(|(part, field)| (*field, Value::Text(Text::plain(spelled(*part))))).collect()]
        }
        lens => {
            let mut used: Vec<Value> = Vec::new();
            let value = |field: &FieldId| {
                let value = sample_of(program, end, *field, &used)?;
                used.push(value.clone());
                Some((*field, value))
            };
            vec![fields(lens)[end.index()].iter().filter_map(value).collect()]
        }
    }
}

/// Something that a field can hold, other than these.
pub(super) fn sample_of(program: &Program, end: End, field: FieldId, others: &[Value]) -> Option<Value> {
    let ty = program.side(end).fields.get(field.index())?.ty;
    let value = sample(ty.scalar(), &others.iter().collect::<Vec<_>>())?;
    Some(match value {
        Value::Text(text) if ty.is_set() => Value::set([text]),
        value => value,
    })
}

fn spelled(part: NamePart) -> &'static str {
    match part {
        NamePart::Prefix => "Dr.",
        NamePart::Given => "Ann",
        NamePart::Middle => "Lee",
        NamePart::Family => "Example",
        NamePart::Suffix => "Jr.",
    }
}
