//! Which rules hold for which pairs.

/// The pairs for which each rule holds, and those for which that cannot be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    pub(super) pairs: usize,
    /// For each rule a bit a pair: it holds, it does not.
    pub(super) rules: Vec<[Vec<u64>; 2]>,
}

impl Matches {
    /// How many pairs were asked about.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Whether the rule at this index holds for the pair at this index. `None` when it cannot be told, because an answer
    /// did not carry a field, or when there is no such rule or pair.
    #[must_use]
    pub fn holds(&self, rule: usize, pair: usize) -> Option<bool> {
        let [yes, no] = self.rules.get(rule)?;
        let bit = |plane: &[u64]| plane.get(pair / 64).is_some_and(|word| word >> (pair % 64) & 1 == 1);
        match (bit(yes), bit(no)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// For how many pairs the rule at this index holds.
    #[must_use]
    pub fn count(&self, rule: usize) -> usize {
        let yes = self.rules.get(rule).map_or(&[][..], |[yes, _]| yes);
        yes.iter().map(|word| word.count_ones() as usize).sum()
    }
}
