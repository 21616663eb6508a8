//! `syncc status` of a connection that does not get through.

use super::lists::{ANN_AND_BEN, Lists};

const HEAD: &str = "id,given_name,family_name,email,company\n";

#[test]
fn what_stops_a_connection_is_told_until_it_goes_on() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    assert!(lists.json("status", &[], &[])["stopped"].is_null());

    // Somebody empties the list.
    lists.workspace.write("people.csv", HEAD);
    assert_eq!(lists.syncc("run", &[], &["--once", "--yes"]).code, 1);
    let first = lists.json("status", &[], &[])["stopped"].clone();
    assert!(first["because"].as_str().is_some_and(|why| why.contains("--allow empty-side")), "{first}");
    // Then nobody can read it.
    std::fs::remove_file(lists.workspace.path("people.csv")).expect("the list is deleted");
    assert_eq!(lists.syncc("run", &[], &["--once", "--yes"]).code, 1);
    let status = lists.syncc("status", &[], &[]);
    let told = "  does not get through since ";
    assert!(status.code == 0 && status.out.contains(told) && status.out.contains("people.csv"), "{status:?}");
    let second = lists.json("status", &[], &[])["stopped"].clone();
    assert!(first["since"] == second["since"] && first["last_tried"] != second["last_tried"], "{first} {second}");

    lists.workspace.write("people.csv", &format!("{HEAD}{ANN_AND_BEN}"));
    lists.run();
    assert!(lists.json("status", &[], &[])["stopped"].is_null(), "it goes on");
}

#[test]
fn a_look_and_a_no_stop_nothing() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    lists.workspace.write("people.csv", HEAD);
    // A plan tells of the guard itself; nobody meant to write.
    lists.syncc("plan", &[], &[]);
    assert!(lists.json("status", &[], &[])["stopped"].is_null());
}
