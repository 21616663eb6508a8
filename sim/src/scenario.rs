//! All that happens to syncc in one made-up world, as data: so that it can be drawn, shrunk, kept, and run again.

use serde::{Deserialize, Serialize};
use syncc_compiler::ir::End;

use crate::{
    cell::{Cell, Cells},
    event::Fault,
    profile::Profile,
};

/// A world and its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// What it was drawn from, and what the random numbers of the run come from.
    pub seed: u64,
    /// The apps that the file is about: a name that `files.rs` knows.
    pub apps: String,
    /// The `.sync` file.
    pub file: String,
    /// How each app behaves, left first.
    pub profiles: [Profile; 2],
    /// Whether the store is a file that is opened anew after each crash, or stays in memory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disk: bool,
    /// Who is in each app at the start, left first.
    pub people: [Vec<Cells>; 2],
    /// What then happens.
    pub rounds: Vec<Round>,
    /// Which of the cycles that wrote something is undone when all is quiet, counted round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<u32>,
}

/// Some time, what people do in it, and a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Round {
    /// How long it takes before the cycle begins, in seconds.
    pub wait: u32,
    /// What people do before the cycle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Edit>,
    /// What people do while it is under way, and at which of its steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub during: Vec<(u32, Edit)>,
    /// What goes wrong with requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Strike>,
    /// The step at which the program is killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crash: Option<u32>,
    /// The step from which on the disk is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_disk: Option<u32>,
    /// Whether the operator says that it is meant when a guard trips.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow: bool,
    /// Whether the operator only looks at the plan.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub look: bool,
    /// The step at which somebody starts a second run on the same store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<u32>,
    /// What is wrong with the accounts for this cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strike {
    /// With which app.
    pub end: End,
    /// Which request to it in this cycle, counted from 1.
    pub request: u32,
    /// What goes wrong.
    pub fault: Fault,
}

/// What is wrong with an account for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// Somebody put in another account, with nobody in it.
    OtherAccount(End),
    /// The login may not see any contact.
    SeesNobody(End),
    /// Answers do not carry this field.
    Lacks(End, String),
}

/// One thing that a person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// In which app.
    pub end: End,
    /// To the record that was made as the so-manyth in this app, counted round. Nothing happens where that makes no
    /// sense: to change one that is deleted, or to bring back one that is there.
    pub nth: u32,
    /// What.
    pub does: Does,
}

/// What people do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    /// Makes a record.
    Make(Cells),
    /// Gives a field a value, or empties it.
    Set(String, Option<Cell>),
    /// Puts an element into a set.
    Add(String, String),
    /// Takes an element out of a set.
    Remove(String, String),
    /// Deletes the record.
    Delete,
    /// Brings it back.
    Restore,
    /// Merges it into the so-manyth.
    Merge(u32),
}
