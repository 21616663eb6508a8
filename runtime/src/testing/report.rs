//! What came of the tests of a file.

use serde::Serialize;
use syncc_compiler::ir::Rule;
use thiserror::Error;

use crate::engine::Part;

/// What came of all tests of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The tests in the order of the file.
    pub tests: Vec<Tested>,
    /// The written rules that acted in no test, in the order of the file.
    pub uncovered: Vec<RuleAt>,
}

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// The line of its `test`, from 1.
    pub line: u32,
    /// What it is called.
    pub name: String,
    /// Whether it came to rest and everything expected is so.
    pub passed: bool,
    /// Why it did not come to rest, if it did not.
    pub unsettled: Option<Unsettled>,
    /// What is not as expected.
    pub failures: Vec<Failure>,
    /// The rules that changed something, in the order of the file, each part once: what the test covers.
    pub acted: Vec<Acted>,
    /// The other rules, implicit ones included, and why they did nothing.
    pub idle: Vec<Idle>,
}

/// Where a rule is, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleAt {
    /// The line of its `when`, from 1.
    pub line: u32,
    /// The comment above it, or the rule as written.
    pub title: String,
}

impl RuleAt {
    pub(super) fn of(rule: &Rule) -> Self {
        Self { line: rule.line, title: rule.title.clone() }
    }
}

/// A rule that changed something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acted {
    /// Which one.
    #[serde(flatten)]
    pub rule: RuleAt,
    /// By which of its parts.
    pub part: Part,
}

/// A rule that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Idle {
    /// Which one.
    #[serde(flatten)]
    pub rule: RuleAt,
    /// The parts of its condition that do not hold, in the language. None when the condition holds.
    pub not_so: Vec<String>,
    /// Whether its condition holds and what it asks for is so already.
    pub already: bool,
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The line of the expectation, from 1.
    pub line: u32,
    /// What was to hold, in the language.
    pub expected: String,
    /// What is so instead, in the language.
    pub got: Vec<String>,
}

/// Why a test did not come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Error)]
#[serde(rename_all = "lowercase")]
pub enum Unsettled {
    /// A cycle did not end: a run would write nothing of this contact.
    #[error("the rules never come to an end with this contact, so a run would not touch it")]
    Refused,
    /// Each of many cycles changed something again.
    #[error("every new cycle changes this contact again")]
    Restless,
}
