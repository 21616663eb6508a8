//! Constants: texts, numbers, dates, lists and objects.

use pest::iterators::Pair;

use super::Builder;
use crate::{
    SyntaxErrorKind,
    parser::Rule,
    tree::{Name, Value, ValueKind},
};

impl Builder {
    /// A constant of any kind.
    pub(super) fn value(&mut self, pair: Pair<'_, Rule>) -> Option<Value> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        let kind = match inner.as_rule() {
            Rule::date | Rule::datetime => ValueKind::Date(inner.as_str().to_owned()),
            Rule::number => ValueKind::Number(inner.as_str().to_owned()),
            Rule::bool => ValueKind::Bool(inner.as_str() == "true"),
            Rule::list => ValueKind::List(self.list(inner)?),
            Rule::object_value => ValueKind::Object(self.object(inner)?),
            Rule::slip_path => {
                let written = inner.as_str();
                let title = format!("`{written}` is a field, and only a constant can stand here");
                let help =
                    format!("If you mean the text, put it in quotes: \"{written}\". To copy a field, use `map`.");
                self.wrong(SyntaxErrorKind::Expected, span, title, help);
                ValueKind::Text(written.to_owned())
            }
            _ => ValueKind::Text(self.text(&inner)?),
        };
        Some(Value { kind, span })
    }

    /// A constant that is neither a list nor an object: all that a rule can compare with or write.
    pub(super) fn scalar(&mut self, pair: Pair<'_, Rule>, help: &str) -> Option<Value> {
        let value = self.value(pair)?;
        let what = match value.kind {
            ValueKind::List(_) => "a list",
            ValueKind::Object(_) => "an object",
            _ => return Some(value),
        };
        self.wrong(SyntaxErrorKind::Expected, value.span, format!("{what} cannot stand here"), help);
        Some(value)
    }

    /// The values between brackets.
    pub(super) fn list(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Value>> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::value).map(|part| self.value(part)).collect()
    }

    /// The fields between braces.
    pub(super) fn object(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<(Name, Value)>> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::pair).map(|part| self.pair(part)).collect()
    }

    fn pair(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, Value)> {
        let mut parts = pair.into_inner();
        let key = parts.next()?;
        let span = self.span(&key);
        let names: Vec<String> = key.into_inner().map(|part| self.name(&part).text).collect();
        let name = Name { text: names.join("."), span };
        let mark = parts.next()?;
        if mark.as_rule() == Rule::slip_pair {
            let title = format!("`{}` cannot stand between a field and its value here", mark.as_str());
            let help = format!("Write `{}: …`.", name.text);
            self.notation(self.span(&mark), title, ":", help);
        }
        Some((name, self.value(parts.next()?)?))
    }
}
