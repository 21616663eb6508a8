//! Constants against the types of fields. Nothing is converted silently.

use syncc_grammar::tree::{self, ValueKind};

use super::{
    Context,
    names::{listed, nearest, quoted},
    resolve::Place,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    schema::{Scalar, Type},
    value::{Canon, Consent, Value},
};

/// What a constant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Compared with a whole value.
    Compare,
    /// Compared with a piece of a text.
    Piece,
    /// Written.
    Write,
}

/// A type as a sentence names one value of it.
pub(crate) fn a(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Text => "a text",
        Scalar::Number => "a number",
        Scalar::Bool => "yes or no",
        Scalar::Date => "a day",
        Scalar::DateTime => "a point in time",
        Scalar::Email => "an email address",
        Scalar::Phone => "a phone number",
        Scalar::Url => "a web address",
        Scalar::Address => "a postal address",
        Scalar::Choice => "one of a fixed list",
        Scalar::Ref => "a name from the account",
        Scalar::Consent => "a step of consent",
    }
}

/// A type as a sentence names what a field of it holds.
pub(crate) fn holding(ty: Type) -> String {
    match ty {
        Type::One(scalar) => a(scalar).to_owned(),
        Type::Set(_) => format!("a {ty}"),
    }
}

fn example(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Number => "Write a number without quotes, such as `12` or `-3.5`.",
        Scalar::Bool => "Write `true` or `false`.",
        Scalar::Date => "Write a day without quotes, such as `2026-01-31`.",
        Scalar::DateTime => "Write a time with its offset and without quotes, such as `2026-01-31T10:00:00Z`.",
        Scalar::Consent => "Write `\"subscribed\"`, `\"pending\"`, `\"unsubscribed\"` or `\"cleaned\"`.",
        Scalar::Email => "Write it in quotes, such as `\"ann@company.example\"`.",
        Scalar::Phone => "Write it in quotes with the country code, such as `\"+41 44 668 18 00\"`.",
        _ => "Write it in quotes, such as `\"text\"`.",
    }
}

/// The constant as it was typed.
fn written(value: &tree::Value) -> String {
    match &value.kind {
        ValueKind::Text(text) => quoted(text),
        ValueKind::Number(text) | ValueKind::Date(text) => text.clone(),
        ValueKind::Bool(bool) => bool.to_string(),
        ValueKind::List(_) => "[…]".to_owned(),
        ValueKind::Object(_) => "{…}".to_owned(),
    }
}

impl Context<'_> {
    /// The value of a constant as the field has it; as one element, if the field is a set.
    pub(crate) fn constant(&mut self, place: &Place<'_>, value: &tree::Value, r#use: Use) -> Option<Value> {
        let scalar = place.field.ty.scalar();
        let canon = Canon::default();
        let read = match (&value.kind, scalar) {
            (
                ValueKind::Text(text),
                Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Choice | Scalar::Ref,
            ) => {
                if text.trim().is_empty() {
                    return self.empty_text(place, value, r#use);
                }
                if r#use == Use::Piece {
                    return canon.scalar(Scalar::Text, text);
                }
                let of_type = match scalar {
                    Scalar::Email => {
                        text.trim().split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
                    }
                    Scalar::Phone => text.chars().any(|character| character.is_ascii_digit()),
                    _ => true,
                };
                of_type.then(|| canon.scalar(scalar, text)).flatten()
            }
            (ValueKind::Text(text), Scalar::Consent) => Consent::named(text).map(Value::Consent),
            (ValueKind::Number(text), Scalar::Number) => canon.scalar(scalar, text),
            (ValueKind::Date(text), Scalar::Date) if !text.contains('T') => canon.scalar(scalar, text),
            (ValueKind::Date(text), Scalar::DateTime) if text.contains('T') => canon.scalar(scalar, text),
            (ValueKind::Bool(bool), Scalar::Bool) => Some(Value::Bool(*bool)),
            _ => None,
        };
        let Some(read) = read.filter(Value::is_filled) else {
            self.report(wrong_type(place, value));
            return None;
        };
        self.known_value(place, value, r#use).then_some(read)
    }

    fn empty_text(&mut self, place: &Place<'_>, value: &tree::Value, r#use: Use) -> Option<Value> {
        let diagnostic = Diagnostic::new(
            Code::EmptyText,
            "an empty text is not a value",
            value.span,
            if r#use == Use::Write { "nothing to write" } else { "nothing to compare with" },
        );
        self.report(match r#use {
            Use::Compare | Use::Piece => {
                diagnostic.help(format!("Write `{0} is empty` or `{0} is not empty`.", place.typed()))
            }
            Use::Write => diagnostic.help("Write the value that is meant."),
        });
        None
    }

    /// Whether the field can have the value at all, as far as its known values say.
    fn known_value(&mut self, place: &Place<'_>, value: &tree::Value, r#use: Use) -> bool {
        let (Some(known), ValueKind::Text(text)) = (&place.field.values, &value.kind) else {
            return true;
        };
        if known.iter().any(|known| known.trim() == text.trim()) {
            return true;
        }
        let near = nearest(text, known.iter().map(String::as_str));
        let account = &place.side.account;
        let (code, title, label) = if place.field.ty.scalar() == Scalar::Choice {
            let title = format!("`{}` is never {}", place.typed(), quoted(text));
            (Code::UnknownValue, title, "not one of its values")
        } else if r#use == Use::Write
            && !place.field.can.create
            && (place.field.ty.is_set() || place.field.ty == Type::One(Scalar::Ref))
        {
            let title = format!("`{account}` has no {} {} and cannot make it", place.name, quoted(text));
            (Code::NoNewValue, title, "not in the account")
        } else if near.is_some() {
            let title = format!("`{account}` had no {} {} when last pulled", place.name, quoted(text));
            (Code::UnlistedValue, title, "not in the account")
        } else {
            return true;
        };
        let mut diagnostic = Diagnostic::new(code, title, value.span, label);
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("Did you mean {}?", quoted(near))).fix(
                format!("write {}", quoted(near)),
                value.span,
                quoted(near),
            ),
            None => diagnostic.help(format!("Its values are {}.", listed(known.iter().map(String::as_str)))),
        };
        self.report(diagnostic);
        code == Code::UnlistedValue
    }
}

fn wrong_type(place: &Place<'_>, value: &tree::Value) -> Diagnostic {
    let scalar = place.field.ty.scalar();
    let title = format!("{} is not {}", written(value), a(scalar));
    let diagnostic = Diagnostic::new(
        Code::ValueType,
        title,
        value.span,
        format!("`{}` holds {}", place.typed(), holding(place.field.ty)),
    );
    let canon = Canon::default();
    let replacement = match (&value.kind, scalar) {
        (
            ValueKind::Number(text) | ValueKind::Date(text),
            Scalar::Text | Scalar::Choice | Scalar::Ref | Scalar::Phone | Scalar::Url,
        ) => Some(quoted(text)),
        (ValueKind::Bool(bool), Scalar::Text | Scalar::Choice | Scalar::Ref) => Some(quoted(&bool.to_string())),
        (ValueKind::Text(text), Scalar::Number | Scalar::Date | Scalar::DateTime | Scalar::Bool)
            if canon.scalar(scalar, text).is_some_and(|value| value.is_filled()) =>
        {
            Some(text.trim().to_owned())
        }
        (ValueKind::Date(text), Scalar::Date) => text.split('T').next().map(str::to_owned),
        (ValueKind::Date(text), Scalar::DateTime) => {
            let full = if text.contains('T') { format!("{text}Z") } else { format!("{text}T00:00:00Z") };
            canon.scalar(scalar, &full).map(|_| full)
        }
        _ => None,
    };
    let replacement =
        replacement.filter(|text| !matches!(scalar, Scalar::Date) || canon.scalar(scalar, text).is_some());
    let diagnostic = diagnostic.help(example(scalar));
    match replacement {
        Some(text) => diagnostic.fix(format!("write `{text}`"), value.span, text),
        None => diagnostic,
    }
}
