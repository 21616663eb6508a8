//! `test` blocks: names and values are checked like those of rules, expectations become conditions.

use syncc_grammar::tree::{self, Expect, Given, Name, Op, Record, Span, Test, Value as Written, ValueKind};

use super::{
    Context,
    condition::{Reads, not, span},
    connection::ConnectedEnd,
    constant::{Use, holding},
    resolve::Place,
    tables::Fragment,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{self, Condition, End, FieldId},
    schema::{Scalar, Type},
    value::{Address, Value},
};

/// The filled fields of a record.
type Filled = Vec<(FieldId, Value)>;

/// A test, without its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedTest {
    pub(crate) name: String,
    /// The filled fields of each side, left first.
    pub(crate) given: [Option<Filled>; 2],
    /// The sides whose record was deleted, left first.
    pub(crate) deleted: [bool; 2],
    /// Where each expectation starts, relative to the statement, and what it says.
    pub(crate) expect: Vec<(u32, Condition)>,
}

impl<'a> Context<'a> {
    /// The test. `None` if anything is wrong with it.
    pub(crate) fn test_block(&mut self, test: &Test) -> Option<Fragment<CheckedTest>> {
        self.is_test = true;
        let before = self.found.len();
        let (given, deleted) = self.records(&test.given);
        let expect: Vec<_> = test.expect.iter().map(|expect| self.expectation(expect)).collect();
        if self.failed_since(before) {
            return None;
        }
        let expect = expect.into_iter().collect::<Option<_>>()?;
        let item = CheckedTest { name: test.name.text.clone(), given, deleted, expect };
        Some(Fragment { tables: std::mem::take(&mut self.tables), item })
    }

    fn records(&mut self, records: &[Record]) -> ([Option<Filled>; 2], [bool; 2]) {
        let (mut given, mut deleted) = ([None, None], [false, false]);
        let mut first: [Option<Span>; 2] = [None, None];
        for (name, record) in records {
            let Some((end, side)) = self.side(name) else { continue };
            match first[end.index()] {
                Some(first) => self.given_twice(&side.name, name.span, first),
                None => first[end.index()] = Some(name.span),
            }
            match record {
                Given::Fields(fields) => given[end.index()] = Some(self.fields(end, side, fields)),
                Given::Deleted(word) => deleted[end.index()] = self.tells_deleted(side, name.span.to(*word)),
                Given::None => {}
            }
        }
        (given, deleted)
    }

    fn fields(&mut self, end: End, side: &'a ConnectedEnd, fields: &[(Name, Written)]) -> Filled {
        let mut values = Vec::new();
        for (index, (name, value)) in fields.iter().enumerate() {
            if let Some((first, _)) = fields.iter().take(index).find(|(earlier, _)| earlier.text == name.text) {
                self.given_twice(&name.text, name.span, first.span);
            }
            let Some(field) = side.field(&name.text) else {
                let diagnostic = self.unknown_field(side, end, &name.text, name.span);
                self.report(diagnostic);
                continue;
            };
            let place = Place { end, side, name: name.text.clone(), field, span: name.span };
            if let Some(value) = self.whole(&place, value) {
                values.push((self.index(&place), value));
            }
        }
        values
    }

    fn given_twice(&mut self, what: &str, second: Span, first: Span) {
        let title = format!("the test gives `{what}` twice");
        self.report(
            Diagnostic::new(Code::GivenTwice, title, second, "and again here")
                .also(first, "given here")
                .help("Keep one of the two; a second person needs a test of their own."),
        );
    }

    /// A whole value of a field: a list for a set, parts for an address.
    fn whole(&mut self, place: &Place<'_>, value: &Written) -> Option<Value> {
        match (&value.kind, place.field.ty) {
            (ValueKind::List(elements), Type::Set(_)) => {
                let elements: Vec<_> =
                    elements.iter().map(|element| self.constant(place, element, Use::Compare)).collect();
                let elements = elements.into_iter().map(|element| match element {
                    Some(Value::Text(text)) => Some(text),
                    _ => None,
                });
                Some(Value::set(elements.collect::<Option<Vec<_>>>()?))
            }
            (ValueKind::Object(parts), Type::One(Scalar::Address)) => self.address(place, parts),
            (_, Type::Set(_)) => {
                self.not_of_type(place, value.span, "a set is written as a list: `[\"a\", \"b\"]`".to_owned());
                None
            }
            (_, Type::One(Scalar::Address)) => {
                self.not_of_type(place, value.span, "an address is written in parts: `{ city: \"Bern\" }`".to_owned());
                None
            }
            _ => self.constant(place, value, Use::Compare),
        }
    }

    fn address(&mut self, place: &Place<'_>, parts: &[(Name, Written)]) -> Option<Value> {
        let before = self.found.len();
        let mut address = Address::default();
        for (name, part) in parts {
            match (address.part_mut(&name.text), &part.kind) {
                (Some(slot), ValueKind::Text(text)) => text.clone_into(slot),
                (Some(_), _) => self.not_of_type(place, part.span, format!("`{}` is a text in quotes", name.text)),
                (None, _) => self.not_of_type(place, name.span, format!("an address has no `{}`", name.text)),
            }
        }
        let value = if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) };
        (!self.failed_since(before)).then_some(value)
    }

    fn not_of_type(&mut self, place: &Place<'_>, span: Span, title: String) {
        let label = format!("`{}` holds {}", place.typed(), holding(place.field.ty));
        self.report(Diagnostic::new(Code::ValueType, title, span, label));
    }

    fn expectation(&mut self, expect: &Expect) -> Option<(u32, Condition)> {
        match expect {
            Expect::None(name, _) => {
                let (end, _) = self.side(name)?;
                Some((name.span.start, not(self.tables.atom(end, ir::Test::Exists))))
            }
            Expect::Holds(condition) => Some((span(condition).start, self.expected(condition)?)),
        }
    }

    /// A condition as a test writes it: unlike in a rule, whole sets and addresses can be compared.
    fn expected(&mut self, condition: &tree::Condition) -> Option<Condition> {
        match condition {
            tree::Condition::Compare { field, op: op @ (Op::Eq | Op::Ne), value, .. }
                if matches!(value.kind, ValueKind::List(_) | ValueKind::Object(_)) =>
            {
                let place = self.place(field)?;
                let value = self.whole(&place, value)?;
                let index = self.index(&place);
                let test = if value.is_empty() && !place.field.ty.is_set() {
                    ir::Test::Empty(index)
                } else {
                    ir::Test::Equals(index, self.tables.constant(value))
                };
                let equal = self.tables.atom(place.end, test);
                Some(if *op == Op::Ne { not(equal) } else { equal })
            }
            tree::Condition::And(parts) => self.all_expected(parts).map(Condition::All),
            tree::Condition::Or(parts) => self.all_expected(parts).map(Condition::Any),
            tree::Condition::Not(inner, _) => self.expected(inner).map(not),
            other => self.condition(other, &mut Reads::default()),
        }
    }

    fn all_expected(&mut self, parts: &[tree::Condition]) -> Option<Vec<Condition>> {
        let parts: Vec<_> = parts.iter().map(|part| self.expected(part)).collect();
        parts.into_iter().collect()
    }
}
