//! What edits changed in the graph of the cells since it was gone through last: most of them change nothing.

use super::universe::{CellId, RuleCells, Space};

/// More than this is not compared: then the graph is gone through.
const MOST: usize = 16;

/// What went and what came.
#[derive(Debug, Default)]
pub(super) struct Journal {
    rules: (Vec<RuleCells>, Vec<usize>),
    /// Each cell with its place and field.
    cells: Sides<(CellId, (usize, usize))>,
    /// Elements of sets that are copied: the mapping and the two cells.
    pairs: Sides<(usize, CellId, CellId)>,
    /// Something else than these.
    other: bool,
}

#[derive(Debug)]
struct Sides<T> {
    gone: Vec<T>,
    came: Vec<T>,
}

impl<T> Default for Sides<T> {
    fn default() -> Self {
        Self { gone: Vec::new(), came: Vec::new() }
    }
}

impl<T: Ord> Sides<T> {
    fn is_even(&mut self) -> bool {
        self.gone.sort_unstable();
        self.came.sort_unstable();
        self.gone == self.came
    }
}

impl Journal {
    pub(super) fn rule_gone(&mut self, cells: RuleCells) {
        if self.rules.0.len() < MOST {
            self.rules.0.push(cells);
        } else {
            self.other = true;
        }
    }

    pub(super) fn rule_came(&mut self, rule: usize) {
        if self.rules.1.len() < MOST {
            self.rules.1.push(rule);
        } else {
            self.other = true;
        }
    }

    pub(super) fn cell_gone(&mut self, cell: CellId, field: (usize, usize)) {
        if !self.other {
            self.cells.gone.push((cell, field));
        }
    }

    pub(super) fn cell_came(&mut self, cell: CellId, field: (usize, usize)) {
        if !self.other {
            self.cells.came.push((cell, field));
        }
    }

    pub(super) fn pair_gone(&mut self, map: usize, left: CellId, right: CellId) {
        if !self.other {
            self.pairs.gone.push((map, left, right));
        }
    }

    pub(super) fn pair_came(&mut self, map: usize, left: CellId, right: CellId) {
        if !self.other {
            self.pairs.came.push((map, left, right));
        }
    }

    /// Something changed that is not told here.
    pub(super) fn other(&mut self) {
        self.other = true;
    }

    /// Whether the graph is what it was: what came is what went. Begins anew.
    pub(super) fn is_even(&mut self, space: &Space) -> bool {
        let mut all = std::mem::take(self);
        if all.other || !all.cells.is_even() || !all.pairs.is_even() {
            return false;
        }
        // A rule that came and went again is among both.
        let (mut gone, came) = all.rules;
        gone.len() == came.len()
            && came.iter().all(|rule| {
                let same = gone.iter().position(|gone| space.rule(*rule) == Some(gone));
                same.is_some_and(|at| {
                    gone.swap_remove(at);
                    true
                })
            })
    }
}
