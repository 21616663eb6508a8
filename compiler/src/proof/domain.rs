//! The values that a cell can have, as far as anything in a model tells them apart.
//!
//! Values are numbered: first the ordinary ones, the empty one (absence) being 0, then the *frozen* ones. A frozen value
//! is that of a field which the answer did not carry: it reads as what the base says, and is never written.

use std::hash::Hash;

use crate::value::{Consent, Value};

/// The number of a value within its domain.
pub(super) type Number = u8;

/// The values of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Domain {
    /// The ordinary values. For an element: not there, there (`None` for both).
    values: Vec<Option<Value>>,
    /// For each ordinary value the first value of its kind.
    first: Vec<Number>,
    /// For each ordinary value whether its kind has other values.
    open: Vec<bool>,
    /// What a frozen value reads as, one for each kind and one for nothing known at all.
    frozen: Vec<Option<Number>>,
}

/// Where an element of a set is not.
pub(super) const ABSENT: Number = 0;
/// Where an element of a set is.
pub(super) const PRESENT: Number = 1;

impl Domain {
    /// Whether a set has an element.
    pub(super) fn element(may_freeze: bool) -> Self {
        let frozen = if may_freeze { vec![Some(ABSENT), Some(PRESENT), None] } else { Vec::new() };
        Self { values: vec![None, None], first: vec![ABSENT, PRESENT], open: vec![false, false], frozen }
    }

    /// One value, for what nothing reads.
    pub(super) fn only() -> Self {
        Self { values: vec![None], first: vec![ABSENT], open: vec![false], frozen: Vec::new() }
    }

    /// Whether something stands still that holds, does not, or cannot be told.
    pub(super) fn truth() -> Self {
        Self { values: vec![None, None], first: vec![ABSENT, PRESENT], open: vec![false, false], frozen: vec![None] }
    }

    /// The values of a field, the empty one first, each with the region that it stands for. `None` if they are too many.
    pub(super) fn of(values: Vec<(Value, usize, bool)>, may_freeze: bool) -> Option<Self> {
        if values.len() > 100 {
            return None;
        }
        let first = values.iter().map(|(_, region, _)| {
            let first = values.iter().position(|(_, other, _)| other == region)?;
            Number::try_from(first).ok()
        });
        let first: Vec<Number> = first.collect::<Option<_>>()?;
        let mut frozen: Vec<Option<Number>> = Vec::new();
        if may_freeze {
            let mut kinds = first.clone();
            kinds.sort_unstable();
            kinds.dedup();
            frozen.extend(kinds.into_iter().map(Some));
            frozen.push(None);
        }
        let open = values.iter().map(|(_, _, open)| *open).collect();
        Some(Self { values: values.into_iter().map(|(value, _, _)| Some(value)).collect(), first, open, frozen })
    }

    /// The same values, each a kind of its own: for one run that is followed exactly.
    pub(super) fn concrete(mut self) -> Self {
        let numbers = (0..self.values.len()).filter_map(|number| Number::try_from(number).ok());
        self.first = numbers.clone().collect();
        self.open.iter_mut().for_each(|open| *open = false);
        if !self.frozen.is_empty() {
            self.frozen = numbers.map(Some).chain([None]).collect();
        }
        self
    }

    /// The frozen number that reads as this.
    pub(super) fn frozen(&self, reads: Option<Number>) -> Option<Number> {
        let position = self.frozen.iter().position(|known| *known == reads)?;
        Number::try_from(self.values.len() + position).ok()
    }

    /// Everything but what the values are called.
    pub(super) fn shape(&self) -> impl Hash {
        let steps: Vec<Option<Consent>> =
            (0..self.values.len()).filter_map(|number| Some(self.step(Number::try_from(number).ok()?))).collect();
        (&self.first, &self.open, &self.frozen, steps)
    }

    /// How many values there are, frozen ones included.
    pub(super) fn len(&self) -> usize {
        self.values.len() + self.frozen.len()
    }

    /// How many ordinary values there are.
    pub(super) fn ordinary(&self) -> usize {
        self.values.len()
    }

    /// Whether the answer did not carry the field.
    pub(super) fn is_frozen(&self, number: Number) -> bool {
        usize::from(number) >= self.values.len()
    }

    /// The ordinary value that tests read; `None` where nothing is known.
    pub(super) fn reads(&self, number: Number) -> Option<Number> {
        match usize::from(number).checked_sub(self.values.len()) {
            None => Some(number),
            Some(frozen) => self.frozen.get(frozen).copied().flatten(),
        }
    }

    /// The first value of the same kind.
    pub(super) fn first(&self, number: Number) -> Number {
        self.first.get(usize::from(number)).copied().unwrap_or(number)
    }

    /// Whether the kind of a value has other values.
    pub(super) fn is_open(&self, number: Number) -> bool {
        self.open.get(usize::from(number)).copied().unwrap_or(false)
    }

    /// The first value of each kind.
    pub(super) fn kinds(&self) -> Vec<Number> {
        let mut kinds = self.first.clone();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// An ordinary value as the file has it; `None` for elements.
    pub(super) fn value(&self, number: Number) -> Option<&Value> {
        self.values.get(usize::from(number))?.as_ref()
    }

    /// The number of a value.
    pub(super) fn number(&self, value: &Value) -> Option<Number> {
        let found = self.values.iter().position(|known| known.as_ref() == Some(value))?;
        Number::try_from(found).ok()
    }

    /// Whether writing one ordinary value over the other would climb the ladder of consent.
    pub(super) fn climbs(&self, before: Number, after: Number) -> bool {
        match (self.step(before), self.value(after)) {
            (Some(before), Some(Value::Consent(after))) => *after < before,
            (Some(_), _) => true,
            (None, _) => false,
        }
    }

    /// The step on the ladder of consent that a value is.
    pub(super) fn step(&self, number: Number) -> Option<Consent> {
        match self.value(number) {
            Some(Value::Consent(step)) => Some(*step),
            _ => None,
        }
    }
}
