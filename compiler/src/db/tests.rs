//! What is computed again after an edit: read from salsa's own log of executed queries.

use std::sync::{Arc, Mutex};

use super::*;

const FILE: &str = r#"sync google <-> realgeeks

when google.label == "Buyer" then realgeeks.role = "Buyer"

when google.label == "Seller" then realgeeks.role = "Seller"

when google.label == "Client" then realgeeks.tag += "Client" undo
"#;

/// The names of the executed queries, without their numbers.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn database(&self) -> Database {
        let log = Arc::clone(&self.0);
        Database::with_storage(salsa::Storage::new(Some(Box::new(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                log.lock().unwrap().push(format!("{database_key:?}"));
            }
        }))))
    }

    fn count(&self, query: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|entry| entry.split('(').next() == Some(query)).count()
    }

    /// The names of the executed queries, each with how often.
    fn executed(&self) -> Vec<(String, usize)> {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for entry in self.0.lock().unwrap().iter() {
            *all.entry(entry.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        all.into_iter().collect()
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

fn checked_once() -> (Log, Database) {
    let log = Log::default();
    let mut db = log.database();
    db.set_file("a.sync", FILE.to_owned());
    assert!(db.check("a.sync").unwrap().program.is_some(), "{:#?}", db.check("a.sync"));
    assert_eq!((log.count("parse"), log.count("meaning")), (4, 4), "{:?}", log.0);
    log.clear();
    (log, db)
}

#[test]
fn an_edit_of_one_rule_reads_and_checks_that_rule_alone() {
    let (log, mut db) = checked_once();
    db.set_file("a.sync", FILE.replace("\"Seller\" then", "\"Sells\" then"));
    let checked = db.check("a.sync").unwrap();
    assert!(checked.program.is_some());
    assert_eq!((log.count("parse"), log.count("meaning"), log.count("connection")), (1, 1, 0), "{:?}", log.0);
}

/// The same in a file as large as any will be: what an edit costs by reading and checking does not grow with the file.
#[test]
fn an_edit_of_one_rule_among_ten_thousand_reads_and_checks_that_rule_alone() {
    let rule = |nth: usize| format!("when google.label == \"Group {nth}\" then realgeeks.tag += \"Lead {nth}\" undo\n");
    let file: String = std::iter::once("sync google <-> realgeeks\n".to_owned()).chain((0..10_000).map(rule)).collect();
    let log = Log::default();
    let mut db = log.database();
    db.set_file("a.sync", file.clone());
    assert!(db.check("a.sync").unwrap().program.is_some());
    assert_eq!((log.count("parse"), log.count("meaning")), (10_001, 10_001));
    log.clear();
    db.set_file("a.sync", file.replace("\"Group 5000\"", "\"Sells\""));
    assert!(db.check("a.sync").unwrap().program.is_some());
    assert_eq!((log.count("parse"), log.count("meaning"), log.count("connection")), (1, 1, 0));
}

/// What is executed after one edit in a file of a thousand rules, each query with how often. Ten chunks, of which one is touched.
#[test]
fn an_edit_of_one_rule_among_a_thousand_executes_few_queries() {
    let rule = |nth: usize| format!("when google.label == \"Group {nth}\" then realgeeks.tag += \"Lead {nth}\" undo\n");
    let head = "sync google <-> realgeeks\nwhen google exists then realgeeks exists\n".to_owned();
    let file: String = std::iter::once(head).chain((0..1_000).map(rule)).collect();
    let log = Log::default();
    let mut db = log.database();
    db.set_file("a.sync", file.clone());
    assert!(db.judge("a.sync").unwrap().diagnostics.is_empty());
    let executed = |db: &mut Database, text: String| {
        log.clear();
        db.set_file("a.sync", text);
        assert!(db.judge("a.sync").unwrap().diagnostics.is_empty());
        log.executed()
    };
    let edited = file.replace("\"Group 500\"", "\"Sells\"");
    assert_eq!(
        executed(&mut db, edited.clone()),
        ["allowances", "found", "judged", "meaning", "meanings", "parse", "statements"].map(once)
    );
    // A rule more, and one less.
    let more = edited.replace(
        "when google.label == \"Sells\"",
        "when google.label == \"New\" then realgeeks.tag += \"New\"\nwhen google.label == \"Sells\"",
    );
    assert_eq!(
        executed(&mut db, more),
        ["allowances", "found", "judged", "meaning", "meanings", "parse", "statements"].map(once)
    );
    let _ = executed(&mut db, edited.clone());
    // A comment moves what stands below it, and changes none of it.
    let moved = edited.replace("when google.label == \"Sells\"", "# Sellers.\nwhen google.label == \"Sells\"");
    assert_eq!(executed(&mut db, moved), ["allowances", "found", "judged", "statements"].map(once));
    // The program is linked when somebody wants to run it, not before.
    log.clear();
    assert!(db.check("a.sync").unwrap().program.is_some());
    assert_eq!(log.executed(), ["bounded", "is_sound", "linked"].map(once));
}

fn once(query: &str) -> (String, usize) {
    (query.to_owned(), 1)
}

#[test]
fn a_comment_above_everything_reads_and_checks_nothing() {
    let (log, mut db) = checked_once();
    db.set_file("a.sync", format!("# Buyers and sellers.\n\n{FILE}"));
    let checked = db.check("a.sync").unwrap();
    assert_eq!(checked.program.unwrap().rules[0].line, 5);
    assert_eq!((log.count("parse"), log.count("meaning")), (0, 0), "{:?}", log.0);
}

#[test]
fn rules_in_another_order_are_not_read_again() {
    let (log, mut db) = checked_once();
    let (head, rules) = FILE.split_once("\n\n").unwrap();
    let mut rules: Vec<_> = rules.trim().split("\n\n").collect();
    rules.reverse();
    db.set_file("a.sync", format!("{head}\n\n{}\n", rules.join("\n\n")));
    let program = db.check("a.sync").unwrap().program.unwrap();
    assert!(program.rules[0].title.contains("Client"));
    assert_eq!((log.count("parse"), log.count("meaning")), (0, 0), "{:?}", log.0);
}

#[test]
fn setting_the_same_text_computes_nothing() {
    let (log, mut db) = checked_once();
    db.set_file("a.sync", FILE.to_owned());
    db.set_accounts(Vec::new());
    db.set_edition(EDITION);
    assert!(db.check("a.sync").is_some());
    assert!(log.0.lock().unwrap().is_empty(), "{:?}", log.0);
}

#[test]
fn another_schema_checks_the_rules_and_reads_none() {
    let (log, mut db) = checked_once();
    let mut google = (**crate::schema::builtin("google").unwrap()).clone();
    google.objects.get_mut("contact").unwrap().fields.remove("label");
    db.set_accounts(vec![AccountSchema { name: "google".to_owned(), app: google }]);
    let checked = db.check("a.sync").unwrap();
    assert_eq!(checked.diagnostics.len(), 3, "one for each rule that asks for the label");
    assert_eq!(log.count("parse"), 0, "{:?}", log.0);
}

#[test]
fn files_come_and_go() {
    let mut db = Database::default();
    db.set_file("b.sync", "sync google -> realgeeks".to_owned());
    db.set_file("a.sync", "sync".to_owned());
    assert_eq!(db.files(), ["a.sync", "b.sync"]);
    assert!(db.check("b.sync").unwrap().program.is_some());
    assert!(db.check("a.sync").unwrap().program.is_none());
    db.remove_file("a.sync");
    assert_eq!(db.files(), ["b.sync"]);
    assert!(db.check("a.sync").is_none());
}
