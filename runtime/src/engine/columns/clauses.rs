//! The conditions on one pair: rules as definite clauses, chained forward from what is so of the pair.
//!
//! A circuit asks every rule of every pair, which 64 pairs share. One pair alone has nobody to share with, so it is
//! done the other way round: what is so of the pair, a few names and facts, wakes the clauses that wait for it, and
//! only these are looked at. So a pair costs what it has, and not what all rules ask.
//!
//! A clause is "these bits are set and those are not: set the bit of the head". The heads are the rules, and what
//! stands between them and the inputs where "all" and "any" alternate; so the clauses together are never longer than
//! the conditions. They are read off the same circuit that answers for many pairs. Three-valued logic needs nothing of
//! its own here: that a test surely fails is "the value is known, and the bit of the test is not set".
//!
//! Invariant: a bit that is made of others comes after all of them. A clause waits for the last such bit that it reads,
//! and for an input if it reads none; bits are taken in order; so all that it reads is final when it is looked at.

use std::collections::HashMap;

use super::circuit::{Circuit, Shape, Sign};

/// Something that is to be so: the bit is set, or it is not.
type Literal = (usize, bool);

/// The clauses of a program.
#[derive(Clone, Debug)]
pub(super) struct Clauses {
    /// For each bit below the rules, where its clauses begin; then where the last ones end.
    starts: Vec<usize>,
    /// In the order of the bits that they wait for.
    clauses: Vec<Clause>,
    checks: Vec<Check>,
    /// For each word below the rules: the bits that a clause waits for.
    awaited: Vec<u64>,
    /// The words of all bits: inputs, then what is made of them, then from a word of their own the rules.
    words: usize,
}

#[derive(Clone, Debug)]
struct Clause {
    /// The bit that it sets.
    head: usize,
    /// Its checks, from and to.
    checks: [usize; 2],
}

/// Of this word the bits under the mask are these.
#[derive(Clone, Debug)]
struct Check {
    word: usize,
    mask: u64,
    are: u64,
}

impl Clauses {
    /// The clauses that say when each of these registers of a circuit is set. `names` are the inputs that tell records
    /// apart best: a clause rather waits for one of them.
    pub(super) fn new(circuit: &Circuit, registers: &[usize], names: &[usize]) -> Self {
        let mut drafts = Drafts { circuit, made: HashMap::new(), bits: circuit.inputs, drafts: Vec::new() };
        let rules: Vec<_> = registers.iter().map(|register| drafts.alternatives((*register, true))).collect();
        let below = drafts.bits.div_ceil(64);
        for (nth, alternatives) in rules.into_iter().enumerate() {
            let head = below * 64 + nth;
            drafts.drafts.extend(alternatives.into_iter().map(|body| Draft { body, head }));
        }
        let words = below + registers.len().div_ceil(64);
        let mut waiting: Vec<(usize, Draft)> = drafts.waiting(names);
        waiting.sort_by_key(|(bit, _)| *bit);
        let mut all = Self { starts: vec![0], clauses: Vec::new(), checks: Vec::new(), awaited: vec![0; below], words };
        let mut waiting = waiting.into_iter().peekable();
        for bit in 0..below * 64 {
            while let Some((_, draft)) = waiting.next_if(|(awaited, _)| *awaited == bit) {
                all.awaited[bit / 64] |= 1 << (bit % 64);
                all.push(draft, bit);
            }
            all.starts.push(all.clauses.len());
        }
        all
    }

    /// Adds the clause. The bit that it waits for is set when it is looked at, and is not checked again.
    fn push(&mut self, Draft { body, head }: Draft, awaited: usize) {
        let from = self.checks.len();
        for (bit, is) in body.into_iter().filter(|(bit, _)| *bit != awaited) {
            let (word, bit) = (bit / 64, 1_u64 << (bit % 64));
            let at = match self.checks[from..].iter().position(|check| check.word == word) {
                Some(at) => from + at,
                None => {
                    self.checks.push(Check { word, mask: 0, are: 0 });
                    self.checks.len() - 1
                }
            };
            let check = &mut self.checks[at];
            check.mask |= bit;
            check.are |= if is { bit } else { 0 };
        }
        self.clauses.push(Clause { head, checks: [from, self.checks.len()] });
    }

    /// How many words [`Clauses::run`] works on.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// From the inputs, which are set, to the words of the rules: a bit a rule.
    pub(super) fn run<'w>(&self, words: &'w mut [u64]) -> &'w [u64] {
        for (word, awaited) in self.awaited.iter().enumerate() {
            // A clause sets bits ahead of the one that it waits for only.
            let mut ahead = !0_u64;
            loop {
                let next = words[word] & awaited & ahead;
                if next == 0 {
                    break;
                }
                let bit = next.trailing_zeros();
                ahead = !0 << bit << 1;
                let bit = word * 64 + bit as usize;
                for Clause { head, checks: [from, to] } in &self.clauses[self.starts[bit]..self.starts[bit + 1]] {
                    if self.checks[*from..*to].iter().all(|check| words[check.word] & check.mask == check.are) {
                        words[head / 64] |= 1 << (head % 64);
                    }
                }
            }
        }
        &words[self.awaited.len()..]
    }
}

struct Draft {
    /// Sorted, each bit once. Empty when nothing is asked.
    body: Vec<Literal>,
    head: usize,
}

/// Clauses that are being read off a circuit.
struct Drafts<'c> {
    circuit: &'c Circuit,
    /// The bits made so far, by what they stand for.
    made: HashMap<Sign, usize>,
    bits: usize,
    drafts: Vec<Draft>,
}

impl Drafts<'_> {
    /// The ways in which this can be so. Chains of "any" are walked, not descended: a condition may name thousands.
    fn alternatives(&mut self, sign: Sign) -> Vec<Vec<Literal>> {
        let (mut open, mut all) = (vec![sign], Vec::new());
        while let Some(sign) = open.pop() {
            match self.circuit.shape(sign) {
                Shape::Any(one, other) => open.extend([other, one]),
                _ => all.extend(self.body(sign)),
            }
        }
        all
    }

    /// All that must be so for this. `None` if that cannot be.
    fn body(&mut self, sign: Sign) -> Option<Vec<Literal>> {
        let (mut open, mut body) = (vec![sign], Vec::new());
        while let Some(sign) = open.pop() {
            match self.circuit.shape(sign) {
                Shape::All(one, other) => open.extend([other, one]),
                Shape::Any(..) => body.push((self.bit(sign), true)),
                Shape::Input(input, is) => body.push((input, is)),
                Shape::Constant(true) => {}
                Shape::Constant(false) => return None,
            }
        }
        body.sort_unstable();
        body.dedup();
        body.windows(2).all(|two| two[0].0 != two[1].0).then_some(body)
    }

    /// The bit for this, made after those that it is made of.
    fn bit(&mut self, sign: Sign) -> usize {
        if let Some(bit) = self.made.get(&sign) {
            return *bit;
        }
        let alternatives = self.alternatives(sign);
        let head = self.bits;
        self.bits += 1;
        self.drafts.extend(alternatives.into_iter().map(|body| Draft { body, head }));
        self.made.insert(sign, head);
        head
    }

    /// Each with the bit that it waits for: the last that is made of others; else of the inputs that must be set
    /// a name, and the one that the fewest ask for; else the input that always is.
    fn waiting(self, names: &[usize]) -> Vec<(usize, Draft)> {
        let inputs = self.circuit.inputs;
        let mut rank = vec![(true, 0_usize); inputs];
        names.iter().for_each(|name| rank[*name].0 = false);
        let asked = self.drafts.iter().flat_map(|draft| &draft.body).filter(|(bit, is)| *is && *bit < inputs);
        asked.for_each(|(bit, _)| rank[*bit].1 += 1);
        let bit = |draft: &Draft| {
            let set = || draft.body.iter().filter(|(_, is)| *is).map(|(bit, _)| *bit);
            set().filter(|bit| *bit >= inputs).max().or_else(|| set().min_by_key(|bit| rank[*bit]))
        };
        self.drafts.into_iter().map(|draft| (bit(&draft).unwrap_or(Circuit::ALWAYS), draft)).collect()
    }
}
