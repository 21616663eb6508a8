//! Actions: each against the type of its field and what the app allows, lowered to an effect.

use syncc_grammar::tree::{self, Action, Path, ValueKind};

use super::{
    Context,
    capability::Need,
    constant::{Use, holding},
    names::quoted,
    resolve::Place,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::Effect,
};

impl<'a> Context<'a> {
    /// The effect of an action.
    pub(crate) fn action(&mut self, action: &Action) -> Option<Effect> {
        match action {
            Action::Exists(name, _) => self.side(name).map(|_| Effect::Exists),
            Action::Deleted(name, _) => {
                let (_, side) = self.side(name)?;
                if !side.object.deletes {
                    self.report(
                        Diagnostic::new(
                            Code::NoDelete,
                            format!("{} does not let contacts be deleted", side.app.title),
                            action.span(),
                            "not possible",
                        )
                        .help("Give such contacts a tag or a status instead, and clean up in the app."),
                    );
                    return None;
                }
                Some(Effect::Deleted)
            }
            Action::Add(path, value) => {
                let (place, constant) = self.element(path, "+=", value, Need::Add)?;
                let field = self.index(&place);
                Some(Effect::Add(field, self.tables.constant(constant)))
            }
            Action::Remove(path, value) => {
                let (place, constant) = self.element(path, "-=", value, Need::Remove)?;
                let field = self.index(&place);
                Some(Effect::Remove(field, self.tables.constant(constant)))
            }
            Action::Assign(path, value) => self.assign(path, value),
        }
    }

    /// The set and the element of `+=` or `-=`.
    fn element(
        &mut self,
        path: &Path,
        sign: &str,
        value: &tree::Value,
        need: Need,
    ) -> Option<(Place<'a>, crate::value::Value)> {
        let place = self.place(path)?;
        if !place.field.ty.is_set() {
            let name = place.typed();
            self.report(
                Diagnostic::new(
                    Code::NotASet,
                    format!("`{name}` holds one value"),
                    path.span,
                    format!("holds {}", holding(place.field.ty)),
                )
                .why(format!("`{sign}` adds to or removes from a set, such as labels or tags."))
                .help(format!("Write `{name} = …`.")),
            );
            return None;
        }
        // Both are checked, so that both are reported.
        let allowed = self.require(&place, need, path.span, None);
        let r#use = if need == Need::Add { Use::Write } else { Use::Compare };
        let constant = self.constant(&place, value, r#use)?;
        allowed.then_some((place, constant))
    }

    fn assign(&mut self, path: &Path, value: &tree::Value) -> Option<Effect> {
        let place = self.place(path)?;
        let name = place.typed();
        if place.field.ty.is_set() {
            let mut diagnostic = Diagnostic::new(
                Code::SetAssigned,
                format!("`{name}` is a set"),
                path.span,
                "changed one value at a time",
            )
            .why("`=` would throw away what others have put in it.");
            diagnostic = match &value.kind {
                ValueKind::Text(text) => diagnostic.help("Write `+=` to add and `-=` to remove.").fix(
                    "add instead",
                    path.span.to(value.span),
                    format!("{name} += {}", quoted(text)),
                ),
                _ => diagnostic.help("Write `+=` to add and `-=` to remove."),
            };
            self.report(diagnostic);
            return None;
        }
        if matches!(&value.kind, ValueKind::Text(text) if text.trim().is_empty()) {
            let allowed = self.require(&place, Need::Clear, path.span, None);
            let field = self.index(&place);
            return allowed.then_some(Effect::Clear(field));
        }
        let allowed = self.require(&place, Need::Set, path.span, None);
        let constant = self.constant(&place, value, Use::Write)?;
        if !allowed || self.refuse_more_mail(&place, &constant, path.span.to(value.span)) {
            return None;
        }
        let field = self.index(&place);
        Some(Effect::Set(field, self.tables.constant(constant)))
    }
}
