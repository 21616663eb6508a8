//! Pairs as lines of JSON, through the production engine: no account, no store, no network.
//!
//! In:  `{"id":"1","left":{"email":"a@b.c","label":["x"]},"right":null,"base":null}`, where `base` is null
//! or `{"left":{…}|null,"right":{…}|null}`. Out: the same pair after one cycle, what happened in one word,
//! and the rules that changed something, by line and part.
//!
//! A field that a record does not name is empty, unless the base of its side names it: then this answer
//! did not carry it, and it counts as unchanged. A field that the file does not use is handed through.

mod json;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use syncc_compiler::{
    ir::{End, Program, Side},
    value::{Canon, Record, Value},
};
use thiserror::Error;

pub use json::{from_json, to_json};

use crate::engine::{Base, Engine, Pair, Part, Status};

/// One line in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct In {
    /// Handed through.
    #[serde(default)]
    pub id: Json,
    /// The record on the left; null or missing for none.
    #[serde(default)]
    pub left: Option<Map<String, Json>>,
    /// The record on the right.
    #[serde(default)]
    pub right: Option<Map<String, Json>>,
    /// What both looked like when they were last in step.
    #[serde(default)]
    pub base: Option<InBase>,
}

/// The base of a line in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InBase {
    /// The record on the left.
    #[serde(default)]
    pub left: Option<Map<String, Json>>,
    /// The record on the right.
    #[serde(default)]
    pub right: Option<Map<String, Json>>,
}

/// One line out.
#[derive(Clone, Debug, Serialize)]
pub struct Out {
    /// As it came in.
    pub id: Json,
    /// The record on the left after the cycle.
    pub left: Option<Map<String, Json>>,
    /// The record on the right after the cycle.
    pub right: Option<Map<String, Json>>,
    /// What happened: created, deleted, updated, in sync, excluded, refused.
    pub outcome: Status,
    /// The rules that changed something, in the order of the file.
    pub fired: Vec<OutFired>,
}

/// A rule that changed something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutFired {
    /// The line of its `when`, from 1.
    pub line: u32,
    /// By which of its parts.
    pub part: Part,
}

/// Why a line is no pair.
#[derive(Debug, Error)]
pub enum EvalError {
    /// Not the JSON of a pair.
    #[error("this line is no pair: {0}")]
    Json(#[from] serde_json::Error),
    /// A field holds something that its type does not.
    #[error("{side}.{field} is {ty}, and {got} is none")]
    Field {
        /// The name of the side.
        side: String,
        /// The field.
        field: String,
        /// Its type.
        ty: String,
        /// What stands there.
        got: String,
    },
}

/// Reads pairs and says what one cycle makes of each.
pub struct Evaluator<'p> {
    program: &'p Program,
    engine: Engine<'p>,
    canon: Canon,
}

impl<'p> Evaluator<'p> {
    /// An evaluator for one file.
    #[must_use]
    pub fn new(program: &'p Program, canon: Canon) -> Self {
        let engine = Engine::with_canon(program, [canon.clone(), canon.clone()]);
        Self { program, engine, canon }
    }

    /// One line in, one line out.
    ///
    /// # Errors
    /// When the line is no pair.
    pub fn line(&self, line: &str) -> Result<Out, EvalError> {
        let input: In = serde_json::from_str(line)?;
        let base = match &input.base {
            Some(base) => {
                let sides = [base.left.as_ref(), base.right.as_ref()];
                let [left, right] = [End::Left, End::Right].map(|end| self.record(end, sides[end.index()], None));
                Some(Base { sides: [left?, right?] })
            }
            None => None,
        };
        let given = [input.left, input.right];
        let [left, right] = [End::Left, End::Right].map(|end| {
            let base_side = input.base.as_ref().and_then(|base| match end {
                End::Left => base.left.as_ref(),
                End::Right => base.right.as_ref(),
            });
            self.record(end, given[end.index()].as_ref(), base_side)
        });
        let pair = Pair { now: [left?, right?], base, later: None };
        let outcome = self.engine.cycle(&pair);
        let fired = outcome.fired.iter().map(|fired| OutFired {
            line: self.program.rules.get(fired.rule).map_or(0, |rule| rule.line),
            part: fired.part,
        });
        let [left, right] = End::BOTH.map(|end| {
            let side = self.program.side(end);
            let after = outcome.end[end.index()].as_ref()?;
            Some(merged(side, given[end.index()].as_ref(), pair.now[end.index()].as_ref(), after))
        });
        Ok(Out { id: input.id, left, right, outcome: outcome.status, fired: fired.collect() })
    }

    fn record(
        &self,
        end: End,
        given: Option<&Map<String, Json>>,
        base: Option<&Map<String, Json>>,
    ) -> Result<Option<Record>, EvalError> {
        let Some(given) = given else { return Ok(None) };
        let side = self.program.side(end);
        let values = side.fields.iter().map(|field| match given.get(&field.name) {
            Some(json) => from_json(&self.canon, field.ty, json).ok_or_else(|| EvalError::Field {
                side: side.name.clone(),
                field: field.name.clone(),
                ty: field.ty.to_string(),
                got: json.to_string(),
            }),
            None if base.is_some_and(|base| base.contains_key(&field.name)) => Ok(Value::Unknown),
            None => Ok(Value::Empty),
        });
        Ok(Some(Record::new(values.collect::<Result<_, _>>()?)))
    }
}

/// The record as it was given, with the fields that changed.
fn merged(
    side: &Side,
    given: Option<&Map<String, Json>>,
    before: Option<&Record>,
    after: &Record,
) -> Map<String, Json> {
    let mut out = given.cloned().unwrap_or_default();
    for (index, (field, value)) in side.fields.iter().zip(after.values()).enumerate() {
        let same = before.and_then(|before| before.values().get(index)) == Some(value);
        if same || !value.is_known() || (given.is_none() && value.is_empty()) {
            continue;
        }
        let json = to_json(field.ty, value, out.get(&field.name));
        out.insert(field.name.clone(), json);
    }
    out
}
