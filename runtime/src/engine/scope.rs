//! Which ways a pair's fields may flow.

use super::{Engine, truth::View};

impl Engine<'_> {
    /// Whether the pair flows from the left end, and whether it flows from the right one.
    ///
    /// It flows A → B when a rule from A holds, or when the effects of an `other-way` rule written from B
    /// hold on A. An undecided rule gives no scope.
    pub(super) fn scope(&self, view: &View<'_>) -> [bool; 2] {
        let mut scope = [false, false];
        for (index, rule) in self.program.rules.iter().enumerate() {
            let (from, to) = (rule.from, rule.from.other());
            if !scope[from.index()] && self.program.arrow.from(from) {
                scope[from.index()] = self.rule_holds(index, view) == Some(true);
            }
            if rule.other_way.is_some() && !scope[to.index()] && self.program.arrow.from(to) {
                scope[to.index()] = self.effects_hold(index, view) == Some(true);
            }
            if scope == [true, true] {
                break;
            }
        }
        scope
    }
}
