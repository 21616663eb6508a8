//! The questions that the checks of one file ask, as many as there is time for.

use std::cell::Cell;

use crate::{
    ir::{Condition, Program, Rule},
    logic::{Answer, Contact, Presence, Wanted, contact, holds},
};

/// More questions than this are not answered: a file that needs them is read on every keystroke.
const MOST: u32 = 4_000;

/// Both records are there.
pub(super) const BOTH_HERE: [Presence; 2] = [Presence::Here; 2];

/// Asks the logic, and counts.
pub(super) struct Ask<'p> {
    program: &'p Program,
    left: Cell<u32>,
}

impl<'p> Ask<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self { program, left: Cell::new(MOST) }
    }

    /// Whether no more questions are answered.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// A contact in one of these states of existence for which conditions are as wanted.
    pub(super) fn contact(&self, wanted: &[(&Condition, bool)], presences: &[[Presence; 2]]) -> Answer {
        let Some(left) = self.left.get().checked_sub(1) else { return Answer::Unclear };
        self.left.set(left);
        let wanted: Vec<_> = wanted.iter().map(|(condition, is)| Wanted { condition, is: *is }).collect();
        contact(self.program, &wanted, presences)
    }

    /// Whether the conditions are certainly never as wanted where this rule can hold.
    pub(super) fn never(&self, rule: &Rule, wanted: &[(&Condition, bool)]) -> bool {
        self.contact(wanted, &holds(self.program, rule)) == Answer::Never
    }

    /// A contact for which the rule can hold and conditions are as wanted.
    pub(super) fn shown(&self, rule: &Rule, wanted: &[(&Condition, bool)]) -> Option<Contact> {
        self.contact(wanted, &holds(self.program, rule)).contact()
    }
}
