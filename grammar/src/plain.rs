//! A rule in right notation, read by hand.
//!
//! A large file is rules and little else, and pest's steps through them were half of what a first `check` took. `sync.pest`
//! says what a rule is, for whoever writes and for whoever reads this; the tests hold the two together.
//!
//! Law: what is read here is what the grammar makes of the same text, without an error. Whatever is not known here is left
//! to the grammar: likely slips, comments, escapes, and all that is wrong. So nothing is ever said of a text from here.

use crate::{
    scan::{self, Text},
    tree::{Action, Condition, Name, Op, Path, Span, Undo, Value, ValueKind, When},
};

/// Reads all that stands behind `when`, which starts `base` bytes into the statement.
///
/// Brackets and `not` nest no deeper than [`crate::limits`] lets them.
pub(crate) fn when(text: &str, base: u32) -> Option<When> {
    let mut reader = Reader { text, at: 0, base };
    let condition = reader.condition()?;
    let then_span = reader.keyword("then")?;
    let actions = reader.actions()?;
    let mut when = When { condition, actions, then_span, undo: None, other_way: reader.keyword("other-way") };
    if let Some(span) = reader.keyword("undo") {
        let has_actions = reader.word().is_some_and(|word| word != "other-way");
        when.undo = Some(Undo { span, actions: if has_actions { reader.actions()? } else { Vec::new() } });
    }
    // On either side of `undo`.
    when.other_way = when.other_way.or_else(|| reader.keyword("other-way"));
    reader.is_done().then_some(when)
}

/// How far a rule is read.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    base: u32,
}

impl<'t> Reader<'t> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn blanks(&mut self) {
        self.at = scan::blanks(self.text, self.at);
    }

    fn is_done(&mut self) -> bool {
        self.blanks();
        self.at == self.text.len()
    }

    /// From `start` up to where the reader is.
    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32).shift(self.base)
    }

    fn take(&mut self, length: usize) -> Span {
        let start = self.at;
        self.at += length;
        self.span(start)
    }

    /// The word that stands here.
    fn word_here(&self) -> Option<&'t str> {
        self.text.get(self.at..scan::word(self.text, self.at)?)
    }

    /// The word that comes next.
    fn word(&mut self) -> Option<&'t str> {
        self.blanks();
        self.word_here()
    }

    /// Goes behind this word, if it comes next.
    fn keyword(&mut self, keyword: &str) -> Option<Span> {
        (self.word()? == keyword).then(|| self.take(keyword.len()))
    }

    /// Goes behind this mark, if it comes next.
    fn mark(&mut self, mark: u8) -> Option<()> {
        self.blanks();
        (self.byte(0) == Some(mark)).then(|| self.at += 1)
    }

    fn condition(&mut self) -> Option<Condition> {
        let conjunction = |reader: &mut Self| reader.joined("and", Self::term, Condition::And);
        self.joined("or", conjunction, Condition::Or)
    }

    /// Parts with a joining word between them. One part alone is that part.
    fn joined(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Option<Condition>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Option<Condition> {
        let first = part(self)?;
        if self.keyword(word).is_none() {
            return Some(first);
        }
        let mut parts = vec![first, part(self)?];
        while self.keyword(word).is_some() {
            parts.push(part(self)?);
        }
        // Trees stay in memory, of large files many.
        parts.shrink_to_fit();
        Some(join(parts))
    }

    fn term(&mut self) -> Option<Condition> {
        if let Some(span) = self.keyword("not") {
            return Some(Condition::Not(Box::new(self.term()?), span));
        }
        if self.mark(b'(').is_some() {
            let inner = self.condition()?;
            return self.mark(b')').map(|()| inner);
        }
        let name = self.name()?;
        if self.byte(0) == Some(b'.') {
            let field = self.path(name)?;
            return self.comparison(field);
        }
        Some(match self.lifecycle()? {
            (true, span) => Condition::Exists(name, span),
            (false, span) => Condition::Deleted(name, span),
        })
    }

    fn comparison(&mut self, field: Path) -> Option<Condition> {
        let (op, length) = match self.word() {
            Some("contains") => (Op::Contains, "contains".len()),
            Some("starts-with") => (Op::StartsWith, "starts-with".len()),
            Some("ends-with") => (Op::EndsWith, "ends-with".len()),
            Some("is") => {
                let start = self.at;
                self.take("is".len());
                let negated = self.keyword("not").is_some();
                self.keyword("empty")?;
                return Some(Condition::Empty { field, negated, op_span: self.span(start) });
            }
            Some("in") => {
                let op_span = self.take("in".len());
                return Some(Condition::In { field, op_span, values: self.list()? });
            }
            Some("and" | "or" | "then") => return Some(Condition::Flag(field)),
            Some(_) => return None,
            None => match (self.byte(0)?, self.byte(1)?) {
                (b')', _) => return Some(Condition::Flag(field)),
                (b'=', b'=') => (Op::Eq, 2),
                (b'!', b'=') => (Op::Ne, 2),
                (b'<', b'=') => (Op::Le, 2),
                (b'>', b'=') => (Op::Ge, 2),
                (b'<', _) => (Op::Lt, 1),
                (b'>', _) => (Op::Gt, 1),
                _ => return None,
            },
        };
        let op_span = self.take(length);
        Some(Condition::Compare { field, op, op_span, value: self.value()? })
    }

    /// `exists`, or else `deleted`.
    fn lifecycle(&mut self) -> Option<(bool, Span)> {
        let exists = match self.word()? {
            word @ ("exists" | "deleted") => word == "exists",
            _ => return None,
        };
        Some((exists, self.take(if exists { "exists".len() } else { "deleted".len() })))
    }

    fn actions(&mut self) -> Option<Vec<Action>> {
        let mut actions = Vec::with_capacity(1);
        loop {
            actions.push(self.action()?);
            if self.mark(b',').is_none() {
                actions.shrink_to_fit();
                return Some(actions);
            }
        }
    }

    fn action(&mut self) -> Option<Action> {
        let name = self.name()?;
        if self.byte(0) != Some(b'.') {
            return Some(match self.lifecycle()? {
                (true, span) => Action::Exists(name, span),
                (false, span) => Action::Deleted(name, span),
            });
        }
        let path = self.path(name)?;
        self.blanks();
        let (make, length): (fn(Path, Value) -> Action, _) = match (self.byte(0)?, self.byte(1)?) {
            (b'+', b'=') => (Action::Add, 2),
            (b'-', b'=') => (Action::Remove, 2),
            (b'=', _) => (Action::Assign, 1),
            _ => return None,
        };
        self.at += length;
        Some(make(path, self.value()?))
    }

    /// The name of an end.
    fn name(&mut self) -> Option<Name> {
        let word = self.word()?;
        // `NOT` is a slip of `not` where a condition starts.
        if is_reserved(word) || word.eq_ignore_ascii_case("not") {
            return None;
        }
        let span = self.take(word.len());
        Some(Name { text: word.to_owned(), span })
    }

    /// The field behind the name of its end, from the dot on.
    fn path(&mut self, end: Name) -> Option<Path> {
        let mut field = Vec::with_capacity(1);
        while self.byte(0) == Some(b'.') {
            self.at += 1;
            field.push(self.part()?);
        }
        field.shrink_to_fit();
        let span = Span::new(end.span.start, self.span(self.at).end);
        Some(Path { end, field, span })
    }

    fn part(&mut self) -> Option<Name> {
        if self.byte(0) == Some(b'"') {
            let (text, span) = self.quoted()?;
            return Some(Name { text, span });
        }
        let word = self.word_here()?;
        let span = self.take(word.len());
        Some(Name { text: word.to_owned(), span })
    }

    /// A text that stands here.
    fn quoted(&mut self) -> Option<(String, Span)> {
        let Text::Closed(end) = scan::text(self.text, self.at)? else { return None };
        let inner = self.text.get(self.at + 1..end - 1)?;
        if inner.contains('\\') {
            return None;
        }
        Some((inner.to_owned(), self.take(end - self.at)))
    }

    fn list(&mut self) -> Option<Vec<Value>> {
        self.mark(b'[')?;
        let mut values = Vec::new();
        while self.mark(b']').is_none() {
            values.push(self.value()?);
            if self.mark(b',').is_none() {
                self.mark(b']')?;
                break;
            }
        }
        Some(values)
    }

    fn value(&mut self) -> Option<Value> {
        self.blanks();
        let (kind, span) = match self.byte(0)? {
            b'"' => {
                let (text, span) = self.quoted()?;
                (ValueKind::Text(text), span)
            }
            b'-' | b'0'..=b'9' => self.number()?,
            _ => match self.word_here()? {
                "true" => (ValueKind::Bool(true), self.take("true".len())),
                "false" => (ValueKind::Bool(false), self.take("false".len())),
                _ => return None,
            },
        };
        Some(Value { kind, span })
    }

    /// A number or a day that stands here, and that no word, dot or hyphen goes on.
    fn number(&mut self) -> Option<(ValueKind, Span)> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let digits = |from: usize| rest.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let is_day = rest.get(4) == Some(&b'-') && digits(0) == 4 && digits(5) == 2;
        let is_day = is_day && rest.get(7) == Some(&b'-') && digits(8) == 2;
        let length = if is_day {
            "2026-01-31".len()
        } else {
            let sign = usize::from(rest.first() == Some(&b'-'));
            let whole = digits(sign);
            let end = sign + whole;
            let part = if rest.get(end) == Some(&b'.') { digits(end + 1) + 1 } else { 0 };
            if whole == 0 || part == 1 {
                return None;
            }
            end + part
        };
        let ends = rest.get(length).is_none_or(|byte| matches!(byte, 0..=b' ' | b',' | b')' | b']'));
        let written = self.text.get(self.at..self.at + length).filter(|_| ends)?.to_owned();
        let kind = if is_day { ValueKind::Date(written) } else { ValueKind::Number(written) };
        Some((kind, self.take(length)))
    }
}

/// A word that cannot be the name of an end: `reserved` in the grammar.
fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "then"
            | "undo"
            | "other-way"
            | "and"
            | "or"
            | "not"
            | "is"
            | "in"
            | "as"
            | "using"
            | "off"
            | "given"
            | "expect"
            | "exists"
            | "deleted"
            | "contains"
            | "starts-with"
            | "ends-with"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pest::Parser;
    use proptest::{prelude::*, sample::select};

    use super::*;
    use crate::{
        build::Builder,
        limits,
        parser::{Rule, SyncParser},
        tree::Body,
    };

    /// What the grammar makes of a rule, if it finds nothing wrong with it.
    fn by_grammar(text: &str) -> Option<When> {
        let mut builder = Builder::new(4);
        let body = builder.body(SyncParser::parse(Rule::when_whole, text).ok()?)?;
        match body {
            Body::When(when) if builder.errors.is_empty() => Some(when),
            _ => None,
        }
    }

    /// Rules of all kinds, each of which is read here.
    const RULES: &[&str] = &[
        " google.label == \"Buyer\" then realgeeks.tag += \"Buyer\"",
        "\n  google.label==\"Buyer\"and google.company!=\"Acme\"\n  then realgeeks.tag-=\"Buyer\",realgeeks.role = \"R\" undo ",
        " a.b < 5 or a.b > -3.5 and a.b <= 2026-01-31 or a.b >= 0 then c.d = 2026-01-31 other-way",
        " not (a.b contains \"é“#\" or not not a.\"Lead score\".x starts-with \"\") and é.ü ends-with \"x\" then c.d=\"\"",
        " a exists and not b deleted then c exists, c.d = true undo c deleted, c.e = false other-way",
        " a.flag and (b.flag) then c deleted other-way undo c.d += 12",
        " a.b in [ \"x\", \"y\", 5, ] and a.c in [] or a.d in [ 5 ] or a.e is not empty and a.f is empty then c.d = \"x\" other-way undo",
    ];

    #[test]
    fn rules_in_right_notation_are_read_here() {
        for rule in RULES {
            assert!(by_grammar(rule).is_some(), "{rule}");
            assert_eq!(when(rule, 4), by_grammar(rule), "{rule}");
        }
    }

    /// The words of the grammar, and of what it says of itself.
    fn words() -> Vec<&'static str> {
        let words = include_str!("sync.pest").split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let words = words.map(|word| word.trim_matches('-')).filter(|word| scan::word(word, 0) == Some(word.len()));
        words.collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn the_same_words_cannot_name_an_end() {
        let is_name = |word: &str| SyncParser::parse(Rule::name, word).is_ok();
        assert!(words().contains(&"other-way"));
        for word in words() {
            assert_eq!(is_reserved(word), !is_name(word), "{word}");
        }
    }

    /// What rules are made of, right and wrong.
    const USUAL: &str = r#"google.label realgeeks.tag a a.b a."b" a.b.c == != < <= > >= contains starts-with ends-with in is empty
        not and or ( ) [ ] "x" "é" 5 -3.5 2026-01-31 true false then += -= = , exists deleted undo other-way"#;
    const ODD: &str = r#"a."b"c "a\"b" "open 'x' “x” NOT Then AND Or Undo => === <- <> <-> =- =+ ++ := && || ! #c é - . 5. x- _
        2026-01-31T10:00Z 20260131 2026-01-3 2026-01 5x 3cx.a { } : ; has isn't 1-2 „ \ ="#;

    const BLANK: [&str; 7] = ["\u{A0}", "\u{7F}", "\u{0}", "#c\n", "other way", "\"a b\"", "starts\twith"];

    fn token() -> impl Strategy<Value = &'static str> {
        let of = |tokens: &'static str| select(tokens.split_whitespace().collect::<Vec<_>>());
        prop_oneof![12 => of(USUAL), 1 => of(ODD), 1 => select(&BLANK[..]), 1 => select(words())]
    }

    /// Any token of a rule is another one or none, or the blank behind it is not there.
    #[test]
    fn a_rule_that_is_broken_in_one_place_is_read_as_the_grammar_says() {
        let others = USUAL.split_whitespace().chain(ODD.split_whitespace()).chain(BLANK).chain([""]);
        let others: Vec<&str> = others.collect();
        let mut read = 0;
        for rule in RULES {
            let tokens: Vec<&str> = rule.split(' ').collect();
            for at in 0..tokens.len() {
                let (before, after) = (tokens[..at].join(" "), tokens[at + 1..].join(" "));
                for token in others.iter().copied().chain([tokens[at]]) {
                    for text in [format!("{before} {token} {after}"), format!("{before} {token}{after}")] {
                        read += usize::from(agrees(&text).unwrap());
                    }
                }
            }
        }
        assert!(read > 1_000, "only {read} were read at all");
    }

    fn term() -> impl Strategy<Value = String> {
        let compared =
            ("(not )?a\\.[bc]", select(vec!["==", "!=", "<", "<=", ">", ">=", "contains", "ends-with"]), value())
                .prop_map(|(field, op, value)| format!("{field} {op} {value}"));
        let other =
            select(vec!["a exists", "b deleted", "a.b", "a.b is empty", "a.b is not empty", "a.b in [\"x\", 5]"]);
        prop_oneof![3 => compared, 1 => other.prop_map(str::to_owned)]
    }

    fn value() -> impl Strategy<Value = &'static str> {
        select(vec!["\"x\"", "\"\"", "5", "-3.5", "2026-01-31", "true", "2026-01-31T10:00Z"])
    }

    /// A rule, of which most are right.
    fn rule() -> impl Strategy<Value = String> {
        let join = || select(vec![" and ", " or ", " and (", ") or "]);
        let conditions = prop::collection::vec((term(), join()), 1..5);
        let action =
            (select(vec!["c.d +=", "c.d -=", "c.\"d e\" ="]), value()).prop_map(|(to, value)| format!("{to} {value}"));
        let end =
            select(vec!["", " undo", " other-way", " undo other-way", " other-way undo", " undo c exists other-way"]);
        (conditions, prop::collection::vec(action, 1..3), end).prop_map(|(conditions, actions, end)| {
            let joined: String = conditions.iter().flat_map(|(term, join)| [term.as_str(), *join]).collect();
            let condition = joined.trim_end_matches([' ', '(', ')']).trim_end_matches("and").trim_end_matches("or");
            format!(" {condition} then {}{end}", actions.join(", "))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_read_here_is_what_the_grammar_says(tokens in prop::collection::vec((token(), select(vec!["", " ", " ", "\n"])), 0..24)) {
            let text: String = tokens.into_iter().flat_map(|(token, gap)| [token, gap]).collect();
            agrees(&text)?;
        }

        #[test]
        fn a_rule_and_one_that_is_edited_are_read_as_the_grammar_says(
            rule in prop_oneof![3 => rule(), 1 => select(RULES).prop_map(str::to_owned)],
            at in any::<prop::sample::Index>(),
            cut in 0..6_usize,
            came in prop_oneof![token().prop_map(str::to_owned), any::<char>().prop_map(String::from)],
        ) {
            agrees(&rule)?;
            let mut text: Vec<char> = rule.chars().collect();
            let at = at.index(text.len() + 1);
            text.splice(at..(at + cut).min(text.len()), came.chars());
            agrees(&text.into_iter().collect::<String>())?;
        }
    }

    /// Whether a text is read here, and then as the grammar reads it.
    fn agrees(text: &str) -> Result<bool, TestCaseError> {
        if limits::check(text).is_some() {
            return Ok(false);
        }
        let Some(read) = when(text, 4) else { return Ok(false) };
        prop_assert_eq!(Some(read), by_grammar(text), "{}", text);
        Ok(true)
    }
}
