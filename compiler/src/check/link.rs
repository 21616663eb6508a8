//! From the tables of single statements to those of the program.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::tables::{Fragment, Tables};
use crate::{
    ir::{Atom, AtomId, Condition, ConstId, Effect, End, FieldId, Lens, MatchTier, OtherWay, Piece, Rule, Test},
    value::{Value, shown},
};

/// The tables of a program, filled statement by statement.
///
/// Invariant: on one field, equal constants have one index, whatever their spelling (`Ann@x.example` and
/// `ann@x.example`), so that whoever compares indices asks the right question. Pieces of text, of which the
/// spelling counts, are kept apart by it.
pub(crate) struct Linker {
    pub(super) fields: [FxHashMap<String, FieldId>; 2],
    pub(crate) constants: Vec<Value>,
    /// The first spelling of each value, which stands for the value.
    first: FxHashMap<Value, ConstId>,
    /// The other spellings of a value: few have any.
    respelt: FxHashMap<ConstId, Vec<ConstId>>,
    /// How a value is spelt on a field, by its first spelling anywhere.
    on_field: FxHashMap<(End, FieldId, ConstId), ConstId>,
    pub(crate) atoms: Vec<Atom>,
    atom_ids: FxHashMap<Atom, AtomId>,
    is_respelt: bool,
}

pub(super) fn id(index: usize) -> u32 {
    // A file is at most 16 MiB long (grammar), so it never names as many things as do not fit.
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Linker {
    /// For a program whose sides have exactly these fields, in this order.
    pub(crate) fn new(fields: &[BTreeSet<String>; 2]) -> Self {
        let fields = fields
            .each_ref()
            .map(|names| names.iter().enumerate().map(|(index, name)| (name.clone(), FieldId(id(index)))).collect());
        Self {
            fields,
            constants: Vec::new(),
            first: FxHashMap::default(),
            respelt: FxHashMap::default(),
            on_field: FxHashMap::default(),
            atoms: Vec::new(),
            atom_ids: FxHashMap::default(),
            is_respelt: false,
        }
    }

    /// Makes room for so many rules at once.
    pub(super) fn reserve(&mut self, rules: usize) {
        self.first.reserve(rules);
        self.on_field.reserve(rules);
        self.atom_ids.reserve(rules);
    }

    /// Whether two constants of one field are equal and spelt differently: then the first of the file gives the spelling.
    pub(super) fn is_respelt(&self) -> bool {
        self.is_respelt
    }

    /// Whether all fields of these tables are among those of the program.
    pub(super) fn knows(&self, tables: &Tables) -> bool {
        tables.fields.iter().zip(&self.fields).all(|(named, known)| named.iter().all(|name| known.contains_key(name)))
    }

    pub(super) fn field(&self, tables: &Tables, end: End, field: FieldId) -> FieldId {
        let known = &self.fields[end.index()];
        // Every name in a table was put into the set of its side before linking.
        known.get(tables.name(end, field)).copied().unwrap_or(FieldId(u32::MAX))
    }

    fn push(&mut self, value: &Value) -> ConstId {
        self.constants.push(value.clone());
        ConstId(id(self.constants.len() - 1))
    }

    fn is_spelt(&self, constant: ConstId, value: &Value) -> bool {
        self.constants.get(constant.index()).is_some_and(|known| spelt_alike(known, value))
    }

    /// The constant that is equal and spelt alike.
    fn spelled(&mut self, value: &Value) -> ConstId {
        match self.first.get(value).copied() {
            Some(first) => self.spelled_as(first, value),
            None => self.push_first(value),
        }
    }

    /// A constant that nothing equals so far.
    fn push_first(&mut self, value: &Value) -> ConstId {
        let first = self.push(value);
        self.first.insert(value.clone(), first);
        first
    }

    /// The constant that is spelt alike, where `first` is equal.
    fn spelled_as(&mut self, first: ConstId, value: &Value) -> ConstId {
        if self.is_spelt(first, value) {
            return first;
        }
        let others = self.respelt.get(&first).map_or(&[][..], Vec::as_slice);
        if let Some(known) = others.iter().copied().find(|other| self.is_spelt(*other, value)) {
            return known;
        }
        let new = self.push(value);
        self.respelt.entry(first).or_default().push(new);
        new
    }

    fn on_field(&mut self, end: End, field: FieldId, value: &Value) -> ConstId {
        let Some(first) = self.first.get(value).copied() else {
            let first = self.push_first(value);
            self.on_field.insert((end, field, first), first);
            return first;
        };
        let known = self.on_field.get(&(end, field, first)).copied();
        if let Some(known) = known {
            self.is_respelt |= !self.is_spelt(known, value);
            return known;
        }
        let new = self.spelled_as(first, value);
        self.on_field.insert((end, field, first), new);
        new
    }

    /// A field and a constant that is a whole value of it.
    fn whole(&mut self, tables: &Tables, end: End, field: FieldId, value: ConstId) -> (FieldId, ConstId) {
        let field = self.field(tables, end, field);
        (field, self.on_field(end, field, tables.value(value)))
    }

    /// A field and a constant whose spelling counts.
    fn piece(&mut self, tables: &Tables, end: End, field: FieldId, value: ConstId) -> (FieldId, ConstId) {
        (self.field(tables, end, field), self.spelled(tables.value(value)))
    }

    pub(crate) fn rule(&mut self, fragment: &Fragment<Rule>) -> Rule {
        let Fragment { tables, item } = fragment;
        let (from, to) = (item.from, item.from.other());
        Rule {
            // Its line and its title are those of its place in the file.
            line: 0,
            title: String::new(),
            from,
            condition: self.condition(tables, &item.condition),
            effects: self.effects(tables, to, &item.effects),
            undo: item.undo.as_ref().map(|undo| self.effects(tables, to, undo)),
            other_way: item.other_way.as_ref().map(|way| OtherWay {
                make_true: self.effects(tables, from, &way.make_true),
                make_false: way.make_false.as_ref().map(|effects| self.effects(tables, from, effects)),
            }),
            implicit: item.implicit,
        }
    }

    pub(super) fn condition(&mut self, tables: &Tables, condition: &Condition) -> Condition {
        match condition {
            Condition::Atom(atom) => match tables.atoms.get(atom.index()) {
                Some(atom) => self.atom(tables, atom),
                None => Condition::Any(Vec::new()),
            },
            Condition::Not(inner) => Condition::Not(Box::new(self.condition(tables, inner))),
            Condition::All(parts) => Condition::All(parts.iter().map(|part| self.condition(tables, part)).collect()),
            Condition::Any(parts) => Condition::Any(parts.iter().map(|part| self.condition(tables, part)).collect()),
        }
    }

    fn atom(&mut self, tables: &Tables, atom: &Atom) -> Condition {
        let end = atom.end;
        let test = match &atom.test {
            Test::Exists => Test::Exists,
            Test::Deleted => Test::Deleted,
            Test::Empty(field) => Test::Empty(self.field(tables, end, *field)),
            Test::True(field) => Test::True(self.field(tables, end, *field)),
            Test::Equals(field, value) => with(self.whole(tables, end, *field, *value), Test::Equals),
            Test::Has(field, value) => with(self.whole(tables, end, *field, *value), Test::Has),
            Test::Less(field, value) => with(self.whole(tables, end, *field, *value), Test::Less),
            Test::AtMost(field, value) => with(self.whole(tables, end, *field, *value), Test::AtMost),
            Test::Contains(field, value) => with(self.piece(tables, end, *field, *value), Test::Contains),
            Test::StartsWith(field, value) => with(self.piece(tables, end, *field, *value), Test::StartsWith),
            Test::EndsWith(field, value) => with(self.piece(tables, end, *field, *value), Test::EndsWith),
        };
        let atoms = &mut self.atoms;
        let atom = Atom { end, test };
        let id = *self.atom_ids.entry(atom.clone()).or_insert_with(|| {
            atoms.push(atom);
            AtomId(id(atoms.len() - 1))
        });
        Condition::Atom(id)
    }

    /// Effects on the record of this end.
    fn effects(&mut self, tables: &Tables, end: End, effects: &[Effect]) -> Vec<Effect> {
        effects
            .iter()
            .map(|effect| match effect {
                Effect::Exists => Effect::Exists,
                Effect::Deleted => Effect::Deleted,
                Effect::Add(field, value) => with(self.whole(tables, end, *field, *value), Effect::Add),
                Effect::Remove(field, value) => with(self.whole(tables, end, *field, *value), Effect::Remove),
                Effect::Set(field, value) => with(self.whole(tables, end, *field, *value), Effect::Set),
                Effect::Clear(field) => Effect::Clear(self.field(tables, end, *field)),
            })
            .collect()
    }

    pub(crate) fn lens(&mut self, tables: &Tables, lens: &Lens) -> Lens {
        match lens {
            Lens::Copy { left, right } => {
                Lens::Copy { left: self.field(tables, End::Left, *left), right: self.field(tables, End::Right, *right) }
            }
            Lens::Table { left, right, rows } => Lens::Table {
                left: self.field(tables, End::Left, *left),
                right: self.field(tables, End::Right, *right),
                rows: rows
                    .iter()
                    .map(|(one, other)| {
                        let one = self.whole(tables, End::Left, *left, *one).1;
                        (one, self.whole(tables, End::Right, *right, *other).1)
                    })
                    .collect(),
            },
            Lens::Name { whole_end, whole, parts } => Lens::Name {
                whole_end: *whole_end,
                whole: self.field(tables, *whole_end, *whole),
                parts: parts
                    .iter()
                    .map(|(part, field)| (*part, self.field(tables, whole_end.other(), *field)))
                    .collect(),
            },
            Lens::Compose { from, pieces, target } => Lens::Compose {
                from: *from,
                pieces: pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => Piece::Text(text.clone()),
                        Piece::Field(field) => Piece::Field(self.field(tables, *from, *field)),
                    })
                    .collect(),
                target: self.field(tables, from.other(), *target),
            },
        }
    }

    pub(crate) fn tier(&mut self, tables: &Tables, tier: &MatchTier) -> MatchTier {
        let fields =
            End::BOTH.map(|end| tier.fields[end.index()].iter().map(|field| self.field(tables, end, *field)).collect());
        MatchTier { key: tier.key.clone(), fields }
    }
}

fn with<T>((field, value): (FieldId, ConstId), make: fn(FieldId, ConstId) -> T) -> T {
    make(field, value)
}

/// Whether two equal constants are spelt alike.
fn spelt_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.shown() == other.shown(),
        _ => shown(one) == shown(other),
    }
}
