//! Mistakes that are made on purpose, one at a time, to see that the simulation finds them.
//!
//! They are made around the product, never in it: the store that a run is given forgets something, or the operator
//! lets every guard pass. So there is no switch in the product that could be left on.

/// A mistake that is made on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// The base of a merge is forgotten: every pair looks as if it had never been in step.
    Merge,
    /// The journal of writes in flight is forgotten.
    Journal,
    /// The cursor moves before what was read is stored.
    Cursor,
    /// Guards trip, and are not heeded.
    Guard,
    /// Requests are sent as fast as they come, whatever the app documents.
    Pace,
    /// Somebody takes away the lock of the store while a run is under way.
    Lock,
    /// The history forgets what single fields held.
    History,
    /// Worlds with the real apps: a message about one field is taken for the whole record.
    Whole,
    /// Worlds with the real apps: requests are logged with all their headers.
    Loud,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Merge,
        Self::Journal,
        Self::Cursor,
        Self::Guard,
        Self::Pace,
        Self::Lock,
        Self::History,
        Self::Whole,
        Self::Loud,
    ];
}
