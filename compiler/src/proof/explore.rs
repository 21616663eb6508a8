//! All states of a small model: either each path ends, and how long the longest is, or there is a circle.

use super::{
    graph::Phase,
    model::{Model, Scope},
    step::{Moved, OTHER, Outside, SAME, State, UNKNOWN},
};
use crate::ir::{End, Prefer};

/// A model with more states than this is condensed before it is explored.
const LARGE: u64 = 1 << 12;

/// A model with more states than this is not looked at state by state: that would take more than about a second.
pub(super) const MOST_STATES: u64 = 1 << 20;

/// What exploring a model found.
pub(super) enum Explored {
    /// Every path ends, after so many changes at most; and how many states there were.
    Ends { longest: u32, states: u64 },
    /// A state that comes again, the circle from there, and what was decided outside at each step.
    Circle(Box<Circle>),
    /// There are too many states.
    TooMany,
}

/// States that follow each other, the first after the last.
pub(super) struct Circle {
    pub(super) states: Vec<State>,
    pub(super) later: Option<End>,
}

/// How scope behaves while a model is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeIs {
    /// It may open and close at every step.
    Restless,
    /// It stays as it is.
    Still,
}

/// The values that one place of a state can have.
pub(super) struct Digits {
    /// How many values each cell has.
    pub(super) cells: Vec<usize>,
    /// What each slot may remember.
    pub(super) slots: Vec<Vec<u8>>,
    /// How many states there are; the greatest number for too many to count.
    pub(super) count: u64,
}

impl Digits {
    pub(super) fn of(model: &Model) -> Self {
        let cells: Vec<usize> = model.cells.iter().map(|cell| cell.domain.len()).collect();
        let slots: Vec<Vec<u8>> = model
            .slots
            .iter()
            .map(|slot| {
                let mut codes = vec![SAME];
                if !slot.moves && !slot.foreign {
                    // Settled, and no mapping keeps it back: the base is what the field holds.
                    return codes;
                }
                let domain = &model.cells[slot.cell].domain;
                if slot.exact {
                    codes.extend(domain.kinds().into_iter().map(|kind| OTHER + kind));
                } else {
                    codes.push(OTHER);
                }
                codes.push(UNKNOWN);
                codes
            })
            .collect();
        let sizes = cells.iter().copied().chain(slots.iter().map(Vec::len));
        let count = sizes.fold(1_u64, |count, size| count.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX)));
        Self { cells, slots, count }
    }

    fn state(&self, mut index: u64) -> State {
        let mut digit = |size: usize| {
            let size = u64::try_from(size).unwrap_or(1).max(1);
            let digit = index % size;
            index /= size;
            usize::try_from(digit).unwrap_or_default()
        };
        let now = self.cells.iter().map(|size| u8::try_from(digit(*size)).unwrap_or_default()).collect();
        let base = self.slots.iter().map(|codes| codes.get(digit(codes.len())).copied().unwrap_or(SAME)).collect();
        State { now, base }
    }

    fn index(&self, state: &State) -> Option<u64> {
        let mut index = 0_u64;
        let mut place = 1_u64;
        for (digit, size) in state.now.iter().zip(&self.cells) {
            index += u64::from(*digit) * place;
            place *= u64::try_from(*size).ok()?;
        }
        for (code, codes) in state.base.iter().zip(&self.slots) {
            let digit = codes.iter().position(|known| known == code)?;
            index += u64::try_from(digit).ok()? * place;
            place *= u64::try_from(codes.len()).ok()?;
        }
        Some(index)
    }
}

impl Model {
    /// Whether going through all states takes a while.
    pub(super) fn is_large(&self) -> bool {
        Digits::of(self).count > LARGE
    }
}

/// Whether there can be such a state.
pub(super) fn is_possible(model: &Model, state: &State) -> bool {
    for (slot, code) in model.slots.iter().zip(&state.base) {
        let domain = &model.cells[slot.cell].domain;
        let now = state.now[slot.cell];
        if domain.is_frozen(now) {
            if *code != SAME {
                return false;
            }
            continue;
        }
        if *code >= OTHER && slot.exact && domain.first(now) == code - OTHER && !domain.is_open(now) {
            return false;
        }
    }
    // An answer carries a field or not: all of its elements or none.
    for (index, cell) in model.cells.iter().enumerate() {
        let earlier = model.cells.iter().enumerate().take(index).find(|(_, other)| other.field == cell.field);
        if let Some((other, earlier)) = earlier
            && cell.domain.is_frozen(state.now[index]) != earlier.domain.is_frozen(state.now[other])
        {
            return false;
        }
    }
    true
}

/// What may be decided outside of a model of one file.
pub(super) fn outsides(model: &Model, scope: ScopeIs) -> Vec<Vec<Outside>> {
    let free = |end: End| model.links.iter().any(|link| matches!(link.scope[end.index()], Scope::Free));
    let truths = |end: End| if free(end) { vec![true, false] } else { vec![true] };
    let latest = model.links.iter().any(|link| link.prefer == Prefer::Latest);
    let laters = if latest { vec![None, Some(End::Left), Some(End::Right)] } else { vec![None] };
    let mut all = Vec::new();
    for later in laters {
        let mut some = Vec::new();
        for left in truths(End::Left) {
            for right in truths(End::Right) {
                some.push(Outside { scope: [left, right], later });
            }
        }
        match scope {
            ScopeIs::Restless => all.push(some),
            ScopeIs::Still => all.extend(some.into_iter().map(|one| vec![one])),
        }
    }
    all
}

/// Follows every state of the model to its end. `stop` is asked now and then whether to give up at once.
pub(super) fn explore(model: &Model, scope: ScopeIs, most: u64, stop: &dyn Fn()) -> Explored {
    let digits = Digits::of(model);
    if digits.count > most {
        return Explored::TooMany;
    }
    let mut longest = 0;
    let mut states = 0;
    for outsides in outsides(model, scope) {
        let walk = Walk { model, digits: &digits, outsides: &outsides, depth: Vec::new(), seen: 0 };
        match walk.run(stop) {
            Ok((deep, seen)) => {
                longest = longest.max(deep);
                states += seen;
            }
            Err(circle) => {
                let later = outsides.first().and_then(|outside| outside.later);
                return Explored::Circle(Box::new(Circle { states: circle, later }));
            }
        }
    }
    Explored::Ends { longest, states }
}

struct Walk<'w> {
    model: &'w Model,
    digits: &'w Digits,
    outsides: &'w [Outside],
    /// For each state: 0 not seen, 1 on the path, otherwise the longest way from there, plus 2.
    depth: Vec<u16>,
    seen: u64,
}

/// A state on the path: where it leads, which of that was followed, and the longest way found.
struct Visit {
    index: u64,
    next: Vec<u64>,
    followed: usize,
    longest: u16,
}

impl Walk<'_> {
    fn run(mut self, stop: &dyn Fn()) -> Result<(u32, u64), Vec<State>> {
        let count = usize::try_from(self.digits.count).unwrap_or(usize::MAX);
        self.depth = vec![0; count];
        let mut longest = 0;
        for start in 0..self.digits.count {
            if start % 4096 == 0 {
                stop();
            }
            if self.depth[at(start)] != 0 || !is_possible(self.model, &self.digits.state(start)) {
                continue;
            }
            longest = longest.max(self.follow(start)?);
        }
        Ok((u32::from(longest), self.seen))
    }

    fn follow(&mut self, start: u64) -> Result<u16, Vec<State>> {
        let mut path = vec![self.visit(start)];
        loop {
            let Some(top) = path.last_mut() else { return Ok(0) };
            let Some(&next) = top.next.get(top.followed) else {
                let (index, longest) = (top.index, top.longest);
                self.depth[at(index)] = longest.saturating_add(2);
                path.pop();
                match path.last_mut() {
                    Some(parent) => parent.longest = parent.longest.max(longest.saturating_add(1)),
                    None => return Ok(longest),
                }
                continue;
            };
            top.followed += 1;
            match self.depth[at(next)] {
                0 => path.push(self.visit(next)),
                1 => {
                    let from = path.iter().position(|visit| visit.index == next).unwrap_or_default();
                    return Err(path.iter().skip(from).map(|visit| self.digits.state(visit.index)).collect());
                }
                known => top.longest = top.longest.max(known - 1),
            }
        }
    }

    fn visit(&mut self, index: u64) -> Visit {
        self.depth[at(index)] = 1;
        self.seen += 1;
        let state = self.digits.state(index);
        let mut next: Vec<u64> = Vec::new();
        for link in &self.model.links {
            // Of several files each takes its turn with a whole cycle.
            let after = if self.model.links.len() == 1 {
                let step = |outside: &Outside| self.model.step(link, &state, *outside, &mut Moved::default());
                self.outsides.iter().flat_map(step).collect()
            } else {
                self.model.cycle(link, &state, self.outsides).unwrap_or_default()
            };
            let after = after.iter().filter(|after| **after != state);
            next.extend(after.filter_map(|after| self.digits.index(after)));
        }
        next.sort_unstable();
        next.dedup();
        Visit { index, next, followed: 0, longest: 0 }
    }
}

fn at(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Whether the phase has nothing that could turn.
pub(super) fn phases() -> [Phase; 3] {
    [Phase::Both, Phase::Gone(End::Left), Phase::Gone(End::Right)]
}
