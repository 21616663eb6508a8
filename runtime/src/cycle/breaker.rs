//! An app that takes nothing of what it is sent is not sent everybody.
//!
//! Promise: the first writes of a run to a side go out as a batch of [`FIRST`], where that costs no request more, and when
//! the app refuses each of the first ones for what they hold, nothing more of that kind (made or changed) is sent to it in
//! that run. What makes an app refuse everybody (a field that it wants, a plan that ran out) is mended once; so no more than
//! these few wait for a retry.

use crate::apps::{App, AppError, Batch, Calls, Class, Write};

/// How many refused writes are enough, while none was taken.
const FIRST: usize = 20;

/// What an app made of the writes of a run so far: of those that make a record, and of all others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker([Tried; 2]);

#[derive(Clone, Copy, Debug, Default)]
struct Tried {
    taken: usize,
    refused: usize,
}

impl Breaker {
    /// One write was taken. `makes`: it made a record.
    pub(super) fn took(&mut self, makes: bool) {
        self.0[usize::from(makes)].taken += 1;
    }

    /// One write was not taken.
    pub(super) fn refused(&mut self, makes: bool, error: &AppError) {
        self.0[usize::from(makes)].refused += usize::from(error.class == Class::Invalid);
    }

    /// Why nothing more of this kind is sent, if that is so.
    pub(super) fn open(&self, makes: bool) -> Option<AppError> {
        let Tried { taken, refused } = self.0[usize::from(makes)];
        let done = if makes { "made" } else { "changed" };
        let why = format!(
            "it refused each of the first {refused} contacts that were to be {done} in this run, so no more of them are sent \
             to it before the next run. Mend what it says, then run again"
        );
        (taken == 0 && refused >= FIRST).then(|| AppError::new(Class::Invalid, why))
    }

    /// In which batches these go out, those that make records first. As long as it is not known what the app takes, the
    /// first ones go out alone, unless an app would ask for more requests that way: there the first batch is what it would
    /// have been.
    pub(super) fn batches(&self, app: &dyn App, writes: &[Write]) -> Vec<Batch> {
        let makes = writes.iter().take_while(|write| matches!(write, Write::Create { .. })).count();
        let mut cut = Vec::new();
        for (kind, from, to) in [(1, 0, makes), (0, makes, writes.len())] {
            let tried = self.0[kind].taken + self.0[kind].refused > 0;
            let first = if tried { to } else { to.min(from + FIRST) };
            for (from, to) in [(from, first), (first, to)] {
                let batches = writes.get(from..to).filter(|some| !some.is_empty()).map(|some| app.batches(some));
                cut.extend(batches.into_iter().flatten().map(|batch| Batch {
                    writes: batch.writes.into_iter().map(|at| at + from).collect(),
                    calls: batch.calls,
                }));
            }
        }
        let whole = app.batches(writes);
        if calls(&cut) > calls(&whole) { whole } else { cut }
    }
}

fn calls(batches: &[Batch]) -> u64 {
    let mut all = Calls::default();
    batches.iter().for_each(|batch| all.join(&batch.calls));
    all.count(None)
}
