//! The kinds of values that tests tell apart, with values of each kind.

use jiff::{SignedDuration, ToSpan};

use super::spelling::Spellings;
use crate::{
    ir::{Program, Test},
    schema::Scalar,
    value::{Address, Canon, Consent, Number, Text, Value},
};

/// A value that stands for all values of its kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Representative {
    pub(crate) value: Value,
    /// Which kind it is of. Equal for values that no test tells apart.
    pub(crate) region: usize,
    /// Whether its kind has other values than itself.
    pub(crate) open: bool,
}

/// Values of every kind that these tests of a single-valued field tell apart, the empty one first, then the constants.
/// Of a kind with many values `each` different ones, if it has so many. `None` when there are too many kinds to list.
pub(crate) fn regions(
    scalar: Scalar,
    tests: &[(&Program, &Test)],
    constants: &[&Value],
    each: usize,
) -> Option<Vec<Representative>> {
    let mut closed: Vec<Value> = vec![Value::Empty];
    let mut note = |value: &Value| {
        if value.is_filled() && !closed.contains(value) {
            closed.push(value.clone());
        }
    };
    let mut bounds: Vec<Value> = Vec::new();
    let mut spellings = Spellings::default();
    for constant in constants {
        note(constant);
    }
    for (program, test) in tests {
        match test {
            Test::Equals(_, id) => note(program.constant(*id)),
            Test::Less(_, id) | Test::AtMost(_, id) => {
                note(program.constant(*id));
                bounds.push(program.constant(*id).clone());
            }
            Test::Contains(_, id) => spellings.contains.extend(text(program.constant(*id))),
            Test::StartsWith(_, id) => spellings.starts.extend(text(program.constant(*id))),
            Test::EndsWith(_, id) => spellings.ends.extend(text(program.constant(*id))),
            Test::Exists | Test::Deleted | Test::Empty(_) | Test::True(_) | Test::Has(..) => {}
        }
    }
    let is_closed = matches!(scalar, Scalar::Bool | Scalar::Consent);
    match scalar {
        Scalar::Bool => [false, true].into_iter().for_each(|one| note(&Value::Bool(one))),
        Scalar::Consent => [Consent::Subscribed, Consent::Pending, Consent::Unsubscribed, Consent::Cleaned]
            .into_iter()
            .for_each(|step| note(&Value::Consent(step))),
        _ => {}
    }
    bounds.sort();
    bounds.dedup();
    let others = if is_closed { Vec::new() } else { others(scalar, &bounds, &spellings, each + closed.len())? };
    let mut found: Vec<Representative> = closed
        .iter()
        .enumerate()
        .map(|(region, value)| Representative { value: value.clone(), region, open: false })
        .collect();
    // Kinds of the values that are no constant: what all tests say of them.
    let mut kinds: Vec<(Vec<Option<bool>>, usize)> = Vec::new();
    for value in others {
        if closed.contains(&value) || found.iter().any(|known| known.value == value) {
            continue;
        }
        let says: Vec<_> = tests.iter().map(|(program, test)| program.holds_of(test, &value)).collect();
        let kind = kinds.iter().position(|(known, _)| *known == says).unwrap_or_else(|| {
            kinds.push((says, 0));
            kinds.len() - 1
        });
        let Some((_, count)) = kinds.get_mut(kind) else { continue };
        if *count < each {
            *count += 1;
            found.push(Representative { value, region: closed.len() + kind, open: true });
        }
    }
    Some(found)
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text.shown()),
        _ => None,
    }
}

/// Values of every kind beside the constants, `each` of a kind where there are so many.
fn others(scalar: Scalar, bounds: &[Value], spellings: &Spellings<'_>, each: usize) -> Option<Vec<Value>> {
    let count = i32::try_from(each).unwrap_or(i32::MAX).min(1_000);
    Some(match scalar {
        Scalar::Bool | Scalar::Consent => Vec::new(),
        Scalar::Number => {
            let bounds: Vec<f64> = bounds
                .iter()
                .filter_map(|bound| match bound {
                    Value::Number(number) => Some(number.get()),
                    _ => None,
                })
                .collect();
            numbers(&bounds, count)
        }
        Scalar::Date => {
            let bounds = bounds.iter().filter_map(|bound| match bound {
                Value::Date(date) => Some(*date),
                _ => None,
            });
            let mut bounds: Vec<_> = bounds.collect();
            if bounds.is_empty() {
                bounds.push(jiff::civil::date(2020, 1, 1));
            }
            let steps = |day: jiff::civil::Date| {
                (-count..=count).filter_map(move |by| day.checked_add(by.days()).ok()).map(Value::Date)
            };
            bounds.into_iter().flat_map(steps).collect()
        }
        Scalar::DateTime => {
            let bounds = bounds.iter().filter_map(|bound| match bound {
                Value::DateTime(time) => Some(*time),
                _ => None,
            });
            let mut bounds: Vec<_> = bounds.collect();
            if bounds.is_empty() {
                bounds.push(jiff::Timestamp::UNIX_EPOCH);
            }
            let steps = |time: jiff::Timestamp| {
                (-count..=count)
                    .filter_map(move |by| time.checked_add(SignedDuration::from_millis(i64::from(by))).ok())
                    .map(Value::DateTime)
            };
            bounds.into_iter().flat_map(steps).collect()
        }
        Scalar::Address => (1..=count)
            .map(|number| {
                let mut address = Address::default();
                if let Some(street) = address.part_mut("street") {
                    *street = format!("{number} Other Street");
                }
                Value::Address(Box::new(address))
            })
            .collect(),
        Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Choice | Scalar::Ref => {
            let canon = Canon::default();
            let texts = if spellings.is_empty() { samples(scalar, each) } else { spellings.kinds(each)? };
            texts.iter().map(|text| Value::Text(canon.text(scalar, text))).collect()
        }
    })
}

/// Texts that look like what the field holds.
fn samples(scalar: Scalar, each: usize) -> Vec<String> {
    (1..=each)
        .map(|number| match scalar {
            Scalar::Email => format!("other{number}@mail.example"),
            Scalar::Phone => format!("+1415555{:04}", 2_600 + number),
            Scalar::Url => format!("https://other{number}.example"),
            _ if number == 1 => "something else".to_owned(),
            _ => format!("something else {number}"),
        })
        .collect()
}

/// Numbers below, between and above the bounds.
fn numbers(bounds: &[f64], count: i32) -> Vec<Value> {
    let number = |number: f64| Number::new(number).map(Value::Number);
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else {
        return (0..=count).filter_map(|step| number(f64::from(step))).collect();
    };
    let below = (1..=count).filter_map(|step| number(first - f64::from(step)));
    let above = (1..=count).filter_map(|step| number(last + f64::from(step)));
    let between = bounds.windows(2).flat_map(|pair| {
        let [low, high] = [pair.first().copied().unwrap_or(0.0), pair.last().copied().unwrap_or(0.0)];
        (1..=count).filter_map(move |step| {
            let share = f64::from(step) / f64::from(count + 1);
            let value = low + (high - low) * share;
            (value > low && value < high).then(|| number(value)).flatten()
        })
    });
    below.chain(between).chain(above).collect()
}

/// A filled value of this kind that is none of the others.
#[must_use]
pub fn sample(scalar: Scalar, others: &[&Value]) -> Option<Value> {
    let found = regions(scalar, &[], &[], others.len() + 1)?;
    found.into_iter().map(|one| one.value).find(|value| value.is_filled() && !others.contains(&value))
}

/// An element of a set that is none of the constants.
pub(crate) fn other_element(scalar: Scalar, constants: &[&Value]) -> Text {
    let canon = Canon::default();
    let mut number = 0_usize;
    loop {
        number += 1;
        let text = match samples(scalar, number).pop() {
            Some(text) => canon.text(scalar, &text),
            None => canon.text(scalar, "something else"),
        };
        if !constants.iter().any(|constant| matches!(constant, Value::Text(known) if *known == text)) {
            return text;
        }
    }
}
