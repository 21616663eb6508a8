//! Whether two records say the same, mapping by mapping and rule by rule, as they stand: for the audit.
//!
//! Nothing here knows of merges, steps or plans: a mistake there must not hide a difference from the one who looks
//! for it. What is used is how a value reads on the other side, and when a condition holds. The base is asked for one thing:
//! whether a field that is mapped one way and empty at its source ever held something that could have flowed.

use syncc_compiler::{
    ir::{Direction, Effect, End, FieldId, Lens, Mapping, NamePart, Piece},
    value::{Record, Value, shown},
};

use super::{Engine, Name, Pair, lens::OneToOne, truth::View};

/// What a mapping or a rule makes of two records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// It asks for nothing here, or it cannot be told.
    Silent,
    /// Both are as it wants them.
    Agrees,
    /// They are not: the fields of each side that it is about.
    Differs(Vec<(End, FieldId)>),
}

impl Agreement {
    fn of(agrees: bool, fields: impl IntoIterator<Item = (End, FieldId)>) -> Self {
        if agrees { Self::Agrees } else { Self::Differs(fields.into_iter().collect()) }
    }
}

impl Engine<'_> {
    /// Whether two records are as the mapping at this index wants them: silent unless contacts flow in a direction that it has.
    pub(crate) fn mapping_agreement(&self, index: usize, mapping: &Mapping, pair: &Pair) -> Agreement {
        let ([Some(left), Some(right)], Some(lens)) = (&pair.now, self.lens(index, mapping)) else {
            return Agreement::Silent;
        };
        let scope = End::BOTH.map(|end| mapping.direction.from(end) && self.in_scope(end, pair));
        if scope == [false, false] {
            return Agreement::Silent;
        }
        let now = [left, right];
        if never_said(mapping.direction, lens, pair) {
            return Agreement::Silent;
        }
        let told = match lens {
            Lens::Copy { left, right } => {
                self.values_agree(&OneToOne { fields: [*left, *right], rows: None }, mapping, now)
            }
            Lens::Table { left, right, rows } => {
                self.values_agree(&OneToOne { fields: [*left, *right], rows: Some(rows) }, mapping, now)
            }
            Lens::Name { whole_end, whole, parts } => {
                names_agree(now[whole_end.index()].get(*whole), now[whole_end.other().index()], parts)
            }
            Lens::Compose { from, pieces, target } => {
                let composed = self.compose(pieces, now[from.index()]);
                let composed = composed.and_then(|value| self.retype(&value, from.other(), *target));
                let held = now[from.other().index()].get(*target);
                composed.filter(|_| held.is_known()).map(|composed| composed == *held)
            }
        };
        told.map_or(Agreement::Silent, |agrees| Agreement::of(agrees, fields_of(lens)))
    }

    /// Whether a rule that holds for the record of this end wants it on the other side, where it is not.
    pub(crate) fn wants_partner(&self, end: End, pair: &Pair) -> bool {
        let (view, other) = (View::of(pair), end.other());
        let makes = self.program.side(other).creates && !view.exists(other);
        makes && self.decisions(&view, None).any(|decision| decision.end == other && decision.creates)
    }

    fn values_agree(&self, lens: &OneToOne<'_>, mapping: &Mapping, now: [&Record; 2]) -> Option<bool> {
        let values = End::BOTH.map(|end| now[end.index()].get(lens.field(end)));
        if values.iter().any(|value| !value.is_known()) {
            return None;
        }
        let is_set = |end: End| {
            let field = self.program.side(end).fields.get(lens.field(end).index());
            field.is_some_and(|field| field.ty.is_set())
        };
        match End::BOTH.map(is_set) {
            [true, true] => Some(self.sets_agree(lens, mapping.direction, values)),
            [false, false] => {
                // A value without an image on the other side does not flow, so it asks for nothing there.
                let flows =
                    |end: End| mapping.direction.from(end) && self.image(lens, end, values[end.index()]).is_some();
                let flows = End::BOTH.into_iter().any(flows);
                flows.then(|| self.correspond(lens, values[0], values[1]))
            }
            _ => None,
        }
    }

    /// Whether what is in one set is in the other, in each direction that the mapping has.
    fn sets_agree(&self, lens: &OneToOne<'_>, direction: Direction, values: [&Value; 2]) -> bool {
        End::BOTH.into_iter().filter(|end| direction.from(*end)).all(|from| {
            let image = self.image_of_set(lens, from, values[from.index()]);
            image.elements().iter().all(|element| values[from.other().index()].has(element))
        })
    }

    /// Whether the other record is as a rule wants it. What another rule that holds asks for in the same field is not held
    /// against an `undo`: reasons add up.
    pub(crate) fn rule_agreement(&self, index: usize, pair: &Pair) -> Agreement {
        let Some(rule) = self.program.rules.get(index) else { return Agreement::Silent };
        let (view, to) = (View::of(pair), rule.from.other());
        let Some(record) = view.record(to) else { return Agreement::Silent };
        let (wanted, taken_back) = match (self.rule_holds(index, &view), &rule.undo) {
            (Some(true), _) => (&rule.effects, false),
            (Some(false), Some(undo)) if view.both_exist() => (undo, true),
            _ => return Agreement::Silent,
        };
        let wanted_elsewhere = |field: FieldId| {
            self.program.rules.iter().enumerate().any(|(other, rule)| {
                let writes = |effects: &[Effect]| effects.iter().any(|effect| effect.field() == Some(field));
                other != index
                    && rule.from.other() == to
                    && writes(&rule.effects)
                    && self.rule_holds(other, &view) != Some(false)
            })
        };
        let (mut any, mut missing) = (false, Vec::new());
        for effect in wanted {
            let Some(field) = effect.field() else { continue };
            if !record.get(field).is_known() || taken_back && wanted_elsewhere(field) {
                continue;
            }
            any = true;
            if !self.is_so(effect, record.get(field)) {
                missing.push((to, field));
            }
        }
        if any { Agreement::of(missing.is_empty(), missing) } else { Agreement::Silent }
    }

    fn is_so(&self, effect: &Effect, value: &Value) -> bool {
        let has = |id| syncc_compiler::ir::has(value, self.program.constant(id));
        match *effect {
            Effect::Exists | Effect::Deleted => true,
            Effect::Add(_, id) => has(id),
            Effect::Remove(_, id) => !has(id),
            Effect::Set(_, id) => value == self.program.constant(id),
            Effect::Clear(_) => value.is_empty(),
        }
    }
}

/// Whether a mapping has one direction, and its source holds nothing now and held nothing when the two were last in step.
fn never_said(direction: Direction, lens: &Lens, pair: &Pair) -> bool {
    let source = match (direction.to_right, direction.to_left) {
        (true, false) => End::Left,
        (false, true) => End::Right,
        _ => return false,
    };
    let base = pair.base.as_ref().and_then(|base| base.sides[source.index()].as_ref());
    let says = |record: Option<&Record>, field: FieldId| record.is_some_and(|record| record.get(field).is_filled());
    let own = fields_of(lens).into_iter().filter(|(end, _)| *end == source);
    own.into_iter().all(|(_, field)| !says(pair.now[source.index()].as_ref(), field) && !says(base, field))
}

/// Whether a whole name and its parts are one name; `None` where one is not known.
fn names_agree(whole: &Value, record: &Record, parts: &[(NamePart, FieldId)]) -> Option<bool> {
    let known = |value: &Value| value.is_known().then(|| shown(value).unwrap_or_default());
    let whole = known(whole)?;
    let mut name = Name::default();
    for (part, field) in parts {
        name = name.with(*part, known(record.get(*field))?.trim());
    }
    let kinds: Vec<NamePart> = parts.iter().map(|(part, _)| *part).collect();
    Some(Name::same(&whole, &name.join()) || Name::split(&whole, &name, &kinds) == name)
}

/// The fields that a mapping is about.
pub(crate) fn fields_of(lens: &Lens) -> Vec<(End, FieldId)> {
    match lens {
        Lens::Copy { left, right } | Lens::Table { left, right, .. } => vec![(End::Left, *left), (End::Right, *right)],
        Lens::Name { whole_end, whole, parts } => {
            let parts = parts.iter().map(|(_, field)| (whole_end.other(), *field));
            [(*whole_end, *whole)].into_iter().chain(parts).collect()
        }
        Lens::Compose { from, pieces, target } => {
            let read = pieces.iter().filter_map(|piece| match piece {
                Piece::Field(field) => Some((*from, *field)),
                Piece::Text(_) => None,
            });
            read.chain([(from.other(), *target)]).collect()
        }
    }
}
