//! What a rule with `other-way` does beyond its condition: pairs in which the side that it writes to changed last, and
//! pairs in which both did.

use syncc_compiler::{
    ir::{Effect, End, FieldId, Program, Rule},
    logic::Presence,
    value::{Record, Value},
};

use super::{
    both::{Both, Version},
    example::pair_of,
    mappings::sample_of,
};
use crate::engine::{Base, Pair};

/// Pairs in which the effects of the rule became so on one side, and pairs in which they ceased to be.
pub(super) fn pushes(both: &Both, rule: &Rule, became: bool) -> Vec<Pair> {
    let (program, to) = (both.program(Version::New), rule.from.other());
    let (so, holds) = (both.all_so(rule), both.holds(rule));
    let Some(contact) = both.find(&[(&so, became), (&holds, !became)], &[[Presence::Here; 2]]).contact() else {
        return Vec::new();
    };
    let pair = pair_of(program, &contact);
    let mut base = Base { sides: pair.now.clone() };
    if let Some(record) = &mut base.sides[to.index()] {
        rule.effects.iter().for_each(|effect| make(program, to, record, effect, !became));
    }
    vec![Pair { base: Some(base), ..pair }]
}

/// Pairs in which both the condition and the effects of the rule changed, and disagree.
pub(super) fn disagreements(both: &Both, rule: &Rule) -> Vec<Pair> {
    let program = both.program(Version::New);
    let (so, holds) = (both.all_so(rule), both.holds(rule));
    let contact = |is: bool| both.find(&[(&so, is), (&holds, !is)], &[[Presence::Here; 2]]).contact();
    let (Some(one), Some(other)) = (contact(true), contact(false)) else { return Vec::new() };
    let [one, other] = [one, other].map(|contact| pair_of(program, &contact).now);
    let pair = |now: &[Option<Record>; 2], was: &[Option<Record>; 2]| Pair {
        now: now.clone(),
        base: Some(Base { sides: was.clone() }),
        later: None,
    };
    vec![pair(&one, &other), pair(&other, &one)]
}

/// Makes an effect true of a record, or false.
fn make(program: &Program, end: End, record: &mut Record, effect: &Effect, is: bool) {
    let element = |record: &mut Record, field: FieldId, value: &Value, is: bool| {
        let Value::Text(text) = value else { return };
        let others = record.get(field).elements().iter().filter(|other| *other != text).cloned();
        let elements: Vec<_> = others.chain(is.then(|| text.clone())).collect();
        record.put(field, Value::set(elements));
    };
    match effect {
        Effect::Exists | Effect::Deleted => {}
        Effect::Add(field, value) => element(record, *field, program.constant(*value), is),
        Effect::Remove(field, value) => element(record, *field, program.constant(*value), !is),
        Effect::Set(field, value) if is => record.put(*field, program.constant(*value).clone()),
        Effect::Set(field, _) => record.put(*field, Value::Empty),
        Effect::Clear(field) if is => record.put(*field, Value::Empty),
        Effect::Clear(field) => {
            if let Some(value) = sample_of(program, end, *field, &[]) {
                record.put(*field, value);
            }
        }
    }
}
