//! Whether a test holds of a value: the one definition that the engine runs and the proofs reason with.

use std::mem::discriminant;

use super::{ConstId, Program, Test};
use crate::value::{Value, shown};

impl Program {
    /// Whether the test of a field holds of this value of it. `None` for an unknown value, and for a test of no field.
    #[must_use]
    pub fn holds_of(&self, test: &Test, value: &Value) -> Option<bool> {
        if !value.is_known() {
            return None;
        }
        let constant = |id: ConstId| self.constant(id);
        Some(match *test {
            Test::Exists | Test::Deleted => return None,
            Test::Empty(_) => value.is_empty(),
            Test::True(_) => *value == Value::Bool(true),
            Test::Equals(_, id) => value == constant(id),
            Test::Has(_, id) => has(value, constant(id)),
            Test::Less(_, id) => comparable(value, constant(id)) && value < constant(id),
            Test::AtMost(_, id) => comparable(value, constant(id)) && value <= constant(id),
            Test::Contains(_, id) => spelt(value, constant(id), |value, part| value.contains(part)),
            Test::StartsWith(_, id) => spelt(value, constant(id), |value, part| value.starts_with(part)),
            Test::EndsWith(_, id) => spelt(value, constant(id), |value, part| value.ends_with(part)),
        })
    }
}

/// Whether the set has the constant as an element.
#[must_use]
pub fn has(set: &Value, element: &Value) -> bool {
    matches!(element, Value::Text(element) if set.has(element))
}

/// Two filled values of one kind. Sets and addresses have no order that people know of.
fn comparable(value: &Value, constant: &Value) -> bool {
    value.is_filled()
        && !matches!(value, Value::Set(_) | Value::Address(_))
        && discriminant(value) == discriminant(constant)
}

/// A test of spellings. Text, which is the common case, is not copied.
fn spelt(value: &Value, constant: &Value, test: impl Fn(&str, &str) -> bool) -> bool {
    match (value, constant) {
        (Value::Text(value), Value::Text(constant)) => test(value.shown(), constant.shown()),
        _ => match (shown(value), shown(constant)) {
            (Some(value), Some(constant)) => test(&value, &constant),
            _ => false,
        },
    }
}
