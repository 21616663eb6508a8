//! Allowances: what comments of a file allow, and where.
//!
//! `# allow SYNC0416: why` covers the statement that it stands directly above, or at the end of a line of.
//! Above the `sync` statement it covers the whole file. The reason is required: it is what the next reader needs.

use syncc_grammar::{Skeleton, allowance, tree::Span};

use crate::diagnostic::{Code, Diagnostic};

/// One code of one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(super) code: Code,
    pub(super) reason: String,
    /// How far it reaches. `None` where it stands at no statement.
    pub(super) covers: Option<Span>,
    /// Where the code stands.
    pub(super) at: Span,
    /// What to remove to be rid of it.
    pub(super) remove: Span,
}

/// What the comments of a file allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowances {
    pub(super) all: Vec<Allowance>,
    /// What is wrong with those that allow nothing.
    pub(super) unclear: Vec<Diagnostic>,
}

impl Allowances {
    /// What the comments of a part of a file allow; of the first one, if no statement comes before it. `inside` are the
    /// comments in its statements, each relative to its own.
    pub(crate) fn read(text: &str, skeleton: &Skeleton, inside: &[&[Span]], is_first: bool) -> Self {
        let mut reader = Reader { text, all: Self::default() };
        for comment in &skeleton.comments {
            reader.comment(comment.span, || covers(text, skeleton, comment.span, is_first));
        }
        for (piece, comments) in skeleton.pieces.iter().zip(inside) {
            for comment in *comments {
                reader.comment(comment.shift(piece.span.start), || Some(piece.span));
            }
        }
        reader.all
    }

    /// Adds those of a part that starts at this place.
    pub(crate) fn add(&mut self, part: &Self, start: u32) {
        self.all.extend(part.all.iter().map(|one| Allowance {
            covers: one.covers.map(|span| if span == WHOLE { span } else { span.shift(start) }),
            at: one.at.shift(start),
            remove: one.remove.shift(start),
            ..one.clone()
        }));
        self.unclear.extend(part.unclear.iter().map(|one| one.clone().shift(start)));
    }
}

/// The whole file, however long.
const WHOLE: Span = Span { start: 0, end: u32::MAX };

/// What a comment between statements stands at.
fn covers(text: &str, skeleton: &Skeleton, comment: Span, is_first: bool) -> Option<Span> {
    // Comments between statements are in no piece, so each piece ends before the comment or starts after it.
    let index = skeleton.pieces.partition_point(|piece| piece.span.end <= comment.start);
    let before = index.checked_sub(1).and_then(|before| skeleton.pieces.get(before));
    if let Some(piece) = before.filter(|piece| !slice(text, piece.span.end, comment.start).contains('\n')) {
        return Some(piece.span);
    }
    let below = skeleton.pieces.get(index)?;
    let mut between = slice(text, comment.end, below.span.start).split('\n').skip(1).collect::<Vec<_>>();
    // The last is what stands before the statement on its own line.
    between.pop();
    let is_directly_above = between.iter().all(|line| !line.trim().is_empty());
    let is_sync = slice(text, below.span.start, below.span.end).split_whitespace().next() == Some("sync");
    // What stands at the top of a file is about the file, also with an empty line below it.
    match is_sync {
        true if is_directly_above || (is_first && index == 0) => Some(WHOLE),
        false if is_directly_above => Some(below.span),
        _ => None,
    }
}

struct Reader<'t> {
    text: &'t str,
    all: Allowances,
}

impl Reader<'_> {
    fn comment(&mut self, comment: Span, covers: impl Fn() -> Option<Span>) {
        let Some(written) = allowance(slice(self.text, comment.start, comment.end)) else { return };
        let Some(reason) = written.reason else {
            return self.all.unclear.push(no_reason(comment, &written.codes));
        };
        for (index, (word, at)) in written.codes.iter().enumerate() {
            let at = at.shift(comment.start);
            match Code::named(word) {
                Some(code) if code.can_be_allowed() => {
                    let remove = match (written.codes.get(index + 1), index.checked_sub(1)) {
                        (Some((_, next)), _) => Span::new(at.start, comment.start + next.start),
                        (None, Some(last)) => {
                            let before = written.codes.get(last).map_or(at.start, |(_, span)| comment.start + span.end);
                            Span::new(before, at.end)
                        }
                        (None, None) => whole(self.text, comment),
                    };
                    self.all.all.push(Allowance { code, reason: reason.clone(), covers: covers(), at, remove });
                }
                Some(code) => self.all.unclear.push(not_allowable(code, at)),
                None => self.all.unclear.push(unknown(word, at)),
            }
        }
    }
}

/// A comment with what it leaves behind: its line if it has one of its own, else the blanks before it.
fn whole(text: &str, comment: Span) -> Span {
    let before = slice(text, 0, comment.start);
    let code = before.trim_end_matches([' ', '\t']);
    if !(code.is_empty() || code.ends_with('\n')) {
        return Span::new(u32::try_from(code.len()).unwrap_or(comment.start), comment.end);
    }
    let rest = text.get(comment.end as usize..).unwrap_or_default();
    let line_end = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with('\n')) };
    Span::new(u32::try_from(code.len()).unwrap_or(comment.start), comment.end + line_end)
}

fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

fn no_reason(comment: Span, codes: &[(String, Span)]) -> Diagnostic {
    let codes: Vec<_> = codes.iter().map(|(code, _)| code.as_str()).collect();
    Diagnostic::new(Code::AllowanceUnclear, "this allowance gives no reason", comment, "allows nothing as it stands")
        .why("Whoever reads the file next must see why this is right here.")
        .help(format!("Write the reason behind a colon: `# allow {}: …`.", codes.join(", ")))
}

fn not_allowable(code: Code, at: Span) -> Diagnostic {
    let diagnostic =
        |title| Diagnostic::new(Code::AllowanceUnclear, title, at, format!("{}: {}", code.slug(), code.title()));
    match code {
        Code::AllowanceUnused | Code::AllowanceUnclear => {
            diagnostic(format!("`{code}` is about allowances, and cannot be allowed itself"))
                .help(format!("Mend the allowance, or set `{code} = \"off\"` under `[check]` in `syncc.toml`."))
        }
        _ => diagnostic(format!("`{code}` is an error, and errors cannot be allowed"))
            .why("With an error the file has no meaning that could be run.")
            .help(format!("Mend what it reports: `syncc explain {code}` says how.")),
    }
}

fn unknown(word: &str, at: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::AllowanceUnclear, format!("there is no code `{word}`"), at, "no such code");
    let near = Code::near(word).into_iter().find(|code| code.can_be_allowed());
    match near {
        Some(code) => diagnostic.help(format!("Did you mean `{code}` ({}: {})?", code.slug(), code.title())).fix(
            format!("write `{code}`"),
            at,
            code.to_string(),
        ),
        None => diagnostic.help("Write the code as `syncc check` shows it, such as `SYNC0416`."),
    }
}
