//! The parts of a condition and where each stands.

use syncc_grammar::tree::{self, Span};

use crate::{check::condition_span, ir::Condition};

/// A part of a condition.
#[derive(Clone, Copy)]
pub(super) struct Part<'c> {
    pub(super) tree: &'c tree::Condition,
    pub(super) condition: &'c Condition,
    /// Absolute.
    pub(super) span: Span,
}

/// The parts joined by `and`. One, if there is none.
///
/// Invariant kept by `check::condition`: the parts of a condition mean what the parts of its tree say, in order.
pub(super) fn conjuncts<'c>(written: &'c tree::Condition, condition: &'c Condition, start: u32) -> Vec<Part<'c>> {
    let mut trees = Vec::new();
    flatten(written, &mut trees);
    match condition {
        Condition::All(parts) if trees.len() > 1 && trees.len() == parts.len() => {
            trees.into_iter().zip(parts).map(|(tree, part)| self::part(tree, part, start)).collect()
        }
        _ => vec![part(written, condition, start)],
    }
}

fn part<'c>(tree: &'c tree::Condition, condition: &'c Condition, start: u32) -> Part<'c> {
    Part { tree, condition, span: condition_span(tree).shift(start) }
}

fn flatten<'c>(written: &'c tree::Condition, into: &mut Vec<&'c tree::Condition>) {
    match written {
        tree::Condition::And(parts) => parts.iter().for_each(|part| flatten(part, into)),
        other => into.push(other),
    }
}

/// The parts joined by `or`, or the values of a list: where each stands and what it means. None, if there is no choice.
pub(super) fn choices<'c>(part: &Part<'c>, start: u32) -> Vec<(Span, &'c Condition)> {
    match (part.tree, part.condition) {
        (tree::Condition::Or(trees), Condition::Any(parts)) if trees.len() == parts.len() => {
            trees.iter().map(|tree| condition_span(tree).shift(start)).zip(parts).collect()
        }
        (tree::Condition::In { values, .. }, Condition::Any(parts)) if values.len() == parts.len() => {
            values.iter().map(|value| value.span.shift(start)).zip(parts).collect()
        }
        _ => Vec::new(),
    }
}
