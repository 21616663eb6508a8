//! `when`: its actions and what follows them.

use pest::iterators::Pair;

use super::{Builder, spaced};
use crate::{
    SyntaxError, SyntaxErrorKind,
    parser::Rule,
    tree::{Action, Span, Undo, When},
};

impl Builder {
    pub(super) fn when(&mut self, pair: Pair<'_, Rule>) -> Option<When> {
        let mut parts = pair.into_inner();
        let condition = self.condition(parts.next()?)?;
        let then_span = self.then(&parts.next()?);
        let actions = self.actions(parts.next()?)?;
        let mut when = When { condition, actions, then_span, undo: None, other_way: None };
        for part in parts {
            match part.as_rule() {
                Rule::undo => when.undo = Some(self.undo(part)?),
                Rule::kw_other_way => when.other_way = Some(self.span(&part)),
                Rule::slip_other_way => {
                    let span = self.span(&part);
                    let title = format!("`{}` is written `other-way`", part.as_str());
                    self.notation(span, title, "other-way", "Write `other-way`, with a hyphen.");
                    when.other_way = Some(span);
                }
                Rule::EOI => {}
                _ => return None,
            }
        }
        Some(when)
    }

    fn then(&mut self, pair: &Pair<'_, Rule>) -> Span {
        let span = self.span(pair);
        let help = "Write `when …` for the condition, then `then …` for what it does.";
        match pair.as_rule() {
            Rule::then_missing => self.notation(span, "`then` is missing before the action", "then ", help),
            Rule::slip_then => {
                let title = format!("`then` belongs here, not `{}`", pair.as_str());
                self.notation(span, title, &spaced(pair, "then"), help);
            }
            _ => {}
        }
        span
    }

    fn undo(&mut self, pair: Pair<'_, Rule>) -> Option<Undo> {
        let mut parts = pair.into_inner();
        let mark = parts.next()?;
        let span = self.span(&mark);
        if mark.as_rule() == Rule::slip_undo {
            let title = format!("`{}` is written `undo`", mark.as_str());
            self.notation(span, title, "undo", "Write `undo`.");
        }
        let actions = parts.next().map_or(Some(Vec::new()), |actions| self.actions(actions))?;
        Some(Undo { span, actions })
    }

    fn actions(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Action>> {
        let mut actions: Vec<Action> = Vec::new();
        for part in pair.into_inner() {
            let span = self.span(&part);
            // The comma goes directly behind the action before it.
            let from = actions.last().map_or(span.start, |action| action.span().end);
            let title = match part.as_rule() {
                Rule::action => {
                    actions.push(self.action(part.into_inner().next()?)?);
                    continue;
                }
                Rule::slip_action_sep => format!("`{}` cannot join two actions", part.as_str()),
                Rule::comma_missing => "a comma is missing before this action".into(),
                _ => continue,
            };
            let fix = if span.start == span.end { Span::new(from, from) } else { Span::new(from, span.end) };
            let error = SyntaxError::new(SyntaxErrorKind::Notation, span, title);
            self.errors.push(error.help("Write a comma between two actions.").fix(fix, ","));
        }
        actions.shrink_to_fit();
        (!actions.is_empty()).then_some(actions)
    }

    fn action(&mut self, pair: Pair<'_, Rule>) -> Option<Action> {
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        let subject = parts.next()?;
        let mark = parts.next()?;
        if rule == Rule::lifecycle {
            let (name, span) = (self.name(&subject), self.span(&mark));
            return Some(match mark.as_rule() {
                Rule::kw_exists => Action::Exists(name, span),
                _ => Action::Deleted(name, span),
            });
        }
        let path = self.path(subject)?;
        let value = self.scalar(parts.next()?, "Write one action for each value, with a comma between them.")?;
        Some(match self.change_mark(&mark) {
            Rule::plus_equals => Action::Add(path, value),
            Rule::minus_equals => Action::Remove(path, value),
            _ => Action::Assign(path, value),
        })
    }

    /// Which change a mark stands for, mended if it is a slip.
    fn change_mark(&mut self, pair: &Pair<'_, Rule>) -> Rule {
        if pair.as_rule() != Rule::slip_change {
            return pair.as_rule();
        }
        let written = pair.as_str();
        let squeezed: String = written.chars().filter(|c| matches!(c, '+' | '-' | '=' | ':' | '<')).collect();
        let (rule, write) = match squeezed.as_str() {
            "+=" | "=+" | "++" | "+" => (Rule::plus_equals, "+="),
            "-=" | "=-" => (Rule::minus_equals, "-="),
            _ => (Rule::equals, "="),
        };
        let help = match rule {
            Rule::equals => "`==` asks, `=` sets. For a tag, label or list write `+=` to add and `-=` to remove.",
            _ => "Write `+=` to add and `-=` to remove, without a space inside.",
        };
        self.notation(self.span(pair), format!("`{written}` changes nothing"), write, help);
        rule
    }
}
