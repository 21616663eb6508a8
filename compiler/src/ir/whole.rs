//! Whether a program that comes from outside has all that it names.

use super::{Atom, Condition, ConstId, Effect, End, FieldId, Lens, Piece, Program, Rule, Test};

impl Program {
    /// Whether every index in it leads to something, those of its tests included.
    ///
    /// A program from the compiler is whole. One that was read from a file may be anything, and is asked before it
    /// is run.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let matching = self.matching.iter().all(|tier| {
            End::BOTH
                .into_iter()
                .zip(&tier.fields)
                .all(|(end, fields)| !fields.is_empty() && fields.iter().all(|field| self.has_field(end, *field)))
        });
        !self.matching.is_empty()
            && matching
            && self.atoms.iter().all(|atom| self.has_atom(atom))
            && self.rules.iter().all(|rule| self.has_rule(rule))
            && self.mappings.iter().all(|mapping| self.has_lens(&mapping.lens))
            && self.with_tests().has_tests()
    }

    fn has_field(&self, end: End, field: FieldId) -> bool {
        field.index() < self.side(end).fields.len()
    }

    fn has_constant(&self, constant: ConstId) -> bool {
        constant.index() < self.constants.len()
    }

    fn has_atom(&self, atom: &Atom) -> bool {
        let constant = match atom.test {
            Test::Exists | Test::Deleted | Test::Empty(_) | Test::True(_) => None,
            Test::Equals(_, constant)
            | Test::Has(_, constant)
            | Test::Less(_, constant)
            | Test::AtMost(_, constant)
            | Test::Contains(_, constant)
            | Test::StartsWith(_, constant)
            | Test::EndsWith(_, constant) => Some(constant),
        };
        atom.test.field().is_none_or(|field| self.has_field(atom.end, field))
            && constant.is_none_or(|constant| self.has_constant(constant))
    }

    fn has_condition(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Atom(atom) => atom.index() < self.atoms.len(),
            Condition::Not(inner) => self.has_condition(inner),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().all(|part| self.has_condition(part)),
        }
    }

    fn has_rule(&self, rule: &Rule) -> bool {
        let there = rule.effects.iter().chain(rule.undo.iter().flatten());
        let back = rule.other_way.iter().flat_map(|way| way.make_true.iter().chain(way.make_false.iter().flatten()));
        self.has_condition(&rule.condition)
            && there.into_iter().all(|effect| self.has_effect(rule.from.other(), effect))
            && back.into_iter().all(|effect| self.has_effect(rule.from, effect))
    }

    fn has_effect(&self, end: End, effect: &Effect) -> bool {
        let constant = match effect {
            Effect::Exists | Effect::Deleted | Effect::Clear(_) => None,
            Effect::Add(_, constant) | Effect::Remove(_, constant) | Effect::Set(_, constant) => Some(*constant),
        };
        effect.field().is_none_or(|field| self.has_field(end, field))
            && constant.is_none_or(|constant| self.has_constant(constant))
    }

    fn has_lens(&self, lens: &Lens) -> bool {
        let pair = |left, right| self.has_field(End::Left, left) && self.has_field(End::Right, right);
        match lens {
            Lens::Copy { left, right } => pair(*left, *right),
            Lens::Table { left, right, rows } => {
                pair(*left, *right)
                    && rows.iter().all(|(one, other)| self.has_constant(*one) && self.has_constant(*other))
            }
            Lens::Name { whole_end, whole, parts } => {
                self.has_field(*whole_end, *whole)
                    && parts.iter().all(|(_, part)| self.has_field(whole_end.other(), *part))
            }
            Lens::Compose { from, pieces, target } => {
                self.has_field(from.other(), *target)
                    && pieces.iter().all(|piece| match piece {
                        Piece::Text(_) => true,
                        Piece::Field(field) => self.has_field(*from, *field),
                    })
            }
        }
    }

    /// Of a program whose tables are joined with those of its tests.
    fn has_tests(&self) -> bool {
        let given = |given: &[Option<Vec<(FieldId, _)>>; 2]| {
            let mut ends = End::BOTH.into_iter().zip(given);
            ends.all(|(end, given)| given.iter().flatten().all(|(field, _)| self.has_field(end, *field)))
        };
        self.atoms.iter().all(|atom| self.has_atom(atom))
            && self.tests.cases.iter().all(|test| {
                given(&test.given) && test.expect.iter().all(|expect| self.has_condition(&expect.condition))
            })
    }
}
