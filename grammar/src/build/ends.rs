//! `sync`, `prefer`, `match` and `every`: the statements about the connection as a whole.

use pest::iterators::Pair;

use super::{Builder, spaced};
use crate::{
    SyntaxErrorKind, keyword,
    parser::Rule,
    tree::{Arrow, End, Every, Match, Name, Prefer, Span, Sync},
};

/// The units of `every`, with their length in seconds.
const UNITS: [(&str, u64); 4] = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)];

/// Short or near forms of the units, which the language does not read.
const UNIT_SLIPS: [(&str, &str); 13] = [
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("m", "minutes"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("h", "hours"),
    ("hr", "hours"),
    ("hrs", "hours"),
    ("d", "days"),
    ("minuts", "minutes"),
    ("minites", "minutes"),
    ("mintues", "minutes"),
];

impl Builder {
    pub(super) fn sync(&mut self, pair: Pair<'_, Rule>) -> Option<Sync> {
        let mut parts = pair.into_inner();
        let left = self.end(parts.next()?)?;
        let mark = parts.next()?;
        let (arrow, arrow_span) = self.arrow(&mark);
        let right = self.end(parts.next()?)?;
        Some(Sync { left, arrow, arrow_span, right })
    }

    fn end(&mut self, pair: Pair<'_, Rule>) -> Option<End> {
        let mut parts = pair.into_inner();
        let place = parts.next()?;
        let span = self.span(&place);
        let mut place = place.into_inner();
        let app = self.name(&place.next()?);
        let object = place.next().map(|part| self.name(&part));
        let mut end = End { app, object, instance: None, alias: None, span };
        for part in parts {
            // The end itself also holds the blanks before what could have followed.
            end.span = end.span.to(self.span(&part));
            match part.as_rule() {
                Rule::instance => end.instance = Some(self.instance(part)?),
                Rule::alias => end.alias = Some(self.alias(&part.into_inner().nth(1)?)),
                _ => return None,
            }
        }
        Some(end)
    }

    /// A name for an end. A word of the language would start a statement wherever the rules use it.
    fn alias(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let word = pair.as_str();
        if keyword::exact(word).is_some() || !keyword::is_name(word) {
            let title = format!("`{word}` is a word of the language and cannot name an end");
            self.wrong(SyntaxErrorKind::Expected, self.span(pair), title, "Choose another name, such as `work`.");
        }
        self.name(pair)
    }

    fn instance(&mut self, pair: Pair<'_, Rule>) -> Option<Name> {
        let text = pair.into_inner().nth(1)?;
        let span = self.span(&text);
        Some(Name { text: self.text(&text)?, span })
    }

    /// An arrow, mended if it is drawn differently.
    pub(super) fn arrow(&mut self, pair: &Pair<'_, Rule>) -> (Arrow, Span) {
        let span = self.span(pair);
        let written = pair.as_str();
        let arrow = match written {
            "<-" | "<==" | "<--" | "\u{2190}" | "\u{21D0}" => Arrow::Left,
            "->" | "=>" | "==>" | "-->" | "to" | "\u{2192}" | "\u{21D2}" => Arrow::Right,
            "<=" => Arrow::Left,
            _ => Arrow::Both,
        };
        if pair.as_rule() == Rule::slip_arrow {
            let write = match arrow {
                Arrow::Both => "<->",
                Arrow::Right => "->",
                Arrow::Left => "<-",
            };
            let help = "Write `<->` for both ways, `->` or `<-` for one way.";
            self.notation(span, format!("`{written}` is no arrow"), write, help);
        }
        (arrow, span)
    }

    pub(super) fn prefer(&mut self, pair: Pair<'_, Rule>) -> Option<Prefer> {
        let choice = pair.into_inner().next()?;
        Some(match choice.as_rule() {
            Rule::kw_latest => Prefer::Latest(self.span(&choice)),
            _ => Prefer::End(self.name(&choice)),
        })
    }

    pub(super) fn match_keys(&mut self, pair: Pair<'_, Rule>) -> Option<Match> {
        let mut keys = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::key => keys.push(self.name(&part)),
                Rule::slip_by => {
                    let title = format!("`{}` is not needed here", part.as_str().trim_end());
                    self.notation(self.span(&part), title, "", "Write the key alone, such as `match email`.");
                }
                Rule::slip_key_or => {
                    let title = format!("`{}` cannot join the keys of `match`", part.as_str());
                    let help = "Keys are tried one after the other: write `email or phone`.";
                    self.notation(self.span(&part), title, &spaced(&part, "or"), help);
                }
                _ => {}
            }
        }
        (!keys.is_empty()).then_some(Match { keys })
    }

    pub(super) fn every(&mut self, pair: Pair<'_, Rule>) -> Option<Every> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        if first.as_rule() == Rule::unit_alone {
            let unit = self.span(&first);
            let help = "Write how many, such as `every 5 minutes`.";
            self.notation(Span::new(unit.start, unit.start), "`every` needs a number", "1 ", help);
            return Some(Every { seconds: self.unit(&first)?, span });
        }
        let length = self.unit(&parts.next()?);
        let count = self.count(&first);
        let Some(seconds) = count.unwrap_or(1).checked_mul(length.unwrap_or(1)) else {
            self.wrong(
                SyntaxErrorKind::Expected,
                span,
                "this time is too long",
                "Write a shorter one, such as `30 days`.",
            );
            return None;
        };
        Some(Every { seconds, span })
    }

    fn count(&mut self, pair: &Pair<'_, Rule>) -> Option<u64> {
        let count = pair.as_str().parse::<u64>().ok().filter(|count| *count > 0);
        if count.is_none() {
            let title = format!("`{}` is no whole number from 1 on", pair.as_str());
            let help = "Write one that is, such as `every 90 minutes`.";
            self.wrong(SyntaxErrorKind::Expected, self.span(pair), title, help);
        }
        count
    }

    fn unit(&mut self, pair: &Pair<'_, Rule>) -> Option<u64> {
        let written = pair.as_str();
        let known = |text: &str| {
            UNITS.iter().find(|(unit, _)| text.strip_prefix(unit).is_some_and(|rest| matches!(rest, "" | "s")))
        };
        if let Some((_, seconds)) = known(written) {
            return Some(*seconds);
        }
        let span = self.span(pair);
        let help = "Write seconds, minutes, hours or days, such as `every 5 minutes`.";
        let lower = written.to_lowercase();
        let meant = UNIT_SLIPS.iter().find(|(slip, _)| *slip == lower).map(|(_, unit)| *unit);
        match meant.or_else(|| known(&lower).map(|_| lower.as_str())) {
            Some(unit) => {
                self.notation(span, format!("`{written}` is no unit of time here"), unit, help);
                known(unit).map(|(_, seconds)| *seconds)
            }
            None => {
                self.wrong(SyntaxErrorKind::Expected, span, format!("`{written}` is no unit of time"), help);
                None
            }
        }
    }
}
