//! Plans and reports as tables for people and as JSON for machines.

use serde_json::{Value as Json, json};
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::{Overview, Picture, Report, Tally, display, who},
    engine::{Change, Item, Kind, Outcome, Status},
    store::Activity,
};

use crate::output::{Paint, painted, say};

/// How many changes a plan shows in full before it only counts.
const SAMPLES: usize = 12;
/// How many problems a report shows in full before it only counts.
const PROBLEMS: usize = 20;

/// Prints what a run would do; of these items only, if some are asked for.
pub(crate) fn plan(picture: &Picture<'_>, report: &Report, only: Option<&[usize]>) {
    let program = picture.program;
    let mut text = heading(program);
    text.push_str(&tallies(program, &report.tallies));
    text.push_str(&samples(picture, only, 0));
    if let Some(only) = only {
        let idle = only.iter().filter_map(|index| picture.plan.items.get(*index));
        let idle = idle.filter(|item| item.outcome().is_none_or(|outcome| outcome.changes.is_empty()));
        for item in idle {
            text.push_str(&format!("= {}: nothing to do; `syncc why` says why\n", picture.who(item)));
        }
        say(&text);
        return;
    }
    text.push_str(&duplicates(picture, 0));
    text.push_str(&guards(picture));
    text.push_str(&problems(program, report));
    if picture.writes() == 0 {
        text.push_str(&format!("{}\n", painted(Paint::Good, "nothing to do")));
    }
    say(&text);
}

/// Prints what an undo would write.
pub(crate) fn undo(picture: &Picture<'_>, name: &str) {
    let heading = painted(Paint::Strong, &format!("{}: {name}", picture.program.name));
    say(&format!("{heading}\n{}{}", samples(picture, None, 0), guards(picture)));
}

/// Prints the plan of a first sync, before the question.
pub(crate) fn first_plan(overview: &Overview<'_>) {
    let counts = overview.counts.map(Tally::from);
    let mut text = format!("{}{}", heading(overview.program), tallies(overview.program, &counts));
    if let Some(sample) = overview.sample.first() {
        text.push_str(&samples(sample, None, overview.writes));
        text.push_str(&duplicates(sample, counts.iter().map(|tally| tally.duplicates).sum()));
    }
    say(&text);
}

/// Prints what a run did.
pub(crate) fn report(program: &Program, report: &Report) {
    let mut text = heading(program);
    text.push_str(&tallies(program, &report.tallies));
    text.push_str(&problems(program, report));
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
    say(&text);
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

fn outcomes<'p>(picture: &'p Picture<'_>, only: Option<&'p [usize]>) -> impl Iterator<Item = (&'p Item, &'p Outcome)> {
    let items = picture.plan.items.iter().enumerate();
    let items = items.filter(move |(index, _)| only.is_none_or(|only| only.contains(index)));
    let outcomes = items.filter_map(|(_, item)| Some((item, item.outcome()?)));
    outcomes.filter(|(_, outcome)| !outcome.changes.is_empty())
}

/// Some of the contacts that are written, and how many more there are: in the picture, or in all of at least `all`.
fn samples(picture: &Picture<'_>, only: Option<&[usize]>, all: usize) -> String {
    let mut text = String::new();
    let mut count = 0;
    for (item, outcome) in outcomes(picture, only) {
        count += 1;
        if count > SAMPLES {
            continue;
        }
        for end in End::BOTH {
            let changes: Vec<_> = outcome.changes.iter().filter(|change| change.end == end).collect();
            if !changes.is_empty() {
                text.push_str(&sample(picture, item, outcome, end, &changes));
            }
        }
    }
    let count = count.max(all);
    if count > SAMPLES {
        text.push_str(&format!("… and {} more contacts; --format json lists them all\n", count - SAMPLES));
    }
    text
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
    if text.is_empty() { "empty".to_owned() } else { format!("“{}”", text.replace('\n', " ⏎ ")) }
}

/// Records that are not written because it is not clear who they are: the side, who, and why.
fn unclear<'p>(picture: &'p Picture<'_>) -> impl Iterator<Item = (End, &'p Item, String)> {
    picture.plan.items.iter().filter_map(|item| match &item.kind {
        Kind::Pair(_) => None,
        Kind::Duplicate { end, key, .. } => {
            Some((*end, item, format!("another contact of this side has the same {key}; only the first is synced")))
        }
        Kind::Ambiguous { end, candidates, key } => Some((
            *end,
            item,
            format!("it fits {} contacts of the other side, one by {key}; none is touched", candidates.len()),
        )),
    })
}

fn duplicates(picture: &Picture<'_>, all: usize) -> String {
    let mut text = String::new();
    for (end, item, why) in unclear(picture).take(SAMPLES) {
        let side = picture.program.side(end);
        let record = picture.now(item, end).and_then(|known| known.record.as_ref());
        let name = record.map(|record| who(side, record)).unwrap_or_default();
        text.push_str(&format!("{} {why}\n", painted(Paint::Change, &format!("= {} {name}:", side.name))));
    }
    let more = unclear(picture).count().max(all).saturating_sub(SAMPLES);
    if more > 0 {
        text.push_str(&format!("… and {more} more duplicates; --format json lists them all\n"));
    }
    text
}

fn guards(picture: &Picture<'_>) -> String {
    let guards = picture.plan.guards.iter().map(|guard| {
        let why = painted(Paint::Bad, &format!("stop: {}", guard.message(picture.program)));
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

/// A plan for machines: every contact with a change, field by field.
pub(crate) fn plan_json(picture: &Picture<'_>, report: &Report, only: Option<&[usize]>) -> Json {
    let program = picture.program;
    let changes: Vec<_> = outcomes(picture, only).map(|(item, outcome)| item_json(picture, item, outcome)).collect();
    let mut document = report_json(program, report);
    if let Some(document) = document.as_object_mut() {
        document.insert("first".into(), json!(picture.first));
        document.insert("writes".into(), json!(picture.writes()));
        document.insert(
            "guards".into(),
            picture
                .plan
                .guards
                .iter()
                .map(|guard| json!({ "name": guard.name(), "why": guard.message(picture.program) }))
                .collect(),
        );
        let duplicates = unclear(picture)
            .map(|(end, item, why)| json!({ "side": program.side(end).name, "id": item.ids[end.index()], "why": why }));
        document.insert("duplicates".into(), duplicates.collect());
        document.insert("contacts".into(), changes.into());
    }
    document
}

/// Every contact with a change, field by field.
pub(crate) fn items_json(picture: &Picture<'_>) -> Vec<Json> {
    outcomes(picture, None).map(|(item, outcome)| item_json(picture, item, outcome)).collect()
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
        "milliseconds": report.milliseconds,
        "problems": report.problems.iter().map(|problem| json!({
            "side": program.side(problem.end).name, "id": problem.id, "who": problem.who, "why": problem.why,
        })).collect::<Vec<_>>(),
    })
}
