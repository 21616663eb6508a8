//! Names to ends and fields, with a message and a near name where there is none.

use syncc_grammar::tree::{Name, Path, Span};

use super::{
    Context,
    connection::ConnectedEnd,
    names::{listed, nearest, typed},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{End, FieldId},
    schema::Field,
};

/// A field of an end, as a statement names it.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    pub(crate) end: End,
    pub(crate) side: &'a ConnectedEnd,
    /// The name of the field.
    pub(crate) name: String,
    pub(crate) field: &'a Field,
    /// All of the path.
    pub(crate) span: Span,
}

impl Place<'_> {
    /// The path as it is typed.
    pub(crate) fn typed(&self) -> String {
        format!("{}.{}", typed(&self.side.name), typed(&self.name))
    }

    /// Whether this is a field that says that a person wants no more mail.
    pub(crate) fn is_unsubscribed_flag(&self) -> bool {
        self.side.object.is_opt_out(&self.name)
    }
}

impl<'a> Context<'a> {
    /// The end with this name.
    pub(crate) fn end(&mut self, name: &Name) -> Option<End> {
        if let Some(end) = self.connection.end(&name.text) {
            return Some(end);
        }
        if self.connection.is_ambiguous() {
            // Reported at the `sync` statement.
            return None;
        }
        let [left, right] = &self.connection.names;
        let mut diagnostic = Diagnostic::new(
            Code::UnknownEnd,
            format!("`{}` is not in the `sync` line", name.text),
            name.span,
            "not an end of this file",
        );
        let by_app = End::BOTH
            .into_iter()
            .filter_map(|end| self.connection.side(end))
            .find(|side| side.app.id == name.text || side.account == name.text);
        let near = match by_app {
            Some(side) => Some(side.name.as_str()),
            None => nearest(&name.text, [left.as_str(), right.as_str()]),
        };
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("Did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                name.span,
                typed(near),
            ),
            None => diagnostic.help(format!("This file connects `{left}` and `{right}`.")),
        };
        self.report(diagnostic);
        None
    }

    /// The end with this name, and what is known of it. `None` too, but silently, if it could not be resolved.
    pub(crate) fn side(&mut self, name: &Name) -> Option<(End, &'a ConnectedEnd)> {
        let end = self.end(name)?;
        Some((end, self.connection.side(end)?))
    }

    /// The field at this path.
    pub(crate) fn place(&mut self, path: &Path) -> Option<Place<'a>> {
        let (end, side) = self.side(&path.end)?;
        let name = path.field_name();
        let Some(field) = side.field(&name) else {
            self.report(self.unknown_field(side, end, &name, path.field_span()));
            return None;
        };
        Some(Place { end, side, name, field, span: path.span })
    }

    /// The index of a field in the tables of this statement.
    pub(crate) fn index(&mut self, place: &Place<'_>) -> FieldId {
        self.tables.field(place.end, &place.name)
    }

    pub(crate) fn unknown_field(&self, side: &ConnectedEnd, end: End, name: &str, span: Span) -> Diagnostic {
        let known = side.object.fields.keys().map(String::as_str);
        let title = format!("{} has no field `{name}`", side.app.title);
        let diagnostic = Diagnostic::new(Code::UnknownField, title, span, "no such field");
        if let Some(near) = nearest(name, known.clone()) {
            return diagnostic.help(format!("Did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                span,
                typed(near),
            );
        }
        let diagnostic = diagnostic.help(format!("Its fields are {}.", listed(known)));
        match self.connection.side(end.other()) {
            Some(other) if other.object.fields.contains_key(name) => {
                diagnostic.help(format!("`{name}` is a field of `{}`.", other.name))
            }
            _ => diagnostic.help("A custom field is known once `syncc pull` has read it from the account."),
        }
    }
}
