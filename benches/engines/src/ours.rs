//! The same as records and a program of syncc.

use syncc_compiler::{
    check::check_text,
    ir::{End, Program},
    value::{Canon, Record, Value},
};
use syncc_runtime::engine::{Base, Pair};

use crate::subject::{Contact, RULES, Rule, STATUS, URGENCY, When, day, email, file};

pub fn program(rules: &[Rule]) -> Program {
    let checked = check_text("bench.sync", &file(rules), &[]);
    match checked.program {
        Some(program) => (*program).clone(),
        None => panic!("{:#?}", checked.diagnostics),
    }
}

/// Pairs that are linked and unchanged, as nearly all of a store are.
pub fn pairs(program: &Program, rules: &[Rule], contacts: &[Contact]) -> Vec<Pair> {
    let canon = Canon::default();
    let record = |end: End, values: &[(&str, Vec<String>)]| {
        let side = program.side(end);
        let mut record = Record::filled_with(&Value::Empty, side.fields.len());
        for (name, spelt) in values {
            let Some(id) = side.field(name) else { panic!("the file uses {name}") };
            let ty = side.fields[id.index()].ty;
            let value = if ty.is_set() {
                canon.set(ty.scalar(), spelt.iter().map(String::as_str))
            } else {
                canon.scalar(ty.scalar(), spelt.first().map_or("", String::as_str)).unwrap_or_default()
            };
            assert!(value.is_known(), "{name}: {spelt:?}");
            record.put(id, value);
        }
        record
    };
    let one = |(nth, contact): (usize, &Contact)| {
        let done = (0..RULES).filter(|rule| contact.done >> rule & 1 == 1);
        let (on_google, on_realgeeks): (Vec<usize>, Vec<usize>) =
            done.partition(|rule| matches!(rules[*rule].when, When::Status { .. }));
        let tags = |rules: &[usize]| rules.iter().map(|rule| format!("Tag {rule}")).collect::<Vec<_>>();
        let labels = contact.labels.iter().map(|label| format!("Label {label}"));
        let left = record(
            End::Left,
            &[
                ("email", vec![email(nth, contact)]),
                ("label", labels.chain(tags(&on_google)).collect()),
                ("company", contact.company.map(|company| format!("Company {company}")).into_iter().collect()),
                ("birthday", vec![day(contact.born)]),
            ],
        );
        let right = record(
            End::Right,
            &[
                ("email", vec![email(nth, contact)]),
                ("tag", tags(&on_realgeeks)),
                ("status", vec![STATUS[contact.status].to_owned()]),
                ("urgency", vec![URGENCY[contact.urgency].to_owned()]),
            ],
        );
        let now = [Some(left), Some(right)];
        Pair { base: Some(Base { sides: now.clone() }), now, later: None }
    };
    contacts.iter().enumerate().map(one).collect()
}
