//! From a field of a record to the bits that its tests are.
//!
//! Texts and elements that no rule names are looked up once and set no bit; those that rules name set one, however
//! many rules name them. Comparisons are found by their order (`ladder.rs`), beginnings and ends of texts by a look-up
//! (`spelling.rs`). Of many pairs a test of spellings is made once for each distinct spelling, as long as there are few.
//! Whatever is none of these is asked of [`Program::holds_of`], so a test means here what it means to the engine.

use rustc_hash::FxHashMap;
use syncc_compiler::{
    ir::{End, FieldId, Program, Test},
    value::{Text, Value},
};

use super::{circuit::Drawing, ladder::Ladder, spelling::Spelling};
use crate::engine::truth::View;

/// Beyond so many distinct spellings a field is taken to have a new one in each record: remembering them is no gain.
const SPELLINGS: usize = 512;

/// The bits of one field of one end. Inputs are those of the circuit, by index.
#[derive(Debug)]
pub(super) struct Reader {
    end: End,
    field: FieldId,
    /// The input for "the value is known".
    pub(super) known: usize,
    empty: Option<usize>,
    /// By the key of a text: the field equals it.
    texts: FxHashMap<Box<str>, usize>,
    /// By the key of an element: the set has it.
    elements: FxHashMap<Box<str>, usize>,
    /// The same, to be asked one by one of a set with more elements than are named.
    named: Vec<(Text, usize)>,
    spelling: Spelling,
    ladder: Ladder,
    others: Vec<(Test, usize)>,
}

/// What the tests of spellings said of the spellings seen so far, for one reader.
pub(super) type Seen = FxHashMap<Box<str>, Vec<usize>>;

impl Reader {
    pub(super) fn new(end: End, field: FieldId, known: usize) -> Self {
        Self {
            end,
            field,
            known,
            empty: None,
            texts: FxHashMap::default(),
            elements: FxHashMap::default(),
            named: Vec::new(),
            spelling: Spelling::default(),
            ladder: Ladder::default(),
            others: Vec::new(),
        }
    }

    /// The input for this test of the field: one that is known, or a new one.
    pub(super) fn input(&mut self, program: &Program, test: &Test, drawing: &mut Drawing) -> usize {
        let constant = test.constant().map(|id| program.constant(id));
        match (test, constant) {
            (Test::Empty(_), _) => *self.empty.get_or_insert_with(|| drawing.input()),
            (Test::Equals(..), Some(Value::Text(text))) => {
                *self.texts.entry(text.key().into()).or_insert_with(|| drawing.input())
            }
            (Test::Has(..), Some(Value::Text(text))) => *self.elements.entry(text.key().into()).or_insert_with(|| {
                let next = drawing.input();
                self.named.push((text.clone(), next));
                next
            }),
            (Test::Contains(..) | Test::StartsWith(..) | Test::EndsWith(..), Some(constant)) => {
                self.spelling.input(test, constant, || drawing.input())
            }
            (Test::Less(..) | Test::AtMost(..), Some(constant)) => {
                let or_equal = matches!(test, Test::AtMost(..));
                let input = self.ladder.input(constant, or_equal, || drawing.input());
                input.unwrap_or_else(|| other(&mut self.others, test, drawing))
            }
            _ => other(&mut self.others, test, drawing),
        }
    }

    /// The inputs that few values set: whoever looks for what a record is, looks at these first.
    pub(super) fn names(&self) -> impl Iterator<Item = usize> {
        self.texts.values().chain(self.elements.values()).copied().chain(self.spelling.names())
    }

    /// Sets the bits of one pair. Without a known value there are none.
    #[inline]
    pub(super) fn read(&self, program: &Program, view: &View<'_>, seen: Option<&mut Seen>, mut set: impl FnMut(usize)) {
        let value = view.value(self.end, self.field);
        match value {
            Value::Unknown => return,
            Value::Empty => {
                if let Some(empty) = self.empty {
                    set(empty);
                }
            }
            Value::Text(text) => {
                if !self.texts.is_empty()
                    && let Some(input) = self.texts.get(text.key())
                {
                    set(*input);
                }
            }
            Value::Set(elements) => {
                let elements = elements.elements();
                if elements.len() > 2 * self.named.len() {
                    self.named.iter().filter(|(text, _)| value.has(text)).for_each(|(_, input)| set(*input));
                } else {
                    elements.iter().filter_map(|text| self.elements.get(text.key())).for_each(|input| set(*input));
                }
            }
            _ => {}
        }
        set(self.known);
        self.ladder.read(value, &mut set);
        if !self.spelling.is_empty() {
            self.read_spelling(program, value, seen, &mut set);
        }
        for (test, input) in &self.others {
            if program.holds_of(test, value) == Some(true) {
                set(*input);
            }
        }
    }

    fn read_spelling(&self, program: &Program, value: &Value, seen: Option<&mut Seen>, set: &mut impl FnMut(usize)) {
        match (value, seen) {
            (Value::Text(text), Some(seen)) if seen.len() < SPELLINGS => {
                if let Some(inputs) = seen.get(text.shown()) {
                    inputs.iter().for_each(|input| set(*input));
                } else {
                    let mut inputs = Vec::new();
                    self.spelling.read(program, value, |input| inputs.push(input));
                    inputs.iter().for_each(|input| set(*input));
                    seen.insert(text.shown().into(), inputs);
                }
            }
            _ => self.spelling.read(program, value, set),
        }
    }
}

fn other(tests: &mut Vec<(Test, usize)>, test: &Test, drawing: &mut Drawing) -> usize {
    if let Some((_, input)) = tests.iter().find(|(known, _)| known == test) {
        return *input;
    }
    let next = drawing.input();
    tests.push((test.clone(), next));
    next
}
