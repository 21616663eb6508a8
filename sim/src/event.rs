//! What happened in a made-up world, in order: the only thing that the oracle believes.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use syncc_compiler::ir::End;
use syncc_runtime::cycle::Tally;
use uuid::Uuid;

use crate::{
    cell::{Cell, Cells},
    scenario::Trouble,
};

/// Who did something in an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum By {
    /// A person, in the app's own screens.
    Person,
    /// Us, over the app's API.
    Syncc,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, by the clock of the world.
    pub at: Timestamp,
    /// The cycle that was under way, counted from 1; 0 outside of cycles.
    pub cycle: u32,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// A record of an app changed.
    Changed {
        /// In which app.
        end: End,
        /// Who did it.
        by: By,
        /// Which record.
        id: String,
        /// How.
        change: Change,
    },
    /// A request reached an app, or was meant to.
    Asked {
        /// Which app.
        end: End,
        /// What for: `list`, `get`, `find`, `write` …
        what: &'static str,
    },
    /// Something went wrong with the request before.
    Struck {
        /// Which app.
        end: End,
        /// What.
        fault: Fault,
    },
    /// The program was killed.
    Crashed {
        /// At which of its steps.
        step: u32,
    },
    /// The disk was full when something was to be remembered.
    DiskFull,
    /// A cycle began.
    Began {
        /// Guards that the operator let pass.
        allowed: Vec<String>,
        /// Whether it only looks.
        look: bool,
        /// What is wrong with an account meanwhile.
        trouble: Option<Trouble>,
    },
    /// A cycle ended.
    Ended(Ending),
    /// A second run was started on the same store while one is under way.
    Rival {
        /// Whether it was let in.
        let_in: bool,
    },
    /// An undo of what a cycle wrote begins.
    Undoes {
        /// Which cycle.
        cycle: u32,
    },
}

/// How a cycle ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It went through.
    Well {
        /// What it counted, left first.
        tallies: [Tally; 2],
        /// What went wrong with single records.
        problems: Vec<String>,
    },
    /// Guards tripped.
    Guarded(Vec<String>),
    /// It gave up.
    Failed(String),
    /// It was killed.
    Killed,
}

/// How a record changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// It was made.
    Created {
        /// Its fields.
        cells: Cells,
        /// The write that made it, if we did.
        op: Option<Uuid>,
    },
    /// One field changed.
    Set {
        /// Which.
        field: String,
        /// What it held.
        before: Option<Cell>,
        /// What it holds now.
        after: Option<Cell>,
        /// What the writer thought that it held, if that is known.
        believed: Option<Option<Cell>>,
    },
    /// It was deleted.
    Deleted,
    /// It came back.
    Restored,
    /// It is now another one.
    Merged {
        /// Which.
        into: String,
    },
}

/// What can go wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fault {
    /// It never reached the app.
    NotSent,
    /// It was lost, and so nothing came back.
    NoAnswer,
    /// The app did all of it, and the answer was lost.
    LostAnswer,
    /// The app did the first half of it, and the answer was lost.
    HalfDone,
    /// Too many requests.
    TooMany,
    /// The app is down.
    Down,
    /// The list ends early.
    CutShort,
    /// A page comes twice.
    Twice,
    /// The cursor is no longer known.
    Expired,
    /// The login is refused.
    Refused,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::NotSent,
        Self::NoAnswer,
        Self::LostAnswer,
        Self::HalfDone,
        Self::TooMany,
        Self::Down,
        Self::CutShort,
        Self::Twice,
        Self::Expired,
        Self::Refused,
    ];

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotSent => "a request does not get through",
            Self::NoAnswer => "a request is lost, without an answer",
            Self::LostAnswer => "the app does what it is asked, and its answer is lost",
            Self::HalfDone => "the app does half of what it is asked, and its answer is lost",
            Self::TooMany => "too many requests",
            Self::Down => "the app is down",
            Self::CutShort => "a listing ends early",
            Self::Twice => "a page of a listing comes twice",
            Self::Expired => "the cursor is no longer known",
            Self::Refused => "the login is refused",
        }
    }
}

/// The name of an end for people.
#[must_use]
pub fn name(end: End) -> &'static str {
    match end {
        End::Left => "left",
        End::Right => "right",
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { end, by, id, change } => {
                let who = match by {
                    By::Person => "a person",
                    By::Syncc => "syncc",
                };
                write!(f, "{}: {who} {change} ({id})", name(*end))
            }
            Self::Asked { end, what } => write!(f, "{}: asked: {what}", name(*end)),
            Self::Struck { end, fault } => write!(f, "{}: {}", name(*end), fault.words()),
            Self::Crashed { step } => write!(f, "syncc is killed at its step {step}"),
            Self::DiskFull => write!(f, "the disk is full"),
            Self::Began { allowed, look, trouble } => {
                match trouble {
                    Some(Trouble::OtherAccount(end)) => write!(f, "{}: it is another account now; ", name(*end))?,
                    Some(Trouble::SeesNobody(end)) => write!(f, "{}: the login sees nobody now; ", name(*end))?,
                    Some(Trouble::Lacks(end, field)) => write!(f, "{}: answers lack {field} now; ", name(*end))?,
                    None => {}
                }
                let verb = if *look { "plan" } else { "run" };
                write!(f, "syncc {verb}{}", allowed.iter().map(|name| format!(" --allow {name}")).collect::<String>())
            }
            Self::Ended(Ending::Well { tallies, problems }) => {
                write!(f, "done: left {:?}, right {:?}", tallies[0], tallies[1])?;
                problems.iter().try_for_each(|why| write!(f, "\n      {why}"))
            }
            Self::Ended(Ending::Guarded(names)) => write!(f, "stopped by {}", names.join(", ")),
            Self::Ended(Ending::Failed(why)) => write!(f, "gave up: {}", why.replace('\n', " ")),
            Self::Ended(Ending::Killed) => write!(f, "the run is gone"),
            Self::Rival { let_in } => {
                write!(f, "a second run is started, and {}", if *let_in { "let in" } else { "refused" })
            }
            Self::Undoes { cycle } => write!(f, "syncc undo: what cycle {cycle} wrote"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |cell: &Option<Cell>| cell.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        match self {
            Self::Created { cells, .. } => {
                let cells: Vec<_> = cells.iter().map(|(name, cell)| format!("{name}: {cell}")).collect();
                write!(f, "makes {{ {} }}", cells.join(", "))
            }
            Self::Set { field, before, after, .. } => {
                write!(f, "changes {field} from {} to {}", shown(before), shown(after))
            }
            Self::Deleted => write!(f, "deletes it"),
            Self::Restored => write!(f, "brings it back"),
            Self::Merged { into } => write!(f, "merges it into {into}"),
        }
    }
}
