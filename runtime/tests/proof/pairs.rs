//! Random pairs for a program, made of the values that it names and some that it does not.

use proptest::{collection::vec, option, prelude::*, sample::select};
use syncc_compiler::{
    ir::{End, FieldId, Program},
    schema::{Scalar, Type},
    value::{Canon, Record, Value},
};
use syncc_runtime::engine::{Base, Pair};

fn value(ty: Type) -> BoxedStrategy<Value> {
    let spelt = move |texts: Vec<&'static str>| {
        select(texts).prop_map(move |text| Canon::default().scalar(ty.scalar(), text).unwrap_or_default())
    };
    let filled = match ty {
        Type::Set(scalar) => vec(select(vec!["A", "B", "C", "D"]), 0..4)
            .prop_map(move |texts| Canon::default().set(scalar, texts))
            .boxed(),
        Type::One(Scalar::Bool) => spelt(vec!["true", "false"]).boxed(),
        Type::One(Scalar::Number) => spelt(vec!["0", "1", "1.5", "2", "3"]).boxed(),
        Type::One(Scalar::Consent) => spelt(vec!["subscribed", "pending", "unsubscribed", "cleaned"]).boxed(),
        Type::One(Scalar::Email) => spelt(vec!["ann@a.example"]).boxed(),
        Type::One(_) => spelt(vec!["A", "B", "C", "D", "xA", "Ay", "A B"]).boxed(),
    };
    prop_oneof![10 => filled, 4 => Just(Value::Empty), 1 => Just(Value::Unknown)].boxed()
}

fn record(program: &Program, end: End) -> impl Strategy<Value = Record> + use<> {
    let values: Vec<_> = program.side(end).fields.iter().map(|field| value(field.ty)).collect();
    values.prop_map(Record::new)
}

fn history(program: &Program, end: End) -> impl Strategy<Value = [Record; 2]> + use<> {
    let fields = program.side(end).fields.len();
    (record(program, end), record(program, end), vec(prop::bool::weighted(0.4), fields)).prop_map(
        |(now, other, changed)| {
            let mut base = now.clone();
            for (field, changed) in (0..).map(FieldId).zip(changed) {
                if changed {
                    base.put(field, other.get(field).clone());
                }
            }
            [now, base]
        },
    )
}

/// Any pair: linked, new, alone, deleted.
pub(crate) fn pair(program: &Program) -> impl Strategy<Value = Pair> + use<> {
    let there = || prop::bool::weighted(0.93);
    let based = select(vec![[true, true], [true, true], [true, true], [false, false]]);
    let histories = (history(program, End::Left), history(program, End::Right));
    (histories, [there(), there()], based, option::of(select(End::BOTH.to_vec()))).prop_map(
        |(([left, left_base], [right, right_base]), there, based, later)| {
            let pick = |chosen: [bool; 2], left: Record, right: Record| {
                [chosen[0].then_some(left), chosen[1].then_some(right)]
            };
            Pair {
                now: pick(there, left, right),
                base: (based != [false, false]).then(|| Base { sides: pick(based, left_base, right_base) }),
                later,
            }
        },
    )
}
