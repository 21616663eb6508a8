//! What a layout is made of: tokens, and the places where a line may break.
//!
//! The model is that of Wadler's "A prettier printer", with comments added: a [`Group`](Doc::Group) stands on one
//! line if it fits there, otherwise all its own places break. A comment ends its line, so a group with a comment
//! between its tokens always breaks.

/// A token with the comments around it. Every comment of a statement is with just one token.
#[derive(Clone, Debug, Default)]
pub(super) struct Token<'t> {
    /// The comments before it that stand on lines of their own.
    pub(super) before: Vec<&'t str>,
    /// The token, byte for byte.
    pub(super) text: &'t str,
    /// The comment behind it on its line.
    pub(super) behind: Option<&'t str>,
}

/// A layout.
#[derive(Debug)]
pub(super) enum Doc<'t> {
    /// A token.
    Token(Token<'t>),
    /// A token that is never parted from the one before it, not even by that one's comment: a comma, a colon.
    Glue(Token<'t>),
    /// Comments on lines of their own, after all tokens of a bracket.
    Comments(Vec<&'t str>),
    /// So many blanks.
    Space(usize),
    /// A blank, or a new line where the group is broken.
    Line,
    /// Nothing, or a new line where the group is broken.
    Soft,
    /// A comma where the group is broken.
    LastComma,
    /// One after the other.
    Seq(Vec<Doc<'t>>),
    /// New lines within are indented by so much more.
    Nest(usize, Box<Doc<'t>>),
    /// All on one line, or broken at all its places.
    Group {
        /// It must break, whether it fits or not.
        broken: bool,
        /// What is grouped.
        body: Box<Doc<'t>>,
    },
}

impl<'t> Doc<'t> {
    /// On one line if that fits and no comment stands between.
    pub(super) fn group(parts: Vec<Self>) -> Self {
        let body = Box::new(Self::Seq(parts));
        Self::Group { broken: body.has_comment_between(), body }
    }

    /// Never on one line.
    pub(super) fn broken(parts: Vec<Self>) -> Self {
        Self::Group { broken: true, body: Box::new(Self::Seq(parts)) }
    }

    /// New lines within are indented by `by` more.
    pub(super) fn nest(by: usize, parts: Vec<Self>) -> Self {
        Self::Nest(by, Box::new(Self::Seq(parts)))
    }

    /// Whether a comment stands between its first and its last token: there it breaks the line.
    fn has_comment_between(&self) -> bool {
        let mut tokens = Tokens::default();
        tokens.take(self);
        tokens.between
    }
}

/// What is known after some tokens.
#[derive(Default)]
struct Tokens {
    any: bool,
    /// A comment stands behind the last one.
    open: bool,
    between: bool,
}

impl Tokens {
    fn take(&mut self, doc: &Doc<'_>) {
        match doc {
            Doc::Token(token) | Doc::Glue(token) => {
                self.between |= self.open || (self.any && !token.before.is_empty());
                self.any = true;
                self.open = token.behind.is_some();
            }
            Doc::Comments(_) => self.between = true,
            Doc::Seq(parts) => parts.iter().for_each(|part| self.take(part)),
            Doc::Nest(_, body) | Doc::Group { body, .. } => self.take(body),
            Doc::Space(_) | Doc::Line | Doc::Soft | Doc::LastComma => {}
        }
    }
}
