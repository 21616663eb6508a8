//! `other-way`: the rule is kept from the other side too, so its condition is made true and false.
//!
//! A has/has-not, an equality with a constant, a yes-or-no field, and several of these joined by `and` can
//! be made true. Only a single has/has-not or yes-or-no field can be made false.

use syncc_grammar::tree::{Action, Span, When};

use super::{Context, capability::Need, condition::Reads, resolve::Place};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Condition, ConstId, Effect, End, FieldId, OtherWay, Test},
    value::Value,
};

impl Context<'_> {
    /// How the condition is made true and false. `parts` are its parts, `None` where one has an error.
    pub(crate) fn other_way(
        &mut self,
        when: &When,
        word: Span,
        parts: &[(Span, Option<Condition>)],
        reads: &Reads,
        to: Option<End>,
        effects: &[Option<Effect>],
    ) -> Option<OtherWay> {
        let before = self.found.len();
        let to = to?;
        let from = to.other();
        if let (Some(read), Some(_)) = (reads.of(to), reads.of(from)) {
            self.both_apps(word, read, to, from);
            return None;
        }
        self.backwards(when, word, to, from, effects);
        let mut make_true = Vec::new();
        for (span, part) in parts {
            make_true.extend(self.made_true(word, *span, part.as_ref()?, from));
        }
        let make_false = match parts {
            [(span, Some(part))] if !self.failed_since(before) => {
                self.made_false(word, *span, part, from).map(|effect| vec![effect])
            }
            _ => None,
        };
        if let ([(first, _), .., (last, _)], false) = (parts, self.failed_since(before)) {
            let (here, there) = (self.connection.name(from).to_owned(), self.connection.name(to).to_owned());
            self.report(
                Diagnostic::new(
                    Code::OtherWayHalf,
                    format!("`other-way` makes this true in `{here}`, and never false"),
                    word,
                    "works half",
                )
                .also(first.to(*last), "has several parts")
                .why(format!("When `{there}` says no, it is not clear which of the parts should change."))
                .help("Split the rule if both directions are meant."),
            );
        }
        (!self.failed_since(before)).then_some(OtherWay { make_true, make_false })
    }

    fn both_apps(&mut self, word: Span, read: Span, to: End, from: End) {
        let (here, there) = (self.connection.name(to).to_owned(), self.connection.name(from).to_owned());
        self.report(
            Diagnostic::new(
                Code::OtherWayBoth,
                "`other-way` needs a condition on one app",
                word,
                format!("would have to change both `{there}` and `{here}`"),
            )
            .also(read, format!("reads `{here}` too"))
            .why("From the other side, the rule makes its condition true or false, and that can only be done in one app.")
            .help("Remove `other-way` and write the other direction as a rule of its own."),
        );
    }

    /// Whether the arrow and the actions have an other way.
    fn backwards(&mut self, when: &When, word: Span, to: End, from: End, effects: &[Option<Effect>]) {
        if !self.connection.arrow.from(to) {
            let (here, there) = (self.connection.name(to).to_owned(), self.connection.name(from).to_owned());
            let arrow = self.connection.arrow_span;
            self.report_with_sync(
                Diagnostic::new(
                    Code::WrongWay,
                    format!("contacts do not flow from `{here}` to `{there}` in this file"),
                    word,
                    format!("would write `{there}`"),
                )
                .help("Remove `other-way`, or write `<->` in the `sync` line."),
                arrow,
                "only this way",
            );
        }
        for (action, effect) in when.actions.iter().zip(effects) {
            match (action, effect) {
                (_, Some(Effect::Deleted)) => self.report(
                    Diagnostic::new(Code::OtherWayEffect, "deleting has no other way", word, "no way back")
                        .also(action.span(), "deletes")
                        .help("Remove `other-way`."),
                ),
                (Action::Add(path, _) | Action::Remove(path, _) | Action::Assign(path, _), Some(_)) => {
                    if let Some(place) = self.place(path) {
                        let why = "`other-way` must see in this app whether the rule's action holds.";
                        self.require(&place, Need::Read, path.span, Some(why));
                    }
                }
                _ => {}
            }
        }
    }

    fn made_true(&mut self, word: Span, span: Span, part: &Condition, from: End) -> Option<Effect> {
        match self.sayable(part) {
            Some(Sayable::Has(field, value)) => self.write(word, span, from, Effect::Add(field, value)),
            Some(Sayable::HasNot(field, value)) => self.write(word, span, from, Effect::Remove(field, value)),
            Some(Sayable::Is(field, value)) => self.write(word, span, from, Effect::Set(field, value)),
            Some(Sayable::Flag(field, yes)) => {
                let value = self.tables.constant(Value::Bool(yes));
                self.write(word, span, from, Effect::Set(field, value))
            }
            None => {
                let app = self.connection.name(from).to_owned();
                self.report(
                    Diagnostic::new(
                        Code::OtherWayTrue,
                        format!("`other-way` cannot make this true in `{app}`"),
                        span,
                        "no one value to write",
                    )
                    .also(word, "asks for it")
                    .why("From the other side, the rule has to write what its condition asks for.")
                    .help(
                        "It can be written from `==` on a field, `==` or `!=` on a set, a yes-or-no field, \
                         and several of these joined by `and`.",
                    )
                    .help("Remove `other-way` and write the other direction as a rule of its own."),
                );
                None
            }
        }
    }

    fn made_false(&mut self, word: Span, span: Span, part: &Condition, from: End) -> Option<Effect> {
        match self.sayable(part)? {
            Sayable::Has(field, value) => self.write(word, span, from, Effect::Remove(field, value)),
            Sayable::HasNot(field, value) => self.write(word, span, from, Effect::Add(field, value)),
            Sayable::Flag(field, yes) => {
                let value = self.tables.constant(Value::Bool(!yes));
                self.write(word, span, from, Effect::Set(field, value))
            }
            Sayable::Is(field, _) => {
                let name = format!("{}.{}", self.connection.name(from), self.tables.name(from, field));
                self.report(
                    Diagnostic::new(
                        Code::OtherWayFalse,
                        format!("`other-way` cannot know what `{name}` should be instead"),
                        span,
                        "can be made true, not false",
                    )
                    .also(word, "asks for both")
                    .why("When the other app says no, this field would need another value, and the rule names none.")
                    .help(
                        "Remove `other-way`, and write the other direction as rules of their own: \
                         one for each value that the field should get.",
                    ),
                );
                None
            }
        }
    }

    /// Checks that the app of the condition lets itself be written so.
    fn write(&mut self, word: Span, span: Span, from: End, effect: Effect) -> Option<Effect> {
        let field = effect.field()?;
        let side = self.connection.side(from)?;
        let name = self.tables.name(from, field).to_owned();
        let place = Place { end: from, side, field: side.field(&name)?, name, span };
        let need = match effect {
            Effect::Add(..) => Need::Add,
            Effect::Remove(..) => Need::Remove,
            _ => Need::Set,
        };
        if !need.met_by(place.field.can) {
            let diagnostic = Diagnostic::new(
                match need {
                    Need::Add => Code::NoAdd,
                    Need::Remove => Code::NoRemove,
                    _ => Code::NoSet,
                },
                need.missing(&place),
                span,
                "would have to be written",
            )
            .also(word, "asks for it")
            .why("From the other side, the rule makes its condition true or false in this app.")
            .help("Remove `other-way`.");
            // Making true and making false may miss the same.
            if !self.found.iter().any(|found| found.diagnostic == diagnostic) {
                self.report(diagnostic);
            }
            return None;
        }
        if let Effect::Set(_, value) = effect {
            let value = self.tables.value(value).clone();
            if self.refuse_more_mail(&place, &value, span) {
                return None;
            }
        }
        Some(effect)
    }

    /// What a part asks for, if it can be written.
    fn sayable(&self, part: &Condition) -> Option<Sayable> {
        let (atom, holds) = match part {
            Condition::Atom(atom) => (atom, true),
            Condition::Not(inner) => match &**inner {
                Condition::Atom(atom) => (atom, false),
                _ => return None,
            },
            Condition::All(_) | Condition::Any(_) => return None,
        };
        match (&self.tables.atoms.get(atom.index())?.test, holds) {
            (Test::Has(field, value), true) => Some(Sayable::Has(*field, *value)),
            (Test::Has(field, value), false) => Some(Sayable::HasNot(*field, *value)),
            (Test::Equals(field, value), true) => Some(Sayable::Is(*field, *value)),
            (Test::True(field), yes) => Some(Sayable::Flag(*field, yes)),
            _ => None,
        }
    }
}

/// A test that can be made true by writing one thing.
enum Sayable {
    Has(FieldId, ConstId),
    HasNot(FieldId, ConstId),
    Is(FieldId, ConstId),
    Flag(FieldId, bool),
}
