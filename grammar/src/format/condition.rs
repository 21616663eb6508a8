//! The layout of conditions: on one line, or broken before every `or`, then before every `and`.

use pest::iterators::Pair;

use super::{doc::Doc, layout::Layout};
use crate::parser::Rule;

/// How much further `and` is indented than the `or` around it.
const WITHIN_OR: usize = 2;

impl<'t> Layout<'t> {
    /// `condition` or `conjunction`: parts with a joining word between them.
    pub(super) fn condition(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        let several = pair.clone().into_inner().count() > 1;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_or | Rule::kw_and => {
                    parts.extend([Doc::Line, self.token(&part), Doc::Space(1)]);
                }
                Rule::conjunction if several => {
                    let conjunction = self.condition(part);
                    parts.push(Doc::nest(WITHIN_OR, vec![conjunction]));
                }
                Rule::conjunction => parts.push(self.condition(part)),
                _ => parts.push(self.term(part)),
            }
        }
        Doc::group(parts)
    }

    fn term(&mut self, term: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in term.into_inner() {
            match part.as_rule() {
                Rule::kw_not => parts.extend([self.token(&part), Doc::Space(1)]),
                Rule::group => {
                    // What is in the brackets stands behind the opening one.
                    for part in part.into_inner() {
                        parts.push(match part.as_rule() {
                            Rule::condition => Doc::nest(1, vec![self.condition(part)]),
                            _ => self.token(&part),
                        });
                    }
                }
                Rule::comparison => parts.push(self.comparison(part)),
                _ => parts.push(self.spaced(part)),
            }
        }
        Doc::group(parts)
    }

    fn comparison(&mut self, comparison: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in comparison.into_inner() {
            if parts.is_empty() {
                parts.push(self.token(&part));
            } else {
                parts.push(Doc::Space(1));
                parts.push(self.spaced(part));
            }
        }
        Doc::Seq(parts)
    }
}
