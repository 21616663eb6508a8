//! Rules that mean something, but likely not what was meant: each check a file.
//!
//! What shows in a rule alone is found when the rule comes ([`fn@alone`]), what shows across rules by what they have in common
//! ([`kept`]). What is found says which rules it is about; where they stand is only asked when it is reported.
//!
//! Promises:
//! - What is said of a condition is so for every contact ([`crate::logic`] decides it). What would take too long to
//!   tell is left out, never guessed.
//! - No check compares every two rules: they are looked up by what they write and what they ask for.
//! - One cause, one message.

mod alike;
mod always;
mod ask;
mod bare;
mod constants;
mod contradiction;
mod first_decides;
mod included;
mod itself;
mod kept;
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
mod uses;

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

use std::cell::OnceCell;

use ask::Ask;
pub(crate) use kept::{Kept, Now};
use plain::Plain;
pub(crate) use shape::Known;
use shape::Pairs;

/// A rule and which of its effects: the index of the rule in the program, then that of the effect.
type Place = (usize, usize);

/// A file that means something.
pub(crate) struct Linted<'f> {
    pub(crate) text: &'f str,
    /// Its rules are in any order.
    pub(crate) program: &'f Program,
    pub(crate) known: &'f [Known],
    /// The rules that the file writes, in its order: the index of each in the program.
    pub(crate) order: &'f [usize],
    /// Where each of them stands, by its place in that order.
    pub(crate) written: &'f dyn Fn(usize) -> Option<RuleAt<'f>>,
    /// Where among them a rule of the program is.
    pub(crate) place: &'f dyn Fn(usize) -> usize,
    /// The mappings that the file writes.
    pub(crate) maps: &'f [MapAt],
    /// Whether nothing of the file is missing because of an error.
    pub(crate) is_whole: bool,
    pub(crate) connection: &'f Connection,
    /// The tree of a statement of the file.
    pub(crate) tree: &'f dyn Fn(usize) -> Option<Statement>,
    /// How many lines end before each block of the text, once a line is asked for.
    pub(crate) lines: OnceCell<Vec<usize>>,
}

/// So many bytes are a block.
const BLOCK: usize = 1 << 14;

/// Where a rule stands.
#[derive(Clone, Copy)]
pub(crate) struct RuleAt<'f> {
    /// Its index in the program.
    pub(crate) rule: usize,
    /// Which statement of the file it is.
    pub(crate) statement: usize,
    /// All of it. Absolute.
    pub(crate) span: Span,
    /// Where its actions stand in the order of its effects. From the start of the rule.
    pub(crate) actions: &'f [Span],
}

/// Where a mapping stands.
pub(crate) struct MapAt {
    /// By which [`crate::ir::Origin::Line`] the program knows it.
    pub(crate) line: u32,
    /// Absolute.
    pub(crate) span: Span,
}

impl<'f> Linted<'f> {
    /// The rules that the file writes, in its order.
    fn rules(&self) -> impl Iterator<Item = &'f Rule> {
        self.order.iter().filter_map(|rule| self.program.rules.get(*rule))
    }

    /// The place of a rule, and what it says.
    fn rule(&self, index: usize) -> Option<(RuleAt<'f>, &'f Rule)> {
        Some((self.at(index)?, self.program.rules.get(index)?))
    }

    /// The tree of a rule. Asked for only where something is reported.
    fn when(&self, at: &RuleAt<'_>) -> Option<When> {
        match (self.tree)(at.statement)?.body {
            Body::When(when) => Some(when),
            _ => None,
        }
    }

    /// Where in the file a rule of the program comes.
    fn index(&self, rule: usize) -> usize {
        (self.place)(rule)
    }

    /// Where a rule of the program stands.
    fn at(&self, rule: usize) -> Option<RuleAt<'f>> {
        (self.written)(self.index(rule))
    }

    /// The line of a rule of the program, from 1.
    fn line(&self, rule: usize) -> Option<usize> {
        let start = self.at(rule)?.span.start as usize;
        let text = self.text.as_bytes();
        let breaks = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        // Few lines are asked for, in a text that may be long.
        let blocks = self.lines.get_or_init(|| {
            let ends = text.chunks(BLOCK).scan(0, |all, block| {
                *all += breaks(block);
                Some(*all)
            });
            std::iter::once(0).chain(ends).collect()
        });
        let block = start / BLOCK;
        Some(1 + blocks.get(block)? + breaks(text.get(block * BLOCK..start)?))
    }

    /// Where an action stands.
    fn action(&self, (rule, effect): Place) -> Option<Span> {
        let at = self.at(rule)?;
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

    /// Where the condition of a rule stands: all between `when` and `then`.
    fn condition_span(&self, at: &RuleAt<'_>) -> Span {
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

/// What shows in a rule alone, and whether it never holds. `file` is a file of nothing but that rule.
pub(crate) fn alone(file: &Linted<'_>) -> (Vec<Diagnostic>, bool) {
    let Some((at, rule)) = file.order.first().and_then(|rule| file.rule(*rule)) else { return (Vec::new(), false) };
    let at = &at;
    let ask = Ask::new(file.program);
    let rules = [at.rule];
    let pairs = Pairs::new(file.program, file.known, &rules, &ask);
    let mut found = by_condition(file, &ask, at, rule);
    let dead = found.iter().any(|one| one.code == Code::NeverHolds);
    found.extend(itself::check(file, &ask, &pairs, at, rule));
    (found, dead)
}

/// What shows in the condition of a rule. The first that fits: the others would say the same in other words.
fn by_condition(file: &Linted<'_>, ask: &Ask<'_>, at: &RuleAt<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let plain = file.known.get(at.rule).map_or(Plain::Unsure, |known| known.plain(file.program, rule));
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
