//! Conditions that need no thought: tests that have nothing to do with each other.
//!
//! Nearly all conditions that people write are such. That each test can hold and can fail, whatever the
//! others do, is seen in one walk; only what is left is searched.

use std::collections::BTreeSet;

use crate::ir::{AtomId, Condition, ConstId, End, FieldId, Program, Test};

/// What a walk tells of a condition on two records that are both there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// It holds.
    Holds,
    /// It fails.
    Fails,
    /// There are contacts for which it holds and contacts for which it fails.
    Either,
    /// That must be searched.
    Unsure,
}

/// What a test depends on: a field, or whether a set has an element.
type Reads = (End, FieldId, Option<ConstId>);

/// What a walk tells of this condition where both records are there.
pub(super) fn of(program: &Program, condition: &Condition) -> Plain {
    let mut walk = Walk { program, seen: BTreeSet::new() };
    walk.condition(condition)
}

struct Walk<'p> {
    program: &'p Program,
    seen: BTreeSet<Reads>,
}

impl Walk<'_> {
    fn condition(&mut self, condition: &Condition) -> Plain {
        match condition {
            Condition::Atom(id) => self.atom(*id),
            Condition::Not(inner) => match self.condition(inner) {
                Plain::Holds => Plain::Fails,
                Plain::Fails => Plain::Holds,
                other => other,
            },
            Condition::All(parts) => self.parts(parts, Plain::Holds, Plain::Fails),
            Condition::Any(parts) => self.parts(parts, Plain::Fails, Plain::Holds),
        }
    }

    /// Parts of which none matters if it is `neutral`, and of which one decides all if it is `decisive`.
    fn parts(&mut self, parts: &[Condition], neutral: Plain, decisive: Plain) -> Plain {
        if let Some(reads) = self.one_field(parts, decisive == Plain::Holds) {
            return self.reads(reads);
        }
        let mut all = neutral;
        for part in parts {
            match self.condition(part) {
                part if part == decisive => return decisive,
                part if part == neutral => {}
                Plain::Either if all != Plain::Unsure => all = Plain::Either,
                _ => all = Plain::Unsure,
            }
        }
        all
    }

    fn atom(&mut self, id: AtomId) -> Plain {
        let Some(atom) = self.program.atoms.get(id.index()) else { return Plain::Unsure };
        match atom.test {
            Test::Exists => Plain::Holds,
            Test::Deleted => Plain::Fails,
            Test::Has(field, element) => self.reads((atom.end, field, Some(element))),
            Test::Empty(field)
            | Test::True(field)
            | Test::Equals(field, _)
            | Test::Less(field, _)
            | Test::AtMost(field, _)
            | Test::Contains(field, _)
            | Test::StartsWith(field, _)
            | Test::EndsWith(field, _) => self.reads((atom.end, field, None)),
        }
    }

    /// A test of something that no test before was about can hold and can fail.
    fn reads(&mut self, reads: Reads) -> Plain {
        let (end, field, element) = reads;
        let known = match element {
            None => self.seen.range((end, field, None)..).next().is_some_and(|one| (one.0, one.1) == (end, field)),
            Some(_) => self.seen.contains(&reads) || self.seen.contains(&(end, field, None)),
        };
        self.seen.insert(reads);
        if known { Plain::Unsure } else { Plain::Either }
    }

    /// The single-valued field of `FIELD in [ … ]`, and of `>` and `>=`, which are two tests each.
    fn one_field(&self, parts: &[Condition], any: bool) -> Option<Reads> {
        let test = |part: &Condition| match part {
            Condition::Atom(id) => self.program.atoms.get(id.index()),
            _ => None,
        };
        if any {
            let first = test(parts.first()?)?;
            let Test::Equals(field, _) = first.test else { return None };
            let same = |part| {
                test(part).is_some_and(
                    |atom| matches!(atom.test, Test::Equals(other, _) if other == field && atom.end == first.end),
                )
            };
            let id = |part: &Condition| if let Condition::Atom(id) = part { Some(*id) } else { None };
            let distinct: BTreeSet<AtomId> = parts.iter().filter_map(id).collect();
            return (distinct.len() == parts.len() && parts.iter().all(same)).then_some((first.end, field, None));
        }
        let [Condition::Not(bound), Condition::Not(empty)] = parts else { return None };
        let (bound, empty) = (test(bound)?, test(empty)?);
        match (&bound.test, &empty.test) {
            (Test::Less(field, _) | Test::AtMost(field, _), Test::Empty(other))
                if field == other && bound.end == empty.end =>
            {
                Some((bound.end, *field, None))
            }
            _ => None,
        }
    }
}
