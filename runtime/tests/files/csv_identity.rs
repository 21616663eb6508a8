//! Rows of a CSV file that go by another id than before.

use std::fs;

use syncc_runtime::apps::Observed;
use uuid::Uuid;

use crate::{csv_file::File, side::pull};

/// The former id of each row that has one, by its new one, in a listing of this content after a listing of that one; and what
/// was told.
async fn former(before: &str, after: &str) -> (Vec<(String, String)>, Vec<String>, Vec<String>) {
    let file = File::new(before, "");
    let (was, first) = pull(&*file.app, None).await;
    fs::write(file.path(), after).expect("the file");
    let (rows, second) = pull(&*file.app, first.cursor.as_deref()).await;
    assert!(second.complete, "what is unclear hides nobody");
    let known = |id: &String| was.iter().any(|row| row.id == *id);
    let moved = rows.iter().flat_map(|row| row.aliases.iter().map(|former| (former.clone(), row.id.clone())));
    let new: Vec<String> =
        rows.iter().filter(|row| !known(&row.id) && row.aliases.is_empty()).map(|row| file.see(row, "note")).collect();
    let moved: Vec<_> = moved.collect();
    assert!(moved.iter().all(|(former, now)| known(former) && !known(now)), "{moved:?}");
    let note = |id: &str, rows: &[Observed]| file.see(rows.iter().find(|row| row.id == id).expect("a row"), "note");
    let notes = moved.iter().map(|(former, now)| (note(former, &was), note(now, &rows))).collect();
    (notes, new, second.problems)
}

fn said(notes: &(Vec<(String, String)>, Vec<String>, Vec<String>)) -> (Vec<(&str, &str)>, Vec<&str>) {
    let moved = notes.0.iter().map(|(former, now)| (former.as_str(), now.as_str())).collect();
    (moved, notes.1.iter().map(String::as_str).collect())
}

#[tokio::test]
async fn a_row_that_is_known_by_what_stands_in_it_stays_the_same_when_that_is_edited() {
    let head = "given_name,phone,note\n";
    let of = |rows: &str| format!("{head}{rows}");
    let two = of("Ann,+1 202 555 0101,a\nBob,+1 202 555 0102,b\n");
    // Another note, another spelling of the number, another name, another number; and a new row beside it.
    for ann in
        ["Ann,+1 202 555 0101,A\n", "Ann,+1-202-555-0101,A\n", "Anna,+1 202 555 0101,A\n", "Ann,+1 202 555 0109,A\n"]
    {
        let found = former(&two, &of(&format!("{ann}Bob,+1 202 555 0102,b\nCy,+1 202 555 0103,c\n"))).await;
        assert_eq!(said(&found), (vec![("a", "A")], vec!["c"]), "{ann}");
        assert_eq!(found.2, Vec::<String>::new());
    }
    // Both at once, in another order, with columns that were not there.
    let found =
        former(&two, "note,phone,given_name,company\nB,+1 202 555 0102,Bob,\nA,+1 202 555 0101,Ann,Acme\n").await;
    assert_eq!(said(&found), (vec![("b", "B"), ("a", "A")], vec![]));
    // An email, from which on it goes by that.
    let found = former("email,given_name,note\n,Ann,a\n", "email,given_name,note\nann@x.example,Ann,A\n").await;
    assert_eq!(said(&found), (vec![("a", "A")], vec![]));
}

#[tokio::test]
async fn two_people_are_never_taken_for_one() {
    let of = |rows: &str| format!("given_name,phone,note\n{rows}");
    // One went and another one came.
    let found = former(&of("Ann,2025550101,a\n"), &of("Bob,2025550102,b\n")).await;
    assert_eq!(said(&found), (vec![], vec!["b"]));
    assert_eq!(found.2, Vec::<String>::new());
    // A number that two share, of whom one went; a name that is there twice then.
    let family = of("Ann,2025550101,a\nBob,2025550101,b\n");
    let found = former(&family, &of("Ann,2025550101,a\nCy,2025550101,c\n")).await;
    assert_eq!(said(&found), (vec![], vec!["c"]));
    assert!(found.2[0].contains("people.csv: line 3 may be a contact that stood in the file before"), "{:?}", found.2);
    let found = former(&of("Ann,,a\n"), &of("Ann,,b\nAnn,,c\n")).await;
    assert_eq!(said(&found), (vec![], vec!["b", "c"]));
    assert_eq!(found.2.len(), 2, "{:?}", found.2);
    // One by its name, another by its number.
    let found = former(&of("Ann,2025550101,a\nBob,2025550102,b\n"), &of("Ann,2025550102,c\n")).await;
    assert_eq!(said(&found), (vec![], vec!["c"]));
    assert_eq!(found.2.len(), 1, "{:?}", found.2);
    // Two of one name with ids of somebody else's are two.
    let found = former("id,given_name,note\n1,Ann,a\n", "id,given_name,note\n2,Ann,b\n").await;
    assert_eq!(said(&found), (vec![], vec!["b"]));
}

#[tokio::test]
async fn rows_that_are_given_ids_by_somebody_else_stay_the_same() {
    let before = "email,given_name,note\nann@x.example,Ann,a\nbob@x.example,Bob,b\n,Cy,c\n,,d\n";
    let after = "Id,email,given_name,note\n71,ann@x.example,Ann,A\n72,Bob@x.example,Bob,B\n73,,Cy,C\n74,,,d\n75,eve@x.example,Eve,e\n";
    let found = former(before, after).await;
    assert_eq!(said(&found), (vec![("a", "A"), ("b", "B"), ("c", "C"), ("d", "d")], vec!["e"]));
    // The same with ids that stood in the file, ours or anybody's.
    let file = File::new(before, "");
    let rows = file.rows().await;
    file.change(&rows[0], &[("note", "a2")]).await.expect("written");
    file.push(file.create(
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        &[("email", "fay@x.example"), ("note", "f")],
    ))
    .await
    .expect("written");
    let renamed = "id,email,given_name,note\n71,ann@x.example,Ann,A\n73,,Cy,C\n76,fay@x.example,,F\n";
    let found = former(&file.content(), renamed).await;
    assert_eq!(said(&found), (vec![("a2", "A"), ("c", "C"), ("f", "F")], vec![]));
    // Two rows with one email: who of them is who is told by the rest.
    let found = former(
        "email,given_name,note\nhome@x.example,Ann,a\nhome@x.example,Bob,b\n",
        "id,email,given_name,note\n1,home@x.example,Bob,B\n2,home@x.example,Ann,A\n",
    )
    .await;
    assert_eq!(said(&found), (vec![("b", "B"), ("a", "A")], vec![]));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_hides_nobody_who_is_there_again() {
    let file = File::new("given_name,phone,note\nAnn,2025550101,a\nBob,2025550102,b\n", "");
    let (was, first) = pull(&*file.app, None).await;
    fs::write(file.path(), "given_name,phone,note\nAnn,2025550101\nBob,2025550102,b\n").expect("the file");
    let (_, second) = pull(&*file.app, first.cursor.as_deref()).await;
    assert!(!second.complete);
    fs::write(file.path(), "given_name,phone,note\nAnn,2025550101,A\nBob,2025550102,b\n").expect("the file");
    let (rows, third) = pull(&*file.app, second.cursor.as_deref()).await;
    assert!(third.complete && third.problems.is_empty());
    assert_eq!((&rows[0].aliases, &rows[1].aliases), (&vec![was[0].id.clone()], &Vec::new()));
}
