//! `undo`: what is done when the condition no longer holds.
//!
//! `+=` and `-=` are each other's inverse and a yes-or-no field flips. Everything else must be said.

use syncc_grammar::tree::{Action, Undo};

use super::{Context, capability::Need};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, End},
    value::Value,
};

impl Context<'_> {
    /// The effects of the undo. `effects` are those of `actions`, `None` where an action has an error.
    pub(crate) fn undo(
        &mut self,
        undo: &Undo,
        actions: &[Action],
        effects: &[Option<Effect>],
        to: Option<End>,
    ) -> Option<Vec<Effect>> {
        let before = self.found.len();
        let said = self.said(undo, actions, effects, to);
        let mut undone = Vec::new();
        let mut unsaid = Vec::new();
        for (action, effect) in actions.iter().zip(effects) {
            let written = path(action);
            let explicit = written.and_then(|path| said.iter().find(|(name, _)| *name == path));
            if explicit.is_some() {
                continue;
            }
            // One with an error was reported already.
            let Some(effect) = effect else { continue };
            match self.inverse(undo, action, effect) {
                Inverse::Is(effect) => undone.push(effect),
                Inverse::None => {}
                Inverse::Unclear => unsaid.push(action),
            }
        }
        // What was said of another app was meant for one of these.
        let misplaced = self.found.iter().skip(before).any(|found| found.diagnostic.code == Code::UndoOtherApp);
        for action in unsaid.into_iter().filter(|_| !misplaced) {
            self.report(unclear(undo, action));
        }
        undone.extend(said.into_iter().filter_map(|(_, effect)| effect));
        if undone.is_empty() && !self.failed_since(before) && effects.iter().all(Option::is_some) {
            self.report(
                Diagnostic::new(Code::UndoNothing, "there is nothing to undo", undo.span, "undoes nothing")
                    .why("Leaving a rule never deletes a contact.")
                    .help("Remove `undo`, or give the rule an action that can be taken back, such as a tag."),
            );
        }
        (!self.failed_since(before)).then_some(undone)
    }

    /// The undo actions that the rule names, by the field that they write.
    fn said(
        &mut self,
        undo: &Undo,
        actions: &[Action],
        effects: &[Option<Effect>],
        to: Option<End>,
    ) -> Vec<((String, String), Option<Effect>)> {
        let mut said = Vec::new();
        for action in &undo.actions {
            if let (Some(to), Some(end)) = (to, self.connection.end(&action.end().text))
                && end != to
            {
                let (right, wrong) = (self.connection.name(to).to_owned(), self.connection.name(end).to_owned());
                self.report(
                    Diagnostic::new(
                        Code::UndoOtherApp,
                        format!("`undo` writes `{wrong}`, but the rule writes `{right}`"),
                        action.end().span,
                        format!("not `{right}`"),
                    )
                    .help(format!("Say what to do in `{right}` when the condition no longer holds.")),
                );
                continue;
            }
            let Some(path) = path(action) else {
                self.report(
                    Diagnostic::new(
                        Code::UndoExtra,
                        "`undo` cannot make or delete contacts",
                        action.span(),
                        "not an undo",
                    )
                    .help("Write a rule of its own for it."),
                );
                continue;
            };
            let refused = |(done, effect): (&Action, &Option<Effect>)| {
                effect.is_none() && self::path(done).as_ref() == Some(&path)
            };
            if actions.iter().zip(effects).any(refused) {
                // What is wrong with the field was reported where the rule writes it.
                said.push((path, None));
                continue;
            }
            let effect = self.action(action);
            if effect.is_some() && !actions.iter().any(|done| self::path(done).as_ref() == Some(&path)) {
                self.report(
                    Diagnostic::new(
                        Code::UndoExtra,
                        format!("the rule does not write `{}.{}`", path.0, path.1),
                        action.span(),
                        "undoes nothing of this rule",
                    )
                    .help("Write a rule of its own for it, or write the field after `then` too."),
                );
            }
            said.push((path, effect));
        }
        said
    }

    fn inverse(&mut self, undo: &Undo, action: &Action, effect: &Effect) -> Inverse {
        let (Action::Add(path, _) | Action::Remove(path, _) | Action::Assign(path, _)) = action else {
            if matches!(effect, Effect::Deleted) {
                self.report(
                    Diagnostic::new(Code::UndoNothing, "deleting cannot be undone", undo.span, "no way back")
                        .also(action.span(), "deletes")
                        .help("Remove `undo`."),
                );
            }
            return Inverse::None;
        };
        let Some(place) = self.place(path) else { return Inverse::None };
        let why = "`undo` takes back what the rule did when its condition no longer holds.";
        match effect {
            Effect::Add(field, value) => {
                self.require(&place, Need::Remove, undo.span, Some(why));
                Inverse::Is(Effect::Remove(*field, *value))
            }
            Effect::Remove(field, value) => {
                self.require(&place, Need::Add, undo.span, Some(why));
                Inverse::Is(Effect::Add(*field, *value))
            }
            Effect::Set(field, value) => match *self.tables.value(*value) {
                Value::Bool(bool) => {
                    let flipped = Value::Bool(!bool);
                    if self.refuse_more_mail(&place, &flipped, undo.span) {
                        return Inverse::None;
                    }
                    Inverse::Is(Effect::Set(*field, self.tables.constant(flipped)))
                }
                _ => Inverse::Unclear,
            },
            Effect::Clear(_) => Inverse::Unclear,
            Effect::Exists | Effect::Deleted => Inverse::None,
        }
    }
}

enum Inverse {
    Is(Effect),
    None,
    Unclear,
}

/// The end and the field that an action writes, by name.
fn path(action: &Action) -> Option<(String, String)> {
    match action {
        Action::Add(path, _) | Action::Remove(path, _) | Action::Assign(path, _) => {
            Some((path.end.text.clone(), path.field_name()))
        }
        Action::Exists(..) | Action::Deleted(..) => None,
    }
}

fn unclear(undo: &Undo, action: &Action) -> Diagnostic {
    let field = path(action).map_or_else(String::new, |(end, field)| format!("{end}.{field}"));
    Diagnostic::new(
        Code::UndoUnclear,
        format!("`undo` must say what `{field}` is when the condition no longer holds"),
        undo.span,
        "what then?",
    )
    .also(action.span(), "this is what is undone")
    .why("What the field held before the rule is not known.")
    .help(format!("Write `undo {field} = …` with the value that it gets."))
}
