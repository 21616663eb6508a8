//! What an app lets one do with a field, against what a statement asks for.

use syncc_grammar::tree::Span;

use super::{Context, resolve::Place};
use crate::{
    diagnostic::{Code, Diagnostic},
    schema::Can,
    value::{Consent, Value},
};

/// What a statement needs of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Filter,
    Set,
    Clear,
    Add,
    Remove,
    Read,
}

impl Need {
    pub(crate) fn met_by(self, can: Can) -> bool {
        match self {
            Self::Filter => can.filter,
            Self::Set => can.set,
            Self::Clear => can.clear,
            Self::Add => can.add,
            Self::Remove => can.remove,
            Self::Read => can.read,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Filter => Code::NoFilter,
            Self::Set => Code::NoSet,
            Self::Clear => Code::NoClear,
            Self::Add => Code::NoAdd,
            Self::Remove => Code::NoRemove,
            Self::Read => Code::NoRead,
        }
    }

    /// What is missing, as the title says it.
    pub(crate) fn missing(self, place: &Place<'_>) -> String {
        let (app, field) = (&place.side.app.title, place.typed());
        match self {
            Self::Filter => format!("{app} does not give `{field}` to conditions"),
            Self::Set => format!("{app} does not let `{field}` be written"),
            Self::Clear => format!("{app} does not let `{field}` be emptied"),
            Self::Add => format!("{app} does not let anything be added to `{field}`"),
            Self::Remove => format!("{app} does not let anything be removed from `{field}`"),
            Self::Read => format!("{app} does not give `{field}` back"),
        }
    }
}

/// What a field allows instead, as the label says it.
fn allowed(need: Need, can: Can) -> &'static str {
    match (need, can.read, can.set, can.add, can.remove) {
        (Need::Filter, ..) => "not among what the app can be asked for",
        (Need::Clear, _, true, ..) => "can be changed, not emptied",
        (_, true, false, false, false) => "can only be read",
        (_, _, false, true, false) => "values can be added, not removed",
        (_, _, false, false, true) => "values can be removed, not added",
        (_, _, _, true, true) => "values can be added and removed",
        (_, false, true, ..) => "can be written, not read",
        (_, true, true, ..) => "can be read and written",
        (_, false, false, false, false) => "nothing can be done with it",
    }
}

impl Context<'_> {
    /// Reports what the app does not allow. `purpose` says what for, as a sentence.
    pub(crate) fn require(&mut self, place: &Place<'_>, need: Need, span: Span, purpose: Option<&str>) -> bool {
        if need.met_by(place.field.can) {
            return true;
        }
        let mut diagnostic = Diagnostic::new(need.code(), need.missing(place), span, allowed(need, place.field.can));
        diagnostic.why = purpose.map(str::to_owned);
        self.report(diagnostic);
        false
    }

    /// Reports a value that could move a person to more mail.
    pub(crate) fn refuse_more_mail(&mut self, place: &Place<'_>, value: &Value, span: Span) -> bool {
        let more = match value {
            Value::Consent(consent) => *consent < Consent::Unsubscribed,
            Value::Bool(false) => place.is_unsubscribed_flag(),
            _ => false,
        };
        if more {
            self.report(
                Diagnostic::new(
                    Code::MoreMail,
                    format!("this could send mail to people who asked for none in `{}`", place.side.name),
                    span,
                    "moves a person to more mail",
                )
                .why("Consent only ever goes down by itself: subscribed, pending, unsubscribed, cleaned.")
                .help("Let people subscribe themselves in the app, and remove this from the rule."),
            );
        }
        more
    }
}
