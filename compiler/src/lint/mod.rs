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
mod constants;
mod contradiction;
mod first_decides;
mod included;
mod itself;
mod letter_case;
mod lossy;
mod narrowing;
mod never;
mod overwritten;
mod parts;
mod plain;
mod redundant_part;
mod removal;
mod shadowed;
mod shape;
mod slip;
mod undo_never;

use syncc_grammar::{
    Statement,
    tree::{Body, Span, When},
};

use crate::{
    check::Connection,
    diagnostic::{Code, Diagnostic},
    ir::{End, FieldId, Program, Rule},
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
    /// The mappings that the file writes.
    pub(crate) maps: &'f [MapAt],
    /// Whether nothing of the file is missing because of an error.
    pub(crate) is_whole: bool,
    pub(crate) connection: &'f Connection,
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

/// Where a mapping stands.
pub(crate) struct MapAt {
    pub(crate) line: u32,
    /// Absolute.
    pub(crate) span: Span,
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

    /// The values of a field that are known of its account. None, if nobody has looked.
    fn known_values(&self, end: End, field: FieldId) -> &'f [String] {
        let name = self.program.side(end).fields.get(field.index()).map(|field| field.name.as_str());
        let values = name.and_then(|name| self.connection.side(end)?.field(name)?.values.as_deref());
        values.unwrap_or_default()
    }

    /// Where the condition of the rule with this index stands.
    fn condition_span_of(&self, rule: usize) -> Span {
        self.written.get(rule).map_or_else(Span::default, |at| self.condition_span(at))
    }

    /// Where the condition of a rule stands: all between `when` and `then`.
    fn condition_span(&self, at: &RuleAt) -> Span {
        const WHEN: u32 = 4;
        let Some(when) = self.when(at) else { return at.span };
        let between = Span::new(at.span.start + WHEN, at.span.start + when.then_span.start);
        let text = self.text.get(between.start as usize..between.end as usize).unwrap_or_default();
        let inner = crate::check::condition_span(&when.condition).shift(at.span.start);
        // A comment in front or behind is no part of it.
        if text.contains('#') {
            return inner;
        }
        let length = |text: &str| u32::try_from(text.len()).unwrap_or_default();
        let blank = length(text) - length(text.trim_start());
        Span::new(between.start + blank, between.end - (length(text) - length(text.trim_end())))
    }
}

/// Everything that is odd about the rules of a file.
pub(crate) fn lint(file: &Linted<'_>) -> Vec<Diagnostic> {
    let ask = Ask::new(file.program);
    let mut found = Vec::new();
    let rules = file.program.rules.get(..file.written.len()).unwrap_or_default();
    let pairs = Pairs::new(file.program, rules, &ask);
    // What never holds is no part of what rules do together.
    let mut dead = HashSet::new();
    for (index, (at, rule)) in file.rules().enumerate() {
        let alone = each_alone(file, &ask, at, rule);
        if alone.iter().any(|one| one.code == Code::NeverHolds) {
            dead.insert(index);
        }
        found.extend(alone);
        found.extend(itself::check(file, &ask, &pairs, index, at, rule));
    }
    let contradicting = contradiction::check(file, &ask, &pairs);
    let lines: HashSet<usize> = contradicting.iter().map(|(rule, _)| *rule).collect();
    found.extend(first_decides::check(file, &pairs, &lines));
    found.extend(contradicting.into_iter().map(|(_, diagnostic)| diagnostic));
    found.extend(shadowed::check(file, &pairs, dead));
    for ((end, field), texts) in constants::texts(file) {
        found.extend(letter_case::check(file, end, field, &texts));
        found.extend(slip::check(file, end, field, &texts));
    }
    found.extend(lossy::check(file));
    // What is missing might be what lets the others flow.
    if file.is_whole {
        found.extend(overwritten::check(file, &ask));
        found.extend(narrowing::check(file));
    }
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
    let part = redundant_part::check(file, ask, at, rule, plain);
    part.into_iter().chain(undo_never::check(file, ask, at, rule, plain)).collect()
}
