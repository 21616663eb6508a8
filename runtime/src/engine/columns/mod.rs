//! The conditions of a program on many pairs at once: 64 pairs to a machine word.
//!
//! What a rule asks of a record is a few tests of a few fields. [`Columnar`] finds out once what all rules of a
//! program ask, reads each field of each pair once (`reader.rs`), and turns what it found into planes of bits, a bit a
//! pair, a plane a test. From there on a rule costs a few bit operations for each 64 pairs (`circuit.rs`), however
//! long its texts are and however many other rules ask the same.
//!
//! Three things are read off:
//! - [`Matches`]: for which pairs each rule holds, exactly as [`Engine::holds`] says it of one.
//! - [`Row`]: the rules that hold for one pair alone (`clauses.rs`).
//! - Which pairs are *quiet*: a cycle has nothing to do for them (`quiet.rs`). [`super::plan()`] runs the engine for the
//!   others only.
//!
//! Invariant: the engine decides what things mean; nothing here may differ from it. `tests/engine/columns.rs` holds
//! the two against each other on random programs and pairs.

mod circuit;
mod clauses;
mod ladder;
mod matches;
mod quiet;
mod reader;
mod row;
mod spelling;
mod wiring;

pub use matches::Matches;
pub use row::Row;

use self::{
    circuit::{Circuit, Truth, Wire},
    quiet::Drawn,
    reader::{Reader, Seen},
    wiring::{Facts, Wiring},
};
use super::{Engine, Pair, Status, truth::View};

/// The words of a block: a block is what one pass of the circuit takes, small enough to stay near the processor.
const WORDS: usize = 16;
/// The pairs of a block.
const LANES: usize = WORDS * 64;

/// A program made ready to run on many pairs at once.
#[derive(Debug)]
pub struct Columnar<'e> {
    engine: &'e Engine<'e>,
    readers: Vec<Reader>,
    /// How many of the readers, the first ones, read what conditions ask for. The others read what effects do.
    asked: usize,
    facts: Facts,
    circuit: Circuit,
    /// The registers of each rule: it holds, it does not, it asks for something that is not so.
    rules: Vec<[usize; 3]>,
    quiet: usize,
    in_scope: usize,
}

/// Pairs, read: a bit for each test that a rule makes of each pair.
#[derive(Clone, Debug)]
pub struct Columns {
    pairs: usize,
    /// The inputs of the circuit, a block after the other.
    blocks: Vec<Vec<[u64; WORDS]>>,
}

impl<'e> Columnar<'e> {
    /// The program of this engine.
    #[must_use]
    pub fn new(engine: &'e Engine<'e>) -> Self {
        let mut wiring = Wiring::new(engine);
        // The conditions first: so the first readers are those of conditions.
        let conditions: Vec<Truth> = (0..engine.program.rules.len()).map(|index| wiring.rule(index)).collect();
        let asked = wiring.readers.len();
        let rules: Vec<Drawn<'_>> = engine
            .program
            .rules
            .iter()
            .zip(conditions)
            .map(|(rule, holds)| {
                let effects = wiring.effects(&rule.effects, rule.from.other());
                Drawn { rule, holds, effects, work: quiet::work(&mut wiring, rule, holds) }
            })
            .collect();
        let quiet = quiet::quiet(&mut wiring, engine, &rules);
        let in_scope = quiet::in_scope(&mut wiring, engine, &rules);
        let Wiring { drawing, facts, readers, .. } = wiring;
        let circuit = drawing.finish();
        let register = |wire: Wire| circuit.register(wire);
        let rules = rules.iter().map(|drawn| [drawn.holds.yes, drawn.holds.no, drawn.work].map(register)).collect();
        let (quiet, in_scope) = (register(quiet), register(in_scope));
        Self { engine, readers, asked, facts, circuit, rules, quiet, in_scope }
    }

    /// Reads pairs.
    #[must_use]
    pub fn read(&self, pairs: &[Pair]) -> Columns {
        self.read_views(&pairs.iter().map(View::of).collect::<Vec<_>>())
    }

    fn read_views(&self, views: &[View<'_>]) -> Columns {
        let mut seen = vec![Seen::default(); self.readers.len()];
        let block = |views: &[View<'_>]| {
            let mut inputs = vec![[0; WORDS]; self.circuit.inputs];
            self.fill(views, &mut seen, &mut inputs);
            inputs
        };
        Columns { pairs: views.len(), blocks: views.chunks(LANES).map(block).collect() }
    }

    /// For which of the pairs each rule holds.
    #[must_use]
    pub fn matches(&self, columns: &Columns) -> Matches {
        let words = columns.pairs.div_ceil(64);
        let mut rules = vec![[Vec::with_capacity(words), Vec::with_capacity(words)]; self.rules.len()];
        self.each_block(columns, |registers| {
            for ([yes, no], [holds, fails, _]) in rules.iter_mut().zip(&self.rules) {
                yes.extend_from_slice(&registers[*holds]);
                no.extend_from_slice(&registers[*fails]);
            }
        });
        Matches { pairs: columns.pairs, rules }
    }

    /// For how many of the pairs each rule holds, and for how many of the unchanged ones it asks for something that is
    /// not so yet: what a preview shows of each rule.
    #[must_use]
    pub fn counts(&self, columns: &Columns) -> Vec<[usize; 2]> {
        let mut counts = vec![[0, 0]; self.rules.len()];
        let count = |plane: &[u64; WORDS]| plane.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        self.each_block(columns, |registers| {
            let Some(unchanged) = registers.get(self.circuit.register(self.facts.unchanged)).copied() else { return };
            for ([matches, works], [holds, _, work]) in counts.iter_mut().zip(&self.rules) {
                *matches += count(&registers[*holds]);
                let mut work = registers[*work];
                work.iter_mut().zip(&unchanged).for_each(|(work, unchanged)| *work &= unchanged);
                *works += count(&work);
            }
        });
        counts
    }

    /// The status of each pair for which a cycle has nothing to do; `None` for each that [`Engine::cycle`] must look at.
    #[must_use]
    pub fn quiet(&self, pairs: &[Pair]) -> Vec<Option<Status>> {
        self.quiet_views(&pairs.iter().map(View::of).collect::<Vec<_>>())
    }

    pub(super) fn quiet_views(&self, views: &[View<'_>]) -> Vec<Option<Status>> {
        let columns = self.read_views(views);
        let mut statuses = Vec::with_capacity(views.len());
        self.each_block(&columns, |registers| {
            let (quiet, in_scope) = (registers[self.quiet], registers[self.in_scope]);
            let paired = registers[self.circuit.register(self.facts.unchanged)];
            for lane in 0..LANES.min(views.len() - statuses.len()) {
                let bit = |plane: &[u64; WORDS]| plane[lane / 64] >> (lane % 64) & 1 == 1;
                statuses.push(bit(&quiet).then(|| match bit(&paired) && bit(&in_scope) {
                    true => Status::InSync,
                    false => Status::Excluded,
                }));
            }
        });
        statuses
    }

    fn each_block(&self, columns: &Columns, mut then: impl FnMut(&[[u64; WORDS]])) {
        let mut registers = Vec::new();
        for block in &columns.blocks {
            self.circuit.run(block, &mut registers);
            then(&registers);
        }
    }

    /// Sets the bits of the pairs of one block.
    fn fill<const W: usize>(&self, views: &[View<'_>], seen: &mut [Seen], inputs: &mut [[u64; W]]) {
        let Facts { unchanged, alone, .. } = self.facts;
        for (lane, view) in views.iter().enumerate().take(W * 64) {
            let (word, bit) = (lane / 64, 1 << (lane % 64));
            let mut set = |input: usize| inputs[input][word] |= bit;
            set(Circuit::ALWAYS);
            self.facts.of_records(view, &mut set);
            let mut fact = |wire: Wire, so: bool| {
                if so && let Wire::Input(input) = wire {
                    set(input);
                }
            };
            fact(unchanged, view.both_exist() && view.now == view.base);
            fact(alone, !view.both_exist() && view.base == [None, None]);
            for (nth, reader) in self.readers.iter().enumerate() {
                reader.read(self.engine.program, view, seen.get_mut(nth), &mut set);
            }
        }
    }
}
