//! The `test` blocks of a file: what is given and what is expected of it.
//!
//! Invariant: tests change nothing of the rest of a program. What only they name stands in tables of their
//! own, so that a file runs the same with its tests and without them.

use serde::{Deserialize, Serialize};

use super::{Atom, Condition, FieldId, IrField, Program};
use crate::value::Value;

/// The tests of a file, with what only they name. [`Program::with_tests`] joins the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tests {
    /// The tests in the order of the file.
    pub cases: Vec<TestCase>,
    /// The fields that only tests name, left first. Their indices follow those of the side.
    pub fields: [Vec<IrField>; 2],
    /// The constants that only tests name. Their indices follow those of the program.
    pub constants: Vec<Value>,
    /// The atoms that only tests ask for. Their indices follow those of the program.
    pub atoms: Vec<Atom>,
}

impl Tests {
    /// Whether the file has no test.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }
}

/// A `test` block, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TestCase {
    /// The line of its `test`, from 1.
    pub line: u32,
    /// What it is called.
    pub name: String,
    /// The two records of one person at the start, left first: the fields that are filled, or `None` for no record.
    pub given: [Option<Vec<(FieldId, Value)>>; 2],
    /// Whether there was a record that was in step with the other one as given, and is gone. Left first.
    #[serde(default)]
    pub deleted: [bool; 2],
    /// What is to hold in the end, in the order written. At least one.
    pub expect: Vec<Expectation>,
}

/// One expectation of a test.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Expectation {
    /// The line that it starts on, from 1.
    pub line: u32,
    /// What is to hold. Unlike in a rule, [`super::Test::Equals`] may compare a whole set.
    pub condition: Condition,
}

impl Program {
    /// The same program with the tables of its tests joined to its own: what the tests run on.
    #[must_use]
    pub fn with_tests(&self) -> Self {
        let mut program = self.clone();
        let tests = &mut program.tests;
        for (side, fields) in program.sides.iter_mut().zip(&mut tests.fields) {
            side.fields.append(fields);
        }
        program.constants.append(&mut tests.constants);
        program.atoms.append(&mut tests.atoms);
        program
    }
}
