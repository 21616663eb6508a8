//! What the statements of a part of a file mean, the rules apart: there are many of them and few of all others.

use std::sync::Arc;

use super::{CheckedRule, CheckedStatement, Item, context::Found};

/// What some statements mean, each with its number among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meanings {
    pub(crate) rules: Vec<(usize, Arc<CheckedRule>)>,
    /// All others that mean something.
    pub(crate) others: Vec<(usize, Item)>,
    /// What is wrong with them.
    pub(crate) found: Vec<(usize, Found)>,
}

impl Meanings {
    pub(crate) fn of<'s>(statements: impl Iterator<Item = &'s CheckedStatement>) -> Self {
        let mut all = Self::default();
        for (index, statement) in statements.enumerate() {
            match &statement.item {
                Item::None => {}
                Item::Rule(rule) => all.rules.push((index, Arc::clone(rule))),
                other => all.others.push((index, other.clone())),
            }
            all.found.extend(statement.found.iter().map(|found| (index, found.clone())));
        }
        all
    }
}
