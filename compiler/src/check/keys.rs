//! `match`: which contacts are the same person.

use std::collections::BTreeSet;

use syncc_grammar::tree::{Match, Span};

use super::{
    Context,
    connection::{ConnectedEnd, Connection},
    names::{listed, nearest, typed},
    tables::Tables,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{End, MatchTier},
    schema::{Field, Scalar},
};

/// Whether contacts can be told apart by this field.
fn tells_apart(field: &Field) -> bool {
    field.can.read
        && !matches!(
            field.ty.scalar(),
            Scalar::Bool | Scalar::Address | Scalar::Consent | Scalar::Choice | Scalar::Number
        )
}

/// The fields of an end with this key.
fn fields<'s>(side: &'s ConnectedEnd, key: &str) -> Vec<&'s str> {
    side.meaning(key).into_iter().filter(|name| side.field(name).is_some_and(tells_apart)).collect()
}

impl Context<'_> {
    /// The keys that both sides have, in the order written.
    pub(crate) fn keys(&mut self, keys: &Match) -> Vec<(String, Span)> {
        let (Some(left), Some(right)) = (self.connection.side(End::Left), self.connection.side(End::Right)) else {
            return Vec::new();
        };
        let mut good = Vec::new();
        for key in &keys.keys {
            let has = [left, right].map(|side| !fields(side, &key.text).is_empty());
            match has {
                [true, true] => good.push((key.text.clone(), key.span)),
                [false, false] => {
                    let common = common(left, right);
                    let known = common.iter().map(String::as_str);
                    let diagnostic = Diagnostic::new(
                        Code::UnknownKey,
                        format!("contacts cannot be matched by `{}`", key.text),
                        key.span,
                        "neither app has it",
                    );
                    self.report(match nearest(&key.text, known.clone()) {
                        Some(near) => diagnostic.help(format!("Did you mean `{near}`?")).fix(
                            format!("write `{near}`"),
                            key.span,
                            typed(near),
                        ),
                        None => diagnostic.help(format!("Both apps have {}.", listed(known))),
                    });
                }
                [on_left, _] => {
                    let without = if on_left { right } else { left };
                    self.report(
                        Diagnostic::new(
                            Code::KeyOnOneSide,
                            format!("`{}` has no `{}` to match by", without.name, key.text),
                            key.span,
                            "only one side has it",
                        )
                        .why("A contact is found by a value that both sides hold.")
                        .help(format!("Both apps have {}.", listed(common(left, right).iter().map(String::as_str)))),
                    );
                }
            }
        }
        good
    }
}

/// The meanings that both sides could be matched by: those that tell people apart in either app, else any.
fn common(left: &ConnectedEnd, right: &ConnectedEnd) -> BTreeSet<String> {
    let identity = left.object.identity.iter().chain(&right.object.identity);
    let good: BTreeSet<String> =
        identity.filter(|key| [left, right].iter().all(|side| !fields(side, key).is_empty())).cloned().collect();
    if !good.is_empty() {
        return good;
    }
    let meanings = |side: &ConnectedEnd| -> BTreeSet<String> {
        let fields = side.object.fields.values().filter(|field| tells_apart(field));
        fields.filter_map(|field| field.means.clone()).collect()
    };
    meanings(left).intersection(&meanings(right)).cloned().collect()
}

/// The keys of a file without `match`: the identity meanings that both sides have, best first.
pub(crate) fn default_keys(connection: &Connection) -> Vec<String> {
    let (Some(left), Some(right)) = (connection.side(End::Left), connection.side(End::Right)) else {
        return Vec::new();
    };
    left.object
        .identity
        .iter()
        .filter(|key| right.object.identity.contains(key))
        .filter(|key| [left, right].iter().all(|side| !fields(side, key).is_empty()))
        .cloned()
        .collect()
}

/// The tier of a key: its fields on both sides.
pub(crate) fn tier(connection: &Connection, tables: &mut Tables, key: &str) -> Option<MatchTier> {
    let mut found = End::BOTH.map(|end| {
        let side = connection.side(end)?;
        Some(fields(side, key).into_iter().map(|name| tables.field(end, name)).collect::<Vec<_>>())
    });
    let (left, right) = (found[0].take()?, found[1].take()?);
    (!left.is_empty() && !right.is_empty()).then(|| MatchTier { key: key.to_owned(), fields: [left, right] })
}
