//! `map`: which field goes where.

use pest::iterators::Pair;

use super::{Builder, spaced};
use crate::{
    parser::Rule,
    tree::{Arrow, Map, Value},
};

const CASES: &str = "Each case is a left value, `=`, a right value.";

impl Builder {
    pub(super) fn map(&mut self, pair: Pair<'_, Rule>) -> Option<Map> {
        let inner = pair.into_inner().next()?;
        match inner.as_rule() {
            Rule::kw_none => Some(Map::None(self.span(&inner))),
            Rule::compose => self.compose(inner),
            Rule::fields => self.fields(inner),
            _ => None,
        }
    }

    fn compose(&mut self, pair: Pair<'_, Rule>) -> Option<Map> {
        let mut parts = pair.into_inner();
        let text = parts.next()?;
        let template_span = self.span(&text);
        if text.as_rule() == Rule::slip_text {
            self.text(&text)?;
        }
        let template = self.template(text.as_str(), template_span);
        let mark = parts.next()?;
        let before = self.errors.len();
        if let (Arrow::Both | Arrow::Left, span) = self.arrow(&mark) {
            // Whatever the arrow looks like, only `->` makes sense here: one cause, one message.
            self.errors.truncate(before);
            let title = "a composed text goes one way, into the field";
            self.notation(span, title, "->", "Write `->`: a text cannot be taken apart again.");
        }
        Some(Map::Compose { template, template_span, target: self.path(parts.next()?)? })
    }

    fn fields(&mut self, pair: Pair<'_, Rule>) -> Option<Map> {
        let mut parts = pair.into_inner();
        let left = self.path(parts.next()?)?;
        let (arrow, arrow_span) = self.arrow(&parts.next()?);
        let right = self.path(parts.next()?)?;
        let (mut using, mut off) = (None, None);
        for part in parts {
            match part.as_rule() {
                Rule::using => using = Some(self.using(part)?),
                Rule::kw_off => off = Some(self.span(&part)),
                _ => return None,
            }
        }
        Some(Map::Fields { left, arrow, arrow_span, right, using, off })
    }

    fn using(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<(Value, Value)>> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::case).map(|case| self.case(case)).collect()
    }

    fn case(&mut self, pair: Pair<'_, Rule>) -> Option<(Value, Value)> {
        let mut parts = pair.into_inner();
        let left = self.scalar(parts.next()?, CASES)?;
        let mark = parts.next()?;
        if mark.as_rule() == Rule::slip_case {
            let title = format!("`{}` cannot stand between two values here", mark.as_str());
            self.notation(self.span(&mark), title, &spaced(&mark, "="), CASES);
        }
        Some((left, self.scalar(parts.next()?, CASES)?))
    }
}
