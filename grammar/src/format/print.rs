//! A layout as text.

use super::doc::{Doc, Token};

/// The longest line, in characters, as far as there is a place to break it.
const WIDTH: usize = 100;

/// The text of a layout: lines end with `\n`, no line with a blank, and the last one has no end.
pub(super) fn print(doc: &Doc<'_>) -> String {
    let mut printer = Printer { fresh: true, ..Printer::default() };
    let mut todo = vec![Todo { indent: 0, flat: false, doc }];
    while let Some(Todo { indent, flat, doc }) = todo.pop() {
        let next = |doc, indent, flat| Todo { indent, flat, doc };
        match doc {
            Doc::Token(token) => printer.token(token, indent),
            Doc::Glue(token) => printer.glue(token),
            Doc::Comments(comments) => printer.comments(comments, indent),
            Doc::Space(count) => printer.space = *count,
            Doc::Line if flat => printer.space = 1,
            Doc::Line | Doc::Soft if !flat => printer.new_line(indent),
            Doc::LastComma if !flat => printer.write(","),
            Doc::Line | Doc::Soft | Doc::LastComma => {}
            Doc::Seq(parts) => todo.extend(parts.iter().rev().map(|part| next(part, indent, flat))),
            Doc::Nest(by, body) => todo.push(next(body, indent + by, flat)),
            Doc::Group { broken, body } => {
                let room = WIDTH.saturating_sub(printer.column + printer.space);
                let flat = flat || (!broken && fits(body, &todo, room));
                todo.push(next(body, indent, flat));
            }
        }
    }
    printer.out
}

/// What is still to be printed, and how.
#[derive(Clone, Copy)]
struct Todo<'d, 't> {
    indent: usize,
    flat: bool,
    doc: &'d Doc<'t>,
}

/// Whether `body` on one line, with what follows it up to the next line break, needs no more than `room`.
fn fits<'d>(body: &'d Doc<'_>, after: &[Todo<'d, '_>], mut room: usize) -> bool {
    let mut inner = vec![(body, true)];
    let mut outer = after.iter().rev();
    loop {
        let (doc, flat) = match inner.pop() {
            Some(next) => next,
            None => match outer.next() {
                Some(todo) => (todo.doc, todo.flat),
                None => return true,
            },
        };
        let width = match doc {
            // A comment ends the line, and is not what makes it too long.
            Doc::Token(token) | Doc::Glue(token) if !token.before.is_empty() => return true,
            Doc::Token(token) | Doc::Glue(token) => width(token.text),
            Doc::Space(count) => *count,
            Doc::Line if flat => 1,
            Doc::Line | Doc::Comments(_) => return true,
            Doc::Soft if !flat => return true,
            Doc::LastComma if !flat => 1,
            Doc::Soft | Doc::LastComma => 0,
            Doc::Seq(parts) => {
                inner.extend(parts.iter().rev().map(|part| (part, flat)));
                0
            }
            Doc::Nest(_, body) => {
                inner.push((body, flat));
                0
            }
            Doc::Group { broken, body } => {
                inner.push((body, !broken));
                0
            }
        };
        if width > room {
            return false;
        }
        room -= width;
        if matches!(doc, Doc::Token(token) | Doc::Glue(token) if token.behind.is_some()) {
            return true;
        }
    }
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text so far.
#[derive(Default)]
struct Printer<'t> {
    out: String,
    column: usize,
    /// Nothing stands on the line yet; it will be indented by `indent`.
    fresh: bool,
    indent: usize,
    /// Blanks owed before the next token, unless a line break comes first.
    space: usize,
    /// Comments passed and not yet written, and whether they are to stand behind what is on the line.
    passed: Vec<(&'t str, bool)>,
}

impl<'t> Printer<'t> {
    fn token(&mut self, token: &Token<'t>, indent: usize) {
        let before = token.before.iter().map(|comment| (*comment, false));
        self.passed.extend(before);
        if !self.passed.is_empty() {
            self.new_line(indent);
            for (comment, _) in std::mem::take(&mut self.passed) {
                self.write(comment);
                self.new_line(self.indent);
            }
        }
        self.write(token.text);
        self.passed.extend(token.behind.map(|comment| (comment, true)));
    }

    fn glue(&mut self, token: &Token<'t>) {
        self.space = 0;
        self.write(token.text);
        self.passed.extend(token.before.iter().map(|comment| (*comment, false)));
        self.passed.extend(token.behind.map(|comment| (comment, true)));
    }

    fn comments(&mut self, comments: &[&'t str], indent: usize) {
        self.new_line(indent);
        self.passed.extend(comments.iter().map(|comment| (*comment, false)));
        for (comment, _) in std::mem::take(&mut self.passed) {
            self.new_line(indent);
            self.write(comment);
        }
    }

    /// Ends the line, if anything stands on it.
    fn new_line(&mut self, indent: usize) {
        if self.fresh {
            return;
        }
        if let Some((comment, true)) = self.passed.first() {
            self.out.push_str("  ");
            self.out.push_str(comment);
            self.passed.remove(0);
        }
        self.out.push('\n');
        (self.fresh, self.indent, self.column, self.space) = (true, indent, indent, 0);
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let blanks = if self.fresh { self.indent } else { self.space };
        self.out.extend(std::iter::repeat_n(' ', blanks));
        self.out.push_str(text);
        self.column = if self.fresh { self.indent } else { self.column + self.space } + width(text);
        (self.fresh, self.space) = (false, 0);
    }
}
