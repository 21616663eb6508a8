//! How SQLite goes about what every run asks: never through everything that was ever done.

use jiff::Timestamp;
use syncc_compiler::ir::End;

use super::{super::history, store};
use crate::store::{Asked, RunId};

/// The steps of a statement, as SQLite tells them.
fn steps(statement: &str) -> String {
    let store = store();
    let mut explain = store.db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    // Without values: nothing is run.
    let steps = explain.raw_query().mapped(|row| row.get::<_, String>(3));
    steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}

#[test]
fn what_is_asked_of_the_history_has_an_index_to_go_by() {
    let (run, since) = (Some(RunId(1)), Some(Timestamp::UNIX_EPOCH));
    let of_a_record = Asked { records: vec![(End::Left, "ann".to_owned())], ..Asked::default() };
    let asked = [
        (history::lines(true, &of_a_record), "history_record (end=? AND record=? AND id<?)"),
        (history::lines(true, &Asked { run, since, ..of_a_record }), "history_record (end=? AND record=? AND id<?)"),
        (history::lines(false, &Asked { run, ..Asked::default() }), "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (history::lines(false, &Asked { since, ..Asked::default() }), "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (history::lines(false, &Asked::default()), "INTEGER PRIMARY KEY (rowid<?)"),
        (history::REPEATED.to_owned(), "history_updated (at>?)"),
    ];
    for (statement, index) in asked {
        let steps = steps(&statement);
        let found = ["", "INDEX "].iter().any(|by| steps.contains(&format!("SEARCH history USING {by}{index}")));
        assert!(found, "{statement}\n{steps}");
        assert!(!steps.contains("SCAN runs"), "{statement}\n{steps}");
        let sorts = steps.contains("USE TEMP B-TREE FOR ORDER BY");
        assert!(!sorts || statement == history::REPEATED, "everything is read before the first line is there: {steps}");
    }
}
