//! What the proof that a file settles has to say to its writer.

use std::fmt::Write as _;

use syncc_grammar::tree::Span;

use super::{File, Item};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{End, Origin, Program},
    proof::{Loop, Proof, Start, Turn, Verdict},
    value::Value,
};

/// Where the rules and mappings of a file stand.
pub(crate) struct Places {
    rules: Vec<Span>,
    /// By line.
    maps: Vec<(u32, Span)>,
    sync: Span,
}

impl Places {
    pub(crate) fn of(file: &File<'_>) -> Self {
        let mut places =
            Self { rules: file.rules().map(|rule| rule.span).collect(), maps: Vec::new(), sync: Span::default() };
        for (at, item) in file.others() {
            match item {
                Item::Map(_) => {
                    let before = file.text.as_bytes().get(..at.start as usize).unwrap_or_default();
                    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                    places.maps.push((u32::try_from(line).unwrap_or(u32::MAX), at));
                }
                Item::Sync(span) => places.sync = span.shift(at.start),
                Item::None | Item::Rule(_) | Item::Prefer(_) | Item::Match(_) | Item::Every(_) | Item::Test(_) => {}
            }
        }
        places
    }

    /// The places of what takes part in a circle, the rules first; the `sync` line for what is there by default.
    fn of_turns<'t>(&self, program: &Program, turns: impl Iterator<Item = &'t Turn> + Clone) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let rules = turns.clone().flat_map(|turn| &turn.rules).map(|rule| self.rules.get(*rule).copied());
        let map = |index: &usize| match program.mappings.get(*index).map(|mapping| &mapping.origin) {
            Some(Origin::Line(line)) => self.maps.iter().find(|(at, _)| at == line).map(|(_, span)| *span),
            Some(Origin::Meaning(_)) | None => None,
        };
        for span in rules.chain(turns.flat_map(|turn| &turn.maps).map(map)) {
            let span = span.unwrap_or(self.sync);
            if !spans.contains(&span) {
                spans.push(span);
            }
        }
        if spans.is_empty() {
            spans.push(self.sync);
        }
        spans
    }
}

/// What is wrong with a file by its own proof.
pub(crate) fn alone(program: &Program, places: &Places, proof: &Proof) -> Option<Diagnostic> {
    match &proof.verdict {
        Verdict::Proved { .. } => None,
        Verdict::NotDecided(reasons) => Some(
            Diagnostic::new(
                Code::NotDecided,
                "it could not be told whether these rules always come to an end",
                places.sync,
                "in this connection",
            )
            .why(format!("{}.", reasons.join("; ")))
            .help("Nothing goes wrong: a contact that goes round is left alone and reported. Simpler conditions can be proved."),
        ),
        Verdict::Refuted(found) => {
            let circle = found.turns.get(found.lead..).unwrap_or_default();
            let spans = places.of_turns(program, circle.iter());
            let mut spans = spans.into_iter();
            let first = spans.next().unwrap_or(places.sync);
            let mut diagnostic =
                Diagnostic::new(Code::NeverSettles, "these rules never settle", first, "goes round with the others");
            for span in spans {
                diagnostic = diagnostic.also(span, "goes round with it");
            }
            let start = found.starts.first().map(|start| show_start(program, start)).unwrap_or_default();
            Some(
                diagnostic
                    .why(format!("Take {start}. {}", show_turns(&[program], found)))
                    .help("Change a condition so that what one rule does is not undone by another, or remove a rule."),
            )
        }
    }
}

/// What is wrong with one of several files by the proof of all of them; nothing where the file takes no part in it.
pub(crate) fn together(
    programs: &[&Program],
    names: &[&str],
    file: usize,
    places: &Places,
    lines: impl Fn(usize, usize) -> Option<u32>,
    proof: &Proof,
) -> Option<Diagnostic> {
    let Verdict::Refuted(found) = &proof.verdict else { return None };
    let circle = found.turns.get(found.lead..).unwrap_or_default();
    let own = circle.iter().filter(|turn| turn.file == file);
    own.clone().next()?;
    let spans = places.of_turns(programs.get(file)?, own);
    let mut spans = spans.into_iter();
    let first = spans.next().unwrap_or(places.sync);
    let mut others: Vec<String> = Vec::new();
    for turn in circle.iter().filter(|turn| turn.file != file) {
        for line in turn.rules.iter().filter_map(|rule| lines(turn.file, *rule)) {
            let place = format!("{}:{line}", names.get(turn.file).copied().unwrap_or_default());
            if !others.contains(&place) {
                others.push(place);
            }
        }
    }
    let with = if others.is_empty() { "other files".to_owned() } else { others.join(" and ") };
    let mut diagnostic = Diagnostic::new(
        Code::NeverSettleTogether,
        format!("this never settles together with {with}"),
        first,
        "goes round with the other files",
    );
    for span in spans {
        diagnostic = diagnostic.also(span, "goes round with it");
    }
    let starts = programs.iter().zip(&found.starts).map(|(program, start)| show_start(program, start));
    let mut shown: Vec<String> = Vec::new();
    for side in starts.flat_map(|start| start.split(" and ").map(str::to_owned).collect::<Vec<_>>()) {
        if !shown.contains(&side) {
            shown.push(side);
        }
    }
    Some(
        diagnostic
            .why(format!("Take {}. {}", shown.join(" and "), show_turns(programs, found)))
            .help("Change a condition in one of the files so that what one does is not undone by the next."),
    )
}

/// The records of a start, and what of them people have just changed.
#[must_use]
pub fn show_start(program: &Program, start: &Start) -> String {
    let side = |end: End| match &start.now[end.index()] {
        None => format!("{} deleted", program.side(end).name),
        Some(record) if record.values().iter().any(Value::is_filled) => program.show_record(end, Some(record)),
        Some(_) => format!("{} {{ }}", program.side(end).name),
    };
    let mut text = format!("{} and {}", side(End::Left), side(End::Right));
    let differs =
        End::BOTH.map(|end| start.now[end.index()].is_some() && start.now[end.index()] != start.base[end.index()]);
    let was = |end: End| program.show_record(end, start.base[end.index()].as_ref());
    match differs {
        [true, true] => {
            let _ = write!(text, ", which were {} and {}", was(End::Left), was(End::Right));
        }
        [true, false] => {
            let _ = write!(text, ", where {} was there before", was(End::Left));
        }
        [false, true] => {
            let _ = write!(text, ", where {} was there before", was(End::Right));
        }
        [false, false] => {}
    }
    text
}

/// One turn of a circle with what does it: `realgeeks.tag gets "A" (line 5)`. Nothing for one that only remembers.
#[must_use]
pub fn show_turn(programs: &[&Program], turn: &Turn) -> Option<String> {
    let program = programs.get(turn.file)?;
    let rules = turn.rules.iter().filter_map(|rule| Some(format!("line {}", program.rules.get(*rule)?.line)));
    let maps = turn.maps.iter().filter_map(|map| match program.mappings.get(*map)?.origin {
        Origin::Line(line) => Some(format!("line {line}")),
        Origin::Meaning(ref meaning) => Some(format!("the mapping of {meaning}")),
    });
    let mut by: Vec<String> = rules.chain(maps).collect();
    by.dedup();
    let by = by.join(", ");
    let by = if programs.len() > 1 { format!("{}, {by}", program.name) } else { by };
    (!turn.changes.is_empty()).then(|| format!("{} ({by})", turn.changes.join(", ")))
}

/// The steps, one after the other.
fn show_turns(programs: &[&Program], found: &Loop) -> String {
    const MOST: usize = 6;
    let mut text = String::new();
    let turns: Vec<String> = found.turns.iter().filter_map(|turn| show_turn(programs, turn)).collect();
    for (number, turn) in turns.iter().take(MOST).enumerate() {
        let _ = write!(text, "{}. {turn}. ", number + 1);
    }
    if turns.len() > MOST {
        text.push_str("And so on. ");
    }
    text.push_str("Then it begins again.");
    text
}
