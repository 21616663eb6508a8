//! Rules: which way they go, what they make true, and whether they make sense alone.

use syncc_grammar::tree::{Action, Span, When};

use super::{Context, condition::Reads, tables::Fragment};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Atom, Condition, Effect, End, Rule, Test},
};

impl Context<'_> {
    /// The rule, without its line and title. `None` if anything is wrong with it.
    pub(crate) fn rule(&mut self, when: &When) -> Option<Fragment<Rule>> {
        let before = self.found.len();
        let mut reads = Reads::default();
        let parts = self.conjuncts(&when.condition, &mut reads);
        let to = self.target(&when.actions);
        let effects: Vec<_> = when.actions.iter().map(|action| self.action(action)).collect();
        if let Some(to) = to {
            self.direction(when, &reads, to);
        }
        self.actions_together(&when.actions, &effects);
        if let Some(to) = to {
            self.creates(when, &parts, to);
        }
        let undo = when.undo.as_ref().map(|undo| self.undo(undo, &when.actions, &effects, to));
        let other_way = when.other_way.map(|word| self.other_way(when, word, &parts, &reads, to, &effects));

        let to = to.filter(|_| !self.failed_since(before))?;
        let mut conditions: Vec<Condition> = parts.into_iter().map(|(_, part)| part).collect::<Option<_>>()?;
        let condition = match conditions.len() {
            1 => conditions.pop()?,
            _ => {
                conditions.shrink_to_fit();
                Condition::All(conditions)
            }
        };
        // What is known of a statement stays in memory, of large files for many statements.
        let mut effects: Vec<Effect> = effects.into_iter().collect::<Option<_>>()?;
        effects.shrink_to_fit();
        self.tables.shrink();
        let rule = Rule {
            line: 0,
            title: String::new(),
            from: to.other(),
            condition,
            effects,
            undo: match undo {
                Some(undo) => Some(undo?),
                None => None,
            },
            other_way: match other_way {
                Some(other_way) => Some(other_way?),
                None => None,
            },
            implicit: false,
        };
        Some(Fragment { tables: std::mem::take(&mut self.tables), item: rule })
    }

    /// The one end that the actions write.
    fn target(&mut self, actions: &[Action]) -> Option<End> {
        let (first, rest) = actions.split_first()?;
        let to = self.connection.end(&first.end().text)?;
        for action in rest {
            let Some(end) = self.connection.end(&action.end().text) else { continue };
            if end != to {
                let (a, b) = (self.connection.name(to), self.connection.name(end));
                self.report(
                    Diagnostic::new(
                        Code::TwoApps,
                        format!("the rule writes both `{a}` and `{b}`"),
                        action.end().span,
                        format!("writes `{b}`"),
                    )
                    .also(first.end().span, format!("writes `{a}`"))
                    .why("A rule goes from one app to the other.")
                    .help("Write a rule for each direction."),
                );
                return None;
            }
        }
        Some(to)
    }

    fn direction(&mut self, when: &When, reads: &Reads, to: End) {
        let from = to.other();
        let (here, there) = (self.connection.name(to).to_owned(), self.connection.name(from).to_owned());
        let Some(action) = when.actions.first() else { return };
        // A condition with an unknown end says nothing about the direction.
        if let (Some(read), None) = (reads.of(to), reads.of(from)) {
            self.report(
                Diagnostic::new(
                    Code::SameApp,
                    format!("the rule reads and writes only `{here}`"),
                    action.end().span,
                    format!("writes `{here}`"),
                )
                .also(read, format!("reads `{here}`"))
                .why("A rule takes something from one app to the other.")
                .help(format!("Ask for something of `{there}`, or write to `{there}`.")),
            );
            return;
        }
        if !self.connection.arrow.from(from) {
            let arrow = self.connection.arrow_span;
            self.report_with_sync(
                Diagnostic::new(
                    Code::WrongWay,
                    format!("contacts do not flow from `{there}` to `{here}` in this file"),
                    action.end().span,
                    format!("writes `{here}`"),
                )
                .why("The `sync` line says which way contacts may flow.")
                .help("Write `<->` in the `sync` line, or turn the rule around."),
                arrow,
                "only this way",
            );
        }
    }

    /// `then APP exists` where the app makes no contacts, unless the rule is about those that are there.
    fn creates(&mut self, when: &When, parts: &[(Span, Option<Condition>)], to: End) {
        let Some(side) = self.connection.side(to).filter(|side| !side.object.creates) else { return };
        let there = self.tables.atoms.iter().position(|atom| *atom == Atom { end: to, test: Test::Exists });
        let guarded = parts.iter().any(|(_, part)| match part {
            Some(Condition::Atom(atom)) => Some(atom.index()) == there,
            _ => false,
        });
        let exists = when.actions.iter().find(|action| matches!(action, Action::Exists(..)));
        if let (Some(action), false) = (exists, guarded) {
            let (title, name) = (side.app.title.clone(), side.name.clone());
            self.report(
                Diagnostic::new(
                    Code::NoCreate,
                    format!("{title} does not let contacts be created"),
                    action.span(),
                    "cannot be made true",
                )
                .help(format!(
                    "Write `and {name} exists` after the condition, for the contacts that are there already."
                )),
            );
        }
    }

    /// What actions must not do beside each other.
    fn actions_together(&mut self, actions: &[Action], effects: &[Option<Effect>]) {
        let deletes = actions.iter().position(|action| matches!(action, Action::Deleted(..)));
        if let (Some(index), 2..) = (deletes, actions.len())
            && let Some(action) = actions.get(index)
        {
            self.report(
                Diagnostic::new(Code::DeletedToo, "a rule that deletes does nothing else", action.span(), "deletes")
                    .why("Nothing can be written to a contact that is gone.")
                    .help("Put the other actions in a rule of their own."),
            );
        }
        for (index, (action, effect)) in actions.iter().zip(effects).enumerate() {
            let Some(effect) = effect else { continue };
            let earlier = actions.iter().zip(effects).take(index).find(|(_, earlier)| {
                earlier.as_ref().is_some_and(|earlier| self.clash(earlier, effect) || earlier == effect)
            });
            if let Some((first, _)) = earlier {
                let mut diagnostic = Diagnostic::new(
                    Code::WrittenTwice,
                    "the rule writes one thing twice",
                    action.span(),
                    "and again here",
                )
                .also(first.span(), "written here");
                diagnostic.help.push("Keep one of the two.".to_owned());
                self.report(diagnostic);
            }
        }
    }

    /// Whether two effects on one record cannot both be.
    fn clash(&self, one: &Effect, other: &Effect) -> bool {
        use Effect::{Add, Clear, Remove, Set};
        match (one, other) {
            (Add(a, x), Remove(b, y)) | (Remove(a, x), Add(b, y)) => {
                a == b && self.tables.value(*x) == self.tables.value(*y)
            }
            (Set(a, _) | Clear(a), Set(b, _) | Clear(b)) => a == b,
            _ => false,
        }
    }
}
