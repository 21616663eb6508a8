//! A folder of vCards, by example.

use std::{fs, path::PathBuf, time::Duration};

use syncc_compiler::ir::Side;
use syncc_runtime::{
    apps::{App, Class, Observed, Write, vcard},
    world::World,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::side::{self, pull, record, see, update};

struct Folder {
    folder: TempDir,
    side: Side,
    app: Box<dyn App>,
}

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("a file");
        }
        let side = side::side("vcard");
        let account = side::account("vcard", folder.path(), "path = \".\"", None);
        let app = vcard::open(&side, &account, &World::real()).expect("the settings are right");
        Self { folder, side, app }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn content(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file")
    }

    /// Makes a file look as if nobody touched it for an hour.
    fn age(&self, name: &str) {
        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        fs::File::options()
            .write(true)
            .open(self.path(name))
            .expect("the file")
            .set_modified(hour_ago)
            .expect("a time");
    }

    async fn push(&self, write: Write) -> Result<Observed, Class> {
        self.app.push(&[write]).await.remove(0).map(|written| written.now).map_err(|error| error.class)
    }
}

fn ids(records: &[Observed]) -> Vec<(&str, bool)> {
    records.iter().map(|record| (record.id.as_str(), record.deleted)).collect()
}

const ANN: &str =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nEMAIL:ann@x.example\r\nX-FOO:bar\r\nEND:VCARD\r\n";
const BOB: &str = "BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nEMAIL:bob@x.example\nCATEGORIES:VIP,News\nEND:VCARD\n";
const LIST: &str = "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Friends\nMEMBER:urn:uuid:1\nEND:VCARD\n";

#[tokio::test]
async fn each_file_is_a_contact_and_a_list_of_people_is_none() {
    let folder =
        Folder::new(&[("ann.vcf", ANN), ("bob.VCF", BOB), ("list.vcf", LIST), ("notes.txt", "x"), (".hid.vcf", "x")]);
    let (records, pulled) = pull(&*folder.app, None).await;
    assert_eq!(ids(&records), [("ann.vcf", false), ("bob.VCF", false)]);
    assert!(pulled.complete);
    assert_eq!(records[0].raw, ANN.as_bytes());
    let bob = folder.app.decode(&records[1].raw).expect("a record");
    assert_eq!(see(&folder.side, &bob, "category"), "News|VIP");
    let found = folder.app.discover().await.expect("found");
    assert_eq!(found.objects["contact"].values["category"], ["News", "VIP"]);
}

#[tokio::test]
async fn the_next_listing_shows_what_changed_and_what_went() {
    let folder = Folder::new(&[("ann.vcf", ANN), ("bob.vcf", BOB), ("cy.vcf", BOB)]);
    ["ann.vcf", "bob.vcf", "cy.vcf"].iter().for_each(|name| folder.age(name));
    let (_, first) = pull(&*folder.app, None).await;
    let (nothing, same) = pull(&*folder.app, first.cursor.as_deref()).await;
    assert_eq!((ids(&nothing), same.complete, &same.cursor), (Vec::new(), false, &first.cursor));
    fs::write(folder.path("ann.vcf"), ANN.replace("Ann", "Eve")).expect("written");
    fs::remove_file(folder.path("bob.vcf")).expect("removed");
    let (changed, _) = pull(&*folder.app, first.cursor.as_deref()).await;
    assert_eq!(ids(&changed), [("ann.vcf", false), ("bob.vcf", true)]);
}

fn with_uid(uid: &str) -> String {
    ANN.replace("FN:", &format!("UID:{uid}\r\nFN:"))
}

/// What a listing after this cursor shows: each id with the one that it had before, and those that are gone.
async fn moved(folder: &Folder, cursor: Option<&str>) -> (Vec<(String, Vec<String>)>, Vec<String>, Option<String>) {
    let (records, pulled) = pull(&*folder.app, cursor).await;
    let (gone, there): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.deleted);
    let former = |id: &str| {
        let handed = pulled.handed.iter().filter(|handed| handed.now == id);
        handed.map(|handed| handed.former.clone()).collect()
    };
    let there = there.into_iter().map(|record| (record.id.clone(), former(&record.id))).collect();
    (there, gone.into_iter().map(|record| record.id).collect(), pulled.cursor)
}

#[tokio::test]
async fn a_file_with_another_name_is_the_same_contact() {
    let folder = Folder::new(&[("ann.vcf", &with_uid("u1")), ("bob.vcf", BOB), ("cy.vcf", &with_uid("u3"))]);
    let (_, first) = pull(&*folder.app, None).await;
    // Ann is edited as well. Bob has no UID: all of the card tells him. Cy is gone.
    fs::remove_file(folder.path("ann.vcf")).expect("removed");
    fs::write(folder.path("zoe.vcf"), with_uid("u1").replace("Ann", "Zoe")).expect("written");
    fs::rename(folder.path("bob.vcf"), folder.path("a.vcf")).expect("renamed");
    fs::remove_file(folder.path("cy.vcf")).expect("removed");
    let (there, gone, cursor) = moved(&folder, first.cursor.as_deref()).await;
    let became = |id: &str, former: &str| (id.to_owned(), vec![former.to_owned()]);
    assert_eq!(there, [became("a.vcf", "bob.vcf"), became("zoe.vcf", "ann.vcf")]);
    assert_eq!(gone, ["cy.vcf"]);
    // And back again.
    fs::rename(folder.path("zoe.vcf"), folder.path("ann.vcf")).expect("renamed");
    let (there, gone, _) = moved(&folder, cursor.as_deref()).await;
    assert!(there.contains(&became("ann.vcf", "zoe.vcf")), "{there:?}");
    assert_eq!(gone, [""; 0]);
    // Nobody has taken that listing in, and by the next one she is called otherwise again. Her old name stands on something else.
    fs::rename(folder.path("ann.vcf"), folder.path("eve.vcf")).expect("renamed");
    fs::write(folder.path("zoe.vcf"), "no card").expect("written");
    let (there, gone, _) = moved(&folder, cursor.as_deref()).await;
    assert!(there.contains(&became("eve.vcf", "zoe.vcf")), "{there:?}");
    assert_eq!(gone, [""; 0]);
}

#[tokio::test]
async fn another_uid_is_an_edit_where_something_else_tells_the_contact_and_somebody_else_where_nothing_does() {
    let (bob, cy) = (with_uid("u2").replace("Ann", "Bob").replace("ann", "bob"), with_uid("u3").replace("Ann", "Cy"));
    let cy = cy.replace("ann", "cy");
    let folder = Folder::new(&[("ann.vcf", &with_uid("u1")), ("bob.vcf", &bob), ("cy.vcf", &cy)]);
    let (_, first) = pull(&*folder.app, None).await;
    // Ann is exported with a new UID. Bob's file is Dot's now. Cy has no UID any more, and another name.
    fs::write(folder.path("ann.vcf"), with_uid("u4").replace("Ann", "Anna")).expect("written");
    fs::write(folder.path("bob.vcf"), with_uid("u5").replace("Ann", "Dot").replace("ann", "dot")).expect("written");
    fs::write(folder.path("cy.vcf"), ANN.replace("Ann", "Eve").replace("ann", "eve")).expect("written");
    let (_, second) = pull(&*folder.app, first.cursor.as_deref()).await;
    let handed: Vec<_> = second.handed.iter().map(|handed| (handed.former.as_str(), handed.left)).collect();
    assert_eq!(handed, [("bob.vcf", false)], "{:?}", second.handed);
    assert!(!folder.path(&second.handed[0].now).exists());
}

#[tokio::test]
async fn two_files_with_one_uid_are_two_contacts() {
    let folder = Folder::new(&[("a.vcf", &with_uid("u1")), ("b.vcf", &with_uid("u2")), ("c.vcf", &with_uid("u2"))]);
    let (_, first) = pull(&*folder.app, None).await;
    // A copy of one that stays, and one of whom nobody knows which of two it was.
    fs::copy(folder.path("a.vcf"), folder.path("d.vcf")).expect("copied");
    fs::rename(folder.path("b.vcf"), folder.path("e.vcf")).expect("renamed");
    fs::remove_file(folder.path("c.vcf")).expect("removed");
    let (there, gone, _) = moved(&folder, first.cursor.as_deref()).await;
    assert!(there.iter().all(|(_, former)| former.is_empty()), "{there:?}");
    assert_eq!(gone, ["b.vcf", "c.vcf"]);
}

#[tokio::test]
async fn a_file_that_we_made_is_known_under_another_name_before_it_was_listed() {
    let folder = Folder::new(&[("bob.vcf", BOB)]);
    let (_, first) = pull(&*folder.app, None).await;
    let op = Uuid::from_u128(7);
    let fields = record(&folder.side, &[("email", "jo@x.example")]);
    let made = folder.push(Write::Create { op, record: fields }).await.expect("made");
    fs::copy(folder.path(&made.id), folder.path("copy.vcf")).expect("copied");
    let (there, ..) = moved(&folder, first.cursor.as_deref()).await;
    assert!(there.contains(&("copy.vcf".to_owned(), Vec::new())), "both are there: {there:?}");
    fs::remove_file(folder.path(&made.id)).expect("removed");
    let (there, ..) = moved(&folder, first.cursor.as_deref()).await;
    assert!(there.contains(&("copy.vcf".to_owned(), vec![made.id])), "{there:?}");
}

#[tokio::test]
async fn what_an_earlier_version_remembered_of_a_folder_is_understood() {
    let folder = Folder::new(&[("ann.vcf", &with_uid("u1")), ("bob.vcf", BOB)]);
    ["ann.vcf", "bob.vcf"].iter().for_each(|name| folder.age(name));
    let (_, first) = pull(&*folder.app, None).await;
    let cursor = first.cursor.expect("a cursor");
    // Without what tells a contact: a stamp had three parts.
    let parts = cursor.split('/').map(|part| match part.split('.').collect::<Vec<_>>()[..] {
        [size, time, place, ..] => format!("{size}.{time}.{place}"),
        _ => part.to_owned(),
    });
    let old = parts.collect::<Vec<_>>().join("/");
    assert_ne!(old, cursor);
    fs::remove_file(folder.path("bob.vcf")).expect("removed");
    let (there, gone, again) = moved(&folder, Some(&old)).await;
    assert_eq!((there, gone), (vec![("ann.vcf".to_owned(), Vec::new())], vec!["bob.vcf".to_owned()]));
    fs::rename(folder.path("ann.vcf"), folder.path("zoe.vcf")).expect("renamed");
    let (there, gone, _) = moved(&folder, again.as_deref()).await;
    assert_eq!(there, [("zoe.vcf".to_owned(), vec!["ann.vcf".to_owned()])]);
    assert_eq!(gone, [""; 0]);
}

#[tokio::test]
async fn a_change_within_the_grain_of_the_clock_is_not_missed() {
    let folder = Folder::new(&[("ann.vcf", ANN)]);
    let (_, first) = pull(&*folder.app, None).await;
    // Same size, perhaps the same time.
    fs::write(folder.path("ann.vcf"), ANN.replace("Ann", "Eve")).expect("written");
    let (changed, _) = pull(&*folder.app, first.cursor.as_deref()).await;
    assert_eq!(ids(&changed), [("ann.vcf", false)]);
}

#[tokio::test]
async fn a_file_that_is_no_card_is_named_left_alone_and_not_deleted() {
    let folder = Folder::new(&[("ann.vcf", ANN), ("bob.vcf", BOB)]);
    let (_, first) = pull(&*folder.app, None).await;
    let broken = &BOB[..30];
    fs::write(folder.path("bob.vcf"), broken).expect("written");
    let (changed, second) = pull(&*folder.app, first.cursor.as_deref()).await;
    assert!(!ids(&changed).contains(&("bob.vcf", true)));
    assert!(
        second.problems[0].ends_with("bob.vcf: it breaks off: the line END:VCARD is missing"),
        "{:?}",
        second.problems
    );
    // Everything anew: still no deletion, because the listing does not claim to be complete.
    let (_, third) = pull(&*folder.app, None).await;
    assert!(!third.complete);
    assert_eq!(folder.content("bob.vcf"), broken);
    // A gap in a listing is made good by the next one without a gap.
    fs::remove_file(folder.path("bob.vcf")).expect("removed");
    let (_, fourth) = pull(&*folder.app, third.cursor.as_deref()).await;
    assert!(fourth.complete);
}

#[tokio::test]
async fn several_cards_in_one_file_are_a_problem() {
    let folder = Folder::new(&[("all.vcf", &format!("{ANN}{ANN}"))]);
    let (records, pulled) = pull(&*folder.app, None).await;
    assert_eq!(records, []);
    assert!(pulled.problems[0].ends_with("it holds 2 cards; give each contact a file of its own"));
    assert_eq!(folder.app.get(&["all.vcf".to_owned()]).await.expect_err("no contact").class, Class::Invalid);
}

#[tokio::test]
async fn a_change_touches_its_lines_and_never_another_edit() {
    let folder = Folder::new(&[("ann.vcf", ANN)]);
    let (records, _) = pull(&*folder.app, None).await;
    let write = update(&folder.side, &*folder.app, &records[0], &[("email", "ann@y.example"), ("category", "VIP")]);
    let now = folder.push(write.clone()).await.expect("written");
    let wanted = ANN.replace("ann@x", "ann@y").replace("END:", "CATEGORIES:VIP\r\nEND:");
    assert_eq!(folder.content("ann.vcf"), wanted);
    assert_eq!(now.raw, wanted.as_bytes());
    assert_eq!(folder.push(write).await, Err(Class::Stale));
    assert_eq!(
        folder.push(Write::Delete { id: "ann.vcf".into(), version: records[0].version.clone() }).await,
        Err(Class::Stale)
    );
    assert_eq!(folder.content("ann.vcf"), wanted);
    let gone = folder.push(Write::Delete { id: "ann.vcf".into(), version: now.version }).await.expect("deleted");
    assert!(gone.deleted && !folder.path("ann.vcf").exists());
    assert_eq!(folder.app.get(&["ann.vcf".to_owned()]).await.expect("an answer"), [None]);
}

#[tokio::test]
async fn a_create_is_found_again_by_its_op() {
    let folder = Folder::new(&[]);
    let op = Uuid::from_u128(5);
    let fields = record(&folder.side, &[("given_name", "Jo"), ("family_name", "Ünal"), ("email", "jo@x.example")]);
    assert_eq!(folder.app.find_created(op, &fields).await.expect("an answer"), None);
    let made = folder.push(Write::Create { op, record: fields.clone() }).await.expect("made");
    assert_eq!(made.id, format!("{op}.vcf"));
    let text = folder.content(&made.id);
    assert!(text.contains("FN:Jo Ünal\r\n") && text.contains(&format!("UID:{op}\r\n")), "{text}");
    assert_eq!(folder.push(Write::Create { op, record: fields.clone() }).await.expect("found"), made);
    assert_eq!(folder.app.find_created(op, &fields).await.expect("an answer"), Some(made));
    assert_eq!(fs::read_dir(folder.folder.path()).expect("the folder").count(), 1);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error_and_not_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let side = side::side("vcard");
    let account = side::account("vcard", folder.path(), "path = \"nowhere\"", None);
    let app = vcard::open(&side, &account, &World::real()).expect("the settings are right");
    let error = app.pull(None, &mut |_| Ok(())).await.expect_err("no folder");
    assert_eq!(error.class, Class::Fatal);
    assert!(
        error
            .to_string()
            .ends_with("could not be listed: it is not there — create it, or correct `path` in syncc.toml")
    );
    assert!(matches!(vcard::open(&side, &side::account("vcard", folder.path(), "", None), &World::real()),
        Err(error) if error.to_string() == "the account `vcard` does not say where its file is — write `path = \"contacts\"` in its part of syncc.toml"));
}

#[tokio::test]
async fn an_id_never_leads_out_of_the_folder() {
    let folder = Folder::new(&[]);
    for id in ["../other.vcf", "/etc/passwd", "..", ""] {
        assert_eq!(folder.app.get(&[id.to_owned()]).await.expect_err("no name").class, Class::Invalid);
        assert_eq!(folder.push(Write::Delete { id: id.to_owned(), version: None }).await, Err(Class::Invalid));
    }
}

#[tokio::test]
async fn ten_thousand_files_are_not_read_twice() {
    let folder = Folder::new(&[]);
    for at in 0..10_000 {
        let name = format!("{at:05}.vcf");
        fs::write(folder.path(&name), ANN.replace("ann@", &format!("p{at}@"))).expect("written");
        folder.age(&name);
    }
    let start = std::time::Instant::now();
    let (records, first) = pull(&*folder.app, None).await;
    let all = start.elapsed();
    assert_eq!(records.len(), 10_000);
    let cursor = first.cursor.expect("a cursor");
    let start = std::time::Instant::now();
    let (records, _) = pull(&*folder.app, Some(&cursor)).await;
    eprintln!("10,000 cards: {all:?}; again, nothing changed: {:?}; cursor {} bytes", start.elapsed(), cursor.len());
    assert_eq!(records, []);
}

#[tokio::test]
async fn of_many_writes_at_once_each_goes_its_own_way() {
    let names: Vec<String> = (0..12).map(|at| format!("{at:02}.vcf")).collect();
    let card = |name: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n");
    let cards: Vec<(&str, String)> = names.iter().map(|name| (name.as_str(), card(name))).collect();
    let cards: Vec<(&str, &str)> = cards.iter().map(|(name, card)| (*name, card.as_str())).collect();
    let folder = Folder::new(&cards);
    let (all, _) = pull(&*folder.app, None).await;
    let mut writes: Vec<Write> =
        all.iter().take(10).map(|now| update(&folder.side, &*folder.app, now, &[("note", "called")])).collect();
    writes.push(Write::Delete { id: all[10].id.clone(), version: all[10].version.clone() });
    writes.push(Write::Create { op: Uuid::from_u128(1), record: record(&folder.side, &[("email", "new@x.example")]) });
    // Meanwhile somebody edits one, and deletes another.
    fs::write(folder.path("03.vcf"), card("theirs")).expect("an edit");
    fs::remove_file(folder.path("04.vcf")).expect("a deletion");

    let answers = folder.app.push(&writes).await;
    let classes: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(|error| error.class)).collect();
    let mut expected = vec![None; 12];
    (expected[3], expected[4]) = (Some(Class::Stale), Some(Class::Moved));
    assert_eq!(classes, expected);
    assert!(folder.content("03.vcf").contains("theirs"), "their edit stays");
    assert!(folder.content("00.vcf").contains("NOTE:called"));
    let held: Vec<_> =
        fs::read_dir(folder.folder.path()).expect("a folder").map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(held.len(), 11, "what was begun and not carried out is gone: {held:?}");
}

#[tokio::test]
async fn of_a_folder_that_is_elsewhere_no_card_is_gone() {
    let folder = Folder::new(&[("ann.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n")]);
    let gone = Write::Delete { id: "ann.vcf".into(), version: None };
    let away = folder.folder.path().with_extension("away");
    fs::rename(folder.folder.path(), &away).expect("the drive is taken out");
    assert!(folder.app.get(&["ann.vcf".to_owned()]).await.is_err());
    let refused = folder.push(gone).await;
    fs::rename(&away, folder.folder.path()).expect("and back");
    assert!(refused.is_err(), "{refused:?}");
    assert!(folder.content("ann.vcf").contains("FN:Ann"));
}
