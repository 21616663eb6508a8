//! `syncc undo` of deletions: who is gone on both sides, and who was made and taken away again.

use super::lists::{ANN_AND_BEN, Lists};

const HEAD: &str = "id,given_name,family_name,email,company\n";
const ANN: &str = "1,Ann,Bee,ann@home.example,Acme\n";
const RULES: &str =
    "sync people <-> cards\n\nwhen people exists then cards exists\nwhen people deleted then cards deleted\n";

fn linked() -> Lists {
    let lists = Lists::new(ANN_AND_BEN);
    lists.workspace.write("team.sync", RULES);
    lists.run();
    lists
}

fn undo(lists: &Lists, run: &str) -> crate::command::Ran {
    lists.syncc("undo", &[run], &["--yes"])
}

fn bens(lists: &Lists) -> usize {
    lists.cards().matches("ben@home.example").count()
}

#[test]
fn who_is_gone_on_both_sides_is_made_anew_where_we_deleted_them_and_only_once() {
    let lists = linked();
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    lists.run();
    assert_eq!(bens(&lists), 0);
    let undone = undo(&lists, "2");
    assert!(undone.code == 0 && undone.out.contains("Ben Cole"), "{undone:?}");
    assert!(bens(&lists) == 1 && lists.cards().contains("Zenith"), "{}", lists.cards());
    let again = undo(&lists, "2");
    assert!(bens(&lists) == 1 && again.out.contains("is there"), "{again:?}");
    lists.run();
    assert_eq!((bens(&lists), lists.workspace.read("people.csv").contains("ben@")), (1, false));
}

#[test]
fn an_undo_that_took_somebody_away_can_be_undone_itself() {
    let lists = linked();
    assert_eq!(undo(&lists, "1").code, 0);
    assert_eq!(bens(&lists), 0);
    let back = undo(&lists, "2");
    assert_eq!((back.code, bens(&lists)), (0, 1), "{back:?}");
    let twice = undo(&lists, "2");
    assert_eq!(bens(&lists), 1, "{twice:?}");
    // Linked as before: what is edited goes over once they are taken up again.
    for who in ["ann@home.example", "ben@home.example"] {
        lists.syncc("resume", &[who], &[]);
    }
    lists.edit_list("Zenith", "Zenith Ltd");
    lists.run();
    assert!(bens(&lists) == 1 && lists.cards().contains("Zenith Ltd"), "{}", lists.cards());
}

#[test]
fn whom_an_undo_paused_that_was_cut_off_is_taken_up_again_when_it_is_done_again() {
    let lists = linked();
    lists.edit_list("Acme", "Acme Ltd");
    lists.edit_list("Zenith", "Zenith Ltd");
    lists.run();
    // As far as it got: both are paused, and nothing is taken back.
    for who in ["ann@home.example", "ben@home.example"] {
        lists.syncc("pause", &[who], &["--because", "undo of run 2; the rules ask for the same again"]);
    }
    let undone = undo(&lists, "2");
    assert!(undone.code == 0 && lists.cards().contains("ORG:Acme\r\n"), "{undone:?}");
    assert_eq!(lists.json("status", &[], &[])["paused_contacts"], 0, "the rules do nothing to them now");
    lists.edit_list("Zenith Ltd", "Zenith Inc");
    lists.run();
    assert!(lists.cards().contains("Zenith Inc") && lists.cards().contains("ORG:Acme\r\n"), "{}", lists.cards());
}

#[test]
fn what_was_made_for_somebody_and_taken_away_is_told_of_them() {
    let lists = linked();
    let undone = undo(&lists, "ben@home.example");
    assert_eq!((undone.code, bens(&lists)), (0, 0), "{undone:?}");
    let log = lists.syncc("log", &[], &["--contact", "ben@home.example"]);
    assert!(log.out.contains("run 1") && log.out.contains("run 2") && log.out.contains("deleted"), "{log:?}");
    assert!(!log.out.contains("Ann"), "{log:?}");
    let again = undo(&lists, "ben@home.example");
    assert_eq!((again.code, bens(&lists)), (0, 0), "all that was written for them is taken back already: {again:?}");
    let back = undo(&lists, "2");
    assert_eq!((back.code, bens(&lists)), (0, 1), "{back:?}");
}

#[test]
fn who_was_made_anew_is_known_again_whatever_they_are_called_by_then() {
    let lists = linked();
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    lists.run();
    assert_eq!(undo(&lists, "2").code, 0);
    lists.edit_card("ben@home.example", "ben@home.example", "ben@work.example");
    let again = undo(&lists, "2");
    assert!(bens(&lists) == 0 && lists.cards().contains("ben@work.example"), "nobody is made twice: {again:?}");
    assert!(again.out.contains("it is there again"), "{again:?}");
    let log = lists.syncc("log", &[], &["--contact", "ben@work.example"]);
    for run in ["run 1", "run 2", "run 3"] {
        assert!(log.out.contains(run), "their history goes on: {log:?}");
    }
}

#[test]
fn a_run_of_the_only_connection_that_wrote_something_in_it_needs_no_file() {
    let lists = Lists::new(ANN_AND_BEN);
    let settings = lists.workspace.read("syncc.toml");
    let account = |name: &str| format!("\n[accounts.{name}]\napp = \"csv\"\npath = \"{name}.csv\"\n");
    lists.workspace.write("syncc.toml", &format!("{settings}{}{}", account("shop"), account("desk")));
    lists.workspace.write("shop.sync", "sync shop <-> desk\nmatch email\n");
    ["shop.csv", "desk.csv"].iter().for_each(|name| lists.workspace.write(name, "id,email\n"));
    lists.run();
    let dry = lists.syncc("undo", &["1"], &["--dry-run"]);
    assert!(dry.code == 2 && dry.out.contains("undo of run 1") && dry.error.is_empty(), "{dry:?}");

    lists.edit_list("Acme", "Acme Ltd");
    lists.workspace.write("shop.csv", "id,email\n1,cyd@home.example\n");
    lists.run();
    let both = lists.syncc("undo", &["2"], &["--dry-run"]);
    assert!(both.code == 2 && both.error.contains("name the file, such as `syncc undo 2 shop.sync`"), "{both:?}");
    assert_eq!(lists.syncc("undo", &["3"], &["--dry-run"]).code, 2, "there is none");
}

#[test]
fn what_somebody_put_beside_the_fields_of_a_made_contact_keeps_it_from_an_undo() {
    let lists = Lists::new("");
    lists.workspace.write("people.csv", &format!("{},mine\n2,Ben,Cole,ben@home.example,Zenith,\n", HEAD.trim_end()));
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.add_card("Cyd", "Dunn", "cyd@home.example");
    lists.run();
    lists.edit_card("ben@home.example", "END:VCARD", "PHOTO:https://x.example/ben.jpg\r\nEND:VCARD");
    let rows = lists.workspace.read("people.csv");
    let rows =
        rows.lines().map(|row| if row.contains("Ann") { format!("{row}likes tea\n") } else { format!("{row}\n") });
    lists.workspace.write("people.csv", &rows.collect::<String>());
    lists.run();

    let undone = undo(&lists, "1");
    for left in ["`mine` was filled since, so it is somebody's work now", "`PHOTO` was filled since"] {
        assert!(undone.out.contains(left), "{undone:?}");
    }
    let list = lists.workspace.read("people.csv");
    assert!(list.contains("likes tea") && !list.contains("Cyd"), "{list}");
    assert!(lists.cards().contains("ben.jpg") && lists.cards().contains("Cyd"));
}
