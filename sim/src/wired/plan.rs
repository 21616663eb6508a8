//! All that happens in one world, as data.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use syncc_compiler::ir::End;
use syncc_sandbox::What;

/// A world and its history. Google is left, Real Geeks is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What it was drawn from, and what the random numbers of the run come from.
    pub seed: u64,
    /// The `.sync` file.
    pub file: String,
    /// How far our clock is ahead of that of the apps, in seconds.
    pub skew: i64,
    /// How many of the practice apps' own sample people are there.
    pub samples: usize,
    /// Who else is there at the start.
    pub people: Vec<Deed>,
    /// What becomes of messages.
    pub post: Post,
    /// What then happens.
    pub rounds: Vec<Round>,
}

/// What a person does in an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// In which app.
    pub end: End,
    /// What.
    pub act: Act,
}

/// What can be done. `nth` is a contact, by the order in which the app shows them, counted round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Adds a contact, in the form of the app's API.
    Add(Value),
    /// Sets fields; an empty value clears one.
    Edit(u32, Value),
    /// Deletes a contact.
    Delete(u32),
    /// Puts a label or tag on a contact.
    Label(u32, String),
    /// Takes it off.
    Unlabel(u32, String),
    /// Google: gives a label another name, or deletes it.
    Relabel(String, Option<String>),
    /// Real Geeks: something happens to a lead.
    Happen(u32, String),
    /// Real Geeks: the leads are exported anew to the file that syncc reads.
    Export,
}

/// What becomes of the messages that Real Geeks sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    /// How late one is at most, in seconds. Each is late for itself, so they overtake one another.
    pub late: u32,
    /// One in so many comes twice. 0: none.
    pub twice: u32,
    /// One in so many is lost. 0: none.
    pub lost: u32,
}

/// Some time, what people do in it, and a run of syncc.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Round {
    /// How long it takes before the run begins, in seconds.
    pub wait: u32,
    /// What people do before it.
    pub before: Vec<Deed>,
    /// What people do while it is under way, and at which of its steps.
    pub during: Vec<(u32, Deed)>,
    /// What goes wrong with requests.
    pub faults: Vec<Strike>,
    /// The step at which the program is killed.
    pub crash: Option<u32>,
    /// An app takes another login from this step on, and syncc is told of it only before the next run.
    pub rotate: Option<(u32, End)>,
    /// What answers look like in this round, and did not before.
    pub drift: Option<Drift>,
    /// Whether the operator says that it is meant when a guard trips.
    pub allow: bool,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strike {
    /// With which app.
    pub end: End,
    /// Only requests of this method; any if it is empty.
    pub method: String,
    /// Only requests with this in their path; any if it is empty.
    pub path: String,
    /// Which of these requests of the run is struck first, counted from 1.
    pub first: u32,
    /// How many of them.
    pub times: u32,
    /// How.
    pub how: How,
}

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// There is no connection.
    Unreached,
    /// What the practice app can do wrong.
    App(What),
    /// The answer is there, but somebody on the way cut its body in half without a sign of it.
    Half,
    /// The app says no, and says back which login it was sent.
    Parrot,
}

/// What an app shows that it did not show before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drift {
    /// A field that nobody knows is in every contact, and in the elements of its lists.
    News(End),
    /// A field has a value of another type.
    Type(End, String),
}
