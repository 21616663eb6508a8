//! Conditions: `and`, `or`, `not` and what they join.

use pest::iterators::Pair;

use super::{Builder, spaced};
use crate::{
    parser::Rule,
    tree::{Condition, Op, Span},
};

impl Builder {
    /// A condition in a rule: compared with one constant at a time.
    pub(super) fn condition(&mut self, pair: Pair<'_, Rule>) -> Option<Condition> {
        self.joined(pair, false)
    }

    /// A condition in a test, where a field may also be compared with a whole list.
    pub(super) fn expectation(&mut self, pair: Pair<'_, Rule>) -> Option<Condition> {
        self.joined(pair, true)
    }

    /// `condition` and `conjunction`: parts of the same kind with a joining word between them.
    fn joined(&mut self, pair: Pair<'_, Rule>, lists: bool) -> Option<Condition> {
        let any = pair.as_rule() == Rule::condition;
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::conjunction => parts.push(self.joined(part, lists)?),
                Rule::term => parts.push(self.term(part, lists)?),
                Rule::slip_or => self.joining_word(&part, "or"),
                Rule::slip_and => self.joining_word(&part, "and"),
                _ => {}
            }
        }
        if parts.len() < 2 {
            return parts.pop();
        }
        // Trees stay in memory, of large files many.
        parts.shrink_to_fit();
        Some(if any { Condition::Or(parts) } else { Condition::And(parts) })
    }

    fn joining_word(&mut self, pair: &Pair<'_, Rule>, write: &str) {
        let title = format!("`{}` cannot join two conditions", pair.as_str());
        let help = format!("Write `{write}`.");
        self.notation(self.span(pair), title, &spaced(pair, write), help);
    }

    fn term(&mut self, pair: Pair<'_, Rule>, lists: bool) -> Option<Condition> {
        let mut nots: Vec<Span> = Vec::new();
        let mut condition = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_not => nots.push(self.span(&part)),
                Rule::slip_not => {
                    let span = self.span(&part);
                    nots.push(span);
                    let title = format!("`{}` is written `not`", part.as_str());
                    self.notation(span, title, &spaced(&part, "not"), "Write `not` before what must not hold.");
                }
                Rule::group => {
                    let inner = part.into_inner().find(|part| part.as_rule() == Rule::condition)?;
                    condition = self.joined(inner, lists);
                }
                Rule::comparison => condition = self.comparison(part, lists),
                Rule::lifecycle => condition = self.lifecycle(part),
                _ => return None,
            }
        }
        let condition = condition?;
        Some(nots.into_iter().rev().fold(condition, |inner, span| Condition::Not(Box::new(inner), span)))
    }

    fn lifecycle(&mut self, pair: Pair<'_, Rule>) -> Option<Condition> {
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next()?);
        let mark = parts.next()?;
        let span = self.span(&mark);
        Some(match mark.as_rule() {
            Rule::kw_exists => Condition::Exists(name, span),
            _ => Condition::Deleted(name, span),
        })
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>, lists: bool) -> Option<Condition> {
        let mut parts = pair.into_inner();
        let field = self.path(parts.next()?)?;
        let Some(tail) = parts.next() else { return Some(Condition::Flag(field)) };
        match tail.as_rule() {
            Rule::empty => {
                let op_span = self.span(&tail);
                let negated = tail.into_inner().any(|part| part.as_rule() == Rule::kw_not);
                Some(Condition::Empty { field, negated, op_span })
            }
            Rule::membership => {
                let mut parts = tail.into_inner();
                let op_span = self.span(&parts.next()?);
                let values = self.list(parts.next()?)?;
                Some(Condition::In { field, op_span, values })
            }
            _ => {
                let mut parts = tail.into_inner();
                let mark = parts.next()?;
                let op_span = self.span(&mark);
                let op = self.op(&mark)?;
                let value = parts.next()?;
                let value = match lists {
                    true => self.value(value)?,
                    false => self.scalar(value, "To ask for any of several values write `in [ … ]`.")?,
                };
                Some(Condition::Compare { field, op, op_span, value })
            }
        }
    }

    fn op(&mut self, pair: &Pair<'_, Rule>) -> Option<Op> {
        Some(match pair.as_rule() {
            Rule::op_eq => Op::Eq,
            Rule::op_ne => Op::Ne,
            Rule::op_lt => Op::Lt,
            Rule::op_le => Op::Le,
            Rule::op_gt => Op::Gt,
            Rule::op_ge => Op::Ge,
            Rule::op_contains => Op::Contains,
            Rule::op_starts_with => Op::StartsWith,
            Rule::op_ends_with => Op::EndsWith,
            Rule::slip_op => self.slip_op(pair),
            _ => return None,
        })
    }

    /// The comparison that was likely meant.
    fn slip_op(&mut self, pair: &Pair<'_, Rule>) -> Op {
        let written = pair.as_str();
        let lower = written.to_lowercase();
        let (op, write) = match lower.as_str() {
            "=<" | "\u{2264}" => (Op::Le, "<="),
            "=>" | "\u{2265}" => (Op::Ge, ">="),
            "!==" | "=!" | "<>" | "~=" | "\u{2260}" | "isn't" => (Op::Ne, "!="),
            word if word.starts_with("contain") => (Op::Contains, "contains"),
            word if word.starts_with("start") => (Op::StartsWith, "starts-with"),
            word if word.starts_with("end") => (Op::EndsWith, "ends-with"),
            word if word.contains("not") => (Op::Ne, "!="),
            _ => (Op::Eq, "=="),
        };
        let span = self.span(pair);
        let help = match written {
            "=" => "`==` asks, `=` sets. A condition asks.".to_owned(),
            "has" | "includes" => "On a set of tags or labels, `==` means \"has\".".to_owned(),
            _ => format!("Write `{write}`."),
        };
        self.notation(span, format!("`{written}` compares nothing here"), write, help);
        op
    }
}
