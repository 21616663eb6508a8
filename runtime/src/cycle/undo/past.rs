//! What the history says of the records that are undone.

use std::collections::BTreeMap;

use syncc_compiler::ir::End;

use super::super::{Connection, CycleError};
use crate::store::{Activity, Asked, Line, RecordId};

/// What the selected lines say of one record.
pub(super) struct Past {
    pub(super) end: End,
    pub(super) id: String,
    /// The lines, oldest first.
    pub(super) lines: Vec<Activity>,
    /// The fields that were written again after them; `None` for the whole record.
    pub(super) later: BTreeMap<Option<String>, Line>,
}

impl Past {
    /// Whose it is.
    pub(super) fn record(&self) -> RecordId {
        (self.end, self.id.clone())
    }

    /// Whether the record as a whole was `created` or `deleted`.
    pub(super) fn is(&self, what: &str) -> bool {
        self.lines.iter().any(|line| line.line.what == what && line.line.field.is_none())
    }
}

impl Connection<'_> {
    /// The past of a record: of its lines those that are asked for, up to that one, and those of the same that stand with another
    /// record. `None` without any.
    pub(super) fn past(
        &self,
        (end, id): RecordId,
        asked: &Asked,
        upto: i64,
        beside: Vec<Activity>,
    ) -> Result<Option<Past>, CycleError> {
        let of = Asked { records: vec![(end, id.clone())], field: asked.field.clone(), ..Asked::default() };
        let is_asked = |line: &Activity| {
            let (run, since) = (asked.run, asked.since);
            line.id <= upto && run.is_none_or(|run| line.run == run) && since.is_none_or(|since| line.at >= since)
        };
        let (mut lines, others): (Vec<_>, Vec<_>) = self.store.history(&of)?.into_iter().partition(is_asked);
        lines.extend(beside);
        lines.sort_by_key(|line| line.id);
        lines.dedup_by_key(|line| line.id);
        let mut past = Past { end, id, lines, later: BTreeMap::new() };
        if past.lines.is_empty() {
            return Ok(None);
        }
        let mut last: BTreeMap<&Option<String>, i64> = BTreeMap::new();
        for line in &past.lines {
            last.insert(&line.line.field, line.id);
        }
        // Of a record that was made, every later line tells that it is more than what was made.
        let made = past.is("created").then(|| past.lines.last().map(|line| line.id)).flatten();
        let later = others.into_iter().filter(|line| {
            let last = last.get(&line.line.field).copied().or(made);
            last.is_some_and(|last| line.id > last) && changed(&line.line)
        });
        past.later = later.map(|line| (line.line.field.clone(), line.line)).collect();
        Ok(Some(past))
    }
}

/// Whether a write changed something in the app: one that cuts what it is given may hold just what it held.
fn changed(line: &Line) -> bool {
    line.field.is_none() || !line.after.is_known() || line.before != line.after
}
