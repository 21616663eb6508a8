//! Rules that mean something, but likely not what was meant: each check a file, all on the program of one file.
//!
//! Promises:
//! - What is said of a condition is so for every contact ([`crate::logic`] decides it). What would take too long to
//!   tell is left out, never guessed.
//! - No check compares every two rules: they are looked up by what they write and what they ask for.
//! - One cause, one message.

mod alike;
mod always;
mod ask;
mod contradiction;
mod first_decides;
mod included;
mod never;
mod parts;
mod plain;
mod redundant_part;
mod removal;
mod shadowed;
mod shape;
mod undo_never;

use syncc_grammar::{
    Statement,
    tree::{Body, Span, When},
};

use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Program, Rule},
    logic::Contact,
};

use std::collections::HashSet;

use ask::Ask;
use plain::Plain;
use shape::Pairs;

/// A file that means something.
pub(crate) struct Linted<'f> {
    pub(crate) text: &'f str,
    pub(crate) program: &'f Program,
    /// The rules that the file writes, in the order of [`Program::rules`].
    pub(crate) written: &'f [RuleAt],
    /// The tree of a statement of the file.
    pub(crate) tree: &'f dyn Fn(usize) -> Option<Statement>,
}

/// Where a rule stands.
pub(crate) struct RuleAt {
    /// Which statement of the file it is.
    pub(crate) statement: usize,
    /// All of it. Absolute.
    pub(crate) span: Span,
    /// Where its actions stand in the order of its effects. From the start of the rule.
    pub(crate) actions: Vec<Span>,
}

impl<'f> Linted<'f> {
    /// The rules that the file writes, each with its place.
    fn rules(&self) -> impl Iterator<Item = (&'f RuleAt, &'f Rule)> {
        self.written.iter().zip(&self.program.rules)
    }

    /// The tree of a rule. Asked for only where something is reported.
    fn when(&self, at: &RuleAt) -> Option<When> {
        match (self.tree)(at.statement)?.body {
            Body::When(when) => Some(when),
            _ => None,
        }
    }

    /// Where an action stands: the index of the rule, then that of the effect.
    fn action(&self, (rule, effect): (usize, usize)) -> Option<Span> {
        let at = self.written.get(rule)?;
        Some(at.actions.get(effect)?.shift(at.span.start))
    }

    /// A contact, in a sentence.
    fn shown(&self, contact: &Contact) -> String {
        let shown = contact.show(self.program);
        // A contact without anything to show is told in words.
        if shown.starts_with("a ") { shown } else { format!("`{shown}`") }
    }

    /// Where the condition of a rule stands.
    fn condition_span(&self, at: &RuleAt) -> Span {
        self.when(at).map_or(at.span, |when| crate::check::condition_span(&when.condition).shift(at.span.start))
    }
}

/// Everything that is odd about the rules of a file.
pub(crate) fn lint(file: &Linted<'_>) -> Vec<Diagnostic> {
    let ask = Ask::new(file.program);
    let mut found = Vec::new();
    let rules = file.program.rules.get(..file.written.len()).unwrap_or_default();
    // What never holds is no part of what rules do together.
    let mut dead = HashSet::new();
    for (index, (at, rule)) in file.rules().enumerate() {
        let alone = each_alone(file, &ask, at, rule);
        if alone.iter().any(|one| one.code == Code::NeverHolds) {
            dead.insert(index);
        }
        found.extend(alone);
    }
    let pairs = Pairs::new(file.program, rules, &ask);
    let contradicting = contradiction::check(file, &ask, &pairs);
    let lines: HashSet<usize> = contradicting.iter().map(|(rule, _)| *rule).collect();
    found.extend(first_decides::check(file, &pairs, &lines));
    found.extend(contradicting.into_iter().map(|(_, diagnostic)| diagnostic));
    found.extend(shadowed::check(file, &pairs, dead));
    found
}

/// What shows in a rule alone. The first that fits: the others would say the same in other words.
fn each_alone(file: &Linted<'_>, ask: &Ask<'_>, at: &RuleAt, rule: &Rule) -> Vec<Diagnostic> {
    let plain = plain::of(file.program, &rule.condition);
    // A condition of tests that have nothing to do with each other holds for some contacts and fails for others.
    if plain == Plain::Either {
        return Vec::new();
    }
    let first = never::check(file, ask, at, rule, plain).or_else(|| always::check(file, ask, at, rule, plain));
    if let Some(first) = first {
        return vec![first];
    }
    let mut found = redundant_part::check(file, ask, at, rule, plain);
    found.extend(undo_never::check(file, ask, at, rule, plain));
    found
}
