//! Allowances: comments that say `# allow CODE, CODE: why`.
//!
//! Here only their form is read. Which codes there are, and which statement a comment stands at, is the
//! compiler's to know. A sentence that merely begins with "allow" is no allowance: its first word is no code.

use crate::tree::Span;

/// A comment that is meant as an allowance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The codes as they are written, with their places in the comment.
    pub codes: Vec<(String, Span)>,
    /// What stands behind the colon. `None` if there is nothing, or if the codes are no list.
    pub reason: Option<String>,
}

/// Reads a comment, given with its `#`.
#[must_use]
pub fn allowance(comment: &str) -> Option<Allowance> {
    let words = comment.trim_start_matches('#').trim_start();
    let (verb, rest) = words.split_at_checked("allow".len())?;
    if !verb.eq_ignore_ascii_case("allow") || !rest.starts_with([' ', '\t', ':']) {
        return None;
    }
    // `allow: SYNC0416 why` is meant as one too, and told how to be one.
    let misplaced = rest.starts_with(':');
    let list = rest.get(usize::from(misplaced)..)?;
    let (list, reason) = list.split_once(':').map_or((list, None), |(list, reason)| (list, Some(reason.trim())));
    if !is_meant(list, reason.is_some()) {
        return None;
    }
    let start = comment.len() - rest.len() + usize::from(misplaced);
    let (mut codes, mut at, mut is_list) = (Vec::new(), start, !misplaced);
    for item in list.split(',') {
        let blanks = item.len() - item.trim_start().len();
        let mut words = item.split_whitespace();
        match words.next() {
            Some(code) => {
                let from = at + blanks;
                codes.push((code.to_owned(), Span::new(from as u32, (from + code.len()) as u32)));
            }
            None => is_list = false,
        }
        is_list &= words.next().is_none();
        at += item.len() + 1;
    }
    let reason = reason.filter(|reason| is_list && !reason.is_empty()).map(str::to_owned);
    Some(Allowance { codes, reason })
}

/// Whether a code stands where the list of codes would: `SYNC0416` always, a number or a word with hyphens
/// (`rule-twice`) only with a colon behind the list, because prose has those too.
fn is_meant(list: &str, has_colon: bool) -> bool {
    let first = list.split(',').next().unwrap_or_default();
    let word = first.split_whitespace().next().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = word.split_at_checked("sync".len()).is_some_and(|(name, number)| {
        name.eq_ignore_ascii_case("sync") && number.starts_with(|digit: char| digit.is_ascii_digit())
    });
    let is_name = |text: &str| text.contains('-') && text.split('-').all(is_letters);
    numbered || (has_colon && first.trim() == word && (is_number(word) || is_name(word)))
}

fn is_letters(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes with `|` between them, then the reason.
    fn read(comment: &str) -> Option<(String, Option<String>)> {
        let allowance = allowance(comment)?;
        for (code, span) in &allowance.codes {
            assert_eq!(&comment[span.start as usize..span.end as usize], code, "{comment}");
        }
        let codes: Vec<_> = allowance.codes.into_iter().map(|(code, _)| code).collect();
        Some((codes.join("|"), allowance.reason))
    }

    #[test]
    fn a_code_or_several_and_a_reason() {
        for (comment, codes, reason) in [
            ("# allow SYNC0416: both teams keep theirs", "SYNC0416", Some("both teams keep theirs")),
            ("#allow sync0416 :why: because", "sync0416", Some("why: because")),
            ("## Allow SYNC0416,rule-twice,  425: why", "SYNC0416|rule-twice|425", Some("why")),
            ("# allow rule-twice: why", "rule-twice", Some("why")),
            ("# allow 416: why", "416", Some("why")),
            ("# allow SYNC0416", "SYNC0416", None),
            ("# allow SYNC0416:  ", "SYNC0416", None),
            ("# allow SYNC0416 because I say so", "SYNC0416", None),
            ("# allow SYNC0416,: why", "SYNC0416", None),
            ("# allow: SYNC0416 why", "SYNC0416", None),
            ("# allow: SYNC0416: why", "SYNC0416", None),
            ("# allow SYNC04ü: why", "SYNC04ü", Some("why")),
        ] {
            assert_eq!(read(comment), Some((codes.to_owned(), reason.map(str::to_owned))), "{comment}");
        }
    }

    #[test]
    fn prose_is_no_allowance() {
        for comment in [
            "# allow",
            "# allow:",
            "# allows SYNC0416: why",
            "# Allow everyone from sales: they asked for it",
            "# allow opt-in contacts only",
            "# allow opt-in contacts: they asked for it",
            "# allow 5 minutes",
            "# allow sync of leads: later",
            "# allow duplicates: see the ticket",
            "# We allow SYNC0416: why",
            "#",
            "# allowä",
        ] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }
}
