//! Which one of several an end means: `wildix.phonebook("Sales")`.

use syncc_grammar::tree;

use super::names::{listed, nearest, quoted, typed};
use crate::{
    diagnostic::{Code, Diagnostic},
    schema::{App, Named, Object},
};

/// What is wrong with the name in brackets, or with there being none.
pub(super) fn wrong(end: &tree::End, app: &App, object_name: &str, object: &Object) -> Option<Diagnostic> {
    let known = || object.names.iter().flatten().map(String::as_str);
    match (&end.instance, object.named) {
        (None, Named::Always) => {
            let span = end.object.as_ref().map_or(end.app.span, |object| end.app.span.to(object.span));
            let written = format!("{}.{}", typed(&end.app.text), typed(object_name));
            let diagnostic = Diagnostic::new(
                Code::WhichOne,
                format!("{} can have several of `{object_name}`, and this does not say which one", app.title),
                span,
                "the name is missing",
            )
            .why("The contacts of one must not be mixed up with those of another.")
            .help(format!("Write its name behind it: `{written}({})`.", quoted(known().next().unwrap_or("…"))));
            Some(match known().next() {
                Some(_) => diagnostic.help(format!("`{}` has {}.", end.app.text, listed(known()))),
                None => diagnostic,
            })
        }
        (Some(name), Named::Never) => Some(
            Diagnostic::new(
                Code::OnlyOne,
                format!("{} has only one `{object_name}`", app.title),
                name.span,
                "cannot be chosen by name",
            )
            .help("Remove the brackets. A second account is named in `syncc.toml`, and by that name here."),
        ),
        (Some(name), Named::Optional | Named::Always) => {
            if object.names.is_none() || known().any(|known| known == name.text) {
                return None;
            }
            let diagnostic = Diagnostic::new(
                Code::UnknownOne,
                format!("`{}` had no {object_name} {} when last pulled", end.app.text, quoted(&name.text)),
                name.span,
                "not in the account",
            );
            Some(match nearest(&name.text, known()) {
                Some(near) => diagnostic.help(format!("Did you mean {}?", quoted(near))).fix(
                    format!("write {}", quoted(near)),
                    name.span,
                    quoted(near),
                ),
                None => {
                    diagnostic.help(format!("It has {}. If it is new, make it known: `syncc pull`.", listed(known())))
                }
            })
        }
        (None, Named::Never | Named::Optional) => None,
    }
}
