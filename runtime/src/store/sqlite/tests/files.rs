//! The file of a store: whose it is, who has it open, and what is wrong with it.

use std::fs;

use jiff::Timestamp;
use rusqlite::{Connection, StatementStatus};
use syncc_compiler::{
    ir::End::{self, Left},
    value::{Text, Value},
};
use tempfile::TempDir;

use super::{
    super::migrate::{STEPS, migrate},
    seen,
};
use crate::store::{Activity, Asked, Confirmed, NamedRecord, Sqlite, Store, StoreError};

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

#[test]
fn a_store_aside_is_gone_when_it_is_closed_and_each_is_another() {
    let mut aside = Sqlite::aside().unwrap();
    aside.observe(Left, &[seen("ann")]).unwrap();
    let other = Sqlite::aside().unwrap();
    assert_eq!((aside.seen(Left).unwrap().len(), other.seen(Left).unwrap().len()), (1, 0));
    drop(aside);
    assert_eq!(Sqlite::aside().unwrap().seen(Left).unwrap(), []);
}

#[test]
fn what_was_remembered_is_there_the_next_time() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.end_listing(Left, true, Some("cursor"), &[]).unwrap();
    store.set_identity(Left, "ann@x.example").unwrap();
    drop(store);

    let mut store = Sqlite::open(&path, "contacts").unwrap();
    assert_eq!(store.seen(Left).unwrap()[0].observed, seen("ann"));
    assert_eq!(store.cursor(Left).unwrap().as_deref(), Some("cursor"));
    assert_eq!(store.identity(Left).unwrap().as_deref(), Some("ann@x.example"));
    store.set_cursor(Left, None).unwrap();
    assert_eq!(store.cursor(Left).unwrap(), None);
    assert_eq!(store.seen(Left).unwrap().len(), 1);
}

#[test]
fn a_second_one_on_the_same_connection_is_refused_at_once() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    let store = Sqlite::open(&path, "contacts").unwrap();
    assert!(matches!(Sqlite::open(&path, "contacts"), Err(StoreError::Busy)));
    drop(store);
    Sqlite::open(&path, "contacts").unwrap();
}

#[test]
fn who_only_looks_sees_what_is_committed_and_changes_nothing() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    assert!(Sqlite::look(&path).unwrap().is_none(), "there is no store yet, and looking makes none");
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    let mut looking = Sqlite::look(&path).unwrap().unwrap();
    assert_eq!(looking.seen(Left).unwrap().len(), 1);
    store.observe(Left, &[seen("bob")]).unwrap();
    assert_eq!(looking.seen(Left).unwrap().len(), 2);
    assert!(looking.observe(Left, &[seen("eve")]).is_err());
    assert_eq!(store.seen(Left).unwrap().len(), 2);
}

#[test]
fn a_listing_that_a_crash_cut_off_cannot_be_ended_by_the_next_run() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    drop(store);
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    assert!(matches!(store.end_listing(Left, true, None, &[]), Err(StoreError::OutOfOrder { .. })));
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_as_they_are() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    drop(Sqlite::open(&path, "contacts").unwrap());
    let refused = Sqlite::open(&path, "customers").unwrap_err();
    assert!(matches!(&refused, StoreError::NotOurs { found, .. } if found == "connection contacts"), "{refused}");

    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE stamps (id INTEGER)").unwrap();
    let before = fs::read(&other).unwrap();
    let refused = Sqlite::open(&other, "contacts").unwrap_err();
    assert!(matches!(&refused, StoreError::NotOurs { found, .. } if found == "another program"), "{refused}");
    assert_eq!(fs::read(&other).unwrap(), before);

    let text = folder.path().join("text.db");
    fs::write(&text, "Dear Ann, ".repeat(1000)).unwrap();
    assert!(matches!(Sqlite::open(&text, "contacts"), Err(StoreError::Damaged { .. })));
    assert!(matches!(Sqlite::open(folder.path(), "contacts"), Err(StoreError::Database { .. })));
}

#[test]
fn a_damaged_file_says_which() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    let page: Vec<_> = (0..200).map(|n| seen(&format!("{n:04}"))).collect();
    store.observe(Left, &page).unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let from = bytes.len() / 2;
    bytes[from..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let found = Sqlite::open(&path, "contacts").and_then(|store| store.seen(Left).map(drop));
    assert!(matches!(&found, Err(StoreError::Damaged { what }) if what.contains("contacts.db")), "{found:?}");
}

#[test]
fn a_row_that_does_not_read_says_which() {
    let folder = folder();
    let store = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
    store.db.execute("INSERT INTO seen VALUES (0, 'ann', NULL, 0, 'yesterday', 0, x'00')", []).unwrap();
    let message = store.seen(Left).unwrap_err().to_string();
    assert!(message.starts_with("the store holds something unreadable (the time of record ann"), "{message}");
}

#[test]
fn a_newer_store_is_refused_and_an_older_one_brought_up_step_by_step() {
    let mut db = Connection::open_in_memory().unwrap();
    let steps = ["CREATE TABLE a (x INTEGER) STRICT", "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b VALUES (1)"];
    migrate(&mut db, &steps[..1]).unwrap();
    migrate(&mut db, &steps).unwrap();
    migrate(&mut db, &steps).unwrap();
    let rows: i64 = db.query_row("SELECT count(*) FROM b", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
    let refused = migrate(&mut db, &steps[..1]).unwrap_err().at("x");
    assert!(matches!(refused, StoreError::Newer { found: 2, known: 1 }), "{refused}");

    // A step that fails in the middle did nothing.
    let broken = [steps[0], steps[1], "CREATE TABLE c (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"];
    migrate(&mut db, &broken).unwrap_err();
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let tables: i64 =
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'c'", [], |row| row.get(0)).unwrap();
    assert_eq!((version, tables), (2, 0));
}

#[test]
fn a_store_in_memory_is_made_like_one_in_a_file() {
    let folder = folder();
    let in_file = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
    for _ in 0..2 {
        let in_memory = Sqlite::open(":memory:", "contacts").unwrap();
        let of = |store: &Sqlite| -> (Vec<String>, Vec<i64>, String) {
            let mut tables = store.db.prepare("SELECT type || name || coalesce(sql, '') FROM sqlite_schema").unwrap();
            let tables = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            let numbers = ["user_version", "application_id", "page_size", "foreign_keys", "secure_delete"];
            let numbers = numbers.map(|name| store.db.pragma_query_value(None, name, |row| row.get(0)).unwrap());
            (tables, numbers.to_vec(), format!("{:?}", store.marks().unwrap()))
        };
        assert_eq!(of(&in_memory), of(&in_file));
        // What one of them remembers is in no other.
        in_memory.db.execute("INSERT INTO seen VALUES (0, 'ann', NULL, 0, NULL, 0, x'00')", []).unwrap();
    }
    let seen: i64 = Sqlite::open(":memory:", "contacts")
        .unwrap()
        .db
        .query_row("SELECT count(*) FROM seen", [], |row| row.get(0))
        .unwrap();
    assert_eq!(seen, 0);
}

#[test]
fn the_history_of_the_first_format_is_kept() {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db, &STEPS[..1]).unwrap();
    db.execute_batch(
        "INSERT INTO runs (began, program) VALUES ('2026-11-21T21:00:00.000000000Z', 'rules');
         INSERT INTO activity (run, at, \"end\", record, who, what, field, before, after, why)
         VALUES (1, '2026-11-21T21:00:01.000000000Z', 1, '7', 'Ann', 'updated', 'note', NULL, 'It''s \"new\"', 'map on line 2')",
    )
    .unwrap();
    migrate(&mut db, STEPS).unwrap();
    let history = super::super::history::history(&db, &Asked::default()).unwrap();
    let Activity { run, end, record, line, at, .. } = &history[0];
    for asked in [Asked { run: Some(*run), ..Asked::default() }, Asked { since: Some(*at), ..Asked::default() }] {
        assert_eq!(super::super::history::history(&db, &asked).unwrap(), history);
    }
    assert_eq!((run.0, *end, record.as_str(), line.why.as_str()), (1, End::Right, "7", "map on line 2"));
    assert_eq!((&line.before, &line.after), (&Value::Unknown, &Value::Text(Text::plain("It's \"new\""))));
}

#[test]
fn bases_of_an_older_format_are_what_they_were_and_wake_nobody() {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db, &STEPS[..8]).unwrap();
    db.execute_batch(
        r#"INSERT INTO seen ("end", id, deleted, listing, raw) VALUES (0, 'ann', 0, 0, x'00'), (1, '7', 0, 0, x'00');
           INSERT INTO links (left_id, right_id, in_step, base_left) VALUES ('ann', '7', 1,
             '{"birthday":"Empty","email":{"Text":{"shown":"Ann@x.example","key":"ann@x.example"}},"note":{"Text":{"shown":"Empty"}},
               "score":{"Number":0.30000000000000004},"tags":{"Set":[{"shown":"VIP","key":"vip"},{"shown":"team"}]},"yes":{"Bool":true}}');
           UPDATE standing SET code = 1, keyed = 1;"#,
    )
    .unwrap();
    migrate(&mut db, STEPS).unwrap();
    let links = super::super::links::links(&db).unwrap();
    let [Some(left), None] = links[0].base.as_ref().unwrap() else { panic!("{links:?}") };
    let text = |text: &str| Value::Text(Text::plain(text));
    let tags = Value::set([Text::keyed("VIP", "vip"), Text::plain("team")]);
    let number = Value::Number(syncc_compiler::value::Number::new(0.1 + 0.2).unwrap());
    let email = Value::Text(Text::keyed("Ann@x.example", "ann@x.example"));
    let fields = ["birthday", "email", "note", "score", "tags", "yes"].map(str::to_owned);
    let values = [Value::Empty, email, text("Empty"), number, tags, Value::Bool(true)];
    assert_eq!(format!("{left:?}"), format!("{:?}", fields.into_iter().zip(values).collect::<NamedRecord>()));
    let awake: i64 = db.query_row("SELECT count(*) FROM standing WHERE code IS NULL", [], |row| row.get(0)).unwrap();
    assert_eq!(awake, 0);
    // Written once more it is the same text.
    let kept: String = db.query_row("SELECT base_left FROM links", [], |row| row.get(0)).unwrap();
    let again = super::super::code::record(left).ok().unwrap();
    let mut read = [&kept, &again].map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
    let tags = read.each_mut().map(|record| record["tags"].take());
    assert_eq!(read[0], read[1]);
    assert_eq!(tags[1], serde_json::json!(["team", {"shown": "VIP", "key": "vip"}]));
}

#[test]
fn an_open_write_of_an_older_format_can_still_be_confirmed_and_leaves_nothing_of_what_it_wrote() {
    let mut db = Connection::open_in_memory().unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    migrate(&mut db, &STEPS[..4]).unwrap();
    db.execute_batch(
        r#"INSERT INTO runs (began, program) VALUES ('2026-11-21T21:00:00.000000000Z', 'rules');
           INSERT INTO journal (id, run, op, "end", target, deletes, payload, state, lines) VALUES
             (7, 1, '6ff8a3a4-4bd6-4b39-9a83-4b3c1c3a1c77', 1, 'ann', 0, '{"note":{"Text":{"shown":"new"}}}', 'sent',
              '[{"who":"Ann","what":"updated","field":"note","before":"Empty","after":{"Text":{"shown":"new"}},"why":"line 2"}]'),
             (8, 1, '0d1c2b3a-4bd6-4b39-9a83-4b3c1c3a1c77', 1, 'bob', 0, NULL, 'confirmed', NULL)"#,
    )
    .unwrap();
    migrate(&mut db, STEPS).unwrap();
    let open = super::super::journal::open_entries(&db).unwrap();
    let (payload, line) = (&open[0].write.payload, &open[0].write.lines[0]);
    assert_eq!(payload["note"], Value::Text(Text::plain("new")));
    assert_eq!((line.who.as_str(), line.what.as_str(), line.why.as_str()), ("Ann", "updated", "line 2"));
    assert_eq!((&line.before, &line.after), (&Value::Empty, &Value::Text(Text::plain("new"))));
    assert_eq!(open.iter().map(|entry| (entry.id.0, entry.write.lines.len())).collect::<Vec<_>>(), [(7, 1)]);

    let entry = open[0].id;
    let confirmed = Confirmed {
        entry,
        now: seen("ann"),
        fields: open[0].write.payload.clone(),
        lines: None,
        settled: None,
        elses: false,
    };
    super::super::journal::confirm_all(&db, &[confirmed], Timestamp::UNIX_EPOCH).unwrap();
    let left: i64 = db.query_row("SELECT count(*) FROM open_writes", [], |row| row.get(0)).unwrap();
    let told = super::super::history::history(&db, &Asked::default()).unwrap();
    assert_eq!((left, told.len(), told[0].line.field.as_deref()), (0, 1, Some("note")));
    // A name is never given twice.
    let next: i64 =
        db.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'journal'", [], |row| row.get(0)).unwrap();
    assert_eq!(next, 8);
}

#[test]
fn a_statement_is_prepared_once_whatever_it_is_given() {
    let folder = folder();
    let store = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
    let mut select = store.db.prepare("SELECT id FROM standing WHERE id > ?1 LIMIT ?2").unwrap();
    for most in 1..5 {
        assert!(select.query((most.to_string(), most)).unwrap().next().unwrap().is_none());
    }
    assert_eq!(select.get_status(StatementStatus::RePrepare), 0);
}

#[test]
fn a_full_disk_loses_nothing_and_is_survived() {
    let folder = folder();
    let path = folder.path().join("contacts.db");
    let mut store = Sqlite::open(&path, "contacts").unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    let pages: i64 = store.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |store: &Sqlite, pages: i64| {
        store.db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    limit(&store, pages + 2);

    let page: Vec<_> = (0..1000).map(|n| seen(&format!("{n:04}"))).collect();
    store.begin_listing(Left).unwrap();
    let refused = store.observe(Left, &page).unwrap_err();
    assert!(matches!(refused, StoreError::DiskFull), "{refused}");
    assert_eq!(store.seen(Left).unwrap().len(), 1);

    // The same store goes on once there is space.
    limit(&store, i64::from(u32::MAX - 1));
    store.observe(Left, &page).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    assert_eq!(store.seen(Left).unwrap().len(), 1000);
}

#[test]
fn a_durable_commit_waits_for_the_disk_and_the_next_one_does_not() {
    let folder = folder();
    let mut store = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
    let level = |db: &Connection| Ok(db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?);
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;
    assert_eq!(store.write_durably(level).unwrap(), FULL);
    assert_eq!(store.write(level).unwrap(), NORMAL);
    // Even after one that failed.
    store.write_durably(|db| Ok(db.execute_batch("nonsense")?)).unwrap_err();
    assert_eq!(store.write(level).unwrap(), NORMAL);
    let mode: String = store.db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let mut store = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
    // The store, its lock, its write-ahead log and the index of that.
    assert_eq!(files.len(), 4);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}
