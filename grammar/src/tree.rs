//! The syntax tree of one statement: our own, between pest and everybody else.
//!
//! Every span is in bytes and relative to the start of the statement it stands in, so that two equal
//! statements have equal trees wherever they stand in the file. Comments inside a statement are kept
//! in [`Statement::comments`]; comments between statements belong to the [`crate::Piece`] after them.

use crate::SyntaxError;

/// A half-open range of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same range, `by` bytes further on: from statement-relative to absolute.
    #[must_use]
    pub const fn shift(self, by: u32) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// One statement, read as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// What it says. [`Body::Broken`] if it has an error that leaves no tree.
    pub body: Body,
    /// What is wrong with its syntax, in the order of the text. Spans are relative to the statement.
    pub errors: Vec<SyntaxError>,
    /// The comments inside it, with the `#`.
    pub comments: Vec<Span>,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// `sync A <-> B`
    Sync(Sync),
    /// `prefer A` or `prefer latest`
    Prefer(Prefer),
    /// `match email or phone`
    Match(Match),
    /// `every 5 minutes`
    Every(Every),
    /// `when … then … undo other-way`
    When(When),
    /// `map …`
    Map(Map),
    /// `test "…" given … expect …`
    Test(Test),
    /// A statement without a tree. Its errors say why.
    Broken,
}

/// A name as the writer typed it, without quotes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name itself, escapes resolved.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// The arrow between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrow {
    /// `<->`
    Both,
    /// `->`
    Right,
    /// `<-`
    Left,
}

/// `sync A <-> B`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sync {
    /// The end on the left of the arrow.
    pub left: End,
    /// The arrow.
    pub arrow: Arrow,
    /// Where the arrow stands.
    pub arrow_span: Span,
    /// The end on the right of the arrow.
    pub right: End,
}

/// `APP[.OBJECT]["(NAME)"] [as ALIAS]`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct End {
    /// The app, or an account name of `syncc.toml`.
    pub app: Name,
    /// The object within the app, such as `leads`.
    pub object: Option<Name>,
    /// Which one of several, such as `("Sales")`.
    pub instance: Option<Name>,
    /// The name that the rest of the file uses for this end.
    pub alias: Option<Name>,
    /// The whole end.
    pub span: Span,
}

impl End {
    /// The name that rules use for this end: its alias, else its app.
    #[must_use]
    pub fn name(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.app)
    }
}

/// `prefer …`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Prefer {
    /// The named end wins.
    End(Name),
    /// The later edit wins.
    Latest(Span),
}

/// `match KEY or KEY …`: earlier keys first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The keys in the order written. A key is a canonical meaning such as `email`.
    pub keys: Vec<Name>,
}

/// `every N UNIT`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Every {
    /// How long, in seconds. At least 1.
    pub seconds: u64,
    /// Where number and unit stand.
    pub span: Span,
}

/// `when CONDITION then ACTIONS [undo [ACTIONS]] [other-way]`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// The condition.
    pub condition: Condition,
    /// At least one action.
    pub actions: Vec<Action>,
    /// Where `then` stands.
    pub then_span: Span,
    /// `undo`, with the actions that the rule names for it (often none).
    pub undo: Option<Undo>,
    /// Where `other-way` stands, if it does.
    pub other_way: Option<Span>,
}

/// `undo [ACTIONS]`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Undo {
    /// Where the keyword stands.
    pub span: Span,
    /// What the writer says undoing is, if the inverse is not plain.
    pub actions: Vec<Action>,
}

/// A condition. `and` binds tighter than `or`, `not` tightest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// At least two, joined by `or`.
    Or(Vec<Condition>),
    /// At least two, joined by `and`.
    And(Vec<Condition>),
    /// `not C`; the span is that of the keyword.
    Not(Box<Condition>, Span),
    /// `FIELD OP VALUE`
    Compare {
        /// The field on the left.
        field: Path,
        /// The comparison.
        op: Op,
        /// Where the comparison stands.
        op_span: Span,
        /// The value on the right.
        value: Value,
    },
    /// `FIELD in [ … ]`
    In {
        /// The field.
        field: Path,
        /// Where `in` stands.
        op_span: Span,
        /// The values between the brackets.
        values: Vec<Value>,
    },
    /// `FIELD is empty` or `FIELD is not empty`
    Empty {
        /// The field.
        field: Path,
        /// Whether `not` stands in it.
        negated: bool,
        /// Where `is … empty` stands.
        op_span: Span,
    },
    /// A `bool` field, or `APP.unsubscribed`, by its name alone.
    Flag(Path),
    /// `APP exists`
    Exists(Name, Span),
    /// `APP deleted`
    Deleted(Name, Span),
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `==`: is, or on a set, has.
    Eq,
    /// `!=`: is not, or on a set, has not.
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`
    Contains,
    /// `starts-with`
    StartsWith,
    /// `ends-with`
    EndsWith,
}

/// `APP.FIELD`, where FIELD may have several parts (`phone.mobile`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The end: its alias or app.
    pub end: Name,
    /// The parts of the field name, at least one.
    pub field: Vec<Name>,
    /// All of it.
    pub span: Span,
}

impl Path {
    /// The field name with its parts joined by dots.
    #[must_use]
    pub fn field_name(&self) -> String {
        match self.field.as_slice() {
            // Most names have one part.
            [name] => name.text.clone(),
            parts => parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("."),
        }
    }

    /// Where the field name stands, without the app.
    #[must_use]
    pub fn field_span(&self) -> Span {
        match (self.field.first(), self.field.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.span,
        }
    }
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of constant. Numbers and dates are kept as written: the compiler reads them by type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// `"text"`, escapes resolved.
    Text(String),
    /// `12`, `-3.5`, as written.
    Number(String),
    /// `true` or `false`
    Bool(bool),
    /// `2026-01-31` or `2026-01-31T10:00:00Z`, as written.
    Date(String),
    /// `[ … ]`: only in test blocks.
    List(Vec<Value>),
    /// `{ key: value … }`: only in test blocks (an address).
    Object(Vec<(Name, Value)>),
}

/// One action of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `FIELD += VALUE`
    Add(Path, Value),
    /// `FIELD -= VALUE`
    Remove(Path, Value),
    /// `FIELD = VALUE`
    Assign(Path, Value),
    /// `APP exists`
    Exists(Name, Span),
    /// `APP deleted`
    Deleted(Name, Span),
}

impl Action {
    /// All of it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Add(path, value) | Self::Remove(path, value) | Self::Assign(path, value) => path.span.to(value.span),
            Self::Exists(name, span) | Self::Deleted(name, span) => name.span.to(*span),
        }
    }

    /// The end that the action writes.
    #[must_use]
    pub fn end(&self) -> &Name {
        match self {
            Self::Add(path, _) | Self::Remove(path, _) | Self::Assign(path, _) => &path.end,
            Self::Exists(name, _) | Self::Deleted(name, _) => name,
        }
    }
}

/// `map …`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Map {
    /// `map none`: no default mappings.
    None(Span),
    /// `map A.x <-> B.y [using { … }] [off]`
    Fields {
        /// The path on the left of the arrow.
        left: Path,
        /// The arrow.
        arrow: Arrow,
        /// Where the arrow stands.
        arrow_span: Span,
        /// The path on the right of the arrow.
        right: Path,
        /// `using { "Open" = "open" }`: pairs of a left and a right value.
        using: Option<Vec<(Value, Value)>>,
        /// Where `off` stands, if it does.
        off: Option<Span>,
    },
    /// `map "{google.company}, {google.title}" -> simplecrm.note`
    Compose {
        /// The pieces of the text.
        template: Vec<Chunk>,
        /// The whole text, quotes included.
        template_span: Span,
        /// Where it goes.
        target: Path,
    },
}

/// A piece of a composed text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chunk {
    /// Text as it stands.
    Text(String),
    /// `{APP.FIELD}`
    Field(Path),
}

/// The record of a test at one end.
pub type Record = (Name, Given);

/// What a test gives of an end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Given {
    /// `APP none`: there is no record.
    None,
    /// `APP deleted`: there was one.
    Deleted(Span),
    /// `APP { … }`: the fields of the record.
    Fields(Vec<(Name, Value)>),
}

/// `test "name" given … expect …`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// What the test is called.
    pub name: Name,
    /// The records at the start.
    pub given: Vec<Record>,
    /// What must hold at the end.
    pub expect: Vec<Expect>,
}

/// One expectation of a test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expect {
    /// `expect APP none`
    None(Name, Span),
    /// `expect APP exists`, or any other condition; `FIELD == [ … ]` compares the whole set.
    Holds(Condition),
}
