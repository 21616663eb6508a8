//! From checked `test` blocks to those of the program. Linked last, so that the program is the same without them.

use std::collections::BTreeSet;

use super::{
    assemble::ir_field,
    connection::ConnectedEnd,
    link::{Linker, id},
    tables::Fragment,
    test_block::CheckedTest,
};
use crate::ir::{End, Expectation, FieldId, IrField, TestCase, Tests};

/// A `test` block and its lines in the file.
pub(crate) struct TestAt<'c> {
    pub(crate) test: &'c Fragment<CheckedTest>,
    pub(crate) line: u32,
    /// Those of its expectations, in order.
    pub(crate) expect: Vec<u32>,
}

impl Linker {
    /// The tests, with what only they name. After everything else of the program.
    pub(crate) fn tests(&mut self, tests: &[TestAt<'_>], sides: [&ConnectedEnd; 2]) -> Tests {
        let (constants, atoms) = (self.constants.len(), self.atoms.len());
        let fields = End::BOTH.map(|end| self.fields_of_tests(tests, end, sides[end.index()]));
        let cases = tests.iter().map(|test| self.test(test)).collect();
        Tests { cases, fields, constants: self.constants.split_off(constants), atoms: self.atoms.split_off(atoms) }
    }

    /// The fields of a side that only tests name.
    fn fields_of_tests(&mut self, tests: &[TestAt<'_>], end: End, side: &ConnectedEnd) -> Vec<IrField> {
        let known = &mut self.fields[end.index()];
        let named: BTreeSet<&String> = tests.iter().flat_map(|test| &test.test.tables.fields[end.index()]).collect();
        let new: Vec<IrField> = named
            .into_iter()
            .filter(|name| !known.contains_key(*name))
            .filter_map(|name| ir_field(side, name))
            .collect();
        for field in &new {
            let next = FieldId(id(known.len()));
            known.insert(field.name.clone(), next);
        }
        new
    }

    fn test(&mut self, at: &TestAt<'_>) -> TestCase {
        let Fragment { tables, item } = at.test;
        let given = End::BOTH.map(|end| {
            let fields = item.given[end.index()].as_ref()?;
            Some(fields.iter().map(|(field, value)| (self.field(tables, end, *field), value.clone())).collect())
        });
        let expect = item.expect.iter().zip(&at.expect);
        let expect = expect
            .map(|((_, condition), line)| Expectation { line: *line, condition: self.condition(tables, condition) })
            .collect();
        TestCase { line: at.line, name: item.name.clone(), given, deleted: item.deleted, expect }
    }
}
