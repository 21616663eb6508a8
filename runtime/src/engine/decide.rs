//! What each rule asks for, read on the merged pair. Nothing is changed here.

use syncc_compiler::ir::{Effect, End, Prefer};

use super::{Engine, Part, truth::View};

/// What one part of one rule asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'p> {
    /// The index of the rule.
    pub rule: usize,
    /// By which of its parts.
    pub part: Part,
    /// Of which record.
    pub end: End,
    /// What is to be true of it.
    pub effects: &'p [Effect],
    /// Whether this takes something back: another rule's reason to keep it is stronger.
    pub undo: bool,
    /// Whether the record may be made for it, if the one that it is to be made for is there.
    pub creates: bool,
}

impl<'p> Engine<'p> {
    /// What every rule asks for, in the order of the file.
    pub(super) fn decisions<'a>(
        &'a self,
        view: &'a View<'a>,
        later: Option<End>,
    ) -> impl Iterator<Item = Decision<'p>> + 'a {
        (0..self.program.rules.len()).flat_map(move |rule| self.decide(rule, view, later)).flatten()
    }

    /// What a rule asks for. Two things only of an `other-way` rule whose sides agree: then each side is a
    /// reason for the other.
    fn decide(&self, index: usize, view: &View<'_>, later: Option<End>) -> [Option<Decision<'p>>; 2] {
        let nothing = [None, None];
        let Some(rule) = self.program.rules.get(index) else { return nothing };
        let (from, to) = (rule.from, rule.from.other());
        let Some(condition) = self.rule_holds(index, view) else { return nothing };
        let ask = |part, end, effects: &'p [Effect], undo: bool, creates: bool| {
            Some(Decision { rule: index, part, end, effects, undo, creates })
        };
        let then = || {
            let creates = !rule.effects.contains(&Effect::Deleted);
            ask(Part::Then, to, &rule.effects, false, creates)
        };
        let undo = || match &rule.undo {
            Some(effects) if view.both_exist() => ask(Part::Undo, to, effects, true, false),
            _ => None,
        };
        let Some(back) = &rule.other_way else {
            return [if condition { then() } else { undo() }, None];
        };
        let Some(effects) = self.effects_hold(index, view) else { return nothing };
        if !view.exists(from) && !view.deleted(from) {
            return if effects { [ask(Part::OtherWay, from, &back.make_true, false, true), None] } else { nothing };
        }
        if view.both_exist() && condition != effects && self.pushes_back(index, condition, effects, view, later) {
            return match (&back.make_false, effects) {
                (_, true) => [ask(Part::OtherWay, from, &back.make_true, false, false), None],
                (Some(make_false), false) => [ask(Part::OtherWay, from, make_false, true, false), None],
                (None, false) => nothing,
            };
        }
        if !condition {
            return [undo(), None];
        }
        let reason = view.both_exist() && effects;
        [then(), reason.then(|| ask(Part::OtherWay, from, &back.make_true, false, false)).flatten()]
    }

    /// Whether the side that an `other-way` rule writes to decides, where condition and effects disagree: the side
    /// whose truth changed since the base; if both did, the one that a written `prefer` names.
    fn pushes_back(&self, index: usize, condition: bool, effects: bool, view: &View<'_>, later: Option<End>) -> bool {
        let Some(base) = view.at_base() else { return false };
        let changed = |before: Option<bool>, now: bool| before.is_some_and(|before| before != now);
        let condition_changed = changed(self.rule_holds(index, &base), condition);
        let effects_changed = changed(self.effects_hold(index, &base), effects);
        match (condition_changed, effects_changed) {
            (_, false) => false,
            (false, true) => true,
            (true, true) => {
                let from = self.program.rules.get(index).map(|rule| rule.from);
                let preferred = match self.program.prefer {
                    Prefer::Default => None,
                    Prefer::End(end) => Some(end),
                    Prefer::Latest => later,
                };
                preferred.is_some() && preferred != from
            }
        }
    }
}
