//! One pair at a time: for whoever has one contact in hand, and none of the others to ask about together with it.

use std::iter::successors;

use super::{Columnar, circuit::Circuit, clauses::Clauses, reader::Reader};
use crate::engine::{Pair, truth::View};

/// A program made ready to run on one pair after the other, with the memory that this needs.
///
/// Beside [`Columnar::matches`]: the same answers, without a block of pairs to share the work. What a pair costs
/// follows what it has, its labels for instance, and hardly the number of rules.
#[derive(Clone, Debug)]
pub struct Row<'c> {
    columnar: &'c Columnar<'c>,
    clauses: Clauses,
    words: Vec<u64>,
}

impl<'c> Row<'c> {
    /// The program of this one.
    #[must_use]
    pub fn new(columnar: &'c Columnar<'c>) -> Self {
        let names: Vec<usize> = columnar.readers.iter().flat_map(Reader::names).collect();
        let holds: Vec<usize> = columnar.rules.iter().map(|[holds, ..]| *holds).collect();
        let clauses = Clauses::new(&columnar.circuit, &holds, &names);
        let words = vec![0; clauses.words()];
        Self { columnar, clauses, words }
    }

    /// The indices of the rules that hold for this pair, in their order: those of which [`Engine::holds`] says that
    /// they surely do.
    ///
    /// [`Engine::holds`]: crate::engine::Engine::holds
    pub fn rules(&mut self, pair: &Pair) -> impl Iterator<Item = usize> {
        let Self { columnar: Columnar { engine, readers, asked, facts, .. }, clauses, words } = self;
        words.fill(0);
        let mut set = |input: usize| words[input / 64] |= 1 << (input % 64);
        let view = View::of(pair);
        set(Circuit::ALWAYS);
        facts.of_records(&view, &mut set);
        for reader in readers.iter().take(*asked) {
            reader.read(engine.program, &view, None, &mut set);
        }
        let rules = (0..).step_by(64).zip(clauses.run(words));
        rules.flat_map(|(first, word)| ones(*word).map(move |bit| first + bit))
    }
}

/// The places of the bits that are set.
fn ones(word: u64) -> impl Iterator<Item = usize> {
    let some = |word: u64| (word != 0).then_some(word);
    // Without the lowest one.
    successors(some(word), move |word| some(word & (word - 1))).map(|word| word.trailing_zeros() as usize)
}
