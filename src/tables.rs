//! Plans and reports as tables for people and as JSON for machines.

use serde_json::{Value as Json, json};
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::{Overview, Picture, Planned, Report, Tally, display, fits, one_line, who},
    engine::{Change, Guard, Item, Kind, Outcome, Status},
    store::Activity,
};

use crate::output::{Paint, painted, say};

/// How many changes a plan shows in full before it only counts.
const SAMPLES: usize = 12;
/// How many problems a report shows in full before it only counts.
const PROBLEMS: usize = 20;

/// What a plan shows of contacts, page by page: no more of it is kept than is shown.
pub(crate) struct Shown<'p> {
    program: &'p Program,
    /// For machines, who get everything.
    json: bool,
    samples: Samples,
    unclear: Samples,
    /// Those who were asked for and of whom nothing is to be done.
    idle: String,
    /// The records that are written.
    writes: usize,
    contacts: Vec<Json>,
    duplicates: Vec<Json>,
}

impl<'p> Shown<'p> {
    pub(crate) fn new(program: &'p Program, json: bool) -> Self {
        let (samples, unclear) = Default::default();
        let (contacts, duplicates) = Default::default();
        Self { program, json, samples, unclear, idle: String::new(), writes: 0, contacts, duplicates }
    }

    /// A page of the plan; of these items only, if some are asked for.
    pub(crate) fn add(&mut self, picture: &Picture<'_>, only: Option<&[usize]>) {
        self.writes += picture.writes();
        if self.json {
            self.contacts.extend(picture.changes(only).map(|(item, outcome)| item_json(picture, item, outcome)));
            self.duplicates.extend(unclear(picture).map(|(end, item, why)| {
                json!({ "side": self.program.side(end).name, "id": item.ids[end.index()], "why": why })
            }));
            return;
        }
        self.samples.changes(picture, only);
        self.unclear.unclear(picture);
        let idle = only.into_iter().flatten().filter_map(|index| picture.plan.items.get(*index));
        let idle = idle.filter(|item| item.outcome().is_none_or(|outcome| outcome.changes.is_empty()));
        for item in idle {
            self.idle.push_str(&format!("= {}: nothing to do; `syncc why` says why\n", picture.who(item)));
        }
    }

    /// What a run would do, for people. `one`: one contact was asked for.
    pub(crate) fn text(&self, planned: &Planned, one: bool) -> String {
        let program = self.program;
        let mut text = heading(program);
        text.push_str(&tallies(program, &planned.report.tallies));
        text.push_str(&self.samples.text(0, "contacts"));
        if one {
            text.push_str(&self.idle);
            return text;
        }
        text.push_str(&self.unclear.text(0, "duplicates"));
        text.push_str(&guards(program, &planned.guards));
        text.push_str(&problems(program, &planned.report));
        text.push_str(&notes(&planned.report));
        if self.writes == 0 {
            text.push_str(&format!("{}\n", painted(Paint::Good, "nothing to do")));
        }
        text
    }

    /// What somebody asked for by hand, and what it would write, for people.
    pub(crate) fn by_hand(&self, name: &str, tripped: &[Guard]) -> String {
        let heading = painted(Paint::Strong, &format!("{}: {name}", self.program.name));
        format!("{heading}\n{}{}", self.samples.text(0, "contacts"), guards(self.program, tripped))
    }

    /// Every contact with a change, field by field, for machines.
    pub(crate) fn contacts(self) -> Vec<Json> {
        self.contacts
    }

    /// The same for machines: every contact with a change, field by field.
    pub(crate) fn document(self, planned: &Planned) -> Json {
        let mut document = report_json(self.program, &planned.report);
        if let Some(document) = document.as_object_mut() {
            document.insert("first".into(), json!(planned.first));
            document.insert("writes".into(), json!(self.writes));
            let guard = |guard: &Guard| json!({ "name": guard.name(), "why": guard.message(self.program) });
            document.insert("guards".into(), planned.guards.iter().map(guard).collect());
            document.insert("duplicates".into(), self.duplicates.into());
            document.insert("contacts".into(), self.contacts.into());
        }
        document
    }
}

/// Prints the plan of a first sync, before the question.
pub(crate) fn first_plan(overview: &Overview<'_>) {
    let counts = overview.counts.map(Tally::from);
    let mut text = format!("{}{}", heading(overview.program), tallies(overview.program, &counts));
    if let Some(sample) = overview.sample.first() {
        let (mut samples, mut unclear) = (Samples::default(), Samples::default());
        samples.changes(sample, None);
        unclear.unclear(sample);
        text.push_str(&samples.text(overview.writes, "contacts"));
        text.push_str(&unclear.text(counts.iter().map(|tally| tally.duplicates).sum(), "duplicates"));
    }
    say(&text);
}

/// Prints what was written by hand: of everybody else nothing is known here, so there are no sums.
pub(crate) fn written(program: &Program, name: &str, report: &Report) {
    let mut text = format!("{}\n", painted(Paint::Strong, &format!("{}: {name}", program.name)));
    for (side, tally) in program.sides.iter().zip(&report.tallies) {
        let counts = [(tally.created, "created"), (tally.updated, "updated"), (tally.deleted, "deleted")];
        let counts: Vec<_> =
            counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if !counts.is_empty() {
            text.push_str(&format!("  {}: {}\n", side.name, counts.join(", ")));
        }
    }
    if report.written() == 0 {
        text.push_str("  nothing was written\n");
    }
    text.push_str(&problems(program, report));
    say(&text);
}

/// What a run did, for people.
pub(crate) fn report_text(program: &Program, report: &Report) -> String {
    let mut text = heading(program);
    text.push_str(&tallies(program, &report.tallies));
    text.push_str(&problems(program, report));
    text.push_str(&notes(report));
    for moved in report.moved.iter().take(PROBLEMS) {
        text.push_str(&format!("{} {}\n", painted(Paint::Change, &format!("left alone: {}:", moved.who)), moved.why));
    }
    if report.moved.len() > PROBLEMS {
        text.push_str(&format!("… and {} more left alone\n", report.moved.len() - PROBLEMS));
    }
    if report.found > 0 {
        text.push_str(&format!("found again: {} that were made, but not answered\n", report.found));
    }
    if report.written() == 0 {
        text.push_str(&format!("{}\n", painted(Paint::Good, "nothing to do")));
    }
    text
}

fn heading(program: &Program) -> String {
    let [left, right] = &program.sides;
    let arrow = match program.arrow {
        syncc_compiler::ir::Arrow::Both => "<->",
        syncc_compiler::ir::Arrow::Right => "->",
        syncc_compiler::ir::Arrow::Left => "<-",
    };
    format!("{}\n", painted(Paint::Strong, &format!("{}: {} {arrow} {}", program.name, left.name, right.name)))
}

fn tallies(program: &Program, tallies: &[Tally; 2]) -> String {
    let width = program.sides.iter().map(|side| side.name.chars().count()).max().unwrap_or(0).max(4);
    let mut text = format!(
        "{:width$}  {:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8}\n",
        "", "created", "updated", "excluded", "duplicates", "failed", "in sync", "all"
    );
    for (side, tally) in program.sides.iter().zip(tallies) {
        text.push_str(&format!(
            "{:width$}  {:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8}\n",
            side.name,
            tally.created,
            tally.updated,
            tally.excluded,
            tally.duplicates,
            tally.failed,
            tally.in_sync,
            tally.total()
        ));
        let rare = [
            (tally.deleted, "deleted"),
            (tally.paused, "paused"),
            (tally.oscillating, "oscillating"),
            (tally.unasked, "not asked for"),
        ];
        for (count, what) in rare.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!("{:width$}  {count} {what}\n", ""));
        }
    }
    text
}

/// The first ones of a list, and how long it is.
#[derive(Default)]
struct Samples {
    text: String,
    count: usize,
}

impl Samples {
    /// Contacts that are written.
    fn changes(&mut self, picture: &Picture<'_>, only: Option<&[usize]>) {
        for (item, outcome) in picture.changes(only) {
            self.count += 1;
            if self.count > SAMPLES {
                continue;
            }
            for end in End::BOTH {
                let changes: Vec<_> = outcome.changes.iter().filter(|change| change.end == end).collect();
                if !changes.is_empty() {
                    self.text.push_str(&sample(picture, item, outcome, end, &changes));
                }
            }
        }
    }

    /// Contacts of whom it is not clear who they are.
    fn unclear(&mut self, picture: &Picture<'_>) {
        for (end, item, why) in unclear(picture) {
            self.count += 1;
            if self.count > SAMPLES {
                continue;
            }
            let side = picture.program.side(end);
            let record = picture.now(item, end).and_then(|known| known.record.as_ref());
            let name = record.map(|record| who(side, record)).unwrap_or_default();
            let about = painted(Paint::Change, &format!("= {} {name}:", side.name));
            self.text.push_str(&format!("{about} {why}\n"));
        }
    }

    /// The first ones, and how many more there are: of those that were seen, or of at least `all`.
    fn text(&self, all: usize, what: &str) -> String {
        let more = self.count.max(all).saturating_sub(SAMPLES);
        let mut text = self.text.clone();
        if more > 0 {
            text.push_str(&format!("… and {more} more {what}; --format json lists them all\n"));
        }
        text
    }
}

fn sample(picture: &Picture<'_>, item: &Item, outcome: &Outcome, end: End, changes: &[&Change]) -> String {
    let side = picture.program.side(end);
    let name = name(picture, item, outcome, end);
    let before = picture.now(item, end).is_some_and(|known| known.record.is_some());
    let (sign, paint) = match (before, outcome.end[end.index()].is_some()) {
        (false, _) => ("+", Paint::Good),
        (true, true) => ("~", Paint::Change),
        (true, false) => ("-", Paint::Bad),
    };
    let mut text = format!("{}\n", painted(paint, &format!("{sign} {} {name}", side.name)));
    for change in changes {
        let reason = painted(Paint::Faint, &picture.why(change.cause));
        match change.field.and_then(|field| side.fields.get(field.index())) {
            None => text.push_str(&format!("    {reason}\n")),
            Some(field) => {
                let (from, to) = (display(&change.before), display(&change.after));
                let step = if from.is_empty() { quoted(&to) } else { format!("{} → {}", quoted(&from), quoted(&to)) };
                text.push_str(&format!("    {}: {step}  {reason}\n", field.name));
            }
        }
    }
    text
}

/// Who it is, as the side itself knows it, else as the other side does.
fn name(picture: &Picture<'_>, item: &Item, outcome: &Outcome, end: End) -> String {
    for end in [end, end.other()] {
        let side = picture.program.side(end);
        let record = outcome.end[end.index()].as_ref();
        let record = record.or_else(|| picture.now(item, end).and_then(|known| known.record.as_ref()));
        let name = record.map(|record| who(side, record)).unwrap_or_default();
        if !name.is_empty() {
            return name;
        }
    }
    "(a contact without a name)".to_owned()
}

/// A line of the history for people, in one line.
pub(crate) fn activity_line(program: &Program, activity: &Activity) -> String {
    let Activity { at, end, line, .. } = activity;
    let side = &program.side(*end).name;
    let what = match &line.field {
        None => line.what.clone(),
        Some(field) => format!("{field}: {} → {}", quoted(&display(&line.before)), quoted(&display(&line.after))),
    };
    let at = at.strftime("%Y-%m-%d %H:%M");
    format!("{at} {side}: {}, {what}  {}", line.who, painted(Paint::Faint, &line.why))
}

pub(crate) fn quoted(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("“{}”", one_line(&text.replace('\n', " ⏎ "))) }
}

/// Records that are not written because it is not clear who they are: the side, who, and why.
fn unclear<'p>(picture: &'p Picture<'_>) -> impl Iterator<Item = (End, &'p Item, String)> {
    picture.plan.items.iter().filter_map(|item| match &item.kind {
        Kind::Pair(_) => None,
        Kind::Duplicate { end, key, .. } => {
            Some((*end, item, format!("another contact of this side has the same {key}; only the first is synced")))
        }
        Kind::Ambiguous { end, candidates, key } => {
            Some((*end, item, format!("{}; none is touched", fits(candidates, key))))
        }
    })
}

fn guards(program: &Program, guards: &[Guard]) -> String {
    let guards = guards.iter().map(|guard| {
        let why = painted(Paint::Bad, &format!("stop: {}", guard.message(program)));
        format!("{why}\n    If that is meant, run with --allow {}\n", guard.name())
    });
    guards.collect()
}

fn problems(program: &Program, report: &Report) -> String {
    let mut text = String::new();
    for problem in report.problems.iter().take(PROBLEMS) {
        let side = &program.side(problem.end).name;
        let who =
            if problem.who.is_empty() || problem.who == *side { String::new() } else { format!(" {}", problem.who) };
        text.push_str(&format!("{} {}\n", painted(Paint::Bad, &format!("! {side}{who}:")), problem.why));
    }
    if report.problems.len() > PROBLEMS {
        text.push_str(&format!(
            "… and {} more problems; --format json lists them all\n",
            report.problems.len() - PROBLEMS
        ));
    }
    text
}

/// What is not written because a side has no place for it.
fn notes(report: &Report) -> String {
    report.notes.iter().map(|note| format!("{} {note}\n", painted(Paint::Change, "note:"))).collect()
}

fn item_json(picture: &Picture<'_>, item: &Item, outcome: &Outcome) -> Json {
    let program = picture.program;
    let changes = outcome.changes.iter().map(|change| {
        let side = program.side(change.end);
        let field = change.field.and_then(|field| side.fields.get(field.index()));
        json!({
            "side": side.name,
            "field": field.map(|field| &field.name),
            "before": display(&change.before),
            "after": display(&change.after),
            "why": picture.why(change.cause),
        })
    });
    json!({
        "who": name(picture, item, outcome, End::Left),
        "ids": item.ids,
        "matched": item.matched,
        "outcome": status(outcome.status),
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn status(status: Status) -> Json {
    serde_json::to_value(status).unwrap_or(Json::Null)
}

/// A line of the history for machines.
pub(crate) fn activity_json(program: &Program, activity: &Activity) -> Json {
    let Activity { run, at, end, record, line, .. } = activity;
    json!({
        "run": run.0, "at": at.to_string(), "side": program.side(*end).name, "record": record, "who": line.who,
        "what": line.what, "field": line.field, "before": display(&line.before), "after": display(&line.after),
        "why": line.why,
    })
}

/// A report for machines.
pub(crate) fn report_json(program: &Program, report: &Report) -> Json {
    let side = |end: End, tally: &Tally| {
        let mut side = serde_json::to_value(tally).unwrap_or(Json::Null);
        if let Some(side) = side.as_object_mut() {
            side.insert("name".into(), json!(program.side(end).name));
            side.insert("all".into(), json!(tally.total()));
        }
        side
    };
    json!({
        "version": 1,
        "connection": program.name,
        "left": side(End::Left, &report.tallies[0]),
        "right": side(End::Right, &report.tallies[1]),
        "found_again": report.found,
        "left_alone": report.moved,
        "notes": report.notes,
        "milliseconds": report.milliseconds,
        "problems": report.problems.iter().map(|problem| json!({
            "side": program.side(problem.end).name, "id": problem.id, "who": problem.who, "why": problem.why,
        })).collect::<Vec<_>>(),
    })
}
