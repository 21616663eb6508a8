//! The comparisons of one field in their order: what a value is less than is all from some place on.

use std::mem::discriminant;

use syncc_compiler::value::Value;

/// Bits of comparisons with constants of one kind.
#[derive(Debug, Default)]
pub(super) struct Ladder(Vec<Rung>);

/// "Less than this", or, `or_equal`, "less than this or equal". Who is less than something is also less than or equal
/// to it: that is the order of two rungs with one constant.
#[derive(Debug)]
struct Rung {
    constant: Value,
    or_equal: bool,
    input: usize,
}

impl Ladder {
    /// The input of this comparison, made by `next` if it is a new one. `None` when the constant does not compare with
    /// those that are here, or with anything.
    pub(super) fn input(&mut self, constant: &Value, or_equal: bool, next: impl FnOnce() -> usize) -> Option<usize> {
        let ordered = constant.is_filled() && !matches!(constant, Value::Set(_) | Value::Address(_));
        if !ordered || !self.0.is_empty() && !self.compares(constant) {
            return None;
        }
        let asked = (constant, or_equal);
        let at = match self.0.binary_search_by(|rung| (&rung.constant, rung.or_equal).cmp(&asked)) {
            Ok(at) => return self.0.get(at).map(|rung| rung.input),
            Err(at) => at,
        };
        let input = next();
        self.0.insert(at, Rung { constant: constant.clone(), or_equal, input });
        Some(input)
    }

    /// The inputs of the comparisons that hold of this value.
    #[inline]
    pub(super) fn read(&self, value: &Value, set: impl FnMut(usize)) {
        if self.compares(value) {
            let fails = |rung: &Rung| if rung.or_equal { rung.constant < *value } else { rung.constant <= *value };
            let from = self.0.partition_point(fails);
            self.0.iter().skip(from).map(|rung| rung.input).for_each(set);
        }
    }

    fn compares(&self, value: &Value) -> bool {
        self.0.first().is_some_and(|rung| discriminant(&rung.constant) == discriminant(value))
    }
}
