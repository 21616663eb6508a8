//! What writes each cell.

use std::cell::OnceCell;

use super::{
    graph::{Lists, Phase, id, takes_part},
    universe::{CellId, Universe},
};
use crate::ir::End;

/// What writes each cell, found when it is asked for first.
pub(super) struct Writers<'s, 'p> {
    universe: &'s Universe<'p>,
    phase: Phase,
    by_cell: OnceCell<ByCell>,
}

/// Rules and mappings, as (file, index): those of a cell by their place in the list of all.
struct ByCell {
    rules: (Vec<(usize, usize)>, Lists),
    maps: (Vec<(usize, usize)>, Lists),
}

/// What writes some cells: rules and mappings, as (file, index), in the order of the files.
#[derive(Debug, Default)]
pub(super) struct GroupWriters {
    pub(super) rules: Vec<(usize, usize)>,
    pub(super) maps: Vec<(usize, usize)>,
}

impl<'s, 'p> Writers<'s, 'p> {
    pub(super) fn of(universe: &'s Universe<'p>, phase: Phase) -> Self {
        Self { universe, phase, by_cell: OnceCell::new() }
    }

    /// Whether rules of several files write the group: each of them may hold it fast at another value, and no order among
    /// them says whose rule comes first.
    pub(super) fn disagree(&self, cells: &[CellId]) -> bool {
        if self.universe.links.len() < 2 {
            return false;
        }
        let rules = self.of_group(cells).rules;
        rules.iter().any(|(file, _)| rules.first().is_some_and(|(first, _)| first != file))
    }

    pub(super) fn of_group(&self, cells: &[CellId]) -> GroupWriters {
        let known = self.by_cell.get_or_init(|| self.by_cell());
        let all = |(list, lists): &(Vec<(usize, usize)>, Lists)| {
            let places = cells.iter().flat_map(|cell| lists.targets(*cell));
            let mut found: Vec<(usize, usize)> =
                places.filter_map(|place| list.get(*place as usize).copied()).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut rules = all(&known.rules);
        let place = |(link, rule): &(usize, usize)| {
            (*link, self.universe.links.get(*link).map_or(*rule, |link| link.place_of(*rule)))
        };
        rules.sort_by_key(place);
        GroupWriters { rules, maps: all(&known.maps) }
    }

    fn by_cell(&self) -> ByCell {
        let (mut rules, mut rule_edges) = (Vec::new(), Vec::new());
        let (mut maps, mut map_edges) = (Vec::new(), Vec::new());
        for (index, link) in self.universe.links.iter().enumerate() {
            for (rule, cells) in link.rules.iter().enumerate() {
                if !takes_part(self.universe, index, rule, self.phase) {
                    continue;
                }
                rule_edges.extend(cells.writes.iter().chain(&cells.back).map(|cell| (id(*cell), id(rules.len()))));
                rules.push((index, rule));
            }
            if self.phase != Phase::Both {
                continue;
            }
            for (map, (cells, mapping)) in link.maps.iter().zip(&link.program.mappings).enumerate() {
                for from in End::BOTH.into_iter().filter(|from| mapping.direction.from(*from)) {
                    cells.each_group(&mut |left, right| {
                        let written = if from == End::Left { right } else { left };
                        map_edges.extend(written.iter().map(|cell| (id(*cell), id(maps.len()))));
                    });
                }
                maps.push((index, map));
            }
        }
        let count = self.universe.cells.len();
        ByCell { rules: (rules, Lists::of(count, &rule_edges)), maps: (maps, Lists::of(count, &map_edges)) }
    }
}
