//! One contact as one app shows it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Value;
use crate::ir::FieldId;

/// The values of one contact, one for each field of its side in the [`crate::ir::Program`]. Cheap to clone.
///
/// Invariant: the index of a value is the [`FieldId`] of its field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record {
    /// Shared, so that a pair that is in sync is never copied; a change copies (see [`Record::put`]).
    values: Arc<[Value]>,
}

impl Record {
    /// A contact with this many fields, all of the same value.
    #[must_use]
    pub fn filled_with(value: &Value, fields: usize) -> Self {
        Self { values: vec![value.clone(); fields].into() }
    }

    /// A contact with these values, in the order of the side's fields.
    #[must_use]
    pub fn new(values: Vec<Value>) -> Self {
        Self { values: values.into() }
    }

    /// The value of a field; unknown for a field that this record was made without.
    #[must_use]
    pub fn get(&self, field: FieldId) -> &Value {
        self.values.get(field.index()).unwrap_or(&Value::Unknown)
    }

    /// Puts a value in. A field that this record was made without is ignored.
    pub fn put(&mut self, field: FieldId, value: Value) {
        if let Some(slot) = Arc::make_mut(&mut self.values).get_mut(field.index()) {
            *slot = value;
        }
    }

    /// All values in order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}
