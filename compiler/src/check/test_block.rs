//! `test` blocks: names and values are checked like those of rules.

use syncc_grammar::tree::{self, Expect, Name, Op, Span, Test, Value, ValueKind};

use super::{
    Context,
    condition::Reads,
    connection::ConnectedEnd,
    constant::{Use, holding},
    resolve::Place,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::End,
    schema::{Scalar, Type},
    value::Address,
};

impl<'a> Context<'a> {
    pub(crate) fn test_block(&mut self, test: &Test) {
        for (end, fields) in &test.given {
            let Some((end, side)) = self.side(end) else { continue };
            for (name, value) in fields.iter().flatten() {
                self.given(end, side, name, value);
            }
        }
        for expect in &test.expect {
            match expect {
                Expect::None(end, _) => {
                    self.end(end);
                }
                Expect::Holds(condition) => self.expected(condition),
            }
        }
        self.report(
            Diagnostic::new(
                Code::TestNotRun,
                "tests are checked, not yet run",
                test.name.span,
                "not run by this version",
            )
            .why("A later version runs them through the same engine as a sync."),
        );
    }

    fn given(&mut self, end: End, side: &'a ConnectedEnd, name: &Name, value: &Value) {
        let Some(field) = side.field(&name.text) else {
            let diagnostic = self.unknown_field(side, end, &name.text, name.span);
            self.report(diagnostic);
            return;
        };
        self.whole(&Place { end, side, name: name.text.clone(), field, span: name.span }, value);
    }

    /// A whole value of a field: a list for a set, parts for an address.
    fn whole(&mut self, place: &Place<'_>, value: &Value) {
        match (&value.kind, place.field.ty) {
            (ValueKind::List(elements), Type::Set(_)) => {
                for element in elements {
                    self.constant(place, element, Use::Compare);
                }
            }
            (ValueKind::Object(parts), Type::One(Scalar::Address)) => {
                for (name, part) in parts {
                    if !Address::PARTS.contains(&name.text.as_str()) {
                        self.not_of_type(place, name.span, format!("an address has no `{}`", name.text));
                    } else if !matches!(part.kind, ValueKind::Text(_)) {
                        self.not_of_type(place, part.span, format!("`{}` is a text in quotes", name.text));
                    }
                }
            }
            (_, Type::Set(_)) => {
                self.not_of_type(place, value.span, "a set is written as a list: `[\"a\", \"b\"]`".to_owned())
            }
            (_, Type::One(Scalar::Address)) => {
                self.not_of_type(place, value.span, "an address is written in parts: `{ city: \"Bern\" }`".to_owned());
            }
            _ => {
                self.constant(place, value, Use::Compare);
            }
        }
    }

    fn not_of_type(&mut self, place: &Place<'_>, span: Span, title: String) {
        let label = format!("`{}` holds {}", place.typed(), holding(place.field.ty));
        self.report(Diagnostic::new(Code::ValueType, title, span, label));
    }

    fn expected(&mut self, condition: &tree::Condition) {
        match condition {
            // Unlike in a rule, a whole set can be compared.
            tree::Condition::Compare { field, op: Op::Eq | Op::Ne, value, .. }
                if matches!(value.kind, ValueKind::List(_) | ValueKind::Object(_)) =>
            {
                if let Some(place) = self.place(field) {
                    self.whole(&place, value);
                }
            }
            tree::Condition::And(parts) | tree::Condition::Or(parts) => {
                parts.iter().for_each(|part| self.expected(part));
            }
            other => {
                self.condition(other, &mut Reads::default());
            }
        }
    }
}
