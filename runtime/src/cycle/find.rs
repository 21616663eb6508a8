//! Which contacts a person means who types an email, a phone number, a name or an id.

use syncc_compiler::{
    ir::{End, Side},
    schema::{Scalar, Type},
    value::{Canon, Record, Text, Value},
};

use super::{Picture, naming};
use crate::engine::Item;

/// How well a contact fits what was typed. Better ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The id, or a key: an email, a phone number.
    Exact,
    /// The whole name.
    Name,
    /// A part of the name or of an email.
    Part,
}

impl Picture<'_> {
    /// The items of the plan that fit best what was typed, in their order: those with this id, email or phone number;
    /// without any, those with this name; without any, those with this in their name or email.
    #[must_use]
    pub fn find(&self, typed: &str) -> Vec<usize> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Vec::new();
        }
        let fits: Vec<_> = self.plan.items.iter().map(|item| self.fit(item, typed)).collect();
        let Some(best) = fits.iter().flatten().min() else { return Vec::new() };
        fits.iter().enumerate().filter(|(_, fit)| fit.as_ref() == Some(best)).map(|(index, _)| index).collect()
    }

    /// Whether what was typed names this item as a whole: by an id, an email, a phone number or the whole name. What cannot be
    /// taken back is not done to somebody of whom only a part fits.
    #[must_use]
    pub fn is_named(&self, index: usize, typed: &str) -> bool {
        let fit = self.plan.items.get(index).and_then(|item| self.fit(item, typed.trim()));
        matches!(fit, Some(Fit::Exact | Fit::Name))
    }

    fn fit(&self, item: &Item, typed: &str) -> Option<Fit> {
        let of = |end: End| {
            if item.ids[end.index()].as_deref() == Some(typed) {
                return Some(Fit::Exact);
            }
            fit(self.program.side(end), &self.canon[end.index()], self.now(item, end)?.record.as_ref()?, typed)
        };
        End::BOTH.into_iter().filter_map(of).min()
    }
}

/// How well a record fits what was typed, but for its id.
pub(super) fn fit(side: &Side, canon: &Canon, record: &Record, typed: &str) -> Option<Fit> {
    if keys(side, record).any(|(scalar, key)| is(canon, scalar, key, typed)) {
        return Some(Fit::Exact);
    }
    let (name, wanted) = (naming::who(side, record).to_lowercase(), typed.to_lowercase());
    if name == wanted {
        return Some(Fit::Name);
    }
    let email = |(scalar, key): (Scalar, &Text)| scalar == Scalar::Email && key.key().contains(&wanted);
    (name.contains(&wanted) || keys(side, record).any(email)).then_some(Fit::Part)
}

/// The emails and phone numbers of a record.
fn keys<'r>(side: &'r Side, record: &'r Record) -> impl Iterator<Item = (Scalar, &'r Text)> {
    side.fields.iter().zip(record.values()).flat_map(|(field, value)| {
        let (Type::One(scalar) | Type::Set(scalar)) = field.ty;
        let texts = match (scalar, value) {
            (Scalar::Email | Scalar::Phone, Value::Text(text)) => std::slice::from_ref(text),
            (Scalar::Email | Scalar::Phone, set) => set.elements(),
            _ => &[],
        };
        texts.iter().map(move |text| (scalar, text))
    })
}

fn is(canon: &Canon, scalar: Scalar, key: &Text, typed: &str) -> bool {
    matches!(canon.scalar(scalar, typed), Some(Value::Text(typed)) if typed == *key)
}
