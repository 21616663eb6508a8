//! Conditions as a straight line of bit operations, run on many pairs at once.
//!
//! A bit is one pair, a *block* of words one plane of many pairs. What is three-valued has two planes: the pairs
//! for which it is surely so, and those for which it surely is not; a pair in neither is undecided. So `not` costs
//! nothing, and the truth tables are those of `truth.rs` by construction: "all" is surely so where every part is, and
//! surely not so where one part is not.

use std::collections::HashMap;

/// A plane: an input of the circuit or what a gate makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Wire {
    /// The input at this index.
    Input(usize),
    /// What the gate at this index makes.
    Gate(usize),
}

/// No pair.
pub(super) const NEVER: Wire = Wire::Input(0);
/// Every pair.
pub(super) const ALWAYS: Wire = Wire::Input(Circuit::ALWAYS);

/// What is surely so, and what is surely not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truth {
    pub yes: Wire,
    pub no: Wire,
}

impl Truth {
    pub(super) const UNDECIDED: Self = Self { yes: NEVER, no: NEVER };

    pub(super) fn not(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Gate<W> {
    And(W, W),
    Or(W, W),
    AndNot(W, W),
}

/// A circuit that is being drawn. Equal gates are one.
#[derive(Debug)]
pub(super) struct Drawing {
    inputs: usize,
    gates: Vec<Gate<Wire>>,
    known: HashMap<Gate<Wire>, Wire>,
}

impl Drawing {
    /// One with the two inputs that never change.
    pub(super) fn new() -> Self {
        Self { inputs: 2, gates: Vec::new(), known: HashMap::new() }
    }

    /// The index of a new input.
    pub(super) fn input(&mut self) -> usize {
        self.inputs += 1;
        self.inputs - 1
    }

    fn gate(&mut self, gate: Gate<Wire>) -> Wire {
        let next = Wire::Gate(self.gates.len());
        let gates = &mut self.gates;
        *self.known.entry(gate).or_insert_with(|| {
            gates.push(gate);
            next
        })
    }

    pub(super) fn and(&mut self, one: Wire, other: Wire) -> Wire {
        match (one, other) {
            (NEVER, _) | (_, NEVER) => NEVER,
            (ALWAYS, wire) | (wire, ALWAYS) => wire,
            (one, other) if one == other => one,
            (one, other) => self.gate(Gate::And(one, other)),
        }
    }

    pub(super) fn or(&mut self, one: Wire, other: Wire) -> Wire {
        match (one, other) {
            (ALWAYS, _) | (_, ALWAYS) => ALWAYS,
            (NEVER, wire) | (wire, NEVER) => wire,
            (one, other) if one == other => one,
            (one, other) => self.gate(Gate::Or(one, other)),
        }
    }

    /// Where `one` is and `other` is not.
    pub(super) fn and_not(&mut self, one: Wire, other: Wire) -> Wire {
        match (one, other) {
            (NEVER, _) | (_, ALWAYS) => NEVER,
            (wire, NEVER) => wire,
            (one, other) if one == other => NEVER,
            (one, other) => self.gate(Gate::AndNot(one, other)),
        }
    }

    /// All of these; true of none.
    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = Truth>) -> Truth {
        let (mut yes, mut no) = (ALWAYS, NEVER);
        for part in parts {
            yes = self.and(yes, part.yes);
            no = self.or(no, part.no);
        }
        Truth { yes, no }
    }

    /// Where at least one is.
    pub(super) fn any(&mut self, wires: impl IntoIterator<Item = Wire>) -> Wire {
        wires.into_iter().fold(NEVER, |any, wire| self.or(any, wire))
    }

    /// The circuit, with each wire as a register.
    pub(super) fn finish(self) -> Circuit {
        let inputs = self.inputs;
        let at = |wire| register(inputs, wire);
        let gates = self.gates.into_iter().map(|gate| match gate {
            Gate::And(one, other) => Gate::And(at(one), at(other)),
            Gate::Or(one, other) => Gate::Or(at(one), at(other)),
            Gate::AndNot(one, other) => Gate::AndNot(at(one), at(other)),
        });
        Circuit { inputs, gates: gates.collect() }
    }
}

fn register(inputs: usize, wire: Wire) -> usize {
    match wire {
        Wire::Input(input) => input,
        Wire::Gate(gate) => inputs + gate,
    }
}

/// A register of a circuit, or the opposite of it.
pub(super) type Sign = (usize, bool);

/// What a register is made of, or the opposite of one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// An input, or the opposite of one.
    Input(usize, bool),
    /// The same for every pair.
    Constant(bool),
    All(Sign, Sign),
    Any(Sign, Sign),
}

/// A finished circuit. Invariant: a gate reads inputs and gates before it only.
#[derive(Debug)]
pub(super) struct Circuit {
    pub(super) inputs: usize,
    gates: Vec<Gate<usize>>,
}

impl Circuit {
    /// The input that is set for every pair.
    pub(super) const ALWAYS: usize = 1;

    /// What this is made of, one gate deep.
    pub(super) fn shape(&self, (register, is): Sign) -> Shape {
        let Some(gate) = register.checked_sub(self.inputs).and_then(|gate| self.gates.get(gate)) else {
            return match Wire::Input(register) {
                NEVER => Shape::Constant(!is),
                ALWAYS => Shape::Constant(is),
                _ => Shape::Input(register, is),
            };
        };
        match (*gate, is) {
            (Gate::And(one, other), true) => Shape::All((one, true), (other, true)),
            (Gate::And(one, other), false) => Shape::Any((one, false), (other, false)),
            (Gate::Or(one, other), true) => Shape::Any((one, true), (other, true)),
            (Gate::Or(one, other), false) => Shape::All((one, false), (other, false)),
            (Gate::AndNot(one, other), true) => Shape::All((one, true), (other, false)),
            (Gate::AndNot(one, other), false) => Shape::Any((one, false), (other, true)),
        }
    }

    /// Where `wire` is found in the registers after [`Circuit::run`].
    pub(super) fn register(&self, wire: Wire) -> usize {
        register(self.inputs, wire)
    }

    /// Fills the registers of one block: first its inputs, then what each gate makes of them.
    pub(super) fn run<const W: usize>(&self, inputs: &[[u64; W]], registers: &mut Vec<[u64; W]>) {
        registers.clear();
        registers.reserve(inputs.len() + self.gates.len());
        registers.extend_from_slice(inputs);
        for gate in &self.gates {
            let made = match *gate {
                Gate::And(one, other) => zip(&registers[one], &registers[other], |one, other| one & other),
                Gate::Or(one, other) => zip(&registers[one], &registers[other], |one, other| one | other),
                Gate::AndNot(one, other) => zip(&registers[one], &registers[other], |one, other| one & !other),
            };
            registers.push(made);
        }
    }
}

#[inline(always)]
fn zip<const W: usize>(one: &[u64; W], other: &[u64; W], of: impl Fn(u64, u64) -> u64) -> [u64; W] {
    let mut made = [0; W];
    for ((made, one), other) in made.iter_mut().zip(one).zip(other) {
        *made = of(*one, *other);
    }
    made
}
