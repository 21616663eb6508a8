//! The history, pauses, trouble and conflicts.

use jiff::Timestamp;
use syncc_compiler::{
    ir::End::{Left, Right},
    value::{Text, Value},
};
use uuid::Uuid;

use super::{gone, named, seen, store};
use crate::{
    apps::Observed,
    store::{
        Activity, Asked, Conflict, EntryId, Line, NamedRecord, NewEntry, Pause, RunId, Sqlite, Stopped, Store, Trouble,
    },
};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(Text::plain(text))
}

fn line(field: &str, before: Value, after: Value) -> Line {
    let (who, what, why) = ("Ann".to_owned(), "updated".to_owned(), "rule on line 3".to_owned());
    Line { who, what, field: Some(field.to_owned()), before, after, why }
}

/// A write that was sent.
fn sent(store: &mut Sqlite, run: RunId, target: &str, lines: Vec<Line>) -> EntryId {
    let entry = NewEntry {
        op: Uuid::new_v4(),
        end: Right,
        target: Some(target.to_owned()),
        partner: None,
        deletes: false,
        payload: named("ann@x.example"),
        lines,
    };
    let entry = store.journal(run, &[entry]).unwrap()[0];
    store.sent(&[entry]).unwrap();
    entry
}

#[test]
fn a_write_is_in_the_history_as_soon_as_it_is_confirmed_with_what_the_app_made_of_it() {
    let mut store = store();
    store.observe(Right, &[seen("1")]).unwrap();
    let run = store.begin_run(at(0), "rules").unwrap();
    let lines = vec![line("phone", Value::Empty, text("555 0100")), line("note", text("old"), Value::Empty)];
    let entry = sent(&mut store, run, "1", lines.clone());
    assert_eq!(store.history(&Asked::default()).unwrap(), [], "it was not answered yet");
    assert_eq!(store.open_entries().unwrap()[0].write.lines, lines);

    let held: NamedRecord = [("phone".to_owned(), text("(555) 0100"))].into();
    store.confirm(entry, &seen("1"), &held, at(1)).unwrap();
    let history = store.history(&Asked::default()).unwrap();
    let told: Vec<_> = history.iter().map(|of| (of.line.field.as_deref().unwrap(), &of.line.after)).collect();
    assert_eq!(told, [("note", &Value::Empty), ("phone", &text("(555) 0100"))]);
    assert_eq!((history[0].at, history[0].run, history[0].record.as_str()), (at(1), run, "1"));
}

#[test]
fn the_history_of_a_record_of_a_field_of_a_run_since_a_day() {
    let mut store = store();
    store.observe(Right, &[seen("1"), seen("2")]).unwrap();
    for (minute, record) in [(0, "1"), (10, "2"), (20, "1")] {
        let run = store.begin_run(at(minute), "rules").unwrap();
        let lines = vec![line("note", Value::Empty, text("a")), line("tag", Value::Empty, text("b"))];
        let entry = sent(&mut store, run, record, lines);
        store.confirm(entry, &seen(record), &NamedRecord::new(), at(minute)).unwrap();
        store.end_run(run, at(minute + 1), "{}").unwrap();
    }
    let count = |asked: Asked| store.history(&asked).unwrap().len();
    assert_eq!(count(Asked::default()), 6);
    assert_eq!(count(Asked { records: vec![(Right, "1".into())], ..Asked::default() }), 4);
    assert_eq!(count(Asked { records: vec![(Left, "1".into())], ..Asked::default() }), 0);
    assert_eq!(count(Asked { field: Some("note".into()), ..Asked::default() }), 3);
    assert_eq!(count(Asked { run: Some(RunId(2)), ..Asked::default() }), 2);
    assert_eq!(count(Asked { since: Some(at(10)), limit: Some(3), ..Asked::default() }), 3);
    // From the newest one back, one at a time: each is met once, also where several stand in one row.
    for asked in [
        Asked::default(),
        Asked { run: Some(RunId(2)), ..Asked::default() },
        Asked { since: Some(at(10)), ..Asked::default() },
    ] {
        let mut one_by_one = Vec::new();
        loop {
            let before = one_by_one.last().map(|line: &Activity| line.id);
            match store.history(&Asked { before, limit: Some(1), ..asked.clone() }).unwrap().pop() {
                Some(line) => one_by_one.push(line),
                None => break,
            }
        }
        assert_eq!(one_by_one, store.history(&asked).unwrap());
    }
    assert_eq!(store.runs(2).unwrap().iter().map(|run| (run.id.0, run.lines)).collect::<Vec<_>>(), [(3, 2), (2, 2)]);
}

/// What is said of the whole record first, as a write that makes one leaves it.
fn made(store: &mut Sqlite, run: RunId, id: &str, minute: i64) {
    let whole = Line { what: "created".to_owned(), field: None, ..line("", Value::Unknown, Value::Unknown) };
    let field = Line { what: "created".to_owned(), ..line("note", Value::Unknown, text("new")) };
    let entry = NewEntry {
        op: Uuid::new_v4(),
        end: Right,
        target: None,
        partner: None,
        deletes: false,
        payload: named("ann@x.example"),
        lines: vec![whole, field],
    };
    let entry = store.journal(run, &[entry]).unwrap()[0];
    store.sent(&[entry]).unwrap();
    store.confirm(entry, &seen(id), &NamedRecord::new(), at(minute)).unwrap();
}

fn told(store: &Sqlite, asked: &Asked) -> Vec<(String, Option<String>)> {
    let history = store.history(asked).unwrap();
    history.into_iter().map(|of| (of.record, of.line.field)).collect()
}

#[test]
fn that_we_made_a_record_is_said_of_that_one_also_when_another_one_took_it_in() {
    let (note, of) =
        (Some("note".to_owned()), |id: &str| Asked { records: vec![(Right, id.into())], ..Asked::default() });
    let mut store = store();
    let run = store.begin_run(at(0), "rules").unwrap();
    made(&mut store, run, "1", 0);
    assert_eq!(told(&store, &of("1")), [("1".into(), note.clone()), ("1".into(), None)]);
    // It has a new id, and is the same record.
    store.observe(Right, &[Observed { aliases: vec!["1".to_owned()], ..seen("2") }]).unwrap();
    assert_eq!(told(&store, &of("2")), [("2".into(), note.clone()), ("2".into(), None)]);
    // Somebody else's, that we did not make, takes it in.
    store.observe(Right, &[seen("9")]).unwrap();
    store.observe(Right, &[Observed { aliases: vec!["2".to_owned()], ..seen("9") }]).unwrap();
    let whole = ("2".to_owned(), None);
    assert_eq!(told(&store, &of("9")), [("9".into(), note.clone())]);
    assert_eq!(
        told(&store, &Asked { run: Some(run), ..Asked::default() }),
        [("9".into(), note.clone()), whole.clone()]
    );
    // And goes on under another id.
    store.observe(Right, &[Observed { aliases: vec!["9".to_owned()], ..seen("10") }]).unwrap();
    assert_eq!(told(&store, &Asked::default()), [("10".into(), note), whole]);
    let erased = store.forget(&[(Right, "10".to_owned())], &[], "salt", at(9)).unwrap();
    assert_eq!((erased.history, told(&store, &Asked::default())), (2, vec![]), "also that it was made");
}

#[test]
fn a_write_of_an_earlier_run_is_told_of_that_run_and_of_the_time_when_it_was_confirmed() {
    let mut store = store();
    store.observe(Right, &[seen("1"), seen("2")]).unwrap();
    let first = store.begin_run(at(0), "rules").unwrap();
    let late = sent(&mut store, first, "1", vec![line("late", Value::Empty, text("a"))]);
    let other = sent(&mut store, first, "1", vec![line("other", Value::Empty, text("a"))]);
    store.confirm(other, &seen("1"), &NamedRecord::new(), at(1)).unwrap();
    let second = store.begin_run(at(10), "rules").unwrap();
    let entry = sent(&mut store, second, "2", vec![line("second", Value::Empty, text("a"))]);
    store.confirm(entry, &seen("2"), &NamedRecord::new(), at(11)).unwrap();
    store.confirm(late, &seen("1"), &NamedRecord::new(), at(20)).unwrap();
    let third = store.begin_run(at(30), "rules").unwrap();
    let fields =
        |asked: Asked| told(&store, &asked).into_iter().map(|(_, field)| field.unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(fields(Asked { run: Some(first), ..Asked::default() }), ["late", "other"]);
    assert_eq!(fields(Asked { run: Some(second), ..Asked::default() }), ["second"]);
    assert_eq!(fields(Asked { run: Some(third), ..Asked::default() }), [""; 0]);
    assert_eq!(fields(Asked { since: Some(at(1)), ..Asked::default() }), ["late", "second", "other"]);
    assert_eq!(fields(Asked { since: Some(at(11)), ..Asked::default() }), ["late", "second"]);
    assert_eq!(fields(Asked { since: Some(at(20)), ..Asked::default() }), ["late"]);
    assert_eq!(fields(Asked { since: Some(at(21)), ..Asked::default() }), [""; 0]);
    assert_eq!(fields(Asked { since: Some(at(11)), run: Some(first), ..Asked::default() }), ["late"]);
    let lines: Vec<_> = store.runs(9).unwrap().iter().map(|run| run.lines).collect();
    assert_eq!(lines, [0, 1, 2]);
}

#[test]
fn what_is_written_again_and_again_is_told() {
    let mut store = store();
    store.observe(Right, &[seen("1")]).unwrap();
    let run = store.begin_run(at(0), "rules").unwrap();
    for minute in 0..3 {
        assert_eq!(store.repeated(at(0), 3).unwrap(), []);
        let entry = sent(&mut store, run, "1", vec![line("stage", text("Lead"), text("Won"))]);
        store.confirm(entry, &seen("1"), &NamedRecord::new(), at(minute)).unwrap();
    }
    assert_eq!(store.repeated(at(0), 3).unwrap(), [(Right, "1".to_owned(), "stage".to_owned())]);
    assert_eq!(store.repeated(at(1), 3).unwrap(), [], "the first one is long ago");
}

#[test]
fn what_stops_a_connection_is_known_since_the_first_time_and_forgotten_with_anybody() {
    let mut store = store();
    assert_eq!(store.stopped().unwrap(), None);
    store.stop(at(1), "the list is empty").unwrap();
    store.stop(at(2), "Ann's card cannot be read").unwrap();
    let why = "Ann's card cannot be read".to_owned();
    assert_eq!(store.stopped().unwrap(), Some(Stopped { since: at(1), tried: at(2), why }));
    store.go_on().unwrap();
    assert_eq!(store.stopped().unwrap(), None);

    store.stop(at(3), "Ann's card cannot be read").unwrap();
    store.forget(&[(Left, "1".to_owned())], &[], "salt", at(4)).unwrap();
    assert_eq!(store.stopped().unwrap(), None, "it may have named whoever is forgotten");
}

#[test]
fn pauses_and_trouble_go_with_a_record_that_has_a_new_id() {
    let mut store = store();
    store.observe(Right, &[seen("1")]).unwrap();
    let pause = |record: Option<&str>| Pause {
        record: record.map(|id| (Right, id.to_owned())),
        since: at(0),
        why: "she asked for it".to_owned(),
    };
    store.pause(&[pause(Some("1")), pause(None), pause(Some("1"))]).unwrap();
    let trouble = |record: &str| Trouble {
        end: Right,
        record: record.to_owned(),
        since: at(0),
        attempts: 2,
        next: at(20),
        tried: "this".to_owned(),
        why: "the phone number is too long".to_owned(),
    };
    store.set_troubles(&[trouble("1")]).unwrap();
    store.observe(Right, &[Observed { aliases: vec!["1".to_owned()], ..seen("9") }]).unwrap();
    assert_eq!(store.pauses().unwrap(), [pause(Some("9")), pause(None)]);
    assert_eq!(store.troubles().unwrap(), [trouble("9")]);

    assert!(store.resume(None).unwrap() && store.resume(Some((Right, "9"))).unwrap());
    assert!(!store.resume(None).unwrap(), "it was resumed already");
    store.end_troubles(&[(Right, "9".to_owned())]).unwrap();
    assert_eq!((store.pauses().unwrap(), store.troubles().unwrap()), (Vec::new(), Vec::new()));
    store.observe(Right, &[gone("9")]).unwrap();
}

#[test]
fn a_conflict_is_open_until_somebody_looked_at_it() {
    let mut store = store();
    let run = store.begin_run(at(0), "rules").unwrap();
    let conflict = Conflict {
        id: 1,
        at: at(0),
        records: ["ann".to_owned(), "1".to_owned()],
        who: "Ann".to_owned(),
        fields: ["company".to_owned(), "organisation".to_owned()],
        values: [text("Acme"), text("Zenith")],
        winner: Left,
        why: "prefer google".to_owned(),
    };
    store.note_conflicts(run, std::slice::from_ref(&conflict)).unwrap();
    assert_eq!(store.conflicts().unwrap(), [conflict]);
    assert!(store.resolve_conflict(1, at(1)).unwrap() && !store.resolve_conflict(1, at(2)).unwrap());
    assert_eq!(store.conflicts().unwrap(), []);
}
