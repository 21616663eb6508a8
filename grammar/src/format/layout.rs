//! The layout of one statement.
//!
//! On one line if it fits. Otherwise every clause (`when`, `then`, `undo`) begins a line, and what belongs to
//! it stands under its first word. A `test` always has its clauses on lines of their own.

use pest::iterators::Pair;

use super::{
    columns::Columns,
    doc::{Doc, Token},
    print,
    source::Source,
};
use crate::parser::Rule;

/// How far what belongs to `when`, `then` and `undo` is indented: they are four letters long, and a blank.
const CLAUSE: usize = 5;
/// How far everything else is indented.
const STEP: usize = 2;

/// Makes layouts of the pairs of a statement. Every token is taken once, in the order of the text.
pub(super) struct Layout<'t> {
    pub(super) source: Source<'t>,
    columns: Columns,
}

/// The text of a statement in its one layout. `None` if it has errors.
pub(super) fn statement(text: &str, columns: Columns) -> Option<String> {
    let (source, body) = Source::read(text)?;
    let mut layout = Layout { source, columns };
    Some(print::print(&layout.body(body)))
}

impl<'t> Layout<'t> {
    fn body(&mut self, body: Pair<'t, Rule>) -> Doc<'t> {
        let keyword = self.source.keyword();
        match body.as_rule() {
            Rule::when_body => self.when(keyword, body),
            Rule::map_body => self.map(keyword, body),
            Rule::test_body => self.test(keyword, body),
            _ => {
                let written = if let Doc::Token(token) = &keyword { print::width(token.text) } else { 0 };
                let space = Doc::Space(self.columns.after_keyword(written));
                let said = self.setting(body);
                Doc::nest(STEP, vec![keyword, space, said])
            }
        }
    }

    /// What `sync`, `prefer`, `match` and `every` say.
    fn setting(&mut self, body: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in body.into_inner() {
            if !parts.is_empty() {
                // `match` may have many keys.
                parts.push(if part.as_rule() == Rule::kw_or { Doc::Line } else { Doc::Space(1) });
            }
            parts.push(match part.as_rule() {
                Rule::end => self.end(part),
                _ => self.token(&part),
            });
        }
        Doc::group(parts)
    }

    /// `wildix.phonebook("Sales") as phones`
    fn end(&mut self, end: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in end.into_inner() {
            match part.as_rule() {
                Rule::instance => parts.extend(part.into_inner().map(|part| self.token(&part))),
                Rule::alias => {
                    parts.push(Doc::Space(1));
                    parts.push(self.spaced(part));
                }
                _ => parts.push(self.token(&part)),
            }
        }
        Doc::Seq(parts)
    }

    fn when(&mut self, keyword: Doc<'t>, body: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = vec![keyword, Doc::Space(1)];
        // `undo` and `other-way` stand together, unless `undo` says more.
        let mut last_is_word = false;
        for part in body.into_inner() {
            let rule = part.as_rule();
            let is_word = match rule {
                Rule::undo => part.clone().into_inner().count() == 1,
                _ => rule == Rule::kw_other_way,
            };
            match rule {
                Rule::kw_then => parts.push(Doc::Line),
                Rule::undo | Rule::kw_other_way => {
                    parts.push(if is_word && last_is_word { Doc::Space(1) } else { Doc::Line });
                }
                Rule::actions => parts.push(Doc::Space(1)),
                _ => {}
            }
            last_is_word = is_word;
            parts.push(match rule {
                Rule::condition => Doc::nest(CLAUSE, vec![self.condition(part)]),
                Rule::actions => Doc::nest(CLAUSE, vec![self.actions(part)]),
                Rule::undo => self.undo(part),
                _ => self.token(&part),
            });
        }
        Doc::group(parts)
    }

    fn undo(&mut self, undo: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in undo.into_inner() {
            if part.as_rule() == Rule::actions {
                parts.push(Doc::Space(1));
                parts.push(Doc::nest(CLAUSE, vec![self.actions(part)]));
            } else {
                parts.push(self.token(&part));
            }
        }
        Doc::Seq(parts)
    }

    fn actions(&mut self, actions: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in actions.into_inner() {
            match part.as_rule() {
                Rule::comma => {
                    parts.push(self.glue(&part));
                    parts.push(Doc::Line);
                }
                _ => parts.extend(part.into_inner().map(|action| self.spaced(action))),
            }
        }
        Doc::group(parts)
    }

    fn map(&mut self, keyword: Doc<'t>, body: Pair<'t, Rule>) -> Doc<'t> {
        let mut head = vec![keyword, Doc::Space(1)];
        let mut tail = Vec::new();
        for part in body.into_inner() {
            match part.as_rule() {
                Rule::compose => {
                    for part in part.into_inner() {
                        match part.as_rule() {
                            Rule::path => head.push(Doc::Space(1)),
                            Rule::arrow_right => head.push(Doc::Line),
                            _ => {}
                        }
                        head.push(self.token(&part));
                    }
                }
                Rule::fields => self.fields(part, &mut head, &mut tail),
                _ => head.push(self.token(&part)),
            }
        }
        let mut parts = vec![Doc::nest(STEP, head)];
        parts.extend(tail);
        Doc::group(parts)
    }

    fn fields(&mut self, fields: Pair<'t, Rule>, head: &mut Vec<Doc<'t>>, tail: &mut Vec<Doc<'t>>) {
        let mut left = 0;
        for part in fields.into_inner() {
            let written = print::width(part.as_str());
            match part.as_rule() {
                Rule::path if left == 0 => left = written,
                Rule::path => head.push(Doc::Space(1)),
                Rule::using | Rule::kw_off => tail.push(Doc::Space(1)),
                _ => head.push(Doc::Space(self.columns.before_arrow(left, written))),
            }
            match part.as_rule() {
                Rule::using => tail.push(self.bracketed(part, Doc::Line)),
                Rule::kw_off => tail.push(self.token(&part)),
                _ => head.push(self.token(&part)),
            }
        }
    }

    /// Its tokens with a blank between any two.
    pub(super) fn spaced(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            if !parts.is_empty() {
                parts.push(Doc::Space(1));
            }
            parts.push(match part.as_rule() {
                Rule::value => self.value(part),
                Rule::list => self.bracketed(part, Doc::Soft),
                _ => self.token(&part),
            });
        }
        Doc::Seq(parts)
    }

    /// A pair that is one token.
    pub(super) fn token(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        Doc::Token(self.source.token(pair))
    }

    /// A pair that is one token and stays with the one before it.
    pub(super) fn glue(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        Doc::Glue(self.source.token(pair))
    }

    pub(super) fn value(&mut self, value: Pair<'t, Rule>) -> Doc<'t> {
        let Some(value) = value.into_inner().next() else { return Doc::Seq(Vec::new()) };
        match value.as_rule() {
            Rule::list => self.bracketed(value, Doc::Soft),
            Rule::object_value => self.bracketed(value, Doc::Line),
            _ => self.token(&value),
        }
    }

    /// A list, a record or a table: on one line, or one item a line and a comma behind each.
    pub(super) fn bracketed(&mut self, pair: Pair<'t, Rule>, edge: Doc<'t>) -> Doc<'t> {
        let other_edge = if matches!(edge, Doc::Line) { Doc::Line } else { Doc::Soft };
        let (mut opened, mut items, mut closed) = (Vec::new(), Vec::new(), Vec::new());
        let mut parts = pair.into_inner().peekable();
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::kw_using => {
                    opened.push(self.token(&part));
                    opened.push(Doc::Space(1));
                }
                Rule::open_square | Rule::open_brace => opened.push(self.token(&part)),
                Rule::comma if parts.peek().is_some_and(|next| is_close(next.as_rule())) => {
                    // The comma behind the last item comes and goes with the lines; its comments stay.
                    let comma = Token { text: "", ..self.source.token(&part) };
                    items.push(Doc::LastComma);
                    items.push(Doc::Glue(comma));
                }
                Rule::comma => {
                    items.push(self.glue(&part));
                    items.push(Doc::Line);
                }
                rule if is_close(rule) => {
                    let mut close = self.source.token(&part);
                    if !items.is_empty() && !matches!(items.last(), Some(Doc::Glue(_))) {
                        items.push(Doc::LastComma);
                    }
                    let inside = std::mem::take(&mut close.before);
                    if !inside.is_empty() {
                        items.push(Doc::Comments(inside));
                    }
                    closed.push(Doc::Token(close));
                }
                Rule::value => items.push(self.value(part)),
                Rule::pair => items.push(self.pair(part)),
                _ => items.push(self.spaced(part)),
            }
        }
        if items.is_empty() {
            opened.extend(closed);
            return Doc::group(opened);
        }
        items.insert(0, edge);
        opened.push(Doc::nest(STEP, items));
        opened.push(other_edge);
        opened.extend(closed);
        Doc::group(opened)
    }

    /// `email: "ann@home.example"`
    fn pair(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::colon => {
                    parts.push(self.glue(&part));
                    parts.push(Doc::Space(1));
                }
                Rule::value => parts.push(self.value(part)),
                _ => parts.push(self.token(&part)),
            }
        }
        Doc::Seq(parts)
    }
}

fn is_close(rule: Rule) -> bool {
    matches!(rule, Rule::close_square | Rule::close_brace)
}
