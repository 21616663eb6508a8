//! The layout of `test`: its clauses on lines of their own, and in them one row a record or expectation.
//!
//! The names of the ends form a column, as far as a row begins with one.

use pest::iterators::Pair;

use super::{doc::Doc, layout::Layout, print::width};
use crate::parser::Rule;

/// How far the clauses are indented.
const CLAUSES: usize = 2;
/// How far the rows stand from where their clause begins: the longer of `given` and `expect`, and a blank.
const ROWS: usize = 7;

impl<'t> Layout<'t> {
    pub(super) fn test(&mut self, keyword: Doc<'t>, body: Pair<'t, Rule>) -> Doc<'t> {
        let names = rows(&body).map(|row| named(&row).map_or(0, |name| width(name.as_str()))).max().unwrap_or(0);
        let mut parts = vec![keyword, Doc::Space(1)];
        for part in body.into_inner() {
            match part.as_rule() {
                Rule::given | Rule::expect => {
                    let clause = self.clause(part, names);
                    parts.push(Doc::nest(CLAUSES, vec![Doc::Line, clause]));
                }
                _ => parts.push(self.token(&part)),
            }
        }
        Doc::broken(parts)
    }

    /// `given` or `expect` with its rows.
    fn clause(&mut self, clause: Pair<'t, Rule>, names: usize) -> Doc<'t> {
        let mut rows = Vec::new();
        let mut word = Doc::Seq(Vec::new());
        for part in clause.into_inner() {
            match part.as_rule() {
                Rule::kw_given | Rule::kw_expect => {
                    let space = Doc::Space(ROWS.saturating_sub(part.as_str().len()));
                    word = Doc::Seq(vec![self.token(&part), space]);
                }
                _ => {
                    if !rows.is_empty() {
                        rows.push(Doc::Line);
                    }
                    rows.push(self.row(part, names));
                }
            }
        }
        Doc::broken(vec![word, Doc::nest(ROWS, rows)])
    }

    fn row(&mut self, row: Pair<'t, Rule>, names: usize) -> Doc<'t> {
        if named(&row).is_none() {
            let conditions: Vec<_> = row.into_inner().map(|condition| self.condition(condition)).collect();
            return Doc::Seq(conditions);
        }
        // A bare `APP exists` is wrapped in a condition of one part.
        let row = lifecycle(row.clone()).unwrap_or(row);
        let row = if row.as_rule() == Rule::expectation { row.clone().into_inner().next().unwrap_or(row) } else { row };
        let mut parts = Vec::new();
        for part in row.into_inner() {
            match part.as_rule() {
                Rule::name => {
                    let space = Doc::Space(1 + names.saturating_sub(width(part.as_str())));
                    parts.extend([self.token(&part), space]);
                }
                Rule::object_value => parts.push(self.bracketed(part, Doc::Line)),
                _ => parts.push(self.token(&part)),
            }
        }
        Doc::Seq(parts)
    }
}

/// The rows of all clauses.
fn rows<'t>(body: &Pair<'t, Rule>) -> impl Iterator<Item = Pair<'t, Rule>> + use<'t> {
    let clauses = body.clone().into_inner().filter(|part| matches!(part.as_rule(), Rule::given | Rule::expect));
    clauses.flat_map(Pair::into_inner).filter(|part| matches!(part.as_rule(), Rule::record | Rule::expectation))
}

/// The end that a row begins with: `google { … }`, `google none`, `google exists`.
fn named<'t>(row: &Pair<'t, Rule>) -> Option<Pair<'t, Rule>> {
    if row.as_rule() == Rule::record {
        return row.clone().into_inner().next();
    }
    let first = row.clone().into_inner().next()?;
    match first.as_rule() {
        Rule::expect_none => first.into_inner().next(),
        _ => lifecycle(first)?.into_inner().next(),
    }
}

/// The `APP exists` that this is and nothing more.
fn lifecycle(mut pair: Pair<'_, Rule>) -> Option<Pair<'_, Rule>> {
    loop {
        if pair.as_rule() == Rule::lifecycle {
            return Some(pair);
        }
        let mut parts = pair.into_inner();
        let only = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        pair = only;
    }
}
