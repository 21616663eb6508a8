//! For which pairs a cycle has nothing to do: the decisions of `decide.rs` and `settle.rs`, drawn for the two kinds of
//! pairs that nearly all pairs of nearly all runs are.
//!
//! - *Unchanged*: both records are there and as they were when they were last in step. Nothing flows, and no
//!   `other-way` rule pushes back, because nothing changed since the base.
//! - *Alone*: one record is there, without a partner and without a base. All that can happen is that a rule makes
//!   the partner.
//!
//! Promise: of a pair that is called quiet, a cycle makes the outcome without a change. Others may still turn out to have
//! nothing to do: the engine tells.

use syncc_compiler::ir::{Effect, End, Rule};

use super::{
    circuit::{NEVER, Truth, Wire},
    wiring::Wiring,
};
use crate::engine::Engine;

/// What a rule asks of a pair that it is not so yet.
pub(super) fn work(wiring: &mut Wiring<'_>, rule: &Rule, holds: Truth) -> Wire {
    let to = rule.from.other();
    let drawing = |wiring: &mut Wiring<'_>, effects: &[Effect], end: End| missing(wiring, effects, end);
    let then = drawing(wiring, &rule.effects, to);
    let undo = rule.undo.as_deref().map_or(NEVER, |undo| missing(wiring, undo, to));
    let Some(back) = &rule.other_way else {
        let asked = wiring.drawing.and(holds.yes, then);
        let taken_back = wiring.drawing.and(holds.no, undo);
        return wiring.drawing.or(asked, taken_back);
    };
    // Where it is undecided whether the effects hold, an `other-way` rule asks for nothing.
    let effects = wiring.effects(&rule.effects, to);
    let decided = wiring.drawing.or(effects.yes, effects.no);
    let back = missing(wiring, &back.make_true, rule.from);
    let back = wiring.drawing.and(effects.yes, back);
    let asked = wiring.drawing.or(then, back);
    let asked = wiring.drawing.and(holds.yes, asked);
    let taken_back = wiring.drawing.and(holds.no, undo);
    let any = wiring.drawing.or(asked, taken_back);
    wiring.drawing.and(decided, any)
}

/// Where one of these is surely not so. What is undecided is never written.
fn missing(wiring: &mut Wiring<'_>, effects: &[Effect], end: End) -> Wire {
    let missing: Vec<Wire> = effects.iter().map(|effect| wiring.effect(effect, end).no).collect();
    wiring.drawing.any(missing)
}

/// The rules as far as this needs them: when each holds, and when its effects do.
pub(super) struct Drawn<'p> {
    pub rule: &'p Rule,
    pub holds: Truth,
    pub effects: Truth,
    pub work: Wire,
}

/// The pairs for which a cycle has nothing to do.
pub(super) fn quiet(wiring: &mut Wiring<'_>, engine: &Engine<'_>, rules: &[Drawn<'_>]) -> Wire {
    let facts = wiring.facts;
    let unchanged = if engine.has_ladder {
        // Consent flows without a change: the engine looks at each pair.
        NEVER
    } else {
        let work = wiring.drawing.any(rules.iter().map(|drawn| drawn.work));
        wiring.drawing.and_not(facts.unchanged, work)
    };
    let mut alone = facts.alone;
    for end in End::BOTH.into_iter().filter(|end| engine.program.side(*end).creates) {
        let makes = rules.iter().map(|drawn| match () {
            () if drawn.rule.from != end && !drawn.rule.effects.contains(&Effect::Deleted) => drawn.holds.yes,
            () if drawn.rule.from == end && drawn.rule.other_way.is_some() => drawn.effects.yes,
            () => NEVER,
        });
        let makes = wiring.drawing.any(makes);
        // Only for the record on the other end: it is the one that is there.
        let makes = wiring.drawing.and(makes, facts.exists[end.other().index()]);
        alone = wiring.drawing.and_not(alone, makes);
    }
    wiring.drawing.or(unchanged, alone)
}

/// Where a pair is in scope in one of the directions: `scope.rs`.
pub(super) fn in_scope(wiring: &mut Wiring<'_>, engine: &Engine<'_>, rules: &[Drawn<'_>]) -> Wire {
    let arrow = engine.program.arrow;
    let scopes = rules.iter().flat_map(|drawn| {
        let holds = arrow.from(drawn.rule.from).then_some(drawn.holds.yes);
        let back = drawn.rule.other_way.is_some() && arrow.from(drawn.rule.from.other());
        [holds, back.then_some(drawn.effects.yes)].into_iter().flatten()
    });
    wiring.drawing.any(scopes)
}
