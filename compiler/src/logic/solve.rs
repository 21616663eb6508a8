//! Looks for a contact of which conditions are true and false as wanted.

use std::collections::BTreeMap;

use super::{
    contact::{Contact, Presence},
    regions::{Representative, other_element, regions},
};
use crate::{
    ir::{Atom, AtomId, Condition, ConstId, End, FieldId, Program, Rule, Test},
    value::Value,
};

/// A condition, and what it is wanted to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'c> {
    /// The condition.
    pub condition: &'c Condition,
    /// What it is wanted to be.
    pub is: bool,
}

/// Whether there is such a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// There can be none.
    Never,
    /// This one is.
    Contact(Contact),
    /// It would take too long to tell.
    Unclear,
}

impl Answer {
    /// The contact, if there is one.
    #[must_use]
    pub fn contact(self) -> Option<Contact> {
        match self {
            Self::Contact(contact) => Some(contact),
            Self::Never | Self::Unclear => None,
        }
    }
}

/// More steps than this take too long.
const MOST_STEPS: usize = 20_000;

/// The states of existence in which a rule from this end can hold: it asks whether the record is deleted, or the record is there.
#[must_use]
pub fn holds(program: &Program, rule: &Rule) -> Vec<[Presence; 2]> {
    let asks = |wanted: End| {
        let mut asks = false;
        each_atom(&rule.condition, &mut |id| {
            asks |= program.atoms.get(id.index()).is_some_and(|atom| atom.test == Test::Deleted && atom.end == wanted);
        });
        asks
    };
    let own: &[Presence] = if asks(rule.from) { &[Presence::Here, Presence::Deleted] } else { &[Presence::Here] };
    let other = [Presence::Here, Presence::Never, Presence::Deleted];
    let mut all = Vec::new();
    for own in own {
        for other in other {
            // Of a pair that was never linked nothing is deleted.
            if matches!((own, other), (Presence::Deleted, Presence::Never | Presence::Deleted)) {
                continue;
            }
            let mut presence = [*own, other];
            if rule.from == End::Right {
                presence.reverse();
            }
            all.push(presence);
        }
    }
    all
}

/// A contact in one of these states of existence for which the conditions are as wanted.
#[must_use]
pub fn contact(program: &Program, wanted: &[Wanted<'_>], presences: &[[Presence; 2]]) -> Answer {
    let Some(variables) = Variables::of(program, wanted) else { return Answer::Unclear };
    let mut unclear = false;
    for presence in presences {
        let mut search = Search {
            program,
            wanted,
            variables: &variables,
            presence: *presence,
            chosen: vec![None; variables.all.len()],
            steps: 0,
        };
        match search.run() {
            Some(true) => return Answer::Contact(search.contact()),
            Some(false) => {}
            None => unclear = true,
        }
    }
    if unclear { Answer::Unclear } else { Answer::Never }
}

/// Calls back for every atom of a condition.
pub fn each_atom(condition: &Condition, found: &mut impl FnMut(AtomId)) {
    match condition {
        Condition::Atom(id) => found(*id),
        Condition::Not(inner) => each_atom(inner, found),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| each_atom(part, found)),
    }
}

/// Something that has one of several values.
enum Variable {
    /// A single-valued field.
    Field(End, FieldId, Vec<Representative>),
    /// Whether a set has this element.
    Element(End, FieldId, ConstId),
    /// Whether a set has an element beside those that tests name.
    Rest(End, FieldId),
}

struct Variables {
    all: Vec<Variable>,
    /// For each atom the variables that it reads.
    reads: BTreeMap<AtomId, Vec<usize>>,
}

impl Variables {
    fn of(program: &Program, wanted: &[Wanted<'_>]) -> Option<Self> {
        // In the order of the text, so that the answer depends on the conditions alone, not on how tests are numbered.
        let mut atoms: Vec<AtomId> = Vec::new();
        for one in wanted {
            each_atom(one.condition, &mut |id| {
                if !atoms.contains(&id) {
                    atoms.push(id);
                }
            });
        }
        let atom = |id: AtomId| program.atoms.get(id.index());
        let mut fields: BTreeMap<(End, FieldId), Vec<AtomId>> = BTreeMap::new();
        for id in &atoms {
            let Some(Atom { end, test }) = atom(*id) else { continue };
            if let Some(field) = test.field() {
                fields.entry((*end, field)).or_default().push(*id);
            }
        }
        let mut all = Vec::new();
        let mut reads: BTreeMap<AtomId, Vec<usize>> = BTreeMap::new();
        for ((end, field), ids) in fields {
            let is_set = program.side(end).fields.get(field.index()).is_some_and(|field| field.ty.is_set());
            if is_set {
                let first = all.len();
                for id in &ids {
                    if let Some(Test::Has(_, element)) = atom(*id).map(|atom| &atom.test) {
                        reads.insert(*id, vec![all.len()]);
                        all.push(Variable::Element(end, field, *element));
                    }
                }
                let rest = ids.iter().filter(|id| atom(**id).is_some_and(|atom| !matches!(atom.test, Test::Has(..))));
                let rest: Vec<AtomId> = rest.copied().collect();
                if !rest.is_empty() {
                    all.push(Variable::Rest(end, field));
                    for id in rest {
                        reads.insert(id, (first..all.len()).collect());
                    }
                }
            } else {
                let tests: Vec<_> = ids.iter().filter_map(|id| Some((program, &atom(*id)?.test))).collect();
                let scalar = program.side(end).fields.get(field.index())?.ty.scalar();
                let values = regions(scalar, &tests, &[], 1)?;
                for id in ids {
                    reads.insert(id, vec![all.len()]);
                }
                all.push(Variable::Field(end, field, values));
            }
        }
        Some(Self { all, reads })
    }
}

struct Search<'s> {
    program: &'s Program,
    wanted: &'s [Wanted<'s>],
    variables: &'s Variables,
    presence: [Presence; 2],
    /// The index of the chosen value of each variable.
    chosen: Vec<Option<usize>>,
    steps: usize,
}

impl Search<'_> {
    /// Whether the rest can be chosen so that all is as wanted; `None` when it takes too long.
    fn run(&mut self) -> Option<bool> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return None;
        }
        let mut open = None;
        for one in self.wanted {
            match self.condition(one.condition) {
                Some(truth) if truth != one.is => return Some(false),
                Some(_) => {}
                None => open = open.or(Some(one)),
            }
        }
        let Some(open) = open else { return Some(true) };
        let Some(variable) = self.undecided(open.condition) else { return Some(false) };
        let values = match self.variables.all.get(variable) {
            Some(Variable::Field(_, _, values)) => values.len(),
            _ => 2,
        };
        for value in 0..values {
            if let Some(slot) = self.chosen.get_mut(variable) {
                *slot = Some(value);
            }
            match self.run() {
                Some(false) => {}
                found => return found,
            }
        }
        if let Some(slot) = self.chosen.get_mut(variable) {
            *slot = None;
        }
        Some(false)
    }

    /// A variable that is not chosen yet and that the condition depends on.
    fn undecided(&self, condition: &Condition) -> Option<usize> {
        match condition {
            Condition::Atom(id) => {
                self.variables.reads.get(id)?.iter().copied().find(|read| self.chosen.get(*read) == Some(&None))
            }
            Condition::Not(inner) => self.undecided(inner),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().filter(|part| self.condition(part).is_none()).find_map(|part| self.undecided(part))
            }
        }
    }

    fn condition(&self, condition: &Condition) -> Option<bool> {
        let all = |parts: &[Condition], neutral: bool| {
            let mut truth = Some(neutral);
            for part in parts {
                match self.condition(part) {
                    Some(part) if part == neutral => {}
                    Some(part) => return Some(part),
                    None => truth = None,
                }
            }
            truth
        };
        match condition {
            Condition::Atom(id) => self.atom(*id),
            Condition::Not(inner) => self.condition(inner).map(|truth| !truth),
            Condition::All(parts) => all(parts, true),
            Condition::Any(parts) => all(parts, false),
        }
    }

    fn atom(&self, id: AtomId) -> Option<bool> {
        let atom = self.program.atoms.get(id.index())?;
        let presence = self.presence[atom.end.index()];
        match atom.test {
            Test::Exists => return Some(presence == Presence::Here),
            Test::Deleted => return Some(presence == Presence::Deleted),
            _ => {}
        }
        if presence != Presence::Here {
            return self.program.holds_of(&atom.test, &Value::Empty);
        }
        let reads = self.variables.reads.get(&id)?;
        let chosen = |variable: usize| self.chosen.get(variable).copied().flatten();
        match self.variables.all.get(*reads.first()?)? {
            Variable::Field(_, _, values) => {
                self.program.holds_of(&atom.test, &values.get(chosen(*reads.first()?)?)?.value)
            }
            Variable::Element(..) | Variable::Rest(..) if matches!(atom.test, Test::Has(..)) => {
                chosen(*reads.first()?).map(|value| value == 1)
            }
            // Only whether it is empty is asked of a whole set.
            Variable::Element(..) | Variable::Rest(..) => {
                let mut empty = Some(true);
                for read in reads {
                    match chosen(*read) {
                        Some(0) => {}
                        Some(_) => return Some(false),
                        None => empty = None,
                    }
                }
                empty
            }
        }
    }

    /// The elements of a set that the conditions ask for.
    fn tested(&self, end: End, field: FieldId) -> impl Iterator<Item = &Value> {
        self.variables.all.iter().filter_map(move |variable| match variable {
            Variable::Element(at, of, element) if (*at, *of) == (end, field) => Some(self.program.constant(*element)),
            _ => None,
        })
    }

    /// The contact as chosen; what was left open is empty.
    fn contact(&self) -> Contact {
        let mut values: BTreeMap<(End, FieldId), Value> = BTreeMap::new();
        let mut add = |end: End, field: FieldId, element: crate::value::Text| {
            let set = values.entry((end, field)).or_insert(Value::Empty);
            *set = Value::set(set.elements().iter().cloned().chain([element]));
        };
        for (variable, chosen) in self.variables.all.iter().zip(&self.chosen) {
            let Some(chosen) = *chosen else { continue };
            match variable {
                Variable::Element(end, field, element) if chosen == 1 => {
                    if let Value::Text(element) = self.program.constant(*element) {
                        add(*end, *field, element.clone());
                    }
                }
                Variable::Rest(end, field) if chosen == 1 => {
                    let scalar = self.program.side(*end).fields.get(field.index()).map(|field| field.ty.scalar());
                    if let Some(scalar) = scalar {
                        let constants: Vec<&Value> = self.tested(*end, *field).collect();
                        add(*end, *field, other_element(scalar, &constants));
                    }
                }
                Variable::Element(..) | Variable::Rest(..) | Variable::Field(..) => {}
            }
        }
        for (variable, chosen) in self.variables.all.iter().zip(&self.chosen) {
            if let (Variable::Field(end, field, known), Some(chosen)) = (variable, chosen)
                && let Some(one) = known.get(*chosen)
            {
                values.insert((*end, *field), one.value.clone());
            }
        }
        Contact { presence: self.presence, values }
    }
}
