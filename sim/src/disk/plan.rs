//! What happens in a home, drawn from a seed.

use syncc_compiler::ir::End;

/// A home, and what happens in it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed that it was drawn from.
    pub seed: u64,
    /// The rules.
    pub rules: Rules,
    /// What is on the right: a folder of cards, or else a second list.
    pub cards: bool,
    /// Whether the rows of each list have a column of ids, left first.
    pub ids: [bool; 2],
    /// At the end of each everything comes to rest, and is judged.
    pub epochs: Vec<Vec<Round>>,
}

/// The rules of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Everybody goes both ways; nobody is deleted.
    Both,
    /// The same, known by their phone numbers as well.
    Phones,
    /// Everybody goes both ways, and whoever is deleted on one side is deleted on the other.
    Deletes,
    /// From left to right.
    Right,
}

impl Rules {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Both, Self::Phones, Self::Deletes, Self::Right];

    /// As a file.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Both => "sync left <-> right\n\nmatch email\n",
            Self::Phones => "sync left <-> right\n\nprefer right\nmatch email or phone\n",
            Self::Deletes => {
                "sync left <-> right\n\nmatch email\n\nwhen left exists then right exists\nwhen right exists then left exists\n\
                 when left deleted then right deleted\nwhen right deleted then left deleted\n"
            }
            Self::Right => "sync left -> right\n\nmatch email\n",
        }
    }
}

/// What people do, and then a run.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Before the run.
    pub before: Vec<Deed>,
    /// While it is under way, at these of its steps.
    pub during: Vec<(u32, Deed)>,
    /// At which step it is killed.
    pub killed: Option<u32>,
    /// From which step on the disk is full.
    pub full: Option<u32>,
}

/// Something that a person does with the files.
#[derive(Clone, Debug)]
pub struct Deed {
    /// On which side.
    pub end: End,
    /// To whom: the one at this place among all that are there then, counted round and round.
    pub nth: u32,
    /// What.
    pub does: Does,
}

/// What a person does.
#[derive(Clone, Debug)]
pub enum Does {
    /// Adds somebody; on both sides, if so.
    Make {
        /// On the other side as well.
        both: bool,
        /// With the email of somebody else.
        borrowed: bool,
    },
    /// Writes a field, or empties it.
    Set {
        /// Which.
        field: &'static str,
        /// Empty from now on.
        clear: bool,
    },
    /// Takes somebody out.
    Delete,
    /// Gives a card file another name.
    Rename,
    /// Two card files exchange their names.
    Swap,
    /// Saves a list in another order of its rows.
    Shuffle,
    /// Saves a list in another way: delimiter, line ends, quotes, a mark at its beginning.
    Save(u32),
    /// The file or folder is elsewhere until the run is over.
    Vanish,
}
