//! What can influence what, cut into groups that cannot be cut further.
//!
//! An edge leads from a cell to each cell that can change because it changed. Two cells are in one component when each
//! can reach the other: only there can anything go round in circles. Components come in an order in which each stands
//! behind those that influence it.
//!
//! What scope does is left out: it opens and closes mappings, and the analysis of a mapping lets it do so at any
//! moment. So scope connects nothing that is not connected anyway.

use super::universe::{CellId, Universe};
use crate::ir::End;

/// Whether both records of the pairs are there, or the one of this end of the only file was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Both,
    Gone(End),
}

/// The cells in groups, in an order in which each group stands behind those that influence it.
pub(super) struct Components {
    /// The cells, group behind group.
    members: Vec<CellId>,
    /// Where among them each group ends.
    ends: Vec<usize>,
    /// The group of each cell.
    pub(super) of: Vec<usize>,
    /// Whether a cell of the group influences itself or another one of it.
    pub(super) turns: Vec<bool>,
    /// What each cell influences.
    lists: Lists,
}

/// Whether the rule takes part in this phase: while a record is gone only rules that ask for that do anything.
pub(super) fn takes_part(universe: &Universe<'_>, link: usize, rule: usize, phase: Phase) -> bool {
    let Phase::Gone(gone) = phase else { return true };
    let Some(link) = universe.links.get(link) else { return false };
    let asks = link.rules.get(rule).is_some_and(|rule| rule.asks_gone);
    asks && link.program.rules.get(rule).is_some_and(|rule| rule.from == gone)
}

/// Calls back for the edges of the files, from and to.
fn edges(universe: &Universe<'_>, phase: Phase, found: &mut impl FnMut(CellId, CellId)) {
    let mut all = |from: &[CellId], to: &[CellId]| {
        for from in from {
            to.iter().for_each(|to| found(*from, *to));
        }
    };
    for (index, link) in universe.links.iter().enumerate() {
        for (rule, cells) in link.rules.iter().enumerate() {
            if !takes_part(universe, index, rule, phase) {
                continue;
            }
            all(&cells.reads, &cells.writes);
            if cells.has_back && phase == Phase::Both {
                // Who pushes depends on both truths, so everything that the rule reads or writes is one.
                all(&cells.reads, &cells.back);
                all(&cells.writes, &cells.writes);
                all(&cells.writes, &cells.back);
            }
        }
        if phase != Phase::Both {
            continue;
        }
        for (mapping, cells) in link.program.mappings.iter().zip(&link.maps) {
            let direction = mapping.direction;
            cells.each_group(&mut |left, right| {
                if direction.to_right {
                    all(left, right);
                    all(right, right);
                }
                if direction.to_left {
                    all(right, left);
                    all(left, left);
                }
            });
        }
    }
}

impl Components {
    pub(super) fn of(universe: &Universe<'_>, phase: Phase) -> Self {
        let count = universe.cells.len();
        let mut found = Vec::new();
        edges(universe, phase, &mut |from, to| found.push((id(from), id(to))));
        let lists = Lists::of(count, &found);
        let mut components = components(count, lists);
        for (from, to) in found {
            let (Some(from), Some(to)) = (components.of.get(from as usize), components.of.get(to as usize)) else {
                continue;
            };
            if from == to
                && let Some(turns) = components.turns.get_mut(*to)
            {
                *turns = true;
            }
        }
        components
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cells of a group, in order.
    pub(super) fn group(&self, group: usize) -> &[CellId] {
        // They are found in the opposite order.
        let Some(found) = self.ends.len().checked_sub(group + 1) else { return &[] };
        let start = found.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(found).and_then(|end| self.members.get(start..*end)).unwrap_or_default()
    }

    /// The groups that a group influences. One may come twice.
    pub(super) fn behind(&self, group: usize) -> impl Iterator<Item = usize> {
        let targets = self.group(group).iter().flat_map(|cell| self.lists.targets(*cell));
        targets.filter_map(|cell| self.of.get(*cell as usize).copied()).filter(move |other| *other != group)
    }
}

/// A number that there are fewer of than fit, as short as it can be: the graph of a large file is gone through at every edit.
pub(super) fn id(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Edges by their start, in two flat lists.
pub(super) struct Lists {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Lists {
    pub(super) fn of(count: usize, edges: &[(u32, u32)]) -> Self {
        let mut starts = vec![0; count + 1];
        for (from, _) in edges {
            if let Some(slot) = starts.get_mut(*from as usize + 1) {
                *slot += 1;
            }
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; edges.len()];
        for (from, to) in edges {
            if let Some(slot) = next.get_mut(*from as usize) {
                if let Some(target) = targets.get_mut(*slot as usize) {
                    *target = *to;
                }
                *slot += 1;
            }
        }
        Self { starts, targets }
    }

    pub(super) fn targets(&self, from: usize) -> &[u32] {
        match (self.starts.get(from), self.starts.get(from + 1)) {
            (Some(start), Some(end)) => self.targets.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// Tarjan's strongly connected components, without recursion.
fn components(count: usize, lists: Lists) -> Components {
    const UNSEEN: u32 = u32::MAX;
    let mut order = vec![UNSEEN; count];
    let mut lowest = vec![0_u32; count];
    let mut waiting = vec![false; count];
    let mut stack: Vec<CellId> = Vec::new();
    let mut members: Vec<CellId> = Vec::with_capacity(count);
    let mut ends: Vec<usize> = Vec::new();
    let mut of = vec![0; count];
    let mut next = 0;
    let mut path: Vec<(CellId, usize)> = Vec::new();
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        path.push((root, 0));
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                order[node] = next;
                lowest[node] = next;
                next += 1;
                stack.push(node);
                waiting[node] = true;
            }
            if let Some(&target) = lists.targets(node).get(edge) {
                let target = target as usize;
                path.push((node, edge + 1));
                if order[target] == UNSEEN {
                    path.push((target, 0));
                } else if waiting[target] {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            if lowest[node] == order[node] {
                let start = members.len();
                while let Some(member) = stack.pop() {
                    waiting[member] = false;
                    of[member] = ends.len();
                    members.push(member);
                    if member == node {
                        break;
                    }
                }
                members[start..].sort_unstable();
                ends.push(members.len());
            }
            if let Some((parent, _)) = path.last() {
                lowest[*parent] = lowest[*parent].min(lowest[node]);
            }
        }
    }
    // Tarjan finds a group after all that it leads to.
    let last = ends.len().saturating_sub(1);
    of.iter_mut().for_each(|group| *group = last - *group);
    Components { turns: vec![false; ends.len()], members, ends, of, lists }
}
