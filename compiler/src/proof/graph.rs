//! What can influence what, cut into groups that cannot be cut further.
//!
//! An edge leads from a cell to each cell that can change because it changed. Two cells are in one component when each
//! can reach the other: only there can anything go round in circles. Components come in an order in which each stands
//! behind those that influence it.
//!
//! What scope does is left out: it opens and closes mappings, and the analysis of a mapping lets it do so at any
//! moment. So scope connects nothing that is not connected anyway.

use super::universe::{CellId, Universe};
use crate::ir::{End, Test};

/// Whether both records of the pairs are there, or the one of this end of the only file was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Both,
    Gone(End),
}

/// The cells in groups.
pub(super) struct Components {
    /// In an order in which each group stands behind those that influence it.
    pub(super) groups: Vec<Vec<CellId>>,
    /// The group of each cell.
    pub(super) of: Vec<usize>,
    /// For each group, the groups that influence it.
    pub(super) before: Vec<Vec<usize>>,
    /// Whether a cell of the group influences itself or another one of it.
    pub(super) turns: Vec<bool>,
}

/// Whether the rule takes part in this phase: while a record is gone only rules that ask for that do anything.
pub(super) fn takes_part(universe: &Universe<'_>, link: usize, rule: usize, phase: Phase) -> bool {
    let Phase::Gone(gone) = phase else { return true };
    let Some(program) = universe.links.get(link).map(|link| link.program) else { return false };
    let Some(rule) = program.rules.get(rule) else { return false };
    let mut asks = false;
    crate::logic::each_atom(&rule.condition, &mut |id| {
        asks |= program.atoms.get(id.index()).is_some_and(|atom| atom.end == gone && atom.test == Test::Deleted);
    });
    asks && rule.from == gone
}

/// The edges of the files, as pairs (from, to).
fn edges(universe: &Universe<'_>, phase: Phase) -> Vec<(CellId, CellId)> {
    let mut edges = Vec::new();
    let mut all = |from: &[CellId], to: &[CellId]| {
        edges.extend(from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))));
    };
    for (index, link) in universe.links.iter().enumerate() {
        for (rule, cells) in link.rules.iter().enumerate() {
            if !takes_part(universe, index, rule, phase) {
                continue;
            }
            let has_back = link.program.rules.get(rule).is_some_and(|rule| rule.other_way.is_some());
            if has_back && phase == Phase::Both {
                // Who pushes depends on both truths, so everything that the rule reads or writes is one.
                hub(&[&cells.reads, &cells.writes], &[&cells.writes, &cells.back], &mut all);
            } else {
                all(&cells.reads, &cells.writes);
            }
        }
        if phase != Phase::Both {
            continue;
        }
        for (mapping, cells) in link.program.mappings.iter().zip(&link.maps) {
            let direction = mapping.direction;
            for [left, right] in cells.groups() {
                if direction.to_right {
                    all(left, right);
                    all(right, right);
                }
                if direction.to_left {
                    all(right, left);
                    all(left, left);
                }
            }
        }
    }
    edges
}

/// Edges from each of some cells to each of others.
fn hub(from: &[&Vec<CellId>], to: &[&Vec<CellId>], all: &mut impl FnMut(&[CellId], &[CellId])) {
    for from in from {
        for to in to {
            all(from, to);
        }
    }
}

impl Components {
    pub(super) fn of(universe: &Universe<'_>, phase: Phase) -> Self {
        let count = universe.cells.len();
        let edges = edges(universe, phase);
        let lists = Lists::of(count, &edges);
        let (of, groups) = components(count, &lists);
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
        let mut turns = vec![false; groups.len()];
        for (from, to) in edges {
            let (Some(&from), Some(&to)) = (of.get(from), of.get(to)) else { continue };
            if from == to {
                turns.get_mut(to).into_iter().for_each(|turns| *turns = true);
            } else if let Some(before) = before.get_mut(to) {
                before.push(from);
            }
        }
        for list in &mut before {
            list.sort_unstable();
            list.dedup();
        }
        Self { groups, of, before, turns }
    }
}

/// Edges by their start, in two flat lists.
struct Lists {
    starts: Vec<usize>,
    targets: Vec<usize>,
}

impl Lists {
    fn of(count: usize, edges: &[(usize, usize)]) -> Self {
        let mut starts = vec![0; count + 1];
        for (from, _) in edges {
            if let Some(slot) = starts.get_mut(from + 1) {
                *slot += 1;
            }
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; edges.len()];
        for (from, to) in edges {
            if let Some(slot) = next.get_mut(*from) {
                if let Some(target) = targets.get_mut(*slot) {
                    *target = *to;
                }
                *slot += 1;
            }
        }
        Self { starts, targets }
    }

    fn targets(&self, from: usize) -> &[usize] {
        match (self.starts.get(from), self.starts.get(from + 1)) {
            (Some(start), Some(end)) => self.targets.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// Tarjan's strongly connected components, without recursion. The groups come so that each stands behind those
/// that lead to it.
fn components(count: usize, lists: &Lists) -> (Vec<usize>, Vec<Vec<usize>>) {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; count];
    let mut lowest = vec![0; count];
    let mut waiting = vec![false; count];
    let mut stack: Vec<usize> = Vec::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut of = vec![0; count];
    let mut next = 0;
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                order[node] = next;
                lowest[node] = next;
                next += 1;
                stack.push(node);
                waiting[node] = true;
            }
            if let Some(&target) = lists.targets(node).get(edge) {
                path.push((node, edge + 1));
                if order[target] == UNSEEN {
                    path.push((target, 0));
                } else if waiting[target] {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            if lowest[node] == order[node] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    waiting[member] = false;
                    of[member] = groups.len();
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                group.sort_unstable();
                groups.push(group);
            }
            if let Some((parent, _)) = path.last() {
                lowest[*parent] = lowest[*parent].min(lowest[node]);
            }
        }
    }
    // Tarjan finds a group after all that it leads to.
    groups.reverse();
    let last = groups.len().saturating_sub(1);
    of.iter_mut().for_each(|group| *group = last - *group);
    (of, groups)
}
