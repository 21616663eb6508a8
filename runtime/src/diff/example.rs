//! A contact that shows a difference: run under the rules before and after, and only believed if the two ends differ.

use syncc_compiler::{
    ir::{End, FieldId, Program, show_value},
    logic::{Contact, Presence},
    value::{Canon, Record, Value},
};

use super::{
    both::{Both, Version},
    report::{By, Example, Field},
};
use crate::engine::{Base, Cause, Change, Engine, Outcome, Pair, Status};

/// The email of a contact of which nothing else asks for one: so that it looks like somebody.
const EMAIL: &str = "ann@mail.example";

/// The pair of a contact, as two that meet for the first time; one of which a record was deleted was in step until then.
pub(super) fn pair_of(program: &Program, contact: &Contact) -> Pair {
    let now = End::BOTH.map(|end| contact.record(program, end));
    let deleted = contact.presence.contains(&Presence::Deleted);
    let was = |end: End| match now[end.index()].clone() {
        None => Some(Record::filled_with(&Value::Empty, program.side(end).fields.len())),
        here => here,
    };
    let base = deleted.then(|| Base { sides: End::BOTH.map(was) });
    Pair { now, base, later: None }
}

/// The first of the contacts that ends otherwise, in the plainest state in which it does.
pub(super) fn example(both: &Both, contacts: &[Contact]) -> Option<Example> {
    let program = both.program(Version::New);
    contacts.iter().find_map(|contact| {
        let (plain, named) = (pair_of(program, contact), pair_of(program, &named(program, contact)));
        [named, plain].into_iter().find_map(|pair| shows(both, &pair).or_else(|| shows(both, &in_step(&pair)?)))
    })
}

/// The contact with an email, where nothing is said of it.
fn named(program: &Program, contact: &Contact) -> Contact {
    let mut named = contact.clone();
    for end in End::BOTH {
        if let Some(field) = program.side(end).meaning("email") {
            let ty = program.side(end).fields.get(field.index()).map(|field| field.ty);
            let value = ty.and_then(|ty| {
                let canon = Canon::default();
                if ty.is_set() { Some(canon.set(ty.scalar(), [EMAIL])) } else { canon.scalar(ty.scalar(), EMAIL) }
            });
            if let Some(value) = value {
                named.values.entry((end, field)).or_insert(value);
            }
        }
    }
    named
}

/// The same pair, had it been in step as it is. `None` when there are no two records.
fn in_step(pair: &Pair) -> Option<Pair> {
    let both = pair.base.is_none() && pair.now.iter().all(Option::is_some);
    both.then(|| Pair { base: Some(Base { sides: pair.now.clone() }), ..pair.clone() })
}

/// What the two make of this pair, if they end otherwise.
pub(super) fn shows(both: &Both, pair: &Pair) -> Option<Example> {
    let [old, new] = Version::BOTH.map(|version| Engine::new(both.program(version)).cycle(pair));
    let refused = [&old, &new].map(|outcome| outcome.status == Status::Refused);
    if old.end == new.end && refused[0] == refused[1] {
        return None;
    }
    let program = both.program(Version::New);
    let deleted = |end: End| pair.base.is_some() && pair.now[end.index()].is_none();
    let given = End::BOTH.map(|end| match deleted(end) {
        true => format!("{} deleted", program.side(end).name),
        false => program.show_record(end, pair.now[end.index()].as_ref()),
    });
    let mut fields = Vec::new();
    for end in End::BOTH {
        let parts = Parts { both, end, pair, outcomes: [&old, &new] };
        fields.extend(parts.whole());
        fields.extend((0..program.side(end).fields.len()).filter_map(|field| parts.field(field)));
    }
    if refused[0] != refused[1] {
        let told = |refused: bool| if refused { "never comes to an end: not touched" } else { "comes to an end" };
        fields.push(Field {
            name: "the contact".to_owned(),
            given: String::new(),
            before: told(refused[0]).to_owned(),
            after: told(refused[1]).to_owned(),
            before_by: None,
            after_by: None,
        });
    }
    let was = pair
        .base
        .as_ref()
        .filter(|_| pair.now.iter().all(Option::is_some))
        .map(|base| End::BOTH.map(|end| program.show_record(end, base.sides[end.index()].as_ref())).to_vec());
    let later = pair.later.map(|end| program.side(end).name.clone());
    Some(Example { given: given.to_vec(), was: was.unwrap_or_default(), later, fields, pair: pair.clone() })
}

/// What differs at one end.
struct Parts<'a> {
    both: &'a Both,
    end: End,
    pair: &'a Pair,
    outcomes: [&'a Outcome; 2],
}

impl Parts<'_> {
    fn ends(&self) -> [Option<&Record>; 2] {
        self.outcomes.map(|outcome| outcome.end[self.end.index()].as_ref())
    }

    /// The whole record, where only one of the two leaves one.
    fn whole(&self) -> Option<Field> {
        let [old, new] = self.ends();
        if old.is_some() == new.is_some() {
            return None;
        }
        let given = self.pair.now[self.end.index()].as_ref();
        let told = |end: Option<&Record>| match (given, end) {
            (_, None) => "none".to_owned(),
            (None, Some(_)) => "made".to_owned(),
            (Some(_), Some(_)) => "there".to_owned(),
        };
        Some(Field {
            name: self.both.program(Version::New).side(self.end).name.clone(),
            given: if given.is_some() { "there".to_owned() } else { "none".to_owned() },
            before: told(old),
            after: told(new),
            before_by: self.by(Version::Old, None),
            after_by: self.by(Version::New, None),
        })
    }

    fn field(&self, index: usize) -> Option<Field> {
        let field = FieldId(u32::try_from(index).ok()?);
        let value = |record: Option<&Record>| record.map_or(Value::Empty, |record| record.get(field).clone());
        let [old, new] = self.ends().map(value);
        if old == new {
            return None;
        }
        let program = self.both.program(Version::New);
        Some(Field {
            name: program.show_field(self.end, field),
            given: told(&value(self.pair.now[self.end.index()].as_ref())),
            before: told(&old),
            after: told(&new),
            before_by: self.by(Version::Old, Some(field)),
            after_by: self.by(Version::New, Some(field)),
        })
    }

    /// What wrote the field, or made or deleted the record.
    fn by(&self, version: Version, field: Option<FieldId>) -> Option<By> {
        let outcome = match version {
            Version::Old => self.outcomes[0],
            Version::New => self.outcomes[1],
        };
        let wrote = |change: &&Change| change.end == self.end && change.field == field;
        let program = self.both.program(version);
        match outcome.changes.iter().find(wrote)?.cause {
            Cause::Rule(rule, part) => Some(By::Rule { line: program.rules.get(rule)?.line, part }),
            Cause::Person => None,
            Cause::Mapping(mapping) => {
                Some(By::Mapping { map: super::mappings::text(program, program.mappings.get(mapping)?) })
            }
        }
    }
}

fn told(value: &Value) -> String {
    if value.is_filled() { show_value(value) } else { "empty".to_owned() }
}
