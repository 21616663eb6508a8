//! Two programs over the same tables: a field, a constant and a test have one index in both, so that conditions and
//! records of the one can be asked of the other.

use std::collections::HashMap;

use syncc_compiler::{
    ir::{
        Atom, AtomId, Condition, ConstId, Effect, End, FieldId, Lens, MatchTier, OtherWay, Piece, Program, Rule, Test,
        Tests,
    },
    value::{Value, shown},
};

/// The two programs, relinked; without their tests, which are no part of what a run does. Both connect the same ends.
///
/// A field of the same name and another type is another field. Where the two know a field differently in other ways,
/// each keeps what it knows.
#[must_use]
pub fn join(old: &Program, new: &Program) -> [Program; 2] {
    let mut old = Program { tests: Tests::default(), ..old.clone() };
    let mut new = Program { tests: Tests::default(), ..new.clone() };
    let mut tables = Tables::of(&old);
    let fields = End::BOTH.map(|end| tables.fields(&mut old, &mut new, end));
    let mut joined = Joining { tables, fields, source: new.clone() };
    for rule in &mut new.rules {
        *rule = joined.rule(rule);
    }
    for mapping in &mut new.mappings {
        mapping.lens = joined.lens(&mapping.lens);
    }
    for tier in &mut new.matching {
        *tier = joined.tier(tier);
    }
    for program in [&mut old, &mut new] {
        program.constants.clone_from(&joined.tables.constants);
        program.atoms.clone_from(&joined.tables.atoms);
    }
    [old, new]
}

/// The tables of both.
struct Tables {
    constants: Vec<Value>,
    /// On one field, equal constants have one index, whatever their spelling: what the logic relies on.
    on_field: HashMap<(End, FieldId, Value), ConstId>,
    atoms: Vec<Atom>,
}

fn id(index: usize) -> u32 {
    // A file is at most 16 MiB long, so two never name as many things as do not fit.
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Whether a test reads a whole value of the field, and no piece of its spelling.
fn is_whole(test: &Test) -> bool {
    !matches!(test, Test::Contains(..) | Test::StartsWith(..) | Test::EndsWith(..))
}

impl Tables {
    fn of(program: &Program) -> Self {
        let mut tables =
            Self { constants: program.constants.clone(), on_field: HashMap::new(), atoms: program.atoms.clone() };
        let mut note = |end: End, field: FieldId, constant: ConstId| {
            tables.on_field.entry((end, field, program.constant(constant).clone())).or_insert(constant);
        };
        for atom in program.atoms.iter().filter(|atom| is_whole(&atom.test)) {
            if let (Some(field), Some(constant)) = (atom.test.field(), atom.test.constant()) {
                note(atom.end, field, constant);
            }
        }
        for rule in &program.rules {
            let there = rule.effects.iter().chain(rule.undo.iter().flatten()).map(|effect| (rule.from.other(), effect));
            let back =
                rule.other_way.iter().flat_map(|way| way.make_true.iter().chain(way.make_false.iter().flatten()));
            for (end, effect) in there.chain(back.map(|effect| (rule.from, effect))) {
                if let Effect::Add(field, constant) | Effect::Remove(field, constant) | Effect::Set(field, constant) =
                    effect
                {
                    note(end, *field, *constant);
                }
            }
        }
        for mapping in &program.mappings {
            if let Lens::Table { left, right, rows } = &mapping.lens {
                for (one, other) in rows {
                    note(End::Left, *left, *one);
                    note(End::Right, *right, *other);
                }
            }
        }
        tables
    }

    /// Gives both programs the same fields of this end. Where each field of the new one went.
    fn fields(&mut self, old: &mut Program, new: &mut Program, end: End) -> Vec<FieldId> {
        let known = &mut old.sides[end.index()].fields;
        let mut moved = Vec::new();
        let mut fields = known.clone();
        for field in &new.sides[end.index()].fields {
            let place = fields.iter().position(|other| other.name == field.name && other.ty == field.ty);
            let place = place.unwrap_or(fields.len());
            match fields.get_mut(place) {
                Some(slot) => *slot = field.clone(),
                None => {
                    fields.push(field.clone());
                    known.push(field.clone());
                }
            }
            moved.push(FieldId(id(place)));
        }
        new.sides[end.index()].fields = fields;
        moved
    }

    fn spelled(&mut self, value: &Value) -> ConstId {
        let same = |known: &Value| known == value && shown(known) == shown(value);
        let place = self.constants.iter().position(same).unwrap_or_else(|| {
            self.constants.push(value.clone());
            self.constants.len() - 1
        });
        ConstId(id(place))
    }

    fn on_field(&mut self, end: End, field: FieldId, value: &Value) -> ConstId {
        if let Some(known) = self.on_field.get(&(end, field, value.clone())) {
            return *known;
        }
        let new = self.spelled(value);
        self.on_field.insert((end, field, value.clone()), new);
        new
    }

    fn atom(&mut self, atom: Atom) -> AtomId {
        let place = self.atoms.iter().position(|known| *known == atom).unwrap_or_else(|| {
            self.atoms.push(atom);
            self.atoms.len() - 1
        });
        AtomId(id(place))
    }
}

/// The new program on its way into the tables of both.
struct Joining {
    tables: Tables,
    fields: [Vec<FieldId>; 2],
    source: Program,
}

impl Joining {
    fn field(&self, end: End, field: FieldId) -> FieldId {
        self.fields[end.index()].get(field.index()).copied().unwrap_or(field)
    }

    fn whole(&mut self, end: End, field: FieldId, constant: ConstId) -> (FieldId, ConstId) {
        let field = self.field(end, field);
        let value = self.source.constant(constant).clone();
        (field, self.tables.on_field(end, field, &value))
    }

    fn piece(&mut self, end: End, field: FieldId, constant: ConstId) -> (FieldId, ConstId) {
        let value = self.source.constant(constant).clone();
        (self.field(end, field), self.tables.spelled(&value))
    }

    fn rule(&mut self, rule: &Rule) -> Rule {
        let (from, to) = (rule.from, rule.from.other());
        Rule {
            condition: self.condition(&rule.condition),
            effects: self.effects(to, &rule.effects),
            undo: rule.undo.as_ref().map(|undo| self.effects(to, undo)),
            other_way: rule.other_way.as_ref().map(|way| OtherWay {
                make_true: self.effects(from, &way.make_true),
                make_false: way.make_false.as_ref().map(|effects| self.effects(from, effects)),
            }),
            ..rule.clone()
        }
    }

    fn condition(&mut self, condition: &Condition) -> Condition {
        match condition {
            Condition::Atom(id) => match self.source.atoms.get(id.index()).cloned() {
                Some(atom) => Condition::Atom(self.atom(&atom)),
                None => Condition::Any(Vec::new()),
            },
            Condition::Not(inner) => Condition::Not(Box::new(self.condition(inner))),
            Condition::All(parts) => Condition::All(parts.iter().map(|part| self.condition(part)).collect()),
            Condition::Any(parts) => Condition::Any(parts.iter().map(|part| self.condition(part)).collect()),
        }
    }

    fn atom(&mut self, atom: &Atom) -> AtomId {
        let end = atom.end;
        let pair = |(field, constant), make: fn(FieldId, ConstId) -> Test| make(field, constant);
        let test = match atom.test {
            Test::Exists => Test::Exists,
            Test::Deleted => Test::Deleted,
            Test::Empty(field) => Test::Empty(self.field(end, field)),
            Test::True(field) => Test::True(self.field(end, field)),
            Test::Equals(field, constant) => pair(self.whole(end, field, constant), Test::Equals),
            Test::Has(field, constant) => pair(self.whole(end, field, constant), Test::Has),
            Test::Less(field, constant) => pair(self.whole(end, field, constant), Test::Less),
            Test::AtMost(field, constant) => pair(self.whole(end, field, constant), Test::AtMost),
            Test::Contains(field, constant) => pair(self.piece(end, field, constant), Test::Contains),
            Test::StartsWith(field, constant) => pair(self.piece(end, field, constant), Test::StartsWith),
            Test::EndsWith(field, constant) => pair(self.piece(end, field, constant), Test::EndsWith),
        };
        self.tables.atom(Atom { end, test })
    }

    fn effects(&mut self, end: End, effects: &[Effect]) -> Vec<Effect> {
        let mut effect = |effect: &Effect| match effect {
            Effect::Exists => Effect::Exists,
            Effect::Deleted => Effect::Deleted,
            Effect::Clear(field) => Effect::Clear(self.field(end, *field)),
            Effect::Add(field, constant) => {
                let (field, constant) = self.whole(end, *field, *constant);
                Effect::Add(field, constant)
            }
            Effect::Remove(field, constant) => {
                let (field, constant) = self.whole(end, *field, *constant);
                Effect::Remove(field, constant)
            }
            Effect::Set(field, constant) => {
                let (field, constant) = self.whole(end, *field, *constant);
                Effect::Set(field, constant)
            }
        };
        effects.iter().map(&mut effect).collect()
    }

    fn lens(&mut self, lens: &Lens) -> Lens {
        match lens {
            Lens::Copy { left, right } => {
                Lens::Copy { left: self.field(End::Left, *left), right: self.field(End::Right, *right) }
            }
            Lens::Table { left, right, rows } => {
                let mut row = |(one, other): &(ConstId, ConstId)| {
                    (self.whole(End::Left, *left, *one).1, self.whole(End::Right, *right, *other).1)
                };
                let rows = rows.iter().map(&mut row).collect();
                Lens::Table { left: self.field(End::Left, *left), right: self.field(End::Right, *right), rows }
            }
            Lens::Name { whole_end, whole, parts } => Lens::Name {
                whole_end: *whole_end,
                whole: self.field(*whole_end, *whole),
                parts: parts.iter().map(|(part, field)| (*part, self.field(whole_end.other(), *field))).collect(),
            },
            Lens::Compose { from, pieces, target } => Lens::Compose {
                from: *from,
                pieces: pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => Piece::Text(text.clone()),
                        Piece::Field(field) => Piece::Field(self.field(*from, *field)),
                    })
                    .collect(),
                target: self.field(from.other(), *target),
            },
        }
    }

    fn tier(&self, tier: &MatchTier) -> MatchTier {
        let fields =
            End::BOTH.map(|end| tier.fields[end.index()].iter().map(|field| self.field(end, *field)).collect());
        MatchTier { key: tier.key.clone(), fields }
    }
}
