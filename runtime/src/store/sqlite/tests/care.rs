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
    store::{Asked, Conflict, EntryId, Line, NamedRecord, NewEntry, Pause, RunId, Sqlite, Store, Trouble},
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
    assert_eq!(store.runs(2).unwrap().iter().map(|run| (run.id.0, run.lines)).collect::<Vec<_>>(), [(3, 2), (2, 2)]);
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
