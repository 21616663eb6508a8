//! Conditions: each comparison against the type of its field, lowered to tests on atoms.

use syncc_grammar::tree::{self, Name, Op, Path, Span};

use super::{
    Context,
    capability::Need,
    connection::ConnectedEnd,
    constant::{Use, holding},
    names::typed,
    resolve::Place,
};
use crate::{
    diagnostic::{Code, Diagnostic, Fix},
    ir::{Condition, End, Test},
    schema::{Scalar, Type},
    value::Value,
};

/// Which ends a condition reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    /// Where each end is read first.
    pub(crate) spans: [Option<Span>; 2],
}

impl Reads {
    fn note(&mut self, end: End, span: Span) {
        self.spans[end.index()].get_or_insert(span);
    }

    /// Where this end is read, if it is.
    pub(crate) fn of(&self, end: End) -> Option<Span> {
        self.spans[end.index()]
    }
}

/// Where a condition stands.
pub(crate) fn span(condition: &tree::Condition) -> Span {
    use tree::Condition as C;
    match condition {
        C::Or(parts) | C::And(parts) => parts.iter().map(span).reduce(Span::to).unwrap_or_default(),
        C::Not(inner, not) => not.to(span(inner)),
        C::Compare { field, value, .. } => field.span.to(value.span),
        C::In { field, op_span, values } => {
            values.iter().fold(field.span.to(*op_span), |all, value| all.to(value.span))
        }
        C::Empty { field, op_span, .. } => field.span.to(*op_span),
        C::Flag(path) => path.span,
        C::Exists(name, word) | C::Deleted(name, word) => name.span.to(*word),
    }
}

impl<'a> Context<'a> {
    /// The parts that must all hold, each with its place. `None` for a part with an error.
    pub(crate) fn conjuncts(
        &mut self,
        condition: &tree::Condition,
        reads: &mut Reads,
    ) -> Vec<(Span, Option<Condition>)> {
        match condition {
            tree::Condition::And(parts) => parts.iter().flat_map(|part| self.conjuncts(part, reads)).collect(),
            part => vec![(span(part), self.condition(part, reads))],
        }
    }

    /// The condition over atoms. Every part is checked even when another has an error.
    pub(crate) fn condition(&mut self, condition: &tree::Condition, reads: &mut Reads) -> Option<Condition> {
        use tree::Condition as C;
        match condition {
            C::Or(parts) => self.parts(parts, reads).map(Condition::Any),
            C::And(parts) => self.parts(parts, reads).map(Condition::All),
            C::Not(inner, _) => self.condition(inner, reads).map(not),
            C::Compare { field, op, op_span, value } => {
                let place = self.tested(field, reads)?;
                self.compare(&place, *op, *op_span, value)
            }
            C::In { field, op_span, values } => {
                let place = self.tested(field, reads)?;
                self.any_of(&place, *op_span, values)
            }
            C::Empty { field, negated, .. } => {
                let place = self.tested(field, reads)?;
                let index = self.index(&place);
                let empty = self.tables.atom(place.end, Test::Empty(index));
                Some(if *negated { not(empty) } else { empty })
            }
            C::Flag(path) => self.flag(path, reads),
            C::Exists(name, word) => {
                let (end, _) = self.side(name)?;
                reads.note(end, name.span.to(*word));
                Some(self.tables.atom(end, Test::Exists))
            }
            C::Deleted(name, word) => self.deleted(name, *word, reads),
        }
    }

    fn parts(&mut self, parts: &[tree::Condition], reads: &mut Reads) -> Option<Vec<Condition>> {
        let lowered: Vec<_> = parts.iter().map(|part| self.condition(part, reads)).collect();
        lowered.into_iter().collect()
    }

    /// A field that a condition tests.
    fn tested(&mut self, path: &Path, reads: &mut Reads) -> Option<Place<'a>> {
        if let Some(end) = self.connection.end(&path.end.text) {
            reads.note(end, path.span);
        }
        let place = self.place(path)?;
        if self.is_test {
            return Some(place);
        }
        let why = "The app does not say what is in this field, so a rule cannot ask for it.";
        self.require(&place, Need::Filter, path.span, Some(why)).then_some(place)
    }

    fn flag(&mut self, path: &Path, reads: &mut Reads) -> Option<Condition> {
        if let Some(end) = self.connection.end(&path.end.text)
            && let Some(side) = self.connection.side(end)
            && path.field_name() == "unsubscribed"
            && side.field("unsubscribed").is_none()
        {
            reads.note(end, path.span);
            self.report(
                Diagnostic::new(
                    Code::NoUnsubscribedSign,
                    format!("{} cannot tell that a person unsubscribed", side.app.title),
                    path.span,
                    "never known here",
                )
                .why("The rule could never hold.")
                .help("Ask the app that sends the mail."),
            );
            return None;
        }
        let place = self.tested(path, reads)?;
        if place.field.ty != Type::One(Scalar::Bool) {
            let name = place.typed();
            self.report(
                Diagnostic::new(
                    Code::NotBool,
                    format!("`{name}` is not a yes-or-no field"),
                    path.span,
                    format!("holds {}", holding(place.field.ty)),
                )
                .help(format!("Compare it, such as `{name} == …`, or ask `{name} is not empty`.")),
            );
            return None;
        }
        let index = self.index(&place);
        Some(self.tables.atom(place.end, Test::True(index)))
    }

    fn deleted(&mut self, name: &Name, word: Span, reads: &mut Reads) -> Option<Condition> {
        let (end, side) = self.side(name)?;
        let span = name.span.to(word);
        reads.note(end, span);
        if !self.tells_deleted(side, span) {
            return None;
        }
        Some(self.tables.atom(end, Test::Deleted))
    }

    /// Whether the app can tell that a record was deleted; reports it if not.
    pub(super) fn tells_deleted(&mut self, side: &ConnectedEnd, span: Span) -> bool {
        if !side.object.detects.deleted {
            self.report(
                Diagnostic::new(
                    Code::NoDeletedSign,
                    format!("{} cannot tell that a contact was deleted", side.app.title),
                    span,
                    "never known here",
                )
                .why("The rule could never hold.")
                .help("Mark such contacts in the app with a label or status, and ask for that."),
            );
        }
        side.object.detects.deleted
    }

    fn compare(&mut self, place: &Place<'_>, op: Op, op_span: Span, value: &tree::Value) -> Option<Condition> {
        if place.field.ty == Type::One(Scalar::Bool) {
            self.report(bool_compared(place, op, value));
            return None;
        }
        if !self.operator_fits(place, op, op_span) {
            return None;
        }
        if let (tree::ValueKind::Text(text), Op::Eq | Op::Ne) = (&value.kind, op)
            && text.trim().is_empty()
        {
            self.report(compared_with_nothing(place, op, value));
            return None;
        }
        let r#use = if matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith) { Use::Piece } else { Use::Compare };
        let constant = self.constant(place, value, r#use)?;
        Some(self.relation(place, op, constant))
    }

    /// The condition that the value of the field stands in this relation to the constant.
    fn relation(&mut self, place: &Place<'_>, op: Op, constant: Value) -> Condition {
        let field = self.index(place);
        let constant = self.tables.constant(constant);
        let is = if place.field.ty.is_set() { Test::Has(field, constant) } else { Test::Equals(field, constant) };
        let mut atom = |test| self.tables.atom(place.end, test);
        // An empty field is not less and not greater than anything.
        match op {
            Op::Eq => atom(is),
            Op::Ne => not(atom(is)),
            Op::Lt => atom(Test::Less(field, constant)),
            Op::Le => atom(Test::AtMost(field, constant)),
            Op::Gt => Condition::All(vec![not(atom(Test::AtMost(field, constant))), not(atom(Test::Empty(field)))]),
            Op::Ge => Condition::All(vec![not(atom(Test::Less(field, constant))), not(atom(Test::Empty(field)))]),
            Op::Contains => atom(Test::Contains(field, constant)),
            Op::StartsWith => atom(Test::StartsWith(field, constant)),
            Op::EndsWith => atom(Test::EndsWith(field, constant)),
        }
    }

    fn any_of(&mut self, place: &Place<'_>, op_span: Span, values: &[tree::Value]) -> Option<Condition> {
        if matches!(place.field.ty.scalar(), Scalar::Bool | Scalar::Address) {
            let title = format!("`{}` cannot be looked up in a list", place.typed());
            let mut diagnostic = Diagnostic::new(
                Code::Operator,
                title,
                op_span,
                format!("`{}` holds {}", place.typed(), holding(place.field.ty)),
            );
            diagnostic.help.push(instead(place));
            self.report(diagnostic);
            return None;
        }
        let constants: Vec<_> = values.iter().map(|value| self.constant(place, value, Use::Compare)).collect();
        let constants: Vec<Value> = constants.into_iter().collect::<Option<_>>()?;
        let mut atoms: Vec<_> = constants.into_iter().map(|constant| self.relation(place, Op::Eq, constant)).collect();
        match atoms.len() {
            1 => atoms.pop(),
            _ => Some(Condition::Any(atoms)),
        }
    }

    /// Reports a comparison that the type does not have.
    fn operator_fits(&mut self, place: &Place<'_>, op: Op, op_span: Span) -> bool {
        let scalar = place.field.ty.scalar();
        let fits = match op {
            Op::Eq | Op::Ne => scalar != Scalar::Address,
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                !place.field.ty.is_set() && matches!(scalar, Scalar::Number | Scalar::Date | Scalar::DateTime)
            }
            Op::Contains | Op::StartsWith | Op::EndsWith => {
                !place.field.ty.is_set() && matches!(scalar, Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url)
            }
        };
        if fits {
            return true;
        }
        let label = format!("`{}` holds {}", place.typed(), holding(place.field.ty));
        let diagnostic = if place.field.ty.is_set() && op == Op::Contains {
            Diagnostic::new(Code::SetContains, format!("`{}` is a set", place.typed()), op_span, label)
                .why("`contains` looks for a piece of a text; on a set `==` means \"has\".")
                .help("Write `==` for \"has\" and `!=` for \"does not have\".")
                .fix("write `==`", op_span, "==")
        } else {
            Diagnostic::new(Code::Operator, format!("`{}` does not fit `{}`", sign(op), place.typed()), op_span, label)
                .help(instead(place))
        };
        self.report(diagnostic);
        false
    }
}

/// The opposite. Twice not is nothing.
pub(crate) fn not(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Contains => "contains",
        Op::StartsWith => "starts-with",
        Op::EndsWith => "ends-with",
    }
}

/// What can be asked of a field of this type.
fn instead(place: &Place<'_>) -> String {
    let name = place.typed();
    match place.field.ty {
        Type::Set(_) => format!("Ask `{name} == \"…\"` for \"has\", `{name} in [ … ]`, or `{name} is empty`."),
        Type::One(Scalar::Bool) => format!("Write `{name}` or `not {name}`."),
        Type::One(Scalar::Address) => format!("Ask `{name} is empty` or `{name} is not empty`."),
        Type::One(Scalar::Number | Scalar::Date | Scalar::DateTime) => {
            format!("Ask `{name}` with `==`, `!=`, `<`, `<=`, `>` or `>=`.")
        }
        Type::One(Scalar::Choice | Scalar::Ref | Scalar::Consent) => {
            format!("Ask `{name} == \"…\"`, `{name} in [ … ]`, or `{name} is empty`.")
        }
        Type::One(_) => format!("Ask `{name}` with `==`, `!=`, `contains`, `starts-with` or `ends-with`."),
    }
}

fn compared_with_nothing(place: &Place<'_>, op: Op, value: &tree::Value) -> Diagnostic {
    let name = place.typed();
    let text = if op == Op::Eq { format!("{name} is empty") } else { format!("{name} is not empty") };
    Diagnostic::new(Code::EmptyText, "an empty text is not a value", value.span, "nothing to compare with")
        .help(format!("Write `{text}`."))
        .fix(format!("write `{text}`"), place.span.to(value.span), text)
}

fn bool_compared(place: &Place<'_>, op: Op, value: &tree::Value) -> Diagnostic {
    let name = place.typed();
    let all = place.span.to(value.span);
    let meant = match (&value.kind, op) {
        (tree::ValueKind::Bool(wanted), Op::Eq) => Some(*wanted),
        (tree::ValueKind::Bool(wanted), Op::Ne) => Some(!*wanted),
        _ => None,
    };
    let mut diagnostic =
        Diagnostic::new(Code::BoolCompared, format!("`{name}` is a yes-or-no field"), all, "not compared")
            .help(format!("Write `{name}` for yes and `not {name}` for no."));
    if let Some(meant) = meant {
        let text = if meant { name } else { format!("not {}.{}", typed(&place.side.name), typed(&place.name)) };
        diagnostic.fixes.push(Fix { title: format!("write `{text}`"), edits: vec![(all, text)] });
    }
    diagnostic
}
