//! `test` blocks.

use pest::iterators::Pair;

use super::Builder;
use crate::{
    parser::Rule,
    tree::{Expect, Given, Name, Record, Test},
};

impl Builder {
    pub(super) fn test(&mut self, pair: Pair<'_, Rule>) -> Option<Test> {
        let mut parts = pair.into_inner();
        let name = parts.next()?;
        let span = self.span(&name);
        let name = Name { text: self.text(&name)?, span };
        let mut test = Test { name, given: Vec::new(), expect: Vec::new() };
        for part in parts {
            match part.as_rule() {
                Rule::given => {
                    for record in part.into_inner().filter(|part| part.as_rule() == Rule::record) {
                        test.given.push(self.record(record)?);
                    }
                }
                Rule::expect => {
                    for expectation in part.into_inner().filter(|part| part.as_rule() == Rule::expectation) {
                        test.expect.push(self.expect(expectation)?);
                    }
                }
                _ => return None,
            }
        }
        (!test.expect.is_empty()).then_some(test)
    }

    fn record(&mut self, pair: Pair<'_, Rule>) -> Option<Record> {
        let mut parts = pair.into_inner();
        let end = self.name(&parts.next()?);
        let fields = parts.next()?;
        Some(match fields.as_rule() {
            Rule::object_value => (end, Given::Fields(self.object(fields)?)),
            Rule::kw_deleted => (end, Given::Deleted(self.span(&fields))),
            _ => (end, Given::None),
        })
    }

    fn expect(&mut self, pair: Pair<'_, Rule>) -> Option<Expect> {
        let inner = pair.into_inner().next()?;
        if inner.as_rule() != Rule::expect_none {
            return self.expectation(inner).map(Expect::Holds);
        }
        let mut parts = inner.into_inner();
        let end = self.name(&parts.next()?);
        Some(Expect::None(end, self.span(&parts.next()?)))
    }
}
