//! What each construct of the language reads as: one file a construct in `good/`, and beside it its tree.
//!
//! The trees show the text that each span covers, so that a wrong span shows as a wrong word.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write;

use insta::{assert_snapshot, glob};
use syncc_grammar::{
    split, statement,
    tree::{Action, Body, Chunk, Condition, End, Expect, Given, Map, Name, Path, Prefer, Span, Value, ValueKind},
};

#[test]
fn good_files() {
    glob!("good/*.sync", |path| {
        let file = std::fs::read_to_string(path).unwrap();
        let skeleton = split(&file);
        assert_eq!(skeleton.errors, []);
        let mut trees = String::new();
        for piece in &skeleton.pieces {
            let text = &file[piece.span.start as usize..piece.span.end as usize];
            let statement = statement(text);
            assert_eq!(statement.errors, [], "{text}");
            if let Some(title) = &piece.title {
                writeln!(trees, "# {title}").unwrap();
            }
            writeln!(trees, "{}", Tree(text).body(&statement.body)).unwrap();
            for comment in &statement.comments {
                writeln!(trees, "  comment {:?}", Tree(text).at(*comment)).unwrap();
            }
        }
        for comment in &skeleton.comments {
            writeln!(trees, "comment {:?}", Tree(&file).at(comment.span)).unwrap();
        }
        assert_snapshot!(trees);
    });
}

/// Writes trees over the text of their statement.
struct Tree<'t>(&'t str);

impl Tree<'_> {
    fn at(&self, span: Span) -> &str {
        &self.0[span.start as usize..span.end as usize]
    }

    fn body(&self, body: &Body) -> String {
        match body {
            Body::Sync(sync) => {
                let (left, right) = (self.end(&sync.left), self.end(&sync.right));
                format!("sync\n  {left}\n  {:?} {}\n  {right}", sync.arrow, self.at(sync.arrow_span))
            }
            Body::Prefer(Prefer::End(name)) => format!("prefer {}", self.name(name)),
            Body::Prefer(Prefer::Latest(span)) => format!("prefer the {}", self.at(*span)),
            Body::Match(keys) => format!("match {}", self.all(&keys.keys, |key| self.name(key))),
            Body::Every(every) => format!("every {} s ({})", every.seconds, self.at(every.span)),
            Body::When(when) => {
                let mut text = format!("when {}\n  {}", self.condition(&when.condition), self.at(when.then_span));
                when.actions.iter().for_each(|action| write!(text, "\n    {}", self.action(action)).unwrap());
                if let Some(undo) = &when.undo {
                    write!(text, "\n  {}", self.at(undo.span)).unwrap();
                    undo.actions.iter().for_each(|action| write!(text, "\n    {}", self.action(action)).unwrap());
                }
                when.other_way.iter().for_each(|span| write!(text, "\n  {}", self.at(*span)).unwrap());
                text
            }
            Body::Map(map) => format!("map {}", self.map(map)),
            Body::Test(test) => {
                let mut text = format!("test {}", self.name(&test.name));
                for (end, fields) in &test.given {
                    write!(text, "\n  given {} ", self.name(end)).unwrap();
                    text += &match fields {
                        Given::None => "none".to_owned(),
                        Given::Deleted(word) => self.at(*word).to_owned(),
                        Given::Fields(fields) => self.fields(fields),
                    };
                }
                for expect in &test.expect {
                    let expect = match expect {
                        Expect::None(end, span) => format!("{} {}", self.name(end), self.at(*span)),
                        Expect::Holds(condition) => self.condition(condition),
                    };
                    write!(text, "\n  expect {expect}").unwrap();
                }
                text
            }
            Body::Broken => "broken".into(),
        }
    }

    fn all<T>(&self, items: &[T], show: impl Fn(&T) -> String) -> String {
        items.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    /// A name; where it is not written as it reads, both.
    fn name(&self, name: &Name) -> String {
        match self.at(name.span) {
            written if written == name.text => written.to_owned(),
            written => format!("{written} ({})", name.text),
        }
    }

    fn end(&self, end: &End) -> String {
        let mut text = format!("[{}] app {}", self.at(end.span), self.name(&end.app));
        let parts = [("object", &end.object), ("instance", &end.instance), ("alias", &end.alias)];
        for (what, name) in parts {
            name.iter().for_each(|name| write!(text, ", {what} {}", self.name(name)).unwrap());
        }
        text
    }

    fn path(&self, path: &Path) -> String {
        let parts: Vec<String> = path.field.iter().map(|part| self.name(part)).collect();
        let text = format!("{}.{}", self.name(&path.end), parts.join("."));
        assert!(text.contains('(') || text == self.at(path.span), "{text} {}", self.at(path.span));
        text
    }

    fn value(&self, value: &Value) -> String {
        let written = self.at(value.span);
        match &value.kind {
            ValueKind::Text(text) if format!("\"{text}\"") == written => written.to_owned(),
            ValueKind::Text(text) => format!("{written} ({text:?})"),
            ValueKind::Number(text) => format!("number {text}"),
            ValueKind::Bool(is) => format!("bool {is}"),
            ValueKind::Date(text) => format!("date {text}"),
            ValueKind::List(values) => format!("[{}]", self.all(values, |value| self.value(value))),
            ValueKind::Object(fields) => self.fields(fields),
        }
    }

    fn fields(&self, fields: &[(Name, Value)]) -> String {
        format!("{{{}}}", self.all(fields, |(name, value)| format!("{}: {}", self.name(name), self.value(value))))
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Or(parts) => format!("any({})", self.all(parts, |part| self.condition(part))),
            Condition::And(parts) => format!("all({})", self.all(parts, |part| self.condition(part))),
            Condition::Not(inner, span) => format!("{}({})", self.at(*span), self.condition(inner)),
            Condition::Compare { field, op, op_span, value } => {
                format!("{} {op:?} {} {}", self.path(field), self.at(*op_span), self.value(value))
            }
            Condition::In { field, op_span, values } => {
                let values = self.all(values, |value| self.value(value));
                format!("{} {} [{values}]", self.path(field), self.at(*op_span))
            }
            Condition::Empty { field, negated, op_span } => {
                format!("{} {}empty ({})", self.path(field), if *negated { "not " } else { "" }, self.at(*op_span))
            }
            Condition::Flag(path) => format!("flag {}", self.path(path)),
            Condition::Exists(name, span) | Condition::Deleted(name, span) => {
                format!("{} {}", self.name(name), self.at(*span))
            }
        }
    }

    fn action(&self, action: &Action) -> String {
        let text = match action {
            Action::Add(path, value) => format!("add {} to {}", self.value(value), self.path(path)),
            Action::Remove(path, value) => format!("remove {} from {}", self.value(value), self.path(path)),
            Action::Assign(path, value) => format!("set {} to {}", self.path(path), self.value(value)),
            Action::Exists(name, span) => format!("{} {}", self.name(name), self.at(*span)),
            Action::Deleted(name, span) => format!("{} {}", self.name(name), self.at(*span)),
        };
        format!("{text} [{}]", self.at(action.span()))
    }

    fn map(&self, map: &Map) -> String {
        match map {
            Map::None(span) => self.at(*span).to_owned(),
            Map::Fields { left, arrow, arrow_span, right, using, off } => {
                let mut text = format!("{} {arrow:?} {} {}", self.path(left), self.at(*arrow_span), self.path(right));
                for (left, right) in using.iter().flatten() {
                    write!(text, "\n  {} is {}", self.value(left), self.value(right)).unwrap();
                }
                off.iter().for_each(|span| write!(text, "\n  {}", self.at(*span)).unwrap());
                text
            }
            Map::Compose { template, template_span, target } => {
                let chunks = self.all(template, |chunk| match chunk {
                    Chunk::Text(text) => format!("{text:?}"),
                    Chunk::Field(path) => self.path(path),
                });
                format!("{}\n  of {chunks}\n  into {}", self.at(*template_span), self.path(target))
            }
        }
    }
}
