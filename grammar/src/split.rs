//! The first look: a file cut into statements, without reading any of them.

use crate::{
    SyntaxError, SyntaxErrorKind,
    allowance::allowance,
    characters, keyword, resync,
    scan::{self, Text},
    tree::Span,
};

/// A file, cut into statements. Every byte of the file is in a piece, in a comment or is blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton {
    /// The statements in order.
    pub pieces: Vec<Piece>,
    /// The comments that stand between statements, in order, absolute spans.
    pub comments: Vec<Comment>,
    /// Errors of the file as a whole, such as text before the first statement. Absolute spans.
    pub errors: Vec<SyntaxError>,
}

/// One statement's place in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// From its keyword to its last byte that is neither blank nor comment. Absolute.
    pub span: Span,
    /// The comment lines directly above it, without `#` and without allowances: the title of a rule.
    pub title: Option<String>,
}

/// A comment between statements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comment {
    /// With its `#`, without the line end. Absolute.
    pub span: Span,
}

/// The longest file that is read, in bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;

const SPLIT_FILE: &str = "Split it into several files, one for each connection.";

/// Cuts a file into statements at the statement keywords.
///
/// A keyword inside a text or a comment, after a dot, after `as` or before a colon starts nothing.
/// Text before the first keyword is a piece of its own, and [`crate::statement`] says what is wrong
/// with it. A file above 16 MiB has no pieces and one error.
#[must_use]
pub fn split(text: &str) -> Skeleton {
    if text.len() > MAX_FILE {
        return Skeleton { errors: vec![too_long(text)], ..Skeleton::default() };
    }
    let mut skeleton = Skeleton::default();
    skeleton.errors.extend(characters::check(text));
    skeleton.read(text, Span::new(0, text.len() as u32));
    skeleton
}

/// What is wrong with a file as a whole: the errors of its skeleton.
#[must_use]
pub fn file_errors(text: &str) -> Vec<SyntaxError> {
    if text.len() > MAX_FILE { vec![too_long(text)] } else { characters::check(text).into_iter().collect() }
}

/// Where behind one of its statements a file can be cut into two, so that each of them is split alone as it is in the whole:
/// the start of the line below the statement, if a statement starts there, comments above it aside.
///
/// What stands below the statement that starts there matters as little as what stands above this one.
#[must_use]
pub fn cut_behind(text: &str, piece: &Piece) -> Option<u32> {
    let end = piece.span.end as usize;
    let line = text.get(end..)?.find('\n')?;
    let cut = end + line + 1;
    let next = scan::gap(text, end);
    // An `as` takes the word that follows it for a name, wherever that stands.
    let takes_on = slice(text, piece.span).ends_with("as");
    (cut <= next && is_start(text, next) && !takes_on).then_some(cut as u32)
}

impl Skeleton {
    /// The part of the skeleton in this part of the file, as if it were a file of its own. Errors of the whole stay there.
    #[must_use]
    pub fn part(&self, part: Span) -> Self {
        let inside = |span: Span| part.start <= span.start && span.end <= part.end;
        let moved = |span: Span| Span::new(span.start - part.start, span.end - part.start);
        let pieces = self.pieces.get(self.pieces.partition_point(|piece| piece.span.start < part.start)..);
        let comments = self.comments.get(self.comments.partition_point(|one| one.span.start < part.start)..);
        Self {
            pieces: pieces
                .unwrap_or_default()
                .iter()
                .take_while(|piece| inside(piece.span))
                .map(|piece| Piece { span: moved(piece.span), title: piece.title.clone() })
                .collect(),
            comments: comments
                .unwrap_or_default()
                .iter()
                .take_while(|comment| inside(comment.span))
                .map(|comment| Comment { span: moved(comment.span) })
                .collect(),
            errors: Vec::new(),
        }
    }

    /// Reads the part of the file at `part`.
    ///
    /// Where a misspelt keyword starts a line, a piece is cut once more, so that the rule below a broken
    /// one is still a rule. A cut is at the start of a line, which is never inside a text, and each part has
    /// no further cuts: this nests once.
    fn read(&mut self, text: &str, part: Span) {
        let part_text = slice(text, part);
        let mut at = scan::blanks(part_text, 0);
        while at < part_text.len() {
            let end = match scan::comment(part_text, at) {
                Some(end) => {
                    self.comments.push(Comment { span: Span::new(at as u32, end as u32).shift(part.start) });
                    end
                }
                None => {
                    let end = piece_end(part_text, at);
                    self.piece(text, Span::new(at as u32, end as u32).shift(part.start));
                    end
                }
            };
            at = scan::blanks(part_text, end);
        }
    }

    fn piece(&mut self, text: &str, span: Span) {
        let cuts = resync::cuts(slice(text, span));
        if cuts.is_empty() {
            let title = title(text, span, &self.comments);
            self.pieces.push(Piece { span, title });
            return;
        }
        let cuts = cuts.into_iter().map(|at| span.start + at);
        let starts = std::iter::once(span.start).chain(cuts.clone());
        for (start, end) in starts.zip(cuts.chain([span.end])) {
            self.read(text, Span::new(start, end));
        }
    }
}

/// Where the piece that starts at `start` ends: before the gap before the next statement, or before the
/// last gap of `text`.
fn piece_end(text: &str, start: usize) -> usize {
    let mut end = lump_end(text, start);
    loop {
        let next = scan::gap(text, end);
        if next >= text.len() || is_start(text, next) {
            return end;
        }
        end = lump_end(text, next);
    }
}

/// Whether a statement starts at `at`. Before a colon a keyword is the name of a field.
fn is_start(text: &str, at: usize) -> bool {
    let Some(end) = scan::word(text, at) else { return false };
    let word = text.get(at..end).unwrap_or_default();
    keyword::exact(word).is_some()
        && scan::char_at(text, end) != Some('.')
        && scan::char_at(text, scan::gap(text, end)) != Some(':')
}

/// The end of what stands at `start` and is not cut: a text, a comment in another notation, a word with
/// the words that its dots or its `as` bind to it, or one character. Never `start` itself, save at the end.
fn lump_end(text: &str, start: usize) -> usize {
    if let Some(end) = scan::word(text, start) {
        return words_end(text, start, end);
    }
    match scan::char_at(text, start) {
        Some('.') => scan::word(text, start + 1).unwrap_or(start + 1),
        Some(c) => scan::text(text, start)
            .map(Text::end)
            .or_else(|| scan::other_text(text, start))
            .or_else(|| scan::other_comment(text, start))
            .unwrap_or(start + c.len_utf8()),
        None => start,
    }
}

/// The end of the lump that starts with the word at `start..end`.
fn words_end(text: &str, start: usize, mut end: usize) -> usize {
    let dot = |at| scan::char_at(text, at) == Some('.');
    if text.get(start..end) == Some("as") && !dot(end) {
        return scan::word(text, scan::gap(text, end)).unwrap_or(end);
    }
    while dot(end) {
        let part = scan::word(text, end + 1).or_else(|| match scan::text(text, end + 1)? {
            Text::Closed(end) => Some(end),
            Text::Open(_) => None,
        });
        match part {
            Some(part_end) => end = part_end,
            None => return end + 1,
        }
    }
    end
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// The comment lines directly above the statement that starts at `piece`: each alone on its line, with
/// no empty line between. A comment behind another statement is no title.
fn title(text: &str, piece: Span, comments: &[Comment]) -> Option<String> {
    let mut lines = Vec::new();
    let mut below = piece.start;
    for comment in comments.iter().rev() {
        // The gap is looked at first: it ends the search at once, however long the comment's line is.
        let between = slice(text, Span::new(comment.span.end, below));
        if !is_blank(between) || between.matches('\n').count() != 1 {
            break;
        }
        let before = slice(text, Span::new(0, comment.span.start));
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        if !is_blank(before.get(line_start..).unwrap_or_default()) {
            break;
        }
        let comment_text = slice(text, comment.span);
        if allowance(comment_text).is_none() {
            lines.push(comment_text.trim_start_matches('#').trim());
        }
        below = comment.span.start;
    }
    lines.reverse();
    let title = lines.join(" ");
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == '\u{FEFF}')
}

fn too_long(text: &str) -> SyntaxError {
    let title = format!("this file is too long to read: {} MiB, and 16 MiB is the most", text.len() >> 20);
    SyntaxError::new(SyntaxErrorKind::TooLong, Span::default(), title).help(SPLIT_FILE)
}
